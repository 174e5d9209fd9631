/* A standard as tables: which keys an object has, of what shape, in which versions.
 *
 * The rows are facts of a standard (odcs_rules_*.c, odps_rules.c), written by hand; tests compare them key by
 * key with the published JSON schemas. A new version of a standard is a new bit, and new rows. Key tables are
 * sorted by name (the same tests hold that), a name may have several rows for different versions. */
#ifndef STANDARD_RULES_H
#define STANDARD_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum standard_type {
    STANDARD_NULL = 1,
    STANDARD_BOOLEAN = 2,
    STANDARD_INTEGER = 4, /* also 5.0, as JSON Schema has it */
    STANDARD_NUMBER = 8,  /* finite; integers too */
    STANDARD_STRING = 16,
    STANDARD_ARRAY = 32,
    STANDARD_OBJECT = 64,
    STANDARD_SCALAR = STANDARD_NULL | STANDARD_BOOLEAN | STANDARD_NUMBER | STANDARD_STRING,
    STANDARD_ANY = STANDARD_SCALAR | STANDARD_ARRAY | STANDARD_OBJECT,
    STANDARD_UNCHECKED = 128, /* not even that a number is finite */
};

/* What the text of a string must look like. */
enum standard_form {
    STANDARD_FORM_NONE,
    STANDARD_FORM_ID,
    STANDARD_FORM_URI,
    STANDARD_FORM_SFTP_URI,
    STANDARD_FORM_DATE,
    STANDARD_FORM_DATE_TIME,
    STANDARD_FORM_REFERENCE,
};

struct standard_word {
    const char *text; /* NULL ends a list */
    uint8_t in;       /* versions */
};

struct standard_object;

struct standard_shape {
    uint8_t types; /* enum standard_type, one of them is enough */
    enum standard_form form;
    const struct standard_word *words;    /* of a string: one of these */
    const struct standard_object *object; /* of an object: its rules, or NULL: anything */
    const struct standard_shape *item;    /* of an array: each element, or NULL: anything */
    uint32_t items_min, items_max;        /* items_max 0: no limit */
    bool unique;                          /* no two equal elements */
    bool has_minimum, exclusive;
    double minimum;
};

struct standard_key {
    const char *name;
    uint8_t in;       /* versions that know the key in this shape */
    uint8_t required; /* versions that demand it */
    const struct standard_shape *shape;
};

struct standard_keys {
    const struct standard_key *rows;
    size_t count;
};

/* Keys that an object has besides its own when another key has a certain value. */
struct standard_variant {
    const char *value[3]; /* of the object's `chooser`; unused ones NULL */
    uint8_t in;
    uint8_t absent;   /* versions in which a missing chooser chooses this as well */
    const char *also; /* a key that chooses this too when it holds a text, or NULL */
    uint8_t also_in;
    uint8_t operators; /* versions in which exactly one of the standard's operators goes with it */
    struct standard_keys keys;
};

struct standard_object {
    const char *name; /* as in "a server" */
    struct standard_keys keys;
    uint8_t closed; /* versions in which an unknown key is an error */
    const char *chooser;
    const struct standard_variant *variants;
    size_t variant_count;
    const char *same_kind[2]; /* two keys that are both texts or both lists, or NULL */
};

#define STANDARD_KEYS(table)                                                                                 \
    {                                                                                                        \
        table, sizeof(table) / sizeof(table)[0]                                                              \
    }

/* standard_shapes.c: those that any standard has. */
extern const struct standard_shape standard_any, standard_anything, standard_array, standard_boolean,
    standard_integer, standard_number, standard_plain_object, standard_scalar, standard_string,
    standard_strings, standard_id, standard_uri, standard_date, standard_date_time;

/* The row of that name that holds in `version`, or NULL. */
const struct standard_key *standard_find(const struct standard_keys *keys, const char *name, uint8_t version);

/* The form a text must have; `version` is one of ODCS, and matters for references only. */
bool standard_form_matches(enum standard_form form, const char *text, size_t size, uint8_t version);

#endif
