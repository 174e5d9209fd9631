/* Sections of contracts, and data products: what their entries become, and what the readers say of them. */
#include <jansson.h>
#include <string.h>

#include "catalog_fixture.h"
#include "hanse/lineage.h"

#define CONTRACT                                                                                             \
    "apiVersion: v3.2.0\nkind: DataContract\nid: orders\nversion: 1.0.0\n"                                   \
    "slaProperties:\n"                                                                                       \
    "- {property: latency, value: 4, unit: d, element: orders.id, driver: regulatory}\n"                     \
    "- {property: retention, value: 1.50, valueExt: null, schedule: '0 20 * * *', scheduler: cron}\n"        \
    "team: {name: order team, members: [{username: ana, role: owner, dateIn: 2024-01-01},"                   \
    " {username: jo, dateOut: 2024-02-01, replacedByUsername: ana}]}\n"                                      \
    "roles: [{role: reader, access: read}]\n"                                                                \
    "servers: [{server: prod, type: kafka, host: h, roles: [{role: writer, access: write}]}]\n"              \
    "support: [{channel: help, url: 'mailto:a@b', tool: email}]\n"                                           \
    "customProperties: [{property: a, value: true}, {property: b, value: [1, 'x', {c: null}], vendor: v}]\n" \
    "schema:\n"                                                                                              \
    "- name: orders\n"                                                                                       \
    "  quality: [{metric: rowCount, mustBeBetween: [1, 10], unit: rows}]\n"                                  \
    "  customProperties: [{property: c, value: 0x10}]\n"                                                     \
    "  relationships: [{from: [orders.id, orders.at], to: [x.id, x.at], type: foreignKey}]\n"                \
    "  properties:\n"                                                                                        \
    "  - name: id\n"                                                                                         \
    "    quality:\n"                                                                                         \
    "    - {name: no nulls, metric: nullValues, mustBe: 0, dimension: completeness}\n"                       \
    "    - {type: sql, query: SELECT 1, mustBeLessThan: 5, severity: error}\n"                               \
    "    - {type: custom, engine: soda, implementation: {a: 1}}\n"                                           \
    "    relationships: [{to: customers.order_id}, {to: y.id}]\n"                                            \
    "    customProperties: [{property: d, value: e}]\n"                                                      \
    "  - name: at\n"

static void every_section_becomes_rows_at_its_place(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", CONTRACT);
    assert_rows(node,
                "SELECT domain, contract, version, latest, property, value, unit, element, driver FROM slas",
                "sales|orders|1.0.0|1|latency|4|d|orders.id|regulatory\n"
                "sales|orders|1.0.0|1|retention|1.50|-|-|-\n");
    assert_rows(
        node, "SELECT value_ext, schedule, scheduler, published_at_ms > 0, entry FROM slas LIMIT 1 OFFSET 1",
        "-|0 20 * * *|cron|1|2\n");
    assert_rows(
        node,
        "SELECT object, field, rule, type, metric, operator, expected, unit, dimension, severity, query, "
        "engine, implementation FROM quality_rules",
        "orders|-|-|-|rowCount|mustBeBetween|[1,10]|rows|-|-|-|-|-\n"
        "orders|id|no nulls|-|nullValues|mustBe|0|-|completeness|-|-|-|-\n"
        "orders|id|-|sql|-|mustBeLessThan|5|-|-|error|SELECT 1|-|-\n"
        "orders|id|-|custom|-|-|-|-|-|-|-|soda|{\"a\":1}\n");
    assert_rows(node, "SELECT team, username, role, date_in, date_out, replaced_by, product FROM team",
                "order team|ana|owner|2024-01-01|-|-|-\norder team|jo|-|-|2024-02-01|ana|-\n");
    assert_rows(node, "SELECT server, role, access FROM roles", "-|reader|read\nprod|writer|write\n");
    assert_rows(node, "SELECT contract, channel, url, tool, product FROM support",
                "orders|help|mailto:a@b|email|-\n");
    assert_rows(node,
                "SELECT object, field, property, value, vendor FROM custom_properties ORDER BY property",
                "-|-|a|true|-\n-|-|b|[1,\"x\",{\"c\":null}]|v\norders|-|c|0x10|-\norders|id|d|e|-\n");
    assert_rows(node, "SELECT object, field, number, part, type, source, target FROM relationships",
                "orders|-|1|1|foreignKey|orders.id|x.id\norders|-|1|2|foreignKey|orders.at|x.at\n"
                "orders|id|1|1|-|orders.id|customers.order_id\norders|id|2|1|-|orders.id|y.id\n");
}

#define NO_ROWS                                                                                              \
    "SELECT (SELECT count(*) FROM slas), (SELECT count(*) FROM quality_rules), (SELECT count(*) FROM "       \
    "team), "                                                                                                \
    "(SELECT count(*) FROM roles), (SELECT count(*) FROM support), (SELECT count(*) FROM "                   \
    "custom_properties), "                                                                                   \
    "(SELECT count(*) FROM relationships), (SELECT count(*) FROM ports), (SELECT count(*) FROM tags), "      \
    "(SELECT count(*) FROM products)"

static void sections_go_with_their_version(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", CONTRACT);
    put(node, node->sales, "orders@1.0.0", "id: orders\nversion: 1.0.0\nteam: [{username: bo}]\n");
    assert_rows(node, NO_ROWS, "0|0|1|0|0|0|0|0|0|0\n");
    assert_rows(node, "SELECT team, username FROM team", "-|bo\n");
    fixture_retract(node->sales, "contract", "orders@1.0.0");
    publish(node, node->sales);
    assert_rows(node, NO_ROWS, "0|0|0|0|0|0|0|0|0|0\n");
}

static void wrong_types_in_sections_give_no_rows(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "a@1",
        "slaProperties: {a: b}\nteam: 3\nroles: [a, 1]\nsupport: x\ncustomProperties: [[1]]\n"
        "schema: [{name: o, quality: a, relationships: [{from: 1}, {to: [2, x.y]}, {}], properties: [{name: "
        "p, "
        "relationships: [{to: {a: b}}]}]}]\n");
    assert_rows(node, NO_ROWS, "0|0|0|0|0|0|4|0|0|0\n");
    assert_rows(node, "SELECT field, number, part, source, target FROM relationships",
                "-|1|1|-|-\n-|2|1|-|-\n-|2|2|-|x.y\np|1|1|o.p|-\n");
}

static void rows_of_a_section_are_bounded(void **state)
{
    struct node *node = *state;
    struct hanse_buffer text;
    hanse_buffer_init(&text);
    hanse_buffer_append_text(&text, "customProperties:\n");
    for (int i = 0; i < 10100; i++)
        hanse_buffer_append_text(&text, "- {property: a, value: b}\n");
    put(node, node->sales, "a@1", text.data);
    put(node, node->sales, "b@1", "customProperties: [{property: c, value: d}]\n");
    assert_rows(node, "SELECT contract, count(*) FROM custom_properties GROUP BY contract", "a|10000\nb|1\n");
    hanse_buffer_release(&text);
}

#define PRODUCT                                                                                              \
    "apiVersion: v1.1.0\nkind: DataProduct\nid: customer 360\nname: Customers\nversion: 1.2.0\nstatus: "     \
    "active\n"                                                                                               \
    "type: aggregate\ndomain: crm\ntenant: acme\ntags: [gold, pii]\ndescription: {purpose: All of them}\n"   \
    "inputPorts:\n- {name: orders, version: 1.0.0, contractId: orders}\n"                                    \
    "outputPorts:\n- name: customers\n  version: 2.0.0\n  contractId: customers\n  type: tables\n  "         \
    "description: d\n"                                                                                       \
    "  inputContracts: [{id: orders, version: 1.0.0}]\n- {name: old, deprecated: true}\n"                    \
    "managementPorts:\n- {name: health, content: observability, url: 'https://e.org', channel: c}\n"         \
    "team: {name: crm team, members: [{username: eva, role: owner}]}\n"                                      \
    "support: [{channel: chat, url: 'https://e.org'}]\n"                                                     \
    "customProperties: [{property: cost, value: 7}]\n"

static void put_product(struct node *node, struct fixture_journal *f, const char *key, const char *content)
{
    fixture_put(f, "product", key, "yaml", content);
    publish(node, f);
}

static void a_product_becomes_rows_of_its_own_and_of_the_shared_views(void **state)
{
    struct node *node = *state;
    put(node, node->sales, "orders@1.0.0", CONTRACT);
    put_product(node, node->sales, "customer%20360", PRODUCT);
    assert_rows(
        node,
        "SELECT domain, product, title, version, status, type, declared_domain, tenant, owner, purpose, "
        "api_version, media, input_ports, output_ports, management_ports, entry FROM products",
        "sales|customer 360|Customers|1.2.0|active|aggregate|crm|acme|crm team|All of "
        "them|v1.1.0|yaml|1|2|1|4\n");
    assert_rows(
        node,
        "SELECT product, direction, port, contract, contract_version, type, description, content, url, "
        "channel, input_contracts, deprecated FROM ports",
        "customer 360|input|orders|orders|1.0.0|-|-|-|-|-|-|0\n"
        "customer 360|output|customers|customers|2.0.0|tables|d|-|-|-|"
        "[{\"id\":\"orders\",\"version\":\"1.0.0\"}]|0\n"
        "customer 360|output|old|-|-|-|-|-|-|-|-|1\n"
        "customer 360|management|health|-|-|-|-|observability|https://e.org|c|-|0\n");
    assert_rows(node, "SELECT contract, version, latest, tag, product FROM tags ORDER BY tag",
                "-|1.2.0|1|gold|customer 360\n-|1.2.0|1|pii|customer 360\n");
    assert_rows(node, "SELECT username, product FROM team WHERE product IS NOT NULL", "eva|customer 360\n");
    assert_rows(node, "SELECT channel, product FROM support ORDER BY channel", "chat|customer 360\nhelp|-\n");
    assert_rows(node, "SELECT property, value FROM custom_properties WHERE product = 'customer 360'",
                "cost|7\n");
    assert_rows(node, "SELECT p.product, c.domain FROM ports p JOIN contracts c ON c.contract = p.contract",
                "customer 360|sales\n");
}

static void ports_tell_which_contract_is_made_of_which(void **state)
{
    static const char FLOWS[] = "SELECT from_dataset, to_dataset, kind FROM lineage ORDER BY 1, 2";
    struct node *node = *state;
    put_product(node, node->sales, "customer%20360", PRODUCT);
    assert_rows(node, FLOWS, "contract//orders|contract//customers|port\n");
    put_product(node, node->sales, "customer%20360",
                "inputPorts: [{contractId: a}, {name: b}, c]\n"
                "outputPorts: [{contractId: y}, {contractId: z, inputContracts: [{id: x y}]}, {name: n}]\n");
    assert_rows(node, FLOWS, "contract//a|contract//y|port\ncontract//x%20y|contract//z|port\n");
    fixture_retract(node->sales, "product", "customer%20360");
    publish(node, node->sales);
    assert_rows(node, FLOWS, "");
}

#define MADE(name)                                                                                           \
    "apiVersion: v3.1.0\nkind: DataContract\nid: " name                                                      \
    "\nversion: 1.0.0\nstatus: active\nservers: [{server: s, type: postgres, host: db.example, database: "   \
    "shop, schema: public}]\nschema: [{name: " name "}]\n"

static void the_impact_of_a_dataset_goes_through_products(void **state)
{
    struct node *node = *state;
    struct hanse_graph *graph = NULL;
    json_t *answer = NULL, *candidates = NULL;
    put(node, node->logistics, "orders@1.0.0", MADE("orders"));
    put(node, node->sales, "customers@1.0.0", MADE("customers"));
    put_product(node, node->sales, "customer%20360", PRODUCT);
    assert_int_equal(hanse_lineage_impact(node->db, &graph, "postgres/shop/public/orders@db.example", &answer,
                                          &candidates),
                     HANSE_OK);
    const json_t *domains = json_object_get(answer, "domains"), *domain = json_array_get(domains, 0);
    const json_t *contracts = json_object_get(domain, "contracts");
    assert_int_equal(json_array_size(domains), 1);
    assert_string_equal(json_string_value(json_object_get(domain, "domain")), "sales");
    assert_int_equal(json_array_size(contracts), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(contracts, 0), "contract")),
                        "customers");
    assert_int_equal(json_array_size(json_object_get(domain, "consumers")), 0);
    json_decref(answer);
    hanse_graph_release(&graph);
}

static void a_later_product_replaces_the_one_before(void **state)
{
    struct node *node = *state;
    put_product(node, node->sales, "customer%20360", PRODUCT);
    put_product(node, node->sales, "customer%20360", "id: other\nname: New\ninputPorts: [a, {name: b}]\n");
    assert_rows(node, "SELECT product, title, input_ports FROM products", "customer 360|New|1\n");
    assert_rows(node, NO_ROWS, "0|0|0|0|0|0|0|1|0|1\n");
    put_product(node, node->sales, "customer%20360", "[");
    assert_rows(node, NO_ROWS, "0|0|0|0|0|0|0|0|0|0\n");
    put_product(node, node->sales, "customer%20360", PRODUCT);
    fixture_retract(node->sales, "product", "customer%20360");
    publish(node, node->sales);
    assert_rows(node, NO_ROWS, "0|0|0|0|0|0|0|0|0|0\n");
}

/* Two keys that read as one id are two entries all the same, and a stranger's choice: nothing may break. */
static void one_id_under_two_keys_is_no_error(void **state)
{
    struct node *node = *state;
    put_product(node, node->sales, "a", "name: One\n");
    put_product(node, node->sales, "%61", "name: Two\n");
    assert_rows(node, "SELECT product, title FROM products ORDER BY title", "a|One\na|Two\n");
    put_product(node, node->sales, "%zz", "name: Three\n");
    assert_rows(node, "SELECT count(*) FROM products", "2\n");
}

static void a_product_is_found_shown_and_given_back(void **state)
{
    struct node *node = *state;
    struct hanse_product_ref *ref = hanse_calloc(1, sizeof *ref);
    struct hanse_buffer content, media;
    json_t *answer = NULL, *candidates = NULL;
    hanse_buffer_init(&content);
    hanse_buffer_init(&media);
    put_product(node, node->sales, "customer%20360", PRODUCT);
    put_product(node, node->logistics, "parcels", "name: Parcels\n");
    put_product(node, node->sales, "parcels", "name: Parcels too\n");
    assert_int_equal(hanse_catalog_resolve_product(node->db, NULL, "customer 360", ref, &candidates),
                     HANSE_OK);
    assert_string_equal(ref->domain, "sales");
    assert_int_equal(hanse_catalog_show_product(node->db, ref, &answer), HANSE_OK);
    assert_string_equal(json_string_value(json_object_get(answer, "title")), "Customers");
    assert_int_equal(json_array_size(json_object_get(answer, "ports")), 4);
    assert_int_equal(json_array_size(json_object_get(answer, "team")), 1);
    json_decref(answer);
    assert_int_equal(hanse_catalog_raw_product(node->db, ref, &content, &media), HANSE_OK);
    assert_string_equal(content.data, PRODUCT);
    assert_int_equal(hanse_catalog_resolve_product(node->db, NULL, "parcels", ref, &candidates),
                     HANSE_E_DUPLICATE);
    assert_string_equal(json_string_value(json_array_get(candidates, 0)), "product:logistics/parcels");
    json_decref(candidates);
    assert_int_equal(hanse_catalog_resolve_product(node->db, "sales", "nothing", ref, &candidates),
                     HANSE_E_NOT_FOUND);
    assert_int_equal(hanse_catalog_products(node->db, "sales", &answer), HANSE_OK);
    assert_int_equal(json_array_size(json_object_get(answer, "products")), 2);
    json_decref(answer);
    fixture_retract(node->sales, "product", "parcels");
    publish(node, node->sales);
    assert_int_equal(hanse_catalog_product_history(node->db, "sales", "parcels", &answer), HANSE_OK);
    assert_int_equal(json_array_size(json_object_get(answer, "history")), 2);
    json_decref(answer);
    hanse_buffer_release(&content);
    hanse_buffer_release(&media);
    free(ref);
}

static void a_contract_is_shown_with_its_sections(void **state)
{
    struct node *node = *state;
    static const char *const members[] = {"slas",    "quality_rules",     "team",         "roles",
                                          "support", "custom_properties", "relationships"};
    static const size_t sizes[] = {2, 4, 2, 2, 1, 4, 4};
    struct hanse_contract_ref *ref = hanse_calloc(1, sizeof *ref);
    json_t *answer = NULL, *candidates = NULL;
    put(node, node->sales, "orders@1.0.0", CONTRACT);
    assert_int_equal(hanse_catalog_resolve(node->db, "sales/orders", ref, &candidates), HANSE_OK);
    assert_int_equal(hanse_catalog_show(node->db, ref, &answer), HANSE_OK);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        assert_int_equal(json_array_size(json_object_get(answer, members[i])), sizes[i]);
    assert_int_equal(json_array_size(json_object_get(answer, "versions")), 1);
    json_decref(answer);
    free(ref);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(every_section_becomes_rows_at_its_place),
        T(sections_go_with_their_version),
        T(wrong_types_in_sections_give_no_rows),
        T(rows_of_a_section_are_bounded),
        T(a_product_becomes_rows_of_its_own_and_of_the_shared_views),
        T(ports_tell_which_contract_is_made_of_which),
        T(the_impact_of_a_dataset_goes_through_products),
        T(a_later_product_replaces_the_one_before),
        T(one_id_under_two_keys_is_no_error),
        T(a_product_is_found_shown_and_given_back),
        T(a_contract_is_shown_with_its_sections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
