/* An owner with drafts, keys made of words and the messages of its commits, and a verifier that follows: for
 * the tests of journals. Includes cmocka, whose asserts it uses. */
#ifndef UNIT_OWNER_H
#define UNIT_OWNER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hanse/checkpoint.h"
#include "hanse/journal.h"

#define TIME_MS 1750000000000u
#define DRAFTS  16

static inline struct hanse_signing_key key_of(const char *text)
{
    struct hanse_signing_key key;
    struct hanse_hash seed = hanse_hash_sha256(hanse_bytes_of(text));
    hanse_signing_key_from_seed(seed.bytes, &key);
    return key;
}

/* Drafts and their bodies. */
struct sheet {
    struct hanse_draft drafts[DRAFTS];
    struct hanse_buffer bodies[DRAFTS];
    size_t count;
};

static inline void sheet_clear(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        hanse_buffer_release(&sheet->bodies[i]);
    sheet->count = 0;
}

static inline void put_bytes(struct sheet *sheet, const char *kind, const char *key,
                             struct hanse_bytes content)
{
    static const uint8_t salt[HANSE_SALT_SIZE] = {7};
    assert_true(sheet->count < DRAFTS);
    struct hanse_buffer *body = &sheet->bodies[sheet->count];
    struct hanse_draft *draft = &sheet->drafts[sheet->count++];
    hanse_buffer_init(body);
    hanse_body_salt(salt, content, body);
    *draft = (struct hanse_draft){.entry = {.kind = hanse_bytes_of(kind),
                                            .key = hanse_bytes_of(key),
                                            .media = hanse_bytes_of("msgpack")},
                                  .salted = hanse_buffer_bytes(body)};
}

static inline void put(struct sheet *sheet, const char *kind, const char *key, const char *content)
{
    put_bytes(sheet, kind, key, hanse_bytes_of(content));
}

static inline void retract(struct sheet *sheet, const char *kind, const char *key)
{
    assert_true(sheet->count < DRAFTS);
    hanse_buffer_init(&sheet->bodies[sheet->count]);
    sheet->drafts[sheet->count++] = (struct hanse_draft){
        .entry = {.kind = hanse_bytes_of(kind), .key = hanse_bytes_of(key), .operation = HANSE_RETRACT}};
}

static inline void put_authority(struct sheet *sheet, const struct hanse_authority *authority)
{
    struct hanse_buffer body;
    hanse_buffer_init(&body);
    hanse_authority_encode(authority, &body);
    put_bytes(sheet, HANSE_KIND_AUTHORITY, "self", hanse_buffer_bytes(&body));
    hanse_buffer_release(&body);
}

static inline struct hanse_authority domain_authority(uint64_t version, const char *key, const char *next)
{
    struct hanse_signing_key signer = key_of(key);
    struct hanse_signing_key successor = key_of(next);
    struct hanse_public_key public = hanse_signing_key_public(&successor);
    return (struct hanse_authority){.role = HANSE_AUTHORITY_DOMAIN,
                                    .version = version,
                                    .signer = hanse_signing_key_public(&signer),
                                    .next_key = hanse_next_key_digest(&public)};
}

/* An owner's journal, and the messages of its commits. */
struct owner {
    struct hanse_journal journal;
    struct hanse_buffer messages[DRAFTS];
    size_t count;
};

static inline int try_seal(struct owner *owner, struct sheet *sheet, const char *key, uint64_t time_ms)
{
    struct hanse_commit commit;
    struct hanse_signing_key signer = key_of(key);
    int error =
        hanse_journal_seal(&owner->journal, sheet->drafts, sheet->count, time_ms, 0, &signer, &commit);
    if (error == HANSE_OK) {
        struct hanse_buffer *message = &owner->messages[owner->count++];
        hanse_buffer_init(message);
        hanse_commit_encode(&commit, message);
        hanse_commit_release(&commit);
        hanse_journal_confirm(&owner->journal, hanse_journal_size(&owner->journal));
    }
    sheet_clear(sheet);
    return error;
}

static inline void seal(struct owner *owner, struct sheet *sheet, const char *key)
{
    assert_int_equal(try_seal(owner, sheet, key, TIME_MS + owner->count), HANSE_OK);
}

static inline void owner_begin(struct owner *owner, const struct hanse_authority *authority, const char *key)
{
    struct sheet sheet = {0};
    owner->count = 0;
    put_authority(&sheet, authority);
    struct hanse_hash id = hanse_draft_leaf(&sheet.drafts[0]);
    hanse_journal_init(&owner->journal, &id);
    seal(owner, &sheet, key);
}

static inline void owner_init(struct owner *owner)
{
    struct hanse_authority authority = domain_authority(1, "first", "second");
    owner_begin(owner, &authority, "first");
}

static inline void owner_release(struct owner *owner)
{
    for (size_t i = 0; i < owner->count; i++)
        hanse_buffer_release(&owner->messages[i]);
    hanse_journal_release(&owner->journal);
}

/* What must not change when something is refused. */
struct picture {
    uint64_t size;
    struct hanse_hash root;
    struct hanse_hash state;
    uint64_t version;
    uint64_t time_ms;
    uint64_t live;
};

static inline struct picture picture_of(const struct hanse_journal *journal)
{
    return (struct picture){.size = hanse_journal_size(journal),
                            .root = journal->root,
                            .state = hanse_tree_root(journal->state),
                            .version = journal->authority.version,
                            .time_ms = journal->seal_time_ms,
                            .live = hanse_tree_count(journal->state)};
}

static inline void assert_same(const struct hanse_journal *journal, const struct picture *before)
{
    struct picture after = picture_of(journal);
    assert_int_equal(after.size, before->size);
    assert_memory_equal(&after.root, &before->root, sizeof after.root);
    assert_memory_equal(&after.root, &journal->root, sizeof after.root);
    assert_memory_equal(&after.state, &before->state, sizeof after.state);
    assert_int_equal(after.version, before->version);
    assert_int_equal(after.time_ms, before->time_ms);
    assert_int_equal(after.live, before->live);
}

/* Reads a message and applies it, as a peer does; the exact copy lets the sanitizer see reads beyond its end.
 */
static inline int apply(struct hanse_journal *journal, struct hanse_bytes message)
{
    struct hanse_commit commit;
    uint8_t *copy = hanse_malloc(message.size);
    memcpy(copy, message.data, message.size);
    int error = hanse_commit_decode(hanse_bytes(copy, message.size), &commit);
    if (error == HANSE_OK) {
        error = commit.missing > 0 ? HANSE_E_MISSING_BODY : hanse_journal_apply(journal, &commit);
        hanse_commit_release(&commit);
    }
    free(copy);
    return error;
}

static inline int apply_nth(struct hanse_journal *journal, const struct owner *owner, size_t n)
{
    int error = apply(journal, hanse_buffer_bytes(&owner->messages[n]));
    if (error == HANSE_OK)
        hanse_journal_confirm(journal, hanse_journal_size(journal));
    return error;
}

/* A verifier that has the first `count` commits of the owner. */
static inline void follow(struct hanse_journal *journal, const struct owner *owner, size_t count)
{
    hanse_journal_init(journal, &owner->journal.id);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(apply_nth(journal, owner, i), HANSE_OK);
}

/* Signs once more what was changed in a commit, as a dishonest owner would. */
static inline void sign_again(const struct hanse_journal *before, struct hanse_commit *commit,
                              const char *key)
{
    struct hanse_frontier frontier;
    assert_int_equal(hanse_frontier_restore(&frontier, before->size, hanse_journal_frontier(before)),
                     HANSE_OK);
    struct hanse_signing_key signer = key_of(key);
    for (uint32_t i = 0; i < commit->count; i++) {
        struct hanse_hash leaf = hanse_hash_leaf(commit->items[i].encoded);
        hanse_frontier_append(&frontier, &leaf);
    }
    commit->root = hanse_frontier_root(&frontier);
    struct hanse_checkpoint checkpoint = {
        .journal = commit->journal, .size = frontier.size, .root = commit->root};
    commit->signature = hanse_checkpoint_sign(&checkpoint, &signer);
}

/* The message of a commit whose seal says something else, signed by its owner all the same. */
static inline void message_with_seal(const struct hanse_journal *before, struct hanse_commit *commit,
                                     const struct hanse_seal *other_seal, const char *key,
                                     struct hanse_buffer *ret_message)
{
    struct hanse_buffer encoded;
    hanse_buffer_init(&encoded);
    hanse_buffer_init(ret_message);
    hanse_seal_encode(other_seal, &encoded);
    commit->items[commit->count - 1].encoded = hanse_buffer_bytes(&encoded);
    sign_again(before, commit, key);
    hanse_commit_encode(commit, ret_message);
    hanse_buffer_release(&encoded);
}

#endif
