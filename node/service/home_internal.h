/* The home, inside this folder: the handle, and the files whose shape only the service knows. */
#ifndef HANSE_SERVICE_HOME_INTERNAL_H
#define HANSE_SERVICE_HOME_INTERNAL_H

#include "hanse/home.h"
#include "turns.h"

#define HOME_SEEDS_MAX 16u
#define COUNCIL_NAME   "council"

struct hanse_home {
    char path[HANSE_HOME_PATH_MAX + 1];
    struct turns turns;      /* who writes what now */
    struct turn *alone;      /* the one that home_lock began */
    pthread_mutex_t memory;  /* of the sizes, held for nanoseconds */
    struct home_size *sizes; /* of own journals after our last append */
    size_t size_count;
    pthread_mutex_t key_change;  /* one caller at a time finishes a key's replacement; drafts.c */
    struct domain_list *domains; /* home_domains.c */
    struct mesh_wiring *wiring;  /* what the last mesh configuration borrows; mesh_config.c */
};

struct home_size {
    struct hanse_hash journal;
    uint64_t size;
};

/* A turn alone (turns.h): nothing of this home is written meanwhile by others. */
void home_lock(struct hanse_home *home);
void home_unlock(struct hanse_home *home);
/* The size of an own journal that our last append left; 0 when there was none. Between home_lock and
 * home_unlock that is all there is. */
uint64_t home_size_of(struct hanse_home *home, const struct hanse_hash *journal);
void home_keep_size(struct hanse_home *home, const struct hanse_hash *journal, uint64_t size);

/* The folder of a domain (or of the council, by COUNCIL_NAME) and files in it. */
struct home_path {
    char text[512];
};
struct home_path home_path(const struct hanse_home *home, const char *name);
struct home_path home_domain_file(const struct hanse_home *home, const char *domain, const char *name);

/* The journal id beside a signing key. NOT_FOUND: there is no such domain here. */
HANSE_MUST_USE int home_journal(const struct hanse_home *home, const char *domain,
                                struct hanse_hash *ret_journal);
HANSE_MUST_USE int home_set_journal(const struct hanse_home *home, const char *domain,
                                    const struct hanse_hash *journal);
/* The public part of node.key. */
HANSE_MUST_USE int home_node_key(const struct hanse_home *home, struct hanse_curve_key *ret_key);

struct home_lobby { /* what a node that waits to be admitted asks with */
    uint8_t client_secret[32];
    char domain[HANSE_NAME_MAX + 1];
    char contact[HANSE_CONTACT_MAX + 1];
    uint64_t expires_ms; /* of the invite */
};
struct home_mesh { /* mesh.json */
    struct hanse_pin pin;
    size_t seed_count;
    struct hanse_seed_peer seeds[HOME_SEEDS_MAX];
    bool waiting; /* `lobby` counts */
    struct home_lobby lobby;
};
/* NOT_FOUND: in no mesh. INVALID: the file cannot be read. */
HANSE_MUST_USE int home_mesh_read(const struct hanse_home *home, struct home_mesh *ret_mesh);
HANSE_MUST_USE int home_mesh_write(const struct hanse_home *home, const struct home_mesh *mesh);

void wiring_release(struct mesh_wiring **wiring);
struct domain_list *domain_list_new(void);
void domain_list_destroy(struct domain_list **list);

#endif
