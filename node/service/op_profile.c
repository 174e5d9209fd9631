#include "drafts.h"
#include "hanse/catalog.h"
#include "names.h"
#include "operations.h"
#include "params.h"

#define PROFILE_BYTES_MAX 65536u

int op_profile(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_home_domain domain;
    struct hanse_appended appended;
    struct hanse_buffer content;
    struct drafts drafts;
    const json_t *profile = json_object_get(params, "profile");
    int error = name_own_domain(service, params, answer, &domain);
    if (error != HANSE_OK)
        return error;
    if (!json_is_object(profile))
        return answer_error(answer, HANSE_E_INVALID,
                            "Give `profile`, an object: title, purpose, boundaries, owner_team, contacts.",
                            "No profile was given for %s", domain.name);
    hanse_buffer_init(&content);
    json_write(profile, false, &content);
    if (content.size > PROFILE_BYTES_MAX) {
        hanse_buffer_release(&content);
        return answer_error(answer, HANSE_E_TOO_LARGE, "Say it shorter.",
                            "The profile is larger than %u bytes", PROFILE_BYTES_MAX);
    }
    drafts_init(&drafts);
    drafts_put(&drafts, HANSE_KIND_PROFILE, "self", MEDIA_JSON, hanse_buffer_bytes(&content), NULL);
    home_lock(service->home);
    error = drafts_append(service, &domain, &drafts, &appended);
    home_unlock(service->home);
    drafts_release(&drafts);
    hanse_buffer_release(&content);
    if (error != HANSE_OK)
        return answer_unwritten(answer, error, "The profile was not published");
    return answer_ok(answer,
                     json_pack("{s:s,s:o}", "domain", domain.name, "index", number_json(appended.first)));
}
