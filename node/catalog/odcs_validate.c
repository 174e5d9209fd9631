#include <string.h>

#include "hanse/odcs.h"
#include "odcs_internal.h"

/* The version that judges: the declared one; v3.0.0 for the v2.2 it still lists; else the newest. */
static uint8_t version_of(const struct hanse_value *root, bool *ret_older)
{
    *ret_older = false;
    const char *declared = hanse_value_member_text(root, "apiVersion");
    if (declared == NULL)
        return ODCS_NEWEST;
    for (unsigned version = ODCS_300; version <= ODCS_NEWEST; version <<= 1)
        if (strcmp(odcs_version_name((uint8_t)version), declared) == 0)
            return (uint8_t)version;
    if (strncmp(declared, "v2.2.", 5) != 0 || strlen(declared) != 6 || declared[5] < '0' || declared[5] > '2')
        return ODCS_NEWEST;
    *ret_older = true;
    return ODCS_300;
}

/* What the newest version would say, where its verdict is another. */
static void compare_newest(struct odcs_run *run, const struct hanse_value *root, bool accepted)
{
    struct hanse_findings newest;
    hanse_findings_init(&newest);
    struct odcs_run again = {.version = ODCS_NEWEST, .file = run->file, .findings = &newest};
    odcs_check(&again, root);
    if (accepted && newest.errors > 0) {
        for (size_t i = 0; i < newest.count; i++) {
            const struct hanse_finding *f = &newest.items[i];
            struct hanse_buffer message;
            hanse_buffer_init(&message);
            hanse_buffer_printf(&message, "%s would refuse this: %s", odcs_version_name(ODCS_NEWEST),
                                f->message);
            hanse_findings_add(run->findings, HANSE_SEVERITY_WARNING, run->file, f->line, f->column, f->path,
                               "odcs/newer-version", message.data, f->fix);
            hanse_buffer_release(&message);
        }
    } else if (!accepted && newest.errors == 0) {
        odcs_report(run, HANSE_SEVERITY_WARNING, hanse_value_member(root, "apiVersion"), ODCS_AT_VALUE,
                    "odcs/newer-version",
                    odcs_format("declare apiVersion: %s", odcs_version_name(ODCS_NEWEST)),
                    "%s accepts this contract; %s, which it declares, does not",
                    odcs_version_name(ODCS_NEWEST), odcs_version_name(run->version));
    }
    hanse_findings_release(&newest);
}

/* `advice`: warnings are wanted of what is accepted too. */
static void validate(const struct hanse_value *root, const char *file, bool advice,
                     struct hanse_findings *findings)
{
    bool older;
    struct odcs_run run = {.version = version_of(root, &older), .file = file, .findings = findings};
    size_t errors_before = findings->errors;
    if (older)
        odcs_report(&run, HANSE_SEVERITY_WARNING, hanse_value_member(root, "apiVersion"), ODCS_AT_VALUE,
                    "odcs/version", odcs_format("move the contract to %s", odcs_version_name(ODCS_NEWEST)),
                    "%s is older than all versions we know; %s judges in its place",
                    hanse_value_member_text(root, "apiVersion"), odcs_version_name(run.version));
    odcs_check(&run, root);
    bool accepted = findings->errors == errors_before;
    if (accepted && !advice)
        return;
    if (run.version != ODCS_NEWEST)
        compare_newest(&run, root, accepted);
    if (accepted)
        odcs_lint(&run, root);
}

void hanse_odcs_validate(const struct hanse_value *root, const char *file, struct hanse_findings *findings)
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

int hanse_odcs_read(struct hanse_bytes source, const char *file, struct hanse_document **ret_document,
                    struct hanse_findings *findings)
{
    return read(source, file, true, ret_document, findings);
}

int hanse_odcs_judge(struct hanse_bytes source, const char *file, struct hanse_document **ret_document,
                     struct hanse_findings *findings)
{
    return read(source, file, false, ret_document, findings);
}
