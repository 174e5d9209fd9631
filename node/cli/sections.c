#include "sections.h"

#include <string.h>

#include "text.h"

#define COLUMNS_MAX 6

struct section {
    const char *member, *heading;
    const char *columns[COLUMNS_MAX]; /* members of a row; unused ones NULL */
    const char *titles[COLUMNS_MAX];
};

static const struct section SECTIONS[] = {
    {"ports",
     "Ports",
     {"direction", "port", "contract", "contract_version", "type", "description"},
     {"  PORT", "NAME", "CONTRACT", "VERSION", "TYPE", "DESCRIPTION"}},
    {"quality_rules",
     "Quality",
     {"object", "field", "metric", "operator", "expected", "description"},
     {"  OBJECT", "FIELD", "METRIC", "OPERATOR", "EXPECTED", "DESCRIPTION"}},
    {"relationships", "Relationships", {"source", "target", "type"}, {"  FROM", "TO", "TYPE"}},
    {"slas",
     "Service levels",
     {"property", "value", "unit", "element", "driver"},
     {"  PROPERTY", "VALUE", "UNIT", "OF", "DRIVER"}},
    {"team", "Team", {"username", "name", "role", "date_out"}, {"  WHO", "NAME", "ROLE", "LEFT"}},
    {"roles",
     "Roles",
     {"role", "access", "server", "description"},
     {"  ROLE", "ACCESS", "SERVER", "DESCRIPTION"}},
    {"support", "Support", {"channel", "tool", "url"}, {"  CHANNEL", "TOOL", "URL"}},
    {"custom_properties",
     "Custom properties",
     {"object", "field", "property", "value"},
     {"  OBJECT", "FIELD", "PROPERTY", "VALUE"}},
};

void print_heading(const struct cli *cli, const char *text)
{
    fprintf(stdout, cli->color ? "\n\033[1m" : "\n");
    print_text(stdout, text);
    fputs(cli->color ? "\033[0m\n" : "\n", stdout);
}

static void print_section(const struct cli *cli, const struct section *section, const json_t *rows)
{
    struct table table;
    size_t columns = 0, i;
    const json_t *row;
    while (columns < COLUMNS_MAX && section->columns[columns] != NULL)
        columns++;
    if (json_array_size(rows) == 0)
        return;
    print_heading(cli, section->heading);
    table_init(&table, section->titles, columns);
    json_array_foreach(rows, i, row)
    {
        for (size_t k = 0; k < columns; k++)
            table_addf(&table, "%s%s", k == 0 ? "  " : "", member_text(row, section->columns[k]));
    }
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

void sections_print(const struct cli *cli, const json_t *answer)
{
    for (size_t i = 0; i < sizeof SECTIONS / sizeof SECTIONS[0]; i++)
        print_section(cli, &SECTIONS[i], json_object_get(answer, SECTIONS[i].member));
}

static void print_tags(const json_t *answer)
{
    struct hanse_buffer tags;
    hanse_buffer_init(&tags);
    const json_t *tag;
    size_t i;
    json_array_foreach(json_object_get(answer, "tags"), i, tag)
    {
        if (!json_is_string(json_object_get(tag, "object")))
            hanse_buffer_printf(&tags, "%s%s", tags.size > 0 ? ", " : "", member_text(tag, "tag"));
    }
    print_field(stdout, "tags", tags.data);
    hanse_buffer_release(&tags);
}

static void print_deprecation(const json_t *answer)
{
    static const struct {
        const char *member, *before;
    } PARTS[] = {{"end_date", "until "}, {"successor", "use "}, {"deprecation_reason", ""}};
    struct hanse_buffer text;
    if (!member_true(answer, "deprecated"))
        return;
    hanse_buffer_init(&text);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        const char *part = member_text(answer, PARTS[i].member);
        if (part[0] != '\0')
            hanse_buffer_printf(&text, "%s%s%s", text.size > 0 ? "; " : "", PARTS[i].before, part);
    }
    print_field(stdout, "deprecated", text.size > 0 ? text.data : "yes");
    hanse_buffer_release(&text);
}

static void print_published(const json_t *answer)
{
    struct hanse_buffer line;
    hanse_buffer_init(&line);
    uint64_t now = text_now_ms(), published = member_number(answer, "published_at_ms");
    text_age(&line, now > published ? now - published : 0);
    hanse_buffer_printf(&line, " (entry %llu)", (unsigned long long)member_number(answer, "entry"));
    print_field(stdout, "published", line.data);
    hanse_buffer_release(&line);
}

void sections_print_about(const struct cli *cli, const char *name, const json_t *answer,
                          const char *const *members)
{
    fputs(cli->color ? "\033[1m" : "", stdout);
    print_text(stdout, name);
    fputs(cli->color ? "\033[0m\n" : "\n", stdout);
    for (; *members != NULL; members++) {
        char label[32];
        snprintf(label, sizeof label, "%s", *members);
        for (char *c = label; *c != '\0'; c++)
            *c = *c == '_' ? ' ' : *c;
        print_field(stdout, label, member_text(answer, *members));
    }
    print_deprecation(answer);
    print_tags(answer);
    print_published(answer);
}
