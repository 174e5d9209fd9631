/* Fork proofs: what two histories give, and what nothing else gives. PROTOCOL.md, "Fork proofs". */
#include "hanse/fork.h"
#include "hanse/msgpack.h"
#include "owner.h"

/* One journal on two machines: both have the first commits, then each writes on alone. */
struct twins {
    struct owner owners[2];
};

static void write_commit(struct owner *owner, const char *key, int entries, const char *content)
{
    struct sheet sheet = {0};
    char names[DRAFTS][32]; /* borrowed until they are sealed */
    for (int i = 0; i < entries; i++) {
        snprintf(names[i], sizeof names[i], "%zu-%d", owner->count, i);
        put(&sheet, "contract", names[i], content);
    }
    seal(owner, &sheet, key);
}

/* Commits of 1, 2, 3, … entries, and a seal each: the twins hold the same. */
static void twins_init(struct twins *twins, int commits)
{
    for (int t = 0; t < 2; t++) {
        owner_init(&twins->owners[t]);
        for (int i = 0; i < commits; i++)
            write_commit(&twins->owners[t], "first", 1 + i % 3, "both");
    }
}

static void twins_release(struct twins *twins)
{
    owner_release(&twins->owners[0]);
    owner_release(&twins->owners[1]);
}

static void rotate_key(struct owner *owner)
{
    struct sheet sheet = {0};
    struct hanse_authority authority = domain_authority(2, "second", "third");
    put_authority(&sheet, &authority);
    seal(owner, &sheet, "second");
}

static struct hanse_commit commit_of(const struct owner *owner, size_t n)
{
    struct hanse_commit commit;
    assert_int_equal(hanse_commit_decode(hanse_buffer_bytes(&owner->messages[n]), &commit), HANSE_OK);
    return commit;
}

static int prove_after(const struct hanse_journal *before, const struct hanse_commit *a,
                       const struct hanse_commit *b, struct hanse_buffer *out)
{
    struct hanse_frontier frontier;
    struct hanse_authority authority;
    hanse_journal_numbers(before, &frontier, &authority);
    return hanse_fork_prove(&frontier, &authority, a, b, out);
}

static int verify(const struct hanse_fork_proof *proof, const struct hanse_journal *journal)
{
    struct hanse_frontier frontier;
    struct hanse_authority authority;
    hanse_journal_numbers(journal, &frontier, &authority);
    return hanse_fork_proof_verify(proof, &frontier, &authority);
}

/* In the place of the one that is in force. */
static void set_authority(struct hanse_journal *journal, const struct hanse_authority *authority)
{
    struct hanse_frontier frontier;
    struct hanse_authority before;
    hanse_journal_numbers(journal, &frontier, &before);
    hanse_journal_restore_to(journal, &frontier, authority);
}

/* The proof of the nth commits, and the journal before them. */
static int prove(const struct twins *twins, size_t n, struct hanse_journal *ret_before,
                 struct hanse_buffer *ret_proof)
{
    struct hanse_commit a = commit_of(&twins->owners[0], n);
    struct hanse_commit b = commit_of(&twins->owners[1], n);
    follow(ret_before, &twins->owners[0], n);
    hanse_buffer_init(ret_proof);
    int error = prove_after(ret_before, &a, &b, ret_proof);
    hanse_commit_release(&a);
    hanse_commit_release(&b);
    return error;
}

/* As a node that holds `journal` and no more judges it; the exact copy lets the sanitizer see reads beyond
 * its end. */
static int judge(struct hanse_bytes bytes, const struct hanse_journal *journal)
{
    struct hanse_fork_proof proof;
    uint8_t *copy = hanse_malloc(bytes.size);
    memcpy(copy, bytes.data, bytes.size);
    int error = hanse_fork_proof_decode(hanse_bytes(copy, bytes.size), &proof);
    free(copy);
    return error != HANSE_OK ? error : verify(&proof, journal);
}

static void two_histories_prove_a_fork_wherever_they_part(void **state)
{
    (void)state;
    for (int before = 0; before < 14; before++) {
        for (int lengths = 0; lengths < 16; lengths++) {
            struct twins twins;
            struct hanse_journal journal;
            struct hanse_buffer encoded;
            struct hanse_fork_proof proof;
            twins_init(&twins, before);
            write_commit(&twins.owners[0], "first", 1 + lengths % 4, "one");
            write_commit(&twins.owners[1], "first", 1 + lengths / 4, "other");
            assert_int_equal(prove(&twins, (size_t)before + 1, &journal, &encoded), HANSE_OK);
            assert_int_equal(judge(hanse_buffer_bytes(&encoded), &journal), HANSE_OK);
            assert_int_equal(hanse_fork_proof_decode(hanse_buffer_bytes(&encoded), &proof), HANSE_OK);
            assert_int_equal(proof.prefix.size, hanse_journal_size(&journal));
            assert_int_equal(proof.index, hanse_journal_size(&journal));
            for (int i = 0; i < 2; i++) {
                const struct hanse_journal *whole = &twins.owners[i].journal;
                bool first = hanse_hash_equal(&proof.branches[0].root, &whole->root);
                assert_memory_equal(&proof.branches[first ? 0 : 1].root, &whole->root, HANSE_HASH_SIZE);
            }
            hanse_buffer_release(&encoded);
            hanse_journal_release(&journal);
            twins_release(&twins);
        }
    }
}

/* The same entries, published twice at different times: only the seals differ. */
static void the_cut_is_the_last_seal_before_the_difference(void **state)
{
    (void)state;
    struct twins twins;
    struct hanse_journal journal;
    struct hanse_buffer encoded;
    struct hanse_fork_proof proof;
    twins_init(&twins, 4);
    for (int t = 0; t < 2; t++) {
        struct sheet sheet = {0};
        put(&sheet, "contract", "orders", "same");
        put(&sheet, "contract", "returns", "same");
        assert_int_equal(try_seal(&twins.owners[t], &sheet, "first", TIME_MS + 1000 + (uint64_t)t), HANSE_OK);
    }
    assert_int_equal(prove(&twins, 5, &journal, &encoded), HANSE_OK);
    assert_int_equal(judge(hanse_buffer_bytes(&encoded), &journal), HANSE_OK);
    assert_int_equal(hanse_fork_proof_decode(hanse_buffer_bytes(&encoded), &proof), HANSE_OK);
    assert_int_equal(proof.index, proof.prefix.size + 2);
    hanse_buffer_release(&encoded);
    hanse_journal_release(&journal);
    twins_release(&twins);
}

static void a_rotation_on_one_branch_or_on_both_is_a_fork(void **state)
{
    (void)state;
    for (int both = 0; both < 2; both++) {
        struct twins twins;
        struct hanse_journal journal;
        struct hanse_buffer encoded;
        twins_init(&twins, 3);
        rotate_key(&twins.owners[0]);
        if (both) {
            struct sheet sheet = {0};
            struct hanse_authority authority = domain_authority(2, "second", "fourth");
            put_authority(&sheet, &authority);
            seal(&twins.owners[1], &sheet, "second");
        } else {
            write_commit(&twins.owners[1], "first", 1, "the old key's");
        }
        assert_int_equal(prove(&twins, 4, &journal, &encoded), HANSE_OK);
        assert_int_equal(judge(hanse_buffer_bytes(&encoded), &journal), HANSE_OK);
        struct hanse_signing_key other = key_of("fourth");
        struct hanse_public_key public = hanse_signing_key_public(&other);
        journal.authority.next_key = hanse_next_key_digest(&public); /* another successor was named */
        assert_int_equal(judge(hanse_buffer_bytes(&encoded), &journal), HANSE_E_BAD_AUTHORITY);
        hanse_buffer_release(&encoded);
        hanse_journal_release(&journal);
        twins_release(&twins);
    }
}

static void a_journal_may_part_in_its_first_commit(void **state)
{
    (void)state;
    struct twins twins;
    struct hanse_journal journal;
    struct hanse_buffer encoded;
    struct hanse_fork_proof proof;
    owner_init(&twins.owners[0]);
    struct sheet sheet = {0};
    struct hanse_authority authority = domain_authority(1, "first", "second");
    twins.owners[1].count = 0;
    put_authority(&sheet, &authority);
    hanse_journal_init(&twins.owners[1].journal, &twins.owners[0].journal.id);
    assert_int_equal(try_seal(&twins.owners[1], &sheet, "first", TIME_MS + 77), HANSE_OK);
    assert_int_equal(prove(&twins, 0, &journal, &encoded), HANSE_OK);
    set_authority(&journal, &authority); /* of entry 0 */
    assert_int_equal(judge(hanse_buffer_bytes(&encoded), &journal), HANSE_OK);
    assert_int_equal(hanse_fork_proof_decode(hanse_buffer_bytes(&encoded), &proof), HANSE_OK);
    assert_int_equal(proof.prefix.size, 0);
    assert_int_equal(proof.index, 1);
    hanse_buffer_release(&encoded);
    hanse_journal_release(&journal);
    twins_release(&twins);
}

/* A fork of the fixed kind for the attacks: after five commits, in the second entry. */
struct attack {
    struct twins twins;
    struct hanse_journal journal;
    struct hanse_buffer encoded;
};

static int setup(void **state)
{
    struct attack *attack = hanse_calloc(1, sizeof *attack);
    twins_init(&attack->twins, 5);
    for (int t = 0; t < 2; t++) {
        struct sheet sheet = {0};
        put(&sheet, "contract", "orders", "same");
        put(&sheet, "contract", "returns", t == 0 ? "one" : "other");
        put(&sheet, "contract", "refunds", "same");
        seal(&attack->twins.owners[t], &sheet, "first");
    }
    assert_int_equal(prove(&attack->twins, 6, &attack->journal, &attack->encoded), HANSE_OK);
    *state = attack;
    return 0;
}

static int teardown(void **state)
{
    struct attack *attack = *state;
    hanse_buffer_release(&attack->encoded);
    hanse_journal_release(&attack->journal);
    twins_release(&attack->twins);
    free(attack);
    return 0;
}

static void no_byte_of_a_proof_may_change_or_be_missing(void **state)
{
    struct attack *attack = *state;
    struct hanse_bytes whole = hanse_buffer_bytes(&attack->encoded);
    assert_int_equal(judge(whole, &attack->journal), HANSE_OK);
    for (size_t i = 0; i < whole.size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            attack->encoded.data[i] ^= (char)(1 << bit);
            assert_int_not_equal(judge(whole, &attack->journal), HANSE_OK);
            attack->encoded.data[i] ^= (char)(1 << bit);
        }
        assert_int_not_equal(judge(hanse_bytes(whole.data, i), &attack->journal), HANSE_OK);
    }
}

static void one_history_gives_no_proof(void **state)
{
    struct attack *attack = *state;
    struct hanse_buffer out;
    hanse_buffer_init(&out);
    struct hanse_commit a = commit_of(&attack->twins.owners[0], 6);
    struct hanse_commit b = commit_of(&attack->twins.owners[0], 6);
    const struct hanse_journal *journal = &attack->journal;
    assert_int_equal(prove_after(journal, &a, &b, &out), HANSE_E_NOT_FOUND);
    b.signature.bytes[3] ^= 1; /* signed by nobody */
    assert_int_equal(prove_after(journal, &a, &b, &out), HANSE_E_BAD_SIGNATURE);
    hanse_commit_release(&b);
    b = commit_of(&attack->twins.owners[1], 6);
    b.items[0].leaf.bytes[0] ^= 1; /* a relay changed an entry: genuine root and signature over it */
    assert_int_equal(prove_after(journal, &a, &b, &out), HANSE_E_BAD_ROOT);
    hanse_commit_release(&b);
    b = commit_of(&attack->twins.owners[1], 5); /* an older one is no other */
    assert_int_equal(prove_after(journal, &a, &b, &out), HANSE_E_STALE);
    assert_int_equal(out.size, 0);
    hanse_commit_release(&a);
    hanse_commit_release(&b);
    hanse_buffer_release(&out);
}

static void a_proof_holds_for_its_own_journal_prefix_and_key_only(void **state)
{
    struct attack *attack = *state;
    struct hanse_bytes whole = hanse_buffer_bytes(&attack->encoded);
    struct hanse_journal shorter;
    follow(&shorter, &attack->twins.owners[0], 5);
    assert_int_equal(judge(whole, &shorter), HANSE_E_GAP);
    hanse_journal_release(&shorter);

    struct hanse_journal other; /* a third branch, parted earlier */
    follow(&other, &attack->twins.owners[0], 6);
    other.peaks[0].bytes[0] ^= 1;
    assert_int_equal(judge(whole, &other), HANSE_E_BAD_ROOT);
    other.peaks[0].bytes[0] ^= 1;
    assert_int_equal(judge(whole, &other), HANSE_OK);
    struct hanse_authority stranger = domain_authority(1, "somebody", "second");
    set_authority(&other, &stranger);
    assert_int_equal(judge(whole, &other), HANSE_E_BAD_SIGNATURE);
    hanse_journal_release(&other);

    struct hanse_fork_proof proof; /* the same signatures, said to be of another journal */
    assert_int_equal(hanse_fork_proof_decode(whole, &proof), HANSE_OK);
    proof.journal.bytes[0] ^= 1;
    assert_int_equal(verify(&proof, &attack->journal), HANSE_E_BAD_SIGNATURE);
}

/* Writes a proof of the same two branches whose cut is `cut`: what a member might forge, so that newcomers,
 * who hold no more than that, throw away what nobody doubts. */
static void write_lower(const struct attack *attack, size_t commits, bool hide_seals,
                        struct hanse_buffer *out)
{
    struct hanse_journal before;
    struct hanse_reader r;
    struct hanse_bytes whole = hanse_buffer_bytes(&attack->encoded);
    struct hanse_frontier prefix;
    struct hanse_authority authority;
    follow(&before, &attack->twins.owners[0], commits);
    hanse_journal_numbers(&before, &prefix, &authority);
    uint32_t entries = 0;
    struct hanse_buffer common;
    hanse_buffer_init(&common);
    for (size_t n = commits; n <= 6; n++) {
        struct hanse_commit commit = commit_of(&attack->twins.owners[0], n);
        for (uint32_t i = 0; i < (n == 6 ? 1 : commit.count); i++) {
            if (hide_seals && hanse_entry_is_seal(&commit.items[i].entry))
                continue;
            hanse_write_binary(&common, commit.items[i].encoded);
            entries++;
        }
        hanse_commit_release(&commit);
    }
    hanse_buffer_init(out);
    hanse_write_array(out, 8);
    hanse_write_text(out, hanse_bytes_of("fork"));
    hanse_write_uint(out, 1);
    hanse_write_hash(out, &before.id);
    hanse_write_uint(out, prefix.size);
    hanse_write_array(out, prefix.count);
    for (uint32_t i = 0; i < prefix.count; i++)
        hanse_write_hash(out, &prefix.nodes[i]);
    hanse_write_array(out, entries);
    hanse_buffer_append(out, common.data, common.size);
    hanse_reader_init(&r, whole);
    hanse_read_array(&r, 8, 8);
    for (int i = 0; i < 6; i++)
        hanse_read_skip(&r);
    hanse_buffer_append(out, r.at, (size_t)(r.end - r.at)); /* the branches, as they are */
    hanse_buffer_release(&common);
    hanse_journal_release(&before);
}

static void nobody_can_move_the_cut(void **state)
{
    struct attack *attack = *state;
    for (size_t commits = 0; commits < 6; commits++) {
        for (int hide = 0; hide < 2; hide++) {
            struct hanse_journal newcomer;
            struct hanse_buffer forged;
            write_lower(attack, commits, hide == 1, &forged);
            follow(&newcomer, &attack->twins.owners[0], commits);
            if (commits == 0)
                newcomer.authority = attack->journal.authority;
            int error = judge(hanse_buffer_bytes(&forged), &newcomer);
            assert_true(hide == 1 ? error == HANSE_E_BAD_SIGNATURE || error == HANSE_E_INVALID
                                  : error == HANSE_E_BAD_SEAL);
            hanse_journal_release(&newcomer);
            hanse_buffer_release(&forged);
        }
    }
}

/* The proof with its parts given again: the elements after the sixth are the branches. */
static void write_branches(const struct attack *attack, int first, int second, bool more,
                           struct hanse_buffer *out)
{
    struct hanse_reader r;
    struct hanse_bytes whole = hanse_buffer_bytes(&attack->encoded);
    struct hanse_bytes branches[2];
    hanse_reader_init(&r, whole);
    hanse_read_array(&r, 8, 8);
    const uint8_t *body = r.at;
    for (int i = 0; i < 6; i++)
        hanse_read_skip(&r);
    size_t head = (size_t)(r.at - body);
    for (int i = 0; i < 2; i++) {
        const uint8_t *start = r.at;
        hanse_read_skip(&r);
        branches[i] = hanse_bytes(start, (size_t)(r.at - start));
    }
    hanse_buffer_init(out);
    hanse_write_array(out, more ? 9 : 8);
    hanse_buffer_append(out, body, head);
    hanse_buffer_append(out, branches[first].data, branches[first].size);
    hanse_buffer_append(out, branches[second].data, branches[second].size);
    if (more)
        hanse_write_text(out, hanse_bytes_of("of a later version"));
}

static void the_branches_differ_and_stand_in_order(void **state)
{
    struct attack *attack = *state;
    static const struct {
        int first, second;
        bool more;
        int error;
    } cases[] = {{0, 1, false, HANSE_OK},
                 {0, 1, true, HANSE_OK}, /* later elements are passed over */
                 {1, 0, false, HANSE_E_INVALID},
                 {0, 0, false, HANSE_E_INVALID},
                 {1, 1, false, HANSE_E_INVALID}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hanse_buffer encoded;
        write_branches(attack, cases[i].first, cases[i].second, cases[i].more, &encoded);
        assert_int_equal(judge(hanse_buffer_bytes(&encoded), &attack->journal), cases[i].error);
        hanse_buffer_release(&encoded);
    }
}

static void the_largest_proof_is_within_the_limit(void **state)
{
    (void)state;
    /* 1,023 entries that are the same, each as large as one can be, and trees of 2^53 entries. */
    size_t entries = (HANSE_COMMIT_ENTRIES_MAX - 1) * (HANSE_ENTRY_MAX + 3);
    size_t hashes = 3 * HANSE_FRONTIER_MAX * (HANSE_HASH_SIZE + 2);
    assert_true(entries + hashes + 1024 <= HANSE_FORK_PROOF_MAX);
    assert_true(HANSE_FORK_PROOF_MAX + 16 <= HANSE_MESSAGE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_histories_prove_a_fork_wherever_they_part),
        cmocka_unit_test(the_cut_is_the_last_seal_before_the_difference),
        cmocka_unit_test(a_rotation_on_one_branch_or_on_both_is_a_fork),
        cmocka_unit_test(a_journal_may_part_in_its_first_commit),
        cmocka_unit_test_setup_teardown(no_byte_of_a_proof_may_change_or_be_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(one_history_gives_no_proof, setup, teardown),
        cmocka_unit_test_setup_teardown(a_proof_holds_for_its_own_journal_prefix_and_key_only, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(nobody_can_move_the_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(the_branches_differ_and_stand_in_order, setup, teardown),
        cmocka_unit_test(the_largest_proof_is_within_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
