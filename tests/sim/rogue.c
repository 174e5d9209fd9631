/* Commits that only a dishonest owner could sign: of an admitted journal whose owner is quiet, and of one
 * that nobody admitted. Nobody may store them; that they break a rule is known here, not judged. */
#include <string.h>

#include "sim.h"

/* The owner of the last domain writes nothing after its address, so that these are no forks of it. */
uint32_t rogue_chain(const struct sim *sim)
{
    bool mirrors = sim->node_count > sim->domain_count; /* the addresses of mirrors come late */
    return (sim->options.faults & FAULT_LIE) == 0 || mirrors ? UINT32_MAX : sim->domain_count;
}

bool rogue_wrote(const struct sim *sim, const struct hanse_hash *root)
{
    for (size_t i = 0; i < sim->rogue_count; i++) {
        if (hanse_hash_equal(&sim->rogue_roots[i], root))
            return true;
    }
    return false;
}

/* Seals as if the journal were as it is told, and takes it back. */
static void seal(struct sim *sim, struct hanse_journal *journal, const struct hanse_draft *draft,
                 const struct hanse_signing_key *key, struct hanse_buffer *out)
{
    struct hanse_commit commit;
    if (hanse_journal_seal(journal, draft, 1, SIM_EPOCH_MS, 0, key, &commit) != HANSE_OK)
        return;
    hanse_journal_rollback(journal);
    hanse_commit_encode(&commit, out);
    if (!rogue_wrote(sim, &commit.root) && sim->rogue_count < SIM_ROGUE_MAX)
        sim->rogue_roots[sim->rogue_count++] = commit.root;
    hanse_commit_release(&commit);
}

static struct hanse_draft draft_of(const char *kind, const char *key, const struct hanse_buffer *salted)
{
    struct hanse_draft draft = {.entry = {.kind = hanse_bytes_of(kind), .key = hanse_bytes_of(key)}};
    if (salted != NULL) {
        draft.entry.media = hanse_bytes_of("msgpack");
        draft.salted = hanse_buffer_bytes(salted);
    }
    return draft;
}

static void false_state(struct sim *sim, struct hanse_journal *journal, const struct hanse_signing_key *key,
                        struct hanse_buffer *out)
{
    struct hanse_draft draft = draft_of("contract", "rogue@1", NULL);
    struct hanse_tree_item item = {.key = sim->pin.mesh, .leaf = sim->pin.mesh};
    hanse_tree_put(journal->state, &item);
    seal(sim, journal, &draft, key, out);
    hanse_tree_remove(journal->state, &item.key);
}

static void false_version(struct sim *sim, struct hanse_journal *journal, const struct hanse_signing_key *key,
                          struct hanse_buffer *out)
{
    struct hanse_draft draft = draft_of("contract", "rogue@2", NULL);
    journal->authority.version++;
    seal(sim, journal, &draft, key, out);
}

static void false_signer(struct sim *sim, struct hanse_journal *journal, const struct hanse_signing_key *key,
                         struct hanse_buffer *out)
{
    struct hanse_draft draft = draft_of("contract", "rogue@3", NULL);
    struct hanse_signing_key other = founding_key(sim, "rogue", 0, 1);
    (void)key;
    journal->authority.signer = hanse_signing_key_public(&other);
    seal(sim, journal, &draft, &other, out);
}

/* An authority for `other`: a next key that was not committed to, or the beginning of a journal. */
static void authority(struct sim *sim, struct hanse_journal *journal, uint64_t version,
                      const struct hanse_signing_key *other, struct hanse_buffer *out)
{
    const uint8_t salt[HANSE_SALT_SIZE] = {0};
    struct hanse_public_key public = hanse_signing_key_public(other);
    struct hanse_authority authority = {.role = HANSE_AUTHORITY_DOMAIN, .version = version};
    struct hanse_buffer body, salted;
    authority.signer = public;
    authority.next_key = hanse_next_key_digest(&public);
    hanse_buffer_init(&body);
    hanse_buffer_init(&salted);
    hanse_authority_encode(&authority, &body);
    hanse_body_salt(salt, hanse_buffer_bytes(&body), &salted);
    struct hanse_draft draft = draft_of(HANSE_KIND_AUTHORITY, "self", &salted);
    if (version == 1)
        journal->id = hanse_draft_leaf(&draft);
    seal(sim, journal, &draft, other, out);
    hanse_buffer_release(&body);
    hanse_buffer_release(&salted);
}

static void false_successor(struct sim *sim, struct hanse_journal *journal,
                            const struct hanse_signing_key *key, struct hanse_buffer *out)
{
    struct hanse_signing_key other = founding_key(sim, "rogue", 0, 2);
    struct hanse_public_key public = hanse_signing_key_public(&other);
    (void)key;
    journal->authority.next_key = hanse_next_key_digest(&public);
    authority(sim, journal, journal->authority.version + 1, &other, out);
}

static void stranger(struct sim *sim, struct hanse_buffer *out)
{
    struct hanse_journal journal;
    struct hanse_signing_key other = founding_key(sim, "rogue", 0, 3);
    hanse_journal_init(&journal, &sim->pin.mesh);
    authority(sim, &journal, 1, &other, out);
    hanse_journal_release(&journal);
}

void rogue_commit(struct sim *sim, struct hanse_buffer *out)
{
    static void (*const ways[])(struct sim *, struct hanse_journal *, const struct hanse_signing_key *,
                                struct hanse_buffer *) = {false_state, false_version, false_signer,
                                                          false_successor};
    uint32_t chain = rogue_chain(sim);
    struct hanse_journal *journal = chain == UINT32_MAX ? NULL : &sim->archive.chains[chain].reference;
    uint64_t way = dice_below(&sim->weather, sizeof ways / sizeof ways[0] + 1);
    if (way == 0 || journal == NULL || hanse_journal_size(journal) < 4) { /* the authority, the address */
        stranger(sim, out);
        return;
    }
    struct hanse_signing_key key = founding_key(sim, "domain", chain - 1, 1);
    struct hanse_journal_authority kept = journal->authority;
    ways[way - 1](sim, journal, &key, out);
    journal->authority = kept;
}
