#include "client.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEADERS_MAX (64u * 1024u)
#define TICK_MS     100

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

/* Waits until the socket is ready for `what`. */
static int wait_for(struct client *client, short what, uint64_t deadline_ms)
{
    for (;;) {
        struct pollfd p = {.fd = client->fd, .events = what};
        int n = poll(&p, 1, TICK_MS);
        if (n > 0)
            return HANSE_OK;
        if (n < 0 && errno != EINTR)
            return HANSE_E_UNREACHABLE;
        progress_tick(client->progress, 0, 0);
        if (now_ms() > deadline_ms)
            return HANSE_E_TIMED_OUT;
    }
}

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
    return address->sa_family == AF_INET6 &&
           IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static int connect_to(struct client *client, const struct addrinfo *address, uint64_t deadline_ms)
{
    client->fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (client->fd < 0)
        return HANSE_E_UNREACHABLE;
    int rc = HANSE_OK;
    if (connect(client->fd, address->ai_addr, address->ai_addrlen) != 0) {
        int error = errno;
        socklen_t size = sizeof error;
        rc = error == EINPROGRESS ? wait_for(client, POLLOUT, deadline_ms) : HANSE_E_UNREACHABLE;
        if (rc == HANSE_OK &&
            (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0))
            rc = HANSE_E_UNREACHABLE;
    }
    if (rc != HANSE_OK)
        client_close(client);
    return rc;
}

/* "http://host:port", with or without a slash at the end, into host (brackets taken off) and port. */
static int split_url(const char *url, char *ret_host, size_t host_size, char *ret_port, size_t port_size)
{
    static const char SCHEME[] = "http://";
    if (strncasecmp(url, SCHEME, sizeof SCHEME - 1) != 0)
        return HANSE_E_INVALID;
    const char *host = url + sizeof SCHEME - 1;
    size_t size = host[0] == '[' ? strcspn(host, "]") + (strchr(host, ']') != NULL) : strcspn(host, ":/");
    const char *rest = host + size;
    const char *port = *rest == ':' ? rest + 1 : "80";
    size_t digits = *rest == ':' ? strspn(port, "0123456789") : 2;
    rest = *rest == ':' ? port + digits : rest;
    if (size == 0 || size >= host_size || digits == 0 || digits >= port_size ||
        (strcmp(rest, "/") != 0 && *rest != '\0'))
        return HANSE_E_INVALID;
    bool bracketed = host[0] == '[';
    snprintf(ret_host, host_size, "%.*s", (int)(size - (bracketed ? 2 : 0)), host + bracketed);
    snprintf(ret_port, port_size, "%.*s", (int)digits, port);
    return HANSE_OK;
}

int client_open(struct client *client, const char *url, unsigned timeout_ms, struct progress *progress)
{
    char host[48], port[8];
    client->fd = -1;
    client->timeout_ms = timeout_ms;
    client->progress = progress;
    int rc = split_url(url, host, sizeof host, port, sizeof port);
    if (rc != HANSE_OK || strlen(url) >= sizeof client->url)
        return HANSE_E_INVALID;
    snprintf(client->url, sizeof client->url, "%s", url);
    client->url[strlen(url) - (url[strlen(url) - 1] == '/')] = '\0';
    snprintf(client->host, sizeof client->host, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *addresses = NULL;
    if (getaddrinfo(host, port, &hints, &addresses) != 0)
        return HANSE_E_UNREACHABLE;
    rc = HANSE_E_NOT_ALLOWED;
    for (const struct addrinfo *a = addresses; a != NULL && rc != HANSE_OK; a = a->ai_next)
        if (is_loopback(a->ai_addr))
            rc = connect_to(client, a, now_ms() + timeout_ms);
    freeaddrinfo(addresses);
    return rc;
}

void client_close(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
}

static int send_all(struct client *client, struct hanse_bytes bytes, uint64_t deadline_ms)
{
    while (bytes.size > 0) {
        ssize_t n = send(client->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return HANSE_E_UNREACHABLE;
        if (n < 0) {
            int rc = wait_for(client, POLLOUT, deadline_ms);
            if (rc != HANSE_OK)
                return rc;
            continue;
        }
        bytes = hanse_bytes(bytes.data + n, bytes.size - (size_t)n);
    }
    return HANSE_OK;
}

/* Appends what has come; `ret_end` when that was the end. */
static int receive_some(struct client *client, struct hanse_buffer *in, uint64_t deadline_ms, bool *ret_end)
{
    char chunk[16384];
    for (;;) {
        ssize_t n = recv(client->fd, chunk, sizeof chunk, 0);
        if (n >= 0) {
            hanse_buffer_append(in, chunk, (size_t)n);
            *ret_end = n == 0;
            return HANSE_OK;
        }
        if (errno != EAGAIN && errno != EINTR)
            return HANSE_E_UNREACHABLE;
        int rc = wait_for(client, POLLIN, deadline_ms);
        if (rc != HANSE_OK)
            return rc;
    }
}

/* One header line: "Name: value". */
static int read_header(const char *line, size_t size, struct client_response *response, long long *length)
{
    char text[1024];
    snprintf(text, sizeof text, "%.*s", (int)(size < sizeof text ? size : sizeof text - 1), line);
    char *colon = strchr(text, ':');
    if (colon == NULL)
        return HANSE_E_INVALID;
    *colon = '\0';
    const char *value = colon + 1 + strspn(colon + 1, " \t");
    if (strcasecmp(text, "Content-Length") == 0) {
        char *end = NULL;
        *length = strtoll(value, &end, 10);
        if (*end != '\0' || *length < 0)
            return HANSE_E_INVALID;
    } else if (strcasecmp(text, "Content-Type") == 0) {
        snprintf(response->media, sizeof response->media, "%.*s", (int)strcspn(value, "; "), value);
    } else if (strcasecmp(text, "Content-Disposition") == 0) {
        response->attachment = true;
    } else if (strcasecmp(text, "Connection") == 0) {
        response->closing = strcasecmp(value, "close") == 0;
    } else if (strcasecmp(text, "Transfer-Encoding") == 0) {
        return HANSE_E_INVALID; /* our nodes never chunk */
    }
    return HANSE_OK;
}

/* The head, once it is whole; its size with the empty line, or 0 when there is more to come. */
static int read_head(const struct hanse_buffer *in, struct client_response *response, long long *length,
                     size_t *ret_size)
{
    const char *end = strstr(in->data, "\r\n\r\n");
    if (end == NULL)
        return in->size > HEADERS_MAX ? HANSE_E_TOO_LARGE : HANSE_OK;
    if (sscanf(in->data, "HTTP/1.%*1d %3d", &response->status) != 1 || response->status < 100)
        return HANSE_E_INVALID;
    const char *line = strstr(in->data, "\r\n") + 2;
    while (line < end + 2) {
        const char *next = strstr(line, "\r\n");
        int rc = read_header(line, (size_t)(next - line), response, length);
        if (rc != HANSE_OK)
            return rc;
        line = next + 2;
    }
    *ret_size = (size_t)(end - in->data) + 4;
    return HANSE_OK;
}

static int receive(struct client *client, bool bodiless, uint64_t deadline_ms,
                   struct client_response *response)
{
    struct hanse_buffer in;
    hanse_buffer_init(&in);
    size_t head = 0;
    long long length = -1;
    bool end = false;
    int rc = HANSE_OK;
    while (rc == HANSE_OK) {
        if (head == 0) {
            rc = read_head(&in, response, &length, &head);
            if (rc != HANSE_OK)
                break;
        }
        if (head > 0 && (bodiless || response->status == 304 || response->status == 204))
            break;
        if (head > 0 && (length > (long long)CLIENT_ANSWER_MAX || in.size > CLIENT_ANSWER_MAX))
            rc = HANSE_E_TOO_LARGE;
        else if (head > 0 && length >= 0 && in.size >= head + (size_t)length)
            break;
        else if (end && (head == 0 || length >= 0))
            rc = HANSE_E_UNREACHABLE; /* closed in the middle */
        else if (end)
            break;
        else
            rc = receive_some(client, &in, deadline_ms, &end);
    }
    if (rc == HANSE_OK)
        hanse_buffer_append(&response->body, in.data + head,
                            bodiless      ? 0
                            : length >= 0 ? (size_t)length
                                          : in.size - head);
    hanse_buffer_release(&in);
    return rc;
}

int client_request(struct client *client, const char *method, const char *target, const char *token,
                   struct hanse_bytes body, struct client_response *ret_response)
{
    uint64_t deadline = now_ms() + client->timeout_ms;
    bool post = strcmp(method, "POST") == 0;
    struct hanse_buffer head;
    struct client_response response = {0};
    hanse_buffer_init(&head);
    hanse_buffer_init(&response.body);
    hanse_buffer_printf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: hanse/" HANSE_VERSION "\r\n",
                        method, target, client->host);
    if (token != NULL)
        hanse_buffer_printf(&head, "Authorization: Bearer %s\r\n", token);
    if (post)
        hanse_buffer_printf(&head, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body.size);
    hanse_buffer_append_text(&head, "\r\n");
    int rc = send_all(client, hanse_buffer_bytes(&head), deadline);
    if (rc == HANSE_OK && post)
        rc = send_all(client, body, deadline);
    /* A server that refuses early answers and closes: the answer is worth reading though the sending failed.
     */
    if (rc == HANSE_OK || rc == HANSE_E_UNREACHABLE) {
        int sent = rc;
        rc = receive(client, strcmp(method, "HEAD") == 0, deadline, &response);
        rc = rc != HANSE_OK && sent != HANSE_OK ? sent : rc;
    }
    hanse_buffer_release(&head);
    if (rc != HANSE_OK || response.closing)
        client_close(client);
    if (rc == HANSE_OK)
        *ret_response = response;
    else
        hanse_buffer_release(&response.body);
    return rc;
}
