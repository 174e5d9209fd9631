/* The domains that a home writes for: a folder each. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hanse/proposal.h"
#include "home_files.h"
#include "home_internal.h"

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
    return file_write(home_domain_file(home, domain, "journal").text, FILE_REPLACE,
                      hanse_bytes(line, sizeof line));
}

static int compare(const void *a, const void *b)
{
    const struct hanse_home_domain *x = a, *y = b;
    return strcmp(x->name, y->name);
}

int hanse_home_domains(const struct hanse_home *home, struct hanse_home_domain **ret_domains,
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
