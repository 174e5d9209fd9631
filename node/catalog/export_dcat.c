/* DCAT 3, with DPROD where a contract names its data product: JSON-LD whose every name has its prefix, so
 * that the context is seven lines and none has to be fetched. */
#include <string.h>

#include "export_internal.h"
#include "odcs_rules.h"

json_t *hanse_export_context(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:n}", "dcat", "http://www.w3.org/ns/dcat#", "dct",
                     "http://purl.org/dc/terms/", "dprod", "https://ekgf.github.io/dprod/", "foaf",
                     "http://xmlns.com/foaf/0.1/", "vcard", "http://www.w3.org/2006/vcard/ns#", "xsd",
                     "http://www.w3.org/2001/XMLSchema#", "next");
}

static void set_text(json_t *node, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_object_set_new(node, name, json_string(text));
}

static bool is_iri(const char *text)
{
    return text != NULL && odcs_form_matches(ODCS_FORM_URI, text, strlen(text), ODCS_NEWEST);
}

/* A reference where the text is an IRI, else the text. */
static void set_reference(json_t *node, const char *name, const char *text)
{
    if (is_iri(text))
        json_object_set_new(node, name, json_pack("{s:s}", "@id", text));
    else
        set_text(node, name, text);
}

static json_t *part_of(const char *uri, const char *part, size_t index)
{
    return index == 0 ? json_sprintf("%s#%s", uri, part) : json_sprintf("%s#%s-%zu", uri, part, index);
}

/* Where the server is, as an IRI of a scheme that its type speaks; nothing when it cannot be said. */
static void set_endpoint(json_t *service, const struct hanse_value *server)
{
    static const char *const WHOLE[] = {"location", "endpointUrl", "serviceUrl", "host"};
    const char *type = export_text(server, "type"), *host = export_text(server, "host");
    const char *port = export_text(server, "port"), *database = export_text(server, "database");
    for (size_t i = 0; i < sizeof WHOLE / sizeof *WHOLE; i++) {
        if (is_iri(export_text(server, WHOLE[i])) && strstr(export_text(server, WHOLE[i]), "://") != NULL) {
            set_reference(service, "dcat:endpointURL", export_text(server, WHOLE[i]));
            return;
        }
    }
    if (type == NULL || host == NULL)
        return;
    struct hanse_buffer url;
    hanse_buffer_init(&url);
    hanse_buffer_printf(&url, "%s://%s", type, host);
    if (port != NULL)
        hanse_buffer_printf(&url, ":%s", port);
    if (database != NULL)
        hanse_buffer_printf(&url, "/%s", database);
    if (is_iri(url.data))
        set_reference(service, "dcat:endpointURL", url.data);
    hanse_buffer_release(&url);
}

/* Each server is a way to the data: a distribution, and the service that gives it. */
static json_t *distribution(const char *uri, const struct hanse_value *server, size_t index)
{
    json_t *service =
        json_pack("{s:o, s:s}", "@id", part_of(uri, "service", index), "@type", "dcat:DataService");
    json_t *given =
        json_pack("{s:o, s:s}", "@id", part_of(uri, "distribution", index), "@type", "dcat:Distribution");
    const char *name = export_text(server, "server"), *format = export_text(server, "format");
    set_text(service, "dct:title", name);
    set_text(service, "dct:description", export_text(server, "description"));
    set_endpoint(service, server);
    json_object_set_new(service, "dcat:servesDataset", json_pack("{s:o}", "@id", part_of(uri, "dataset", 0)));
    json_object_set_new(service, "dprod:isAccessServiceOf",
                        json_pack("{s:o}", "@id", part_of(uri, "distribution", index)));
    set_text(given, "dct:title", name);
    set_text(given, "dct:format", format != NULL ? format : export_text(server, "type"));
    json_object_set_new(given, "dprod:isDistributionOf",
                        json_pack("{s:o}", "@id", part_of(uri, "dataset", 0)));
    json_object_set_new(given, "dcat:accessService", service);
    return given;
}

static void add_servers(json_t *dataset, const char *uri, const struct hanse_value *root)
{
    json_t *all = json_array();
    size_t index = 1;
    for (const struct hanse_value *s = export_first(hanse_value_member(root, "servers")); s != NULL;
         s = export_next(s))
        json_array_append_new(all, distribution(uri, s, index++));
    if (json_array_size(all) > 0)
        json_object_set(dataset, "dcat:distribution", all);
    json_decref(all);
}

static void add_keywords(json_t *dataset, const struct hanse_value *root)
{
    const struct hanse_value *tags = hanse_value_member(root, "tags");
    json_t *words = json_array();
    for (const struct hanse_value *t = tags != NULL && tags->type == HANSE_VALUE_ARRAY ? tags->first : NULL;
         t != NULL; t = t->next)
        if (t->type == HANSE_VALUE_STRING && t->text.size > 0)
            json_array_append_new(words, export_json(t));
    if (json_array_size(words) > 0)
        json_object_set(dataset, "dcat:keyword", words);
    json_decref(words);
}

static void add_contacts(json_t *dataset, const struct hanse_value *root)
{
    json_t *all = json_array();
    for (const struct hanse_value *s = export_first(hanse_value_member(root, "support")); s != NULL;
         s = export_next(s)) {
        const char *url = export_text(s, "url");
        json_t *contact = json_pack("{s:s}", "@type", "vcard:Kind");
        set_text(contact, "vcard:fn", export_text(s, "channel"));
        if (is_iri(url))
            set_reference(contact, strncmp(url, "mailto:", 7) == 0 ? "vcard:hasEmail" : "vcard:hasURL", url);
        json_array_append_new(all, contact);
    }
    if (json_array_size(all) > 0)
        json_object_set(dataset, "dcat:contactPoint", all);
    json_decref(all);
}

static void add_product(json_t *dataset, const char *uri, const struct hanse_value *root)
{
    const char *name = export_text(root, "dataProduct");
    if (name == NULL || name[0] == '\0')
        return;
    json_t *product =
        json_pack("{s:o, s:s, s:s, s:{s:o}}", "@id", part_of(uri, "product", 0), "@type", "dprod:DataProduct",
                  "dct:title", name, "dprod:outputDataset", "@id", part_of(uri, "dataset", 0));
    json_t *ports = json_array();
    size_t count = json_array_size(json_object_get(dataset, "dcat:distribution"));
    for (size_t i = 1; i <= count; i++)
        json_array_append_new(ports, json_pack("{s:o}", "@id", part_of(uri, "service", i)));
    if (count > 0)
        json_object_set(product, "dprod:outputPort", ports);
    json_decref(ports);
    /* of DPROD's own list; ODCS leaves the text free, and only this one surely means the same */
    const char *status = export_text(root, "status");
    if (status != NULL && strcmp(status, "active") == 0)
        json_object_set_new(
            product, "dprod:lifecycleStatus",
            json_pack("{s:s}", "@id", "https://ekgf.github.io/dprod/data/lifecycle-status/Consume"));
    json_object_set_new(dataset, "dct:isPartOf", product);
}

json_t *hanse_export_dataset(const struct hanse_export *what)
{
    struct hanse_buffer uri;
    hanse_buffer_init(&uri);
    export_uri(what, &uri);
    const struct hanse_value *description = hanse_value_member(what->root, "description");
    const char *title = export_text(what->root, "name");
    const char *team = export_text(hanse_value_member(what->root, "team"), "name");
    json_t *dataset = json_pack("{s:o, s:s, s:s, s:s, s:s, s:{s:s}}", "@id", part_of(uri.data, "dataset", 0),
                                "@type", "dcat:Dataset", "dct:identifier", what->contract, "dct:title",
                                title != NULL ? title : what->contract, "dcat:version", what->version,
                                "dct:conformsTo", "@id", uri.data);
    set_text(dataset, "dct:description", export_text(description, "purpose"));
    set_text(dataset, "dct:accessRights", export_text(description, "limitations"));
    set_text(dataset, "dct:issued", export_text(what->root, "contractCreatedTs"));
    json_t *publisher =
        json_pack("{s:s, s:s}", "@type", "foaf:Agent", "foaf:name", team != NULL ? team : what->domain);
    json_object_set_new(dataset, "dct:publisher", publisher);
    add_keywords(dataset, what->root);
    add_contacts(dataset, what->root);
    add_servers(dataset, uri.data, what->root);
    add_product(dataset, uri.data, what->root);
    hanse_buffer_release(&uri);
    return dataset;
}

int export_dcat(const struct hanse_export *what, struct hanse_buffer *out, struct hanse_buffer *why)
{
    (void)why;
    json_t *document = json_pack("{s:o}", "@context", hanse_export_context());
    json_t *dataset = hanse_export_dataset(what);
    json_object_update(document, dataset);
    json_decref(dataset);
    export_print(document, out);
    return HANSE_OK;
}
