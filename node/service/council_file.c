#include "hanse/council_file.h"

#include <sodium.h>

#include "keyfile.h"
#include "params.h"
#include "proposal_file.h"

static json_t *signed_json(const struct proposal_file *file)
{
    json_t *signers = json_array();
    struct hanse_buffer name;
    hanse_buffer_init(&name);
    for (uint32_t i = 0; i < file->approval.signature_count; i++) {
        const struct hanse_public_key *key = &file->approval.signatures[i].member;
        hanse_buffer_reset(&name);
        record_member(file->has_record ? &file->record : NULL, key, &name);
        json_array_append_new(signers,
                              json_pack("{s:o,s:o,s:o}", "name", bytes_json(hanse_buffer_bytes(&name)), "key",
                                        hex_json(key->bytes), "fingerprint", fingerprint_json(key->bytes)));
    }
    hanse_buffer_release(&name);
    return signers;
}

int hanse_council_file_check(const json_t *proposal, struct hanse_answer *ret_answer)
{
    struct proposal_file file;
    struct hanse_answer answer = {0};
    int error = proposal_file_read(proposal, &answer, &file);
    if (error == HANSE_OK) {
        uint32_t count = file.approval.signature_count;
        uint32_t threshold = file.has_record ? file.record.authority.threshold : 0;
        json_t *json = json_object();
        json_object_set_new(json, "id", hex_json(file.proposal.id.bytes));
        json_object_set_new(json, "mesh", hex_json(file.proposal.mesh.bytes));
        json_object_set_new(json, "title", bytes_json(file.proposal.title));
        json_object_set_new(json, "expires", time_json(file.proposal.expiry_ms));
        json_object_set_new(json, "summary", proposal_file_summary(&file));
        json_object_set_new(json, "signed", signed_json(&file));
        json_object_set_new(json, "threshold", file.has_record ? json_integer(threshold) : json_null());
        json_object_set_new(json, "missing",
                            file.has_record ? json_integer(count < threshold ? threshold - count : 0)
                                            : json_null());
        answer_ok(&answer, json);
        proposal_file_release(&file);
    }
    *ret_answer = answer;
    return error;
}

static int explain_key(struct hanse_answer *answer, int error, const char *path)
{
    if (error == HANSE_E_NOT_FOUND)
        return answer_error(answer, error, "Make one with `hanse key new`, or name the right file.",
                            "There is no key file %s", path);
    if (error == HANSE_E_NOT_ALLOWED)
        return answer_error(answer, error, "Make it readable by yourself only: `chmod 600`.",
                            "Others may read the key file %s, or you may not", path);
    if (error == HANSE_E_INVALID)
        return answer_error(answer, error, "A member signs with the file that `hanse key new` made.",
                            "%s is no signing key", path);
    return answer_failure(answer, error, "The key file cannot be read");
}

static int refuse_stranger(struct hanse_answer *answer, const struct proposal_file *file,
                           const struct hanse_public_key *public)
{
    char print[FINGERPRINT_SIZE];
    struct hanse_buffer names;
    hanse_buffer_init(&names);
    for (uint32_t i = 0; i < file->record.authority.member_count; i++) {
        hanse_buffer_append_text(&names, i == 0 ? "" : ", ");
        record_member(&file->record, &file->record.authority.members[i], &names);
    }
    answer_error(answer, HANSE_E_NOT_ALLOWED, "Use the key that the council was made with.",
                 "The key %s is no member's of this council; its members are %s",
                 fingerprint(public->bytes, print), names.data);
    hanse_buffer_release(&names);
    return HANSE_E_NOT_ALLOWED;
}

static int sign(struct proposal_file *file, const struct hanse_signing_key *key, struct hanse_answer *answer)
{
    struct hanse_public_key public = hanse_signing_key_public(key);
    struct hanse_buffer who;
    if (file->has_record && hanse_authority_member(&file->record.authority, &public) < 0)
        return refuse_stranger(answer, file, &public);
    if (file->proposal.expiry_ms < wall_ms())
        return answer_error(answer, HANSE_E_EXPIRED, "Ask for a new one.", "The proposal has expired");
    struct hanse_signature signature = hanse_proposal_sign(hanse_buffer_bytes(&file->encoded), key);
    int error = proposal_file_add(file, &public, &signature);
    hanse_buffer_init(&who);
    record_member(file->has_record ? &file->record : NULL, &public, &who);
    if (error == HANSE_E_EXISTS)
        answer_error(answer, error, "One member counts once: pass the file on to another member.",
                     "%s has signed this proposal already", who.data);
    else if (error != HANSE_OK)
        answer_failure(answer, error, "The proposal was not signed");
    else
        answer_ok(answer, proposal_file_json(file));
    hanse_buffer_release(&who);
    return error;
}

int hanse_council_sign(const json_t *proposal, const char *key_path, struct hanse_answer *ret_answer)
{
    struct proposal_file file;
    struct hanse_answer answer = {0};
    struct hanse_signing_key key;
    int error = proposal_file_read(proposal, &answer, &file);
    if (error == HANSE_OK) {
        error = keyfile_signing(key_path, true, &key);
        error = error != HANSE_OK ? explain_key(&answer, error, key_path) : sign(&file, &key, &answer);
        sodium_memzero(&key, sizeof key);
        proposal_file_release(&file);
    }
    *ret_answer = answer;
    return error;
}

static int merge(struct proposal_file *file, const struct proposal_file *other, struct hanse_answer *answer)
{
    if (!hanse_hash_equal(&file->proposal.id, &other->proposal.id))
        return answer_error(answer, HANSE_E_INVALID, "Put together only files of the same proposal.",
                            "These are files of two different proposals");
    for (uint32_t i = 0; i < other->approval.signature_count; i++) {
        int error = proposal_file_add(file, &other->approval.signatures[i].member,
                                      &other->approval.signatures[i].signature);
        if (error != HANSE_OK && error != HANSE_E_EXISTS)
            return answer_failure(answer, error, "The signatures were not put together");
    }
    return answer_ok(answer, proposal_file_json(file));
}

int hanse_council_file_merge(const json_t *proposal, const json_t *other, struct hanse_answer *ret_answer)
{
    struct proposal_file file, second;
    struct hanse_answer answer = {0};
    int error = proposal_file_read(proposal, &answer, &file);
    if (error == HANSE_OK) {
        error = proposal_file_read(other, &answer, &second);
        if (error == HANSE_OK) {
            error = merge(&file, &second, &answer);
            proposal_file_release(&second);
        }
        proposal_file_release(&file);
    }
    *ret_answer = answer;
    return error;
}
