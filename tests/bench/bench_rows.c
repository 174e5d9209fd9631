/* bench_rows DATABASE FOLDER COMMITS: writes the rows of a stopped node's database to bare SQLite, COMMITS
 * commits a transaction, and prints {"seconds","entries","rows","commits"}. */
#include <stdio.h>
#include <stdlib.h>

#include "rows.h"

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: bench_rows DATABASE FOLDER COMMITS\n");
        return 2;
    }
    struct rows *rows = rows_record(argv[1], argv[2]);
    size_t commits = (size_t)strtoul(argv[3], NULL, 10);
    double seconds = rows_write(rows, argv[2], commits == 0 ? 1 : commits);
    printf("{\"seconds\": %.6f, \"entries\": %zu, \"rows\": %zu, \"commits\": %zu}\n", seconds,
           rows_entries(rows), rows_count(rows), rows_commits(rows));
    rows_destroy(&rows);
    return 0;
}
