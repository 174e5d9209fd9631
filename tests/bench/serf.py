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

LOST_S = 5


class Agent:
    def __init__(self, name, port, join, log):
        self.rpc = ("127.0.0.1", port + 1)
        command = ["serf", "agent", "-node=" + name, "-bind=127.0.0.1:%d" % port, "-rpc-addr=127.0.0.1:%d" % (port + 1),
                   "-profile=local", "-log-level=err"]
        if join:
            command.append("-retry-join=127.0.0.1:%d" % join)
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


class Cluster:
    def __init__(self, count, port, folder):
        self.log = open(pathlib.Path(folder) / "serf.log", "ab")
        self.agents = [Agent("s%02d" % i, port + 2 * i, port if i else 0, self.log) for i in range(count)]

    def __enter__(self):
        for agent in self.agents:
            agent.connect()
        until("serf's agents know each other", 60, lambda: all(
            len(a.call("members", answers=True)["Members"]) == len(self.agents) for a in self.agents))
        for agent in self.agents[1:]:
            agent.call("stream", {"Type": "user"})
        return self

    def __exit__(self, *_):
        for agent in self.agents:
            agent.process.send_signal(signal.SIGKILL)
        for agent in self.agents:
            agent.process.wait()
        self.log.close()

    def event(self, number):
        """Sends an event at the first agent; milliseconds until the last of the others told of it, infinite when some did not."""
        name = "event-%d" % number
        start = last = time.monotonic()
        self.agents[0].call("event", {"Name": name, "Payload": "x" * 64, "Coalesce": False})
        missing = {a.socket: a for a in self.agents[1:]}
        while missing:
            ready, _, _ = select.select(list(missing), [], [], LOST_S)
            if not ready:
                return math.inf
            last = time.monotonic()
            for each in ready:
                if self.told(missing[each], name):
                    del missing[each]
        return (last - start) * 1000

    @staticmethod
    def told(agent, name):
        agent.unpacker.feed(agent.socket.recv(65536))
        return any(value.get("Name") == name for value in agent.unpacker)
