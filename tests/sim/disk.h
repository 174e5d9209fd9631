/* A simulated disk: per journal the commits that are durable, in order, and those that were asked for and may
 * be lost. A transaction is all or nothing; transactions reach the disk in order. */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include "archive.h"

struct shelf { /* one journal on one disk */
    struct record **records;
    uint32_t count;
    uint32_t capacity;
    bool frozen;
    struct hanse_buffer proof;
    struct record **backup; /* the records in the copy, when it was taken */
    bool frozen_then;
};

struct written { /* asked for, not durable yet */
    uint32_t chain;
    bool own;
    struct record *record;
    struct hanse_hash heads_root; /* as it is after this */
};

struct fence_file {    /* beside the database, one an own journal */
    uint64_t size;     /* acknowledged */
    uint64_t intended; /* what was about to be: it and the database reach the disk in either order */
    bool lost;
};

struct disk {
    struct archive *archive;
    struct shelf *shelves; /* by chain */
    struct written *written;
    size_t written_count;
    size_t written_capacity;
    uint32_t *backup;        /* commits of each chain when the copy was taken; NULL: none was */
    uint64_t *backup_fences; /* by chain */
    struct fence_file *fences;
};

void disk_init(struct disk *disk, struct archive *archive);
void disk_release(struct disk *disk);
uint64_t disk_size(const struct disk *disk, uint32_t chain); /* durable entries */
const struct hanse_hash *disk_root(const struct disk *disk, uint32_t chain,
                                   uint64_t size); /* NULL: no commit's end */

/* Gives what it added, until the next call. */
struct written *disk_write(struct disk *disk, uint32_t chain, struct record *record, bool own);
/* The oldest transaction that is asked for becomes durable. */
struct written disk_settle(struct disk *disk);
/* Takes back what is asked for in a journal. */
void disk_forget(struct disk *disk, uint32_t chain);
void disk_back_up(struct disk *disk);
/* Rolls back to the copy; without one, to nothing. Fence files stay, unless `fences`. */
void disk_roll_back(struct disk *disk, bool fences);

struct hanse_engine;
struct hanse_event;
/* Feeds an engine what is durable. */
HANSE_MUST_USE int disk_restore(const struct disk *disk, struct hanse_engine *engine);
HANSE_MUST_USE int disk_restore_journal(const struct disk *disk, uint32_t chain, struct hanse_engine *engine);

/* disk_forks.c. STALE: no commit ends at that size. */
HANSE_MUST_USE int disk_freeze(struct disk *disk, uint32_t chain, uint64_t size, struct hanse_bytes proof);
/* Fills a RECALLED; it points into the disk. */
void disk_recall(const struct disk *disk, uint32_t chain, uint64_t index, struct hanse_event *ret_event);
/* The journal was cut: the engine gets it anew. */
HANSE_MUST_USE int disk_restore_again(const struct disk *disk, uint32_t chain, struct hanse_engine *engine);

/* Answers to LOAD: messages that the caller releases with disk_answer_release. */
struct answer {
    struct hanse_bytes *messages;
    size_t count;
    struct hanse_buffer *made; /* those of them that were made for this answer, or NULL */
};
void disk_load_commits(const struct disk *disk, uint32_t chain, uint64_t first, uint64_t end,
                       uint32_t max_bytes, struct answer *ret_answer);
void disk_load_bodies(const struct disk *disk, uint32_t chain, uint64_t end, const uint64_t *indexes,
                      size_t count, struct answer *ret_answer);
void disk_load_proof(const struct disk *disk, uint32_t chain, struct answer *ret_answer);
void disk_answer_release(struct answer *answer);

#endif
