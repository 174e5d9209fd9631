#include "council_record.h"

#include <stdio.h>
#include <string.h>

#include "hanse/entry.h"
#include "params.h"

#define RECORD_FILE "council.json"

json_t *record_json(struct hanse_bytes entry, struct hanse_bytes salted, const json_t *members)
{
    json_t *names = json_array(), *member;
    size_t i;
    json_array_foreach(members, i, member)
    {
        const char *name = param_text(member, "name"), *key = param_text(member, "key");
        if (name != NULL && key != NULL)
            json_array_append_new(names, json_pack("{s:s,s:s}", "name", name, "key", key));
    }
    return json_pack("{s:o,s:o,s:o}", "entry", base64_json(entry), "body", base64_json(salted), "members",
                     names);
}

static int prove(struct hanse_bytes encoded, struct hanse_bytes salted, const struct hanse_hash *mesh,
                 struct hanse_authority *ret_authority)
{
    struct hanse_entry entry;
    struct hanse_hash leaf = hanse_hash_leaf(encoded);
    if (!hanse_hash_equal(&leaf, mesh))
        return HANSE_E_NOT_ALLOWED;
    if (hanse_entry_decode(encoded, &entry) != HANSE_OK || hanse_body_check(&entry, salted) != HANSE_OK ||
        hanse_authority_decode(hanse_body_content(salted), ret_authority) != HANSE_OK ||
        ret_authority->role != HANSE_AUTHORITY_COUNCIL)
        return HANSE_E_INVALID;
    return HANSE_OK;
}

int record_read(const json_t *json, const struct hanse_hash *mesh, struct council_record *ret_record)
{
    struct council_record record;
    struct hanse_buffer entry, salted;
    int error = base64_read(param_text(json, "entry"), &entry);
    if (error != HANSE_OK)
        return error;
    error = base64_read(param_text(json, "body"), &salted);
    if (error == HANSE_OK) {
        error = prove(hanse_buffer_bytes(&entry), hanse_buffer_bytes(&salted), mesh, &record.authority);
        if (error == HANSE_OK)
            record.json = record_json(hanse_buffer_bytes(&entry), hanse_buffer_bytes(&salted),
                                      json_object_get(json, "members"));
        hanse_buffer_release(&salted);
    }
    hanse_buffer_release(&entry);
    if (error == HANSE_OK)
        *ret_record = record;
    return error;
}

void record_release(struct council_record *record)
{
    json_decref(record->json);
    *record = (struct council_record){0};
}

int record_of_home(const struct hanse_home *home, const struct hanse_hash *mesh,
                   struct council_record *ret_record)
{
    struct hanse_buffer content;
    int error = hanse_home_read(home, RECORD_FILE, &content);
    if (error != HANSE_OK)
        return error;
    json_t *json = json_read(hanse_buffer_bytes(&content));
    hanse_buffer_release(&content);
    error = record_read(json, mesh, ret_record);
    json_decref(json);
    return error;
}

int record_keep(const struct hanse_home *home, const json_t *json)
{
    struct hanse_buffer content;
    hanse_buffer_init(&content);
    json_write(json, true, &content);
    int error = hanse_home_write(home, RECORD_FILE, hanse_buffer_bytes(&content));
    hanse_buffer_release(&content);
    return error;
}

static const char *name_of(const struct council_record *record, const struct hanse_public_key *key)
{
    json_t *member;
    size_t i;
    uint8_t bytes[32];
    json_array_foreach(json_object_get(record->json, "members"), i, member)
    {
        if (hex_read(param_text(member, "key"), bytes) == HANSE_OK &&
            memcmp(bytes, key->bytes, sizeof bytes) == 0)
            return param_text(member, "name");
    }
    return NULL;
}

void record_member(const struct council_record *record, const struct hanse_public_key *key,
                   struct hanse_buffer *out)
{
    char print[FINGERPRINT_SIZE];
    const char *name = record == NULL ? NULL : name_of(record, key);
    if (name != NULL)
        hanse_buffer_append_text(out, name);
    else
        hanse_buffer_printf(out, "the key %.9s …", fingerprint(key->bytes, print));
}

json_t *record_members(const struct council_record *record)
{
    json_t *members = json_array();
    for (uint32_t i = 0; i < record->authority.member_count; i++) {
        const struct hanse_public_key *key = &record->authority.members[i];
        const char *name = name_of(record, key);
        json_array_append_new(members, json_pack("{s:s?,s:o,s:o}", "name", name, "key", hex_json(key->bytes),
                                                 "fingerprint", fingerprint_json(key->bytes)));
    }
    return members;
}
