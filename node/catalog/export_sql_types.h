/* The SQL type of a field: its physicalType where the dialect has it, else one for its logicalType. */
#ifndef EXPORT_SQL_TYPES_H
#define EXPORT_SQL_TYPES_H

#include "export_internal.h"

enum sql_class { SQL_TEXT, SQL_NUMBER, SQL_BOOLEAN, SQL_DATE, SQL_TIMESTAMP, SQL_COMPARABLE, SQL_OPAQUE };

/* Appends the type to `out`, which may be NULL, and gives its class. */
enum sql_class sql_type(const struct export_field *field, bool sqlite, struct hanse_buffer *out);
/* Whether values of it can be compared, as UNIQUE and PRIMARY KEY need. */
bool sql_has_order(enum sql_class class);

#endif
