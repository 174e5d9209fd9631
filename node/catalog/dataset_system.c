/* What is known of each system: docs/lineage.md has the same table for people. */
#include <string.h>

#include "dataset_internal.h"

static const struct dataset_system SYSTEMS[] = {
    {.type = "postgres",
     .names = " postgres postgresql cloudsql alloydb ",
     .fold = FOLD_LOWER,
     .port = 5432,
     .levels = 3,
     .default_schema = "public"},
    {.type = "redshift",
     .names = " redshift ",
     .fold = FOLD_LOWER,
     .folds_quoted = true,
     .port = 5439,
     .levels = 3,
     .default_schema = "public"},
    {.type = "snowflake",
     .names = " snowflake ",
     .fold = FOLD_UPPER,
     .port = 443,
     .levels = 3,
     .default_schema = "PUBLIC"},
    {.type = "bigquery", .names = " bigquery ", .global = true, .levels = 3},
    {.type = "databricks",
     .names = " databricks unitycatalog ",
     .fold = FOLD_LOWER,
     .folds_quoted = true,
     .port = 443,
     .levels = 3,
     .default_schema = "default"},
    {.type = "hive",
     .names = " hive spark ",
     .fold = FOLD_LOWER,
     .folds_quoted = true,
     .port = 10000,
     .levels = 2,
     .default_schema = "default"},
    {.type = "trino",
     .names = " trino presto starburst ",
     .fold = FOLD_LOWER,
     .folds_quoted = true,
     .port = 8080,
     .levels = 3},
    {.type = "mysql", .names = " mysql mariadb ", .port = 3306, .levels = 2},
    {.type = "sqlserver",
     .names = " sqlserver mssql synapse fabric ",
     .fold = FOLD_LOWER,
     .folds_quoted = true,
     .port = 1433,
     .levels = 3,
     .default_schema = "dbo"},
    {.type = "oracle", .names = " oracle ", .fold = FOLD_UPPER, .port = 1521, .levels = 3},
    {.type = "db2", .names = " db2 ", .fold = FOLD_UPPER, .port = 50000, .levels = 3},
    {.type = "teradata",
     .names = " teradata ",
     .fold = FOLD_LOWER,
     .folds_quoted = true,
     .port = 1025,
     .levels = 2},
    {.type = "vertica",
     .names = " vertica ",
     .fold = FOLD_LOWER,
     .folds_quoted = true,
     .port = 5433,
     .levels = 3,
     .default_schema = "public"},
    {.type = "clickhouse", .names = " clickhouse ", .port = 9000, .levels = 2, .default_schema = "default"},
    {.type = "duckdb",
     .names = " duckdb motherduck ",
     .fold = FOLD_LOWER,
     .folds_quoted = true,
     .global = true,
     .levels = 3,
     .default_schema = "main"},
    {.type = "sqlite", .names = " sqlite sqlite3 ", .global = true, .levels = 2},
    {.type = "glue", .names = " glue awsglue ", .fold = FOLD_LOWER, .folds_quoted = true, .levels = 2},
    {.type = "athena",
     .names = " athena awsathena ",
     .fold = FOLD_LOWER,
     .folds_quoted = true,
     .port = 443,
     .levels = 3,
     .default_database = "awsdatacatalog"},
    {.type = "kafka", .names = " kafka ", .port = 9092, .levels = 1},
    {.type = "s3", .names = " s3 s3a s3n ", .shape = SHAPE_PATH, .global = true},
    {.type = "gcs", .names = " gs gcs ", .shape = SHAPE_PATH, .global = true},
    {.type = "adls", .names = " adls azure abfs abfss wasb wasbs adl ", .shape = SHAPE_PATH, .global = true},
    {.type = "hdfs", .names = " hdfs ", .shape = SHAPE_PATH, .port = 8020},
    {.type = "dbfs", .names = " dbfs ", .shape = SHAPE_PATH, .global = true},
    {.type = "sftp", .names = " sftp ", .shape = SHAPE_PATH, .port = 22},
    {.type = "file", .names = " file local ", .shape = SHAPE_PATH, .global = true},
};

#define SYSTEM_COUNT  (sizeof SYSTEMS / sizeof SYSTEMS[0])
#define NAME_MAX_SIZE 32u

int dataset_lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

const struct dataset_system *dataset_system_find(struct hanse_bytes name)
{
    char wanted[NAME_MAX_SIZE + 3] = " ";
    if (name.size == 0 || name.size > NAME_MAX_SIZE)
        return NULL;
    for (size_t i = 0; i < name.size; i++)
        wanted[1 + i] = (char)dataset_lower(name.data[i]);
    wanted[1 + name.size] = ' ';
    if (memchr(wanted + 1, ' ', name.size) != NULL || memchr(wanted, '\0', name.size + 1) != NULL)
        return NULL;
    for (size_t i = 0; i < SYSTEM_COUNT; i++)
        if (strstr(SYSTEMS[i].names, wanted) != NULL)
            return &SYSTEMS[i];
    return NULL;
}

const struct dataset_system *dataset_system_typed(struct hanse_bytes type)
{
    for (size_t i = 0; i < SYSTEM_COUNT; i++)
        if (hanse_bytes_equal_text(type, SYSTEMS[i].type))
            return &SYSTEMS[i];
    return NULL;
}

bool dataset_cut(struct hanse_bytes text, const char *mark, struct hanse_bytes *ret_before,
                 struct hanse_bytes *ret_after)
{
    const uint8_t *at = text.size == 0 ? NULL : memmem(text.data, text.size, mark, strlen(mark));
    if (at == NULL)
        return false;
    size_t before = (size_t)(at - text.data), after = before + strlen(mark);
    struct hanse_bytes whole = text; /* either may be `text` itself */
    *ret_before = hanse_bytes(whole.data, before);
    *ret_after = hanse_bytes(whole.data + after, whole.size - after);
    return true;
}

bool dataset_begins(struct hanse_bytes text, const char *prefix)
{
    size_t i = 0;
    while (i < text.size && prefix[i] != '\0' && dataset_lower(text.data[i]) == prefix[i])
        i++;
    return prefix[i] == '\0';
}

bool dataset_ends(struct hanse_bytes text, const char *suffix)
{
    size_t size = strlen(suffix);
    return text.size >= size && dataset_begins(hanse_bytes(text.data + text.size - size, size), suffix);
}

struct hanse_bytes dataset_trim(struct hanse_bytes text)
{
    while (text.size > 0 && strchr(" \t\r\n", text.data[0]) != NULL && text.data[0] != '\0')
        text = hanse_bytes(text.data + 1, text.size - 1);
    while (text.size > 0 && strchr(" \t\r\n", text.data[text.size - 1]) != NULL &&
           text.data[text.size - 1] != '\0')
        text.size--;
    return text;
}
