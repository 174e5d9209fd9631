/* Looks at everything that a node needs, and says what to do about what is wrong. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "text.h"

#define DISK_FAIL (64u * 1024u * 1024u)
#define DISK_WARN (1024u * 1024u * 1024u)
#define YEAR_2025 1735689600

enum result { RESULT_OK, RESULT_WARN, RESULT_FAIL };
static const char *const RESULTS[] = {"ok", "warn", "fail"};

struct doctor {
    struct cli *cli;
    json_t *checks;
    size_t failed;
};

static void say(struct doctor *doctor, enum result result, const char *check, const char *fix,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

static void say(struct doctor *doctor, enum result result, const char *check, const char *fix,
                const char *format, ...)
{
    static const char *const COLORS[] = {"\033[32m", "\033[33m", "\033[31m"};
    const struct cli *cli = doctor->cli;
    struct hanse_buffer text, safe;
    va_list args;
    hanse_buffer_init(&text);
    hanse_buffer_init(&safe);
    va_start(args, format);
    hanse_buffer_vprintf(&text, format, args);
    va_end(args);
    hanse_cli_escape(&safe, hanse_buffer_bytes(&text), false);
    fix = result == RESULT_OK ? NULL : fix;
    doctor->failed += result == RESULT_FAIL;
    json_array_append_new(doctor->checks, json_pack("{s:s, s:s, s:s, s:s*}", "check", check, "result",
                                                    RESULTS[result], "message", safe.data, "fix", fix));
    if (!cli->json) {
        printf("%s%-4s%s  %-9s  %s\n", cli->color ? COLORS[result] : "", RESULTS[result],
               cli->color ? "\033[0m" : "", check, safe.data);
        if (fix != NULL)
            printf("                 %s\n", fix);
        fflush(stdout);
    }
    hanse_buffer_release(&text);
    hanse_buffer_release(&safe);
}

static bool check_home(struct doctor *doctor)
{
    struct cli *cli = doctor->cli;
    const char *path = cli_flag(cli, "home");
    int rc = cli->home != NULL ? HANSE_OK : hanse_home_open(path, &cli->home);
    const char *place = hanse_home_place(path);
    if (rc == HANSE_E_NOT_FOUND)
        say(doctor, RESULT_FAIL, "home", "Make one with: hanse init DOMAIN", "there is nothing at %s", place);
    else if (rc == HANSE_E_NOT_ALLOWED)
        say(doctor, RESULT_FAIL, "home", "chmod 700 for the folder, 600 for its secret files",
            "others may read %s, or you may not", place);
    else if (rc != HANSE_OK)
        say(doctor, RESULT_FAIL, "home", "See the message.", "%s cannot be opened: %s", place,
            hanse_error_sentence(rc));
    else
        say(doctor, RESULT_OK, "home", NULL, "%s is yours alone", place);
    return rc == HANSE_OK;
}

static void check_key(struct doctor *doctor, const char *name, const char *kind)
{
    uint8_t secret[32];
    int rc = hanse_keyfile_read(hanse_home_file(doctor->cli->home, name), kind, secret);
    sodium_memzero(secret, sizeof secret);
    if (rc == HANSE_E_NOT_FOUND)
        say(doctor, RESULT_FAIL, "keys",
            "Take it from your backup; a signing key can also be replaced: hanse key rotate", "%s is missing",
            name);
    else if (rc == HANSE_E_NOT_ALLOWED)
        say(doctor, RESULT_FAIL, "keys",
            "chmod 600, and replace the key if anybody may have read it: hanse key rotate",
            "others may read %s", name);
    else if (rc != HANSE_OK)
        say(doctor, RESULT_FAIL, "keys", "Take it from your backup.", "%s is no key: %s", name,
            hanse_error_sentence(rc));
    else
        say(doctor, RESULT_OK, "keys", NULL, "%s", name);
}

static void check_keys(struct doctor *doctor)
{
    struct hanse_home_domain *domains = NULL;
    size_t count = 0;
    char token[HANSE_TOKEN_SIZE];
    check_key(doctor, "node.key", "curve");
    int rc = hanse_home_domains(doctor->cli->home, &domains, &count);
    if (rc != HANSE_OK)
        say(doctor, RESULT_FAIL, "keys", "Take the folder `domains` from your backup.",
            "the domains cannot be read: %s", hanse_error_sentence(rc));
    for (size_t i = 0; rc == HANSE_OK && i < count; i++) {
        char name[HANSE_NAME_MAX + 32];
        snprintf(name, sizeof name, "domains/%s/signing.key", domains[i].name);
        check_key(doctor, name, "signing");
    }
    if (rc == HANSE_OK && count == 0)
        say(doctor, RESULT_WARN, "keys", "Make one with: hanse init DOMAIN",
            "this home writes for no domain");
    free(domains);
    rc = hanse_home_token(doctor->cli->home, token);
    sodium_memzero(token, sizeof token);
    if (rc != HANSE_OK)
        say(doctor, RESULT_FAIL, "keys",
            "chmod 600 for the file `token`; or remove it, and the home makes another",
            "the token cannot be read: %s", hanse_error_sentence(rc));
}

static void check_data(struct doctor *doctor)
{
    struct hanse_answer answer;
    if (cli_has(doctor->cli, "quick"))
        return;
    int rc = cli_call(doctor->cli, "verify", json_object(), &answer);
    if (rc == HANSE_OK)
        say(doctor, RESULT_OK, "data", NULL, "every stored hash and signature is right");
    else
        say(doctor, RESULT_FAIL, "data", json_string_value(json_object_get(answer.json, "fix")), "%s",
            member_text(answer.json, "message"));
    hanse_answer_release(&answer);
}

static void check_clock(struct doctor *doctor)
{
    struct timex kernel = {0};
    if (time(NULL) < YEAR_2025)
        say(doctor, RESULT_FAIL, "clock", "Set the clock: entries are dated by it.",
            "it shows a time long past");
    else if (adjtimex(&kernel) == TIME_ERROR || (kernel.status & STA_UNSYNC) != 0)
        say(doctor, RESULT_WARN, "clock", "Let the machine ask a time server: systemd-timesyncd or chrony",
            "nothing keeps it right, as far as the kernel knows");
    else
        say(doctor, RESULT_OK, "clock", NULL, "kept right");
}

/* Whether the address could be bound now. */
static bool is_free(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return false;
    int on = 1;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
              bind(fd, found->ai_addr, found->ai_addrlen) == 0;
    if (fd >= 0)
        close(fd);
    freeaddrinfo(found);
    return is;
}

static void check_port(struct doctor *doctor, const char *address, const char *flag)
{
    char host[HANSE_ENDPOINT_MAX + 1];
    const char *start = strstr(address, "://") != NULL ? strstr(address, "://") + 3 : address;
    const char *colon = strrchr(start, ':');
    if (colon == NULL)
        return;
    bool bracketed = *start == '[' && colon > start && colon[-1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(colon - start - 2 * bracketed), start + bracketed);
    bool any = strcmp(host, "*") == 0 || strcmp(host, "0.0.0.0") == 0;
    if (strcmp(colon + 1, "0") == 0 || strcmp(colon + 1, "*") == 0 ||
        is_free(any ? "0.0.0.0" : host, colon + 1)) {
        say(doctor, RESULT_OK, "ports", NULL, "%s is free", address);
        return;
    }
    char fix[64];
    snprintf(fix, sizeof fix, "Stop what uses it, or name another: hanse up %s", flag);
    say(doctor, RESULT_FAIL, "ports", fix, "%s is taken, or no address of this machine", address);
}

static void check_ports(struct doctor *doctor)
{
    struct hanse_home_settings settings;
    const char *node = cli_node(doctor->cli);
    if (node != NULL) {
        say(doctor, RESULT_OK, "ports", NULL, "the node answers at %s", node);
        return;
    }
    int rc = hanse_home_settings(doctor->cli->home, &settings);
    if (rc != HANSE_OK) {
        say(doctor, RESULT_FAIL, "ports", "Mend or remove hanse.json in the home.",
            "the settings cannot be read");
        return;
    }
    check_port(doctor, settings.http, "--http");
    if (strcmp(settings.listen, "none") != 0)
        check_port(doctor, settings.listen, "--listen");
}

static void check_disk(struct doctor *doctor)
{
    struct statvfs disk;
    if (statvfs(hanse_home_path(doctor->cli->home), &disk) != 0) {
        say(doctor, RESULT_WARN, "disk", "See the message.", "its free space is not known: %s",
            strerror(errno));
        return;
    }
    uint64_t bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    text_size(&text, bytes);
    say(doctor,
        bytes < DISK_FAIL   ? RESULT_FAIL
        : bytes < DISK_WARN ? RESULT_WARN
                            : RESULT_OK,
        "disk", "Make room on the disk that holds the home.", "%s free", text.data);
    hanse_buffer_release(&text);
}

static void check_links(struct doctor *doctor)
{
    struct hanse_answer answer;
    if (cli_node(doctor->cli) == NULL) {
        say(doctor, RESULT_WARN, "links", "Start it with: hanse up", "no node runs");
        return;
    }
    int rc = cli_call(doctor->cli, "peers", json_object(), &answer);
    size_t links = json_array_size(json_object_get(answer.json, "links"));
    size_t nodes = json_array_size(json_object_get(answer.json, "nodes"));
    if (rc != HANSE_OK)
        say(doctor, RESULT_FAIL, "links", json_string_value(json_object_get(answer.json, "fix")), "%s",
            member_text(answer.json, "message"));
    else if (links == 0 && nodes > 1)
        say(doctor, RESULT_WARN, "links",
            "See that other nodes run, and that no firewall is between: hanse peers",
            "to none of the other nodes");
    else
        say(doctor, RESULT_OK, "links", NULL, "%zu", links);
    hanse_answer_release(&answer);
}

static void check_forks(struct doctor *doctor)
{
    struct hanse_answer answer;
    int rc = cli_call(doctor->cli, "status", json_object(), &answer);
    const json_t *domain;
    size_t i;
    bool found = false;
    if (rc == HANSE_OK) {
        json_array_foreach(json_object_get(answer.json, "own"), i, domain)
        {
            if (!member_true(domain, "frozen"))
                continue;
            found = true;
            say(doctor, RESULT_FAIL, "journals",
                "Stop all copies of this home but one, keep the files that were published since, and ask the "
                "council to settle it.",
                "%s is frozen: two histories of it were signed with its key", member_text(domain, "name"));
        }
        if (!found)
            json_array_foreach(json_object_get(answer.json, "frozen_domains"), i, domain)
            {
                found = true;
                say(doctor, RESULT_WARN, "journals", "Its owner and the council have to settle it.",
                    "%s is frozen: two histories of it were signed with its key", json_string_value(domain));
            }
        if (!found)
            say(doctor, RESULT_OK, "journals", NULL, "one history each");
    }
    hanse_answer_release(&answer);
}

enum hanse_exit cmd_doctor(struct cli *cli)
{
    struct doctor doctor = {.cli = cli, .checks = json_array()};
    bool quiet = cli->quiet;
    cli->quiet = true; /* the checks say it all */
    if (check_home(&doctor)) {
        check_keys(&doctor);
        check_ports(&doctor);
        check_data(&doctor);
        check_disk(&doctor);
        check_links(&doctor);
        check_forks(&doctor);
    }
    check_clock(&doctor);
    cli->quiet = quiet;
    if (cli->json) {
        json_t *json = json_pack("{s:b, s:o}", "healthy", doctor.failed == 0, "checks", doctor.checks);
        cli_print_json(json);
        json_decref(json);
    } else {
        json_decref(doctor.checks);
        if (doctor.failed == 0)
            cli_note(cli, "nothing failed");
        else
            cli_note(cli, "%zu failed", doctor.failed);
    }
    return doctor.failed == 0 ? HANSE_EXIT_OK : HANSE_EXIT_ERROR;
}
