/* What a disk does for forks: it keeps the proof that froze a journal, and nothing after the cut. */
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "hanse/engine.h"
#include "hanse/msgpack.h"

int disk_freeze(struct disk *disk, uint32_t chain, uint64_t size, struct hanse_bytes proof)
{
    struct shelf *shelf = &disk->shelves[chain];
    uint32_t kept = 0;
    while (kept < shelf->count && shelf->records[kept]->end <= size)
        kept++;
    uint64_t end = kept == 0 ? 0 : shelf->records[kept - 1]->end;
    if (end != size)
        return HANSE_E_STALE;
    shelf->count = kept;
    if (shelf->proof.data == NULL)
        hanse_buffer_init(&shelf->proof);
    hanse_buffer_reset(&shelf->proof);
    hanse_buffer_append(&shelf->proof, proof.data, proof.size);
    shelf->frozen = true;
    return HANSE_OK;
}

void disk_recall(const struct disk *disk, uint32_t chain, uint64_t index, struct hanse_event *ret_event)
{
    const struct shelf *shelf = &disk->shelves[chain];
    const struct record *before = NULL;
    const struct record *holds = NULL;
    struct hanse_bytes authority = hanse_bytes(NULL, 0);
    for (uint32_t r = 0; r < shelf->count && holds == NULL; r++) {
        const struct record *record = shelf->records[r];
        const struct hanse_commit_item *first = &record->commit.items[0];
        if (record->end > index)
            holds = record;
        else
            before = record;
        if (hanse_bytes_equal_text(first->entry.kind, HANSE_KIND_AUTHORITY) && (holds == NULL || r == 0))
            authority = hanse_body_content(first->salted);
    }
    ret_event->recalled.journal = disk->archive->chains[chain].id;
    ret_event->recalled.error = HANSE_OK;
    ret_event->recalled.first = before == NULL ? 0 : before->end;
    ret_event->recalled.frontier =
        before == NULL ? hanse_bytes(NULL, 0) : hanse_buffer_bytes(&before->frontier);
    ret_event->recalled.authority = authority;
    ret_event->recalled.commit = holds == NULL ? hanse_bytes(NULL, 0) : hanse_buffer_bytes(&holds->message);
}

void disk_load_proof(const struct disk *disk, uint32_t chain, struct answer *ret_answer)
{
    const struct shelf *shelf = &disk->shelves[chain];
    *ret_answer = (struct answer){0};
    if (!shelf->frozen)
        return;
    ret_answer->messages = hanse_calloc(1, sizeof ret_answer->messages[0]);
    ret_answer->made = hanse_calloc(1, sizeof ret_answer->made[0]);
    ret_answer->count = 1;
    hanse_buffer_init(&ret_answer->made[0]);
    hanse_write_array(&ret_answer->made[0], 2);
    hanse_write_uint(&ret_answer->made[0], 12);
    hanse_write_binary(&ret_answer->made[0], hanse_buffer_bytes(&shelf->proof));
    ret_answer->messages[0] = hanse_buffer_bytes(&ret_answer->made[0]);
}

int disk_restore_again(const struct disk *disk, uint32_t chain, struct hanse_engine *engine)
{
    const struct hanse_hash *id = &disk->archive->chains[chain].id;
    hanse_engine_forget_journal(engine, id);
    return disk_restore_journal(disk, chain, engine);
}
