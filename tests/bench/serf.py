"""serf agents on loopback, driven over their RPC port as `serf monitor` and `serf event` do it: one client holds a connection to
each, so no process is started for an event."""

import math
import pathlib
import select
import signal
import socket
import subprocess
import sys
import time

import msgpack

import build

sys.path.insert(0, str(build.TOP / "deploy" / "demo.d"))
from shop import Failed, tie_to_parent, until  # noqa: E402
from watch import paced  # noqa: E402

LATE_MS = 3000  # slower than any gossip
LOST_S = 20  # after the last event: its agents exchange all they know every 15 s, so what gossip missed has come by then


class Agent:
    def __init__(self, name, port, join, log):
        self.rpc = ("127.0.0.1", port + 1)
        command = ["serf", "agent", "-node=" + name, "-bind=127.0.0.1:%d" % port, "-rpc-addr=127.0.0.1:%d" % (port + 1),
                   "-profile=local", "-log-level=err"]
        if join:
            command += ["-retry-join=127.0.0.1:%d" % join, "-retry-interval=1s"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=tie_to_parent)
        self.sequence = 0

    def connect(self):
        self.socket = until("serf's agent answers", 10, self.try_connect)[0]
        self.socket.settimeout(10)
        self.unpacker = msgpack.Unpacker(raw=False)
        self.call("handshake", {"Version": 1})

    def try_connect(self):
        try:
            return socket.create_connection(self.rpc, timeout=10)
        except OSError:
            return None

    def read(self):
        """The next value that it sent."""
        while True:
            for value in self.unpacker:
                return value
            self.unpacker.feed(self.socket.recv(65536))

    def call(self, command, body=None, answers=False):
        self.sequence += 1
        message = msgpack.packb({"Command": command, "Seq": self.sequence}, use_bin_type=False)
        if body is not None:
            message += msgpack.packb(body, use_bin_type=False)
        self.socket.sendall(message)
        head = self.read()
        if head["Error"]:
            raise Failed("serf: %s: %s" % (command, head["Error"]))
        return self.read() if answers else None

    def knows(self, count):
        return len(self.call("members", answers=True)["Members"]) == count

    def told(self):
        """The names of the events that have come, without waiting for more than one piece of them."""
        self.unpacker.feed(self.socket.recv(65536))
        return [value["Name"] for value in self.unpacker if "Name" in value]


class Cluster:
    def __init__(self, count, port, folder):
        self.log = open(pathlib.Path(folder) / "serf.log", "ab")
        self.agents = [Agent("s%02d" % i, port + 2 * i, port if i else 0, self.log) for i in range(count)]

    def __enter__(self):
        for agent in self.agents:
            agent.connect()
        for agent in self.agents:
            until("serf's agents know each other", 60, lambda a=agent: a.knows(len(self.agents)))
        for agent in self.agents[1:]:
            agent.call("stream", {"Type": "user"})
        return self

    def __exit__(self, *_):
        for agent in self.agents:
            agent.process.send_signal(signal.SIGKILL)
        for agent in self.agents:
            agent.process.wait()
        self.log.close()

    def events(self, count, rate):
        """Sends events at the first agent; of each the milliseconds until the last of the others told of it, infinite when
        some did not."""
        self.sent, self.last, self.missing = {}, {}, {}
        for number in paced(count, rate, self.listen):
            name = "event-%d" % number
            self.sent[name], self.missing[name] = time.monotonic(), len(self.agents) - 1
            self.agents[0].call("event", {"Name": name, "Payload": b"x" * 64, "Coalesce": False})
        end = time.monotonic() + LOST_S
        while any(self.missing.values()) and time.monotonic() < end:
            self.listen(0.1)
        return [math.inf if self.missing[name] else (self.last[name] - sent) * 1000 for name, sent in self.sent.items()]

    def listen(self, seconds):
        """Takes what the agents tell, for so long."""
        end = time.monotonic() + seconds
        by_socket = {agent.socket: agent for agent in self.agents[1:]}
        while (left := end - time.monotonic()) > 0:
            for each in select.select(list(by_socket), [], [], left)[0]:
                for name in by_socket[each].told():
                    self.missing[name] -= 1
                    self.last[name] = time.monotonic()
