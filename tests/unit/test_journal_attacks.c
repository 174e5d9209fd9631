/* hanse/journal.h under attack: lies that are signed, replays, commits damaged at any place. Whatever is
 * refused leaves the journal as it was. */
#include "owner.h"

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
        cmocka_unit_test(a_signature_by_an_old_key_is_refused_after_the_rotation),
        cmocka_unit_test(a_signed_lie_about_the_state_is_refused),
        cmocka_unit_test(a_commit_counts_in_its_own_journal_only),
        cmocka_unit_test(replays_are_stale_and_gaps_are_gaps),
        cmocka_unit_test(a_commit_with_any_byte_changed_is_refused),
        cmocka_unit_test(a_commit_cut_anywhere_or_with_more_behind_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
