/* Any bytes as words, filters and cursor: an answer or a refusal, and never more on a page than was asked
 * for. The first byte says how many of the lines that follow are filters, and the limit; then come cursor and
 * words. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/journal_fixture.h"
#include "hanse/catalog.h"
#include "hanse/check.h"
#include "hanse/search.h"
#include "hanse/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Kept for all inputs. */
static struct hanse_catalog *catalog;
static struct hanse_store *store;
static struct sqlite3 *db;
static struct hanse_searcher *searcher;

static void put(struct fixture_journal *journal, const char *id, const char *title, const char *field)
{
    char key[64], content[512];
    snprintf(key, sizeof key, "%s@1.0.0", id);
    snprintf(content, sizeof content,
             "id: %s\nname: %s\nstatus: active\ntags: [gold, pii]\nteam:\n  name: shop\nschema:\n"
             "- name: t\n  properties:\n  - name: %s\n    classification: internal\n",
             id, title, field);
    fixture_put(journal, HANSE_KIND_CONTRACT, key, "yaml", content);
}

static void append(struct fixture_journal *journal)
{
    static const struct hanse_hash heads = {{1}};
    struct hanse_commit commit;
    fixture_seal(journal, &commit);
    HANSE_CHECK(hanse_store_begin(store) == HANSE_OK);
    HANSE_CHECK(hanse_store_append(store, &commit, hanse_journal_frontier(&journal->journal), &heads) ==
                HANSE_OK);
    HANSE_CHECK(hanse_store_commit(store) == HANSE_OK);
    fixture_commit_release(journal, &commit);
}

/* A small catalogue, made once. */
static void open_catalogue(void)
{
    char folder[] = "/tmp/hanse-fuzz-XXXXXX", path[64];
    catalog = hanse_catalog_new();
    HANSE_CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/hanse.db", folder);
    HANSE_CHECK(hanse_store_open(path, hanse_catalog_projection(catalog), &store) == HANSE_OK);
    struct fixture_journal *journal = fixture_journal_new(1, HANSE_AUTHORITY_DOMAIN);
    HANSE_CHECK(hanse_store_label(store, &journal->journal.id, "sales") == HANSE_OK);
    append(journal); /* its authority */
    put(journal, "orders", "Orders of customers", "customer_id");
    put(journal, "returned_orders", "Returns", "refundAmount");
    put(journal, "parcels", "Parcels on their way", "customer_id");
    append(journal);
    fixture_journal_destroy(journal);
    HANSE_CHECK(hanse_store_open_reader(path, &db) == HANSE_OK);
    HANSE_CHECK(hanse_searcher_open(db, &searcher) == HANSE_OK);
}

/* The next line as a text; what a NUL in it hides is not seen. */
static char *next_line(const uint8_t **data, size_t *size)
{
    const uint8_t *end = memchr(*data, '\n', *size);
    size_t length = end == NULL ? *size : (size_t)(end - *data);
    char *line = hanse_malloc(length + 1);
    memcpy(line, *data, length);
    line[length] = '\0';
    *data += length + (end != NULL);
    *size -= length + (end != NULL);
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines[SEARCH_FACETS + 1] = {NULL};
    struct hanse_search search = {0};
    json_t *answer = NULL;
    if (size == 0)
        return 0;
    if (searcher == NULL)
        open_catalogue();
    unsigned filters = data[0] % (SEARCH_FACETS + 1);
    search.limit = data[0] / (SEARCH_FACETS + 1);
    data++;
    size--;
    for (unsigned i = 0; i < filters; i++)
        search.filters[i] = lines[i] = next_line(&data, &size);
    lines[SEARCH_FACETS] = next_line(&data, &size);
    if (lines[SEARCH_FACETS][0] != '\0')
        search.cursor = lines[SEARCH_FACETS];
    search.words = (const char *)data;
    search.words_size = size;
    int error = hanse_searcher_find(searcher, &search, &answer);
    HANSE_CHECK(error == HANSE_OK || (error == HANSE_E_INVALID && search.cursor != NULL));
    if (error == HANSE_OK) {
        size_t most = search.limit == 0 ? 20 : search.limit;
        size_t count = json_array_size(json_object_get(answer, "results"));
        char *text = json_dumps(answer, JSON_COMPACT);
        HANSE_CHECK(text != NULL && count <= most);
        HANSE_CHECK((json_int_t)count <= json_integer_value(json_object_get(answer, "total")));
        free(text);
    }
    json_decref(answer);
    for (unsigned i = 0; i <= SEARCH_FACETS; i++)
        free(lines[i]);
    return 0;
}
