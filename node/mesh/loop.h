/* The mesh thread's inside, shared by its sources:
 *
 *   mesh.c     the handle that other threads hold: starting, asking, stopping
 *   helm.c     which thread may touch the loop
 *   loop.c     the turns: poll, read, feed, commit, rest
 *   apply.c    one step of the engine, and what it asks for
 *   loads.c    what peers asked for, until it is read and sent
 *   forks.c    cutting a journal of which there are two histories
 *   storing.c  what is to be stored: from PERSIST to PERSISTED
 *   prepare.c  bodies read ahead, on a thread of its own
 *   publish.c  own commits: the fence, the disk, the answer
 *   writers.c  the journals this node signs for, and whether it may
 *   control.c  the other commands
 *   soundness.c  the scrub, and a verification in pieces
 *   view.c     what other threads may know, copied for them
 *   diary.c    counting and telling what was refused
 *
 * One turn:
 *
 *   poll ─▶ messages ─▶ engine ─▶ effects ─▶ backlog ─▶ store (many in one) ─▶ PERSISTED ─▶ sends
 *     ├──▶ loads ──▶ engine ─▶ sends
 *     └──▶ commands ─▶ engine ─▶ effects ─▶ fence and store, waited for ─▶ answer */
#ifndef HANSE_MESH_LOOP_H
#define HANSE_MESH_LOOP_H

#include <czmq.h>
#include <stdatomic.h>

#include "hanse/mesh.h"
#include "helm.h"
#include "transport.h"

#define BATCH_ENTRIES 1000u /* then the transaction is committed, though more input waits */
#define BATCH_BYTES   (4u * 1024u * 1024u)
#define BATCH_MS      20u
#define CAUTIOUS      100u /* commits that get a transaction each after one failed, so that it fails alone */

/* A journal that this node signs for. */
struct writer {
    struct hanse_mesh_writer config;
    struct hanse_fence *fence;
    struct hanse_fence_mark acknowledged; /* the last that a caller was told of, or was found at the start */
    struct hanse_fence_mark intended;     /* in the open transaction */
    bool writing;                         /* the fence is, or is to be, for the open transaction */
    bool unfenced;                        /* `intended` was not yet given to the fence's thread */
    bool unsettled;                       /* the fence's file still has an older `acknowledged` */
};

struct own_append { /* a caller waits for it */
    const struct hanse_hash *journal;
    const struct hanse_draft *drafts;
    size_t count;
    struct hanse_appended appended;
};

enum command_type {
    COMMAND_APPEND,
    COMMAND_ADD_WRITER,
    COMMAND_JOIN,
    COMMAND_ADD_INVITE,
    COMMAND_REINDEX,
    COMMAND_VERIFY,
};

/* What another thread asks for: on its stack, while it waits. */
struct command {
    enum command_type type;
    struct command *next; /* in the queue; the helm's, as are the next two */
    pthread_cond_t changed;
    bool answered;
    int error; /* the answer */
    union {
        struct own_append append;
        const struct hanse_mesh_writer *writer;
        struct {
            const struct hanse_engine_config *engine;
            const uint8_t *lobby_secret;
        } join;
        struct {
            const struct hanse_curve_key *client;
            uint64_t expires_ms;
        } invite;
        struct hanse_buffer *where;
    };
};

/* The store's open transaction. */
struct batch {
    bool open;
    size_t entries, bytes;
    uint64_t begun_ms;
    struct mark {
        struct hanse_hash journal;
        uint64_t size;
    } * marks; /* to be told PERSISTED, in order */
    size_t mark_count, mark_capacity;
    uint32_t cautious; /* commits still to be committed alone */
};

struct fork_request { /* a RECALL or FREEZE: what it points to lives as long as the engine waits */
    enum hanse_effect_type type;
    struct hanse_hash journal;
    uint64_t index; /* or the size that stays */
    bool base;
    struct hanse_buffer frontier;
    struct hanse_bytes proof;
    struct hanse_hash heads_root;
};

/* Commits that wait to be stored, in order; storing.c. */
struct backlog {
    struct queued *first, *last;
    size_t entries, bytes;
};

struct hanse_mesh_snapshot;
struct loads;

struct loop {
    struct hanse_mesh *mesh;
    void (*log)(void *context, int level, const char *line);
    void *log_context;
    struct hanse_store *store;
    struct hanse_engine *engine;
    struct transport *transport;
    struct poller *poller;
    struct helm *helm;
    zsock_t *pipe; /* of the actor: only says when to stop */
    struct polled pipe_polled;
    struct hanse_pin pin;
    uint8_t lobby_secret[32];
    bool offline;
    bool started; /* past restoring */

    uint64_t now_ms;    /* of this turn */
    uint64_t until_ms;  /* the mesh thread sleeps until then */
    uint64_t timer_ms;  /* TICK is due; UINT64_MAX: none was asked for */
    uint64_t active_ms; /* something was last stored or asked for */
    bool reading;       /* a round of reading the links is not over */
    struct backlog backlog;
    struct preparer *preparer; /* NULL: nothing is read ahead */
    struct batch batch;
    struct own_append *appending; /* whose APPEND is being stepped */
    struct hanse_hash *failed;    /* journals whose PERSISTs were undone in this step */
    size_t failed_count, failed_capacity;
    int failed_error;
    struct loads *loads;
    struct fork_request *forks; /* asked for, first come first served */
    size_t fork_count, fork_capacity;
    size_t cuts;         /* journals cut since the start */
    bool answering_fork; /* others wait: all PERSISTs are answered before a journal is cut */
    struct writer *writers;
    size_t writer_count;

    bool strangers_told;    /* the log has its one line about them */
    uint32_t unmaintained;  /* transactions since maintenance of the store had nothing left to do */
    uint32_t maintain_at;   /* after so many a short pause is used for it */
    uint64_t untrimmed;     /* bytes that came and went since memory was given back */
    uint64_t ended_then;    /* connections that had ended by then */
    bool damaged;           /* the database is, and no longer to be relied on */
    uint64_t scrub_ms;      /* when the scrub goes on */
    uint64_t sound_wall_ms; /* when it last had been through the whole file; 0: not yet */
    struct hanse_verification *verification; /* that `verifier` waits for; or NULL */
    struct command *verifier;
    uint64_t invites_ms; /* when to ask the store again which invites are open; UINT64_MAX: there is none */
    bool changed;        /* since the last snapshot */
    uint64_t snapshot_ms;
    uint64_t started_wall_ms;
    uint64_t refused[128]; /* by -error */
    struct {
        hanse_link link;
        int error;
    } told[256]; /* refusals already in the log; a ring */
    size_t told_count;
};

/* apply.c */
/* Steps the engine, does what it says, and gives it the answers it asks for. The result is APPEND's. */
int loop_feed(struct loop *loop, const struct hanse_event *event);
/* Gives the engine the answers that its effects ask for. */
void loop_take_back(struct loop *loop);

/* storing.c */
void storing_queue(struct loop *loop, const struct hanse_effect *persist);
/* Stores the commit that waits longest, in the open transaction; false when none waits. What fails is undone,
 * and the engine told. */
bool loop_store_next(struct loop *loop);
/* Whether so much waits that it is time to store. */
bool loop_backlog_full(const struct loop *loop);
/* Has the fences written, beside what follows. */
void loop_begin_fences(struct loop *loop);
/* Commits the open transaction, if any, once the fences of its own commits are on the disk, and tells the
 * engine. What fails is undone and told too; the error is for those who wait for an own commit. */
int loop_commit(struct loop *loop);
/* Whether the open transaction has become large, or old. */
bool loop_batch_full(const struct loop *loop);
/* Stores and commits all that waits. */
void loop_flush(struct loop *loop);

/* loads.c */
struct loads *loads_new(void);
void loads_destroy(struct loads **loads);
void loads_add(struct loop *loop,
               const struct hanse_effect *effect); /* a LOAD; refused when there are too many */
/* Reads one piece and gives it to the engine; false: nothing is due. */
bool loads_answer(struct loop *loop);
size_t loads_count(const struct loop *loop);
bool loads_are_due(const struct loop *loop);

/* forks.c: answers the engine is given before it sees anything else but the answers to PERSISTs */
void loop_note_fork(struct loop *loop, const struct hanse_effect *effect);
/* Answers the first that was noted. */
void loop_answer_fork(struct loop *loop);

/* publish.c: answers every one of `count` APPEND commands. */
void loop_append(struct loop *loop, struct command **commands, size_t count);
/* Writes fences that only have to say that what was intended came true. */
void loop_settle_fences(struct loop *loop);

/* writers.c */
HANSE_MUST_USE int loop_add_writer(struct loop *loop, const struct hanse_mesh_writer *config);
struct writer *loop_writer(struct loop *loop, const struct hanse_hash *journal);
void loop_release_writers(struct loop *loop);

/* control.c */
/* Any but APPEND. False: the caller is answered later. */
bool loop_control(struct loop *loop, struct command *command);
int loop_load_invites(struct loop *loop);

/* soundness.c */
void loop_soundness(struct loop *loop); /* a piece of whatever is due */
uint64_t loop_soundness_due_ms(const struct loop *loop);
void loop_scrub_soon(struct loop *loop); /* something looked damaged */
/* Begins to verify for a caller, who is answered when it ends; else false, and the command has the error. */
bool loop_verify(struct loop *loop, struct command *command);
void loop_verify_end(struct loop *loop, int error);

/* loop.c, for helm.c: what another thread does with the helm, publishing. Whether the mesh thread must wake.
 */
bool loop_serve(struct loop *loop);

/* view.c */
void loop_snapshot(struct loop *loop);
uint64_t loop_snapshot_due_ms(const struct loop *loop);

/* diary.c */
void loop_log(struct loop *loop, int level, const char *format, ...) __attribute__((format(printf, 3, 4)));
void loop_refused(struct loop *loop, hanse_link link, int error, const char *what);
char *loop_short(const struct hanse_hash *journal, char out[static 9]); /* for the log: eight hex digits */

enum { LOG_FAULT, LOG_WARN, LOG_TELL, LOG_FINE };

/* loop.c: the actor. Its argument is a struct loop_start. */
struct loop_start {
    const struct hanse_mesh_config *config;
    struct hanse_mesh *mesh;
    struct helm *helm;
    int error;
};
void loop_run(zsock_t *pipe, void *start);

/* mesh.c, for the loop */
bool mesh_suspected(struct hanse_mesh *mesh); /* somebody read damaged data since this was last asked */
void mesh_set_endpoint(struct hanse_mesh *mesh, const char *endpoint);
void mesh_set_snapshot(struct hanse_mesh *mesh, struct hanse_mesh_snapshot *snapshot); /* takes it */
struct hanse_mesh_snapshot *snapshot_new(const struct hanse_mesh_view *view);          /* takes the arrays */
void snapshot_drop(struct hanse_mesh_snapshot *snapshot);

#endif
