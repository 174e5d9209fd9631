/* The bodies that the roster is made of. PROTOCOL.md, "Council" (`domain`) and "Domains" (`node`). */
#include <string.h>

#include "hanse/msgpack.h"
#include "hanse/proposal.h"

bool hanse_domain_name_valid(struct hanse_bytes name)
{
    if (name.size == 0 || name.size > HANSE_NAME_MAX || name.data[0] == '-')
        return false;
    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

int hanse_admission_decode(struct hanse_bytes body, struct hanse_admission *ret_admission)
{
    struct hanse_reader r;
    struct hanse_admission admission = {0};
    hanse_reader_init(&r, body);
    size_t count = hanse_read_array(&r, 2, HANSE_ELEMENTS_MAX);
    admission.journal = hanse_read_hash(&r);
    admission.key_count = (uint32_t)hanse_read_array(&r, 1, sizeof admission.keys / sizeof admission.keys[0]);
    for (uint32_t i = 0; i < admission.key_count; i++)
        hanse_read_exact(&r, admission.keys[i].bytes, sizeof admission.keys[i].bytes);
    if (r.error == HANSE_OK)
        hanse_read_skip_many(&r, count - 2);
    int error = hanse_reader_finish(&r);
    if (error == HANSE_OK)
        *ret_admission = admission;
    return error;
}

void hanse_admission_encode(const struct hanse_admission *admission, struct hanse_buffer *out)
{
    hanse_write_array(out, 2);
    hanse_write_hash(out, &admission->journal);
    hanse_write_array(out, admission->key_count);
    for (uint32_t i = 0; i < admission->key_count; i++)
        hanse_write_binary(out, hanse_bytes(admission->keys[i].bytes, sizeof admission->keys[i].bytes));
}

/* An endpoint goes to the log and to the dialling code: printable ASCII, tcp only. */
static bool endpoint_valid(struct hanse_bytes endpoint)
{
    static const char scheme[] = "tcp://";
    if (endpoint.size <= strlen(scheme) || memcmp(endpoint.data, scheme, strlen(scheme)) != 0)
        return false;
    for (size_t i = 0; i < endpoint.size; i++) {
        if (endpoint.data[i] < 0x21 || endpoint.data[i] > 0x7e || endpoint.data[i] == ';')
            return false;
    }
    return true;
}

int hanse_node_address_decode(struct hanse_bytes body, struct hanse_node_address *ret_address)
{
    struct hanse_reader r;
    struct hanse_node_address address = {0};
    hanse_reader_init(&r, body);
    size_t count = hanse_read_array(&r, 3, HANSE_ELEMENTS_MAX);
    hanse_read_exact(&r, address.key.bytes, sizeof address.key.bytes);
    address.endpoint_count = (uint32_t)hanse_read_array(&r, 0, HANSE_ENDPOINTS_MAX);
    for (uint32_t i = 0; i < address.endpoint_count && r.error == HANSE_OK; i++) {
        address.endpoints[i] = hanse_read_text(&r, HANSE_ENDPOINT_MAX);
        if (r.error == HANSE_OK && !endpoint_valid(address.endpoints[i]))
            hanse_reader_fail(&r, HANSE_E_INVALID);
    }
    address.role = hanse_read_text(&r, 16);
    if (r.error == HANSE_OK && !hanse_bytes_equal_text(address.role, "writer") &&
        !hanse_bytes_equal_text(address.role, "mirror"))
        hanse_reader_fail(&r, HANSE_E_INVALID);
    if (r.error == HANSE_OK)
        hanse_read_skip_many(&r, count - 3);
    int error = hanse_reader_finish(&r);
    if (error == HANSE_OK)
        *ret_address = address;
    return error;
}

void hanse_node_address_encode(const struct hanse_node_address *address, struct hanse_buffer *out)
{
    hanse_write_array(out, 3);
    hanse_write_binary(out, hanse_bytes(address->key.bytes, sizeof address->key.bytes));
    hanse_write_array(out, address->endpoint_count);
    for (uint32_t i = 0; i < address->endpoint_count; i++)
        hanse_write_text(out, address->endpoints[i]);
    hanse_write_text(out, address->role);
}
