/* Exports, inside the folder: the little walk over a contract's document that all formats share. */
#ifndef EXPORT_INTERNAL_H
#define EXPORT_INTERNAL_H

#include <jansson.h>

#include "hanse/export.h"

/* The elements of a list that are objects, one by one. */
const struct hanse_value *export_first(const struct hanse_value *list);
const struct hanse_value *export_next(const struct hanse_value *element);

/* A scalar as text, and NULL for anything else. */
const char *export_text(const struct hanse_value *object, const char *name);
bool export_true(const struct hanse_value *object, const char *name);
/* Any value as JSON; a number beyond a double's is null. */
json_t *export_json(const struct hanse_value *value);

/* A property of a schema object, or the items of an array, read. */
struct export_field {
    const char *name;                                       /* never NULL; "" for items */
    const char *physical_name;                              /* the name where the data is: never NULL */
    const char *logical_type, *physical_type, *description; /* or NULL */
    bool required, unique, primary_key;
    int64_t position;                                   /* in the primary key; -1: not said */
    const struct hanse_value *options, *values;         /* logicalTypeOptions, enum; or NULL */
    const struct hanse_value *properties, *items, *map; /* what is nested; or NULL */
};
void export_field_read(const struct hanse_value *value, struct export_field *ret_field);

/* The two bounds of a field, whichever way its version of the standard says them. */
struct export_bound {
    const struct hanse_value *value; /* NULL: there is none */
    bool exclusive;
};
struct export_bound export_bound(const struct export_field *field, bool upper);

/* Appends `hanse://domain/id@version`, percent-encoded. */
void export_uri(const struct hanse_export *what, struct hanse_buffer *out);
/* Indented JSON with a newline at the end. Takes `json`. */
void export_print(json_t *json, struct hanse_buffer *out);

int export_json_schema(const struct hanse_export *what, struct hanse_buffer *out, struct hanse_buffer *why);
int export_sql(const struct hanse_export *what, struct hanse_buffer *out, struct hanse_buffer *why);
int export_dcat(const struct hanse_export *what, struct hanse_buffer *out, struct hanse_buffer *why);
int export_html(const struct hanse_export *what, struct hanse_buffer *out, struct hanse_buffer *why);

#endif
