#include "libpq.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define NAME "libpq.so.5"

struct libpq pq;

int libpq_load(struct hanse_buffer *why)
{
    static const struct {
        const char *name;
        size_t at;
    } functions[] = {
#define ROW(function) {"PQ" #function, offsetof(struct libpq, function)},
        LIBPQ_FUNCTIONS(ROW)
#undef ROW
    };
    if (pq.clear != NULL)
        return HANSE_OK;
    void *library = dlopen(NAME, RTLD_NOW | RTLD_LOCAL);
    struct libpq loaded;
    for (size_t i = 0; library != NULL && i < sizeof functions / sizeof functions[0]; i++) {
        void *function = dlsym(library, functions[i].name);
        if (function == NULL) {
            dlclose(library);
            library = NULL;
        } else {
            memcpy((char *)&loaded + functions[i].at, &function, sizeof function);
        }
    }
    if (library == NULL) {
        hanse_buffer_append_text(why, NAME " is missing, PostgreSQL's own client library; on Debian: apt-get "
                                           "install libpq5");
        return HANSE_E_NOT_FOUND;
    }
    pq = loaded;
    return HANSE_OK;
}
