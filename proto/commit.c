/* PROTOCOL.md, "Commits", rules 1 and 3, and the message COMMIT. */
#include "hanse/commit.h"

#include <stdlib.h>
#include <string.h>

#include "commit_private.h"
#include "hanse/check.h"
#include "hanse/msgpack.h"
#include "hanse/proposal.h"
#include "message.h"

static int compare_key_hashes(const void *a, const void *b)
{
    return hanse_hash_compare(*(const struct hanse_hash *const *)a, *(const struct hanse_hash *const *)b);
}

bool commit_keys_differ(const struct hanse_commit_item *items, size_t count)
{
    const struct hanse_hash *keys[HANSE_COMMIT_ENTRIES_MAX];
    for (size_t i = 0; i < count; i++)
        keys[i] = &items[i].key_hash;
    qsort(keys, count, sizeof keys[0], compare_key_hashes);
    for (size_t i = 1; i < count; i++) {
        if (hanse_hash_equal(keys[i - 1], keys[i]))
            return false;
    }
    return true;
}

size_t hanse_commit_body_bytes(const struct hanse_commit *commit)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < commit->count; i++)
        bytes += commit->items[i].entry.body_size;
    return bytes;
}

int commit_item_decode(struct hanse_bytes encoded, struct hanse_commit_item *item)
{
    item->encoded = encoded;
    item->replaces = HANSE_TREE_ABSENT;
    int error = hanse_entry_decode(encoded, &item->entry);
    if (error != HANSE_OK)
        return error;
    item->leaf = hanse_hash_leaf(encoded);
    item->key_hash = hanse_hash_key(item->entry.kind, item->entry.key);
    return HANSE_OK;
}

static void read_bodies(struct hanse_reader *r, struct hanse_commit *commit)
{
    hanse_read_array(r, commit->count, commit->count);
    for (uint32_t i = 0; i < commit->count && r->error == HANSE_OK; i++) {
        struct hanse_commit_item *item = &commit->items[i];
        if (hanse_read_nil(r)) {
            commit->missing += item->entry.has_body;
            continue;
        }
        item->salted = hanse_read_binary(r, HANSE_BODY_MAX + HANSE_SALT_SIZE);
        if (r->error == HANSE_OK && hanse_body_check(&item->entry, item->salted) != HANSE_OK)
            hanse_reader_fail(r, HANSE_E_BAD_BODY);
    }
}

/* Rule 1, of what stands between the entries. */
static int check_shape(struct hanse_commit *commit)
{
    for (uint32_t i = 0; i + 1 < commit->count; i++) {
        if (hanse_entry_is_seal(&commit->items[i].entry))
            return HANSE_E_BAD_SEAL;
    }
    int error = hanse_seal_decode(&commit->items[commit->count - 1].entry, &commit->seal);
    if (error != HANSE_OK)
        return error;
    if (hanse_commit_body_bytes(commit) > HANSE_COMMIT_BODIES_MAX)
        return HANSE_E_TOO_LARGE;
    return commit_keys_differ(commit->items, commit->count) ? HANSE_OK : HANSE_E_DUPLICATE;
}

int hanse_commit_decode(struct hanse_bytes message, struct hanse_commit *ret_commit)
{
    struct hanse_reader r;
    struct hanse_commit commit = {0};
    hanse_reader_init(&r, message);
    size_t elements = message_open(&r, MESSAGE_COMMIT);
    commit.journal = hanse_read_hash(&r);
    commit.first = hanse_read_uint(&r, HANSE_SIZE_MAX - HANSE_COMMIT_ENTRIES_MAX);
    commit.count = (uint32_t)hanse_read_array(&r, 2, HANSE_COMMIT_ENTRIES_MAX);
    if (r.error != HANSE_OK)
        return r.error;
    commit.items = hanse_calloc(commit.count, sizeof commit.items[0]);
    for (uint32_t i = 0; i < commit.count && r.error == HANSE_OK; i++) {
        struct hanse_bytes encoded = hanse_read_binary(&r, HANSE_ENTRY_MAX);
        int error = r.error != HANSE_OK ? r.error : commit_item_decode(encoded, &commit.items[i]);
        if (error != HANSE_OK)
            hanse_reader_fail(&r, error);
    }
    commit.root = hanse_read_hash(&r);
    hanse_read_exact(&r, commit.signature.bytes, sizeof commit.signature.bytes);
    if (r.error == HANSE_OK) {
        int error = check_shape(&commit);
        if (error != HANSE_OK)
            hanse_reader_fail(&r, error);
    }
    read_bodies(&r, &commit);
    message_close(&r, MESSAGE_COMMIT, elements);
    int error = hanse_reader_finish(&r);
    if (error != HANSE_OK) {
        hanse_commit_release(&commit);
        return error;
    }
    *ret_commit = commit;
    return HANSE_OK;
}

void hanse_commit_release(struct hanse_commit *commit)
{
    free(commit->items);
    free(commit->owned);
    *commit = (struct hanse_commit){0};
}

int hanse_commit_supply(struct hanse_commit *commit, uint64_t index, struct hanse_bytes salted)
{
    if (index < commit->first || index - commit->first >= commit->count)
        return HANSE_E_NOT_FOUND;
    struct hanse_commit_item *item = &commit->items[index - commit->first];
    if (!item->entry.has_body || item->salted.size > 0)
        return HANSE_E_NOT_FOUND;
    int error = hanse_body_check(&item->entry, salted);
    if (error != HANSE_OK)
        return error;
    item->salted = salted;
    commit->missing--;
    return HANSE_OK;
}

/* Without these bodies the commit cannot be judged. */
static bool decides(const struct hanse_entry *entry)
{
    return hanse_bytes_equal_text(entry->kind, HANSE_KIND_AUTHORITY) ||
           hanse_bytes_equal_text(entry->kind, HANSE_KIND_APPROVAL);
}

void hanse_commit_encode(const struct hanse_commit *commit, struct hanse_buffer *out)
{
    size_t start = out->size;
    message_begin(MESSAGE_COMMIT, out);
    hanse_write_hash(out, &commit->journal);
    hanse_write_uint(out, commit->first);
    hanse_write_array(out, commit->count);
    for (uint32_t i = 0; i < commit->count; i++)
        hanse_write_binary(out, commit->items[i].encoded);
    hanse_write_hash(out, &commit->root);
    hanse_write_binary(out, hanse_bytes(commit->signature.bytes, sizeof commit->signature.bytes));
    hanse_write_array(out, commit->count);
    for (uint32_t i = 0; i < commit->count; i++) {
        struct hanse_bytes salted = commit->items[i].salted;
        size_t rest = commit->count - i; /* a nil each, at least */
        bool fits = out->size - start + salted.size + 5 + rest <= HANSE_MESSAGE_MAX;
        bool rides =
            salted.size > 0 && fits &&
            (salted.size <= HANSE_INLINE_BODY_MAX + HANSE_SALT_SIZE || decides(&commit->items[i].entry));
        if (rides)
            hanse_write_binary(out, salted);
        else
            hanse_write_nil(out);
    }
    HANSE_CHECK(out->size - start <= HANSE_MESSAGE_MAX);
}
