#!/usr/bin/python3
"""A partitioned mesh: four nodes in network namespaces of their own behind one bridge; nft drops what goes one way, then both
ways, between two halves. Each half goes on publishing and finds its own; after the heal all hold the same. Needs root, ip and
nft, and kernel support for them; else it is skipped."""

import os
import pathlib
import shutil
import subprocess

from stage import OneTeamMesh, Stage, claim, contract, run, until

NODES = 4
HALVES = ("n0", "n1"), ("n2", "n3")
NETWORK = "10.77.%d" % (os.getpid() % 250 + 1)


class Namespaces:
    """One network namespace a node, and a bridge in one more between them."""

    def __init__(self, names):
        self.prefix = "hanse%d-" % os.getpid()
        self.names = names
        self.made = []

    def ip(self, *arguments):
        run("ip", *arguments)

    def inside(self, name, *command, **options):
        return run("ip", "netns", "exec", self.prefix + name, *command, **options)

    def add(self, name):
        self.ip("netns", "add", self.prefix + name)
        self.made.append(name)
        self.ip("-n", self.prefix + name, "link", "set", "lo", "up")

    def __enter__(self):
        self.add("hub")
        hub = self.prefix + "hub"
        self.ip("-n", hub, "link", "add", "bridge", "type", "bridge")
        self.ip("-n", hub, "link", "set", "bridge", "up")
        for i, name in enumerate(self.names):
            self.add(name)
            self.ip("link", "add", "eth", "netns", self.prefix + name, "type", "veth", "peer", "name", "to-" + name, "netns", hub)
            self.ip("-n", hub, "link", "set", "to-" + name, "master", "bridge", "up")
            self.ip("-n", self.prefix + name, "addr", "add", "%s.%d/24" % (NETWORK, i + 1), "dev", "eth")
            self.ip("-n", self.prefix + name, "link", "set", "eth", "up")
        return self

    def __exit__(self, *_):
        for name in self.made:
            subprocess.run(["ip", "netns", "del", self.prefix + name], check=False)

    def address(self, name):
        return "%s.%d" % (NETWORK, self.names.index(name) + 1)

    def drop(self, at, sources):
        """What comes from them is dropped at these."""
        for name in at:
            rules = "table inet split {\n chain in {\n  type filter hook input priority 0;\n  ip saddr { %s } drop\n }\n}\n" % (
                ", ".join(self.address(s) for s in sources))
            self.inside(name, "nft", "-f", "-", text_in=rules.encode())

    def heal(self):
        for name in self.names:
            self.inside(name, "nft", "flush", "ruleset")


def missing():
    """Why it cannot be tested here; None when it can."""
    if os.geteuid() != 0:
        return "not root"
    for tool in ("ip", "nft"):
        if not shutil.which(tool):
            return "no %s here: apt-get install iproute2 nftables" % tool
    try:
        with Namespaces(["a"]) as probe:
            probe.drop(["a"], ["a"])
    except Exception as error:
        return "no network namespaces or nft here: %s" % str(error).splitlines()[-1]
    return None


def enter(node, namespaces):
    """Puts the node in its namespace; it is asked through its own command line there."""
    wrapper = node.home.parent / ("in-" + node.name)
    wrapper.write_text("#!/bin/sh\nexec ip netns exec %s%s %s \"$@\"\n" % (namespaces.prefix, node.name, node.program))
    wrapper.chmod(0o755)
    node.program = str(wrapper)
    node.listen = "tcp://%s:7701" % namespaces.address(node.name)
    node.get = lambda path: node.json(*{"council": ("council", "status")}.get(path, (path,)))


def holds(node, *ids):
    rows = node.json("sql", "select contract from contracts")["rows"]
    return {row[0] for row in rows} >= set(ids)


def root(node):
    return node.json("status")["as_of"]["heads_root"]


class Split:
    def __init__(self, mesh, namespaces):
        self.nodes, self.namespaces, self.count, self.ids = mesh.nodes, namespaces, 0, []

    def publish(self, name):
        self.count += 1
        identity = "%s-%d" % (name, self.count)
        path = self.nodes[name].home.parent / (identity + ".yaml")
        path.write_text(contract(identity))
        self.nodes[name].cli("publish", path)
        self.ids.append(identity)
        return identity

    def everywhere(self, nodes, ids, seconds=40):
        return max(until("%s has %s" % (n, ids), seconds, lambda n=n: holds(self.nodes[n], *ids))[1] for n in nodes)

    def goes_on(self):
        """Each half publishes and finds its own."""
        for half in HALVES:
            took = self.everywhere(half, [self.publish(half[0]), self.publish(half[1])])
        return "the second half after %.0f ms" % took

    def apart(self):
        for half, other in (HALVES, HALVES[::-1]):
            theirs = [i for i in self.ids[-4:] if i.split("-")[0] in other]
            claim(theirs and not any(holds(self.nodes[n], i) for n in half for i in theirs), "it went through the split: %s", theirs)

    def links_given_up(self):
        def crossing():
            return [link for name in HALVES[0] for link in self.nodes[name].json("peers")["links"]
                    if link["up"] and link["domain"] in HALVES[1]]
        until("no link crosses the split", 40, lambda: not crossing())

    def healed(self):
        self.namespaces.heal()
        took = self.everywhere(self.nodes, self.ids, 90)
        until("one heads root", 20, lambda: len({root(n) for n in self.nodes.values()}) == 1)
        return "after %.0f ms" % took


def main():
    with Stage("partition: halves of a mesh, with nft between them", nodes=NODES) as stage:
        why = missing()
        if why:
            stage.skip(why)
        else:
            with Namespaces(["n%d" % i for i in range(NODES)]) as namespaces:
                play(stage, namespaces)
    stage.finish()


def play(stage, namespaces):
    mesh = stage.mesh(*namespaces.names, kind=OneTeamMesh)
    for node in mesh.nodes.values():
        enter(node, namespaces)
    with stage.step("a mesh over namespaces", vital=True):
        mesh.start()
    split = Split(mesh, namespaces)
    with stage.step("what one publishes is found by all") as step:
        step.says = "%.0f ms" % split.everywhere(mesh.nodes, [split.publish("n0")])
    with stage.step("what one half sends is dropped: both go on") as step:
        namespaces.drop(HALVES[1], HALVES[0])
        step.says = split.goes_on()
    with stage.step("healed, all hold all") as step:
        step.says = split.healed()
    with stage.step("dropped both ways: both go on, for longer than links last") as step:
        namespaces.drop(HALVES[1], HALVES[0])
        namespaces.drop(HALVES[0], HALVES[1])
        split.goes_on()
        split.links_given_up()
        step.says = split.goes_on() + ", when no link was left"
        split.apart()
    with stage.step("healed again, all hold all, and it verifies") as step:
        step.says = split.healed()
        for node in mesh.nodes.values():
            claim("FORK" not in pathlib.Path(node.log).read_text(), "%s was told of another history", node.name)
    mesh.stop()


main()
