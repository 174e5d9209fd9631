/* Names: which journal is whose. The council's live `domain` entries bind names to journals (PROTOCOL.md,
 * "Council"); a label is our own word for a journal that no council has named. They live here and not in the
 * catalogue because every row of it asks for one, and because they outlive a reindex. */
#include <stdio.h>

#include "hanse/proposal.h"
#include "store_internal.h"

static int show(struct hanse_store *store, enum store_statement_id id, const struct hanse_hash *journal,
                struct hanse_bytes label)
{
    sqlite3_stmt *statement;
    int error = store_statement(store, id, &statement);
    if (error != HANSE_OK)
        return error;
    if (journal != NULL)
        store_bind_hash(statement, 1, journal);
    else
        store_bind_text(statement, 1, label);
    return store_run(store, statement);
}

int store_name_show(struct hanse_store *store, const struct hanse_hash *journal)
{
    return show(store, STORE_SHOWN_NAME_OF, journal, hanse_bytes(NULL, 0));
}

int store_council(struct hanse_store *store, int64_t *ret_journal)
{
    sqlite3_stmt *get;
    bool row;
    if (store->council < 0) {
        int error = store_statement(store, STORE_COUNCIL_GET, &get);
        if (error != HANSE_OK)
            return error;
        error = store_step(store, get, &row);
        if (error == HANSE_OK)
            store->council = row ? sqlite3_column_int64(get, 0) : 0;
        sqlite3_reset(get);
        if (error != HANSE_OK)
            return error;
    }
    *ret_journal = store->council;
    return HANSE_OK;
}

/* The journal that bears the name, if one does. */
static int find_named(struct hanse_store *store, struct hanse_bytes name, struct hanse_hash *ret_journal,
                      bool *ret_found)
{
    sqlite3_stmt *find;
    bool row;
    int error = store_statement(store, STORE_NAME_FIND, &find);
    if (error != HANSE_OK)
        return error;
    store_bind_text(find, 1, name);
    error = store_step(store, find, &row);
    if (error == HANSE_OK && row)
        error = store_column_exact(find, 0, ret_journal, sizeof *ret_journal);
    if (error == HANSE_OK)
        *ret_found = row;
    sqlite3_reset(find);
    return error;
}

static int set_name(struct hanse_store *store, struct hanse_bytes name,
                    const struct hanse_admission *admission, uint64_t index, uint64_t time_ms)
{
    sqlite3_stmt *statement;
    int error = store_statement(store, admission == NULL ? STORE_NAME_DROP : STORE_NAME_SET, &statement);
    if (error != HANSE_OK)
        return error;
    store_bind_text(statement, 1, name);
    if (admission != NULL) {
        store_bind_hash(statement, 2, &admission->journal);
        store_bind_uint(statement, 3, index);
        store_bind_uint(statement, 4, time_ms);
    }
    return store_run(store, statement);
}

static int drop_requests_of(struct hanse_store *store, const struct hanse_hash *journal)
{
    sqlite3_stmt *done;
    int error = store_statement(store, STORE_REQUEST_DONE, &done);
    if (error != HANSE_OK)
        return error;
    store_bind_hash(done, 1, journal);
    return store_run(store, done);
}

int store_name(struct hanse_store *store, struct hanse_bytes name, struct hanse_bytes content, uint64_t index,
               uint64_t time_ms)
{
    struct hanse_admission admission;
    struct hanse_hash before;
    bool named = false;
    /* A body that cannot be read admits nobody, like a retract: the entry it supersedes no longer counts. */
    bool admits = content.size > 0 && hanse_domain_name_valid(name) &&
                  hanse_admission_decode(content, &admission) == HANSE_OK;
    int error = find_named(store, name, &before, &named);
    if (error == HANSE_OK)
        error = set_name(store, name, admits ? &admission : NULL, index, time_ms);
    if (error == HANSE_OK && named)
        error = store_name_show(store, &before);
    if (error == HANSE_OK && admits)
        error = store_name_show(store, &admission.journal);
    if (error == HANSE_OK && admits)
        error = drop_requests_of(store, &admission.journal);
    /* Labels give way to names, and come back. */
    return error != HANSE_OK ? error : show(store, STORE_SHOWN_LABEL, NULL, name);
}

static int name_entries(struct hanse_store *store, int64_t council)
{
    sqlite3_stmt *entries;
    bool row = true;
    int error = store_statement(store, STORE_NAME_ENTRIES, &entries);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(entries, 1, council);
    while ((error = store_step(store, entries, &row)) == HANSE_OK && row) {
        struct hanse_bytes salted = store_column(entries, 1);
        if (salted.size <= HANSE_SALT_SIZE)
            continue;
        error = store_name(store, store_column(entries, 0), hanse_body_content(salted),
                           (uint64_t)sqlite3_column_int64(entries, 2),
                           (uint64_t)sqlite3_column_int64(entries, 3));
        if (error != HANSE_OK)
            break;
    }
    sqlite3_reset(entries);
    return error;
}

static int set_label(struct hanse_store *store, int64_t journal, struct hanse_bytes label)
{
    sqlite3_stmt *find, *set;
    bool row;
    int error = store_statement(store, STORE_LABEL_FIND, &find);
    if (error != HANSE_OK)
        return error;
    store_bind_text(find, 1, label);
    error = store_step(store, find, &row);
    if (error == HANSE_OK && row && sqlite3_column_int64(find, 0) != journal)
        error = HANSE_E_EXISTS;
    sqlite3_reset(find);
    if (error == HANSE_OK)
        error = store_statement(store, STORE_LABEL_SET, &set);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(set, 1, journal);
    store_bind_text(set, 2, label);
    return store_run(store, set);
}

int store_names_again(struct hanse_store *store, int64_t council)
{
    int error = store_run_id(store, STORE_NAME_CLEAR);
    if (error == HANSE_OK)
        error = name_entries(store, council);
    return error != HANSE_OK ? error : store_run_id(store, STORE_SHOWN_ALL);
}

static int set_council(struct hanse_store *store, int64_t journal)
{
    sqlite3_stmt *set;
    int error = store_statement(store, STORE_COUNCIL_SET, &set);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(set, 1, journal);
    error = store_run(store, set);
    store->council = journal;
    if (error == HANSE_OK) /* of an earlier council */
        error = store_run_id(store, STORE_LABEL_FREE);
    if (error == HANSE_OK)
        error = set_label(store, journal, hanse_bytes_of("council"));
    return error != HANSE_OK ? error : store_names_again(store, journal);
}

int store_council_adopt(struct hanse_store *store, int64_t journal)
{
    int64_t council;
    int error = store_council(store, &council);
    return error != HANSE_OK || council != 0 ? error : set_council(store, journal);
}

static int council_work(struct hanse_store *store, void *context)
{
    int64_t journal, council;
    uint64_t size;
    int error = store_journal_need(store, context, &journal, &size);
    if (error == HANSE_OK)
        error = store_council(store, &council);
    return error != HANSE_OK || council == journal ? error : set_council(store, journal);
}

int hanse_store_council(struct hanse_store *store, const struct hanse_hash *journal)
{
    struct hanse_hash id = *journal;
    return store_atomically(store, council_work, &id);
}

struct label {
    const struct hanse_hash *journal;
    const char *name;
};

static int label_work(struct hanse_store *store, void *context)
{
    const struct label *label = context;
    int64_t journal;
    uint64_t size;
    int error = store_journal_need(store, label->journal, &journal, &size);
    if (error == HANSE_OK)
        error = set_label(store, journal, hanse_bytes_of(label->name));
    return error != HANSE_OK ? error : store_name_show(store, label->journal);
}

int hanse_store_label(struct hanse_store *store, const struct hanse_hash *journal, const char *name)
{
    struct label label = {.journal = journal, .name = name};
    return store_atomically(store, label_work, &label);
}

int hanse_store_admitted_name(sqlite3 *db, const struct hanse_hash *journal, char *ret_name)
{
    sqlite3_stmt *find = NULL;
    int error = HANSE_E_NOT_FOUND;
    int rc = sqlite3_prepare_v2(
        db, "SELECT name FROM hanse$journals WHERE journal_id = ?1 AND admitted AND NOT council", -1, &find,
        NULL);
    if (rc == SQLITE_OK) {
        store_bind_hash(find, 1, journal);
        rc = sqlite3_step(find);
    }
    if (rc == SQLITE_ROW) {
        struct hanse_bytes name = store_column(find, 0);
        error = name.size <= HANSE_NAME_MAX ? HANSE_OK : HANSE_E_CORRUPT;
        if (error == HANSE_OK)
            snprintf(ret_name, HANSE_NAME_MAX + 1, "%.*s", (int)name.size, (const char *)name.data);
    } else if (rc != SQLITE_DONE) {
        error = hanse_store_error(db, rc);
    }
    sqlite3_finalize(find);
    return error;
}
