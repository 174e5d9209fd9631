/* Dataset names: where the words of ODCS, OpenLineage and dbt meet. Each says in its own way where data is;
 * here each becomes one key:
 *
 *     TYPE/PART/PART…            what it is and what it is called there: postgres/shop/public/orders
 *     TYPE/PART/PART…@PLACE      with the host, cluster or account, where that is known and is no part of the
 * name
 *
 * Parts are percent-encoded; over HANSE_KEY_MAX bytes a key is cut as those of entries are. How each system
 * folds case, fills in and leaves out: docs/lineage.md. A key of a dataset is also the key of its entry. */
#ifndef HANSE_DATASET_H
#define HANSE_DATASET_H

#include <stdbool.h>

#include "hanse/bytes.h"
#include "hanse/document.h"

#define HANSE_DATASET_TEXT_MAX 4096u /* bytes of a namespace or a name; longer ones name nothing */

/* All append the key, or give false and append nothing when what is said names no dataset. */

/* An entry of ODCS `servers`, and an object's `physicalName` (or no data) and `name`. */
bool hanse_dataset_of_server(const struct hanse_value *server, struct hanse_bytes physical_name,
                             struct hanse_bytes object, struct hanse_buffer *out);
/* The same server, and a table or path as some text names it: a source of ODCS `transformSourceObjects`. */
bool hanse_dataset_of_source(const struct hanse_value *server, struct hanse_bytes source,
                             struct hanse_buffer *out);
/* OpenLineage. Namespaces of no known system give keys of type `other`. */
bool hanse_dataset_of_openlineage(struct hanse_bytes name_space, struct hanse_bytes name,
                                  struct hanse_buffer *out);
/* dbt. `place` is an OpenLineage namespace that says where the warehouse is, or empty: a manifest does not.
 */
struct hanse_dataset_relation {
    struct hanse_bytes adapter, place, database, schema, identifier;
    bool quoted; /* dbt writes the names in quotes, so their case counts */
};
bool hanse_dataset_of_dbt(const struct hanse_dataset_relation *relation, struct hanse_buffer *out);

/* A key as above: a type, `/`, and only bytes that stand in keys. */
bool hanse_dataset_key_valid(struct hanse_bytes key);
/* Views into a key. `place` is empty without one. */
struct hanse_dataset_key {
    struct hanse_bytes type, path, place;
};
struct hanse_dataset_key hanse_dataset_key_split(struct hanse_bytes key);
/* Appends what people call it: parts decoded, joined as its system does (`shop.public.orders`, `bucket/a/b`).
 */
void hanse_dataset_key_name(struct hanse_bytes key, struct hanse_buffer *out);
/* Whether a key of that type should have a place, so that one without may be any that has. */
bool hanse_dataset_key_placeless(struct hanse_bytes key);

#endif
