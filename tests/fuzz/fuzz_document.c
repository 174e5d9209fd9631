/* Any bytes as a document: no crash, and a tree that holds what document.h promises. */
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/document.h"
#include "hanse/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct hanse_value *value, unsigned depth, size_t *count)
{
    HANSE_CHECK(depth <= HANSE_DOCUMENT_DEPTH_MAX);
    HANSE_CHECK(value->line > 0 && value->column > 0);
    (*count)++;
    bool container = value->type == HANSE_VALUE_ARRAY || value->type == HANSE_VALUE_OBJECT;
    if (!container) {
        HANSE_CHECK(value->text.data[value->text.size] == '\0' && value->first == NULL);
        HANSE_CHECK(memchr(value->text.data, '\0', value->text.size) == NULL);
    }
    uint32_t index = 0;
    for (const struct hanse_value *v = value->first; v != NULL; v = v->next, index++) {
        HANSE_CHECK(v->parent == value && v->index == index);
        if (value->type == HANSE_VALUE_OBJECT) {
            HANSE_CHECK(v->name_line > 0 && v->name.data[v->name.size] == '\0');
            if (value->count < 100)
                HANSE_CHECK(hanse_value_member(value, (const char *)v->name.data) == v);
        }
        walk(v, depth + 1, count);
    }
    HANSE_CHECK(index == value->count);
}

static void last_path(const struct hanse_value *value)
{
    while (value->first != NULL)
        value = value->first;
    struct hanse_buffer path;
    hanse_buffer_init(&path);
    hanse_value_path(value, &path);
    HANSE_CHECK(path.size < 16384);
    hanse_buffer_release(&path);
}

/* What we write, we read back as the same tree. */
static void write_and_read(const struct hanse_value *root, enum hanse_syntax syntax)
{
    struct hanse_buffer text;
    struct hanse_document *again = NULL;
    struct hanse_document_error error;
    hanse_buffer_init(&text);
    hanse_value_write(root, syntax, &text);
    if (text.size <= HANSE_BODY_MAX) {
        HANSE_CHECK(hanse_document_parse(hanse_buffer_bytes(&text), syntax, &again, &error) == HANSE_OK);
        HANSE_CHECK(hanse_value_equal(root, hanse_document_root(again)));
        hanse_document_destroy(&again);
    }
    hanse_buffer_release(&text);
}

static void parse(struct hanse_bytes source, enum hanse_syntax syntax)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error error = {0};
    int rc = hanse_document_parse(source, syntax, &document, &error);
    if (rc != HANSE_OK) {
        HANSE_CHECK(document == NULL && error.rule != NULL && error.message[0] != '\0');
        return;
    }
    size_t count = 0;
    walk(hanse_document_root(document), 0, &count);
    HANSE_CHECK(count <= HANSE_DOCUMENT_NODES_MAX);
    last_path(hanse_document_root(document));
    write_and_read(hanse_document_root(document), HANSE_SYNTAX_YAML);
    if (syntax == HANSE_SYNTAX_JSON)
        write_and_read(hanse_document_root(document), HANSE_SYNTAX_JSON);
    hanse_document_destroy(&document);
    HANSE_CHECK(document == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hanse_bytes source = hanse_bytes(data, size);
    parse(source, hanse_syntax_guess(source));
    /* JSON is nearly a part of YAML: whatever is meant as JSON must do the YAML reader no harm either */
    if (hanse_syntax_guess(source) == HANSE_SYNTAX_JSON)
        parse(source, HANSE_SYNTAX_YAML);
    return 0;
}
