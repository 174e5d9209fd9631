#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void print_made(const struct cli *cli, const json_t *answer)
{
    print_field(stdout, "domain", member_text(answer, "domain"));
    print_field(stdout, "home", member_text(answer, "home"));
    print_field(stdout, "journal", member_text(answer, "journal"));
    print_field(stdout, "fingerprint", member_text(answer, "fingerprint"));
    print_field(stdout, "recovery", member_text(answer, "recovery_file"));
    cli_note(cli,
             "move the recovery file off this machine, to where you keep what must not be lost: it alone can "
             "replace the signing key when that is lost or stolen");
    cli_note(cli, "next: hanse up");
}

enum hanse_exit cmd_init(struct cli *cli)
{
    static const char *const TEXTS[][2] = {
        {"title", "title"},      {"purpose", "purpose"}, {"boundaries", "boundaries"},
        {"owner", "owner_team"}, {"listen", "listen"},   {"advertise", "advertise"},
        {"http", "http"}};
    const char *domain = cli_operand(cli, 0);
    struct hanse_buffer file;
    hanse_buffer_init(&file);
    hanse_buffer_printf(&file, "%s-recovery.key", domain);
    char *recovery =
        cli_whole_path(cli_flag(cli, "recovery-file") != NULL ? cli_flag(cli, "recovery-file") : file.data);
    hanse_buffer_release(&file);
    json_t *params = json_pack("{s:s, s:s*}", "domain", domain, "recovery_file", recovery);
    free(recovery);
    for (size_t i = 0; params != NULL && i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (cli_flag(cli, TEXTS[i][0]) != NULL)
            json_object_set_new(params, TEXTS[i][1], json_string(cli_flag(cli, TEXTS[i][0])));
    enum hanse_exit code = HANSE_EXIT_OK;
    if (cli_flag(cli, "node") == NULL && !cli_home(cli, true, &code)) {
        json_decref(params);
        return code;
    }
    struct hanse_answer answer;
    code = cli_ask(cli, "init", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        print_made(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}

static json_t *profile_of_flags(const struct cli *cli)
{
    static const char *const TEXTS[][2] = {
        {"title", "title"}, {"purpose", "purpose"}, {"boundaries", "boundaries"}, {"owner", "owner_team"}};
    json_t *profile = json_object(), *contacts = json_array();
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (cli_flag(cli, TEXTS[i][0]) != NULL)
            json_object_set_new(profile, TEXTS[i][1], json_string(cli_flag(cli, TEXTS[i][0])));
    size_t place = 0;
    const char *contact;
    while ((contact = cli_next(cli, "contact", &place)) != NULL) {
        const char *open = strchr(contact, '<'), *close = open != NULL ? strchr(open, '>') : NULL;
        if (close != NULL) /* as in "Lena <lena@example.org>" */
            json_array_append_new(contacts,
                                  json_pack("{s:s%, s:s%}", "name", contact,
                                            (size_t)(open - contact) - (open > contact && open[-1] == ' '),
                                            "email", open + 1, (size_t)(close - open - 1)));
        else
            json_array_append_new(
                contacts, json_pack("{s:s}", strchr(contact, '@') != NULL ? "email" : "name", contact));
    }
    if (json_array_size(contacts) > 0)
        json_object_set(profile, "contacts", contacts);
    json_decref(contacts);
    return profile;
}

enum hanse_exit cmd_profile(struct cli *cli)
{
    enum hanse_exit code = HANSE_EXIT_OK;
    const char *file = cli_operand(cli, 0);
    json_t *profile = file != NULL ? cli_read_json(cli, file, &code) : profile_of_flags(cli);
    if (profile == NULL)
        return code;
    if (json_object_size(profile) == 0) {
        json_decref(profile);
        return cli_error(cli, HANSE_EXIT_USAGE,
                         "say something: --title, --purpose, --boundaries, --owner, --contact, or "
                         "a FILE");
    }
    struct hanse_answer answer;
    code =
        cli_ask(cli, "profile", json_pack("{s:s*, s:o}", "domain", cli->domain, "profile", profile), &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json)
        cli_print_json(answer.json);
    else
        printf("published the profile of %s (entry %llu)\n", member_text(answer.json, "domain"),
               (unsigned long long)member_number(answer.json, "index"));
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
