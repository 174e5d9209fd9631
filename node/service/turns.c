#include "turns.h"

#include <string.h>

#include "hanse/check.h"

void turns_init(struct turns *turns)
{
    *turns = (struct turns){0};
    HANSE_CHECK(pthread_mutex_init(&turns->lock, NULL) == 0);
    HANSE_CHECK(pthread_cond_init(&turns->ended, NULL) == 0);
}

void turns_release(struct turns *turns)
{
    HANSE_CHECK(turns->first == NULL);
    pthread_cond_destroy(&turns->ended);
    pthread_mutex_destroy(&turns->lock);
}

static bool share_key(const struct turn *a, const struct turn *b)
{
    size_t i = 0, k = 0;
    while (i < a->count && k < b->count) {
        int order = strcmp(a->keys[i], b->keys[k]);
        if (order == 0)
            return true;
        if (order < 0)
            i++;
        else
            k++;
    }
    return false;
}

static bool clash(const struct turn *a, const struct turn *b)
{
    return a->alone || b->alone || (hanse_hash_equal(&a->journal, &b->journal) && share_key(a, b));
}

static bool must_wait(const struct turns *turns, const struct turn *turn)
{
    for (const struct turn *earlier = turns->first; earlier != turn; earlier = earlier->next) {
        if (clash(earlier, turn))
            return true;
    }
    return false;
}

void turn_begin(struct turns *turns, struct turn *turn)
{
    struct turn **end = &turns->first;
    pthread_mutex_lock(&turns->lock);
    while (*end != NULL)
        end = &(*end)->next;
    turn->next = NULL;
    *end = turn;
    while (must_wait(turns, turn))
        pthread_cond_wait(&turns->ended, &turns->lock);
    pthread_mutex_unlock(&turns->lock);
}

void turn_end(struct turns *turns, struct turn *turn)
{
    struct turn **at = &turns->first;
    pthread_mutex_lock(&turns->lock);
    while (*at != turn)
        at = &(*at)->next;
    *at = turn->next;
    pthread_cond_broadcast(&turns->ended);
    pthread_mutex_unlock(&turns->lock);
}
