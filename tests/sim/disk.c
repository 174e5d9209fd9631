#include "disk.h"

#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/engine.h"
#include "hanse/msgpack.h"

void disk_init(struct disk *disk, struct archive *archive)
{
    memset(disk, 0, sizeof *disk);
    disk->archive = archive;
    disk->shelves = hanse_calloc(archive->chain_count, sizeof disk->shelves[0]);
    disk->fences = hanse_calloc(archive->chain_count, sizeof disk->fences[0]);
}

void disk_release(struct disk *disk)
{
    for (uint32_t i = 0; i < disk->archive->chain_count; i++) {
        free(disk->shelves[i].records);
        free(disk->shelves[i].proof.data);
        free(disk->shelves[i].backup);
    }
    free(disk->shelves);
    free(disk->written);
    free(disk->backup);
    free(disk->backup_fences);
    free(disk->fences);
}

uint64_t disk_size(const struct disk *disk, uint32_t chain)
{
    const struct shelf *shelf = &disk->shelves[chain];
    return shelf->count == 0 ? 0 : shelf->records[shelf->count - 1]->end;
}

/* The commit on the shelf that holds the entry at `index`, or NULL. */
static const struct record *record_of(const struct shelf *shelf, uint64_t index, uint32_t *ret_at)
{
    uint32_t low = 0;
    uint32_t high = shelf->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (shelf->records[middle]->end <= index)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_at = low;
    return low < shelf->count ? shelf->records[low] : NULL;
}

const struct hanse_hash *disk_root(const struct disk *disk, uint32_t chain, uint64_t size)
{
    uint32_t at;
    const struct record *record = size == 0 ? NULL : record_of(&disk->shelves[chain], size - 1, &at);
    return record != NULL && record->end == size ? &record->commit.root : NULL;
}

struct written *disk_write(struct disk *disk, uint32_t chain, struct record *record, bool own)
{
    if (disk->written_count == disk->written_capacity) {
        disk->written_capacity = disk->written_capacity == 0 ? 16 : disk->written_capacity * 2;
        disk->written = hanse_realloc(disk->written, disk->written_capacity * sizeof disk->written[0]);
    }
    struct written *written = &disk->written[disk->written_count++];
    *written = (struct written){.chain = chain, .own = own, .record = record};
    return written;
}

struct written disk_settle(struct disk *disk)
{
    struct written written = disk->written[0];
    struct shelf *shelf = &disk->shelves[written.chain];
    HANSE_CHECK(disk_size(disk, written.chain) == written.record->commit.first);
    memmove(disk->written, disk->written + 1, --disk->written_count * sizeof disk->written[0]);
    if (shelf->count == shelf->capacity) {
        shelf->capacity = shelf->capacity == 0 ? 4 : shelf->capacity * 2;
        shelf->records = hanse_realloc(shelf->records, shelf->capacity * sizeof shelf->records[0]);
    }
    shelf->records[shelf->count++] = written.record;
    return written;
}

void disk_forget(struct disk *disk, uint32_t chain)
{
    size_t kept = 0;
    for (size_t i = 0; i < disk->written_count; i++) {
        if (disk->written[i].chain != chain)
            disk->written[kept++] = disk->written[i];
    }
    disk->written_count = kept;
}

void disk_back_up(struct disk *disk)
{
    uint32_t count = disk->archive->chain_count;
    disk->backup = hanse_realloc(disk->backup, count * sizeof disk->backup[0]);
    disk->backup_fences = hanse_realloc(disk->backup_fences, count * sizeof disk->backup_fences[0]);
    for (uint32_t i = 0; i < count; i++) {
        struct shelf *shelf = &disk->shelves[i];
        disk->backup[i] = shelf->count;
        shelf->backup = hanse_realloc(shelf->backup, shelf->count * sizeof shelf->backup[0]);
        if (shelf->count > 0)
            memcpy(shelf->backup, shelf->records, shelf->count * sizeof shelf->backup[0]);
        shelf->frozen_then = shelf->frozen;
        disk->backup_fences[i] = disk->fences[i].size;
    }
}

void disk_roll_back(struct disk *disk, bool fences)
{
    for (uint32_t i = 0; i < disk->archive->chain_count; i++) {
        struct shelf *shelf = &disk->shelves[i];
        shelf->count = disk->backup == NULL ? 0 : disk->backup[i]; /* it had room for them then */
        if (shelf->count > 0)
            memcpy(shelf->records, shelf->backup, shelf->count * sizeof shelf->records[0]);
        shelf->frozen = disk->backup != NULL && shelf->frozen_then; /* its proof is the same or a later one */
        if (fences)
            disk->fences[i].size = disk->fences[i].intended =
                disk->backup == NULL ? 0 : disk->backup_fences[i];
    }
}

static int newest_first(const void *a, const void *b)
{
    const struct live *x = a;
    const struct live *y = b;
    int order = hanse_hash_compare(&x->item->key_hash, &y->item->key_hash);
    return order != 0 ? order : (x->index < y->index) - (x->index > y->index);
}

static int by_index(const void *a, const void *b)
{
    const struct live *x = a;
    const struct live *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

/* The newest entry of each key: the same on every disk that ends with this commit, so it is worked out once.
 */
static const struct record *with_live(const struct shelf *shelf)
{
    struct record *last = shelf->records[shelf->count - 1];
    if (last->live != NULL)
        return last;
    size_t count = 0;
    struct live *all = hanse_calloc(last->end, sizeof *all);
    for (uint32_t r = 0; r < shelf->count; r++) {
        const struct hanse_commit *commit = &shelf->records[r]->commit;
        for (uint32_t i = 0; i + 1 < commit->count; i++)
            all[count++] = (struct live){commit->first + i, &commit->items[i]};
    }
    qsort(all, count, sizeof *all, newest_first);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || !hanse_hash_equal(&all[kept - 1].item->key_hash, &all[i].item->key_hash))
            all[kept++] = all[i];
    }
    qsort(all, kept, sizeof *all, by_index);
    last->live = hanse_realloc(all, kept * sizeof *all);
    last->live_count = kept;
    return last;
}

static int restore_live(const struct record *last, const struct hanse_hash *id, struct hanse_engine *engine)
{
    int error = HANSE_OK;
    for (size_t i = 0; i < last->live_count && error == HANSE_OK; i++) {
        const struct hanse_commit_item *item = last->live[i].item;
        bool wanted = hanse_bytes_equal_text(item->entry.kind, HANSE_KIND_DOMAIN) ||
                      hanse_bytes_equal_text(item->entry.kind, HANSE_KIND_NODE);
        error = hanse_engine_restore_live(engine, id, last->live[i].index, item->encoded,
                                          wanted ? item->salted : hanse_bytes(NULL, 0));
    }
    return error;
}

static struct hanse_bytes authority_of(const struct shelf *shelf)
{
    for (uint32_t r = shelf->count; r > 0; r--) {
        const struct hanse_commit_item *first = &shelf->records[r - 1]->commit.items[0];
        if (hanse_bytes_equal_text(first->entry.kind, HANSE_KIND_AUTHORITY))
            return hanse_body_content(first->salted);
    }
    return hanse_bytes(NULL, 0);
}

int disk_restore_journal(const struct disk *disk, uint32_t chain, struct hanse_engine *engine)
{
    const struct shelf *shelf = &disk->shelves[chain];
    const struct hanse_hash *id = &disk->archive->chains[chain].id;
    int error = HANSE_OK;
    if (shelf->count > 0) {
        const struct record *last = with_live(shelf);
        error = hanse_engine_restore_journal(engine, id, last->end, hanse_buffer_bytes(&last->frontier),
                                             last->commit.seal.time_ms, authority_of(shelf));
        if (error == HANSE_OK)
            error = restore_live(last, id, engine);
    }
    if (error == HANSE_OK && shelf->frozen)
        hanse_engine_restore_frozen(engine, id);
    return error;
}

int disk_restore(const struct disk *disk, struct hanse_engine *engine)
{
    int error = HANSE_OK;
    for (uint32_t i = 0; i < disk->archive->chain_count && error == HANSE_OK; i++)
        error = disk_restore_journal(disk, i, engine);
    return error;
}

/* Adds a message to the answer as long as it may grow. */
static bool add_commit(struct answer *answer, const struct record *record, uint64_t end, size_t *bytes,
                       uint32_t max_bytes)
{
    struct hanse_bytes message = hanse_buffer_bytes(&record->message);
    if (record->end > end || *bytes > max_bytes)
        return false;
    answer->messages[answer->count++] = message;
    *bytes += message.size;
    return true;
}

/* As a store that sees its own open transaction: what is not durable yet is found too, up to `end`. */
void disk_load_commits(const struct disk *disk, uint32_t chain, uint64_t first, uint64_t end,
                       uint32_t max_bytes, struct answer *ret_answer)
{
    const struct shelf *shelf = &disk->shelves[chain];
    uint32_t at = 0;
    size_t bytes = 0;
    const struct record *record = record_of(shelf, first, &at);
    *ret_answer = (struct answer){0};
    if (record == NULL || record->commit.first != first)
        return;
    ret_answer->messages =
        hanse_calloc(shelf->count - at + disk->written_count, sizeof ret_answer->messages[0]);
    while (at < shelf->count && add_commit(ret_answer, shelf->records[at], end, &bytes, max_bytes))
        at++;
    for (size_t i = 0; at == shelf->count && i < disk->written_count; i++) {
        if (disk->written[i].chain == chain &&
            !add_commit(ret_answer, disk->written[i].record, end, &bytes, max_bytes))
            break;
    }
}

void disk_load_bodies(const struct disk *disk, uint32_t chain, uint64_t end, const uint64_t *indexes,
                      size_t count, struct answer *ret_answer)
{
    *ret_answer = (struct answer){.messages = hanse_calloc(count, sizeof ret_answer->messages[0]),
                                  .made = hanse_calloc(count, sizeof ret_answer->made[0])};
    for (size_t i = 0; i < count; i++) {
        uint32_t at;
        const struct record *record = record_of(&disk->shelves[chain], indexes[i], &at);
        if (record == NULL || record->end > end)
            continue;
        struct hanse_bytes salted = record->commit.items[indexes[i] - record->commit.first].salted;
        if (salted.size == 0)
            continue;
        struct hanse_buffer *made = &ret_answer->made[ret_answer->count];
        hanse_buffer_init(made);
        hanse_write_array(made, 3);
        hanse_write_uint(made, 6);
        hanse_write_hash(made, &disk->archive->chains[chain].id);
        hanse_write_array(made, 1);
        hanse_write_array(made, 2);
        hanse_write_uint(made, indexes[i]);
        hanse_write_binary(made, salted);
        ret_answer->messages[ret_answer->count++] = hanse_buffer_bytes(made);
    }
}

void disk_answer_release(struct answer *answer)
{
    for (size_t i = 0; answer->made != NULL && i < answer->count; i++)
        hanse_buffer_release(&answer->made[i]);
    free(answer->made);
    free(answer->messages);
}
