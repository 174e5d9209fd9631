/* Diff, inside the folder: the tables of what a contract consists of, and the rules that grade its changes.
 */
#ifndef DIFF_INTERNAL_H
#define DIFF_INTERNAL_H

#include "hanse/diff.h"

struct diff_pair {
    const struct hanse_value *before, *after; /* at most one is NULL */
};

struct diff_grade {
    enum hanse_severity severity;
    unsigned breaks; /* sides */
};

struct diff_rule {
    const char *what; /* as in "field" */
    const char *added, *removed, *changed;
    struct diff_grade (*grade)(struct diff_pair pair);
    bool documentation;
};

struct diff_place;

/* A member of an object, and how its value is compared. */
struct diff_member {
    const char *name;
    const struct diff_rule *rule;    /* of the value as a whole; NULL: its changes are none */
    const struct diff_place *inside; /* an object's members, or NULL: it is compared as a whole */
    const struct diff_place *items;  /* a list's, each by its key (diff_keys); or NULL: likewise */
    bool at_once;                    /* a list that comes or goes is one change, not one for each item */
};

struct diff_place {
    const struct diff_member *members;
    size_t count;
    const struct diff_rule *item;  /* of a whole one that stands in a list, and comes or goes */
    const struct diff_rule *other; /* of members that no row names */
};

/* What a list's items are told apart by. */
#define DIFF_KEY_PARTS 4
struct diff_keys {
    const char *list;                  /* the member's name */
    const char *key[DIFF_KEY_PARTS];   /* the first must be there; the others belong to it where they are */
    const char *alike[DIFF_KEY_PARTS]; /* items without a key are one when these are the same */
};

/* diff_rules.c */
extern const struct diff_place diff_contract;
const struct diff_member *diff_member(const struct diff_place *place, struct hanse_bytes name);
/* Of the list with that member's name; one without rows has no keys: its items are told apart by content. */
const struct diff_keys *diff_keys_of(struct hanse_bytes list);

/* diff_grade.c */
bool diff_nothing(const struct hanse_value *value); /* NULL, null, an empty list or object */
struct diff_grade diff_grade_nothing(struct diff_pair pair);
struct diff_grade diff_grade_object(struct diff_pair pair);
struct diff_grade diff_grade_field(struct diff_pair pair);
struct diff_grade diff_grade_type(struct diff_pair pair);
struct diff_grade diff_grade_required(struct diff_pair pair);
struct diff_grade diff_grade_unique(struct diff_pair pair);
struct diff_grade diff_grade_primary_key(struct diff_pair pair);
struct diff_grade diff_grade_physical_name(struct diff_pair pair);
struct diff_grade diff_grade_at_least(struct diff_pair pair);
struct diff_grade diff_grade_at_most(struct diff_pair pair);
struct diff_grade diff_grade_count_at_least(struct diff_pair pair);
struct diff_grade diff_grade_count_at_most(struct diff_pair pair);
struct diff_grade diff_grade_threshold_least(struct diff_pair pair);
struct diff_grade diff_grade_threshold_most(struct diff_pair pair);
struct diff_grade diff_grade_pattern(struct diff_pair pair);
struct diff_grade diff_grade_flag(struct diff_pair pair);
struct diff_grade diff_grade_names(struct diff_pair pair);
struct diff_grade diff_grade_enum(struct diff_pair pair);
struct diff_grade diff_grade_enum_value(struct diff_pair pair);
struct diff_grade diff_grade_dimensions(struct diff_pair pair);
struct diff_grade diff_grade_element_type(struct diff_pair pair);
struct diff_grade diff_grade_quality(struct diff_pair pair);
struct diff_grade diff_grade_check(struct diff_pair pair);
struct diff_grade diff_grade_check_aside(struct diff_pair pair);
struct diff_grade diff_grade_valid_values(struct diff_pair pair);
struct diff_grade diff_grade_invalid_values(struct diff_pair pair);
struct diff_grade diff_grade_promise(struct diff_pair pair);
struct diff_grade diff_grade_level(struct diff_pair pair);

/* diff_match.c: which belongs to which, in the order of the later one; what was removed comes last. */
struct diff_pairs {
    struct diff_pair *items;
    size_t count;
};
void diff_match_members(const struct hanse_value *before, const struct hanse_value *after,
                        struct diff_pairs *ret_pairs);
void diff_match_items(const struct hanse_value *before, const struct hanse_value *after,
                      const struct diff_keys *keys, struct diff_pairs *ret_pairs);
void diff_pairs_release(struct diff_pairs *pairs);
bool diff_same(const struct hanse_value *before, const struct hanse_value *after);

#endif
