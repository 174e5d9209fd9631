/* The store: one SQLite file with the journals, their bodies and signatures, and in the same transaction the
 * catalogue that is projected from them. The only user of its raw tables.
 *
 * Threads: one `struct hanse_store` belongs to one thread (the mesh thread writes). Readers open the file
 * read-only for themselves (hanse_store_open_reader).
 *
 * What others may read by SQL are views. All tables, and the views that are for the program's own code, have
 * `hanse$` in their name, which no user's SQL can spell (node/catalog/sandbox.c):
 *
 *   entries         domain, entry, kind, key, operation, media, body_size, published_at_ms, live
 *   hanse$entries   the same, and id, journal
 *   hanse$journals  id, journal_id, name, size, seal_time_ms, admitted, council, frozen: those with a name
 *   hanse$names     name, journal_id, entry, published_at_ms: the council's live `domain` entries
 *   hanse$retracts  journal, kind, key
 *   hanse$bodies    id (of the entry), content
 *   hanse$heads     heads_root, published_at_ms (of the newest commit) */
#ifndef HANSE_STORE_H
#define HANSE_STORE_H

#include <stdbool.h>

#include "hanse/commit.h"
#include "hanse/engine.h"
#include "hanse/projector.h"

struct sqlite3;
struct hanse_store;

/* Opens or makes the file, takes the home's lock, migrates. `projection` is borrowed for the store's life.
 * `projection` may be NULL: no catalogue.
 * One whose version differs from the file's projects everything again. Errors: IO, LOCKED (another process
 * has it), CORRUPT, NEWER_SCHEMA, DISK_FULL. */
HANSE_MUST_USE int hanse_store_open(const char *path, const struct hanse_projection *projection,
                                    struct hanse_store **ret_store);
void hanse_store_close(struct hanse_store **store);

/* A transaction over several commits. `durable`: FULL, for own commits; else one fsync for the batch (also
 * FULL: group commit). */
HANSE_MUST_USE int hanse_store_begin(struct hanse_store *store);
/* Appends one commit: entries, bodies, signature, superseded marks, journal row, heads root, and its
 * projection. On error the transaction is rolled back whole. Errors: IO, DISK_FULL, CORRUPT, STALE (the
 * journal's stored size is not commit->first), and what a projector refuses. */
HANSE_MUST_USE int hanse_store_append(struct hanse_store *store, const struct hanse_commit *commit,
                                      struct hanse_bytes frontier, const struct hanse_hash *heads_root);
HANSE_MUST_USE int hanse_store_commit(struct hanse_store *store); /* returns when it is on the disk */
void hanse_store_rollback(struct hanse_store *store);

/* Answers to LOAD: the COMMIT messages from `first` (a commit's start) up to size `end`, until their bytes
 * exceed `max_bytes`; or BODY messages for `indexes`. The messages are owned by the store until its next
 * call. Errors: NOT_FOUND (no such journal or not a commit's start), IO, CORRUPT. */
HANSE_MUST_USE int hanse_store_load_commits(struct hanse_store *store, const struct hanse_hash *journal,
                                            uint64_t first, uint64_t end, uint32_t max_bytes,
                                            const struct hanse_bytes **ret_messages, size_t *ret_count);
HANSE_MUST_USE int hanse_store_load_bodies(struct hanse_store *store, const struct hanse_hash *journal,
                                           const uint64_t *indexes, size_t count,
                                           const struct hanse_bytes **ret_messages, size_t *ret_count);

/* The answer to RECALL: `commit` is the store's until its next load. */
struct hanse_recalled {
    struct hanse_bytes commit; /* COMMIT that holds the entry; empty when the index is the journal's size */
    uint64_t first;            /* where it begins */
    struct hanse_frontier frontier; /* with `base`: before `first` */
    struct hanse_buffer authority;  /* with `base`: content of the body in force there */
};
/* With `base` it hashes all entries before. Errors: NOT_FOUND, IO, CORRUPT. */
HANSE_MUST_USE int hanse_store_recall(struct hanse_store *store, const struct hanse_hash *journal,
                                      uint64_t index, bool base, struct hanse_recalled *ret_recalled);
void hanse_recalled_release(struct hanse_recalled *recalled);

/* Keeps the proof of a fork and cuts the journal to `size` entries with that frontier, all or nothing and
 * durable: entries, bodies, signatures and names that came after go, what they superseded is live again, and
 * the catalogue is projected anew. Outside a transaction. Errors: STALE (no commit ends there), IO,
 * DISK_FULL, CORRUPT. */
HANSE_MUST_USE int hanse_store_freeze(struct hanse_store *store, const struct hanse_hash *journal,
                                      uint64_t size, struct hanse_bytes frontier, struct hanse_bytes proof,
                                      const struct hanse_hash *heads_root);
/* Gives the engine that one journal as it is after the cut. Errors: NOT_FOUND, IO, CORRUPT. */
HANSE_MUST_USE int hanse_store_restore_cut(struct hanse_store *store, const struct hanse_hash *journal,
                                           struct hanse_engine *engine);
/* Appends the FORK message of a frozen journal. Errors: NOT_FOUND, IO, CORRUPT. */
HANSE_MUST_USE int hanse_store_load_fork(struct hanse_store *store, const struct hanse_hash *journal,
                                         struct hanse_buffer *ret_message);

/* Restores the engine: every journal's numbers and live entries. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_store_restore(struct hanse_store *store, struct hanse_engine *engine);

/* Reads every entry, body and signature again and checks hashes, tree, state and signatures. Calls `progress`
 * (may be NULL) now and then. Errors: CORRUPT with the place in `ret_where`; IO. */
HANSE_MUST_USE int hanse_store_verify(struct hanse_store *store,
                                      void (*progress)(void *context, uint64_t entries), void *context,
                                      struct hanse_buffer *ret_where);
/* The same in pieces of a few milliseconds, outside a transaction; in between, commits may be appended. */
struct hanse_verification;
HANSE_MUST_USE int hanse_store_verify_begin(struct hanse_store *store,
                                            struct hanse_verification **ret_verification);
HANSE_MUST_USE int hanse_store_verify_some(struct hanse_verification *verification, bool *ret_done,
                                           struct hanse_buffer *ret_where);
void hanse_store_verify_end(struct hanse_verification **verification);

/* Every page has a checksum, and nobody reads past a wrong one (CORRUPT). This reads `pages` more of the
 * file's, so that damage is found where nobody reads: some microseconds a page that the system has in memory.
 * `*ret_done`: it has been through the whole file, and begins anew. Errors: CORRUPT, IO. */
HANSE_MUST_USE int hanse_store_scrub(struct hanse_store *store, uint32_t pages, bool *ret_done);

/* Puts a new database in the place of a damaged one, with all of every journal that is whole from its start
 * on, and the catalogue projected anew. Takes the home's lock while it works; no store may be open. On
 * failure the damaged file is where it was. Errors: CORRUPT (it is not readable as a store at all), LOCKED,
 * IO, DISK_FULL. */
struct hanse_salvage {
    size_t journals;   /* that the damaged file told of */
    size_t incomplete; /* of them: some of their entries could not be had */
    uint64_t entries;  /* that were saved */
    uint64_t missing;  /* that were not: they are to come from the mesh */
    char kept[576];    /* where the damaged file is now; the one of an earlier salvage is gone */
};
HANSE_MUST_USE int hanse_store_salvage(const char *path, const struct hanse_projection *projection,
                                       struct hanse_salvage *ret_salvage);

/* Drops the catalogue and projects every live entry again, in one transaction. */
HANSE_MUST_USE int hanse_store_reindex(struct hanse_store *store,
                                       void (*progress)(void *context, uint64_t entries), void *context);

/* A label of our own for a journal that no council has named yet: only admitted and labelled journals show in
 * the views. While an admitted domain has that name, the label shows as `name~` and 8 hex digits of the
 * journal id. The council's journal is labelled `council` by itself. Errors: EXISTS (another journal has that
 * label). */
HANSE_MUST_USE int hanse_store_label(struct hanse_store *store, const struct hanse_hash *journal,
                                     const char *name);

/* The name under which the council admits the journal, as far as the file knows; on any connection, a
 * reader's too. `ret_name` has room for HANSE_NAME_MAX + 1. Errors: NOT_FOUND (not admitted), IO, CORRUPT. */
HANSE_MUST_USE int hanse_store_admitted_name(struct sqlite3 *db, const struct hanse_hash *journal,
                                             char *ret_name);

/* Says which journal's `domain` entries name the others. Without this call it is the first council's journal
 * that came, which is right for every node that was never in two meshes. */
HANSE_MUST_USE int hanse_store_council(struct hanse_store *store, const struct hanse_hash *journal);

/* Between publishes, outside a transaction: a checkpoint of the WAL when it has some 1,000 pages, else one
 * bounded piece of the catalogue's housekeeping. Costs at most some milliseconds, a checkpoint of 10,000
 * pages some tens. `ret_more`: not all is done. */
HANSE_MUST_USE int hanse_store_maintain(struct hanse_store *store, bool *ret_more);
/* Whether a checkpoint is due that had better not wait for a pause (some 10,000 pages): a WAL that starts
 * over in time is written in place, and a commit that makes the file grow waits twice as long for the disk.
 */
bool hanse_store_is_due(const struct hanse_store *store);

/* Moves what the WAL has into the database, as far as readers allow. Outside a transaction. */
HANSE_MUST_USE int hanse_store_checkpoint(struct hanse_store *store);

/* The lobby: invites that are open, requests that wait. Not replicated. One request a key, the newest; those
 * of a journal go when it is admitted. BUSY when HANSE_REQUESTS_MAX wait. */
HANSE_MUST_USE int hanse_store_add_invite(struct hanse_store *store, const struct hanse_curve_key *client,
                                          uint64_t expires_ms);
/* Calls `each` for every open invite. */
HANSE_MUST_USE int hanse_store_invites(struct hanse_store *store, uint64_t now_ms,
                                       void (*each)(void *context, const struct hanse_curve_key *client),
                                       void *context);
HANSE_MUST_USE int hanse_store_add_request(struct hanse_store *store, const char *name,
                                           const struct hanse_hash *journal,
                                           const struct hanse_curve_key *key, const char *contact,
                                           uint64_t now_ms);
struct hanse_store_request {
    const char *name;
    struct hanse_hash journal;
    struct hanse_curve_key key;
    const char *contact;
    uint64_t time_ms;
};
/* Calls `each` for every request that waits, the oldest first; on any connection, a reader's too. */
HANSE_MUST_USE int
hanse_store_requests(struct sqlite3 *db,
                     void (*each)(void *context, const struct hanse_store_request *request), void *context);
HANSE_MUST_USE int hanse_store_drop_request(struct hanse_store *store, const struct hanse_curve_key *key);

/* Notes the heads root that the engine gives, as after a salvage. */
HANSE_MUST_USE int hanse_store_set_heads(struct hanse_store *store, const struct hanse_hash *heads_root);

/* Gives back what its cache holds, as when there is nothing to do for a while. */
void hanse_store_release_memory(struct hanse_store *store);

/* The store's own connection, for projectors' maintenance and tests. */
struct sqlite3 *hanse_store_connection(struct hanse_store *store);

/* A read-only connection to a node's database: DEFENSIVE, trusted_schema off. The caller closes it with
 * hanse_store_close_reader. Errors: NOT_FOUND (no such file), IO, CORRUPT, NEWER_SCHEMA. */
HANSE_MUST_USE int hanse_store_open_reader(const char *path, struct sqlite3 **ret_db);
/* Bytes that SQLite has allocated on this thread, less those it has freed on it: for differences. */
int64_t hanse_store_memory(void);
void hanse_store_close_reader(struct sqlite3 **db);

/* What an SQLite result code of that connection is among our errors: IO, DISK_FULL, CORRUPT, LOCKED,
 * TOO_COSTLY (interrupted), INVALID. Aborts when memory ran out. */
int hanse_store_error(struct sqlite3 *db, int sqlite_result);

/* The fence: a second file beside the database, on the disk before a publish is acknowledged. It holds the
 * last (size, root) that was acknowledged and the one that was about to be. */
struct hanse_fence;
struct hanse_fence_mark {
    uint64_t size;
    struct hanse_hash root;
};
/* Opens or makes the fence file of one own journal. `store`: the one that commits after each write and before
 * anybody is told of it; NULL: none does. `ret_known`: the file was there and whole. */
HANSE_MUST_USE int hanse_fence_open(const char *path, const struct hanse_store *store,
                                    struct hanse_fence **ret_fence, bool *ret_known,
                                    struct hanse_fence_mark *ret_acknowledged,
                                    struct hanse_fence_mark *ret_intended);
/* Writes {acknowledged, intended} in the background; hanse_fence_wait returns when it is on the disk, or will
 * be with the store's next commit. */
void hanse_fence_write(struct hanse_fence *fence, const struct hanse_fence_mark *acknowledged,
                       const struct hanse_fence_mark *intended);
HANSE_MUST_USE int hanse_fence_wait(struct hanse_fence *fence);
void hanse_fence_close(struct hanse_fence **fence);

#endif
