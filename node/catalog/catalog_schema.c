/* The catalogue's tables and views, made of its parts. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "catalog_part.h"

static int run(sqlite3 *db, struct hanse_buffer *sql)
{
    int rc = sqlite3_exec(db, sql->data, NULL, NULL, NULL);
    hanse_buffer_reset(sql);
    return hanse_store_error(db, rc);
}

static int drop_part(sqlite3 *db, const struct catalog_part *part, struct hanse_buffer *sql)
{
    for (const struct catalog_view *v = part->views; v != NULL && v->name != NULL; v++) {
        if (v->select != NULL)
            hanse_buffer_printf(sql, "DROP VIEW IF EXISTS %s; DROP VIEW IF EXISTS hanse$%s;", v->name,
                                v->name);
    }
    for (const struct catalog_table *t = part->tables; t != NULL && t->name != NULL; t++)
        hanse_buffer_printf(sql, "DROP TABLE IF EXISTS hanse$%s;", t->name);
    return run(db, sql);
}

static int create_tables(sqlite3 *db, const struct catalog_part *part, struct hanse_buffer *sql)
{
    for (const struct catalog_table *t = part->tables; t != NULL && t->name != NULL; t++)
        hanse_buffer_printf(sql, "%s;", t->create);
    return run(db, sql);
}

static int create_views(sqlite3 *db, const struct catalog_part *part, struct hanse_buffer *sql)
{
    for (const struct catalog_view *v = part->views; v != NULL && v->name != NULL; v++) {
        if (v->select != NULL)
            hanse_buffer_printf(sql, "CREATE VIEW hanse$%s AS %s; CREATE VIEW %s AS SELECT * FROM hanse$%s;",
                                v->name, v->select, v->name, v->name);
    }
    return run(db, sql);
}

/* Into an empty sqlite_stat1. */
static int expect(sqlite3 *db, const struct catalog_part *part, struct hanse_buffer *sql)
{
    if (part->expected == NULL)
        return HANSE_OK;
    hanse_buffer_printf(sql, "INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES%s", part->expected);
    return run(db, sql);
}

static int for_each(sqlite3 *db,
                    int (*do_part)(sqlite3 *, const struct catalog_part *, struct hanse_buffer *))
{
    struct hanse_buffer sql;
    size_t count;
    const struct catalog_part *const *parts = catalog_parts(&count);
    int error = HANSE_OK;
    hanse_buffer_init(&sql);
    for (size_t i = 0; i < count && error == HANSE_OK; i++)
        error = do_part(db, parts[i], &sql);
    hanse_buffer_release(&sql);
    return error;
}

int catalog_create(sqlite3 *db)
{
    int error = for_each(db, drop_part);
    if (error == HANSE_OK)
        error = for_each(db, create_tables);
    if (error == HANSE_OK) /* ANALYZE makes sqlite_stat1 */
        error = hanse_store_error(
            db, sqlite3_exec(db, "ANALYZE sqlite_schema; DELETE FROM sqlite_stat1", NULL, NULL, NULL));
    if (error == HANSE_OK)
        error = for_each(db, expect);
    return error != HANSE_OK ? error : for_each(db, create_views);
}

bool catalog_view_is_public(const char *name)
{
    size_t count;
    const struct catalog_part *const *parts = catalog_parts(&count);
    for (size_t i = 0; i < count; i++) {
        for (const struct catalog_view *v = parts[i]->views; v != NULL && v->name != NULL; v++) {
            if (strcmp(name, v->name) == 0)
                return true;
        }
    }
    return false;
}

/* Of all parts in one array, made when first asked for. */
static struct hanse_catalog_column *columns;
static size_t column_count;

static void gather_columns(void)
{
    size_t count;
    const struct catalog_part *const *parts = catalog_parts(&count);
    for (size_t i = 0; i < count; i++) {
        if (parts[i]->column_count == 0)
            continue;
        columns = hanse_realloc(columns, (column_count + parts[i]->column_count) * sizeof *columns);
        memcpy(columns + column_count, parts[i]->columns, parts[i]->column_count * sizeof *columns);
        column_count += parts[i]->column_count;
    }
}

size_t hanse_catalog_columns(const struct hanse_catalog_column **ret_columns)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, gather_columns);
    *ret_columns = columns;
    return column_count;
}
