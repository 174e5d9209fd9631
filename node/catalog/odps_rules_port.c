/* ODPS: the ports. */
#include "odps_rules.h"

static const struct standard_key input_port_keys[] = {
    {"authoritativeDefinitions", ODPS_SINCE_100, 0, &odps_definitions},
    {"contractId", ODPS_ALL, ODPS_UNTIL_100, &standard_string},
    {"customProperties", ODPS_SINCE_100, 0, &odps_custom_properties},
    {"deprecated", ODPS_110, 0, &standard_boolean},
    {"id", ODPS_110, 0, &standard_string},
    {"name", ODPS_ALL, ODPS_ALL, &standard_string},
    {"tags", ODPS_SINCE_100, 0, &standard_strings},
    {"version", ODPS_ALL, ODPS_UNTIL_100, &standard_string},
};
static const struct standard_object input_port = {
    .name = "an input port", .keys = STANDARD_KEYS(input_port_keys), .closed = ODPS_ALL};
static const struct standard_shape input_port_shape = {.types = STANDARD_OBJECT, .object = &input_port};
const struct standard_shape odps_input_ports = {.types = STANDARD_ARRAY, .item = &input_port_shape};

static const struct standard_key sbom_keys[] = {
    {"authoritativeDefinitions", ODPS_110, 0, &odps_definitions},
    {"customProperties", ODPS_110, 0, &odps_custom_properties},
    {"id", ODPS_110, 0, &standard_string},
    {"tags", ODPS_110, 0, &standard_strings},
    {"type", ODPS_ALL, 0, &standard_string},
    {"url", ODPS_ALL, ODPS_UNTIL_100, &standard_uri},
};
static const struct standard_object sbom = {
    .name = "a bill of materials", .keys = STANDARD_KEYS(sbom_keys), .closed = ODPS_ALL};
static const struct standard_shape sbom_shape = {.types = STANDARD_OBJECT, .object = &sbom};
static const struct standard_shape sboms = {.types = STANDARD_ARRAY, .item = &sbom_shape};

static const struct standard_key input_contract_keys[] = {
    {"id", ODPS_ALL, ODPS_ALL, &standard_string},
    {"version", ODPS_ALL, ODPS_ALL, &standard_string},
};
static const struct standard_object input_contract = {
    .name = "an input contract", .keys = STANDARD_KEYS(input_contract_keys), .closed = ODPS_ALL};
static const struct standard_shape input_contract_shape = {.types = STANDARD_OBJECT,
                                                           .object = &input_contract};
static const struct standard_shape input_contracts = {.types = STANDARD_ARRAY, .item = &input_contract_shape};

static const struct standard_key output_port_keys[] = {
    {"authoritativeDefinitions", ODPS_SINCE_100, 0, &odps_definitions},
    {"context", ODPS_110, 0, &odps_context},
    {"contractId", ODPS_ALL, 0, &standard_string},
    {"customProperties", ODPS_SINCE_100, 0, &odps_custom_properties},
    {"deprecated", ODPS_110, 0, &standard_boolean},
    {"description", ODPS_ALL, 0, &standard_string},
    {"id", ODPS_110, 0, &standard_string},
    {"inputContracts", ODPS_ALL, 0, &input_contracts},
    {"name", ODPS_ALL, ODPS_ALL, &standard_string},
    {"sbom", ODPS_ALL, 0, &sboms},
    {"synonyms", ODPS_110, 0, &odps_synonyms},
    {"tags", ODPS_SINCE_100, 0, &standard_strings},
    {"type", ODPS_ALL, 0, &standard_string},
    {"version", ODPS_ALL, ODPS_UNTIL_100, &standard_string},
};
static const struct standard_object output_port = {
    .name = "an output port", .keys = STANDARD_KEYS(output_port_keys), .closed = ODPS_ALL};
static const struct standard_shape output_port_shape = {.types = STANDARD_OBJECT, .object = &output_port};
const struct standard_shape odps_output_ports = {.types = STANDARD_ARRAY, .item = &output_port_shape};

static const struct standard_key management_port_keys[] = {
    {"authoritativeDefinitions", ODPS_ALL, 0, &odps_definitions},
    {"channel", ODPS_ALL, 0, &standard_string},
    {"content", ODPS_ALL, ODPS_ALL, &standard_string},
    {"customProperties", ODPS_ALL, 0, &odps_custom_properties},
    {"deprecated", ODPS_110, 0, &standard_boolean},
    {"description", ODPS_ALL, 0, &standard_string},
    {"id", ODPS_110, 0, &standard_string},
    {"name", ODPS_ALL, ODPS_ALL, &standard_string},
    {"tags", ODPS_ALL, 0, &standard_strings},
    {"type", ODPS_ALL, 0, &standard_string},
    {"url", ODPS_ALL, 0, &standard_uri},
};
static const struct standard_object management_port = {
    .name = "a management port", .keys = STANDARD_KEYS(management_port_keys), .closed = ODPS_ALL};
static const struct standard_shape management_port_shape = {.types = STANDARD_OBJECT,
                                                            .object = &management_port};
const struct standard_shape odps_management_ports = {.types = STANDARD_ARRAY, .item = &management_port_shape};
