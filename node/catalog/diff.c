/* Walking two contracts side by side. Recursion is bounded by the depth of a document. */
#include "hanse/diff.h"

#include <stdlib.h>

#include "diff_internal.h"

struct walk {
    struct hanse_diff *diff;
    bool promised; /* within schema or service levels */
};

static void raise(enum hanse_verdict *verdict, enum hanse_verdict by)
{
    if (by > *verdict)
        *verdict = by;
}

static void count(struct hanse_diff *diff, const struct hanse_change *change)
{
    enum hanse_verdict harmless =
        change->documentation ? HANSE_VERDICT_DOCUMENTATION : HANSE_VERDICT_COMPATIBLE;
    bool error = change->severity == HANSE_SEVERITY_ERROR;
    raise(&diff->verdict, error ? HANSE_VERDICT_BREAKING : harmless);
    raise(&diff->consumers, (change->breaks & HANSE_SIDE_CONSUMERS) != 0 ? HANSE_VERDICT_BREAKING : harmless);
    raise(&diff->producers, (change->breaks & HANSE_SIDE_PRODUCERS) != 0 ? HANSE_VERDICT_BREAKING : harmless);
    diff->promised = diff->promised || change->promised;
}

static void add(struct walk *walk, const struct diff_rule *rule, struct diff_pair pair)
{
    struct hanse_diff *diff = walk->diff;
    struct diff_grade grade = rule->grade(pair);
    struct hanse_change change = {
        .before = pair.before,
        .after = pair.after,
        .rule = pair.before == NULL  ? rule->added
                : pair.after == NULL ? rule->removed
                                     : rule->changed,
        .what = rule->what,
        .severity = grade.severity,
        .breaks = grade.breaks,
        .documentation = rule->documentation,
        .promised = walk->promised && !rule->documentation,
    };
    count(diff, &change);
    if (diff->count >= HANSE_DIFF_CHANGES_MAX) {
        diff->dropped++;
        return;
    }
    if (diff->count == diff->capacity) {
        diff->capacity = diff->capacity == 0 ? 16 : diff->capacity * 2;
        diff->items = hanse_realloc(diff->items, diff->capacity * sizeof *diff->items);
    }
    diff->items[diff->count++] = change;
}

static void compare_whole(struct walk *walk, const struct diff_rule *rule, struct diff_pair pair)
{
    if (rule == NULL)
        return;
    if (diff_nothing(pair.before))
        pair.before = NULL;
    if (diff_nothing(pair.after))
        pair.after = NULL;
    if (pair.before == NULL && pair.after == NULL)
        return;
    if (pair.before == NULL || pair.after == NULL || !diff_same(pair.before, pair.after))
        add(walk, rule, pair);
}

static void compare_objects(struct walk *walk, const struct diff_place *place, struct diff_pair pair);

static bool is_of(struct diff_pair pair, enum hanse_value_type type)
{
    return (pair.before == NULL || pair.before->type == type) &&
           (pair.after == NULL || pair.after->type == type);
}

static void compare_lists(struct walk *walk, const struct diff_member *member, struct diff_pair lists)
{
    const struct diff_place *place = member->items;
    const struct hanse_value *list = lists.after != NULL ? lists.after : lists.before;
    struct diff_pairs pairs;
    diff_match_items(lists.before, lists.after, diff_keys_of(list->name), &pairs);
    for (size_t i = 0; i < pairs.count; i++) {
        struct diff_pair pair = pairs.items[i];
        bool both = pair.before != NULL && pair.after != NULL;
        if (both && is_of(pair, HANSE_VALUE_OBJECT))
            compare_objects(walk, place, pair);
        else
            compare_whole(walk, place->item, pair);
    }
    diff_pairs_release(&pairs);
}

static void compare_member(struct walk *walk, const struct diff_place *place, struct diff_pair pair)
{
    struct hanse_bytes name = pair.after != NULL ? pair.after->name : pair.before->name;
    const struct diff_member *member = diff_member(place, name);
    bool one = diff_nothing(pair.before) || diff_nothing(pair.after);
    if (member == NULL)
        compare_whole(walk, place->other, pair);
    else if (member->items != NULL && is_of(pair, HANSE_VALUE_ARRAY) && !(one && member->at_once))
        compare_lists(walk, member, pair);
    else if (member->inside != NULL && is_of(pair, HANSE_VALUE_OBJECT))
        compare_objects(walk, member->inside, pair);
    else
        compare_whole(walk, member->rule, pair);
}

static bool is_promise(struct hanse_bytes name)
{
    return hanse_bytes_equal_text(name, "schema") || hanse_bytes_equal_text(name, "slaProperties") ||
           hanse_bytes_equal_text(name, "slaDefaultElement");
}

static void compare_objects(struct walk *walk, const struct diff_place *place, struct diff_pair objects)
{
    struct diff_pairs pairs;
    diff_match_members(objects.before, objects.after, &pairs);
    for (size_t i = 0; i < pairs.count; i++) {
        struct diff_pair pair = pairs.items[i];
        if (place == &diff_contract)
            walk->promised = is_promise(pair.after != NULL ? pair.after->name : pair.before->name);
        compare_member(walk, place, pair);
    }
    diff_pairs_release(&pairs);
}

void hanse_diff(const struct hanse_value *before, const struct hanse_value *after,
                struct hanse_diff *ret_diff)
{
    *ret_diff = (struct hanse_diff){0};
    struct walk walk = {.diff = ret_diff};
    compare_objects(&walk, &diff_contract, (struct diff_pair){.before = before, .after = after});
}

void hanse_diff_release(struct hanse_diff *diff)
{
    free(diff->items);
    *diff = (struct hanse_diff){0};
}
