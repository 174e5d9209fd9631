#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/cli.h"
#include "text.h"

#define GAP 2

void table_init(struct table *table, const char *const *titles, size_t columns)
{
    *table = (struct table){.titles = titles, .columns = columns};
}

void table_release(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

static void add(struct table *table, char *cell)
{
    if (table->count == table->capacity) {
        table->capacity = table->capacity == 0 ? 64 : table->capacity * 2;
        table->cells = hanse_realloc(table->cells, table->capacity * sizeof *table->cells);
    }
    table->cells[table->count++] = cell;
}

void table_add(struct table *table, const char *text)
{
    struct hanse_buffer safe;
    hanse_buffer_init(&safe);
    hanse_cli_escape(&safe, hanse_bytes_of(text), false);
    add(table, hanse_strdup(safe.data));
    hanse_buffer_release(&safe);
}

void table_addf(struct table *table, const char *format, ...)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    va_list args;
    va_start(args, format);
    hanse_buffer_vprintf(&text, format, args);
    va_end(args);
    table_add(table, text.data);
    hanse_buffer_release(&text);
}

void table_add_age(struct table *table, uint64_t age_ms)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    text_age(&text, age_ms);
    add(table, hanse_strdup(text.data));
    hanse_buffer_release(&text);
}

static void print_row(FILE *out, const char *const *cells, const size_t *widths, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        fputs(cells[i], out);
        /* Nothing follows what is last: lines do not end in spaces. */
        size_t last = i + 1;
        while (last < columns && cells[last][0] == '\0')
            last++;
        if (last < columns)
            fprintf(out, "%*s", (int)(widths[i] - text_width(cells[i]) + GAP), "");
    }
}

void table_print(const struct table *table, FILE *out, bool color)
{
    HANSE_CHECK(table->count % table->columns == 0);
    if (table->count == 0)
        return;
    size_t *widths = hanse_calloc(table->columns, sizeof *widths);
    char **titles = hanse_calloc(table->columns, sizeof *titles);
    for (size_t i = 0; i < table->columns; i++) {
        struct hanse_buffer safe; /* of `hanse sql` they are whatever the query says */
        hanse_buffer_init(&safe);
        hanse_cli_escape(&safe, hanse_bytes_of(table->titles[i]), false);
        titles[i] = hanse_strdup(safe.data);
        hanse_buffer_release(&safe);
        widths[i] = text_width(titles[i]);
    }
    for (size_t i = 0; i < table->count; i++) {
        size_t width = text_width(table->cells[i]);
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    if (color)
        fputs("\033[1m", out);
    print_row(out, (const char *const *)titles, widths, table->columns);
    fputs(color ? "\033[0m\n" : "\n", out);
    for (size_t i = 0; i < table->count; i += table->columns) {
        print_row(out, (const char *const *)&table->cells[i], widths, table->columns);
        fputc('\n', out);
    }
    for (size_t i = 0; i < table->columns; i++)
        free(titles[i]);
    free(titles);
    free(widths);
}
