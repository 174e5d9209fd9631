#include "guard.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The only names this door answers to. A name that some DNS server points at 127.0.0.1 is not among them,
 * which is the whole defence against rebinding. */
static const struct {
    const char *name, *numeric;
} HOSTS[] = {{"127.0.0.1", "127.0.0.1"}, {"localhost", "127.0.0.1"}, {"[::1]", "::1"}};

static bool parse_port(const char *text, uint16_t *ret_port)
{
    unsigned value = 0;
    size_t digits = 0;
    for (; isdigit((unsigned char)text[digits]) && digits < 6; digits++)
        value = value * 10 + (unsigned)(text[digits] - '0');
    if (digits == 0 || text[digits] != '\0' || value > 65535 || (text[0] == '0' && digits > 1))
        return false;
    *ret_port = (uint16_t)value;
    return true;
}

bool http_guard_loopback(const char *address, const char **ret_host, uint16_t *ret_port)
{
    for (size_t i = 0; i < sizeof HOSTS / sizeof *HOSTS; i++) {
        size_t size = strlen(HOSTS[i].name);
        if (strncasecmp(address, HOSTS[i].name, size) != 0)
            continue;
        uint16_t port = 0;
        if (address[size] == ':' ? !parse_port(address + size + 1, &port) : address[size] != '\0')
            return false;
        *ret_host = HOSTS[i].numeric;
        *ret_port = port;
        return true;
    }
    return false;
}

/* Whether the text names this door; the port may be left out when it is HTTP's own. */
static bool is_own(const char *authority, uint16_t port)
{
    const char *host = NULL;
    uint16_t named = 0;
    return http_guard_loopback(authority, &host, &named) && (named == 0 ? 80 : named) == port;
}

static int refuse(int error, const char *why, const char **ret_why)
{
    *ret_why = why;
    return error;
}

int http_guard_check(const struct http_request *request, uint16_t port, const char **ret_why)
{
    const char *value = NULL, *other = NULL;
    /* Two readers must not see two different requests (RFC 9112, section 6.3). */
    size_t lengths = http_request_header(request, "Content-Length", &value);
    size_t encodings = http_request_header(request, "Transfer-Encoding", &other);
    if (lengths > 1 || encodings > 1 || (lengths == 1 && encodings == 1))
        return refuse(HANSE_E_INVALID, "The length of the body is ambiguous.", ret_why);
    if (encodings == 1 && strcasecmp(other, "chunked") != 0)
        return refuse(HANSE_E_INVALID, "The transfer encoding is not known here.", ret_why);
    if (lengths == 1 && value[strspn(value, "0123456789")] != '\0')
        return refuse(HANSE_E_INVALID, "Content-Length is not a number.", ret_why);
    if (http_request_header(request, "Host", &value) != 1)
        return refuse(HANSE_E_INVALID, "There must be one Host header.", ret_why);
    if (!is_own(value, port))
        return refuse(
            HANSE_E_NOT_ALLOWED,
            "The Host header does not name this node; it answers on loopback names with its port only.",
            ret_why);
    size_t origins = http_request_header(request, "Origin", &value);
    if (origins > 1 || (origins == 1 && (strncasecmp(value, "http://", 7) != 0 || !is_own(value + 7, port))))
        return refuse(HANSE_E_NOT_ALLOWED, "Pages of other origins may not speak to this node.", ret_why);
    size_t sites = http_request_header(request, "Sec-Fetch-Site", &value);
    if (sites > 1 || (sites == 1 && strcmp(value, "same-origin") != 0 && strcmp(value, "none") != 0))
        return refuse(HANSE_E_NOT_ALLOWED, "Pages of other sites may not speak to this node.", ret_why);
    return HANSE_OK;
}

bool http_guard_token(const struct http_request *request, const struct hanse_hash *token)
{
    static const char SCHEME[] = "Bearer ";
    const char *value = NULL;
    if (http_request_header(request, "Authorization", &value) != 1 ||
        strncasecmp(value, SCHEME, sizeof SCHEME - 1) != 0)
        return false;
    /* The time taken tells nothing: hashes are compared, of equal length, and all of their bytes. */
    struct hanse_hash shown = hanse_hash_sha256(hanse_bytes_of(value + sizeof SCHEME - 1));
    unsigned difference = 0;
    for (size_t i = 0; i < sizeof shown.bytes; i++)
        difference |= (unsigned)(shown.bytes[i] ^ token->bytes[i]);
    return difference == 0;
}
