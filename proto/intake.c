/* Commits on their way: from a message, or from the owner, to the disk.
 *
 *   COMMIT ──screened──▶ waiting for bodies ──▶ applied ──PERSIST──▶ durable ──▶ spread.c
 *   APPEND ───────────────────────────────────▶ sealed  ──PERSIST──▶ durable ──▶ spread.c
 *
 * A commit is sent on only when it is on our disk: forwarding earlier gains nothing, and a node that falls
 * over has never told of what it lost. */
#include <stdlib.h>
#include <string.h>

#include "engine_private.h"

static void bodies_free(struct hanse_buffer *bodies, uint32_t count)
{
    for (uint32_t i = 0; bodies != NULL && i < count; i++)
        free(bodies[i].data);
    free(bodies);
}

static void intake_free(struct intake *intake)
{
    bodies_free(intake->bodies, intake->commit.count);
    hanse_commit_release(&intake->commit);
    hanse_buffer_release(&intake->message);
    free(intake);
}

static void parked_free(struct parked *parked)
{
    while (parked != NULL) {
        struct parked *next = parked->next;
        hanse_buffer_release(&parked->message);
        free(parked);
        parked = next;
    }
}

void waiting_drop(struct hanse_engine *e, struct ledger *ledger)
{
    struct waiting *waiting = ledger->waiting;
    if (waiting == NULL)
        return;
    bodies_free(waiting->bodies, waiting->commit.count);
    e->pending_bytes -= waiting->bytes;
    hanse_commit_release(&waiting->commit);
    hanse_buffer_release(&waiting->message);
    parked_free(waiting->parked);
    free(waiting);
    ledger->waiting = NULL;
}

void ledger_release(struct hanse_engine *e, struct ledger *ledger)
{
    waiting_drop(e, ledger);
    inquiries_end(e, ledger);
    while (ledger->first_intake != NULL) {
        struct intake *intake = ledger->first_intake;
        ledger->first_intake = intake->next;
        intake_free(intake);
    }
    hanse_journal_release(&ledger->journal);
    free(ledger);
}

void waiting_give_up(struct hanse_engine *e, const struct link *link, struct ledger *ledger)
{
    const struct waiting *waiting = ledger->waiting;
    if (waiting == NULL || waiting->from == link->id || e->now_ms + PULL_MS - STALL_MS < waiting->deadline_ms)
        return;
    struct link *from = link_find(e, waiting->from);
    if (from != NULL)
        link_learn(from, ledger, hanse_journal_size(&ledger->journal));
    if (ledger->pulling == waiting->from)
        pull_stop(e, ledger);
    waiting_drop(e, ledger);
}

/* Asks for the commit to be stored. It has been applied. */
static void persist(struct hanse_engine *e, struct ledger *ledger, struct intake *intake)
{
    if (ledger->last_intake != NULL)
        ledger->last_intake->next = intake;
    else
        ledger->first_intake = intake;
    ledger->last_intake = intake;
    heads_update(e, ledger);
    struct hanse_bytes frontier = hanse_journal_frontier(&ledger->journal);
    struct hanse_effect *effect = effect_add(e, HANSE_EFFECT_PERSIST);
    effect->persist.commit = &intake->commit;
    effect->persist.frontier = hanse_bytes(scratch_copy(e, frontier.data, frontier.size), frontier.size);
    effect->persist.heads_root = hanse_tree_root(e->heads);
    effect->persist.own = intake->from == 0;
}

int intake_append(struct hanse_engine *e, const struct hanse_event *event)
{
    struct ledger *ledger = ledger_find(e, &event->append.journal);
    if (ledger == NULL || !ledger->own)
        return HANSE_E_NOT_WRITER;
    int error = fence_check(e, ledger);
    if (error != HANSE_OK)
        return error;
    const struct ledger *council = council_ledger(e);
    struct hanse_commit commit;
    error =
        hanse_journal_seal(&ledger->journal, event->append.drafts, event->append.count, event->append.time_ms,
                           council == NULL ? 0 : council->journal.held_size, event->append.key, &commit);
    if (error != HANSE_OK)
        return error;
    struct intake *intake = hanse_calloc(1, sizeof *intake);
    intake->commit = commit;
    hanse_buffer_init(&intake->message);
    hanse_commit_encode(&intake->commit, &intake->message);
    persist(e, ledger, intake);
    return HANSE_OK;
}

/* The council's journal is a council's, and no other is. */
static int check_role(const struct hanse_engine *e, const struct ledger *ledger,
                      const struct hanse_commit *commit)
{
    struct hanse_authority authority;
    if (commit->first > 0)
        return HANSE_OK;
    if (hanse_authority_decode(hanse_body_content(commit->items[0].salted), &authority) != HANSE_OK)
        return HANSE_E_BAD_AUTHORITY;
    bool council = authority.role == HANSE_AUTHORITY_COUNCIL;
    return council == is_council(e, ledger) ? HANSE_OK : HANSE_E_BAD_AUTHORITY;
}

/* No council without the root that the invite promised. */
static int check_pin(const struct hanse_engine *e, const struct ledger *ledger,
                     const struct hanse_commit *commit)
{
    const struct hanse_pin *pin = &e->config.pin;
    uint64_t end = commit->first + commit->count;
    if (!is_council(e, ledger) || pin->size == 0 || end < pin->size || commit->first >= pin->size)
        return HANSE_OK;
    return end == pin->size && hanse_hash_equal(&commit->root, &pin->root) ? HANSE_OK : HANSE_E_WRONG_MESH;
}

static void want_bodies(struct hanse_engine *e, struct link *link, const struct ledger *ledger)
{
    const struct hanse_commit *commit = &ledger->waiting->commit;
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    message_begin(MESSAGE_WANT, &message);
    hanse_write_hash(&message, &commit->journal);
    hanse_write_uint(&message, commit->first);
    hanse_write_uint(&message, 0);
    hanse_write_array(&message, commit->missing);
    for (uint32_t i = 0; i < commit->count; i++) {
        if (commit->items[i].entry.has_body && commit->items[i].salted.size == 0)
            hanse_write_uint(&message, commit->first + i);
    }
    effect_send(e, link, HANSE_CLASS_HEADS, &message);
}

static int wait_for_bodies(struct hanse_engine *e, struct link *link, struct ledger *ledger,
                           struct intake *intake)
{
    size_t bytes = hanse_commit_body_bytes(&intake->commit) + intake->message.size;
    bool asked_another = ledger->pulling != 0 && ledger->pulling != link->id; /* who will have the bodies */
    if (e->pending_bytes + bytes > HANSE_PENDING_BYTES || ledger->waiting != NULL || asked_another)
        return HANSE_E_BUSY;
    struct waiting *waiting = hanse_calloc(1, sizeof *waiting);
    waiting->commit = intake->commit;
    waiting->message = intake->message;
    waiting->from = intake->from;
    waiting->pulled = intake->pulled;
    waiting->deadline_ms = e->now_ms + PULL_MS;
    waiting->bytes = bytes;
    waiting->last_parked = &waiting->parked;
    waiting->parked_end = waiting->commit.first + waiting->commit.count;
    waiting->bodies = hanse_calloc(waiting->commit.count, sizeof waiting->bodies[0]);
    e->pending_bytes += bytes;
    ledger->waiting = waiting;
    ledger_busy(e, ledger);
    ledger->unserved = 0;
    free(intake);
    want_bodies(e, link, ledger);
    return HANSE_OK;
}

/* Judges the commit and either keeps it on its way or says why not; takes the intake when it returns
 * HANSE_OK. */
static int take_in(struct hanse_engine *e, struct link *link, struct ledger *ledger, struct intake *intake)
{
    int error = check_role(e, ledger, &intake->commit);
    if (error == HANSE_OK)
        error = check_pin(e, ledger, &intake->commit);
    if (error != HANSE_OK)
        return error;
    if (intake->commit.missing > 0) {
        error = hanse_journal_screen(&ledger->journal, &intake->commit);
        return error != HANSE_OK ? error : wait_for_bodies(e, link, ledger, intake);
    }
    error = hanse_journal_apply(&ledger->journal, &intake->commit);
    if (error != HANSE_OK)
        return error;
    if (ledger->pulling == intake->from)
        ledger->pull_deadline_ms = e->now_ms + PULL_MS;
    ledger->unserved = 0;
    persist(e, ledger, intake);
    return HANSE_OK;
}

/* Where the commit stands, from the head of its message, before anything is copied. */
struct place_of_commit {
    struct hanse_hash journal;
    uint64_t first;
    uint64_t end;
};

static int peek(struct hanse_bytes message, struct place_of_commit *ret_place)
{
    struct hanse_reader r;
    hanse_reader_init(&r, message);
    message_open(&r, MESSAGE_COMMIT);
    ret_place->journal = hanse_read_hash(&r);
    ret_place->first = hanse_read_uint(&r, HANSE_SIZE_MAX);
    ret_place->end = ret_place->first + hanse_read_array(&r, 2, HANSE_COMMIT_ENTRIES_MAX);
    return r.error;
}

static struct hanse_buffer copy_of(struct hanse_bytes bytes)
{
    struct hanse_buffer copy;
    hanse_buffer_init(&copy);
    hanse_buffer_append(&copy, bytes.data, bytes.size);
    return copy;
}

/* Keeps what a peer sends on while one of its commits waits for bodies, so that it need not be asked for
 * again. */
static bool park(struct hanse_engine *e, const struct link *link, struct ledger *ledger,
                 const struct place_of_commit *place, struct hanse_bytes message)
{
    struct waiting *waiting = ledger->waiting;
    size_t bytes = message.size + sizeof(struct parked);
    if (waiting == NULL || waiting->from != link->id || place->first != waiting->parked_end ||
        e->pending_bytes + bytes > HANSE_PENDING_BYTES)
        return false;
    struct parked *parked = hanse_calloc(1, sizeof *parked);
    parked->message = copy_of(message);
    parked->pulled = spread_pulled(link, ledger);
    *waiting->last_parked = parked;
    waiting->last_parked = &parked->next;
    waiting->parked_end = place->end;
    waiting->bytes += bytes;
    e->pending_bytes += bytes;
    return true;
}

static int intake_commit(struct hanse_engine *e, struct link *link, struct hanse_bytes message, bool pulled)
{
    struct place_of_commit place;
    int error = peek(message, &place);
    if (error != HANSE_OK)
        return error;
    struct ledger *ledger = ledger_find(e, &place.journal);
    if (ledger == NULL || (!ledger->admitted && !ledger->own))
        return HANSE_E_UNKNOWN_JOURNAL;
    if (ledger->frozen || is_freezing(ledger)) {
        if (ledger->frozen)
            forks_tell(e, link, ledger);
        return HANSE_E_FROZEN;
    }
    if (suspicion_commit(e, link, ledger, place.first, message))
        return HANSE_OK;
    pulled = pulled || spread_pulled(link, ledger);
    if (ledger->pulling == link->id)
        ledger->pull_bytes += message.size;
    uint64_t size = hanse_journal_size(&ledger->journal);
    if (place.first < size) {
        if (place.end <= size && !suspicion_asked(link, ledger, place.first))
            spread_duplicate(e, link, ledger, place.end);
        return HANSE_E_STALE;
    }
    waiting_give_up(e, link, ledger);
    if (place.first > size || ledger->waiting != NULL) {
        if (place.first > link_known(link, ledger))
            link_learn(link, ledger, place.first);
        if (park(e, link, ledger, &place, message))
            return HANSE_OK;
        if (ledger->pulling == link->id)
            ledger->pull_bytes += PULL_BYTES; /* one was lost: the end mark is not far */
        pull_start(e, link, ledger);
        return HANSE_E_GAP;
    }
    struct intake *intake = hanse_calloc(1, sizeof *intake);
    intake->message = copy_of(message);
    intake->from = link->id;
    intake->pulled = pulled;
    error = hanse_commit_decode(hanse_buffer_bytes(&intake->message), &intake->commit);
    if (error == HANSE_OK)
        error = take_in(e, link, ledger, intake);
    if (error != HANSE_OK) {
        intake_free(intake);
        if (ledger->pulling == link->id)
            ledger->pull_bytes += PULL_BYTES; /* what follows is of no use */
        return error;
    }
    if (place.end > link_known(link, ledger))
        link_learn(link, ledger, place.end);
    spread_taken(e, link, ledger);
    return HANSE_OK;
}

void intake_message(struct hanse_engine *e, struct link *link, struct hanse_bytes message, bool pulled)
{
    int error = intake_commit(e, link, message, pulled);
    if (error != HANSE_OK)
        effect_refused(e, link->id, error, "COMMIT");
}

/* The last body is here: the commit goes its way, and what was parked behind it. */
static void waiting_done(struct hanse_engine *e, struct link *link, struct ledger *ledger)
{
    struct waiting *waiting = ledger->waiting;
    struct parked *parked = waiting->parked;
    struct intake *intake = hanse_calloc(1, sizeof *intake);
    intake->commit = waiting->commit;
    intake->message = waiting->message;
    intake->from = waiting->from;
    intake->pulled = waiting->pulled;
    intake->bodies = waiting->bodies;
    e->pending_bytes -= waiting->bytes;
    free(waiting);
    ledger->waiting = NULL;
    int error = take_in(e, link, ledger, intake);
    if (error != HANSE_OK) {
        intake_free(intake);
        effect_refused(e, link->id, error, "COMMIT");
    }
    for (const struct parked *at = parked; error == HANSE_OK && at != NULL; at = at->next)
        intake_message(e, link, hanse_buffer_bytes(&at->message), at->pulled);
    parked_free(parked);
    pull_start(e, link, ledger);
}

void intake_body(struct hanse_engine *e, struct link *link, struct ledger *ledger, uint64_t index,
                 struct hanse_bytes salted)
{
    struct waiting *waiting = ledger->waiting;
    if (waiting == NULL || waiting->from != link->id || index < waiting->commit.first ||
        index - waiting->commit.first >= waiting->commit.count)
        return; /* given up meanwhile */
    struct hanse_buffer *body = &waiting->bodies[index - waiting->commit.first];
    if (body->data != NULL)
        return;
    *body = copy_of(salted);
    int error = hanse_commit_supply(&waiting->commit, index, hanse_buffer_bytes(body));
    if (error != HANSE_OK) {
        hanse_buffer_release(body);
        effect_refused(e, link->id, error, "BODY");
        return;
    }
    waiting->deadline_ms = e->now_ms + PULL_MS;
    if (waiting->commit.missing == 0)
        waiting_done(e, link, ledger);
}

void intake_persisted(struct hanse_engine *e, struct ledger *ledger, uint64_t size)
{
    bool council = is_council(e, ledger);
    bool admitted_more = false;
    hanse_journal_confirm(&ledger->journal, size);
    while (ledger->first_intake != NULL) {
        struct intake *intake = ledger->first_intake;
        if (intake->commit.first + intake->commit.count > size)
            break;
        ledger->first_intake = intake->next;
        if (ledger->first_intake == NULL)
            ledger->last_intake = NULL;
        for (uint32_t i = 0; i < intake->commit.count; i++)
            roster_entry(e, ledger, &intake->commit.items[i].entry, intake->commit.items[i].salted);
        admitted_more = admitted_more || council;
        if (ledger->admitted)
            spread_commit(e, ledger, intake);
        scratch_keep(e, intake->message.data); /* the SEND effects point to it */
        intake->message = (struct hanse_buffer){0};
        intake_free(intake);
    }
    if (admitted_more && ledger->pulling == 0 && ledger->first_intake == NULL)
        send_root_to_all(e);
    if (ledger->own || council)
        fences_review(e);
}

void intake_failed(struct hanse_engine *e, struct ledger *ledger, int error)
{
    (void)error;                                      /* the caller has logged it */
    ledger->pull_after_ms = e->now_ms + UNWRITTEN_MS; /* else a full disk has it sent as fast as links go */
    hanse_journal_rollback(&ledger->journal);
    while (ledger->first_intake != NULL) {
        struct intake *intake = ledger->first_intake;
        struct link *from = link_find(e, intake->from);
        if (from != NULL)
            link_learn(from, ledger, ledger->journal.held_size);
        ledger->first_intake = intake->next;
        intake_free(intake);
    }
    ledger->last_intake = NULL;
    pull_stop(e, ledger);
    heads_update(e, ledger);
}
