#include "image.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dice.h"
#include "hanse/bytes.h"
#include "hanse/check.h"

struct content {
    uint8_t *data;
    size_t size, capacity;
};

struct image {
    const struct disk_trace *trace;
    size_t place, acknowledged;
    struct content synced[DISK_FILES];
    size_t *pending[DISK_FILES]; /* operations since the file's last sync */
    size_t pending_count[DISK_FILES];
    size_t window; /* where the fence's thread got leave to write, plus 1; 0: it rests */
};

const char *image_variant_name(enum image_variant variant)
{
    static const char *const NAMES[] = {
#define X(name, text) text,
        IMAGE_VARIANTS(X)
#undef X
    };
    return NAMES[variant];
}

static void resize(struct content *content, size_t size)
{
    if (size > content->capacity) {
        content->capacity = size * 2;
        content->data = hanse_realloc(content->data, content->capacity);
    }
    if (size > content->size)
        memset(content->data + content->size, 0, size - content->size);
    content->size = size;
}

/* Part of a write: bytes `from` to `to` of it. */
static void put(struct content *content, const struct disk_op *op, size_t from, size_t to)
{
    size_t end = (size_t)op->offset + to;
    if (from == to)
        return;
    if (end > content->size)
        resize(content, end);
    if (op->data == NULL)
        memset(content->data + op->offset + from, 0, to - from);
    else
        memcpy(content->data + op->offset + from, op->data + from, to - from);
}

static void apply(struct content *content, const struct disk_op *op)
{
    if (op->type == DISK_WRITE)
        put(content, op, 0, op->size);
    else if (op->type == DISK_TRUNCATE && (size_t)op->offset < content->size)
        resize(content, (size_t)op->offset);
    else if (op->type == DISK_REMOVE)
        resize(content, 0);
}

struct image *image_new(const struct disk_trace *trace)
{
    struct image *image = hanse_calloc(1, sizeof *image);
    image->trace = trace;
    for (int i = 0; i < DISK_FILES; i++)
        image->pending[i] = hanse_malloc((trace->count + 1) * sizeof image->pending[i][0]);
    return image;
}

void image_destroy(struct image **image)
{
    for (int i = 0; i < DISK_FILES; i++) {
        free((*image)->synced[i].data);
        free((*image)->pending[i]);
    }
    free(*image);
    *image = NULL;
}

static bool is_fence(const struct image *image, const struct disk_op *op)
{
    return op->file >= 0 && strstr(image->trace->names[op->file], "fence") != NULL;
}

static void settle(struct image *image, int file)
{
    for (size_t i = 0; i < image->pending_count[file]; i++)
        apply(&image->synced[file], &image->trace->ops[image->pending[file][i]]);
    image->pending_count[file] = 0;
}

/* SQLite syncs the folder with the first sync of a new WAL; then what was removed before stays removed. */
static void settle_removals(struct image *image)
{
    for (int file = 0; file < image->trace->file_count; file++) {
        size_t count = image->pending_count[file];
        if (count > 0 && image->trace->ops[image->pending[file][count - 1]].type == DISK_REMOVE)
            settle(image, file);
    }
}

static void happen(struct image *image, size_t at)
{
    const struct disk_op *op = &image->trace->ops[at];
    image->pending[op->file][image->pending_count[op->file]++] = at;
    if (op->type == DISK_SYNC || (op->type == DISK_REMOVE && op->durable))
        settle(image, op->file);
    if (op->type == DISK_SYNC && strstr(image->trace->names[op->file], "-wal") != NULL)
        settle_removals(image);
}

/* What the fence's thread did since it got leave is done. */
static void close_window(struct image *image)
{
    for (size_t i = image->window; image->window > 0 && i < image->place; i++) {
        if (is_fence(image, &image->trace->ops[i]))
            happen(image, i);
    }
    image->window = 0;
}

bool image_step(struct image *image)
{
    if (image->place == image->trace->count)
        return false;
    const struct disk_op *op = &image->trace->ops[image->place];
    if (op->type == DISK_FENCE_BEGIN || op->type == DISK_FENCE_END)
        close_window(image);
    if (op->type == DISK_FENCE_BEGIN)
        image->window = image->place + 1;
    image->acknowledged += op->type == DISK_ACKNOWLEDGED;
    if (op->file >= 0 && !(is_fence(image, op) && image->window > 0))
        happen(image, image->place);
    image->place++;
    return true;
}

size_t image_place(const struct image *image)
{
    return image->place;
}

size_t image_acknowledged(const struct image *image)
{
    return image->acknowledged;
}

bool image_at_write(const struct image *image)
{
    return image->place > 0 && image->trace->ops[image->place - 1].file >= 0;
}

/* Sector by sector: there, not there, or (when `noise`) something else. A write that ends within a sector
 * leaves the rest of it alone, as SQLite presumes of disks (SQLITE_IOCAP_POWERSAFE_OVERWRITE). */
static void tear(struct content *content, const struct disk_op *op, bool noise, struct dice *dice)
{
    size_t from = 0;
    while (from < op->size) {
        size_t to = from + IMAGE_SECTOR - ((size_t)op->offset + from) % IMAGE_SECTOR;
        to = to < op->size ? to : op->size;
        uint64_t lot = dice_below(dice, noise ? 3 : 2);
        if (lot > 0)
            put(content, op, from, to);
        if (lot == 2)
            dice_fill(dice, content->data + op->offset + from, to - from);
        from = to;
    }
}

static void apply_pending(struct content *content, const struct disk_op *op, enum image_variant variant,
                          struct dice *dice, bool last)
{
    bool lot = dice_below(dice, 2) == 1;
    switch (variant) {
    case IMAGE_LOST:
        break;
    case IMAGE_KEPT:
        apply(content, op);
        break;
    case IMAGE_CUT:
        if (last && op->type == DISK_WRITE)
            put(content, op, 0, dice_below(dice, op->size + 1));
        else if (!last || lot)
            apply(content, op);
        break;
    case IMAGE_REORDERED:
        if (lot)
            apply(content, op);
        break;
    case IMAGE_TORN:
    case IMAGE_GARBLED:
        if (op->type == DISK_WRITE)
            tear(content, op, variant == IMAGE_GARBLED, dice);
        else if (lot)
            apply(content, op);
        break;
    case IMAGE_VARIANT_COUNT:
        break;
    }
}

/* How far the fence's thread is, if it may be writing: not begun, not synced, or done. */
static void apply_window(const struct image *image, int file, struct content *content,
                         enum image_variant variant, struct dice *dice)
{
    uint64_t progress = dice_below(dice, 3);
    for (size_t i = image->window; image->window > 0 && progress > 0 && i < image->trace->count; i++) {
        const struct disk_op *op = &image->trace->ops[i];
        if (op->type == DISK_FENCE_BEGIN || op->type == DISK_FENCE_END)
            break;
        if (op->file != file || !is_fence(image, op))
            continue;
        if (progress == 2)
            apply(content, op);
        else
            apply_pending(content, op, variant, dice, true);
    }
}

static void write_file(const char *folder, const char *name, const struct content *content)
{
    char path[512];
    size_t end = content->size;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (end > 0 && content->data[end - 1] == 0)
        end--; /* zeros need no writing */
    HANSE_CHECK(file >= 0 && write(file, content->data, end) == (ssize_t)end &&
                ftruncate(file, (off_t)content->size) == 0);
    close(file);
}

static void write_noise(const char *folder, const char *name, struct dice *dice)
{
    uint8_t noise[32768];
    struct content content = {.data = noise, .size = sizeof noise};
    dice_fill(dice, noise, sizeof noise);
    write_file(folder, name, &content);
}

void image_write(const struct image *image, enum image_variant variant, uint64_t seed, const char *folder)
{
    const struct disk_trace *trace = image->trace;
    struct dice dice;
    dice_init(&dice, seed, 0);
    for (int file = 0; file < trace->file_count; file++) {
        struct content content = {0};
        size_t count = image->pending_count[file];
        size_t cut = variant == IMAGE_CUT && count > 0 ? dice_below(&dice, count) + 1 : count;
        resize(&content, image->synced[file].size);
        if (content.size > 0)
            memcpy(content.data, image->synced[file].data, content.size);
        for (size_t i = 0; i < cut; i++)
            apply_pending(&content, &trace->ops[image->pending[file][i]], variant, &dice, i + 1 == cut);
        apply_window(image, file, &content, variant, &dice);
        if (content.size > 0)
            write_file(folder, trace->names[file], &content);
        if (strcmp(trace->names[file], "node.db-wal") == 0 && content.size > 0 && dice_below(&dice, 2) == 1)
            write_noise(folder, "node.db-shm", &dice);
        free(content.data);
    }
}
