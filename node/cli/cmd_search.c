#include <inttypes.h>
#include <string.h>

#include "cli.h"
#include "hanse/search.h"
#include "text.h"

static void print_results(const struct cli *cli, const json_t *answer)
{
    static const char *const TITLES[] = {"NAME", "TITLE", "WHY"};
    struct table table;
    table_init(&table, TITLES, 3);
    const json_t *result;
    size_t i;
    json_array_foreach(json_object_get(answer, "results"), i, result)
    {
        const char *kind = member_text(result, "kind");
        bool contract = strcmp(kind, "contract") == 0;
        table_addf(&table, "%s/%s%s%s", member_text(result, "domain"), member_text(result, kind),
                   contract ? "@" : "", contract ? member_text(result, "version") : "");
        table_addf(&table, "%s%s%s%s%s", member_text(result, "title"),
                   member_true(result, "deprecated") ? " (deprecated)" : "", contract ? "" : " (",
                   contract ? "" : kind, contract ? "" : ")");
        table_add(&table, member_text(result, "why"));
    }
    table_print(&table, stdout, cli->color);
    table_release(&table);
}

static void name_terms(const struct cli *cli, const json_t *answer)
{
    const json_t *word, *term;
    size_t i, k;
    json_array_foreach(json_object_get(answer, "words"), i, word)
    {
        json_array_foreach(json_object_get(word, "terms"), k, term)
            cli_note(cli, "`%s` is a word for the term %s; its other names were looked for as well",
                     member_text(word, "word"), json_string_value(term));
    }
}

/* What was searched for other than was asked, and what else could be. */
static void explain(const struct cli *cli, const json_t *answer)
{
    const json_t *word;
    size_t i;
    const char *proposed = json_string_value(json_object_get(answer, "did_you_mean"));
    uint64_t total = member_number(answer, "total"), unfiltered = member_number(answer, "unfiltered");
    json_array_foreach(json_object_get(answer, "words"), i, word)
    {
        const char *read_as = json_string_value(json_object_get(word, "read_as"));
        if (read_as != NULL)
            cli_note(cli, "nothing has `%s`; `%s` was looked for instead", member_text(word, "word"),
                     read_as);
        else if (member_number(word, "found") == 0)
            cli_note(cli, "nothing has `%s`, or anything near it", member_text(word, "word"));
    }
    name_terms(cli, answer);
    if (strcmp(member_text(answer, "matched"), "any") == 0)
        cli_note(cli, "nothing has all of these words; these have some");
    if (total == 0 && unfiltered > 0)
        cli_note(cli, "%" PRIu64 " match, and none of them passes the filters", unfiltered);
    else if (total == 0)
        cli_note(cli, "nothing matches `%s`; fewer or other words, or: hanse ls",
                 member_text(answer, "searched"));
    if (proposed != NULL)
        cli_note(cli, "did you mean `%s`?", proposed);
}

/* The most frequent values of a facet that is not narrowed down yet, when there is a choice. */
static void add_choices(const json_t *answer, const char *facet, struct hanse_buffer *out)
{
    const json_t *values = json_object_get(json_object_get(answer, "facets"), facet), *value;
    size_t i;
    if (json_array_size(values) < 2 || json_object_get(json_object_get(answer, "filters"), facet) != NULL)
        return;
    hanse_buffer_printf(out, "%s--%s", out->size > 0 ? "; " : "", facet);
    json_array_foreach(values, i, value)
    {
        if (i < 4)
            hanse_buffer_printf(out, "%s %s (%" PRIu64 ")", i > 0 ? "," : "", member_text(value, "value"),
                                member_number(value, "count"));
    }
}

static void offer_more(const struct cli *cli, const json_t *answer)
{
    const char *next = json_string_value(json_object_get(answer, "next"));
    struct hanse_buffer choices;
    if (next == NULL)
        return;
    hanse_buffer_init(&choices);
    for (int i = 0; i < SEARCH_FACETS; i++)
        add_choices(answer, hanse_search_facet_name((enum search_facet)i), &choices);
    cli_note(cli, "%" PRIu64 " match; the next: --cursor %s", member_number(answer, "total"), next);
    if (choices.size > 0)
        cli_note(cli, "fewer: %s", choices.data);
    hanse_buffer_release(&choices);
}

static json_t *read_params(struct cli *cli)
{
    static const char *const FLAGS[] = {"kind", "status", "tag", "classification", "owner", "cursor"};
    struct hanse_buffer words;
    hanse_buffer_init(&words);
    for (size_t i = 0; i < cli_operands(cli); i++)
        hanse_buffer_printf(&words, "%s%s", i > 0 ? " " : "", cli_operand(cli, i));
    json_t *params = json_pack("{s:s, s:s*}", "q", words.data, "domain", cli->domain);
    hanse_buffer_release(&words);
    for (size_t i = 0; params != NULL && i < sizeof FLAGS / sizeof FLAGS[0]; i++) {
        if (cli_flag(cli, FLAGS[i]) != NULL)
            json_object_set_new(params, FLAGS[i], json_string(cli_flag(cli, FLAGS[i])));
    }
    return params;
}

enum hanse_exit cmd_search(struct cli *cli)
{
    json_t *params = read_params(cli);
    if (params != NULL && !cli_number(cli, "limit", params, "limit")) {
        json_decref(params);
        return HANSE_EXIT_USAGE;
    }
    struct hanse_answer answer;
    enum hanse_exit code = cli_ask(cli, "search", params, &answer);
    if (code != HANSE_EXIT_OK)
        return code;
    if (cli->json) {
        cli_print_json(answer.json);
    } else {
        print_results(cli, answer.json);
        explain(cli, answer.json);
        offer_more(cli, answer.json);
    }
    cli_as_of(cli, answer.json);
    hanse_answer_release(&answer);
    return HANSE_EXIT_OK;
}
