/* The glossary: what words mean, by domain, with the council's terms above them; which fields a term stands
 * for; and the dictionary, which asks all domains what they call by a name. Part of the catalogue.
 *
 * A term is an entry of kind `term`, its key the id, encoded; its body JSON: title, definition, synonyms,
 * broader {journal, term}, owner, review_by. A link is an entry of kind `term-link` in the journal of the
 * contract's domain, its key contract/object/field, each encoded (object and field may be empty: then it is
 * about the object or the contract); its body JSON: contract, object, field, terms [{journal, term}]. */
#ifndef HANSE_GLOSSARY_H
#define HANSE_GLOSSARY_H

#include "hanse/bytes.h"
#include "hanse/error.h"
#include "hanse/hash.h"

struct json_t; /* jansson's */
struct sqlite3;

#define HANSE_KIND_TERM      "term"
#define HANSE_KIND_TERM_LINK "term-link"

#define HANSE_TERM_SYNONYMS_MAX 64u
#define HANSE_TERM_LINKS_MAX    16u /* terms of one link */

/* Appends the key of a link's entry. */
void hanse_term_link_key(const char *contract, const char *object, const char *field,
                         struct hanse_buffer *out);

struct hanse_term_ref {
    struct hanse_hash journal;
    int64_t id;       /* of the row; this connection's business */
    char domain[160]; /* as it is shown */
    char term[256];
};
/* `domain/term`, or `term`: the council's when it has one, else the only domain's. Errors: NOT_FOUND;
 * DUPLICATE when several domains have it and the council has none, with `ret_candidates` an array of full
 * names (else untouched); IO, CORRUPT. */
HANSE_MUST_USE int hanse_glossary_resolve(struct sqlite3 *db, const char *name,
                                          struct hanse_term_ref *ret_ref, struct json_t **ret_candidates);
/* {"terms":[{"domain","term","title","definition","synonyms":[…],"broader","owner","review_by","council",
 * "fields": how many are linked, "published_at_ms","entry"}]}, the council's first, then by domain and term;
 * of one domain when it is not NULL. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_glossary_list(struct sqlite3 *db, const char *domain, struct json_t **ret_answer);
/* One term: as in the list, and "narrower":[name…], "linked":[{"domain","contract","object","field"}], at
 * most 1,000 of them. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_glossary_show(struct sqlite3 *db, const struct hanse_term_ref *ref,
                                       struct json_t **ret_answer);
/* The terms that a target is linked to, [{"journal","term"}], as they stand in its link's body; an empty
 * array when there is none. Errors: IO, CORRUPT. */
HANSE_MUST_USE int hanse_glossary_linked(struct sqlite3 *db, const struct hanse_hash *journal,
                                         const char *contract, const char *object, const char *field,
                                         struct json_t **ret_terms);

/* What `at` names in that version: nothing (the contract), `object`, or `object.field`, whose names may have
 * dots themselves. Errors: NOT_FOUND, IO, CORRUPT. */
struct hanse_contract_ref;
HANSE_MUST_USE int hanse_glossary_target(struct sqlite3 *db, const struct hanse_contract_ref *ref,
                                         const char *at, struct hanse_buffer *ret_object,
                                         struct hanse_buffer *ret_field);

/* Every field of a live contract's highest version that is called `word`, whatever its case and separators
 * (customer_id, customerId), across domains; by its own name, without the path of those it is nested in:
 * {"word", "fields":[{"domain","contract","version","object","field","logical_type","physical_type",
 *   "classification","description","terms":["domain/term"…]}] (at most `limit`), "total",
 *  "conflicts":[{"of":"type"|"definition"|"term","values":[{"value","fields","domains":[…]}]}],
 *  "related":[{"field","fields"}]: other names that have all its parts, "complete": false when a bound was
 * met}. Errors: INVALID (no letter or digit in the word), IO, CORRUPT. */
HANSE_MUST_USE int hanse_dictionary(struct sqlite3 *db, const char *word, uint32_t limit,
                                    struct json_t **ret_answer);

#endif
