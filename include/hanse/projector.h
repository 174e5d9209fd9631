/* Projectors: how an entry becomes rows. The store runs them inside its own transaction, for every entry of a
 * commit; main registers one a kind (node/catalog/project_<kind>.c). */
#ifndef HANSE_PROJECTOR_H
#define HANSE_PROJECTOR_H

#include "hanse/entry.h"

struct sqlite3; /* SQLite's own, so that this header asks for no library */

struct hanse_projected {
    int64_t journal;     /* id in the store's view `hanse$journals` */
    int64_t entry_rowid; /* id in its view `hanse$entries`; rises in order of arrival, never used again */
    uint64_t index;
    uint64_t time_ms; /* of the commit's seal */
    const struct hanse_entry *entry;
    struct hanse_bytes content; /* the body without its salt; empty for a retract */
    int64_t replaces_rowid;     /* the entry of the same kind and key that it supersedes, or 0 */
    void *prepared; /* by `prepare` or by the publisher; or NULL: then the projector reads `content` itself */
};

struct hanse_projector {
    const char *kind;
    /* Called for a put and for a retract. A body that cannot be read is no error: it just gives no rows.
     * Errors are those of SQLite (IO, DISK_FULL, CORRUPT) and roll the commit back. */
    int (*project)(void *context, struct sqlite3 *db, const struct hanse_projected *projected);
    /* Reads from a body what `project` will want, ahead and on any thread, beside others; NULL when nothing
     * can be read. Both may be NULL. */
    void *(*prepare)(const struct hanse_entry *entry, struct hanse_bytes content);
    void (*release)(void *prepared);
};

/* All projectors of one database connection: prepared statements live in the context. A retract, and a put
 * whose body is not here, come with empty content. */
struct hanse_projection {
    const struct hanse_projector *projectors;
    size_t count;
    void *context;
    /* Drops what there is of the catalogue's tables and makes them. */
    int (*create)(void *context, struct sqlite3 *db);
    uint32_t version; /* kept in the file; another one there: the store projects everything again */
    /* A bounded piece of housekeeping, outside any transaction; sets `*ret_more` when more is left. May be
     * NULL. */
    int (*maintain)(void *context, struct sqlite3 *db, bool *ret_more);
    /* Finalizes what was prepared: the connection is about to close. May be NULL. */
    void (*close)(void *context);
};

#endif
