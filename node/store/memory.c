/* What SQLite holds, counted by thread. Its own count is one for the whole process behind one lock: a query
 * would be stopped for what replication holds beside it, and every allocation of every thread would wait for
 * the others'. */
#include <sqlite3.h>
#include <stdbool.h>

#include "store_internal.h"

static sqlite3_mem_methods real;
static bool counting;
static _Thread_local int64_t held;

static void *counted_malloc(int size)
{
    void *memory = real.xMalloc(size);
    if (memory != NULL)
        held += real.xSize(memory);
    return memory;
}

static void counted_free(void *memory)
{
    held -= real.xSize(memory);
    real.xFree(memory);
}

static void *counted_realloc(void *memory, int size)
{
    int before = real.xSize(memory);
    void *moved = real.xRealloc(memory, size);
    if (moved != NULL)
        held += real.xSize(moved) - before;
    return moved;
}

void store_count_memory(void)
{
    sqlite3_mem_methods methods;
    /* Refused once SQLite has begun, as in a program that used it before us. */
    if (sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
        return;
    methods = real;
    methods.xMalloc = counted_malloc;
    methods.xFree = counted_free;
    methods.xRealloc = counted_realloc;
    counting = sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK;
}

void hanse_store_release_memory(struct hanse_store *store)
{
    sqlite3_db_release_memory(store->db);
}

int64_t hanse_store_memory(void)
{
    return counting ? held : sqlite3_memory_used();
}
