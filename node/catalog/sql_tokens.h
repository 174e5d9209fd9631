/* SQL as tokens: just enough of the lexical rules of PostgreSQL, SQLite and MySQL to read DDL. */
#ifndef SQL_TOKENS_H
#define SQL_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "hanse/bytes.h"

enum sql_token_type {
    SQL_WORD,   /* an unquoted word */
    SQL_NAME,   /* a quoted one: "a", `a`, [a] */
    SQL_STRING, /* 'a', E'a', $$a$$ */
    SQL_NUMBER_TOKEN,
    SQL_SIGN, /* one character of anything else */
};

struct sql_token {
    enum sql_token_type type;
    struct hanse_bytes text; /* as it stands in the source, quotes included */
};

struct sql_scanner {
    struct hanse_bytes source;
    size_t at;
    bool backslashes; /* MySQL: they escape within strings */
    bool unclosed;    /* a string or comment did not end; it begins at … */
    size_t unclosed_at;
};

/* The next token; false at the end. Comments and white space are passed over; a string or comment that does
 * not end goes to the end of the source, and is told. */
bool sql_scan(struct sql_scanner *scanner, struct sql_token *ret_token);
/* Whether it is that word, unquoted, whatever its case. */
bool sql_is(const struct sql_token *token, const char *word);
bool sql_is_sign(const struct sql_token *token, char sign);
/* Appends what a name or string holds, without quotes and escapes. */
void sql_unquote(const struct sql_token *token, bool backslashes, struct hanse_buffer *out);

#endif
