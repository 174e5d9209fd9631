#!/usr/bin/python3
"""Lineage of real tools through a real node: the events that OpenLineage's own samples hold, packed and plain, again and
in lists, and after a kill; dbt's own projects; and what is then said of a contract that reads and is read.

lineage.py PROGRAM"""

import concurrent.futures
import gzip
import http.client
import json

from stage import SHARED, OneTeamMesh, Stage, claim, until

EVENTS = SHARED / "data" / "openlineage" / "events"
PROJECTS = SHARED / "data" / "dbt"

CONTRACT = """apiVersion: v3.1.0
kind: DataContract
id: %(id)s
version: 1.0.0
status: active
team:
  name: %(team)s
servers:
- server: prod
  type: postgres
  host: DB.example.org
  port: 5432
  database: shop
  schema: public
schema:
- name: %(id)s
  physicalName: %(table)s
  properties:
  - name: id
    logicalType: string
%(more)s"""


def send(node, body, packed=False, token=True, query=""):
    """Status and answer of a post as OpenLineage's client makes it."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + (node.home / "token").read_text().strip()
    if packed:
        headers["Content-Encoding"] = "gzip"
        data = gzip.compress(data) if packed is True else packed
    connection = http.client.HTTPConnection(node.http, timeout=20)
    try:
        connection.request("POST", "/api/v1/lineage" + query, data, headers)
        reply = connection.getresponse()
        text = reply.read()
        return reply.status, json.loads(text) if text else None
    finally:
        connection.close()


def dataset(name, namespace="postgres://db.example.org:5432", **facets):
    return {"namespace": namespace, "name": name, "facets": facets}


def event(job, inputs=(), outputs=(), kind="COMPLETE", time="2026-11-22T10:00:00Z"):
    return {"eventType": kind, "eventTime": time, "run": {"runId": "00000000-0000-4000-8000-000000000001"},
            "job": {"namespace": "airflow", "name": job}, "inputs": list(inputs), "outputs": list(outputs),
            "producer": "https://example.org", "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"}


def entries(node):
    return {d["domain"]: d["entries"] for d in node.get("domains")["domains"]}


def sql(node, query):
    return node.json("sql", query)["rows"]


def publish(node, folder, **values):
    path = folder / (values["id"] + ".odcs.yaml")
    path.write_text(CONTRACT % dict({"more": "", "table": values["id"], "team": "team of " + values["id"]}, **values))
    node.cli("publish", path)


def columns(name, *fields):
    return {"fields": {field: {"inputFields": [{"namespace": "postgres://db.example.org:5432", "name": name, "field": field,
                                                "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}]}]}
                       for field in fields}}


def samples(stage, orders):
    if not EVENTS.is_dir():
        stage.skip("no sample events here")
        return
    files = sorted(EVENTS.rglob("*.json"))
    with stage.step("every sample event is taken, packed too") as step:
        for path in files:
            for packed in (False, True):
                status, answer = send(orders, path.read_bytes(), packed)
                claim(status == 201, "%s gives %s: %s", path.name, status, answer)
        step.says = "%d files" % len(files)
    with stage.step("and when all come again, nothing is published"):
        before = entries(orders)["orders"]
        for path in files:
            claim(send(orders, path.read_bytes(), True)[0] == 201, "%s is refused the second time", path.name)
        claim(entries(orders)["orders"] == before, "retries have published")
    with stage.step("their columns and tables can be asked for"):
        claim(sql(orders, "select count(*) from column_lineage where to_dataset like 'bigquery/%' and from_column is not null")[0][0] > 0,
              "no column of the sample is there")
        down = orders.json("lineage", "gcs/mock-bucket/copied.csv", "--down")
        claim([d["dataset"] for d in down["downstream"]["datasets"]][-1] == "gcs/mock-bucket/result.csv",
              "the sample's chain is broken: %s", down["downstream"])


def projects(stage, orders):
    if not PROJECTS.is_dir():
        stage.skip("no sample projects here")
        return
    with stage.step("every sample project is imported; again, nothing happens") as step:
        for folder in sorted(PROJECTS.glob("jaffle*")):
            command = ["import", "dbt", folder / "manifest.json", "--catalog", folder / "catalog.json"]
            dry = orders.json(*command, "--dry-run")
            first, again = orders.json(*command), orders.json(*command)
            claim(dry["published"] == first["published"] > 0, "a dry run says otherwise: %s, %s", dry, first)
            claim(again["published"] == again["retracted"] == 0, "the second import does something: %s", again)
            step.says += "%s %d  " % (folder.name, first["published"])
    with stage.step("what a project no longer has is withdrawn"):
        small = stage.folder / "manifest.json"
        small.write_text(json.dumps({"metadata": {"adapter_type": "duckdb", "project_name": "jaffle_shop"}, "nodes": {}}))
        claim(orders.json("import", "dbt", small)["retracted"] > 0, "nothing is withdrawn")
        claim(not sql(orders, "select 1 from lineage where job like 'dbt/jaffle_shop%' limit 1"), "edges of it are still there")


def main():
    with Stage("lineage from contracts, OpenLineage and dbt, across domains", nodes=2) as stage:
        mesh = stage.mesh("orders", "marketing", kind=OneTeamMesh)
        mesh.start()
        orders, marketing = mesh.nodes["orders"], mesh.nodes["marketing"]
        publish(orders, stage.folder, id="orders", table="public.Orders")
        publish(marketing, stage.folder, id="churn", table="churn", team="marketing team",
                more="    transformSourceObjects: [mart.customers]\n")

        with stage.step("writing needs the token; what is no event is refused with its place"):
            claim(send(orders, event("x"), token=False)[0] == 401, "it is taken without a token")
            status, answer = send(orders, b'{"job": {"namespace": "a"}')
            claim(status == 400 and "line 1" in answer["detail"], "a broken event gives %s: %s", status, answer)
            claim(send(orders, b"", packed=b"no gzip")[0] == 400, "what is no gzip is taken")
            claim(send(orders, b"", packed=gzip.compress(b" " * (20 << 20)))[0] == 413, "a bomb is unpacked")

        with stage.step("a list is taken whole or not at all"):
            before = entries(orders)["orders"]
            good = event("whole", [dataset("shop.public.a")], [dataset("shop.public.b")])
            claim(send(orders, [good, {"job": {"namespace": "a"}}])[0] == 400, "a list with a bad event is taken")
            claim(entries(orders)["orders"] == before, "a part of it was published")
            claim(send(orders, [good, good], packed=True)[0] == 201, "a list is refused")

        with stage.step("events of a run add up, and survive a kill at once", vital=True):
            load = event("load", [dataset("shop.public.orders")], kind="START")
            claim(send(orders, load)[0] == 201, "the start is refused")
            orders.kill()
            orders.up()
            done = event("load", outputs=[dataset("shop.mart.customers", columnLineage=columns("shop.public.orders", "id"))])
            until("the end is taken", 20, lambda: send(orders, done)[0] == 201)
            orders.kill()
            orders.up()
            rows = sql(orders, "select from_dataset, to_dataset from lineage where job = 'airflow/load'")
            claim(rows == [["postgres/shop/public/orders@db.example.org", "postgres/shop/mart/customers@db.example.org"]],
                  "the edges are %s", rows)

        with stage.step("the same event from eight clients at once is published once"):
            before = entries(orders)["orders"]
            same = event("crowd", [dataset("shop.public.c")], [dataset("shop.public.d")])
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                statuses = [f.result()[0] for f in [pool.submit(send, orders, same) for _ in range(24)]]
            claim(set(statuses) == {201}, "some were refused: %s", set(statuses))
            claim(entries(orders)["orders"] == before + 2, "%d entries", entries(orders)["orders"] - before)

        with stage.step("a contract is joined with both, and across domains", vital=True):
            def joined():
                down = marketing.json("lineage", "orders/orders", "--down", "--columns").get("downstream", {})
                return [d["dataset"] for d in down.get("datasets", [])] == [
                    "postgres/shop/mart/customers@db.example.org", "postgres/shop/public/churn@db.example.org"] and down
            down = until("marketing's node knows it", 20, joined)[0]
            claim(down["datasets"][1]["contracts"][0]["domain"] == "marketing", "churn is not joined: %s", down)
            claim(down["columns"][0]["from_column"] == "id", "no columns: %s", down["columns"])
            impact = orders.json("impact", "orders/orders")
            names = {d["domain"]: d for d in impact["domains"]}
            claim(names["marketing"]["contracts"][0]["owner"] == "marketing team", "nobody to ask: %s", impact)
            text = orders.cli("lineage", "marketing/churn", "--up").decode()
            claim("mart/customers" in text and "orders/orders@1.0.0" in text, "the tree is %s", text)
            left = [row["dataset"] for row in orders.json("lineage", "--unmatched")["unmatched"]]
            claim("postgres/shop/mart/customers@db.example.org" in left and
                  "postgres/shop/public/orders@db.example.org" not in left, "unmatched: %s", left)

        with stage.step("a name that dbt gives without its host is the one that has one"):
            manifest = stage.folder / "own.json"
            manifest.write_text(json.dumps({
                "metadata": {"adapter_type": "postgres", "project_name": "reports"},
                "nodes": {"model.reports.board": {
                    "resource_type": "model", "database": "shop", "schema": "reports", "alias": "board", "config": {},
                    "depends_on": {"nodes": ["source.reports.shop.orders"]}}},
                "sources": {"source.reports.shop.orders": {"database": "shop", "schema": "public", "identifier": "orders"}},
                "exposures": {"exposure.reports.weekly": {
                    "name": "weekly", "type": "dashboard", "owner": {"name": "Ana", "email": "ana@example.org"},
                    "depends_on": {"nodes": ["model.reports.board"]}}}}))
            orders.cli("import", "dbt", manifest)
            impact = orders.json("impact", "orders/orders")
            consumers = [c["name"] for d in impact["domains"] for c in d["consumers"]]
            claim("weekly" in consumers, "the dashboard is not downstream: %s", impact)

        samples(stage, orders)
        projects(stage, orders)

        with stage.step("the catalogue made again is the same"):
            query = "select * from %s order by 1, 2, 3, 4, 5, 6"
            views = ("datasets", "dataset_columns", "lineage", "column_lineage")
            before = [sql(orders, query % view) for view in views]
            orders.cli("reindex")
            claim([sql(orders, query % view) for view in views] == before, "some rows differ")
    stage.finish()


if __name__ == "__main__":
    main()
