#include "helm.h"

#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "hanse/check.h"
#include "loop.h"

void helm_init(struct helm *helm)
{
    *helm = (struct helm){.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    HANSE_CHECK(helm->bell >= 0);
    HANSE_CHECK(pthread_mutex_init(&helm->mutex, NULL) == 0);
    HANSE_CHECK(pthread_cond_init(&helm->free, NULL) == 0);
}

void helm_release(struct helm *helm)
{
    pthread_mutex_lock(&helm->mutex);
    HANSE_CHECK(helm->first == NULL && helm->loop == NULL);
    pthread_mutex_unlock(&helm->mutex);
    close(helm->bell);
    pthread_cond_destroy(&helm->free);
    pthread_mutex_destroy(&helm->mutex);
}

void helm_begin(struct helm *helm, struct loop *loop)
{
    pthread_mutex_lock(&helm->mutex);
    helm->loop = loop;
    helm->begun = true;
    helm->held = true;
    pthread_mutex_unlock(&helm->mutex);
}

void helm_end(struct helm *helm)
{
    pthread_mutex_lock(&helm->mutex);
    helm->loop = NULL;
    pthread_mutex_unlock(&helm->mutex);
}

bool helm_has_begun(struct helm *helm)
{
    pthread_mutex_lock(&helm->mutex);
    bool begun = helm->begun;
    pthread_mutex_unlock(&helm->mutex);
    return begun;
}

static void ring(struct helm *helm)
{
    const uint64_t one = 1;
    (void)!write(helm->bell, &one, sizeof one); /* full: it rings already */
}

static void let_go(struct helm *helm)
{
    helm->held = false;
    if (helm->awaited)
        pthread_cond_signal(&helm->free);
    else if (helm->first != NULL)
        pthread_cond_signal(&helm->first->changed);
}

static bool may_take(const struct helm *helm)
{
    return !helm->held && !helm->awaited && helm->first->type == COMMAND_APPEND;
}

void helm_ask(struct helm *helm, struct command *command)
{
    HANSE_CHECK(pthread_cond_init(&command->changed, NULL) == 0);
    pthread_mutex_lock(&helm->mutex);
    if (helm->first == NULL)
        helm->first = command;
    else
        helm->last->next = command;
    helm->last = command;
    if (command->type != COMMAND_APPEND)
        ring(helm);
    while (!command->answered) {
        if (helm->first == NULL || !may_take(helm)) {
            pthread_cond_wait(&command->changed, &helm->mutex);
            continue;
        }
        helm->held = true;
        pthread_mutex_unlock(&helm->mutex);
        bool wake = loop_serve(helm->loop);
        pthread_mutex_lock(&helm->mutex);
        let_go(helm);
        if (wake)
            ring(helm);
    }
    pthread_mutex_unlock(&helm->mutex);
    pthread_cond_destroy(&command->changed);
}

static struct command *take(struct helm *helm)
{
    struct command *command = helm->first;
    if (command != NULL)
        helm->first = command->next;
    return command;
}

size_t helm_take_appends(struct helm *helm, struct command **ret_commands, size_t max)
{
    size_t count = 0;
    pthread_mutex_lock(&helm->mutex);
    while (count < max && helm->first != NULL && helm->first->type == COMMAND_APPEND)
        ret_commands[count++] = take(helm);
    pthread_mutex_unlock(&helm->mutex);
    return count;
}

struct command *helm_take(struct helm *helm)
{
    pthread_mutex_lock(&helm->mutex);
    struct command *command = take(helm);
    pthread_mutex_unlock(&helm->mutex);
    return command;
}

void helm_answer(struct helm *helm, struct command *command)
{
    pthread_mutex_lock(&helm->mutex);
    command->answered = true;
    pthread_cond_signal(&command->changed);
    pthread_mutex_unlock(&helm->mutex);
}

void helm_sleep(struct helm *helm, int descriptor, int timeout_ms)
{
    uint64_t rung;
    pthread_mutex_lock(&helm->mutex);
    bool queued = helm->first != NULL;
    if (!queued)
        let_go(helm);
    pthread_mutex_unlock(&helm->mutex);
    if (queued)
        return;
    struct pollfd items[] = {{.fd = descriptor, .events = POLLIN}, {.fd = helm->bell, .events = POLLIN}};
    if (poll(items, 2, timeout_ms) > 0 && items[1].revents != 0)
        (void)!read(helm->bell, &rung, sizeof rung);
    pthread_mutex_lock(&helm->mutex);
    helm->awaited = true;
    while (helm->held)
        pthread_cond_wait(&helm->free, &helm->mutex);
    helm->awaited = false;
    helm->held = true;
    pthread_mutex_unlock(&helm->mutex);
}
