/* What the schema of ODPS cannot see. */
#include <stdlib.h>
#include <string.h>

#include "standard_internal.h"

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The contracts of the input ports, sorted. */
static const char **contracts_of(const struct hanse_value *ports, size_t *ret_count)
{
    const char **contracts = hanse_malloc((ports->count + 1) * sizeof *contracts);
    size_t count = 0;
    for (const struct hanse_value *p = ports->first; p != NULL; p = p->next) {
        const char *contract = hanse_value_member_text(p, "contractId");
        if (contract != NULL)
            contracts[count++] = contract;
    }
    if (count > 1)
        qsort(contracts, count, sizeof *contracts, by_text);
    *ret_count = count;
    return contracts;
}

/* What an output port is made of comes in by an input port. */
static void lint_input_contracts(struct standard_run *run, const struct hanse_value *outputs,
                                 const struct hanse_value *inputs)
{
    size_t count;
    const char **contracts = contracts_of(inputs, &count);
    for (const struct hanse_value *o = outputs->first; o != NULL; o = o->next) {
        const struct hanse_value *needed = hanse_value_member(o, "inputContracts");
        for (const struct hanse_value *n = needed == NULL ? NULL : needed->first; n != NULL; n = n->next) {
            const char *id = hanse_value_member_text(n, "id");
            if (id == NULL || bsearch(&id, contracts, count, sizeof *contracts, by_text) != NULL)
                continue;
            standard_warn(run, hanse_value_member(n, "id"), STANDARD_RULE_REFERENCE,
                          hanse_strdup("add an input port with this contractId, or mend the id"),
                          "no input port brings the contract '%.*s'", standard_shown(id), id);
        }
    }
    free(contracts);
}

void odps_lint(struct standard_run *run, const struct hanse_value *root)
{
    const struct hanse_value *inputs = hanse_value_member(root, "inputPorts");
    const struct hanse_value *outputs = hanse_value_member(root, "outputPorts");
    standard_lint(run, root);
    if (inputs != NULL && outputs != NULL)
        lint_input_contracts(run, outputs, inputs);
}
