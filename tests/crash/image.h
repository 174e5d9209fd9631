/* What a power cut leaves: of all that was written, what was synced is there, and of the rest whatever the
 * disk got to. Made from a trace (disk.h) at any of its operations, in many variants. */
#ifndef CRASH_IMAGE_H
#define CRASH_IMAGE_H

#include "disk.h"

#define IMAGE_SECTOR 512u

/* What became of the writes that were not synced. Where a variant draws lots, a seed decides. */
#define IMAGE_VARIANTS(X)                                                                                    \
    X(LOST, "lost")           /* none reached the disk */                                                    \
    X(KEPT, "kept")           /* all did */                                                                  \
    X(CUT, "cut short")       /* those up to one that was written in part */                                 \
    X(REORDERED, "reordered") /* some did, whole, and others not */                                          \
    X(TORN, "torn")           /* some sectors did, and others not */                                         \
    X(GARBLED, "garbled")     /* some sectors did, some not, and some hold noise */

enum image_variant {
#define X(name, text) IMAGE_##name,
    IMAGE_VARIANTS(X)
#undef X
        IMAGE_VARIANT_COUNT
};

const char *image_variant_name(enum image_variant variant);

struct image;

/* Goes through a trace, which is borrowed. */
struct image *image_new(const struct disk_trace *trace);
void image_destroy(struct image **image);
/* Lets one more operation happen; false at the end. */
bool image_step(struct image *image);
size_t image_place(const struct image *image);        /* operations that have happened */
size_t image_acknowledged(const struct image *image); /* marks passed */
bool image_at_write(const struct image *image);       /* the last was one that changes or syncs a file */
/* Writes the files as the power cut leaves them now into the empty folder. Where the fence's thread may be
 * anywhere in its write, lots decide how far it is. Beside the database lies shared memory full of noise, or
 * none. */
void image_write(const struct image *image, enum image_variant variant, uint64_t seed, const char *folder);

#endif
