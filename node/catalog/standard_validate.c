#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hanse/standard.h"
#include "standard_internal.h"

bool hanse_standard_named(const char *file, enum hanse_standard *ret_standard)
{
    static const char *const forms[] = {"yaml", "yml", "json"};
    for (size_t i = 0; i < 6; i++) {
        char end[16];
        size_t size = strlen(file);
        int end_size = snprintf(end, sizeof end, ".%s.%s", i < 3 ? "odcs" : "odps", forms[i % 3]);
        if (size <= (size_t)end_size || strcasecmp(file + size - (size_t)end_size, end) != 0)
            continue;
        if (ret_standard != NULL)
            *ret_standard = i < 3 ? HANSE_STANDARD_ODCS : HANSE_STANDARD_ODPS;
        return true;
    }
    return false;
}

enum hanse_standard hanse_standard_of(const struct hanse_value *root, const char *file)
{
    const char *kind = hanse_value_member_text(root, "kind");
    const char *version = hanse_value_member_text(root, "apiVersion");
    if (kind != NULL && strcasecmp(kind, "DataContract") == 0)
        return HANSE_STANDARD_ODCS;
    if (kind != NULL && strcasecmp(kind, "DataProduct") == 0)
        return HANSE_STANDARD_ODPS;
    if (version != NULL && (strncmp(version, "v0.", 3) == 0 || strncmp(version, "v1.", 3) == 0))
        return HANSE_STANDARD_ODPS;
    enum hanse_standard named = HANSE_STANDARD_ODCS;
    return (version == NULL || version[0] == '\0') && hanse_standard_named(file, &named)
               ? named
               : HANSE_STANDARD_ODCS;
}

/* An `apiVersion` that the newest version still lists, though it has no rules of its own here. */
static bool is_listed(const struct standard *standard, const char *declared)
{
    const struct standard_key *key =
        standard_find(&standard->root->keys, "apiVersion", standard_newest(standard));
    for (const struct standard_word *w = key->shape->words; w->text != NULL; w++)
        if (strcmp(w->text, declared) == 0)
            return true;
    return false;
}

/* The version that judges: the declared one; the oldest for those before it; else the newest. */
static uint8_t version_of(const struct standard *standard, const struct hanse_value *root, bool *ret_older)
{
    *ret_older = false;
    const char *declared = hanse_value_member_text(root, "apiVersion");
    if (declared == NULL)
        return standard_newest(standard);
    for (unsigned i = 0; i < standard->version_count; i++)
        if (strcmp(standard->versions[i], declared) == 0)
            return (uint8_t)(1u << i);
    *ret_older = is_listed(standard, declared);
    return *ret_older ? 1 : standard_newest(standard);
}

/* What the newest version would say, where its verdict is another. */
static void compare_newest(struct standard_run *run, const struct hanse_value *root, bool accepted)
{
    struct hanse_findings newest;
    hanse_findings_init(&newest);
    struct standard_run again = {.standard = run->standard,
                                 .version = standard_newest(run->standard),
                                 .file = run->file,
                                 .findings = &newest};
    const char *name = standard_version_name(run->standard, again.version);
    standard_check(&again, root);
    if (accepted && newest.errors > 0) {
        for (size_t i = 0; i < newest.count; i++) {
            const struct hanse_finding *f = &newest.items[i];
            char *message = standard_format("%s would refuse this: %s", name, f->message);
            hanse_findings_add(run->findings, HANSE_SEVERITY_WARNING, run->file, f->line, f->column, f->path,
                               run->standard->rules[STANDARD_RULE_NEWER_VERSION], message, f->fix);
            free(message);
        }
    } else if (!accepted && newest.errors == 0) {
        standard_report(run, HANSE_SEVERITY_WARNING, hanse_value_member(root, "apiVersion"),
                        STANDARD_AT_VALUE, STANDARD_RULE_NEWER_VERSION,
                        standard_format("declare apiVersion: %s", name),
                        "%s accepts this %s; %s, which it declares, does not", name, run->standard->document,
                        standard_version_name(run->standard, run->version));
    }
    hanse_findings_release(&newest);
}

/* `advice`: warnings are wanted of what is accepted too. */
static void validate(const struct hanse_value *root, const char *file, bool advice,
                     struct hanse_findings *findings)
{
    bool product = hanse_standard_of(root, file) == HANSE_STANDARD_ODPS;
    const struct standard *standard = product ? &standard_odps : &standard_odcs;
    bool older;
    struct standard_run run = {.standard = standard,
                               .version = version_of(standard, root, &older),
                               .file = file,
                               .findings = findings};
    size_t errors_before = findings->errors;
    if (older)
        standard_report(&run, HANSE_SEVERITY_WARNING, hanse_value_member(root, "apiVersion"),
                        STANDARD_AT_VALUE, STANDARD_RULE_VERSION,
                        standard_format("move the %s to %s", standard->document,
                                        standard_version_name(standard, standard_newest(standard))),
                        "%s is older than all versions we know; %s judges in its place",
                        hanse_value_member_text(root, "apiVersion"),
                        standard_version_name(standard, run.version));
    standard_check(&run, root);
    bool accepted = findings->errors == errors_before;
    if (accepted && !advice)
        return;
    if (run.version != standard_newest(standard))
        compare_newest(&run, root, accepted);
    if (accepted)
        standard->lint(&run, root);
}

void hanse_standard_validate(const struct hanse_value *root, const char *file,
                             struct hanse_findings *findings)
{
    validate(root, file, true, findings);
}

static int read(struct hanse_bytes source, const char *file, bool advice,
                struct hanse_document **ret_document, struct hanse_findings *findings)
{
    struct hanse_document *document = NULL;
    struct hanse_document_error error = {0};
    size_t errors_before = findings->errors;
    if (hanse_document_parse(source, hanse_syntax_guess(source), &document, &error) != HANSE_OK)
        hanse_findings_add(findings, HANSE_SEVERITY_ERROR, file, error.line, error.column, "", error.rule,
                           error.message, NULL);
    else
        validate(hanse_document_root(document), file, advice, findings);
    *ret_document = document;
    return findings->errors == errors_before ? HANSE_OK : HANSE_E_FINDINGS;
}

int hanse_standard_read(struct hanse_bytes source, const char *file, struct hanse_document **ret_document,
                        struct hanse_findings *findings)
{
    return read(source, file, true, ret_document, findings);
}

int hanse_standard_judge(struct hanse_bytes source, const char *file, struct hanse_document **ret_document,
                         struct hanse_findings *findings)
{
    return read(source, file, false, ret_document, findings);
}
