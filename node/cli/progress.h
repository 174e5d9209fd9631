/* Progress: shown only where it helps (a terminal, after half a second), or as lines of JSON with --json. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool terminal; /* standard error is one, and not --quiet */
    bool json;
    const char *what; /* static, as in "waiting for the node" */
    uint64_t began_ms, shown_ms;
    bool visible;
};

void progress_begin(struct progress *progress, const char *what);
/* Call it now and then. `total` 0: nobody knows how much there is. */
void progress_tick(struct progress *progress, uint64_t done, uint64_t total);
void progress_end(struct progress *progress);

#endif
