/* --store real: beside each simulated disk a real store, with its catalogue, in a file of its own. It is
 * written when the disk is, its open transaction is lost when a node falls over, it is copied and brought
 * back with the disk's backups; the engine is restored and served from it. */
#ifndef SIM_REAL_H
#define SIM_REAL_H

#include "disk.h"

struct sim;
struct sim_node;
struct hanse_engine;

void real_init(struct sim *sim);
void real_release(struct sim *sim);
/* All of these do nothing without --store real. */
void real_open(struct sim *sim, struct sim_node *node);
void real_restore(struct sim *sim, struct sim_node *node); /* gives the engine what is there */
/* Writes what the disk has settled, in one transaction. */
void real_settle(struct sim *sim, struct sim_node *node, const struct written *written, size_t count);
/* Begins to write, and fails. */
void real_fail(struct sim *sim, struct sim_node *node, const struct written *written, size_t count);
/* Cuts as the disk did, and gives the engine what is left. Without --store real: false. */
bool real_freeze(struct sim *sim, struct sim_node *node, uint32_t chain, struct hanse_bytes proof,
                 const struct hanse_hash *heads_root);
void real_crash(struct sim_node *node);
void real_back_up(struct sim *sim, struct sim_node *node);
void real_roll_back(struct sim *sim, struct sim_node *node);

#endif
