/* Data products: found by name, shown, listed, and given back as they were published. */
#include <stdlib.h>
#include <string.h>

#include "catalog_internal.h"

#define CANDIDATES_MAX 20

static void copy(const char *text, char *out, size_t size)
{
    struct hanse_bytes cut = text_cut(hanse_bytes_of(text == NULL ? "" : text), size - 1);
    memcpy(out, cut.data, cut.size);
    out[cut.size] = '\0';
}

int hanse_catalog_resolve_product(sqlite3 *db, const char *domain, const char *product,
                                  struct hanse_product_ref *ret_ref, json_t **ret_candidates)
{
    sqlite3_stmt *found;
    struct hanse_product_ref *ref = hanse_calloc(1, sizeof *ref);
    json_t *candidates = json_array();
    size_t count = 0;
    int rc = SQLITE_DONE,
        error =
            read_prepare(db,
                         "SELECT j.name, p.product, p.entry, p.id, j.journal_id FROM hanse$product p JOIN "
                         "hanse$journals j ON j.id = p.journal WHERE p.product = ?2 AND (?1 IS NULL OR "
                         "j.name = ?1) ORDER BY j.name",
                         &found);
    if (error != HANSE_OK)
        goto out;
    catalog_bind(found, 1, hanse_bytes_of(domain));
    catalog_bind(found, 2, hanse_bytes_of(product));
    while ((rc = sqlite3_step(found)) == SQLITE_ROW && json_array_size(candidates) < CANDIDATES_MAX) {
        const char *name = (const char *)sqlite3_column_text(found, 0);
        copy(name, ref->domain, sizeof ref->domain);
        copy((const char *)sqlite3_column_text(found, 1), ref->product, sizeof ref->product);
        ref->entry = (uint64_t)sqlite3_column_int64(found, 2);
        ref->id = sqlite3_column_int64(found, 3);
        if (sqlite3_column_bytes(found, 4) == HANSE_HASH_SIZE)
            memcpy(ref->journal.bytes, sqlite3_column_blob(found, 4), HANSE_HASH_SIZE);
        json_array_append_new(candidates, json_sprintf("product:%s/%s", ref->domain, ref->product));
    }
    sqlite3_finalize(found);
    error = hanse_store_error(db, rc);
    count = json_array_size(candidates);
    if (error == HANSE_OK)
        error = count == 0 ? HANSE_E_NOT_FOUND : count > 1 ? HANSE_E_DUPLICATE : HANSE_OK;
    if (error == HANSE_OK)
        *ret_ref = *ref;
    if (error == HANSE_E_DUPLICATE)
        *ret_candidates = json_incref(candidates);
out:
    json_decref(candidates);
    free(ref);
    return error;
}

int hanse_catalog_show_product(sqlite3 *db, const struct hanse_product_ref *ref, json_t **ret_answer)
{
    static const struct read_part parts[] = {
        {"ports",
         "SELECT direction, port, contract, contract_version, type, description, content, url, channel, "
         "input_contracts, deprecated AS \"deprecated?\" FROM hanse$port WHERE id BETWEEN ?1 AND ?2 ORDER BY "
         "id"},
        {"tags", "SELECT tag FROM hanse$tag WHERE id BETWEEN ?1 AND ?2 ORDER BY id"},
        READ_TEAM,
        READ_SUPPORT,
        READ_CUSTOM_PROPERTIES,
        {0},
    };
    sqlite3_stmt *row;
    char hex[HANSE_HASH_HEX_SIZE];
    int error = read_prepare(db,
                             "SELECT j.name AS domain, p.product, p.title, p.version, p.status, p.type, "
                             "p.declared_domain, p.tenant, p.owner, p.purpose, p.usage, p.limitations, "
                             "p.api_version, p.media, p.size_bytes, p.published_at_ms, p.entry FROM "
                             "hanse$product p JOIN hanse$journals j ON j.id = p.journal WHERE p.id = ?1",
                             &row);
    if (error != HANSE_OK)
        return error;
    sqlite3_bind_int64(row, 1, ref->id);
    int rc = sqlite3_step(row);
    json_t *answer = rc == SQLITE_ROW ? read_row(row) : NULL;
    sqlite3_finalize(row);
    if (answer == NULL)
        return rc == SQLITE_DONE ? HANSE_E_NOT_FOUND : hanse_store_error(db, rc);
    json_object_set_new(answer, "journal", json_string(hanse_hash_hex(&ref->journal, hex)));
    error = read_parts(db, parts, ref->id, answer);
    if (error == HANSE_OK)
        *ret_answer = json_incref(answer);
    json_decref(answer);
    return error;
}

int hanse_catalog_raw_product(sqlite3 *db, const struct hanse_product_ref *ref,
                              struct hanse_buffer *ret_content, struct hanse_buffer *ret_media)
{
    return read_original(
        db,
        "SELECT b.content, p.media FROM hanse$product p JOIN hanse$bodies b ON b.id = p.id WHERE "
        "p.id = ?1",
        ref->id, ret_content, ret_media);
}

int hanse_catalog_products(sqlite3 *db, const char *domain, json_t **ret_answer)
{
    sqlite3_stmt *rows;
    json_t *products = json_array();
    int error =
        read_prepare(db,
                     "SELECT domain, product, title, version, status, owner, input_ports, output_ports, "
                     "management_ports, published_at_ms, entry FROM hanse$products WHERE ?1 IS NULL OR "
                     "domain = ?1 ORDER BY domain, product LIMIT 10000",
                     &rows);
    if (error == HANSE_OK) {
        catalog_bind(rows, 1, hanse_bytes_of(domain));
        error = read_rows(db, &rows, products);
    }
    if (error == HANSE_OK)
        *ret_answer = json_pack("{s:O}", "products", products);
    json_decref(products);
    return error;
}

int hanse_catalog_product_history(sqlite3 *db, const char *domain, const char *product, json_t **ret_answer)
{
    sqlite3_stmt *rows;
    struct hanse_buffer key;
    json_t *history = json_array();
    int error =
        read_prepare(db,
                     "SELECT operation, entry, published_at_ms, live AS \"live?\", body_size AS size_bytes "
                     "FROM hanse$entries WHERE domain = ?1 AND kind = '" HANSE_KIND_PRODUCT
                     "' AND key = ?2 ORDER BY entry",
                     &rows);
    hanse_buffer_init(&key);
    hanse_key_encode_part(hanse_bytes_of(product), &key);
    hanse_key_finish(&key);
    if (error == HANSE_OK) {
        catalog_bind(rows, 1, hanse_bytes_of(domain));
        catalog_bind(rows, 2, hanse_buffer_bytes(&key));
        error = read_rows(db, &rows, history);
    }
    if (error == HANSE_OK && json_array_size(history) == 0)
        error = HANSE_E_NOT_FOUND;
    if (error == HANSE_OK)
        *ret_answer = json_pack("{s:s, s:s, s:O}", "domain", domain, "product", product, "history", history);
    json_decref(history);
    hanse_buffer_release(&key);
    return error;
}
