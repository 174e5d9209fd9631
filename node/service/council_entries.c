#include "council_entries.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "drafts.h"
#include "params.h"
#include "rows.h"

/* Encodes one entry into `entries`, one after the other; its salted body goes to `salted`. */
static size_t encode_wish(const struct wish *wish, struct hanse_buffer *salted, struct hanse_buffer *entries)
{
    struct hanse_buffer body;
    size_t before = entries->size;
    struct hanse_entry entry = {.kind = hanse_bytes_of(wish->kind),
                                .key = hanse_bytes_of(wish->key),
                                .operation = wish->retract ? HANSE_RETRACT : HANSE_PUT};
    if (!wish->retract) {
        hanse_buffer_init(&body);
        if (wish->body != NULL)
            json_write(wish->body, false, &body);
        else
            hanse_admission_encode(&wish->admission, &body);
        body_salt(hanse_buffer_bytes(&body), salted);
        hanse_buffer_release(&body);
        entry.has_body = true;
        entry.body_hash = hanse_body_hash(hanse_buffer_bytes(salted));
        entry.body_size = (uint32_t)(salted->size - HANSE_SALT_SIZE);
        entry.media = hanse_bytes_of(wish->body != NULL ? MEDIA_JSON : MEDIA_MSGPACK);
    }
    hanse_entry_encode(&entry, entries);
    return entries->size - before;
}

static void fill(struct proposal_file *file, const struct wish *wishes, size_t count,
                 struct hanse_buffer *entries)
{
    size_t sizes[HANSE_PROPOSAL_ENTRIES_MAX];
    struct hanse_proposal *proposal = &file->proposal;
    for (size_t i = 0; i < count; i++)
        sizes[i] = encode_wish(&wishes[i], &file->salted[i], entries);
    const uint8_t *at = (const uint8_t *)entries->data;
    for (size_t i = 0; i < count; i++) {
        proposal->entries[proposal->entry_count++] = hanse_bytes(at, sizes[i]);
        at += sizes[i];
        if (!wishes[i].fresh)
            continue;
        struct hanse_precondition *condition = &proposal->preconditions[proposal->precondition_count++];
        condition->kind = hanse_bytes_of(wishes[i].kind);
        condition->key = hanse_bytes_of(wishes[i].key);
        condition->present = false;
    }
}

int proposal_make(const struct hanse_hash *mesh, const struct wish *wishes, size_t count, const char *title,
                  uint64_t expiry_ms, const struct council_record *record, struct proposal_file *ret_file)
{
    struct proposal_file file;
    struct hanse_buffer entries;
    if (count == 0 || count > HANSE_PROPOSAL_ENTRIES_MAX || strlen(title) > HANSE_TITLE_MAX)
        return HANSE_E_TOO_LARGE;
    memset(&file, 0, sizeof file);
    hanse_buffer_init(&entries);
    hanse_buffer_init(&file.encoded);
    for (size_t i = 0; i < HANSE_PROPOSAL_ENTRIES_MAX; i++)
        hanse_buffer_init(&file.salted[i]);
    file.proposal.mesh = *mesh;
    file.proposal.expiry_ms = expiry_ms;
    file.proposal.title = hanse_bytes_of(title);
    fill(&file, wishes, count, &entries);
    hanse_proposal_encode(&file.proposal, &file.encoded);
    hanse_buffer_release(&entries);
    /* Again from its own bytes: the views of before point to what goes. */
    int error = hanse_proposal_decode(hanse_buffer_bytes(&file.encoded), &file.proposal);
    if (error == HANSE_OK) {
        file.approval.proposal = hanse_buffer_bytes(&file.encoded);
        if (record != NULL) {
            file.record = *record;
            json_incref(file.record.json);
            file.has_record = true;
        }
        *ret_file = file;
    } else {
        proposal_file_release(&file);
    }
    return error;
}

static bool is_enacted(struct hanse_service *service, const struct hanse_hash *id)
{
    char hex[HANSE_HASH_HEX_SIZE];
    json_t *rows;
    if (rows_of(service, &rows,
                "SELECT 1 FROM entries WHERE domain = '" COUNCIL_NAME "' AND kind = '" HANSE_KIND_APPROVAL
                "' AND key = '%s'",
                hanse_hash_hex(id, hex)) != HANSE_OK)
        return false;
    bool enacted = json_array_size(rows) > 0;
    json_decref(rows);
    return enacted;
}

/* "1 of 2 signatures; needs one more of Bea, Cem" */
static int too_few(const struct proposal_file *file, struct hanse_answer *answer)
{
    const struct hanse_authority *authority = &file->record.authority;
    struct hanse_buffer names;
    uint32_t missing = authority->threshold - file->approval.signature_count;
    bool first = true;
    hanse_buffer_init(&names);
    for (uint32_t i = 0; i < authority->member_count; i++) {
        bool has_signed = false;
        for (uint32_t k = 0; k < file->approval.signature_count; k++)
            has_signed = has_signed || memcmp(&file->approval.signatures[k].member, &authority->members[i],
                                              sizeof authority->members[i]) == 0;
        if (has_signed)
            continue;
        hanse_buffer_append_text(&names, first ? "" : ", ");
        record_member(&file->record, &authority->members[i], &names);
        first = false;
    }
    answer_error(answer, HANSE_E_TOO_FEW_SIGNATURES, "They sign it with `hanse council sign`.",
                 "The proposal has %u of %u signatures; it needs %u more of %s",
                 file->approval.signature_count, authority->threshold, missing, names.data);
    hanse_buffer_release(&names);
    return HANSE_E_TOO_FEW_SIGNATURES;
}

static int check_signatures(const struct proposal_file *file, struct hanse_answer *answer)
{
    struct hanse_buffer who;
    int error = HANSE_OK;
    hanse_buffer_init(&who);
    for (uint32_t i = 0; i < file->approval.signature_count && error == HANSE_OK; i++) {
        const struct hanse_public_key *key = &file->approval.signatures[i].member;
        if (hanse_authority_member(&file->record.authority, key) >= 0)
            continue;
        record_member(&file->record, key, &who);
        error = answer_error(answer, HANSE_E_NOT_ALLOWED, "Take that signature out of the file.",
                             "%s signed, and is no member of the council", who.data);
    }
    hanse_buffer_release(&who);
    if (error == HANSE_OK && file->approval.signature_count < file->record.authority.threshold)
        error = too_few(file, answer);
    return error;
}

static int append(struct hanse_service *service, const struct proposal_file *file,
                  struct hanse_appended *ret_appended)
{
    struct hanse_home_domain council = {.name = COUNCIL_NAME};
    struct hanse_buffer body;
    struct drafts drafts;
    char id[HANSE_HASH_HEX_SIZE];
    int error = home_journal(service->home, COUNCIL_NAME, &council.journal);
    if (error != HANSE_OK)
        return error;
    hanse_buffer_init(&body);
    drafts_init(&drafts);
    hanse_approval_encode(&file->approval, &body);
    drafts_put(&drafts, HANSE_KIND_APPROVAL, hanse_hash_hex(&file->proposal.id, id), MEDIA_MSGPACK,
               hanse_buffer_bytes(&body), NULL);
    for (uint32_t i = 0; i < file->proposal.entry_count && error == HANSE_OK; i++)
        error = drafts_add_encoded(&drafts, file->proposal.entries[i], hanse_buffer_bytes(&file->salted[i]));
    if (error == HANSE_OK)
        error = drafts_append(service, &council, &drafts, ret_appended);
    drafts_release(&drafts);
    hanse_buffer_release(&body);
    return error;
}

static int explain(struct hanse_service *service, const struct proposal_file *file, int error,
                   struct hanse_answer *answer)
{
    if (error == HANSE_E_EXPIRED)
        return answer_error(answer, error, "Make a new one with `hanse council propose`.",
                            "The proposal has expired");
    if (error == HANSE_E_BAD_PROPOSAL && is_enacted(service, &file->proposal.id))
        return answer_ok(answer, json_pack("{s:b,s:b,s:o}", "enacted", 1, "already", 1, "id",
                                           hex_json(file->proposal.id.bytes)));
    if (error == HANSE_E_BAD_PROPOSAL)
        return answer_error(
            answer, error, "Make a new proposal from how things are now.",
            "The mesh has changed since the proposal was made: what it counts on is no longer so");
    return answer_failure(answer, error, "The proposal was not enacted");
}

int proposal_enact(struct hanse_service *service, const struct proposal_file *file,
                   struct hanse_answer *answer)
{
    struct hanse_appended appended;
    int error = check_signatures(file, answer);
    if (error != HANSE_OK)
        return error;
    if (file->proposal.expiry_ms < wall_ms() && !is_enacted(service, &file->proposal.id))
        return explain(service, file, HANSE_E_EXPIRED, answer);
    error = append(service, file, &appended);
    if (error != HANSE_OK)
        return explain(service, file, error, answer);
    return answer_ok(answer,
                     json_pack("{s:b,s:o,s:o,s:o}", "enacted", 1, "id", hex_json(file->proposal.id.bytes),
                               "index", number_json(appended.first), "summary", proposal_file_summary(file)));
}
