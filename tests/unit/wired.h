/* Engines wired by hand, for golden traces: every step of every engine leaves lines in one trace, which a
 * test compares with what it expects. Nothing happens by itself: the test delivers, drops and forges
 * messages, moves the clock, and says when a disk is done.
 *
 * Journals: council, alpha (written by a), beta (by b), gamma (by c). The council has one member, who is its
 * clerk, on a. */
#ifndef UNIT_WIRED_H
#define UNIT_WIRED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "disk.h"
#include "hanse/engine.h"
#include "hanse/msgpack.h"

enum { COUNCIL, ALPHA, BETA, GAMMA, CHAINS };
enum { A, B, C, PEERS, PUPPET = PEERS };

struct peer {
    bool there;
    struct hanse_engine *engine;
    struct hanse_engine_config config;
    struct hanse_curve_key key;
    struct disk disk;
    bool disk_full; /* cannot keep a proof */
    bool holds;     /* its disk answers only when the test says so */
    uint64_t timer_ms;
    uint64_t chance; /* another one, another course of its draws */
    uint32_t accepted;
    int may_sign[CHAINS];
};

struct flying { /* a message on its way, or a link that is being made */
    int from;
    int to;
    hanse_link link; /* of who gets it */
    struct hanse_buffer message;
};

struct joint { /* a link: what it is called at either end */
    int ends[2];
    hanse_link links[2];
};

struct wired {
    struct archive archive;
    struct hanse_pin pin;
    uint64_t now_ms;
    struct peer peers[PEERS];
    struct flying flying[4096];
    size_t first_flying;
    size_t flying_count;
    struct joint joints[64];
    size_t joint_count;
    struct hanse_buffer trace;
    struct hanse_buffer bodies[512]; /* that drafts borrow */
    size_t body_count;
    struct hanse_hash requested; /* the journal of the last request heard */
};

void wired_init(struct wired *w);
void wired_release(struct wired *w);
/* The usual beginning: a has the council with alpha and beta admitted, each with its owner's key, and alpha.
 * The trace is empty. */
void wired_found(struct wired *w);
/* Makes a peer with the seeds named, as in "ab"; it starts at start(). */
struct peer *make(struct wired *w, int who, const char *seeds);
void start(struct wired *w, int who);
void crash(struct wired *w, int who); /* the engine is gone, the disk stays */

int step(struct wired *w, int who, struct hanse_event *event);

bool deliver(struct wired *w); /* the message that was sent first; false: none is on its way */
void drop(struct wired *w);    /* it is lost instead */
void deliver_all(struct wired *w);
void tick(struct wired *w, int who, uint64_t after_ms);
void durable(struct wired *w, int who); /* of a peer that holds */
void disk_full(struct wired *w, int who, int chain);

/* A link to nobody: what the peer sends there ends in the trace. */
hanse_link puppet(struct wired *w, int who, enum hanse_link_right right, int whose_key);
void puppet_says(struct wired *w, int who, hanse_link link, const struct hanse_buffer *message);
void puppet_hello(struct wired *w, int who, hanse_link link);
/* wired_writes.c */
struct hanse_signing_key wired_key(int chain, uint64_t version);
/* One commit with one draft of so many bytes of body. */
int publish(struct wired *w, int who, int chain, const char *key, size_t size);
int begin(struct wired *w, int who, int chain); /* the authority */
int admit(struct wired *w, int chain, int owner);
int retire(struct wired *w, int chain);
/* By another who has the clerk's key. */
int retire_at(struct wired *w, int who, int chain);
/* The draft that begins a journal. */
struct hanse_draft wired_authority(struct wired *w, int chain);

/* wired_messages.c */
extern const char *const wired_journals[CHAINS];
void wired_describe(struct wired *w, struct hanse_bytes message); /* as the rest of a line of the trace */
/* Messages, as a peer would write them. */
void say_hello(struct hanse_buffer *out, uint64_t version, const struct hanse_hash *mesh);
void say_root(struct hanse_buffer *out, const struct hanse_hash *root); /* NULL: nonsense */
void say_heads(const struct wired *w, struct hanse_buffer *out, bool complete, int chain, uint64_t size);
void say_want(const struct wired *w, struct hanse_buffer *out, int chain, uint64_t first);
void say_have(const struct wired *w, struct hanse_buffer *out, int chain, uint64_t size);
void say_graft(const struct wired *w, struct hanse_buffer *out, int chain, uint64_t first);
void say_prune(const struct wired *w, struct hanse_buffer *out, int chain);
void say_body(const struct wired *w, struct hanse_buffer *out, int chain, uint64_t index,
              struct hanse_bytes salted);
void say_request(const struct wired *w, struct hanse_buffer *out, const char *name, int chain);
/* The stored COMMIT message that begins at `first`. */
struct hanse_bytes stored(const struct wired *w, int who, int chain, uint64_t first);

uint64_t size_of(const struct wired *w, int who, int chain); /* what the engine holds */
void assert_trace(struct wired *w, const char *expected);
void forget_trace(struct wired *w);
bool trace_has(const struct wired *w, const char *line);
bool same_heads(struct wired *w, int one, int other);

#endif
