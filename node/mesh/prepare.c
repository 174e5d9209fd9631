#include "prepare.h"

#include <pthread.h>
#include <stdlib.h>

#include "hanse/check.h"

#define AHEAD_BYTES                                                                                          \
    (512u * 1024u) /* of bodies, prepared and not yet stored: a parsed one is some ten times as large */
#define TAKE  4u   /* bodies read between two looks at the queue */
#define WORTH 8u   /* bodies: waking the thread for fewer costs more than reading them */

struct job {
    uint32_t item;
    const struct hanse_projector *projector;
};

struct preparation {
    struct preparation *next;
    struct hanse_commit *commit;
    uint32_t count;
    uint32_t begun, done; /* jobs; what is begun and not done is in the thread's hands */
    size_t bytes;         /* of the bodies begun */
    struct job jobs[];
};

struct preparer {
    const struct hanse_projection *projection;
    pthread_t thread;
    pthread_mutex_t mutex; /* of all below, and of every preparation's numbers */
    pthread_cond_t work, settled;
    struct preparation *first, *last; /* by order of beginning */
    struct preparation *at;           /* those before it are begun; NULL: all are */
    size_t ahead;                     /* bytes of bodies begun, of all of them */
    bool sleeping, stop;
};

static const struct hanse_projector *projector_of(const struct hanse_projection *projection,
                                                  const struct hanse_commit_item *item)
{
    /* One that does not ride in its commit is large: rather one at a time than many ahead. */
    if (item->salted.size <= HANSE_SALT_SIZE || item->entry.body_size > HANSE_INLINE_BODY_MAX ||
        item->prepared != NULL)
        return NULL;
    for (size_t i = 0; i < projection->count; i++) {
        if (hanse_bytes_equal_text(item->entry.kind, projection->projectors[i].kind))
            return projection->projectors[i].prepare == NULL ? NULL : &projection->projectors[i];
    }
    return NULL;
}

static size_t body_bytes(const struct preparation *p, uint32_t job)
{
    return p->commit->items[p->jobs[job].item].salted.size;
}

/* The next jobs, as many as there may be now; the mutex is held. */
static struct preparation *take(struct preparer *preparer, uint32_t *ret_first, uint32_t *ret_end)
{
    while (preparer->at != NULL && preparer->at->begun == preparer->at->count)
        preparer->at = preparer->at->next;
    struct preparation *p = preparer->at;
    if (p == NULL || preparer->ahead >= AHEAD_BYTES)
        return NULL;
    *ret_first = p->begun;
    for (uint32_t i = 0; i < TAKE && p->begun < p->count; i++) {
        size_t bytes = body_bytes(p, p->begun++);
        p->bytes += bytes;
        preparer->ahead += bytes;
    }
    *ret_end = p->begun;
    return p;
}

static void *run(void *context)
{
    struct preparer *preparer = context;
    pthread_setname_np(pthread_self(), "hanse-prepare");
    pthread_mutex_lock(&preparer->mutex);
    while (!preparer->stop) {
        uint32_t first = 0, end = 0;
        struct preparation *p = take(preparer, &first, &end);
        if (p == NULL) {
            preparer->sleeping = true;
            pthread_cond_wait(&preparer->work, &preparer->mutex);
            preparer->sleeping = false;
            continue;
        }
        pthread_mutex_unlock(&preparer->mutex);
        for (uint32_t i = first; i < end; i++) {
            struct hanse_commit_item *item = &p->commit->items[p->jobs[i].item];
            item->prepared = p->jobs[i].projector->prepare(&item->entry, hanse_body_content(item->salted));
        }
        pthread_mutex_lock(&preparer->mutex);
        p->done = end;
        pthread_cond_signal(&preparer->settled);
    }
    pthread_mutex_unlock(&preparer->mutex);
    return NULL;
}

static bool has_work(const struct hanse_projection *projection)
{
    for (size_t i = 0; projection != NULL && i < projection->count; i++) {
        if (projection->projectors[i].prepare != NULL)
            return true;
    }
    return false;
}

struct preparer *preparer_new(const struct hanse_projection *projection)
{
    if (!has_work(projection))
        return NULL;
    struct preparer *preparer = hanse_calloc(1, sizeof *preparer);
    preparer->projection = projection;
    pthread_mutex_init(&preparer->mutex, NULL);
    pthread_cond_init(&preparer->work, NULL);
    pthread_cond_init(&preparer->settled, NULL);
    /* The mesh thread has blocked all signals, and this one inherits that. */
    HANSE_CHECK(pthread_create(&preparer->thread, NULL, run, preparer) == 0); /* as when memory ran out */
    return preparer;
}

void preparer_destroy(struct preparer **handle)
{
    struct preparer *preparer = *handle;
    *handle = NULL;
    if (preparer == NULL)
        return;
    HANSE_CHECK(preparer->first == NULL);
    pthread_mutex_lock(&preparer->mutex);
    preparer->stop = true;
    pthread_cond_signal(&preparer->work);
    pthread_mutex_unlock(&preparer->mutex);
    pthread_join(preparer->thread, NULL);
    pthread_cond_destroy(&preparer->settled);
    pthread_cond_destroy(&preparer->work);
    pthread_mutex_destroy(&preparer->mutex);
    free(preparer);
}

struct preparation *preparation_begin(struct preparer *preparer, struct hanse_commit *commit)
{
    if (preparer == NULL)
        return NULL;
    struct preparation *p = hanse_malloc(sizeof *p + commit->count * sizeof p->jobs[0]);
    *p = (struct preparation){.commit = commit};
    for (uint32_t i = 0; i < commit->count; i++) {
        const struct hanse_projector *projector = projector_of(preparer->projection, &commit->items[i]);
        if (projector != NULL)
            p->jobs[p->count++] = (struct job){.item = i, .projector = projector};
    }
    /* Only the mesh thread changes the list, so it may look without the mutex. */
    if (p->count < (preparer->first == NULL ? WORTH : 1)) {
        free(p);
        return NULL;
    }
    pthread_mutex_lock(&preparer->mutex);
    if (preparer->first == NULL)
        preparer->first = p;
    else
        preparer->last->next = p;
    preparer->last = p;
    if (preparer->at == NULL)
        preparer->at = p;
    if (preparer->sleeping && preparer->ahead < AHEAD_BYTES)
        pthread_cond_signal(&preparer->work);
    pthread_mutex_unlock(&preparer->mutex);
    return p;
}

void preparation_settle(struct preparer *preparer, struct preparation *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&preparer->mutex);
    p->count = p->begun;
    while (p->done < p->begun)
        pthread_cond_wait(&preparer->settled, &preparer->mutex);
    pthread_mutex_unlock(&preparer->mutex);
}

static void unlink_preparation(struct preparer *preparer, const struct preparation *p)
{
    struct preparation **at = &preparer->first, *before = NULL;
    while (*at != p) {
        before = *at;
        at = &before->next;
    }
    *at = p->next;
    if (preparer->last == p)
        preparer->last = before;
    if (preparer->at == p)
        preparer->at = p->next;
}

void preparation_end(struct preparer *preparer, struct preparation **handle)
{
    struct preparation *p = *handle;
    *handle = NULL;
    if (p == NULL)
        return;
    preparation_settle(preparer, p);
    for (uint32_t i = 0; i < p->done; i++) {
        struct hanse_commit_item *item = &p->commit->items[p->jobs[i].item];
        if (item->prepared != NULL)
            p->jobs[i].projector->release(item->prepared);
        item->prepared = NULL;
    }
    pthread_mutex_lock(&preparer->mutex);
    unlink_preparation(preparer, p);
    preparer->ahead -= p->bytes;
    if (preparer->sleeping)
        pthread_cond_signal(&preparer->work);
    pthread_mutex_unlock(&preparer->mutex);
    free(p);
}
