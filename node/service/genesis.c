#include "genesis.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "drafts.h"
#include "hanse/entry.h"
#include "home_files.h"
#include "keyfile.h"
#include "mesh_config.h"

#define GENESIS_FILE "genesis"

void genesis_init(struct genesis *genesis, const char *name)
{
    *genesis = (struct genesis){0};
    snprintf(genesis->name, sizeof genesis->name, "%s", name);
    hanse_buffer_init(&genesis->salted);
}

void genesis_release(struct genesis *genesis)
{
    hanse_buffer_release(&genesis->salted);
}

static struct hanse_draft draft_of(const struct genesis *genesis)
{
    return (struct hanse_draft){
        .entry = {.kind = hanse_bytes_of(HANSE_KIND_AUTHORITY),
                  .key = hanse_bytes_of("self"),
                  .operation = HANSE_PUT,
                  .has_body = true,
                  .body_hash = hanse_body_hash(hanse_buffer_bytes(&genesis->salted)),
                  .body_size = (uint32_t)(genesis->salted.size - HANSE_SALT_SIZE),
                  .media = hanse_bytes_of(MEDIA_MSGPACK)},
        .salted = hanse_buffer_bytes(&genesis->salted),
    };
}

void genesis_entry(const struct genesis *genesis, struct hanse_buffer *out)
{
    struct hanse_draft draft = draft_of(genesis);
    hanse_entry_encode(&draft.entry, out);
}

static const char *key_file(const struct genesis *genesis)
{
    return strcmp(genesis->name, COUNCIL_NAME) == 0 ? CLERK_KEY : SIGNING_KEY;
}

bool genesis_done(const struct hanse_home *home, const char *name)
{
    return file_exists(home_domain_file(home, name, "journal").text) &&
           !file_exists(home_domain_file(home, name, GENESIS_FILE).text);
}

int genesis_look(struct hanse_service *service, struct genesis *genesis)
{
    struct hanse_buffer salted;
    int error = file_read(home_domain_file(service->home, genesis->name, GENESIS_FILE).text, true, &salted);
    if (error == HANSE_E_NOT_FOUND)
        return HANSE_OK;
    if (error != HANSE_OK)
        return error;
    error = hanse_authority_decode(hanse_body_content(hanse_buffer_bytes(&salted)), &genesis->authority);
    if (error != HANSE_OK) {
        hanse_buffer_release(&salted);
        return HANSE_E_INVALID;
    }
    hanse_buffer_release(&genesis->salted);
    genesis->salted = salted;
    genesis->resumed = true;
    return HANSE_OK;
}

/* The key first, and last the file that says that all of this is meant: from then on it is resumed. A key
 * without it has signed nothing. */
static int make_folder(const struct hanse_home *home, struct genesis *genesis)
{
    struct home_path key_path = home_domain_file(home, genesis->name, key_file(genesis));
    struct home_path folder = home_domain_file(home, genesis->name, "");
    struct hanse_signing_key key;
    struct hanse_buffer body;
    uint8_t seed[32];
    folder.text[strlen(folder.text) - 1] = '\0';
    int error = folder_make(folder.text);
    if (error == HANSE_OK)
        error = hanse_keyfile_create(key_path.text, KEY_SIGNING, seed);
    sodium_memzero(seed, sizeof seed);
    if (error == HANSE_OK || error == HANSE_E_EXISTS)
        error = keyfile_signing(key_path.text, true, &key);
    if (error != HANSE_OK)
        return error;
    genesis->authority.signer = hanse_signing_key_public(&key);
    sodium_memzero(&key, sizeof key);
    hanse_buffer_init(&body);
    hanse_authority_encode(&genesis->authority, &body);
    body_salt(hanse_buffer_bytes(&body), &genesis->salted);
    hanse_buffer_release(&body);
    return file_write(home_domain_file(home, genesis->name, GENESIS_FILE).text, FILE_NEW,
                      hanse_buffer_bytes(&genesis->salted));
}

static int first_commit(struct hanse_service *service, struct genesis *genesis)
{
    struct hanse_home_domain domain = {.journal = genesis->journal};
    struct drafts drafts;
    snprintf(domain.name, sizeof domain.name, "%s", genesis->name);
    drafts_init(&drafts);
    drafts_put_salted(&drafts, HANSE_KIND_AUTHORITY, "self", MEDIA_MSGPACK,
                      hanse_buffer_bytes(&genesis->salted), NULL);
    int error = drafts_append(service, &domain, &drafts, &genesis->appended);
    drafts_release(&drafts);
    /* The journal has begun already: the crash came after its first commit. */
    return error == HANSE_E_BAD_AUTHORITY && genesis->resumed ? HANSE_OK : error;
}

int genesis_make(struct hanse_service *service, struct genesis *genesis)
{
    struct hanse_mesh_writer writer;
    int error = genesis->resumed ? HANSE_OK : make_folder(service->home, genesis);
    if (error != HANSE_OK)
        return error;
    struct hanse_draft draft = draft_of(genesis);
    genesis->journal = hanse_draft_leaf(&draft);
    error = home_set_journal(service->home, genesis->name, &genesis->journal);
    if (error == HANSE_OK)
        error = mesh_writer(service->home, genesis->name, &writer);
    if (error != HANSE_OK)
        return error;
    error = hanse_mesh_add_writer(service->mesh, &writer);
    sodium_memzero(&writer, sizeof writer);
    return error != HANSE_OK ? error : first_commit(service, genesis);
}

void genesis_finish(struct hanse_service *service, const struct genesis *genesis)
{
    file_remove(home_domain_file(service->home, genesis->name, GENESIS_FILE).text);
}
