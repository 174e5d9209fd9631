#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "spread.h"

#define NEIGHBOURS_MAX 256u

/* Fills in how far every node is from the writer, in links of the mesh as it is now. */
static void measure_hops(const struct spread *spread, struct published *commit)
{
    uint32_t nodes = spread->sim.node_count;
    uint32_t *queue = hanse_malloc(nodes * sizeof queue[0]);
    uint32_t neighbours[NEIGHBOURS_MAX];
    uint32_t end = 0;
    queue[end++] = commit->writer;
    commit->hops[commit->writer] = 0;
    for (uint32_t at = 0; at < end; at++) {
        uint32_t count = world_neighbours(spread, queue[at], neighbours, NEIGHBOURS_MAX);
        for (uint32_t i = 0; i < count; i++) {
            if (commit->hops[neighbours[i]] != UINT32_MAX)
                continue;
            commit->hops[neighbours[i]] = commit->hops[queue[at]] + 1;
            queue[end++] = neighbours[i];
        }
    }
    free(queue);
}

static struct published *begin_commit(struct spread *spread, uint32_t chain, uint64_t size)
{
    struct phase *phase = spread->phase;
    uint32_t nodes = spread->sim.node_count;
    HANSE_CHECK(phase->count < phase->capacity);
    struct published *commit = &phase->commits[phase->count++];
    *commit = (struct published){.chain = chain,
                                 .writer = spread->sim.archive.chains[chain].owner,
                                 .size = size,
                                 .at_ms = spread->sim.now_ms,
                                 .took_ms = hanse_malloc(nodes * sizeof commit->took_ms[0]),
                                 .hops = hanse_malloc(nodes * sizeof commit->hops[0])};
    memset(commit->took_ms, 0xff, nodes * sizeof commit->took_ms[0]);
    memset(commit->hops, 0xff, nodes * sizeof commit->hops[0]);
    measure_hops(spread, commit);
    return commit;
}

static void on_settled(struct sim *sim, const struct sim_node *node, uint32_t chain, uint64_t size)
{
    struct phase *phase = ((struct spread *)sim)->phase;
    for (uint32_t i = phase == NULL ? 0 : phase->count; i > 0; i--) {
        struct published *commit = &phase->commits[i - 1];
        if (commit->chain != chain || commit->size != size)
            continue;
        if (commit->took_ms[node->number] == UINT32_MAX)
            commit->there++;
        commit->took_ms[node->number] = (uint32_t)(sim->now_ms - commit->at_ms);
        return;
    }
}

/* The type stands behind the head of the array, which is one byte: messages have less than 16 elements. */
static unsigned type_of(struct hanse_bytes message)
{
    return message.size > 1 && message.data[1] < TYPES_MAX ? message.data[1] : 0;
}

static void on_sent(struct sim *sim, const struct sim_node *node, struct hanse_bytes message)
{
    struct spread *spread = (struct spread *)sim;
    unsigned type = type_of(message);
    spread->tally.sent[type]++;
    spread->tally.sent_bytes[type] += message.size;
    spread->sent_by[node->number] += message.size;
}

static void on_received(struct sim *sim, const struct sim_node *node, struct hanse_bytes message)
{
    (void)node;
    ((struct spread *)sim)->tally.received[type_of(message)]++;
}

const struct watch commits_watch = {.settled = on_settled, .sent = on_sent, .received = on_received};

static void publish(struct spread *spread, uint32_t chain)
{
    struct sim *sim = &spread->sim;
    struct sim_node *node = &sim->nodes[sim->archive.chains[chain].owner];
    const struct hanse_hash *id = &sim->archive.chains[chain].id;
    struct hanse_signing_key key = founding_key(sim, "domain", chain - 1, 1);
    struct manuscript *manuscript = manuscript_new();
    uint8_t content[HANSE_INLINE_BODY_MAX];
    uint32_t body = spread->options.body;
    HANSE_CHECK(body <= sizeof content);
    uint8_t salt[HANSE_SALT_SIZE];
    char name[32];
    dice_fill(&sim->authors, content, body);
    dice_fill(&sim->authors, salt, sizeof salt);
    hanse_body_salt(salt, hanse_bytes(content, body), &manuscript->bodies);
    snprintf(name, sizeof name, "orders@%llu.0.0", (unsigned long long)dice_below(&sim->authors, 2));
    struct hanse_draft draft = {.entry = {.kind = hanse_bytes_of("contract"),
                                          .key = hanse_bytes_of(name),
                                          .operation = HANSE_PUT,
                                          .media = hanse_bytes_of("json")},
                                .salted = hanse_buffer_bytes(&manuscript->bodies)};
    uint64_t size = hanse_journal_size(hanse_engine_journal(node->engine, id));
    struct published *commit = begin_commit(spread, chain, size + 2);
    int error = node_append(sim, node, chain, &draft, 1, &key, manuscript);
    if (error != HANSE_OK)
        sim_violate(sim, "publish", "journal %u refuses a commit: %s", chain, hanse_error_name(error));
    else
        HANSE_CHECK(commit->there > 0); /* disks are quick here */
}

static uint32_t pick(struct spread *spread, uint32_t number, bool in_turn)
{
    const struct sim *sim = &spread->sim;
    uint32_t chain = 1 + number % spread->options.written;
    for (;;) {
        if (!in_turn)
            chain = 1 + (uint32_t)dice_below(&spread->sim.authors, spread->options.written);
        if (sim->nodes[sim->archive.chains[chain].owner].alive)
            return chain;
        in_turn = false;
    }
}

void tally_since(const struct spread *spread, const struct tally *before, struct tally *sum)
{
    const struct tally *now = &spread->tally;
    for (unsigned i = 0; i < TYPES_MAX; i++) {
        sum->sent[i] = now->sent[i] - before->sent[i];
        sum->sent_bytes[i] = now->sent_bytes[i] - before->sent_bytes[i];
        sum->received[i] = now->received[i] - before->received[i];
    }
}

void commits_run(struct spread *spread, struct phase *phase, uint32_t count, bool in_turn, uint64_t wait_ms)
{
    struct sim *sim = &spread->sim;
    struct tally before = spread->tally;
    phase->capacity = count;
    phase->commits = hanse_calloc(count, sizeof phase->commits[0]);
    spread->phase = phase;
    uint64_t at_ms = sim->now_ms;
    for (uint32_t i = 0; i < count && sim->violated == NULL; i++) {
        sim->now_ms = at_ms > sim->now_ms ? at_ms : sim->now_ms;
        publish(spread, pick(spread, i, in_turn));
        at_ms += spread->options.interval_ms;
        sim_go_on(sim, at_ms);
    }
    sim_go_on(sim, at_ms + wait_ms);
    tally_since(spread, &before, &phase->tally);
    spread->phase = NULL;
}

void phase_release(struct phase *phase)
{
    for (uint32_t i = 0; i < phase->count; i++) {
        free(phase->commits[i].took_ms);
        free(phase->commits[i].hops);
    }
    free(phase->commits);
}
