/* A home in a folder, in no mesh, that publishes contracts in a journal of its own through a real mesh
 * thread; and one that replicates such journals, as the mesh thread stores what peers send. */
#ifndef CRASH_HOME_H
#define CRASH_HOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hanse/mesh.h"

#define HOME_STATES 128

/* What a home held after each commit, the empty one first. */
struct truth {
    size_t count;
    struct {
        uint64_t size;          /* of all journals together */
        struct hanse_hash root; /* over all their frontiers */
        struct hanse_hash rows; /* over every row of the catalogue's views */
    } states[HOME_STATES];
};

struct home {
    char folder[64];
    char database[96];
    struct hanse_mesh *mesh;
    struct hanse_mesh_config config;
    struct hanse_mesh_writer writer;
    struct hanse_catalog *catalog;
    uint64_t size;      /* of the journal */
    uint32_t published; /* contracts so far: each is another one */
};

void home_init(struct home *home, const char *folder); /* which is there */
void home_release(struct home *home);
HANSE_MUST_USE int home_start(struct home *home);
void home_stop(struct home *home);
/* Publishes the journal's first commit, or `count` contracts. */
HANSE_MUST_USE int home_publish(struct home *home, size_t count, struct hanse_appended *ret_appended);
int home_may_sign(struct home *home);

/* A hash over every row of every view of the catalogue, or why there is none. */
HANSE_MUST_USE int home_rows(const char *database, struct hanse_hash *ret_rows);
/* The sizes of all journals together, and a hash over their frontiers, as they are stored. */
HANSE_MUST_USE int home_heads(const char *database, uint64_t *ret_size, struct hanse_hash *ret_root);

/* Commits of several journals, as a node gets them. */
#define SHIPMENT_COMMITS  48
#define SHIPMENT_JOURNALS 3
struct shipment {
    struct hanse_buffer messages[SHIPMENT_COMMITS];
    struct hanse_hash journals[SHIPMENT_JOURNALS];
};
void shipment_make(struct shipment *shipment);
void shipment_release(struct shipment *shipment);
/* Gives the journals names, so that they show. */
HANSE_MUST_USE int shipment_label(const struct shipment *shipment, struct hanse_store *store);
/* Appends the commits from `from` to `to` in one transaction to a store that holds those before. */
HANSE_MUST_USE int shipment_store(const struct shipment *shipment, struct hanse_store *store, size_t from,
                                  size_t to);

/* Appends to each journal the commits after the first `held` of it. */
HANSE_MUST_USE int shipment_complete(const struct shipment *shipment, struct hanse_store *store,
                                     const size_t held[static SHIPMENT_JOURNALS]);
/* The same for any journal, from a store that has it whole. */
HANSE_MUST_USE int journal_complete(struct hanse_store *store, struct hanse_store *whole,
                                    const struct hanse_hash *id);

/* An empty folder of that name under the one given; what was in it is gone. */
void fresh_folder(const char *parent, const char *name, char ret_folder[static 64]);
void remove_folder(const char *folder);

#endif
