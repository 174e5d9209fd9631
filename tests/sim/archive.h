/* The archive: every commit that any simulated node ever stored, once, shared by all disks; and the chain of
 * commits of each journal, as the checkers have verified it for themselves. */
#ifndef SIM_ARCHIVE_H
#define SIM_ARCHIVE_H

#include "hanse/journal.h"

#define SIM_COPIES_MAX 3u /* of a home */

struct live { /* a live entry */
    uint64_t index;
    const struct hanse_commit_item *item;
};

struct record {                   /* one commit, whole */
    struct hanse_commit commit;   /* read back from `message`, with all its bodies */
    struct hanse_buffer message;  /* the COMMIT */
    struct hanse_buffer *apart;   /* bodies that do not ride in the message, one an item */
    struct hanse_buffer frontier; /* of the journal after it */
    uint64_t end;
    struct live *live; /* what is live after it; NULL: not asked yet */
    size_t live_count;
    struct record *next; /* in its slot of the table */
};

struct chain { /* one journal */
    struct hanse_hash id;
    uint32_t owner;                 /* the node that writes it */
    struct hanse_journal reference; /* what the checkers made of it */
    struct record **records;
    size_t count;
    size_t capacity;
    bool admitted;                   /* by the council, some time */
    uint64_t acknowledged;           /* the largest size that its owner was told is safe */
    uint32_t copies[SIM_COPIES_MAX]; /* nodes that write it too */
    uint32_t copy_count;
    struct record **signed_records; /* all that any writer signed and had on its disk */
    size_t signed_count;
    size_t signed_capacity;
    bool parts; /* two of them begin at `parts_at`, the lowest such place */
    uint64_t parts_at;
};

struct archive {
    struct record **slots;
    size_t slot_count;
    struct chain *chains; /* [0] is the council's */
    uint32_t chain_count;
    uint32_t *by_id;
};

void archive_init(struct archive *archive, uint32_t chain_count);
void archive_release(struct archive *archive);
/* To be called when all chains have their ids. */
void archive_sort(struct archive *archive);
/* The number of a journal's chain; UINT32_MAX when it is none of ours. */
uint32_t archive_chain(const struct archive *archive, const struct hanse_hash *id);
/* The shared copy of a commit; NULL when it does not survive being written and read again. */
struct record *archive_keep(struct archive *archive, const struct hanse_commit *commit,
                            struct hanse_bytes frontier);

#endif
