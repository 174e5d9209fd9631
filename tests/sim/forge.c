/* Messages that no engine of ours makes: of a member that lies or floods, and of one whose program is newer.
 */
#include <string.h>

#include "hanse/msgpack.h"
#include "sim.h"

enum { ROOT = 2, HEADS = 3, WANT = 4, COMMIT = 5, BODY = 6, HAVE = 9, GRAFT = 10, PRUNE = 11, KNOWN = 32 };

#define NOISE_MAX 4000u

static struct hanse_hash any_hash(struct sim *sim)
{
    struct hanse_hash hash;
    dice_fill(&sim->weather, hash.bytes, sizeof hash.bytes);
    return hash;
}

/* A journal's id: mostly one that there is. */
static struct hanse_hash any_journal(struct sim *sim)
{
    if (dice_chance(&sim->weather, 50000))
        return any_hash(sim);
    return sim->archive.chains[dice_below(&sim->weather, sim->archive.chain_count)].id;
}

/* A commit that some owner wrote, mostly in the wrong place for whoever gets it; NULL when there is none. */
static const struct record *any_record(struct sim *sim)
{
    const struct chain *chain = &sim->archive.chains[dice_below(&sim->weather, sim->archive.chain_count)];
    return chain->count == 0 ? NULL : chain->records[dice_below(&sim->weather, chain->count)];
}

static uint64_t any_size(struct sim *sim)
{
    static const uint64_t most[] = {4, 60, 3000, HANSE_SIZE_MAX};
    return dice_below(&sim->weather, 1 + most[dice_below(&sim->weather, 4)]);
}

static void noise(struct sim *sim, struct hanse_buffer *out)
{
    uint8_t bytes[NOISE_MAX];
    size_t size = dice_between(&sim->weather, 1, NOISE_MAX);
    dice_fill(&sim->weather, bytes, size);
    hanse_buffer_append(out, bytes, size);
}

static void false_root(struct sim *sim, struct hanse_buffer *out)
{
    struct hanse_hash root = any_hash(sim);
    hanse_write_array(out, 3);
    hanse_write_uint(out, ROOT);
    hanse_write_hash(out, &root);
    hanse_write_uint(out, any_size(sim));
}

/* Heads that do not exist. */
static void false_heads(struct sim *sim, struct hanse_buffer *out)
{
    size_t count = dice_below(&sim->weather, 1 + dice_below(&sim->weather, 30));
    hanse_write_array(out, 3);
    hanse_write_uint(out, HEADS);
    hanse_write_uint(out, dice_below(&sim->weather, 2));
    hanse_write_array(out, count);
    for (size_t i = 0; i < count; i++) {
        struct hanse_hash id = any_journal(sim);
        struct hanse_hash root = any_hash(sim);
        hanse_write_array(out, 3);
        hanse_write_hash(out, &id);
        hanse_write_uint(out, any_size(sim));
        hanse_write_hash(out, &root);
    }
}

/* News of sizes that do not exist, and now and then of one that does. */
static void false_have(struct sim *sim, struct hanse_buffer *out)
{
    size_t count = dice_between(&sim->weather, 1, 20);
    hanse_write_array(out, 2);
    hanse_write_uint(out, HAVE);
    hanse_write_array(out, count);
    for (size_t i = 0; i < count; i++) {
        struct hanse_hash id = any_journal(sim);
        struct hanse_hash root = any_hash(sim);
        hanse_write_array(out, 3);
        hanse_write_hash(out, &id);
        hanse_write_uint(out, any_size(sim));
        hanse_write_hash(out, &root);
    }
}

static void false_graft(struct sim *sim, struct hanse_buffer *out)
{
    struct hanse_hash id = any_journal(sim);
    hanse_write_array(out, 3);
    hanse_write_uint(out, GRAFT);
    hanse_write_hash(out, &id);
    hanse_write_uint(out, any_size(sim));
}

static void false_prune(struct sim *sim, struct hanse_buffer *out)
{
    struct hanse_hash id = any_journal(sim);
    hanse_write_array(out, 2);
    hanse_write_uint(out, PRUNE);
    hanse_write_hash(out, &id);
}

static void false_want(struct sim *sim, struct hanse_buffer *out)
{
    struct hanse_hash id = any_journal(sim);
    size_t count = dice_chance(&sim->weather, 500000) ? 0 : dice_below(&sim->weather, 40);
    hanse_write_array(out, 5);
    hanse_write_uint(out, WANT);
    hanse_write_hash(out, &id);
    hanse_write_uint(out, any_size(sim));
    hanse_write_uint(out, dice_below(&sim->weather, 100000));
    hanse_write_array(out, count);
    for (size_t i = 0; i < count; i++)
        hanse_write_uint(out, any_size(sim));
}

static void false_bodies(struct sim *sim, struct hanse_buffer *out)
{
    uint8_t bytes[200];
    struct hanse_hash id = any_journal(sim);
    size_t count = dice_between(&sim->weather, 1, 5);
    hanse_write_array(out, 3);
    hanse_write_uint(out, BODY);
    hanse_write_hash(out, &id);
    hanse_write_array(out, count);
    for (size_t i = 0; i < count; i++) {
        dice_fill(&sim->weather, bytes, sizeof bytes);
        hanse_write_array(out, 2);
        hanse_write_uint(out, any_size(sim));
        hanse_write_binary(out, hanse_bytes(bytes, 17 + dice_below(&sim->weather, 150)));
    }
}

/* One that no version knows yet. */
static void unknown(struct sim *sim, struct hanse_buffer *out)
{
    struct hanse_hash hash = any_hash(sim);
    hanse_write_array(out, 3);
    hanse_write_uint(out, KNOWN + dice_below(&sim->weather, 200));
    hanse_write_hash(out, &hash);
    hanse_write_nil(out);
}

/* A real commit, as it was or with one byte changed. */
static void stray_commit(struct sim *sim, struct hanse_buffer *out)
{
    const struct record *record = any_record(sim);
    if (record == NULL) {
        noise(sim, out);
        return;
    }
    hanse_buffer_append(out, record->message.data, record->message.size);
    if (dice_chance(&sim->weather, 500000))
        out->data[dice_below(&sim->weather, out->size)] ^= (char)dice_between(&sim->weather, 1, 127);
}

/* A real commit of the same journal with the wrong number. */
static void moved_commit(struct sim *sim, struct hanse_buffer *out)
{
    const struct record *record = any_record(sim);
    if (record == NULL) {
        noise(sim, out);
        return;
    }
    struct hanse_commit commit = record->commit;
    commit.first = any_size(sim);
    hanse_commit_encode(&commit, out);
}

void forge_flood(struct sim *sim, struct sim_node *node)
{
    static void (*const forge[])(struct sim *, struct hanse_buffer *) = {
        noise,        false_root,   false_heads,  false_want, false_bodies, unknown,    stray_commit,
        rogue_commit, moved_commit, rogue_commit, false_have, false_graft,  false_prune};
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    for (uint64_t left = dice_below(&sim->weather, 20); left > 0 && node->wire_count > 0; left--) {
        const struct wire *wire = &node->wires[dice_below(&sim->weather, node->wire_count)];
        hanse_buffer_reset(&message);
        forge[dice_below(&sim->weather, sizeof forge / sizeof forge[0])](sim, &message);
        network_post(sim, node, wire, hanse_buffer_bytes(&message));
        sim->counts.forged++;
    }
    hanse_buffer_release(&message);
}

static void lie(struct sim *sim, struct hanse_bytes message, struct hanse_buffer *out)
{
    uint8_t type = message.size > 1 ? message.data[1] : 0;
    if (type == ROOT) {
        false_root(sim, out);
    } else if (type == HEADS) {
        false_heads(sim, out);
    } else if (type == WANT) {
        false_want(sim, out);
    } else if (type == BODY) {
        false_bodies(sim, out);
    } else if (type == HAVE) {
        false_have(sim, out);
    } else if (type == GRAFT) {
        false_graft(sim, out);
    } else if (type == PRUNE) {
        false_prune(sim, out);
    } else if (type == COMMIT && dice_chance(&sim->weather, 300000)) {
        moved_commit(sim, out);
    } else if (type == COMMIT && dice_chance(&sim->weather, 500000)) {
        rogue_commit(sim, out);
    } else if (type == COMMIT) {
        stray_commit(sim, out);
    } else {
        hanse_buffer_append(out, message.data, message.size);
    }
}

/* Elements that a later version may add; a message's head is one byte (PROTOCOL.md, "Encoding"). */
static void add_elements(struct sim *sim, struct hanse_bytes message, struct hanse_buffer *out)
{
    uint8_t head = message.data[0];
    uint8_t more = (uint8_t)dice_between(&sim->weather, 1, 3);
    hanse_buffer_append(out, message.data, message.size);
    if ((head & 0xf0) != 0x90 || (head & 15) + more > 15 || message.size > HANSE_MESSAGE_MAX - NOISE_MAX)
        return;
    out->data[0] = (char)(head + more);
    hanse_write_uint(out, dice_roll(&sim->weather));
    if (more > 1)
        hanse_write_text(out, hanse_bytes_of("later"));
    if (more > 2)
        hanse_write_array(out, 0);
}

bool forge_sent(struct sim *sim, const struct sim_node *node, struct hanse_bytes message,
                struct hanse_buffer *out)
{
    if (spell_holds(sim, node, SPELL_LIE) && dice_chance(&sim->weather, 300000)) {
        lie(sim, message, out);
        sim->counts.forged++;
        return true;
    }
    if (!dice_chance(&sim->weather, sim->rates.mixed))
        return false;
    if (dice_chance(&sim->weather, 100000))
        unknown(sim, out);
    else
        add_elements(sim, message, out);
    return true;
}
