"""deploy/demo: the shop's mesh, and the scenario that shows what a mesh is for."""

import argparse
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

from shop import Failed, Mesh, Node, until

DOMAINS = ("orders", "customers", "payments", "logistics", "marketing")
HERE = pathlib.Path(__file__).resolve().parent


def say(text):
    print(text, flush=True)


def contracts(name):
    return HERE / "contracts" / name


def fill(mesh):
    for name, node in mesh.nodes.items():
        node.cli("profile", HERE / "profiles" / (name + ".json"))
        node.cli("publish", contracts(name))


def up(args):
    folder = args.folder
    if (folder / "pids").exists():
        say("The demo is up already (deploy/demo --down stops it).")
        return hint(args)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    mesh = Mesh(args.program, folder, DOMAINS, args.port)
    start = time.monotonic()
    try:
        say("council of three (any two decide), five domains …")
        mesh.start()
        say("publishing …")
        fill(mesh)
    finally:
        pids = [str(n.process.pid) for n in mesh.nodes.values() if n.process]
        (folder / "pids").write_text("\n".join(pids))
    say("up in %.1f s\n" % (time.monotonic() - start))
    return hint(args)


def hint(args):
    program = os.path.relpath(args.program)
    homes = os.path.relpath(args.folder)
    say("""Five nodes, each with the whole catalogue. Ask any of them:

  alias hanse='%s'
  export HANSE_HOME=%s/marketing        # or orders, customers, payments, logistics

  hanse status                            how this node is, and how well it knows each domain
  hanse search customer churn             found wherever it was published
  hanse show orders/orders                the highest version; --raw gives the author's own bytes
  hanse dictionary customer_id            what all domains call by that name, and where they disagree
  hanse diff orders/orders@1.0.0 orders/orders@2.0.0
  hanse impact orders/orders              who is downstream of it, and whom to ask
  hanse sql "select domain, contract, field from fields where classification = 'pii'"
  curl -s http://127.0.0.1:%d/api/v1/search?q=refund

Publish at one, find it at all:

  hanse --home %s/payments publish %s
  hanse --home %s/logistics search refunds

Pull a plug (kill -9 any of them) and ask the others about its domain. deploy/demo --down stops all of it.""" % (
        program, homes, args.port + 1, homes, os.path.relpath(contracts("payments") / "refunds.odcs.yaml"), homes))
    return 0


def alive(pid):
    try:
        with open("/proc/%d/comm" % pid) as name:
            return name.read().strip().startswith("hanse")
    except OSError:
        return False


def down(args):
    pids = args.folder / "pids"
    running = [int(p) for p in pids.read_text().split()] if pids.exists() else []
    running = [p for p in running if alive(p)]
    for pid in running:
        os.kill(pid, signal.SIGTERM)
    until("the nodes stop", 10, lambda: not any(alive(p) for p in running))
    if args.folder.exists():
        shutil.rmtree(args.folder)
    say("stopped %d nodes" % len(running))
    return 0


def status(args):
    if not (args.folder / "pids").exists():
        say("The demo is not up: deploy/demo starts it.")
        return 1
    for i, name in enumerate(DOMAINS):
        node = Node(args.program, args.folder, name, args.port + 2 * i)
        answer = node.get("status")
        if answer is None:
            say("%-10s does not answer" % name)
        else:
            say("%-10s http://%s  %d of %d domains up to date" % (name, node.http, answer["domains_up_to_date"],
                                                                answer["domains_admitted"]))
    return 0


class Scenario:
    """The steps of --check, in the order of a day in a mesh."""

    def __init__(self, program, folder, port):
        self.mesh = Mesh(program, folder, DOMAINS, port)
        self.folder = pathlib.Path(folder)
        self.port = port

    def others(self, name):
        return [n for n in self.mesh.nodes.values() if n.name != name]

    def publish_new(self, name, contract, version="1.0.0"):
        """Writes a small contract and publishes it; gives its bytes and the moment of the acknowledgement."""
        text = ('# %s, as its author wrote it\napiVersion: v3.1.0\nkind: DataContract\nid: %s\nversion: "%s"\n'
                "status: active\nname: %s\nschema:\n- name: %s\n  properties:\n  - name: id\n    logicalType: string\n"
                "    required: true\n" % (contract, contract, version, contract, contract.replace("-", "_")))
        path = self.folder / (contract + ".odcs.yaml")
        path.write_text(text)
        self.mesh.nodes[name].cli("publish", path)
        return text.encode(), time.monotonic()

    def everywhere(self, domain, contract, raw, nodes, since, limit_ms):
        slowest = 0
        for node in nodes:
            until("%s has %s/%s" % (node.name, domain, contract), 10, lambda n=node: n.has(domain, contract) == raw)
            until("%s finds %s" % (node.name, contract), 10, lambda n=node: any(
                hit.get("contract") == contract for hit in (n.get("search?q=%s" % contract) or {"results": []})["results"]))
            slowest = max(slowest, (time.monotonic() - since) * 1000)
        if slowest > limit_ms:
            raise Failed("%s/%s took %.0f ms to be found everywhere" % (domain, contract, slowest))
        return "found at %d other nodes after %.0f ms" % (len(nodes), slowest)

    def start(self):
        self.mesh.start()
        return "%d nodes, each knows %d domains" % (len(DOMAINS), len(self.mesh.first.domains()))

    def fill(self):
        fill(self.mesh)
        files = sum(len(list(contracts(d).iterdir())) for d in DOMAINS)
        self.mesh.settle()
        for node in self.mesh.nodes.values():
            until("%s has all contracts" % node.name, 10, lambda n=node: n.post(
                "sql", {"query": "select count(*) from versions"})["rows"][0][0] == files)
        return "%d contracts, in every node's catalogue" % files

    def spreads(self):
        raw, since = self.publish_new("payments", "settlement-notes")
        return self.everywhere("payments", "settlement-notes", raw, self.others("payments"), since, 1000)

    def bytes_kept(self):
        compared = 0
        for domain in DOMAINS:
            for path in contracts(domain).iterdir():
                document = path.read_bytes()
                shown = self.find(path)
                for node in self.mesh.nodes.values():
                    raw = node.cli("show", "--raw", shown)
                    if raw != document:
                        raise Failed("%s gives other bytes for %s than its author's" % (node.name, shown))
                    compared += 1
        return "%d originals compared at %d nodes, byte for byte" % (compared // len(DOMAINS), len(DOMAINS))

    def find(self, path):
        """domain/id@version of a demo contract file."""
        text = path.read_text()
        if path.suffix == ".json":
            document = json.loads(text)
            identity, version = document["id"], document["version"]
        else:
            lines = dict(line.split(":", 1) for line in text.splitlines() if ":" in line and line[:1] not in " -#")
            identity, version = (lines[k].split("#")[0].strip().strip("\"'") for k in ("id", "version"))
        return "%s/%s@%s" % (path.parent.name, identity, version)

    def answers(self):
        node = self.mesh.nodes["marketing"]
        hits = node.json("search", "refund")["results"]
        if not hits or hits[0]["domain"] != "payments":
            raise Failed("search refund: %s" % hits)
        rows = node.json("sql", "select distinct domain from fields where field = 'customer_id' order by 1")["rows"]
        return "search refund → %s/%s; customer_id stands in %d domains" % (hits[0]["domain"], hits[0][hits[0]["kind"]], len(rows))

    def refuses_nonsense(self):
        node = self.mesh.nodes["orders"]
        before = node.domains()["orders"]["entries"]
        good = self.folder / "good.odcs.yaml"
        bad = self.folder / "bad.odcs.yaml"
        good.write_text("apiVersion: v3.1.0\nkind: DataContract\nid: good\nversion: 1.0.0\nstatus: active\n")
        bad.write_text("apiVersion: v3.1.0\nkind: DataContract\nid: bad\nversion: 1.0.0\nstatsu: active\n")
        node.cli("publish", good, bad, ok=(3,))
        if node.domains()["orders"]["entries"] != before or node.has("orders", "good"):
            raise Failed("half of a refused batch was published")
        return "a batch with one bad file: exit 3, nothing published"

    def survives_kill(self):
        victim = self.mesh.nodes["payments"]
        victim.kill()
        killed = time.monotonic()
        for node in self.others("payments"):
            if not node.has("payments", "refunds"):
                raise Failed("%s does not answer for payments" % node.name)
        raw, since = self.publish_new("orders", "gift-cards")
        self.everywhere("orders", "gift-cards", raw, [n for n in self.others("orders") if n is not victim], since, 1000)
        witness = self.mesh.nodes["customers"]
        heard = witness.domains()["payments"]["heard_age_ms"]
        if heard is None or heard < (time.monotonic() - killed) * 1000 - 100:
            raise Failed("customers does not say how old its word about payments is: %s" % heard)
        start = time.monotonic()
        victim.up()
        until("payments catches up", 10, lambda: victim.has("orders", "gift-cards") == raw)
        caught_up = (time.monotonic() - start) * 1000
        raw, since = self.publish_new("payments", "vouchers")
        self.everywhere("payments", "vouchers", raw, self.others("payments"), since, 2000)
        return "others answered (%.1f s old), published on; back and caught up in %.0f ms, both ways" % (heard / 1000, caught_up)

    def keeps_strangers_out(self):
        stranger = Node(self.mesh.program, self.folder, "stranger", self.port + 20)
        self.mesh.ask(stranger)
        try:
            until("the request arrives", 20, lambda: "stranger" in self.mesh.requested())
            stranger.cli("publish", contracts("orders") / "returns.odcs.yaml")
            seen = stranger.post("sql", {"query": "select count(*) from versions where domain <> 'stranger'"})["rows"][0][0]
            if seen != 0:
                raise Failed("an unadmitted domain sees %d contracts" % seen)
            if any("stranger" in n.domains() or n.has("stranger", "returns") for n in self.mesh.nodes.values()):
                raise Failed("an unadmitted domain was let in")
            proposal = self.mesh.propose("stranger")
            self.mesh.sign(proposal, "chris")
            self.mesh.first.cli("council", "enact", proposal, ok=(1, 4))
            if "stranger" in self.mesh.first.domains():
                raise Failed("one signature of two was enough")
        finally:
            stranger.stop()
        return "in the lobby it sees the council only; one signature of two admits nobody"

    def restores(self):
        node = self.mesh.nodes["logistics"]
        node.stop()
        for path in node.home.glob("hanse.db*"):
            path.unlink()
        start = time.monotonic()
        node.cli("restore", "--from-mesh")
        took = (time.monotonic() - start) * 1000
        node.up()
        raw, since = self.publish_new("logistics", "returns-depots")
        self.everywhere("logistics", "returns-depots", raw, self.others("logistics"), since, 5000)
        self.mesh.settle()
        heads = {n.get("status")["as_of"]["heads_root"] for n in self.mesh.nodes.values()}
        if len(heads) != 1:
            raise Failed("after the restore the nodes disagree: %s" % heads)
        return "the database deleted, all of it back in %.0f ms, the next publish accepted by all" % took

    steps = (("five domains and a council", "start"), ("each publishes its contracts", "fill"),
             ("a new contract is found everywhere", "spreads"), ("the author's bytes everywhere", "bytes_kept"),
             ("search and SQL at any node", "answers"), ("a bad batch is refused whole", "refuses_nonsense"),
             ("kill -9 of a node", "survives_kill"), ("a stranger at the door", "keeps_strangers_out"),
             ("a lost database", "restores"))

    def run(self):
        passed = 0
        try:
            for title, step in self.steps:
                start = time.monotonic()
                try:
                    detail = getattr(self, step)()
                except Failed as failure:
                    say("FAIL  %-36s %s" % (title, failure))
                    break
                passed += 1
                say("ok    %-36s %7.0f ms   %s" % (title, (time.monotonic() - start) * 1000, detail))
        finally:
            self.mesh.stop()
        failed = len(self.steps) - passed
        say("%d passed, %d failed" % (passed, failed))
        return 1 if failed else 0


def check(args):
    with tempfile.TemporaryDirectory(prefix="hanse-check-") as folder:
        result = Scenario(args.program, folder, args.port).run()
        if result:
            kept = pathlib.Path(args.top) / "build" / "demo-check-logs"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(pathlib.Path(folder) / "logs", kept)
            say("the nodes' logs: %s" % kept)
        return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=("up", "check", "down", "status"))
    parser.add_argument("--top", required=True)
    parser.add_argument("--program")
    parser.add_argument("--port", type=int)
    args = parser.parse_args()
    args.folder = pathlib.Path(args.top) / ".demo"
    args.program = args.program or str(pathlib.Path(args.top) / "build" / "demo" / "hanse")
    args.port = args.port or (7750 if args.mode == "check" else 7700)
    try:
        return {"up": up, "check": check, "down": down, "status": status}[args.mode](args)
    except Failed as failure:
        say("demo: %s" % failure)
        return 1


if __name__ == "__main__":
    sys.exit(main())
