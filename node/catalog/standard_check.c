/* The interpreter of the tables of a standard.
 *
 * Each member of an object is looked up once: among the object's own keys, and among those of the variants
 * that its chooser selects. That is all that JSON Schema's unevaluatedProperties asks for here, without
 * judging any subtree twice. Recursion is bounded by the depth of a document. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/limits.h"
#include "standard_internal.h"

/* A key that stands in the object already is no suggestion; in objects beyond this size nobody looks. */
#define SUGGEST_ABSENT_MAX 100u

/* What is known of the object being judged. */
struct level {
    const struct standard_object *object;
    const struct hanse_value *value;
    bool chooser_bad; /* present, but not a value that chooses anything or could */
    bool untyped;     /* no chooser */
    bool operators;   /* exactly one operator belongs here */
    uint32_t operators_seen;
    uint64_t active; /* a bit for each variant */
};

static bool check_value(struct standard_run *run, const struct hanse_value *value,
                        const struct standard_shape *shape);

const struct standard_key *standard_find(const struct standard_keys *keys, const char *name, uint8_t version)
{
    size_t low = 0, high = keys->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(keys->rows[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < keys->count && strcmp(keys->rows[low].name, name) == 0; low++)
        if ((keys->rows[low].in & version) != 0)
            return &keys->rows[low];
    return NULL;
}

static uint8_t types_of(const struct hanse_value *value)
{
    switch (value->type) {
    case HANSE_VALUE_NULL:
        return STANDARD_NULL;
    case HANSE_VALUE_BOOLEAN:
        return STANDARD_BOOLEAN;
    case HANSE_VALUE_INTEGER:
        return isfinite(value->number) ? STANDARD_NUMBER | STANDARD_INTEGER : 0;
    case HANSE_VALUE_NUMBER:
        if (!isfinite(value->number))
            return 0;
        return value->number == trunc(value->number) ? STANDARD_NUMBER | STANDARD_INTEGER : STANDARD_NUMBER;
    case HANSE_VALUE_STRING:
        return STANDARD_STRING;
    case HANSE_VALUE_ARRAY:
        return STANDARD_ARRAY;
    case HANSE_VALUE_OBJECT:
        return STANDARD_OBJECT;
    }
    return 0;
}

/* A document of nothing but mistakes: past the limit they are counted, and no thought is given to a remedy.
 */
static bool is_only_counted(struct standard_run *run, const struct hanse_value *value,
                            enum standard_rule rule)
{
    if (run->findings->count < HANSE_FINDINGS_MAX)
        return false;
    hanse_findings_add(run->findings, HANSE_SEVERITY_ERROR, run->file, value->line, value->column, "",
                       run->standard->rules[rule], "", NULL);
    return true;
}

static char *type_fix(const struct hanse_value *value, uint8_t wanted)
{
    const char *text = (const char *)value->text.data;
    bool short_text = value->text.size > 0 && value->text.size <= 40;
    if (value->type == HANSE_VALUE_NULL)
        return hanse_strdup("give it a value, or remove the key");
    if (value->type == HANSE_VALUE_NUMBER && !isfinite(value->number))
        return hanse_strdup("write a finite number, or put it in quotes");
    if ((wanted & STANDARD_STRING) != 0 && short_text)
        return standard_format("put it in quotes: \"%s\"", text);
    if (value->type == HANSE_VALUE_STRING && (wanted & STANDARD_BOOLEAN) != 0)
        return hanse_strdup("write true or false, without quotes (yes, no, on and off are texts)");
    if (value->type == HANSE_VALUE_STRING && (wanted & (STANDARD_NUMBER | STANDARD_INTEGER)) != 0)
        return hanse_strdup("write the number without quotes and units");
    if ((wanted & STANDARD_ARRAY) != 0)
        return hanse_strdup("write a list: each element on a line of its own, after '- '");
    if ((wanted & STANDARD_OBJECT) != 0)
        return hanse_strdup("write an object: its keys indented below");
    return NULL;
}

/* A member's name; empty for the elements of a list. */
static const char *name_of(const struct hanse_value *value)
{
    return value->name.size > 0 ? (const char *)value->name.data : "";
}

static void report_type(struct standard_run *run, const struct hanse_value *value, uint8_t wanted)
{
    if (is_only_counted(run, value, STANDARD_RULE_TYPE))
        return;
    char *types = standard_describe_types(wanted), *quoted = standard_quote(value);
    const char *name = name_of(value);
    standard_report(run, HANSE_SEVERITY_ERROR, value, STANDARD_AT_VALUE, STANDARD_RULE_TYPE,
                    type_fix(value, wanted), "%s%.*s%s must be %s, not %s", name[0] != '\0' ? "'" : "",
                    standard_shown(name), name, name[0] != '\0' ? "'" : "this", types, quoted);
    free(types);
    free(quoted);
}

static void check_words(struct standard_run *run, const struct hanse_value *value,
                        const struct standard_word *words)
{
    const char *text = (const char *)value->text.data;
    const struct standard_word *other = NULL; /* right, but of another version */
    for (const struct standard_word *w = words; w->text != NULL; w++) {
        if (strcmp(w->text, text) != 0)
            continue;
        if ((w->in & run->version) != 0)
            return;
        other = w;
    }
    if (is_only_counted(run, value, STANDARD_RULE_ENUM))
        return;
    struct standard_suggestion suggestion = {.wanted = text};
    for (const struct standard_word *w = words; w->text != NULL; w++) {
        if ((w->in & run->version) != 0)
            standard_suggest(&suggestion, w->text);
    }
    char *fix;
    if (other != NULL) {
        fix = standard_format("declare apiVersion: %s, or use another value",
                              standard_version_name(run->standard, other->in));
    } else if (suggestion.best != NULL) {
        fix = standard_format("did you mean '%s'?", suggestion.best);
    } else {
        struct hanse_buffer list;
        hanse_buffer_init(&list);
        for (const struct standard_word *w = words; w->text != NULL; w++)
            if ((w->in & run->version) != 0)
                hanse_buffer_printf(&list, "%s%s", list.size > 0 ? ", " : "use one of: ", w->text);
        fix = list.data;
    }
    char *quoted = standard_quote(value);
    standard_report(run, HANSE_SEVERITY_ERROR, value, STANDARD_AT_VALUE, STANDARD_RULE_ENUM, fix,
                    "%s is not a value of '%.*s' in %s", quoted, standard_shown(name_of(value)),
                    name_of(value), standard_version_name(run->standard, run->version));
    free(quoted);
}

static void check_string(struct standard_run *run, const struct hanse_value *value,
                         const struct standard_shape *shape)
{
    if (shape->words != NULL)
        check_words(run, value, shape->words);
    if (standard_form_matches(shape->form, (const char *)value->text.data, value->text.size, run->version))
        return;
    char *quoted = standard_quote(value);
    const char *name = name_of(value)[0] != '\0' ? name_of(value) : "this list";
    standard_report(run, HANSE_SEVERITY_ERROR, value, STANDARD_AT_VALUE, STANDARD_RULE_FORMAT,
                    standard_format("write %s", standard_describe_form(shape->form)),
                    "%s does not have the form that %.*s needs", quoted, standard_shown(name), name);
    free(quoted);
}

static void check_minimum(struct standard_run *run, const struct hanse_value *value,
                          const struct standard_shape *shape)
{
    if (value->number > shape->minimum || (!shape->exclusive && value->number == shape->minimum))
        return;
    char *quoted = standard_quote(value);
    standard_report(
        run, HANSE_SEVERITY_ERROR, value, STANDARD_AT_VALUE, STANDARD_RULE_RANGE,
        standard_format("use %s %g%s", shape->exclusive ? "a number above" : "at least", shape->minimum, ""),
        "%s is too small", quoted);
    free(quoted);
}

static void check_array(struct standard_run *run, const struct hanse_value *value,
                        const struct standard_shape *shape)
{
    if (value->count < shape->items_min)
        standard_report(run, HANSE_SEVERITY_ERROR, value, STANDARD_AT_VALUE, STANDARD_RULE_ITEMS,
                        standard_format("list at least %u", shape->items_min),
                        "this list is too short: it has %u of %u", value->count, shape->items_min);
    if (shape->items_max > 0 && value->count > shape->items_max)
        standard_report(run, HANSE_SEVERITY_ERROR, value, STANDARD_AT_VALUE, STANDARD_RULE_ITEMS,
                        standard_format("list at most %u", shape->items_max),
                        "this list is too long: it has %u, not %u", value->count, shape->items_max);
    if (shape->item != NULL)
        for (const struct hanse_value *v = value->first; v != NULL; v = v->next)
            check_value(run, v, shape->item);
    const struct hanse_value *twin = shape->unique ? standard_find_twin(value) : NULL;
    if (twin != NULL)
        standard_report(run, HANSE_SEVERITY_ERROR, twin, STANDARD_AT_VALUE, STANDARD_RULE_UNIQUE,
                        hanse_strdup("remove one of the two"), "this element stands in the list already");
}

static const struct standard_word *words_of_chooser(const struct standard_object *object, uint8_t version)
{
    const struct standard_key *key = standard_find(&object->keys, object->chooser, version);
    return key == NULL ? NULL : key->shape->words;
}

static bool is_chosen(const struct standard_variant *variant, const struct hanse_value *value,
                      const struct hanse_value *chooser, uint8_t version)
{
    if ((variant->in & version) == 0)
        return false;
    if (chooser == NULL && (variant->absent & version) != 0)
        return true;
    if (variant->also != NULL && (variant->also_in & version) != 0 &&
        hanse_value_member_text(value, variant->also) != NULL)
        return true;
    if (chooser == NULL || chooser->type != HANSE_VALUE_STRING)
        return false;
    for (size_t i = 0; i < 3 && variant->value[i] != NULL; i++)
        if (hanse_bytes_equal_text(chooser->text, variant->value[i]))
            return true;
    return false;
}

static void choose(struct standard_run *run, struct level *level)
{
    const struct standard_object *object = level->object;
    if (object->chooser == NULL)
        return;
    const struct hanse_value *chooser = hanse_value_member(level->value, object->chooser);
    level->untyped = chooser == NULL;
    for (size_t i = 0; i < object->variant_count; i++) {
        if (!is_chosen(&object->variants[i], level->value, chooser, run->version))
            continue;
        level->active |= (uint64_t)1 << i;
        if ((object->variants[i].operators & run->version) != 0)
            level->operators = true;
    }
    if (chooser == NULL)
        return;
    level->chooser_bad = true;
    for (const struct standard_word *w = words_of_chooser(object, run->version); w != NULL && w->text != NULL;
         w++)
        if ((w->in & run->version) != 0 && chooser->type == HANSE_VALUE_STRING &&
            hanse_bytes_equal_text(chooser->text, w->text))
            level->chooser_bad = false;
}

static void suggest_keys(struct standard_suggestion *s, const struct standard_keys *keys,
                         const struct hanse_value *value, uint8_t version)
{
    bool look = value->count <= SUGGEST_ABSENT_MAX;
    for (size_t i = 0; i < keys->count; i++)
        if ((keys->rows[i].in & version) != 0 &&
            !(look && hanse_value_member(value, keys->rows[i].name) != NULL))
            standard_suggest(s, keys->rows[i].name);
}

/* In which versions this object, with the variants now chosen, knows the key at all. */
static uint8_t versions_of(const struct standard_run *run, const struct level *level, const char *name)
{
    uint8_t versions = 0;
    for (unsigned i = 0; i < run->standard->version_count; i++) {
        uint8_t version = (uint8_t)(1u << i);
        if (standard_find(&level->object->keys, name, version) != NULL)
            versions |= version;
        for (size_t k = 0; k < level->object->variant_count; k++)
            if ((level->active >> k & 1) != 0 &&
                standard_find(&level->object->variants[k].keys, name, version) != NULL)
                versions |= version;
    }
    return versions;
}

/* A variant that is not chosen but would know the key, or NULL. */
static const struct standard_variant *owner_of(const struct standard_run *run, const struct level *level,
                                               const char *name)
{
    uint8_t version = run->version;
    for (size_t i = 0; i < level->object->variant_count; i++) {
        const struct standard_variant *variant = &level->object->variants[i];
        if ((variant->in & version) == 0)
            continue;
        if (standard_find(&variant->keys, name, version) != NULL ||
            ((variant->operators & version) != 0 &&
             standard_find(run->standard->operators, name, version) != NULL))
            return variant;
    }
    return NULL;
}

static void report_unknown(struct standard_run *run, const struct level *level,
                           const struct hanse_value *member)
{
    const struct standard_object *object = level->object;
    const char *name = (const char *)member->name.data;
    if (level->chooser_bad && owner_of(run, level, name) != NULL)
        return; /* the chooser has its finding; what belongs to it cannot be told */
    if (is_only_counted(run, member, STANDARD_RULE_UNKNOWN_KEY))
        return;
    const struct standard_variant *owner = owner_of(run, level, name);
    uint8_t versions = versions_of(run, level, name);
    struct standard_suggestion suggestion = {.wanted = name};
    suggest_keys(&suggestion, &object->keys, level->value, run->version);
    for (size_t i = 0; i < object->variant_count; i++)
        if ((level->active >> i & 1) != 0)
            suggest_keys(&suggestion, &object->variants[i].keys, level->value, run->version);
    if (level->operators)
        suggest_keys(&suggestion, run->standard->operators, level->value, run->version);

    uint8_t newer = (uint8_t)(versions & -(2 * run->version));
    char *fix;
    if (newer != 0)
        fix = standard_format("declare apiVersion: %s, or remove it",
                              standard_version_name(run->standard, newer));
    else if (owner != NULL)
        fix = standard_format("remove it, or set %s: %s", object->chooser, owner->value[0]);
    else if (suggestion.best != NULL)
        fix = standard_format("did you mean '%s'?", suggestion.best);
    else
        fix = hanse_strdup("remove it; what is your own goes under customProperties");
    const char *chosen =
        object->chooser == NULL ? NULL : hanse_value_member_text(level->value, object->chooser);
    standard_report(run, HANSE_SEVERITY_ERROR, member, STANDARD_AT_NAME, STANDARD_RULE_UNKNOWN_KEY, fix,
                    "'%.*s' is not a key of %s%s%s%s%.*s in %s", standard_shown(name), name, object->name,
                    chosen != NULL ? " with " : "", chosen != NULL ? object->chooser : "",
                    chosen != NULL ? ": " : "", standard_shown(chosen), chosen != NULL ? chosen : "",
                    standard_version_name(run->standard, run->version));
}

/* An untyped property is judged as if it had every type at once, and no option suits them all. */
static void report_options(struct standard_run *run, const struct level *level,
                           const struct hanse_value *member)
{
    standard_report(
        run, HANSE_SEVERITY_ERROR, member, STANDARD_AT_NAME, STANDARD_RULE_OPTIONS,
        standard_format("add %s, as in %s: string", level->object->chooser, level->object->chooser),
        "'%.*s' means nothing without a %s", standard_shown(name_of(member)), name_of(member),
        level->object->chooser);
}

static void check_member(struct standard_run *run, struct level *level, const struct hanse_value *member)
{
    const struct standard_object *object = level->object;
    const char *name = (const char *)member->name.data;
    const struct standard_key *own = standard_find(&object->keys, name, run->version);
    const struct standard_shape *chosen = NULL;
    bool several = false, known = own != NULL, sound = true;

    if (own != NULL)
        sound = check_value(run, member, own->shape);
    if (level->operators) {
        const struct standard_key *operator= standard_find(run->standard->operators, name, run->version);
        if (operator!= NULL) {
            known = true;
            level->operators_seen++;
            check_value(run, member, operator->shape);
        }
    }
    for (size_t i = 0; i < object->variant_count; i++) {
        if ((level->active >> i & 1) == 0)
            continue;
        const struct standard_key *key = standard_find(&object->variants[i].keys, name, run->version);
        if (key == NULL)
            continue;
        known = true;
        if (own != NULL && key->shape == own->shape)
            continue; /* judged already; judging twice would cost double at each level of nesting */
        several = several || (chosen != NULL && chosen != key->shape);
        chosen = key->shape;
    }
    if (several && sound && member->count > 0)
        report_options(run, level, member);
    else if (!several && sound && chosen != NULL)
        check_value(run, member, chosen);
    if (!known && (object->closed & run->version) != 0)
        report_unknown(run, level, member);
}

static void check_required(struct standard_run *run, const struct level *level,
                           const struct standard_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct standard_key *key = &keys->rows[i];
        if ((key->required & run->version) == 0 || hanse_value_member(level->value, key->name) != NULL)
            continue;
        char *types = standard_describe_types(key->shape->types);
        standard_report(run, HANSE_SEVERITY_ERROR, level->value, STANDARD_AT_VALUE, STANDARD_RULE_REQUIRED,
                        standard_format("add '%s:' with %s", key->name, types), "%s needs the key '%s' in %s",
                        level->object->name, key->name, standard_version_name(run->standard, run->version));
        free(types);
    }
}

static void check_operators(struct standard_run *run, const struct level *level)
{
    if (level->operators_seen == 0)
        standard_report(
            run, HANSE_SEVERITY_ERROR, level->value, STANDARD_AT_VALUE, STANDARD_RULE_OPERATOR,
            hanse_strdup("add one of mustBe, mustNotBe, mustBeGreaterThan, mustBeGreaterOrEqualTo, "
                         "mustBeLessThan, mustBeLessOrEqualTo, mustBeBetween, mustNotBeBetween"),
            "this quality rule does not say what its result must be");
    if (level->operators_seen > 1)
        standard_report(run, HANSE_SEVERITY_ERROR, level->value, STANDARD_AT_VALUE, STANDARD_RULE_OPERATOR,
                        hanse_strdup("keep one; for two bounds use mustBeBetween, or write two rules"),
                        "a quality rule may have one operator, not %u", level->operators_seen);
}

static void check_same_kind(struct standard_run *run, const struct level *level)
{
    const char *const *names = level->object->same_kind;
    const struct hanse_value *a = hanse_value_member(level->value, names[0]);
    const struct hanse_value *b = hanse_value_member(level->value, names[1]);
    if (a == NULL || b == NULL || a->type == b->type)
        return;
    standard_report(run, HANSE_SEVERITY_ERROR, b, STANDARD_AT_VALUE, STANDARD_RULE_RELATIONSHIP,
                    standard_format("write both as texts, or both as lists"),
                    "'%s' and '%s' must be of the same kind", names[0], names[1]);
}

static void check_object(struct standard_run *run, const struct hanse_value *value,
                         const struct standard_object *object)
{
    struct level level = {.object = object, .value = value};
    choose(run, &level);
    check_required(run, &level, &object->keys);
    for (size_t i = 0; i < object->variant_count; i++)
        if ((level.active >> i & 1) != 0)
            check_required(run, &level, &object->variants[i].keys);
    for (const struct hanse_value *m = value->first; m != NULL; m = m->next)
        check_member(run, &level, m);
    if (level.operators)
        check_operators(run, &level);
    if (object->same_kind[0] != NULL)
        check_same_kind(run, &level);
}

/* Whether the type is right: if not, nothing else was looked at. */
static bool check_value(struct standard_run *run, const struct hanse_value *value,
                        const struct standard_shape *shape)
{
    if ((shape->types & STANDARD_UNCHECKED) != 0)
        return true;
    if ((types_of(value) & shape->types) == 0) {
        report_type(run, value, shape->types);
        return false;
    }
    if (value->type == HANSE_VALUE_STRING)
        check_string(run, value, shape);
    else if (value->type == HANSE_VALUE_ARRAY)
        check_array(run, value, shape);
    else if (value->type == HANSE_VALUE_OBJECT && shape->object != NULL)
        check_object(run, value, shape->object);
    else if (shape->has_minimum)
        check_minimum(run, value, shape);
    return true;
}

void standard_check(struct standard_run *run, const struct hanse_value *root)
{
    const struct standard_shape shape = {.types = STANDARD_OBJECT, .object = run->standard->root};
    check_value(run, root, &shape);
}
