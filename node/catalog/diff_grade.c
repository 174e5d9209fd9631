/* How bad a change is, and for whom. Severities are those that datacontract-cli's `breaking` gives, so that a
 * pipeline hears the same from both; sides are our own: who promised less breaks consumers, who promised more
 * breaks producers, and what cannot be compared breaks both. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "diff_internal.h"

#define ERROR     HANSE_SEVERITY_ERROR
#define WARNING   HANSE_SEVERITY_WARNING
#define INFO      HANSE_SEVERITY_INFO
#define CONSUMERS HANSE_SIDE_CONSUMERS
#define PRODUCERS HANSE_SIDE_PRODUCERS
#define BOTH      (CONSUMERS | PRODUCERS)

static struct diff_grade grade(enum hanse_severity severity, unsigned breaks)
{
    return (struct diff_grade){.severity = severity, .breaks = breaks};
}

bool diff_nothing(const struct hanse_value *value)
{
    return value == NULL || value->type == HANSE_VALUE_NULL ||
           ((value->type == HANSE_VALUE_ARRAY || value->type == HANSE_VALUE_OBJECT) && value->count == 0);
}

static bool is_true(const struct hanse_value *value)
{
    return value != NULL && value->type == HANSE_VALUE_BOOLEAN && value->boolean;
}

/* A promise that was made, withdrawn or changed in a way that nobody can judge. */
static unsigned sides(struct diff_pair pair)
{
    return pair.before == NULL ? PRODUCERS : pair.after == NULL ? CONSUMERS : BOTH;
}

struct diff_grade diff_grade_nothing(struct diff_pair pair)
{
    (void)pair;
    return grade(INFO, 0);
}

struct diff_grade diff_grade_promise(struct diff_pair pair)
{
    return grade(INFO, sides(pair));
}

struct diff_grade diff_grade_object(struct diff_pair pair)
{
    return grade(pair.after == NULL ? ERROR : INFO, sides(pair));
}

/* Who delivers no optional field delivers nothing wrong. */
struct diff_grade diff_grade_field(struct diff_pair pair)
{
    if (pair.after == NULL)
        return grade(ERROR, CONSUMERS);
    bool must = is_true(hanse_value_member(pair.after, "required")) ||
                is_true(hanse_value_member(pair.after, "primaryKey"));
    return grade(INFO, must ? PRODUCERS : 0);
}

struct diff_grade diff_grade_type(struct diff_pair pair)
{
    return grade(pair.before == NULL ? INFO : pair.after == NULL ? WARNING : ERROR, sides(pair));
}

/* A promise that holds when the flag is true. */
static unsigned flag_sides(struct diff_pair pair)
{
    return is_true(pair.after) == is_true(pair.before) ? 0 : is_true(pair.after) ? PRODUCERS : CONSUMERS;
}

struct diff_grade diff_grade_required(struct diff_pair pair)
{
    bool sure = pair.after == NULL || pair.after->type == HANSE_VALUE_BOOLEAN;
    return grade(!sure ? WARNING : is_true(pair.after) ? ERROR : INFO, flag_sides(pair));
}

struct diff_grade diff_grade_unique(struct diff_pair pair)
{
    enum hanse_severity severity = is_true(pair.after) ? ERROR : is_true(pair.before) ? INFO : WARNING;
    return grade(severity, flag_sides(pair));
}

struct diff_grade diff_grade_primary_key(struct diff_pair pair)
{
    return grade(WARNING, flag_sides(pair));
}

struct diff_grade diff_grade_flag(struct diff_pair pair)
{
    return grade(INFO, flag_sides(pair));
}

/* Where none is written, the name is the physical one. */
struct diff_grade diff_grade_physical_name(struct diff_pair pair)
{
    const struct hanse_value *there = pair.after != NULL ? pair.after : pair.before;
    const struct hanse_value *name = hanse_value_member(there->parent, "name");
    struct diff_pair real = {.before = pair.before != NULL ? pair.before : name,
                             .after = pair.after != NULL ? pair.after : name};
    bool same = real.before != NULL && real.after != NULL && diff_same(real.before, real.after);
    return grade(INFO, same ? 0 : BOTH);
}

/* A date as a number that grows with it; false when it is none. */
static bool read_date(const char *text, double *ret_number)
{
    int year = 0, month = 0, day = 0;
    for (int i = 0; i < 10; i++) {
        bool dash = i == 4 || i == 7;
        if (dash ? text[i] != '-' : text[i] < '0' || text[i] > '9')
            return false;
        int *part = i < 4 ? &year : i < 7 ? &month : &day;
        if (!dash)
            *part = *part * 10 + (text[i] - '0');
    }
    *ret_number = (year * 12.0 + month) * 31.0 + day;
    return text[10] == '\0';
}

/* Numbers, texts that are numbers, and dates. */
static bool read_number(const struct hanse_value *value, double *ret_number)
{
    if (value == NULL)
        return false;
    if (value->type == HANSE_VALUE_INTEGER || value->type == HANSE_VALUE_NUMBER) {
        *ret_number = value->number;
        return true;
    }
    if (value->type != HANSE_VALUE_STRING || value->text.size == 0)
        return false;
    char *end;
    const char *text = (const char *)value->text.data;
    double number = strtod(text, &end);
    if (*end != '\0')
        return read_date(text, ret_number);
    *ret_number = number;
    return true;
}

enum order { ORDER_UNKNOWN, ORDER_SAME, ORDER_ROSE, ORDER_FELL };

static enum order order_of(struct diff_pair pair)
{
    double before, after;
    if (!read_number(pair.before, &before) || !read_number(pair.after, &after))
        return ORDER_UNKNOWN;
    return after > before ? ORDER_ROSE : after < before ? ORDER_FELL : ORDER_SAME;
}

/* A bound that is tighter when it has moved that way. `removed`: the severity of dropping it. */
static struct diff_grade bound(struct diff_pair pair, enum order tighter, enum hanse_severity removed)
{
    bool flags = (pair.before == NULL || pair.before->type == HANSE_VALUE_BOOLEAN) &&
                 (pair.after == NULL || pair.after->type == HANSE_VALUE_BOOLEAN);
    if (flags) /* in ODCS 3.0 exclusive* only say how the bound beside them is meant */
        return grade(WARNING, flag_sides(pair));
    if (pair.before == NULL || pair.after == NULL)
        return grade(pair.after == NULL ? removed : WARNING, sides(pair));
    enum order order = order_of(pair);
    if (order == ORDER_UNKNOWN)
        return grade(WARNING, BOTH);
    if (order == ORDER_SAME)
        return grade(INFO, 0);
    return order == tighter ? grade(ERROR, PRODUCERS) : grade(INFO, CONSUMERS);
}

struct diff_grade diff_grade_at_least(struct diff_pair pair)
{
    return bound(pair, ORDER_ROSE, WARNING);
}

struct diff_grade diff_grade_at_most(struct diff_pair pair)
{
    return bound(pair, ORDER_FELL, WARNING);
}

struct diff_grade diff_grade_count_at_least(struct diff_pair pair)
{
    return grade(INFO, bound(pair, ORDER_ROSE, INFO).breaks);
}

struct diff_grade diff_grade_count_at_most(struct diff_pair pair)
{
    return grade(INFO, bound(pair, ORDER_FELL, INFO).breaks);
}

struct diff_grade diff_grade_threshold_least(struct diff_pair pair)
{
    return bound(pair, ORDER_ROSE, INFO);
}

struct diff_grade diff_grade_threshold_most(struct diff_pair pair)
{
    return bound(pair, ORDER_FELL, INFO);
}

struct diff_grade diff_grade_pattern(struct diff_pair pair)
{
    return grade(WARNING, sides(pair));
}

struct diff_grade diff_grade_dimensions(struct diff_pair pair)
{
    return grade(pair.after == NULL ? WARNING : ERROR, sides(pair));
}

struct diff_grade diff_grade_element_type(struct diff_pair pair)
{
    static const char ABSENT[] = "float32";
    bool same = (pair.before == NULL && hanse_bytes_equal_text(pair.after->text, ABSENT)) ||
                (pair.after == NULL && hanse_bytes_equal_text(pair.before->text, ABSENT));
    return same ? grade(INFO, 0) : grade(ERROR, BOTH);
}

/* Which items came and went, whatever their order. */
static void compare_sets(struct diff_pair pair, bool *ret_added, bool *ret_removed)
{
    struct diff_pairs pairs;
    diff_match_items(pair.before, pair.after, NULL, &pairs);
    *ret_added = *ret_removed = false;
    for (size_t i = 0; i < pairs.count; i++) {
        *ret_added = *ret_added || pairs.items[i].before == NULL;
        *ret_removed = *ret_removed || pairs.items[i].after == NULL;
    }
    diff_pairs_release(&pairs);
}

/* A list each of whose items is a promise of its own. */
struct diff_grade diff_grade_names(struct diff_pair pair)
{
    bool added, removed;
    compare_sets(pair, &added, &removed);
    return grade(INFO, (added ? PRODUCERS : 0u) | (removed ? CONSUMERS : 0u));
}

struct diff_grade diff_grade_enum(struct diff_pair pair)
{
    return grade(pair.before == NULL ? ERROR : INFO, sides(pair));
}

/* One value fewer promises more. */
struct diff_grade diff_grade_enum_value(struct diff_pair pair)
{
    return pair.before == NULL ? grade(INFO, CONSUMERS) : grade(ERROR, pair.after == NULL ? PRODUCERS : BOTH);
}

struct diff_grade diff_grade_valid_values(struct diff_pair pair)
{
    bool added, removed;
    if (pair.before == NULL)
        return grade(INFO, PRODUCERS);
    if (pair.after == NULL)
        return grade(ERROR, CONSUMERS);
    compare_sets(pair, &added, &removed);
    return grade(removed ? ERROR : INFO, (added ? CONSUMERS : 0u) | (removed ? PRODUCERS : 0u));
}

struct diff_grade diff_grade_invalid_values(struct diff_pair pair)
{
    bool added, removed;
    compare_sets(pair, &added, &removed);
    return grade(added ? ERROR : INFO, (added ? PRODUCERS : 0u) | (removed ? CONSUMERS : 0u));
}

/* Their tool grades the lines of a removed rule as well, and valid values that are gone as an error. */
struct diff_grade diff_grade_quality(struct diff_pair pair)
{
    const struct hanse_value *values =
        hanse_value_member(hanse_value_member(pair.before, "arguments"), "validValues");
    return grade(pair.before == NULL || !diff_nothing(values) ? ERROR : INFO, sides(pair));
}

struct diff_grade diff_grade_check(struct diff_pair pair)
{
    return grade(WARNING, sides(pair));
}

struct diff_grade diff_grade_check_aside(struct diff_pair pair)
{
    (void)pair;
    return grade(WARNING, 0);
}

/* Which way a service level gets better: ODCS's own properties, whatever their case. */
static enum order better_of(const char *property)
{
    static const struct {
        const char *property;
        enum order better;
    } LEVELS[] = {
        {"availability", ORDER_ROSE},        {"throughput", ORDER_ROSE},   {"retention", ORDER_ROSE},
        {"endOfSupport", ORDER_ROSE},        {"endOfLife", ORDER_ROSE},    {"errorRate", ORDER_FELL},
        {"generalAvailability", ORDER_FELL}, {"latency", ORDER_FELL},      {"frequency", ORDER_FELL},
        {"timeToDetect", ORDER_FELL},        {"timeToNotify", ORDER_FELL}, {"timeToRepair", ORDER_FELL},
    };
    for (size_t i = 0; property != NULL && i < sizeof LEVELS / sizeof *LEVELS; i++)
        if (strcasecmp(property, LEVELS[i].property) == 0)
            return LEVELS[i].better;
    return ORDER_UNKNOWN;
}

static bool same_unit(struct diff_pair pair)
{
    const struct hanse_value *before = hanse_value_member(pair.before->parent, "unit");
    const struct hanse_value *after = hanse_value_member(pair.after->parent, "unit");
    return before == NULL || after == NULL ? before == after : diff_same(before, after);
}

struct diff_grade diff_grade_level(struct diff_pair pair)
{
    if (pair.before == NULL || pair.after == NULL)
        return grade(INFO, sides(pair));
    enum order order = order_of(pair);
    enum order better = better_of(hanse_value_member_text(pair.after->parent, "property"));
    if (order == ORDER_SAME)
        return grade(INFO, 0);
    if (order == ORDER_UNKNOWN || better == ORDER_UNKNOWN || !same_unit(pair))
        return grade(INFO, BOTH);
    return grade(INFO, order == better ? PRODUCERS : CONSUMERS);
}
