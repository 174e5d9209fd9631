#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    const char *what;
} faults[] = {
#define X(name, word, what) {word, what},
    SIM_FAULTS(X)
#undef X
};
#define FAULT_COUNT (sizeof faults / sizeof faults[0])
#define FAULT_ALL   ((1u << FAULT_COUNT) - 1)

static bool read_number(const char *text, uint64_t least, uint64_t most, uint64_t *ret_value)
{
    char *end = NULL;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || value < least || value > most) {
        fprintf(stderr, "sim: \"%s\" is not a number from %llu to %llu\n", text, (unsigned long long)least,
                (unsigned long long)most);
        return false;
    }
    *ret_value = value;
    return true;
}

static bool read_small(const char *text, uint32_t least, uint32_t most, uint32_t *ret_value)
{
    uint64_t value = 0;
    if (!read_number(text, least, most, &value))
        return false;
    *ret_value = (uint32_t)value;
    return true;
}

/* "7" or "5-9". */
static bool read_nodes(const char *text, struct options *options)
{
    char first[16];
    const char *dash = strchr(text, '-');
    size_t length = dash == NULL ? strlen(text) : (size_t)(dash - text);
    if (length >= sizeof first)
        return false;
    memcpy(first, text, length);
    first[length] = '\0';
    return read_small(first, 1, 10000, &options->nodes) &&
           read_small(dash == NULL ? first : dash + 1, options->nodes, 10000, &options->nodes_most);
}

static bool read_fault(const char *word, size_t length, uint32_t *faults_found)
{
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        if (strlen(faults[i].word) == length && memcmp(faults[i].word, word, length) == 0) {
            *faults_found |= 1u << i;
            return true;
        }
    }
    fprintf(stderr, "sim: no fault is called \"%.*s\"\n", (int)length, word);
    return false;
}

static bool read_faults(const char *text, uint32_t *ret_faults)
{
    uint32_t found = 0;
    if (strcmp(text, "all") == 0)
        found = FAULT_ALL;
    for (const char *at = text; found != FAULT_ALL && strcmp(text, "none") != 0;) {
        size_t length = strcspn(at, ",");
        if (!read_fault(at, length, &found))
            return false;
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    *ret_faults = found;
    return true;
}

static bool read_option(int option, struct options *options)
{
    switch (option) {
    case 's':
        return read_number(optarg, 0, UINT64_MAX, &options->seed);
    case 'S':
        return read_small(optarg, 1, 1000000, &options->seeds);
    case 'n':
        return read_nodes(optarg, options);
    case 'd':
        return read_small(optarg, 1, 20000, &options->domains);
    case 'm':
        return read_small(optarg, 1, 100000, &options->minutes);
    case 'H':
        if (!read_small(optarg, 1, 100000, &options->minutes))
            return false;
        options->minutes *= 60;
        return true;
    case 'c':
        return read_small(optarg, 0, 1000000, &options->commits);
    case 'v':
        return read_small(optarg, 1, 100000, &options->converge_s);
    case 'f':
        return read_faults(optarg, &options->faults);
    case '2':
        options->twice = true;
        return true;
    case 'R':
        options->real = strcmp(optarg, "real") == 0;
        return options->real || strcmp(optarg, "plain") == 0;
    case 'p':
        options->plain = true;
        return true;
    case 't':
        options->trace = true;
        return true;
    default:
        return false;
    }
}

bool options_read(int argc, char **argv, struct options *ret_options)
{
    static const struct option long_options[] = {
        {"seed", required_argument, NULL, 's'},    {"seeds", required_argument, NULL, 'S'},
        {"nodes", required_argument, NULL, 'n'},   {"domains", required_argument, NULL, 'd'},
        {"minutes", required_argument, NULL, 'm'}, {"hours", required_argument, NULL, 'H'},
        {"commits", required_argument, NULL, 'c'}, {"converge", required_argument, NULL, 'v'},
        {"faults", required_argument, NULL, 'f'},  {"twice", no_argument, NULL, '2'},
        {"store", required_argument, NULL, 'R'},   {"plain-crypto", no_argument, NULL, 'p'},
        {"trace", no_argument, NULL, 't'},         {NULL, 0, NULL, 0},
    };
    struct options options = {
        .seed = 1, .seeds = 1, .nodes = 7, .nodes_most = 7, .minutes = 3, .commits = 100, .converge_s = 120};
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (!read_option(option, &options))
            return false;
    }
    if (optind != argc) {
        fprintf(stderr, "sim: \"%s\" is no option\n", argv[optind]);
        return false;
    }
    *ret_options = options;
    return true;
}

void options_usage(void)
{
    fputs(
        "Usage: sim [--seed N] [--seeds RUNS] [--nodes N|LEAST-MOST] [--domains N] [--minutes N | --hours N] "
        "[--commits N]\n"
        "           [--converge SECONDS] [--faults none|all|NAME,...] [--store plain|real] [--twice] "
        "[--plain-crypto] "
        "[--trace]\n\n"
        "Faults:\n",
        stderr);
    for (size_t i = 0; i < FAULT_COUNT; i++)
        fprintf(stderr, "  %-10s %s\n", faults[i].word, faults[i].what);
    fputs("\nA run lasts at least the time asked for; faults end after five sixths of it.\n", stderr);
}

void options_print(const struct options *options, const char *program)
{
    printf("%s --seed %llu --nodes %u", program, (unsigned long long)options->seed, options->nodes);
    if (options->domains != 0)
        printf(" --domains %u", options->domains);
    printf(" --minutes %u --commits %u --converge %u --faults ", options->minutes, options->commits,
           options->converge_s);
    const char *between = "";
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        if ((options->faults & 1u << i) == 0)
            continue;
        printf("%s%s", between, faults[i].word);
        between = ",";
    }
    printf("%s", options->faults == 0 ? "none" : "");
    printf("%s%s\n", options->real ? " --store real" : "", options->twice ? " --twice" : "");
}
