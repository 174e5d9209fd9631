/* Getting a lost database back from the mesh. The node does it by starting: it pulls everything, its own
 * journals too, and signs nothing before they are back. Here is what is to be done before, and how far it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "home_files.h"
#include "operations.h"
#include "params.h"

int hanse_service_restore_prepare(struct hanse_home *home, char ret_moved[static 64])
{
    static const char *const PARTS[] = {"-wal", "-shm", ""};
    struct hanse_home_domain *domains = NULL;
    struct home_mesh *mesh = hanse_calloc(1, sizeof *mesh);
    size_t count = 0;
    char moved[64] = "";
    int error = home_mesh_read(home, mesh);
    if (error == HANSE_OK)
        error = hanse_home_domains(home, &domains, &count);
    if (error == HANSE_OK && (count == 0 || mesh->seed_count == 0))
        error = HANSE_E_NOT_FOUND; /* nothing of its own, or nobody to ask */
    explicit_bzero(mesh, sizeof *mesh);
    free(mesh);
    free(domains);
    if (error != HANSE_OK)
        return error;
    if (file_exists(home_path(home, "hanse.db").text)) {
        time_t now = time(NULL);
        struct tm parts;
        char stamp[32] = "unknown";
        if (gmtime_r(&now, &parts) != NULL)
            strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
        snprintf(moved, sizeof moved, "hanse.db.damaged-%s", stamp);
    }
    /* The WAL goes first: left beside a new database, it would be played into that. */
    for (size_t i = 0; moved[0] != '\0' && i < sizeof PARTS / sizeof PARTS[0] && error == HANSE_OK; i++) {
        char from[80], to[80];
        snprintf(from, sizeof from, "hanse.db%s", PARTS[i]);
        snprintf(to, sizeof to, "%s%s", moved, PARTS[i]);
        error = file_rename(home_path(home, from).text, home_path(home, to).text);
        if (error == HANSE_E_NOT_FOUND)
            error = HANSE_OK;
    }
    if (error == HANSE_OK)
        memcpy(ret_moved, moved, sizeof moved);
    return error;
}

json_t *hanse_service_restore_progress(struct hanse_service *service)
{
    const struct hanse_mesh_view *view = service_view_now(service);
    json_t *journals = json_array();
    bool done = view->own_count > 0;
    for (size_t i = 0; i < view->own_count; i++) {
        uint64_t known = view->own[i].size;
        for (size_t k = 0; k < view->domain_count; k++) {
            if (hanse_hash_equal(&view->domains[k].journal, &view->own[i].journal) &&
                view->domains[k].known_size > known)
                known = view->domains[k].known_size;
        }
        bool back = view->own[i].may_sign == HANSE_OK && view->own[i].size > 0 && view->own[i].size >= known;
        done = done && back;
        json_array_append_new(journals, json_pack("{s:s,s:o,s:o,s:b}", "name", view->own[i].name, "entries",
                                                  number_json(view->own[i].size), "known", number_json(known),
                                                  "back", back));
    }
    return json_pack("{s:b,s:o}", "done", done, "journals", journals);
}
