#include "recovery.h"

#include <sodium.h>
#include <string.h>

#include "home_files.h"
#include "keyfile.h"

static int check_path(const char *path, struct hanse_answer *answer)
{
    if (path == NULL || path[0] == '\0')
        return answer_error(answer, HANSE_E_INVALID,
                            "Name a file outside the home, best on a disk that you keep elsewhere.",
                            "No recovery file is named");
    if (path[0] != '/') /* the node has another working folder than whoever asks it */
        return answer_error(answer, HANSE_E_INVALID, "Give the whole path, beginning with a slash.",
                            "%s is no whole path", path);
    return HANSE_OK;
}

int recovery_make(const struct hanse_home *home, const char *path, struct hanse_answer *answer,
                  struct hanse_public_key *ret_public)
{
    struct hanse_signing_key key;
    uint8_t seed[32];
    int error = check_path(path, answer);
    if (error != HANSE_OK)
        return error;
    if (folder_holds(hanse_home_path(home), path))
        return answer_error(
            answer, HANSE_E_INVALID,
            "Put it somewhere else, in a folder that is there: who takes the home must not get it too.",
            "The recovery file %s would lie inside the home, or its folder is missing", path);
    error = hanse_keyfile_create(path, KEY_SIGNING, seed);
    if (error == HANSE_E_EXISTS)
        return answer_error(answer, error, "Name another file. Nothing is ever overwritten.",
                            "There is a file %s already", path);
    if (error != HANSE_OK)
        return answer_error(answer, error, "Name a file in a folder that the node may write to.",
                            "The recovery file %s cannot be written: %s", path, hanse_error_sentence(error));
    hanse_signing_key_from_seed(seed, &key);
    *ret_public = hanse_signing_key_public(&key);
    sodium_memzero(&key, sizeof key);
    sodium_memzero(seed, sizeof seed);
    return HANSE_OK;
}

int recovery_read(const char *path, struct hanse_answer *answer, uint8_t ret_seed[32],
                  struct hanse_public_key *ret_public)
{
    struct hanse_signing_key key;
    uint8_t seed[32];
    int error = check_path(path, answer);
    if (error != HANSE_OK)
        return error;
    error = keyfile_load(path, KEY_SIGNING, false, seed);
    if (error != HANSE_OK)
        return answer_error(answer, error,
                            "Name the recovery file that `hanse init` or the last `hanse key rotate` made.",
                            "%s cannot be read as a recovery file: %s", path, hanse_error_sentence(error));
    hanse_signing_key_from_seed(seed, &key);
    *ret_public = hanse_signing_key_public(&key);
    if (ret_seed != NULL)
        memcpy(ret_seed, seed, sizeof seed);
    sodium_memzero(&key, sizeof key);
    sodium_memzero(seed, sizeof seed);
    return HANSE_OK;
}
