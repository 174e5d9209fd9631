/* Counting and telling: what was refused is counted each time and told once a link and error, for a peer
 * decides how often it happens. */
#include <stdarg.h>
#include <stdio.h>

#include "loop.h"

void loop_log(struct loop *loop, int level, const char *format, ...)
{
    if (loop->log == NULL)
        return;
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    /* Endpoints and names come from others: they write no lines of their own, and no terminal codes. */
    for (char *c = line; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    }
    loop->log(loop->log_context, level, line);
}

char *loop_short(const struct hanse_hash *journal, char out[static 9])
{
    char hex[HANSE_HASH_HEX_SIZE];
    snprintf(out, 9, "%.8s", hanse_hash_hex(journal, hex));
    return out;
}

static bool was_told(struct loop *loop, hanse_link link, int error)
{
    size_t size = sizeof loop->told / sizeof *loop->told;
    size_t kept = loop->told_count < size ? loop->told_count : size;
    for (size_t i = 0; i < kept; i++) {
        if (loop->told[i].link == link && loop->told[i].error == error)
            return true;
    }
    loop->told[loop->told_count % size].link = link;
    loop->told[loop->told_count % size].error = error;
    loop->told_count++;
    return false;
}

/* What happens among honest peers too: commits cross. */
static bool is_usual(int error)
{
    return error == HANSE_E_STALE || error == HANSE_E_GAP || error == HANSE_E_BUSY;
}

void loop_refused(struct loop *loop, hanse_link link, int error, const char *what)
{
    size_t number = (size_t)(-(long)error);
    if (error == HANSE_E_CORRUPT)
        loop_scrub_soon(loop);
    if (number < sizeof loop->refused / sizeof *loop->refused)
        loop->refused[number]++;
    if (!was_told(loop, link, error))
        loop_log(loop, is_usual(error) ? LOG_FINE : LOG_WARN, "link %08x: %s refused: %s (%s)", link, what,
                 hanse_error_sentence(error), hanse_error_name(error));
}
