/* Kind `profile`, key `self`: what a domain says of itself, as JSON. */
#include "catalog_internal.h"

#define CONTACTS_MAX 100u

/* [{"name","email"}] of those that have either, as JSON text. */
static char *contacts_of(const struct hanse_value *contacts)
{
    json_t *array = json_array();
    if (contacts != NULL && contacts->type == HANSE_VALUE_ARRAY) {
        for (const struct hanse_value *c = contacts->first;
             c != NULL && json_array_size(array) < CONTACTS_MAX; c = c->next) {
            const char *name = hanse_value_member_text(c, "name"),
                       *email = hanse_value_member_text(c, "email");
            if (name != NULL || email != NULL)
                json_array_append_new(array, json_pack("{s:s?, s:s?}", "name", name, "email", email));
        }
    }
    char *text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    return text;
}

static int set_profile(struct hanse_catalog *catalog, sqlite3 *db, const struct hanse_projected *projected,
                       const struct hanse_value *root)
{
    static const char *const texts[] = {"title", "purpose", "boundaries", "owner_team"};
    sqlite3_stmt *set;
    int error = catalog_statement(catalog, db, CATALOG_PROFILE_SET, &set);
    if (error != HANSE_OK)
        return error;
    char *contacts = contacts_of(hanse_value_member(root, "contacts"));
    sqlite3_bind_int64(set, 1, projected->journal);
    sqlite3_bind_int64(set, 2, (int64_t)projected->index);
    sqlite3_bind_int64(set, 3, (int64_t)projected->time_ms);
    for (int i = 0; i < 4; i++)
        catalog_bind(set, 4 + i, catalog_text(hanse_value_member(root, texts[i])));
    /* JSON cut in the middle would be none. */
    bool fits = contacts != NULL && hanse_bytes_of(contacts).size <= HANSE_COLUMN_TEXT_MAX;
    catalog_bind(set, 8, fits ? hanse_bytes_of(contacts) : hanse_bytes_of("[]"));
    error = catalog_run(db, set);
    free(contacts);
    return error;
}

int project_profile(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_document *document = NULL;
    struct hanse_document_error ignored;
    if (!hanse_bytes_equal_text(projected->entry->key, "self"))
        return HANSE_OK;
    int error = catalog_run_id(catalog, db, CATALOG_PROFILE_DROP, projected->journal);
    if (error != HANSE_OK || projected->content.size == 0 ||
        hanse_document_parse(projected->content, HANSE_SYNTAX_JSON, &document, &ignored) != HANSE_OK)
        return error;
    if (hanse_document_root(document)->type == HANSE_VALUE_OBJECT)
        error = set_profile(catalog, db, projected, hanse_document_root(document));
    hanse_document_destroy(&document);
    return error;
}
