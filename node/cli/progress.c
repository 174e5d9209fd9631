#include "progress.h"

#include <stdio.h>
#include <time.h>

#define PATIENCE_MS 500u /* sooner, nobody has begun to wonder */
#define TERMINAL_MS 200u
#define JSON_MS     1000u

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

void progress_begin(struct progress *progress, const char *what)
{
    progress->what = what;
    progress->began_ms = now_ms();
    progress->shown_ms = 0;
    progress->visible = false;
}

void progress_tick(struct progress *progress, uint64_t done, uint64_t total)
{
    uint64_t now = now_ms();
    uint64_t elapsed = now - progress->began_ms;
    if ((!progress->json && !progress->terminal) || elapsed < PATIENCE_MS ||
        now - progress->shown_ms < (progress->json ? JSON_MS : TERMINAL_MS))
        return;
    progress->shown_ms = now;
    progress->visible = true;
    if (progress->json)
        fprintf(stderr, "{\"progress\":\"%s\",\"done\":%llu,\"total\":%llu,\"elapsed_ms\":%llu}\n",
                progress->what, (unsigned long long)done, (unsigned long long)total,
                (unsigned long long)elapsed);
    else if (total > 0)
        fprintf(stderr, "\r\033[K%s: %llu of %llu, %llu s", progress->what, (unsigned long long)done,
                (unsigned long long)total, (unsigned long long)(elapsed / 1000));
    else
        fprintf(stderr, "\r\033[K%s: %llu s", progress->what, (unsigned long long)(elapsed / 1000));
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->visible && !progress->json)
        fputs("\r\033[K", stderr);
    progress->visible = false;
}
