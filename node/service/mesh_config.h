/* From the files of the home to what the mesh thread asks for. */
#ifndef HANSE_SERVICE_MESH_CONFIG_H
#define HANSE_SERVICE_MESH_CONFIG_H

#include "home_internal.h"

#define SIGNING_KEY      "signing.key"
#define SIGNING_KEY_NEXT "signing.key.next"
#define CLERK_KEY        "clerk.key"

/* The writer of one domain, or of the council by COUNCIL_NAME; wipe after use. Errors: NOT_FOUND (nothing of
 * that name here), NOT_ALLOWED (rights too wide), INVALID. */
HANSE_MUST_USE int mesh_writer(const struct hanse_home *home, const char *domain,
                               struct hanse_mesh_writer *ret_writer);
/* The same with another key file of that folder. */
HANSE_MUST_USE int mesh_writer_with(const struct hanse_home *home, const char *domain, const char *key_file,
                                    struct hanse_mesh_writer *ret_writer);

/* What the engine is told of the mesh; `ret_lobby_secret` is zero when the node does not wait. The seeds are
 * those of `mesh`, borrowed. */
HANSE_MUST_USE int mesh_engine_config(const struct hanse_home *home, const struct home_mesh *mesh,
                                      struct hanse_engine_config *ret_config,
                                      uint8_t ret_lobby_secret[static 32]);

#endif
