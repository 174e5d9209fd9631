/* The engine: one node's part in the mesh, as a function. Events in, effects out; it has no clock, no
 * entropy, no socket and no file. The node (node/mesh) and the simulator (tests/sim) run the same code.
 *
 * Every event carries the time; the seed of its random choices is given at the start. The caller applies the
 * effects of a step in their order and then feeds the events that they ask for, before any other event:
 *   PERSIST  → PERSISTED, once the commit and all PERSISTs before it are durable (several may be batched), or
 *              PERSIST_FAILED, which takes back every PERSIST of that journal not yet confirmed
 *   LOAD     → LOADED, with what the store has
 *   RECALL   → RECALLED, with what the store has
 *   FREEZE   → FROZEN, once the proof and the cut are durable, after the answers to all PERSISTs before it;
 *              in between the engine is given the journal as it is now (forget_journal, restore_*)
 * RECALL and FREEZE are answered before any other event, but for the answers to PERSISTs.
 * SEND, DIAL and CLOSE ask for nothing; a link that breaks gives LINK_DOWN.
 * Effects and all they point to are valid until the next step, a PERSIST's commit and a FREEZE's proof until
 * their answers. Events borrow: what they point to must live until its effects are applied. */
#ifndef HANSE_ENGINE_H
#define HANSE_ENGINE_H

#include "hanse/commit.h"
#include "hanse/journal.h"
#include "hanse/proposal.h"

struct hanse_engine;

typedef uint32_t hanse_link; /* chosen by whoever opens it: dialled links by the engine (DIAL), accepted ones
                                by the transport, with HANSE_LINK_ACCEPTED set */
#define HANSE_LINK_ACCEPTED 0x80000000u

/* A council head that must be met: no council journal without this root at this size. */
struct hanse_pin {
    struct hanse_hash mesh;
    uint64_t size; /* 0: genesis trust only */
    struct hanse_hash root;
};

struct hanse_seed_peer { /* where to dial before the roster is known */
    struct hanse_curve_key key;
    char endpoint[HANSE_ENDPOINT_MAX + 1];
};

struct hanse_engine_config {
    struct hanse_pin pin; /* mesh zero: this node is in no mesh yet; it still writes its own journals */
    struct hanse_curve_key self;
    uint64_t random_seed;
    char software[HANSE_SOFTWARE_MAX + 1];
    uint32_t links_target;               /* links to keep; 0 means 6 */
    const struct hanse_seed_peer *seeds; /* copied */
    size_t seed_count;
    bool lobby; /* the seeds are asked through their lobby, with this request */
    char request_name[HANSE_NAME_MAX + 1];
    struct hanse_hash request_journal;
    char request_contact[HANSE_CONTACT_MAX + 1];
};

enum hanse_link_right {
    HANSE_LINK_MEMBER, /* the peer's key is in the roster (or was dialled by us, from it) */
    HANSE_LINK_GUEST,  /* the peer came with an invite's key: our lobby */
};

enum hanse_event_type {
    HANSE_EVENT_START,     /* once, after restoring */
    HANSE_EVENT_TICK,      /* the timer that was asked for */
    HANSE_EVENT_LINK_UP,   /* the transport accepted a link (dialled ones are the engine's own) */
    HANSE_EVENT_LINK_DOWN, /* either kind is gone */
    HANSE_EVENT_RECEIVE,   /* a message */
    HANSE_EVENT_APPEND,    /* the owner writes */
    HANSE_EVENT_PERSISTED,
    HANSE_EVENT_PERSIST_FAILED,
    HANSE_EVENT_LOADED,
    HANSE_EVENT_RECALLED,
    HANSE_EVENT_FROZEN,
};

struct hanse_event {
    enum hanse_event_type type;
    uint64_t now_ms; /* monotonic enough; only differences count, except as the seal time of APPEND */
    union {
        struct {
            hanse_link link;
            enum hanse_link_right right;
            struct hanse_curve_key key;
        } link_up;
        struct {
            hanse_link link;
        } link_down;
        struct {
            hanse_link link;
            struct hanse_bytes message;
        } receive;
        struct {
            struct hanse_hash journal;
            const struct hanse_draft *drafts; /* their bodies must live until PERSISTED or PERSIST_FAILED */
            size_t count;
            uint64_t time_ms;
            const struct hanse_signing_key *key;
        } append;
        struct {
            struct hanse_hash journal;
            uint64_t size; /* now durable */
        } persisted;
        struct {
            struct hanse_hash journal;
            int error;
        } persist_failed;
        struct {
            hanse_link link;
            struct hanse_hash journal;
            bool proof; /* as in LOAD */
            /* whole COMMIT or BODY messages, in order; or FORK */
            const struct hanse_bytes *messages;
            size_t count;
            bool more; /* the rest comes with another LOADED */
        } loaded;
        struct {
            struct hanse_hash journal;
            int error;
            struct hanse_bytes commit; /* COMMIT message that holds the entry; empty when the index is the
                                          journal's size */
            uint64_t first;            /* where it begins */
            /* With `base`: of the journal before `first`; the content of the body of the authority in force
             * there, or of entry 0 when `first` is 0. */
            struct hanse_bytes frontier;
            struct hanse_bytes authority;
        } recalled;
        struct {
            struct hanse_hash journal;
            int error; /* HANSE_OK, or nothing has changed */
        } frozen;
    };
};

enum hanse_effect_type {
    HANSE_EFFECT_PERSIST,
    HANSE_EFFECT_LOAD,
    HANSE_EFFECT_SEND,
    HANSE_EFFECT_DIAL,
    HANSE_EFFECT_CLOSE,
    HANSE_EFFECT_TIMER,   /* at most one a step: TICK at that time; replaces the one before */
    HANSE_EFFECT_REFUSED, /* something was dropped: count it, log it once a link and error */
    HANSE_EFFECT_REQUEST, /* a guest asks to be admitted */
    HANSE_EFFECT_ROSTER,  /* the set of admitted curve keys changed: hanse_engine_roster() */
    HANSE_EFFECT_RECALL,  /* what our own disk has around an entry */
    HANSE_EFFECT_FREEZE,  /* keep a fork proof and cut the journal, all or nothing */
};

/* Which queue of a link a message belongs to; on overflow the later classes are dropped first. */
enum hanse_class { HANSE_CLASS_COUNCIL, HANSE_CLASS_COMMIT, HANSE_CLASS_HEADS, HANSE_CLASS_BULK };

struct hanse_effect {
    enum hanse_effect_type type;
    union {
        struct {
            /* Lives until PERSISTED or PERSIST_FAILED; `prepared` of its items is the caller's to set. */
            struct hanse_commit *commit;
            struct hanse_bytes frontier; /* of the journal after it, for restoring */
            struct hanse_hash heads_root;
            bool own; /* written here: durable before it is acknowledged */
        } persist;
        struct {
            hanse_link link; /* hand back in LOADED */
            struct hanse_hash journal;
            uint64_t first;
            uint64_t end;            /* do not go past this size: not yet durable or not whole */
            uint32_t max_bytes;      /* stop after the commit that exceeds it */
            const uint64_t *indexes; /* bodies of these entries, when count > 0 */
            size_t count;
            bool proof; /* instead of all that: the FORK message that froze the journal */
        } load;
        struct {
            struct hanse_hash journal;
            uint64_t index;
            bool base;
        } recall;
        struct {
            struct hanse_hash journal;
            uint64_t size; /* entries that stay */
            struct hanse_bytes frontier;
            struct hanse_bytes proof;
            struct hanse_hash heads_root;
        } freeze;
        struct {
            hanse_link link;
            enum hanse_class class;
            struct hanse_bytes message;
        } send;
        struct {
            hanse_link link;
            struct hanse_curve_key key;
            const char *endpoint;
            bool lobby; /* with the invite's client key */
        } dial;
        struct {
            hanse_link link;
            int error; /* why; HANSE_OK: no longer needed */
        } close;
        struct {
            uint64_t at_ms;
        } timer;
        struct {
            hanse_link link;
            int error;
            const char *what; /* static: "COMMIT", "HELLO", … */
        } refused;
        struct {
            struct hanse_bytes name;
            struct hanse_hash journal;
            struct hanse_curve_key key;
            struct hanse_bytes contact;
        } request;
    };
};

struct hanse_effects {
    struct hanse_effect *items;
    size_t count;
};

struct hanse_engine *hanse_engine_new(const struct hanse_engine_config *config);
void hanse_engine_destroy(struct hanse_engine **engine);

/* Restoring, before START. The journal is given by its numbers and then its live entries, each with its
 * salted body when it is a `domain` or `node` entry (else empty). `own`: this node writes it. `fence`: own
 * journal may not be signed before it has at least this size (0: no fence known), and `fenced` says that the
 * mesh must be asked first. */
HANSE_MUST_USE int hanse_engine_restore_journal(struct hanse_engine *engine, const struct hanse_hash *id,
                                                uint64_t size, struct hanse_bytes frontier,
                                                uint64_t seal_time_ms, struct hanse_bytes authority_body);
HANSE_MUST_USE int hanse_engine_restore_live(struct hanse_engine *engine, const struct hanse_hash *id,
                                             uint64_t index, struct hanse_bytes entry,
                                             struct hanse_bytes salted);
/* The journal is frozen: after its entries, if it has any. */
void hanse_engine_restore_frozen(struct hanse_engine *engine, const struct hanse_hash *id);
/* Between FREEZE and FROZEN: what the engine holds of the journal is no more; it is restored as above. */
void hanse_engine_forget_journal(struct hanse_engine *engine, const struct hanse_hash *id);
/* Declares that this node writes `id` (which may be empty here still, or again). APPEND gives CATCHING_UP
 * until the journal has `fence_size` entries, and as many as any member told of; with `fenced`, also until
 * three members (or all others, when there are fewer) have been asked for its head. May be called at any time
 * between steps (a domain added to a running node). */
void hanse_engine_own(struct hanse_engine *engine, const struct hanse_hash *id, bool fenced,
                      uint64_t fence_size);
/* The fence of an own journal is overridden (`--offline`). */
void hanse_engine_unfence(struct hanse_engine *engine, const struct hanse_hash *id);
/* The node joins a mesh while it runs (council new, join). */
void hanse_engine_set_mesh(struct hanse_engine *engine, const struct hanse_engine_config *config);

/* One step. Never fails: what is wrong with an event becomes a REFUSED effect. For APPEND the result is also
 * given back: HANSE_OK (a PERSIST effect stands in `ret_effects`) or why not. */
int hanse_engine_step(struct hanse_engine *engine, const struct hanse_event *event,
                      struct hanse_effects *ret_effects);

/* Looking in, between steps. */
struct hanse_hash hanse_engine_heads_root(struct hanse_engine *engine);
/* NULL when unknown. */
const struct hanse_journal *hanse_engine_journal(const struct hanse_engine *engine,
                                                 const struct hanse_hash *id);

struct hanse_roster_entry {
    struct hanse_curve_key key;
    struct hanse_hash journal;             /* of its domain */
    char endpoint[HANSE_ENDPOINT_MAX + 1]; /* empty: only dials */
};
/* The roster by key, each key once, as far as `max` entries; gives how many there are. */
size_t hanse_engine_roster(const struct hanse_engine *engine, struct hanse_roster_entry *ret_entries,
                           size_t max);
/* Whether the key is in the roster. */
bool hanse_engine_admits(const struct hanse_engine *engine, const struct hanse_curve_key *key);

struct hanse_domain_view { /* an admitted domain, and how well this node knows it */
    char name[HANSE_NAME_MAX + 1];
    struct hanse_hash journal;
    uint64_t size;         /* entries held */
    uint64_t known_size;   /* the largest size any peer has told of */
    uint64_t seal_time_ms; /* of the last commit held; 0: none */
    uint64_t heard_ms;     /* when a node of that domain was last heard directly; 0: never */
    uint64_t compared_ms;  /* when any peer last had the same heads; 0: never */
    bool own;
    bool frozen; /* two histories were signed with its key: it is cut where they part, and nothing follows */
};
size_t hanse_engine_domains(const struct hanse_engine *engine, struct hanse_domain_view *ret_views,
                            size_t max);

struct hanse_link_view {
    hanse_link link;
    struct hanse_curve_key key;
    struct hanse_hash journal; /* of its domain; zero for a guest */
    bool up;                   /* HELLO has come */
    bool dialled;
    enum hanse_link_right right;
    uint64_t up_since_ms;
    uint64_t heard_ms;
    char software[HANSE_SOFTWARE_MAX + 1];
};
size_t hanse_engine_links(struct hanse_engine *engine, struct hanse_link_view *ret_views, size_t max);

/* Bytes of commits and bodies that wait for more to come: at most HANSE_PENDING_BYTES. */
size_t hanse_engine_pending_bytes(const struct hanse_engine *engine);

bool hanse_engine_frozen(const struct hanse_engine *engine, const struct hanse_hash *id);
/* Whether an own journal may be signed now: HANSE_OK, CATCHING_UP or FROZEN. */
HANSE_MUST_USE int hanse_engine_may_sign(struct hanse_engine *engine, const struct hanse_hash *id);

#endif
