/* The command line as its users have it: arguments in; exit code, results and messages out. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "hanse/cli.h"

#define ARGUMENTS_MAX 16

static char folder[] = "/tmp/hanse-test-cli-XXXXXX";
static struct hanse_buffer out, err;  /* of the last run */
static struct hanse_up_options asked; /* what `up` was called with */
static int ups;

static enum hanse_exit up(const struct hanse_up_options *options)
{
    asked = *options;
    ups++;
    return HANSE_EXIT_OK;
}

static void read_back(int fd, struct hanse_buffer *text)
{
    char chunk[4096];
    ssize_t n;
    hanse_buffer_reset(text);
    lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, chunk, sizeof chunk)) > 0)
        hanse_buffer_append(text, chunk, (size_t)n);
    close(fd);
}

static int temporary(void)
{
    char name[] = "/tmp/hanse-test-cli-out-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    unlink(name);
    return fd;
}

/* Runs `hanse` with the words of `line`, which are split at spaces; ~ stands for the test's folder. */
static int run_with(const char *input, const char *line)
{
    static const struct hanse_cli_wiring wiring = {.up = up};
    char *argv[ARGUMENTS_MAX + 2] = {hanse_strdup("hanse")};
    int argc = 1;
    for (const char *at = line; *at != '\0'; at += strspn(at, " ")) {
        struct hanse_buffer word;
        hanse_buffer_init(&word);
        size_t size = strcspn(at, " ");
        for (size_t i = 0; i < size; i++)
            if (at[i] == '~')
                hanse_buffer_append_text(&word, folder);
            else
                hanse_buffer_append_byte(&word, at[i] == '_' ? ' ' : at[i]);
        assert_true(argc <= ARGUMENTS_MAX);
        argv[argc++] = hanse_strdup(word.data);
        hanse_buffer_release(&word);
        at += size;
    }
    int fds[3] = {temporary(), temporary(), temporary()}, saved[3];
    assert_int_equal(write(fds[0], input, strlen(input)), strlen(input));
    lseek(fds[0], 0, SEEK_SET);
    fflush(stdout);
    for (int i = 0; i < 3; i++) {
        saved[i] = dup(i);
        dup2(fds[i], i);
    }
    int code = hanse_cli_main(argc, argv, &wiring);
    fflush(stdout);
    for (int i = 0; i < 3; i++) {
        dup2(saved[i], i);
        close(saved[i]);
    }
    close(fds[0]);
    read_back(fds[1], &out);
    read_back(fds[2], &err);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return code;
}

static int run(const char *line)
{
    return run_with("", line);
}

static json_t *json_out(void)
{
    json_t *json = json_loadb(out.data, out.size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    return json;
}

static void write_file(const char *name, const char *content)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void read_file(const char *path, struct hanse_buffer *text)
{
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    read_back(fd, text);
}

static int setup(void **state)
{
    (void)state;
    hanse_buffer_init(&out);
    hanse_buffer_init(&err);
    unsetenv("HANSE_HOME");
    setenv("NO_COLOR", "1", 1);
    return sodium_init() < 0 || mkdtemp(folder) == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    hanse_buffer_release(&out);
    hanse_buffer_release(&err);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? 0 : -1;
}

#define GOOD                                                                                                 \
    "apiVersion: v3.1.0\nkind: DataContract\nid: orders\nversion: 1.0.0\nstatus: active\nname: Orders\n"     \
    "schema:\n  - name: orders\n    properties:\n      - name: order_id\n        logicalType: string\n"

/* The table. */

/* Calls `check` for the name of every row in commands.def. */
static void each_command(void (*check)(const char *name))
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    read_file(HANSE_SOURCE_DIR "/node/cli/commands.def", &text);
    int count = 0;
    for (const char *at = strstr(text.data, "\nCOMMAND("); at != NULL; at = strstr(at + 1, "\nCOMMAND(")) {
        char name[64];
        assert_int_equal(sscanf(at, "\nCOMMAND(%*[a-z_], \"%63[^\"]\"", name), 1);
        check(name);
        count++;
    }
    assert_true(count >= 30);
    hanse_buffer_release(&text);
}

static void is_in_out(const char *name)
{
    assert_non_null(strstr(out.data, name));
}

static void help_lists_every_command(void **state)
{
    (void)state;
    assert_int_equal(run("help"), 0);
    each_command(is_in_out);
    assert_int_equal(run("--help"), 0);
    each_command(is_in_out);
    assert_int_equal(run(""), HANSE_EXIT_USAGE);
    assert_int_equal(out.size, 0);
    assert_non_null(strstr(err.data, "publish"));
}

static void has_help_of_its_own(const char *name)
{
    char line[96], words[64];
    snprintf(words, sizeof words, "%s", name);
    snprintf(line, sizeof line, "help %s", words);
    assert_int_equal(run(line), 0);
    assert_non_null(strstr(out.data, name));
    assert_non_null(strstr(out.data, "--home"));
    snprintf(line, sizeof line, "%s --help", words);
    assert_int_equal(run(line), 0);
    assert_non_null(strstr(out.data, name));
}

static void every_command_has_help(void **state)
{
    (void)state;
    each_command(has_help_of_its_own);
    assert_int_equal(run("help council"), 0);
    assert_non_null(strstr(out.data, "council sign"));
    assert_int_equal(run("help publsh"), HANSE_EXIT_USAGE);
    assert_non_null(strstr(err.data, "did you mean `hanse help publish`"));
}

static void with_json_help_and_what_is_missing_are_json_too(void **state)
{
    (void)state;
    size_t all;
    assert_int_equal(run("--json help"), 0);
    json_t *json = json_out();
    all = json_array_size(json_object_get(json, "commands"));
    assert_true(all >= 30);
    json_decref(json);
    assert_int_equal(run("--json lint --help"), 0);
    json = json_out();
    const json_t *command = json_array_get(json_object_get(json, "commands"), 0);
    assert_int_equal(json_array_size(json_object_get(json, "commands")), 1);
    assert_string_equal(json_string_value(json_object_get(command, "name")), "lint");
    json_decref(json);
    assert_int_equal(run("--json help council"), 0);
    json = json_out();
    assert_in_range(json_array_size(json_object_get(json, "commands")), 2, all - 1);
    json_decref(json);
    assert_int_equal(run("--json lint there-is-no-such-file"), HANSE_EXIT_NOT_FOUND);
    json = json_out();
    assert_string_equal(json_string_value(json_object_get(json, "error")), "NOT_FOUND");
    assert_non_null(strstr(json_string_value(json_object_get(json, "message")), "there-is-no-such-file"));
    json_decref(json);
}

static void the_reference_in_docs_is_made_from_the_table(void **state)
{
    (void)state;
    struct hanse_buffer docs;
    hanse_buffer_init(&docs);
    read_file(HANSE_SOURCE_DIR "/docs/cli.md", &docs);
    assert_int_equal(run("help --markdown"), 0);
    assert_string_equal(out.data, docs.data); /* else: hanse help --markdown > docs/cli.md */
    hanse_buffer_release(&docs);
}

static void completion_knows_commands_and_flags(void **state)
{
    (void)state;
    static const char *const SHELLS[] = {"bash", "zsh", "fish"};
    for (size_t i = 0; i < 3; i++) {
        char line[32];
        snprintf(line, sizeof line, "completion %s", SHELLS[i]);
        assert_int_equal(run(line), 0);
        assert_non_null(strstr(out.data, "publish"));
        assert_non_null(strstr(out.data, "dry-run"));
        assert_non_null(strstr(out.data, "enact"));
    }
    /* Texts stand in single quotes in fish's. */
    for (const char *at = out.data; (at = strchr(at, '\n')) != NULL; at++) {
        size_t quotes = 0;
        for (const char *c = at + 1; *c != '\0' && *c != '\n'; c++)
            quotes += *c == '\'' && c[-1] != '\\';
        assert_int_equal(quotes % 2, 0);
    }
    assert_int_equal(run("completion tcsh"), HANSE_EXIT_USAGE);
}

/* Reading a command line. */

static void typos_are_met_with_a_suggestion(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } CASES[] = {
        {"serach x", "did you mean `hanse search`?"},
        {"pubish x", "did you mean `hanse publish`?"},
        {"stat", "did you mean `hanse status`?"},
        {"counsil status", "did you mean `hanse council"},
        {"council stauts", "did you mean `hanse council status`?"},
        {"ls --lmit 3", "did you mean --limit?"},
        {"--jsn status", "did you mean --json?"},
        {"publish --dryrun x", "did you mean --dry-run?"},
        {"council", "needs a second word: new, propose, sign, enact, status"},
        {"xyzzy", "there is no command `xyzzy`"},
        {"ls -z", "there is no flag -z"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_int_equal(run(CASES[i].line), HANSE_EXIT_USAGE);
        assert_non_null(strstr(err.data, CASES[i].says));
        assert_int_equal(out.size, 0);
    }
    assert_int_equal(run("xyzzy"), HANSE_EXIT_USAGE);
    assert_null(strstr(err.data, "did you mean"));
}

static void wrong_lines_are_usage_errors(void **state)
{
    (void)state;
    static const char *const LINES[] = {
        "show",
        "show a b",
        "init",
        "status x",
        "ls --limit",
        "ls --limit=x",
        "ls --raw",
        "status --json=1",
        "ls --timeout 0",
        "--timeout x ls",
        "council propose",
        "council propose admit",
        "council sign x",
        "key",
        "restore",
        "up --ready-fd x",
        "council new --member nokey",
    };
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) {
        char line[128];
        snprintf(line, sizeof line, "--home ~/usage %s", LINES[i]);
        assert_int_equal(run(line), HANSE_EXIT_USAGE);
        assert_int_equal(out.size, 0);
        assert_true(err.size > 0);
    }
}

static void flags_stand_before_and_after_the_verb(void **state)
{
    (void)state;
    write_file("good.yaml", GOOD);
    assert_int_equal(run("--json lint ~/good.yaml"), 0);
    json_decref(json_out());
    assert_int_equal(run("lint ~/good.yaml --json"), 0);
    json_decref(json_out());
    assert_int_equal(run("lint -jq -- ~/good.yaml"), 0);
    json_decref(json_out());
    assert_int_equal(run("lint -- --json"), HANSE_EXIT_NOT_FOUND);
    assert_int_equal(run("--version"), 0);
    assert_non_null(strstr(out.data, HANSE_VERSION));
    assert_int_equal(run("version --json"), 0);
    json_decref(json_out());
}

static void errors_have_their_exit_codes(void **state)
{
    (void)state;
    static const struct {
        int error;
        enum hanse_exit code;
    } CASES[] = {
        {HANSE_OK, HANSE_EXIT_OK},
        {HANSE_E_IO, HANSE_EXIT_ERROR},
        {HANSE_E_INVALID, HANSE_EXIT_ERROR},
        {HANSE_E_FINDINGS, HANSE_EXIT_FINDINGS},
        {HANSE_E_IMMUTABLE, HANSE_EXIT_FINDINGS},
        {HANSE_E_NOT_ALLOWED, HANSE_EXIT_NOT_ALLOWED},
        {HANSE_E_BAD_SIGNATURE, HANSE_EXIT_NOT_ALLOWED},
        {HANSE_E_NOT_WRITER, HANSE_EXIT_NOT_ALLOWED},
        {HANSE_E_CATCHING_UP, HANSE_EXIT_NOT_ALLOWED},
        {HANSE_E_NOT_FOUND, HANSE_EXIT_NOT_FOUND},
        {HANSE_E_UNREACHABLE, HANSE_EXIT_UNREACHABLE},
        {HANSE_E_TIMED_OUT, HANSE_EXIT_UNREACHABLE},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(hanse_cli_exit(CASES[i].error), CASES[i].code);
}

static void text_of_others_cannot_lead_the_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
        bool lines;
    } CASES[] = {
        {"plain é 漢 ✓", "plain é 漢 ✓", false},
        {"\033[31mred\033[0m", "\\x1b[31mred\\x1b[0m", false},
        {"a\nb\tc\rd", "a\\nb\\tc\\rd", false},
        {"a\nb\tc\rd", "a\nb\tc\\rd", true},
        {"\x07\x08\x7f", "\\x07\\x08\\x7f", false},
        {"\xc2\x9b"
         "2J",
         "\\x9b2J", false}, /* C1: CSI */
        {"safe\xe2\x80\xae"
         "txt.exe",
         "safe\\u202etxt.exe", false},                           /* right-to-left override */
        {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069", false}, /* isolates */
        {"a\xe2\x80\x8b"
         "b\xef\xbb\xbf",
         "a\\u200bb\\ufeff", false},                /* no width */
        {"\xf3\xa0\x81\x81", "\\U000e0041", false}, /* a tag character */
        {"\xff\xc0\x80\xed\xa0\x80", "\\xff\\xc0\\x80\\xed\\xa0\\x80", false},
        {"\xe2\x80", "\\xe2\\x80", true},
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", false},
    };
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        hanse_buffer_reset(&text);
        hanse_cli_escape(&text, hanse_bytes_of(CASES[i].text), CASES[i].lines);
        assert_string_equal(text.data, CASES[i].shown);
    }
    hanse_buffer_reset(&text);
    hanse_cli_escape(&text, hanse_bytes("a\0b", 3), false);
    assert_string_equal(text.data, "a\\x00b");
    hanse_buffer_release(&text);
    assert_int_equal(run("\033[2J"), HANSE_EXIT_USAGE);
    assert_null(strchr(err.data, '\033'));
    assert_int_equal(run("lint \033[2J"), HANSE_EXIT_NOT_FOUND);
    assert_null(strchr(err.data, '\033'));
}

/* Commands that need no node. */

static void lint_says_where_and_what(void **state)
{
    (void)state;
    write_file("good.odcs.yaml", GOOD);
    write_file("bad.odcs.yaml", "apiVersion: v3.1.0\nkind: DataContract\nid: x\nstatus: active\nnmae: y\n");
    assert_int_equal(run("lint ~/good.odcs.yaml"), 0);
    assert_int_equal(run("lint ~/bad.odcs.yaml"), HANSE_EXIT_FINDINGS);
    assert_non_null(strstr(out.data, "bad.odcs.yaml:5:1: error: "));
    assert_int_equal(run("lint --json ~/bad.odcs.yaml"), HANSE_EXIT_FINDINGS);
    json_t *json = json_out();
    const json_t *finding = json_array_get(json_object_get(json, "findings"), 0);
    static const char *const MEMBERS[] = {"file", "line",     "column",  "path",
                                          "rule", "severity", "message", "fix"};
    for (size_t i = 0; i < 8; i++)
        assert_non_null(json_object_get(finding, MEMBERS[i]));
    json_decref(json);
    assert_int_equal(run_with(GOOD, "lint -"), 0);
    assert_int_equal(run_with("nonsense: [", "lint -"), HANSE_EXIT_FINDINGS);
    assert_non_null(strstr(out.data, "<stdin>:"));
    assert_int_equal(run("lint ~/nowhere.yaml"), HANSE_EXIT_NOT_FOUND);
}

static void folders_give_their_contracts_only(void **state)
{
    (void)state;
    char path[256];
    const char *const FOLDERS[] = {"tree", "tree/deep", "tree/.hidden"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, FOLDERS[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    write_file("tree/a.odcs.yaml", GOOD);
    write_file("tree/deep/b.odcs.json", "{}");
    write_file("tree/values.yaml", "not: a contract\n");
    write_file("tree/.hidden/c.odcs.yaml", "[");
    assert_int_equal(run("lint --json ~/tree"), HANSE_EXIT_FINDINGS);
    assert_non_null(strstr(out.data, "b.odcs.json"));
    assert_null(strstr(out.data, "values.yaml"));
    assert_null(strstr(out.data, "c.odcs.yaml"));
    assert_int_equal(run("lint ~/tree/.hidden/none"), HANSE_EXIT_NOT_FOUND);
}

static void keys_are_files_that_nobody_else_reads(void **state)
{
    (void)state;
    struct stat status;
    char path[256];
    assert_int_equal(run("key new ~/ana.key --json"), 0);
    json_t *made = json_out();
    assert_int_equal(strlen(json_string_value(json_object_get(made, "key"))), 64);
    snprintf(path, sizeof path, "%s/ana.key", folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(run("key show ~/ana.key --json"), 0);
    json_t *shown = json_out();
    assert_true(json_equal(made, shown));
    json_decref(made);
    json_decref(shown);
    assert_int_equal(run("key new ~/ana.key"), HANSE_EXIT_ERROR);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(run("key show ~/ana.key"), HANSE_EXIT_NOT_ALLOWED);
    write_file("proposal.json", "{\"hanse_proposal\":1}");
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_not_equal(run("council sign ~/proposal.json --key ~/ana.key"), 0);
    assert_true(err.size > 0);
}

/* Commands in a home without a node. */

static void without_a_home_it_says_how_to_make_one(void **state)
{
    (void)state;
    assert_int_equal(run("--home ~/none ls"), HANSE_EXIT_NOT_FOUND);
    assert_non_null(strstr(err.data, "hanse init"));
    assert_int_equal(run("--home ~/none up"), HANSE_EXIT_NOT_FOUND);
    assert_int_equal(run("--home ~/none ls --json"), HANSE_EXIT_NOT_FOUND);
    json_t *json = json_out();
    assert_string_equal(json_string_value(json_object_get(json, "error")), "NOT_FOUND");
    json_decref(json);
    assert_int_equal(run("--node http://127.0.0.1:1 ls"), HANSE_EXIT_UNREACHABLE);
    assert_non_null(strstr(err.data, "hanse up"));
    assert_int_equal(run("--node http://192.0.2.1:80 ls"), HANSE_EXIT_NOT_ALLOWED);
    assert_int_equal(run("--node nonsense ls"), HANSE_EXIT_ERROR);
    assert_int_equal(run("--home ~/none doctor"), HANSE_EXIT_ERROR);
}

static void a_home_works_without_a_node(void **state)
{
    (void)state;
    assert_int_equal(run("--home ~/home init sales --recovery-file ~/sales.key --json"), 0);
    json_t *json = json_out();
    assert_string_equal(json_string_value(json_object_get(json, "domain")), "sales");
    json_decref(json);
    assert_int_equal(run("--home ~/home ls"), 0);
    assert_non_null(strstr(err.data, "no node runs"));
    assert_int_equal(run("--home ~/home ls --json -q"), 0);
    json = json_out();
    assert_int_equal(json_array_size(json_object_get(json, "contracts")), 0);
    assert_non_null(json_object_get(json, "as_of"));
    json_decref(json);
    assert_int_equal(run("--home ~/home status"), 0);
    assert_non_null(strstr(out.data, "sales"));
    assert_int_equal(run("--home ~/home sql select_count(*)_as_n_from_contracts"), 0);
    assert_string_equal(out.data, "n\n0\n");
    assert_int_equal(run_with("select 1 as one", "--home ~/home sql --json"), 0);
    json = json_out();
    assert_int_equal(json_array_size(json_object_get(json, "rows")), 1);
    json_decref(json);
    assert_int_equal(run("--home ~/home sql selekt"), HANSE_EXIT_ERROR);
    assert_int_equal(run("--home ~/home show sales/nothing"), HANSE_EXIT_NOT_FOUND);
    assert_int_equal(run("--home ~/home publish ~/good.odcs.yaml"), HANSE_EXIT_UNREACHABLE);
    assert_non_null(strstr(err.data, "hanse up"));
    assert_int_equal(run("--home ~/home publish ~/bad.odcs.yaml --json"), HANSE_EXIT_FINDINGS);
    json = json_out();
    assert_int_equal(json_array_size(json_object_get(json, "published")), 0);
    assert_int_equal(json_array_size(json_object_get(json, "refused")), 1);
    json_decref(json);
    assert_int_equal(run("--home ~/home reindex"), 0);
    assert_int_equal(run("--home ~/home key show"), 0);
    assert_int_equal(run("--home ~/home init sales --recovery-file ~/again.key"), HANSE_EXIT_ERROR);
}

static void up_gets_what_was_asked_for(void **state)
{
    (void)state;
    ups = 0;
    assert_int_equal(
        run("--home ~/home up --listen tcp://127.0.0.1:0 --http=127.0.0.1:0 --offline --ready-fd 9 -v"), 0);
    assert_int_equal(ups, 1);
    assert_true(asked.offline);
    assert_int_equal(asked.ready_fd, 9);
    assert_int_equal(asked.log_level, 3);
    assert_int_equal(run("--home ~/home up -q"), 0);
    assert_null(asked.listen);
    assert_int_equal(asked.ready_fd, -1);
    assert_int_equal(asked.log_level, 0);
}

static void a_node_json_left_behind_names_nobody(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/home/node.json", folder);
    write_file("home/node.json", "{\"url\":\"http://127.0.0.1:1\",\"endpoint\":\"\",\"pid\":1}");
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(run("--home ~/home ls"), 0);
    assert_non_null(strstr(err.data, "no node runs"));
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_lists_every_command),
        cmocka_unit_test(every_command_has_help),
        cmocka_unit_test(with_json_help_and_what_is_missing_are_json_too),
        cmocka_unit_test(the_reference_in_docs_is_made_from_the_table),
        cmocka_unit_test(completion_knows_commands_and_flags),
        cmocka_unit_test(typos_are_met_with_a_suggestion),
        cmocka_unit_test(wrong_lines_are_usage_errors),
        cmocka_unit_test(flags_stand_before_and_after_the_verb),
        cmocka_unit_test(errors_have_their_exit_codes),
        cmocka_unit_test(text_of_others_cannot_lead_the_terminal),
        cmocka_unit_test(lint_says_where_and_what),
        cmocka_unit_test(folders_give_their_contracts_only),
        cmocka_unit_test(keys_are_files_that_nobody_else_reads),
        cmocka_unit_test(without_a_home_it_says_how_to_make_one),
        cmocka_unit_test(a_home_works_without_a_node),
        cmocka_unit_test(up_gets_what_was_asked_for),
        cmocka_unit_test(a_node_json_left_behind_names_nobody),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
