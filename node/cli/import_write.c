/* The contracts of an import: which tables each has, what it is called, and where it goes. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "contract_files.h"
#include "hanse/limits.h"
#include "hanse/standard.h"
#include "import.h"

struct contract {
    char *id;
    struct hanse_draft_scope scope;
    struct hanse_buffer text;
};

struct contracts {
    struct contract *items;
    size_t count;
};

static void contracts_release(struct contracts *contracts)
{
    for (size_t i = 0; i < contracts->count; i++) {
        free(contracts->items[i].id);
        free(contracts->items[i].scope.tables);
        hanse_buffer_release(&contracts->items[i].text);
    }
    free(contracts->items);
}

bool import_wants(const struct cli *cli, const struct hanse_found_table *table)
{
    size_t place = 0;
    const char *name;
    bool any = false;
    while ((name = cli_next(cli, "table", &place)) != NULL) {
        const char *dot = strchr(name, '.');
        bool schema = dot != NULL && table->schema != NULL && strlen(table->schema) == (size_t)(dot - name) &&
                      strncasecmp(table->schema, name, (size_t)(dot - name)) == 0;
        if (strcasecmp(table->name, name) == 0 || (schema && strcasecmp(table->name, dot + 1) == 0))
            return true;
        any = true;
    }
    return !any;
}

static bool same_schema(const struct hanse_found_table *a, const struct hanse_found_table *b)
{
    return a->schema == b->schema ||
           (a->schema != NULL && b->schema != NULL && strcmp(a->schema, b->schema) == 0);
}

/* Lower case, and a hyphen for whatever is no letter, digit, point or underscore. */
static void append_slug(struct hanse_buffer *out, const char *text)
{
    if (out->size > 0)
        hanse_buffer_append_byte(out, '-');
    for (; text != NULL && *text != '\0'; text++) {
        char c = *text;
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
        if (c >= 'A' && c <= 'Z')
            hanse_buffer_append_byte(out, c | 0x20);
        else if (plain && !(c == '.' && out->size == 0))
            hanse_buffer_append_byte(out, c);
        else if (out->size > 0 && out->data[out->size - 1] != '-')
            hanse_buffer_append_byte(out, '-');
    }
    while (out->size > 0 && out->data[out->size - 1] == '-')
        out->data[--out->size] = '\0';
}

static bool has_id(const struct contracts *contracts, const char *id)
{
    for (size_t i = 0; i < contracts->count; i++)
        if (contracts->items[i].id != NULL && strcmp(contracts->items[i].id, id) == 0)
            return true;
    return false;
}

/* Of the source's name, the schema and, when each table has a contract of its own, the table. */
static char *id_of(const struct import *import, const struct contracts *contracts,
                   const struct contract *contract, bool split)
{
    const struct hanse_found_table *table = contract->scope.tables[0];
    struct hanse_buffer id;
    hanse_buffer_init(&id);
    append_slug(&id, import->base);
    if (table->schema != NULL)
        append_slug(&id, table->schema);
    if (split)
        append_slug(&id, table->name);
    if (id.size == 0)
        hanse_buffer_append_text(&id, "contract");
    size_t size = id.size;
    for (unsigned number = 2; has_id(contracts, id.data); number++) {
        id.size = size;
        hanse_buffer_printf(&id, "-%u", number);
    }
    char *made = hanse_strdup(id.data);
    hanse_buffer_release(&id);
    return made;
}

/* One contract a schema; with `split` one a table; with `together` one of all. */
static void group(struct import *import, bool split, bool together, struct contracts *contracts)
{
    contracts->items = hanse_calloc(import->found->tables + 1, sizeof *contracts->items);
    for (const struct hanse_found_table *table = import->found->first; table != NULL; table = table->next) {
        if (!together && !import_wants(import->cli, table))
            continue;
        size_t i = split ? contracts->count : 0;
        while (i < contracts->count && !together && !same_schema(contracts->items[i].scope.tables[0], table))
            i++;
        struct contract *contract = &contracts->items[i];
        if (i == contracts->count) {
            contract->scope.tables =
                hanse_malloc((split ? 1 : import->found->tables) * sizeof(const struct hanse_found_table *));
            hanse_buffer_init(&contract->text);
        }
        contract->scope.tables[contract->scope.count++] = table;
        if (i == contracts->count) {
            contract->id = id_of(import, contracts, contract, split);
            contracts->count++;
        }
    }
}

/* A contract over the limit, or one that our own check refuses, is not given out. */
static enum hanse_exit check(const struct import *import, const struct contract *contract)
{
    struct hanse_findings findings;
    struct hanse_document *document = NULL;
    enum hanse_exit code = HANSE_EXIT_OK;
    if (contract->text.size > HANSE_BODY_MAX)
        return cli_refuse(
            import->cli, HANSE_E_TOO_LARGE,
            "%s would be larger than 1 MiB: --split makes one contract a table, --table chooses some",
            contract->id);
    hanse_findings_init(&findings);
    if (hanse_standard_read(hanse_buffer_bytes(&contract->text), contract->id, &document, &findings) !=
        HANSE_OK) {
        findings_print(stderr, &findings, import->cli->color_err);
        code = cli_error(import->cli, HANSE_EXIT_FINDINGS, "%s is not written: it has errors", contract->id);
    }
    hanse_document_destroy(&document);
    hanse_findings_release(&findings);
    return code;
}

static enum hanse_exit draft(struct import *import, struct contract *contract)
{
    const char *name = contract->scope.count == 1 ? contract->scope.tables[0]->name : NULL;
    const struct hanse_draft_about about = {.id = contract->id,
                                            .name = name,
                                            .domain = import->cli->domain,
                                            .owner = cli_flag(import->cli, "owner")};
    struct hanse_document *document =
        hanse_draft_make(import->found, &contract->scope, &about, contract->id, &import->report);
    hanse_draft_gaps(hanse_document_root(document), contract->id, &import->report);
    hanse_value_write(hanse_document_root(document), HANSE_SYNTAX_YAML, &contract->text);
    hanse_document_destroy(&document);
    return check(import, contract);
}

static enum hanse_exit merge(struct import *import, const char *path, struct contract *contract)
{
    struct hanse_buffer content;
    struct hanse_document *document = NULL;
    struct hanse_document_error why;
    enum hanse_exit code = HANSE_EXIT_OK;
    hanse_buffer_init(&content);
    int rc = cli_read_file(path, HANSE_BODY_MAX, &content);
    struct hanse_bytes bytes = hanse_buffer_bytes(&content);
    enum hanse_syntax syntax = hanse_syntax_guess(bytes);
    if (rc != HANSE_OK) {
        code = cli_refuse(import->cli, rc,
                          rc == HANSE_E_NOT_FOUND ? "%s: there is no such file" : "%s: cannot be read", path);
        goto out;
    }
    rc = hanse_document_parse(bytes, syntax, &document, &why);
    if (rc != HANSE_OK) {
        code = cli_refuse(import->cli, rc, "%s:%u:%u: %s", path, why.line, why.column, why.message);
        goto out;
    }
    bool add = cli_has(import->cli, "table");
    if (hanse_draft_merge(import->found, &contract->scope, add, document, path, &import->report)) {
        hanse_value_write(hanse_document_root(document), syntax, &contract->text);
        if (syntax == HANSE_SYNTAX_YAML && memchr(bytes.data, '#', bytes.size) != NULL)
            cli_note(import->cli, "the file is written anew: comments in it are not kept");
        code = check(import, contract);
    } else {
        hanse_buffer_append(&contract->text, bytes.data, bytes.size);
        cli_note(import->cli, "nothing has changed");
    }
out:
    hanse_document_destroy(&document);
    hanse_buffer_release(&content);
    return code;
}

static enum hanse_exit put(const struct import *import, const struct contract *contract, const char *folder,
                           json_t *list)
{
    const char *output = cli_flag(import->cli, "output");
    struct hanse_buffer path;
    enum hanse_exit code = HANSE_EXIT_OK;
    hanse_buffer_init(&path);
    if (folder != NULL)
        hanse_buffer_printf(&path, "%s/%s.odcs.yaml", folder, contract->id);
    else if (output != NULL && strcmp(output, "-") != 0)
        hanse_buffer_append_text(&path, output);
    json_t *told = json_pack("{s:s}", "id", contract->id);
    if (path.size > 0) {
        int rc = cli_write_file(path.data, hanse_buffer_bytes(&contract->text), false);
        if (rc != HANSE_OK)
            code = cli_refuse(import->cli, rc, "%s: cannot be written", path.data);
        json_object_set_new(told, "file", json_string(path.data));
    } else if (import->cli->json) {
        json_object_set_new(told, "content", json_stringn(contract->text.data, contract->text.size));
    } else if (fwrite(contract->text.data, 1, contract->text.size, stdout) != contract->text.size) {
        code = cli_refuse(import->cli, HANSE_E_IO, "standard output cannot be written");
    }
    json_array_append_new(list, told);
    hanse_buffer_release(&path);
    return code;
}

static void tell(struct import *import, json_t *list)
{
    for (size_t i = 0; i < import->found->note_count; i++)
        hanse_findings_add(&import->report, HANSE_SEVERITY_INFO, import->source != NULL ? import->source : "",
                           0, 0, "", "import/left-out", import->found->notes[i], NULL);
    import->report.dropped += import->found->notes_dropped;
    if (!import->cli->json) {
        if (!import->cli->quiet)
            findings_print(stderr, &import->report, import->cli->color_err);
        return;
    }
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_findings_json(&import->report, &text);
    json_t *answer = json_loadb(text.data, text.size, 0, NULL);
    json_object_set(answer, "contracts", list);
    cli_print_json(answer);
    json_decref(answer);
    hanse_buffer_release(&text);
}

/* The folder that several contracts go to, made when it is missing. */
static enum hanse_exit open_folder(const struct import *import, size_t count, const char **ret_folder)
{
    const char *output = cli_flag(import->cli, "output");
    struct stat status;
    bool is_folder = output != NULL && stat(output, &status) == 0 && S_ISDIR(status.st_mode);
    bool several = count > 1 || cli_has(import->cli, "split");
    *ret_folder = NULL;
    if (!several && !is_folder)
        return HANSE_EXIT_OK;
    if (output == NULL && import->cli->json)
        return HANSE_EXIT_OK;
    if (output == NULL)
        return cli_error(import->cli, HANSE_EXIT_USAGE,
                         "these are %zu contracts: say in which folder, with -o DIR", count);
    if (!is_folder && mkdir(output, 0777) != 0)
        return cli_refuse(import->cli, HANSE_E_IO, "%s: cannot be made a folder", output);
    *ret_folder = output;
    return HANSE_EXIT_OK;
}

enum hanse_exit import_write(struct import *import)
{
    const char *path = cli_flag(import->cli, "merge"), *id = cli_flag(import->cli, "id"), *folder = NULL;
    bool split = cli_has(import->cli, "split");
    if (path != NULL && (split || id != NULL))
        return cli_error(import->cli, HANSE_EXIT_USAGE,
                         "--merge keeps one contract and its id: leave --split and --id out");
    struct contracts contracts = {0};
    group(import, split, path != NULL && !cli_has(import->cli, "table"), &contracts);
    enum hanse_exit code = HANSE_EXIT_OK;
    if (contracts.count == 0)
        code = cli_refuse(import->cli, HANSE_E_NOT_FOUND, "no such table is in the source");
    else if (path != NULL && contracts.count > 1)
        code = cli_error(import->cli, HANSE_EXIT_USAGE,
                         "the tables are of several schemas: merge one after the other");
    else if (id != NULL && contracts.count > 1)
        code = cli_error(import->cli, HANSE_EXIT_USAGE, "--id is for one contract; these are %zu",
                         contracts.count);
    else
        code = path != NULL ? HANSE_EXIT_OK : open_folder(import, contracts.count, &folder);
    if (code == HANSE_EXIT_OK && id != NULL) {
        free(contracts.items[0].id);
        contracts.items[0].id = hanse_strdup(id);
    }
    json_t *list = json_array();
    for (size_t i = 0; i < contracts.count && code == HANSE_EXIT_OK; i++)
        code = path != NULL ? merge(import, path, &contracts.items[i]) : draft(import, &contracts.items[i]);
    for (size_t i = 0; i < contracts.count && code == HANSE_EXIT_OK; i++)
        code = put(import, &contracts.items[i], folder, list);
    if (code == HANSE_EXIT_OK)
        tell(import, list);
    json_decref(list);
    contracts_release(&contracts);
    return code;
}
