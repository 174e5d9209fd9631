/* Equal journals give an equal catalogue: with --store real every row of every public view, on every node and
 * after projecting again, and each store finds nothing wrong with itself; else the live entries of each
 * journal.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/catalog.h"
#include "hanse/check.h"
#include "hanse/store.h"
#include "sim.h"

static void same_state(struct sim *sim, const struct sim_node *node)
{
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        struct chain *chain = &sim->archive.chains[c];
        const struct hanse_journal *journal = hanse_engine_journal(node->engine, &chain->id);
        if (journal == NULL || hanse_journal_size(journal) == 0)
            continue;
        const struct hanse_journal *other = &chain->reference;
        if (chain->copy_count > 0) /* there may be branches: then all are as the first node is */
            other = hanse_engine_journal(sim->nodes[0].engine, &chain->id);
        struct hanse_hash theirs = hanse_tree_root(journal->state);
        struct hanse_hash ours = hanse_tree_root(other->state);
        if (!hanse_hash_equal(&theirs, &ours))
            sim_violate(sim, "catalogue", "node %u takes other entries of journal %u to be live",
                        node->number, c);
    }
}

/* The rows of a view, in an order that the rows alone decide. */
static void read_view(sqlite3 *db, const char *view, struct hanse_buffer *out)
{
    char sql[128];
    sqlite3_stmt *rows = NULL;
    snprintf(sql, sizeof sql, "SELECT * FROM %s", view);
    int rc = sqlite3_prepare_v2(db, sql, -1, &rows, NULL);
    HANSE_CHECK(rc == SQLITE_OK);
    struct hanse_buffer order;
    hanse_buffer_init(&order);
    hanse_buffer_printf(&order, "%s ORDER BY 1", sql);
    for (int i = 2; i <= sqlite3_column_count(rows); i++)
        hanse_buffer_printf(&order, ",%d", i);
    sqlite3_finalize(rows);
    rc = sqlite3_prepare_v2(db, order.data, -1, &rows, NULL);
    HANSE_CHECK(rc == SQLITE_OK);
    while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(rows); i++)
            hanse_buffer_printf(out, "%d:%s|", sqlite3_column_type(rows, i),
                                (const char *)sqlite3_column_text(rows, i));
        hanse_buffer_append_byte(out, '\n');
    }
    HANSE_CHECK(rc == SQLITE_DONE);
    sqlite3_finalize(rows);
    hanse_buffer_release(&order);
}

/* The line in which two dumps differ first. */
static int differing_line(const struct hanse_buffer *a, const struct hanse_buffer *b)
{
    int line = 1;
    for (size_t i = 0; i < a->size && i < b->size && a->data[i] == b->data[i]; i++)
        line += a->data[i] == '\n';
    return line;
}

static void same_view(struct sim *sim, const struct sim_node *node, const char *view)
{
    struct hanse_buffer ours, theirs;
    hanse_buffer_init(&ours);
    hanse_buffer_init(&theirs);
    read_view(hanse_store_connection(sim->nodes[0].store), view, &ours);
    read_view(hanse_store_connection(node->store), view, &theirs);
    if (!hanse_bytes_equal(hanse_buffer_bytes(&ours), hanse_buffer_bytes(&theirs)))
        sim_violate(sim, "catalogue", "nodes 0 and %u differ in the view %s, row %d", node->number, view,
                    differing_line(&ours, &theirs));
    sim->counts.rows += ours.size;
    hanse_buffer_release(&ours);
    hanse_buffer_release(&theirs);
}

static void same_catalogue(struct sim *sim, const struct sim_node *node)
{
    const struct hanse_catalog_column *columns;
    size_t count = hanse_catalog_columns(&columns);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(columns[i - 1].view, columns[i].view) != 0)
            same_view(sim, node, columns[i].view);
    }
    same_view(sim, node, "entries");
}

void check_catalogue(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->node_count; i++)
        same_state(sim, &sim->nodes[i]);
    if (!sim->options.real)
        return;
    for (uint32_t i = 0; i < sim->node_count && sim->violated == NULL; i++) {
        struct hanse_buffer where;
        hanse_buffer_init(&where);
        int error = hanse_store_verify(sim->nodes[i].store, NULL, NULL, &where);
        if (error != HANSE_OK)
            sim_violate(sim, "verified", "the store of node %u: %s: %s", i, hanse_error_name(error),
                        where.data);
        hanse_buffer_release(&where);
        same_catalogue(sim, &sim->nodes[i]);
    }
    if (sim->violated != NULL)
        return;
    int error = hanse_store_reindex(sim->nodes[sim->node_count - 1].store, NULL, NULL);
    if (error != HANSE_OK)
        sim_violate(sim, "catalogue", "projecting again: %s", hanse_error_name(error));
    same_catalogue(sim, &sim->nodes[sim->node_count - 1]);
}
