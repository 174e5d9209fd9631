/* How much a query's common table expressions expand to, judged by its text.
 *
 * SQLite copies a common table expression into every place that names it before anything can stop it: sixty
 * that each name the one before twice are 2^60 copies, and it gives up only at 65,535, with hundreds of
 * megabytes in use. An expression cannot be copied more often than the product of how often each of them is
 * named, so that product is bounded. Names are compared as SQLite does: quotes off, ASCII case folded. */
#include <stdlib.h>
#include <string.h>

#include "catalog_internal.h"

#define COPIES_MAX      512u
#define EXPRESSIONS_MAX 64u

enum token_type { TOKEN_NAME, TOKEN_MARK };

struct token {
    enum token_type type;
    uint64_t name; /* hash of a name, or the character of a mark */
};

struct scan {
    const uint8_t *at, *end;
};

static bool is_name_byte(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c >= 0x80;
}

static uint64_t hash_byte(uint64_t hash, uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        c = (uint8_t)(c - 'A' + 'a');
    return (hash ^ c) * 1099511628211u; /* FNV-1a: a collision only makes a bound stricter */
}

#define HASH_START 14695981039346656037u

static uint64_t hash_text(const char *text)
{
    uint64_t hash = HASH_START;
    for (; *text != '\0'; text++)
        hash = hash_byte(hash, (uint8_t)*text);
    return hash;
}

/* Passes over blanks and comments. */
static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->end) {
        size_t left = (size_t)(scan->end - scan->at);
        const uint8_t *stop = NULL;
        if (*scan->at <= ' ') {
            scan->at++;
        } else if (left > 1 && memcmp(scan->at, "--", 2) == 0) {
            stop = memchr(scan->at, '\n', left);
            scan->at = stop == NULL ? scan->end : stop + 1;
        } else if (left > 1 && memcmp(scan->at, "/*", 2) == 0) {
            stop = left < 4 ? NULL : memmem(scan->at + 2, left - 2, "*/", 2);
            scan->at = stop == NULL ? scan->end : stop + 2;
        } else {
            break;
        }
    }
}

/* A quoted name, or a string: SQLite takes one for the other. Doubled quotes count as one. */
static uint64_t quoted(struct scan *scan, uint8_t close)
{
    uint64_t hash = HASH_START;
    for (scan->at++; scan->at < scan->end; scan->at++) {
        if (*scan->at == close) {
            bool doubled = close != ']' && scan->at + 1 < scan->end && scan->at[1] == close;
            scan->at++;
            if (!doubled)
                break;
        }
        hash = hash_byte(hash, *scan->at);
    }
    return hash;
}

static bool next(struct scan *scan, struct token *ret_token)
{
    skip_blanks(scan);
    if (scan->at == scan->end)
        return false;
    uint8_t c = *scan->at;
    uint64_t hash = HASH_START;
    if (c == '"' || c == '`' || c == '\'' || c == '[') {
        *ret_token = (struct token){TOKEN_NAME, quoted(scan, c == '[' ? ']' : c)};
        return true;
    }
    if (!is_name_byte(c)) {
        scan->at++;
        *ret_token = (struct token){TOKEN_MARK, c};
        return true;
    }
    for (; scan->at < scan->end && is_name_byte(*scan->at); scan->at++)
        hash = hash_byte(hash, *scan->at);
    *ret_token = (struct token){TOKEN_NAME, hash};
    return true;
}

static bool is_mark(const struct token *tokens, size_t count, size_t i, char mark)
{
    return i < count && tokens[i].type == TOKEN_MARK && tokens[i].name == (uint8_t)mark;
}

static bool is_word(const struct token *tokens, size_t count, size_t i, const char *word)
{
    return i < count && tokens[i].type == TOKEN_NAME && tokens[i].name == hash_text(word);
}

/* Whether a common table expression of that name begins: name [(columns)] AS [NOT] [MATERIALIZED] (. */
static bool defines(const struct token *tokens, size_t count, size_t i)
{
    size_t at = i + 1;
    if (is_mark(tokens, count, at, '(')) {
        do
            at++;
        while (at < count && !is_mark(tokens, count, at, '(') && !is_mark(tokens, count, at, ')'));
        at++;
    }
    if (!is_word(tokens, count, at, "as"))
        return false;
    at++;
    at += is_word(tokens, count, at, "not");
    at += is_word(tokens, count, at, "materialized");
    return is_mark(tokens, count, at, '(');
}

/* How often a name stands where it can stand for a table: not before or after a dot, and not as a new name.
 */
static size_t uses_of(const struct token *tokens, size_t count, uint64_t name)
{
    size_t uses = 0;
    for (size_t i = 0; i < count; i++) {
        if (tokens[i].type != TOKEN_NAME || tokens[i].name != name || is_mark(tokens, count, i + 1, '.'))
            continue;
        bool named = i > 0 && (is_mark(tokens, count, i - 1, '.') || is_word(tokens, count, i - 1, "as"));
        uses += !named && !defines(tokens, count, i);
    }
    return uses;
}

bool sandbox_text_expands(struct hanse_bytes sql)
{
    struct scan scan = {.at = sql.data, .end = sql.data + sql.size};
    struct token *tokens = hanse_malloc((sql.size + 1) * sizeof *tokens);
    uint64_t names[EXPRESSIONS_MAX], copies = 1;
    size_t count = 0, expressions = 0;
    while (next(&scan, &tokens[count]))
        count++;
    for (size_t i = 0; i < count && copies <= COPIES_MAX; i++) {
        bool known = tokens[i].type != TOKEN_NAME || !defines(tokens, count, i);
        for (size_t j = 0; j < expressions && !known; j++)
            known = names[j] == tokens[i].name;
        if (known)
            continue;
        if (expressions == EXPRESSIONS_MAX) {
            copies = COPIES_MAX + 1;
            break;
        }
        names[expressions++] = tokens[i].name;
        size_t uses = uses_of(tokens, count, tokens[i].name);
        copies *= uses > 1 ? uses : 1;
    }
    free(tokens);
    return copies > COPIES_MAX;
}
