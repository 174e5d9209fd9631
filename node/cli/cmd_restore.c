/* The mesh is everybody's backup: a home that has its keys gets its own journals back from the others. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "text.h"

#define LOOK_MS 200

static void log_line(void *context, int level, const char *line)
{
    const struct cli *cli = context;
    if (level <= (cli->verbose > 0 ? 1 + cli->verbose : 0))
        cli_note(cli, "%s", line);
}

/* Whether all is back; how many entries of own journals are here, and how many there are as far as anybody
 * told. */
static bool is_back(struct cli *cli, uint64_t *ret_entries, uint64_t *ret_known)
{
    json_t *progress = hanse_service_restore_progress(cli->service);
    const json_t *journal;
    size_t i;
    bool back = member_true(progress, "done");
    *ret_entries = *ret_known = 0;
    json_array_foreach(json_object_get(progress, "journals"), i, journal)
    {
        *ret_entries += member_number(journal, "entries");
        *ret_known += member_number(journal, "known");
    }
    json_decref(progress);
    return back;
}

/* Waits for a signal to stop at the same time. */
static enum hanse_exit wait_for_mesh(struct cli *cli, const sigset_t *signals)
{
    uint64_t entries = 0, known = 0, began = text_now_ms();
    bool limited = cli_has(cli, "timeout");
    cli_note(cli, "asking the other nodes; Ctrl-C stops, and nothing is lost by running it again");
    progress_begin(&cli->progress, "entries of your own that are back");
    while (!is_back(cli, &entries, &known)) {
        struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
        progress_tick(&cli->progress, entries, known);
        bool stopped = sigtimedwait(signals, NULL, &look) > 0;
        if (stopped || (limited && text_now_ms() - began > cli->timeout_ms)) {
            progress_end(&cli->progress);
            return cli_error(cli, HANSE_EXIT_UNREACHABLE,
                             "not everything is back yet; run it again when other nodes can be reached");
        }
    }
    progress_end(&cli->progress);
    if (cli->json)
        printf("{\"restored\":true,\"entries\":%llu}\n", (unsigned long long)entries);
    else
        printf("restored: %llu entries of your own are back; start the node: hanse up\n",
               (unsigned long long)entries);
    return HANSE_EXIT_OK;
}

static enum hanse_exit move_aside(struct cli *cli)
{
    char moved[64] = "";
    int rc = hanse_service_restore_prepare(cli->home, moved);
    if (rc == HANSE_E_NOT_FOUND)
        return cli_error(
            cli, HANSE_EXIT_NOT_FOUND,
            "this home was in no mesh with others, or has no key to write with: nobody else has its data");
    if (rc != HANSE_OK)
        return cli_error(cli, hanse_cli_exit(rc), "the database cannot be moved aside: %s",
                         hanse_error_sentence(rc));
    if (moved[0] != '\0')
        cli_note(cli, "the old database is kept as %s", hanse_home_file(cli->home, moved));
    return HANSE_EXIT_OK;
}

static enum hanse_exit restore(struct cli *cli)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* before threads are made, which inherit it */
    enum hanse_exit code = move_aside(cli);
    if (code != HANSE_EXIT_OK)
        return code;
    struct hanse_mesh_config config = {0};
    int rc = hanse_service_mesh_config(cli->home, true, &config);
    if (cli_flag(cli, "listen") != NULL)
        config.bind = strcmp(cli_flag(cli, "listen"), "none") == 0 ? NULL : cli_flag(cli, "listen");
    config.log = log_line;
    config.log_context = cli;
    if (rc == HANSE_OK)
        rc = hanse_mesh_start(&config, &cli->mesh);
    if (rc == HANSE_OK)
        rc = hanse_service_open(cli->home, cli->mesh, &cli->service);
    if (rc != HANSE_OK)
        return cli_error(cli, hanse_cli_exit(rc), "the node cannot be started: %s", hanse_error_sentence(rc));
    return wait_for_mesh(cli, &signals);
}

enum hanse_exit cmd_restore(struct cli *cli)
{
    enum hanse_exit code = HANSE_EXIT_OK;
    if (!cli_has(cli, "from-mesh"))
        return cli_error(cli, HANSE_EXIT_USAGE, "say where from: hanse restore --from-mesh");
    if (!cli_home(cli, false, &code))
        return code;
    if (cli_node(cli) != NULL)
        return cli_error(cli, HANSE_EXIT_ERROR, "a node of this home runs; stop it first");
    return restore(cli);
}
