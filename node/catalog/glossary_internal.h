/* The glossary, inside the catalogue's folder. */
#ifndef GLOSSARY_INTERNAL_H
#define GLOSSARY_INTERNAL_H

#include "catalog_internal.h"
#include "hanse/glossary.h"

/* project_term.c: a reference {journal, term}; false when it is none. `ret_term` is the document's. */
bool term_reference(const struct hanse_value *value, struct hanse_hash *ret_journal,
                    struct hanse_bytes *ret_term);

#endif
