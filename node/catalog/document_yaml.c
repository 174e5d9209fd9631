/* YAML over libyaml's events. libyaml reads YAML 1.1 structure; what a plain scalar means is ours
 * (document_scalar.c). Depth is checked at each event: libyaml looks at most 1,024 characters ahead of the
 * event it gives, so its cost per level stays bounded. */
#include <string.h>
#include <yaml.h>

#include "document_internal.h"
#include "hanse/check.h"

struct reader {
    struct document_builder *b;
    yaml_parser_t parser;
    bool any;                                      /* a document has begun */
    bool wants_name[HANSE_DOCUMENT_DEPTH_MAX + 1]; /* by depth: in a mapping, at a key */
};

static struct document_place place_of(const yaml_mark_t *mark)
{
    return (struct document_place){(uint32_t)mark->line + 1, (uint32_t)mark->column + 1};
}

static int refuse(struct reader *r, const yaml_event_t *event, const char *rule, const char *sentence)
{
    return document_fail(r->b->error, HANSE_E_INVALID, place_of(&event->start_mark), rule, "%s", sentence);
}

/* Whether a line break ends there: LF, CR, NEL, LS or PS. */
static bool ends_line(const uint8_t *start, const uint8_t *p)
{
    if (p == start || p[-1] == '\n' || p[-1] == '\r')
        return true;
    return (p - start >= 2 && memcmp(p - 2, "\xc2\x85", 2) == 0) ||
           (p - start >= 3 && memcmp(p - 3, "\xe2\x80", 2) == 0 && (p[-1] == 0xA8 || p[-1] == 0xA9));
}

/* libyaml compares each %TAG with all before it: a megabyte of them would take it minutes. Tags are refused
 * anyway, so no such line gets as far as libyaml. */
static int refuse_tag_directives(struct document_builder *b, struct hanse_bytes source)
{
    const uint8_t *end = source.data + source.size;
    for (const uint8_t *p = source.data; source.size > 0; p++) {
        p = memmem(p, (size_t)(end - p), "%TAG", 4);
        if (p == NULL)
            return HANSE_OK;
        if (ends_line(source.data, p))
            return document_fail(b->error, HANSE_E_INVALID,
                                 document_place_at(source, (size_t)(p - source.data)), "yaml/tag",
                                 "tags are not read: remove the %%TAG directive");
    }
    return HANSE_OK;
}

static int syntax_error(struct reader *r)
{
    HANSE_CHECK(r->parser.error != YAML_MEMORY_ERROR);
    const char *problem = r->parser.problem == NULL ? "it cannot be read" : r->parser.problem;
    const yaml_mark_t *mark = &r->parser.problem_mark;
    if (r->parser.context == NULL)
        return document_fail(r->b->error, HANSE_E_INVALID, place_of(mark), "yaml/syntax",
                             "this is not YAML: %s", problem);
    return document_fail(r->b->error, HANSE_E_INVALID, place_of(mark), "yaml/syntax",
                         "this is not YAML: %s, %s that starts on line %zu", problem, r->parser.context,
                         r->parser.context_mark.line + 1);
}

static int scalar(struct reader *r, const yaml_event_t *event)
{
    if (event->data.scalar.anchor != NULL)
        return refuse(r, event, "yaml/anchor", "anchors (&name) are not read: write the value out");
    if (event->data.scalar.tag != NULL)
        return refuse(r, event, "yaml/tag", "tags (!name) are not read: remove it, or quote the text");
    size_t size = event->data.scalar.length;
    const yaml_char_t *data = event->data.scalar.value;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (size > 0 && memchr(data, '\0', size) != NULL)
        return refuse(r, event, "document/character", "a text may not contain the character U+0000");

    struct document_builder *b = r->b;
    struct document_place place = place_of(&event->start_mark);
    if (b->depth == 0 && plain && size == 0)
        return refuse(r, event, "document/empty", "the document is empty");
    bool *wants_name = &r->wants_name[b->depth];
    if (*wants_name) {
        if (plain && size == 2 && memcmp(data, "<<", 2) == 0)
            return refuse(r, event, "yaml/merge-key", "merge keys (<<) are not read: write the members out");
        *wants_name = false;
        document_name(b, document_keep(b->document, data, size), place);
        return HANSE_OK;
    }
    struct hanse_value *value;
    int rc = document_scalar(b, HANSE_VALUE_STRING, document_keep(b->document, data, size), place, &value);
    if (rc != HANSE_OK)
        return rc;
    if (plain)
        document_resolve_plain(value);
    if (b->depth > 0 && b->open[b->depth - 1]->type == HANSE_VALUE_OBJECT)
        *wants_name = true;
    return HANSE_OK;
}

static int begin(struct reader *r, const yaml_event_t *event, enum hanse_value_type type,
                 const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        return refuse(r, event, "yaml/anchor", "anchors (&name) are not read: write the value out");
    if (tag != NULL)
        return refuse(r, event, "yaml/tag", "tags (!name) are not read: remove it");
    if (r->wants_name[r->b->depth])
        return refuse(r, event, "yaml/complex-key", "a key must be a plain text, not a list or an object");
    int rc = document_open(r->b, type, place_of(&event->start_mark));
    if (rc == HANSE_OK)
        r->wants_name[r->b->depth] = type == HANSE_VALUE_OBJECT;
    return rc;
}

static int end(struct reader *r)
{
    int rc = document_close(r->b);
    uint32_t depth = r->b->depth;
    if (depth > 0)
        r->wants_name[depth] = r->b->open[depth - 1]->type == HANSE_VALUE_OBJECT;
    return rc;
}

static int take(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (r->any)
            return refuse(r, event, "yaml/documents", "a file holds one document; split it at this ---");
        r->any = true;
        return HANSE_OK;
    case YAML_ALIAS_EVENT:
        return refuse(r, event, "yaml/alias", "aliases (*name) are not read: write the value out");
    case YAML_SCALAR_EVENT:
        return scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return begin(r, event, HANSE_VALUE_ARRAY, event->data.sequence_start.anchor,
                     event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return begin(r, event, HANSE_VALUE_OBJECT, event->data.mapping_start.anchor,
                     event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return end(r);
    default:
        return HANSE_OK;
    }
}

int document_read_yaml(struct document_builder *b, struct hanse_bytes source)
{
    int rc = refuse_tag_directives(b, source);
    if (rc != HANSE_OK)
        return rc;
    struct reader reader = {.b = b};
    HANSE_CHECK(yaml_parser_initialize(&reader.parser) == 1);
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, source.data, source.size);

    bool more = true;
    while (more && rc == HANSE_OK) {
        yaml_event_t event;
        if (yaml_parser_parse(&reader.parser, &event) != 1) {
            rc = syntax_error(&reader);
            break;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        rc = take(&reader, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&reader.parser);
    if (rc == HANSE_OK && b->document->root == NULL)
        rc = document_fail(b->error, HANSE_E_INVALID, (struct document_place){1, 1}, "document/empty",
                           "the document is empty");
    return rc;
}
