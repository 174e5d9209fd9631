#!/usr/bin/python3
"""Contracts go out and come in: every format of `hanse export` is taken by the tool it is for (sqlite3, PostgreSQL,
a JSON reader), by the command line and over HTTP alike; `hanse import` drafts contracts of four hundred tables of a
real PostgreSQL in one go, and they pass `hanse lint`. Without PostgreSQL on the machine its part is skipped."""

import glob
import json
import os
import pathlib
import pwd
import shutil
import sqlite3
import subprocess
import time
import urllib.request

from stage import TOP, Stage, claim

CONTRACT = TOP / "deploy/demo.d/contracts/orders/orders-2.0.0.odcs.yaml"
PRODUCT = """# A product, as its author wrote it
apiVersion: v1.0.0
kind: DataProduct
id: order-data
status:   active
name: Orders
outputPorts: [{name: orders, version: 2.0.0, contractId: orders}]
"""
TABLES, COLUMNS = 400, 12
FORMATS = {"odcs": "application/yaml", "json-schema": "application/schema+json", "sql": "application/sql",
           "dcat": "application/ld+json", "html": "text/html"}


class Postgres:
    """A server of its own, on a free port of loopback, with a password; PostgreSQL refuses to run as root."""

    def __init__(self, stage):
        self.folder = stage.folder / "postgres"
        self.folder.mkdir()
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.port = stage.port + 2 * len(stage.nodes) + 1
        self.as_user = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            for parent in (stage.folder,):
                parent.chmod(0o755)
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        secret = self.folder / "secret"
        secret.write_text("sesame\n")
        secret.chmod(0o644)
        self.run("initdb", "-D", self.folder / "data", "-A", "scram-sha-256", "-U", "owner", "--pwfile", secret,
                 "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self.run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o",
                 "-p %d -k %s -c listen_addresses=127.0.0.1 -c fsync=off" % (self.port, self.folder), "start")

    def run(self, tool, *arguments):
        subprocess.run(self.as_user + [str(pathlib.Path(self.bin) / tool)] + [str(a) for a in arguments], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=self.folder)

    def sql(self, text, database="postgres"):
        done = subprocess.run(["psql", "-qXv", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "owner",
                               "-d", database], input=text.encode(), capture_output=True,
                              env={**os.environ, "PGPASSWORD": "sesame"})
        claim(done.returncode == 0, "psql: %s", done.stderr.decode())

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")


def export(node, format, *more):
    return node.cli("export", "orders/orders", "--format", format, *more)


def goes_out(stage, node):
    with stage.step("every format is what its media type says, by both doors") as step:
        for format, media in FORMATS.items():
            url = "http://%s/api/v1/contracts/orders/orders/export?format=%s" % (node.http, format)
            with urllib.request.urlopen(url) as answer:
                body = answer.read()
                claim(answer.headers["Content-Type"].startswith(media), "%s: %s", format, answer.headers["Content-Type"])
                claim("attachment" in answer.headers["Content-Disposition"], "%s is shown in the node's own origin", format)
            claim(body == export(node, format), "%s differs between the doors", format)
        claim(export(node, "odcs") == CONTRACT.read_bytes(), "odcs is not the original")
        step.says = ", ".join(FORMATS)
    with stage.step("its SQL runs in SQLite, its JSON is JSON, its page has no script"):
        sqlite3.connect(":memory:").executescript(export(node, "sql", "--dialect", "sqlite").decode())
        schema = json.loads(export(node, "json-schema"))
        claim(schema["$schema"].endswith("2020-12/schema"), "no dialect: %s", schema)
        claim(json.loads(export(node, "dcat"))["@type"] == "dcat:Dataset", "no dataset")
        claim(b"<script" not in export(node, "html"), "a script")
    with stage.step("the whole catalogue is one DCAT catalogue"):
        whole = json.loads(node.cli("export", "--all", "--format", "dcat"))
        claim(whole["@type"] == "dcat:Catalog" and "next" not in whole, "no catalogue")
        claim([d["dct:identifier"] for d in whole["dcat:dataset"]] == ["orders"], "datasets: %s", whole["dcat:dataset"])


def a_product_goes_out(stage, node):
    with stage.step("a data product is exported as it was published, by both doors"):
        path = stage.folder / "order-data.odps.yaml"
        path.write_text(PRODUCT)
        node.cli("publish", path)
        for name in ("orders/order-data", "order-data", "product:orders/order-data"):
            claim(node.cli("export", name, "--format", "odps") == path.read_bytes(), "%s is not the original", name)
        with urllib.request.urlopen("http://%s/api/v1/contracts/orders/order-data/export?format=odps" % node.http) as answer:
            claim(answer.read() == path.read_bytes(), "HTTP does not give the original")
        node.cli("export", "product:orders/order-data", "--format", "html", ok=(2,))


def files_come_in(stage, node):
    with stage.step("two SQLite files and a CSV file are published; again nothing"):
        for name in ("shop", "stock"):
            db = sqlite3.connect(stage.folder / (name + ".db"))
            db.executescript("create table item (id int, name text); create view names as select name from item;")
            db.close()
        (stage.folder / "rows.csv").write_text("id;name\n1;\u00e4\n")
        before = datasets(node)
        sources = [("sqlite", "shop.db", 2), ("sqlite", "stock.db", 2), ("csv", "rows.csv", 1)]
        for kind, name, count in sources:
            done = node.json("import", kind, stage.folder / name, "--publish")
            claim((done["published"], done["retracted"]) == (count, 0), "%s: %s", name, done)
            claim(node.json("import", kind, stage.folder / name, "--publish")["published"] == 0, "%s twice", name)
        found = datasets(node) - before
        claim(len(found) == 5 and sum("shop.db/item" in key for key in found) == 1, "two files are one: %s", found)


def table(number):
    columns = ",".join("c%d varchar(%d) CHECK (length(c%d) > 1)" % (i, 10 + i, i) for i in range(COLUMNS - 3))
    return ("CREATE TABLE s%d.t%d (id bigint PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('a', 'b')), up bigint%s, %s);"
            "COMMENT ON TABLE s%d.t%d IS 'It''s number %d';" % (number % 2, number,
            " REFERENCES s%d.t%d" % (number % 2, number - 2) if number > 1 else "", columns, number % 2, number, number))


def datasets(node):
    return {row[0] for row in node.json("sql", "select dataset from datasets")["rows"]}


def comes_in(stage, node, postgres):
    home = {**os.environ, "PGPASSFILE": str(stage.folder / "pgpass")}
    (stage.folder / "pgpass").write_text("127.0.0.1:%d:*:owner:sesame\n" % postgres.port)
    (stage.folder / "pgpass").chmod(0o600)
    url = "postgresql://owner@127.0.0.1:%d/" % postgres.port

    def hanse(*arguments, ok=0):
        done = subprocess.run([stage.program, *[str(a) for a in arguments]], env=home, capture_output=True)
        claim(done.returncode == ok, "%s: exit %d: %s", arguments, done.returncode, done.stderr.decode())
        return done.stdout

    with stage.step("the DDL of a contract runs in PostgreSQL, and comes back as the same fields"):
        postgres.sql("CREATE DATABASE back")
        postgres.sql(export(node, "sql").decode(), "back")
        back = hanse("import", "postgres", url + "back", "--json")
        text = json.loads(back)["contracts"][0]["content"]
        shown = node.json("show", "orders/orders")
        for field in (f["field"] for o in shown["objects"] for f in o["fields"] if "." not in f["field"]):
            claim("name: %s\n" % field in text, "%s is lost", field)
    with stage.step("%d tables become two drafts that pass lint" % TABLES) as step:
        postgres.sql("CREATE DATABASE shop")
        postgres.sql("CREATE SCHEMA s0; CREATE SCHEMA s1;" + "".join(table(n) for n in range(TABLES)), "shop")
        begun = time.monotonic()
        hanse("import", "postgres", url + "shop", "-o", stage.folder / "drafts", "--owner", "Shop")
        took = time.monotonic() - begun
        drafts = sorted((stage.folder / "drafts").iterdir())
        claim([d.name for d in drafts] == ["shop-s0.odcs.yaml", "shop-s1.odcs.yaml"], "drafts: %s", drafts)
        found = json.loads(hanse("--json", "lint", stage.folder / "drafts"))["findings"]
        claim(found == [], "findings: %s", found[:3])
        text = drafts[0].read_text()
        claim(text.count("    physicalType: table\n") == TABLES // 2, "%d tables", text.count("physicalType: table"))
        claim(text.count("to: t") == TABLES // 2 - 1 and "It's number 2" in text and "value: a" in text, "rules are lost")
        step.says = "in %.2f s, %d kB" % (took, sum(d.stat().st_size for d in drafts) // 1000)
    with stage.step("a merge keeps what was edited and adds what is new; twice is once"):
        edited = text.replace("description: It's number 2\n", "description: Edited\n    tags:\n      - mine\n", 1)
        drafts[0].write_text(edited)
        postgres.sql("ALTER TABLE s0.t2 ADD late date; ALTER TABLE s0.t4 ALTER c1 TYPE text; DROP TABLE s0.t398;", "shop")
        once = stage.folder / "once.odcs.yaml"
        hanse("import", "postgres", url + "shop", "--table", "s0.t2", "--table", "s0.t4", "--merge", drafts[0], "-o", once)
        merged = once.read_text()
        claim("description: Edited" in merged and "- mine" in merged and "name: late" in merged, "lost")
        claim("name: t398\n" in merged, "a table that is gone was taken out")
        again = hanse("import", "postgres", url + "shop", "--table", "s0.t2", "--table", "s0.t4", "--merge", once)
        claim(again == once.read_bytes(), "merging twice changes something")
    with stage.step("the tables are published as datasets; again nothing happens, and what is gone is withdrawn") as step:
        publish = ["import", "postgres", url + "shop", "--publish"]

        def asked(*arguments):
            return json.loads(hanse("--home", node.home, "--json", *arguments))

        begun = time.monotonic()
        before = datasets(node)
        dry = asked(*publish, "--dry-run")
        claim(dry["published"] == TABLES - 1 and datasets(node) == before, "a dry run: %s", dry)
        first = asked(*publish)
        step.says = "%d in %.2f s" % (first["published"], time.monotonic() - begun)
        rows = datasets(node) - before
        key = "postgres/shop/s0/t2@127.0.0.1:%d" % postgres.port
        claim(len(rows) == first["published"] == TABLES - 1, "datasets: %s", first)
        claim(key in rows, "keys: %s", sorted(rows)[:3])
        claim(asked(*publish)["published"] == 0, "the second time does something")
        postgres.sql("DROP TABLE s1.t399; ALTER TABLE s1.t1 ADD late date;", "shop")
        some = asked(*publish, "--table", "s1.t3")
        claim(some["published"] == some["retracted"] == 0, "a part of the tables withdraws the others: %s", some)
        last = asked(*publish)
        claim((last["published"], last["retracted"]) == (1, 1), "a change, and a table that is gone: %s", last)
    with stage.step("no password on the command line; a file with the URL serves"):
        hanse("import", "postgres", url.replace("owner@", "owner:sesame@") + "back", ok=4)
        secret = stage.folder / "url"
        secret.write_text(url.replace("owner@", "owner:sesame@") + "back\n")
        secret.chmod(0o600)
        hanse("import", "postgres", secret)


def main():
    with Stage("exchange: contracts go out in six formats, and come in from databases", nodes=2) as stage:
        node = stage.mesh("orders").nodes["orders"]
        with stage.step("a node with a contract", vital=True):
            node.init("orders")
            node.cli("council", "new")
            node.up()
            node.cli("publish", CONTRACT)
        goes_out(stage, node)
        a_product_goes_out(stage, node)
        files_come_in(stage, node)
        if not glob.glob("/usr/lib/postgresql/*/bin/initdb") or not shutil.which("psql"):
            stage.skip("PostgreSQL is not installed here")
        else:
            postgres = Postgres(stage)
            try:
                comes_in(stage, node, postgres)
            finally:
                postgres.stop()
    stage.finish()


main()
