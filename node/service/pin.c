#include "pin.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *pin_text(const struct hanse_pin *pin, char out[static PIN_TEXT_SIZE])
{
    char mesh[HANSE_HASH_HEX_SIZE], root[HANSE_HASH_HEX_SIZE];
    hanse_hash_hex(&pin->mesh, mesh);
    hanse_hash_hex(&pin->root, root);
    if (pin->size == 0)
        snprintf(out, PIN_TEXT_SIZE, "%s", mesh);
    else
        snprintf(out, PIN_TEXT_SIZE, "%s@%" PRIu64 ":%s", mesh, pin->size, root);
    return out;
}

static int parse_size(const char *text, const char **ret_end, uint64_t *ret_size)
{
    char *end;
    if (text[0] < '1' || text[0] > '9')
        return HANSE_E_INVALID;
    errno = 0;
    unsigned long long size = strtoull(text, &end, 10);
    if (errno != 0 || size > HANSE_SIZE_MAX)
        return HANSE_E_INVALID;
    *ret_size = size;
    *ret_end = end;
    return HANSE_OK;
}

int pin_parse(const char *text, struct hanse_pin *ret_pin)
{
    struct hanse_pin pin = {0};
    char mesh[HANSE_HASH_HEX_SIZE];
    const char *at = text;
    if (strlen(text) < HANSE_HASH_HEX_SIZE - 1)
        return HANSE_E_INVALID;
    memcpy(mesh, text, sizeof mesh - 1);
    mesh[sizeof mesh - 1] = '\0';
    int error = hanse_hash_from_hex(mesh, &pin.mesh);
    at += sizeof mesh - 1;
    if (error == HANSE_OK && *at == '@') {
        error = parse_size(at + 1, &at, &pin.size);
        if (error == HANSE_OK)
            error = *at == ':' ? hanse_hash_from_hex(at + 1, &pin.root) : HANSE_E_INVALID;
    } else if (*at != '\0') {
        error = HANSE_E_INVALID;
    }
    if (error == HANSE_OK)
        *ret_pin = pin;
    return error;
}
