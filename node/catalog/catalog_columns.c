/* What every public column means, as data: `hanse sql --schema` prints it, and a test holds it to the views.
 */
#include "catalog_internal.h"

#define PUBLISHED(view)                                                                                      \
    {view, "published_at_ms", "integer", "when its owner published it, by the owner's clock, since 1970"},   \
    {                                                                                                        \
        view, "entry", "integer", "index of the journal entry that says so: what a proof is about"           \
    }
#define DOMAIN(view)                                                                                         \
    {                                                                                                        \
        view, "domain", "text", "the domain whose journal says it"                                           \
    }
#define CONTRACT(view)                                                                                       \
    DOMAIN(view), {view, "contract", "text", "the contract's id"},                                           \
    {                                                                                                        \
        view, "version", "text", "its version"                                                               \
    }
#define LATEST(view)                                                                                         \
    {                                                                                                        \
        view, "latest", "boolean", "whether it is of the contract's highest live version"                    \
    }
#define ABOUT(view)                                                                                          \
    {view, "title", "text", "its name, else its id"},                                                        \
        {view, "status", "text", "as in draft, active, deprecated"},                                         \
        {view, "data_product", "text", "the data product it belongs to"},                                    \
        {view, "tenant", "text", "the organisation it is for"},                                              \
        {view, "declared_domain", "text", "the domain that its document names"},                             \
        {view, "owner", "text", "its team's name, else the team member whose role is owner"},                \
        {view, "purpose", "text", "what the data is for"}, {view, "usage", "text", "how it may be used"},    \
        {view, "limitations", "text", "what it is not fit for"},                                             \
        {view, "api_version", "text", "the version of ODCS that it declares"},                               \
        {view, "media", "text", "yaml or json: how the original is written"},                                \
        {view, "size_bytes", "integer", "of the original"},                                                  \
        {view, "objects", "integer", "how many objects (tables, topics, files) it describes"},               \
    {                                                                                                        \
        view, "fields", "integer", "how many fields; rows are kept for the first 10,000"                     \
    }

static const struct hanse_catalog_column COLUMNS[] = {
    {"domains", "domain", "text", "its name in the mesh, else the name this node gave it"},
    {"domains", "title", "text", "as its profile says"},
    {"domains", "purpose", "text", "what it is for"},
    {"domains", "boundaries", "text", "what belongs to it and what does not"},
    {"domains", "owner_team", "text", "who answers for it"},
    {"domains", "contacts", "text", "a JSON array of {name, email}"},
    {"domains", "journal", "text", "id of its journal, 64 hex digits"},
    {"domains", "admitted", "boolean", "whether the council has admitted it"},
    {"domains", "entries", "integer", "entries of its journal"},
    {"domains", "contracts", "integer", "contracts that have a live version"},
    {"domains", "published_at_ms", "integer", "when the profile was published; NULL without one"},
    {"domains", "entry", "integer", "index of the profile's journal entry; NULL without one"},

    CONTRACT("contracts"),
    ABOUT("contracts"),
    {"contracts", "versions", "integer", "live versions; this row is the highest, by SemVer"},
    PUBLISHED("contracts"),

    CONTRACT("versions"),
    LATEST("versions"),
    ABOUT("versions"),
    PUBLISHED("versions"),

    CONTRACT("objects"),
    LATEST("objects"),
    {"objects", "object", "text", "its name"},
    {"objects", "position", "integer", "its place in the contract, from 1"},
    {"objects", "physical_name", "text", "the table, topic or file in the source"},
    {"objects", "physical_type", "text", "as in table, view, topic, file"},
    {"objects", "business_name", "text", "what people call it"},
    {"objects", "description", "text", "in its author's words"},
    {"objects", "granularity", "text", "what one row stands for"},
    {"objects", "fields", "integer", "how many fields it has, nested ones included"},
    PUBLISHED("objects"),

    CONTRACT("fields"),
    LATEST("fields"),
    {"fields", "object", "text", "the object it belongs to"},
    {"fields", "field", "text", "its name; nested ones as in address.street and lines[].sku"},
    {"fields", "position", "integer", "its place in the object, from 1, nested ones counted"},
    {"fields", "logical_type", "text", "as in string, integer, date, object, array"},
    {"fields", "physical_type", "text", "the source's own type, as in VARCHAR(20)"},
    {"fields", "physical_name", "text", "its name in the source"},
    {"fields", "required", "boolean", "whether it may not be null"},
    {"fields", "is_unique", "boolean", "whether no two rows may have the same value"},
    {"fields", "primary_key", "boolean", "whether it is part of the primary key"},
    {"fields", "partitioned", "boolean", "whether the data is partitioned by it"},
    {"fields", "critical", "boolean", "whether it is a critical data element"},
    {"fields", "classification", "text", "as in public, internal, confidential, PII"},
    {"fields", "business_name", "text", "what people call it"},
    {"fields", "description", "text", "in its author's words"},
    PUBLISHED("fields"),

    CONTRACT("servers"),
    LATEST("servers"),
    {"servers", "server", "text", "the server's identifier in the contract"},
    {"servers", "type", "text", "as in postgres, snowflake, kafka, s3"},
    {"servers", "environment", "text", "as in prod, staging, dev"},
    {"servers", "host", "text", "where it answers"},
    {"servers", "port", "integer", "and at which port"},
    {"servers", "database", "text", "database name"},
    {"servers", "schema", "text", "schema in the database"},
    {"servers", "project", "text", "cloud project, as of BigQuery"},
    {"servers", "dataset", "text", "dataset of the project"},
    {"servers", "catalog", "text", "catalog, as of Databricks or Trino"},
    {"servers", "account", "text", "account, as of Snowflake"},
    {"servers", "location", "text", "URL or path, as of files and object stores"},
    {"servers", "format", "text", "as in parquet, json, avro"},
    {"servers", "description", "text", "in its author's words"},
    PUBLISHED("servers"),

    CONTRACT("tags"),
    LATEST("tags"),
    {"tags", "object", "text", "the object it is on; NULL for the contract's own"},
    {"tags", "field", "text", "the field it is on; NULL for the object's or the contract's own"},
    {"tags", "tag", "text", "the tag"},
    PUBLISHED("tags"),

    DOMAIN("peers"),
    {"peers", "node", "text", "the node's CURVE key, 64 hex digits"},
    {"peers", "role", "text", "writer or mirror"},
    {"peers", "endpoints", "text", "a JSON array of ZeroMQ endpoints; empty when it only dials"},
    PUBLISHED("peers"),

    DOMAIN("provenance"),
    {"provenance", "about_kind", "text", "kind of the entry that it explains"},
    {"provenance", "about_key", "text", "key of that entry"},
    {"provenance", "about_entry", "integer", "index of that entry"},
    {"provenance", "asked_by", "text", "who asked for it"},
    {"provenance", "approved_by", "text", "who approved it"},
    {"provenance", "repository", "text", "where its source is kept"},
    {"provenance", "revision", "text", "commit of the source"},
    {"provenance", "pipeline", "text", "the run that published it"},
    {"provenance", "tool", "text", "the program that published it"},
    PUBLISHED("provenance"),

    DOMAIN("entries"),
    {"entries", "entry", "integer", "index in the domain's journal, from 0"},
    {"entries", "kind", "text", "as in contract, profile, authority, seal"},
    {"entries", "key", "text", "which thing of that kind, percent-encoded"},
    {"entries", "operation", "text", "put or retract"},
    {"entries", "media", "text", "how the body is written; NULL without one"},
    {"entries", "body_size", "integer", "bytes of the body"},
    {"entries", "published_at_ms", "integer",
     "when its owner published it, by the owner's clock, since 1970"},
    {"entries", "live", "boolean", "whether it is the newest of its kind and key"},
};

size_t hanse_catalog_columns(const struct hanse_catalog_column **ret_columns)
{
    *ret_columns = COLUMNS;
    return sizeof COLUMNS / sizeof COLUMNS[0];
}
