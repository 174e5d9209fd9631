/* The dictionary: what all domains call by one name, and where they disagree about it.
 *
 * The search index knows the versions that have a field with all parts of the word; their fields are then
 * read and compared folded, so that customer_id, customerId and Customer-ID are one name. Those that have the
 * word as it is written are looked into first, since its parts may stand in every contract. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "glossary_internal.h"

#define VERSIONS_MAX  5000u /* looked into */
#define VALUES_MAX    50u   /* told apart of a conflict */
#define RELATED_MAX   20u
#define NAMES_MAX     1000u /* related ones that are counted */
#define FOLDED_MAX    128u
#define TEXT_FOLD_MAX 512u

struct dictionary {
    sqlite3 *db;
    const char *word;
    char folded[FOLDED_MAX + 1]; /* of the word */
    uint32_t limit;
    json_t *fields;
    size_t total;
    uint32_t looked; /* versions */
    bool complete;
    sqlite3_stmt *read_fields, *read_terms;
    json_t *types, *definitions, *terms; /* value, folded: {"value","fields","domains":{name: true}} */
    json_t *related;                     /* name, folded: {"field","fields"} */
};

/* Letters and digits alone, in lower case; what is not ASCII stays as it is. */
static void fold_name(const char *name, size_t size, char ret_folded[static FOLDED_MAX + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < size && n < FOLDED_MAX; i++) {
        unsigned char c = (unsigned char)name[i];
        if (isalnum(c) || c >= 0x80)
            ret_folded[n++] = (char)tolower(c);
    }
    ret_folded[n] = '\0';
}

/* The field's own name, without the path of those it is nested in. */
static const char *own_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot == NULL ? path : dot + 1;
}

/* Words of a sentence, in lower case, with one space between them: how it is laid out does not count. */
static void fold_text(const char *text, char ret_folded[static TEXT_FOLD_MAX + 1])
{
    size_t n = 0;
    for (; *text != '\0' && n < TEXT_FOLD_MAX; text++) {
        unsigned char c = (unsigned char)*text;
        if (!isspace(c))
            ret_folded[n++] = (char)tolower(c);
        else if (n > 0 && ret_folded[n - 1] != ' ')
            ret_folded[n++] = ' ';
    }
    while (n > 0 && (ret_folded[n - 1] == ' ' || ret_folded[n - 1] == '.'))
        n--;
    ret_folded[n] = '\0';
}

static void count_value(json_t *values, const char *key, const char *value, const char *domain)
{
    json_t *entry = json_object_get(values, key);
    if (entry == NULL) {
        if (json_object_size(values) == VALUES_MAX)
            return;
        entry = json_pack("{s:s, s:i, s:{}}", "value", value, "fields", 0, "domains");
        json_object_set_new(values, key, entry);
    }
    json_object_set_new(entry, "fields",
                        json_integer(json_integer_value(json_object_get(entry, "fields")) + 1));
    json_object_set_new(json_object_get(entry, "domains"), domain, json_true());
}

static void count_related(struct dictionary *d, const char *name, const char *folded)
{
    json_t *entry = json_object_get(d->related, folded);
    if (entry == NULL && json_object_size(d->related) == NAMES_MAX)
        return;
    json_int_t fields = json_integer_value(json_object_get(entry, "fields"));
    json_object_set_new(d->related, folded, json_pack("{s:s, s:I}", "field", name, "fields", fields + 1));
}

/* The names of the terms that the field of that row stands for. */
static int terms_of(struct dictionary *d, sqlite3_stmt *version, const char *object, const char *field,
                    json_t *terms)
{
    int rc;
    sqlite3_bind_int64(d->read_terms, 1, sqlite3_column_int64(version, 1));
    catalog_bind(d->read_terms, 2, hanse_bytes_of((const char *)sqlite3_column_text(version, 3)));
    catalog_bind(d->read_terms, 3, hanse_bytes_of(object == NULL ? "" : object));
    catalog_bind(d->read_terms, 4, hanse_bytes_of(field));
    while ((rc = sqlite3_step(d->read_terms)) == SQLITE_ROW)
        json_array_append_new(terms, json_string((const char *)sqlite3_column_text(d->read_terms, 0)));
    sqlite3_reset(d->read_terms);
    return hanse_store_error(d->db, rc);
}

static int take_field(struct dictionary *d, sqlite3_stmt *version)
{
    sqlite3_stmt *row = d->read_fields;
    const char *domain = (const char *)sqlite3_column_text(version, 2),
               *object = (const char *)sqlite3_column_text(row, 0),
               *field = (const char *)sqlite3_column_text(row, 1),
               *type = (const char *)sqlite3_column_text(row, 2),
               *definition = (const char *)sqlite3_column_text(row, 5);
    json_t *terms = json_array(), *term;
    char folded[TEXT_FOLD_MAX + 1];
    size_t i;
    int error = terms_of(d, version, object, field, terms);
    if (type != NULL)
        count_value(d->types, type, type, domain);
    if (definition != NULL) {
        fold_text(definition, folded);
        count_value(d->definitions, folded, definition, domain);
    }
    json_array_foreach(terms, i, term)
        count_value(d->terms, json_string_value(term), json_string_value(term), domain);
    if (d->total++ < d->limit)
        json_array_append_new(d->fields,
                              json_pack("{s:s, s:s, s:s, s:s?, s:s, s:s?, s:s?, s:s?, s:s?, s:O}", "domain",
                                        domain, "contract", (const char *)sqlite3_column_text(version, 3),
                                        "version", (const char *)sqlite3_column_text(version, 4), "object",
                                        object, "field", field, "logical_type", type, "physical_type",
                                        (const char *)sqlite3_column_text(row, 3), "classification",
                                        (const char *)sqlite3_column_text(row, 4), "description", definition,
                                        "terms", terms));
    json_decref(terms);
    return error;
}

static int take_version(struct dictionary *d, sqlite3_stmt *version)
{
    int64_t id = sqlite3_column_int64(version, 0);
    int rc, error = HANSE_OK;
    sqlite3_bind_int64(d->read_fields, 1, id << PACK_BITS);
    sqlite3_bind_int64(d->read_fields, 2, ((id + 1) << PACK_BITS) - 1);
    while ((rc = sqlite3_step(d->read_fields)) == SQLITE_ROW && error == HANSE_OK) {
        const char *name = own_name((const char *)sqlite3_column_text(d->read_fields, 1));
        char folded[FOLDED_MAX + 1];
        fold_name(name, strlen(name), folded);
        if (strcmp(folded, d->folded) == 0)
            error = take_field(d, version);
        else if (strstr(folded, d->folded) != NULL)
            count_related(d, name, folded);
    }
    sqlite3_reset(d->read_fields);
    return error != HANSE_OK || rc == SQLITE_ROW ? error : hanse_store_error(d->db, rc);
}

/* What the index is asked: a field that is written as the word is, then one that has every part of it and
 * is not. A word of one part has the first only. */
static int write_expressions(struct dictionary *d, struct hanse_buffer *same, struct hanse_buffer *parts)
{
    struct search_tokens tokens;
    struct search_words *words = hanse_calloc(1, sizeof *words);
    struct hanse_buffer text;
    int error = search_tokens_open(d->db, &tokens);
    hanse_buffer_init(&text);
    text_index(hanse_bytes_of(d->word), &text);
    if (error == HANSE_OK) {
        error = search_tokens_read(&tokens, hanse_buffer_bytes(&text), words);
        search_tokens_close(&tokens);
    }
    if (error == HANSE_OK && words->count == 0)
        error = HANSE_E_INVALID;
    if (error == HANSE_OK) /* the whole word comes first */
        hanse_buffer_printf(same, "field : \"%s\"", words->words[0]);
    for (size_t i = 1; error == HANSE_OK && i < words->count; i++)
        hanse_buffer_printf(parts, "%s\"%s\"", i > 1 ? " AND " : "field : (", words->words[i]);
    if (parts->size > 0)
        hanse_buffer_printf(parts, " NOT \"%s\")", words->words[0]);
    hanse_buffer_release(&text);
    free(words);
    return error;
}

static int prepare(struct dictionary *d)
{
    int error =
        read_prepare(d->db,
                     "SELECT o.object, f.field, f.logical_type, f.physical_type, f.classification,"
                     " f.description FROM hanse$field f JOIN hanse$object o ON o.id = (f.id >> 14 << 14) +"
                     " f.object WHERE f.id BETWEEN ?1 AND ?2",
                     &d->read_fields);
    if (error == HANSE_OK)
        error = read_prepare(
            d->db,
            "SELECT coalesce(t.name, lower(hex(x.term_journal))) || '/' || x.term FROM"
            " hanse$field_term x LEFT JOIN hanse$journals t ON t.journal_id = x.term_journal WHERE"
            " x.journal = ?1 AND x.contract = ?2 AND x.object = ?3 AND x.field = ?4 ORDER BY x.id",
            &d->read_terms);
    return error;
}

/* The versions that the index knows for it, as far as they may be looked into. */
static int look_for(struct dictionary *d, const struct hanse_buffer *expression)
{
    sqlite3_stmt *version;
    int rc,
        error = read_prepare(
            d->db,
            "SELECT * FROM (SELECT v.id, v.journal, j.name, c.contract, v.version FROM hanse$search s JOIN"
            " hanse$contract_version v ON v.id = s.rowid JOIN hanse$contract c ON c.id = v.contract"
            " AND c.best = v.id JOIN hanse$journals j ON j.id = v.journal WHERE s.hanse$search"
            " MATCH ?1 LIMIT ?2) ORDER BY 3, 4",
            &version);
    if (error != HANSE_OK)
        return error;
    catalog_bind(version, 1, hanse_buffer_bytes(expression));
    sqlite3_bind_int64(version, 2, VERSIONS_MAX - d->looked + 1);
    while ((rc = sqlite3_step(version)) == SQLITE_ROW && error == HANSE_OK) {
        if (d->looked == VERSIONS_MAX) {
            d->complete = false;
            break;
        }
        d->looked++;
        error = take_version(d, version);
    }
    if (error == HANSE_OK && rc != SQLITE_ROW)
        error = hanse_store_error(d->db, rc);
    sqlite3_finalize(version);
    return error;
}

static int look(struct dictionary *d)
{
    struct hanse_buffer same, parts;
    hanse_buffer_init(&same);
    hanse_buffer_init(&parts);
    int error = write_expressions(d, &same, &parts);
    if (error == HANSE_OK)
        error = prepare(d);
    if (error == HANSE_OK)
        error = look_for(d, &same);
    if (error == HANSE_OK && parts.size > 0 && d->complete)
        error = look_for(d, &parts);
    sqlite3_finalize(d->read_fields);
    sqlite3_finalize(d->read_terms);
    hanse_buffer_release(&same);
    hanse_buffer_release(&parts);
    return error;
}

static int by_fields(const void *a, const void *b)
{
    const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
    json_int_t m = json_integer_value(json_object_get(x, "fields")),
               n = json_integer_value(json_object_get(y, "fields"));
    return m != n ? (m < n ? 1 : -1) : 0;
}

/* The values of an object as an array, those of most fields first. */
static json_t *ranked(json_t *values, size_t most)
{
    size_t count = 0;
    const char *key;
    json_t *value, **sorted = hanse_calloc(json_object_size(values) + 1, sizeof(json_t *)),
                   *array = json_array();
    json_object_foreach(values, key, value) sorted[count++] = value;
    qsort(sorted, count, sizeof(json_t *), by_fields);
    for (size_t i = 0; i < count && i < most; i++)
        json_array_append(array, sorted[i]);
    free(sorted);
    return array;
}

static void add_conflict(json_t *conflicts, const char *of, json_t *values)
{
    if (json_object_size(values) < 2)
        return;
    json_t *array = ranked(values, VALUES_MAX), *value;
    size_t i;
    json_array_foreach(array, i, value)
    {
        json_t *domains = json_array();
        const char *name;
        json_t *ignored;
        json_object_foreach(json_object_get(value, "domains"), name, ignored)
            json_array_append_new(domains, json_string(name));
        json_object_set_new(value, "domains", domains);
    }
    json_array_append_new(conflicts, json_pack("{s:s, s:o}", "of", of, "values", array));
}

static json_t *answer_of(struct dictionary *d)
{
    json_t *conflicts = json_array();
    add_conflict(conflicts, "type", d->types);
    add_conflict(conflicts, "definition", d->definitions);
    add_conflict(conflicts, "term", d->terms);
    return json_pack("{s:s, s:O, s:I, s:o, s:o, s:b}", "word", d->word, "fields", d->fields, "total",
                     (json_int_t)d->total, "conflicts", conflicts, "related", ranked(d->related, RELATED_MAX),
                     "complete", d->complete);
}

int hanse_dictionary(sqlite3 *db, const char *word, uint32_t limit, json_t **ret_answer)
{
    struct dictionary d = {.db = db, .word = word, .limit = limit, .complete = true};
    fold_name(word, strlen(word), d.folded);
    if (d.folded[0] == '\0' || !text_valid(hanse_bytes_of(word)))
        return HANSE_E_INVALID;
    d.fields = json_array();
    d.types = json_object();
    d.definitions = json_object();
    d.terms = json_object();
    d.related = json_object();
    int error = look(&d);
    if (error == HANSE_OK)
        *ret_answer = answer_of(&d);
    json_decref(d.fields);
    json_decref(d.types);
    json_decref(d.definitions);
    json_decref(d.terms);
    json_decref(d.related);
    return error;
}
