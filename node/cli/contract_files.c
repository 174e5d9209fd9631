#include "contract_files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hanse/check.h"
#include "hanse/limits.h"
#include "hanse/standard.h"

#define FOLDER_DEPTH_MAX 32
#define FILES_MAX        10000u
#define BYTES_MAX        (256u * 1024u * 1024u)

static enum hanse_exit read_one(struct cli *cli, struct contract_files *files, const char *path)
{
    if (files->count == files->capacity) {
        files->capacity = files->capacity == 0 ? 16 : files->capacity * 2;
        files->items = hanse_realloc(files->items, files->capacity * sizeof *files->items);
    }
    struct contract_file *file = &files->items[files->count++];
    file->name = hanse_strdup(strcmp(path, "-") == 0 ? "<stdin>" : path);
    hanse_buffer_init(&file->content);
    /* One byte more than may be: what is too large is a finding, not a failure to read. */
    int rc = cli_read_file(path, HANSE_BODY_MAX + 1, &file->content);
    files->bytes += file->content.size;
    if (rc == HANSE_E_NOT_FOUND)
        return cli_refuse(cli, HANSE_E_NOT_FOUND, "%s: there is no such file", path);
    if (rc != HANSE_OK && rc != HANSE_E_TOO_LARGE)
        return cli_refuse(cli, HANSE_E_IO, "%s: cannot be read", path);
    if (files->count > FILES_MAX || files->bytes > BYTES_MAX)
        return cli_refuse(cli, HANSE_E_TOO_LARGE, "these are too many files at once; name fewer");
    return HANSE_EXIT_OK;
}

/* Folders within folders; names that begin with a dot, and links, are left alone: no circles, no surprises.
 */
static enum hanse_exit read_folder(struct cli *cli, struct contract_files *files, const char *path, int depth)
{
    struct dirent **entries = NULL;
    int count = depth > FOLDER_DEPTH_MAX ? 0 : scandir(path, &entries, NULL, alphasort);
    if (count < 0)
        return cli_refuse(cli, HANSE_E_IO, "%s: cannot be read", path);
    enum hanse_exit code = HANSE_EXIT_OK;
    for (int i = 0; i < count; i++) {
        struct hanse_buffer name;
        struct stat status;
        hanse_buffer_init(&name);
        hanse_buffer_printf(&name, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
                            entries[i]->d_name);
        bool seen = code == HANSE_EXIT_OK && entries[i]->d_name[0] != '.' && lstat(name.data, &status) == 0;
        if (seen && S_ISDIR(status.st_mode))
            code = read_folder(cli, files, name.data, depth + 1);
        else if (seen && S_ISREG(status.st_mode) && hanse_standard_named(entries[i]->d_name, NULL))
            code = read_one(cli, files, name.data);
        hanse_buffer_release(&name);
        free(entries[i]);
    }
    free(entries);
    return code;
}

enum hanse_exit contract_files_read(struct cli *cli, struct contract_files *files)
{
    *files = (struct contract_files){0};
    for (size_t i = 0; i < cli_operands(cli); i++) {
        const char *path = cli_operand(cli, i);
        struct stat status;
        bool folder = strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
        size_t before = files->count;
        enum hanse_exit code = folder ? read_folder(cli, files, path, 0) : read_one(cli, files, path);
        if (code == HANSE_EXIT_OK && files->count == before)
            code = cli_refuse(cli, HANSE_E_NOT_FOUND,
                              "%s: no *.odcs.yaml or *.odps.yaml (or .yml, .json) in it", path);
        if (code != HANSE_EXIT_OK) {
            contract_files_release(files);
            return code;
        }
    }
    return HANSE_EXIT_OK;
}

void contract_files_release(struct contract_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->items[i].name);
        hanse_buffer_release(&files->items[i].content);
    }
    free(files->items);
    *files = (struct contract_files){0};
}

static void lint_one(const struct contract_file *file, struct hanse_findings *findings)
{
    struct hanse_document *document = NULL;
    int rc = hanse_standard_read(hanse_buffer_bytes(&file->content), file->name, &document, findings);
    (void)rc; /* it is in the findings */
    hanse_document_destroy(&document);
}

/* No file of ours has any other control character, and JSON would carry each in six bytes. */
static bool is_text(const struct contract_file *file)
{
    for (size_t i = 0; i < file->content.size; i++) {
        unsigned char c = (unsigned char)file->content.data[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
            return false;
    }
    return true;
}

/* What cannot be sent cannot be read either: the reader says where and why. */
static enum hanse_exit refuse(const struct cli *cli, const struct contract_file *file)
{
    struct hanse_findings findings;
    hanse_findings_init(&findings);
    lint_one(file, &findings);
    enum hanse_exit code =
        findings.count == 0
            ? cli_error(cli, HANSE_EXIT_FINDINGS, "%s: its name is not UTF-8", file->name)
            : cli_error(cli, HANSE_EXIT_FINDINGS, "%s:%u:%u: %s", file->name, findings.items[0].line,
                        findings.items[0].column, findings.items[0].message);
    hanse_findings_release(&findings);
    return code;
}

enum hanse_exit contract_files_add(const struct cli *cli, const struct contract_files *files, json_t *params)
{
    json_t *list = json_array();
    json_object_set_new(params, "files", list);
    for (size_t i = 0; i < files->count; i++) {
        const struct contract_file *file = &files->items[i];
        json_t *content = is_text(file) ? json_stringn(file->content.data, file->content.size) : NULL;
        json_t *name = json_string(file->name);
        if (content == NULL || name == NULL) {
            json_decref(content);
            json_decref(name);
            return refuse(cli, file);
        }
        json_array_append_new(list, json_pack("{s:o, s:o}", "name", name, "content", content));
    }
    return HANSE_EXIT_OK;
}

void contract_files_lint(const struct contract_files *files, struct hanse_findings *findings)
{
    for (size_t i = 0; i < files->count; i++)
        lint_one(&files->items[i], findings);
}

static void print_safe(FILE *out, const char *text)
{
    if (text != NULL)
        print_text(out, text);
}

static void print_findings(FILE *out, const struct hanse_findings *findings, bool color)
{
    static const char *const COLORS[] = {[HANSE_SEVERITY_ERROR] = "\033[31m",
                                         [HANSE_SEVERITY_WARNING] = "\033[33m",
                                         [HANSE_SEVERITY_INFO] = "\033[36m"};
    for (size_t i = 0; i < findings->count; i++) {
        const struct hanse_finding *finding = &findings->items[i];
        print_safe(out, finding->file);
        if (finding->line > 0)
            fprintf(out, ":%u:%u", finding->line, finding->column);
        fprintf(out, ": %s%s%s: ", color ? COLORS[finding->severity] : "",
                hanse_severity_name(finding->severity), color ? "\033[0m" : "");
        print_safe(out, finding->message);
        fprintf(out, " [%s]", finding->rule);
        if (finding->path != NULL && finding->path[0] != '\0') {
            fputc(' ', out);
            print_safe(out, finding->path);
        }
        fputc('\n', out);
        if (finding->fix != NULL) {
            fputs("    fix: ", out);
            print_safe(out, finding->fix);
            fputc('\n', out);
        }
    }
    if (findings->dropped > 0)
        fprintf(out, "and %zu more\n", findings->dropped);
}

void findings_print(FILE *out, const struct hanse_findings *findings, bool color)
{
    char *text = NULL; /* at once: standard error has no buffer of its own */
    size_t size = 0;
    FILE *whole = open_memstream(&text, &size);
    HANSE_CHECK(whole != NULL);
    print_findings(whole, findings, color);
    fclose(whole);
    fwrite(text, 1, size, out);
    free(text);
}
