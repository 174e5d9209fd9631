/* The mesh thread: the one thread that owns the sockets, the engine and the writing connection. Others ask it
 * through this handle; every call may come from any thread and waits for the answer.
 *
 * Not here: what to publish (service), how commits are judged (proto), how rows are made (catalog). */
#ifndef HANSE_MESH_H
#define HANSE_MESH_H

#include "hanse/engine.h"
#include "hanse/store.h"

struct hanse_mesh;

struct hanse_mesh_writer { /* a journal this node signs for */
    struct hanse_hash journal;
    struct hanse_signing_key key;
    char name[HANSE_NAME_MAX + 1]; /* the domain's, or "council" */
    char fence_path[512];
};

struct hanse_mesh_config {
    const char *database_path;
    const struct hanse_projection *projection;
    const char *bind; /* ZeroMQ endpoint, as in "tcp://127.0.0.1:7701"; NULL: only dial */
    uint8_t curve_secret[32];
    struct hanse_engine_config engine; /* random_seed and self included */
    uint8_t lobby_secret[32];          /* the invite's client key, while engine.lobby */
    const struct hanse_mesh_writer *writers;
    size_t writer_count;
    bool offline; /* override fences */
    bool salvage; /* the database is known to be damaged: begin with hanse_store_salvage */
    /* Diagnostics of the thread, one line a call; called on the mesh thread. */
    void (*log)(void *context, int level, const char *line); /* level: 0 error, 1 warning, 2 info, 3 debug */
    void *log_context;
};

/* Opens the store, restores the engine, binds and starts. Returns when the node can answer. A damaged
 * database is salvaged first. Errors: those of hanse_store_open, CORRUPT only when nothing could be salvaged;
 * UNREACHABLE when the endpoint cannot be bound. */
HANSE_MUST_USE int hanse_mesh_start(const struct hanse_mesh_config *config, struct hanse_mesh **ret_mesh);
/* Stops the thread and closes the store; sends what is queued for at most a moment. */
void hanse_mesh_stop(struct hanse_mesh **mesh);
/* The endpoint really bound (port 0 gives a free one); empty when only dialling. */
const char *hanse_mesh_endpoint(const struct hanse_mesh *mesh);

struct hanse_appended {
    uint64_t first; /* index of the first draft; the others follow */
    uint64_t size;  /* of the journal after the commit */
    struct hanse_hash root;
    struct hanse_signature signature;
    struct hanse_public_key signer; /* whose signature it is */
    uint64_t time_ms;
};
/* Makes one commit of the drafts, all or nothing; returns when it is on the disk. Errors: CATCHING_UP,
 * NOT_WRITER, BUSY, DISK_FULL, IO, what a projector refuses, what hanse_journal_seal gives. */
HANSE_MUST_USE int hanse_mesh_append(struct hanse_mesh *mesh, const struct hanse_hash *journal,
                                     const struct hanse_draft *drafts, size_t count,
                                     struct hanse_appended *ret_appended);
/* Takes on another journal to write, or joins a mesh (config as hanse_engine_set_mesh, with the lobby key).
 */
HANSE_MUST_USE int hanse_mesh_add_writer(struct hanse_mesh *mesh, const struct hanse_mesh_writer *writer);
HANSE_MUST_USE int hanse_mesh_join(struct hanse_mesh *mesh, const struct hanse_engine_config *engine,
                                   const uint8_t lobby_secret[static 32]);
HANSE_MUST_USE int hanse_mesh_add_invite(struct hanse_mesh *mesh, const struct hanse_curve_key *client,
                                         uint64_t expires_ms);
HANSE_MUST_USE int hanse_mesh_reindex(struct hanse_mesh *mesh);
/* As hanse_store_verify, between the loop's other work. BUSY: somebody verifies already. */
HANSE_MUST_USE int hanse_mesh_verify(struct hanse_mesh *mesh, struct hanse_buffer *ret_where);
/* A reader got CORRUPT: the loop looks at the whole file soon. */
void hanse_mesh_suspect(struct hanse_mesh *mesh);

/* What the node knows of the mesh, copied at one moment (at most a second old). */
struct hanse_mesh_view {
    uint64_t taken_ms;        /* wall clock */
    uint64_t monotonic_ms;    /* the same moment on the engine's clock: ages are differences to this */
    uint64_t started_ms;      /* wall clock */
    struct hanse_pin council; /* mesh id with the council's present size and root; zero: in no mesh */
    struct hanse_hash heads_root;
    size_t domain_count;
    struct hanse_domain_view *domains;
    size_t link_count;
    struct hanse_link_view *links;
    size_t roster_count;
    struct hanse_roster_entry *roster;
    size_t own_count;
    struct {
        char name[HANSE_NAME_MAX + 1];
        struct hanse_hash journal;
        uint64_t size;
        bool admitted;
        int may_sign; /* HANSE_OK or CATCHING_UP */
    } * own;
    bool damaged;      /* the database is: the node should be started anew, with `salvage` */
    uint64_t sound_ms; /* wall clock: when the whole database was last found sound; 0: not since the start */
    uint64_t refused[128]; /* by -error */
    uint64_t sent_messages, sent_bytes, received_messages, received_bytes, dropped_messages;
    struct hanse_mesh_snapshot
        *snapshot; /* what the pointers above are of: shared by all readers, never changed */
};
/* Never waits for the loop. The view is to be read only. */
void hanse_mesh_view(struct hanse_mesh *mesh, struct hanse_mesh_view *ret_view);
void hanse_mesh_view_release(struct hanse_mesh_view *view);

#endif
