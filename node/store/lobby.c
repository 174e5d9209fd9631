/* The lobby: invites that are open and requests that wait. Ours alone, not replicated (PROTOCOL.md,
 * "Joining"). */
#include "store_internal.h"

int hanse_store_add_invite(struct hanse_store *store, const struct hanse_curve_key *client,
                           uint64_t expires_ms)
{
    sqlite3_stmt *add;
    int error = store_statement(store, STORE_INVITE_ADD, &add);
    if (error != HANSE_OK)
        return error;
    store_bind_bytes(add, 1, hanse_bytes(client->bytes, sizeof client->bytes));
    store_bind_uint(add, 2, expires_ms);
    return store_run(store, add);
}

int hanse_store_invites(struct hanse_store *store, uint64_t now_ms,
                        void (*each)(void *context, const struct hanse_curve_key *client), void *context)
{
    sqlite3_stmt *invites;
    bool row = true;
    int error = store_statement(store, STORE_INVITES, &invites);
    if (error != HANSE_OK)
        return error;
    store_bind_uint(invites, 1, now_ms);
    while ((error = store_step(store, invites, &row)) == HANSE_OK && row) {
        struct hanse_curve_key client;
        error = store_column_exact(invites, 0, &client, sizeof client);
        if (error != HANSE_OK)
            break;
        each(context, &client);
    }
    sqlite3_reset(invites);
    return error;
}

static int add_request(struct hanse_store *store, void *context)
{
    const struct hanse_store_request *request = context;
    struct hanse_bytes key = hanse_bytes(request->key.bytes, sizeof request->key.bytes);
    sqlite3_stmt *count, *add;
    bool row;
    int error = store_statement(store, STORE_REQUEST_COUNT, &count);
    if (error != HANSE_OK)
        return error;
    store_bind_bytes(count, 1, key);
    error = store_step(store, count, &row);
    if (error == HANSE_OK && sqlite3_column_int64(count, 0) >= HANSE_REQUESTS_MAX)
        error = HANSE_E_BUSY;
    sqlite3_reset(count);
    if (error == HANSE_OK)
        error = store_statement(store, STORE_REQUEST_ADD, &add);
    if (error != HANSE_OK)
        return error;
    store_bind_bytes(add, 1, key);
    store_bind_text(add, 2, hanse_bytes_of(request->name));
    store_bind_hash(add, 3, &request->journal);
    store_bind_text(add, 4, hanse_bytes_of(request->contact));
    store_bind_uint(add, 5, request->time_ms);
    return store_run(store, add);
}

int hanse_store_add_request(struct hanse_store *store, const char *name, const struct hanse_hash *journal,
                            const struct hanse_curve_key *key, const char *contact, uint64_t now_ms)
{
    struct hanse_store_request request = {
        .name = name, .journal = *journal, .key = *key, .contact = contact, .time_ms = now_ms};
    return store_atomically(store, add_request, &request);
}

int hanse_store_drop_request(struct hanse_store *store, const struct hanse_curve_key *key)
{
    sqlite3_stmt *drop;
    int error = store_statement(store, STORE_REQUEST_DROP, &drop);
    if (error != HANSE_OK)
        return error;
    store_bind_bytes(drop, 1, hanse_bytes(key->bytes, sizeof key->bytes));
    return store_run(store, drop);
}

int hanse_store_requests(sqlite3 *db, void (*each)(void *context, const struct hanse_store_request *request),
                         void *context)
{
    sqlite3_stmt *rows = NULL;
    int error = HANSE_OK;
    int rc = sqlite3_prepare_v2(db,
                                "SELECT name, contact, journal_id, curve_key, time_ms FROM hanse$request"
                                " ORDER BY time_ms, curve_key",
                                -1, &rows, NULL);
    while (rc == SQLITE_OK && error == HANSE_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW) {
        struct hanse_store_request request = {.name = (const char *)sqlite3_column_text(rows, 0),
                                              .contact = (const char *)sqlite3_column_text(rows, 1),
                                              .time_ms = (uint64_t)sqlite3_column_int64(rows, 4)};
        error = store_column_exact(rows, 2, &request.journal, sizeof request.journal);
        if (error == HANSE_OK)
            error = store_column_exact(rows, 3, &request.key, sizeof request.key);
        if (error == HANSE_OK)
            each(context, &request);
        rc = SQLITE_OK;
    }
    if (error == HANSE_OK)
        error = hanse_store_error(db, rc);
    sqlite3_finalize(rows);
    return error;
}
