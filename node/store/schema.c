/* The raw tables, and the views that others read them by. Rows are kept in order of arrival, because SQLite
 * appends by rowid many times faster than it inserts by (journal, index) or by hash; one narrow index finds
 * entries. */
#include <stdio.h>

#include "store_internal.h"

/* The proofs of frozen journals: of several for one, that with the lowest cut. */
#define FORK_TABLE                                                                                           \
    "CREATE TABLE hanse$fork(journal INTEGER PRIMARY KEY, cut INTEGER NOT NULL, proof BLOB NOT NULL)"

/* entry.live: in its journal's state; a seal never is. checkpoint.id, body.id: of the entry. */
static const char *const SCHEMA[] = {
    "CREATE TABLE hanse$meta(id INTEGER PRIMARY KEY CHECK (id = 1), schema INTEGER NOT NULL, catalog INTEGER "
    "NOT "
    "NULL,"
    " council INTEGER, heads_root BLOB)",
    "INSERT INTO hanse$meta(id, schema, catalog) VALUES(1, 2, 0)",

    "CREATE TABLE hanse$journal(id INTEGER PRIMARY KEY, journal_id BLOB NOT NULL UNIQUE, size INTEGER NOT "
    "NULL,"
    " seal_time_ms INTEGER NOT NULL, authority INTEGER, label TEXT, name TEXT, frontier BLOB NOT NULL)",
    "CREATE INDEX journal_label ON hanse$journal(label) WHERE label IS NOT NULL",
    "CREATE INDEX journal_name ON hanse$journal(name) WHERE name IS NOT NULL",
    "CREATE TABLE hanse$entry(id INTEGER PRIMARY KEY, journal INTEGER NOT NULL, idx INTEGER NOT NULL,"
    " time_ms INTEGER NOT NULL, live INTEGER NOT NULL, operation INTEGER NOT NULL, kind TEXT NOT NULL,"
    " key TEXT NOT NULL, media TEXT, body_size INTEGER NOT NULL, raw BLOB NOT NULL)",
    "CREATE UNIQUE INDEX entry_place ON hanse$entry(journal, idx)",
    "CREATE INDEX entry_retract ON hanse$entry(journal, key) WHERE operation = 1",
    "CREATE TABLE hanse$body(id INTEGER PRIMARY KEY, salted BLOB NOT NULL)",
    "CREATE TABLE hanse$checkpoint(id INTEGER PRIMARY KEY, root BLOB NOT NULL, signature BLOB NOT NULL)",

    "CREATE TABLE hanse$name(name TEXT PRIMARY KEY, journal_id BLOB NOT NULL, idx INTEGER NOT NULL,"
    " time_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX name_journal ON hanse$name(journal_id)",
    "CREATE TABLE hanse$invite(client BLOB PRIMARY KEY, expires_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE hanse$request(curve_key BLOB PRIMARY KEY, name TEXT NOT NULL, journal_id BLOB NOT NULL,"
    " contact TEXT NOT NULL, time_ms INTEGER NOT NULL) WITHOUT ROWID",
    FORK_TABLE,
};

#define JOURNALS_VIEW                                                                                        \
    "CREATE VIEW hanse$journals AS SELECT id, journal_id, name, size, seal_time_ms,"                         \
    " EXISTS(SELECT 1 FROM hanse$name n WHERE n.journal_id = hanse$journal.journal_id) AS admitted,"         \
    " id IS (SELECT council FROM hanse$meta) AS council,"                                                    \
    " EXISTS(SELECT 1 FROM hanse$fork f WHERE f.journal = hanse$journal.id) AS frozen"                       \
    " FROM hanse$journal WHERE name IS NOT NULL"

/* What others read (store.h). */
static const char *const VIEWS[] = {
    JOURNALS_VIEW,
    "CREATE VIEW hanse$names AS SELECT name, journal_id, idx AS entry, time_ms AS published_at_ms FROM "
    "hanse$name",
    "CREATE VIEW hanse$entries AS SELECT j.name AS domain, e.idx AS entry, e.kind, e.key,"
    " iif(e.operation = 0, 'put', 'retract') AS operation, e.media, e.body_size, e.time_ms AS "
    "published_at_ms,"
    " e.live, e.id, e.journal FROM hanse$entry e JOIN hanse$journals j ON j.id = e.journal",
    "CREATE VIEW entries AS SELECT domain, entry, kind, key, operation, media, body_size, published_at_ms, "
    "live"
    " FROM hanse$entries",
    "CREATE VIEW hanse$retracts AS SELECT journal, kind, key FROM hanse$entry WHERE operation = 1",
    "CREATE VIEW hanse$bodies AS SELECT id, substr(salted, 17) AS content FROM hanse$body",
    "CREATE VIEW hanse$heads AS SELECT heads_root, (SELECT max(seal_time_ms) FROM hanse$journal) AS "
    "published_at_ms FROM hanse$meta",
};

static int run_all(struct hanse_store *store, const char *const *statements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int rc = sqlite3_exec(store->db, statements[i], NULL, NULL, NULL);
        if (rc != SQLITE_OK)
            return hanse_store_error(store->db, rc);
    }
    return HANSE_OK;
}

static int number(struct hanse_store *store, const char *sql, int64_t *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    int error = HANSE_OK;
    if (rc == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(statement, 0);
    else
        error = rc == SQLITE_DONE ? HANSE_E_CORRUPT : hanse_store_error(store->db, rc);
    sqlite3_finalize(statement);
    return error;
}

/* Steps from older versions to this one, each with its test. */
static int migrate(struct hanse_store *store, int64_t version)
{
    static const char *const to_2[] = {
        FORK_TABLE,
        "DROP VIEW hanse$journals",
        JOURNALS_VIEW,
        "UPDATE hanse$meta SET schema = 2",
    };
    if (version > STORE_SCHEMA_VERSION)
        return HANSE_E_NEWER_SCHEMA;
    if (version < 1)
        return HANSE_E_CORRUPT;
    return version == 1 ? run_all(store, to_2, sizeof to_2 / sizeof to_2[0]) : HANSE_OK;
}

static int create(struct hanse_store *store)
{
    int error = run_all(store, SCHEMA, sizeof SCHEMA / sizeof SCHEMA[0]);
    if (error != HANSE_OK)
        return error;
    char pragma[64];
    snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d", STORE_APPLICATION_ID);
    const char *const statements[] = {pragma};
    error = run_all(store, statements, 1);
    return error != HANSE_OK ? error : run_all(store, VIEWS, sizeof VIEWS / sizeof VIEWS[0]);
}

static int build(struct hanse_store *store, void *context)
{
    (void)context;
    int64_t application = 0, tables = 0, version = STORE_SCHEMA_VERSION, catalog = 0;
    int error = number(store, "PRAGMA application_id", &application);
    if (error == HANSE_OK)
        error = number(store, "SELECT count(*) FROM sqlite_schema", &tables);
    if (error != HANSE_OK)
        return error;
    if (tables == 0)
        error = create(store);
    else if (application != STORE_APPLICATION_ID)
        error = HANSE_E_CORRUPT; /* some other program's database */
    else
        error = number(store, "SELECT schema FROM hanse$meta", &version);
    if (error == HANSE_OK)
        error = migrate(store, version);
    if (error == HANSE_OK)
        error = number(store, "SELECT catalog FROM hanse$meta", &catalog);
    if (error != HANSE_OK || store->projection == NULL || catalog == store->projection->version)
        return error;
    return store_project_all(store, NULL, NULL);
}

int store_schema(struct hanse_store *store)
{
    return store_atomically(store, build, NULL);
}
