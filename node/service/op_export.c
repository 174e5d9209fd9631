/* Contracts in the formats of other tools: one, or page by page all. */
#include "hanse/export.h"

#include <stdlib.h>
#include <string.h>

#include "hanse/catalog.h"
#include "names.h"
#include "operations.h"
#include "params.h"

#define PAGE_LIMIT     100u
#define PAGE_LIMIT_MAX 1000u

static const struct hanse_export_format *format_given(const json_t *params, struct hanse_answer *answer)
{
    const char *name = param_text(params, "format");
    const struct hanse_export_format *format = name == NULL ? NULL : hanse_export_find(name);
    if (format != NULL)
        return format;
    struct hanse_buffer known;
    size_t count;
    const struct hanse_export_format *formats = hanse_export_formats(&count);
    hanse_buffer_init(&known);
    for (size_t i = 0; i < count; i++)
        hanse_buffer_printf(&known, i == 0 ? "%s" : ", %s", formats[i].name);
    hanse_buffer_append_byte(&known, '.');
    answer_error(answer, HANSE_E_INVALID, known.data,
                 name == NULL ? "No format was given" : "There is no such format: %.40s", name);
    hanse_buffer_release(&known);
    return NULL;
}

/* The contract's document. Errors: NOT_FOUND (its bytes are not here), INVALID (they cannot be read). */
static int read_document(struct sqlite3 *db, const struct hanse_contract_ref *ref,
                         struct hanse_document **ret_document)
{
    struct hanse_buffer content, media;
    struct hanse_document_error why;
    hanse_buffer_init(&content);
    hanse_buffer_init(&media);
    int error = hanse_catalog_raw(db, ref, &content, &media);
    if (error == HANSE_OK) {
        struct hanse_bytes bytes = hanse_buffer_bytes(&content);
        error = hanse_document_parse(bytes, hanse_syntax_guess(bytes), ret_document, &why);
        if (error != HANSE_OK)
            error = HANSE_E_INVALID;
    }
    hanse_buffer_release(&content);
    hanse_buffer_release(&media);
    return error;
}

static struct hanse_export export_of(const struct hanse_contract_ref *ref,
                                     const struct hanse_document *document)
{
    return (struct hanse_export){.root = hanse_document_root(document),
                                 .domain = ref->domain,
                                 .contract = ref->contract,
                                 .version = ref->version};
}

static int write_one(const struct hanse_export_format *format, const struct hanse_contract_ref *ref,
                     const struct hanse_document *document, const json_t *params, struct hanse_answer *answer)
{
    struct hanse_export what = export_of(ref, document);
    struct hanse_buffer out, why;
    what.object = param_text(params, "object");
    what.dialect = param_text(params, "dialect");
    hanse_buffer_init(&out);
    hanse_buffer_init(&why);
    int error = hanse_export_write(format, &what, &out, &why);
    if (error == HANSE_OK) {
        answer->media = format->media;
        answer->raw = out;
    } else {
        answer_error(answer, error, "`--format odcs` gives the original, whatever it holds.",
                     "%s/%s@%s is not exported: %s", ref->domain, ref->contract, ref->version, why.data);
        hanse_buffer_release(&out);
    }
    hanse_buffer_release(&why);
    return error;
}

int op_export(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    const struct hanse_export_format *format = format_given(params, answer);
    if (format == NULL)
        return HANSE_E_INVALID;
    if (strcmp(format->name, "odps") == 0)
        return op_product_raw(service, params, answer);
    if (format->write == NULL)
        return op_raw(service, params, answer);
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    struct hanse_document *document = NULL;
    int error = name_resolve(service, params, answer, ref);
    if (error != HANSE_OK)
        goto out;
    error = read_document(service->db, ref, &document);
    if (error == HANSE_OK)
        error = write_one(format, ref, document, params, answer);
    else if (error == HANSE_E_NOT_FOUND || error == HANSE_E_INVALID)
        answer_error(answer, error, "Try again when more of the mesh is reachable: `hanse status`.",
                     "The document of %s/%s@%s is not on this node, or cannot be read", ref->domain,
                     ref->contract, ref->version);
    else
        answer_failure(answer, error, "The catalogue cannot be read");
out:
    hanse_document_destroy(&document);
    free(ref);
    return error;
}

/* A contract whose document is not here is told by what the catalogue has of it. */
static json_t *dataset_of(struct sqlite3 *db, const json_t *row, struct hanse_contract_ref *ref)
{
    struct hanse_buffer name;
    struct hanse_document *document = NULL;
    json_t *candidates = NULL, *dataset = NULL;
    hanse_buffer_init(&name);
    name_write(param_text(row, "domain"), param_text(row, "contract"), param_text(row, "version"), true,
               &name);
    int error = hanse_catalog_resolve(db, name.data, ref, &candidates);
    if (error == HANSE_OK && read_document(db, ref, &document) == HANSE_OK) {
        struct hanse_export what = export_of(ref, document);
        dataset = hanse_export_dataset(&what);
    } else {
        dataset =
            json_pack("{s:s, s:s, s:s, s:s*}", "@id", name.data, "@type", "dcat:Dataset", "dct:identifier",
                      param_text(row, "contract"), "dct:title", param_text(row, "title"));
    }
    hanse_document_destroy(&document);
    json_decref(candidates);
    hanse_buffer_release(&name);
    return dataset;
}

static json_t *page_of(struct sqlite3 *db, const json_t *list)
{
    struct hanse_contract_ref *ref = hanse_malloc(sizeof *ref);
    json_t *datasets = json_array(), *row;
    size_t i;
    json_array_foreach(json_object_get(list, "contracts"), i, row)
        json_array_append_new(datasets, dataset_of(db, row, ref));
    free(ref);
    return json_pack("{s:o, s:s, s:s, s:o, s:O?}", "@context", hanse_export_context(), "@type",
                     "dcat:Catalog", "dct:title", "The data contracts of this mesh", "dcat:dataset", datasets,
                     "next", json_object_get(list, "next"));
}

int op_export_all(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct sqlite3 *db;
    uint64_t limit;
    json_t *list;
    const struct hanse_export_format *format = format_given(params, answer);
    const char *cursor = param_text(params, "cursor"), *domain = param_text(params, "domain");
    if (format == NULL)
        return HANSE_E_INVALID;
    if (strcmp(format->name, "dcat") != 0)
        return answer_error(answer, HANSE_E_INVALID, "Export contracts one by one, or all as dcat.",
                            "There is no %s of a whole catalogue", format->name);
    if (param_number(params, "limit", PAGE_LIMIT, PAGE_LIMIT_MAX, &limit) != HANSE_OK)
        return answer_error(answer, HANSE_E_INVALID, NULL, "`limit` must be a whole number, at most %u",
                            PAGE_LIMIT_MAX);
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    error = hanse_catalog_list(db, domain != NULL && domain[0] != '\0' ? domain : NULL,
                               cursor != NULL && cursor[0] != '\0' ? cursor : NULL, (uint32_t)limit, &list);
    if (error == HANSE_E_INVALID)
        return answer_error(answer, error, "Take the cursor from the answer before, as it is.",
                            "That is no cursor");
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The catalogue cannot be read");
    json_t *page = page_of(db, list);
    json_decref(list);
    hanse_buffer_init(&answer->raw);
    json_write(page, true, &answer->raw);
    json_decref(page);
    answer->media = format->media;
    return HANSE_OK;
}
