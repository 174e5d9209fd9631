/* Publishers: owners who write commits of 1 to 20 drafts, put new versions in the place of old ones, retract,
 * and now and then take their next key. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

#define DRAFTS_MAX 20u
#define KEYS       60u /* a domain writes about so many things */
#define BODY_MAX   20480u
#define RETRY_MS   500u

struct sheet { /* a commit in the making */
    struct hanse_draft drafts[DRAFTS_MAX];
    char keys[DRAFTS_MAX][40];
    size_t starts[DRAFTS_MAX];
    size_t sizes[DRAFTS_MAX];
};

/* Most bodies are small, some are over what rides in a commit. */
static size_t body_size(struct dice *dice)
{
    uint64_t shift = dice_below(dice, 1 + dice_below(dice, 12));
    uint64_t size = dice_between(dice, 10u << shift, 20u << shift);
    return dice_chance(dice, 10000) ? BODY_MAX : size < BODY_MAX ? size : BODY_MAX;
}

/* A document that gives rows in the catalogue. */
static void write_document(struct dice *dice, uint64_t thing, struct hanse_buffer *out)
{
    uint64_t fields = dice_below(dice, 12);
    if (thing % 3 == 0) {
        hanse_buffer_printf(out, "{\"repository\": \"git/%llu\", \"commit\": \"%llx\"}",
                            (unsigned long long)thing, (unsigned long long)dice_roll(dice));
        return;
    }
    hanse_buffer_printf(out,
                        "apiVersion: v3.0.2\nkind: DataContract\nid: orders-%llu\nversion: 1.0.0\n"
                        "status: active\nname: Orders %llx\nschema:\n- name: orders\n  properties:\n",
                        (unsigned long long)thing, (unsigned long long)dice_roll(dice));
    for (uint64_t i = 0; i <= fields; i++)
        hanse_buffer_printf(out, "  - name: field_%llu\n    logicalType: string\n    description: %llx\n",
                            (unsigned long long)dice_below(dice, 40), (unsigned long long)dice_roll(dice));
    if (dice_chance(dice, 20000))
        hanse_buffer_printf(out, "# %0*d\n", (int)BODY_MAX - 2000, 0);
}

static void write_body(struct dice *dice, uint64_t thing, bool document, struct manuscript *manuscript)
{
    uint8_t content[BODY_MAX];
    uint8_t salt[HANSE_SALT_SIZE];
    if (document) {
        struct hanse_buffer text;
        hanse_buffer_init(&text);
        write_document(dice, thing, &text);
        dice_fill(dice, salt, sizeof salt);
        hanse_body_salt(salt, hanse_buffer_bytes(&text), &manuscript->bodies);
        hanse_buffer_release(&text);
        return;
    }
    size_t size = body_size(dice);
    dice_fill(dice, content, size);
    dice_fill(dice, salt, sizeof salt);
    hanse_body_salt(salt, hanse_bytes(content, size), &manuscript->bodies);
}

/* `newer`: of a kind and with elements that this version does not know. */
static void write_draft(const struct sim *sim, struct dice *dice, uint32_t at, uint64_t thing, bool newer,
                        struct sheet *sheet, struct manuscript *manuscript)
{
    struct hanse_draft *draft = &sheet->drafts[at];
    bool about = sim->options.real && thing % 3 == 0; /* what a contract comes from */
    snprintf(sheet->keys[at], sizeof sheet->keys[at],
             about ? "contract/orders-%u%%401.0.0@1" : "orders-%u@1.0.0", (unsigned)thing);
    sheet->starts[at] = manuscript->bodies.size;
    draft->entry.kind = hanse_bytes_of(thing % 3 == 0 ? "provenance" : "contract");
    draft->entry.key = hanse_bytes_of(sheet->keys[at]);
    if (dice_chance(dice, 100000)) {
        draft->entry.operation = HANSE_RETRACT;
    } else {
        draft->entry.media = hanse_bytes_of(thing % 3 == 0 ? "json" : "yaml");
        write_body(dice, thing, sim->options.real, manuscript);
    }
    sheet->sizes[at] = manuscript->bodies.size - sheet->starts[at];
    if (newer) {
        draft->entry.kind = hanse_bytes_of("forecast");
        draft->entry.later = hanse_bytes_of("\x07\xa5later");
        draft->entry.later_count = 2;
    }
}

static int publish(struct sim *sim, struct sim_node *node, uint32_t chain, uint64_t version)
{
    struct sheet sheet = {0};
    struct manuscript *manuscript = manuscript_new();
    struct hanse_signing_key key = founding_key(sim, "domain", chain - 1, version);
    const struct chain *whose = &sim->archive.chains[chain];
    /* Copies of a home may write the same in the same place: then only their seals differ. */
    struct dice alike;
    dice_init(&alike, sim->options.seed + disk_size(&node->disk, chain), 100 + chain);
    bool same = whose->copy_count > 0 && dice_chance(&alike, 500000);
    struct dice *dice = same ? &alike : &sim->authors;
    uint32_t count = (uint32_t)dice_between(dice, 1, dice_between(dice, 1, DRAFTS_MAX));
    uint64_t thing = dice_roll(dice) % KEYS;
    bool newer = (sim->options.faults & FAULT_MIXED) != 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t about = (thing + i * 7) % KEYS;
        write_draft(sim, dice, i, about, newer && about % 11 == 3, &sheet, manuscript);
    }
    for (uint32_t i = 0; i < count; i++)
        sheet.drafts[i].salted = hanse_bytes(manuscript->bodies.data + sheet.starts[i], sheet.sizes[i]);
    return node_append(sim, node, chain, sheet.drafts, count, &key, manuscript);
}

static int rotate(struct sim *sim, struct sim_node *node, uint32_t chain, uint64_t version)
{
    struct hanse_authority authority = {.role = HANSE_AUTHORITY_DOMAIN, .version = version + 1};
    struct hanse_signing_key key = founding_key(sim, "domain", chain - 1, version + 1);
    struct hanse_signing_key next = founding_key(sim, "domain", chain - 1, version + 2);
    struct hanse_public_key next_public = hanse_signing_key_public(&next);
    authority.signer = hanse_signing_key_public(&key);
    authority.next_key = hanse_next_key_digest(&next_public);
    struct manuscript *manuscript = manuscript_new();
    uint8_t salt[HANSE_SALT_SIZE];
    struct hanse_buffer body;
    dice_fill(&sim->authors, salt, sizeof salt);
    hanse_buffer_init(&body);
    hanse_authority_encode(&authority, &body);
    hanse_body_salt(salt, hanse_buffer_bytes(&body), &manuscript->bodies);
    hanse_buffer_release(&body);
    struct hanse_draft draft = {.entry = {.kind = hanse_bytes_of(HANSE_KIND_AUTHORITY),
                                          .key = hanse_bytes_of("self"),
                                          .media = hanse_bytes_of("msgpack")},
                                .salted = hanse_buffer_bytes(&manuscript->bodies)};
    return node_append(sim, node, chain, &draft, 1, &key, manuscript);
}

/* The number of a journal that has not parted; 0: all have. */
static uint32_t pick_chain(struct sim *sim)
{
    uint64_t quiet = rogue_chain(sim) == UINT32_MAX ? 0 : 1;
    uint64_t count = sim->domain_count - quiet, first = dice_below(&sim->authors, count);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t chain = (uint32_t)(1 + (first + i) % count);
        if (!sim->archive.chains[chain].parts)
            return chain;
    }
    return 0;
}

/* `number`: the chain. */
static void fire_publish(struct sim *sim, struct happening *happening)
{
    uint32_t chain = (uint32_t)happening->number;
    const struct chain *whose = &sim->archive.chains[chain];
    uint64_t writer = whose->copy_count == 0 ? 0 : dice_below(&sim->authors, whose->copy_count + 1);
    struct sim_node *node = &sim->nodes[writer == 0 ? whose->owner : whose->copies[writer - 1]];
    const struct hanse_journal *journal =
        node->alive && !spell_holds(sim, node, SPELL_STOP)
            ? hanse_engine_journal(node->engine, &sim->archive.chains[chain].id)
            : NULL;
    int error = HANSE_E_UNREACHABLE;
    if (journal != NULL && hanse_journal_size(journal) > 0) {
        uint64_t version = journal->authority.version;
        error = dice_chance(&sim->authors, 30000) ? rotate(sim, node, chain, version)
                                                  : publish(sim, node, chain, version);
        sim_tell(sim, node, "publishes in journal %u: %s", chain, hanse_error_name(error));
        if (error == HANSE_E_FROZEN && whose->parts)
            chain = pick_chain(sim); /* nobody writes this one any more */
        else if (error != HANSE_OK && error != HANSE_E_CATCHING_UP)
            sim_violate(sim, "publish", "journal %u refuses a commit: %s", chain, hanse_error_name(error));
    }
    if (error != HANSE_OK && chain != 0 && sim->now_ms < sim->faults_end_ms)
        sim_later(sim, RETRY_MS, fire_publish, NULL, chain);
}

bool publishers_wrote(const struct hanse_commit *commit)
{
    struct hanse_bytes kind = commit->items[0].entry.kind;
    return commit->first > 0 && !hanse_bytes_equal_text(kind, HANSE_KIND_NODE) &&
           !hanse_bytes_equal_text(kind, HANSE_KIND_APPROVAL);
}

void publishers_init(struct sim *sim)
{
    uint64_t first_ms = 3000;
    for (uint32_t i = 0; i < sim->options.commits; i++) {
        uint32_t chain = pick_chain(sim);
        sim_later(sim, dice_between(&sim->authors, first_ms, sim->faults_end_ms), fire_publish, NULL, chain);
    }
}
