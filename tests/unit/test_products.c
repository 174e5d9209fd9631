/* Data products at one node: published, told from contracts, replaced and withdrawn. */
#include "service_fixture.h"

static json_t *product(const char *id, const char *title)
{
    return json_pack(
        "{s:o,s:o}", "name", json_sprintf("%s.odps.yaml", id), "content",
        json_sprintf("apiVersion: v1.0.0\nkind: DataProduct\nid: %s\nname: %s\nstatus: active\n", id, title));
}

static void products_and_contracts_stand_in_one_publish(void **state)
{
    struct fixture *f = *state;
    struct hanse_buffer raw;
    start_alone(f, "sales");
    json_int_t before = entries(f, 0, "sales");
    must(f, 0, "publish", files(contract("orders", "1.0.0", "x", "string"), product("orders", "Orders")));
    assert_string_equal(json_string_value(json_object_get(published(f, 0), "name")), "sales/orders@1.0.0");
    assert_string_equal(json_string_value(json_object_get(published(f, 1), "name")), "product:sales/orders");
    assert_int_equal(entries(f, 0, "sales"), before + 3); /* one commit */
    must(f, 0, "products", json_object());
    assert_int_equal(json_array_size(json_object_get(f->answer, "products")), 1);
    must(f, 0, "ls", json_object());
    assert_int_equal(json_array_size(json_object_get(f->answer, "contracts")), 1);
    must(f, 0, "product", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"));
    assert_string_equal(text(f, "title"), "Orders");
    must(f, 0, "show", json_pack("{s:s,s:s}", "domain", "sales", "id", "orders"));
    assert_int_equal(call_raw(f, 0, "product_raw", json_pack("{s:s}", "name", "product:sales/orders"), &raw),
                     HANSE_OK);
    assert_non_null(strstr(raw.data, "DataProduct"));
    hanse_buffer_release(&raw);
}

static void a_wrong_product_keeps_all_from_being_published(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    json_int_t before = entries(f, 0, "sales");
    json_t *bad = json_pack("{s:s,s:s}", "name", "bad.odps.yaml", "content",
                            "apiVersion: v1.0.0\nkind: DataProduct\nid: a\n");
    assert_int_equal(call(f, 0, "publish", files(contract("good", "1.0.0", "x", "string"), bad)),
                     HANSE_E_FINDINGS);
    assert_int_equal(call(f, 0, "publish", files(product("a", "One"), product("a", "Two"))),
                     HANSE_E_DUPLICATE);
    assert_says(f, "same data product");
    assert_int_equal(entries(f, 0, "sales"), before);
}

static void what_is_published_later_replaces_a_product(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    must(f, 0, "publish", files(product("a", "One"), NULL));
    json_int_t index = json_integer_value(json_object_get(published(f, 0), "index"));
    must(f, 0, "publish", files(product("a", "One"), NULL));
    assert_true(json_is_true(json_object_get(published(f, 0), "unchanged")));
    assert_int_equal(json_integer_value(json_object_get(published(f, 0), "index")), index);
    must(f, 0, "publish", files(product("a", "Two"), NULL));
    assert_true(json_is_false(json_object_get(published(f, 0), "unchanged")));
    must(f, 0, "product", json_pack("{s:s}", "name", "a"));
    assert_string_equal(text(f, "title"), "Two");
    must(f, 0, "unpublish", json_pack("{s:s}", "name", "product:a"));
    const json_t *gone = json_array_get(json_object_get(f->answer, "unpublished"), 0);
    assert_string_equal(json_string_value(json_object_get(gone, "name")), "product:sales/a");
    assert_int_equal(call(f, 0, "product", json_pack("{s:s}", "name", "product:sales/a")), HANSE_E_NOT_FOUND);
    assert_int_equal(call(f, 0, "unpublish", json_pack("{s:s}", "name", "product:sales/a")),
                     HANSE_E_NOT_FOUND);
    must(f, 0, "product_history", json_pack("{s:s}", "name", "product:sales/a"));
    assert_int_equal(json_array_size(json_object_get(f->answer, "history")), 3);
    must(f, 0, "publish", files(product("a", "Three"), NULL)); /* no version, so nothing is used up */
}

static void provenance_names_the_product(void **state)
{
    struct fixture *f = *state;
    start_alone(f, "sales");
    json_t *params = files(product("a b", "One"), NULL);
    json_object_set_new(params, "provenance", json_pack("{s:s}", "asked_by", "lena"));
    must(f, 0, "publish", params);
    json_int_t index = json_integer_value(json_object_get(published(f, 0), "index"));
    must(f, 0, "sql",
         json_pack("{s:s}", "query", "SELECT about_kind, about_key, about_entry FROM provenance"));
    const json_t *row = json_array_get(json_object_get(f->answer, "rows"), 0);
    assert_string_equal(json_string_value(json_array_get(row, 0)), "product");
    assert_string_equal(json_string_value(json_array_get(row, 1)), "a b");
    assert_int_equal(json_integer_value(json_array_get(row, 2)), index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(products_and_contracts_stand_in_one_publish, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_product_keeps_all_from_being_published, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_published_later_replaces_a_product, set_up, tear_down),
        cmocka_unit_test_setup_teardown(provenance_names_the_product, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
