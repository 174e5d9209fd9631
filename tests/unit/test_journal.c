/* hanse/journal.h: what makes a commit valid, and how provisional changes are kept and undone.
 * PROTOCOL.md, "Commits" and "Authorities". Attacks: test_journal_attacks.c; the council: test_council.c. */
#include "owner.h"

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
    struct hanse_bytes frontier = hanse_journal_frontier(&journal);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
