/* tests/vectors, read with the real code: made by an independent implementation of PROTOCOL.md. */
#include "hanse/checkpoint.h"
#include "hanse/engine.h"
#include "hanse/journal.h"
#include "hanse/limits.h"
#include "hanse/msgpack.h"
#include "hanse/proposal.h"
#include "vectors.h"

static void test_encoding(void **state)
{
    (void)state;
    json_t *root = load("encoding");
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(root, "items"), i, item)
    {
        struct hanse_buffer bytes = bytes_of(item, "hex");
        struct hanse_reader r;
        hanse_reader_init(&r, hanse_buffer_bytes(&bytes));
        hanse_read_skip(&r);
        expect(json_is_true(json_object_get(item, "valid")), hanse_reader_finish(&r), item);
        hanse_buffer_release(&bytes);
    }
    json_decref(root);
}

static void test_hashes(void **state)
{
    (void)state;
    json_t *root = load("hashes");
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(root, "tags"), i, item)
    {
        struct hanse_buffer over = bytes_of(item, "over");
        struct hanse_bytes part = hanse_buffer_bytes(&over);
        enum hanse_hash_tag tag = (enum hanse_hash_tag)strtol(text(item, "tag"), NULL, 16);
        struct hanse_hash hash = hanse_hash_parts(tag, &part, 1);
        assert_hash(&hash, item, "hash");
        hanse_buffer_release(&over);
    }
    json_array_foreach(json_object_get(root, "keys"), i, item)
    {
        struct hanse_buffer key;
        json_t *part;
        size_t k;
        hanse_buffer_init(&key);
        json_array_foreach(json_object_get(item, "parts"), k, part)
        {
            struct hanse_buffer bytes;
            hanse_buffer_init(&bytes);
            append_hex(&bytes, json_string_value(part));
            if (k > 0)
                hanse_buffer_append_text(
                    &key, json_string_value(json_array_get(json_object_get(item, "separators"), k - 1)));
            hanse_key_encode_part(hanse_buffer_bytes(&bytes), &key);
            hanse_buffer_release(&bytes);
        }
        hanse_key_finish(&key);
        assert_string_equal(key.data, text(item, "key"));
        hanse_buffer_release(&key);
    }
    json_decref(root);
}

static void test_entries(void **state)
{
    (void)state;
    json_t *root = load("entries");
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(root, "valid"), i, item)
    {
        struct hanse_buffer bytes = bytes_of(item, "hex");
        struct hanse_buffer again;
        struct hanse_entry entry;
        expect(true, hanse_entry_decode(hanse_buffer_bytes(&bytes), &entry), item);
        assert_true(hanse_bytes_equal_text(entry.kind, text(item, "kind")));
        assert_true(hanse_bytes_equal_text(entry.key, text(item, "key")));
        assert_true(hanse_bytes_equal_text(entry.media, text(item, "media")));
        assert_int_equal(entry.operation, json_integer_value(json_object_get(item, "operation")));
        assert_int_equal(entry.body_size, json_integer_value(json_object_get(item, "body_size")));
        assert_int_equal(entry.later_count + 6, json_integer_value(json_object_get(item, "elements")));
        if (entry.has_body)
            assert_hash(&entry.body_hash, item, "body_hash");
        struct hanse_hash leaf = hanse_hash_leaf(hanse_buffer_bytes(&bytes));
        assert_hash(&leaf, item, "leaf");
        hanse_buffer_init(&again);
        hanse_entry_encode(&entry, &again);
        assert_true(hanse_bytes_equal(hanse_buffer_bytes(&again), hanse_buffer_bytes(&bytes)));
        hanse_buffer_release(&again);
        hanse_buffer_release(&bytes);
    }
    json_array_foreach(json_object_get(root, "invalid"), i, item)
    {
        struct hanse_buffer bytes = bytes_of(item, "hex");
        struct hanse_entry entry;
        expect(false, hanse_entry_decode(hanse_buffer_bytes(&bytes), &entry), item);
        hanse_buffer_release(&bytes);
    }
    json_decref(root);
}

static int decode_seal(const json_t *item, struct hanse_seal *ret_seal)
{
    struct hanse_buffer bytes = bytes_of(item, "hex");
    struct hanse_entry entry;
    int error = hanse_entry_decode(hanse_buffer_bytes(&bytes), &entry);
    if (error == HANSE_OK)
        error = hanse_seal_decode(&entry, ret_seal);
    hanse_buffer_release(&bytes);
    return error;
}

static void test_seals(void **state)
{
    (void)state;
    json_t *root = load("seals");
    json_t *item;
    size_t i;
    struct hanse_seal seal;
    json_array_foreach(json_object_get(root, "valid"), i, item)
    {
        expect(true, decode_seal(item, &seal), item);
        assert_int_equal(seal.time_ms, json_integer_value(json_object_get(item, "time")));
        assert_int_equal(seal.authority_version,
                         json_integer_value(json_object_get(item, "authority_version")));
        assert_hash(&seal.state_root, item, "state_root");
    }
    json_array_foreach(json_object_get(root, "invalid"), i, item)
    {
        expect(false, decode_seal(item, &seal), item);
    }
    json_decref(root);
}

static int read_body(const json_t *item)
{
    struct hanse_buffer content = bytes_of(item, "content");
    struct hanse_buffer salted;
    static const uint8_t salt[HANSE_SALT_SIZE];
    struct hanse_admission admission;
    struct hanse_node_address address;
    hanse_buffer_init(&salted);
    hanse_body_salt(salt, hanse_buffer_bytes(&content), &salted);
    struct hanse_bytes body = hanse_body_content(hanse_buffer_bytes(&salted));
    int error;
    if (strcmp(text(item, "kind"), "domain") == 0) {
        error = hanse_admission_decode(body, &admission);
        if (error == HANSE_OK && !hanse_domain_name_valid(hanse_bytes_of(text(item, "key"))))
            error = HANSE_E_INVALID;
    } else {
        struct hanse_hash key;
        error = hanse_node_address_decode(body, &address);
        if (error == HANSE_OK && (hanse_hash_from_hex(text(item, "key"), &key) != HANSE_OK ||
                                  memcmp(key.bytes, address.key.bytes, sizeof key.bytes) != 0 ||
                                  strspn(text(item, "key"), "0123456789abcdef") != 64))
            error = HANSE_E_INVALID;
    }
    hanse_buffer_release(&salted);
    hanse_buffer_release(&content);
    return error;
}

static void test_bodies(void **state)
{
    (void)state;
    json_t *root = load("bodies");
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(root, "invalid"), i, item)
    {
        struct hanse_buffer entry_bytes = bytes_of(item, "entry");
        struct hanse_buffer body;
        struct hanse_entry entry;
        hanse_buffer_init(&body);
        for (json_int_t n = json_integer_value(json_object_get(item, "times")); n > 0; n--)
            append_hex(&body, text(item, "body"));
        int error = hanse_entry_decode(hanse_buffer_bytes(&entry_bytes), &entry);
        if (error == HANSE_OK)
            error = hanse_body_check(&entry, hanse_buffer_bytes(&body));
        expect(false, error, item);
        hanse_buffer_release(&body);
        hanse_buffer_release(&entry_bytes);
    }
    json_array_foreach(json_object_get(root, "read"), i, item)
    {
        expect(true, read_body(item), item);
    }
    json_array_foreach(json_object_get(root, "ignored"), i, item)
    {
        expect(false, read_body(item), item);
    }
    json_decref(root);
}

static void check_authorities(const json_t *list, bool valid)
{
    json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        struct hanse_buffer content = bytes_of(item, "content");
        struct hanse_authority authority;
        expect(valid, hanse_authority_decode(hanse_buffer_bytes(&content), &authority), item);
        hanse_buffer_release(&content);
    }
}

static void test_authorities(void **state)
{
    (void)state;
    json_t *root = load("authorities");
    check_authorities(json_object_get(root, "valid"), true);
    check_authorities(json_object_get(root, "invalid"), false);
    json_decref(root);
}

static void read_fixed(const json_t *item, const char *name, void *out, size_t size)
{
    struct hanse_buffer bytes = bytes_of(item, name);
    assert_int_equal(bytes.size, size);
    memcpy(out, bytes.data, size);
    hanse_buffer_release(&bytes);
}

static void check_signatures(const json_t *list, bool valid)
{
    json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        struct hanse_public_key key;
        struct hanse_signature signature;
        struct hanse_buffer message = bytes_of(item, "message");
        read_fixed(item, "public", &key, sizeof key);
        read_fixed(item, "signature", &signature, sizeof signature);
        int error = hanse_public_key_valid(&key)
                        ? hanse_verify(&key, hanse_buffer_bytes(&message), &signature)
                        : HANSE_E_BAD_SIGNATURE;
        expect(valid, error, item);
        hanse_buffer_release(&message);
    }
}

static void test_signatures(void **state)
{
    (void)state;
    json_t *root = load("signatures");
    json_t *item;
    size_t i;
    check_signatures(json_object_get(root, "valid"), true);
    check_signatures(json_object_get(root, "invalid"), false);
    json_array_foreach(json_object_get(root, "invalid_keys"), i, item)
    {
        struct hanse_public_key key;
        read_fixed(item, "public", &key, sizeof key);
        expect(false, hanse_public_key_valid(&key) ? HANSE_OK : HANSE_E_BAD_AUTHORITY, item);
    }
    json_decref(root);
}

static struct hanse_hash ruled_leaf(uint64_t i)
{
    uint8_t entry[8];
    for (int k = 0; k < 8; k++)
        entry[k] = (uint8_t)(i >> (56 - 8 * k));
    return hanse_hash_leaf(hanse_bytes(entry, sizeof entry));
}

static void test_journal_roots(void **state)
{
    (void)state;
    json_t *root = load("journal");
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(root, "roots"), i, item)
    {
        struct hanse_frontier frontier;
        hanse_frontier_init(&frontier);
        uint64_t size = (uint64_t)json_integer_value(json_object_get(item, "size"));
        for (uint64_t k = 0; k < size; k++) {
            struct hanse_hash leaf = ruled_leaf(k);
            hanse_frontier_append(&frontier, &leaf);
        }
        struct hanse_hash hash = hanse_frontier_root(&frontier);
        assert_hash(&hash, item, "root");
    }
    json_array_foreach(json_object_get(root, "known"), i, item)
    {
        struct hanse_frontier frontier;
        json_t *entry;
        size_t k;
        hanse_frontier_init(&frontier);
        json_array_foreach(json_object_get(item, "entries"), k, entry)
        {
            struct hanse_buffer bytes;
            hanse_buffer_init(&bytes);
            append_hex(&bytes, json_string_value(entry));
            struct hanse_hash leaf = hanse_hash_leaf(hanse_buffer_bytes(&bytes));
            hanse_frontier_append(&frontier, &leaf);
            hanse_buffer_release(&bytes);
        }
        struct hanse_hash hash = hanse_frontier_root(&frontier);
        assert_hash(&hash, item, "root");
    }
    json_decref(root);
}

static void put(struct hanse_tree *tree, const char *kind, const char *key, uint64_t index,
                const struct hanse_hash *entry_leaf)
{
    struct hanse_tree_item item = {.key = hanse_hash_key(hanse_bytes_of(kind), hanse_bytes_of(key)),
                                   .index = index};
    item.leaf = hanse_state_leaf(&item.key, index, entry_leaf);
    hanse_tree_put(tree, &item);
}

static void put_item(struct hanse_tree *tree, const json_t *item)
{
    struct hanse_hash leaf = hash_of(item, "leaf");
    put(tree, text(item, "kind"), text(item, "key"),
        (uint64_t)json_integer_value(json_object_get(item, "index")), &leaf);
}

static void assert_root(struct hanse_tree *tree, const json_t *item)
{
    struct hanse_hash hash = hanse_tree_root(tree);
    assert_hash(&hash, item, "root");
}

static void check_steps(const json_t *steps)
{
    struct hanse_tree *tree = hanse_tree_new();
    json_t *item;
    size_t i;
    json_array_foreach(steps, i, item)
    {
        if (strcmp(text(item, "do"), "put") == 0) {
            put_item(tree, item);
        } else {
            struct hanse_hash key =
                hanse_hash_key(hanse_bytes_of(text(item, "kind")), hanse_bytes_of(text(item, "key")));
            hanse_tree_remove(tree, &key);
        }
        assert_root(tree, item);
    }
    hanse_tree_destroy(&tree);
}

static uint64_t salt_of(const json_t *item)
{
    return strtoull(text(item, "salt"), NULL, 16);
}

static void assert_digest(uint64_t salt, const struct hanse_hash *hash, size_t size, const char *hex)
{
    uint8_t digest[HANSE_WALK_DIGEST];
    char shown[2 * HANSE_WALK_DIGEST + 1];
    hanse_walk_digest(salt, hash, digest, size);
    for (size_t i = 0; i < size; i++)
        snprintf(shown + 2 * i, 3, "%02x", digest[i]);
    assert_memory_equal(shown, hex, 2 * size);
}

static void check_walk(struct hanse_tree *tree, const json_t *item)
{
    unsigned node = (unsigned)json_integer_value(json_object_get(item, "node"));
    unsigned depth = node < 16 ? 0 : node < 256 ? 4 : 8;
    for (unsigned i = 0; i < 16; i++) {
        struct hanse_hash hash = hanse_tree_node(tree, depth + 4, (node - (1u << depth)) * 16 + i);
        assert_digest(salt_of(item), &hash, HANSE_WALK_DIGEST, text(item, "digests") + 16 * (size_t)i);
    }
}

static void check_head_digest(const json_t *item)
{
    struct hanse_hash journal = hash_of(item, "journal");
    struct hanse_hash root = hash_of(item, "root");
    struct hanse_hash leaf =
        hanse_head_leaf(&journal, (uint64_t)json_integer_value(json_object_get(item, "size")), &root);
    assert_digest(salt_of(item), &leaf, HANSE_WALK_CHECK, text(item, "check"));
}

static void check_heads(const json_t *item, const json_t *walks)
{
    struct hanse_tree *tree = hanse_tree_new();
    const json_t *walk;
    json_t *head;
    size_t i;
    json_array_foreach(json_object_get(item, "journals"), i, head)
    {
        struct hanse_tree_item leaf = {.key = hash_of(head, "journal")};
        struct hanse_hash root = hash_of(head, "root");
        leaf.leaf =
            hanse_head_leaf(&leaf.key, (uint64_t)json_integer_value(json_object_get(head, "size")), &root);
        hanse_tree_put(tree, &leaf);
    }
    assert_root(tree, item);
    json_array_foreach(walks, i, walk) check_walk(tree, walk);
    hanse_tree_destroy(&tree);
}

static void test_state(void **state)
{
    (void)state;
    json_t *root = load("state");
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(root, "trees"), i, item)
    {
        struct hanse_tree *tree = hanse_tree_new();
        json_t *leaf;
        size_t k;
        json_array_foreach(json_object_get(item, "leaves"), k, leaf)
        {
            put_item(tree, leaf);
        }
        assert_root(tree, item);
        hanse_tree_destroy(&tree);
    }
    json_array_foreach(json_object_get(root, "many"), i, item)
    {
        struct hanse_tree *tree = hanse_tree_new();
        uint64_t count = (uint64_t)json_integer_value(json_object_get(item, "count"));
        for (uint64_t k = 0; k < count; k++) {
            char key[24];
            struct hanse_hash leaf = ruled_leaf(k);
            snprintf(key, sizeof key, "%llu", (unsigned long long)k);
            put(tree, "rule", key, k, &leaf);
        }
        assert_root(tree, item);
        assert_int_equal(hanse_tree_count(tree), count);
        hanse_tree_destroy(&tree);
    }
    check_steps(json_object_get(root, "steps"));
    json_array_foreach(json_object_get(root, "heads"), i, item)
    {
        bool walked = i == 3; /* the walks of the file are of this tree */
        check_heads(item, walked ? json_object_get(root, "walks") : NULL);
    }
    json_array_foreach(json_object_get(root, "checks"), i, item) check_head_digest(item);
    json_decref(root);
}

static void test_checkpoints(void **state)
{
    (void)state;
    json_t *root = load("checkpoint");
    json_t *item;
    size_t i;
    struct hanse_checkpoint read;
    struct hanse_signature signature;
    struct hanse_public_key key;
    json_array_foreach(json_object_get(root, "valid"), i, item)
    {
        struct hanse_checkpoint checkpoint = {.journal = hash_of(item, "journal"),
                                              .root = hash_of(item, "root")};
        struct hanse_signing_key secret;
        struct hanse_buffer out;
        uint8_t seed[HANSE_SEED_SIZE];
        checkpoint.size = (uint64_t)json_integer_value(json_object_get(item, "size"));
        read_fixed(json_object_get(item, "key"), "seed", seed, sizeof seed);
        hanse_signing_key_from_seed(seed, &secret);
        key = hanse_signing_key_public(&secret);
        hanse_buffer_init(&out);
        hanse_checkpoint_text(&checkpoint, &out);
        assert_string_equal(out.data, text(item, "text"));
        hanse_buffer_reset(&out);
        signature = hanse_checkpoint_sign(&checkpoint, &secret);
        hanse_checkpoint_note(&checkpoint, &key, &signature, &out);
        if (i < 4)
            assert_string_equal(out.data, text(item, "note"));
        expect(true, hanse_checkpoint_parse(hanse_bytes_of(text(item, "note")), &key, &read, &signature),
               item);
        assert_int_equal(read.size, checkpoint.size);
        hanse_buffer_release(&out);
    }
    json_array_foreach(json_object_get(root, "invalid"), i, item)
    {
        struct hanse_hash journal = hash_of(item, "journal");
        read_fixed(item, "public", &key, sizeof key);
        int error = hanse_checkpoint_parse(hanse_bytes_of(text(item, "note")), &key, &read, &signature);
        if (error == HANSE_OK && !hanse_hash_equal(&read.journal, &journal))
            error = HANSE_E_INVALID;
        expect(false, error, item);
    }
    json_decref(root);
}

static int apply(struct hanse_journal *journal, const json_t *item)
{
    struct hanse_buffer message = bytes_of(item, "message");
    struct hanse_commit commit;
    int error = hanse_commit_decode(hanse_buffer_bytes(&message), &commit);
    if (error == HANSE_OK) {
        error = hanse_journal_apply(journal, &commit);
        hanse_commit_release(&commit);
    }
    hanse_buffer_release(&message);
    return error;
}

/* The journal after the first `count` commits of the file. */
static struct hanse_journal journal_after(const json_t *root, const struct hanse_hash *id, json_int_t count)
{
    struct hanse_journal journal;
    hanse_journal_init(&journal, id);
    for (size_t i = 0; i < (size_t)count; i++) {
        const json_t *item = json_array_get(json_object_get(root, "commits"), i);
        expect(true, apply(&journal, item), item);
    }
    return journal;
}

static void check_history(const json_t *root)
{
    struct hanse_hash id = hash_of(root, "journal");
    struct hanse_journal journal;
    json_t *item;
    size_t i;
    hanse_journal_init(&journal, &id);
    json_array_foreach(json_object_get(root, "commits"), i, item)
    {
        expect(true, apply(&journal, item), item);
        assert_int_equal(hanse_journal_size(&journal), json_integer_value(json_object_get(item, "size")));
        assert_hash(&journal.root, item, "root");
        struct hanse_hash state_root = hanse_tree_root(journal.state);
        assert_hash(&state_root, item, "state_root");
        assert_int_equal(journal.authority.version,
                         json_integer_value(json_object_get(item, "authority_version")));
    }
    hanse_journal_release(&journal);
    json_array_foreach(json_object_get(root, "invalid"), i, item)
    {
        journal = journal_after(root, &id, json_integer_value(json_object_get(item, "after")));
        struct hanse_hash before = journal.root;
        struct hanse_hash state_before = hanse_tree_root(journal.state);
        expect(false, apply(&journal, item), item);
        struct hanse_hash state_root = hanse_tree_root(journal.state);
        assert_true(hanse_hash_equal(&before, &journal.root));
        assert_true(hanse_hash_equal(&state_before, &state_root));
        hanse_journal_release(&journal);
    }
    json_array_foreach(json_object_get(root, "others"), i, item)
    {
        journal = journal_after(root, &id, json_integer_value(json_object_get(item, "after")));
        expect(true, apply(&journal, item), item);
        hanse_journal_release(&journal);
    }
}

static void test_commits(void **state)
{
    (void)state;
    json_t *root = load("commits");
    json_t *item;
    size_t i;
    check_history(root);
    json_array_foreach(json_object_get(root, "invalid_starts"), i, item)
    {
        struct hanse_hash id = hash_of(item, "journal");
        struct hanse_journal journal;
        hanse_journal_init(&journal, &id);
        json_t *message;
        size_t k;
        json_array_foreach(json_object_get(item, "before"), k, message)
        {
            json_t *first = json_pack("{s:O,s:s}", "message", message, "name", "before");
            expect(true, apply(&journal, first), first);
            json_decref(first);
        }
        expect(false, apply(&journal, item), item);
        hanse_journal_release(&journal);
    }
    json_decref(root);
}

static void test_council(void **state)
{
    (void)state;
    json_t *root = load("council");
    check_history(root);
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(root, "proposals"), i, item)
    {
        struct hanse_buffer bytes = bytes_of(item, "proposal");
        struct hanse_proposal proposal;
        struct hanse_buffer again;
        expect(true, hanse_proposal_decode(hanse_buffer_bytes(&bytes), &proposal), item);
        assert_hash(&proposal.id, item, "id");
        hanse_buffer_init(&again);
        hanse_proposal_encode(&proposal, &again);
        hanse_buffer_release(&again);
        hanse_buffer_release(&bytes);
    }
    json_decref(root);
}

/* The first error with which a message is refused on a link that is up, or HANSE_OK. */
static int receive(const struct hanse_hash *mesh, struct hanse_bytes message, bool guest, bool hello)
{
    struct hanse_engine_config config = {.pin = {.mesh = *mesh}, .random_seed = 1};
    struct hanse_engine *engine = hanse_engine_new(&config);
    struct hanse_effects effects;
    struct hanse_event event = {.type = HANSE_EVENT_LINK_UP, .now_ms = 1};
    event.link_up.link = HANSE_LINK_ACCEPTED | 1;
    event.link_up.right = guest ? HANSE_LINK_GUEST : HANSE_LINK_MEMBER;
    hanse_engine_step(engine, &event, &effects);
    struct hanse_buffer greeting;
    hanse_buffer_init(&greeting);
    hanse_write_array(&greeting, 4);
    hanse_write_uint(&greeting, 1);
    hanse_write_uint(&greeting, 1);
    hanse_write_hash(&greeting, mesh);
    hanse_write_text(&greeting, hanse_bytes_of("test"));
    event.type = HANSE_EVENT_RECEIVE;
    event.receive.link = HANSE_LINK_ACCEPTED | 1;
    event.receive.message = hanse_buffer_bytes(&greeting);
    if (!hello)
        hanse_engine_step(engine, &event, &effects);
    event.receive.message = message;
    hanse_engine_step(engine, &event, &effects);
    int error = HANSE_OK;
    for (size_t i = 0; i < effects.count && error == HANSE_OK; i++) {
        if (effects.items[i].type == HANSE_EFFECT_REFUSED)
            error = effects.items[i].refused.error;
    }
    hanse_buffer_release(&greeting);
    hanse_engine_destroy(&engine);
    return error;
}

static bool is_of(const json_t *item, const char *name)
{
    const json_t *message = json_object_get(item, "message");
    const char *said = json_string_value(message != NULL ? message : json_object_get(item, "why"));
    return strncmp(said, name, strlen(name)) == 0;
}

static void check_messages(const json_t *list, const struct hanse_hash *mesh, bool valid)
{
    json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        struct hanse_buffer bytes = bytes_of(item, "hex");
        int error = receive(mesh, hanse_buffer_bytes(&bytes), is_of(item, "REQUEST"), is_of(item, "HELLO"));
        bool known_form =
            error == HANSE_OK || error <= HANSE_E_BAD_ENTRY; /* refused, but not as unreadable */
        if (valid != known_form && (valid || error == HANSE_OK))
            fail_msg("%zu %s: %s", i, json_string_value(json_object_get(item, "why")),
                     hanse_error_name(error));
        hanse_buffer_release(&bytes);
    }
}

static void test_messages(void **state)
{
    (void)state;
    json_t *root = load("messages");
    struct hanse_hash mesh = hash_of(root, "mesh");
    check_messages(json_object_get(root, "valid"), &mesh, true);
    check_messages(json_object_get(root, "invalid"), &mesh, false);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoding),   cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_entries),    cmocka_unit_test(test_seals),
        cmocka_unit_test(test_bodies),     cmocka_unit_test(test_authorities),
        cmocka_unit_test(test_signatures), cmocka_unit_test(test_journal_roots),
        cmocka_unit_test(test_state),      cmocka_unit_test(test_checkpoints),
        cmocka_unit_test(test_commits),    cmocka_unit_test(test_council),
        cmocka_unit_test(test_messages),
    };
    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
