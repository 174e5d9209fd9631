/* Making a domain: its keys, its journal, and what the others need to know of it. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "announce.h"
#include "genesis.h"
#include "hanse/catalog.h"
#include "hanse/proposal.h"
#include "names.h"
#include "operations.h"
#include "params.h"
#include "recovery.h"

static int check_name(struct hanse_service *service, const char *name, struct hanse_answer *answer)
{
    if (name == NULL)
        return answer_error(answer, HANSE_E_INVALID, "Give a `domain`.", "No domain is named");
    if (!hanse_domain_name_valid(hanse_bytes_of(name)))
        return answer_error(answer, HANSE_E_INVALID, "A name has " DOMAIN_NAME_RULE ".",
                            "%s is no name for a domain", name);
    if (strcmp(name, COUNCIL_NAME) == 0)
        return answer_error(answer, HANSE_E_INVALID, "Choose another name.",
                            "The name council stands for the mesh's own council");
    if (genesis_done(service->home, name))
        return answer_error(answer, HANSE_E_EXISTS,
                            "Give the new domain another name, or another home: `--home`.",
                            "This home writes for %s already", name);
    return HANSE_OK;
}

static int set_places(struct hanse_service *service, const json_t *params, struct hanse_answer *answer)
{
    static const struct {
        const char *name;
        size_t offset;
    } PLACES[] = {
        {"listen", offsetof(struct hanse_home_settings, listen)},
        {"advertise", offsetof(struct hanse_home_settings, advertise)},
        {"http", offsetof(struct hanse_home_settings, http)},
    };
    struct hanse_home_settings settings;
    bool changed = false;
    int error = hanse_home_settings(service->home, &settings);
    if (error != HANSE_OK)
        return answer_error(answer, error, "Mend or remove hanse.json in the home.",
                            "The settings cannot be read");
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        const char *text = param_text(params, PLACES[i].name);
        if (text == NULL)
            continue;
        if (strlen(text) >= sizeof settings.listen)
            return answer_error(answer, HANSE_E_INVALID, NULL, "`%s` is too long", PLACES[i].name);
        snprintf((char *)&settings + PLACES[i].offset, sizeof settings.listen, "%s", text);
        changed = true;
    }
    error = changed ? hanse_home_set(service->home, &settings) : HANSE_OK;
    return error != HANSE_OK ? answer_failure(answer, error, "The settings were not kept") : HANSE_OK;
}

/* The key that signs next lies off this machine from the beginning, so that whoever takes the machine cannot
 * take the domain. */
static int make_next_key(struct hanse_service *service, const char *path, struct genesis *genesis,
                         struct hanse_answer *answer)
{
    struct hanse_public_key next;
    int error = genesis->resumed ? recovery_read(path, answer, NULL, &next)
                                 : recovery_make(service->home, path, answer, &next);
    if (error != HANSE_OK)
        return error;
    struct hanse_hash digest = hanse_next_key_digest(&next);
    if (genesis->resumed && !hanse_hash_equal(&digest, &genesis->authority.next_key))
        return answer_error(answer, HANSE_E_INVALID, "Give the recovery file that was made then.",
                            "%s was begun before with another recovery file", genesis->name);
    genesis->authority.next_key = digest;
    return HANSE_OK;
}

/* The second commit: what the domain says of itself, and where its node is. */
static int introduce(struct hanse_service *service, const struct hanse_home_domain *domain,
                     const json_t *params, struct hanse_appended *ret_appended)
{
    static const char *const TEXTS[] = {"title", "purpose", "boundaries", "owner_team"};
    char endpoint[ENDPOINT_SIZE];
    struct drafts drafts;
    struct hanse_buffer content;
    json_t *profile = json_object();
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        if (param_text(params, TEXTS[i]) != NULL)
            json_object_set(profile, TEXTS[i], json_object_get(params, TEXTS[i]));
    }
    drafts_init(&drafts);
    hanse_buffer_init(&content);
    json_write(profile, false, &content);
    if (json_object_size(profile) > 0)
        drafts_put(&drafts, HANSE_KIND_PROFILE, "self", MEDIA_JSON, hanse_buffer_bytes(&content), NULL);
    int error = endpoint_advertised(service, endpoint);
    if (error == HANSE_OK)
        error = announce_draft(service, endpoint, &drafts);
    if (error == HANSE_OK)
        error = drafts_append(service, domain, &drafts, ret_appended);
    drafts_release(&drafts);
    hanse_buffer_release(&content);
    json_decref(profile);
    return error;
}

static int make_domain(struct hanse_service *service, const json_t *params, struct genesis *genesis,
                       struct hanse_answer *answer)
{
    struct hanse_home_domain domain = {0};
    struct hanse_appended appended;
    const char *recovery = param_text(params, "recovery_file");
    int error = genesis_look(service, genesis);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "What an earlier `hanse init` has left cannot be read");
    error = set_places(service, params, answer);
    if (error == HANSE_OK)
        error = make_next_key(service, recovery, genesis, answer);
    if (error != HANSE_OK)
        return error;
    genesis->authority.role = HANSE_AUTHORITY_DOMAIN;
    genesis->authority.version = 1;
    error = genesis_make(service, genesis);
    if (error == HANSE_OK) {
        domain.journal = genesis->journal;
        snprintf(domain.name, sizeof domain.name, "%s", genesis->name);
        error = introduce(service, &domain, params, &appended);
    }
    if (error != HANSE_OK)
        return answer_error(answer, error, "Run the same command again: it goes on where it stopped.",
                            "The domain %s is not whole yet: %s", genesis->name, hanse_error_sentence(error));
    genesis_finish(service, genesis);
    return answer_ok(answer, json_pack("{s:s,s:o,s:o,s:o,s:s,s:s}", "domain", genesis->name, "journal",
                                       hex_json(genesis->journal.bytes), "key",
                                       hex_json(genesis->authority.signer.bytes), "fingerprint",
                                       fingerprint_json(genesis->journal.bytes), "recovery_file", recovery,
                                       "home", hanse_home_path(service->home)));
}

int op_init(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct genesis genesis;
    const char *name = param_text(params, "domain");
    int error = check_name(service, name, answer);
    if (error != HANSE_OK)
        return error;
    genesis_init(&genesis, name);
    home_lock(service->home);
    error = make_domain(service, params, &genesis, answer);
    home_unlock(service->home);
    genesis_release(&genesis);
    return error;
}
