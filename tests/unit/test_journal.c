/* hanse/journal.h: what a verifier accepts, what it refuses, and that what it refuses leaves no trace.
 * PROTOCOL.md, "Commits", "Authorities" and "Council". */
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
#include "hanse/msgpack.h"
#include "hanse/proposal.h"

#define TIME_MS 1750000000000u
#define DRAFTS  16

static struct hanse_signing_key key_of(const char *text)
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

static void sheet_clear(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        hanse_buffer_release(&sheet->bodies[i]);
    sheet->count = 0;
}

static void put_bytes(struct sheet *sheet, const char *kind, const char *key, struct hanse_bytes content)
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

static void put(struct sheet *sheet, const char *kind, const char *key, const char *content)
{
    put_bytes(sheet, kind, key, hanse_bytes_of(content));
}

static void retract(struct sheet *sheet, const char *kind, const char *key)
{
    assert_true(sheet->count < DRAFTS);
    hanse_buffer_init(&sheet->bodies[sheet->count]);
    sheet->drafts[sheet->count++] = (struct hanse_draft){
        .entry = {.kind = hanse_bytes_of(kind), .key = hanse_bytes_of(key), .operation = HANSE_RETRACT}};
}

static void put_authority(struct sheet *sheet, const struct hanse_authority *authority)
{
    struct hanse_buffer body;
    hanse_buffer_init(&body);
    hanse_authority_encode(authority, &body);
    put_bytes(sheet, HANSE_KIND_AUTHORITY, "self", hanse_buffer_bytes(&body));
    hanse_buffer_release(&body);
}

static struct hanse_authority domain_authority(uint64_t version, const char *key, const char *next)
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

static int try_seal(struct owner *owner, struct sheet *sheet, const char *key, uint64_t time_ms)
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

static void seal(struct owner *owner, struct sheet *sheet, const char *key)
{
    assert_int_equal(try_seal(owner, sheet, key, TIME_MS + owner->count), HANSE_OK);
}

static void owner_begin(struct owner *owner, const struct hanse_authority *authority, const char *key)
{
    struct sheet sheet = {0};
    owner->count = 0;
    put_authority(&sheet, authority);
    struct hanse_hash id = hanse_draft_leaf(&sheet.drafts[0]);
    hanse_journal_init(&owner->journal, &id);
    seal(owner, &sheet, key);
}

static void owner_init(struct owner *owner)
{
    struct hanse_authority authority = domain_authority(1, "first", "second");
    owner_begin(owner, &authority, "first");
}

static void owner_release(struct owner *owner)
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

static struct picture picture_of(const struct hanse_journal *journal)
{
    return (struct picture){.size = hanse_journal_size(journal),
                            .root = hanse_frontier_root(&journal->frontier),
                            .state = hanse_tree_root(journal->state),
                            .version = journal->authority.version,
                            .time_ms = journal->seal_time_ms,
                            .live = hanse_tree_count(journal->state)};
}

static void assert_same(const struct hanse_journal *journal, const struct picture *before)
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
static int apply(struct hanse_journal *journal, struct hanse_bytes message)
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

static int apply_nth(struct hanse_journal *journal, const struct owner *owner, size_t n)
{
    int error = apply(journal, hanse_buffer_bytes(&owner->messages[n]));
    if (error == HANSE_OK)
        hanse_journal_confirm(journal, hanse_journal_size(journal));
    return error;
}

/* A verifier that has the first `count` commits of the owner. */
static void follow(struct hanse_journal *journal, const struct owner *owner, size_t count)
{
    hanse_journal_init(journal, &owner->journal.id);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(apply_nth(journal, owner, i), HANSE_OK);
}

/* Signs once more what was changed in a commit, as a dishonest owner would. */
static void sign_again(const struct hanse_journal *before, struct hanse_commit *commit, const char *key)
{
    struct hanse_frontier frontier = before->frontier;
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
static void message_with_seal(const struct hanse_journal *before, struct hanse_commit *commit,
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

static void a_journal_begins_with_the_authority_that_it_is_named_after(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    owner_init(&owner);
    follow(&journal, &owner, 1);
    assert_int_equal(hanse_journal_size(&journal), 2);
    assert_memory_equal(&journal.root, &owner.journal.root, sizeof journal.root);
    assert_int_equal(journal.authority.version, 1);
    assert_int_equal(hanse_tree_count(journal.state), 1);

    struct hanse_journal other;
    struct hanse_hash id = owner.journal.id;
    id.bytes[0] ^= 1;
    hanse_journal_init(&other, &id);
    assert_int_equal(apply_nth(&other, &owner, 0), HANSE_E_UNKNOWN_JOURNAL);
    assert_int_equal(hanse_journal_size(&other), 0);
    hanse_journal_release(&other);
    hanse_journal_release(&journal);
    owner_release(&owner);
}

static void a_journal_cannot_begin_with_anything_else(void **state)
{
    (void)state;
    struct owner owner = {0};
    struct sheet sheet = {0};
    struct hanse_hash id = {{1}};
    hanse_journal_init(&owner.journal, &id);
    put(&sheet, "contract", "a", "1");
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_BAD_AUTHORITY);
    struct hanse_authority second = domain_authority(2, "first", "second");
    put_authority(&sheet, &second);
    id = hanse_draft_leaf(&sheet.drafts[0]);
    hanse_journal_release(&owner.journal);
    hanse_journal_init(&owner.journal, &id);
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_BAD_AUTHORITY);
    assert_int_equal(hanse_journal_size(&owner.journal), 0);
    owner_release(&owner);
}

static void the_newest_entry_of_a_key_is_live_and_a_retract_keeps_its_place(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    struct sheet sheet = {0};
    owner_init(&owner);
    put(&sheet, "contract", "a", "1");
    put(&sheet, "contract", "b", "2");
    seal(&owner, &sheet, "first");
    put(&sheet, "contract", "a", "3");
    retract(&sheet, "contract", "b");
    put(&sheet, "provenance", "a", "4");
    seal(&owner, &sheet, "first");

    follow(&journal, &owner, 2);
    struct hanse_commit commit;
    assert_int_equal(hanse_commit_decode(hanse_buffer_bytes(&owner.messages[2]), &commit), HANSE_OK);
    assert_int_equal(hanse_journal_apply(&journal, &commit), HANSE_OK);
    assert_true(commit.items[0].replaces == 2);
    assert_true(commit.items[1].replaces == 3);
    assert_true(commit.items[2].replaces == HANSE_TREE_ABSENT);
    assert_int_equal(hanse_tree_count(journal.state), 4); /* the authority, a, b and the other a */
    assert_int_equal(hanse_tree_find(journal.state, &commit.items[0].key_hash)->index, 5);
    assert_int_equal(hanse_tree_find(journal.state, &commit.items[1].key_hash)->index, 6);
    hanse_commit_release(&commit);
    hanse_journal_release(&journal);
    owner_release(&owner);
}

static void provisional_changes_are_undone_down_to_what_is_held(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    struct sheet sheet = {0};
    owner_init(&owner);
    struct hanse_authority second = domain_authority(2, "second", "third");
    put(&sheet, "contract", "a", "1");
    put(&sheet, "contract", "b", "2");
    seal(&owner, &sheet, "first");
    put_authority(&sheet, &second);
    seal(&owner, &sheet, "second");
    put(&sheet, "contract", "a", "3");
    retract(&sheet, "contract", "b");
    seal(&owner, &sheet, "second");

    for (size_t held = 1; held < owner.count; held++) {
        follow(&journal, &owner, held);
        struct picture before = picture_of(&journal);
        for (size_t i = held; i < owner.count; i++)
            assert_int_equal(apply(&journal, hanse_buffer_bytes(&owner.messages[i])), HANSE_OK);
        assert_int_equal(journal.held_size, before.size);
        hanse_journal_rollback(&journal);
        assert_same(&journal, &before);
        hanse_journal_rollback(&journal); /* nothing is left to undo */
        assert_same(&journal, &before);
        for (size_t i = held; i < owner.count; i++)
            assert_int_equal(apply_nth(&journal, &owner, i), HANSE_OK);
        assert_memory_equal(&journal.held_root, &owner.journal.root, sizeof journal.held_root);
        hanse_journal_release(&journal);
    }
    owner_release(&owner);
}

static void confirming_some_leaves_the_rest_to_be_undone(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    struct sheet sheet = {0};
    owner_init(&owner);
    for (int i = 0; i < 3; i++) {
        put(&sheet, "contract", "a", i == 0 ? "1" : i == 1 ? "2" : "3");
        seal(&owner, &sheet, "first");
    }
    follow(&journal, &owner, 2);
    struct picture before = picture_of(&journal);
    hanse_journal_release(&journal);
    follow(&journal, &owner, 1);
    for (size_t i = 1; i < owner.count; i++)
        assert_int_equal(apply(&journal, hanse_buffer_bytes(&owner.messages[i])), HANSE_OK);
    hanse_journal_confirm(&journal, 3); /* in the middle of a commit: nothing */
    assert_int_equal(journal.held_size, 2);
    hanse_journal_confirm(&journal, 4);
    assert_int_equal(journal.held_size, 4);
    hanse_journal_rollback(&journal);
    assert_same(&journal, &before);
    hanse_journal_release(&journal);
    owner_release(&owner);
}

static void a_restored_journal_judges_like_the_one_that_was_stored(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    struct hanse_journal restored;
    struct hanse_commit commits[4];
    struct sheet sheet = {0};
    owner_init(&owner);
    for (int i = 0; i < 3; i++) {
        put(&sheet, "contract", i == 1 ? "b" : "a", i == 0 ? "1" : i == 1 ? "2" : "3");
        seal(&owner, &sheet, "first");
    }
    follow(&journal, &owner, 3);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(hanse_commit_decode(hanse_buffer_bytes(&owner.messages[i]), &commits[i]), HANSE_OK);

    hanse_journal_init(&restored, &owner.journal.id);
    struct hanse_bytes authority = hanse_body_content(commits[0].items[0].salted);
    struct hanse_bytes frontier = hanse_frontier_bytes(&journal.frontier);
    assert_int_equal(hanse_journal_restore(&restored, 6, frontier, journal.seal_time_ms, authority),
                     HANSE_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(hanse_journal_restore_live(&restored, commits[i].first, commits[i].items[0].encoded),
                         HANSE_OK);
    struct picture before = picture_of(&journal);
    assert_same(&restored, &before);
    assert_int_equal(apply_nth(&restored, &owner, 3), HANSE_OK);
    assert_memory_equal(&restored.root, &owner.journal.root, sizeof restored.root);

    assert_int_equal(hanse_journal_restore_live(&restored, 99, commits[0].items[0].encoded), HANSE_E_CORRUPT);
    assert_int_equal(hanse_journal_restore(&restored, 7, frontier, 0, authority), HANSE_E_CORRUPT);
    for (size_t i = 0; i < 4; i++)
        hanse_commit_release(&commits[i]);
    hanse_journal_release(&restored);
    hanse_journal_release(&journal);
    owner_release(&owner);
}

static void an_owner_cannot_seal_what_is_not_allowed(void **state)
{
    (void)state;
    struct owner owner;
    struct sheet sheet = {0};
    owner_init(&owner);
    struct picture before = picture_of(&owner.journal);
    put(&sheet, "contract", "a", "1");
    assert_int_equal(try_seal(&owner, &sheet, "second", TIME_MS), HANSE_E_NOT_WRITER);
    put(&sheet, "contract", "a", "1");
    retract(&sheet, "contract", "a");
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_DUPLICATE);
    put(&sheet, "seal", "", "1");
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_BAD_ENTRY);
    put(&sheet, "Contract", "a", "1");
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_BAD_ENTRY);
    put(&sheet, "contract", "with space", "1");
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_BAD_ENTRY);
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_TOO_LARGE); /* nothing at all */
    struct hanse_buffer large;
    hanse_buffer_init(&large);
    for (unsigned i = 0; i <= HANSE_BODY_MAX; i++)
        hanse_buffer_append_byte(&large, 'x');
    put_bytes(&sheet, "contract", "a", hanse_buffer_bytes(&large));
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_TOO_LARGE);
    hanse_buffer_release(&large);
    assert_same(&owner.journal, &before);
    put(&sheet, "contract", "a", "1");
    seal(&owner, &sheet, "first");
    owner_release(&owner);
}

static void only_the_key_that_was_promised_takes_over(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    struct sheet sheet = {0};
    owner_init(&owner);
    struct picture before = picture_of(&owner.journal);
    struct hanse_authority stolen = domain_authority(2, "thief", "third");
    put_authority(&sheet, &stolen);
    assert_int_equal(try_seal(&owner, &sheet, "thief", TIME_MS), HANSE_E_BAD_AUTHORITY);
    struct hanse_authority skipped = domain_authority(3, "second", "third");
    put_authority(&sheet, &skipped);
    assert_int_equal(try_seal(&owner, &sheet, "second", TIME_MS), HANSE_E_BAD_AUTHORITY);
    struct hanse_authority second = domain_authority(2, "second", "third");
    put_authority(&sheet, &second);
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_NOT_WRITER);
    put_authority(&sheet, &second);
    put(&sheet, "contract", "a", "1");
    assert_int_equal(try_seal(&owner, &sheet, "second", TIME_MS),
                     HANSE_E_BAD_AUTHORITY); /* it stands alone */
    put(&sheet, "contract", "a", "1");
    put_authority(&sheet, &second);
    assert_int_equal(try_seal(&owner, &sheet, "second", TIME_MS), HANSE_E_BAD_AUTHORITY);
    retract(&sheet, HANSE_KIND_AUTHORITY, "self");
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_BAD_AUTHORITY);
    assert_same(&owner.journal, &before);

    put_authority(&sheet, &second);
    seal(&owner, &sheet, "second");
    put(&sheet, "contract", "a", "1");
    assert_int_equal(try_seal(&owner, &sheet, "first", TIME_MS), HANSE_E_NOT_WRITER);
    put(&sheet, "contract", "a", "1");
    seal(&owner, &sheet, "second");
    follow(&journal, &owner, owner.count);
    assert_int_equal(journal.authority.version, 2);
    hanse_journal_release(&journal);
    owner_release(&owner);
}

static void a_signature_by_an_old_key_is_refused_after_the_rotation(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    struct sheet sheet = {0};
    owner_init(&owner);
    struct hanse_authority second = domain_authority(2, "second", "third");
    put_authority(&sheet, &second);
    seal(&owner, &sheet, "second");
    put(&sheet, "contract", "a", "1");
    seal(&owner, &sheet, "second");
    follow(&journal, &owner, 2);
    struct picture before = picture_of(&journal);

    struct hanse_commit commit;
    struct hanse_buffer message;
    assert_int_equal(hanse_commit_decode(hanse_buffer_bytes(&owner.messages[2]), &commit), HANSE_OK);
    sign_again(&journal, &commit, "first");
    hanse_buffer_init(&message);
    hanse_commit_encode(&commit, &message);
    assert_int_equal(apply(&journal, hanse_buffer_bytes(&message)), HANSE_E_BAD_SIGNATURE);
    hanse_buffer_release(&message);

    struct hanse_seal old = commit.seal;
    old.authority_version = 1; /* and says so */
    message_with_seal(&journal, &commit, &old, "first", &message);
    assert_int_equal(apply(&journal, hanse_buffer_bytes(&message)), HANSE_E_BAD_SEAL);
    hanse_buffer_release(&message);
    assert_same(&journal, &before);
    hanse_commit_release(&commit);
    hanse_journal_release(&journal);
    owner_release(&owner);
}

static void a_signed_lie_about_the_state_is_refused(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    struct sheet sheet = {0};
    owner_init(&owner);
    put(&sheet, "contract", "a", "1");
    put(&sheet, "contract", "b", "1");
    seal(&owner, &sheet, "first");
    follow(&journal, &owner, 1);
    struct picture before = picture_of(&journal);

    struct hanse_commit commit;
    struct hanse_buffer message;
    assert_int_equal(hanse_commit_decode(hanse_buffer_bytes(&owner.messages[1]), &commit), HANSE_OK);
    struct hanse_seal lie = commit.seal;
    lie.state_root.bytes[31] ^= 1;
    message_with_seal(&journal, &commit, &lie, "first", &message);
    assert_int_equal(apply(&journal, hanse_buffer_bytes(&message)), HANSE_E_BAD_STATE);
    assert_same(&journal, &before);
    hanse_buffer_release(&message);

    commit.root.bytes[0] ^= 1; /* a good signature over a root that is not that of the entries */
    struct hanse_checkpoint checkpoint = {.journal = commit.journal, .size = 5, .root = commit.root};
    struct hanse_signing_key key = key_of("first");
    commit.signature = hanse_checkpoint_sign(&checkpoint, &key);
    struct hanse_buffer encoded;
    hanse_buffer_init(&encoded);
    hanse_seal_encode(&commit.seal, &encoded);
    commit.items[commit.count - 1].encoded = hanse_buffer_bytes(&encoded);
    hanse_buffer_init(&message);
    hanse_commit_encode(&commit, &message);
    assert_int_equal(apply(&journal, hanse_buffer_bytes(&message)), HANSE_E_BAD_ROOT);
    assert_same(&journal, &before);
    hanse_buffer_release(&message);
    hanse_buffer_release(&encoded);
    hanse_commit_release(&commit);
    assert_int_equal(apply_nth(&journal, &owner, 1), HANSE_OK);
    hanse_journal_release(&journal);
    owner_release(&owner);
}

static void a_commit_counts_in_its_own_journal_only(void **state)
{
    (void)state;
    struct owner owner;
    struct owner other;
    struct sheet sheet = {0};
    owner_init(&owner);
    struct hanse_authority authority = domain_authority(1, "first", "elsewhere"); /* with the same key */
    owner_begin(&other, &authority, "first");
    put(&sheet, "contract", "a", "1");
    seal(&owner, &sheet, "first");
    struct picture before = picture_of(&other.journal);
    assert_int_equal(apply_nth(&other.journal, &owner, 1), HANSE_E_UNKNOWN_JOURNAL);
    struct hanse_commit commit;
    struct hanse_buffer message;
    assert_int_equal(hanse_commit_decode(hanse_buffer_bytes(&owner.messages[1]), &commit), HANSE_OK);
    commit.journal = other.journal.id;
    hanse_buffer_init(&message);
    hanse_commit_encode(&commit, &message);
    assert_int_equal(apply(&other.journal, hanse_buffer_bytes(&message)), HANSE_E_BAD_SIGNATURE);
    assert_same(&other.journal, &before);
    hanse_buffer_release(&message);
    hanse_commit_release(&commit);
    owner_release(&other);
    owner_release(&owner);
}

static void replays_are_stale_and_gaps_are_gaps(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    struct sheet sheet = {0};
    owner_init(&owner);
    for (int i = 0; i < 4; i++) {
        put(&sheet, "contract", "a", i % 2 == 0 ? "1" : "2");
        seal(&owner, &sheet, "first");
    }
    for (size_t has = 0; has <= owner.count; has++) {
        follow(&journal, &owner, has);
        struct picture before = picture_of(&journal);
        for (size_t n = 0; n < owner.count; n++) {
            if (n == has)
                continue;
            assert_int_equal(apply_nth(&journal, &owner, n), n < has ? HANSE_E_STALE : HANSE_E_GAP);
            assert_same(&journal, &before);
        }
        hanse_journal_release(&journal);
    }
    owner_release(&owner);
}

/* A commit of every sort to be damaged: the second of the owner's. */
static void damage_init(struct owner *owner, struct hanse_journal *ret_journal)
{
    struct sheet sheet = {0};
    owner_init(owner);
    put(&sheet, "contract", "orders@1.0.0", "apiVersion: v3.1.0");
    put(&sheet, "provenance", "contract/orders@1.0.0@3", "{}");
    retract(&sheet, "contract", "returns@1.0.0");
    seal(owner, &sheet, "first");
    follow(ret_journal, owner, 1);
}

static void a_commit_with_any_byte_changed_is_refused(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    damage_init(&owner, &journal);
    struct picture before = picture_of(&journal);
    struct hanse_buffer *message = &owner.messages[1];
    for (size_t at = 0; at < message->size; at++) {
        uint8_t whole = (uint8_t)message->data[at];
        const uint8_t values[] = {(uint8_t)(whole ^ 0x01),
                                  (uint8_t)(whole ^ 0x02),
                                  (uint8_t)(whole ^ 0x04),
                                  (uint8_t)(whole ^ 0x08),
                                  (uint8_t)(whole ^ 0x10),
                                  (uint8_t)(whole ^ 0x20),
                                  (uint8_t)(whole ^ 0x40),
                                  (uint8_t)(whole ^ 0x80),
                                  (uint8_t)~whole,
                                  (uint8_t)(whole + 1),
                                  (uint8_t)(whole - 1),
                                  0x00,
                                  0x90,
                                  0xc0,
                                  0xff};
        for (size_t v = 0; v < sizeof values; v++) {
            if (values[v] == whole)
                continue;
            message->data[at] = (char)values[v];
            int error = apply(&journal, hanse_buffer_bytes(message));
            if (error == HANSE_OK)
                fail_msg("byte %zu as 0x%02x was accepted", at, values[v]);
            assert_same(&journal, &before);
        }
        message->data[at] = (char)whole;
    }
    assert_int_equal(apply_nth(&journal, &owner, 1), HANSE_OK);
    hanse_journal_release(&journal);
    owner_release(&owner);
}

static void a_commit_cut_anywhere_or_with_more_behind_it_is_refused(void **state)
{
    (void)state;
    struct owner owner;
    struct hanse_journal journal;
    damage_init(&owner, &journal);
    struct picture before = picture_of(&journal);
    struct hanse_bytes whole = hanse_buffer_bytes(&owner.messages[1]);
    for (size_t size = 0; size < whole.size; size++) {
        assert_int_not_equal(apply(&journal, hanse_bytes(whole.data, size)), HANSE_OK);
        assert_same(&journal, &before);
    }
    hanse_buffer_append_byte(&owner.messages[1], 0xc0);
    assert_int_equal(apply(&journal, hanse_buffer_bytes(&owner.messages[1])), HANSE_E_TRAILING);
    assert_same(&journal, &before);
    hanse_journal_release(&journal);
    owner_release(&owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journal_begins_with_the_authority_that_it_is_named_after),
        cmocka_unit_test(a_journal_cannot_begin_with_anything_else),
        cmocka_unit_test(the_newest_entry_of_a_key_is_live_and_a_retract_keeps_its_place),
        cmocka_unit_test(provisional_changes_are_undone_down_to_what_is_held),
        cmocka_unit_test(confirming_some_leaves_the_rest_to_be_undone),
        cmocka_unit_test(a_restored_journal_judges_like_the_one_that_was_stored),
        cmocka_unit_test(an_owner_cannot_seal_what_is_not_allowed),
        cmocka_unit_test(only_the_key_that_was_promised_takes_over),
        cmocka_unit_test(a_signature_by_an_old_key_is_refused_after_the_rotation),
        cmocka_unit_test(a_signed_lie_about_the_state_is_refused),
        cmocka_unit_test(a_commit_counts_in_its_own_journal_only),
        cmocka_unit_test(replays_are_stale_and_gaps_are_gaps),
        cmocka_unit_test(a_commit_with_any_byte_changed_is_refused),
        cmocka_unit_test(a_commit_cut_anywhere_or_with_more_behind_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
