/* The engine's inside, shared by engine.c, the recv_<message>.c files and the concerns beside them:
 *
 *   engine.c      life, restoring, the step and its dispatch
 *   links.c       links: opening, keeping, closing; whom to dial
 *   roster.c      who is admitted
 *   places.c      their keys, and where they live
 *   heads.c       comparing heads, pulling what is missing
 *   walk.c        comparing many heads, down the hash tree
 *   intake.c      commits on their way from a message to the disk
 *   spread.c      from there to others: who gets a commit and who is told of it
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
    QUIET_MS = 500,      /* a surplus link that nobody asked over for so long may end */
    STALL_MS = 1500,     /* bodies that do not come for so long are asked of another peer */
    BACKOFF_MS = 1000,   /* after a dial that failed, doubling */
    BACKOFF_MAX_MS = 60000,
    ALONE_MS = 3000,     /* after the start: how long to wait for somebody to ask before signing */
    ASKED_MIN = 3,       /* members to ask when a fence is lost, if there are so many */
    UNSERVED_MAX = 10,   /* pulls and answers without it, until what was told counts for nothing */
    UNWRITTEN_MS = 3000, /* what could not be stored is not pulled again before */
    NOTE_MS = 200,       /* that a domain was heard is noted at most so often */
    ROSTER_MS = 50,      /* changes of the roster are told together */
    LINKS_TARGET = 6,
    REDRAW_MS = 600000, /* between links that are drawn anew, on average */
    REACH_MS = 10000,   /* between tries to reach a neighbour that was lost, on average */
    PULLS_PER_LINK = 8,
    COLLECT_MS = 50,    /* what lazy links are told of is collected for so long, and up to twice */
    GRAFT_MS = 250,     /* what was told of and has not come after this is asked for */
    GRAFTS_MAX = 8,     /* so often; the rest is left to reconciling */
    NEWS_MAX = 64,      /* journals to tell one link of; then it is told at once */
    MISSING_MAX = 1024, /* journals that are waited for; the others are left to reconciling */
    PULL_BYTES = HANSE_WINDOW_BYTES / 4, /* asked for at once */
    INQUIRIES_PER_LINK = 4,
    ANSWER_MS = 3000, /* a peer that does not answer is not asked on: till then nothing is pulled there */
    VAIN_INQUIRIES_MAX = 4, /* doublings of the pause after one that proved nothing */
};

/* A commit that was accepted, until it is durable. */
struct intake {
    struct intake *next; /* of the same journal, in order */
    struct hanse_commit commit;
    struct hanse_buffer message;
    struct hanse_buffer *bodies; /* those that came apart, one an item; or NULL */
    hanse_link from;             /* not sent back there; 0: written here */
    bool pulled;                 /* it came by a pull: others will pull it too, so they are only told of it */
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
    struct inquiry *interrupted; /* goes on when the proof does not hold */
};

struct ledger { /* what the engine keeps of one journal */
    struct hanse_journal journal;
    uint32_t ordinal;
    uint32_t names;    /* admissions that name it */
    uint32_t eligible; /* nodes of its domain that may be dialled, while one is drawn */
    bool busy;         /* in the list of those that pull or wait, or did a moment ago */
    struct ledger *next_busy;
    struct ledger *next_own;
    bool admitted; /* or the council's: exchanged with others */
    bool own;
    bool fenced;    /* the mesh must be asked before signing */
    bool confirmed; /* it was asked since the start */
    uint64_t fence_size;
    uint64_t known_size; /* the largest any member told */
    uint64_t heard_ms;   /* when a node of this domain was last heard */
    hanse_link pulling;  /* from whom; 0: from nobody */
    uint64_t pull_start; /* our size when the pull was asked for */
    uint64_t pull_bytes; /* of commits that came by it; PULL_BYTES and more: as good as all */
    uint64_t pull_deadline_ms;
    uint32_t unserved;      /* pulls in a row that gave nothing */
    hanse_link graft;       /* the last GRAFT went there, */
    uint64_t graft_start;   /* with this size */
    bool by_want;           /* the newest commit came by a WANT over a lazy link, */
    hanse_link source;      /* from there; or then by the tree, from there */
    bool missed;            /* stands in the engine's list of what is missing */
    uint64_t pull_after_ms; /* not before: the last that came could not be stored */
    struct intake *first_intake;
    struct intake *last_intake;
    struct waiting *waiting;
    bool frozen; /* a fork is proven: nothing follows */
    struct inquiry *inquiry;
    hanse_link asked_link; /* who was asked last for a commit that is here, to compare them, */
    uint64_t asked_first;  /* and where it begins */
    hanse_link told_link;  /* who was sent the proof last */
    uint64_t told_ms;
};

struct walk { /* down the hash tree, with one peer */
    bool under_way;
    bool started_here;
    bool complete;  /* so far nothing was left out, on either side */
    uint32_t depth; /* of the nodes that were sent last */
    uint64_t salt;
    uint64_t moved_ms;
};

struct link {
    hanse_link id;
    struct hanse_curve_key key;
    enum hanse_link_right right;
    bool dialled;
    bool lobby;    /* dialled with an invite's key */
    bool up;       /* HELLO has come */
    bool surplus;  /* another link to the same peer is the one to keep */
    bool answered; /* has compared heads with us since it is up */
    bool asked;    /* we asked to be compared with, since the last walk */
    bool again;    /* to be compared once more when what is pulled is here: not all was told */
    struct walk walk;
    bool kept;             /* not drawn anew */
    bool requested;        /* its one REQUEST has come, or ours has gone */
    hanse_link instead_of; /* the link that ends when this one is up */
    uint64_t since_ms;
    uint64_t heard_ms;
    uint64_t noted_ms; /* when hearing it was last noted for its domains */
    uint64_t sent_ms;
    uint64_t wanted_ms; /* when the peer last asked for something */
    char software[HANSE_SOFTWARE_MAX + 1];
    uint32_t pulls;     /* under way */
    uint32_t inquiries; /* under way */
    struct pause {
        uint64_t until_ms;
        uint32_t vain; /* in a row that proved nothing */
    } comparing, proving;
    uint64_t *known; /* by ordinal: the size the peer is known to have */
    uint32_t known_count;
    uint32_t *queue; /* ordinals of journals to be pulled when others are done; each once */
    uint32_t queue_first;
    uint32_t queue_count; /* those before queue_first included */
    uint32_t queue_capacity;
    uint32_t lazy_size; /* bytes */
    uint8_t *lazy;      /* a bit an ordinal: the journal's commits are only told of */
    uint32_t news_count;
    uint32_t news[NEWS_MAX]; /* ordinals of the journals to tell of */
};

struct missing { /* a journal of which a link told more than we have */
    uint32_t ordinal;
    uint32_t asks;    /* so far */
    hanse_link asked; /* who was asked last; before that, who told first */
    uint64_t size;    /* ours, when last looked at */
    uint64_t due_ms;
};

#define NO_LEDGER UINT32_MAX

enum place_source { PLACE_SEED, PLACE_ADMISSION, PLACE_NODE };

struct place { /* a key of the roster, or a seed; there may be several with one key */
    struct hanse_curve_key key;
    uint32_t ledger; /* of its domain; NO_LEDGER for a seed */
    uint8_t source;
    uint8_t failures; /* to dial it, in a row */
    bool eligible;    /* while one is drawn */
    bool lost;        /* it was dialled and answered, and fell silent since */
    char *endpoint;   /* owned; NULL: it only dials */
    uint64_t next_try_ms;
};

struct admission {
    char name[HANSE_NAME_MAX + 1];
    uint32_t ledger;
    uint32_t key_count;
    struct hanse_curve_key keys[];
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
    struct ledger *first_busy;
    struct ledger *first_own;
    struct hanse_tree *heads; /* of exchanged journals, provisional changes included */

    struct link *links;
    size_t link_count;
    hanse_link last_dialled;
    uint64_t next_redraw_ms;
    uint64_t next_reach_ms;
    size_t turn; /* whose turn it is to be compared with */
    uint64_t next_compare_ms;
    uint64_t compared_ms; /* when a member last had the same heads */
    size_t pending_bytes;
    struct missing *missing; /* by due_ms */
    size_t missing_count;
    uint64_t news_ms; /* when links are told the news; 0: there is none */

    struct admission **admissions; /* by name */
    size_t admission_count;
    struct place *places;
    uint32_t place_count;
    uint32_t place_capacity;
    uint32_t *place_slots; /* the table by key */
    uint32_t place_slot_count;
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
/* The first by id that is not before it; NULL: none. */
struct ledger *ledger_from(const struct hanse_engine *e, const struct hanse_hash *id);
struct ledger *ledger_get(struct hanse_engine *e, const struct hanse_hash *id); /* makes it */
void ledger_busy(struct hanse_engine *e, struct ledger *ledger); /* it pulls, or waits for bodies */
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
void link_forget(struct link *link); /* all that it is known to have */
void link_queue(struct link *link, const struct ledger *ledger);
struct ledger *link_unqueue(const struct hanse_engine *e, struct link *link); /* NULL: none waits */
void links_tick(struct hanse_engine *e);
void links_keep_enough(struct hanse_engine *e); /* dials whom it draws */
void send_hello(struct hanse_engine *e, struct link *link);
void link_settle(struct hanse_engine *e, struct link *link); /* HELLO came: one link a peer is enough */
void place_succeeded(struct hanse_engine *e, const struct hanse_curve_key *key);
void link_lost(struct hanse_engine *e, const struct link *link); /* before it is closed or dropped */

/* places.c: changes move places in memory */
void place_add(struct hanse_engine *e, enum place_source source, const struct hanse_curve_key *key,
               uint32_t ledger, struct hanse_bytes endpoint);
void place_remove(struct hanse_engine *e, enum place_source source, const struct hanse_curve_key *key,
                  uint32_t ledger);                          /* absent: no effect */
void places_forget(struct hanse_engine *e, uint32_t ledger); /* what the journal's `node` entries named */
/* One after the other those with that key: first with NULL. */
struct place *place_next(const struct hanse_engine *e, const struct hanse_curve_key *key,
                         const struct place *before);
void places_take_seeds(struct hanse_engine *e, const struct hanse_seed_peer *seeds, size_t count);
/* Somebody to dial, of those only that were lost if so, every domain as likely as any other, however many
 * nodes it has. NULL: nobody, now. */
struct place *places_draw(struct hanse_engine *e, bool lost);
void places_release(struct hanse_engine *e);

/* roster.c */
void roster_entry(struct hanse_engine *e, const struct ledger *ledger, const struct hanse_entry *entry,
                  struct hanse_bytes salted);
/* Forgets what the journal's entries said. */
void roster_forget(struct hanse_engine *e, const struct ledger *ledger);
void roster_tell(struct hanse_engine *e);
/* The journal of the domain of a key of the roster, or NULL. */
const struct hanse_hash *roster_domain(const struct hanse_engine *e, const struct hanse_curve_key *key);
/* How many keys of the roster are not ours; not counted beyond ASKED_MIN. */
size_t roster_others(const struct hanse_engine *e);

void roster_release(struct hanse_engine *e);
/* Notes that a node was heard, for every domain that it serves. */
void roster_heard(struct hanse_engine *e, const struct hanse_curve_key *key);

/* heads.c */
void heads_update(struct hanse_engine *e, const struct ledger *ledger);
void send_root(struct hanse_engine *e, struct link *link);
void send_root_to_all(struct hanse_engine *e);
/* Of a node that tells all at once (walk_wanted). */
void send_heads(struct hanse_engine *e, struct link *link, bool complete,
                bool (*choose)(const struct link *, const struct ledger *));
void send_some_heads(struct hanse_engine *e, struct link *link, bool complete,
                     const struct ledger *const *ledgers, size_t count);
/* Our heads are not the peer's: tells all of them, or begins a walk. */
void compare(struct hanse_engine *e, struct link *link);
void send_head(struct hanse_engine *e, struct link *link, const struct ledger *ledger);
void heads_learn(struct hanse_engine *e, struct link *link, const struct hanse_hash *id, uint64_t size,
                 const struct hanse_hash *root);
void pull_start(struct hanse_engine *e, struct link *link, struct ledger *ledger);
void pull_continue(struct hanse_engine *e, struct link *link, struct ledger *ledger); /* the end mark came */
void pull_stop(struct hanse_engine *e, struct ledger *ledger);
/* Whether a list with just this journal, of that size, is the end mark; else it answers a comparison. A
 * complete list is none, but may show that no answer will come. */
bool pull_is_over(struct hanse_engine *e, const struct link *link, struct ledger *ledger, uint64_t size,
                  bool complete);
void pull_resume(struct hanse_engine *e, struct ledger *ledger); /* of whoever is ahead */
/* What was told of gave nothing. It may still be true, for messages get lost; but not for ever: else a lie
 * would keep an owner from signing. */
void pull_in_vain(struct hanse_engine *e, struct ledger *ledger);
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

/* spread.c */
/* A commit of an exchanged journal is durable here. */
void spread_commit(struct hanse_engine *e, const struct ledger *ledger, const struct intake *intake);
/* One came that was here already: the journal then has `end` entries at least, over there. */
void spread_duplicate(struct hanse_engine *e, struct link *link, struct ledger *ledger, uint64_t end);
/* A commit from there was accepted. */
void spread_taken(struct hanse_engine *e, const struct link *link, struct ledger *ledger);
/* The peer wants to be told of the journal only; it wants its commits. */
void spread_pruned(struct hanse_engine *e, struct link *link, const struct ledger *ledger);
void spread_grafted(struct link *link, const struct ledger *ledger);
/* The peer has the journal up to `size`. */
void spread_told(struct hanse_engine *e, struct link *link, const struct hanse_hash *id, uint64_t size,
                 const struct hanse_hash *root);
/* Whether a commit that comes from there is one that a WANT or a GRAFT asked for. */
bool spread_pulled(const struct link *link, const struct ledger *ledger);
void spread_tick(struct hanse_engine *e);
uint64_t spread_due_ms(const struct hanse_engine *e); /* when to call it; UINT64_MAX: never */
/* forks.c */
/* NULL: the peer has had its chances for now, or one is under way. */
struct inquiry *inquiry_begin(struct hanse_engine *e, struct link *link, struct ledger *ledger,
                              bool comparing);
/* The one that it interrupted goes on. None: no effect. */
void inquiry_end(struct hanse_engine *e, struct ledger *ledger, bool in_vain);
void inquiries_end(struct hanse_engine *e, struct ledger *ledger);
/* For our own commit that holds the entry; `base`: also for what is in force where it begins. */
void ask_disk(struct hanse_engine *e, const struct ledger *ledger, uint64_t index, bool base);
bool is_freezing(const struct ledger *ledger);
/* Whether histories are compared with that peer: then its commits are answers. */
bool is_inquired(const struct ledger *ledger, const struct link *link);
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
/* Whether a commit that begins there is the answer to our last question, perhaps after the inquiry's end. */
bool suspicion_asked(const struct link *link, const struct ledger *ledger, uint64_t first);
void suspicion_end_mark(struct hanse_engine *e, const struct link *link, struct ledger *ledger);
void inquiries_tick(struct hanse_engine *e);

/* fences.c */
void fence_answered(struct hanse_engine *e, struct link *link); /* the peer has compared heads with us */
/* And has the same: what it told of an own journal beyond ours, perhaps never so, is taken back. */
void fence_agreed(struct hanse_engine *e, struct link *link);
void fences_review(struct hanse_engine *e);
int fence_check(struct hanse_engine *e, const struct ledger *ledger);

/* recv_<message>.c, by messages.def. What is wrong goes into the reader; the caller counts it. */
#define X(name, number, recv, elements)                                                                      \
    void recv(struct hanse_engine *e, struct link *link, struct hanse_bytes message, struct hanse_reader *r);
#include "messages.def"
#undef X

#endif
