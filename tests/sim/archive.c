#include "archive.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS (1u << 16)

void archive_init(struct archive *archive, uint32_t chain_count)
{
    memset(archive, 0, sizeof *archive);
    archive->slot_count = SLOTS;
    archive->slots = hanse_calloc(SLOTS, sizeof archive->slots[0]);
    archive->chain_count = chain_count;
    archive->chains = hanse_calloc(chain_count, sizeof archive->chains[0]);
    archive->by_id = hanse_calloc(chain_count, sizeof archive->by_id[0]);
}

static void record_free(struct record *record)
{
    for (uint32_t i = 0; record->apart != NULL && i < record->commit.count; i++)
        free(record->apart[i].data);
    free(record->apart);
    free(record->live);
    hanse_commit_release(&record->commit);
    hanse_buffer_release(&record->message);
    hanse_buffer_release(&record->frontier);
    free(record);
}

void archive_release(struct archive *archive)
{
    for (size_t i = 0; i < archive->slot_count; i++) {
        while (archive->slots[i] != NULL) {
            struct record *record = archive->slots[i];
            archive->slots[i] = record->next;
            record_free(record);
        }
    }
    for (uint32_t i = 0; i < archive->chain_count; i++) {
        hanse_journal_release(&archive->chains[i].reference);
        free(archive->chains[i].records);
        free(archive->chains[i].signed_records);
    }
    free(archive->slots);
    free(archive->chains);
    free(archive->by_id);
}

void archive_sort(struct archive *archive)
{
    for (uint32_t i = 0; i < archive->chain_count; i++) {
        uint32_t at = i;
        for (; at > 0; at--) {
            const struct chain *before = &archive->chains[archive->by_id[at - 1]];
            if (hanse_hash_compare(&before->id, &archive->chains[i].id) < 0)
                break;
            archive->by_id[at] = archive->by_id[at - 1];
        }
        archive->by_id[at] = i;
        hanse_journal_init(&archive->chains[i].reference, &archive->chains[i].id);
    }
}

uint32_t archive_chain(const struct archive *archive, const struct hanse_hash *id)
{
    uint32_t low = 0;
    uint32_t high = archive->chain_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = hanse_hash_compare(&archive->chains[archive->by_id[middle]].id, id);
        if (order == 0)
            return archive->by_id[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return UINT32_MAX;
}

static struct record *record_new(const struct hanse_commit *commit, struct hanse_bytes frontier)
{
    struct record *record = hanse_calloc(1, sizeof *record);
    hanse_buffer_init(&record->message);
    hanse_buffer_init(&record->frontier);
    hanse_buffer_append(&record->frontier, frontier.data, frontier.size);
    hanse_commit_encode(commit, &record->message);
    int error = hanse_commit_decode(hanse_buffer_bytes(&record->message), &record->commit);
    if (error == HANSE_OK)
        record->apart = hanse_calloc(commit->count, sizeof record->apart[0]);
    for (uint32_t i = 0; error == HANSE_OK && i < commit->count; i++) {
        const struct hanse_commit_item *item = &record->commit.items[i];
        if (!item->entry.has_body || item->salted.size > 0)
            continue;
        struct hanse_buffer *body = &record->apart[i];
        hanse_buffer_init(body);
        hanse_buffer_append(body, commit->items[i].salted.data, commit->items[i].salted.size);
        error = hanse_commit_supply(&record->commit, commit->first + i, hanse_buffer_bytes(body));
    }
    record->end = commit->first + commit->count;
    if (error == HANSE_OK && record->commit.missing == 0)
        return record;
    record_free(record);
    return NULL;
}

/* Byte for byte, bodies too: nobody's word is taken for it that the hashes were checked. */
static bool same(const struct hanse_commit *a, const struct hanse_commit *b)
{
    bool equal = a->first == b->first && a->count == b->count && hanse_hash_equal(&a->journal, &b->journal) &&
                 hanse_hash_equal(&a->root, &b->root) &&
                 memcmp(&a->signature, &b->signature, sizeof a->signature) == 0;
    for (uint32_t i = 0; equal && i < a->count; i++)
        equal = hanse_bytes_equal(a->items[i].encoded, b->items[i].encoded) &&
                hanse_bytes_equal(a->items[i].salted, b->items[i].salted);
    return equal;
}

struct record *archive_keep(struct archive *archive, const struct hanse_commit *commit,
                            struct hanse_bytes frontier)
{
    uint32_t hash = 0;
    memcpy(&hash, commit->root.bytes, sizeof hash);
    struct record **slot = &archive->slots[hash % archive->slot_count];
    for (struct record *record = *slot; record != NULL; record = record->next) {
        if (same(&record->commit, commit))
            return record;
    }
    struct record *record = record_new(commit, frontier);
    if (record == NULL)
        return NULL;
    record->next = *slot;
    *slot = record;
    return record;
}
