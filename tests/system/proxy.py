#!/usr/bin/python3
"""A mesh through bad lines: every node reaches the others through a TCP proxy that delays, drips, stalls, cuts and corrupts what
passes (duplicated and reordered bytes are corruption to CURVE, and are sent as that). Nothing unverified is stored, and when the
lines are good again all hold the same, in seconds."""

import json
import random
import selectors
import socket
import threading
import time

from stage import OneTeamMesh, Stage, agree, claim, contract, free_ports, until

NODES = 4
BEHAVIOURS = ("delay", "drip", "stall", "cut", "corrupt", "again")


class Pipe:
    """One direction of a connection."""

    def __init__(self, source, sink):
        self.source, self.sink, self.held, self.due = source, sink, b"", 0.0


class Proxy(threading.Thread):
    """Listens on one port and passes on to another, worse or better."""

    def __init__(self, port, target, seed):
        super().__init__(daemon=True)
        self.target, self.random, self.behaviour = target, random.Random(seed), None
        self.selector, self.pipes, self.over = selectors.DefaultSelector(), {}, False
        self.counts = dict.fromkeys(BEHAVIOURS, 0)
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.selector.register(self.listener, selectors.EVENT_READ)

    def run(self):
        while not self.over:
            for key, _ in self.selector.select(0.005):
                if key.fileobj is self.listener:
                    self.accept()
                elif key.fileobj in self.pipes:
                    self.read(self.pipes[key.fileobj])
            now = time.monotonic()
            for pipe in list(self.pipes.values()):
                if pipe.held and pipe.due <= now and pipe.source in self.pipes:
                    self.write(pipe)

    def accept(self):
        near, _ = self.listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            near.close()
            return
        for source, sink in ((near, far), (far, near)):
            source.setblocking(False)
            self.pipes[source] = Pipe(source, sink)
            self.selector.register(source, selectors.EVENT_READ)

    def end(self, pipe):
        for end in (pipe.source, pipe.sink):
            if self.pipes.pop(end, None):
                self.selector.unregister(end)
                end.close()

    def read(self, pipe):
        if len(pipe.held) > 1 << 20:
            time.sleep(0)  # the sender waits, as for any slow line
            return
        try:
            data = pipe.source.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.end(pipe)
            return
        pipe.held += self.spoil(pipe, data)
        if pipe.source in self.pipes and pipe.due <= time.monotonic():
            self.write(pipe)

    def spoil(self, pipe, data):
        kind, roll = self.behaviour, self.random.random()
        if kind == "delay":
            pipe.due = time.monotonic() + roll * 0.3
        elif kind == "stall" and roll < 0.4:
            pipe.due = time.monotonic() + 2
        elif kind == "cut" and roll < 0.2:
            self.end(pipe)
        elif kind == "corrupt" and roll < 0.2:
            at = self.random.randrange(len(data))
            data = data[:at] + bytes([data[at] ^ 1 << self.random.randrange(8)]) + data[at + 1:]
        elif kind == "again" and roll < 0.2:
            data += data[-64:]
        elif kind != "drip":
            return data
        self.counts[kind] += 1
        return data

    def write(self, pipe):
        data = pipe.held
        if self.behaviour == "drip":
            data = data[:200]
            pipe.due = time.monotonic() + 0.005
        try:
            sent = pipe.sink.send(data)
        except BlockingIOError:
            return
        except OSError:
            self.end(pipe)
            return
        pipe.held = pipe.held[sent:]


def line(node, proxy):
    """The node listens where the proxy connects to, and tells of the proxy."""
    plain = node.init

    def init(domain=None):
        plain(domain)
        path = node.home / "hanse.json"
        settings = json.loads(path.read_text())
        settings.update(listen="tcp://127.0.0.1:%d" % proxy.target, advertise=node.listen)
        path.write_text(json.dumps(settings))

    node.init = init


def publish_all(mesh, prefix):
    for node in mesh.nodes.values():
        node.publish({"c": contract("%s-%s" % (prefix, node.name))})


def main():
    with Stage("proxy: a mesh through lines that delay, drip, stall, cut and corrupt", nodes=NODES) as stage:
        mesh = stage.mesh(*("n%d" % i for i in range(NODES)), kind=OneTeamMesh)
        nodes = list(mesh.nodes.values())
        port = free_ports(NODES)
        proxies = {}
        for i, node in enumerate(nodes):
            proxies[node.name] = Proxy(int(node.listen.rsplit(":", 1)[1]), port + i, stage.args.seed + i)
            proxies[node.name].start()
            line(node, proxies[node.name])
        with stage.step("a mesh through proxies", vital=True):
            mesh.start()
        for kind in BEHAVIOURS:
            with stage.step("lines that %s" % kind) as step:
                for proxy in proxies.values():
                    proxy.behaviour = kind
                publish_all(mesh, kind)
                publish_all(mesh, kind + "-more")
                until("the lines did so", 30, lambda: sum(p.counts[kind] for p in proxies.values()) >= 10)
                for proxy in proxies.values():
                    proxy.behaviour = None
                _, took = agree(nodes, 60)
                for node in nodes:
                    claim(node.get("verify")["verified"], "%s does not verify", node.name)
                step.says = "%d times; all hold the same after %.0f ms" % (sum(p.counts[kind] for p in proxies.values()), took)
        with stage.step("nobody was blamed for what the lines did") as step:
            refused = {}
            for node in nodes:
                for name, count in node.get("status")["refused"].items():
                    refused[name] = refused.get(name, 0) + count
            bad = {name: count for name, count in refused.items() if name in ("BAD_SIGNATURE", "FORK", "WRONG_ROOT")}
            claim(not bad, "%s", json.dumps(bad))
            step.says = json.dumps(refused)
        for proxy in proxies.values():
            proxy.over = True
        mesh.stop()
    stage.finish()


main()
