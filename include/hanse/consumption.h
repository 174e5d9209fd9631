/* Consumption: who reads which contract. Part of the catalogue.
 *
 * An entry of kind `consumption` in the journal of the domain that reads, its key
 * journal/contract/consumer: the journal id of the contract's domain (hex), the contract's id and the
 * consumer's own name, each encoded. Its body JSON: journal, contract, consumer, fields [text…], purpose,
 * contact. A field is `object.field`, or `object` for all of it; without fields the whole contract is read.
 * The last two may be missing. */
#ifndef HANSE_CONSUMPTION_H
#define HANSE_CONSUMPTION_H

#include "hanse/bytes.h"
#include "hanse/error.h"
#include "hanse/hash.h"

struct json_t; /* jansson's */
struct sqlite3;
struct hanse_contract_ref;
struct hanse_diff;
struct hanse_graph;

#define HANSE_KIND_CONSUMPTION "consumption"

#define HANSE_CONSUMPTION_FIELDS_MAX 1000u /* of one entry */

/* Appends the key of its entry. */
void hanse_consumption_key(const struct hanse_hash *journal, const char *contract, const char *consumer,
                           struct hanse_buffer *out);

/* The live consumption of that journal whose consumer has that name and whose contract is called `contract`,
 * as in domain/id or id: its key and the contract's full name are appended. It may be one of a contract that
 * is no longer there. Errors: NOT_FOUND; DUPLICATE when it is several; IO, CORRUPT. */
HANSE_MUST_USE int hanse_consumption_find(struct sqlite3 *db, const struct hanse_hash *journal,
                                          const char *contract, const char *consumer,
                                          struct hanse_buffer *ret_key, struct hanse_buffer *ret_name);

/* Who says that they read the contract, by domain and consumer:
 * [{"domain","consumer","fields":[text…],"purpose","contact"}]. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_consumers(struct sqlite3 *db, const struct hanse_hash *journal, const char *contract,
                                   struct json_t **ret_consumers);

/* Whom a change of the contract breaks, when its next version is as the diff says: consumers that name a
 * field which is broken, or none; and what the lineage knows to be made of the broken fields, or, where it
 * does not know fields, of their objects:
 * [{"domain","kind","name","fields":[text…],"via","contact"}], by domain, kind and name. `kind` is
 * `consumer`, `contract`, or what else reads; `fields` those that break, empty when that is not known;
 * `contact` as it was declared, else what the domain's profile says, or null. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_diff_impact(struct sqlite3 *db, struct hanse_graph **graph,
                                     const struct hanse_contract_ref *ref, const struct hanse_diff *diff,
                                     struct json_t **ret_impact);

#endif
