#include "http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

int client_port;

int dial(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)client_port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    struct timeval patience = {.tv_sec = 20};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void put(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* it may refuse before all is sent */
        at += n;
        size -= (size_t)n;
    }
}

void reply_release(struct reply *reply)
{
    hanse_buffer_release(&reply->head);
    hanse_buffer_release(&reply->body);
}

struct reply get(int fd, bool bodiless)
{
    struct reply reply = {0};
    hanse_buffer_init(&reply.head);
    hanse_buffer_init(&reply.body);
    char c;
    while (strstr(reply.head.data, "\r\n\r\n") == NULL) {
        if (recv(fd, &c, 1, 0) != 1)
            return reply;
        hanse_buffer_append_byte(&reply.head, c);
    }
    sscanf(reply.head.data, "HTTP/1.1 %d", &reply.status);
    const char *length = strcasestr(reply.head.data, "\r\nContent-Length: ");
    size_t size = length == NULL || bodiless ? 0 : strtoul(length + 18, NULL, 10);
    while (reply.body.size < size && recv(fd, &c, 1, 0) == 1)
        hanse_buffer_append_byte(&reply.body, c);
    return reply;
}

void put_text(int fd, const char *text)
{
    struct hanse_buffer request;
    hanse_buffer_init(&request);
    for (; *text != '\0'; text++) {
        if (*text == '@')
            hanse_buffer_printf(&request, "127.0.0.1:%d", client_port);
        else
            hanse_buffer_append_byte(&request, *text);
    }
    put(fd, request.data, request.size);
    hanse_buffer_release(&request);
}

struct reply ask_on(int fd, const char *text)
{
    put_text(fd, text);
    return get(fd, strncmp(text, "HEAD", 4) == 0);
}

struct reply ask(const char *text)
{
    int fd = dial();
    struct reply reply = ask_on(fd, text);
    close(fd);
    return reply;
}

int status_of(const char *text)
{
    struct reply reply = ask(text);
    int status = reply.status;
    reply_release(&reply);
    return status;
}

json_t *json_of(const struct reply *reply)
{
    json_t *json = json_loadb(reply->body.data, reply->body.size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    return json;
}

int post(const char *path, const char *headers, const char *body, struct reply *ret_reply)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_printf(&text, "POST %s HTTP/1.1\r\nHost: @\r\n%sContent-Length: %zu\r\n\r\n%s", path,
                        headers, strlen(body), body);
    struct reply reply = ask(text.data);
    int status = reply.status;
    hanse_buffer_release(&text);
    if (ret_reply != NULL)
        *ret_reply = reply;
    else
        reply_release(&reply);
    return status;
}
