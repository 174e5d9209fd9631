/* A new database from what is whole in a damaged one. Damage may lie in any page: in a body, in an index, in
 * the tree that holds a table together; what a damaged page should say is known by hashes alone, for
 * journals, and by projecting again, for the catalogue. So the file is not mended in place: its journals are
 * replayed, each up to where it cannot be read or does not verify, into a new file, with the catalogue
 * projected anew. What is missing then is what any node misses that was away, and comes from the mesh in the
 * same way; an own journal is fenced until it is whole again.
 *
 *   node.db (damaged) ──replay, as far as each journal is whole──▶ node.db.salvaged ──rename──▶ node.db
 *        └──rename──▶ node.db.damaged: kept, for whoever wants to look */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hanse/check.h"
#include "hanse/fork.h"
#include "hanse/limits.h"
#include "hanse/msgpack.h"
#include "store_internal.h"

#define BATCH_ENTRIES 1000u

struct salvage {
    struct hanse_store *from; /* no lock, no projection, and checksums not looked at */
    struct hanse_store *to;
    struct hanse_salvage *result;
    struct store_replay replay;
    size_t batch; /* entries in the open transaction */
    struct proof *proofs;
    size_t proof_count;
};

/* Of the fork of a journal that is whole up to its cut. */
struct proof {
    struct hanse_hash journal;
    uint64_t cut;
    struct hanse_frontier frontier;
    struct hanse_buffer encoded;
};

static int begin(struct salvage *s)
{
    return hanse_store_begin(s->to);
}

static int append(void *context, const struct hanse_commit *commit, const struct hanse_journal *journal)
{
    struct salvage *s = context;
    struct hanse_hash no_heads = {{0}};
    int error = commit->missing > 0 ? HANSE_E_CORRUPT : HANSE_OK; /* a body is gone: the mesh may have it */
    if (error == HANSE_OK)
        error = hanse_store_append(s->to, commit, hanse_journal_frontier(journal), &no_heads);
    if (error != HANSE_OK)
        return error;
    s->result->entries += commit->count;
    s->batch += commit->count;
    if (s->batch < BATCH_ENTRIES)
        return HANSE_OK;
    s->batch = 0;
    error = hanse_store_commit(s->to);
    return error != HANSE_OK ? error : begin(s);
}

/* What froze the journal, when it holds for what is left of it. A journal that lost entries gets them from
 * the mesh, as one that is not frozen, and the proof after them. At 0 there is no entry to judge by. */
static void read_proof(struct salvage *s)
{
    const struct hanse_journal *journal = &s->replay.journal;
    struct hanse_frontier frontier;
    struct hanse_authority authority;
    struct hanse_buffer message;
    struct hanse_fork_proof proof;
    struct hanse_reader r;
    hanse_buffer_init(&message);
    if (hanse_store_load_fork(s->from, &journal->id, &message) != HANSE_OK)
        goto out;
    hanse_reader_init(&r, hanse_buffer_bytes(&message));
    hanse_read_array(&r, 2, 2);
    hanse_read_skip(&r); /* the type */
    struct hanse_bytes encoded = hanse_read_binary(&r, HANSE_FORK_PROOF_MAX);
    if (r.error != HANSE_OK || hanse_fork_proof_decode(encoded, &proof) != HANSE_OK ||
        !hanse_hash_equal(&proof.journal, &journal->id))
        goto out;
    hanse_journal_numbers(journal, &frontier, &authority);
    if (frontier.size > 0 ? hanse_fork_proof_verify(&proof, &frontier, &authority) != HANSE_OK
                          : proof.prefix.size > 0)
        goto out;
    s->proofs = hanse_realloc(s->proofs, (s->proof_count + 1) * sizeof s->proofs[0]);
    struct proof *kept = &s->proofs[s->proof_count++];
    *kept = (struct proof){.journal = journal->id, .cut = frontier.size, .frontier = frontier};
    hanse_buffer_init(&kept->encoded);
    hanse_buffer_append(&kept->encoded, encoded.data, encoded.size);
out:
    hanse_buffer_release(&message);
}

/* One journal, as far as it is whole. What is wrong with the damaged file is no error. */
static int salvage_journal(struct salvage *s, int64_t row, const struct hanse_hash *id, uint64_t size)
{
    int error = HANSE_OK;
    s->replay = (struct store_replay){.store = s->from, .id = row, .each = append, .context = s};
    hanse_journal_init(&s->replay.journal, id);
    while (error == HANSE_OK && hanse_journal_size(&s->replay.journal) < size)
        error = store_replay_some(&s->replay, size, 0); /* one commit: what follows may be unreadable */
    uint64_t held = hanse_journal_size(&s->replay.journal);
    if (held == size)
        read_proof(s);
    hanse_journal_release(&s->replay.journal);
    bool ours = sqlite3_get_autocommit(s->to->db) != 0; /* the new file's own failure rolled it back */
    if (held < size) {
        s->result->incomplete++;
        s->result->missing += size - held;
    }
    return ours ? error : HANSE_OK;
}

struct row {
    int64_t id;
    struct hanse_hash journal;
    uint64_t size;
    char label[64]; /* or empty */
};

/* What can be read of the list of journals. */
static size_t read_rows(struct salvage *s, struct row **ret_rows)
{
    sqlite3_stmt *find = NULL;
    struct row *rows = NULL;
    size_t count = 0;
    int rc = sqlite3_prepare_v2(s->from->db,
                                "SELECT id, journal_id, size, label FROM hanse$journal"
                                " ORDER BY id IS NOT (SELECT council FROM hanse$meta), id",
                                -1, &find, NULL);
    while (rc == SQLITE_OK && sqlite3_step(find) == SQLITE_ROW) {
        const char *label = (const char *)sqlite3_column_text(find, 3);
        rows = hanse_realloc(rows, (count + 1) * sizeof *rows);
        rows[count] = (struct row){.id = sqlite3_column_int64(find, 0),
                                   .size = (uint64_t)sqlite3_column_int64(find, 2)};
        if (store_column_exact(find, 1, &rows[count].journal, sizeof rows[count].journal) != HANSE_OK)
            continue;
        snprintf(rows[count].label, sizeof rows[count].label, "%s", label == NULL ? "" : label);
        rows[count].size = rows[count].size > HANSE_SIZE_MAX ? HANSE_SIZE_MAX : rows[count].size;
        count++;
    }
    sqlite3_finalize(find);
    *ret_rows = rows;
    return count;
}

/* With an error there is nothing more to do than to forget the proofs. */
static int freeze_again(struct salvage *s, int error)
{
    const struct hanse_hash no_heads = {{0}};
    for (size_t i = 0; i < s->proof_count; i++) {
        struct proof *proof = &s->proofs[i];
        if (error == HANSE_OK)
            error =
                hanse_store_freeze(s->to, &proof->journal, proof->cut, hanse_frontier_bytes(&proof->frontier),
                                   hanse_buffer_bytes(&proof->encoded), &no_heads);
        hanse_buffer_release(&proof->encoded);
    }
    free(s->proofs);
    return error;
}

static int salvage_journals(struct salvage *s)
{
    struct row *rows;
    size_t count = read_rows(s, &rows);
    int error = begin(s);
    for (size_t i = 0; i < count && error == HANSE_OK; i++)
        error = salvage_journal(s, rows[i].id, &rows[i].journal, rows[i].size);
    for (size_t i = 0; i < count && error == HANSE_OK; i++) {
        if (rows[i].label[0] != '\0' && strcmp(rows[i].label, "council") != 0)
            error = hanse_store_label(s->to, &rows[i].journal, rows[i].label);
    }
    s->result->journals = count;
    free(rows);
    if (error == HANSE_OK)
        error = hanse_store_commit(s->to);
    return freeze_again(s, error);
}

static void add_request(void *context, const struct hanse_store_request *request)
{
    struct salvage *s = context;
    (void)!hanse_store_add_request(s->to, request->name, &request->journal, &request->key, request->contact,
                                   request->time_ms);
}

static void add_invites(struct salvage *s)
{
    sqlite3_stmt *rows = NULL;
    int rc = sqlite3_prepare_v2(s->from->db, "SELECT client, expires_ms FROM hanse$invite", -1, &rows, NULL);
    while (rc == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW) {
        struct hanse_curve_key client;
        int64_t expires_ms = sqlite3_column_int64(rows, 1);
        if (store_column_exact(rows, 0, &client, sizeof client) == HANSE_OK && expires_ms >= 0)
            (void)!hanse_store_add_invite(s->to, &client, (uint64_t)expires_ms);
    }
    sqlite3_finalize(rows);
}

/* The lobby: nobody else has it, and nothing proves it, so what can be read is taken. */
static void salvage_lobby(struct salvage *s)
{
    (void)!hanse_store_requests(s->from->db, add_request, s);
    add_invites(s);
}

/* ---- files ---- */

static int open_damaged(const char *path, struct hanse_store *from)
{
    sqlite3_stmt *look = NULL;
    int rc = sqlite3_open_v2(path, &from->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_extended_result_codes(from->db, 1);
    if (rc == SQLITE_OK) /* the file is evidence: nothing more is written to it */
        rc = sqlite3_db_config(from->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(from->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(from->db, "SELECT schema FROM hanse$meta", -1, &look, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(look);
    bool is_store = rc == SQLITE_ROW && sqlite3_column_int(look, 0) == STORE_SCHEMA_VERSION;
    sqlite3_finalize(look);
    return is_store ? HANSE_OK : HANSE_E_CORRUPT;
}

static void close_damaged(struct hanse_store *from)
{
    for (int i = 0; i < STORE_STATEMENT_COUNT; i++)
        sqlite3_finalize(from->statements[i]);
    sqlite3_close(from->db);
    hanse_buffer_release(&from->loaded);
    free(from->messages);
}

static int move(const char *from, const char *to, const char *part)
{
    char from_path[600], to_path[600];
    snprintf(from_path, sizeof from_path, "%s%s", from, part);
    snprintf(to_path, sizeof to_path, "%s%s", to, part);
    return rename(from_path, to_path) == 0 || errno == ENOENT ? HANSE_OK : HANSE_E_IO;
}

static void forget(const char *path)
{
    static const char *const PARTS[] = {"", "-wal", "-shm", "-journal", ".lock"};
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++) {
        char name[600];
        snprintf(name, sizeof name, "%s%s", path, PARTS[i]);
        (void)unlink(name);
    }
}

static int sync_folder(const char *path)
{
    char *copy = hanse_strdup(path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = folder >= 0 && fsync(folder) == 0 ? HANSE_OK : HANSE_E_IO;
    if (folder >= 0)
        close(folder);
    free(copy);
    return error;
}

/* The damaged WAL goes first: beside another database it would be played into that. A disk that rots goes on
 * rotting: only the newest damaged file is kept, lest they fill it. */
static int swap(const char *path, const char *salvaged, struct hanse_salvage *result)
{
    snprintf(result->kept, sizeof result->kept, "%s.damaged", path);
    forget(result->kept);
    int error = move(path, result->kept, "-wal");
    if (error == HANSE_OK)
        error = move(path, result->kept, "-shm");
    if (error == HANSE_OK)
        error = move(path, result->kept, "");
    if (error == HANSE_OK)
        error = move(salvaged, path, "");
    return error != HANSE_OK ? error : sync_folder(path);
}

int hanse_store_salvage(const char *path, const struct hanse_projection *projection,
                        struct hanse_salvage *ret_salvage)
{
    struct hanse_store from = {.lock = -1, .council = -1};
    struct hanse_salvage result = {0};
    struct salvage s = {.from = &from, .result = &result};
    char salvaged[512];
    int lock = -1;
    snprintf(salvaged, sizeof salvaged, "%s.salvaged", path);
    hanse_buffer_init(&from.loaded);
    int error = store_lock(path, &lock);
    if (error == HANSE_OK)
        error = open_damaged(path, &from);
    if (error != HANSE_OK)
        goto out;
    forget(salvaged); /* of an earlier time that was cut off */
    error = hanse_store_open(salvaged, projection, &s.to);
    if (error == HANSE_OK)
        error = salvage_journals(&s);
    if (error == HANSE_OK)
        salvage_lobby(&s);
    hanse_store_close(&s.to); /* which leaves no WAL behind */
    if (error == HANSE_OK)
        error = swap(path, salvaged, &result);
    if (error == HANSE_OK)
        error = store_forget_wal(lock);
    forget(salvaged);
out:
    close_damaged(&from);
    if (lock >= 0)
        close(lock);
    if (error == HANSE_OK)
        *ret_salvage = result;
    return error;
}
