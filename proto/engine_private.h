/* The engine's inside, shared by engine.c, the recv_<message>.c files and the concerns beside them:
 *
 *   engine.c      life, restoring, the step and its dispatch
 *   links.c       links: opening, keeping, closing; whom to dial
 *   roster.c      who is admitted, and where they live
 *   heads.c       comparing heads, pulling what is missing
 *   intake.c      commits on their way from a message to the disk and on to others
 *   fences.c      when an own journal may be signed
 *   suspicion.c   looking for the place where a peer's history parts from ours
 *   forks.c       what a fork proof does
 *   effects.c     the list of effects of one step
 *   views.c       looking in
 */
#ifndef PROTO_ENGINE_PRIVATE_H
#define PROTO_ENGINE_PRIVATE_H

#include "hanse/check.h"
#include "hanse/engine.h"
#include "hanse/fork.h"
#include "hanse/limits.h"
#include "message.h"

enum {
    RECONCILE_MS = 1000, /* between comparisons */
    KEEPALIVE_MS = 5000, /* a link hears from us at least this often */
    SILENCE_MS = 15000,  /* a link that says nothing for so long is gone */
    HELLO_MS = 4000,     /* from dialling to the peer's HELLO */
    PULL_MS = 10000,     /* a pull without progress is given up */
    STALL_MS = 1500,     /* bodies that do not come for so long are asked of another peer */
    BACKOFF_MS = 1000,   /* after a dial that failed, doubling */
    BACKOFF_MAX_MS = 60000,
    ALONE_MS = 3000,   /* after the start: how long to wait for somebody to ask before signing */
    ASKED_MIN = 3,     /* members to ask when a fence is lost, if there are so many */
    UNSERVED_MAX = 10, /* pulls that gave nothing, until what was told counts for nothing */
    NOTE_MS = 200,     /* that a domain was heard is noted at most so often */
    ROSTER_MS = 50,    /* changes of the roster are told together */
    LINKS_TARGET = 6,
    PULLS_PER_LINK = 8,
    INQUIRIES_PER_LINK = 4,
    VAIN_INQUIRIES_MAX = 4, /* doublings of the pause after one that proved nothing */
};

/* A commit that was accepted, until it is durable. */
struct intake {
    struct intake *next; /* of the same journal, in order */
    struct hanse_commit commit;
    struct hanse_buffer message;
    struct hanse_buffer *bodies; /* those that came apart, one an item; or NULL */
    hanse_link from;             /* not sent back there; 0: written here */
    bool pulled;                 /* it came by a pull: others will pull it too, so it is not pushed on */
};

/* A commit that came from the same peer after one that waits; not looked into yet. */
struct parked {
    struct parked *next;
    struct hanse_buffer message;
    bool pulled;
};

/* A commit that passed the screening, while its bodies arrive. */
struct waiting {
    struct hanse_commit commit;
    struct hanse_buffer message;
    struct hanse_buffer *bodies; /* one an item; unused ones empty */
    hanse_link from;
    bool pulled;
    uint64_t deadline_ms;
    struct parked *parked; /* what follows it, in order */
    struct parked **last_parked;
    uint64_t parked_end; /* the journal's size after all of it, as the peer has it */
    size_t bytes;        /* all of this, counted against HANSE_PENDING_BYTES */
};

/* A peer tells another history of a journal, or sent a proof that there are two. */
struct inquiry {
    hanse_link link;           /* of that peer; 0: none has our proof yet */
    bool comparing;            /* commits; else the peer sent a proof */
    struct hanse_buffer proof; /* being judged, or on its way to the disk; empty: commits are compared */
    uint64_t low;              /* up to here both have the same */
    uint64_t high;             /* our commit that begins here is not theirs */
    uint64_t first, end;       /* our commit that they are asked for, with its root */
    struct hanse_hash root;
    bool answered;              /* they have one that begins there too */
    bool same;                  /* and it is ours */
    struct hanse_buffer theirs; /* the one that begins at `high`; empty: there is none */
    uint64_t deadline_ms;
};

struct ledger { /* what the engine keeps of one journal */
    struct hanse_journal journal;
    uint32_t ordinal;
    bool admitted; /* or the council's: exchanged with others */
    bool own;
    bool fenced;    /* the mesh must be asked before signing */
    bool confirmed; /* it was asked since the start */
    uint64_t fence_size;
    uint64_t known_size; /* the largest any member told */
    uint64_t heard_ms;   /* when a node of this domain was last heard */
    hanse_link pulling;  /* from whom; 0: from nobody */
    uint64_t pull_start; /* our size when the pull was asked for */
    uint64_t pull_deadline_ms;
    uint32_t unserved; /* pulls in a row that gave nothing */
    struct intake *first_intake;
    struct intake *last_intake;
    struct waiting *waiting;
    bool frozen; /* a fork is proven: nothing follows */
    struct inquiry *inquiry;
    hanse_link told_link; /* who was sent the proof last */
    uint64_t told_ms;
};

struct link {
    hanse_link id;
    struct hanse_curve_key key;
    enum hanse_link_right right;
    bool dialled;
    bool lobby;     /* dialled with an invite's key */
    bool up;        /* HELLO has come */
    bool answered;  /* has compared heads with us since it is up */
    bool requested; /* its one REQUEST has come, or ours has gone */
    uint64_t since_ms;
    uint64_t heard_ms;
    uint64_t noted_ms; /* when hearing it was last noted for its domains */
    uint64_t sent_ms;
    char software[HANSE_SOFTWARE_MAX + 1];
    uint32_t pulls;     /* under way */
    uint32_t inquiries; /* under way */
    struct pause {
        uint64_t until_ms;
        uint32_t vain; /* in a row that proved nothing */
    } comparing, proving;
    uint32_t next_pull; /* whose turn it is to be pulled, by ordinal */
    uint64_t *known;    /* by ordinal: the size the peer is known to have */
    uint32_t known_count;
};

struct place { /* somebody to dial: from a `node` entry, or a seed */
    struct hanse_curve_key key;
    struct hanse_hash journal; /* zero for a seed */
    char endpoint[HANSE_ENDPOINT_MAX + 1];
    uint64_t next_try_ms;
    uint32_t failures;
};

struct admission {
    char name[HANSE_NAME_MAX + 1];
    struct hanse_admission body;
};

struct hanse_engine {
    struct hanse_engine_config config;
    uint64_t now_ms;
    uint64_t random;
    bool started;
    uint64_t started_ms;
    uint64_t next_tick_ms;

    struct ledger **ledgers; /* by ordinal */
    uint32_t *sorted;        /* ordinals by journal id */
    uint32_t ledger_count;
    uint32_t ledger_capacity;
    struct hanse_tree *heads; /* of exchanged journals, provisional changes included */

    struct link *links;
    size_t link_count;
    hanse_link last_dialled;
    size_t turn; /* whose turn it is to be compared with */
    uint64_t next_compare_ms;
    uint64_t compared_ms; /* when a member last had the same heads */
    size_t pending_bytes;

    struct admission *admissions;
    size_t admission_count;
    struct place *places;
    size_t place_count;
    struct hanse_roster_entry *roster;
    size_t roster_count;
    bool roster_stale;  /* to be built again */
    bool roster_untold; /* a ROSTER effect is due */
    uint64_t roster_told_ms;

    struct hanse_effect *effects;
    size_t effect_count;
    size_t effect_capacity;
    void **scratch; /* lives until the next step */
    size_t scratch_count;
    size_t scratch_capacity;
};

/* effects.c */
struct hanse_effect *effect_add(struct hanse_engine *e, enum hanse_effect_type type);
void effects_reset(struct hanse_engine *e);
void *scratch_keep(struct hanse_engine *e, void *memory); /* freed at the next step */
void *scratch_copy(struct hanse_engine *e, const void *data, size_t size);
void effect_refused(struct hanse_engine *e, hanse_link link, int error, const char *what);
void effect_close(struct hanse_engine *e, hanse_link link, int error);
/* Sends what the buffer holds and releases it. */
void effect_send(struct hanse_engine *e, struct link *link, enum hanse_class class,
                 struct hanse_buffer *message);
void effect_send_borrowed(struct hanse_engine *e, struct link *link, enum hanse_class class,
                          struct hanse_bytes message);

/* engine.c */
struct ledger *ledger_find(const struct hanse_engine *e, const struct hanse_hash *id);
struct ledger *ledger_get(struct hanse_engine *e, const struct hanse_hash *id); /* makes it */
bool is_council(const struct hanse_engine *e, const struct ledger *ledger);
struct ledger *council_ledger(const struct hanse_engine *e); /* NULL in no mesh */
uint64_t random_below(struct hanse_engine *e, uint64_t bound);

/* links.c */
struct link *link_find(const struct hanse_engine *e, hanse_link id);
struct link *link_open(struct hanse_engine *e, hanse_link id, const struct hanse_curve_key *key,
                       enum hanse_link_right right);
void link_drop(struct hanse_engine *e, hanse_link id);             /* forgets it, and what hung on it */
void link_close(struct hanse_engine *e, hanse_link id, int error); /* and tells the transport */
bool link_is_member(const struct link *link);                      /* up, and no lobby */
uint64_t link_known(const struct link *link, const struct ledger *ledger);
void link_learn(struct link *link, const struct ledger *ledger, uint64_t size);
void links_tick(struct hanse_engine *e);
void send_hello(struct hanse_engine *e, struct link *link);
void link_settle(struct hanse_engine *e, struct link *link); /* HELLO came: one link a peer is enough */
void place_succeeded(struct hanse_engine *e, const struct hanse_curve_key *key);

/* roster.c */
void roster_entry(struct hanse_engine *e, const struct hanse_hash *journal, const struct hanse_entry *entry,
                  struct hanse_bytes salted);
/* Forgets what the journal's entries said. */
void roster_forget(struct hanse_engine *e, const struct hanse_hash *journal);
void roster_build(struct hanse_engine *e);
void roster_tell(struct hanse_engine *e);
const struct hanse_hash *roster_domain(struct hanse_engine *e, const struct hanse_curve_key *key);
size_t roster_others(struct hanse_engine *e); /* keys in the roster that are not ours */

/* Notes that a node was heard, for every domain that it serves. */
void roster_heard(struct hanse_engine *e, const struct hanse_curve_key *key);

/* heads.c */
void heads_update(struct hanse_engine *e, const struct ledger *ledger);
void send_root(struct hanse_engine *e, struct link *link);
void send_root_to_all(struct hanse_engine *e);
void send_heads(struct hanse_engine *e, struct link *link, bool complete,
                bool (*choose)(const struct link *, const struct ledger *));
void send_head(struct hanse_engine *e, struct link *link, const struct ledger *ledger);
void heads_learn(struct hanse_engine *e, struct link *link, const struct hanse_hash *id, uint64_t size,
                 const struct hanse_hash *root);
void pull_start(struct hanse_engine *e, struct link *link, struct ledger *ledger);
void pull_continue(struct hanse_engine *e, struct link *link, struct ledger *ledger); /* the end mark came */
void pull_stop(struct hanse_engine *e, struct ledger *ledger);
void pulls_tick(struct hanse_engine *e);

/* intake.c */
/* `pulled`: it is known to have come by a pull, even if that has ended. */
void intake_message(struct hanse_engine *e, struct link *link, struct hanse_bytes message, bool pulled);
void intake_body(struct hanse_engine *e, struct link *link, struct ledger *ledger, uint64_t index,
                 struct hanse_bytes salted);
int intake_append(struct hanse_engine *e, const struct hanse_event *event);
void intake_persisted(struct hanse_engine *e, struct ledger *ledger, uint64_t size);
void intake_failed(struct hanse_engine *e, struct ledger *ledger, int error);
void waiting_drop(struct hanse_engine *e, struct ledger *ledger);
/* Another peer is there to ask: a commit whose bodies have not moved for a while is dropped, so that nobody
 * can keep it from us by promising it. */
void waiting_give_up(struct hanse_engine *e, const struct link *link, struct ledger *ledger);
void ledger_release(struct hanse_engine *e, struct ledger *ledger);

/* forks.c */
/* NULL: the peer has had its chances for now, or one is under way. */
struct inquiry *inquiry_begin(struct hanse_engine *e, struct link *link, struct ledger *ledger,
                              bool comparing);
void inquiry_end(struct hanse_engine *e, struct ledger *ledger, bool in_vain); /* none: no effect */
/* For our own commit that holds the entry; `base`: also for what is in force where it begins. */
void ask_disk(struct hanse_engine *e, const struct ledger *ledger, uint64_t index, bool base);
bool is_freezing(const struct ledger *ledger);
/* What stands for a root of the journal where heads are told and compared. */
struct hanse_hash head_root(const struct ledger *ledger, const struct hanse_hash *root);
/* Sends the proof to a peer that lacks it. */
void forks_tell(struct hanse_engine *e, struct link *link, struct ledger *ledger);
/* A peer told of a head. True: nothing is to be pulled for it. */
bool forks_head(struct hanse_engine *e, struct link *link, struct ledger *ledger, uint64_t size,
                const struct hanse_hash *root);
/* The inquiry's proof holds: asks for the cut. NOT_ALLOWED. */
HANSE_MUST_USE int forks_freeze(struct hanse_engine *e, struct ledger *ledger,
                                const struct hanse_fork_proof *proof);
void forks_recalled(struct hanse_engine *e, struct ledger *ledger, const struct hanse_event *event);
void forks_frozen(struct hanse_engine *e, struct ledger *ledger, int error);

/* suspicion.c */
void suspect(struct hanse_engine *e, struct link *link, struct ledger *ledger);
void suspicion_recalled(struct hanse_engine *e, struct ledger *ledger, const struct hanse_event *event);
/* True: the commit is an answer to our question, and has no other use. */
bool suspicion_commit(struct hanse_engine *e, const struct link *link, struct ledger *ledger, uint64_t first,
                      struct hanse_bytes message);
void suspicion_end_mark(struct hanse_engine *e, const struct link *link, struct ledger *ledger);
void inquiries_tick(struct hanse_engine *e);

/* fences.c */
void fence_answered(struct hanse_engine *e, struct link *link); /* the peer has compared heads with us */
void fences_review(struct hanse_engine *e);
int fence_check(struct hanse_engine *e, const struct ledger *ledger);

/* recv_<message>.c, by messages.def. What is wrong goes into the reader; the caller counts it. */
#define X(name, number, recv, elements)                                                                      \
    void recv(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r);
#include "messages.def"
#undef X

#endif
