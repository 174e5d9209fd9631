/* What goes over the wires: messages as a peer would write them, and as a trace shows them. */
#include "wired.h"

const char *const wired_journals[CHAINS] = {"council", "alpha", "beta", "gamma"};

static const char *journal_name(const struct wired *w, const struct hanse_hash *id)
{
    uint32_t chain = archive_chain(&w->archive, id);
    return chain == UINT32_MAX ? "?" : wired_journals[chain];
}

static void describe_list(struct wired *w, struct hanse_reader *r)
{
    size_t count = hanse_read_array(r, 0, HANSE_HEADS_MAX);
    uint64_t sizes[CHAINS] = {0};
    for (size_t i = 0; i < count; i++) {
        hanse_read_array(r, 3, 3);
        struct hanse_hash id = hanse_read_hash(r);
        uint64_t size = hanse_read_uint(r, UINT64_MAX);
        hanse_read_hash(r);
        uint32_t chain = archive_chain(&w->archive, &id);
        if (chain < CHAINS)
            sizes[chain] = size;
    }
    for (int i = 0; i < CHAINS; i++) { /* in one order, whatever the engine's */
        if (sizes[i] > 0)
            hanse_buffer_printf(&w->trace, " %s:%llu", wired_journals[i], (unsigned long long)sizes[i]);
    }
}

static void describe_heads(struct wired *w, struct hanse_reader *r)
{
    bool complete = hanse_read_uint(r, 1) == 1;
    hanse_buffer_append_text(&w->trace, complete ? " all" : "");
    describe_list(w, r);
}

/* GRAFT, PRUNE */
static void describe_tree(struct wired *w, uint64_t type, struct hanse_reader *r)
{
    struct hanse_hash id = hanse_read_hash(r);
    hanse_buffer_printf(&w->trace, " %s", journal_name(w, &id));
    if (type == 10)
        hanse_buffer_printf(&w->trace, " from %llu", (unsigned long long)hanse_read_uint(r, UINT64_MAX));
}

static void describe_rest(struct wired *w, uint64_t type, struct hanse_reader *r)
{
    struct hanse_hash id = hanse_read_hash(r);
    hanse_buffer_printf(&w->trace, " %s", journal_name(w, &id));
    if (type == 6) {
        size_t count = hanse_read_array(r, 1, HANSE_COMMIT_ENTRIES_MAX);
        hanse_read_array(r, 2, 2);
        uint64_t index = hanse_read_uint(r, UINT64_MAX);
        hanse_buffer_printf(&w->trace, " %llu%s", (unsigned long long)index, count > 1 ? " and more" : "");
        return;
    }
    uint64_t first = hanse_read_uint(r, UINT64_MAX);
    if (type == 5) {
        uint64_t end = first + hanse_read_array(r, 1, HANSE_COMMIT_ENTRIES_MAX);
        hanse_buffer_printf(&w->trace, " %llu-%llu", (unsigned long long)first, (unsigned long long)end);
        return;
    }
    hanse_read_uint(r, UINT64_MAX);
    size_t count = hanse_read_array(r, 0, HANSE_COMMIT_ENTRIES_MAX);
    if (count == 0)
        hanse_buffer_printf(&w->trace, " from %llu", (unsigned long long)first);
    for (size_t i = 0; i < count; i++)
        hanse_buffer_printf(&w->trace, " %llu", (unsigned long long)hanse_read_uint(r, UINT64_MAX));
}

void wired_describe(struct wired *w, struct hanse_bytes message)
{
    static const char *const types[] = {"?",       "HELLO", "ROOT", "HEADS", "WANT",  "COMMIT", "BODY",
                                        "REQUEST", "TREE",  "HAVE", "GRAFT", "PRUNE", "FORK"};
    struct hanse_reader r;
    hanse_reader_init(&r, message);
    hanse_read_array(&r, 1, HANSE_ELEMENTS_MAX);
    uint64_t type = hanse_read_uint(&r, sizeof types / sizeof types[0] - 1);
    hanse_buffer_append_text(&w->trace, types[type]);
    if (type == 3)
        describe_heads(w, &r);
    else if (type == 9)
        describe_list(w, &r);
    else if (type >= 4 && type <= 6)
        describe_rest(w, type, &r);
    else if (type >= 10)
        describe_tree(w, type, &r);
    hanse_buffer_append_byte(&w->trace, '\n');
}

static void message_of(struct hanse_buffer *out, size_t elements, uint64_t type)
{
    hanse_buffer_init(out);
    hanse_write_array(out, elements);
    hanse_write_uint(out, type);
}

void say_hello(struct hanse_buffer *out, uint64_t version, const struct hanse_hash *mesh)
{
    message_of(out, 4, 1);
    hanse_write_uint(out, version);
    hanse_write_hash(out, mesh);
    hanse_write_text(out, hanse_bytes_of("puppet"));
}

void say_root(struct hanse_buffer *out, const struct hanse_hash *root)
{
    static const struct hanse_hash nonsense = {{1, 2, 3}};
    message_of(out, 3, 2);
    hanse_write_hash(out, root == NULL ? &nonsense : root);
    hanse_write_uint(out, 1);
}

void say_heads(const struct wired *w, struct hanse_buffer *out, bool complete, int chain, uint64_t size)
{
    static const struct hanse_hash nonsense = {{1, 2, 3}};
    message_of(out, 3, 3);
    hanse_write_uint(out, complete);
    hanse_write_array(out, 1);
    hanse_write_array(out, 3);
    hanse_write_hash(out, &w->archive.chains[chain].id);
    hanse_write_uint(out, size);
    hanse_write_hash(out, &nonsense);
}

void say_have(const struct wired *w, struct hanse_buffer *out, int chain, uint64_t size)
{
    static const struct hanse_hash nonsense = {{1, 2, 3}};
    message_of(out, 2, 9);
    hanse_write_array(out, 1);
    hanse_write_array(out, 3);
    hanse_write_hash(out, &w->archive.chains[chain].id);
    hanse_write_uint(out, size);
    hanse_write_hash(out, &nonsense);
}

void say_graft(const struct wired *w, struct hanse_buffer *out, int chain, uint64_t first)
{
    message_of(out, 3, 10);
    hanse_write_hash(out, &w->archive.chains[chain].id);
    hanse_write_uint(out, first);
}

void say_prune(const struct wired *w, struct hanse_buffer *out, int chain)
{
    message_of(out, 2, 11);
    hanse_write_hash(out, &w->archive.chains[chain].id);
}

void say_want(const struct wired *w, struct hanse_buffer *out, int chain, uint64_t first)
{
    message_of(out, 5, 4);
    hanse_write_hash(out, &w->archive.chains[chain].id);
    hanse_write_uint(out, first);
    hanse_write_uint(out, 1000000);
    hanse_write_array(out, 0);
}

void say_body(const struct wired *w, struct hanse_buffer *out, int chain, uint64_t index,
              struct hanse_bytes salted)
{
    message_of(out, 3, 6);
    hanse_write_hash(out, &w->archive.chains[chain].id);
    hanse_write_array(out, 1);
    hanse_write_array(out, 2);
    hanse_write_uint(out, index);
    hanse_write_binary(out, salted);
}

void say_request(const struct wired *w, struct hanse_buffer *out, const char *name, int chain)
{
    message_of(out, 5, 7);
    hanse_write_text(out, hanse_bytes_of(name));
    hanse_write_hash(out, &w->archive.chains[chain].id);
    hanse_write_binary(out, hanse_bytes(w->peers[C].key.bytes, sizeof w->peers[C].key.bytes));
    hanse_write_text(out, hanse_bytes_of("gamma@example.org"));
}
