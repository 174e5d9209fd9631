/* What contracts and products say alike. */
#include "project_about.h"

#include <string.h>

#define KEY_CUT 135u /* PROTOCOL.md, "Entries": a key of HANSE_KEY_MAX bytes may be a cut one */

bool about_is_cut(struct hanse_bytes key)
{
    return key.size == HANSE_KEY_MAX && key.data[KEY_CUT] == '~';
}

/* ODCS 3.1 has a team with a name and members, 3.0 an array of members. */
struct hanse_bytes about_owner(const struct hanse_value *team)
{
    struct hanse_bytes none = {0};
    if (team == NULL)
        return none;
    if (team->type == HANSE_VALUE_OBJECT) {
        struct hanse_bytes name = catalog_text(hanse_value_member(team, "name"));
        if (name.size > 0)
            return name;
        team = hanse_value_member(team, "members");
    }
    if (team == NULL || team->type != HANSE_VALUE_ARRAY)
        return none;
    for (const struct hanse_value *member = team->first; member != NULL; member = member->next) {
        const char *role = hanse_value_member_text(member, "role");
        if (role == NULL || strcasestr(role, "owner") == NULL)
            continue;
        struct hanse_bytes name = catalog_text(hanse_value_member(member, "name"));
        return name.size > 0 ? name : catalog_text(hanse_value_member(member, "username"));
    }
    return none;
}

/* An object of purpose, usage and limitations; a plain text, as some write, is the purpose. */
void about_bind_description(sqlite3_stmt *add, int place, const struct hanse_value *description)
{
    static const char *const names[] = {"purpose", "usage", "limitations"};
    for (int i = 0; i < 3; i++) {
        struct hanse_bytes text = catalog_text(hanse_value_member(description, names[i]));
        if (i == 0 && text.data == NULL)
            text = catalog_text(description);
        catalog_bind(add, place + i, text);
    }
}

void *about_prepare(const struct hanse_entry *entry, struct hanse_bytes content)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error ignored;
    bool json = hanse_bytes_equal_text(entry->media, "json");
    enum hanse_syntax syntax = json ? HANSE_SYNTAX_JSON : HANSE_SYNTAX_YAML;
    if (hanse_document_parse(content, syntax, &document, &ignored) != HANSE_OK)
        return NULL;
    return document;
}

void about_release(void *prepared)
{
    struct hanse_document *document = prepared;
    hanse_document_destroy(&document);
}

const struct hanse_value *about_root(const struct hanse_projected *projected,
                                     struct hanse_document **ret_parsed)
{
    const struct hanse_document *document = projected->prepared;
    if (projected->content.size == 0)
        return NULL;
    if (document == NULL)
        document = *ret_parsed = about_prepare(projected->entry, projected->content);
    if (document == NULL || hanse_document_root(document)->type != HANSE_VALUE_OBJECT)
        return NULL;
    return hanse_document_root(document);
}
