/* bench_engine: what an engine weighs (bytes of malloc, its own overhead included) that knows 200 journals
 * and 10,000 `node` entries, and what its idle steps cost. Run it with
 * GLIBC_TUNABLES=glibc.malloc.tcache_count=0, else malloc's cache of freed blocks counts as used. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hanse/check.h"
#include "hanse/engine.h"
#include "hanse/msgpack.h"

#define JOURNALS 200u
#define NODES    10000u

static size_t used_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct hanse_hash hash_of(const char *what, uint64_t number)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%s %llu", what, (unsigned long long)number);
    return hanse_hash_sha256(hanse_bytes(text, (size_t)length));
}

static struct hanse_public_key public_key(const char *what, uint64_t number)
{
    struct hanse_hash seed = hash_of(what, number);
    struct hanse_signing_key key;
    hanse_signing_key_from_seed(seed.bytes, &key);
    return hanse_signing_key_public(&key);
}

static void begin(struct hanse_engine *engine, const struct hanse_hash *id, uint64_t number, uint64_t size)
{
    static const uint8_t nodes[64 * HANSE_HASH_SIZE];
    struct hanse_authority authority = {.role = HANSE_AUTHORITY_DOMAIN, .version = 1};
    struct hanse_buffer body;
    authority.signer = public_key("signer", number);
    authority.next_key = hash_of("next", number);
    hanse_buffer_init(&body);
    hanse_authority_encode(&authority, &body);
    size_t peaks = (size_t)__builtin_popcountll(size);
    int error = hanse_engine_restore_journal(engine, id, size, hanse_bytes(nodes, peaks * HANSE_HASH_SIZE), 1,
                                             hanse_buffer_bytes(&body));
    HANSE_CHECK(error == HANSE_OK);
    hanse_buffer_release(&body);
}

static void add(struct hanse_engine *engine, const struct hanse_hash *id, uint64_t index, const char *kind,
                const char *key, struct hanse_bytes content)
{
    static const uint8_t salt[HANSE_SALT_SIZE];
    struct hanse_buffer salted, encoded;
    hanse_buffer_init(&salted);
    hanse_buffer_init(&encoded);
    hanse_body_salt(salt, content, &salted);
    struct hanse_entry entry = {.kind = hanse_bytes_of(kind),
                                .key = hanse_bytes_of(key),
                                .has_body = true,
                                .body_hash = hanse_body_hash(hanse_buffer_bytes(&salted)),
                                .body_size = (uint32_t)content.size,
                                .media = hanse_bytes_of("msgpack")};
    hanse_entry_encode(&entry, &encoded);
    int error = hanse_engine_restore_live(engine, id, index, hanse_buffer_bytes(&encoded),
                                          hanse_buffer_bytes(&salted));
    HANSE_CHECK(error == HANSE_OK);
    hanse_buffer_release(&encoded);
    hanse_buffer_release(&salted);
}

static void admit(struct hanse_engine *engine, const struct hanse_hash *council, uint64_t number)
{
    char name[32];
    struct hanse_buffer body;
    struct hanse_admission admission = {.journal = hash_of("journal", number), .key_count = 1};
    struct hanse_hash key = hash_of("node", number);
    memcpy(admission.keys[0].bytes, key.bytes, sizeof admission.keys[0].bytes);
    snprintf(name, sizeof name, "domain-%llu", (unsigned long long)number);
    hanse_buffer_init(&body);
    hanse_admission_encode(&admission, &body);
    add(engine, council, 1 + number, "domain", name, hanse_buffer_bytes(&body));
    hanse_buffer_release(&body);
}

static void name_node(struct hanse_engine *engine, uint64_t number)
{
    char endpoint[64], hex[HANSE_HASH_HEX_SIZE];
    struct hanse_hash key = hash_of("node", number);
    struct hanse_hash journal = hash_of("journal", number % JOURNALS);
    struct hanse_buffer body;
    struct hanse_node_address address = {.endpoint_count = 1, .role = hanse_bytes_of("mirror")};
    memcpy(address.key.bytes, key.bytes, sizeof address.key.bytes);
    snprintf(endpoint, sizeof endpoint, "tcp://10.20.%llu.%llu:7400", (unsigned long long)number / 250,
             (unsigned long long)number % 250);
    address.endpoints[0] = hanse_bytes_of(endpoint);
    hanse_buffer_init(&body);
    hanse_node_address_encode(&address, &body);
    add(engine, &journal, 2 + number / JOURNALS, "node", hanse_hash_hex(&key, hex),
        hanse_buffer_bytes(&body));
    hanse_buffer_release(&body);
}

static struct hanse_engine *make(void)
{
    struct hanse_engine_config config = {.random_seed = 7};
    config.pin.mesh = hash_of("council", 0);
    struct hanse_hash self = hash_of("node", 17);
    memcpy(config.self.bytes, self.bytes, sizeof config.self.bytes);
    struct hanse_engine *engine = hanse_engine_new(&config);
    begin(engine, &config.pin.mesh, JOURNALS, 1 + JOURNALS + 2);
    for (uint64_t i = 0; i < JOURNALS; i++)
        admit(engine, &config.pin.mesh, i);
    for (uint64_t i = 0; i < JOURNALS; i++) {
        struct hanse_hash id = hash_of("journal", i);
        begin(engine, &id, i, 3 + NODES / JOURNALS);
    }
    for (uint64_t i = 0; i < NODES; i++)
        name_node(engine, i);
    return engine;
}

int main(void)
{
    static char out[4096];
    setvbuf(stdout, out, _IOLBF, sizeof out);
    free(malloc(1)); /* what malloc sets up for itself is not the engine's */
    size_t before = used_bytes();
    double start_us = now_us();
    struct hanse_engine *engine = make();
    double restored_us = now_us();
    printf("restored: %.2f MB in %.0f ms, with the making of the entries\n",
           (double)(used_bytes() - before) / 1e6, (restored_us - start_us) / 1e3);
    struct hanse_effects effects;
    struct hanse_event event = {.type = HANSE_EVENT_START, .now_ms = 1000};
    (void)hanse_engine_step(engine, &event, &effects);
    printf("started:  %.2f MB, the step took %.0f us, six nodes drawn\n",
           (double)(used_bytes() - before) / 1e6, now_us() - restored_us);
    event.type = HANSE_EVENT_TICK;
    start_us = now_us();
    for (uint64_t i = 0; i < 1000; i++) {
        event.now_ms += 1; /* too soon for anything to be given up */
        (void)hanse_engine_step(engine, &event, &effects);
    }
    printf("a tick:   %.2f us\n", (now_us() - start_us) / 1000);
    hanse_engine_destroy(&engine);
    return 0;
}
