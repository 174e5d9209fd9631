/* What the engine asks of its own disk when a fork is suspected (RECALL), and the proofs that are kept. */
#include <string.h>

#include "hanse/merkle.h"
#include "hanse/msgpack.h"
#include "store_internal.h"

#define MESSAGE_FORK 12u

/* Where the commit that holds the entry begins: after the last seal before it. */
static int find_start(struct hanse_store *store, int64_t journal, uint64_t index, uint64_t *ret_first)
{
    sqlite3_stmt *seal;
    bool row;
    int error = store_statement(store, STORE_SEAL_BEFORE, &seal);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(seal, 1, journal);
    store_bind_uint(seal, 2, index);
    error = store_step(store, seal, &row);
    if (error == HANSE_OK)
        *ret_first = row ? (uint64_t)sqlite3_column_int64(seal, 0) + 1 : 0;
    sqlite3_reset(seal);
    return error;
}

/* Hashes every entry before `first` again: nothing else keeps the tree as it was then. */
static int find_base(struct hanse_store *store, int64_t journal, struct hanse_recalled *recalled)
{
    sqlite3_stmt *leaves, *body;
    bool row = true;
    int64_t authority = 0;
    int error = store_statement(store, STORE_LEAVES, &leaves);
    if (error != HANSE_OK)
        return error;
    hanse_frontier_init(&recalled->frontier);
    sqlite3_bind_int64(leaves, 1, journal);
    store_bind_uint(leaves, 2, recalled->first == 0 ? 1 : recalled->first);
    while ((error = store_step(store, leaves, &row)) == HANSE_OK && row) {
        struct hanse_hash leaf = hanse_hash_leaf(store_column(leaves, 1));
        if (recalled->first > 0)
            hanse_frontier_append(&recalled->frontier, &leaf);
        if (sqlite3_column_int(leaves, 2) != 0)
            authority = sqlite3_column_int64(leaves, 0);
    }
    sqlite3_reset(leaves);
    if (error == HANSE_OK && recalled->frontier.size != recalled->first)
        error = HANSE_E_CORRUPT;
    if (error == HANSE_OK)
        error = store_statement(store, STORE_BODY_OF, &body);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(body, 1, authority);
    error = store_step(store, body, &row);
    if (error == HANSE_OK && !row)
        error = HANSE_E_CORRUPT;
    if (error == HANSE_OK) {
        struct hanse_bytes content = hanse_body_content(store_column(body, 0));
        hanse_buffer_append(&recalled->authority, content.data, content.size);
    }
    sqlite3_reset(body);
    return error;
}

int hanse_store_recall(struct hanse_store *store, const struct hanse_hash *journal, uint64_t index, bool base,
                       struct hanse_recalled *ret_recalled)
{
    int64_t id;
    uint64_t size, first = 0;
    const struct hanse_bytes *messages;
    size_t count = 0;
    int error = store_journal_find(store, journal, &id, &size);
    if (error == HANSE_OK && index > size)
        error = HANSE_E_NOT_FOUND;
    if (error == HANSE_OK)
        error = find_start(store, id, index, &first);
    if (error == HANSE_OK && first < size)
        error = hanse_store_load_commits(store, journal, first, size, 0, &messages, &count);
    if (error != HANSE_OK)
        return error;
    struct hanse_recalled recalled = {.first = first};
    hanse_buffer_init(&recalled.authority);
    if (count > 0)
        recalled.commit = messages[0]; /* the store's, until its next load */
    if (base)
        error = find_base(store, id, &recalled);
    if (error == HANSE_OK)
        *ret_recalled = recalled;
    else
        hanse_recalled_release(&recalled);
    return error;
}

void hanse_recalled_release(struct hanse_recalled *recalled)
{
    hanse_buffer_release(&recalled->authority);
    *recalled = (struct hanse_recalled){0};
}

int hanse_store_load_fork(struct hanse_store *store, const struct hanse_hash *journal,
                          struct hanse_buffer *ret_message)
{
    sqlite3_stmt *fork;
    bool row;
    int error = store_statement(store, STORE_FORK_FIND, &fork);
    if (error != HANSE_OK)
        return error;
    store_bind_hash(fork, 1, journal);
    error = store_step(store, fork, &row);
    if (error == HANSE_OK && !row)
        error = HANSE_E_NOT_FOUND;
    if (error == HANSE_OK) {
        hanse_write_array(ret_message, 2);
        hanse_write_uint(ret_message, MESSAGE_FORK);
        hanse_write_binary(ret_message, store_column(fork, 0));
    }
    sqlite3_reset(fork);
    return error;
}
