/* The links that are open, found by id and by routing id; and the routing ids of those that have ended, so
 * that what libzmq still had of them makes no new link. */
#ifndef HANSE_MESH_LINK_TABLE_H
#define HANSE_MESH_LINK_TABLE_H

#include "door.h"
#include "link_queue.h"
#include "poller.h"
#include "tcp.h"

#define LINK_TABLE_BUCKETS 1024u
#define LINK_TABLE_ENDED   4096u

struct link {
    hanse_link id;
    enum hanse_link_right right;
    struct hanse_curve_key key;
    struct link_queue queue;
    uint64_t retry_ms;        /* libzmq was full: not before then; 0: send */
    uint32_t retry_after_ms;  /* the last pause */
    uint64_t door_generation; /* when its right was looked up */
    /* accepted */
    uint32_t route; /* the routing id less its first byte, which is 0 */
    char user_id[DOOR_USER_ID_SIZE];
    uint64_t accepted_order; /* larger is younger */
    int fd; /* libzmq's, as long as it has these `ends`; -1 unknown; dialled too, without them */
    struct tcp_ends ends;
    /* dialled */
    void *socket; /* NULL for an accepted one */
    void *monitor;
    struct polled socket_polled, monitor_polled;
    bool named;      /* the roster has named its peer at some time */
    uint32_t budget; /* messages that may be read this turn; 0 when there are none */

    uint64_t ends_ms; /* the connection is gone: when to say so; 0: it stands */
    struct link *next_by_id, *next_by_route;
    struct link *next, *before; /* of all: dialled ones first */
};

struct link_table {
    struct link *by_id[LINK_TABLE_BUCKETS];
    struct link *by_route[LINK_TABLE_BUCKETS];
    struct link *first, *last;
    size_t count;
    size_t dialled;
    uint32_t ended[LINK_TABLE_ENDED];
    size_t ended_count; /* ever */
};

static inline bool link_is_accepted(const struct link *link)
{
    return (link->id & HANSE_LINK_ACCEPTED) != 0;
}

/* A new link of that id, zero but for its queue; the caller fills in the rest, `route` as given here. */
struct link *link_table_add(struct link_table *table, hanse_link id, uint32_t route);
struct link *link_table_find(const struct link_table *table, hanse_link id);
struct link *link_table_find_route(const struct link_table *table, uint32_t route);
struct link *link_table_find_fd(const struct link_table *table, int fd);
/* Frees it; sockets are the caller's to close before. An accepted one's routing id is remembered as ended. */
void link_table_remove(struct link_table *table, struct link *link);
bool link_table_has_ended(const struct link_table *table, uint32_t route);
/* The oldest of the accepted links of a key, and how many there are. */
struct link *link_table_oldest(const struct link_table *table, const struct hanse_curve_key *key,
                               size_t *ret_count);

#endif
