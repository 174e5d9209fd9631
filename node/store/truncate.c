/* Cutting a journal where a fork is proven (PROTOCOL.md, "Forks"): the proof is kept, and whatever stands
 * after the cut goes, in one transaction. What is left is what a store would hold that never saw more, so
 * that equal journals and equal proofs give equal catalogues, whichever branch was held.
 *
 * The catalogue is projected anew as a whole: ids of entries are used again after this, and the search index
 * still knows superseded ones by their ids. A fork is rare enough for that. */
#include "store_internal.h"

struct cut {
    const struct hanse_hash *id;
    uint64_t size;
    struct hanse_bytes frontier;
    struct hanse_bytes proof;
    const struct hanse_hash *heads_root;
    int64_t journal;
};

/* Statements of the cut, rare enough not to be kept. ?1 is the journal's id, ?2 the size that stays. */
static const char *const STEPS[] = {
    "DELETE FROM hanse$body WHERE id IN (SELECT id FROM hanse$entry WHERE journal = ?1 AND idx >= ?2)",
    "DELETE FROM hanse$checkpoint WHERE id IN (SELECT id FROM hanse$entry WHERE journal = ?1 AND idx >= ?2)",
    /* Whatever was superseded by what goes is in the state again. */
    "UPDATE hanse$entry SET live = 1 WHERE id IN (SELECT id FROM (SELECT e.id, max(e.idx) FROM hanse$entry e"
    " JOIN (SELECT DISTINCT kind, key FROM hanse$entry WHERE journal = ?1 AND idx >= ?2 AND kind <> 'seal') "
    "gone"
    " ON gone.kind = e.kind AND gone.key = e.key WHERE e.journal = ?1 AND e.idx < ?2 GROUP BY e.kind, "
    "e.key))",
    "DELETE FROM hanse$entry WHERE journal = ?1 AND idx >= ?2",
    "UPDATE hanse$journal SET size = ?2,"
    " seal_time_ms = coalesce((SELECT time_ms FROM hanse$entry WHERE journal = ?1 AND idx = ?2 - 1), 0),"
    " authority = (SELECT id FROM hanse$entry WHERE journal = ?1 AND kind = 'authority' ORDER BY idx DESC "
    "LIMIT 1)"
    " WHERE id = ?1",
};
/* ?3 is a blob. */
static const char SET_FRONTIER[] = "UPDATE hanse$journal SET frontier = ?3 WHERE id = ?1 AND size = ?2";
static const char KEEP_PROOF[] = "INSERT OR REPLACE INTO hanse$fork(journal, cut, proof) VALUES(?1, ?2, ?3)";

static int run_once(struct hanse_store *store, const char *sql, const struct cut *cut,
                    struct hanse_bytes blob)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, cut->journal);
        store_bind_uint(statement, 2, cut->size);
        if (sqlite3_bind_parameter_count(statement) == 3)
            store_bind_bytes(statement, 3, blob);
        rc = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return hanse_store_error(store->db, rc);
}

/* A cut must end a commit, or the journal would be another than the one that was signed. */
static int check_end(struct hanse_store *store, const struct cut *cut)
{
    sqlite3_stmt *find;
    bool row;
    if (cut->size == 0)
        return HANSE_OK;
    int error = store_statement(store, STORE_ENTRY_FIND, &find);
    if (error != HANSE_OK)
        return error;
    struct hanse_entry entry;
    sqlite3_bind_int64(find, 1, cut->journal);
    store_bind_uint(find, 2, cut->size - 1);
    error = store_step(store, find, &row);
    if (error == HANSE_OK && (!row || hanse_entry_decode(store_column(find, 1), &entry) != HANSE_OK ||
                              !hanse_entry_is_seal(&entry)))
        error = HANSE_E_STALE;
    sqlite3_reset(find);
    return error;
}

static int set_heads(struct hanse_store *store, const struct hanse_hash *heads_root)
{
    sqlite3_stmt *heads;
    int error = store_statement(store, STORE_HEADS_SET, &heads);
    if (error != HANSE_OK)
        return error;
    store_bind_hash(heads, 1, heads_root);
    return store_run(store, heads);
}

static int freeze(struct hanse_store *store, void *context)
{
    struct cut *cut = context;
    uint64_t size;
    int64_t council = 0;
    int error = store_journal_need(store, cut->id, &cut->journal, &size);
    if (error == HANSE_OK && size < cut->size)
        error = HANSE_E_STALE;
    if (error == HANSE_OK)
        error = check_end(store, cut);
    for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0] && error == HANSE_OK; i++)
        error = run_once(store, STEPS[i], cut, hanse_bytes(NULL, 0));
    if (error == HANSE_OK)
        error = run_once(store, SET_FRONTIER, cut, cut->frontier);
    if (error == HANSE_OK)
        error = run_once(store, KEEP_PROOF, cut, cut->proof);
    if (error == HANSE_OK)
        error = set_heads(store, cut->heads_root);
    if (error == HANSE_OK)
        error = store_council(store, &council);
    if (error == HANSE_OK && council == cut->journal)
        error = store_names_again(store, council);
    if (error == HANSE_OK && store->projection != NULL)
        error = store_project_all(store, NULL, NULL);
    return error;
}

int hanse_store_freeze(struct hanse_store *store, const struct hanse_hash *journal, uint64_t size,
                       struct hanse_bytes frontier, struct hanse_bytes proof,
                       const struct hanse_hash *heads_root)
{
    struct cut cut = {
        .id = journal, .size = size, .frontier = frontier, .proof = proof, .heads_root = heads_root};
    return store_atomically(store, freeze, &cut);
}
