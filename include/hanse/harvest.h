/* Harvesters: what stands in a database now. They only read, in one snapshot, and never a row of data. */
#ifndef HANSE_HARVEST_H
#define HANSE_HARVEST_H

#include "hanse/found.h"

/* A SQLite file: its tables, and its views as far as they still work. Errors: NOT_FOUND, INVALID (no SQLite,
 * or damaged), TOO_LARGE, BUSY. */
HANSE_MUST_USE int hanse_harvest_sqlite(struct hanse_found *found, const char *path,
                                        struct hanse_buffer *why);

/* A PostgreSQL database, as libpq is told: a URL or `key=value`s, empty for the environment (PG*, .pgpass).
 * Errors: NOT_FOUND (libpq itself), UNREACHABLE (with the server's words), NOT_ALLOWED, INVALID, TOO_LARGE,
 * TIMED_OUT. */
HANSE_MUST_USE int hanse_harvest_postgres(struct hanse_found *found, const char *connection,
                                          struct hanse_buffer *why);
/* Whether the connection's text holds a password, which must not stand on a command line. */
bool hanse_harvest_postgres_secret(const char *connection);

#endif
