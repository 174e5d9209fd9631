/* Bodies read ahead: what a projector needs of a body (a parsed document, say) is made by a thread of its
 * own, while the mesh thread judges and stores other commits. Parsing is a third of what a replica costs.
 *
 *   begin ──▶ waiting ──thread──▶ being read ──▶ prepared ──end──▶ freed
 *                └──────────settle──────────▶ left to the projector, which reads it itself
 *
 * Nothing depends on it: a body that is not prepared in time is read when it is projected. The thread touches
 * bodies and their items' `prepared`, and nothing else. All functions are the mesh thread's. */
#ifndef HANSE_MESH_PREPARE_H
#define HANSE_MESH_PREPARE_H

#include "hanse/commit.h"
#include "hanse/projector.h"

struct preparer;
struct preparation; /* of one commit */

/* `projection` may be NULL and is borrowed; NULL when it has nothing to prepare. */
struct preparer *preparer_new(const struct hanse_projection *projection);
void preparer_destroy(struct preparer **preparer); /* after the end of every preparation */

/* Queues the bodies of the commit, which must live until the end; NULL when nothing in it is worth it. */
struct preparation *preparation_begin(struct preparer *preparer, struct hanse_commit *commit);
/* Returns when the thread no longer touches the commit: `prepared` of its items is theirs or NULL. */
void preparation_settle(struct preparer *preparer, struct preparation *preparation);
/* Settles, and frees what was prepared. */
void preparation_end(struct preparer *preparer, struct preparation **preparation);

#endif
