/* Making a proposal: from names to what the members are to sign. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "council_entries.h"
#include "names.h"
#include "operations.h"
#include "params.h"
#include "requests.h"
#include "terms.h"

#define HOUR_MS       3600000u
#define PROPOSAL_DAYS 14u
#define DAYS_MAX      365u

struct proposing {
    struct hanse_service *service;
    struct hanse_answer *answer;
    struct wish wishes[HANSE_PROPOSAL_ENTRIES_MAX];
    size_t count;
};

static int no_request(struct proposing *p, const char *name)
{
    return answer_error(
        p->answer, HANSE_E_NOT_FOUND,
        "`hanse council status` lists what waits. A request waits on the node whose invite it came "
        "with: propose it there.",
        "No domain %s has asked to be admitted here", name);
}

/* Two that ask under one name: only a person can know which one is meant. */
static int ambiguous(struct proposing *p, const char *name, const struct request *requests, size_t count)
{
    struct request *same = hanse_calloc(count, sizeof *same);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(requests[i].name, name) == 0)
            same[found++] = requests[i];
    }
    answer_error(p->answer, HANSE_E_DUPLICATE,
                 "Compare the fingerprints with the team of that domain, then name journal and key.",
                 "%zu nodes have asked to be admitted as %s", found, name);
    answer_add(p->answer, "candidates", requests_json(same, found));
    free(same);
    return HANSE_E_DUPLICATE;
}

static int find_request(struct proposing *p, const char *name, struct wish *wish)
{
    struct request *requests;
    size_t count, found = 0;
    int error = requests_waiting(p->service, &requests, &count);
    if (error != HANSE_OK)
        return answer_failure(p->answer, error, "The requests cannot be read");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(requests[i].name, name) != 0)
            continue;
        found++;
        wish->admission.journal = requests[i].journal;
        wish->admission.keys[0] = requests[i].key;
        wish->admission.key_count = 1;
    }
    if (found == 0)
        error = no_request(p, name);
    else if (found > 1)
        error = ambiguous(p, name, requests, count);
    free(requests);
    return error;
}

/* One of this home's own domains. */
static bool find_own(struct proposing *p, const char *name, struct wish *wish)
{
    if (home_journal(p->service->home, name, &wish->admission.journal) != HANSE_OK ||
        home_node_key(p->service->home, &wish->admission.keys[0]) != HANSE_OK)
        return false;
    wish->admission.key_count = 1;
    return true;
}

static int check_free(struct proposing *p, struct wish *wish, bool keys_named)
{
    struct hanse_hash holder;
    const char *other = admitted_name(p->service, &wish->admission.journal);
    if (other != NULL && strcmp(other, wish->key) != 0)
        return answer_error(p->answer, HANSE_E_EXISTS, "A domain has one name.",
                            "%s is admitted already, as %s", wish->key, other);
    if (other != NULL && !keys_named)
        return answer_error(p->answer, HANSE_E_EXISTS, "There is nothing to do.", "%s is admitted already",
                            wish->key);
    wish->fresh = !admitted_journal(p->service, wish->key, &holder);
    return HANSE_OK;
}

static int add_wish(struct proposing *p, const char *kind, const char *key, struct wish **ret_wish)
{
    if (p->count == HANSE_PROPOSAL_ENTRIES_MAX)
        return answer_error(p->answer, HANSE_E_TOO_LARGE, "Make two proposals.",
                            "One proposal has at most %u entries", HANSE_PROPOSAL_ENTRIES_MAX);
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->wishes[i].kind, kind) == 0 && strcmp(p->wishes[i].key, key) == 0)
            return answer_error(p->answer, HANSE_E_DUPLICATE, "Name it once.",
                                "%s stands twice in the proposal", key);
    }
    struct wish *wish = &p->wishes[p->count++];
    *wish = (struct wish){.kind = kind};
    snprintf(wish->key, sizeof wish->key, "%s", key);
    *ret_wish = wish;
    return HANSE_OK;
}

static int add_domain(struct proposing *p, const char *name, struct wish **ret_wish)
{
    if (name == NULL || !hanse_domain_name_valid(hanse_bytes_of(name)) || strcmp(name, COUNCIL_NAME) == 0)
        return answer_error(p->answer, HANSE_E_INVALID, "A name has " DOMAIN_NAME_RULE ".",
                            "%s is no name for a domain", name == NULL ? "That" : name);
    return add_wish(p, HANSE_KIND_DOMAIN, name, ret_wish);
}

static int admit(struct proposing *p, const json_t *what)
{
    struct wish *wish;
    const char *name = json_is_string(what) ? json_string_value(what) : param_text(what, "name");
    int error = add_domain(p, name, &wish);
    if (error != HANSE_OK)
        return error;
    struct hanse_hash holder;
    if (json_is_object(what)) {
        wish->admission.key_count = 1;
        if (hex_read(param_text(what, "journal"), wish->admission.journal.bytes) != HANSE_OK ||
            hex_read(param_text(what, "key"), wish->admission.keys[0].bytes) != HANSE_OK)
            error = answer_error(p->answer, HANSE_E_INVALID,
                                 "Both are 64 hex digits; `hanse key show` there shows them.",
                                 "%s is named without its journal or its node's key", name);
    } else if (!find_own(p, name, wish)) {
        error = find_request(p, name, wish);
        if (error == HANSE_E_NOT_FOUND && admitted_journal(p->service, name, &holder))
            error = answer_error(p->answer, HANSE_E_EXISTS, "There is nothing to do.",
                                 "%s is admitted already", name);
    }
    return error != HANSE_OK ? error : check_free(p, wish, json_is_object(what));
}

static int suspend(struct proposing *p, const json_t *what)
{
    struct wish *wish;
    struct hanse_hash holder;
    int error = add_domain(p, json_string_value(what), &wish);
    if (error != HANSE_OK)
        return error;
    wish->retract = true;
    if (!admitted_journal(p->service, wish->key, &holder))
        return answer_error(p->answer, HANSE_E_NOT_FOUND, "`hanse council status` lists those that are.",
                            "No domain %s is admitted", wish->key);
    return HANSE_OK;
}

/* A term of the whole mesh's glossary; an object as `term_add` takes it. */
static int add_term(struct proposing *p, const json_t *what)
{
    char key[HANSE_KEY_MAX + 1];
    json_t *body;
    struct wish *wish;
    int error = term_read(p->service, what, p->answer, key, &body);
    if (error != HANSE_OK)
        return error;
    error = add_wish(p, HANSE_KIND_TERM, key, &wish);
    if (error == HANSE_OK)
        wish->body = json_incref(body);
    json_decref(body);
    return error;
}

static int withdraw_term(struct proposing *p, const json_t *what)
{
    struct hanse_buffer name;
    struct hanse_term_ref ref;
    struct wish *wish;
    const char *id = json_string_value(what);
    hanse_buffer_init(&name);
    hanse_buffer_printf(&name, COUNCIL_NAME "/%s", id == NULL ? "" : id);
    int error = term_resolve(p->service, name.data, p->answer, &ref);
    hanse_buffer_release(&name);
    if (error == HANSE_OK)
        error = add_wish(p, HANSE_KIND_TERM, ref.term, &wish);
    if (error == HANSE_OK)
        wish->retract = true;
    return error;
}

/* A list, or one. */
static int each(struct proposing *p, const json_t *list, int (*add)(struct proposing *, const json_t *))
{
    int error = HANSE_OK;
    json_t *item;
    size_t i;
    if (list == NULL)
        return HANSE_OK;
    if (!json_is_array(list))
        return add(p, list);
    json_array_foreach(list, i, item)
    {
        if (error == HANSE_OK)
            error = add(p, item);
    }
    return error;
}

static void default_title(const struct proposing *p, struct hanse_buffer *out)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct wish *wish = &p->wishes[i];
        bool domain = strcmp(wish->kind, HANSE_KIND_DOMAIN) == 0;
        hanse_buffer_printf(out, "%s%s %s", i == 0 ? "" : ", ",
                            domain ? (wish->retract ? "suspend" : "admit")
                                   : (wish->retract ? "withdraw the term" : "define"),
                            wish->key);
    }
    if (out->size > HANSE_TITLE_MAX) {
        hanse_buffer_reset(out);
        hanse_buffer_printf(out, "%zu decisions", p->count);
    }
}

static int make(struct proposing *p, const json_t *params, const struct hanse_hash *mesh)
{
    struct council_record record;
    struct proposal_file file;
    struct hanse_buffer title;
    uint64_t days, hours;
    const char *given = param_text(params, "title");
    if (param_number(params, "days", PROPOSAL_DAYS, DAYS_MAX, &days) != HANSE_OK ||
        param_number(params, "hours", days * 24, DAYS_MAX * 24, &hours) != HANSE_OK || hours == 0)
        return answer_error(p->answer, HANSE_E_INVALID, NULL, "A proposal is open for 1 hour to %u days",
                            DAYS_MAX);
    if (given != NULL && strlen(given) > HANSE_TITLE_MAX)
        return answer_error(p->answer, HANSE_E_TOO_LARGE, "Say it shorter.",
                            "The title is longer than %u bytes", HANSE_TITLE_MAX);
    hanse_buffer_init(&title);
    if (given != NULL)
        hanse_buffer_append_text(&title, given);
    else
        default_title(p, &title);
    bool known = record_of_home(p->service->home, mesh, &record) == HANSE_OK;
    int error = proposal_make(mesh, p->wishes, p->count, title.data, wall_ms() + hours * HOUR_MS,
                              known ? &record : NULL, &file);
    if (known)
        record_release(&record);
    hanse_buffer_release(&title);
    if (error != HANSE_OK)
        return answer_failure(p->answer, error, "The proposal was not made");
    answer_ok(p->answer, proposal_file_json(&file));
    proposal_file_release(&file);
    return HANSE_OK;
}

int op_council_propose(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct sqlite3 *db;
    struct home_mesh *mesh;
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    if (json_object_get(params, "members") != NULL)
        return answer_error(answer, HANSE_E_UNSUPPORTED, "Make the council with the members it is to have.",
                            "This version cannot change the members of a council");
    mesh = hanse_calloc(1, sizeof *mesh);
    struct proposing *p = hanse_calloc(1, sizeof *p);
    p->service = service;
    p->answer = answer;
    service_view_now(service);
    if (home_mesh_read(service->home, mesh) != HANSE_OK)
        error = answer_error(answer, HANSE_E_NOT_FOUND, "Make one with `hanse council new`, or join one.",
                             "This node is in no mesh yet");
    if (error == HANSE_OK)
        error = each(p, json_object_get(params, "admit"), admit);
    if (error == HANSE_OK)
        error = each(p, json_object_get(params, "suspend"), suspend);
    if (error == HANSE_OK)
        error = each(p, json_object_get(params, "terms"), add_term);
    if (error == HANSE_OK)
        error = each(p, json_object_get(params, "withdraw_terms"), withdraw_term);
    if (error == HANSE_OK && p->count == 0)
        error = answer_error(answer, HANSE_E_INVALID,
                             "Name domains to `admit` or to `suspend`, or `terms` to define.",
                             "The proposal would propose nothing");
    if (error == HANSE_OK)
        error = make(p, params, &mesh->pin.mesh);
    for (size_t i = 0; i < p->count; i++)
        json_decref(p->wishes[i].body);
    explicit_bzero(mesh, sizeof *mesh);
    free(mesh);
    free(p);
    return error;
}
