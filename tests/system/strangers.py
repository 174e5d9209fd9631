#!/usr/bin/python3
"""What strangers, guests and a hostile member send gains them nothing: ten thousand attempts leave a node with the same
journals, the same catalogue, at most 8 MiB more memory and a log that can still be read; and it counts them."""

import json
import os
import socket
import struct
import subprocess
import sys
import time

from stage import SKIP, Failed, Mesh, Stage, agree, claim, contract, heads_root, kib, run, until

GROWTH_KIB = 8 * 1024
RESERVED_KIB = 1024 * 1024  # of addresses, not of memory: a frame's header alone must not reserve what it names
LOG_LINES = 300
TOGETHER = 800  # connections; fewer than a process may have open by default
GREETING = b"\xff" + b"\0" * 8 + b"\x7f\x03\x01" + b"CURVE".ljust(20, b"\0") + b"\0" * 32
PLAIN_GREETING = b"\xff" + b"\0" * 8 + b"\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + b"\0" * 32
NINE_GIB = b"\x06" + struct.pack(">Q", 9 << 30)  # the header of a long command frame


class Victim:
    """A node under attack: what it holds, how large it is, what it has written."""

    def __init__(self, node):
        self.node = node
        self.address = ("127.0.0.1", int(node.listen.rsplit(":", 1)[1]))
        self.key = node.get("status")["node"]

    def holds(self):
        def ask(query):
            return self.node.post("sql", {"query": query})["rows"]
        return {"heads": heads_root(self.node), "versions": ask("select domain, contract, version from versions order by 1, 2, 3"),
                "entries": ask("select domain, entries from domains order by 1")}

    def log_lines(self):
        return len(self.node.log.read_bytes().splitlines())

    def count(self):
        """All that it says it refused."""
        status = self.node.get("status")
        return sum(v for v in status["refused"].values() if isinstance(v, int))

    def begin(self):
        self.before = self.holds()
        self.memory, self.peak = kib(self.node, "VmRSS"), kib(self.node, "VmPeak")
        self.lines, self.counted = self.log_lines(), self.count()

    def unharmed(self):
        claim(self.node.process.poll() is None, "it died")
        claim(kib(self.node, "VmPeak") < self.peak + RESERVED_KIB, "it reserved %d MiB", (kib(self.node, "VmPeak") - self.peak) >> 10)
        now = self.holds()
        claim(now == self.before, "it holds something else than before: %s", [
            (what, [x for x in now[what] if x not in self.before[what]]) for what in now if now[what] != self.before[what]])
        try:
            until("memory", 20, lambda: kib(self.node, "VmRSS") <= self.memory + GROWTH_KIB)
        except Failed:
            raise Failed("memory grew from %d to %d KiB" % (self.memory, kib(self.node, "VmRSS")))
        lines = self.log_lines() - self.lines
        claim(lines <= LOG_LINES, "%d log lines", lines)
        return "memory %+d KiB, %d log lines, %d counted" % (kib(self.node, "VmRSS") - self.memory, lines,
                                                         self.count() - self.counted)


class Attack:
    def __init__(self, stage, victim, mesh, key):
        self.stage, self.victim, self.mesh, self.key = stage, victim, mesh, key
        self.attempts = 0

    def run(self, what, *rest, key=None, victim=None):
        victim = victim or self.victim
        command = [self.stage.args.attacker, what, victim.node.listen, victim.key]
        if what != "strangers":
            command += [key or self.key, self.mesh]
        answer = json.loads(run(*command, *rest))
        if what not in ("learn", "send"):
            self.attempts += answer.get("sent", answer.get("turned_away", 0))
        return answer

    def start(self, what, *rest):
        return subprocess.Popen([str(x) for x in (self.stage.args.attacker, what, self.victim.node.listen,
                                                  self.victim.key, self.key, self.mesh, *rest)], stdout=subprocess.PIPE)

    def raw(self, payloads):
        """A connection each; gives how many the node ended, in the end."""
        open_ones = []
        for payload in payloads:
            self.attempts += 1
            sock = socket.create_connection(self.victim.address, timeout=15)
            try:
                sock.sendall(payload)
            except OSError:
                pass  # ended already
            open_ones.append(sock)
            if len(open_ones) == TOGETHER:
                self.all_ended(open_ones)
        self.all_ended(open_ones)

    @staticmethod
    def all_ended(socks):
        end = time.monotonic() + 15  # a handshake has five seconds
        for sock in socks:
            try:
                while True:
                    sock.settimeout(max(0.1, end - time.monotonic()))
                    if sock.recv(4096) == b"":
                        break
            except (socket.timeout, TimeoutError):
                raise Failed("the node keeps a connection that says nothing")
            except OSError:
                pass
            sock.close()
        socks.clear()


def kept(path):
    """The commits that the attacker keeps in a file."""
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        size = struct.unpack_from(">I", data, at)[0]
        found.append(data[at:at + 4 + size])
        at += 4 + size
    return found


def garbage(stage, count):
    for i in range(count):
        noise = stage.random.randbytes(stage.random.randrange(1, 2000))
        yield (noise, GREETING + noise, GREETING[:10] + noise, b"GET / HTTP/1.1\r\n\r\n")[i % 4]


def publish(node, identity):
    node.publish({identity: contract(identity)})


def from_outside(stage, attack, victim):
    with stage.step("keys that nobody knows, over CURVE") as step:
        victim.begin()
        answer = attack.run("strangers", 3000)
        claim(answer == {"turned_away": 3000, "let_in": 0}, "it said %s", answer)
        until("they are counted", 5, lambda: victim.count() >= victim.counted + 3000)
        step.says = victim.unharmed()
    with stage.step("a frame header of 9 GiB, a thousand times") as step:
        victim.begin()
        attack.raw(GREETING + NINE_GIB + b"x" * 64 for _ in range(1000))
        step.says = victim.unharmed()
    with stage.step("garbage, other mechanisms, other protocols") as step:
        victim.begin()
        attack.raw(garbage(stage, 1500))
        attack.raw(PLAIN_GREETING + b"\x04\x05READY" for _ in range(500))
        step.says = victim.unharmed()
    with stage.step("half-open connections are ended, and honest ones come in meanwhile") as step:
        victim.begin()
        attack.raw((b"", GREETING[:i % 64])[i % 2] for i in range(500))
        step.says = victim.unharmed()


def from_the_lobby(stage, attack, victim, files):
    with stage.step("a guest gets the council's journal, and nothing else") as step:
        invite = json.loads(victim.node.cli("invite"))
        victim.begin()
        answer = attack.run("lobby", files["journal"], files["new"], key=invite["client_secret"])
        claim(answer["council_commits"] > 0, "it gets no council: %s", answer)
        claim(answer["domain_commits"] == answer["bodies"] == answer["heads"] == 0, "it gets more: %s", answer)
        step.says = "%d commits of the council; %s" % (answer["council_commits"], victim.unharmed())


def from_a_member(stage, attack, victim, files):
    """The victim does not have the new commits; each is valid, but for what the attacker does to it."""
    for title, what in (("each byte of a valid commit flipped, then worse", ("flip", files["new"], 3000)),
                        ("valid commits out of order", ("reorder", files["gap"])),
                        ("old commits again and again", ("replay", files["old"], 300)),
                        ("counts and depths that promise more than there is", ("bombs", 200))):
        with stage.step("a member: " + title) as step:
            victim.begin()
            attack.run(*what)
            until("it is counted", 5, lambda: victim.count() > victim.counted)
            step.says = victim.unharmed()
    with stage.step("and the same commits as they are: taken (so it was the damage)") as step:
        attack.run("send", files["new"])
        until("the victim has them", 10, lambda: victim.node.has("orders", "new-5"))


def journal_of(node):
    return node.get("status")["own"][0]["journal"]


def learn(attack, author, journal, folder, old_count):
    """Files of commits: those the victim has, those it lacks, and these without the first."""
    files = {"journal": journal, "all": folder / "all", "old": folder / "old", "new": folder / "new", "gap": folder / "gap"}
    attack.run("learn", journal, files["all"], victim=author)
    commits = kept(files["all"])
    files["old"].write_bytes(b"".join(commits[:old_count]))
    files["new"].write_bytes(b"".join(commits[old_count:]))
    files["gap"].write_bytes(b"".join(commits[old_count + 1:]))
    return files, len(commits)


def hostile_member(stage, mesh, victim, attack, author):
    with stage.step("a member that withholds bodies does not keep a commit from us") as step:
        victim.node.stop()
        publish(author.node, "wanted")
        file = stage.folder / "starve"
        journal = journal_of(author.node)
        attack.run("learn", journal, file, victim=author)
        file.write_bytes(kept(file)[-1])
        author.node.stop()
        victim.node.up()
        process = attack.start("starve", file, 60000)
        try:
            until("the attack is felt", 10, lambda: victim.count() > 0)
            author.node.up()
            _, took = until("the victim has it", 8, lambda: victim.node.has("orders", "wanted"))
        finally:
            process.kill()
            process.wait()
        step.says = "there %.0f ms after its author" % took
    with stage.step("a member that lies about our own journal does not keep us from publishing") as step:
        journal = journal_of(victim.node)
        victim.node.stop()
        author.node.stop()
        victim.node.up()  # nobody has confirmed its own head when the lie comes
        process = attack.start("lie", journal, 120000)
        try:
            def believed():
                own = victim.node.domains()[victim.node.name]
                return own["known_entries"] > own["entries"]
            until("the lie is heard", 10, believed)
            author.node.up()
            start = time.monotonic()

            def published():
                try:
                    publish(victim.node, "mine")
                    return True
                except Failed:
                    return False
            until("it publishes", 40, published)
            took = time.monotonic() - start
        finally:
            process.kill()
            process.wait()
        step.says = "published after %.1f s" % took


def council(stage, mesh, outsider):
    """One signature of two, one key twice, a key that is no member's."""
    first = mesh.first
    before = first.get("council")
    proposal = mesh.propose(outsider)

    def refused(title, path):
        with stage.step("council: " + title) as step:
            size = first.get("council")["entries"]
            first.cli("council", "enact", path, ok=(1, 4))
            claim(outsider not in first.domains(), "it was admitted")
            claim(first.get("council")["entries"] == size, "the council's journal grew")

    mesh.sign(proposal, "ana")
    refused("one signature of two admits nobody", proposal)
    twice = proposal.with_name("twice.json")
    document = json.loads(proposal.read_text())
    document["signatures"] *= 2
    twice.write_text(json.dumps(document))
    refused("one key twice is one", twice)
    other = proposal.with_name("other.json")
    stranger_key = mesh.folder / "council" / "nobody.key"
    run(mesh.program, "key", "new", stranger_key)
    other.write_bytes(proposal.read_bytes())
    try:
        run(mesh.program, "council", "sign", other, "--key", stranger_key)
    except Failed:
        pass  # refused at once: as good
    document = json.loads(proposal.read_text())
    forged = json.loads(json.dumps(document["signatures"][0]))
    members = [m["key"] for m in before["members"]]
    forged["member"] = next(k for k in members if k != forged["member"])
    document["signatures"].append(forged)
    other.write_text(json.dumps(document))
    refused("another member's name on the same signature is no signature", other)
    with stage.step("council: and two signatures do admit (so it was those)"):
        mesh.sign(proposal, "ben")
        first.cli("council", "enact", proposal)
        until("it is admitted", 10, lambda: outsider in first.domains())


def main():
    with Stage("strangers: ten thousand attempts gain nothing", nodes=4) as stage:
        if not stage.args.attacker:
            stage.skip("no --attacker: the C program beside this script")
            print("0 passed, 0 failed, 1 skipped")
            sys.exit(SKIP)
        mesh = stage.mesh("orders", "payments", "mallory", kind=Mesh)
        author, victim, mallory = mesh.nodes.values()
        with stage.step("a mesh of three, one of them hostile", vital=True):
            mesh.start()
            for i in range(50):
                publish(author, "old-%d" % i)
                publish(victim, "own-%d" % i)
            agree(mesh.nodes.values())
        outsider = stage.node("outsider")
        with stage.step("a domain that is not admitted sees the council only") as step:
            mesh.ask(outsider)
            until("its request arrives", 20, lambda: "outsider" in mesh.requested())
            publish(outsider, "unasked")
            rows = outsider.post("sql", {"query": "select domain from versions where domain <> 'outsider'"})["rows"]
            claim(rows == [], "it sees %s", rows)
            claim(not any(n.has("outsider", "unasked") for n in mesh.nodes.values()), "its contract got in")
        council(stage, mesh, "outsider")
        until("its contract is there", 10, lambda: all(n.has("outsider", "unasked") for n in (author, victim)))
        outsider.stop()

        mallory.stop()  # from here on its key is the attacker's
        agree((author, victim))
        shown = author.get("council")["id"]
        victim_seen, author_seen = Victim(victim), Victim(author)
        attack = Attack(stage, victim_seen, shown, mallory.home / "node.key")
        from_outside(stage, attack, victim_seen)

        with stage.step("the attacker learns commits that the victim lacks", vital=True) as step:
            journal = journal_of(author)
            files, old = learn(attack, author_seen, journal, stage.folder, 0)
            victim.stop()
            for i in range(6):
                publish(author, "new-%d" % i)
            files, total = learn(attack, author_seen, journal, stage.folder, old)
            claim(total == old + 6, "it learnt %d commits, and %d before", total, old)
            author.stop()
            victim.up()
            step.says = "%d old, %d new" % (old, total - old)
        from_the_lobby(stage, attack, victim_seen, files)
        from_a_member(stage, attack, victim_seen, files)
        author.up()
        agree((author, victim))
        with stage.step("all in all") as step:
            claim(attack.attempts >= 10000, "only %d attempts", attack.attempts)
            claim(victim.get("verify")["verified"], "what the victim stores does not verify")
            step.says = "%d attempts" % attack.attempts
        hostile_member(stage, mesh, victim_seen, attack, author_seen)
        mesh.stop()
    stage.finish()


main()
