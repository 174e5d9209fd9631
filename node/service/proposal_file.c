#include "proposal_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "params.h"

void proposal_file_release(struct proposal_file *file)
{
    hanse_buffer_release(&file->encoded);
    for (size_t i = 0; i < HANSE_PROPOSAL_ENTRIES_MAX; i++)
        hanse_buffer_release(&file->salted[i]);
    if (file->has_record)
        record_release(&file->record);
}

static int broken(struct hanse_answer *answer, const char *what)
{
    return answer_error(answer, HANSE_E_INVALID, "Ask for the file again, from whoever made the proposal.",
                        "The proposal file is damaged or was changed: %s", what);
}

static int read_bodies(const json_t *json, struct proposal_file *file, struct hanse_answer *answer)
{
    json_t *body;
    size_t i;
    json_array_foreach(json_object_get(json, "bodies"), i, body)
    {
        uint64_t index;
        struct hanse_buffer salted;
        if (json_object_get(body, "index") == NULL ||
            param_number(body, "index", 0, file->proposal.entry_count - 1, &index) != HANSE_OK ||
            file->salted[index].size > 0 || base64_read(param_text(body, "salted"), &salted) != HANSE_OK)
            return broken(answer, "its bodies cannot be read");
        hanse_buffer_release(&file->salted[index]);
        file->salted[index] = salted;
    }
    for (uint32_t k = 0; k < file->proposal.entry_count; k++) {
        struct hanse_entry entry;
        int error = hanse_entry_decode(file->proposal.entries[k], &entry);
        if (error != HANSE_OK || entry.has_body != (file->salted[k].size > 0) ||
            (entry.has_body && hanse_body_check(&entry, hanse_buffer_bytes(&file->salted[k])) != HANSE_OK))
            return broken(answer, "a body is not the one that is signed");
    }
    return HANSE_OK;
}

int proposal_file_add(struct proposal_file *file, const struct hanse_public_key *member,
                      const struct hanse_signature *signature)
{
    struct hanse_approval *approval = &file->approval;
    uint32_t place = 0;
    if (approval->signature_count == HANSE_COUNCIL_MEMBERS_MAX)
        return HANSE_E_TOO_LARGE;
    while (place < approval->signature_count &&
           memcmp(&approval->signatures[place].member, member, sizeof *member) < 0)
        place++;
    if (place < approval->signature_count &&
        memcmp(&approval->signatures[place].member, member, sizeof *member) == 0)
        return HANSE_E_EXISTS;
    memmove(&approval->signatures[place + 1], &approval->signatures[place],
            (approval->signature_count - place) * sizeof approval->signatures[0]);
    approval->signatures[place].member = *member;
    approval->signatures[place].signature = *signature;
    approval->signature_count++;
    return HANSE_OK;
}

static int read_signature(const json_t *json, struct proposal_file *file, struct hanse_answer *answer)
{
    struct hanse_public_key member;
    struct hanse_signature signature;
    struct hanse_buffer bytes;
    if (hex_read(param_text(json, "member"), member.bytes) != HANSE_OK ||
        base64_read(param_text(json, "signature"), &bytes) != HANSE_OK)
        return broken(answer, "a signature cannot be read");
    bool fits = bytes.size == sizeof signature.bytes;
    if (fits)
        memcpy(signature.bytes, bytes.data, sizeof signature.bytes);
    hanse_buffer_release(&bytes);
    if (!fits)
        return broken(answer, "a signature cannot be read");
    if (hanse_proposal_verify(hanse_buffer_bytes(&file->encoded), &member, &signature) != HANSE_OK) {
        struct hanse_buffer who;
        hanse_buffer_init(&who);
        record_member(file->has_record ? &file->record : NULL, &member, &who);
        answer_error(answer, HANSE_E_BAD_SIGNATURE, "Take it out of the file, and ask for it again.",
                     "The signature of %s is not over this proposal", who.data);
        hanse_buffer_release(&who);
        return HANSE_E_BAD_SIGNATURE;
    }
    int error = proposal_file_add(file, &member, &signature);
    return error == HANSE_E_EXISTS ? HANSE_OK
           : error == HANSE_OK     ? error
                                   : broken(answer, "it has too many signatures");
}

/* What stands around the signed bytes must be what they say. */
static int check_words(const json_t *json, const struct proposal_file *file, struct hanse_answer *answer)
{
    static const char *const WORDS[] = {"mesh", "id", "title", "expires", "summary"};
    json_t *again = proposal_file_json(file);
    const char *differs = NULL;
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (!json_equal(json_object_get(json, WORDS[i]), json_object_get(again, WORDS[i])))
            differs = WORDS[i];
    }
    json_decref(again);
    if (differs == NULL)
        return HANSE_OK;
    return answer_error(answer, HANSE_E_INVALID, "Do not sign it. Ask whoever sent it.",
                        "The file's `%s` does not say what the proposal does", differs);
}

static int read_parts(const json_t *json, struct proposal_file *file, struct hanse_answer *answer)
{
    const json_t *record = json_object_get(json, "council");
    struct hanse_buffer encoded;
    json_t *signature;
    size_t i;
    if (base64_read(param_text(json, "proposal"), &encoded) != HANSE_OK)
        return broken(answer, "the proposal cannot be read");
    hanse_buffer_release(&file->encoded);
    file->encoded = encoded;
    if (hanse_proposal_decode(hanse_buffer_bytes(&file->encoded), &file->proposal) != HANSE_OK)
        return broken(answer, "the proposal cannot be read");
    file->approval.proposal = hanse_buffer_bytes(&file->encoded);
    if (record != NULL) {
        if (record_read(record, &file->proposal.mesh, &file->record) != HANSE_OK)
            return broken(answer, "what it says of the council is not true of this mesh");
        file->has_record = true;
    }
    int error = read_bodies(json, file, answer);
    json_array_foreach(json_object_get(json, "signatures"), i, signature)
    {
        if (error == HANSE_OK)
            error = read_signature(signature, file, answer);
    }
    return error != HANSE_OK ? error : check_words(json, file, answer);
}

int proposal_file_read(const json_t *json, struct hanse_answer *answer, struct proposal_file *ret_file)
{
    struct proposal_file file;
    const json_t *form = json_object_get(json, "hanse_proposal");
    if (!json_is_integer(form) || json_integer_value(form) != 1)
        return answer_error(answer, HANSE_E_INVALID, "Make one with `hanse council propose`.",
                            "That is not a proposal file");
    memset(&file, 0, sizeof file);
    hanse_buffer_init(&file.encoded);
    for (size_t i = 0; i < HANSE_PROPOSAL_ENTRIES_MAX; i++)
        hanse_buffer_init(&file.salted[i]);
    int error = read_parts(json, &file, answer);
    if (error == HANSE_OK)
        *ret_file = file; /* what points into it points to the heap */
    else
        proposal_file_release(&file);
    return error;
}

json_t *proposal_file_json(const struct proposal_file *file)
{
    json_t *bodies = json_array(), *signatures = json_array();
    for (uint32_t i = 0; i < file->proposal.entry_count; i++) {
        if (file->salted[i].size > 0)
            json_array_append_new(bodies, json_pack("{s:o,s:o}", "index", json_integer(i), "salted",
                                                    base64_json(hanse_buffer_bytes(&file->salted[i]))));
    }
    for (uint32_t i = 0; i < file->approval.signature_count; i++) {
        const struct hanse_signature *signature = &file->approval.signatures[i].signature;
        json_array_append_new(signatures,
                              json_pack("{s:o,s:o}", "member",
                                        hex_json(file->approval.signatures[i].member.bytes), "signature",
                                        base64_json(hanse_bytes(signature->bytes, HANSE_SIGNATURE_SIZE))));
    }
    json_t *json =
        json_pack("{s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "hanse_proposal", 1, "mesh",
                  hex_json(file->proposal.mesh.bytes), "id", hex_json(file->proposal.id.bytes), "title",
                  bytes_json(file->proposal.title), "expires", time_json(file->proposal.expiry_ms), "summary",
                  proposal_file_summary(file), "proposal", base64_json(hanse_buffer_bytes(&file->encoded)),
                  "bodies", bodies, "signatures", signatures);
    if (file->has_record)
        json_object_set(json, "council", file->record.json);
    return json;
}
