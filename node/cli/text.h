/* Text for people: times, sizes, tables, and other people's words made harmless. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "hanse/bytes.h"

/* "just now", "12 s ago", "3 min ago", "5 h ago", "2 days ago". */
void text_age(struct hanse_buffer *out, uint64_t age_ms);
/* "820 B", "1.4 MB". */
void text_size(struct hanse_buffer *out, uint64_t bytes);
/* Columns that it takes on a terminal. */
size_t text_width(const char *text);
uint64_t text_now_ms(void); /* since 1970 */

/* A table: cells are escaped when they are added. */
struct table {
    const char *const *titles;
    size_t columns;
    char **cells; /* row by row, whole rows */
    size_t count, capacity;
};
void table_init(struct table *table, const char *const *titles, size_t columns);
void table_release(struct table *table);
void table_add(struct table *table, const char *text); /* the next cell; NULL is an empty one */
void table_addf(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_add_age(struct table *table, uint64_t age_ms);
/* `color`: titles in bold. Nothing when it has no row. */
void table_print(const struct table *table, FILE *out, bool color);

#endif
