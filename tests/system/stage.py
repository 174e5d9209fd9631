"""The stage of a system test: a folder, free ports, a count of what held. At the end nothing of it is left.

    with Stage("what is claimed", nodes=3) as stage:
        mesh = stage.mesh("orders", "payments")
        with stage.step("a kill is survived") as step:
            ...
            step.says = "in 12 ms"
    stage.finish()
"""

import argparse
import contextlib
import os
import pathlib
import random
import shutil
import socket
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
SHARED = TOP.parent / "shared"
sys.path.insert(0, str(TOP / "deploy" / "demo.d"))

from shop import Failed, Mesh, Node, Refused, run, until  # noqa: E402,F401  what the tests use

SKIP = 77
# Below those that the kernel gives to clients; tests that run at once get ranges of their own.
FIRST_PORT, LAST_PORT = (int(port) for port in os.environ.get("HANSE_PORTS", "20000-32000").split("-"))


class OneTeamMesh(Mesh):
    """A mesh whose council is one team: no members, the first node signs for it alone, and is admitted from the start."""

    def found(self):
        self.first.init()
        self.first.cli("council", "new")
        self.first.up()

    def admit(self, *names):
        path = self.folder / ("admit-%s.json" % names[0])
        self.first.cli("council", "propose", "admit", *names, "-o", path)
        run(self.program, "council", "sign", path, "--key", self.first.home / "council" / "member.key")
        self.first.cli("council", "enact", path)


class Step:
    says = ""


class Stage:
    def __init__(self, title, nodes=4):
        parser = argparse.ArgumentParser(description=title)
        parser.add_argument("program", help="the hanse to test")
        parser.add_argument("--seed", type=int, default=20261122, help="of all that is drawn")
        parser.add_argument("--keep", action="store_true", help="keep the nodes' homes and logs, and say where")
        parser.add_argument("--attacker", help="the program tests/system/attacker.c (strangers.py)")
        parser.add_argument("--clock-shim", help="the library of tests/system/clock_shim.c (faults.py)")
        parser.add_argument("--rounds", type=int, help="how many, where a test has rounds")
        self.args = parser.parse_args()
        self.random = random.Random(self.args.seed)
        self.program = str(pathlib.Path(self.args.program).resolve())
        self.passed = self.failed = self.skipped = 0
        self.nodes = []
        self.port_count = 2 * nodes
        sys.stdout.reconfigure(line_buffering=True)
        print("%s (seed %d)" % (title, self.args.seed))

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hanse-system-"))
        self.port = free_ports(self.port_count)
        self.started = time.monotonic()
        return self

    def __exit__(self, kind, error, trace):
        self.ends = ["%s ended with %d" % (node.name, node.process.returncode) for node in self.nodes
                     if node.process and node.process.poll() is not None]
        for node in self.nodes:
            if node.process and node.process.poll() is None:
                node.kill()
        if isinstance(error, Failed):
            self.failed += 1
            print("FAIL  %s" % error)
        if self.args.keep:
            print("kept: %s" % self.folder)
        else:
            if self.failed or error:
                self.show_logs()
            shutil.rmtree(self.folder, ignore_errors=True)
        return isinstance(error, Failed)

    def show_logs(self):
        print("\n".join(self.ends) if self.ends else "every node that was started runs")
        for path in sorted((self.folder / "logs").glob("*.log")):
            lines = path.read_text(errors="replace").splitlines()
            print("--- %s, its last lines of %d" % (path.name, len(lines)))
            print("\n".join(lines[-12:]))

    def node(self, name):
        node = Node(self.program, self.folder, name, self.port + 2 * len(self.nodes))
        node.tied = True
        self.nodes.append(node)
        return node

    def mesh(self, *names, kind=OneTeamMesh):
        mesh = kind(self.program, self.folder, names, self.port + 2 * len(self.nodes))
        for node in mesh.nodes.values():
            node.tied = True
            self.nodes.append(node)
        return mesh

    @contextlib.contextmanager
    def step(self, title, vital=False):
        """What holds in it is counted as passed; a Failed as failed, and the test goes on unless it is vital."""
        step = Step()
        start = time.monotonic()
        try:
            yield step
        except Failed as failure:
            if vital:
                raise Failed("%s: %s" % (title, failure))
            self.failed += 1
            print("FAIL  %s: %s" % (title, failure))
        else:
            self.passed += 1
            print("ok    %-58s %7.0f ms  %s" % (title, (time.monotonic() - start) * 1000, step.says))

    def skip(self, why):
        self.skipped += 1
        print("skip  %s" % why)

    def finish(self):
        tail = ", %d skipped" % self.skipped if self.skipped else ""
        print("%.1f s" % (time.monotonic() - self.started))
        print("%d passed, %d failed%s" % (self.passed, self.failed, tail))
        sys.exit(1 if self.failed else SKIP if self.skipped and not self.passed else 0)


def free_ports(count):
    """The first of so many ports in a row that nobody holds."""
    for _ in range(200):
        first = random.SystemRandom().randrange(FIRST_PORT, LAST_PORT - count)
        with contextlib.ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise Failed("no %d free ports in a row" % count)


def claim(holds, text, *values):
    """Fails with the text unless it holds."""
    if not holds:
        raise Failed(text % values if values else text)


def contract(identity, version="1.0.0", **more):
    """A small ODCS contract, as its author wrote it."""
    text = "# %s, as its author wrote it\napiVersion: v3.1.0\nkind: DataContract\nid: %s\nversion: %s\nstatus: active\n" % (
        identity, identity, version)
    text += "".join("%s: %s\n" % item for item in more.items())
    return text + "schema:\n- name: %s\n  properties:\n  - name: id\n    logicalType: string\n" % identity.replace("-", "_")


def kib(node, what):
    """VmRSS, VmPeak … of a node's process, in KiB."""
    status = pathlib.Path("/proc/%d/status" % node.process.pid).read_text()
    return int(status.split(what + ":")[1].split()[0])


def heads_root(node):
    answer = node.get("status")
    return answer["as_of"]["heads_root"] if answer else None


def agree(nodes, seconds=20):
    """All nodes hold the same journals; gives the one root and the milliseconds that took."""
    def same():
        roots = {heads_root(n) for n in nodes}
        return roots.pop() if len(roots) == 1 and None not in roots else None
    return until("the nodes agree on the heads root", seconds, same)
