/* JSON read in one pass, without a tree: a reader takes what it wants and skips the rest, so a manifest of
 * dbt may be large and an event of OpenLineage deep. The text is borrowed and never changed.
 *
 * A value that is not of the type asked for is skipped, and false is given: these formats are read leniently.
 * What is no JSON ends the reading: everything gives false from then on, and `wrong` says why. What is
 * skipped is checked for its brackets and quotes only. */
#ifndef JSON_CURSOR_H
#define JSON_CURSOR_H

#include "hanse/bytes.h"
#include "hanse/document.h"

#define JSON_CURSOR_DEPTH_MAX 512u

struct json_cursor {
    struct hanse_bytes source;
    size_t at;
    uint32_t depth;
    bool fresh;                              /* nothing stands in the open list or object yet */
    uint8_t brackets[JSON_CURSOR_DEPTH_MAX]; /* the open ones */
    const char *wrong;                       /* static; NULL: nothing */
};

struct json_cursor json_cursor(struct hanse_bytes source);
/* Goes into a list or an object, whose items are then asked for one by one to the end. */
bool json_enter_list(struct json_cursor *cursor);
bool json_enter_object(struct json_cursor *cursor);
bool json_next_item(struct json_cursor *cursor);
bool json_next_member(struct json_cursor *cursor, struct hanse_buffer *ret_name); /* its name, decoded */
/* A string into the buffer, which is emptied first. A NUL in it becomes U+FFFD. */
bool json_take_text(struct json_cursor *cursor, struct hanse_buffer *ret_text);
bool json_take_boolean(struct json_cursor *cursor, bool *ret_boolean);
void json_skip(struct json_cursor *cursor);
/* Whether all was read and nothing is left. */
bool json_cursor_done(struct json_cursor *cursor);
/* Fills the error with the place and what is wrong. */
void json_cursor_error(const struct json_cursor *cursor, struct hanse_document_error *ret_error);

#endif
