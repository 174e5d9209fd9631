/* crash [--quick] [--seed N] [power|failures]: disks that lose power, fail and fill up, under the real store
 * and the real mesh thread. Exits 1 when a promise was broken. */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "disk.h"
#include "hanse/check.h"
#include "home.h"

#define TOLD_MAX 12u

void crash_broken(size_t *broken, const char *format, ...)
{
    va_list args;
    if ((*broken)++ >= TOLD_MAX)
        return;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static int usage(void)
{
    fprintf(stderr, "usage: crash [--quick] [--seed N] [power|failures]\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct crash_options options = {.stride = 1, .lots = 2, .seed = 1};
    const char *part = "";
    char folder[] = "/dev/shm/hanse-crash-XXXXXX"; /* the disk's own time is not the question */
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            options.stride = 41;
            options.lots = 1;
        } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            options.seed = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "power") == 0 || strcmp(argv[i], "failures") == 0) {
            part = argv[i];
        } else {
            return usage();
        }
    }
    if (sodium_init() < 0 || mkdtemp(folder) == NULL) {
        fprintf(stderr, "crash: no folder to work in\n");
        return 2;
    }
    options.folder = folder;
    setvbuf(stdout, NULL, _IOLBF, 0);
    disk_install();
    size_t broken = 0;
    if (strcmp(part, "failures") != 0)
        broken += crash_power(&options);
    if (strcmp(part, "power") != 0)
        broken += crash_failures(&options);
    remove_folder(folder);
    return broken == 0 ? 0 : 1;
}
