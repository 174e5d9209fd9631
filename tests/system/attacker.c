/* A hostile peer over real CURVE links, for strangers.py, floods.py and tests/bench/peers. It says one line
 * of JSON about what it did.
 *
 *   attacker strangers ENDPOINT SERVER COUNT           handshakes, each with a key that nobody knows
 *   attacker sink ENDPOINT MS                      receives whatever comes from whomever, and drops it
 *   attacker learn ENDPOINT SERVER KEY MESH JOURNAL FILE   asks for a journal's commits, and keeps them
 *   attacker send … FILE            sends kept commits, in order: what an honest peer would do
 *   attacker flip … FILE COUNT      one bit of each byte in turn, then copies damaged in other ways
 *   attacker replay … FILE COUNT    the same commits again and again
 *   attacker reorder … FILE         last to first
 *   attacker starve … FILE MS       the next commit without its bodies, again and again, and no body ever
 *   attacker lie … JOURNAL MS       tells of a journal that is longer than it is
 *   attacker bombs … COUNT          messages whose counts and depths promise more than they hold
 *   attacker flood … JOURNAL KIND MS FILE INDEX  without a pause: attacker.h has the kinds
 *   attacker lobby … JOURNAL        with an invite's key: what it gets, and that it gets nothing else
 *
 * SERVER and MESH are 64 hex digits; KEY is a node.key, or 64 hex digits. */
#include "attacker.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATIENCE_MS 10000

uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

void die(const char *what)
{
    fprintf(stderr, "attacker: %s\n", what);
    exit(1);
}

static struct hanse_hash hex(const char *text)
{
    struct hanse_hash hash = {0};
    if (hanse_hash_from_hex(text, &hash) != HANSE_OK)
        die("64 hex digits are needed");
    return hash;
}

static uint64_t number(const char *text)
{
    char *end;
    uint64_t value = strtoull(text, &end, 10);
    if (*end != '\0' || end == text)
        die("a number is needed");
    return value;
}

/* A node.key (`hanse-curve-key:` and base64), or hex digits. */
static void read_secret(const char *text, uint8_t ret_secret[static 32])
{
    FILE *file = fopen(text, "r");
    char line[256] = "";
    size_t size = 0;
    if (file == NULL) {
        struct hanse_hash secret = hex(text);
        memcpy(ret_secret, secret.bytes, 32);
        return;
    }
    const char *base64 = fgets(line, sizeof line, file) != NULL ? strchr(line, ':') : NULL;
    fclose(file);
    if (base64 == NULL ||
        sodium_base642bin(ret_secret, 32, base64 + 1, strlen(base64 + 1), " \n", &size, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        size != 32)
        die("that is no node.key");
}

static void open_peer(struct peer *peer)
{
    int zero = 0, patience = PATIENCE_MS;
    peer->socket = zmq_socket(peer->context, ZMQ_DEALER);
    if (zmq_setsockopt(peer->socket, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
        zmq_setsockopt(peer->socket, ZMQ_SNDTIMEO, &patience, sizeof patience) != 0 ||
        zmq_setsockopt(peer->socket, ZMQ_CURVE_SECRETKEY, peer->secret, 32) != 0 ||
        zmq_setsockopt(peer->socket, ZMQ_CURVE_PUBLICKEY, peer->self, 32) != 0 ||
        zmq_setsockopt(peer->socket, ZMQ_CURVE_SERVERKEY, peer->server, 32) != 0)
        die(zmq_strerror(errno));
}

static void connect_peer(struct peer *peer)
{
    if (zmq_connect(peer->socket, peer->endpoint) != 0)
        die(zmq_strerror(errno));
}

static void send_bytes(struct peer *peer, const void *data, size_t size)
{
    if (zmq_send(peer->socket, data, size, 0) < 0)
        die(zmq_strerror(errno));
    peer->sent++;
}

static void send_buffer(struct peer *peer, struct hanse_buffer *message)
{
    send_bytes(peer, message->data, message->size);
    hanse_buffer_release(message);
}

void begin(struct hanse_buffer *message, enum message type, size_t elements)
{
    hanse_buffer_init(message);
    hanse_write_array(message, elements);
    hanse_write_uint(message, type);
}

void send_hello(struct peer *peer)
{
    struct hanse_buffer message;
    begin(&message, HELLO, 4);
    hanse_write_uint(&message, 1);
    hanse_write_hash(&message, &peer->mesh);
    hanse_write_text(&message, hanse_bytes_of("attacker"));
    send_buffer(peer, &message);
}

static void send_want(struct peer *peer, const struct hanse_hash *journal, uint64_t first)
{
    struct hanse_buffer message;
    begin(&message, WANT, 5);
    hanse_write_hash(&message, journal);
    hanse_write_uint(&message, first);
    hanse_write_uint(&message, HANSE_WINDOW_BYTES);
    hanse_write_array(&message, 0);
    send_buffer(peer, &message);
}

/* Counts a message; gives its type. */
static uint64_t take(struct peer *peer, struct hanse_bytes message)
{
    struct hanse_reader r;
    hanse_reader_init(&r, message);
    hanse_read_array(&r, 1, HANSE_ELEMENTS_MAX);
    uint64_t type = hanse_read_uint(&r, UINT64_MAX);
    peer->commits += type == COMMIT;
    peer->heads += type == HEADS;
    peer->bodies += type == BODY;
    peer->others += type != COMMIT && type != HEADS && type != BODY;
    if (type == HEADS && hanse_read_uint(&r, 1) == 0 && hanse_read_array(&r, 0, HANSE_HEADS_MAX) == 1) {
        hanse_read_array(&r, 3, 3);
        peer->heads_journal = hanse_read_hash(&r);
    }
    return type;
}

/* The next message within so many milliseconds into `message`; its type, or 0. */
static uint64_t receive(struct peer *peer, zmq_msg_t *message, long wait_ms)
{
    zmq_pollitem_t item = {.socket = peer->socket, .events = ZMQ_POLLIN};
    if (zmq_poll(&item, 1, wait_ms) <= 0 || zmq_msg_recv(message, peer->socket, ZMQ_DONTWAIT) < 0)
        return 0;
    return take(peer, hanse_bytes(zmq_msg_data(message), zmq_msg_size(message)));
}

void drain(struct peer *peer, long wait_ms)
{
    zmq_msg_t message;
    zmq_msg_init(&message);
    while (receive(peer, &message, wait_ms) != 0)
        wait_ms = 0;
    zmq_msg_close(&message);
}

/* Until the node has read all that was sent: it answers a WANT that asks for nothing with the journal's head.
 * A link that it ended is made again. */
static void wait_until_read(struct peer *peer)
{
    uint64_t end = now_ms() + 3 * PATIENCE_MS, again = 0;
    peer->heads_journal = (struct hanse_hash){0};
    while (!hanse_hash_equal(&peer->heads_journal, &peer->mesh)) {
        if (now_ms() > end)
            die("the node does not answer any more");
        if (now_ms() > again) {
            if (again != 0)
                send_hello(peer);
            send_want(peer, &peer->mesh, HANSE_SIZE_MAX);
            again = now_ms() + 3000;
        }
        drain(peer, 50);
    }
}

static struct kept kept;

static void keep(FILE *file, zmq_msg_t *message)
{
    uint32_t size = (uint32_t)zmq_msg_size(message);
    uint8_t head[4] = {(uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};
    if (fwrite(head, 1, 4, file) != 4 || fwrite(zmq_msg_data(message), 1, size, file) != size)
        die("the file cannot be written");
}

static void read_kept(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t head[4];
    if (file == NULL)
        die("the file cannot be read");
    while (kept.count < KEPT_MAX && fread(head, 1, 4, file) == 4) {
        size_t size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
        char *bytes = hanse_malloc(size + 1);
        if (fread(bytes, 1, size, file) != size)
            die("the file is cut off");
        hanse_buffer_init(&kept.messages[kept.count]);
        hanse_buffer_append(&kept.messages[kept.count++], bytes, size);
        free(bytes);
    }
    fclose(file);
    if (kept.count == 0)
        die("the file has no commits");
}

static void learn(struct peer *peer, const char *journal_text, const char *path)
{
    struct hanse_hash journal = hex(journal_text);
    FILE *file = fopen(path, "wb");
    zmq_msg_t message;
    uint64_t end = now_ms() + PATIENCE_MS;
    if (file == NULL)
        die("the file cannot be written");
    zmq_msg_init(&message);
    send_want(peer, &journal, 0);
    while (now_ms() < end && !hanse_hash_equal(&peer->heads_journal, &journal)) {
        struct hanse_reader r;
        if (receive(peer, &message, 50) != COMMIT)
            continue;
        hanse_reader_init(&r, hanse_bytes(zmq_msg_data(&message), zmq_msg_size(&message)));
        hanse_read_array(&r, 7, HANSE_ELEMENTS_MAX);
        hanse_read_uint(&r, UINT64_MAX);
        struct hanse_hash of = hanse_read_hash(&r);
        if (hanse_hash_equal(&of, &journal))
            keep(file, &message);
    }
    zmq_msg_close(&message);
    fclose(file);
}

/* A copy with one thing wrong: cut short, lengthened, a run of bytes doubled or set, several bits flipped. */
static void send_damaged(struct peer *peer, const struct hanse_buffer *source)
{
    struct hanse_buffer copy;
    hanse_buffer_init(&copy);
    hanse_buffer_append(&copy, source->data, source->size);
    size_t at = randombytes_uniform((uint32_t)copy.size), run = 1 + randombytes_uniform(64);
    if (run > copy.size - at)
        run = copy.size - at;
    switch (randombytes_uniform(5)) {
    case 0:
        copy.size = at;
        break;
    case 1:
        hanse_buffer_append(&copy, source->data, run);
        break;
    case 2:
        hanse_buffer_reset(&copy);
        hanse_buffer_append(&copy, source->data, at + run);
        hanse_buffer_append(&copy, source->data + at, source->size - at);
        break;
    case 3:
        memset(copy.data + at, randombytes_uniform(2) == 0 ? 0xff : 0x00, run);
        break;
    default:
        for (size_t i = 0; i < 1 + run / 8; i++)
            copy.data[randombytes_uniform((uint32_t)copy.size)] ^= (char)(1u << randombytes_uniform(8));
    }
    if (copy.size != source->size || memcmp(copy.data, source->data, copy.size) != 0)
        send_bytes(peer, copy.data, copy.size);
    hanse_buffer_release(&copy);
}

static void flip(struct peer *peer, uint64_t count)
{
    uint64_t sent = 0;
    for (size_t c = 0; c < kept.count && sent < count; c++) {
        struct hanse_buffer *source = &kept.messages[c];
        for (size_t i = 0; i < source->size && sent < count; i++, sent++) {
            char bit = (char)(1u << randombytes_uniform(8));
            source->data[i] ^= bit;
            send_bytes(peer, source->data, source->size);
            source->data[i] ^= bit;
            drain(peer, 0);
        }
    }
    for (; sent < count; sent++) {
        send_damaged(peer, &kept.messages[sent % kept.count]);
        drain(peer, 0);
    }
}

/* The commit with nil in the place of each body. */
static void without_bodies(const struct hanse_buffer *source, struct hanse_buffer *out)
{
    struct hanse_reader r;
    hanse_reader_init(&r, hanse_buffer_bytes(source));
    hanse_read_array(&r, 7, HANSE_ELEMENTS_MAX);
    hanse_read_skip_many(&r, 6);
    size_t head = (size_t)(r.at - (const uint8_t *)source->data);
    size_t count = hanse_read_array(&r, 0, HANSE_COMMIT_ENTRIES_MAX);
    hanse_buffer_init(out);
    hanse_buffer_append(out, source->data, head);
    hanse_write_array(out, count);
    for (size_t i = 0; i < count; i++)
        hanse_write_nil(out);
}

static void starve(struct peer *peer, uint64_t ms)
{
    struct hanse_buffer hollow;
    uint64_t end = now_ms() + ms;
    without_bodies(&kept.messages[0], &hollow);
    while (now_ms() < end) {
        send_bytes(peer, hollow.data, hollow.size);
        drain(peer, 5);
    }
    hanse_buffer_release(&hollow);
}

static void lie(struct peer *peer, const char *journal_text, uint64_t ms)
{
    struct hanse_hash journal = hex(journal_text);
    uint64_t end = now_ms() + ms;
    while (now_ms() < end) {
        struct hanse_buffer message;
        begin(&message, HEADS, 3);
        hanse_write_uint(&message, 1);
        hanse_write_array(&message, 1);
        hanse_write_array(&message, 3);
        hanse_write_hash(&message, &journal);
        hanse_write_uint(&message, HANSE_SIZE_MAX);
        hanse_write_hash(&message, &journal);
        send_buffer(peer, &message);
        drain(peer, 100);
    }
}

static void bomb(struct peer *peer, unsigned kind)
{
    static const uint8_t PROMISES[][6] = {
        {0xdd, 0xff, 0xff, 0xff, 0xff, 0x05}, /* four thousand million elements */
        {0xc6, 0xff, 0xff, 0xff, 0xff, 0x00}, /* as many bytes */
        {0xdb, 0xff, 0xff, 0xff, 0xff, 'a'},  /* as a text */
        {0xdf, 0xff, 0xff, 0xff, 0xff, 0x00}, /* a map */
        {0xc9, 0xff, 0xff, 0xff, 0xff, 0x01}, /* ext */
    };
    struct hanse_buffer message;
    hanse_buffer_init(&message);
    hanse_write_array(&message, kind % 3 == 0 ? 7 : kind % 3 == 1 ? 3 : 16);
    hanse_write_uint(&message, 1 + randombytes_uniform(8));
    if (kind % 7 == 6)
        for (size_t i = 0; i < HANSE_MESSAGE_MAX - 64; i++)
            hanse_buffer_append_byte(&message, kind % 2 == 0 ? 0x91 : 0xc0); /* deep, or very many */
    else if (kind % 7 == 5)
        for (size_t i = 0; i < 300; i++)
            hanse_buffer_append(&message, PROMISES[0], 5); /* promises inside promises */
    else
        hanse_buffer_append(&message, PROMISES[kind % 7], sizeof PROMISES[0]);
    hanse_buffer_append(&message, &kind, sizeof kind);
    send_buffer(peer, &message);
    drain(peer, 0);
}

/* What a guest gets: the council's journal, and nothing else. */
static void lobby(struct peer *peer, const char *journal_text)
{
    struct hanse_hash journal = hex(journal_text);
    struct hanse_buffer message;
    uint64_t end = now_ms() + PATIENCE_MS;
    send_want(peer, &peer->mesh, 0);
    peer->heads_journal = (struct hanse_hash){0};
    while (!hanse_hash_equal(&peer->heads_journal, &peer->mesh) && now_ms() < end)
        drain(peer, 50); /* to the end mark */
    printf("{\"council_commits\":%llu,", (unsigned long long)peer->commits);
    peer->commits = peer->bodies = 0;
    send_want(peer, &journal, 0);
    begin(&message, WANT, 5); /* the body of its first contract, wherever it is */
    hanse_write_hash(&message, &journal);
    hanse_write_uint(&message, 0);
    hanse_write_uint(&message, 0);
    hanse_write_array(&message, 6);
    for (uint64_t i = 0; i < 6; i++)
        hanse_write_uint(&message, i);
    send_buffer(peer, &message);
    begin(&message, HEADS, 3);
    hanse_write_uint(&message, 1);
    hanse_write_array(&message, 0);
    send_buffer(peer, &message);
    begin(&message, ROOT, 3);
    hanse_write_hash(&message, &journal);
    hanse_write_uint(&message, 1);
    send_buffer(peer, &message);
    uint64_t heads = peer->heads;
    for (size_t i = 0; i < kept.count; i++)
        send_bytes(peer, kept.messages[i].data, kept.messages[i].size);
    wait_until_read(peer);
    printf("\"domain_commits\":%llu,\"bodies\":%llu,\"heads\":%llu,", (unsigned long long)peer->commits,
           (unsigned long long)peer->bodies, (unsigned long long)(peer->heads - heads - 1));
}

static void strangers(struct peer *peer, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        randombytes_buf(peer->secret, sizeof peer->secret);
        crypto_scalarmult_base(peer->self, peer->secret);
        open_peer(peer);
        void *monitored = zmq_socket(peer->context, ZMQ_PAIR);
        char address[64];
        snprintf(address, sizeof address, "inproc://stranger-%llu", (unsigned long long)i);
        zmq_socket_monitor(peer->socket, address,
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                               ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                               ZMQ_EVENT_DISCONNECTED);
        zmq_connect(monitored, address);
        connect_peer(peer); /* only now: what happens before it is monitored is never told */
        zmq_pollitem_t item = {.socket = monitored, .events = ZMQ_POLLIN};
        if (zmq_poll(&item, 1, PATIENCE_MS) > 0) {
            zmq_msg_t event;
            uint16_t what = 0;
            zmq_msg_init(&event);
            zmq_msg_recv(&event, monitored, 0);
            memcpy(&what, zmq_msg_data(&event), sizeof what);
            zmq_msg_close(&event);
            if (what == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
                peer->others++; /* it was let in */
            else
                peer->sent++; /* turned away */
        }
        zmq_socket_monitor(peer->socket, NULL, 0);
        zmq_close(peer->socket);
        zmq_close(monitored);
    }
}

/* The same work for an attacker as a node, of which nothing comes: says the key to dial it with. */
static void sink(struct peer *peer, uint64_t ms)
{
    int server = 1, zero = 0;
    char digits[65];
    randombytes_buf(peer->secret, sizeof peer->secret);
    crypto_scalarmult_base(peer->self, peer->secret);
    peer->socket = zmq_socket(peer->context, ZMQ_ROUTER);
    if (zmq_setsockopt(peer->socket, ZMQ_CURVE_SERVER, &server, sizeof server) != 0 ||
        zmq_setsockopt(peer->socket, ZMQ_CURVE_SECRETKEY, peer->secret, 32) != 0 ||
        zmq_setsockopt(peer->socket, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
        zmq_bind(peer->socket, peer->endpoint) != 0)
        die(zmq_strerror(errno));
    printf("{\"server\":\"%s\"}\n", sodium_bin2hex(digits, sizeof digits, peer->self, 32));
    fflush(stdout);
    zmq_pollitem_t item = {.socket = peer->socket, .events = ZMQ_POLLIN};
    for (uint64_t end = now_ms() + ms; now_ms() < end;) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, peer->socket, ZMQ_DONTWAIT) < 0)
            (void)zmq_poll(&item, 1, 10);
        zmq_msg_close(&frame);
    }
    zmq_close(peer->socket);
    zmq_ctx_term(peer->context);
}

static void act(struct peer *peer, const char *what, char **rest)
{
    if (strcmp(what, "learn") == 0) {
        learn(peer, rest[0], rest[1]);
    } else if (strcmp(what, "lie") == 0) {
        lie(peer, rest[0], number(rest[1]));
    } else if (strcmp(what, "flood") == 0) {
        struct hanse_hash journal = hex(rest[0]);
        read_kept(rest[3]);
        flood(peer, rest[1], &journal, number(rest[2]), &kept, number(rest[4]));
    } else if (strcmp(what, "bombs") == 0) {
        uint64_t count = number(rest[0]);
        for (unsigned i = 0; i < count; i++)
            bomb(peer, i);
        wait_until_read(peer);
    } else {
        read_kept(rest[strcmp(what, "lobby") == 0]);
        if (strcmp(what, "lobby") == 0) {
            lobby(peer, rest[0]);
            return;
        }
        uint64_t count = rest[1] != NULL ? number(rest[1]) : 0;
        if (strcmp(what, "flip") == 0)
            flip(peer, count);
        else if (strcmp(what, "starve") == 0)
            starve(peer, count);
        for (uint64_t i = 0; strcmp(what, "replay") == 0 && i < count; i++, drain(peer, 0))
            send_bytes(peer, kept.messages[i % kept.count].data, kept.messages[i % kept.count].size);
        for (size_t i = kept.count; strcmp(what, "reorder") == 0 && i > 0; i--)
            send_bytes(peer, kept.messages[i - 1].data, kept.messages[i - 1].size);
        for (size_t i = 0; strcmp(what, "send") == 0 && i < kept.count; i++)
            send_bytes(peer, kept.messages[i].data, kept.messages[i].size);
        wait_until_read(peer);
    }
    printf("{");
}

int main(int argc, char **argv)
{
    struct peer peer = {0};
    if (argc < 4 || sodium_init() < 0)
        die("see the head of attacker.c");
    peer.context = zmq_ctx_new();
    peer.endpoint = argv[2];
    if (strcmp(argv[1], "sink") == 0) {
        sink(&peer, number(argv[3]));
        return 0;
    }
    if (argc < 5)
        die("see the head of attacker.c");
    memcpy(peer.server, hex(argv[3]).bytes, 32);
    if (strcmp(argv[1], "strangers") == 0) {
        strangers(&peer, number(argv[4]));
        printf("{\"turned_away\":%llu,\"let_in\":%llu}\n", (unsigned long long)peer.sent,
               (unsigned long long)peer.others);
        return 0;
    }
    if (argc < 7)
        die("see the head of attacker.c");
    read_secret(argv[4], peer.secret);
    crypto_scalarmult_base(peer.self, peer.secret);
    peer.mesh = hex(argv[5]);
    open_peer(&peer);
    connect_peer(&peer);
    send_hello(&peer);
    act(&peer, argv[1], argv + 6);
    printf("\"sent\":%llu,\"commits\":%llu}\n", (unsigned long long)peer.sent,
           (unsigned long long)peer.commits);
    zmq_close(peer.socket);
    zmq_ctx_term(peer.context);
    return 0;
}
