/* Kind `profile`, key `self`: what a domain says of itself, as JSON. */
#include "catalog_part.h"

static const char PROFILE_SET[] =
    "INSERT OR REPLACE INTO hanse$profile(journal, entry, published_at_ms, title, purpose, boundaries, "
    "owner_team, contacts) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
static const char PROFILE_DROP[] = "DELETE FROM hanse$profile WHERE journal = ?1";

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
    int error = catalog_statement(catalog, db, PROFILE_SET, &set);
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

static int project_profile(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct hanse_document *document = NULL;
    if (!hanse_bytes_equal_text(projected->entry->key, "self"))
        return HANSE_OK;
    int error = catalog_run_id(catalog, db, PROFILE_DROP, projected->journal);
    const struct hanse_value *root = error == HANSE_OK ? catalog_object(projected, &document) : NULL;
    if (root != NULL)
        error = set_profile(catalog, db, projected, root);
    hanse_document_destroy(&document);
    return error;
}

static const struct catalog_table TABLES[] = {
    {"profile",
     "CREATE TABLE hanse$profile(journal INTEGER PRIMARY KEY, entry INTEGER NOT NULL, published_at_ms "
     "INTEGER NOT NULL, title TEXT, purpose TEXT, boundaries TEXT, owner_team TEXT, contacts TEXT)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"domains",
     "SELECT j.name AS domain, p.title, p.purpose, p.boundaries, p.owner_team, p.contacts, "
     "lower(hex(j.journal_id)) AS journal, j.admitted, j.size AS entries, (SELECT count(*) FROM "
     "hanse$contract c WHERE c.journal = j.id) AS contracts, p.published_at_ms, p.entry FROM hanse$journals "
     "j LEFT JOIN hanse$profile p ON p.journal = j.id WHERE NOT j.council UNION ALL SELECT n.name, NULL, "
     "NULL, NULL, NULL, NULL, lower(hex(n.journal_id)), 1, 0, 0, NULL, NULL FROM hanse$names n WHERE NOT "
     "EXISTS(SELECT 1 FROM hanse$journals j WHERE j.journal_id = n.journal_id)"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    {"domains", "domain", "text", "its name in the mesh, else the name this node gave it"},
    {"domains", "title", "text", "as its profile says"},
    {"domains", "purpose", "text", "what it is for"},
    {"domains", "boundaries", "text", "what belongs to it and what does not"},
    {"domains", "owner_team", "text", "who answers for it"},
    {"domains", "contacts", "text", "a JSON array of {name, email}"},
    {"domains", "journal", "text", "id of its journal, 64 hex digits"},
    {"domains", "admitted", "boolean", "whether the council has admitted it"},
    {"domains", "entries", "integer", "entries of its journal"},
    {"domains", "contracts", "integer", "contracts that have a live version"},
    {"domains", "published_at_ms", "integer", "when the profile was published; NULL without one"},
    {"domains", "entry", "integer", "index of the profile's journal entry; NULL without one"},
};

const struct catalog_part PROFILE_PART = {
    .projector = {.kind = HANSE_KIND_PROFILE, .project = project_profile},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
};
