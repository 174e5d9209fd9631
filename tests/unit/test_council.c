/* The rules of the council's journal: what an approval must be, and that nothing else gets in.
 * PROTOCOL.md, "Council". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hanse/journal.h"
#include "hanse/msgpack.h"
#include "hanse/proposal.h"

#define TIME_MS   1750000000000u
#define DAY_MS    86400000u
#define MEMBERS   3u
#define THRESHOLD 2u

static struct hanse_signing_key key_of(uint32_t number) /* 0 is the clerk, 1 to 3 the members */
{
    struct hanse_signing_key key;
    uint8_t seed[HANSE_SEED_SIZE] = {(uint8_t)number, 1};
    hanse_signing_key_from_seed(seed, &key);
    return key;
}

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hanse_public_key));
}

struct council {
    struct hanse_journal journal;
    uint32_t signers[MEMBERS]; /* numbers of the members' keys, in order of the keys */
};

static void salt(const struct hanse_buffer *content, struct hanse_buffer *ret_salted)
{
    static const uint8_t zero[HANSE_SALT_SIZE];
    hanse_buffer_init(ret_salted);
    hanse_body_salt(zero, hanse_buffer_bytes(content), ret_salted);
}

static struct hanse_draft draft_of(const char *kind, const char *key, const struct hanse_buffer *salted)
{
    return (struct hanse_draft){.entry = {.kind = hanse_bytes_of(kind),
                                          .key = hanse_bytes_of(key),
                                          .media = hanse_bytes_of("msgpack")},
                                .salted = hanse_buffer_bytes(salted)};
}

static void authority_body(uint64_t version, struct hanse_buffer *ret_salted)
{
    struct hanse_authority authority = {
        .role = HANSE_AUTHORITY_COUNCIL, .version = version, .threshold = THRESHOLD, .member_count = MEMBERS};
    struct hanse_buffer body;
    struct hanse_signing_key clerk = key_of(0);
    authority.signer = hanse_signing_key_public(&clerk);
    for (uint32_t i = 0; i < MEMBERS; i++) {
        struct hanse_signing_key member = key_of(i + 1);
        authority.members[i] = hanse_signing_key_public(&member);
    }
    qsort(authority.members, MEMBERS, sizeof authority.members[0], by_key);
    hanse_buffer_init(&body);
    hanse_authority_encode(&authority, &body);
    salt(&body, ret_salted);
    hanse_buffer_release(&body);
}

static int seal(struct council *council, const struct hanse_draft *drafts, size_t count, uint64_t time_ms)
{
    struct hanse_commit commit;
    struct hanse_signing_key clerk = key_of(0);
    int error = hanse_journal_seal(&council->journal, drafts, count, time_ms, 0, &clerk, &commit);
    if (error != HANSE_OK)
        return error;
    hanse_journal_confirm(&council->journal, hanse_journal_size(&council->journal));
    hanse_commit_release(&commit);
    return HANSE_OK;
}

static void council_init(struct council *council)
{
    struct hanse_buffer salted;
    authority_body(1, &salted);
    struct hanse_draft draft = draft_of(HANSE_KIND_AUTHORITY, "self", &salted);
    struct hanse_hash id = hanse_draft_leaf(&draft);
    hanse_journal_init(&council->journal, &id);
    assert_int_equal(seal(council, &draft, 1, TIME_MS), HANSE_OK);
    hanse_buffer_release(&salted);
    for (uint32_t i = 0; i < MEMBERS; i++) {
        for (uint32_t k = 1; k <= MEMBERS; k++) {
            struct hanse_signing_key member = key_of(k);
            struct hanse_public_key public = hanse_signing_key_public(&member);
            if (memcmp(&public, &council->journal.authority.members[i], sizeof public) == 0)
                council->signers[i] = k;
        }
    }
}

/* A proposal with one entry, and how it is to be approved; what a test changes makes it invalid. */
struct plan {
    struct hanse_hash mesh;
    const char *kind;
    const char *key;
    uint64_t expiry_ms;
    uint64_t time_ms;
    struct hanse_precondition precondition;
    uint32_t precondition_count;
    uint32_t signers[4];
    uint32_t signer_count;
    const char *approval_key; /* NULL: the proposal's id */
    bool other_entry;         /* the commit carries another entry than was proposed */
    bool more_entries;
    bool bad_signature;
};

static struct plan plan_of(const struct council *council, const char *key)
{
    return (struct plan){.mesh = council->journal.id,
                         .kind = "policy",
                         .key = key,
                         .expiry_ms = TIME_MS + DAY_MS,
                         .time_ms = TIME_MS + 1,
                         .signers = {council->signers[0], council->signers[1]},
                         .signer_count = 2};
}

static void encode_entry(const struct plan *plan, struct hanse_buffer *ret_encoded)
{
    struct hanse_entry entry = {
        .kind = hanse_bytes_of(plan->kind), .key = hanse_bytes_of(plan->key), .operation = HANSE_RETRACT};
    hanse_buffer_init(ret_encoded);
    hanse_entry_encode(&entry, ret_encoded);
}

static void encode_proposal(const struct plan *plan, struct hanse_buffer *ret_encoded)
{
    struct hanse_buffer entry;
    struct hanse_proposal *proposal = hanse_calloc(1, sizeof *proposal);
    encode_entry(plan, &entry);
    proposal->mesh = plan->mesh;
    proposal->entry_count = 1;
    proposal->entries[0] = hanse_buffer_bytes(&entry);
    proposal->precondition_count = plan->precondition_count;
    proposal->preconditions[0] = plan->precondition;
    proposal->expiry_ms = plan->expiry_ms;
    proposal->title = hanse_bytes_of("a plan");
    hanse_buffer_init(ret_encoded);
    hanse_proposal_encode(proposal, ret_encoded);
    hanse_buffer_release(&entry);
    free(proposal);
}

static void sign_all(const struct plan *plan, const struct hanse_buffer *proposal,
                     struct hanse_buffer *ret_salted)
{
    struct hanse_approval approval = {.proposal = hanse_buffer_bytes(proposal),
                                      .signature_count = plan->signer_count};
    struct hanse_buffer body;
    for (uint32_t i = 0; i < plan->signer_count; i++) {
        struct hanse_signing_key key = key_of(plan->signers[i]);
        approval.signatures[i].member = hanse_signing_key_public(&key);
        approval.signatures[i].signature = hanse_proposal_sign(approval.proposal, &key);
    }
    if (plan->bad_signature)
        approval.signatures[0].signature = hanse_sign(&(struct hanse_signing_key){{0}}, approval.proposal);
    hanse_buffer_init(&body);
    hanse_approval_encode(&approval, &body);
    salt(&body, ret_salted);
    hanse_buffer_release(&body);
}

/* Carries the plan out; on refusal nothing may have changed. */
static int carry_out(struct council *council, const struct plan *plan)
{
    struct hanse_buffer proposal;
    struct hanse_buffer salted;
    char id[HANSE_HASH_HEX_SIZE];
    encode_proposal(plan, &proposal);
    sign_all(plan, &proposal, &salted);
    struct hanse_bytes encoded = hanse_buffer_bytes(&proposal);
    struct hanse_hash hash = hanse_hash_parts(HANSE_TAG_PROPOSAL, &encoded, 1);
    hanse_hash_hex(&hash, id);
    struct hanse_draft drafts[3] = {
        draft_of(HANSE_KIND_APPROVAL, plan->approval_key == NULL ? id : plan->approval_key, &salted)};
    drafts[1].entry = (struct hanse_entry){.kind = hanse_bytes_of(plan->kind),
                                           .key = hanse_bytes_of(plan->other_entry ? "other" : plan->key),
                                           .operation = HANSE_RETRACT};
    drafts[2].entry = drafts[1].entry;
    drafts[2].entry.key = hanse_bytes_of("more");
    uint64_t size = hanse_journal_size(&council->journal);
    struct hanse_hash state = hanse_tree_root(council->journal.state);
    int error = seal(council, drafts, plan->more_entries ? 3 : 2, plan->time_ms);
    if (error != HANSE_OK) {
        struct hanse_hash after = hanse_tree_root(council->journal.state);
        assert_int_equal(hanse_journal_size(&council->journal), size);
        assert_memory_equal(&after, &state, sizeof state);
    }
    hanse_buffer_release(&proposal);
    hanse_buffer_release(&salted);
    return error;
}

static void what_enough_members_signed_counts_once(void **state)
{
    (void)state;
    struct council council;
    council_init(&council);
    struct plan plan = plan_of(&council, "a");
    assert_int_equal(carry_out(&council, &plan), HANSE_OK);
    assert_int_equal(hanse_journal_size(&council.journal), 5);
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_PROPOSAL);
    plan.signers[1] = council.signers[2]; /* nor with other signatures under it */
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_PROPOSAL);
    plan = plan_of(&council, "b");
    plan.signers[2] = council.signers[2];
    plan.signer_count = 3;
    assert_int_equal(carry_out(&council, &plan), HANSE_OK);
    hanse_journal_release(&council.journal);
}

static void too_few_or_wrong_signatures_count_for_nothing(void **state)
{
    (void)state;
    struct council council;
    council_init(&council);
    struct plan plan = plan_of(&council, "a");
    plan.signer_count = 0;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_TOO_FEW_SIGNATURES);
    plan.signer_count = 1;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_TOO_FEW_SIGNATURES);
    plan.signer_count = 2;
    plan.signers[1] = plan.signers[0]; /* one member twice */
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_PROPOSAL);
    plan.signers[1] = council.signers[0];
    plan.signers[0] = council.signers[1]; /* in the wrong order */
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_PROPOSAL);
    plan = plan_of(&council, "a");
    plan.bad_signature = true;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_SIGNATURE);
    for (uint32_t stranger = 10; stranger < 20; stranger++) { /* before, between and after the members */
        plan = plan_of(&council, "a");
        plan.signers[0] = stranger;
        plan.signer_count = 1;
        assert_int_equal(carry_out(&council, &plan), HANSE_E_NOT_ALLOWED);
    }
    plan = plan_of(&council, "a");
    plan.signers[0] = 0; /* the clerk orders, and does not vote */
    plan.signer_count = 1;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_NOT_ALLOWED);
    hanse_journal_release(&council.journal);
}

static void the_clerk_adds_nothing_to_what_was_signed(void **state)
{
    (void)state;
    struct council council;
    council_init(&council);
    struct plan plan = plan_of(&council, "a");
    plan.other_entry = true;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_PROPOSAL);
    plan = plan_of(&council, "a");
    plan.more_entries = true;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_PROPOSAL);
    plan = plan_of(&council, "a");
    plan.approval_key = "a";
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_PROPOSAL);
    plan = plan_of(&council, "a");
    plan.mesh.bytes[0] ^= 1;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_PROPOSAL);

    struct hanse_draft alone = {
        .entry = {.kind = hanse_bytes_of("policy"), .key = hanse_bytes_of("a"), .operation = HANSE_RETRACT}};
    assert_int_equal(seal(&council, &alone, 1, TIME_MS + 1), HANSE_E_BAD_PROPOSAL);
    hanse_journal_release(&council.journal);
}

static void a_proposal_cannot_carry_what_is_not_its_own(void **state)
{
    (void)state;
    struct council council;
    council_init(&council);
    struct plan plan = plan_of(&council, "a");
    plan.kind = HANSE_KIND_APPROVAL;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_PROPOSAL);
    plan.kind = HANSE_KIND_AUTHORITY;
    plan.key = "self";
    assert_int_equal(carry_out(&council, &plan), HANSE_E_BAD_AUTHORITY);
    plan.kind = "seal";
    assert_int_not_equal(carry_out(&council, &plan), HANSE_OK);
    hanse_journal_release(&council.journal);
}

static void time_in_the_council_only_goes_forward(void **state)
{
    (void)state;
    struct council council;
    council_init(&council);
    struct plan plan = plan_of(&council, "a");
    plan.expiry_ms = plan.time_ms - 1;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_EXPIRED);
    plan.expiry_ms = plan.time_ms;
    assert_int_equal(carry_out(&council, &plan), HANSE_OK);
    plan = plan_of(&council, "b");
    plan.time_ms = TIME_MS - 5; /* the clerk's clock went back: the seal does not */
    assert_int_equal(carry_out(&council, &plan), HANSE_OK);
    assert_int_equal(council.journal.seal_time_ms, TIME_MS + 1);
    plan = plan_of(&council, "c");
    plan.expiry_ms = TIME_MS; /* in time by the clerk's clock, too late by the council's */
    plan.time_ms = TIME_MS - 5;
    assert_int_equal(carry_out(&council, &plan), HANSE_E_EXPIRED);
    hanse_journal_release(&council.journal);
}

static void preconditions_are_about_what_is_live(void **state)
{
    (void)state;
    struct council council;
    struct hanse_buffer entry;
    council_init(&council);
    struct plan first = plan_of(&council, "a");
    first.precondition_count = 1;
    first.precondition =
        (struct hanse_precondition){.kind = hanse_bytes_of("policy"), .key = hanse_bytes_of("a")};
    struct plan rival = first; /* also replaces nothing, as its authors saw it */
    rival.expiry_ms++;
    assert_int_equal(carry_out(&council, &first), HANSE_OK);
    assert_int_equal(carry_out(&council, &rival), HANSE_E_BAD_PROPOSAL);

    encode_entry(&first, &entry);
    struct plan next = rival;
    next.precondition.present = true;
    next.precondition.leaf = hanse_hash_leaf(hanse_buffer_bytes(&entry));
    next.precondition.leaf.bytes[0] ^= 1;
    assert_int_equal(carry_out(&council, &next), HANSE_E_BAD_PROPOSAL);
    next.precondition.leaf.bytes[0] ^= 1;
    assert_int_equal(carry_out(&council, &next), HANSE_OK);
    hanse_buffer_release(&entry);
    hanse_journal_release(&council.journal);
}

static void a_council_keeps_its_authority(void **state)
{
    (void)state;
    struct council council;
    struct hanse_buffer salted;
    council_init(&council);
    for (uint64_t version = 1; version <= 2; version++) {
        authority_body(version, &salted);
        struct hanse_draft draft = draft_of(HANSE_KIND_AUTHORITY, "self", &salted);
        assert_int_equal(seal(&council, &draft, 1, TIME_MS + 1), HANSE_E_BAD_AUTHORITY);
        hanse_buffer_release(&salted);
    }
    assert_int_equal(hanse_journal_size(&council.journal), 2);
    hanse_journal_release(&council.journal);
}

/* A verifier holds the same rules as the clerk: what a dishonest clerk would sign is refused by all. */
static void an_approved_commit_with_any_byte_changed_is_refused(void **state)
{
    (void)state;
    struct council council;
    struct hanse_commit commit;
    struct hanse_buffer proposal, salted, message;
    struct hanse_signing_key clerk = key_of(0);
    char id[HANSE_HASH_HEX_SIZE];
    council_init(&council);
    struct plan plan = plan_of(&council, "a");
    encode_proposal(&plan, &proposal);
    sign_all(&plan, &proposal, &salted);
    struct hanse_bytes encoded = hanse_buffer_bytes(&proposal);
    struct hanse_hash hash = hanse_hash_parts(HANSE_TAG_PROPOSAL, &encoded, 1);
    struct hanse_draft drafts[2] = {draft_of(HANSE_KIND_APPROVAL, hanse_hash_hex(&hash, id), &salted)};
    drafts[1].entry = (struct hanse_entry){
        .kind = hanse_bytes_of(plan.kind), .key = hanse_bytes_of(plan.key), .operation = HANSE_RETRACT};
    assert_int_equal(hanse_journal_seal(&council.journal, drafts, 2, TIME_MS + 1, 0, &clerk, &commit),
                     HANSE_OK);
    hanse_buffer_init(&message);
    hanse_commit_encode(&commit, &message);
    hanse_commit_release(&commit);
    hanse_journal_rollback(&council.journal);
    for (size_t at = 0; at < message.size; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            message.data[at] = (char)(message.data[at] ^ (1 << bit));
            if (hanse_commit_decode(hanse_buffer_bytes(&message), &commit) == HANSE_OK) {
                assert_int_not_equal(hanse_journal_apply(&council.journal, &commit), HANSE_OK);
                hanse_commit_release(&commit);
            }
            message.data[at] = (char)(message.data[at] ^ (1 << bit));
        }
    }
    assert_int_equal(hanse_journal_size(&council.journal), 2);
    hanse_buffer_release(&message);
    hanse_buffer_release(&salted);
    hanse_buffer_release(&proposal);
    hanse_journal_release(&council.journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_enough_members_signed_counts_once),
        cmocka_unit_test(too_few_or_wrong_signatures_count_for_nothing),
        cmocka_unit_test(the_clerk_adds_nothing_to_what_was_signed),
        cmocka_unit_test(a_proposal_cannot_carry_what_is_not_its_own),
        cmocka_unit_test(time_in_the_council_only_goes_forward),
        cmocka_unit_test(preconditions_are_about_what_is_live),
        cmocka_unit_test(a_council_keeps_its_authority),
        cmocka_unit_test(an_approved_commit_with_any_byte_changed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
