#include "contracts.h"

static const char *const NOUNS[] = {"order",   "invoice", "parcel", "refund",  "customer",
                                    "basket",  "voucher", "ledger", "carrier", "session",
                                    "product", "stock",   "return", "campaign"};
static const char *const PARTS[] = {"id",       "status",   "amount",     "currency", "created_at",
                                    "country",  "channel",  "weight",     "score",    "quantity",
                                    "discount", "category", "postal_code"};
static const char *const TYPES[] = {"string", "integer", "number", "date", "boolean"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

void contract_make(uint32_t number, struct hanse_buffer *out)
{
    const char *noun = NOUNS[number % COUNT(NOUNS)];
    hanse_buffer_reset(out);
    hanse_buffer_printf(
        out,
        "apiVersion: v3.1.0\nkind: DataContract\nid: bench-%s-%u\nversion: 1.0.%u\nstatus: active\n"
        "name: %s figures %u\ntags: [bench, %s]\ndescription:\n  purpose: What became of every %s in region "
        "%u.\n"
        "schema:\n- name: %s_%u\n  physicalType: table\n  properties:\n",
        noun, number, number % 7, noun, number, noun, noun, number % 97, noun, number);
    for (uint32_t i = 0; i < 20; i++) {
        uint32_t draw = number * 31 + i * 17;
        hanse_buffer_printf(
            out, "  - name: %s_%s_%u\n    logicalType: %s\n%s    description: The %s of %u.\n",
            NOUNS[(draw >> 2) % COUNT(NOUNS)], PARTS[draw % COUNT(PARTS)], i, TYPES[draw % COUNT(TYPES)],
            i % 4 == 0 ? "    required: true\n" : "", PARTS[i % COUNT(PARTS)], draw % 1000);
    }
    hanse_buffer_append_text(
        out, "servers:\n- server: production\n  type: postgres\n  host: db.example.com\n  port: 5432\n"
             "  database: shop\n  schema: public\n");
}

void contract_make_small(uint32_t number, struct hanse_buffer *out)
{
    const char *noun = NOUNS[number % COUNT(NOUNS)];
    hanse_buffer_reset(out);
    hanse_buffer_printf(out,
                        "apiVersion: v3.1.0\nkind: DataContract\nid: small-%u\nversion: 1.0.0\n"
                        "status: active\nname: %s figures %u\nschema:\n- name: %s\n  properties:\n"
                        "  - name: %s_%s\n    logicalType: %s\n    description: The %s of region %u",
                        number, noun, number, noun, noun, PARTS[number % COUNT(PARTS)],
                        TYPES[number % COUNT(TYPES)], PARTS[number / 7 % COUNT(PARTS)], number % 97);
    for (uint32_t i = number; out->size < CONTRACT_SMALL_BYTES; i++)
        hanse_buffer_printf(out, " %s", NOUNS[i % COUNT(NOUNS)]);
    out->size = CONTRACT_SMALL_BYTES;
    out->data[out->size - 1] = '\n';
}
