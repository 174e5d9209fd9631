/* One page of HTML for people without Hanse: no script, nothing fetched, light and dark. What contracts say
 * is text and only text: every character that HTML gives a meaning is escaped, and the page's own policy lets
 * nothing run even where that failed. */
#include <string.h>
#include <strings.h>

#include "export_html_style.h"
#include "export_internal.h"
#include "hanse/hash.h"

#define COLUMNS_MAX 20u

static void html_text(struct hanse_buffer *out, const char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        switch (*text) {
        case '&':
            hanse_buffer_append_text(out, "&amp;");
            break;
        case '<':
            hanse_buffer_append_text(out, "&lt;");
            break;
        case '>':
            hanse_buffer_append_text(out, "&gt;");
            break;
        case '"':
            hanse_buffer_append_text(out, "&quot;");
            break;
        case '\'':
            hanse_buffer_append_text(out, "&#39;");
            break;
        default:
            hanse_buffer_append_byte(out, *text);
        }
    }
}

static bool is_link(const char *text)
{
    return strncasecmp(text, "https://", 8) == 0 || strncasecmp(text, "http://", 7) == 0 ||
           strncasecmp(text, "mailto:", 7) == 0;
}

static void linked(struct hanse_buffer *out, const char *text)
{
    if (text == NULL || !is_link(text)) {
        html_text(out, text);
        return;
    }
    hanse_buffer_append_text(out, "<a rel=\"noopener noreferrer\" href=\"");
    html_text(out, text);
    hanse_buffer_append_text(out, "\">");
    html_text(out, text);
    hanse_buffer_append_text(out, "</a>");
}

static void element(struct hanse_buffer *out, const char *tag, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    hanse_buffer_printf(out, "<%s>", tag);
    html_text(out, text);
    hanse_buffer_printf(out, "</%s>\n", tag);
}

static void fact(struct hanse_buffer *out, const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    hanse_buffer_printf(out, "<div><dt>%s</dt><dd>", name);
    linked(out, text);
    hanse_buffer_append_text(out, "</dd></div>\n");
}

static void tags(struct hanse_buffer *out, const struct hanse_value *list)
{
    if (list == NULL || list->type != HANSE_VALUE_ARRAY || list->first == NULL)
        return;
    hanse_buffer_append_text(out, "<p class=\"tags\">");
    for (const struct hanse_value *t = list->first; t != NULL; t = t->next) {
        if (t->type != HANSE_VALUE_STRING)
            continue;
        hanse_buffer_append_text(out, "<span>");
        html_text(out, (const char *)t->text.data);
        hanse_buffer_append_text(out, "</span> ");
    }
    hanse_buffer_append_text(out, "</p>\n");
}

/* A table of a list's objects: the members named, and only the columns that some row fills. */
struct column {
    const char *title, *member;
};

static void table(struct hanse_buffer *out, const char *heading, const struct hanse_value *list,
                  const struct column *columns, size_t count)
{
    bool used[COLUMNS_MAX] = {false};
    for (const struct hanse_value *row = export_first(list); row != NULL; row = export_next(row))
        for (size_t i = 0; i < count; i++)
            used[i] = used[i] || export_text(row, columns[i].member) != NULL;
    if (export_first(list) == NULL)
        return;
    hanse_buffer_printf(out, "<h3>%s</h3>\n<div class=\"wide\"><table><thead><tr>", heading);
    for (size_t i = 0; i < count; i++)
        if (used[i])
            hanse_buffer_printf(out, "<th scope=\"col\">%s</th>", columns[i].title);
    hanse_buffer_append_text(out, "</tr></thead><tbody>\n");
    for (const struct hanse_value *row = export_first(list); row != NULL; row = export_next(row)) {
        hanse_buffer_append_text(out, "<tr>");
        for (size_t i = 0; i < count; i++) {
            if (!used[i])
                continue;
            hanse_buffer_append_text(out, "<td>");
            linked(out, export_text(row, columns[i].member));
            hanse_buffer_append_text(out, "</td>");
        }
        hanse_buffer_append_text(out, "</tr>\n");
    }
    hanse_buffer_append_text(out, "</tbody></table></div>\n");
}

static void badge(struct hanse_buffer *out, bool shown, const char *text)
{
    if (shown)
        hanse_buffer_printf(out, "<span class=\"badge\">%s</span> ", text);
}

/* A field's row, and those of what it holds. Documents are at most HANSE_DOCUMENT_DEPTH_MAX deep. */
static void field_rows(struct hanse_buffer *out, const struct hanse_value *value, const char *shown,
                       unsigned depth)
{
    struct export_field field;
    export_field_read(value, &field);
    hanse_buffer_printf(out, "<tr><td class=\"d%u\"><code>", depth < 8 ? depth : 8);
    html_text(out, shown != NULL ? shown : field.name);
    hanse_buffer_append_text(out, "</code></td><td>");
    html_text(out, field.logical_type);
    hanse_buffer_append_text(out, "</td><td>");
    html_text(out, field.physical_type);
    hanse_buffer_append_text(out, "</td><td>");
    badge(out, field.primary_key, "key");
    badge(out, field.required, "required");
    badge(out, field.unique, "unique");
    badge(out, export_true(value, "criticalDataElement"), "critical");
    badge(out, export_true(value, "deprecated"), "deprecated");
    element(out, "span", export_text(value, "classification"));
    hanse_buffer_append_text(out, "</td><td>");
    html_text(out, field.description);
    tags(out, hanse_value_member(value, "tags"));
    hanse_buffer_append_text(out, "</td></tr>\n");
    for (const struct hanse_value *p = export_first(field.properties); p != NULL; p = export_next(p))
        field_rows(out, p, NULL, depth + 1);
    if (field.items != NULL && field.items->type == HANSE_VALUE_OBJECT)
        field_rows(out, field.items, "[ ]", depth + 1);
    const struct hanse_value *content = hanse_value_member(field.map, "value");
    if (content != NULL && content->type == HANSE_VALUE_OBJECT)
        field_rows(out, content, "{ }", depth + 1);
}

static void object(struct hanse_buffer *out, const struct hanse_value *value)
{
    static const struct column QUALITY[] = {{"Rule", "name"},           {"What", "description"},
                                            {"Metric", "metric"},       {"Rule", "rule"},
                                            {"Dimension", "dimension"}, {"Severity", "severity"}};
    struct export_field field;
    export_field_read(value, &field);
    hanse_buffer_append_text(out, "<section>\n");
    element(out, "h2", field.name);
    hanse_buffer_append_text(out, "<p class=\"muted\">");
    html_text(out, field.physical_type);
    hanse_buffer_append_text(out, field.physical_type != NULL ? " <code>" : "<code>");
    html_text(out, field.physical_name);
    hanse_buffer_append_text(out, "</code></p>\n");
    element(out, "p", field.description);
    tags(out, hanse_value_member(value, "tags"));
    if (export_first(field.properties) != NULL) {
        hanse_buffer_append_text(out, "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Field</th>"
                                      "<th scope=\"col\">Type</th><th scope=\"col\">Physical</th>"
                                      "<th scope=\"col\">Rules</th><th scope=\"col\">Description</th></tr>"
                                      "</thead><tbody>\n");
        for (const struct hanse_value *p = export_first(field.properties); p != NULL; p = export_next(p))
            field_rows(out, p, NULL, 0);
        hanse_buffer_append_text(out, "</tbody></table></div>\n");
    }
    table(out, "Quality", hanse_value_member(value, "quality"), QUALITY, sizeof QUALITY / sizeof *QUALITY);
    hanse_buffer_append_text(out, "</section>\n");
}

/* The style is the only thing that is not text, so the policy names it by its hash. */
static void head(struct hanse_buffer *out, const char *title)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct hanse_hash hash = hanse_hash_sha256(hanse_bytes_of(export_html_style));
    hanse_buffer_append_text(out,
                             "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                             "style-src 'sha256-");
    for (size_t i = 0; i < sizeof hash.bytes; i += 3) {
        uint32_t group = (uint32_t)hash.bytes[i] << 16;
        size_t size = sizeof hash.bytes - i < 3 ? sizeof hash.bytes - i : 3;
        for (size_t k = 1; k < size; k++)
            group |= (uint32_t)hash.bytes[i + k] << (16 - 8 * k);
        for (size_t k = 0; k < 4; k++)
            hanse_buffer_append_byte(out, k <= size ? DIGITS[group >> (18 - 6 * k) & 63] : '=');
    }
    hanse_buffer_append_text(out, "'; base-uri 'none'; form-action 'none'\">\n"
                                  "<meta name=\"referrer\" content=\"no-referrer\">\n"
                                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                                  "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    html_text(out, title);
    hanse_buffer_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", export_html_style);
}

static void about(const struct hanse_export *what, struct hanse_buffer *out)
{
    const struct hanse_value *root = what->root, *description = hanse_value_member(root, "description");
    const char *name = export_text(root, "name"), *status = export_text(root, "status");
    hanse_buffer_append_text(out, "<header>\n<p class=\"muted\">");
    html_text(out, what->domain);
    hanse_buffer_append_text(out, " / <code>");
    html_text(out, what->contract);
    hanse_buffer_append_text(out, "</code></p>\n");
    element(out, "h1", name != NULL ? name : what->contract);
    hanse_buffer_append_text(out, "<p>");
    hanse_buffer_append_text(out, "<span class=\"badge\">");
    html_text(out, what->version);
    hanse_buffer_append_text(out, "</span> ");
    if (status != NULL) {
        hanse_buffer_append_text(out, "<span class=\"badge\">");
        html_text(out, status);
        hanse_buffer_append_text(out, "</span>");
    }
    hanse_buffer_append_text(out, "</p>\n");
    tags(out, hanse_value_member(root, "tags"));
    hanse_buffer_append_text(out, "<dl>\n");
    fact(out, "Purpose", export_text(description, "purpose"));
    fact(out, "Usage", export_text(description, "usage"));
    fact(out, "Limitations", export_text(description, "limitations"));
    fact(out, "Team", export_text(hanse_value_member(root, "team"), "name"));
    fact(out, "Data product", export_text(root, "dataProduct"));
    fact(out, "Tenant", export_text(root, "tenant"));
    fact(out, "Created", export_text(root, "contractCreatedTs"));
    fact(out, "Standard", export_text(root, "apiVersion"));
    hanse_buffer_append_text(out, "</dl>\n</header>\n");
}

static void around(const struct hanse_value *root, struct hanse_buffer *out)
{
    static const struct column SERVERS[] = {
        {"Server", "server"},   {"Type", "type"},       {"Environment", "environment"},
        {"Host", "host"},       {"Port", "port"},       {"Location", "location"},
        {"Account", "account"}, {"Project", "project"}, {"Database", "database"},
        {"Dataset", "dataset"}, {"Schema", "schema"},   {"About", "description"}};
    static const struct column LEVELS[] = {{"Property", "property"},
                                           {"Value", "value"},
                                           {"Unit", "unit"},
                                           {"Of", "element"},
                                           {"About", "description"}};
    static const struct column MEMBERS[] = {{"Who", "username"}, {"Name", "name"}, {"Role", "role"}};
    static const struct column SUPPORT[] = {{"Channel", "channel"}, {"Tool", "tool"}, {"Where", "url"}};
    static const struct column ROLES[] = {{"Role", "role"}, {"Access", "access"}, {"About", "description"}};
    const struct hanse_value *team = hanse_value_member(root, "team");
    if (team != NULL && team->type == HANSE_VALUE_OBJECT) /* since ODCS 3.1 */
        team = hanse_value_member(team, "members");
    hanse_buffer_append_text(out, "<section>\n");
    table(out, "Servers", hanse_value_member(root, "servers"), SERVERS, sizeof SERVERS / sizeof *SERVERS);
    table(out, "Service levels", hanse_value_member(root, "slaProperties"), LEVELS,
          sizeof LEVELS / sizeof *LEVELS);
    table(out, "Team", team, MEMBERS, sizeof MEMBERS / sizeof *MEMBERS);
    table(out, "Support", hanse_value_member(root, "support"), SUPPORT, sizeof SUPPORT / sizeof *SUPPORT);
    table(out, "Roles", hanse_value_member(root, "roles"), ROLES, sizeof ROLES / sizeof *ROLES);
    hanse_buffer_append_text(out, "</section>\n");
}

int export_html(const struct hanse_export *what, struct hanse_buffer *out, struct hanse_buffer *why)
{
    (void)why;
    const char *name = export_text(what->root, "name");
    head(out, name != NULL ? name : what->contract);
    about(what, out);
    for (const struct hanse_value *o = export_first(hanse_value_member(what->root, "schema")); o != NULL;
         o = export_next(o)) {
        const char *object_name = export_text(o, "name");
        if (what->object == NULL || (object_name != NULL && strcmp(object_name, what->object) == 0))
            object(out, o);
    }
    around(what->root, out);
    hanse_buffer_append_text(out, "<footer class=\"muted\"><code>");
    export_uri(what, out);
    hanse_buffer_append_text(out, "</code></footer>\n</main>\n</body>\n</html>\n");
    return HANSE_OK;
}
