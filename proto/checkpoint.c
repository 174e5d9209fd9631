/* C2SP tlog-checkpoint and signed-note. PROTOCOL.md, "Checkpoints". */
#include "hanse/checkpoint.h"

#include <inttypes.h>
#include <sodium/utils.h>
#include <string.h>

#include "hanse/limits.h"

#define NOTE_MAX          4096u
#define ORIGIN_PREFIX     "hanse.journal/"
#define EM_DASH           "\xe2\x80\x94 "
#define KEY_ID_SIZE       4u
#define NOTE_TYPE_ED25519 0x01

static void base64(const void *data, size_t size, struct hanse_buffer *out)
{
    char text[sodium_base64_ENCODED_LEN(KEY_ID_SIZE + HANSE_SIGNATURE_SIZE, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(text, sizeof text, data, size, sodium_base64_VARIANT_ORIGINAL);
    hanse_buffer_append_text(out, text);
}

static void origin(const struct hanse_hash *journal, struct hanse_buffer *out)
{
    char hex[HANSE_HASH_HEX_SIZE];
    hanse_buffer_append_text(out, ORIGIN_PREFIX);
    hanse_buffer_append_text(out, hanse_hash_hex(journal, hex));
}

void hanse_checkpoint_text(const struct hanse_checkpoint *checkpoint, struct hanse_buffer *out)
{
    origin(&checkpoint->journal, out);
    hanse_buffer_printf(out, "\n%" PRIu64 "\n", checkpoint->size);
    base64(checkpoint->root.bytes, HANSE_HASH_SIZE, out);
    hanse_buffer_append_byte(out, '\n');
}

struct hanse_signature hanse_checkpoint_sign(const struct hanse_checkpoint *checkpoint,
                                             const struct hanse_signing_key *key)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_checkpoint_text(checkpoint, &text);
    struct hanse_signature signature = hanse_sign(key, hanse_buffer_bytes(&text));
    hanse_buffer_release(&text);
    return signature;
}

int hanse_checkpoint_verify(const struct hanse_checkpoint *checkpoint, const struct hanse_public_key *key,
                            const struct hanse_signature *signature)
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_checkpoint_text(checkpoint, &text);
    int error = hanse_verify(key, hanse_buffer_bytes(&text), signature);
    hanse_buffer_release(&text);
    return error;
}

static void key_id(const struct hanse_hash *journal, const struct hanse_public_key *key,
                   uint8_t ret_id[static KEY_ID_SIZE])
{
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    origin(journal, &text);
    hanse_buffer_append_byte(&text, '\n');
    hanse_buffer_append_byte(&text, NOTE_TYPE_ED25519);
    hanse_buffer_append(&text, key->bytes, sizeof key->bytes);
    struct hanse_hash hash = hanse_hash_sha256(hanse_buffer_bytes(&text));
    memcpy(ret_id, hash.bytes, KEY_ID_SIZE);
    hanse_buffer_release(&text);
}

void hanse_checkpoint_note(const struct hanse_checkpoint *checkpoint, const struct hanse_public_key *key,
                           const struct hanse_signature *signature, struct hanse_buffer *out)
{
    uint8_t signed_by[KEY_ID_SIZE + HANSE_SIGNATURE_SIZE];
    key_id(&checkpoint->journal, key, signed_by);
    memcpy(signed_by + KEY_ID_SIZE, signature->bytes, HANSE_SIGNATURE_SIZE);
    hanse_checkpoint_text(checkpoint, out);
    hanse_buffer_append_text(out, "\n" EM_DASH);
    origin(&checkpoint->journal, out);
    hanse_buffer_append_byte(out, ' ');
    base64(signed_by, sizeof signed_by, out);
    hanse_buffer_append_byte(out, '\n');
}

/* Takes the next line, without its newline; false when there is no newline any more. */
static bool line(struct hanse_bytes *rest, struct hanse_bytes *ret_line)
{
    const uint8_t *newline = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    if (newline == NULL)
        return false;
    size_t size = (size_t)(newline - rest->data);
    *ret_line = hanse_bytes(rest->data, size);
    *rest = hanse_bytes(newline + 1, rest->size - size - 1);
    return true;
}

static bool from_base64(struct hanse_bytes text, uint8_t *out, size_t size)
{
    size_t got = 0;
    const char *end = NULL;
    return sodium_base642bin(out, size, (const char *)text.data, text.size, NULL, &got, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           got == size && end == (const char *)text.data + text.size;
}

/* The three lines of the text. What they say is checked by writing them again: there is one spelling only. */
static int parse_text(struct hanse_bytes *rest, struct hanse_checkpoint *ret_checkpoint)
{
    struct hanse_bytes start = *rest;
    struct hanse_bytes lines[3];
    char hex[HANSE_HASH_HEX_SIZE];
    size_t prefix = strlen(ORIGIN_PREFIX);
    if (!line(rest, &lines[0]) || !line(rest, &lines[1]) || !line(rest, &lines[2]) ||
        lines[0].size != prefix + HANSE_HASH_HEX_SIZE - 1 || lines[1].size == 0 || lines[1].size > 16)
        return HANSE_E_INVALID;
    memcpy(hex, lines[0].data + prefix, HANSE_HASH_HEX_SIZE - 1);
    hex[HANSE_HASH_HEX_SIZE - 1] = '\0';
    struct hanse_checkpoint checkpoint = {0};
    if (hanse_hash_from_hex(hex, &checkpoint.journal) != HANSE_OK ||
        !from_base64(lines[2], checkpoint.root.bytes, HANSE_HASH_SIZE))
        return HANSE_E_INVALID;
    for (size_t i = 0; i < lines[1].size; i++) {
        if (lines[1].data[i] < '0' || lines[1].data[i] > '9')
            return HANSE_E_INVALID;
        checkpoint.size = checkpoint.size * 10 + (uint64_t)(lines[1].data[i] - '0');
    }
    struct hanse_buffer again;
    hanse_buffer_init(&again);
    hanse_checkpoint_text(&checkpoint, &again);
    bool same =
        checkpoint.size <= HANSE_SIZE_MAX &&
        hanse_bytes_equal(hanse_bytes(start.data, start.size - rest->size), hanse_buffer_bytes(&again));
    hanse_buffer_release(&again);
    if (!same)
        return HANSE_E_INVALID;
    *ret_checkpoint = checkpoint;
    return HANSE_OK;
}

/* Whether it is the signature line of that key; then gives the signature. */
static bool signature_line(struct hanse_bytes text, const struct hanse_checkpoint *checkpoint,
                           const struct hanse_public_key *key, struct hanse_signature *ret_signature)
{
    uint8_t signed_by[KEY_ID_SIZE + HANSE_SIGNATURE_SIZE];
    uint8_t id[KEY_ID_SIZE];
    struct hanse_buffer start;
    hanse_buffer_init(&start);
    hanse_buffer_append_text(&start, EM_DASH);
    origin(&checkpoint->journal, &start);
    hanse_buffer_append_byte(&start, ' ');
    key_id(&checkpoint->journal, key, id);
    bool ours = text.size > start.size && memcmp(text.data, start.data, start.size) == 0 &&
                from_base64(hanse_bytes(text.data + start.size, text.size - start.size), signed_by,
                            sizeof signed_by) &&
                memcmp(signed_by, id, sizeof id) == 0;
    hanse_buffer_release(&start);
    if (ours)
        memcpy(ret_signature->bytes, signed_by + KEY_ID_SIZE, HANSE_SIGNATURE_SIZE);
    return ours;
}

int hanse_checkpoint_parse(struct hanse_bytes note, const struct hanse_public_key *key,
                           struct hanse_checkpoint *ret_checkpoint, struct hanse_signature *ret_signature)
{
    if (note.size > NOTE_MAX)
        return HANSE_E_TOO_LARGE;
    struct hanse_checkpoint checkpoint;
    struct hanse_signature signature;
    struct hanse_bytes text;
    int error = parse_text(&note, &checkpoint);
    if (error != HANSE_OK)
        return error;
    if (!line(&note, &text) || text.size != 0)
        return HANSE_E_INVALID;
    bool found = false;
    while (note.size > 0) {
        if (!line(&note, &text) || text.size <= strlen(EM_DASH) ||
            memcmp(text.data, EM_DASH, strlen(EM_DASH)) != 0)
            return HANSE_E_INVALID;
        found = found || signature_line(text, &checkpoint, key, &signature);
    }
    if (!found)
        return HANSE_E_BAD_SIGNATURE;
    error = hanse_checkpoint_verify(&checkpoint, key, &signature);
    if (error != HANSE_OK)
        return error;
    *ret_checkpoint = checkpoint;
    *ret_signature = signature;
    return HANSE_OK;
}
