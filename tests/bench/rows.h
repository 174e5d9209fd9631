/* The bare-SQLite baseline: the rows that a node's database came to have, written again to an empty one with
 * nothing but prepared INSERTs, the same schema and the same durability. Nothing is parsed, hashed, signed or
 * judged there, so it is the limit that publishing and replicating are held against. */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include <stddef.h>
#include <stdint.h>

struct rows; /* all rows, by commit, in memory */

/* Projects the database at `path` once more, into a scratch database under `folder`, and keeps every row that
 * is inserted on the way. Exits with a message when it cannot. */
struct rows *rows_record(const char *path, const char *folder);
void rows_destroy(struct rows **rows);
size_t rows_entries(const struct rows *rows); /* seals not counted */
size_t rows_count(const struct rows *rows);
size_t rows_commits(const struct rows *rows);

/* Writes them to a new database under `folder`, `commits` of them a transaction, FULL. Gives the seconds it
 * took. */
double rows_write(const struct rows *rows, const char *folder, size_t commits);

double seconds_now(void);

#endif
