/* A domain's or council's journal for tests: signs real commits with keys made of a number, so every run is
 * alike. */
#ifndef JOURNAL_FIXTURE_H
#define JOURNAL_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/journal.h"
#include "hanse/proposal.h"

#define FIXTURE_DRAFTS_MAX 1000

struct fixture_journal {
    struct hanse_journal journal;
    struct hanse_signing_key key;
    uint64_t time_ms;
    uint32_t seed;
    struct hanse_draft drafts[FIXTURE_DRAFTS_MAX]; /* of the next commit */
    struct hanse_buffer bodies[FIXTURE_DRAFTS_MAX];
    struct hanse_buffer keys[FIXTURE_DRAFTS_MAX];
    size_t count;
};

static inline struct hanse_signing_key fixture_key(uint32_t seed)
{
    uint8_t bytes[HANSE_SEED_SIZE] = {0};
    struct hanse_signing_key key;
    memcpy(bytes, &seed, sizeof seed);
    hanse_signing_key_from_seed(bytes, &key);
    return key;
}

/* Adds a draft; an empty `media` means no body. */
static inline void fixture_draft(struct fixture_journal *f, enum hanse_operation_code operation,
                                 const char *kind, const char *key, const char *media,
                                 struct hanse_bytes content)
{
    uint8_t salt[HANSE_SALT_SIZE] = {0};
    struct hanse_draft *draft = &f->drafts[f->count];
    struct hanse_buffer *body = &f->bodies[f->count], *name = &f->keys[f->count];
    hanse_buffer_init(body);
    hanse_buffer_init(name);
    hanse_buffer_append_text(name, key);
    *draft = (struct hanse_draft){0};
    draft->entry.kind = hanse_bytes_of(kind);
    draft->entry.key = hanse_buffer_bytes(name);
    draft->entry.operation = operation;
    if (media[0] != '\0') {
        memcpy(salt, &f->time_ms, sizeof f->time_ms);
        hanse_body_salt(salt, content, body);
        draft->entry.media = hanse_bytes_of(media);
        draft->salted = hanse_buffer_bytes(body);
    }
    f->count++;
}

static inline void fixture_put(struct fixture_journal *f, const char *kind, const char *key,
                               const char *media, const char *content)
{
    fixture_draft(f, HANSE_PUT, kind, key, media, hanse_bytes_of(content));
}

static inline void fixture_retract(struct fixture_journal *f, const char *kind, const char *key)
{
    fixture_draft(f, HANSE_RETRACT, kind, key, "", hanse_bytes(NULL, 0));
}

static inline void fixture_forget_drafts(struct fixture_journal *f)
{
    for (size_t i = 0; i < f->count; i++) {
        hanse_buffer_release(&f->bodies[i]);
        hanse_buffer_release(&f->keys[i]);
    }
    f->count = 0;
}

/* Signs the drafts as one commit, which stays valid until fixture_commit_release. */
static inline void fixture_seal(struct fixture_journal *f, struct hanse_commit *ret_commit)
{
    f->time_ms += 1000;
    int error = hanse_journal_seal(&f->journal, f->drafts, f->count, f->time_ms, 0, &f->key, ret_commit);
    if (error != HANSE_OK) {
        fprintf(stderr, "fixture: %s\n", hanse_error_name(error));
        abort();
    }
    hanse_journal_confirm(&f->journal, hanse_journal_size(&f->journal));
}

static inline void fixture_commit_release(struct fixture_journal *f, struct hanse_commit *commit)
{
    hanse_commit_release(commit);
    fixture_forget_drafts(f);
}

/* An empty journal whose first draft, its authority, waits to be sealed. */
static inline struct fixture_journal *fixture_journal_new(uint32_t seed, enum hanse_authority_role role)
{
    struct fixture_journal *f = hanse_calloc(1, sizeof *f);
    struct hanse_authority authority = {.role = role, .version = 1};
    struct hanse_buffer body;
    f->key = fixture_key(seed);
    f->seed = seed;
    f->time_ms = 1700000000000u;
    authority.signer = hanse_signing_key_public(&f->key);
    authority.next_key.bytes[0] = 1;
    if (role == HANSE_AUTHORITY_COUNCIL) {
        authority.next_key.bytes[0] = 0;
        authority.threshold = authority.member_count = 1;
        authority.members[0] = authority.signer;
    }
    hanse_buffer_init(&body);
    hanse_authority_encode(&authority, &body);
    fixture_draft(f, HANSE_PUT, HANSE_KIND_AUTHORITY, "self", "msgpack", hanse_buffer_bytes(&body));
    hanse_buffer_release(&body);
    struct hanse_hash id = hanse_draft_leaf(&f->drafts[0]);
    hanse_journal_init(&f->journal, &id);
    return f;
}

static inline void fixture_journal_destroy(struct fixture_journal *f)
{
    fixture_forget_drafts(f);
    hanse_journal_release(&f->journal);
    free(f);
}

/* Turns the drafts of a council's journal into a proposal that its one member signs, with the approval in
 * front. */
static inline void fixture_approve(struct fixture_journal *f)
{
    struct hanse_proposal proposal = {
        .mesh = f->journal.id, .expiry_ms = HANSE_TIME_MAX_MS, .title = hanse_bytes_of("test")};
    struct hanse_buffer entries[16], encoded, body;
    size_t count = f->count;
    for (size_t i = 0; i < count; i++) {
        struct hanse_entry entry = f->drafts[i].entry;
        entry.has_body = f->drafts[i].salted.size > 0;
        if (entry.has_body) {
            entry.body_hash = hanse_body_hash(f->drafts[i].salted);
            entry.body_size = (uint32_t)(f->drafts[i].salted.size - HANSE_SALT_SIZE);
        }
        hanse_buffer_init(&entries[i]);
        hanse_entry_encode(&entry, &entries[i]);
        proposal.entries[proposal.entry_count++] = hanse_buffer_bytes(&entries[i]);
    }
    hanse_buffer_init(&encoded);
    hanse_buffer_init(&body);
    hanse_proposal_encode(&proposal, &encoded);
    struct hanse_proposal decoded;
    if (hanse_proposal_decode(hanse_buffer_bytes(&encoded), &decoded) != HANSE_OK)
        abort();
    struct hanse_approval approval = {.proposal = hanse_buffer_bytes(&encoded), .signature_count = 1};
    approval.signatures[0].member = hanse_signing_key_public(&f->key);
    approval.signatures[0].signature = hanse_proposal_sign(hanse_buffer_bytes(&encoded), &f->key);
    hanse_approval_encode(&approval, &body);
    char hex[HANSE_HASH_HEX_SIZE];
    fixture_draft(f, HANSE_PUT, HANSE_KIND_APPROVAL, hanse_hash_hex(&decoded.id, hex), "msgpack",
                  hanse_buffer_bytes(&body));
    /* The approval stands first. */
    struct hanse_draft draft = f->drafts[count];
    struct hanse_buffer kept = f->bodies[count], name = f->keys[count];
    memmove(f->drafts + 1, f->drafts, count * sizeof f->drafts[0]);
    memmove(f->bodies + 1, f->bodies, count * sizeof f->bodies[0]);
    memmove(f->keys + 1, f->keys, count * sizeof f->keys[0]);
    f->drafts[0] = draft;
    f->bodies[0] = kept;
    f->keys[0] = name;
    for (size_t i = 0; i < count; i++)
        hanse_buffer_release(&entries[i]);
    hanse_buffer_release(&encoded);
    hanse_buffer_release(&body);
}

/* A `domain` entry that names a journal. */
static inline void fixture_admit(struct fixture_journal *council, const char *name,
                                 const struct hanse_hash *journal)
{
    struct hanse_admission admission = {.journal = *journal, .key_count = 1};
    struct hanse_buffer body;
    admission.keys[0].bytes[0] = journal->bytes[0];
    hanse_buffer_init(&body);
    hanse_admission_encode(&admission, &body);
    fixture_draft(council, HANSE_PUT, HANSE_KIND_DOMAIN, name, "msgpack", hanse_buffer_bytes(&body));
    hanse_buffer_release(&body);
}

#endif
