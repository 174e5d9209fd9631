/* CSV after RFC 4180, and a little more lenient: any of four delimiters, lines that end with LF alone. Types
 * are those that every value of the column has. */
#include <stdlib.h>
#include <string.h>

#include "document_internal.h"
#include "found_internal.h"
#include "odcs_rules.h"

#define COLUMNS_MAX 10000u
#define NAME_MAX    1000u           /* bytes of a column's name */
#define VALUE_MAX   (1024u * 1024u) /* bytes of a value */

enum kind { INTEGER = 1, NUMBER = 2, BOOLEAN = 4, DATE = 8, TIMESTAMP = 16, ALL = 31 };

struct csv {
    struct hanse_bytes source;
    bool sample; /* of a longer file: the last record may be cut */
    size_t at;
    uint8_t delimiter;
    struct hanse_buffer value; /* of the field read last */
    const char *wrong;         /* what cannot be read, or NULL; nothing is read behind it */
    size_t wrong_at;
};

static bool fail(struct csv *csv, size_t at, const char *wrong)
{
    csv->wrong = wrong;
    csv->wrong_at = at;
    csv->at = csv->source.size;
    return false;
}

/* What stands in quotes, from the first of them; one that is doubled stands for itself. */
static bool read_quoted(struct csv *csv)
{
    const uint8_t *data = csv->source.data, *quote;
    size_t size = csv->source.size, start = csv->at++;
    while ((quote = memchr(data + csv->at, '"', size - csv->at)) != NULL) {
        size_t stop = (size_t)(quote - data);
        bool doubled = stop + 1 < size && quote[1] == '"';
        hanse_buffer_append(&csv->value, data + csv->at, stop - csv->at + doubled);
        csv->at = stop + 1 + doubled;
        if (!doubled)
            return true;
    }
    if (!csv->sample)
        return fail(csv, start, "the quote that begins here does not end");
    hanse_buffer_append(&csv->value, data + csv->at, size - csv->at);
    csv->at = size;
    return true;
}

/* Reads one field into `value`; `ret_last` when it ends its record. False at the end of the source. */
static bool read_field(struct csv *csv, bool *ret_last)
{
    const uint8_t *data = csv->source.data;
    size_t size = csv->source.size, begin = csv->at;
    hanse_buffer_reset(&csv->value);
    if (csv->at >= size || (data[csv->at] == '"' && !read_quoted(csv)))
        return false;
    size_t start = csv->at;
    while (csv->at < size && data[csv->at] != csv->delimiter && data[csv->at] != '\n')
        csv->at++;
    size_t stop = csv->at;
    *ret_last = csv->at >= size || data[csv->at] == '\n';
    if (*ret_last && stop > start && data[stop - 1] == '\r')
        stop--;
    hanse_buffer_append(&csv->value, data + start, stop - start);
    csv->at += csv->at < size;
    return csv->value.size <= VALUE_MAX ||
           fail(csv, begin,
                "a value has more than 1 MiB: look whether a quote or the end of a line is missing");
}

/* The one that stands most often in the first line, outside quotes. */
static uint8_t guess_delimiter(struct hanse_bytes source)
{
    static const char DELIMITERS[] = ",;\t|";
    size_t counts[4] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < source.size && (quoted || source.data[i] != '\n'); i++) {
        const char *found = source.data[i] == 0 ? NULL : strchr(DELIMITERS, source.data[i]);
        quoted = quoted != (source.data[i] == '"');
        if (found != NULL && !quoted)
            counts[found - DELIMITERS]++;
    }
    for (size_t i = 1; i < 4; i++)
        best = counts[i] > counts[best] ? i : best;
    return (uint8_t)DELIMITERS[best];
}

static bool is_true_or_false(const char *text)
{
    static const char *const WORDS[] = {"true", "false", "True", "False", "TRUE", "FALSE"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcmp(text, WORDS[i]) == 0)
            return true;
    return false;
}

/* What a value may be. A number with leading zeros is a code, and a name for nothing else. */
static unsigned kinds_of(struct hanse_bytes value)
{
    const char *text = (const char *)value.data;
    const char *digits = text + (*text == '-' || *text == '+');
    if (digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9')
        return 0;
    if (value.size <= 18 && digits[0] != '\0' && digits[strspn(digits, "0123456789")] == '\0')
        return INTEGER | NUMBER;
    if (value.size <= 40 && text[strspn(text, "+-.0123456789eE")] == '\0') {
        struct hanse_value number = {.text = value};
        document_resolve_plain(&number);
        if (number.type == HANSE_VALUE_NUMBER || number.type == HANSE_VALUE_INTEGER)
            return NUMBER;
    }
    if (is_true_or_false(text))
        return BOOLEAN;
    if (standard_form_matches(STANDARD_FORM_DATE, text, value.size, ODCS_NEWEST))
        return DATE;
    if (standard_form_matches(STANDARD_FORM_DATE_TIME, text, value.size, ODCS_NEWEST))
        return TIMESTAMP;
    /* without a zone, as exports have it */
    char zoned[40];
    if (value.size < 19 || value.size > 30)
        return 0;
    memcpy(zoned, text, value.size);
    zoned[value.size] = 'Z';
    return standard_form_matches(STANDARD_FORM_DATE_TIME, zoned, value.size + 1, ODCS_NEWEST) ? TIMESTAMP : 0;
}

struct column_facts {
    struct hanse_found_column *column;
    unsigned kinds;
    size_t filled;
};

static const char *trim(struct hanse_buffer *value)
{
    const char *start = value->data + strspn(value->data, " \t");
    while (value->size > 0 && strchr(" \t\r\n", value->data[value->size - 1]) != NULL)
        value->data[--value->size] = '\0';
    return start;
}

/* The first record names the columns. A name that is missing or stands twice gets a number. */
static int read_header(struct hanse_found *found, struct csv *csv, struct hanse_found_table *table,
                       struct column_facts **ret_facts, size_t *ret_count)
{
    struct column_facts *facts = NULL;
    size_t count = 0, capacity = 0;
    bool last = false;
    while (!last && read_field(csv, &last) && count < COLUMNS_MAX) {
        const char *name = trim(&csv->value);
        struct hanse_buffer unique;
        char place[FOUND_PLACE_SIZE];
        if (csv->value.size > NAME_MAX) {
            fail(csv, 0, "a name of more than 1,000 bytes: the first line of a CSV file names its columns");
            break;
        }
        hanse_buffer_init(&unique);
        hanse_buffer_append_text(&unique, found_name(&table->fields, name, place));
        while (hanse_found_column(found, &table->fields, unique.data) != NULL)
            hanse_buffer_printf(&unique, "_%zu", count + 1);
        if (count == capacity) {
            capacity = capacity == 0 ? 32 : capacity * 2;
            facts = hanse_realloc(facts, capacity * sizeof *facts);
        }
        facts[count] = (struct column_facts){
            .column = hanse_found_add_column(found, &table->fields, unique.data), .kinds = ALL};
        hanse_buffer_release(&unique);
        if (facts[count].column == NULL)
            break;
        count++;
    }
    *ret_facts = facts;
    *ret_count = count;
    return csv->wrong != NULL || count == 0 ? HANSE_E_INVALID
           : last && !found->full           ? HANSE_OK
                                            : HANSE_E_TOO_LARGE;
}

static int read_rows_of(struct hanse_found *found, struct csv *csv, struct column_facts *facts, size_t count,
                        size_t *ret_rows)
{
    size_t rows = 0, ragged = 0;
    const size_t end = csv->source.size;
    while (csv->at < end) {
        bool last = false;
        size_t place = 0;
        for (; !last && read_field(csv, &last); place++) {
            if (place == 0 && last && csv->value.size == 0 && count > 1)
                break; /* an empty line */
            if (place >= count || csv->value.size == 0 || (csv->sample && csv->at >= end))
                continue;
            facts[place].filled++;
            if (facts[place].kinds != 0)
                facts[place].kinds &= kinds_of(hanse_buffer_bytes(&csv->value));
        }
        if (place == 0)
            continue;
        if (csv->sample && csv->at >= end)
            break; /* cut in the middle */
        rows++;
        ragged += place != count;
    }
    if (ragged > 0)
        hanse_found_note(found, "%zu of %zu rows have more or fewer values than the %zu columns", ragged,
                         rows, count);
    *ret_rows = rows;
    return csv->wrong == NULL ? HANSE_OK : HANSE_E_INVALID;
}

static void conclude(struct hanse_found *found, struct column_facts *facts, size_t count, size_t rows,
                     bool sample)
{
    static const struct {
        unsigned kind;
        const char *logical;
    } ORDER[] = {{INTEGER, "integer"},
                 {NUMBER, "number"},
                 {BOOLEAN, "boolean"},
                 {DATE, "date"},
                 {TIMESTAMP, "timestamp"}};
    size_t full = 0;
    for (size_t i = 0; i < count; i++) {
        facts[i].column->logical = "string";
        for (size_t k = sizeof ORDER / sizeof *ORDER; facts[i].filled > 0 && k-- > 0;)
            if ((facts[i].kinds & ORDER[k].kind) != 0)
                facts[i].column->logical = ORDER[k].logical;
        facts[i].column->required = rows > 0 && facts[i].filled == rows && !sample;
        full += facts[i].column->required;
    }
    hanse_found_note(found, "types are those of %s%zu rows%s", sample ? "the first " : "", rows,
                     full > 0 ? "; columns without a gap are called required: look whether that is promised"
                              : "");
}

/* Why it was refused. */
static void explain(const struct csv *csv, int error, struct hanse_buffer *why)
{
    if (csv->wrong != NULL)
        hanse_buffer_printf(why, "line %u: %s", document_place_at(csv->source, csv->wrong_at).line,
                            csv->wrong);
    else if (error == HANSE_E_INVALID)
        hanse_buffer_append_text(why, "the file is empty");
    else
        hanse_buffer_printf(why, "there are more than %u columns", COLUMNS_MAX);
}

/* The beginning of a longer file, which ends with a whole character. */
static struct hanse_bytes sample_of(struct hanse_bytes source)
{
    size_t size = HANSE_FOUND_SOURCE_MAX;
    for (int i = 0; i < 3 && (source.data[size - 1] & 0xC0u) == 0x80u; i++)
        size--;
    size -= source.data[size - 1] >= 0xC0u;
    return hanse_bytes(source.data, size);
}

int hanse_found_csv(struct hanse_found *found, struct hanse_bytes source, const char *name,
                    struct hanse_buffer *why)
{
    bool sample = source.size > HANSE_FOUND_SOURCE_MAX;
    if (sample)
        source = sample_of(source);
    if (source.size >= 3 && memcmp(source.data, "\xef\xbb\xbf", 3) == 0)
        source = hanse_bytes(source.data + 3, source.size - 3);
    int error = found_check_text(source, why);
    if (error != HANSE_OK)
        return error;
    struct csv csv = {.source = source, .sample = sample, .delimiter = guess_delimiter(source)};
    struct column_facts *facts = NULL;
    size_t count = 0, rows = 0;
    hanse_buffer_init(&csv.value);
    struct hanse_found_table *table = hanse_found_add_table(found, NULL, name);
    table->kind = "file";
    found->server = (struct hanse_found_server){.type = "local", .path = table->name, .format = "csv"};
    error = read_header(found, &csv, table, &facts, &count);
    if (error == HANSE_OK)
        error = read_rows_of(found, &csv, facts, count, &rows);
    if (error == HANSE_OK)
        conclude(found, facts, count, rows, sample);
    else
        explain(&csv, error, why);
    free(facts);
    hanse_buffer_release(&csv.value);
    return error;
}
