#!/usr/bin/python3
"""The HTTP door of a real node, attacked from outside: who may speak, what may be sent, and that nothing a client
does can crash it, hang it or make it grow.

doors.py PROGRAM                          makes a home, starts a node of that hanse, and stops it after
doors.py --node URL --token-file FILE     asks one that runs (add --pid to watch its memory)
"""

import argparse
import contextlib
import json
import os
import random
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

TIMEOUT_S = 10  # of the node: a whole request must come within it
PATIENCE_S = TIMEOUT_S + 5
GROWTH_MAX_KB = 192 * 1024  # what all attacks together may add to the node's memory

failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print(f"FAIL {what}", flush=True)


class Node:
    def __init__(self, url, token, pid):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port)
        self.host = parts.netloc
        self.token = token
        self.pid = pid

    def dial(self):
        connection = socket.create_connection(self.address, timeout=PATIENCE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def head(self, line, *headers, host=True):
        lines = [line, *([f"Host: {self.host}"] if host else []), *headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def memory_kb(self):
        if not self.pid:
            return 0
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def read_reply(connection):
    """(status, headers, body), or (0, {}, b"") when the connection was closed instead."""
    data = b""
    try:
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return 0, {}, b""
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        while len(body) < int(headers.get("content-length", 0)):
            more = connection.recv(65536)
            if not more:
                break
            body += more
        return int(lines[0].split()[1]), headers, body
    except ConnectionError:
        return 0, {}, b""


def ask(node, data):
    with node.dial() as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(data)
        return read_reply(connection)


def alive(node, when):
    started = time.monotonic()
    status, _, _ = ask(node, node.head("GET /healthz HTTP/1.1"))
    check(status == 200, f"the node answers {when} (status {status})")
    check(time.monotonic() - started < 3, f"the node answers quickly {when}")


def who_may_speak(node):
    port = node.address[1]
    status = "GET /api/v1/status HTTP/1.1"
    hosts = {
        f"127.0.0.1:{port}": 200, f"localhost:{port}": 200, f"[::1]:{port}": 200, "127.0.0.1": 403, "localhost": 403,
        f"evil.example:{port}": 403, f"localhost.evil.example:{port}": 403, f"127.0.0.1.nip.example:{port}": 403,
        f"0.0.0.0:{port}": 403, f"2130706433:{port}": 403, f"127.0.0.1:{port + 1}": 403, "": 403, f"user@127.0.0.1:{port}": 403,
    }
    for host, expected in hosts.items():
        got, headers, _ = ask(node, node.head(status, f"Host: {host}", host=False))
        check(got == expected, f"Host {host!r}: {got}, not {expected}")
        check(not any(name.startswith("access-control") for name in headers), "there is no CORS")
    check(ask(node, node.head(status, host=False))[0] == 400, "a request without Host is refused")
    origins = {
        f"http://{node.host}": 200, "null": 403, "http://evil.example": 403, f"https://{node.host}": 403,
        f"http://127.0.0.1:{port + 1}": 403, f"http://evil.example:{port}": 403, "file://": 403,
        f"http://{node.host}.evil.example": 403,
    }
    for origin, expected in origins.items():
        got, _, _ = ask(node, node.head(status, f"Origin: {origin}"))
        check(got == expected, f"Origin {origin!r}: {got}, not {expected}")
    for site, expected in {"same-origin": 200, "none": 200, "same-site": 403, "cross-site": 403}.items():
        got, _, _ = ask(node, node.head(status, f"Sec-Fetch-Site: {site}"))
        check(got == expected, f"Sec-Fetch-Site {site}: {got}, not {expected}")
    # What a page elsewhere can send without asking first: a form, or text that is JSON.
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        got, _, _ = ask(node, node.head("POST /api/v1/sql HTTP/1.1", f"Content-Type: {kind}", "Content-Length: 2") + b"{}")
        check(got == 415, f"a body of {kind}: {got}, not 415")


def writes_need_the_token(node):
    line, body = "POST /api/v1/reindex HTTP/1.1", ["Content-Type: application/json", "Content-Length: 2"]
    wrong = ["", "Authorization: Bearer", "Authorization: Bearer x", f"Authorization: Basic {node.token}",
             f"Authorization: Bearer {node.token}x", f"Authorization: Bearer {node.token[:-1]}", f"Cookie: token={node.token}"]
    for header in wrong:
        got, headers, _ = ask(node, node.head(line, *([header] if header else []), *body) + b"{}")
        check(got == 401 and "www-authenticate" in headers, f"writing with {header[:30]!r}: {got}, not 401")
    got, _, _ = ask(node, node.head(line, f"Authorization: Bearer {node.token}", *body) + b"{}")
    check(got == 200, f"writing with the token: {got}")
    got, _, _ = ask(node, node.head(line, f"Authorization: Bearer {node.token}", "Origin: http://evil.example", *body) + b"{}")
    check(got == 403, f"writing with the token from elsewhere: {got}, not 403")


def routes_are_described(node):
    got, headers, body = ask(node, node.head("GET /api/v1/openapi.json HTTP/1.1"))
    check(got == 200, f"openapi.json: {got}")
    described = json.loads(body)
    for path, methods in described["paths"].items():
        target = path.replace("{domain}", "none").replace("{id}", "none")
        wrong = "POST" if "post" not in methods else "DELETE"
        got, headers, _ = ask(node, node.head(f"{wrong} {target} HTTP/1.1", "Content-Length: 0"))
        allowed = {method.strip() for method in headers.get("allow", "").split(",")} - {"HEAD"}
        check(got == 405 and allowed == {method.upper() for method in methods}, f"{wrong} {path}: {got}, allows {allowed}")
    for headers_of in (ask(node, node.head("GET /api/v1/status HTTP/1.1")), ask(node, node.head("GET /none HTTP/1.1"))):
        headers = headers_of[1]
        check(headers.get("x-content-type-options") == "nosniff" and headers.get("cache-control") == "no-store"
              and headers.get("content-security-policy", "").startswith("default-src 'none'"), "the guarding headers")
    got, _, body = ask(node, node.head("GET /api/v1/contracts/none/none HTTP/1.1"))
    check(got == 404 and json.loads(body)["type"] == "urn:hanse:error:not-found", f"a contract that is not there: {got}")


def until_closed(node, begin, dribble, what):
    """Sends a byte a second: the node must close it soon after its time is up."""
    with node.dial() as connection:
        connection.sendall(begin)
        started = time.monotonic()
        closed = False
        while not closed and time.monotonic() - started < PATIENCE_S:
            try:
                connection.sendall(dribble)
                readable, _, _ = select.select([connection], [], [], 1)
                closed = bool(readable) and (connection.recv(65536) == b"")
            except ConnectionError:
                closed = True
        check(closed, f"{what} is closed within {PATIENCE_S} s")


def slow_clients(node):
    """All at once, since each takes its ten seconds; others are answered meanwhile."""
    attacks = [
        (node.head("GET /api/v1/status HTTP/1.1")[:-2] + b"X: ", b"x", "a header that never ends"),
        (b"G", b"E", "a method that never ends"),
        (node.head("POST /api/v1/sql HTTP/1.1", "Content-Type: application/json", "Content-Length: 1000"), b" ", "a slow body"),
        (node.head("POST /api/v1/sql HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked"),
         b"1\r\n \r\n", "a body of many small chunks"),
        (b"", b"", "a connection that says nothing"),
    ]
    threads = [threading.Thread(target=until_closed, args=(node, *attack)) for attack in attacks for _ in range(10)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        alive(node, "while others are slow")
        time.sleep(0.5)
    for thread in threads:
        thread.join()


def slow_reader(node):
    """Asks for much and reads nothing."""
    with node.dial() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = node.head("GET /api/v1/openapi.json HTTP/1.1")
        connection.settimeout(1)
        sent = 0
        with contextlib.suppress(OSError):
            for _ in range(100000):
                connection.sendall(request)
                sent += len(request)
        check(sent < 16 * 1024 * 1024, "requests of a client that reads nothing are not taken without end")
        alive(node, "while one reads nothing")


def many_connections(node):
    held = []
    try:
        for number in range(400):
            connection = node.dial()
            if number % 2:
                connection.sendall(b"GET /api/v1/st")
            held.append(connection)
        for _ in range(20):
            alive(node, "with 400 connections open")
    finally:
        for connection in held:
            connection.close()


def large_things(node):
    post = "POST /api/v1/sql HTTP/1.1"
    kind = "Content-Type: application/json"
    cases = [
        (node.head("GET / HTTP/1.1", "X: " + "x" * 20000), "a large header"),
        (node.head("GET / HTTP/1.1", *["A: b"] * 6000), "many headers"),
        (node.head("GET /" + "x" * 20000 + " HTTP/1.1"), "a long target"),
        (node.head(post, kind, f"Content-Length: {2 ** 20 + 1}"), "a body over 1 MiB"),
        (node.head(post, kind, f"Content-Length: {2 ** 62}"), "a body of 4 EiB"),
        (node.head(post, kind, "Content-Length: 99999999999999999999999"), "a length over 64 bits"),
        (node.head(post, kind, "Transfer-Encoding: chunked") + b"7fffffffffffffff\r\n", "a chunk of 8 EiB"),
        (node.head(post, kind, "Transfer-Encoding: chunked") + b"100000\r\n" + b" " * 2 ** 20 + b"\r\n" + b"100000\r\n"
         + b" " * 2 ** 20 + b"\r\n0\r\n\r\n", "chunks over 1 MiB"),
    ]
    for data, what in cases:
        with node.dial() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            got = read_reply(connection)[0]
            check(got in (0, 400, 413, 414, 431), f"{what}: {got}")
    deep = b"[" * 500000
    got, _, _ = ask(node, node.head(post, kind, f"Content-Length: {len(deep)}") + deep)
    check(got == 400, f"deep JSON: {got}")
    wide = b'{"a":[' + b"[]," * 300000 + b"[]]}"
    got, _, _ = ask(node, node.head(post, kind, f"Content-Length: {len(wide)}") + wide)
    check(got == 413, f"wide JSON: {got}")


def ambiguous_lengths(node):
    post, kind = "POST /api/v1/sql HTTP/1.1", "Content-Type: application/json"
    inner = node.head("GET /api/v1/status HTTP/1.1")
    cases = [
        node.head(post, kind, "Content-Length: 0", f"Content-Length: {len(inner)}") + inner,
        node.head(post, kind, "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n" + inner,
        node.head(post, kind, "Transfer-Encoding: chunked", "Transfer-Encoding: identity") + b"0\r\n\r\n" + inner,
        node.head(post, kind, "Transfer-Encoding: xchunked") + b"0\r\n\r\n" + inner,
        node.head(post, kind, "Content-Length: 0x2") + b"{}" + inner,
        node.head(post, kind, "Content-Length: -1") + inner,
    ]
    for data in cases:
        with node.dial() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
            got = read_reply(connection)[0]
            check(got in (0, 400), f"an ambiguous length: {got}")
            check(read_reply(connection)[0] != 200, "nothing is smuggled behind an ambiguous length")


def pipelining(node):
    with node.dial() as connection:
        connection.sendall(node.head("HEAD /healthz HTTP/1.1") * 2)
        connection.close()
    with node.dial() as connection:
        connection.sendall(b"".join(node.head(f"GET /none{number} HTTP/1.1") for number in range(200)))
        data = b""
        while data.count(b"HTTP/1.1 404") < 200:
            more = connection.recv(65536)
            if not more:
                break
            data += more
        check(data.count(b"HTTP/1.1 404") == 200, "two hundred pipelined requests are answered")


def noise(node, seed):
    """Requests with bytes changed, cut and doubled: any answer will do, as long as there is a node after."""
    chance = random.Random(seed)
    bases = [
        node.head("GET /api/v1/contracts/a/b?x=%41&y=+ HTTP/1.1", "If-None-Match: \"x\"", "Origin: null"),
        node.head("POST /api/v1/sql HTTP/1.1", "Content-Type: application/json", "Content-Length: 21") + b'{"query":"SELECT 1+1"}',
        node.head("POST /api/v1/sql HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked")
        + b"5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\nTrailer: x\r\n\r\n",
        node.head("POST /api/v1/publish HTTP/1.1", f"Authorization: Bearer {node.token}x", "Expect: 100-continue",
                  "Content-Type: application/json", "Content-Length: 2") + b"{}",
    ]
    for _ in range(1500):
        data = bytearray(chance.choice(bases))
        for _ in range(chance.randint(0, 6)):
            place = chance.randrange(len(data))
            match chance.randrange(4):
                case 0:
                    data[place] = chance.randrange(256)
                case 1:
                    del data[place:place + chance.randint(1, 8)]
                case 2:
                    data[place:place] = data[max(0, place - 16):place]
                case 3:
                    data[place:place] = chance.choice([b"\0", b"\r\n", b"\r", b"\n", b"\xff", b"%", b": ", b"HTTP/1.1"])
            if not data:
                data = bytearray(b"\r\n")
        with node.dial() as connection:
            with contextlib.suppress(ConnectionError):
                connection.sendall(bytes(data))
                if chance.random() < 0.7:
                    connection.shutdown(socket.SHUT_WR)
                    connection.settimeout(PATIENCE_S)
                    connection.recv(65536)
    alive(node, f"after noise (seed {seed})")


@contextlib.contextmanager
def own_node(hanse):
    with tempfile.TemporaryDirectory() as folder:
        home = os.path.join(folder, "home")
        subprocess.run([hanse, "--home", home, "init", "doors", "--recovery-file", os.path.join(folder, "recovery.key"), "-q"],
                       check=True, stdout=subprocess.DEVNULL)
        command = [hanse, "--home", home, "up", "--listen", "tcp://127.0.0.1:0", "--http", "127.0.0.1:0", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                ready = json.loads(process.stdout.readline())
                with open(os.path.join(home, "token"), encoding="ascii") as token:
                    yield Node(ready["url"], token.read().strip(), process.pid)
                check(process.poll() is None, "the node still runs")
            finally:
                started = time.monotonic()
                process.terminate()
                check(process.wait(timeout=30) == 0, f"the node ends well (exit code {process.returncode})")
                check(time.monotonic() - started < 2, "the node stops at once")


def run(node, seed):
    before = node.memory_kb()
    for attack in (who_may_speak, writes_need_the_token, routes_are_described, ambiguous_lengths, pipelining, large_things,
                   many_connections, slow_reader, slow_clients):
        started = time.monotonic()
        attack(node)
        alive(node, f"after {attack.__name__}")
        print(f"{attack.__name__}: {time.monotonic() - started:.1f} s", flush=True)
    noise(node, seed)
    grown = node.memory_kb() - before
    print(f"memory: {before} KB and {grown} KB more", flush=True)
    check(grown < GROWTH_MAX_KB, f"the node has grown by {grown} KB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program", nargs="?", help="the hanse to test: a node of our own is started")
    parser.add_argument("--node", help="the URL of one that runs")
    parser.add_argument("--token-file", help="the token of that one")
    parser.add_argument("--pid", type=int, help="the process of that one")
    parser.add_argument("--seed", type=int, default=random.randrange(2 ** 32))
    given = parser.parse_args()
    if given.program:
        with own_node(given.program) as node:
            run(node, given.seed)
    elif given.node and given.token_file:
        with open(given.token_file, encoding="ascii") as token:
            run(Node(given.node, token.read().strip(), given.pid), given.seed)
    else:
        parser.error("give the program, or --node and --token-file")
    print(f"{len(failures)} failures" + (f"; the same noise again: --seed {given.seed}" if failures else ""))
    sys.exit(1 if failures else 0)


main()
