/* The council as it is, and the two doors to change what it says: propose and enact. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "council_entries.h"
#include "home_files.h"
#include "mesh_config.h"
#include "names.h"
#include "operations.h"
#include "params.h"
#include "pin.h"
#include "requests.h"

/* The mesh that this home is in. */
static int own_mesh(struct hanse_service *service, struct hanse_answer *answer, struct hanse_hash *ret_mesh)
{
    struct home_mesh *mesh = hanse_calloc(1, sizeof *mesh);
    int error = home_mesh_read(service->home, mesh);
    if (error == HANSE_OK)
        *ret_mesh = mesh->pin.mesh;
    else if (error == HANSE_E_NOT_FOUND)
        answer_error(answer, error, "Make one with `hanse council new`, or join one with an invite.",
                     "This node is in no mesh yet");
    else
        answer_error(answer, error, "Mend mesh.json in the home.", "mesh.json cannot be read");
    explicit_bzero(mesh, sizeof *mesh);
    free(mesh);
    return error;
}

static json_t *admitted_json(const struct hanse_mesh_view *view)
{
    json_t *domains = json_array();
    for (size_t i = 0; i < view->domain_count; i++) {
        const struct hanse_domain_view *domain = &view->domains[i];
        json_array_append_new(domains,
                              json_pack("{s:s,s:o,s:o,s:b}", "name", domain->name, "journal",
                                        hex_json(domain->journal.bytes), "fingerprint",
                                        fingerprint_json(domain->journal.bytes), "own", domain->own));
    }
    return domains;
}

static bool is_clerk(struct hanse_service *service, const struct hanse_hash *mesh)
{
    struct hanse_hash journal;
    return home_journal(service->home, COUNCIL_NAME, &journal) == HANSE_OK &&
           hanse_hash_equal(&journal, mesh) &&
           file_exists(home_domain_file(service->home, COUNCIL_NAME, CLERK_KEY).text);
}

int op_council(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_hash mesh;
    struct council_record record;
    struct request *requests = NULL;
    size_t count = 0;
    char whole[PIN_TEXT_SIZE];
    (void)params;
    int error = own_mesh(service, answer, &mesh);
    if (error != HANSE_OK)
        return error;
    const struct hanse_mesh_view *view = service_view_now(service);
    struct hanse_pin pin =
        hanse_hash_equal(&view->council.mesh, &mesh) ? view->council : (struct hanse_pin){.mesh = mesh};
    json_t *json = json_object();
    json_object_set_new(json, "mesh", json_string(pin_text(&pin, whole)));
    json_object_set_new(json, "id", hex_json(mesh.bytes));
    json_object_set_new(json, "fingerprint", fingerprint_json(mesh.bytes));
    json_object_set_new(json, "entries", number_json(pin.size));
    json_object_set_new(json, "enacts_here", json_boolean(is_clerk(service, &mesh)));
    if (record_of_home(service->home, &mesh, &record) == HANSE_OK) {
        json_object_set_new(json, "members", record_members(&record));
        json_object_set_new(json, "threshold", json_integer(record.authority.threshold));
        record_release(&record);
    } else {
        json_object_set_new(json, "members", json_null());
        json_object_set_new(json, "threshold", json_null());
    }
    json_object_set_new(json, "domains", admitted_json(view));
    if (requests_waiting(service, &requests, &count) != HANSE_OK)
        requests = NULL, count = 0;
    json_object_set_new(json, "requests", requests_json(requests, count));
    free(requests);
    return answer_ok(answer, json);
}

int op_council_enact(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_hash mesh;
    struct proposal_file file;
    int error = own_mesh(service, answer, &mesh);
    if (error == HANSE_OK && !is_clerk(service, &mesh))
        error = answer_error(
            answer, HANSE_E_NOT_WRITER,
            "Take the file to the node where the council was made: it writes the council's decisions.",
            "This node does not write for the council");
    if (error == HANSE_OK)
        error = proposal_file_read(params, answer, &file);
    if (error != HANSE_OK)
        return error;
    if (!hanse_hash_equal(&file.proposal.mesh, &mesh))
        error = answer_error(answer, HANSE_E_WRONG_MESH, "Take it to a node of that mesh.",
                             "The proposal is for another mesh");
    /* The home's own record, not the file's: it was here before the file came. */
    if (error == HANSE_OK && file.has_record)
        record_release(&file.record);
    if (error == HANSE_OK) {
        file.has_record = record_of_home(service->home, &mesh, &file.record) == HANSE_OK;
        if (!file.has_record)
            error =
                answer_error(answer, HANSE_E_NOT_FOUND, "Restore council.json in the home from its backup.",
                             "This home does not know who the council is");
    }
    if (error == HANSE_OK) {
        home_lock(service->home);
        error = proposal_enact(service, &file, answer);
        home_unlock(service->home);
    }
    proposal_file_release(&file);
    return error;
}
