/* Commits that a node gets from others, and storing them as the mesh thread does (node/mesh/apply.c). */
#include <stdio.h>
#include <stdlib.h>

#include "../bench/contracts.h"
#include "../unit/journal_fixture.h"
#include "hanse/catalog.h"
#include "hanse/check.h"
#include "home.h"

static void fill(struct fixture_journal *f, size_t number)
{
    struct hanse_buffer content;
    char key[64];
    hanse_buffer_init(&content);
    for (size_t i = 0; f->count == 0 || i < number % 4; i++) {
        contract_make((uint32_t)(number * 4 + i), &content);
        /* Every fifth commit replaces what an earlier one of its journal published. */
        size_t back = number < 5 * SHIPMENT_JOURNALS + 3 ? SHIPMENT_JOURNALS : 5 * SHIPMENT_JOURNALS;
        size_t name = number % 5 == 4 && i == 0 ? number - back : number;
        snprintf(key, sizeof key, "contract-%zu-%zu@1.0.0", name, i);
        fixture_draft(f, HANSE_PUT, HANSE_KIND_CONTRACT, key, "yaml", hanse_buffer_bytes(&content));
    }
    hanse_buffer_release(&content);
}

void shipment_make(struct shipment *shipment)
{
    struct fixture_journal *journals[SHIPMENT_JOURNALS];
    for (uint32_t i = 0; i < SHIPMENT_JOURNALS; i++) {
        journals[i] = fixture_journal_new(10 + i, HANSE_AUTHORITY_DOMAIN);
        shipment->journals[i] = journals[i]->journal.id;
    }
    for (size_t i = 0; i < SHIPMENT_COMMITS; i++) {
        struct fixture_journal *f = journals[i % SHIPMENT_JOURNALS];
        struct hanse_commit commit;
        if (i >= SHIPMENT_JOURNALS) /* the first has its authority already */
            fill(f, i);
        fixture_seal(f, &commit);
        hanse_buffer_init(&shipment->messages[i]);
        hanse_commit_encode(&commit, &shipment->messages[i]);
        fixture_commit_release(f, &commit);
    }
    for (size_t i = 0; i < SHIPMENT_JOURNALS; i++)
        fixture_journal_destroy(journals[i]);
}

void shipment_release(struct shipment *shipment)
{
    for (size_t i = 0; i < SHIPMENT_COMMITS; i++)
        hanse_buffer_release(&shipment->messages[i]);
}

int shipment_label(const struct shipment *shipment, struct hanse_store *store)
{
    int error = HANSE_OK;
    for (size_t i = 0; i < SHIPMENT_JOURNALS && error == HANSE_OK; i++) {
        char name[16];
        snprintf(name, sizeof name, "domain-%zu", i);
        error = hanse_store_label(store, &shipment->journals[i], name);
    }
    return error;
}

static void apply(struct hanse_journal *journal, const struct hanse_buffer *message)
{
    struct hanse_commit commit;
    HANSE_CHECK(hanse_commit_decode(hanse_buffer_bytes(message), &commit) == HANSE_OK &&
                hanse_journal_apply(journal, &commit) == HANSE_OK);
    hanse_journal_confirm(journal, hanse_journal_size(journal));
    hanse_commit_release(&commit);
}

/* The journals as they are after `count` commits. */
static void follow(const struct shipment *shipment, struct hanse_journal *journals, size_t count)
{
    for (size_t i = 0; i < SHIPMENT_JOURNALS; i++)
        hanse_journal_init(&journals[i], &shipment->journals[i]);
    for (size_t i = 0; i < count; i++)
        apply(&journals[i % SHIPMENT_JOURNALS], &shipment->messages[i]);
}

/* Judges a commit as a peer's and appends it to the open transaction. */
static int append(struct hanse_store *store, struct hanse_journal *journal, struct hanse_bytes message)
{
    struct hanse_commit commit;
    struct hanse_hash heads_root = {{1}};
    int error = hanse_commit_decode(message, &commit);
    if (error != HANSE_OK)
        return error;
    error = hanse_journal_apply(journal, &commit);
    if (error == HANSE_OK)
        error = hanse_store_append(store, &commit, hanse_journal_frontier(journal), &heads_root);
    hanse_commit_release(&commit);
    return error;
}

static int append_numbered(const struct shipment *shipment, struct hanse_store *store,
                           struct hanse_journal *journals, size_t number)
{
    return append(store, &journals[number % SHIPMENT_JOURNALS],
                  hanse_buffer_bytes(&shipment->messages[number]));
}

static void release(struct hanse_journal *journals)
{
    for (size_t i = 0; i < SHIPMENT_JOURNALS; i++)
        hanse_journal_release(&journals[i]);
}

int shipment_store(const struct shipment *shipment, struct hanse_store *store, size_t from, size_t to)
{
    struct hanse_journal journals[SHIPMENT_JOURNALS];
    follow(shipment, journals, from);
    int error = hanse_store_begin(store);
    for (size_t i = from; i < to && error == HANSE_OK; i++)
        error = append_numbered(shipment, store, journals, i);
    if (error == HANSE_OK)
        error = hanse_store_commit(store);
    release(journals);
    return error;
}

int shipment_complete(const struct shipment *shipment, struct hanse_store *store,
                      const size_t held[static SHIPMENT_JOURNALS])
{
    struct hanse_journal journals[SHIPMENT_JOURNALS];
    follow(shipment, journals, 0);
    int error = hanse_store_begin(store);
    for (size_t i = 0; i < SHIPMENT_COMMITS && error == HANSE_OK; i++) {
        size_t journal = i % SHIPMENT_JOURNALS;
        if (i / SHIPMENT_JOURNALS < held[journal])
            apply(&journals[journal], &shipment->messages[i]);
        else
            error = append_numbered(shipment, store, journals, i);
    }
    if (error == HANSE_OK)
        error = hanse_store_commit(store);
    release(journals);
    return error != HANSE_OK ? error : shipment_label(shipment, store);
}

int journal_complete(struct hanse_store *store, struct hanse_store *whole, const struct hanse_hash *id)
{
    struct hanse_journal journal;
    const struct hanse_bytes *messages;
    const struct hanse_bytes *held;
    size_t count, held_count = 0;
    hanse_journal_init(&journal, id);
    int error = hanse_store_load_commits(whole, id, 0, HANSE_SIZE_MAX, 1u << 30, &messages, &count);
    if (error == HANSE_OK) /* of what the store has, only how much it is matters */
        error = hanse_store_load_commits(store, id, 0, HANSE_SIZE_MAX, 1u << 30, &held, &held_count);
    if (error == HANSE_OK || error == HANSE_E_NOT_FOUND)
        error = hanse_store_begin(store);
    for (size_t i = 0; i < count && error == HANSE_OK; i++) {
        struct hanse_commit commit;
        if (i >= held_count) {
            error = append(store, &journal, messages[i]);
            continue;
        }
        HANSE_CHECK(hanse_commit_decode(messages[i], &commit) == HANSE_OK &&
                    hanse_journal_apply(&journal, &commit) == HANSE_OK);
        hanse_commit_release(&commit);
    }
    if (error == HANSE_OK)
        error = hanse_store_commit(store);
    if (error == HANSE_OK)
        error = hanse_store_label(store, id, "crash");
    hanse_journal_release(&journal);
    return error;
}
