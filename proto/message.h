/* Messages: their numbers and names, from messages.def. Law: PROTOCOL.md, "Links". */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include "hanse/msgpack.h"

enum message_type {
#define X(name, number, recv, elements) MESSAGE_##name = number,
#include "messages.def"
#undef X
};

/* "HELLO" …; "?" for a number that is none. Static. */
const char *message_name(uint64_t type);

/* Reads the array's head and the type, which must be this one; gives the count of elements. */
size_t message_open(struct hanse_reader *r, enum message_type type);
/* Passes over the later elements of a message that had `elements`. */
void message_close(struct hanse_reader *r, enum message_type type, size_t elements);
/* Writes the array's head and the type; the elements that messages.def names must follow. */
void message_begin(enum message_type type, struct hanse_buffer *out);

#endif
