/* What owners and the council write in the tests of the engine. */
#include "hanse/check.h"
#include "wired.h"

struct hanse_signing_key wired_key(int chain, uint64_t version)
{
    struct hanse_signing_key key;
    uint8_t seed[HANSE_SEED_SIZE] = {(uint8_t)(chain + 1), (uint8_t)version};
    hanse_signing_key_from_seed(seed, &key);
    return key;
}

static struct hanse_draft draft_of(const char *kind, const char *key, const struct hanse_buffer *salted)
{
    return (struct hanse_draft){.entry = {.kind = hanse_bytes_of(kind),
                                          .key = hanse_bytes_of(key),
                                          .media = hanse_bytes_of("msgpack")},
                                .salted = hanse_buffer_bytes(salted)};
}

/* Keeps a salted body for as long as the test runs. */
static struct hanse_buffer *keep_body(struct wired *w, struct hanse_bytes content)
{
    static const uint8_t salt[HANSE_SALT_SIZE];
    HANSE_CHECK(w->body_count < sizeof w->bodies / sizeof w->bodies[0]);
    struct hanse_buffer *body = &w->bodies[w->body_count++];
    hanse_buffer_init(body);
    hanse_body_salt(salt, content, body);
    return body;
}

struct hanse_draft wired_authority(struct wired *w, int chain)
{
    struct hanse_signing_key key = wired_key(chain, 1);
    struct hanse_signing_key next = wired_key(chain, 2);
    struct hanse_public_key next_public = hanse_signing_key_public(&next);
    struct hanse_authority authority = {.role = HANSE_AUTHORITY_DOMAIN, .version = 1};
    struct hanse_buffer body;
    authority.signer = hanse_signing_key_public(&key);
    authority.next_key = hanse_next_key_digest(&next_public);
    if (chain == COUNCIL) {
        authority.role = HANSE_AUTHORITY_COUNCIL;
        authority.threshold = authority.member_count = 1;
        authority.members[0] = authority.signer;
    }
    hanse_buffer_init(&body);
    hanse_authority_encode(&authority, &body);
    struct hanse_draft draft =
        draft_of(HANSE_KIND_AUTHORITY, "self", keep_body(w, hanse_buffer_bytes(&body)));
    hanse_buffer_release(&body);
    return draft;
}

static int append(struct wired *w, int who, int chain, const struct hanse_draft *drafts, size_t count)
{
    struct hanse_signing_key key = wired_key(chain, 1);
    struct hanse_event event = {.type = HANSE_EVENT_APPEND};
    event.append.journal = w->archive.chains[chain].id;
    event.append.drafts = drafts;
    event.append.count = count;
    event.append.time_ms = w->now_ms;
    event.append.key = &key;
    return step(w, who, &event);
}

int begin(struct wired *w, int who, int chain)
{
    struct hanse_draft draft = wired_authority(w, chain);
    return append(w, who, chain, &draft, 1);
}

int publish(struct wired *w, int who, int chain, const char *key, size_t size)
{
    struct hanse_buffer content;
    hanse_buffer_init(&content);
    while (content.size < size)
        hanse_buffer_append_byte(&content, (int)(content.size & 0x7f));
    struct hanse_draft draft = draft_of("contract", key, keep_body(w, hanse_buffer_bytes(&content)));
    hanse_buffer_release(&content);
    return append(w, who, chain, &draft, 1);
}

/* The council does one thing. */
static int decide(struct wired *w, int who, struct hanse_draft *draft)
{
    struct hanse_proposal *proposal = hanse_calloc(1, sizeof *proposal);
    struct hanse_signing_key member = wired_key(COUNCIL, 1);
    struct hanse_buffer entry, encoded, body;
    char id[HANSE_HASH_HEX_SIZE];
    hanse_buffer_init(&entry);
    hanse_buffer_init(&encoded);
    hanse_buffer_init(&body);
    if (draft->salted.size > 0) {
        draft->entry.has_body = true;
        draft->entry.body_hash = hanse_body_hash(draft->salted);
        draft->entry.body_size = (uint32_t)(draft->salted.size - HANSE_SALT_SIZE);
    }
    hanse_entry_encode(&draft->entry, &entry);
    proposal->mesh = w->pin.mesh;
    proposal->entry_count = 1;
    proposal->entries[0] = hanse_buffer_bytes(&entry);
    proposal->expiry_ms = w->now_ms + 1000000 + w->body_count; /* no two are alike */
    hanse_proposal_encode(proposal, &encoded);
    struct hanse_approval approval = {.proposal = hanse_buffer_bytes(&encoded), .signature_count = 1};
    approval.signatures[0].member = hanse_signing_key_public(&member);
    approval.signatures[0].signature = hanse_proposal_sign(approval.proposal, &member);
    hanse_approval_encode(&approval, &body);
    struct hanse_hash hash = hanse_hash_parts(HANSE_TAG_PROPOSAL, &approval.proposal, 1);
    struct hanse_draft drafts[2] = {
        draft_of(HANSE_KIND_APPROVAL, hanse_hash_hex(&hash, id), keep_body(w, hanse_buffer_bytes(&body))),
        *draft};
    int error = append(w, who, COUNCIL, drafts, 2);
    hanse_buffer_release(&entry);
    hanse_buffer_release(&encoded);
    hanse_buffer_release(&body);
    free(proposal);
    return error;
}

int admit(struct wired *w, int chain, int owner)
{
    struct hanse_admission admission = {.journal = w->archive.chains[chain].id, .key_count = 1};
    struct hanse_buffer body;
    admission.keys[0] = w->peers[owner].key;
    hanse_buffer_init(&body);
    hanse_admission_encode(&admission, &body);
    struct hanse_draft draft =
        draft_of(HANSE_KIND_DOMAIN, wired_journals[chain], keep_body(w, hanse_buffer_bytes(&body)));
    hanse_buffer_release(&body);
    return decide(w, A, &draft);
}

int retire_at(struct wired *w, int who, int chain)
{
    struct hanse_draft draft = {.entry = {.kind = hanse_bytes_of(HANSE_KIND_DOMAIN),
                                          .key = hanse_bytes_of(wired_journals[chain]),
                                          .operation = HANSE_RETRACT}};
    return decide(w, who, &draft);
}

int retire(struct wired *w, int chain)
{
    return retire_at(w, A, chain);
}
