/* A client on a raw socket that sends whatever it likes: for the tests of the HTTP door. What cannot be done
 * fails the test. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "hanse/bytes.h"

extern int client_port; /* on 127.0.0.1, where it dials */

struct reply {
    int status;
    struct hanse_buffer head; /* with the status line */
    struct hanse_buffer body;
};

int dial(void); /* the descriptor; reading from it ends after 20 s */
void put(int fd, const void *data, size_t size);
void put_text(int fd, const char *text); /* with @ for "127.0.0.1:PORT" */
/* One reply, to be released; status 0 when the connection was closed instead. */
struct reply get(int fd, bool bodiless);
struct reply ask_on(int fd, const char *text);
struct reply ask(const char *text); /* on a connection of its own, as the next */
int status_of(const char *text);
/* `headers` are whole lines; the reply is released when nobody wants it. */
int post(const char *path, const char *headers, const char *body, struct reply *ret_reply);
json_t *json_of(const struct reply *reply); /* the caller's */
void reply_release(struct reply *reply);

#endif
