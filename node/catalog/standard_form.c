/* The forms a text may have to take. Formats are asserted, and by the same rules as ajv-formats has them, so
 * that a contract which passes here passes in the tools that contracts are usually checked with. */
#include <string.h>

#include "hanse/standard.h"
#include "odcs_rules.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

struct text {
    const char *p, *end;
};

static bool at(const struct text *t, const char *set)
{
    return t->p < t->end && *t->p != '\0' && strchr(set, *t->p) != NULL;
}

static bool take(struct text *t, char c)
{
    if (t->p == t->end || *t->p != c)
        return false;
    t->p++;
    return true;
}

/* Exactly `count` digits, at most 4. */
static bool take_digits(struct text *t, int count, int *ret_number)
{
    int number = 0;
    if (t->end - t->p < count)
        return false;
    for (int i = 0; i < count; i++) {
        if (!is_digit(t->p[i]))
            return false;
        number = number * 10 + (t->p[i] - '0');
    }
    t->p += count;
    *ret_number = number;
    return true;
}

/* RFC 3339, full-date. */
static bool take_date(struct text *t)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!take_digits(t, 4, &year) || !take(t, '-') || !take_digits(t, 2, &month) || !take(t, '-') ||
        !take_digits(t, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* RFC 3339, full-time; the offset may be +hh, +hhmm or +hh:mm. A leap second stands only before UTC midnight.
 */
static bool take_time(struct text *t)
{
    int hour, minute, second, zone_hour = 0, zone_minute = 0, sign = 1;
    if (!take_digits(t, 2, &hour) || !take(t, ':') || !take_digits(t, 2, &minute) || !take(t, ':') ||
        !take_digits(t, 2, &second))
        return false;
    if (take(t, '.')) {
        if (t->p == t->end || !is_digit(*t->p))
            return false;
        while (t->p < t->end && is_digit(*t->p))
            t->p++;
    }
    if (at(t, "zZ")) {
        t->p++;
    } else {
        if (!at(t, "+-"))
            return false;
        sign = *t->p++ == '-' ? -1 : 1;
        if (!take_digits(t, 2, &zone_hour))
            return false;
        bool colon = take(t, ':');
        if ((colon || t->p < t->end) && !take_digits(t, 2, &zone_minute))
            return false;
    }
    if (t->p != t->end || zone_hour > 23 || zone_minute > 59)
        return false;
    if (hour <= 23 && minute <= 59 && second < 60)
        return true;
    int utc_minute = minute - zone_minute * sign;
    int utc_hour = hour - zone_hour * sign - (utc_minute < 0 ? 1 : 0);
    return (utc_hour == 23 || utc_hour == -1) && (utc_minute == 59 || utc_minute == -1) && second < 61;
}

/* The bytes of the white space at `t`: what ECMAScript calls so, or 0. */
static ptrdiff_t space_size(const struct text *t)
{
    static const char *const spaces[] = {
        "\t",           "\n",           "\v",           "\f",           "\r",           " ",
        "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83",
        "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89",
        "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80",
        "\xef\xbb\xbf",
    };
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        size_t size = strlen(spaces[i]);
        if ((size_t)(t->end - t->p) >= size && memcmp(t->p, spaces[i], size) == 0)
            return (ptrdiff_t)size;
    }
    return 0;
}

static bool is_date_time(struct text t)
{
    if (!take_date(&t))
        return false;
    ptrdiff_t separator = at(&t, "tT") ? 1 : space_size(&t);
    t.p += separator;
    return separator > 0 && take_time(&t);
}

/* unreserved, sub-delims and `extra` of RFC 3986, or %hh */
static bool take_uri_character(struct text *t, const char *extra)
{
    if (t->p == t->end)
        return false;
    char c = *t->p;
    if (is_letter(c) || is_digit(c) || at(t, "-._~!$&'()*+,;=") || at(t, extra)) {
        t->p++;
        return true;
    }
    if (c == '%' && t->end - t->p >= 3 && is_hex(t->p[1]) && is_hex(t->p[2])) {
        t->p += 3;
        return true;
    }
    return false;
}

static void skip_uri(struct text *t, const char *extra)
{
    while (take_uri_character(t, extra))
        ;
}

/* [ipv6] or [v1.future]: only what may stand between the brackets is looked at closely. */
static bool take_bracketed(struct text *t)
{
    const char *close = memchr(t->p, ']', (size_t)(t->end - t->p));
    if (close == NULL)
        return false;
    struct text inner = {t->p + 1, close};
    t->p = close + 1;
    if (at(&inner, "vV")) {
        inner.p++;
        const char *version = inner.p;
        while (inner.p < inner.end && is_hex(*inner.p))
            inner.p++;
        if (inner.p == version || !take(&inner, '.'))
            return false;
        const char *rest = inner.p;
        while (inner.p < inner.end &&
               (is_letter(*inner.p) || is_digit(*inner.p) || at(&inner, "-._~!$&'()*+,;=:")))
            inner.p++;
        return inner.p > rest && inner.p == inner.end;
    }
    int groups = 0;
    bool gap = false;
    while (inner.p < inner.end) {
        if (inner.end - inner.p >= 2 && inner.p[0] == ':' && inner.p[1] == ':') {
            if (gap)
                return false;
            gap = true;
            inner.p += 2;
            continue;
        }
        if (groups > 0 && inner.p[-1] != ':' && !take(&inner, ':'))
            return false;
        int length = 0;
        while (inner.p < inner.end && is_hex(*inner.p) && length < 5) {
            inner.p++;
            length++;
        }
        if (inner.p < inner.end && *inner.p == '.') { /* the last two groups as dotted decimals */
            inner.p -= length;
            for (int part = 0; part < 4; part++) {
                int number = 0, digits = 0;
                if (part > 0 && !take(&inner, '.'))
                    return false;
                for (; inner.p < inner.end && is_digit(*inner.p) && digits < 4; digits++)
                    number = number * 10 + (*inner.p++ - '0');
                if (digits == 0 || digits > 3 || number > 255)
                    return false;
            }
            groups += 2;
            break;
        }
        if (length == 0 || length > 4)
            return false;
        groups++;
    }
    return inner.p == inner.end && (gap ? groups <= 7 : groups == 8);
}

/* [user@][address][:port], after one slash or two. Any other authority is spelled like a path. */
static bool take_address(struct text *t)
{
    struct text rest = *t;
    if (!take(&rest, '/'))
        return false;
    take(&rest, '/');
    struct text user = rest;
    skip_uri(&user, ":");
    if (take(&user, '@'))
        rest = user;
    if (!at(&rest, "[") || !take_bracketed(&rest))
        return false;
    if (take(&rest, ':'))
        while (rest.p < rest.end && is_digit(*rest.p))
            rest.p++;
    *t = rest;
    return rest.p == rest.end || at(&rest, "/?#");
}

/* scheme ":" hier-part [ "?" query ] [ "#" fragment ], where something must follow the scheme */
static bool is_uri(struct text t)
{
    if (t.p == t.end || !is_letter(*t.p))
        return false;
    while (t.p < t.end && (is_letter(*t.p) || is_digit(*t.p) || at(&t, "+-.")))
        t.p++;
    if (!take(&t, ':'))
        return false;
    if (!take_address(&t) && !take_uri_character(&t, ":@/"))
        return false;
    skip_uri(&t, ":@/");
    if (take(&t, '?'))
        skip_uri(&t, ":@/?");
    if (take(&t, '#'))
        skip_uri(&t, ":@/?");
    return t.p == t.end;
}

static bool is_word_character(char c)
{
    return is_letter(c) || is_digit(c) || c == '_';
}

static bool take_run(struct text *t, bool dashes)
{
    const char *start = t->p;
    while (t->p < t->end && (is_word_character(*t->p) || (dashes && *t->p == '-')))
        t->p++;
    return t->p > start;
}

static bool take_name(struct text *t, bool dashes)
{
    return t->p < t->end && !is_digit(*t->p) && *t->p != '-' && take_run(t, dashes);
}

/* table.column; since 3.2 names may have dashes and columns may nest */
static bool is_shorthand(struct text t, uint8_t version)
{
    bool newer = (version & ODCS_320) != 0;
    int names = 1;
    if (!take_name(&t, newer))
        return false;
    for (; take(&t, '.'); names++)
        if (!take_name(&t, newer))
            return false;
    return t.p == t.end && (newer ? names >= 2 : names == 2);
}

/* What stands before '#': a path or URL of a YAML file; since 3.2 also .yml. */
static bool is_file(struct text t, uint8_t version)
{
    size_t size = (size_t)(t.end - t.p);
    if (size >= 8 && memcmp(t.p, "https://", 8) == 0)
        t.p += 8;
    else if (size >= 7 && memcmp(t.p, "http://", 7) == 0)
        t.p += 7;
    for (const char *p = t.p; p < t.end; p++)
        if (!is_word_character(*p) && *p != '.' && *p != '-' && *p != '/')
            return false;
    size = (size_t)(t.end - t.p);
    if (size > 5 && memcmp(t.end - 5, ".yaml", 5) == 0)
        return true;
    return (version & ODCS_320) != 0 && size > 4 && memcmp(t.end - 4, ".yml", 4) == 0;
}

/* [file#][/]section/id[/section/id]… */
static bool is_full_reference(struct text t, uint8_t version)
{
    const char *hash = memchr(t.p, '#', (size_t)(t.end - t.p));
    if (hash != NULL) {
        if (!is_file((struct text){t.p, hash}, version))
            return false;
        t.p = hash + 1;
    }
    take(&t, '/');
    do {
        if (!take_name(&t, false) || !take(&t, '/') || !take_run(&t, true))
            return false;
    } while (take(&t, '/'));
    return t.p == t.end;
}

bool standard_form_matches(enum standard_form form, const char *text, size_t size, uint8_t version)
{
    struct text t = {text, text + size};
    switch (form) {
    case STANDARD_FORM_NONE:
        return true;
    case STANDARD_FORM_ID:
        return take_run(&t, true) && t.p == t.end;
    case STANDARD_FORM_URI:
        return is_uri(t);
    case STANDARD_FORM_SFTP_URI:
        return size >= 7 && memcmp(text, "sftp://", 7) == 0 && is_uri(t);
    case STANDARD_FORM_DATE:
        return take_date(&t) && t.p == t.end;
    case STANDARD_FORM_DATE_TIME:
        return is_date_time(t);
    case STANDARD_FORM_REFERENCE:
        return is_shorthand(t, version) || is_full_reference(t, version);
    }
    return false;
}

bool hanse_standard_is_date(const char *text)
{
    return standard_form_matches(STANDARD_FORM_DATE, text, strlen(text), ODCS_NEWEST);
}
