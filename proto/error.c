#include "hanse/error.h"

const char *hanse_error_name(int error)
{
    switch (error) {
    case HANSE_OK:
        return "OK";
#define X(name, value, sentence)                                                                             \
    case value:                                                                                              \
        return #name;
        HANSE_ERRORS(X)
#undef X
    default:
        return "UNKNOWN";
    }
}

const char *hanse_error_sentence(int error)
{
    switch (error) {
    case HANSE_OK:
        return "no error";
#define X(name, value, sentence)                                                                             \
    case value:                                                                                              \
        return sentence;
        HANSE_ERRORS(X)
#undef X
    default:
        return "an error of an unknown number";
    }
}
