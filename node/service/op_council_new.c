/* Making a mesh: the council's journal, and who its members are. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "council_entries.h"
#include "genesis.h"
#include "home_files.h"
#include "keyfile.h"
#include "mesh_config.h"
#include "operations.h"
#include "params.h"
#include "pin.h"

#define MEMBER_KEY "member.key"
#define ALONE_MS   600000u /* a proposal that is enacted at once needs no longer */

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct hanse_public_key));
}

static int read_member(const json_t *member, struct hanse_authority *authority, struct hanse_answer *answer)
{
    struct hanse_public_key key;
    const char *name = param_text(member, "name");
    if (name == NULL || name[0] == '\0' || hex_read(param_text(member, "key"), key.bytes) != HANSE_OK)
        return answer_error(answer, HANSE_E_INVALID,
                            "Each member is {\"name\",\"key\"}; `hanse key new` prints the key.",
                            "Member %u has no name, or no key of 64 hex digits", authority->member_count + 1);
    if (!hanse_public_key_valid(&key))
        return answer_error(answer, HANSE_E_INVALID, "Ask for the line that `hanse key new` printed.",
                            "The key of %s is no public signing key", name);
    if (authority->member_count == HANSE_COUNCIL_MEMBERS_MAX)
        return answer_error(answer, HANSE_E_TOO_LARGE, NULL, "A council has at most %u members",
                            HANSE_COUNCIL_MEMBERS_MAX);
    for (uint32_t i = 0; i < authority->member_count; i++) {
        if (memcmp(&authority->members[i], &key, sizeof key) == 0)
            return answer_error(answer, HANSE_E_DUPLICATE, "Each member makes a key of their own.",
                                "The key of %s is another member's too", name);
    }
    authority->members[authority->member_count++] = key;
    return HANSE_OK;
}

static int read_members(const json_t *params, struct hanse_authority *authority, struct hanse_answer *answer)
{
    const json_t *members = json_object_get(params, "members");
    json_t *member;
    size_t i;
    uint64_t threshold;
    int error = HANSE_OK;
    json_array_foreach(members, i, member)
    {
        if (error == HANSE_OK)
            error = read_member(member, authority, answer);
    }
    if (error != HANSE_OK)
        return error;
    uint32_t count = authority->member_count;
    qsort(authority->members, count, sizeof authority->members[0], by_key);
    if (param_number(params, "threshold", count / 2 + 1, count, &threshold) != HANSE_OK || threshold == 0)
        return answer_error(answer, HANSE_E_INVALID, NULL,
                            "The threshold must be from 1 to %u, the number of members", count);
    authority->threshold = (uint32_t)threshold;
    return HANSE_OK;
}

/* One team alone: its member's key lies in the home. */
static int be_alone(struct hanse_service *service, struct hanse_authority *authority,
                    struct hanse_answer *answer)
{
    struct hanse_signing_key key;
    uint8_t seed[32];
    struct home_path folder = home_path(service->home, COUNCIL_NAME);
    struct home_path path = home_domain_file(service->home, COUNCIL_NAME, MEMBER_KEY);
    int error = folder_make(folder.text);
    if (error == HANSE_OK)
        error = hanse_keyfile_create(path.text, KEY_SIGNING, seed);
    sodium_memzero(seed, sizeof seed);
    if (error == HANSE_OK || error == HANSE_E_EXISTS)
        error = keyfile_signing(path.text, true, &key);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The member's key was not made");
    authority->members[0] = hanse_signing_key_public(&key);
    authority->member_count = 1;
    authority->threshold = 1;
    sodium_memzero(&key, sizeof key);
    return HANSE_OK;
}

/* The mesh as it is pinned: by its first commit. After a crash that commit is there already; then what
 * mesh.json says stands, or else the view, or nothing but the id is pinned. */
static struct hanse_pin pin_of(struct hanse_service *service, const struct genesis *genesis,
                               const struct home_mesh *before)
{
    const struct hanse_mesh_view *view = service_view_now(service);
    if (genesis->appended.size > 0)
        return (struct hanse_pin){
            .mesh = genesis->journal, .size = genesis->appended.size, .root = genesis->appended.root};
    if (hanse_hash_equal(&before->pin.mesh, &genesis->journal))
        return before->pin;
    if (hanse_hash_equal(&view->council.mesh, &genesis->journal))
        return view->council;
    return (struct hanse_pin){.mesh = genesis->journal};
}

static int enter(struct hanse_service *service, const struct genesis *genesis, const json_t *members,
                 struct home_mesh *mesh)
{
    struct hanse_engine_config engine;
    uint8_t lobby_secret[32];
    struct hanse_buffer entry;
    mesh->pin = pin_of(service, genesis, mesh);
    hanse_buffer_init(&entry);
    genesis_entry(genesis, &entry);
    json_t *record = record_json(hanse_buffer_bytes(&entry), hanse_buffer_bytes(&genesis->salted), members);
    int error = record_keep(service->home, record);
    if (error == HANSE_OK)
        error = home_mesh_write(service->home, mesh);
    if (error == HANSE_OK)
        error = mesh_engine_config(service->home, mesh, &engine, lobby_secret);
    if (error == HANSE_OK)
        error = hanse_mesh_join(service->mesh, &engine, lobby_secret);
    json_decref(record);
    hanse_buffer_release(&entry);
    return error;
}

static int sign_alone(struct hanse_service *service, struct proposal_file *file)
{
    struct hanse_signing_key key;
    int error = keyfile_signing(home_domain_file(service->home, COUNCIL_NAME, MEMBER_KEY).text, true, &key);
    if (error != HANSE_OK)
        return error;
    struct hanse_public_key public = hanse_signing_key_public(&key);
    struct hanse_signature signature = hanse_proposal_sign(hanse_buffer_bytes(&file->encoded), &key);
    sodium_memzero(&key, sizeof key);
    return proposal_file_add(file, &public, &signature);
}

/* A council of one admits what the home has, so that there is nothing left to do. */
static int admit_own(struct hanse_service *service, const struct hanse_hash *mesh,
                     struct hanse_answer *answer)
{
    struct hanse_home_domain *domains;
    size_t count;
    struct council_record record;
    struct proposal_file file;
    struct hanse_curve_key key;
    int error = home_node_key(service->home, &key);
    if (error == HANSE_OK)
        error = hanse_home_domains(service->home, &domains, &count);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The home's domains were not admitted");
    if (count > HANSE_PROPOSAL_ENTRIES_MAX)
        count = HANSE_PROPOSAL_ENTRIES_MAX;
    struct wish *wishes = hanse_calloc(count + 1, sizeof *wishes);
    for (size_t i = 0; i < count; i++) {
        wishes[i].kind = HANSE_KIND_DOMAIN;
        snprintf(wishes[i].key, sizeof wishes[i].key, "%s", domains[i].name);
        wishes[i].fresh = true;
        wishes[i].admission =
            (struct hanse_admission){.journal = domains[i].journal, .key_count = 1, .keys = {key}};
    }
    free(domains);
    if (count > 0)
        error = record_of_home(service->home, mesh, &record);
    if (count > 0 && error == HANSE_OK) {
        error = proposal_make(mesh, wishes, count, "admit the founder's domains", wall_ms() + ALONE_MS,
                              &record, &file);
        record_release(&record);
        if (error == HANSE_OK) {
            error = sign_alone(service, &file);
            error = error != HANSE_OK ? answer_failure(answer, error, "The home's domains were not admitted")
                                      : proposal_enact(service, &file, answer);
            proposal_file_release(&file);
        }
    }
    free(wishes);
    return error;
}

static int found(struct hanse_service *service, const json_t *params, struct genesis *genesis, bool alone,
                 struct home_mesh *mesh, struct hanse_answer *answer)
{
    char whole[PIN_TEXT_SIZE];
    int error = genesis_make(service, genesis);
    if (error == HANSE_OK)
        error = enter(service, genesis, json_object_get(params, "members"), mesh);
    if (error != HANSE_OK)
        return answer_error(answer, error, "Run the same command again: it goes on where it stopped.",
                            "The mesh is not whole yet: %s", hanse_error_sentence(error));
    if (alone) {
        error = admit_own(service, &genesis->journal, answer);
        /* What was admitted before a crash stands; there is nothing to add. */
        if (error != HANSE_OK && !(genesis->resumed && error == HANSE_E_BAD_PROPOSAL))
            return error;
    }
    genesis_finish(service, genesis);
    return answer_ok(answer, json_pack("{s:s,s:o,s:o,s:i,s:i}", "mesh", pin_text(&mesh->pin, whole), "id",
                                       hex_json(genesis->journal.bytes), "fingerprint",
                                       fingerprint_json(genesis->journal.bytes), "members",
                                       (int)genesis->authority.member_count, "threshold",
                                       (int)genesis->authority.threshold));
}

static int prepare(struct hanse_service *service, const json_t *params, struct genesis *genesis, bool alone,
                   struct hanse_answer *answer)
{
    struct home_mesh *mesh = hanse_calloc(1, sizeof *mesh);
    int error = genesis_look(service, genesis);
    bool in_mesh = home_mesh_read(service->home, mesh) != HANSE_E_NOT_FOUND;
    if (error != HANSE_OK)
        error = answer_failure(answer, error, "What an earlier `hanse council new` has left cannot be read");
    else if (in_mesh && !genesis->resumed)
        error = answer_error(answer, HANSE_E_EXISTS, "Use another home for another mesh: `--home`.",
                             "This node is in a mesh already");
    else if (genesis_done(service->home, COUNCIL_NAME))
        error = answer_error(answer, HANSE_E_EXISTS, "Use another home for another mesh: `--home`.",
                             "This home has made a council already");
    if (error == HANSE_OK && !genesis->resumed) {
        genesis->authority.role = HANSE_AUTHORITY_COUNCIL;
        genesis->authority.version = 1;
        error = alone ? be_alone(service, &genesis->authority, answer)
                      : read_members(params, &genesis->authority, answer);
    }
    if (error == HANSE_OK)
        error = found(service, params, genesis, alone, mesh, answer);
    explicit_bzero(mesh, sizeof *mesh);
    free(mesh);
    return error;
}

int op_council_new(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct genesis genesis;
    const json_t *members = json_object_get(params, "members");
    bool alone =
        members == NULL || json_is_null(members) || (json_is_array(members) && json_array_size(members) == 0);
    if (!alone && !json_is_array(members))
        return answer_error(answer, HANSE_E_INVALID, "Give `members`, an array of {\"name\",\"key\"}.",
                            "`members` is no list");
    genesis_init(&genesis, COUNCIL_NAME);
    home_lock(service->home);
    int error = prepare(service, params, &genesis, alone, answer);
    home_unlock(service->home);
    genesis_release(&genesis);
    return error;
}
