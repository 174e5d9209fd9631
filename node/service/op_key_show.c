/* Showing the public keys. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "keyfile.h"
#include "mesh_config.h"
#include "operations.h"
#include "params.h"

static void add_key(json_t *keys, const char *what, const char *name, const uint8_t key[static 32])
{
    json_array_append_new(keys, json_pack("{s:s,s:s?,s:o,s:o}", "what", what, "name", name, "key",
                                          hex_json(key), "fingerprint", fingerprint_json(key)));
}

static void add_signing_key(json_t *keys, const char *what, const char *name, const char *path)
{
    struct hanse_signing_key key;
    if (keyfile_signing(path, true, &key) != HANSE_OK)
        return;
    struct hanse_public_key public = hanse_signing_key_public(&key);
    sodium_memzero(&key, sizeof key);
    add_key(keys, what, name, public.bytes);
}

int op_key_show(struct hanse_service *service, json_t *params, struct hanse_answer *answer)
{
    struct hanse_curve_key node;
    struct hanse_home_domain *domains = NULL;
    size_t count = 0;
    json_t *keys = json_array();
    (void)params;
    int error = hanse_home_domains(service->home, &domains, &count);
    if (error == HANSE_OK)
        error = home_node_key(service->home, &node);
    if (error != HANSE_OK) {
        json_decref(keys);
        free(domains);
        return answer_failure(answer, error, "The keys of this home cannot be read");
    }
    add_key(keys, "node", NULL, node.bytes);
    for (size_t i = 0; i < count; i++) {
        add_signing_key(keys, "domain", domains[i].name,
                        home_domain_file(service->home, domains[i].name, SIGNING_KEY).text);
        add_key(keys, "journal", domains[i].name, domains[i].journal.bytes);
    }
    add_signing_key(keys, "council", NULL, home_domain_file(service->home, COUNCIL_NAME, CLERK_KEY).text);
    add_signing_key(keys, "member", NULL, home_domain_file(service->home, COUNCIL_NAME, "member.key").text);
    free(domains);
    return answer_ok(answer, json_pack("{s:o}", "keys", keys));
}
