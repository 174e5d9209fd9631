#include "names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/entry.h"
#include "params.h"

static int no_domain(struct hanse_answer *answer, const char *wanted, const struct hanse_home_domain *domains,
                     size_t count)
{
    struct hanse_buffer names;
    hanse_buffer_init(&names);
    for (size_t i = 0; i < count; i++)
        hanse_buffer_printf(&names, "%s%s", i == 0 ? "" : ", ", domains[i].name);
    int error;
    if (count == 0)
        error = answer_error(answer, HANSE_E_NOT_WRITER, "Make one: `hanse init DOMAIN`.",
                             "This node writes for no domain yet");
    else if (wanted == NULL)
        error = answer_error(answer, HANSE_E_INVALID, "Say which: `--domain NAME`.",
                             "This node writes for several domains: %s", names.data);
    else
        error =
            answer_error(answer, HANSE_E_NOT_WRITER, "Ask a node of that domain, or name one of this node's.",
                         "This node does not write for %s; it writes for %s", wanted, names.data);
    hanse_buffer_release(&names);
    return error;
}

int name_own_domain(struct hanse_service *service, const json_t *params, struct hanse_answer *answer,
                    struct hanse_home_domain *ret_domain)
{
    struct hanse_home_domain *domains;
    size_t count, found = 0;
    const char *wanted = param_text(params, "domain");
    int error = hanse_home_domains(service->home, &domains, &count);
    if (error != HANSE_OK)
        return answer_failure(answer, error, "The domains of this home cannot be read");
    while (wanted != NULL && found < count && strcmp(domains[found].name, wanted) != 0)
        found++;
    if (found < count && (wanted != NULL || count == 1))
        *ret_domain = domains[found];
    else
        error = no_domain(answer, wanted, domains, count);
    free(domains);
    return error;
}

void name_shown(struct hanse_service *service, const struct hanse_home_domain *domain, char *ret_name,
                size_t size)
{
    const struct hanse_mesh_view *view = service_view(service);
    bool taken = false;
    for (size_t i = 0; i < view->domain_count; i++) {
        if (hanse_hash_equal(&view->domains[i].journal, &domain->journal)) {
            snprintf(ret_name, size, "%s", view->domains[i].name);
            return;
        }
        taken = taken || strcmp(view->domains[i].name, domain->name) == 0;
    }
    char hex[HANSE_HASH_HEX_SIZE];
    hanse_hash_hex(&domain->journal, hex);
    if (taken) /* the catalogue's way to tell them apart (store.h) */
        snprintf(ret_name, size, "%s~%.8s", domain->name, hex);
    else
        snprintf(ret_name, size, "%s", domain->name);
}

static void write_part(const char *part, bool encoded, struct hanse_buffer *out)
{
    if (encoded)
        hanse_key_encode_part(hanse_bytes_of(part), out);
    else
        hanse_buffer_append_text(out, part);
}

void name_write(const char *domain, const char *contract, const char *version, bool uri,
                struct hanse_buffer *out)
{
    if (uri)
        hanse_buffer_append_text(out, "hanse://");
    if (domain != NULL) {
        write_part(domain, uri, out);
        hanse_buffer_append_byte(out, '/');
    }
    write_part(contract, uri, out);
    if (version == NULL)
        return;
    hanse_buffer_append_byte(out, '@');
    write_part(version, uri, out);
}

json_t *names_json(const char *domain, const json_t *versions)
{
    json_t *names = json_array();
    const json_t *version;
    size_t i;
    json_array_foreach(versions, i, version)
    {
        struct hanse_buffer name;
        hanse_buffer_init(&name);
        name_write(domain, param_text(version, "contract"), param_text(version, "version"), false, &name);
        json_array_append_new(names, bytes_json(hanse_buffer_bytes(&name)));
        hanse_buffer_release(&name);
    }
    return names;
}

void name_key(const char *contract, const char *version, struct hanse_buffer *out)
{
    hanse_key_encode_part(hanse_bytes_of(contract), out);
    if (version != NULL) {
        hanse_buffer_append_byte(out, '@');
        hanse_key_encode_part(hanse_bytes_of(version), out);
    }
    hanse_key_finish(out);
}

int name_given(const json_t *params, bool with_version, struct hanse_answer *answer,
               struct hanse_buffer *ret_name)
{
    const char *domain = param_text(params, "domain");
    const char *contract = param_text(params, "id");
    const char *version = with_version ? param_text(params, "version") : NULL;
    const char *name = param_text(params, "name");
    if (contract == NULL && name == NULL)
        return answer_error(answer, HANSE_E_INVALID, "Give it as domain/id@version.", "No contract is named");
    hanse_buffer_init(ret_name);
    if (contract != NULL)
        name_write(domain, contract, version != NULL && version[0] != '\0' ? version : NULL, true, ret_name);
    else
        hanse_buffer_append_text(ret_name, name);
    return HANSE_OK;
}

int name_unresolved(struct hanse_answer *answer, int error, const char *name, json_t *candidates)
{
    if (error == HANSE_E_NOT_FOUND) {
        answer_error(answer, error, "`hanse search` finds contracts by words; `hanse ls` lists them.",
                     "There is no contract %s in what this node knows", name);
    } else if (error == HANSE_E_DUPLICATE) {
        answer_error(answer, error, "Name one of the candidates whole, with its domain.",
                     "Several domains have a contract %s", name);
    } else {
        answer_failure(answer, error, "The catalogue cannot be read");
    }
    if (candidates != NULL)
        answer_add(answer, "candidates", candidates);
    return error;
}

int name_not_ours(struct hanse_answer *answer, const char *name, const char *owner,
                  const struct hanse_home_domain *domain)
{
    return answer_error(answer, HANSE_E_NOT_WRITER, "Ask a node of that domain.",
                        "%s belongs to %s, and this node writes for %s", name, owner, domain->name);
}

int name_resolve(struct hanse_service *service, const json_t *params, struct hanse_answer *answer,
                 struct hanse_contract_ref *ret_ref)
{
    struct hanse_buffer name;
    struct sqlite3 *db;
    json_t *candidates = NULL;
    int error = service_db(service, answer, &db);
    if (error == HANSE_OK)
        error = name_given(params, true, answer, &name);
    if (error != HANSE_OK)
        return error;
    error = hanse_catalog_resolve(db, name.data, ret_ref, &candidates);
    if (error != HANSE_OK)
        name_unresolved(answer, error, name.data, candidates);
    hanse_buffer_release(&name);
    return error;
}

/* The name in the parameters, with this node's domain before it when it has none. */
static int whole_name(const json_t *params, const char *shown, struct hanse_answer *answer,
                      struct hanse_buffer *out)
{
    const char *name = param_text(params, "name");
    if (name == NULL)
        return answer_error(answer, HANSE_E_INVALID, "Give it as id@version.", "No contract is named");
    size_t size = strlen(shown);
    if (strncmp(name, "hanse://", 8) != 0 && (strncmp(name, shown, size) != 0 || name[size] != '/'))
        hanse_buffer_printf(out, "%s/", shown);
    hanse_buffer_append_text(out, name);
    return HANSE_OK;
}

static int resolve_whole(struct hanse_service *service, const char *name,
                         const struct hanse_home_domain *domain, struct hanse_answer *answer,
                         struct hanse_contract_ref *ref)
{
    struct sqlite3 *db;
    json_t *candidates = NULL;
    int error = service_db(service, answer, &db);
    if (error != HANSE_OK)
        return error;
    error = hanse_catalog_resolve(db, name, ref, &candidates);
    if (error != HANSE_OK)
        return name_unresolved(answer, error, name, candidates);
    if (!hanse_hash_equal(&ref->journal, &domain->journal))
        return name_not_ours(answer, name, ref->domain, domain);
    return HANSE_OK;
}

int name_resolve_own(struct hanse_service *service, const json_t *params,
                     const struct hanse_home_domain *domain, struct hanse_answer *answer,
                     struct hanse_contract_ref *ret_ref, bool *ret_versioned)
{
    struct hanse_buffer name;
    char shown[2 * HANSE_NAME_MAX];
    hanse_buffer_init(&name);
    name_shown(service, domain, shown, sizeof shown);
    int error = whole_name(params, shown, answer, &name);
    if (error == HANSE_OK)
        error = resolve_whole(service, name.data, domain, answer, ret_ref);
    if (error == HANSE_OK) {
        size_t size = strlen(ret_ref->version);
        *ret_versioned = name.size > size && strcmp(name.data + name.size - size, ret_ref->version) == 0 &&
                         name.data[name.size - size - 1] == '@';
    }
    hanse_buffer_release(&name);
    return error;
}
