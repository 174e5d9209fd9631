/* The tables of a standard against its published JSON schema. */
#ifndef PUBLISHED_SCHEMA_H
#define PUBLISHED_SCHEMA_H

#include <stddef.h>

#include <jansson.h>

#include "../../node/catalog/standard_rules.h"

struct comparison {
    const json_t *root;
    const struct standard_keys *operators; /* the standard's, or NULL */
    uint8_t version;
    const json_t *seen_schemas[400];
    const struct standard_object *seen_objects[400];
    size_t seen;
    size_t keys;
};

/* Fails the test where they differ. `where` begins each message. */
void compare_object(struct comparison *c, const json_t *schema, const struct standard_object *object,
                    const char *where);

/* Fails the test where a table is not in order. */
void assert_sorted(const struct standard_keys *keys);
void assert_sorted_below(const struct standard_shape *shape, int depth);

#endif
