/* Reading a journal back as if a peer sent it: each stored commit is decoded, given its bodies and judged,
 * from nothing on. What comes out is what the journal really is, whatever the tables say beside it. */
#include <stdlib.h>
#include <string.h>

#include "store_internal.h"

static int wrong(struct store_replay *r, uint64_t index, const char *what)
{
    r->wrong_at = index;
    r->wrong = what;
    return HANSE_E_CORRUPT;
}

/* A body that does not ride in its commit, copied; NULL when it is not stored. */
static int fetch_body(struct store_replay *r, uint64_t index, uint8_t **ret_copy, size_t *ret_size)
{
    sqlite3_stmt *find;
    bool row;
    int error = store_statement(r->store, STORE_BODY_FIND, &find);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(find, 1, r->id);
    store_bind_uint(find, 2, index);
    error = store_step(r->store, find, &row);
    if (error == HANSE_OK && row) {
        struct hanse_bytes salted = store_column(find, 0);
        *ret_copy = hanse_malloc(salted.size);
        *ret_size = salted.size;
        memcpy(*ret_copy, salted.data, salted.size);
    }
    sqlite3_reset(find);
    return error;
}

static int judge(struct store_replay *r, struct hanse_commit *commit)
{
    int judged = hanse_journal_apply(&r->journal, commit);
    if (judged != HANSE_OK)
        return wrong(r, commit->first, hanse_error_sentence(judged));
    hanse_journal_confirm(&r->journal, hanse_journal_size(&r->journal));
    return r->each == NULL ? HANSE_OK : r->each(r->context, commit, &r->journal);
}

static int take(struct store_replay *r, struct hanse_commit *commit)
{
    uint8_t **copies = hanse_calloc(commit->count, sizeof copies[0]);
    int error = HANSE_OK;
    for (uint32_t i = 0; i < commit->count && error == HANSE_OK; i++) {
        const struct hanse_commit_item *item = &commit->items[i];
        size_t size = 0;
        if (!item->entry.has_body || item->salted.size > 0)
            continue;
        error = fetch_body(r, commit->first + i, &copies[i], &size);
        if (error == HANSE_OK && copies[i] != NULL &&
            hanse_commit_supply(commit, commit->first + i, hanse_bytes(copies[i], size)) != HANSE_OK)
            error = wrong(r, commit->first + i, hanse_error_sentence(HANSE_E_BAD_BODY));
    }
    if (error == HANSE_OK)
        error = judge(r, commit);
    for (uint32_t i = 0; i < commit->count; i++)
        free(copies[i]);
    free(copies);
    return error;
}

int store_replay_some(struct store_replay *r, uint64_t size, uint32_t max_bytes)
{
    const struct hanse_bytes *messages;
    size_t count;
    uint64_t first = hanse_journal_size(&r->journal);
    int error = hanse_store_load_commits(r->store, &r->journal.id, first, size, max_bytes, &messages, &count);
    if (error == HANSE_E_CORRUPT || error == HANSE_E_NOT_FOUND || (error == HANSE_OK && count == 0))
        return wrong(r, first, "the commit that begins here cannot be read");
    for (size_t i = 0; i < count && error == HANSE_OK; i++) {
        struct hanse_commit commit;
        int read = hanse_commit_decode(messages[i], &commit);
        if (read != HANSE_OK)
            return wrong(r, hanse_journal_size(&r->journal), hanse_error_sentence(read));
        error = take(r, &commit);
        hanse_commit_release(&commit);
    }
    if (error == HANSE_E_CORRUPT && r->wrong == NULL)
        wrong(r, hanse_journal_size(&r->journal), "the database file itself is damaged");
    return error;
}
