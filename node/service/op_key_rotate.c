/* Replacing a domain's signing key by the one in its recovery file.
 *
 *   the files                                        after a crash here
 *   next recovery file made                          the user names another one
 *   signing.key.rotation: the version that is meant
 *   signing.key.next: the new key, beside the old    the same command goes on
 *   the commit                                       the same command finishes; so does the next publish
 * (drafts.c) signing.key.next takes signing.key's place signing.key.rotation removed                     done
 *
 * So the key that the journal has is always in one of the two files. */
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "drafts.h"
#include "hanse/authority.h"
#include "home_files.h"
#include "keyfile.h"
#include "mesh_config.h"
#include "names.h"
#include "operations.h"
#include "params.h"
#include "recovery.h"
#include "rows.h"

#define ROTATION_FILE "signing.key.rotation"

struct rotation {
    struct hanse_service *service;
    struct hanse_home_domain domain;
    const char *recovery, *next_recovery;
    uint8_t seed[32];                 /* the key that is revealed */
    bool begun;                       /* an earlier call has laid it beside the old one */
    struct hanse_authority authority; /* the new one */
};

static struct home_path key_path(const struct rotation *r, const char *name)
{
    return home_domain_file(r->service->home, r->domain.name, name);
}

/* The version that an earlier call meant; 0: none. */
static uint64_t version_begun(const struct rotation *r)
{
    struct hanse_buffer content;
    if (file_read(key_path(r, ROTATION_FILE).text, true, &content) != HANSE_OK)
        return 0;
    uint64_t version = strtoull(content.data, NULL, 10);
    hanse_buffer_release(&content);
    return version;
}

/* The version of the authority in force: how many there were. */
static int present_version(const struct rotation *r, uint64_t *ret_version)
{
    char hex[HANSE_HASH_HEX_SIZE];
    json_t *rows;
    int error = rows_of(r->service, &rows,
                        "SELECT count(*) FROM entries e JOIN domains d ON d.domain = e.domain"
                        " WHERE d.journal = '%s' AND e.kind = '" HANSE_KIND_AUTHORITY "'",
                        hanse_hash_hex(&r->domain.journal, hex));
    if (error != HANSE_OK)
        return error;
    *ret_version = (uint64_t)json_integer_value(json_array_get(json_array_get(rows, 0), 0));
    json_decref(rows);
    return *ret_version == 0 ? HANSE_E_NOT_FOUND : HANSE_OK;
}

/* Looks for what an earlier call left. */
static int look(struct rotation *r, struct hanse_answer *answer)
{
    uint8_t beside[32];
    int error = hanse_keyfile_read(key_path(r, SIGNING_KEY_NEXT).text, KEY_SIGNING, beside);
    if (error == HANSE_E_NOT_FOUND)
        return HANSE_OK;
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The key that lies beside the present one cannot be read");
    r->begun = sodium_memcmp(beside, r->seed, sizeof beside) == 0 && version_begun(r) > 0;
    sodium_memzero(beside, sizeof beside);
    if (r->begun)
        return HANSE_OK;
    return answer_error(
        answer, HANSE_E_INVALID, "Run `hanse key rotate` again as it was run then.",
        "An earlier replacement of the key of %s, with another recovery file, is not finished",
        r->domain.name);
}

static int keep_version(const struct rotation *r)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_printf(&text, "%" PRIu64 "\n", r->authority.version);
    int error = file_write(key_path(r, ROTATION_FILE).text, FILE_REPLACE, hanse_buffer_bytes(&text));
    hanse_buffer_release(&text);
    return error;
}

static int prepare(struct rotation *r, struct hanse_answer *answer)
{
    struct hanse_public_key after;
    int error = r->begun ? recovery_read(r->next_recovery, answer, NULL, &after)
                         : recovery_make(r->service->home, r->next_recovery, answer, &after);
    if (error != HANSE_OK)
        return error;
    r->authority.next_key = hanse_next_key_digest(&after);
    if (r->begun)
        return HANSE_OK;
    error = keep_version(r);
    if (error == HANSE_OK)
        error = keyfile_write(key_path(r, SIGNING_KEY_NEXT).text, KEY_SIGNING, r->seed);
    return error != HANSE_OK ? answer_failure(answer, error, "The key was not replaced") : HANSE_OK;
}

static int use_key(const struct rotation *r, const char *key_file)
{
    struct hanse_mesh_writer writer;
    int error = mesh_writer_with(r->service->home, r->domain.name, key_file, &writer);
    if (error == HANSE_OK)
        error = hanse_mesh_add_writer(r->service->mesh, &writer);
    sodium_memzero(&writer, sizeof writer);
    return error;
}

static int append(struct rotation *r)
{
    struct hanse_appended appended;
    struct hanse_buffer body;
    struct drafts drafts;
    int error = use_key(r, SIGNING_KEY_NEXT);
    if (error != HANSE_OK)
        return error;
    drafts_init(&drafts);
    hanse_buffer_init(&body);
    hanse_authority_encode(&r->authority, &body);
    drafts_put(&drafts, HANSE_KIND_AUTHORITY, "self", MEDIA_MSGPACK, hanse_buffer_bytes(&body), NULL);
    error = drafts_append(r->service, &r->domain, &drafts, &appended);
    drafts_release(&drafts);
    hanse_buffer_release(&body);
    return error;
}

/* The commit was surely not made: the old key signs on, and what this call made is of no use to anybody. */
static void take_back(const struct rotation *r)
{
    if (use_key(r, SIGNING_KEY) != HANSE_OK)
        return;
    file_remove(key_path(r, SIGNING_KEY_NEXT).text);
    file_remove(key_path(r, ROTATION_FILE).text);
    if (!r->begun)
        file_remove(r->next_recovery);
}

static int finish(struct rotation *r, struct hanse_answer *answer)
{
    int error = use_key(r, SIGNING_KEY_NEXT);
    if (error == HANSE_OK)
        error = file_rename(key_path(r, SIGNING_KEY_NEXT).text, key_path(r, SIGNING_KEY).text);
    if (error != HANSE_OK)
        return answer_error(answer, error, "Run the same command again: it goes on where it stopped.",
                            "The key of %s is replaced, but the new one is not in its place yet",
                            r->domain.name);
    file_remove(key_path(r, ROTATION_FILE).text);
    return answer_ok(answer, json_pack("{s:s,s:o,s:o,s:o,s:s,s:s}", "domain", r->domain.name, "key",
                                       hex_json(r->authority.signer.bytes), "fingerprint",
                                       fingerprint_json(r->authority.signer.bytes), "version",
                                       number_json(r->authority.version), "recovery_file", r->next_recovery,
                                       "used", r->recovery));
}

static int rotate(struct rotation *r, struct hanse_answer *answer)
{
    struct hanse_public_key public;
    uint64_t version;
    int error = present_version(r, &version);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The key was not replaced");
    error = recovery_read(r->recovery, answer, r->seed, &public);
    if (error == HANSE_OK)
        error = look(r, answer);
    if (error != HANSE_OK)
        return error;
    r->authority.role = HANSE_AUTHORITY_DOMAIN;
    r->authority.signer = public;
    r->authority.version = version + 1;
    if (r->begun && version >= version_begun(r)) {
        r->authority.version = version;
        return finish(r, answer);
    }
    error = prepare(r, answer);
    if (error != HANSE_OK)
        return error;
    error = append(r);
    if (error == HANSE_OK)
        return finish(r, answer);
    if (error != HANSE_E_IO && error != HANSE_E_DISK_FULL && error != HANSE_E_TIMED_OUT)
        take_back(r);
    if (error == HANSE_E_BAD_AUTHORITY)
        return answer_error(
            answer, HANSE_E_NOT_ALLOWED,
            "Take the file that the last `hanse init` or `hanse key rotate` of this domain made.",
            "%s is not the recovery file that %s has now", r->recovery, r->domain.name);
    return answer_failure(answer, error, "The key was not replaced");
}

int op_key_rotate(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct rotation r = {.service = service,
                         .recovery = param_text(params, "recovery_file"),
                         .next_recovery = param_text(params, "next_recovery_file")};
    int error = name_own_domain(service, params, answer, &r.domain);
    if (error != HANSE_OK)
        return error;
    home_lock(service->home);
    error = rotate(&r, answer);
    home_unlock(service->home);
    sodium_memzero(r.seed, sizeof r.seed);
    return error;
}
