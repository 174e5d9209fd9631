#!/usr/bin/python3
"""What was acknowledged is never lost: clients publish without a pause, the node is killed with SIGKILL at a moment drawn
from the seed, a hundred times. After each restart every acknowledged contract is there, byte for byte; what is stored
verifies; and a node that replicated all along holds the same journals, so none was signed twice."""

import http.client
import json
import os
import threading
import time

from stage import Stage, agree, claim, contract, until

ROUNDS = 100
CLIENTS = 4
DURING_START = 0.2  # of the rounds: killed while it starts, else while it publishes
LONGEST_S = 0.25


class Client(threading.Thread):
    """Publishes one contract after the other, and remembers which were acknowledged."""

    def __init__(self, node, number, go):
        super().__init__(daemon=True)
        self.node, self.number, self.go = node, number, go
        self.sent = self.refused = 0
        self.acknowledged = []  # (id, text), in order
        self.over = threading.Event()
        self.headers = {"Content-Type": "application/json",
                        "Authorization": "Bearer " + (node.home / "token").read_text().strip()}

    def run(self):
        connection = None
        while not self.over.is_set():
            self.go.wait()
            connection = connection or http.client.HTTPConnection(self.node.http, timeout=30)
            identity = "c-%d-%d" % (self.number, self.sent)
            text = contract(identity)
            body = json.dumps({"files": [{"name": identity, "content": text}]})
            try:
                connection.request("POST", "/api/v1/publish", body, self.headers)
                self.sent += 1
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                connection = None
                self.over.wait(0.002)  # there is no node just now
                continue
            if answer.status == 200:
                self.acknowledged.append((identity, text))
            else:
                self.refused += 1
                if answer.getheader("Retry-After"):
                    self.over.wait(0.01)  # it has just started, and signs nothing yet


class Reader:
    """Compares documents over one connection."""

    def __init__(self, node):
        self.connection = http.client.HTTPConnection(node.http, timeout=30)

    def lost(self, documents):
        """Those that are missing or differ."""
        gone = []
        for identity, text in documents:
            self.connection.request("GET", "/api/v1/contracts/writer/%s/raw" % identity)
            answer = self.connection.getresponse()
            if answer.read() != text.encode() or answer.status != 200:
                gone.append(identity)
        return gone


def total(clients):
    return sum(len(c.acknowledged) for c in clients)


def kill_at_random(stage, node, clients):
    """Kills it, in some rounds before it is up again; leaves it dead."""
    before = total(clients)
    until("publishes are acknowledged", 20, lambda: total(clients) > before)
    time.sleep(stage.random.uniform(0, LONGEST_S))  # the moment of the kill
    node.kill()
    if stage.random.random() < DURING_START:
        ready = node.start()
        time.sleep(stage.random.uniform(0, LONGEST_S / 4))
        node.kill()
        os.close(ready)


def rounds(stage, node, clients, go, checked):
    for number in range(stage.args.rounds or ROUNDS):
        go.set()
        kill_at_random(stage, node, clients)
        go.clear()  # else the clients publish faster than one reader checks
        node.up()
        reader = Reader(node)
        for client in clients:
            end = len(client.acknowledged)
            lost = reader.lost(client.acknowledged[checked[client.number]:end])
            claim(not lost, "round %d: %d acknowledged contracts are lost: %s", number + 1, len(lost), lost[:5])
            checked[client.number] = end
        if number % 10 == 9:
            claim(node.get("verify") is not None, "round %d: what is stored does not verify", number + 1)
            print("      %3d kills, %6d acknowledged and there" % (number + 1, sum(checked)))


def main():
    with Stage("kill9: what was acknowledged survives kill -9", nodes=2) as stage:
        mesh = stage.mesh("writer", "follower")
        writer, follower = mesh.nodes.values()
        mesh.start()
        go = threading.Event()
        clients = [Client(writer, i, go) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        with stage.step("every acknowledged publish is there after each kill") as step:
            try:
                rounds(stage, writer, clients, go, [0] * CLIENTS)
            finally:
                for client in clients:
                    client.over.set()
                go.set()
                for client in clients:
                    client.join(40)
            step.says = "%d acknowledged, %d refused while it asked the mesh, %d without an answer" % (
                total(clients), sum(c.refused for c in clients),
                sum(c.sent - c.refused for c in clients) - total(clients))
        with stage.step("the second node agrees: nothing was signed twice") as step:
            root, took = agree((writer, follower))
            refused = follower.get("status").get("refused", {})
            claim("FORK" not in refused, "the follower was told of another history: %s", refused)
            step.says = "heads root %s… after %.0f ms" % (root[:12], took)
        for node in (writer, follower):
            with stage.step("all of it at %s, byte for byte, and it verifies" % node.name) as step:
                for client in clients:
                    lost = Reader(node).lost(client.acknowledged)
                    claim(not lost, "%d are missing: %s", len(lost), lost[:5])
                claim(node.get("verify")["verified"], "it does not verify")
                step.says = "%d contracts" % total(clients)
        mesh.stop()
    stage.finish()


main()
