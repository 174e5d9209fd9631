/* Appending commits: PROTOCOL.md, "Commits". What is judged here is only that the commit continues what is
 * stored; its validity was the engine's to judge. */
#include "hanse/authority.h"
#include "store_internal.h"

struct append {
    const struct hanse_commit *commit;
    struct hanse_bytes frontier;
    const struct hanse_hash *heads_root;
    int64_t journal;   /* id */
    int64_t authority; /* id of the commit's authority entry, or 0 */
    bool council;
};

int store_project(struct hanse_store *store, const struct hanse_projected *projected)
{
    const struct hanse_projection *projection = store->projection;
    for (size_t i = 0; projection != NULL && i < projection->count; i++) {
        const struct hanse_projector *projector = &projection->projectors[i];
        if (hanse_bytes_equal_text(projected->entry->kind, projector->kind))
            return projector->project(projection->context, store->db, projected);
    }
    return HANSE_OK;
}

/* Takes the superseded entry out of the state. */
static int supersede(struct hanse_store *store, int64_t journal, uint64_t index, int64_t *ret_id)
{
    sqlite3_stmt *find, *mark;
    bool row;
    int64_t id = 0;
    int error = store_statement(store, STORE_ENTRY_FIND, &find);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(find, 1, journal);
    store_bind_uint(find, 2, index);
    error = store_step(store, find, &row);
    if (error == HANSE_OK && !row)
        error = HANSE_E_CORRUPT;
    if (error == HANSE_OK)
        id = sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    if (error == HANSE_OK)
        error = store_statement(store, STORE_ENTRY_SUPERSEDE, &mark);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(mark, 1, id);
    error = store_run(store, mark);
    if (error == HANSE_OK)
        *ret_id = id;
    return error;
}

static int add_entry(struct hanse_store *store, const struct append *append, uint32_t i, int64_t *ret_id)
{
    const struct hanse_commit_item *item = &append->commit->items[i];
    sqlite3_stmt *add;
    int error = store_statement(store, STORE_ENTRY_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, append->journal);
    store_bind_uint(add, 2, append->commit->first + i);
    store_bind_uint(add, 3, append->commit->seal.time_ms);
    sqlite3_bind_int(add, 4, !hanse_entry_is_seal(&item->entry));
    sqlite3_bind_int(add, 5, (int)item->entry.operation);
    store_bind_text(add, 6, item->entry.kind);
    store_bind_text(add, 7, item->entry.key);
    if (item->entry.has_body)
        store_bind_text(add, 8, item->entry.media);
    else
        sqlite3_bind_null(add, 8);
    sqlite3_bind_int64(add, 9, item->entry.body_size);
    store_bind_bytes(add, 10, item->encoded);
    error = store_run(store, add);
    if (error == HANSE_OK)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return error;
}

static int add_body(struct hanse_store *store, int64_t id, struct hanse_bytes salted)
{
    sqlite3_stmt *add;
    int error = store_statement(store, STORE_BODY_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, id);
    store_bind_bytes(add, 2, salted);
    return store_run(store, add);
}

static int add_item(struct hanse_store *store, struct append *append, uint32_t i, int64_t *ret_id)
{
    const struct hanse_commit_item *item = &append->commit->items[i];
    struct hanse_projected projected = {.journal = append->journal,
                                        .index = append->commit->first + i,
                                        .time_ms = append->commit->seal.time_ms,
                                        .entry = &item->entry,
                                        .prepared = item->prepared};
    int error = add_entry(store, append, i, ret_id);
    if (error != HANSE_OK)
        return error;
    projected.entry_rowid = *ret_id;
    if (item->salted.size > HANSE_SALT_SIZE) {
        projected.content = hanse_body_content(item->salted);
        error = add_body(store, *ret_id, item->salted);
    }
    if (error == HANSE_OK && item->replaces != HANSE_TREE_ABSENT)
        error = supersede(store, append->journal, item->replaces, &projected.replaces_rowid);
    if (hanse_bytes_equal_text(item->entry.kind, HANSE_KIND_AUTHORITY))
        append->authority = *ret_id;
    if (error == HANSE_OK && append->council && hanse_bytes_equal_text(item->entry.kind, HANSE_KIND_DOMAIN))
        error = store_name(store, item->entry.key, projected.content, projected.index, projected.time_ms);
    return error != HANSE_OK ? error : store_project(store, &projected);
}

static int add_checkpoint(struct hanse_store *store, const struct hanse_commit *commit, int64_t seal)
{
    sqlite3_stmt *add;
    int error = store_statement(store, STORE_CHECKPOINT_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, seal);
    store_bind_hash(add, 2, &commit->root);
    store_bind_bytes(add, 3, hanse_bytes(commit->signature.bytes, sizeof commit->signature.bytes));
    return store_run(store, add);
}

static int grow_journal(struct hanse_store *store, const struct append *append)
{
    const struct hanse_commit *commit = append->commit;
    sqlite3_stmt *grow, *heads;
    int error = store_statement(store, STORE_JOURNAL_GROW, &grow);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(grow, 1, append->journal);
    store_bind_uint(grow, 2, commit->first + commit->count);
    store_bind_bytes(grow, 3, append->frontier);
    store_bind_uint(grow, 4, commit->seal.time_ms);
    if (append->authority != 0)
        sqlite3_bind_int64(grow, 5, append->authority);
    else
        sqlite3_bind_null(grow, 5);
    error = store_run(store, grow);
    if (error == HANSE_OK)
        error = store_statement(store, STORE_HEADS_SET, &heads);
    if (error != HANSE_OK)
        return error;
    store_bind_hash(heads, 1, append->heads_root);
    return store_run(store, heads);
}

/* The first commit of a council's journal: it may be the one whose `domain` entries name the others. */
static int greet_council(struct hanse_store *store, const struct append *append)
{
    struct hanse_bytes salted = append->commit->items[0].salted;
    struct hanse_authority authority;
    if (append->commit->first != 0 || salted.size <= HANSE_SALT_SIZE ||
        hanse_authority_decode(hanse_body_content(salted), &authority) != HANSE_OK ||
        authority.role != HANSE_AUTHORITY_COUNCIL)
        return HANSE_OK;
    return store_council_adopt(store, append->journal);
}

static int append_commit(struct hanse_store *store, void *context)
{
    struct append *append = context;
    uint64_t size;
    int64_t id = 0, council = 0;
    int error = store_journal_need(store, &append->commit->journal, &append->journal, &size);
    if (error == HANSE_OK && size != append->commit->first)
        error = HANSE_E_STALE;
    if (error == HANSE_OK)
        error = greet_council(store, append);
    if (error == HANSE_OK)
        error = store_council(store, &council);
    append->council = council == append->journal;
    for (uint32_t i = 0; error == HANSE_OK && i < append->commit->count; i++)
        error = add_item(store, append, i, &id);
    if (error == HANSE_OK)
        error = add_checkpoint(store, append->commit, id);
    return error != HANSE_OK ? error : grow_journal(store, append);
}

int hanse_store_append(struct hanse_store *store, const struct hanse_commit *commit,
                       struct hanse_bytes frontier, const struct hanse_hash *heads_root)
{
    struct append append = {.commit = commit, .frontier = frontier, .heads_root = heads_root};
    if (sqlite3_get_autocommit(store->db))
        return HANSE_E_IO; /* rolled back by an earlier failure, which was told */
    int error = append_commit(store, &append);
    if (error != HANSE_OK)
        hanse_store_rollback(store);
    return error;
}
