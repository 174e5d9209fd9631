#!/usr/bin/python3
"""Abuse of a running node's mesh port by somebody without a key: hostile_wire.py HOST PORT [--pid PID] [--connects N].

Loopback only. Each attack says what it counted; the exit code is 1 when a connection stayed open for longer than the
handshake may last, when the node greets nobody any more, or when (with --pid) its memory grew by more than 8 MiB.
"""

import argparse
import ipaddress
import os
import selectors
import socket
import struct
import sys
import time

HANDSHAKE_S = 5.0  # SOCKET_HANDSHAKE_MS of node/mesh/socket_options.h
PATIENCE_S = HANDSHAKE_S + 4.0
BATCH = 200  # connections open at once
GROWTH_KIB = 8 * 1024

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x01" + b"CURVE".ljust(20, b"\0") + b"\0" + bytes(31)
GIB = 1 << 30


def command(name, body):
    """A ZMTP command frame."""
    content = bytes([len(name)]) + name + body
    return b"\x04" + bytes([len(content)]) + content if len(content) < 256 else b"\x06" + struct.pack(">Q", len(content)) + content


class Target:
    def __init__(self, host, port):
        self.address = (host, port)

    def connect(self):
        made = socket.create_connection(self.address, timeout=PATIENCE_S)
        made.setblocking(False)
        return made


def send(connection, data):
    """Whether it went out whole; a node that hung up is no fault of ours."""
    try:
        return connection.send(data) == len(data)
    except OSError:
        return False


def await_close(connections, patience_s):
    """Closes each as the node closes it; (closed, still open, seconds until the last)."""
    selector = selectors.DefaultSelector()
    for connection in connections:
        selector.register(connection, selectors.EVENT_READ)
    begun = time.monotonic()
    last = 0.0
    closed = 0
    while closed < len(connections) and time.monotonic() - begun < patience_s:
        for key, _ in selector.select(0.1):
            try:
                if key.fileobj.recv(65536):
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            selector.unregister(key.fileobj)
            closed += 1
            last = time.monotonic() - begun
    selector.close()
    for connection in connections:
        connection.close()
    return closed, len(connections) - closed, last


def greets(target):
    """Whether the node still answers a stranger's greeting with its own."""
    try:
        with socket.create_connection(target.address, timeout=PATIENCE_S) as connection:
            connection.sendall(GREETING)
            got = b""
            while len(got) < 64:
                more = connection.recv(64 - len(got))
                if not more:
                    return False
                got += more
            return got[:1] == b"\xff" and got[12:17] == b"CURVE"
    except OSError:
        return False


def rss_kib(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


def after_greeting(target, data, count):
    connections = []
    for _ in range(count):
        connection = target.connect()
        send(connection, GREETING)
        send(connection, data)
        connections.append(connection)
    return connections


def giant_frames(target, args):
    """Frame headers that promise 9 GiB, as a command and as a message, and one of 2^63 - 1 bytes."""
    headers = (b"\x06" + struct.pack(">Q", 9 * GIB), b"\x02" + struct.pack(">Q", 9 * GIB), b"\x06" + struct.pack(">Q", (1 << 63) - 1))
    connections = [c for header in headers for c in after_greeting(target, header, 10)]
    return await_close(connections, HANDSHAKE_S / 2)


def garbage(target, args):
    """What is no ZMTP: HTTP, TLS, zeros, noise."""
    noise = (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), bytes(4096), os.urandom(4096))
    connections = []
    for data in noise * 10:
        connections.append(target.connect())
        send(connections[-1], data)
    return await_close(connections, PATIENCE_S)


def other_mechanisms(target, args):
    """NULL and PLAIN, where only CURVE is spoken."""
    connections = []
    for name in (b"NULL", b"PLAIN") * 10:
        connections.append(target.connect())
        send(connections[-1], GREETING[:12] + name.ljust(20, b"\0") + GREETING[32:])
        send(connections[-1], command(b"READY", b"\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00"))
    return await_close(connections, PATIENCE_S)


def forged_hellos(target, args):
    """CURVE handshakes whose boxes do not open, too short ones and far too long ones."""
    bodies = (b"\x01\x00" + bytes(72) + bytes(32) + bytes(8) + os.urandom(80), b"\x01\x00", b"\x01\x00" + bytes(1000000))
    connections = [c for body in bodies for c in after_greeting(target, command(b"HELLO", body), 10)]
    return await_close(connections, PATIENCE_S)


def half_open(target, args):
    """Connections that say nothing, or stop after the greeting."""
    connections = [target.connect() for _ in range(50)] + after_greeting(target, b"", 50)
    return await_close(connections, PATIENCE_S)


def slow_loris(target, args):
    """A byte of the greeting twice a second: the handshake's clock must not start again with each."""
    connections = [target.connect() for _ in range(50)]
    begun = time.monotonic()
    at = 0
    while time.monotonic() - begun < HANDSHAKE_S + 1 and at < len(GREETING):
        for connection in connections:
            send(connection, GREETING[at : at + 1])
        at += 1
        time.sleep(0.5)  # the attack's own pace
    return await_close(connections, PATIENCE_S - HANDSHAKE_S)


def many_connects(target, args):
    """Many connections in bounded batches, some greeted, all dropped without a word."""
    failed = 0
    begun = time.monotonic()
    for first in range(0, args.connects, BATCH):
        connections = []
        for number in range(first, min(first + BATCH, args.connects)):
            try:
                connections.append(target.connect())
            except OSError:
                failed += 1
                continue
            if number % 2:
                send(connections[-1], GREETING)
        for connection in connections:
            connection.close()
    return args.connects - failed, failed, time.monotonic() - begun


ATTACKS = (giant_frames, garbage, other_mechanisms, forged_hellos, half_open, slow_loris, many_connects)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--pid", type=int, help="the node's process, to see its memory")
    parser.add_argument("--connects", type=int, default=10000)
    args = parser.parse_args()
    if not ipaddress.ip_address(args.host).is_loopback:
        parser.error("only loopback is attacked")
    target = Target(args.host, args.port)
    if not greets(target):
        print("nobody greets there")
        return 1
    before = rss_kib(args.pid) if args.pid else 0
    bad = False
    for attack in ATTACKS:
        done, undone, seconds = attack(target, args)
        alive = greets(target)
        bad = bad or undone > 0 or not alive
        print(f"{attack.__name__}: {done} ended, {undone} did not, {seconds:.1f} s{'' if alive else '; THE NODE GREETS NO MORE'}", flush=True)
    if args.pid:
        deadline = time.monotonic() + 15
        grown = rss_kib(args.pid) - before
        while grown > GROWTH_KIB and time.monotonic() < deadline:
            time.sleep(0.2)  # polls: memory goes back when the node has been idle for a second
            grown = rss_kib(args.pid) - before
        bad = bad or grown > GROWTH_KIB
        print(f"memory: {grown:+d} KiB")
    return 1 if bad else 0


sys.exit(main())
