/* tests/vectors/forks.json: proofs made by an independent implementation of PROTOCOL.md. */
#include "hanse/fork.h"
#include "vectors.h"

/* Judges a proof as whoever has the prefix, where the authority is in force. */
static int judge_fork(const json_t *item, struct hanse_fork_proof *ret_proof)
{
    struct hanse_buffer proof = bytes_of(item, "hex");
    struct hanse_buffer body = bytes_of(item, "authority");
    const json_t *subtrees = json_object_get(item, "prefix");
    struct hanse_buffer nodes;
    struct hanse_frontier prefix;
    struct hanse_authority authority;
    hanse_buffer_init(&nodes);
    for (size_t i = 0; i < json_array_size(subtrees); i++)
        append_hex(&nodes, json_string_value(json_array_get(subtrees, i)));
    uint64_t cut = (uint64_t)json_integer_value(json_object_get(item, "cut"));
    assert_int_equal(hanse_frontier_restore(&prefix, cut, hanse_buffer_bytes(&nodes)), HANSE_OK);
    assert_int_equal(hanse_authority_decode(hanse_buffer_bytes(&body), &authority), HANSE_OK);
    int error = hanse_fork_proof_decode(hanse_buffer_bytes(&proof), ret_proof);
    if (error == HANSE_OK)
        error = hanse_fork_proof_verify(ret_proof, &prefix, &authority);
    hanse_buffer_release(&proof);
    hanse_buffer_release(&body);
    hanse_buffer_release(&nodes);
    return error;
}

static void test_forks(void **state)
{
    (void)state;
    json_t *root = load("forks");
    json_t *item;
    size_t i;
    struct hanse_fork_proof proof;
    struct hanse_hash journal = hash_of(root, "journal");
    json_array_foreach(json_object_get(root, "valid"), i, item)
    {
        expect(true, judge_fork(item, &proof), item);
        assert_memory_equal(&proof.journal, &journal, sizeof journal);
        assert_int_equal(proof.prefix.size, json_integer_value(json_object_get(item, "cut")));
        assert_int_equal(proof.index, json_integer_value(json_object_get(item, "index")));
        for (size_t b = 0; b < 2; b++) {
            char hex[HANSE_HASH_HEX_SIZE];
            assert_string_equal(hanse_hash_hex(&proof.branches[b].root, hex),
                                json_string_value(json_array_get(json_object_get(item, "roots"), b)));
        }
    }
    assert_true(i > 5);
    json_array_foreach(json_object_get(root, "invalid"), i, item)
        expect(false, judge_fork(item, &proof), item);
    assert_true(i > 10);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forks)};
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
