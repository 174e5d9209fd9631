/* The domains that a home writes for: a folder each. */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hanse/check.h"
#include "hanse/proposal.h"
#include "home_files.h"
#include "home_internal.h"

/* What was listed last. Every answer asks which domains are this node's own, and they hardly ever change. */
struct domain_list {
    pthread_mutex_t lock;
    uint64_t journals; /* set by this process so far: a list from before one more is no use */
    bool known;
    struct timespec changed; /* of the folder, before it was listed */
    struct hanse_home_domain *items;
    size_t count;
};

struct domain_list *domain_list_new(void)
{
    struct domain_list *list = hanse_calloc(1, sizeof *list);
    HANSE_CHECK(pthread_mutex_init(&list->lock, NULL) == 0);
    return list;
}

void domain_list_destroy(struct domain_list **list)
{
    pthread_mutex_destroy(&(*list)->lock);
    free((*list)->items);
    free(*list);
    *list = NULL;
}

static struct hanse_home_domain *copy_of(const struct hanse_home_domain *items, size_t count)
{
    struct hanse_home_domain *copy = hanse_calloc(count, sizeof *copy);
    if (count > 0)
        memcpy(copy, items, count * sizeof *copy);
    return copy;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool recall(struct domain_list *list, const struct timespec *changed, uint64_t *ret_journals,
                   struct hanse_home_domain **ret_domains, size_t *ret_count)
{
    pthread_mutex_lock(&list->lock);
    *ret_journals = list->journals;
    bool known = list->known && is_same_time(&list->changed, changed);
    if (known) {
        *ret_domains = copy_of(list->items, list->count);
        *ret_count = list->count;
    }
    pthread_mutex_unlock(&list->lock);
    return known;
}

static void remember(struct domain_list *list, const struct timespec *changed, uint64_t journals,
                     const struct hanse_home_domain *domains, size_t count)
{
    pthread_mutex_lock(&list->lock);
    if (journals == list->journals) {
        free(list->items);
        list->items = copy_of(domains, count);
        list->count = count;
        list->changed = *changed;
        list->known = true;
    }
    pthread_mutex_unlock(&list->lock);
}

static void forget(struct domain_list *list)
{
    pthread_mutex_lock(&list->lock);
    list->known = false;
    list->journals++;
    pthread_mutex_unlock(&list->lock);
}

int home_journal(const struct hanse_home *home, const char *domain, struct hanse_hash *ret_journal)
{
    struct hanse_buffer content;
    struct hanse_hash journal;
    int error = file_read(home_domain_file(home, domain, "journal").text, true, &content);
    if (error != HANSE_OK)
        return error;
    content.data[strcspn(content.data, "\r\n")] = '\0';
    error = hanse_hash_from_hex(content.data, &journal);
    hanse_buffer_release(&content);
    if (error == HANSE_OK)
        *ret_journal = journal;
    return error;
}

int home_set_journal(const struct hanse_home *home, const char *domain, const struct hanse_hash *journal)
{
    char line[HANSE_HASH_HEX_SIZE];
    hanse_hash_hex(journal, line);
    line[sizeof line - 1] = '\n';
    int error = file_write(home_domain_file(home, domain, "journal").text, FILE_REPLACE,
                           hanse_bytes(line, sizeof line));
    forget(home->domains);
    return error;
}

static int compare(const void *a, const void *b)
{
    const struct hanse_home_domain *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int list_domains(const struct hanse_home *home, struct hanse_home_domain **ret_domains,
                        size_t *ret_count)
{
    struct hanse_home_domain *domains = NULL;
    size_t count = 0;
    int error = HANSE_OK;
    DIR *folder = opendir(home_path(home, "domains").text);
    struct dirent *item;
    while (folder != NULL && error == HANSE_OK && (item = readdir(folder)) != NULL) {
        struct hanse_home_domain domain = {0};
        if (!hanse_domain_name_valid(hanse_bytes_of(item->d_name)))
            continue;
        memcpy(domain.name, item->d_name, strlen(item->d_name)); /* valid names fit */
        error = home_journal(home, domain.name, &domain.journal);
        if (error == HANSE_E_NOT_FOUND) { /* one that is just being made, or is no domain's */
            error = HANSE_OK;
            continue;
        }
        domains = hanse_realloc(domains, (count + 1) * sizeof *domains);
        domains[count++] = domain;
    }
    if (folder != NULL)
        closedir(folder);
    if (error != HANSE_OK) {
        free(domains);
        return error;
    }
    if (count > 1)
        qsort(domains, count, sizeof *domains, compare);
    *ret_domains = domains;
    *ret_count = count;
    return HANSE_OK;
}

int hanse_home_domains(const struct hanse_home *home, struct hanse_home_domain **ret_domains,
                       size_t *ret_count)
{
    struct stat folder = {0}; /* zeros where there is none */
    uint64_t journals;
    (void)stat(home_path(home, "domains").text, &folder);
    if (recall(home->domains, &folder.st_mtim, &journals, ret_domains, ret_count))
        return HANSE_OK;
    int error = list_domains(home, ret_domains, ret_count);
    if (error == HANSE_OK)
        remember(home->domains, &folder.st_mtim, journals, *ret_domains, *ret_count);
    return error;
}
