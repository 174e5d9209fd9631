#!/usr/bin/python3
"""A contract published at one node is found by `hanse search` at all others within one second, and `show --raw` there
gives the author's bytes: for every ODCS example file, each in a domain of its own. What the version that a file
declares rejects is refused with file, line and reason, and nothing of a refused batch is published."""

import json
import re
import sys
import time

from stage import SHARED, SKIP, Failed, Refused, Stage, claim, contract, until

EXAMPLES = SHARED / "data" / "odcs"
# ../shared/data/MANIFEST.md: these declare v3.0.2 and do not validate against its schema.
REJECTED = {"all-data-types", "column-completeness", "basic-four-dpo"}
LIMIT_MS = 1000


def stem(path):
    return path.name.split(".")[0]


def identity(path):
    """id and version of an example; they stand on lines of their own."""
    text = path.read_text()
    return tuple(re.search(r'(?m)^%s: *"?([^"\s#]+)' % key, text).group(1) for key in ("id", "version"))


def found_everywhere(readers, domain, contract_id, since):
    """Asks each reader with the command until it finds the contract; gives the milliseconds since."""
    for reader in readers:
        until("%s finds %s/%s" % (reader.name, domain, contract_id), 10, lambda r=reader: any(
            hit["domain"] == domain and hit.get("contract") == contract_id
            for hit in r.json("search", contract_id, "--limit", "100")["results"]))
    return (time.monotonic() - since) * 1000


def publish_one(platform, readers, path, domain):
    contract_id, version = identity(path)
    platform.cli("--domain", domain, "publish", path)
    took = found_everywhere(readers, domain, contract_id, time.monotonic())
    for node in (platform, *readers):
        raw = node.cli("show", "--raw", "%s/%s@%s" % (domain, contract_id, version))
        claim(raw == path.read_bytes(), "%s gives other bytes for %s", node.name, path.name)
    claim(took <= LIMIT_MS, "found everywhere only after %.0f ms", took)
    return took


def refuse_one(platform, path, domain):
    before = platform.domains()[domain]["entries"]
    answer = json.loads(platform.cli("--json", "--domain", domain, "publish", path, ok=(3,)))
    claim(answer["published"] == [], "something was published: %s", answer["published"])
    refused = answer["refused"]
    claim(len(refused) == 1 and refused[0]["file"].endswith(path.name) and refused[0]["reason"], "refused: %s", refused)
    errors = [f for f in refused[0]["findings"] if f["severity"] == "error"]
    claim(errors and all(f["line"] > 0 and f["message"] and f["rule"] for f in errors), "findings: %s", errors)
    claim(platform.domains()[domain]["entries"] == before, "the journal grew")
    return "line %d: %s" % (errors[0]["line"], errors[0]["message"])


def main():
    with Stage("examples: every ODCS example spreads whole, or is refused whole", nodes=3) as stage:
        if not EXAMPLES.is_dir():
            stage.skip("../shared is absent")
            print("0 passed, 0 failed, 1 skipped")
            sys.exit(SKIP)
        files = sorted(EXAMPLES.glob("examples*/*/*.odcs.yaml"))
        mesh = stage.mesh("platform", "reader-a", "reader-b")
        platform, *readers = mesh.nodes.values()
        with stage.step("a mesh of three nodes, %d domains at one of them" % len(files), vital=True) as step:
            claim(len(files) >= 18, "only %d example files", len(files))
            claim(REJECTED <= {stem(f) for f in files}, "examples are missing")
            mesh.start()
            for path in files:
                platform.init(stem(path))
            mesh.admit(*[stem(f) for f in files])
            until("the readers know all domains", 20, lambda: all(
                set(r.domains()) >= {stem(f) for f in files} for r in readers))
        slowest = []
        for path in files:
            with stage.step("%s in %s" % (stem(path), path.parent.name)) as step:
                if stem(path) in REJECTED:
                    step.says = "refused: " + refuse_one(platform, path, stem(path))
                else:
                    slowest.append(publish_one(platform, readers, path, stem(path)))
                    step.says = "found at both others after %.0f ms" % slowest[-1]
        with stage.step("a batch with one bad file is refused whole") as step:
            good = stage.folder / "good.odcs.yaml"
            good.write_text(contract("good"))
            bad = next(f for f in files if stem(f) in REJECTED)
            before = platform.domains()["table-column"]["entries"]
            answer = json.loads(platform.cli("--json", "--domain", "table-column", "publish", good, bad, ok=(3,)))
            claim([r["file"].endswith(bad.name) for r in answer["refused"]] == [True], "refused: %s", answer["refused"])
            # The node itself refuses too, without the command's own look at the files.
            try:
                platform.publish({"good": good.read_text(), "bad": bad.read_text()}, domain="table-column")
            except Refused as refused:
                claim(refused.status == 422, "the node said %s", refused)
            else:
                raise Failed("the node took a bad batch")
            claim(platform.domains()["table-column"]["entries"] == before, "the journal grew")
            claim(not any(n.has("table-column", "good") for n in mesh.nodes.values()), "half of it was published")
        with stage.step("every file, at every node, once more") as step:
            accepted = [f for f in files if stem(f) not in REJECTED]
            for node in mesh.nodes.values():
                rows = node.post("sql", {"query": "select count(*) from versions"})["rows"]
                claim(rows == [[len(accepted)]], "%s holds %s versions", node.name, rows)
            step.says = "%d contracts; slowest search %.0f ms" % (len(accepted), max(slowest))
        mesh.stop()
    stage.finish()


main()
