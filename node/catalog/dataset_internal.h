/* Dataset names, inside the folder: what is known of each system, and a name while it is being made. */
#ifndef DATASET_INTERNAL_H
#define DATASET_INTERNAL_H

#include "hanse/dataset.h"

enum dataset_fold { FOLD_NONE, FOLD_LOWER, FOLD_UPPER };
enum dataset_shape {
    SHAPE_TABLE, /* dotted names: database, schema, table */
    SHAPE_PATH,  /* buckets and folders */
};

struct dataset_system {
    const char *type;
    const char
        *names; /* ODCS types, schemes of OpenLineage, dbt adapters: with a space before and after each */
    enum dataset_shape shape;
    enum dataset_fold fold;     /* of names without quotes */
    bool folds_quoted;          /* and with them */
    bool global;                /* the name says all: there is no place */
    unsigned port;              /* the one that is left out; 0: none is known */
    unsigned levels;            /* parts of a whole name: 3 database.schema.table, 2 schema.table, 1 topic */
    const char *default_schema; /* or NULL */
    const char *default_database; /* or NULL */
};

/* The one that goes by that name in any of the three, in any case; or NULL. */
const struct dataset_system *dataset_system_find(struct hanse_bytes name);
/* The one whose type a key has; or NULL. */
const struct dataset_system *dataset_system_typed(struct hanse_bytes type);

#define DATASET_PARTS_MAX 64u
struct dataset_name {
    const struct dataset_system *system;
    struct hanse_bytes type; /* where there is no system */
    struct hanse_buffer texts;
    size_t ends[DATASET_PARTS_MAX]; /* of each part in `texts` */
    size_t count;
    struct hanse_buffer place;
};
void dataset_name_init(struct dataset_name *name, const struct dataset_system *system);
void dataset_name_release(struct dataset_name *name);
void dataset_name_part(struct dataset_name *name, struct hanse_bytes part);
struct hanse_bytes dataset_name_at(const struct dataset_name *name, size_t index);
bool dataset_name_write(const struct dataset_name *name, struct hanse_buffer *out); /* false without a part */

/* dataset_table.c: a dotted name with its quotes, completed at the left by the database and schema (which may
 * be empty) as the system does. False when it names nothing. */
struct dataset_context {
    struct hanse_bytes database, schema;
};
bool dataset_table(struct dataset_name *name, struct hanse_bytes dotted,
                   const struct dataset_context *context);
/* One part, folded. `last`: it is the table. */
void dataset_table_part(struct dataset_name *name, struct hanse_bytes text, bool quoted, bool last);

/* dataset_path.c: folders, up to the first that stands for many: a pattern, a partition, a part of a job's
 * output. */
void dataset_path(struct dataset_name *name, struct hanse_bytes path);
/* A URL of a store, as in s3://bucket/key or abfss://container@account…; false when its scheme is of none.
 * `more` is appended to its path. */
bool dataset_store_url(struct hanse_bytes url, struct hanse_bytes more, struct hanse_buffer *out);

/* dataset_place.c: host and port, a list of brokers, a cluster, or an account, as the system names it. */
void dataset_place(struct dataset_name *name, struct hanse_bytes authority);

/* What stands before and after the first occurrence; false when there is none. */
bool dataset_cut(struct hanse_bytes text, const char *mark, struct hanse_bytes *ret_before,
                 struct hanse_bytes *ret_after);
bool dataset_begins(struct hanse_bytes text, const char *prefix); /* in any case */
bool dataset_ends(struct hanse_bytes text, const char *suffix);   /* in any case */
struct hanse_bytes dataset_trim(struct hanse_bytes text);
int dataset_lower(int c); /* ASCII */

#endif
