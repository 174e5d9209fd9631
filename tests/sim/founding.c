/* The council and the domains: their keys, and what their journals begin with. All of it follows from the
 * seed, so a node that lost its disk would make the same again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "hanse/msgpack.h"
#include "sim.h"

#define DAY_MS             86400000u
#define ADMISSIONS_AT_ONCE 40u

struct hanse_signing_key founding_key(const struct sim *sim, const char *whose, uint64_t number,
                                      uint64_t version)
{
    char text[96];
    struct hanse_signing_key key;
    int length = snprintf(text, sizeof text, "%llu %s %llu %llu", (unsigned long long)sim->options.seed,
                          whose, (unsigned long long)number, (unsigned long long)version);
    struct hanse_hash seed = hanse_hash_sha256(hanse_bytes(text, (size_t)length));
    hanse_signing_key_from_seed(seed.bytes, &key);
    return key;
}

void founding_name(uint32_t domain, char out[static 16])
{
    snprintf(out, 16, "domain-%u", domain);
}

/* A salted body, where the salt is the hash of the content. */
static void salt(struct hanse_bytes content, struct hanse_buffer *ret_salted)
{
    struct hanse_hash hash = hanse_hash_sha256(content);
    hanse_body_salt(hash.bytes, content, ret_salted);
}

static struct hanse_draft draft_of(const char *kind, struct hanse_bytes key,
                                   const struct hanse_buffer *salted)
{
    struct hanse_draft draft = {.entry = {.kind = hanse_bytes_of(kind),
                                          .key = key,
                                          .operation = HANSE_PUT,
                                          .media = hanse_bytes_of("msgpack")},
                                .salted = hanse_buffer_bytes(salted)};
    return draft;
}

static struct hanse_draft authority_draft(const struct hanse_authority *authority,
                                          struct hanse_buffer *ret_salted)
{
    struct hanse_buffer body;
    hanse_buffer_init(&body);
    hanse_authority_encode(authority, &body);
    salt(hanse_buffer_bytes(&body), ret_salted);
    hanse_buffer_release(&body);
    return draft_of(HANSE_KIND_AUTHORITY, hanse_bytes_of("self"), ret_salted);
}

static void domain_authority(const struct sim *sim, uint32_t domain, struct hanse_authority *ret_authority)
{
    struct hanse_signing_key key = founding_key(sim, "domain", domain, 1);
    struct hanse_signing_key next = founding_key(sim, "domain", domain, 2);
    struct hanse_public_key next_public = hanse_signing_key_public(&next);
    memset(ret_authority, 0, sizeof *ret_authority);
    ret_authority->role = HANSE_AUTHORITY_DOMAIN;
    ret_authority->version = 1;
    ret_authority->signer = hanse_signing_key_public(&key);
    ret_authority->next_key = hanse_next_key_digest(&next_public);
}

static void council_authority(const struct sim *sim, struct hanse_authority *ret_authority)
{
    struct hanse_signing_key clerk = founding_key(sim, "clerk", 0, 1);
    memset(ret_authority, 0, sizeof *ret_authority);
    ret_authority->role = HANSE_AUTHORITY_COUNCIL;
    ret_authority->version = 1;
    ret_authority->signer = hanse_signing_key_public(&clerk);
    ret_authority->threshold = SIM_THRESHOLD;
    ret_authority->member_count = SIM_MEMBERS;
    for (uint32_t i = 0; i < SIM_MEMBERS; i++) {
        struct hanse_signing_key member = founding_key(sim, "member", i, 1);
        struct hanse_public_key public = hanse_signing_key_public(&member);
        uint32_t at = i;
        for (; at > 0 && memcmp(&ret_authority->members[at - 1], &public, sizeof public) > 0; at--)
            ret_authority->members[at] = ret_authority->members[at - 1];
        ret_authority->members[at] = public;
    }
}

static void authority_of_chain(const struct sim *sim, uint32_t chain, struct hanse_authority *ret_authority)
{
    if (chain == 0)
        council_authority(sim, ret_authority);
    else
        domain_authority(sim, chain - 1, ret_authority);
}

void founding_init(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->archive.chain_count; i++) {
        struct hanse_authority authority;
        struct hanse_buffer salted;
        hanse_buffer_init(&salted);
        authority_of_chain(sim, i, &authority);
        struct hanse_draft draft = authority_draft(&authority, &salted);
        sim->archive.chains[i].id = hanse_draft_leaf(&draft);
        sim->archive.chains[i].owner = i == 0 ? 0 : (i - 1) % sim->node_count;
        hanse_buffer_release(&salted);
    }
    archive_sort(&sim->archive);
    sim->pin.mesh = sim->archive.chains[0].id;
}

void founding_begin(struct sim *sim, struct sim_node *node, uint32_t chain)
{
    struct hanse_authority authority;
    struct manuscript *manuscript = manuscript_new();
    struct hanse_signing_key key =
        chain == 0 ? founding_key(sim, "clerk", 0, 1) : founding_key(sim, "domain", chain - 1, 1);
    authority_of_chain(sim, chain, &authority);
    struct hanse_draft draft = authority_draft(&authority, &manuscript->bodies);
    int error = node_append(sim, node, chain, &draft, 1, &key, manuscript);
    sim_tell(sim, node, "begins journal %u: %s", chain, hanse_error_name(error));
}

static bool has(const struct hanse_journal *journal, const char *kind, const char *key)
{
    struct hanse_hash hash = hanse_hash_key(hanse_bytes_of(kind), hanse_bytes_of(key));
    return hanse_tree_find(journal->state, &hash) != NULL;
}

/* The address of a node, in the journal of its domain; whether it stands there. */
static bool address(struct sim *sim, struct sim_node *node, uint32_t chain, const struct sim_node *whose)
{
    const struct hanse_journal *journal = hanse_engine_journal(node->engine, &sim->archive.chains[chain].id);
    char hex[HANSE_HASH_HEX_SIZE];
    struct hanse_hash digits;
    memcpy(digits.bytes, whose->key.bytes, sizeof digits.bytes);
    if (has(journal, HANSE_KIND_NODE, hanse_hash_hex(&digits, hex)))
        return true;
    struct hanse_node_address entry = {.key = whose->key,
                                       .endpoint_count = 1,
                                       .endpoints = {hanse_bytes_of(whose->endpoint)},
                                       .role = hanse_bytes_of(whose == node ? "writer" : "mirror")};
    struct hanse_buffer body;
    hanse_buffer_init(&body);
    hanse_node_address_encode(&entry, &body);
    struct manuscript *manuscript = manuscript_new();
    salt(hanse_buffer_bytes(&body), &manuscript->bodies);
    hanse_buffer_release(&body);
    struct hanse_draft draft = draft_of(HANSE_KIND_NODE, hanse_bytes_of(hex), &manuscript->bodies);
    struct hanse_signing_key key = founding_key(sim, "domain", chain - 1, journal->authority.version);
    int error = node_append(sim, node, chain, &draft, 1, &key, manuscript);
    sim_tell(sim, node, "names node %u: %s", whose->number, hanse_error_name(error));
    return false;
}

struct admitting { /* admissions in the making */
    uint32_t count;
    struct hanse_draft drafts[1 + ADMISSIONS_AT_ONCE];
    struct hanse_buffer encoded[ADMISSIONS_AT_ONCE];
    char names[ADMISSIONS_AT_ONCE][16];
    size_t starts[1 + ADMISSIONS_AT_ONCE]; /* of each body in the manuscript, the approval's first */
    size_t sizes[1 + ADMISSIONS_AT_ONCE];
};

static void add_body(struct admitting *a, uint32_t at, struct hanse_bytes content,
                     struct manuscript *manuscript)
{
    a->starts[at] = manuscript->bodies.size;
    salt(content, &manuscript->bodies);
    a->sizes[at] = manuscript->bodies.size - a->starts[at];
}

static void add_admission(const struct sim *sim, uint32_t domain, struct admitting *a,
                          struct manuscript *manuscript)
{
    const struct chain *chain = &sim->archive.chains[1 + domain];
    uint32_t at = a->count++;
    struct hanse_admission admission = {.journal = chain->id, .key_count = 1};
    admission.keys[0] = sim->nodes[chain->owner].key;
    founding_name(domain, a->names[at]);
    struct hanse_buffer body;
    hanse_buffer_init(&body);
    hanse_admission_encode(&admission, &body);
    add_body(a, 1 + at, hanse_buffer_bytes(&body), manuscript);
    hanse_buffer_release(&body);
    struct hanse_draft *draft = &a->drafts[1 + at];
    draft->entry = (struct hanse_entry){.kind = hanse_bytes_of(HANSE_KIND_DOMAIN),
                                        .key = hanse_bytes_of(a->names[at]),
                                        .has_body = true,
                                        .media = hanse_bytes_of("msgpack")};
    struct hanse_bytes salted = hanse_bytes(manuscript->bodies.data + a->starts[1 + at], a->sizes[1 + at]);
    draft->entry.body_hash = hanse_body_hash(salted);
    draft->entry.body_size = (uint32_t)hanse_body_content(salted).size;
    hanse_buffer_init(&a->encoded[at]);
    hanse_entry_encode(&draft->entry, &a->encoded[at]);
}

/* Members sign what is proposed; the approval's body goes to the manuscript. */
static void approve(const struct sim *sim, uint64_t expiry_ms, struct admitting *a,
                    struct manuscript *manuscript, char *ret_id)
{
    struct hanse_proposal *proposal = hanse_calloc(1, sizeof *proposal);
    struct hanse_buffer encoded, body;
    hanse_buffer_init(&encoded);
    hanse_buffer_init(&body);
    proposal->mesh = sim->pin.mesh;
    proposal->entry_count = a->count;
    for (uint32_t i = 0; i < a->count; i++)
        proposal->entries[i] = hanse_buffer_bytes(&a->encoded[i]);
    proposal->expiry_ms = expiry_ms;
    proposal->title = hanse_bytes_of("admissions");
    hanse_proposal_encode(proposal, &encoded);
    struct hanse_authority authority;
    struct hanse_approval approval = {.proposal = hanse_buffer_bytes(&encoded)};
    council_authority(sim, &authority);
    for (uint32_t i = 0; i < SIM_MEMBERS && approval.signature_count < SIM_THRESHOLD; i++) {
        for (uint32_t k = 0; k < SIM_MEMBERS; k++) {
            struct hanse_signing_key key = founding_key(sim, "member", k, 1);
            struct hanse_public_key public = hanse_signing_key_public(&key);
            if (memcmp(&public, &authority.members[i], sizeof public) != 0)
                continue;
            uint32_t at = approval.signature_count++;
            approval.signatures[at].member = public;
            approval.signatures[at].signature = hanse_proposal_sign(approval.proposal, &key);
        }
    }
    hanse_approval_encode(&approval, &body);
    add_body(a, 0, hanse_buffer_bytes(&body), manuscript);
    struct hanse_bytes whole = hanse_buffer_bytes(&encoded);
    struct hanse_hash id = hanse_hash_parts(HANSE_TAG_PROPOSAL, &whole, 1);
    hanse_hash_hex(&id, ret_id);
    hanse_buffer_release(&encoded);
    hanse_buffer_release(&body);
    free(proposal);
}

/* The clerk orders what the council has signed. */
void founding_admit(struct sim *sim, struct sim_node *node)
{
    const struct hanse_journal *council = hanse_engine_journal(node->engine, &sim->pin.mesh);
    char id[HANSE_HASH_HEX_SIZE];
    struct admitting *a = hanse_calloc(1, sizeof *a);
    struct manuscript *manuscript = manuscript_new();
    for (uint32_t i = 0; i < sim->domain_count && a->count < ADMISSIONS_AT_ONCE; i++) {
        char name[16];
        founding_name(i, name);
        if (sim->wanted[i] && !has(council, HANSE_KIND_DOMAIN, name))
            add_admission(sim, i, a, manuscript);
    }
    if (a->count == 0) {
        manuscript_free(manuscript);
        free(a);
        return;
    }
    uint64_t now_ms = node_wall_ms(sim, node);
    now_ms = now_ms > council->seal_time_ms ? now_ms : council->seal_time_ms;
    approve(sim, now_ms + DAY_MS, a, manuscript, id);
    a->drafts[0].entry = (struct hanse_entry){.kind = hanse_bytes_of(HANSE_KIND_APPROVAL),
                                              .key = hanse_bytes_of(id),
                                              .media = hanse_bytes_of("msgpack")};
    for (uint32_t i = 0; i <= a->count; i++)
        a->drafts[i].salted = hanse_bytes(manuscript->bodies.data + a->starts[i], a->sizes[i]);
    struct hanse_signing_key clerk = founding_key(sim, "clerk", 0, 1);
    int error = node_append(sim, node, 0, a->drafts, 1 + a->count, &clerk, manuscript);
    sim_tell(sim, node, "admits %u domains: %s", a->count, hanse_error_name(error));
    for (uint32_t i = 0; i < a->count; i++)
        hanse_buffer_release(&a->encoded[i]);
    free(a);
}

void founding_request(struct sim *sim, struct hanse_bytes name)
{
    for (uint32_t i = 0; i < sim->domain_count; i++) {
        char known[16];
        founding_name(i, known);
        if (!hanse_bytes_equal_text(name, known))
            continue;
        for (uint32_t k = i % sim->node_count; k < sim->domain_count; k += sim->node_count)
            sim->wanted[k] = true; /* and all others of that node */
    }
}

/* The addresses that a domain's journal names: its owner's, and those of its mirrors. */
static bool addresses(struct sim *sim, struct sim_node *node, uint32_t chain)
{
    bool there = address(sim, node, chain, node);
    for (uint32_t mirror = sim->domain_count; mirror < sim->node_count && node->alive; mirror++) {
        if (mirror % sim->domain_count == chain - 1)
            there = address(sim, node, chain, &sim->nodes[mirror]) && there;
    }
    return there;
}

bool founding_tend(struct sim *sim, struct sim_node *node)
{
    bool done = true;
    uint32_t chain = node->number == 0 ? 0 : 1 + node->number; /* node 0 writes the council's, too */
    while (chain < sim->archive.chain_count && node->alive && sim->violated == NULL) {
        const struct hanse_journal *journal =
            hanse_engine_journal(node->engine, &sim->archive.chains[chain].id);
        bool lacking = true; /* or something is on its way to the disk */
        if (journal->newest == NULL && hanse_journal_size(journal) == 0)
            founding_begin(sim, node, chain);
        else if (journal->newest == NULL && chain == 0)
            founding_admit(sim, node);
        else if (journal->newest == NULL)
            lacking = !addresses(sim, node, chain);
        done = done && !lacking;
        chain += chain == 0 ? 1 : sim->node_count;
    }
    return done;
}
