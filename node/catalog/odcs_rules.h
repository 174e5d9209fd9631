/* ODCS as tables: which keys an object has, of what shape, in which versions of the standard.
 *
 * The rows are facts of the standard, written by hand; tests/unit/test_odcs.c compares them key by key with
 * the published JSON schemas. A new version of the standard is a new bit, and new rows. Key tables are sorted
 * by name (the same test holds that), a name may have several rows for different versions. */
#ifndef ODCS_RULES_H
#define ODCS_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum odcs_version {
    ODCS_300 = 1,
    ODCS_301 = 2,
    ODCS_302 = 4,
    ODCS_310 = 8,
    ODCS_320 = 16,
};
#define ODCS_NEWEST    ODCS_320
#define ODCS_30X       (ODCS_300 | ODCS_301 | ODCS_302)
#define ODCS_SINCE_301 (ODCS_301 | ODCS_SINCE_302)
#define ODCS_SINCE_302 (ODCS_302 | ODCS_SINCE_310)
#define ODCS_SINCE_310 (ODCS_310 | ODCS_320)
#define ODCS_UNTIL_301 (ODCS_300 | ODCS_301)
#define ODCS_UNTIL_310 (ODCS_30X | ODCS_310)
#define ODCS_ALL       (ODCS_30X | ODCS_SINCE_310)

enum odcs_type {
    ODCS_NULL = 1,
    ODCS_BOOLEAN = 2,
    ODCS_INTEGER = 4, /* also 5.0, as JSON Schema has it */
    ODCS_NUMBER = 8,  /* finite; integers too */
    ODCS_STRING = 16,
    ODCS_ARRAY = 32,
    ODCS_OBJECT = 64,
    ODCS_SCALAR = ODCS_NULL | ODCS_BOOLEAN | ODCS_NUMBER | ODCS_STRING,
    ODCS_ANY = ODCS_SCALAR | ODCS_ARRAY | ODCS_OBJECT,
    ODCS_UNCHECKED = 128, /* not even that a number is finite */
};

/* What the text of a string must look like. */
enum odcs_form {
    ODCS_FORM_NONE,
    ODCS_FORM_ID,
    ODCS_FORM_URI,
    ODCS_FORM_SFTP_URI,
    ODCS_FORM_DATE,
    ODCS_FORM_DATE_TIME,
    ODCS_FORM_REFERENCE,
};

struct odcs_word {
    const char *text; /* NULL ends a list */
    uint8_t in;       /* versions */
};

struct odcs_object;

struct odcs_shape {
    uint8_t types; /* enum odcs_type, one of them is enough */
    enum odcs_form form;
    const struct odcs_word *words;    /* of a string: one of these */
    const struct odcs_object *object; /* of an object: its rules, or NULL: anything */
    const struct odcs_shape *item;    /* of an array: each element, or NULL: anything */
    uint32_t items_min, items_max;    /* items_max 0: no limit */
    bool unique;                      /* no two equal elements */
    bool has_minimum, exclusive;
    double minimum;
};

struct odcs_key {
    const char *name;
    uint8_t in;       /* versions that know the key in this shape */
    uint8_t required; /* versions that demand it */
    const struct odcs_shape *shape;
};

struct odcs_keys {
    const struct odcs_key *rows;
    size_t count;
};

/* Keys that an object has besides its own when another key has a certain value. */
struct odcs_variant {
    const char *value[3]; /* of the object's `chooser`; unused ones NULL */
    uint8_t in;
    uint8_t absent;   /* versions in which a missing chooser chooses this as well */
    const char *also; /* a key that chooses this too when it holds a text, or NULL */
    uint8_t also_in;
    uint8_t operators; /* versions in which exactly one of odcs_operators goes with it */
    struct odcs_keys keys;
};

struct odcs_object {
    const char *name; /* as in "a server" */
    struct odcs_keys keys;
    uint8_t closed; /* versions in which an unknown key is an error */
    const char *chooser;
    const struct odcs_variant *variants;
    size_t variant_count;
    const char *same_kind[2]; /* two keys that are both texts or both lists, or NULL */
};

#define ODCS_KEYS(table)                                                                                     \
    {                                                                                                        \
        table, sizeof(table) / sizeof(table)[0]                                                              \
    }

extern const struct odcs_object odcs_contract;

/* odcs_rules_parts.c */
extern const struct odcs_shape odcs_any, odcs_anything, odcs_array, odcs_boolean, odcs_integer, odcs_number,
    odcs_plain_object, odcs_scalar, odcs_string, odcs_strings, odcs_id, odcs_uri, odcs_date, odcs_date_time,
    odcs_custom_properties, odcs_definitions, odcs_context, odcs_roles;
/* odcs_rules_server.c */
extern const struct odcs_shape odcs_servers;
/* odcs_rules_schema.c */
extern const struct odcs_shape odcs_schema;
/* odcs_rules_quality.c */
extern const struct odcs_shape odcs_quality;
extern const struct odcs_keys odcs_operators;

/* The row of that name that holds in `version`, or NULL. */
const struct odcs_key *odcs_rules_find(const struct odcs_keys *keys, const char *name, uint8_t version);

/* The form a text must have; `version` matters for references. */
bool odcs_form_matches(enum odcs_form form, const char *text, size_t size, uint8_t version);

#endif
