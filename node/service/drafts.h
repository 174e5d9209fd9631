/* Drafts: what one commit is to hold, with the salts and the memory they need; and the append that writes
 * them. */
#ifndef HANSE_SERVICE_DRAFTS_H
#define HANSE_SERVICE_DRAFTS_H

#include "service_internal.h"

#define MEDIA_JSON    "json"
#define MEDIA_YAML    "yaml"
#define MEDIA_MSGPACK "msgpack"

struct drafts {
    struct hanse_draft *items;
    void **owned; /* memory of their parts */
    size_t count;
    size_t owned_count;
};

void drafts_init(struct drafts *drafts);
void drafts_release(struct drafts *drafts);

/* Appends the content with a fresh salt before it. */
void body_salt(struct hanse_bytes content, struct hanse_buffer *out);

/* Adds a put. Everything is copied; the body gets a fresh salt. `prepared` is borrowed until the append is
 * done. */
void drafts_put(struct drafts *drafts, const char *kind, const char *key, const char *media,
                struct hanse_bytes content, void *prepared);
/* The same with a body that is salted already. */
void drafts_put_salted(struct drafts *drafts, const char *kind, const char *key, const char *media,
                       struct hanse_bytes salted, void *prepared);
void drafts_retract(struct drafts *drafts, const char *kind, const char *key);
/* Adds an entry that is encoded already, with its salted body or none; both copied. Errors: those of
 * hanse_entry_decode; BAD_BODY when it is not its body. */
HANSE_MUST_USE int drafts_add_encoded(struct drafts *drafts, struct hanse_bytes encoded,
                                      struct hanse_bytes salted);

/* Writes them as one commit of an own domain (or of the council, by COUNCIL_NAME). It does not wait while
 * signing is paused: whoever asked may (operations.c). Finishes a key's replacement that a crash cut short.
 * In a turn (turns.h); no answer is made of an error. Errors: those of hanse_mesh_append; UNREACHABLE without
 * a node. */
HANSE_MUST_USE int drafts_append(struct hanse_service *service, const struct hanse_home_domain *domain,
                                 const struct drafts *drafts, struct hanse_appended *ret_appended);

/* Writes one entry of an own domain, in a turn of its own: a put of that JSON, or with NULL a retract.
 * Answers with {"domain","index"}, or with an error that `failure` begins, as in "The glossary was not
 * changed". */
HANSE_MUST_USE int drafts_write_json(struct hanse_service *service, const struct hanse_home_domain *domain,
                                     const char *kind, const char *key, const struct json_t *body,
                                     const char *failure, struct hanse_answer *answer);

#endif
