/* PROTOCOL.md, "Council": the proposal. */
#include "hanse/proposal.h"

#include <string.h>

#include "hanse/msgpack.h"

#define PROPOSAL_FORM  1u
#define SIGNING_PREFIX "hanse proposal v1\n"

static void read_preconditions(struct hanse_reader *r, struct hanse_proposal *proposal)
{
    proposal->precondition_count = (uint32_t)hanse_read_array(r, 0, HANSE_PROPOSAL_ENTRIES_MAX);
    for (uint32_t i = 0; i < proposal->precondition_count && r->error == HANSE_OK; i++) {
        struct hanse_precondition *condition = &proposal->preconditions[i];
        hanse_read_array(r, 3, 3);
        condition->kind = hanse_read_text(r, HANSE_KIND_MAX);
        condition->key = hanse_read_text(r, HANSE_KEY_MAX);
        condition->present = !hanse_read_nil(r);
        if (condition->present)
            condition->leaf = hanse_read_hash(r);
    }
}

/* What a council commit may not carry as a proposed entry. */
static bool reserved(const struct hanse_entry *entry)
{
    return hanse_entry_is_seal(entry) || hanse_bytes_equal_text(entry->kind, HANSE_KIND_AUTHORITY) ||
           hanse_bytes_equal_text(entry->kind, HANSE_KIND_APPROVAL);
}

int hanse_proposal_decode(struct hanse_bytes encoded, struct hanse_proposal *ret_proposal)
{
    struct hanse_reader r;
    struct hanse_proposal proposal;
    memset(&proposal, 0, sizeof proposal);
    hanse_reader_init(&r, encoded);
    size_t count = hanse_read_array(&r, 7, HANSE_ELEMENTS_MAX);
    struct hanse_bytes name = hanse_read_text(&r, 16);
    uint64_t form = hanse_read_uint(&r, UINT64_MAX);
    if (r.error == HANSE_OK && (!hanse_bytes_equal_text(name, "proposal") || form != PROPOSAL_FORM))
        hanse_reader_fail(&r, HANSE_E_UNSUPPORTED);
    proposal.mesh = hanse_read_hash(&r);
    proposal.entry_count = (uint32_t)hanse_read_array(&r, 1, HANSE_PROPOSAL_ENTRIES_MAX);
    for (uint32_t i = 0; i < proposal.entry_count && r.error == HANSE_OK; i++) {
        struct hanse_entry entry;
        proposal.entries[i] = hanse_read_binary(&r, HANSE_ENTRY_MAX);
        if (r.error == HANSE_OK &&
            (hanse_entry_decode(proposal.entries[i], &entry) != HANSE_OK || reserved(&entry)))
            hanse_reader_fail(&r, HANSE_E_BAD_ENTRY);
    }
    read_preconditions(&r, &proposal);
    proposal.expiry_ms = hanse_read_uint(&r, HANSE_TIME_MAX_MS);
    proposal.title = hanse_read_text(&r, HANSE_TITLE_MAX);
    if (r.error == HANSE_OK)
        hanse_read_skip_many(&r, count - 7);
    int error = hanse_reader_finish(&r);
    if (error != HANSE_OK)
        return error;
    proposal.id = hanse_hash_parts(HANSE_TAG_PROPOSAL, &encoded, 1);
    *ret_proposal = proposal;
    return HANSE_OK;
}

void hanse_proposal_encode(const struct hanse_proposal *proposal, struct hanse_buffer *out)
{
    hanse_write_array(out, 7);
    hanse_write_text(out, hanse_bytes_of("proposal"));
    hanse_write_uint(out, PROPOSAL_FORM);
    hanse_write_hash(out, &proposal->mesh);
    hanse_write_array(out, proposal->entry_count);
    for (uint32_t i = 0; i < proposal->entry_count; i++)
        hanse_write_binary(out, proposal->entries[i]);
    hanse_write_array(out, proposal->precondition_count);
    for (uint32_t i = 0; i < proposal->precondition_count; i++) {
        const struct hanse_precondition *condition = &proposal->preconditions[i];
        hanse_write_array(out, 3);
        hanse_write_text(out, condition->kind);
        hanse_write_text(out, condition->key);
        if (condition->present)
            hanse_write_hash(out, &condition->leaf);
        else
            hanse_write_nil(out);
    }
    hanse_write_uint(out, proposal->expiry_ms);
    hanse_write_text(out, proposal->title);
}

static void signing_text(struct hanse_bytes encoded, struct hanse_buffer *out)
{
    hanse_buffer_append_text(out, SIGNING_PREFIX);
    hanse_buffer_append(out, encoded.data, encoded.size);
}

struct hanse_signature hanse_proposal_sign(struct hanse_bytes encoded, const struct hanse_signing_key *member)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    signing_text(encoded, &text);
    struct hanse_signature signature = hanse_sign(member, hanse_buffer_bytes(&text));
    hanse_buffer_release(&text);
    return signature;
}

int hanse_proposal_verify(struct hanse_bytes encoded, const struct hanse_public_key *member,
                          const struct hanse_signature *signature)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    signing_text(encoded, &text);
    int error = hanse_verify(member, hanse_buffer_bytes(&text), signature);
    hanse_buffer_release(&text);
    return error;
}

int hanse_approval_decode(struct hanse_bytes body, struct hanse_approval *ret_approval)
{
    struct hanse_reader r;
    struct hanse_approval approval;
    memset(&approval, 0, sizeof approval);
    hanse_reader_init(&r, body);
    size_t count = hanse_read_array(&r, 2, HANSE_ELEMENTS_MAX);
    approval.proposal = hanse_read_binary(&r, HANSE_BODY_MAX);
    approval.signature_count = (uint32_t)hanse_read_array(&r, 0, HANSE_COUNCIL_MEMBERS_MAX);
    for (uint32_t i = 0; i < approval.signature_count && r.error == HANSE_OK; i++) {
        hanse_read_array(&r, 2, 2);
        hanse_read_exact(&r, approval.signatures[i].member.bytes, sizeof approval.signatures[i].member.bytes);
        hanse_read_exact(&r, approval.signatures[i].signature.bytes, HANSE_SIGNATURE_SIZE);
        if (i > 0 && memcmp(&approval.signatures[i - 1].member, &approval.signatures[i].member,
                            sizeof approval.signatures[i].member) >= 0)
            hanse_reader_fail(&r, HANSE_E_BAD_PROPOSAL);
    }
    if (r.error == HANSE_OK)
        hanse_read_skip_many(&r, count - 2);
    int error = hanse_reader_finish(&r);
    if (error == HANSE_OK)
        *ret_approval = approval;
    return error;
}

void hanse_approval_encode(const struct hanse_approval *approval, struct hanse_buffer *out)
{
    hanse_write_array(out, 2);
    hanse_write_binary(out, approval->proposal);
    hanse_write_array(out, approval->signature_count);
    for (uint32_t i = 0; i < approval->signature_count; i++) {
        const struct hanse_public_key *member = &approval->signatures[i].member;
        hanse_write_array(out, 2);
        hanse_write_binary(out, hanse_bytes(member->bytes, sizeof member->bytes));
        hanse_write_binary(out, hanse_bytes(approval->signatures[i].signature.bytes, HANSE_SIGNATURE_SIZE));
    }
}

int hanse_approval_check(const struct hanse_approval *approval, const struct hanse_authority *authority)
{
    for (uint32_t i = 0; i < approval->signature_count; i++) {
        if (hanse_authority_member(authority, &approval->signatures[i].member) < 0)
            return HANSE_E_NOT_ALLOWED;
    }
    if (approval->signature_count < authority->threshold)
        return HANSE_E_TOO_FEW_SIGNATURES;
    for (uint32_t i = 0; i < approval->signature_count; i++) {
        int error = hanse_proposal_verify(approval->proposal, &approval->signatures[i].member,
                                          &approval->signatures[i].signature);
        if (error != HANSE_OK)
            return error;
    }
    return HANSE_OK;
}
