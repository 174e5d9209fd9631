#!/usr/bin/python3
"""Contracts in git: a folder is planned on any node, also one of another domain and without its token, and applied all or
nothing; applied again nothing happens; what breaks consumers is refused and names who is downstream; what is no longer
there is withdrawn. SARIF, JUnit and Markdown are read back. Prints how long a plan of 50 changed files takes."""

import json
import os
import re
import subprocess
import time
import xml.etree.ElementTree as xml

from stage import OneTeamMesh, Stage, claim, contract, until

FILES = 50
GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.example.org", "GITHUB_REPOSITORY": "shop/contracts",
          "GITHUB_SHA": "0123abc", "GITHUB_RUN_ID": "7", "GITHUB_ACTOR": "lena"}
EVIL = "<b>@everyone</b> ]]> & \\x1b[31m \\\" | `x`"

SERVED = """apiVersion: v3.1.0
kind: DataContract
id: %s
version: %s
status: active
servers:
- server: warehouse
  type: postgres
  host: db.example.org
  port: 5432
  database: shop
  schema: public
schema:
- name: %s
  properties:
  - name: id
    logicalType: %s
%s"""


class Repository:
    """A working copy, from which hanse is run."""

    def __init__(self, stage, name):
        self.stage = stage
        self.folder = stage.folder / name
        (self.folder / "contracts").mkdir(parents=True)

    def write(self, name, text):
        (self.folder / "contracts" / (name + ".odcs.yaml")).write_text(text)

    def remove(self, name):
        (self.folder / "contracts" / (name + ".odcs.yaml")).unlink()

    def hanse(self, node, *arguments, code=0, env=None, home=None):
        done = subprocess.run([self.stage.program, "--home", str(home or node.home)] + [str(a) for a in arguments],
                              capture_output=True, cwd=self.folder, env={**os.environ, **(env or {})}, timeout=60)
        claim(done.returncode == code, "%s: exit %d, not %d: %s%s", " ".join(map(str, arguments)), done.returncode, code,
              done.stdout.decode(), done.stderr.decode())
        return done.stdout.decode()

    def plan(self, node, *more, code=0, **settings):
        return json.loads(self.hanse(node, "plan", "contracts", "--json", *more, code=code, **settings))


def outcomes(plan):
    return {item["contract"]: item["outcome"] for item in plan["items"]}


def entries(node):
    return node.json("sql", "select count(*) from entries where domain = 'orders'")["rows"][0][0]


def formats(stage, repository, node):
    repository.write("evil", 'apiVersion: v3.1.0\nkind: DataContract\nid: evil\nversion: 1.0.0\nstatus: active\n"%s": 1\n' % EVIL)
    try:
        sarif = json.loads(repository.hanse(node, "plan", "contracts", "--format", "sarif", code=3))
        claim(sarif["version"] == "2.1.0" and len(sarif["runs"]) == 1, "no SARIF 2.1.0: %s", sarif)
        results = sarif["runs"][0]["results"]
        rules = {rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]}
        claim(results and {r["ruleId"] for r in results} <= rules, "rules are not described: %s", rules)
        for result in results:
            place = result["locations"][0]["physicalLocation"]
            claim(place["artifactLocation"]["uri"].startswith("contracts/") and place["region"]["startLine"] >= 1,
                  "a place is no path of the repository: %s", place)
            claim(result["level"] in ("error", "warning", "note") and result["message"]["text"], "a result: %s", result)
        claim(any(r["ruleId"] == "hanse/breaking" and "churn" in r["message"]["text"] for r in results), "nobody downstream: %s", results)
        suites = xml.fromstring(repository.hanse(node, "plan", "contracts", "--format", "junit", code=3))
        cases = suites.findall("testsuite/testcase")
        claim(len(cases) == int(suites.get("tests")) and len(suites.findall(".//failure")) == int(suites.get("failures")) == 2,
              "JUnit: %s", suites.attrib)
        path = repository.folder / "plan.md"
        repository.hanse(node, "plan", "contracts", "--format", "markdown", "-o", path, code=3)
        text = path.read_text()
        claim("<b>" not in text and not re.search(r"(?<!\w)@\w", text), "markup of others in it: %s", text)
        claim("| orders&#64;1\\.1\\.0" in text or "| orders&#64;1.1.0" in text, "no row of orders: %s", text)
        repository.hanse(node, "plan", "contracts", "--format", "pdf", code=2)
    finally:
        repository.remove("evil")


def main():
    with Stage("contracts in git: plan and apply", nodes=2) as stage:
        mesh = stage.mesh("orders", "marketing", kind=OneTeamMesh)
        mesh.start()
        orders, marketing = mesh.nodes["orders"], mesh.nodes["marketing"]
        repository, other = Repository(stage, "shop"), Repository(stage, "growth")
        repository.write("orders", SERVED % ("orders", "1.0.0", "orders", "string", ""))
        repository.write("bills", contract("bills"))
        other.write("churn", SERVED % ("churn", "1.0.0", "churn", "string", "    transformSourceObjects: [public.orders]\n"))

        with stage.step("a plan changes nothing; apply does what it says", vital=True):
            before = entries(orders)
            claim(outcomes(repository.plan(orders)) == {"orders": "new", "bills": "new"}, "a new folder is not new")
            claim(entries(orders) == before, "a plan wrote something")
            repository.hanse(orders, "apply", "contracts", env=GITHUB)
            claim(outcomes(repository.plan(orders)) == {"orders": "unchanged", "bills": "unchanged"}, "it is not applied")
            other.hanse(marketing, "apply", "contracts")

        with stage.step("with where it came from"):
            rows = orders.json("sql", "select asked_by, repository, revision, pipeline from provenance")["rows"]
            claim(len(rows) == 2 and rows[0] == ["lena", "https://git.example.org/shop/contracts", "0123abc",
                                                 "https://git.example.org/shop/contracts/actions/runs/7"], "provenance: %s", rows)

        with stage.step("applied again, nothing happens"):
            before = entries(orders)
            repository.hanse(orders, "apply", "contracts", "--prune", env=GITHUB)
            claim(entries(orders) == before, "something was published again")

        with stage.step("any node can be asked, without a token"):
            def known():
                plan = json.loads(repository.hanse(marketing, "plan", "contracts", "--json", "-d", "orders"))
                return outcomes(plan) == {"orders": "unchanged", "bills": "unchanged"}
            until("marketing's node knows it", 20, known)
            empty = stage.folder / "no-home"
            plan = repository.plan(marketing, "-d", "orders", "--node", "http://" + marketing.http, home=empty)
            claim(plan["domain"] == "orders" and plan["publishable"], "without a home: %s", plan)
            repository.hanse(marketing, "plan", "contracts", "-d", "nobody", code=5)

        with stage.step("a new version, and documentation"):
            repository.write("bills", contract("bills", tenant="shop"))
            repository.write("orders", SERVED % ("orders", "1.0.1", "orders", "string", "    description: Its number\n"))
            claim(outcomes(repository.plan(orders)) == {"orders": "version", "bills": "documentation"}, "a change is not told")

        with stage.step("what breaks consumers is refused, with who is downstream", vital=True):
            until("orders' node knows marketing's contract", 20, lambda: orders.json("impact", "orders/orders")["domains"])
            repository.write("orders", SERVED % ("orders", "1.1.0", "orders", "integer", ""))
            plan = repository.plan(orders, code=3)
            item = [i for i in plan["items"] if i["contract"] == "orders"][0]
            claim(item["error"] == "BREAKING" and item["impact"]["domains"][0]["domain"] == "marketing", "the plan: %s", item)
            claim("Downstream: marketing" in repository.hanse(orders, "plan", "contracts", code=3), "the text has nobody")
            formats(stage, repository, orders)

        with stage.step("and then nothing of it is applied"):
            before = entries(orders)
            repository.hanse(orders, "apply", "contracts", "--prune", code=3)
            claim(entries(orders) == before, "a part of it was published")
            repository.plan(orders, "--allow-breaking")
            repository.write("orders", SERVED % ("orders", "2.0.0", "orders", "integer", ""))
            claim(repository.plan(orders)["summary"]["breaking"] == 1, "a new major version breaks nobody")
            repository.hanse(orders, "apply", "contracts")

        with stage.step("what is no longer there is withdrawn, in the same commit"):
            repository.remove("bills")
            repository.write("returns", contract("returns"))
            gone = ["orders/bills@1.0.0", "orders/orders@1.0.0"]
            claim(repository.plan(orders, "--prune")["withdrawn"] == gone, "the plan withdraws other versions")
            said = repository.hanse(orders, "apply", "contracts", "--prune")
            claim(all("withdrawn  " + name in said for name in gone), "it does not say so: %s", said)
            rows = orders.json("sql", "select contract, version from versions where domain = 'orders' order by 1")["rows"]
            claim(rows == [["orders", "2.0.0"], ["returns", "1.0.0"]], "left: %s", rows)
            claim("withdrawn" not in repository.hanse(orders, "apply", "contracts", "--prune"), "it is withdrawn again")

        with stage.step("fifty changed files, in a small catalogue") as step:
            many = Repository(stage, "many")
            for version in ("1.0.0", "1.1.0"):
                for i in range(FILES):
                    columns = "".join("  - name: c%d\n    logicalType: string\n" % c for c in range(20))
                    many.write("c%02d" % i, contract("c%02d" % i, version) + columns)
                start = time.monotonic()
                plan = many.plan(orders)
                step.says = "plan: %.0f ms" % ((time.monotonic() - start) * 1000)
                claim(set(outcomes(plan).values()) == {"new" if version == "1.0.0" else "version"}, "outcomes: %s", outcomes(plan))
                many.hanse(orders, "apply", "contracts")
    stage.finish()


if __name__ == "__main__":
    main()
