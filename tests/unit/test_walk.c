/* The walk down the hash tree of heads, and the tree. PROTOCOL.md, "State" and "Links": TREE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "hanse/msgpack.h"
#include "pair.h"

#define MANY 700u

/* One in three differs, in every way there is: ahead here, ahead there, missing here, missing there. */
static uint64_t mixed(uint32_t journal, int side)
{
    switch (journal % 12) {
    case 0:
        return side == 0 ? 9 : 5;
    case 1:
        return side == 1 ? 9 : 5;
    case 2:
        return side == 0 ? 5 : 0;
    case 3:
        return side == 1 ? 5 : 0;
    default:
        return 4;
    }
}

static uint64_t same(uint32_t journal, int side)
{
    (void)side;
    return 2 + journal % 5;
}

static uint64_t only_the_second(uint32_t journal, int side)
{
    (void)journal;
    return side == 1 ? 5 : 0;
}

static void assert_all_known(const struct pair *p, uint64_t (*sizes)(uint32_t, int))
{
    for (int side = 0; side < 2; side++) {
        uint64_t *known = pair_known(p, side);
        for (uint32_t i = 0; i < p->journals; i++) {
            if (sizes(i, 1 - side) > sizes(i, side))
                assert_int_equal(known[i], sizes(i, 1 - side));
        }
        free(known);
    }
}

static void one_walk_finds_all_that_differs_on_either_side(void **state)
{
    (void)state;
    for (int asking = 0; asking < 2; asking++) {
        struct pair p;
        pair_init(&p, MANY, mixed);
        pair_greet(&p);
        pair_compare(&p, asking);
        assert_all_known(&p, mixed);
        assert_true(p.trees > 0 && p.trees <= 5);
        assert_int_equal(p.refused, 0);
        pair_release(&p);
    }
}

static void a_node_with_few_journals_tells_all_and_learns_by_a_walk(void **state)
{
    (void)state;
    for (int asking = 0; asking < 2; asking++) {
        struct pair p;
        pair_init(&p, MANY, only_the_second);
        pair_greet(&p);
        pair_compare(&p, asking);
        assert_all_known(&p, only_the_second);
        assert_int_equal(p.refused, 0);
        pair_release(&p);
    }
}

static void equal_heads_need_no_walk(void **state)
{
    (void)state;
    struct pair p;
    pair_init(&p, MANY, same);
    pair_greet(&p);
    pair_compare(&p, 0);
    assert_int_equal(p.messages, 1);
    pair_release(&p);
}

/* Whether that side's own journal may be signed after a comparison in which one message was lost. */
static int may_sign_after(uint64_t (*sizes)(uint32_t, int), uint32_t journals, uint32_t own, int side,
                          uint32_t lose, uint64_t *ret_messages)
{
    struct pair p;
    struct hanse_hash id = pair_journal(own);
    pair_init(&p, journals, sizes);
    hanse_engine_own(p.engines[side], &id, false, 0);
    pair_greet(&p);
    p.lose = lose;
    pair_compare(&p, 0);
    *ret_messages = p.messages;
    int error = hanse_engine_may_sign(p.engines[side], &id);
    pair_release(&p);
    return error;
}

static void an_owner_waits_for_the_whole_walk(void **state)
{
    (void)state;
    uint64_t messages;
    const uint32_t equal = 4; /* one that does not differ */
    for (int side = 0; side < 2; side++) {
        uint64_t whole;
        assert_int_equal(may_sign_after(mixed, MANY, equal, side, 0, &whole), HANSE_OK);
        assert_true(whole >= 5);
        /* Whatever is lost but the last, neither side knows that all was compared. */
        for (uint32_t lose = 2; lose + 1 < whole; lose++)
            assert_int_equal(may_sign_after(mixed, MANY, equal, side, lose, &messages), HANSE_E_CATCHING_UP);
    }
    /* What the walk tells of its own journal keeps it from signing, and what it lacks does not. */
    assert_int_equal(may_sign_after(mixed, MANY, 1, 0, 0, &messages), HANSE_E_CATCHING_UP);
    assert_int_equal(may_sign_after(mixed, MANY, 3, 0, 0, &messages), HANSE_E_CATCHING_UP);
    assert_int_equal(may_sign_after(mixed, MANY, 0, 0, 0, &messages), HANSE_OK);
    assert_int_equal(may_sign_after(mixed, MANY, 2, 0, 0, &messages), HANSE_OK);
}

static void a_walk_that_leaves_something_out_compares_nothing_for_the_fence(void **state)
{
    (void)state;
    struct pair p;
    const uint32_t more = HANSE_WALK_HEADS_MAX + 500;
    struct hanse_hash id = pair_journal(more - 1);
    uint32_t found = 0;
    pair_init(&p, more, only_the_second);
    hanse_engine_own(p.engines[0], &id, false, 0);
    pair_greet(&p);
    pair_compare(&p, 0);
    uint64_t *known = pair_known(&p, 0);
    for (uint32_t i = 0; i < more; i++)
        found += known[i] > 0;
    free(known);
    assert_int_equal(found, HANSE_WALK_HEADS_MAX);
    assert_true(p.most_bytes < HANSE_MESSAGE_MAX);
    assert_int_equal(hanse_engine_may_sign(p.engines[0], &id), HANSE_E_CATCHING_UP);
    pair_release(&p);
}

static void say_tree(struct hanse_buffer *out, uint64_t salt, uint32_t number, uint8_t digest)
{
    uint8_t digests[128];
    for (size_t i = 0; i < sizeof digests; i++)
        digests[i] = digest;
    hanse_buffer_init(out);
    hanse_write_array(out, 6);
    hanse_write_uint(out, 8);
    hanse_write_uint(out, salt);
    hanse_write_uint(out, 1);
    hanse_write_array(out, 1);
    hanse_write_array(out, 2);
    hanse_write_uint(out, number);
    hanse_write_binary(out, hanse_bytes(digests, sizeof digests));
    hanse_write_array(out, 0);
    hanse_write_array(out, 0);
}

static void nobody_is_led_into_a_walk_that_was_not_asked_for(void **state)
{
    (void)state;
    struct pair p;
    struct hanse_buffer tree;
    pair_init(&p, MANY, mixed);
    pair_greet(&p); /* each has asked once, by its ROOT */
    say_tree(&tree, 1, 1, 7);
    pair_receive(&p, 0, hanse_buffer_bytes(&tree));
    assert_int_equal(p.flying_count, 1); /* the answer to what was asked for */
    hanse_buffer_release(&tree);
    for (uint32_t i = 0; i < 20; i++) {
        say_tree(&tree, 2 + i, i % 2 == 0 ? 1 : 16, (uint8_t)i); /* another walk, or a step out of turn */
        pair_receive(&p, 0, hanse_buffer_bytes(&tree));
        hanse_buffer_release(&tree);
    }
    assert_int_equal(p.flying_count, 1);
    assert_int_equal(p.refused, 20);
    pair_release(&p);
}

static struct hanse_tree_item item_of(uint32_t number, uint32_t version)
{
    uint32_t words[2] = {number, version};
    struct hanse_tree_item item = {.index = number};
    item.key = hanse_hash_sha256(hanse_bytes(&words[0], sizeof words[0]));
    item.key.bytes[0] &= (uint8_t)(number % 3 == 0 ? 0x01 : 0xff); /* crowded in places, sparse in others */
    item.leaf = hanse_hash_sha256(hanse_bytes(words, sizeof words));
    return item;
}

/* The root, put together from the nodes at that depth. */
static struct hanse_hash root_from(struct hanse_tree *tree, unsigned depth)
{
    struct hanse_hash nodes[256];
    for (unsigned i = 0; i < 1u << depth; i++)
        nodes[i] = hanse_tree_node(tree, depth, i);
    for (; depth > 0; depth--) {
        for (unsigned i = 0; i < 1u << (depth - 1); i++) {
            struct hanse_bytes parts[2] = {hanse_hash_bytes(&nodes[2 * i]),
                                           hanse_hash_bytes(&nodes[2 * i + 1])};
            nodes[i] = hanse_hash_parts(HANSE_TAG_TREE_NODE, parts, 2);
        }
    }
    return nodes[0];
}

static void a_tree_has_the_root_of_its_items_however_they_came(void **state)
{
    (void)state;
    enum { KEYS = 600, STEPS = 6000 };
    static uint32_t versions[KEYS]; /* 0: absent */
    struct hanse_tree *tree = hanse_tree_new();
    uint32_t random = 1;
    for (uint32_t i = 0; i < STEPS; i++) {
        random = random * 1664525u + 1013904223u;
        uint32_t number = (random >> 8) % KEYS;
        struct hanse_tree_item item = item_of(number, i + 1);
        bool remove = (random >> 20) % (i < STEPS / 2 ? 4 : 2) == 0;
        if (remove)
            hanse_tree_remove(tree, &item.key);
        else
            hanse_tree_put(tree, &item);
        versions[number] = remove ? 0 : i + 1;
        if (i % 2 == 0)
            (void)hanse_tree_root(tree); /* what is kept must not outlive a change */
        if (i % 200 != 199)
            continue;
        struct hanse_tree *fresh = hanse_tree_new();
        for (uint32_t k = 0; k < KEYS; k++) {
            item = item_of(k, versions[k]);
            if (versions[k] > 0)
                hanse_tree_put(fresh, &item);
        }
        struct hanse_hash root = hanse_tree_root(tree);
        struct hanse_hash expected = hanse_tree_root(fresh);
        assert_memory_equal(&root, &expected, sizeof root);
        expected = root_from(fresh, 8);
        assert_memory_equal(&root, &expected, sizeof root);
        assert_int_equal(hanse_tree_count(tree), hanse_tree_under(fresh, 0, 0, NULL, 0));
        size_t under = 0;
        for (unsigned node = 0; node < 16; node++)
            under += hanse_tree_under(tree, 4, node, NULL, 0);
        assert_int_equal(under, hanse_tree_count(tree));
        hanse_tree_destroy(&fresh);
    }
    hanse_tree_destroy(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_walk_finds_all_that_differs_on_either_side),
        cmocka_unit_test(a_node_with_few_journals_tells_all_and_learns_by_a_walk),
        cmocka_unit_test(equal_heads_need_no_walk),
        cmocka_unit_test(an_owner_waits_for_the_whole_walk),
        cmocka_unit_test(a_walk_that_leaves_something_out_compares_nothing_for_the_fence),
        cmocka_unit_test(nobody_is_led_into_a_walk_that_was_not_asked_for),
        cmocka_unit_test(a_tree_has_the_root_of_its_items_however_they_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
