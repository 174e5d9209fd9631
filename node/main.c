/* The one program. Wires the parts that may not know each other; up.c is what runs a node. */
#include <sodium.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "hanse/cli.h"
#include "up.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRACEABLE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRACEABLE 1
#endif
#endif

/* Keys are in memory: no core file, and no other process of the same user may read along. */
static void keep_secrets(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef TRACEABLE /* leak checking traces its own process */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

int main(int argc, char **argv)
{
    static const struct hanse_cli_wiring wiring = {.up = up};
    keep_secrets();
    if (sodium_init() < 0) {
        fputs("hanse: this machine gives no random numbers\n", stderr);
        return HANSE_EXIT_ERROR;
    }
    return hanse_cli_main(argc, argv, &wiring);
}
