#!/usr/bin/python3
"""A walk through every command that `hanse help` lists: the shapes of --json that scripts rely on, the exit codes, help
for each, and text of peers that cannot lead a terminal."""

import json
import os
import pty
import re
import subprocess

from stage import Stage, agree, claim, contract, run, until

# What a peer writes to make a terminal obey, or a reader misread: an escape sequence, a carriage return that writes over
# the line, an override of the direction of writing, a character without width.
EVIL = "Nice\\e[31m\\e]0;owned\\a\\rover \\u202egnp.exe\\u200b \\x9b2J"
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
STAMP = {"as_of", "origin", "domains_up_to_date", "domains_admitted"}


class Walk:
    def __init__(self, stage, mesh):
        self.stage, self.program = stage, stage.program
        self.node, self.peer = mesh.nodes.values()
        self.seen = set()

    def call(self, *arguments, node=None, code=0, text_in=None, home=True):
        """Runs it; claims the exit code; gives standard output and error as texts."""
        node = node or self.node
        command = [self.program, *(("--home", str(node.home)) if home else ()), *map(str, arguments)]
        done = subprocess.run(command, input=text_in or b"", capture_output=True, timeout=60)
        words = [a for a in map(str, arguments) if not a.startswith("-")]
        self.seen |= {" ".join(words[:n]) for n in (1, 2)}
        claim(done.returncode == code, "%s: exit %d and not %d: %s", " ".join(map(str, arguments)), done.returncode, code,
              (done.stderr or done.stdout).decode()[:300])
        return done.stdout.decode(), done.stderr.decode()

    def json(self, *arguments, has=(), **options):
        """With --json: an object, with these members, alone on standard output."""
        out, _ = self.call("--json", *arguments, **options)
        answer = json.loads(out)
        missing = set(has) - set(answer)
        claim(not missing, "%s: no %s in %s", " ".join(map(str, arguments)), ", ".join(missing), sorted(answer))
        return answer

    def terminal(self, *arguments):
        """What it shows on a terminal."""
        parent, child = pty.openpty()
        process = subprocess.Popen([self.program, "--home", str(self.peer.home), *arguments], stdin=subprocess.DEVNULL,
                                   stdout=child, stderr=child)
        os.close(child)
        shown = b""
        try:
            while chunk := os.read(parent, 65536):
                shown += chunk
        except OSError:
            pass  # the other end is closed
        os.close(parent)
        process.wait(30)
        return shown.decode(errors="replace")

    def file(self, name, text):
        path = self.stage.folder / name
        path.write_text(text)
        return path


def commands(walk):
    """Their names, from the one table that people see."""
    names = [command["name"] for command in walk.json("help", has={"commands"})["commands"]]
    listed, _ = walk.call("help")
    claim(all("\n  %s " % name in listed or "\n  %s\n" % name in listed for name in names), "help leaves some out")
    return names


def help_texts(walk, step):
    names = commands(walk)
    claim(len(names) >= 25, "only %d commands: %s", len(names), names)
    for name in names:
        out, _ = walk.call("help", *name.split())
        claim(out.startswith("hanse " + name) and len(out.splitlines()) > 5, "help %s: %s", name, out[:80])
        again, _ = walk.call(*name.split(), "--help")
        claim(again == out, "%s --help says something else than help %s", name, name)
    markdown, _ = walk.call("help", "--markdown")
    claim(all(name in markdown for name in names), "help --markdown leaves some out")
    for shell in ("bash", "zsh", "fish"):
        out, _ = walk.call("completion", shell)
        claim(all(word in out for name in names for word in name.split()), "completion %s leaves some out", shell)
    script, _ = walk.call("completion", "bash")
    run("bash", "-n", text_in=script.encode())
    step.says = "%d commands" % len(names)
    return names


def author(walk, step):
    good, bad = walk.file("good.odcs.yaml", contract("good")), walk.file("bad.odcs.yaml", "apiVersion: v3.1.0\n")
    claim(walk.json("lint", good, has={"findings"})["findings"] == [], "findings in a good contract")
    findings = walk.json("lint", bad, has={"findings"}, code=3)["findings"]
    for name in ("file", "line", "column", "path", "rule", "severity", "message", "fix"):
        claim(all(name in f for f in findings), "a finding has no %s", name)
    claim(walk.json("lint", "-", text_in=good.read_bytes())["findings"] == [], "lint -")
    walk.call("lint", walk.stage.folder / "nowhere.yaml", code=5)
    walk.json("publish", "--dry-run", good, has={"published", "refused", "dry_run"})
    claim(not walk.node.has("solo", "good"), "a dry run published")
    plan = walk.json("plan", good, has={"domain", "publishable", "items", "withdrawn", "summary"} | STAMP)
    claim(plan["publishable"] and plan["items"][0]["outcome"] == "new", "plan: %s", plan)
    walk.json("plan", bad, has={"items"}, code=3)
    published = walk.json("publish", good, has={"published", "refused"})["published"]
    claim(published[0]["name"] == "solo/good@1.0.0" and published[0]["index"] > 0 and
          published[0]["checkpoint"].startswith("hanse.journal/"), "published: %s", published)
    walk.json("apply", good, has={"items"})
    refused = walk.json("publish", bad, has={"published", "refused"}, code=3)
    claim(refused["published"] == [] and {"file", "reason", "findings"} <= set(refused["refused"][0]), "%s", refused)
    good.write_text(contract("good").replace("logicalType: string", "logicalType: integer"))
    claim("version" in walk.call("publish", good, code=3)[1], "a changed version: no word of bumping it")
    claim(walk.json("profile", "--title", "Solo", "--purpose", "Tests", has={"domain", "index"})["domain"] == "solo", "")
    walk.call("-d", "nobody", "publish", walk.file("other.odcs.yaml", contract("other")), code=4)
    foreign = walk.file("wrong.token", "0" * 64)
    walk.call("--node", "http://" + walk.node.http, "--token-file", foreign, "publish",
              walk.stage.folder / "other.odcs.yaml", code=4)
    step.says = "lint 3, not allowed 4, not found 5"


def find(walk, step):
    hits = walk.json("search", "good", has={"results"} | STAMP)["results"]
    claim({"domain", "contract", "version", "title", "why", "health"} <= set(hits[0]), "a hit: %s", hits[0])
    claim(walk.json("search", "nothing-like-it", has={"results"} | STAMP)["results"] == [], "hits for nothing")
    claim(walk.json("ls", has={"contracts"} | STAMP)["contracts"][0]["contract"] == "good", "ls")
    walk.json("show", "solo/good", has={"domain", "contract", "version", "title", "status"} | STAMP)
    claim(walk.call("show", "--raw", "solo/good")[0] == contract("good"), "show --raw gives other bytes")
    walk.json("show", "solo/none", has={"error", "message"}, code=5)
    walk.json("history", "solo/good", has={"history"} | STAMP)
    walk.json("dictionary", "id", has={"fields", "conflicts", "related", "total"} | STAMP)
    walk.json("lineage", "solo/good", has=STAMP)
    walk.json("impact", "solo/good", has=STAMP)
    walk.call("consume", "solo/good", code=2)
    walk.json("consume", "solo/good", "--as", "report", "--field", "good.nothing", has={"error"}, code=5)
    walk.json("consume", "solo/good", "--as", "report", "--contact", "Ana", has={"domain", "index", "contract", "consumer"})
    claim(walk.json("show", "solo/good", has={"consumers"})["consumers"][0]["contact"] == "Ana", "show has no consumer")
    changed = walk.file("changed.odcs.yaml", contract("good").replace("1.0.0", "2.0.0").replace("- name: id", "- name: key"))
    broken = walk.json("impact", changed, has={"verdict", "consumers", "changes", "impact"} | STAMP, code=3)["impact"]
    claim(broken[0]["name"] == "report" and broken[0]["contact"] == "Ana", "impact of a file: %s", broken)
    claim("report" in walk.call("impact", "-", text_in=changed.read_bytes(), code=3)[0], "impact -")
    walk.json("consume", "solo/good", "--as", "report", "--undo", has={"domain", "index"})
    walk.call("impact", changed)
    claim("CREATE TABLE" in walk.call("export", "solo/good", "--format", "sql")[0], "export sql")
    walk.call("export", "solo/good", "--format", "nothing", code=1)
    answer = walk.json("sql", "select contract from contracts", has={"columns", "rows"} | STAMP)
    claim(answer["columns"] == ["contract"] and answer["rows"] == [["good"]], "sql: %s", answer)
    claim(walk.json("sql", "-", text_in=b"select 1", has={"rows"})["rows"] == [[1]], "sql -")
    walk.json("sql", "--schema", has={"views"})
    walk.json("sql", "delete from contracts", has={"error"}, code=1)
    walk.json("sql", "select salted from body", has={"error"}, code=1)
    walk.json("domains", has={"domains"} | STAMP)
    walk.json("unpublish", "solo/good@9.9.9", code=5)
    walk.json("unpublish", "solo/good@1.0.0", has={"unpublished"})
    walk.call("show", "solo/good@1.0.0", code=5)


def node(walk, step):
    walk.json("status", has={"version", "running", "own", "domains", "links", "refused"} | STAMP)
    walk.json("peers", has={"links", "nodes"} | STAMP)
    walk.json("doctor", has={"healthy", "checks"})
    walk.json("reindex", has={"reindexed"})
    walk.json("version", has={"version"})
    walk.json("invite", has={"hanse_invite", "mesh", "peers", "client_secret"})
    walk.call("join", "-", text_in=b"{}", code=1)
    walk.call("join", walk.stage.folder / "nowhere.json", code=5)
    walk.call("restore", code=2)
    walk.call("restore", "--from-mesh", code=1)  # the node runs
    walk.call("up", code=1)
    walk.call("--node", "http://127.0.0.1:1", "status", code=6)
    walk.call("init", "No Name", code=1)


def govern(walk, step):
    key = walk.stage.folder / "member.key"
    walk.json("key", "new", key, has={"key", "fingerprint"})
    claim(key.stat().st_mode & 0o077 == 0, "others may read a new key")
    walk.call("key", "new", key, code=1)
    walk.json("key", "show", has={"keys"})
    walk.json("key", "show", key, has={"key"})
    walk.json("council", "status", has={"members", "threshold", "domains", "requests"} | STAMP)
    walk.call("council", "new", code=1)
    walk.json("council", "propose", "admit", "nobody", has={"error"}, code=5)
    proposal = walk.stage.folder / "suspend.json"
    walk.call("council", "propose", "suspend", "peer", "-o", proposal)
    walk.call("council", "sign", proposal, "--key", key, code=4)
    walk.json("council", "enact", proposal, has={"error"}, code=4)
    walk.call("council", "sign", proposal, "--key", walk.node.home / "council" / "member.key")
    rotated = walk.json("key", "rotate", walk.node.recovery, has={"domain", "key", "version", "recovery_file"})
    claim(rotated["version"] == 2, "rotated: %s", rotated)
    walk.call("publish", walk.file("after.odcs.yaml", contract("after")))
    walk.call("key", "rotate", walk.node.recovery, code=1)  # nothing is overwritten
    walk.call("key", "rotate", walk.node.recovery, "--next-recovery-file", walk.stage.folder / "next.key", code=4)


def usage(walk, step):
    for arguments in (["frobnicate"], ["search"], ["show"], ["--bogus", "status"], ["show", "a", "b"], ["completion", "tcsh"],
                      ["search", "x", "--limit", "many"]):
        out, said = walk.call(*arguments, code=2)
        claim(out == "" and said, "%s: on standard output: %s", arguments, out)
    claim("hanse search" in walk.call("serach", "x", code=2)[1], "no suggestion for a slip")
    walk.call("show", os.fsdecode(b"\xff\xfe"), code=1)


def safety(walk, step):
    """A peer's texts on our terminal."""
    evil = ('apiVersion: v3.1.0\nkind: DataContract\nid: evil\nversion: 1.0.0\nstatus: active\nname: "%s"\n'
            'description:\n  purpose: "%s"\nschema:\n- name: t\n  description: "%s"\n  properties:\n'
            '  - name: id\n    logicalType: string\n    description: "%s"\n' % ((EVIL,) * 4))
    walk.call("publish", walk.file("evil.odcs.yaml", evil))
    walk.call("profile", "--title", "Solo \x1b[31m\u202e", "--purpose", "a\rb")
    agree((walk.node, walk.peer))
    shown = 0
    for arguments in (["search", "evil"], ["ls"], ["show", "solo/evil"], ["domains"], ["history", "solo/evil"],
                      ["sql", "select title, purpose from contracts"], ["sql", "select title from domains"], ["status"]):
        text = COLOUR.sub("", walk.terminal("--no-color", *arguments).replace("\r\n", "\n"))
        found = UNSAFE.search(text)
        claim(not found, "%s shows %r", " ".join(arguments), found and text[max(0, found.start() - 20):found.end() + 20])
        shown += "u202e" in text
        # Into a pipe too: what is piped is often shown in the end.
        piped = run(walk.program, "--home", walk.peer.home, *arguments).decode()
        claim(not UNSAFE.search(piped), "%s pipes %r", " ".join(arguments), UNSAFE.search(piped))
    claim(shown >= 4, "the text was hardly shown: the test shows nothing")
    title = walk.json("show", "solo/evil", node=walk.peer)["title"]
    claim("\x1b" in title and "\u202e" in title, "JSON has the text as it is, escaped: %r", title)
    raw = run(walk.program, "--home", walk.peer.home, "show", "--raw", "solo/evil")
    claim(raw == evil.encode(), "--raw gives other bytes")
    step.says = "8 commands, on a terminal and into a pipe"


def main():
    with Stage("cli: every command, its shapes and exit codes", nodes=2) as stage:
        mesh = stage.mesh("solo", "peer")
        mesh.start()
        walk = Walk(stage, mesh)
        walk.seen |= {"init", "up", "join", "council new"}  # the mesh was made with them
        names = []
        with stage.step("help for each command, and completion") as step:
            names = help_texts(walk, step)
        for title, part in (("writing contracts", author), ("finding and asking", find), ("running a node", node),
                            ("keys and the council", govern), ("wrong usage: exit 2, and what would be right", usage),
                            ("text of peers cannot lead a terminal", safety)):
            with stage.step(title) as step:
                part(walk, step)
        with stage.step("no command was left out") as step:
            left = [name for name in names if name not in walk.seen]
            claim(names and not left, "left out: %s", left)
        mesh.stop()
        with stage.step("without a node: reads from the home, writes say what to do") as step:
            claim("no node runs" in walk.call("ls")[1], "ls does not say that no node runs")
            until("the home can be read", 5, lambda: walk.json("ls", has=STAMP)["domains_up_to_date"] == 0)
            claim("hanse up" in walk.call("publish", stage.folder / "after.odcs.yaml", code=6)[1], "no way out is named")
            claim([own["admitted"] for own in walk.json("status", has={})["own"]] == [True], "status forgot the admission")
            walk.call("--home", stage.folder / "empty", "ls", code=5, home=False)
    stage.finish()


main()
