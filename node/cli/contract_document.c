/* What the catalogue has no columns for, read from the published original: team, support, service levels. */
#include <string.h>

#include "cli.h"
#include "hanse/document.h"
#include "text.h"

static void print_title(const char *title, bool color)
{
    printf(color ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

static const char *text_of(const struct hanse_value *object, const char *name)
{
    const struct hanse_value *value = hanse_value_member(object, name);
    bool scalar = value != NULL && value->type != HANSE_VALUE_ARRAY && value->type != HANSE_VALUE_OBJECT;
    return scalar && value->type != HANSE_VALUE_NULL ? (const char *)value->text.data : "";
}

/* A table of the members of a list's objects. */
static void print_list(const struct hanse_value *list, const char *title, const char *const *members,
                       const char *const *titles, size_t columns, bool color)
{
    struct table table;
    table_init(&table, titles, columns);
    for (const struct hanse_value *item = list != NULL ? list->first : NULL; item != NULL; item = item->next)
        for (size_t i = 0; i < columns; i++)
            table_addf(&table, "%s%s", i == 0 ? "  " : "", text_of(item, members[i]));
    if (table.count > 0)
        print_title(title, color);
    table_print(&table, stdout, color);
    table_release(&table);
}

void contract_document_print(struct hanse_bytes original, bool color)
{
    static const char *const TEAM[] = {"username", "name", "role"};
    static const char *const TEAM_TITLES[] = {"  WHO", "NAME", "ROLE"};
    static const char *const SUPPORT[] = {"channel", "tool", "url"};
    static const char *const SUPPORT_TITLES[] = {"  CHANNEL", "TOOL", "URL"};
    static const char *const LEVELS[] = {"property", "value", "unit", "element"};
    static const char *const LEVELS_TITLES[] = {"  PROPERTY", "VALUE", "UNIT", "OF"};
    struct hanse_document *document = NULL;
    struct hanse_document_error error;
    if (hanse_document_parse(original, hanse_syntax_guess(original), &document, &error) != HANSE_OK)
        return; /* it was published before today's rules: the catalogue's part was printed */
    const struct hanse_value *root = hanse_document_root(document);
    const struct hanse_value *team = hanse_value_member(root, "team");
    if (team != NULL && team->type == HANSE_VALUE_OBJECT) /* since ODCS 3.1 */
        team = hanse_value_member(team, "members");
    print_list(team, "Team", TEAM, TEAM_TITLES, 3, color);
    print_list(hanse_value_member(root, "support"), "Support", SUPPORT, SUPPORT_TITLES, 3, color);
    print_list(hanse_value_member(root, "slaProperties"), "Service levels", LEVELS, LEVELS_TITLES, 4, color);
    hanse_document_destroy(&document);
}
