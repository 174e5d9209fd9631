#include "drafts.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "hanse/check.h"
#include "home_files.h"
#include "mesh_config.h"
#include "params.h"

void drafts_init(struct drafts *drafts)
{
    *drafts = (struct drafts){0};
}

void drafts_release(struct drafts *drafts)
{
    for (size_t i = 0; i < drafts->owned_count; i++)
        free(drafts->owned[i]);
    free(drafts->owned);
    free(drafts->items);
    *drafts = (struct drafts){0};
}

static struct hanse_bytes keep(struct drafts *drafts, void *memory, size_t size)
{
    drafts->owned = hanse_realloc(drafts->owned, (drafts->owned_count + 1) * sizeof *drafts->owned);
    drafts->owned[drafts->owned_count++] = memory;
    return hanse_bytes(memory, size);
}

static struct hanse_bytes keep_copy(struct drafts *drafts, struct hanse_bytes bytes)
{
    return keep(drafts, hanse_strndup(bytes.data, bytes.size), bytes.size);
}

static struct hanse_draft *add(struct drafts *drafts)
{
    drafts->items = hanse_realloc(drafts->items, (drafts->count + 1) * sizeof *drafts->items);
    struct hanse_draft *draft = &drafts->items[drafts->count++];
    memset(draft, 0, sizeof *draft);
    return draft;
}

/* `salted` is kept already. */
static void put(struct drafts *drafts, const char *kind, const char *key, const char *media,
                struct hanse_bytes salted, void *prepared)
{
    struct hanse_draft *draft = add(drafts);
    draft->salted = salted;
    draft->entry.kind = keep_copy(drafts, hanse_bytes_of(kind));
    draft->entry.key = keep_copy(drafts, hanse_bytes_of(key));
    draft->entry.operation = HANSE_PUT;
    draft->entry.media = keep_copy(drafts, hanse_bytes_of(media));
    draft->prepared = prepared;
}

void drafts_put_salted(struct drafts *drafts, const char *kind, const char *key, const char *media,
                       struct hanse_bytes salted, void *prepared)
{
    put(drafts, kind, key, media, keep_copy(drafts, salted), prepared);
}

void drafts_put(struct drafts *drafts, const char *kind, const char *key, const char *media,
                struct hanse_bytes content, void *prepared)
{
    struct hanse_buffer salted;
    hanse_buffer_init(&salted);
    body_salt(content, &salted);
    put(drafts, kind, key, media, keep(drafts, salted.data, salted.size), prepared);
}

void body_salt(struct hanse_bytes content, struct hanse_buffer *out)
{
    uint8_t salt[HANSE_SALT_SIZE];
    randombytes_buf(salt, sizeof salt);
    hanse_body_salt(salt, content, out);
}

void drafts_retract(struct drafts *drafts, const char *kind, const char *key)
{
    struct hanse_draft *draft = add(drafts);
    draft->entry.kind = keep_copy(drafts, hanse_bytes_of(kind));
    draft->entry.key = keep_copy(drafts, hanse_bytes_of(key));
    draft->entry.operation = HANSE_RETRACT;
}

int drafts_add_encoded(struct drafts *drafts, struct hanse_bytes encoded, struct hanse_bytes salted)
{
    struct hanse_entry entry;
    int error = hanse_entry_decode(encoded, &entry);
    if (error == HANSE_OK && entry.has_body != (salted.size > 0))
        error = HANSE_E_BAD_BODY;
    if (error == HANSE_OK && entry.has_body)
        error = hanse_body_check(&entry, salted);
    if (error != HANSE_OK)
        return error;
    encoded = keep_copy(drafts, encoded); /* the entry's views are to point into what stays */
    HANSE_CHECK(hanse_entry_decode(encoded, &entry) == HANSE_OK);
    struct hanse_draft *draft = add(drafts);
    draft->entry = entry;
    if (salted.size > 0)
        draft->salted = keep_copy(drafts, salted);
    return HANSE_OK;
}

static int append(struct hanse_service *service, const struct hanse_hash *journal,
                  const struct drafts *drafts, struct hanse_appended *ret_appended)
{
    return hanse_mesh_append(service->mesh, journal, drafts->items, drafts->count, ret_appended);
}

static int use_next_key(struct hanse_service *service, const struct hanse_home_domain *domain,
                        const struct drafts *drafts, struct hanse_appended *ret_appended)
{
    struct hanse_mesh_writer writer;
    struct home_path next = home_domain_file(service->home, domain->name, SIGNING_KEY_NEXT);
    int error = mesh_writer_with(service->home, domain->name, SIGNING_KEY_NEXT, &writer);
    if (error != HANSE_OK)
        return HANSE_E_NOT_WRITER;
    error = hanse_mesh_add_writer(service->mesh, &writer);
    sodium_memzero(&writer, sizeof writer);
    if (error == HANSE_OK)
        error = append(service, &domain->journal, drafts, ret_appended);
    if (error != HANSE_OK)
        return error;
    return file_rename(next.text, home_domain_file(service->home, domain->name, SIGNING_KEY).text);
}

/* A key is replaced in three steps: the new one is laid beside the old, the journal is told, the new one
 * takes the old one's place. After a crash before the last, the journal has the key that lies beside. Of
 * several callers that meet this at once, the first takes the last step, and the others find it taken. */
static int append_with_next_key(struct hanse_service *service, const struct hanse_home_domain *domain,
                                const struct drafts *drafts, struct hanse_appended *ret_appended)
{
    pthread_mutex_lock(&service->home->key_change);
    int error = append(service, &domain->journal, drafts, ret_appended);
    if (error == HANSE_E_NOT_WRITER)
        error = use_next_key(service, domain, drafts, ret_appended);
    pthread_mutex_unlock(&service->home->key_change);
    return error;
}

int drafts_append(struct hanse_service *service, const struct hanse_home_domain *domain,
                  const struct drafts *drafts, struct hanse_appended *ret_appended)
{
    if (service->mesh == NULL)
        return HANSE_E_UNREACHABLE;
    struct hanse_appended appended;
    int error = append(service, &domain->journal, drafts, &appended);
    if (error == HANSE_E_NOT_WRITER && strcmp(domain->name, COUNCIL_NAME) != 0)
        error = append_with_next_key(service, domain, drafts, &appended);
    if (error != HANSE_OK)
        return error;
    home_keep_size(service->home, &domain->journal, appended.size);
    service->viewed_ms = 0; /* what was seen before is over */
    *ret_appended = appended;
    return HANSE_OK;
}

int drafts_write_json(struct hanse_service *service, const struct hanse_home_domain *domain, const char *kind,
                      const char *key, const json_t *body, const char *failure, struct hanse_answer *answer)
{
    struct hanse_appended appended;
    struct hanse_buffer content;
    struct drafts drafts;
    hanse_buffer_init(&content);
    drafts_init(&drafts);
    if (body == NULL) {
        drafts_retract(&drafts, kind, key);
    } else {
        json_write(body, false, &content);
        drafts_put(&drafts, kind, key, MEDIA_JSON, hanse_buffer_bytes(&content), NULL);
    }
    home_lock(service->home);
    int error = drafts_append(service, domain, &drafts, &appended);
    home_unlock(service->home);
    drafts_release(&drafts);
    hanse_buffer_release(&content);
    if (error != HANSE_OK)
        return answer_failure(answer, error, failure);
    return answer_ok(answer,
                     json_pack("{s:s, s:o}", "domain", domain->name, "index", number_json(appended.first)));
}
