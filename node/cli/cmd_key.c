#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "hanse/key.h"
#include "text.h"

/* What two people compare: 32 hex digits of the key's SHA-256, in groups of four (as the service prints
 * them). */
static void fingerprint(const struct hanse_public_key *key, char ret_text[static 41])
{
    struct hanse_hash hash = hanse_hash_sha256(hanse_bytes(key->bytes, sizeof key->bytes));
    size_t at = 0;
    for (size_t i = 0; i < 16; i++)
        at +=
            (size_t)snprintf(ret_text + at, 41 - at, "%s%02x", i > 0 && i % 2 == 0 ? " " : "", hash.bytes[i]);
}

static void print_key(const struct cli *cli, const char *file, const uint8_t seed[static 32])
{
    struct hanse_signing_key key;
    char hex[65], print[41];
    hanse_signing_key_from_seed(seed, &key);
    struct hanse_public_key public = hanse_signing_key_public(&key);
    sodium_memzero(&key, sizeof key);
    sodium_bin2hex(hex, sizeof hex, public.bytes, sizeof public.bytes);
    fingerprint(&public, print);
    if (cli->json) {
        json_t *json = json_pack("{s:s, s:s, s:s}", "file", file, "key", hex, "fingerprint", print);
        cli_print_json(json);
        json_decref(json);
    } else {
        print_field(stdout, "file", file);
        print_field(stdout, "public key", hex);
        print_field(stdout, "fingerprint", print);
    }
}

enum hanse_exit cmd_key_new(struct cli *cli)
{
    const char *file = cli_operand(cli, 0);
    uint8_t seed[32];
    int rc = hanse_keyfile_create(file, "signing", seed);
    if (rc == HANSE_E_EXISTS)
        return cli_error(cli, HANSE_EXIT_ERROR, "there is a file %s already, and a key is never overwritten",
                         file);
    if (rc != HANSE_OK)
        return cli_error(cli, hanse_cli_exit(rc), "%s cannot be written: %s", file, hanse_error_sentence(rc));
    print_key(cli, file, seed);
    sodium_memzero(seed, sizeof seed);
    cli_note(cli, "keep %s to yourself; give the public key to whoever makes the council", file);
    return HANSE_EXIT_OK;
}

static enum hanse_exit show_file(struct cli *cli, const char *file)
{
    uint8_t seed[32];
    int rc = hanse_keyfile_read(file, "signing", seed);
    if (rc == HANSE_E_NOT_ALLOWED)
        return cli_error(cli, HANSE_EXIT_NOT_ALLOWED, "others may read %s, or you may not: chmod 600", file);
    if (rc != HANSE_OK)
        return cli_error(cli, hanse_cli_exit(rc), "%s is no key file that can be read: %s", file,
                         hanse_error_sentence(rc));
    print_key(cli, file, seed);
    sodium_memzero(seed, sizeof seed);
    return HANSE_EXIT_OK;
}

static void print_keys(const struct cli *cli, const json_t *answer)
{
    static const char *const TITLES[] = {"OF", "NAME", "PUBLIC KEY", "FINGERPRINT"}, *const MEMBERS[] = {
                                                                                         "what", "name",
                                                                                         "key",
                                                                                         "fingerprint"};
    cli_print_rows(cli, json_object_get(answer, "keys"), TITLES, MEMBERS, 4);
}

enum hanse_exit cmd_key_show(struct cli *cli)
{
    if (cli_operand(cli, 0) != NULL)
        return show_file(cli, cli_operand(cli, 0));
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "key_show", json_object(), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_keys(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

enum hanse_exit cmd_key_rotate(struct cli *cli)
{
    const char *file = cli_operand(cli, 0), *named = cli_flag(cli, "next-recovery-file");
    struct hanse_buffer beside;
    hanse_buffer_init(&beside);
    hanse_buffer_printf(&beside, "%s.next", file);
    char *recovery = cli_whole_path(file), *next = cli_whole_path(named != NULL ? named : beside.data);
    hanse_buffer_release(&beside);
    json_t *params = json_pack("{s:s*, s:s*, s:s*}", "domain", cli->domain, "recovery_file", recovery,
                               "next_recovery_file", next);
    free(recovery);
    free(next);
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "key_rotate", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        print_field(stdout, "domain", member_text(answer.json, "domain"));
        print_field(stdout, "public key", member_text(answer.json, "key"));
        print_field(stdout, "fingerprint", member_text(answer.json, "fingerprint"));
        print_field(stdout, "recovery", member_text(answer.json, "recovery_file"));
        cli_note(cli, "keep the new recovery file elsewhere, and destroy %s: it is used up",
                 member_text(answer.json, "used"));
    }
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
