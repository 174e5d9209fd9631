#include "message.h"

#include "hanse/error.h"
#include "hanse/limits.h"

static size_t elements_of(enum message_type type)
{
    switch (type) {
#define X(name, number, recv, elements)                                                                      \
    case number:                                                                                             \
        return elements;
#include "messages.def"
#undef X
    }
    return 0;
}

const char *message_name(uint64_t type)
{
    switch (type) {
#define X(name, number, recv, elements)                                                                      \
    case number:                                                                                             \
        return #name;
#include "messages.def"
#undef X
    default:
        return "?";
    }
}

size_t message_open(struct hanse_reader *r, enum message_type type)
{
    size_t elements = hanse_read_array(r, elements_of(type), HANSE_ELEMENTS_MAX);
    uint64_t found = hanse_read_uint(r, UINT64_MAX);
    if (r->error == HANSE_OK && found != (uint64_t)type)
        hanse_reader_fail(r, HANSE_E_UNKNOWN_MESSAGE);
    return elements;
}

void message_close(struct hanse_reader *r, enum message_type type, size_t elements)
{
    if (r->error == HANSE_OK)
        hanse_read_skip_many(r, elements - elements_of(type));
}

void message_begin(enum message_type type, struct hanse_buffer *out)
{
    hanse_write_array(out, elements_of(type));
    hanse_write_uint(out, (uint64_t)type);
}
