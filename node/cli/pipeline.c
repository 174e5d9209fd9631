#include "pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "hanse/bytes.h"

/* NULL when it is not set, or empty. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

static bool is_true(const char *name)
{
    const char *value = variable(name);
    return value != NULL && strcmp(value, "true") == 0;
}

/* What is not UTF-8 is left out. */
static void set(json_t *provenance, const char *name, const char *value)
{
    json_t *text = value == NULL ? NULL : json_string(value);
    if (text != NULL)
        json_object_set_new(provenance, name, text);
}

static void tell_github(json_t *provenance)
{
    const char *server = variable("GITHUB_SERVER_URL"), *repository = variable("GITHUB_REPOSITORY"),
               *run = variable("GITHUB_RUN_ID");
    struct hanse_buffer url;
    hanse_buffer_init(&url);
    set(provenance, "tool", "GitHub Actions");
    set(provenance, "asked_by", variable("GITHUB_ACTOR"));
    set(provenance, "commit", variable("GITHUB_SHA"));
    if (repository != NULL) {
        hanse_buffer_printf(&url, "%s/%s", server == NULL ? "https://github.com" : server, repository);
        set(provenance, "repository", url.data);
    }
    if (repository != NULL && run != NULL) {
        hanse_buffer_printf(&url, "/actions/runs/%s", run);
        set(provenance, "pipeline", url.data);
    }
    hanse_buffer_release(&url);
}

static void tell_gitlab(json_t *provenance)
{
    set(provenance, "tool", "GitLab CI");
    set(provenance, "asked_by", variable("GITLAB_USER_LOGIN"));
    set(provenance, "commit", variable("CI_COMMIT_SHA"));
    set(provenance, "repository", variable("CI_PROJECT_URL"));
    set(provenance, "pipeline", variable("CI_PIPELINE_URL"));
}

json_t *pipeline_provenance(void)
{
    bool github = is_true("GITHUB_ACTIONS"), gitlab = is_true("GITLAB_CI");
    if (!github && !gitlab)
        return NULL;
    json_t *provenance = json_object();
    if (github)
        tell_github(provenance);
    else
        tell_gitlab(provenance);
    return provenance;
}
