#include <stdlib.h>

#include "cli.h"

enum hanse_exit cmd_up(struct cli *cli)
{
    enum hanse_exit code = HANSE_EXIT_OK;
    json_t *numbers = json_object();
    bool sound = cli_number(cli, "ready-fd", numbers, "fd");
    int fd = cli_has(cli, "ready-fd") ? (int)member_number(numbers, "fd") : -1;
    json_decref(numbers);
    if (!sound)
        return HANSE_EXIT_USAGE;
    if (!cli_home(cli, false, &code))
        return code;
    const char *running = cli_node(cli);
    if (running != NULL)
        return cli_error(cli, HANSE_EXIT_ERROR, "a node of this home runs already, at %s", running);
    int level = cli->quiet ? 0 : 2 + cli->verbose;
    struct hanse_up_options options = {.home = cli->home,
                                       .listen = cli_flag(cli, "listen"),
                                       .http = cli_flag(cli, "http"),
                                       .offline = cli_has(cli, "offline"),
                                       .json = cli->json,
                                       .ready_fd = fd,
                                       .log_level = level > 3 ? 3 : level};
    return cli->wiring->up(&options);
}
