/* What each version of a history changed against the one before it: the same version as it was, else the next
 * lower one there was. Bounded by how many are compared, and by the bytes that are read for it. */
#include <string.h>

#include "catalog_internal.h"
#include "hanse/diff.h"

#define COMPARED_MAX    50u
#define CHANGES_MAX     100u  /* listed, of each */
#define LOOKED_BACK_MAX 1000u /* rows, for each */
#define BYTES_MAX       (16u * 1024u * 1024u)

struct comparing {
    sqlite3 *db;
    sqlite3_stmt *body;
    const char *domain;
    const json_t *history;
    size_t bytes; /* that were read */
};

static bool is_put(const json_t *row)
{
    const char *operation = json_string_value(json_object_get(row, "operation"));
    return operation != NULL && strcmp(operation, "put") == 0;
}

static const char *version_of(const json_t *row)
{
    const char *version = json_string_value(json_object_get(row, "version"));
    return version == NULL ? "" : version;
}

/* The row that the one at `place` comes after, or NULL: there is none. Backwards, so that the newest row of a
 * version says what it was; what was withdrawn by then is no measure. */
static const json_t *before(const struct comparing *c, size_t place)
{
    const char *version = version_of(json_array_get(c->history, place));
    size_t end = place > LOOKED_BACK_MAX ? place - LOOKED_BACK_MAX : 0;
    json_t *seen = json_object();
    const json_t *best = NULL;
    for (size_t i = place; i-- > end;) {
        const json_t *row = json_array_get(c->history, i);
        const char *other = version_of(row);
        if (json_object_get(seen, other) != NULL)
            continue;
        json_object_set_new(seen, other, json_true());
        if (is_put(row) && hanse_version_compare(other, version) <= 0 &&
            (best == NULL || hanse_version_compare(other, version_of(best)) > 0))
            best = row;
    }
    json_decref(seen);
    return best;
}

static int read_document(struct comparing *c, const json_t *row, struct hanse_document **ret_document)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error ignored;
    sqlite3_bind_text(c->body, 1, c->domain, -1, SQLITE_STATIC);
    sqlite3_bind_int64(c->body, 2, json_integer_value(json_object_get(row, "entry")));
    int rc = sqlite3_step(c->body);
    if (rc == SQLITE_ROW) {
        struct hanse_bytes content =
            hanse_bytes(sqlite3_column_blob(c->body, 0), (size_t)sqlite3_column_bytes(c->body, 0));
        c->bytes += content.size;
        if (content.size == 0 ||
            hanse_document_parse(content, hanse_syntax_guess(content), &document, &ignored) != HANSE_OK)
            document = NULL;
    }
    sqlite3_reset(c->body);
    *ret_document = document;
    return hanse_store_error(c->db, rc);
}

static void add_diff(json_t *row, const struct hanse_document *old, const struct hanse_document *new)
{
    struct hanse_diff diff;
    hanse_diff(hanse_document_root(old), hanse_document_root(new), &diff);
    if (diff.count > CHANGES_MAX) {
        diff.dropped += diff.count - CHANGES_MAX;
        diff.count = CHANGES_MAX;
    }
    json_t *json = hanse_diff_json(&diff);
    json_object_update(row, json);
    json_decref(json);
    hanse_diff_release(&diff);
}

static int compare_row(struct comparing *c, json_t *row, const json_t *earlier)
{
    struct hanse_document *old = NULL, *new = NULL;
    int error = read_document(c, earlier, &old);
    if (error == HANSE_OK)
        error = read_document(c, row, &new);
    if (error == HANSE_OK && old != NULL && new != NULL)
        add_diff(row, old, new);
    else if (error == HANSE_OK)
        json_object_set_new(row, "not_compared",
                            json_string(old == NULL ? "the document before it is not on this node"
                                                    : "its document is not on this node"));
    hanse_document_destroy(&old);
    hanse_document_destroy(&new);
    return error;
}

static int compare_rows(struct comparing *c)
{
    size_t compared = 0;
    int error = HANSE_OK;
    for (size_t i = json_array_size(c->history); i-- > 0 && error == HANSE_OK;) {
        json_t *row = json_array_get(c->history, i);
        if (!is_put(row))
            continue;
        if (compared++ >= COMPARED_MAX || c->bytes > BYTES_MAX) {
            json_object_set_new(row, "not_compared", json_string("only the newest versions are compared"));
            continue;
        }
        const json_t *earlier = before(c, i);
        json_object_set_new(row, "compared_with",
                            earlier == NULL ? json_null() : json_string(version_of(earlier)));
        if (earlier != NULL)
            error = compare_row(c, row, earlier);
    }
    return error;
}

int hanse_catalog_history_changes(sqlite3 *db, json_t *answer)
{
    struct comparing c = {.db = db,
                          .domain = json_string_value(json_object_get(answer, "domain")),
                          .history = json_object_get(answer, "history")};
    int error = read_prepare(db,
                             "SELECT b.content FROM hanse$entries e JOIN hanse$bodies b ON b.id = e.id"
                             " WHERE e.domain = ?1 AND e.entry = ?2",
                             &c.body);
    if (error == HANSE_OK)
        error = compare_rows(&c);
    sqlite3_finalize(c.body);
    return error;
}
