#include "standard_rules.h"

const struct standard_shape standard_anything = {.types = STANDARD_UNCHECKED};
const struct standard_shape standard_any = {.types = STANDARD_ANY};
const struct standard_shape standard_array = {.types = STANDARD_ARRAY};
const struct standard_shape standard_boolean = {.types = STANDARD_BOOLEAN};
const struct standard_shape standard_integer = {.types = STANDARD_INTEGER};
const struct standard_shape standard_number = {.types = STANDARD_NUMBER};
const struct standard_shape standard_plain_object = {.types = STANDARD_OBJECT};
const struct standard_shape standard_scalar = {.types = STANDARD_SCALAR};
const struct standard_shape standard_string = {.types = STANDARD_STRING};
const struct standard_shape standard_strings = {.types = STANDARD_ARRAY, .item = &standard_string};
const struct standard_shape standard_id = {.types = STANDARD_STRING, .form = STANDARD_FORM_ID};
const struct standard_shape standard_uri = {.types = STANDARD_STRING, .form = STANDARD_FORM_URI};
const struct standard_shape standard_date = {.types = STANDARD_STRING, .form = STANDARD_FORM_DATE};
const struct standard_shape standard_date_time = {.types = STANDARD_STRING, .form = STANDARD_FORM_DATE_TIME};
