/* PROTOCOL.md, "Authorities". */
#include "hanse/authority.h"

#include <string.h>

#include "hanse/msgpack.h"

static struct hanse_public_key read_key(struct hanse_reader *r)
{
    struct hanse_public_key key;
    hanse_read_exact(r, key.bytes, sizeof key.bytes);
    if (r->error == HANSE_OK && !hanse_public_key_valid(&key))
        hanse_reader_fail(r, HANSE_E_BAD_AUTHORITY);
    return key;
}

static void read_members(struct hanse_reader *r, struct hanse_authority *authority)
{
    size_t count = hanse_read_array(r, 1, HANSE_COUNCIL_MEMBERS_MAX);
    for (size_t i = 0; i < count && r->error == HANSE_OK; i++) {
        authority->members[i] = read_key(r);
        if (i > 0 &&
            memcmp(&authority->members[i - 1], &authority->members[i], sizeof authority->members[i]) >= 0)
            hanse_reader_fail(r, HANSE_E_BAD_AUTHORITY);
    }
    authority->member_count = (uint32_t)count;
    if (authority->threshold == 0 || authority->threshold > count)
        hanse_reader_fail(r, HANSE_E_BAD_AUTHORITY);
}

int hanse_authority_decode(struct hanse_bytes body, struct hanse_authority *ret_authority)
{
    struct hanse_reader r;
    struct hanse_authority authority;
    memset(&authority, 0, sizeof authority);
    hanse_reader_init(&r, body);
    size_t count = hanse_read_array(&r, 4, HANSE_ELEMENTS_MAX);
    struct hanse_bytes role = hanse_read_text(&r, 16);
    authority.version = hanse_read_uint(&r, UINT64_MAX);
    size_t known = 4;
    if (hanse_bytes_equal_text(role, "domain")) {
        authority.role = HANSE_AUTHORITY_DOMAIN;
        authority.signer = read_key(&r);
        authority.next_key = hanse_read_hash(&r);
    } else if (hanse_bytes_equal_text(role, "council")) {
        authority.role = HANSE_AUTHORITY_COUNCIL;
        authority.threshold = (uint32_t)hanse_read_uint(&r, HANSE_COUNCIL_MEMBERS_MAX);
        authority.signer = read_key(&r);
        read_members(&r, &authority);
        known = 5;
        if (authority.version != 1)
            hanse_reader_fail(&r, HANSE_E_BAD_AUTHORITY);
    } else {
        hanse_reader_fail(&r, HANSE_E_BAD_AUTHORITY);
    }
    if (authority.version == 0 || count < known)
        hanse_reader_fail(&r, HANSE_E_BAD_AUTHORITY);
    else
        hanse_read_skip_many(&r, count - known);
    int error = hanse_reader_finish(&r);
    if (error == HANSE_OK)
        *ret_authority = authority;
    return error;
}

void hanse_authority_encode(const struct hanse_authority *authority, struct hanse_buffer *out)
{
    bool council = authority->role == HANSE_AUTHORITY_COUNCIL;
    struct hanse_bytes signer = hanse_bytes(authority->signer.bytes, sizeof authority->signer.bytes);
    hanse_write_array(out, council ? 5 : 4);
    hanse_write_text(out, hanse_bytes_of(council ? "council" : "domain"));
    hanse_write_uint(out, authority->version);
    if (!council) {
        hanse_write_binary(out, signer);
        hanse_write_hash(out, &authority->next_key);
        return;
    }
    hanse_write_uint(out, authority->threshold);
    hanse_write_binary(out, signer);
    hanse_write_array(out, authority->member_count);
    for (uint32_t i = 0; i < authority->member_count; i++)
        hanse_write_binary(out, hanse_bytes(authority->members[i].bytes, sizeof authority->members[i].bytes));
}

int hanse_authority_follows(const struct hanse_authority *previous, const struct hanse_authority *next)
{
    if (previous == NULL)
        return next->version == 1 ? HANSE_OK : HANSE_E_BAD_AUTHORITY;
    if (previous->role != HANSE_AUTHORITY_DOMAIN || next->role != HANSE_AUTHORITY_DOMAIN ||
        next->version - 1 != previous->version)
        return HANSE_E_BAD_AUTHORITY;
    struct hanse_hash digest = hanse_next_key_digest(&next->signer);
    return hanse_hash_equal(&digest, &previous->next_key) ? HANSE_OK : HANSE_E_BAD_AUTHORITY;
}

int hanse_authority_member(const struct hanse_authority *authority, const struct hanse_public_key *key)
{
    for (uint32_t i = 0; i < authority->member_count; i++) {
        if (memcmp(&authority->members[i], key, sizeof *key) == 0)
            return (int)i;
    }
    return -1;
}
