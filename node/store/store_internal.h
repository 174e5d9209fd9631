/* The store, inside its folder: the handle, its prepared statements, and what the files share.
 *
 * Invariants:
 *  - one connection writes; whatever reads the raw tables is in this folder;
 *  - rows are appended in order of arrival: a commit's entries have consecutive ids, and ids are never used
 * again;
 *  - a failed call inside a transaction has rolled the transaction back;
 *  - a prepared statement is reset before the function that stepped it returns. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <sqlite3.h>

#include "hanse/journal.h"
#include "hanse/store.h"

#define STORE_SCHEMA_VERSION 2
#define STORE_APPLICATION_ID 0x48616e73 /* "Hans" */
#define STORE_PAGE_SIZE      8192
#define STORE_PAGE_RESERVE   8     /* at the end of each: its checksum */
#define STORE_WAL_PAGES_REST 1000  /* a checkpoint is due when there is nothing else to do */
#define STORE_WAL_PAGES      10000 /* and whatever else there is to do */
#define STORE_WAL_PAGES_MORE 1000  /* it is due again, when readers kept the log from starting over */
#define STORE_WAL_PAGES_MAX  40000 /* it is overdue: whoever commits next pays for it */

/* Of those entries that say who is in the mesh: to join all bodies would read the whole file. */
#define STORE_ROSTER_BODY                                                                                    \
    "CASE WHEN e.kind IN ('domain', 'node') THEN (SELECT b.salted FROM hanse$body b WHERE b.id = e.id) END"

/* X(name, SQL): each is prepared when first used and kept. */
#define STORE_STATEMENTS(X)                                                                                  \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                              \
    X(COMMIT, "COMMIT")                                                                                      \
    X(ROLLBACK, "ROLLBACK")                                                                                  \
    X(SAVEPOINT, "SAVEPOINT store")                                                                          \
    X(RELEASE, "RELEASE store")                                                                              \
    X(JOURNAL_FIND, "SELECT id, size FROM hanse$journal WHERE journal_id = ?1")                              \
    X(JOURNAL_ROW, "SELECT journal_id, size, frontier, seal_time_ms FROM hanse$journal WHERE id = ?1")       \
    X(VERIFY_ROWS, "SELECT idx, raw, live, kind, key, media, operation, body_size,"                          \
                   " EXISTS(SELECT 1 FROM hanse$body b WHERE b.id = hanse$entry.id) FROM hanse$entry"        \
                   " WHERE journal = ?1 AND idx >= ?2 ORDER BY idx LIMIT ?3")                                \
    X(JOURNAL_ADD,                                                                                           \
      "INSERT INTO hanse$journal(journal_id, size, frontier, seal_time_ms) VALUES(?1, 0, x'', 0)")           \
    X(JOURNAL_GROW, "UPDATE hanse$journal SET size = ?2, frontier = ?3, seal_time_ms = ?4,"                  \
                    " authority = coalesce(?5, authority) WHERE id = ?1")                                    \
    X(ENTRY_ADD,                                                                                             \
      "INSERT INTO hanse$entry(journal, idx, time_ms, live, operation, kind, key, media, body_size, raw)"    \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                                                    \
    X(ENTRY_FIND, "SELECT id, raw FROM hanse$entry WHERE journal = ?1 AND idx = ?2")                         \
    X(ENTRY_SUPERSEDE, "UPDATE hanse$entry SET live = 0 WHERE id = ?1")                                      \
    X(BODY_ADD, "INSERT INTO hanse$body(id, salted) VALUES(?1, ?2)")                                         \
    X(BODY_FIND, "SELECT b.salted FROM hanse$entry e JOIN hanse$body b ON b.id = e.id"                       \
                 " WHERE e.journal = ?1 AND e.idx = ?2")                                                     \
    X(CHECKPOINT_ADD, "INSERT INTO hanse$checkpoint(id, root, signature) VALUES(?1, ?2, ?3)")                \
    X(HEADS_SET, "UPDATE hanse$meta SET heads_root = ?1")                                                    \
    X(COUNCIL_GET, "SELECT council FROM hanse$meta")                                                         \
    X(COUNCIL_SET, "UPDATE hanse$meta SET council = ?1")                                                     \
    X(LABEL_FIND, "SELECT id FROM hanse$journal WHERE label = ?1")                                           \
    X(LABEL_SET, "UPDATE hanse$journal SET label = ?2 WHERE id = ?1")                                        \
    X(LABEL_FREE, "UPDATE hanse$journal SET label = NULL WHERE label = 'council'")                           \
    X(NAME_FIND, "SELECT journal_id FROM hanse$name WHERE name = ?1")                                        \
    X(NAME_SET, "INSERT OR REPLACE INTO hanse$name(name, journal_id, idx, time_ms) VALUES(?1, ?2, ?3, ?4)")  \
    X(NAME_DROP, "DELETE FROM hanse$name WHERE name = ?1")                                                   \
    X(NAME_CLEAR, "DELETE FROM hanse$name")                                                                  \
    X(NAME_ENTRIES,                                                                                          \
      "SELECT e.key, b.salted, e.idx, e.time_ms FROM hanse$entry e JOIN hanse$body b ON b.id = e.id"         \
      " WHERE e.journal = ?1 AND e.live AND e.kind = 'domain' AND e.operation = 0 ORDER BY e.idx")           \
    X(SHOWN_NAME_OF, "UPDATE hanse$journal SET name = " STORE_SHOWN_NAME " WHERE journal_id = ?1")           \
    X(SHOWN_LABEL, "UPDATE hanse$journal SET name = " STORE_SHOWN_NAME " WHERE label = ?1")                  \
    X(SHOWN_ALL, "UPDATE hanse$journal SET name = " STORE_SHOWN_NAME)                                        \
    X(COMMITS, "SELECT e.idx, e.kind, e.raw, c.root, c.signature,"                                           \
               " CASE WHEN e.body_size <= ?4 OR e.kind = 'authority' THEN b.salted END"                      \
               " FROM hanse$entry e LEFT JOIN hanse$body b ON b.id = e.id LEFT JOIN hanse$checkpoint c ON "  \
               "c.id = e.id"                                                                                 \
               " WHERE e.journal = ?1 AND e.idx >= ?2 AND e.idx < ?3 ORDER BY e.idx")                        \
    X(JOURNALS, "SELECT j.id, j.journal_id, j.size, j.frontier, j.seal_time_ms, b.salted"                    \
                " FROM hanse$journal j LEFT JOIN hanse$body b ON b.id = j.authority"                         \
                " ORDER BY j.id IS NOT (SELECT council FROM hanse$meta), j.id")                              \
    X(LIVE_OF, "SELECT e.journal, e.idx, e.raw, " STORE_ROSTER_BODY                                          \
               " FROM hanse$entry e WHERE e.journal = ?1 AND e.live ORDER BY e.idx")                         \
    X(LIVE_REST, "SELECT e.journal, e.idx, e.raw, " STORE_ROSTER_BODY                                        \
                 " FROM hanse$entry e NOT INDEXED WHERE e.journal IS NOT ?1 AND e.live ORDER BY e.id")       \
    X(LIVE_BODIES,                                                                                           \
      "SELECT e.id, e.journal, e.idx, e.time_ms, e.raw, b.salted"                                            \
      " FROM hanse$entry e NOT INDEXED LEFT JOIN hanse$body b ON b.id = e.id WHERE e.live ORDER BY e.id")    \
    X(SEAL_BEFORE, "SELECT idx FROM hanse$entry WHERE journal = ?1 AND idx < ?2 AND kind = 'seal'"           \
                   " ORDER BY idx DESC LIMIT 1")                                                             \
    X(LEAVES, "SELECT id, raw, kind = 'authority' FROM hanse$entry WHERE journal = ?1 AND idx < ?2"          \
              " ORDER BY idx")                                                                               \
    X(BODY_OF, "SELECT salted FROM hanse$body WHERE id = ?1")                                                \
    X(FORK_FIND, "SELECT f.proof FROM hanse$fork f JOIN hanse$journal j ON j.id = f.journal"                 \
                 " WHERE j.journal_id = ?1")                                                                 \
    X(FORKS, "SELECT j.journal_id FROM hanse$fork f JOIN hanse$journal j ON j.id = f.journal")               \
    X(LIVE_COUNT, "SELECT count(*) FROM hanse$entry WHERE journal = ?1 AND live")                            \
    X(INVITE_ADD, "INSERT OR REPLACE INTO hanse$invite(client, expires_ms) VALUES(?1, ?2)")                  \
    X(INVITES, "SELECT client FROM hanse$invite WHERE expires_ms > ?1")                                      \
    X(REQUEST_COUNT, "SELECT count(*) FROM hanse$request WHERE curve_key <> ?1")                             \
    X(REQUEST_ADD, "INSERT OR REPLACE INTO hanse$request(curve_key, name, journal_id, contact, time_ms)"     \
                   " VALUES(?1, ?2, ?3, ?4, ?5)")                                                            \
    X(REQUEST_DROP, "DELETE FROM hanse$request WHERE curve_key = ?1")                                        \
    X(REQUEST_DONE, "DELETE FROM hanse$request WHERE journal_id = ?1")

/* The name under which a journal shows: the newest of the council's for it; else its label, made to differ
 * when the council gave that name to another. */
#define STORE_SHOWN_NAME                                                                                     \
    "coalesce((SELECT n.name FROM hanse$name n WHERE n.journal_id = hanse$journal.journal_id ORDER BY "      \
    "n.idx DESC LIMIT "                                                                                      \
    "1),"                                                                                                    \
    " iif(EXISTS(SELECT 1 FROM hanse$name n WHERE n.name = label),"                                          \
    " label || '~' || lower(hex(substr(journal_id, 1, 4))), label))"

enum store_statement_id {
#define X(name, sql) STORE_##name,
    STORE_STATEMENTS(X)
#undef X
        STORE_STATEMENT_COUNT
};

struct hanse_store {
    sqlite3 *db;
    int lock;               /* descriptor of the lock file */
    int wal_pages;          /* in the WAL after the last commit */
    int wal_pages_due;      /* from so many on a checkpoint is worth it */
    int64_t council;        /* its journal's id, 0 for none; -1: ask meta */
    bool sound;             /* it was opened whole */
    sqlite3_int64 scrubbed; /* bytes of the database that the scrub is past */
    const struct hanse_projection *projection;
    sqlite3_stmt *statements[STORE_STATEMENT_COUNT];
    struct hanse_buffer loaded; /* the messages of the last load, one after the other */
    struct hanse_bytes *messages;
    size_t message_count, message_capacity;
};

/* replay.c: a journal judged anew from its stored commits. The caller begins and releases `journal`. */
struct store_replay {
    struct hanse_store *store;
    int64_t id;                   /* of the journal's row */
    struct hanse_journal journal; /* as far as it was replayed */
    /* Called after each commit; may be NULL. */
    int (*each)(void *context, const struct hanse_commit *commit, const struct hanse_journal *journal);
    void *context;
    uint64_t wrong_at; /* when the answer is CORRUPT: the entry, */
    const char *wrong; /* and what is wrong with it */
};
/* Goes on for at least one commit, and until their messages exceed `max_bytes`; not past `size`. Errors:
 * CORRUPT, IO, what `each` gives. */
HANSE_MUST_USE int store_replay_some(struct store_replay *replay, uint64_t size, uint32_t max_bytes);

/* checked_file.c: the VFS that the database is opened with. */
const char *store_vfs(void);

/* memory.c: before SQLite is first used. */
void store_count_memory(void);

/* wal_file.c: opens a WAL through the VFS below; `file` has store_wal_head() bytes more than its szOsFile. */
int store_wal_head(void);
int store_wal_open(sqlite3_vfs *real_vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags);

/* checkpoint.c: whether the WAL that was found is one that the database can go with. CORRUPT. */
HANSE_MUST_USE int store_check_wal(struct hanse_store *store);
/* There is another database now, or none: the mark in the lock file was not of its WAL. */
HANSE_MUST_USE int store_forget_wal(int lock);

/* Takes the home's lock; closing the descriptor gives it back. LOCKED, IO, DISK_FULL. */
HANSE_MUST_USE int store_lock(const char *path, int *ret_lock);

/* Makes the tables of a new file or brings an older one up to date, and projects again when the catalogue's
 * version is another. Errors: NEWER_SCHEMA, CORRUPT, IO, DISK_FULL. */
HANSE_MUST_USE int store_schema(struct hanse_store *store);

/* A kept statement, ready to be bound; aborts when its SQL is wrong (ours), else IO or CORRUPT. */
HANSE_MUST_USE int store_statement(struct hanse_store *store, enum store_statement_id id,
                                   sqlite3_stmt **ret_statement);
/* Steps a statement that gives no rows, and resets it. */
HANSE_MUST_USE int store_run(struct hanse_store *store, sqlite3_stmt *statement);
/* Prepares, without binding, and runs. */
HANSE_MUST_USE int store_run_id(struct hanse_store *store, enum store_statement_id id);
/* Steps: HANSE_OK with `*ret_row`, false at the end. The caller resets. */
HANSE_MUST_USE int store_step(struct hanse_store *store, sqlite3_stmt *statement, bool *ret_row);

void store_bind_hash(sqlite3_stmt *statement, int place, const struct hanse_hash *hash);
void store_bind_bytes(sqlite3_stmt *statement, int place, struct hanse_bytes bytes);
void store_bind_text(sqlite3_stmt *statement, int place, struct hanse_bytes text);
void store_bind_uint(sqlite3_stmt *statement, int place, uint64_t value);
struct hanse_bytes store_column(sqlite3_stmt *statement, int column); /* valid until the next step */
/* CORRUPT unless the column is a blob of just that size. */
HANSE_MUST_USE int store_column_exact(sqlite3_stmt *statement, int column, void *out, size_t size);

/* Runs `work` in a transaction of its own, or inside the one that is open. */
HANSE_MUST_USE int store_atomically(struct hanse_store *store,
                                    int (*work)(struct hanse_store *store, void *context), void *context);

/* The id and size of a journal. NOT_FOUND. */
HANSE_MUST_USE int store_journal_find(struct hanse_store *store, const struct hanse_hash *journal,
                                      int64_t *ret_id, uint64_t *ret_size);
/* The same; adds it, empty, when it is not there. */
HANSE_MUST_USE int store_journal_need(struct hanse_store *store, const struct hanse_hash *journal,
                                      int64_t *ret_id, uint64_t *ret_size);

/* The council's journal, or 0. */
HANSE_MUST_USE int store_council(struct hanse_store *store, int64_t *ret_journal);
/* Takes the journal for the council's if there is none yet; sets the names by its `domain` entries so far. */
HANSE_MUST_USE int store_council_adopt(struct hanse_store *store, int64_t journal);
/* What a `domain` entry of the council does to the names; `content` is empty for a retract. */
HANSE_MUST_USE int store_name(struct hanse_store *store, struct hanse_bytes name, struct hanse_bytes content,
                              uint64_t index, uint64_t time_ms);
/* Sets all names by the live `domain` entries of the council's journal, which was cut. */
HANSE_MUST_USE int store_names_again(struct hanse_store *store, int64_t council);
/* Sets the shown name of a journal again, as when it is new. */
HANSE_MUST_USE int store_name_show(struct hanse_store *store, const struct hanse_hash *journal);

/* Runs the projector of the entry's kind, if there is one. */
HANSE_MUST_USE int store_project(struct hanse_store *store, const struct hanse_projected *projected);
/* Projects every live entry; the catalogue's tables are dropped and made first. */
HANSE_MUST_USE int store_project_all(struct hanse_store *store,
                                     void (*progress)(void *context, uint64_t entries), void *context);

#endif
