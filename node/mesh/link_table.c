#include "link_table.h"

#include <stdlib.h>
#include <string.h>

/* Routing ids and link ids are counters; a peer that claims ids of its choice (each costs it an admitted
 * connection) makes a chain of HANSE_LINKS_MAX at worst. */
static size_t bucket(uint32_t number)
{
    return (number * 2654435761u) >> 22;
}

static void insert(struct link_table *table, struct link *link, struct link *before, struct link *after)
{
    link->before = before;
    link->next = after;
    *(before != NULL ? &before->next : &table->first) = link;
    *(after != NULL ? &after->before : &table->last) = link;
}

struct link *link_table_add(struct link_table *table, hanse_link id, uint32_t route)
{
    struct link *link = hanse_calloc(1, sizeof *link);
    link->id = id;
    link->route = route;
    link->fd = -1;
    link_queue_init(&link->queue);
    struct link **by_id = &table->by_id[bucket(id)];
    link->next_by_id = *by_id;
    *by_id = link;
    if (link_is_accepted(link)) {
        struct link **by_route = &table->by_route[bucket(route)];
        link->next_by_route = *by_route;
        *by_route = link;
        insert(table, link, table->last, NULL);
    } else {
        insert(table, link, NULL, table->first);
        table->dialled++;
    }
    table->count++;
    return link;
}

struct link *link_table_find(const struct link_table *table, hanse_link id)
{
    struct link *link = table->by_id[bucket(id)];
    while (link != NULL && link->id != id)
        link = link->next_by_id;
    return link;
}

struct link *link_table_find_route(const struct link_table *table, uint32_t route)
{
    struct link *link = table->by_route[bucket(route)];
    while (link != NULL && link->route != route)
        link = link->next_by_route;
    return link;
}

struct link *link_table_find_fd(const struct link_table *table, int fd)
{
    struct link *link = table->first;
    while (link != NULL && !(link_is_accepted(link) && link->fd == fd))
        link = link->next;
    return link;
}

void link_table_remove(struct link_table *table, struct link *link)
{
    struct link **at = &table->by_id[bucket(link->id)];
    while (*at != link)
        at = &(*at)->next_by_id;
    *at = link->next_by_id;
    if (link_is_accepted(link)) {
        at = &table->by_route[bucket(link->route)];
        while (*at != link)
            at = &(*at)->next_by_route;
        *at = link->next_by_route;
        table->ended[table->ended_count++ % LINK_TABLE_ENDED] = link->route;
    } else {
        table->dialled--;
    }
    *(link->before != NULL ? &link->before->next : &table->first) = link->next;
    *(link->next != NULL ? &link->next->before : &table->last) = link->before;
    table->count--;
    link_queue_release(&link->queue);
    free(link);
}

bool link_table_has_ended(const struct link_table *table, uint32_t route)
{
    size_t kept = table->ended_count < LINK_TABLE_ENDED ? table->ended_count : LINK_TABLE_ENDED;
    for (size_t i = 0; i < kept; i++) {
        if (table->ended[i] == route)
            return true;
    }
    return false;
}

struct link *link_table_oldest(const struct link_table *table, const struct hanse_curve_key *key,
                               size_t *ret_count)
{
    struct link *oldest = NULL;
    *ret_count = 0;
    for (struct link *link = table->first; link != NULL; link = link->next) {
        if (!link_is_accepted(link) || memcmp(link->key.bytes, key->bytes, sizeof key->bytes) != 0)
            continue;
        ++*ret_count;
        if (oldest == NULL || link->accepted_order < oldest->accepted_order)
            oldest = link;
    }
    return oldest;
}
