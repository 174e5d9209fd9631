/* A CHECK's condition, where it only bounds a column or lists its values. Written by people, or given back by
 * PostgreSQL with casts and parentheses: those are passed over, which is sound because only AND may join. */
#include <stdlib.h>
#include <string.h>

#include "found_internal.h"

#define CONDITION_MAX 4096u /* tokens */

struct condition {
    struct hanse_found *found;
    struct hanse_found_table *table;
    struct sql_token *tokens; /* without casts, parentheses and ARRAY[ ] */
    size_t count, at;
    bool apply; /* else only looked at */
};

static bool ends(const struct condition *c)
{
    return c->at >= c->count;
}

static bool take_word(struct condition *c, const char *word)
{
    if (ends(c) || !sql_is(&c->tokens[c->at], word))
        return false;
    c->at++;
    return true;
}

static bool take_sign(struct condition *c, char sign)
{
    if (ends(c) || !sql_is_sign(&c->tokens[c->at], sign))
        return false;
    c->at++;
    return true;
}

static struct hanse_found_column *take_column(struct condition *c)
{
    if (ends(c) || (c->tokens[c->at].type != SQL_WORD && c->tokens[c->at].type != SQL_NAME))
        return NULL;
    struct hanse_buffer name;
    hanse_buffer_init(&name);
    sql_unquote(&c->tokens[c->at], false, &name);
    struct hanse_found_column *column = hanse_found_column(c->found, &c->table->fields, name.data);
    hanse_buffer_release(&name);
    c->at += column != NULL;
    return column;
}

/* A string or number, unquoted in `out`; a sign may stand before a number. */
static bool take_literal(struct condition *c, struct hanse_buffer *out, bool *ret_number)
{
    hanse_buffer_reset(out);
    if (take_sign(c, '-'))
        hanse_buffer_append_byte(out, '-');
    if (ends(c))
        return false;
    const struct sql_token *token = &c->tokens[c->at];
    *ret_number = token->type == SQL_NUMBER_TOKEN;
    if (!*ret_number && (token->type != SQL_STRING || out->size > 0))
        return false;
    sql_unquote(token, false, out);
    c->at++;
    return true;
}

/* Whether bounds say something of it, and whether those are texts. */
static bool is_bounded(const struct hanse_found_column *column, bool *ret_texts)
{
    const char *logical = column->logical == NULL ? "" : column->logical;
    *ret_texts =
        strcmp(logical, "date") == 0 || strcmp(logical, "timestamp") == 0 || strcmp(logical, "time") == 0;
    return *ret_texts || strcmp(logical, "integer") == 0 || strcmp(logical, "number") == 0;
}

static bool set_bound(struct condition *c, struct hanse_found_column *column, const char *text, bool number,
                      enum hanse_found_option option)
{
    bool texts;
    if (!is_bounded(column, &texts) || texts == number)
        return false;
    if (number && text[strspn(text, "-0123456789.")] != '\0')
        return false;
    if (c->apply)
        column->options[option] = hanse_found_text(c->found, hanse_bytes_of(text));
    return true;
}

/* < <= > >= ; nothing else */
static bool take_operator(struct condition *c, bool *ret_upper, bool *ret_equal)
{
    *ret_upper = take_sign(c, '<');
    if (!*ret_upper && !take_sign(c, '>'))
        return false;
    *ret_equal = take_sign(c, '=');
    return ends(c) || !sql_is_sign(&c->tokens[c->at], '>');
}

static bool read_bound(struct condition *c, struct hanse_found_column *column, struct hanse_buffer *text)
{
    static const enum hanse_found_option OPTIONS[2][2] = {
        {HANSE_FOUND_EXCLUSIVE_MINIMUM, HANSE_FOUND_MINIMUM},
        {HANSE_FOUND_EXCLUSIVE_MAXIMUM, HANSE_FOUND_MAXIMUM}};
    bool upper, equal, number;
    return take_operator(c, &upper, &equal) && take_literal(c, text, &number) &&
           set_bound(c, column, text->data, number, OPTIONS[upper ? 1 : 0][equal ? 1 : 0]);
}

static bool read_between(struct condition *c, struct hanse_found_column *column, struct hanse_buffer *text)
{
    bool number;
    return take_literal(c, text, &number) && set_bound(c, column, text->data, number, HANSE_FOUND_MINIMUM) &&
           take_word(c, "AND") && take_literal(c, text, &number) &&
           set_bound(c, column, text->data, number, HANSE_FOUND_MAXIMUM);
}

/* `IN a, b` and `= ANY a, b`; numbers for numbers, texts for texts. */
static bool read_values(struct condition *c, struct hanse_found_column *column, struct hanse_buffer *text)
{
    bool texts, number;
    const char *logical = column->logical == NULL ? "string" : column->logical;
    bool numeric = is_bounded(column, &texts) && !texts;
    if ((!numeric && strcmp(logical, "string") != 0) || column->first_value != NULL)
        return false;
    do {
        if (!take_literal(c, text, &number) || number != numeric)
            return false;
        if (c->apply)
            hanse_found_add_value(c->found, column, text->data, number);
    } while (take_sign(c, ','));
    return true;
}

static bool read_length(struct condition *c, struct hanse_buffer *text)
{
    bool upper, equal, number;
    struct hanse_found_column *column = take_column(c);
    if (column == NULL || column->logical == NULL || strcmp(column->logical, "string") != 0 ||
        !take_operator(c, &upper, &equal) || !take_literal(c, text, &number) || !number || text->size > 9 ||
        text->data[strspn(text->data, "0123456789")] != '\0')
        return false;
    long length = strtol(text->data, NULL, 10) + (equal ? 0 : upper ? -1 : 1);
    if (length < 0)
        return false;
    if (c->apply)
        column->options[upper ? HANSE_FOUND_MAX_LENGTH : HANSE_FOUND_MIN_LENGTH] =
            found_format(c->found, "%ld", length);
    return true;
}

static bool read_term(struct condition *c, struct hanse_buffer *text)
{
    if (c->at + 1 < c->count &&
        (c->tokens[c->at + 1].type == SQL_WORD || c->tokens[c->at + 1].type == SQL_NAME) &&
        (take_word(c, "length") || take_word(c, "char_length") || take_word(c, "character_length")))
        return read_length(c, text);
    struct hanse_found_column *column = take_column(c);
    if (column == NULL)
        return false;
    if (take_word(c, "BETWEEN"))
        return read_between(c, column, text);
    if (take_word(c, "IN"))
        return read_values(c, column, text);
    if (take_sign(c, '='))
        return take_word(c, "ANY") && read_values(c, column, text);
    return read_bound(c, column, text);
}

static bool read_all(struct condition *c)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    bool fine = c->count > 0;
    c->at = 0;
    do {
        fine = fine && read_term(c, &text);
    } while (fine && take_word(c, "AND"));
    hanse_buffer_release(&text);
    return fine && ends(c);
}

/* `::character varying(20)[]`: the words of a type, its parentheses and brackets. */
static size_t skip_cast(const struct sql_token *tokens, size_t count, size_t at)
{
    for (; at < count; at++) {
        const struct sql_token *t = &tokens[at];
        bool word = (t->type == SQL_WORD && !sql_is(t, "AND")) || t->type == SQL_NAME;
        if (sql_is_sign(t, '(') && at + 2 < count && tokens[at + 1].type == SQL_NUMBER_TOKEN)
            while (at < count && !sql_is_sign(&tokens[at], ')'))
                at++;
        else if (!word && !(sql_is_sign(t, '[') && at + 1 < count && sql_is_sign(&tokens[at + 1], ']')) &&
                 !(sql_is_sign(t, ']') && sql_is_sign(&tokens[at - 1], '[')) && !sql_is_sign(t, '.'))
            break;
    }
    return at;
}

bool found_check_tokens(struct hanse_found *found, struct hanse_found_table *table,
                        const struct sql_token *tokens, size_t count)
{
    if (count > CONDITION_MAX)
        return false;
    struct condition c = {.found = found, .table = table};
    c.tokens = hanse_calloc(count + 1, sizeof *c.tokens);
    for (size_t i = 0; i < count;) {
        if (i + 1 < count && sql_is_sign(&tokens[i], ':') && sql_is_sign(&tokens[i + 1], ':')) {
            i = skip_cast(tokens, count, i + 2);
            continue;
        }
        bool dropped = sql_is_sign(&tokens[i], '(') || sql_is_sign(&tokens[i], ')') ||
                       sql_is_sign(&tokens[i], '[') || sql_is_sign(&tokens[i], ']') ||
                       sql_is(&tokens[i], "ARRAY");
        if (!dropped)
            c.tokens[c.count++] = tokens[i];
        i++;
    }
    bool fine = read_all(&c);
    c.apply = true;
    fine = fine && read_all(&c);
    free(c.tokens);
    return fine;
}

bool hanse_found_check(struct hanse_found *found, struct hanse_found_table *table,
                       struct hanse_bytes condition)
{
    struct sql_scanner scanner = {.source = condition};
    struct sql_token *tokens = hanse_calloc(CONDITION_MAX + 1, sizeof *tokens);
    size_t count = 0;
    while (count <= CONDITION_MAX && sql_scan(&scanner, &tokens[count]))
        count++;
    bool fine = count <= CONDITION_MAX && found_check_tokens(found, table, tokens, count);
    free(tokens);
    return fine;
}
