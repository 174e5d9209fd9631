/* The home: finding it, making it, and its small files. */
#include "home_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/check.h"
#include "home_files.h"
#include "keyfile.h"

struct home_path home_path(const struct hanse_home *home, const char *name)
{
    struct home_path path;
    snprintf(path.text, sizeof path.text, "%s/%s", home->path, name);
    return path;
}

struct home_path home_domain_file(const struct hanse_home *home, const char *domain, const char *name)
{
    struct home_path path;
    const char *folder = strcmp(domain, COUNCIL_NAME) == 0 ? "" : "domains/";
    snprintf(path.text, sizeof path.text, "%s/%s%s/%s", home->path, folder, domain, name);
    return path;
}

const char *hanse_home_file(const struct hanse_home *home, const char *name)
{
    static _Thread_local struct home_path path;
    path = home_path(home, name);
    return path.text;
}

const char *hanse_home_path(const struct hanse_home *home)
{
    return home->path;
}

const char *hanse_home_place(const char *path)
{
    static _Thread_local char place[1024];
    const char *own = getenv("HANSE_HOME");
    const char *data = getenv("XDG_DATA_HOME");
    const char *user = getenv("HOME");
    int size = 0;
    place[0] = '\0';
    if (path != NULL)
        size = snprintf(place, sizeof place, "%s", path);
    else if (own != NULL && own[0] != '\0')
        size = snprintf(place, sizeof place, "%s", own);
    else if (data != NULL && data[0] == '/')
        size = snprintf(place, sizeof place, "%s/hanse", data);
    else if (user != NULL && user[0] != '\0')
        size = snprintf(place, sizeof place, "%s/.local/share/hanse", user);
    if (size < 0 || (size_t)size >= sizeof place)
        place[0] = '\0';
    return place;
}

static int new_home(const char *path, struct hanse_home **ret_home)
{
    const char *place = hanse_home_place(path);
    size_t size = strlen(place);
    while (size > 1 && place[size - 1] == '/')
        size--;
    if (size == 0 || size > HANSE_HOME_PATH_MAX)
        return HANSE_E_INVALID;
    struct hanse_home *home = hanse_calloc(1, sizeof *home);
    memcpy(home->path, place, size);
    home->domains = domain_list_new();
    turns_init(&home->turns);
    HANSE_CHECK(pthread_mutex_init(&home->memory, NULL) == 0);
    HANSE_CHECK(pthread_mutex_init(&home->key_change, NULL) == 0);
    *ret_home = home;
    return HANSE_OK;
}

int hanse_home_open(const char *path, struct hanse_home **ret_home)
{
    struct hanse_home *home;
    int error = new_home(path, &home);
    if (error != HANSE_OK)
        return error;
    error = folder_check(home->path);
    if (error == HANSE_OK && !file_exists(home_path(home, "node.key").text))
        error = HANSE_E_NOT_FOUND;
    if (error != HANSE_OK) {
        hanse_home_close(&home);
        return error;
    }
    *ret_home = home;
    return HANSE_OK;
}

/* Whatever of the two is missing: a home that was half made is finished. */
static int make_secrets(const struct hanse_home *home)
{
    uint8_t secret[32];
    char token[HANSE_TOKEN_SIZE];
    int error = HANSE_OK;
    if (!file_exists(home_path(home, "token").text)) {
        randombytes_buf(secret, sizeof secret);
        sodium_bin2hex(token, sizeof token, secret, sizeof secret);
        token[sizeof token - 1] = '\n';
        error = file_write(home_path(home, "token").text, FILE_NEW, hanse_bytes(token, sizeof token));
        sodium_memzero(token, sizeof token);
    }
    if (error == HANSE_OK)
        error = hanse_keyfile_create(home_path(home, "node.key").text, KEY_CURVE, secret);
    sodium_memzero(secret, sizeof secret);
    return error == HANSE_E_EXISTS ? HANSE_OK : error;
}

int hanse_home_create(const char *path, struct hanse_home **ret_home)
{
    struct hanse_home *home;
    int error = new_home(path, &home);
    if (error != HANSE_OK)
        return error;
    error = folder_make(home->path);
    if (error == HANSE_OK)
        error = folder_check(home->path);
    if (error == HANSE_OK)
        error = make_secrets(home);
    if (error != HANSE_OK) {
        hanse_home_close(&home);
        return error;
    }
    *ret_home = home;
    return HANSE_OK;
}

void hanse_home_close(struct hanse_home **home)
{
    if (*home == NULL)
        return;
    wiring_release(&(*home)->wiring);
    domain_list_destroy(&(*home)->domains);
    turns_release(&(*home)->turns);
    pthread_mutex_destroy(&(*home)->memory);
    pthread_mutex_destroy(&(*home)->key_change);
    free((*home)->sizes);
    free(*home);
    *home = NULL;
}

void home_lock(struct hanse_home *home)
{
    struct turn *turn = hanse_calloc(1, sizeof *turn);
    turn->alone = true;
    turn_begin(&home->turns, turn);
    home->alone = turn;
}

void home_unlock(struct hanse_home *home)
{
    struct turn *turn = home->alone;
    home->alone = NULL;
    turn_end(&home->turns, turn);
    free(turn);
}

static struct home_size *find_size(struct hanse_home *home, const struct hanse_hash *journal)
{
    for (size_t i = 0; i < home->size_count; i++) {
        if (hanse_hash_equal(&home->sizes[i].journal, journal))
            return &home->sizes[i];
    }
    return NULL;
}

uint64_t home_size_of(struct hanse_home *home, const struct hanse_hash *journal)
{
    pthread_mutex_lock(&home->memory);
    const struct home_size *known = find_size(home, journal);
    uint64_t size = known == NULL ? 0 : known->size;
    pthread_mutex_unlock(&home->memory);
    return size;
}

void home_keep_size(struct hanse_home *home, const struct hanse_hash *journal, uint64_t size)
{
    pthread_mutex_lock(&home->memory);
    struct home_size *known = find_size(home, journal);
    if (known == NULL) {
        home->sizes = hanse_realloc(home->sizes, (home->size_count + 1) * sizeof *home->sizes);
        known = &home->sizes[home->size_count++];
        *known = (struct home_size){.journal = *journal};
    }
    if (size > known->size) /* callers that shared a transaction come back in any order */
        known->size = size;
    pthread_mutex_unlock(&home->memory);
}

int hanse_home_read(const struct hanse_home *home, const char *name, struct hanse_buffer *ret_content)
{
    return file_read(home_path(home, name).text, true, ret_content);
}

int hanse_home_write(const struct hanse_home *home, const char *name, struct hanse_bytes content)
{
    return file_write(home_path(home, name).text, FILE_REPLACE, content);
}

void hanse_home_remove(const struct hanse_home *home, const char *name)
{
    file_remove(home_path(home, name).text);
}

int hanse_home_token(const struct hanse_home *home, char ret_token[static HANSE_TOKEN_SIZE])
{
    struct hanse_buffer content;
    int error = hanse_home_read(home, "token", &content);
    if (error != HANSE_OK)
        return error;
    size_t size = strcspn(content.data, "\r\n");
    if (size == HANSE_TOKEN_SIZE - 1) {
        memcpy(ret_token, content.data, size);
        ret_token[size] = '\0';
    } else {
        error = HANSE_E_INVALID;
    }
    sodium_memzero(content.data, content.capacity);
    hanse_buffer_release(&content);
    return error;
}

int home_node_key(const struct hanse_home *home, struct hanse_curve_key *ret_key)
{
    uint8_t secret[32];
    int error = hanse_keyfile_read(home_path(home, "node.key").text, KEY_CURVE, secret);
    if (error == HANSE_OK && crypto_scalarmult_base(ret_key->bytes, secret) != 0)
        error = HANSE_E_INVALID;
    sodium_memzero(secret, sizeof secret);
    return error;
}
