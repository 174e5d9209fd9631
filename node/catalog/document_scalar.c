/* What a scalar means: the YAML 1.2 core schema (10.3.2), and nothing of YAML 1.1: yes, no, on, off, dates,
 * 1_000 and 12:30 are strings. strtod reads a point because the program never sets a locale. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_one_of(const char *text, const char *a, const char *b, const char *c)
{
    return strcmp(text, a) == 0 || strcmp(text, b) == 0 || strcmp(text, c) == 0;
}

static const char *skip_digits(const char *p)
{
    while (is_digit(*p))
        p++;
    return p;
}

/* Digits of a base up to 16 from `p` to the end; saturates. */
static void set_integer(struct hanse_value *value, const char *p, unsigned base, bool negative)
{
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t sum = 0;
    bool saturated = false;
    double number = 0;
    for (; *p != '\0'; p++) {
        unsigned digit = is_digit(*p) ? (unsigned)(*p - '0') : ((unsigned)*p | 0x20u) - 'a' + 10u;
        number = number * base + digit;
        if (saturated || sum > (limit - digit) / base)
            saturated = true;
        else
            sum = sum * base + digit;
    }
    if (saturated)
        sum = limit;
    value->type = HANSE_VALUE_INTEGER;
    value->integer = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    /* past 2^53 the running sum has rounded more than once; strtod rounds once */
    if (base == 10 && number > 9007199254740992.0)
        value->number = strtod((const char *)value->text.data, NULL);
    else
        value->number = negative ? -number : number;
}

static bool resolve_based(struct hanse_value *value, const char *text)
{
    if (text[0] != '0' || (text[1] != 'x' && text[1] != 'o') || text[2] == '\0')
        return false;
    const char *digits = text[1] == 'x' ? "0123456789abcdefABCDEF" : "01234567";
    if (text[2 + strspn(text + 2, digits)] != '\0')
        return false;
    set_integer(value, text + 2, text[1] == 'x' ? 16 : 8, false);
    return true;
}

static bool resolve_special(struct hanse_value *value, const char *text)
{
    bool negative = text[0] == '-';
    const char *unsigned_text = text + (text[0] == '-' || text[0] == '+' ? 1 : 0);
    if (is_one_of(unsigned_text, ".inf", ".Inf", ".INF"))
        value->number = negative ? -INFINITY : INFINITY;
    else if (is_one_of(text, ".nan", ".NaN", ".NAN"))
        value->number = NAN;
    else
        return false;
    value->type = HANSE_VALUE_NUMBER;
    return true;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool resolve_decimal(struct hanse_value *value, const char *text)
{
    const char *p = text + (text[0] == '-' || text[0] == '+' ? 1 : 0);
    const char *start = p;
    p = skip_digits(p);
    bool whole = p > start;
    if (whole && *p == '\0') {
        set_integer(value, start, 10, text[0] == '-');
        return true;
    }
    if (*p == '.') {
        const char *fraction = ++p;
        p = skip_digits(p);
        if (!whole && p == fraction)
            return false;
    } else if (!whole) {
        return false;
    }
    if (*p == 'e' || *p == 'E') {
        p += p[1] == '-' || p[1] == '+' ? 2 : 1;
        const char *exponent = p;
        p = skip_digits(p);
        if (p == exponent)
            return false;
    }
    if (*p != '\0')
        return false;
    value->type = HANSE_VALUE_NUMBER;
    value->number = strtod(text, NULL);
    return true;
}

static void resolve_word(struct hanse_value *value, const char *text)
{
    bool yes = is_one_of(text, "true", "True", "TRUE");
    if (text[0] == '\0' || strcmp(text, "~") == 0 || is_one_of(text, "null", "Null", "NULL"))
        value->type = HANSE_VALUE_NULL;
    else if (yes || is_one_of(text, "false", "False", "FALSE"))
        value->type = HANSE_VALUE_BOOLEAN;
    value->boolean = yes;
}

void document_resolve_plain(struct hanse_value *value)
{
    const char *text = (const char *)value->text.data;
    value->type = HANSE_VALUE_STRING;
    bool number = is_digit(text[0]) || text[0] == '-' || text[0] == '+' || text[0] == '.';
    if (!number && value->text.size <= 5)
        resolve_word(value, text);
    if (number && !resolve_based(value, text) && !resolve_decimal(value, text))
        resolve_special(value, text);
}

void document_resolve_number(struct hanse_value *value)
{
    resolve_decimal(value, (const char *)value->text.data);
}
