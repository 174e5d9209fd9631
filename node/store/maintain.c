/* Housekeeping between publishes, so that no publish pays for it: the WAL's checkpoint, room in the WAL, and
 * the catalogue's merging. Each would be the slowest of a hundred publishes. The checkpoint comes early when
 * there is time for it: a small WAL that starts over needs no more room, and leaves less to do at once. */
#include "store_internal.h"

#define FRAME_HEAD 24
#define ROOM_MIN   (4 << 20)
#define ROOM_MORE  (1 << 20) /* a step's: a publish may be waiting behind it, and each costs a sync */

/* Syncing a file that grows costs the file system a journal commit of its own, so a publish that writes into
 * zeros waits half as long (216 instead of 431 µs). SQLite takes zeros after the last frame for the end of
 * the log: no frame's checksum is all zeros. */
static int make_room(struct hanse_store *store, bool *ret_more)
{
    static const char zeros[1 << 16];
    sqlite3_file *wal = NULL;
    sqlite3_int64 size;
    if (store->wal_pages >= STORE_WAL_PAGES_REST)
        return HANSE_OK; /* it was checkpointed, and starts over */
    int rc = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
    if (rc != SQLITE_OK || wal == NULL || wal->pMethods == NULL)
        return hanse_store_error(store->db, rc);
    rc = wal->pMethods->xFileSize(wal, &size);
    sqlite3_int64 used = (sqlite3_int64)store->wal_pages * (STORE_PAGE_SIZE + FRAME_HEAD);
    if (rc != SQLITE_OK || size == 0 || size - used >= ROOM_MIN)
        return hanse_store_error(store->db, rc); /* size 0: nothing was written yet, not even its head */
    *ret_more = true;
    for (sqlite3_int64 end = size + ROOM_MORE; rc == SQLITE_OK && size < end;
         size += (sqlite3_int64)sizeof zeros)
        rc = wal->pMethods->xWrite(wal, zeros, sizeof zeros, size);
    if (rc == SQLITE_OK)
        rc = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    return hanse_store_error(store->db, rc);
}

int hanse_store_maintain(struct hanse_store *store, bool *ret_more)
{
    const struct hanse_projection *projection = store->projection;
    bool more = false;
    int error = HANSE_OK;
    if (!sqlite3_get_autocommit(store->db))
        return HANSE_E_BUSY;
    if (store->wal_pages >= store->wal_pages_due) {
        error = hanse_store_checkpoint(store);
        store->wal_pages_due = store->wal_pages + STORE_WAL_PAGES_MORE;
        more = true;
    } else {
        if (projection != NULL && projection->maintain != NULL)
            error = projection->maintain(projection->context, store->db, &more);
        if (error == HANSE_OK)
            error = make_room(store, &more);
    }
    if (error == HANSE_OK)
        *ret_more = more;
    return error;
}
