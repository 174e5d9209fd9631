#!/usr/bin/python3
"""A storm of kill -9: every node of a mesh publishes without a pause and is killed with SIGKILL at moments drawn from the seed,
each on its own, often while it starts, again and again. After every start the node has all that it had acknowledged. At
the end nothing acknowledged is missing anywhere, all of it verifies, and all nodes hold the same journals, so nothing was
signed twice. `tests/system/storm.py build/release/hanse --rounds 10000` is the long one; it takes a quarter of an hour or more."""

import heapq
import json
import os
import pathlib
import select
import socket
import time

from stage import OneTeamMesh, Stage, agree, claim, contract

KILLS = 100
NODES = 6
UP_S = 0.3  # the longest that a node is left to publish after it is ready
EARLY = 0.15  # of the kills: while it starts
START_S = 0.06  # about what a start takes
GIVE_UP_S = 30  # a node that neither answers nor gets ready for so long is a failure


class Wire:
    """One HTTP connection that is never waited for."""

    def __init__(self, node):
        host, port = node.http.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=5)
        self.socket.setblocking(False)
        self.headers = "Host: %s\r\nAuthorization: Bearer %s\r\n" % (node.http, (node.home / "token").read_text().strip())
        self.got = b""

    def ask(self, method, path, body=""):
        self.got = b""
        self.socket.send(("%s /api/v1/%s HTTP/1.1\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
            method, path, self.headers, len(body), body)).encode())

    def read(self):
        """(status, body) when the answer is whole; None: not yet. OSError when the connection is gone."""
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionResetError
        self.got += more
        head, end, body = self.got.partition(b"\r\n\r\n")
        if not end:
            return None
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return (int(head.split()[1]), body) if len(body) == length else None


class Author:
    """A node of the storm: started, asked for what it acknowledged, published at, killed."""

    def __init__(self, storm, node):
        self.storm, self.node = storm, node
        self.acknowledged = []  # numbers of contracts, in order
        self.sent = self.refused = self.kills = self.early = 0
        self.since = time.monotonic()
        self.wire = self.ready = None

    def text(self, number):
        return contract("%s-%d" % (self.node.name, number))

    def start(self):
        self.ready = self.node.start()
        self.since = time.monotonic()
        self.storm.watch(self.ready, self.is_ready)
        if self.storm.random.random() < EARLY:
            self.storm.at(self.since + self.storm.random.uniform(0, 2 * START_S), self.kill_early, self.kills)

    def is_ready(self):
        byte = os.read(self.ready, 1)
        self.close_ready()
        claim(byte, "%s did not start; its log: %s", self.node.name, self.node.log.read_text()[-800:])
        self.since = time.monotonic()
        self.storm.at(self.since + self.storm.random.uniform(0, UP_S), self.kill, self.kills)
        self.wire = Wire(self.node)
        self.storm.watch(self.wire.socket.fileno(), self.answered)
        if self.acknowledged:
            self.wire.ask("GET", "contracts/%s/%s-%d/raw" % (self.node.name, self.node.name, self.acknowledged[-1]))
            self.on_answer = self.has_last
        else:
            self.publish()

    def has_last(self, status, body):
        """The last one acknowledged, for the journal is a chain: with it stands what came before."""
        number = self.acknowledged[-1]
        claim(status == 200 and body == self.text(number).encode(), "%s lost %d, which it had acknowledged: HTTP %d",
              self.node.name, number, status)
        self.storm.checked += 1
        self.publish()

    def publish(self):
        number = self.sent
        self.sent += 1
        self.wire.ask("POST", "publish", json.dumps({"files": [{"name": "c", "content": self.text(number)}]}))
        self.on_answer = lambda status, body: self.published(number, status)

    def published(self, number, status):
        if status == 200:
            self.acknowledged.append(number)
        else:
            self.refused += 1  # it asks the mesh first, after a kill between fence and database
        self.publish()

    def answered(self):
        try:
            answer = self.wire.read()
            self.since = time.monotonic()
            if answer:
                self.on_answer(*answer)
        except OSError:
            self.disconnect()

    def kill_early(self, kills):
        if kills == self.kills and self.ready is not None:
            self.early += 1
            self.kill(kills)

    def kill(self, kills):
        if kills != self.kills:
            return  # it was killed while it started
        self.kills += 1
        self.node.kill()
        self.disconnect()
        self.close_ready()
        if not self.storm.over():
            self.start()

    def disconnect(self):
        if self.wire:
            self.storm.unwatch(self.wire.socket.fileno())
            self.wire.socket.close()
        self.wire = None

    def close_ready(self):
        if self.ready is not None:
            self.storm.unwatch(self.ready)
            os.close(self.ready)
        self.ready = None


class Storm:
    """One loop over all nodes: what is readable, and what is due."""

    def __init__(self, stage, nodes, kills):
        self.random, self.wanted = stage.random, kills
        self.poll, self.watched, self.due, self.order = select.epoll(), {}, [], 0
        self.checked = 0
        self.authors = [Author(self, node) for node in nodes]

    def watch(self, fd, call):
        self.watched[fd] = call
        self.poll.register(fd, select.EPOLLIN)

    def unwatch(self, fd):
        if self.watched.pop(fd, None):
            self.poll.unregister(fd)

    def at(self, when, call, *arguments):
        self.order += 1
        heapq.heappush(self.due, (when, self.order, call, arguments))

    def kills(self):
        return sum(a.kills for a in self.authors)

    def over(self):
        return self.kills() >= self.wanted

    def run(self):
        """Until the last kill: then all nodes are dead."""
        told = time.monotonic()
        for author in self.authors:
            author.node.kill()
            author.start()
        while any(a.ready is not None or a.wire for a in self.authors) or self.due:
            wait = max(0, self.due[0][0] - time.monotonic()) if self.due else 1
            for fd, _ in self.poll.poll(min(wait, 1)):
                if fd in self.watched:
                    self.watched[fd]()
            now = time.monotonic()
            while self.due and self.due[0][0] <= now:
                _, _, call, arguments = heapq.heappop(self.due)
                call(*arguments)
            for author in self.authors:
                waits = author.ready is not None or author.wire
                claim(not waits or now - author.since < GIVE_UP_S, "%s hangs", author.node.name)
            if now - told > 20:
                told = now
                print("      %5d kills, %6d acknowledged" % (self.kills(), sum(len(a.acknowledged) for a in self.authors)))


def lost_at(node, author):
    """The author's acknowledged contracts that a node does not have, or not byte for byte."""
    wire, lost = Wire(node), []
    wire.socket.setblocking(True)
    for number in author.acknowledged:
        wire.ask("GET", "contracts/%s/%s-%d/raw" % (author.node.name, author.node.name, number))
        answer = None
        while answer is None:
            answer = wire.read()
        if answer != (200, author.text(number).encode()):
            lost.append(number)
    return lost


def told_of_a_fork(nodes):
    return [n.name for n in nodes if "(FORK)" in pathlib.Path(n.log).read_text(errors="replace")]


def main():
    with Stage("storm: kill -9 of every node, again and again, while all publish", nodes=NODES) as stage:
        mesh = stage.mesh(*("n%d" % i for i in range(NODES)), kind=OneTeamMesh)
        nodes = list(mesh.nodes.values())
        mesh.start()
        storm = Storm(stage, nodes, stage.args.rounds or KILLS)
        with stage.step("after each start the last acknowledged one is there", vital=True) as step:
            start = time.monotonic()
            storm.run()
            took = time.monotonic() - start
            count = sum(len(a.acknowledged) for a in storm.authors)
            step.says = "%d kills, %d of them while starting, %.1f a second; %d checks; %d acknowledged, %d refused, %d sent" % (
                storm.kills(), sum(a.early for a in storm.authors), storm.kills() / took, storm.checked, count,
                sum(a.refused for a in storm.authors), sum(a.sent for a in storm.authors))
        for node in nodes:
            node.up()
        with stage.step("all nodes come to hold the same") as step:
            root, ms = agree(nodes, 60)
            forked = told_of_a_fork(nodes)
            claim(not forked, "told of another history: %s", forked)
            step.says = "heads root %s… after %.0f ms, no fork" % (root[:12], ms)
        with stage.step("each acknowledged one is there, byte for byte") as step:
            for i, author in enumerate(storm.authors):
                for node in (author.node, nodes[(i + 1) % len(nodes)]):
                    lost = lost_at(node, author)
                    claim(not lost, "%s lacks %d of %s: %s", node.name, len(lost), author.node.name, lost[:5])
            step.says = "%d, at its author and at another" % count
        with stage.step("what is stored verifies") as step:
            for node in nodes:
                claim(node.get("verify")["verified"], "it does not at %s", node.name)
            step.says = "at all %d nodes" % len(nodes)
        mesh.stop()
    stage.finish()


main()
