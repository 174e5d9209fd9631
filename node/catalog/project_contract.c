/* Kind `contract`: an ODCS document, key id@version (PROTOCOL.md, "Domains"). The key says which contract and
 * version it is, whatever the document says: it is the key that supersedes. */
#include <string.h>

#include "catalog_part.h"
#include "edges.h"
#include "project_about.h"
#include "project_section.h"
#include "search_source.h"

static const char CONTRACT_FIND[] =
    "SELECT id, precedence, best FROM hanse$contract WHERE journal = ?1 AND contract = ?2";
static const char CONTRACT_ADD[] =
    "INSERT INTO hanse$contract(journal, contract, best, precedence) VALUES(?1, ?2, ?3, ?4)";
static const char CONTRACT_BEST[] = "UPDATE hanse$contract SET best = ?2, precedence = ?3 WHERE id = ?1";
static const char CONTRACT_REDO[] =
    "UPDATE hanse$contract SET (best, precedence) = (SELECT v.id, v.precedence FROM hanse$contract_version v "
    "WHERE v.contract = ?1 ORDER BY v.precedence DESC LIMIT 1) WHERE id = ?1";
static const char CONTRACT_DROP[] = "DELETE FROM hanse$contract WHERE id = ?1 AND best IS NULL";
static const char VERSION_FIND[] = "SELECT contract FROM hanse$contract_version WHERE id = ?1";
static const char CONTRACT_BEST_OF[] = "SELECT best FROM hanse$contract WHERE id = ?1";
static const char VERSION_ADD[] =
    "INSERT INTO hanse$contract_version(id, contract, journal, entry, published_at_ms, version, precedence, "
    "title, status, data_product, tenant, declared_domain, owner, purpose, usage, limitations, api_version, "
    "media, size_bytes, objects, fields) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
    "?15, ?16, ?17, ?18, ?19, ?20, ?21)";
static const char VERSION_DROP[] = "DELETE FROM hanse$contract_version WHERE id = ?1";

/* Members of the document, looked up in one pass. */
enum member {
    ID,
    NAME,
    VERSION,
    STATUS,
    DATA_PRODUCT,
    TENANT,
    DOMAIN,
    API_VERSION,
    DESCRIPTION,
    TEAM,
    MEMBERS
};

static const char *const MEMBER_NAMES[MEMBERS] = {"id",          "name",   "version", "status",
                                                  "dataProduct", "tenant", "domain",  "apiVersion",
                                                  "description", "team"};

struct contract {
    const struct hanse_projected *projected;
    const struct hanse_value *root;
    const struct hanse_value *members[MEMBERS];
    int64_t id; /* of its row in `contract` */
    bool best;  /* this version is the highest */
    struct hanse_bytes title;
    struct contract_counts counts;
};

static void find_members(struct contract *contract)
{
    for (const struct hanse_value *child = contract->root->first; child != NULL; child = child->next) {
        for (int i = 0; i < MEMBERS; i++) {
            if (hanse_bytes_equal_text(child->name, MEMBER_NAMES[i]))
                contract->members[i] = child;
        }
    }
}

/* A key that was cut names nothing; the document does, when its key would be cut to the same. */
static bool read_cut_key(struct hanse_catalog *catalog, const struct contract *contract,
                         struct hanse_bytes key)
{
    struct hanse_bytes id = catalog_text(contract->members[ID]),
                       version = catalog_text(contract->members[VERSION]);
    if (id.size == 0 || version.size == 0 || id.size > HANSE_COLUMN_TEXT_MAX ||
        version.size > HANSE_COLUMN_TEXT_MAX)
        return false;
    struct hanse_buffer *whole = &catalog->path;
    hanse_buffer_reset(whole);
    hanse_key_encode_part(id, whole);
    hanse_buffer_append_byte(whole, '@');
    hanse_key_encode_part(version, whole);
    hanse_key_finish(whole);
    if (!hanse_bytes_equal(hanse_buffer_bytes(whole), key))
        return false;
    hanse_buffer_append(&catalog->id, id.data, id.size);
    hanse_buffer_append(&catalog->version, version.data, version.size);
    return true;
}

/* The id and version into the catalogue's scratch; false when the key is none of a contract. */
static bool read_key(struct hanse_catalog *catalog, const struct contract *contract)
{
    struct hanse_bytes key = contract->projected->entry->key;
    hanse_buffer_reset(&catalog->id);
    hanse_buffer_reset(&catalog->version);
    if (about_is_cut(key) && read_cut_key(catalog, contract, key))
        return true;
    const uint8_t *at = key.size == 0 ? NULL : memrchr(key.data, '@', key.size);
    if (at == NULL)
        return false;
    size_t before = (size_t)(at - key.data);
    return catalog_decode_part(hanse_bytes(key.data, before), &catalog->id) &&
           catalog_decode_part(hanse_bytes(at + 1, key.size - before - 1), &catalog->version) &&
           catalog->id.size > 0 && catalog->version.size > 0;
}

static int add_contract(struct hanse_catalog *catalog, sqlite3 *db, struct contract *contract)
{
    sqlite3_stmt *add;
    int error = catalog_statement(catalog, db, CONTRACT_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, contract->projected->journal);
    catalog_bind(add, 2, hanse_buffer_bytes(&catalog->id));
    sqlite3_bind_int64(add, 3, contract->projected->entry_rowid);
    sqlite3_bind_blob(add, 4, catalog->precedence.data, (int)catalog->precedence.size, SQLITE_STATIC);
    error = catalog_run(db, add);
    contract->id = sqlite3_last_insert_rowid(db);
    contract->best = true;
    return error;
}

static bool is_higher(const struct hanse_buffer *key, const void *other, size_t other_size)
{
    size_t least = key->size < other_size ? key->size : other_size;
    int order = least == 0 ? 0 : memcmp(key->data, other, least);
    return order > 0 || (order == 0 && key->size > other_size);
}

/* Finds or adds the contract's row; it points to this version when that is the highest. */
static int need_contract(struct hanse_catalog *catalog, sqlite3 *db, struct contract *contract)
{
    sqlite3_stmt *find, *best;
    int64_t before = 0;
    hanse_buffer_reset(&catalog->precedence);
    version_key(hanse_buffer_bytes(&catalog->version), &catalog->precedence);
    int error = catalog_statement(catalog, db, CONTRACT_FIND, &find);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(find, 1, contract->projected->journal);
    catalog_bind(find, 2, hanse_buffer_bytes(&catalog->id));
    int rc = sqlite3_step(find);
    if (rc == SQLITE_ROW) {
        contract->id = sqlite3_column_int64(find, 0);
        before = sqlite3_column_int64(find, 2);
        contract->best = is_higher(&catalog->precedence, sqlite3_column_blob(find, 1),
                                   (size_t)sqlite3_column_bytes(find, 1));
    }
    sqlite3_reset(find);
    if (rc == SQLITE_DONE)
        return add_contract(catalog, db, contract);
    error = hanse_store_error(db, rc);
    if (error != HANSE_OK || !contract->best)
        return error;
    error = search_index_leave(catalog, db, before, NULL);
    if (error == HANSE_OK)
        error = catalog_edges_speak(catalog, db, before, false);
    if (error == HANSE_OK)
        error = catalog_statement(catalog, db, CONTRACT_BEST, &best);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(best, 1, contract->id);
    sqlite3_bind_int64(best, 2, contract->projected->entry_rowid);
    sqlite3_bind_blob(best, 3, catalog->precedence.data, (int)catalog->precedence.size, SQLITE_STATIC);
    return catalog_run(db, best);
}

static int add_version(struct hanse_catalog *catalog, sqlite3 *db, const struct contract *contract)
{
    static const enum member texts[] = {STATUS, DATA_PRODUCT, TENANT, DOMAIN};
    const struct hanse_projected *projected = contract->projected;
    sqlite3_stmt *add;
    int error = catalog_statement(catalog, db, VERSION_ADD, &add);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(add, 1, projected->entry_rowid);
    sqlite3_bind_int64(add, 2, contract->id);
    sqlite3_bind_int64(add, 3, projected->journal);
    sqlite3_bind_int64(add, 4, (int64_t)projected->index);
    sqlite3_bind_int64(add, 5, (int64_t)projected->time_ms);
    catalog_bind(add, 6, hanse_buffer_bytes(&catalog->version));
    sqlite3_bind_blob(add, 7, catalog->precedence.data, (int)catalog->precedence.size, SQLITE_STATIC);
    catalog_bind(add, 8, contract->title);
    for (int i = 0; i < 4; i++)
        catalog_bind(add, 9 + i, catalog_text(contract->members[texts[i]]));
    catalog_bind(add, 13, about_owner(contract->members[TEAM]));
    about_bind_description(add, 14, contract->members[DESCRIPTION]);
    catalog_bind(add, 17, catalog_text(contract->members[API_VERSION]));
    catalog_bind(add, 18, projected->entry->media);
    sqlite3_bind_int64(add, 19, projected->entry->body_size);
    sqlite3_bind_int64(add, 20, contract->counts.objects);
    sqlite3_bind_int64(add, 21, contract->counts.fields);
    return catalog_run(db, add);
}

static int add_rows(struct hanse_catalog *catalog, sqlite3 *db, struct contract *contract)
{
    int64_t id = contract->projected->entry_rowid;
    search_texts_begin(catalog, id);
    find_members(contract);
    if (!read_key(catalog, contract))
        return HANSE_OK;
    contract->title = catalog_text(contract->members[NAME]);
    if (contract->title.size == 0)
        contract->title = hanse_buffer_bytes(&catalog->id);
    int error = need_contract(catalog, db, contract);
    if (error == HANSE_OK)
        error = project_schema(catalog, db, id, contract->root, &contract->counts);
    if (error == HANSE_OK)
        error = project_promises(catalog, db, id, contract->best, contract->root);
    if (error == HANSE_OK)
        error = add_version(catalog, db, contract);
    if (error != HANSE_OK || !contract->best)
        return error;
    return search_index_enter(catalog, db, SEARCH_KIND_CONTRACT, id, contract->id);
}

/* The version of that id, if it gave rows: then `ret_contract` is whose it was. */
static int drop_version(struct hanse_catalog *catalog, sqlite3 *db, int64_t version, int64_t *ret_contract)
{
    sqlite3_stmt *find;
    int64_t contract = 0;
    int error = catalog_statement(catalog, db, VERSION_FIND, &find);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(find, 1, version);
    int rc = sqlite3_step(find);
    if (rc == SQLITE_ROW)
        contract = sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    if (rc != SQLITE_ROW)
        return hanse_store_error(db, rc);
    *ret_contract = contract;
    error = search_index_leave(catalog, db, version, NULL);
    if (error == HANSE_OK)
        error = project_schema_drop(catalog, db, version);
    if (error == HANSE_OK)
        error = project_servers_drop(catalog, db, version);
    if (error == HANSE_OK)
        error = project_sections_drop(catalog, db, version);
    if (error == HANSE_OK)
        error = project_promises_drop(catalog, db, version);
    if (error == HANSE_OK)
        error = catalog_run_id(catalog, db, VERSION_DROP, version);
    return error != HANSE_OK ? error : catalog_run_id(catalog, db, CONTRACT_REDO, contract);
}

/* The highest version of that contract, or 0; then the contract goes. */
static int best_of(struct hanse_catalog *catalog, sqlite3 *db, int64_t contract, int64_t *ret_version)
{
    sqlite3_stmt *find;
    int error = catalog_statement(catalog, db, CONTRACT_BEST_OF, &find);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(find, 1, contract);
    int rc = sqlite3_step(find);
    *ret_version = rc == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    sqlite3_reset(find);
    error = rc == SQLITE_ROW ? HANSE_OK : hanse_store_error(db, rc);
    return error != HANSE_OK ? error : catalog_run_id(catalog, db, CONTRACT_DROP, contract);
}

static int project_contract(void *context, sqlite3 *db, const struct hanse_projected *projected)
{
    struct hanse_catalog *catalog = context;
    struct contract contract = {.projected = projected};
    struct hanse_document *parsed = NULL;
    int64_t dropped = 0, best = 0;
    int error = HANSE_OK;
    if (projected->replaces_rowid != 0)
        error = drop_version(catalog, db, projected->replaces_rowid, &dropped);
    if (error == HANSE_OK)
        contract.root = about_root(projected, &parsed);
    if (contract.root != NULL)
        error = add_rows(catalog, db, &contract);
    hanse_document_destroy(&parsed);
    if (error != HANSE_OK || dropped == 0 || (contract.best && contract.id == dropped))
        return error;
    error = best_of(catalog, db, dropped, &best);
    if (error == HANSE_OK)
        error = catalog_edges_speak(catalog, db, best, true);
    return error != HANSE_OK ? error : search_index_return(catalog, db, SEARCH_KIND_CONTRACT, best, dropped);
}

const struct search_source CONTRACT_SOURCE = {
    .kind = "contract",
    .about = "SELECT c.contract, v.title, v.status, v.owner, v.purpose, v.usage, v.limitations, " ABOUT_ENTRY(
        "v") " FROM hanse$contract_version v JOIN hanse$contract c ON c.id = v.contract WHERE v.id = ?1",
    .shown = "SELECT j.name AS domain, c.contract, v.version, v.title, " DEPRECATED(
        "1") " IS NOT NULL AS \"deprecated?\" FROM hanse$contract_version v "
             "JOIN hanse$contract c ON c.id = v.contract JOIN hanse$journals j ON j.id = v.journal "
             "WHERE v.id = ?1",
    .lists =
        {{"object ", SEARCH_FIELD,
          "SELECT object, business_name, description, NULL FROM hanse$object WHERE id BETWEEN ?1 AND ?2 "
          "ORDER BY id"},
         {"field ", SEARCH_FIELD,
          "SELECT field, business_name, description, classification FROM hanse$field WHERE id BETWEEN ?1 "
          "AND ?2 ORDER BY id"},
         {"tag ", SEARCH_TAG,
          "SELECT tag, NULL, NULL, NULL FROM hanse$tag WHERE id BETWEEN ?1 AND ?2 ORDER BY id"}},
};

#define ABOUT                                                                                                \
    "v.title, v.status, v.data_product, v.tenant, v.declared_domain, v.owner, v.purpose, v.usage, "          \
    "v.limitations,"                                                                                         \
    " v.api_version, v.media, v.size_bytes, v.objects, v.fields"
#define ABOUT_COLUMNS(view)                                                                                  \
    {view, "title", "text", "its name, else its id"},                                                        \
        {view, "status", "text", "as in draft, active, deprecated"},                                         \
        {view, "data_product", "text", "the data product it belongs to"},                                    \
        {view, "tenant", "text", "the organisation it is for"},                                              \
        {view, "declared_domain", "text", "the domain that its document names"},                             \
        {view, "owner", "text", "its team's name, else the team member whose role is owner"},                \
        {view, "purpose", "text", "what the data is for"}, {view, "usage", "text", "how it may be used"},    \
        {view, "limitations", "text", "what it is not fit for"},                                             \
        {view, "api_version", "text", "the version of ODCS that it declares"},                               \
        {view, "media", "text", "yaml or json: how the original is written"},                                \
        {view, "size_bytes", "integer", "of the original"},                                                  \
        {view, "objects", "integer", "how many objects (tables, topics, files) it describes"},               \
    {                                                                                                        \
        view, "fields", "integer", "how many fields; rows are kept for the first 10,000"                     \
    }

#define DEPRECATION_COLUMNS(view)                                                                            \
    {view, "deprecated", "boolean", "whether its owner announced its end"},                                  \
        {view, "end_date", "text", "the day it ends, as in 2026-12-31; NULL: not said"},                     \
    {                                                                                                        \
        view, "successor", "text", "what to use instead, as its owner names it"                              \
    }

static const struct catalog_table TABLES[] = {
    {"contract", "CREATE TABLE hanse$contract(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, contract "
                 "TEXT NOT NULL, best INTEGER, precedence BLOB); "
                 "CREATE UNIQUE INDEX contract_name ON hanse$contract(journal, contract); "
                 "CREATE INDEX contract_anywhere ON hanse$contract(contract)"},
    {"contract_version",
     "CREATE TABLE hanse$contract_version(id INTEGER PRIMARY KEY, contract INTEGER NOT NULL, journal INTEGER "
     "NOT NULL, entry INTEGER NOT NULL, published_at_ms INTEGER NOT NULL, version TEXT NOT NULL, precedence "
     "BLOB NOT NULL, title TEXT NOT NULL, status TEXT, data_product TEXT, tenant TEXT, declared_domain TEXT, "
     "owner TEXT, purpose TEXT, usage TEXT, limitations TEXT, api_version TEXT, media TEXT NOT NULL, "
     "size_bytes INTEGER NOT NULL, objects INTEGER NOT NULL, fields INTEGER NOT NULL); "
     "CREATE INDEX contract_version_of ON hanse$contract_version(contract)"},
    {0},
};

static const struct catalog_view VIEWS[] = {
    {"contracts",
     "SELECT j.name AS domain, c.contract, v.version, " ABOUT
     ", (SELECT count(*) FROM hanse$contract_version w WHERE w.contract = c.id) AS versions, " DEPRECATION
         PUBLISHED
     " FROM hanse$contract c JOIN hanse$contract_version v ON v.id = c.best JOIN hanse$journals j ON j.id = "
     "c.journal"},
    {"versions",
     NAMED ABOUT ", " DEPRECATION PUBLISHED " FROM hanse$contract_version v JOIN hanse$contract c ON c.id = "
                 "v.contract JOIN hanse$journals j ON j.id = v.journal"},
    {0},
};

static const struct hanse_catalog_column COLUMNS[] = {
    CONTRACT_COLUMNS("contracts"),
    ABOUT_COLUMNS("contracts"),
    {"contracts", "versions", "integer", "live versions; this row is the highest, by SemVer"},
    DEPRECATION_COLUMNS("contracts"),
    PUBLISHED_COLUMNS("contracts"),

    CONTRACT_COLUMNS("versions"),
    LATEST_COLUMN("versions"),
    ABOUT_COLUMNS("versions"),
    DEPRECATION_COLUMNS("versions"),
    PUBLISHED_COLUMNS("versions"),
};

const struct catalog_part CONTRACT_PART = {
    .projector = {HANSE_KIND_CONTRACT, project_contract, about_prepare, about_release},
    .tables = TABLES,
    .views = VIEWS,
    CATALOG_COLUMNS(COLUMNS),
    .expected =
        "('hanse$contract', 'contract_name', '100000 5000 1'), ('hanse$contract', 'contract_anywhere', "
        "'100000 2'), ('hanse$contract_version', 'contract_version_of', '150000 2')",
};
