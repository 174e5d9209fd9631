/* Real stores beside the simulated disks. */
#include "real.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "hanse/catalog.h"
#include "hanse/check.h"
#include "hanse/store.h"
#include "sim.h"

struct path {
    char text[64];
};

static struct path path_of(const struct sim *sim, const struct sim_node *node, const char *what)
{
    struct path path;
    snprintf(path.text, sizeof path.text, "%s/%u%s", sim->folder, node->number, what);
    return path;
}

static void remove_files(const struct sim *sim, const struct sim_node *node)
{
    static const char *const files[] = {".db", ".db-wal", ".db-shm"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(path_of(sim, node, files[i]).text);
}

void real_init(struct sim *sim)
{
    if (!sim->options.real)
        return;
    snprintf(sim->folder, sizeof sim->folder, "%s/hanse-sim-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    HANSE_CHECK(mkdtemp(sim->folder) != NULL);
}

void real_release(struct sim *sim)
{
    if (!sim->options.real)
        return;
    for (uint32_t i = 0; i < sim->node_count; i++) {
        real_crash(&sim->nodes[i]);
        remove_files(sim, &sim->nodes[i]);
        unlink(path_of(sim, &sim->nodes[i], ".copy").text);
        unlink(path_of(sim, &sim->nodes[i], ".db.lock").text);
    }
    rmdir(sim->folder);
}

static void complain(struct sim *sim, const struct sim_node *node, const char *what, int error)
{
    if (error != HANSE_OK)
        sim_violate(sim, "store", "node %u: %s: %s", node->number, what, hanse_error_name(error));
}

/* What the store says is durable is what the disk has. */
static void compare(struct sim *sim, const struct sim_node *node)
{
    for (uint32_t c = 0; c < sim->archive.chain_count; c++) {
        const struct hanse_journal *journal = hanse_engine_journal(node->engine, &sim->archive.chains[c].id);
        uint64_t size = journal == NULL ? 0 : hanse_journal_size(journal);
        if (size < disk_size(&node->disk, c))
            sim_violate(
                sim, "acknowledged", "the store of node %u has %llu entries of journal %u, %llu were durable",
                node->number, (unsigned long long)size, c, (unsigned long long)disk_size(&node->disk, c));
        if (size > disk_size(&node->disk, c))
            sim_violate(sim, "store", "the store of node %u has more of journal %u than was written",
                        node->number, c);
    }
}

void real_open(struct sim *sim, struct sim_node *node)
{
    if (!sim->options.real)
        return;
    node->catalog = hanse_catalog_new();
    complain(sim, node, "opening",
             hanse_store_open(path_of(sim, node, ".db").text, hanse_catalog_projection(node->catalog),
                              &node->store));
}

void real_restore(struct sim *sim, struct sim_node *node)
{
    if (node->store == NULL)
        return;
    int error = hanse_store_restore(node->store, node->engine);
    compare(sim, node);
    complain(sim, node, "restoring", error);
}

static int append(struct sim_node *node, const struct written *written, size_t count)
{
    int error = hanse_store_begin(node->store);
    for (size_t i = 0; i < count && error == HANSE_OK; i++)
        error = hanse_store_append(node->store, &written[i].record->commit,
                                   hanse_buffer_bytes(&written[i].record->frontier), &written[i].heads_root);
    return error;
}

void real_settle(struct sim *sim, struct sim_node *node, const struct written *written, size_t count)
{
    bool more = false;
    if (node->store == NULL || count == 0 || sim->violated != NULL)
        return;
    int error = append(node, written, count);
    if (error == HANSE_OK)
        error = hanse_store_commit(node->store);
    complain(sim, node, "writing", error);
    if (error == HANSE_OK && dice_chance(&sim->weather, 200000))
        complain(sim, node, "housekeeping", hanse_store_maintain(node->store, &more));
}

void real_fail(struct sim *sim, struct sim_node *node, const struct written *written, size_t count)
{
    if (node->store == NULL || count == 0 || sim->violated != NULL)
        return;
    complain(sim, node, "writing", append(node, written, dice_below(&sim->weather, count + 1)));
    hanse_store_rollback(node->store);
}

bool real_freeze(struct sim *sim, struct sim_node *node, uint32_t chain, struct hanse_bytes proof,
                 const struct hanse_hash *heads_root)
{
    const struct shelf *shelf = &node->disk.shelves[chain];
    const struct hanse_hash *id = &sim->archive.chains[chain].id;
    struct hanse_bytes frontier = hanse_bytes(NULL, 0);
    if (node->store == NULL || sim->violated != NULL)
        return false;
    if (shelf->count > 0)
        frontier = hanse_buffer_bytes(&shelf->records[shelf->count - 1]->frontier);
    int error =
        hanse_store_freeze(node->store, id, disk_size(&node->disk, chain), frontier, proof, heads_root);
    complain(sim, node, "freezing", error);
    if (error == HANSE_OK)
        error = hanse_store_restore_cut(node->store, id, node->engine);
    complain(sim, node, "restoring what was cut", error);
    return error == HANSE_OK;
}

void real_crash(struct sim_node *node)
{
    if (node->store != NULL)
        hanse_store_close(&node->store);
    if (node->catalog != NULL)
        hanse_catalog_destroy(&node->catalog);
}

static void copy_file(const char *from, const char *to)
{
    char block[65536];
    ssize_t size;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return; /* there was no copy: all is lost */
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    HANSE_CHECK(out >= 0);
    while ((size = read(in, block, sizeof block)) > 0)
        HANSE_CHECK(write(out, block, (size_t)size) == size);
    close(in);
    close(out);
}

/* As an operator copies the file of a node at rest. */
void real_back_up(struct sim *sim, struct sim_node *node)
{
    if (node->store == NULL)
        return;
    HANSE_CHECK(sqlite3_wal_checkpoint_v2(hanse_store_connection(node->store), NULL,
                                          SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) == SQLITE_OK);
    copy_file(path_of(sim, node, ".db").text, path_of(sim, node, ".copy").text);
}

void real_roll_back(struct sim *sim, struct sim_node *node)
{
    if (!sim->options.real)
        return;
    HANSE_CHECK(node->store == NULL);
    remove_files(sim, node);
    copy_file(path_of(sim, node, ".copy").text, path_of(sim, node, ".db").text);
}
