/* Answering LOAD: commits and bodies as the messages in which they travel (PROTOCOL.md, "Links"). */
#include <stdlib.h>
#include <string.h>

#include "hanse/msgpack.h"
#include "store_internal.h"

#define MESSAGE_BODY 6u
/* What a BODY message has around its bodies, and what each body has around it, at most. */
#define BODY_HEAD  64u
#define BODY_FRAME 20u

/* A commit under construction: its texts one after the other, and where each begins. */
struct assembly {
    struct hanse_buffer bytes;
    struct hanse_commit commit;
    size_t encoded[HANSE_COMMIT_ENTRIES_MAX], encoded_size[HANSE_COMMIT_ENTRIES_MAX];
    size_t salted[HANSE_COMMIT_ENTRIES_MAX], salted_size[HANSE_COMMIT_ENTRIES_MAX];
};

static struct assembly *assembly_new(const struct hanse_hash *journal)
{
    struct assembly *a = hanse_calloc(1, sizeof *a);
    hanse_buffer_init(&a->bytes);
    a->commit.journal = *journal;
    a->commit.items = hanse_calloc(HANSE_COMMIT_ENTRIES_MAX, sizeof a->commit.items[0]);
    return a;
}

static void assembly_destroy(struct assembly *a)
{
    hanse_buffer_release(&a->bytes);
    free(a->commit.items);
    free(a);
}

static void assembly_begin(struct assembly *a, uint64_t first)
{
    hanse_buffer_reset(&a->bytes);
    a->commit.first = first;
    a->commit.count = 0;
}

static size_t assembly_keep(struct assembly *a, struct hanse_bytes bytes)
{
    size_t at = a->bytes.size;
    hanse_buffer_append(&a->bytes, bytes.data, bytes.size);
    return at;
}

static int assembly_finish(struct assembly *a)
{
    for (uint32_t i = 0; i < a->commit.count; i++) {
        struct hanse_commit_item *item = &a->commit.items[i];
        item->encoded = hanse_bytes(a->bytes.data + a->encoded[i], a->encoded_size[i]);
        item->salted = hanse_bytes(a->bytes.data + a->salted[i], a->salted_size[i]);
        if (hanse_entry_decode(item->encoded, &item->entry) != HANSE_OK)
            return HANSE_E_CORRUPT;
    }
    const struct hanse_entry *seal = &a->commit.items[a->commit.count - 1].entry;
    return hanse_seal_decode(seal, &a->commit.seal) == HANSE_OK ? HANSE_OK : HANSE_E_CORRUPT;
}

static void forget_messages(struct hanse_store *store)
{
    hanse_buffer_reset(&store->loaded);
    store->message_count = 0;
}

/* Notes the message that begins at `start`; its place is set when no more are appended, since the buffer
 * moves. */
static void note_message(struct hanse_store *store, size_t start)
{
    if (store->message_count == store->message_capacity) {
        store->message_capacity = store->message_capacity == 0 ? 16 : store->message_capacity * 2;
        store->messages = hanse_realloc(store->messages, store->message_capacity * sizeof store->messages[0]);
    }
    store->messages[store->message_count++] = hanse_bytes(NULL, store->loaded.size - start);
}

static void place_messages(struct hanse_store *store, const struct hanse_bytes **ret_messages,
                           size_t *ret_count)
{
    const uint8_t *at = (const uint8_t *)store->loaded.data;
    for (size_t i = 0; i < store->message_count; i++) {
        store->messages[i].data = at;
        at += store->messages[i].size;
    }
    *ret_messages = store->messages;
    *ret_count = store->message_count;
}

/* One row of COMMITS. */
static int take_row(struct hanse_store *store, struct assembly *a, sqlite3_stmt *rows)
{
    struct hanse_commit *commit = &a->commit;
    if ((uint64_t)sqlite3_column_int64(rows, 0) != commit->first + commit->count ||
        commit->count == HANSE_COMMIT_ENTRIES_MAX)
        return HANSE_E_CORRUPT;
    struct hanse_bytes encoded = store_column(rows, 2), salted = store_column(rows, 5);
    uint32_t i = commit->count++;
    a->encoded[i] = assembly_keep(a, encoded);
    a->encoded_size[i] = encoded.size;
    a->salted[i] = assembly_keep(a, salted);
    a->salted_size[i] = salted.size;
    if (!hanse_bytes_equal_text(store_column(rows, 1), "seal"))
        return HANSE_OK;

    int error = store_column_exact(rows, 3, &commit->root, sizeof commit->root);
    if (error == HANSE_OK)
        error = store_column_exact(rows, 4, &commit->signature, sizeof commit->signature);
    if (error == HANSE_OK)
        error = assembly_finish(a);
    if (error != HANSE_OK)
        return error;
    size_t start = store->loaded.size;
    hanse_commit_encode(commit, &store->loaded);
    note_message(store, start);
    assembly_begin(a, commit->first + commit->count);
    return HANSE_OK;
}

/* Whether a commit can begin at `first`: after a seal, or at 0. */
static int check_start(struct hanse_store *store, int64_t journal, uint64_t first)
{
    sqlite3_stmt *find;
    bool row;
    struct hanse_entry entry;
    if (first == 0)
        return HANSE_OK;
    int error = store_statement(store, STORE_ENTRY_FIND, &find);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(find, 1, journal);
    store_bind_uint(find, 2, first - 1);
    error = store_step(store, find, &row);
    if (error == HANSE_OK && !row)
        error = HANSE_E_NOT_FOUND;
    if (error == HANSE_OK && hanse_entry_decode(store_column(find, 1), &entry) != HANSE_OK)
        error = HANSE_E_CORRUPT;
    if (error == HANSE_OK && !hanse_entry_is_seal(&entry))
        error = HANSE_E_NOT_FOUND;
    sqlite3_reset(find);
    return error;
}

int hanse_store_load_commits(struct hanse_store *store, const struct hanse_hash *journal, uint64_t first,
                             uint64_t end, uint32_t max_bytes, const struct hanse_bytes **ret_messages,
                             size_t *ret_count)
{
    sqlite3_stmt *rows;
    int64_t id;
    uint64_t size;
    bool row = true;
    forget_messages(store);
    if (first > HANSE_SIZE_MAX)
        return HANSE_E_NOT_FOUND;
    int error = store_journal_find(store, journal, &id, &size);
    if (error == HANSE_OK)
        error = check_start(store, id, first);
    if (error == HANSE_OK)
        error = store_statement(store, STORE_COMMITS, &rows);
    if (error != HANSE_OK)
        return error;
    struct assembly *a = assembly_new(journal);
    assembly_begin(a, first);
    sqlite3_bind_int64(rows, 1, id);
    store_bind_uint(rows, 2, first);
    store_bind_uint(rows, 3, end < size ? end : size);
    sqlite3_bind_int64(rows, 4, HANSE_INLINE_BODY_MAX);
    while (store->loaded.size <= max_bytes && (error = store_step(store, rows, &row)) == HANSE_OK && row) {
        error = take_row(store, a, rows);
        if (error != HANSE_OK)
            break;
    }
    sqlite3_reset(rows);
    assembly_destroy(a);
    if (error == HANSE_OK)
        place_messages(store, ret_messages, ret_count);
    return error;
}

static void open_body_message(const struct hanse_hash *journal, uint32_t count, struct hanse_buffer *out)
{
    hanse_write_array(out, 3);
    hanse_write_uint(out, MESSAGE_BODY);
    hanse_write_hash(out, journal);
    hanse_write_array(out, count);
}

/* The bodies gathered so far, as one message. */
static void flush_bodies(struct hanse_store *store, const struct hanse_hash *journal,
                         struct hanse_buffer *bodies, uint32_t *count)
{
    if (*count == 0)
        return;
    size_t start = store->loaded.size;
    open_body_message(journal, *count, &store->loaded);
    hanse_buffer_append(&store->loaded, bodies->data, bodies->size);
    note_message(store, start);
    hanse_buffer_reset(bodies);
    *count = 0;
}

int hanse_store_load_bodies(struct hanse_store *store, const struct hanse_hash *journal,
                            const uint64_t *indexes, size_t count, const struct hanse_bytes **ret_messages,
                            size_t *ret_count)
{
    sqlite3_stmt *find;
    struct hanse_buffer bodies;
    int64_t id;
    uint64_t size;
    uint32_t gathered = 0;
    bool row;
    forget_messages(store);
    int error = store_journal_find(store, journal, &id, &size);
    if (error == HANSE_OK)
        error = store_statement(store, STORE_BODY_FIND, &find);
    if (error != HANSE_OK)
        return error;
    hanse_buffer_init(&bodies);
    for (size_t i = 0; i < count && error == HANSE_OK; i++) {
        if (indexes[i] >= size)
            continue; /* asked for what we do not have: left out, like a body that was dropped */
        sqlite3_bind_int64(find, 1, id);
        store_bind_uint(find, 2, indexes[i]);
        error = store_step(store, find, &row);
        if (error == HANSE_OK && row) {
            struct hanse_bytes salted = store_column(find, 0);
            if (bodies.size + salted.size + BODY_FRAME + BODY_HEAD > HANSE_MESSAGE_MAX)
                flush_bodies(store, journal, &bodies, &gathered);
            hanse_write_array(&bodies, 2);
            hanse_write_uint(&bodies, indexes[i]);
            hanse_write_binary(&bodies, salted);
            gathered++;
        }
        sqlite3_reset(find);
    }
    flush_bodies(store, journal, &bodies, &gathered);
    hanse_buffer_release(&bodies);
    if (error == HANSE_OK)
        place_messages(store, ret_messages, ret_count);
    return error;
}
