/* The reader of DDL, inside: one statement at a time. */
#ifndef FOUND_SQL_H
#define FOUND_SQL_H

#include "found_internal.h"

struct ddl_enum {
    const char *name;
    struct hanse_found_value *first, *last;
};

struct ddl_reader {
    struct hanse_found *found;
    struct sql_scanner scanner;
    struct sql_token *tokens;
    size_t count, capacity, at;
    struct hanse_buffer schema, name, text; /* scratch */
    struct ddl_enum *enums[256];            /* CREATE TYPE … AS ENUM */
    size_t enum_count;
    const char *cut; /* what does not end, or NULL */
    size_t cut_at;
};

/* Each takes what it names and goes on behind it, or gives false. */
bool ddl_take(struct ddl_reader *r, const char *word);
bool ddl_take_sign(struct ddl_reader *r, char sign);
bool ddl_take_name(struct ddl_reader *r, struct hanse_buffer *out);
bool ddl_take_text(struct ddl_reader *r, struct hanse_buffer *out);
bool ddl_take_qualified(struct ddl_reader *r, struct hanse_buffer *schema, struct hanse_buffer *name);
/* The place of the parenthesis that closes the one at `open`, or the end. */
size_t ddl_group_end(const struct ddl_reader *r, size_t open);
/* The table whose name comes next, if it is known. */
struct hanse_found_table *ddl_table(struct ddl_reader *r);

/* Columns and constraints between two places (found_sql_column.c). False past the limits. */
bool ddl_elements(struct ddl_reader *r, struct hanse_found_table *table, size_t from, size_t to);

#endif
