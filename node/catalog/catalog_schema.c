/* The catalogue's tables, and the public views in front of them. The views' names and columns are an
 * interface: policies, users' SQL and the doors are written against them. Never rename one; add at the end,
 * and raise HANSE_CATALOG_VERSION.
 *
 * All tables are named `hanse$...`, because no user's SQL can spell that: sandbox.c says why it matters. */
#include <string.h>

#include "catalog_internal.h"

/* Weights and search.c's ranking go by this order of columns. No positions are kept (detail=column): what is
 * found in a name is told from what is found in a description, and the index is a third of the size. */
#define SEARCH_TABLE                                                                                         \
    "CREATE VIRTUAL TABLE hanse$search USING fts5(name, title, field, tag, description, content='', "        \
    "columnsize=0,"                                                                                          \
    " detail=column, tokenize=\"unicode61 remove_diacritics 2 tokenchars '_'\")"

static const char *const TABLES[] = {
    "CREATE TABLE hanse$profile(journal INTEGER PRIMARY KEY, entry INTEGER NOT NULL, published_at_ms INTEGER "
    "NOT "
    "NULL,"
    " title TEXT, purpose TEXT, boundaries TEXT, owner_team TEXT, contacts TEXT)",
    "CREATE TABLE hanse$node(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, entry INTEGER NOT NULL,"
    " published_at_ms INTEGER NOT NULL, node TEXT NOT NULL, role TEXT, endpoints TEXT NOT NULL)",
    "CREATE TABLE hanse$provenance_record(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, entry INTEGER "
    "NOT NULL,"
    " published_at_ms INTEGER NOT NULL, about_kind TEXT NOT NULL, about_key TEXT NOT NULL, about_entry "
    "INTEGER NOT NULL,"
    " asked_by TEXT, approved_by TEXT, repository TEXT, revision TEXT, pipeline TEXT, tool TEXT)",

    "CREATE TABLE hanse$contract(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, contract TEXT NOT NULL, "
    "best "
    "INTEGER,"
    " precedence BLOB)",
    "CREATE UNIQUE INDEX contract_name ON hanse$contract(journal, contract)",
    "CREATE INDEX contract_anywhere ON hanse$contract(contract)",
    "CREATE TABLE hanse$contract_version(id INTEGER PRIMARY KEY, contract INTEGER NOT NULL, journal INTEGER "
    "NOT "
    "NULL,"
    " entry INTEGER NOT NULL, published_at_ms INTEGER NOT NULL, version TEXT NOT NULL, precedence BLOB NOT "
    "NULL,"
    " title TEXT NOT NULL, status TEXT, data_product TEXT, tenant TEXT, declared_domain TEXT, owner TEXT, "
    "purpose TEXT,"
    " usage TEXT, limitations TEXT, api_version TEXT, media TEXT NOT NULL, size_bytes INTEGER NOT NULL,"
    " objects INTEGER NOT NULL, fields INTEGER NOT NULL)",
    "CREATE INDEX contract_version_of ON hanse$contract_version(contract)",
    "CREATE TABLE hanse$object(id INTEGER PRIMARY KEY, first_field INTEGER NOT NULL, fields INTEGER NOT "
    "NULL, "
    "object TEXT,"
    " physical_name TEXT, physical_type TEXT, business_name TEXT, description TEXT, granularity TEXT)",
    "CREATE TABLE hanse$field(id INTEGER PRIMARY KEY, object INTEGER NOT NULL, flags INTEGER NOT NULL, field "
    "TEXT "
    "NOT NULL,"
    " logical_type TEXT, physical_type TEXT, physical_name TEXT, classification TEXT, business_name TEXT,"
    " description TEXT)",
    "CREATE TABLE hanse$server(id INTEGER PRIMARY KEY, server TEXT, type TEXT, environment TEXT, description "
    "TEXT, "
    "host TEXT,"
    " port INTEGER, database TEXT, schema TEXT, project TEXT, dataset TEXT, catalog TEXT, account TEXT, "
    "location TEXT,"
    " format TEXT)",
    "CREATE TABLE hanse$tag(id INTEGER PRIMARY KEY, object TEXT, field TEXT, tag TEXT NOT NULL)",
    SEARCH_TABLE,
    /* Merging is hanse_store_maintain's work; inside a publish it would be the slowest of a hundred. */
    "INSERT INTO hanse$search(hanse$search, rank) VALUES('automerge', 0)",
    "INSERT INTO hanse$search(hanse$search, rank) VALUES('crisismerge', 500)",
    /* How many rows the planner is to expect: a large mesh's, the same everywhere. Without, it takes all
     * tables for equally large and begins with the fields. */
    "ANALYZE sqlite_schema",
    "DELETE FROM sqlite_stat1",
    "INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES"
    "('hanse$journal', 'journal_name', '20 1'), ('hanse$entry', 'entry_place', '500000 25000 1'),"
    "('hanse$contract', 'contract_name', '100000 5000 1'), ('hanse$contract', 'contract_anywhere', '100000 "
    "2'),"
    "('hanse$contract_version', 'contract_version_of', '150000 2'), ('hanse$object', NULL, '300000'),"
    "('hanse$field', NULL, '3000000'), ('hanse$server', NULL, '300000'), ('hanse$tag', NULL, '300000')",
};

static const char *const TABLE_NAMES[] = {
    "profile", "node",  "provenance_record", "contract", "contract_version", "object", "field", "server",
    "tag",     "search"};

#define OF_VERSION                                                                                           \
    " JOIN hanse$contract_version v ON v.id = x.id >> 14 AND x.id >= v.id << 14 AND x.id < (v.id + 1) << 14" \
    " JOIN hanse$contract c ON c.id = v.contract JOIN hanse$journals j ON j.id = v.journal"
#define NAMED     "SELECT j.name AS domain, c.contract, v.version, c.best = v.id AS latest, "
#define PUBLISHED ", v.published_at_ms, v.entry"
#define ABOUT                                                                                                \
    "v.title, v.status, v.data_product, v.tenant, v.declared_domain, v.owner, v.purpose, v.usage, "          \
    "v.limitations,"                                                                                         \
    " v.api_version, v.media, v.size_bytes, v.objects, v.fields"

/* View, then the SELECT of the `hanse$` view behind it. */
static const char *const VIEWS[][2] = {
    {"domains",
     "SELECT j.name AS domain, p.title, p.purpose, p.boundaries, p.owner_team, p.contacts, "
     "lower(hex(j.journal_id)) AS"
     " journal, j.admitted, j.size AS entries, (SELECT count(*) FROM hanse$contract c WHERE c.journal = "
     "j.id) AS "
     "contracts,"
     " p.published_at_ms, p.entry FROM hanse$journals j LEFT JOIN hanse$profile p ON p.journal = j.id WHERE "
     "NOT "
     "j.council"
     " UNION ALL SELECT n.name, NULL, NULL, NULL, NULL, NULL, lower(hex(n.journal_id)), 1, 0, 0, NULL, NULL"
     " FROM hanse$names n WHERE NOT EXISTS(SELECT 1 FROM hanse$journals j WHERE j.journal_id = "
     "n.journal_id)"},
    {"contracts",
     "SELECT j.name AS domain, c.contract, v.version, " ABOUT
     ", (SELECT count(*) FROM hanse$contract_version w WHERE w.contract = c.id) AS versions" PUBLISHED
     " FROM hanse$contract c JOIN hanse$contract_version v ON v.id = c.best JOIN hanse$journals j ON j.id = "
     "c.journal"},
    {"versions",
     NAMED ABOUT PUBLISHED " FROM hanse$contract_version v JOIN hanse$contract c ON c.id = v.contract"
                           " JOIN hanse$journals j ON j.id = v.journal"},
    {"objects",
     NAMED "x.object, (x.id & 16383) + 1 AS position, x.physical_name, x.physical_type, x.business_name,"
           " x.description, x.granularity, x.fields" PUBLISHED " FROM hanse$object x" OF_VERSION},
    /* `+`: no index may be made of all the fields' names on the fly, when a join had better go by the
       contract. */
    {"fields",
     NAMED "o.object, +x.field AS field, (x.id & 16383) - o.first_field + 1 AS position, x.logical_type, "
           "x.physical_type,"
           " x.physical_name, x.flags & 1 AS required, (x.flags >> 1) & 1 AS is_unique,"
           " (x.flags >> 2) & 1 AS primary_key, (x.flags >> 3) & 1 AS partitioned,"
           " (x.flags >> 4) & 1 AS critical, x.classification, x.business_name, x.description" PUBLISHED
           " FROM hanse$field x" OF_VERSION " JOIN hanse$object o ON o.id = (x.id >> 14 << 14) + x.object"},
    {"servers",
     NAMED "x.server, x.type, x.environment, x.host, x.port, x.database, x.schema, x.project, x.dataset,"
           " x.catalog, x.account, x.location, x.format, x.description" PUBLISHED
           " FROM hanse$server x" OF_VERSION},
    {"tags", NAMED "x.object, x.field, x.tag" PUBLISHED " FROM hanse$tag x" OF_VERSION},
    {"peers", "SELECT j.name AS domain, n.node, n.role, n.endpoints, n.published_at_ms, n.entry"
              " FROM hanse$node n JOIN hanse$journals j ON j.id = n.journal"},
    {"provenance",
     "SELECT j.name AS domain, p.about_kind, p.about_key, p.about_entry, p.asked_by, p.approved_by,"
     " p.repository, p.revision, p.pipeline, p.tool, p.published_at_ms, p.entry"
     " FROM hanse$provenance_record p JOIN hanse$journals j ON j.id = p.journal"},
};
#define VIEW_COUNT (sizeof VIEWS / sizeof VIEWS[0])

static int execute(sqlite3 *db, struct hanse_buffer *sql)
{
    int rc = sqlite3_exec(db, sql->data, NULL, NULL, NULL);
    hanse_buffer_reset(sql);
    return hanse_store_error(db, rc);
}

int catalog_create(sqlite3 *db)
{
    struct hanse_buffer sql;
    int error = HANSE_OK;
    hanse_buffer_init(&sql);
    for (size_t i = 0; error == HANSE_OK && i < VIEW_COUNT; i++) {
        hanse_buffer_printf(&sql, "DROP VIEW IF EXISTS %s; DROP VIEW IF EXISTS hanse$%s", VIEWS[i][0],
                            VIEWS[i][0]);
        error = execute(db, &sql);
    }
    for (size_t i = 0; error == HANSE_OK && i < sizeof TABLE_NAMES / sizeof TABLE_NAMES[0]; i++) {
        hanse_buffer_printf(&sql, "DROP TABLE IF EXISTS hanse$%s", TABLE_NAMES[i]);
        error = execute(db, &sql);
    }
    for (size_t i = 0; error == HANSE_OK && i < sizeof TABLES / sizeof TABLES[0]; i++) {
        hanse_buffer_append_text(&sql, TABLES[i]);
        error = execute(db, &sql);
    }
    for (size_t i = 0; error == HANSE_OK && i < VIEW_COUNT; i++) {
        hanse_buffer_printf(&sql, "CREATE VIEW hanse$%s AS %s; CREATE VIEW %s AS SELECT * FROM hanse$%s",
                            VIEWS[i][0], VIEWS[i][1], VIEWS[i][0], VIEWS[i][0]);
        error = execute(db, &sql);
    }
    hanse_buffer_release(&sql);
    return error;
}

bool catalog_view_is_public(const char *name)
{
    if (strcmp(name, "entries") == 0) /* the store's */
        return true;
    for (size_t i = 0; i < VIEW_COUNT; i++) {
        if (strcmp(name, VIEWS[i][0]) == 0)
            return true;
    }
    return false;
}
