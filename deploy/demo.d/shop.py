"""Real nodes on loopback: start, stop, kill, ask. Used by the demo and by the system tests."""

import ctypes
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
RETRY_S = 10  # how long a node that has just started is asked again


class Failed(Exception):
    """A step did not hold; the text says which and how."""


class Refused(Failed):
    """A node said no over HTTP."""

    def __init__(self, status, said):
        super().__init__("HTTP %d: %s" % (status, said))
        self.status = status


def run(*command, ok=(0,), text_in=None):
    """Runs a command and gives its standard output; an exit code that is not expected is a failure."""
    given = {"input": text_in} if text_in is not None else {"stdin": subprocess.DEVNULL}
    done = subprocess.run([str(c) for c in command], capture_output=True, timeout=120, **given)
    if done.returncode not in ok:
        raise Failed("%s\n  exit %d\n  %s" % (" ".join(str(c) for c in command), done.returncode,
                                              (done.stderr or done.stdout).decode(errors="replace").strip()))
    return done.stdout


def until(what, seconds, check, pause_s=0.005):
    """Waits until check() gives something true, and gives it back with the milliseconds that took."""
    start = time.monotonic()
    while True:
        result = check()
        took = (time.monotonic() - start) * 1000
        if result:
            return result, took
        if took > seconds * 1000:
            raise Failed("%s: not within %s s" % (what, seconds))
        time.sleep(pause_s)


def tie_to_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Node:
    """One node: a home, a process, an HTTP address."""

    tied = False  # it dies with the process that started it, however that one ends
    flags = ()  # of `up`, each time

    def __init__(self, program, folder, name, port):
        self.program, self.name = str(program), name
        self.home = pathlib.Path(folder) / name
        self.listen = "tcp://127.0.0.1:%d" % port
        self.http = "127.0.0.1:%d" % (port + 1)
        self.recovery = pathlib.Path(folder) / "recovery" / (name + ".key")
        self.log = pathlib.Path(folder) / "logs" / (name + ".log")
        self.process = None

    def cli(self, *arguments, **options):
        return run(self.program, "--home", self.home, *arguments, **options)

    def json(self, *arguments, **options):
        return json.loads(self.cli("--json", *arguments, **options))

    def init(self, domain=None):
        self.recovery.parent.mkdir(parents=True, exist_ok=True)
        domain = domain or self.name
        recovery = self.recovery.with_name(domain + ".key")
        self.cli("init", domain, "--listen", self.listen, "--http", self.http, "--recovery-file", recovery)

    def start(self, *flags):
        """Starts the process; gives the descriptor that it writes a byte to when it can answer."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        reader, writer = os.pipe()
        with open(self.log, "ab") as log:
            command = [self.program, "--home", self.home, "up", "--ready-fd", str(writer), *self.flags, *flags]
            self.process = subprocess.Popen(command, pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True,
                                            preexec_fn=tie_to_parent if self.tied else None)
        os.close(writer)
        return reader

    def up(self, *flags):
        reader = self.start(*flags)
        ready = os.read(reader, 1)
        os.close(reader)
        if not ready:
            raise Failed("%s did not start; its log: %s\n%s" % (self.name, self.log, self.log.read_text()[-800:]))
        return self

    def kill(self):
        """kill -9: nothing is finished, nothing is said."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
                raise Failed("%s did not stop within 10 s" % self.name)

    def get(self, path, raw=False):
        """GET; None when the node has nothing there or does not answer."""
        try:
            with urllib.request.urlopen("http://%s/api/v1/%s" % (self.http, path), timeout=10) as answer:
                body = answer.read()
                return body if raw else json.loads(body)
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise Failed("%s: %s: %s" % (self.name, path, error.read().decode(errors="replace")))
            return None
        except (urllib.error.URLError, OSError):
            return None

    def post(self, path, body, token=False):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + (self.home / "token").read_text().strip()
        request = urllib.request.Request("http://%s/api/v1/%s" % (self.http, path), json.dumps(body).encode(), headers)
        patience = time.monotonic() + RETRY_S
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                said = error.read().decode(errors="replace")
                if "Retry-After" not in error.headers or time.monotonic() > patience:
                    raise Refused(error.code, said) from None
                time.sleep(0.02)  # a node on this machine: a second is long
            except OSError as error:
                raise Failed("%s does not answer: %s" % (self.name, error)) from None

    def has(self, domain, contract, version=None):
        """The author's bytes, or None."""
        query = "?version=" + urllib.parse.quote(version) if version else ""
        return self.get("contracts/%s/%s/raw%s" % (domain, urllib.parse.quote(contract, safe=""), query), raw=True)

    def finds(self, domain, contract, words=None):
        answer = self.get("search?limit=100&q=" + urllib.parse.quote(words or contract))
        return answer is not None and any(hit["domain"] == domain and hit.get("contract") == contract
                                          for hit in answer["results"])

    def publish(self, files, domain=None):
        """Publishes {name: text} in one commit; gives the answer; Failed when it was not acknowledged."""
        body = {"files": [{"name": name, "content": text} for name, text in files.items()]}
        if domain:
            body["domain"] = domain
        return self.post("publish", body, token=True)

    def domains(self):
        answer = self.get("status")
        return {d["name"]: d for d in answer["domains"]} if answer else {}


class Mesh:
    """A council of three with threshold two, and nodes that it admitted. The first node orders the council's journal."""

    members = ("ana", "ben", "chris")

    def __init__(self, program, folder, names, port):
        self.program, self.folder = str(program), pathlib.Path(folder)
        self.nodes = {name: Node(program, folder, name, port + 2 * i) for i, name in enumerate(names)}
        self.first = next(iter(self.nodes.values()))

    def found(self):
        keys = self.folder / "council"
        keys.mkdir(parents=True)
        members = []
        for member in self.members:
            shown = json.loads(run(self.program, "--json", "key", "new", keys / (member + ".key")))
            members += ["--member", "%s=%s" % (member, shown["key"])]
        self.first.init()
        self.first.cli("council", "new", *members, "--threshold", "2")
        self.first.up()
        self.admit(self.first.name)

    def propose(self, *names):
        path = self.folder / "council" / ("admit-%s.json" % names[0])
        self.first.cli("council", "propose", "admit", *names, "-o", path)
        return path

    def sign(self, path, member):
        run(self.program, "council", "sign", path, "--key", self.folder / "council" / (member + ".key"))

    def admit(self, *names):
        path = self.propose(*names)
        self.sign(path, "ana")
        self.sign(path, "ben")
        self.first.cli("council", "enact", path)

    def ask(self, node):
        """Makes the node's home, and starts it with an invite: it asks to be admitted."""
        invite = self.folder / "council" / ("invite-%s.json" % node.name)
        invite.parent.mkdir(parents=True, exist_ok=True)
        invite.write_bytes(self.first.cli("invite"))
        invite.chmod(0o600)
        node.init()
        node.cli("join", invite)
        node.up()

    def requested(self):
        return {r["name"] for r in (self.first.get("council") or {}).get("requests", [])}

    def start(self):
        self.found()
        others = [n for n in self.nodes.values() if n is not self.first]
        for node in others:
            self.ask(node)
        names = [n.name for n in others]
        until("the requests arrive", 20, lambda: self.requested() >= set(names))
        if names:
            self.admit(*names)
        self.settle()

    def settle(self, seconds=30):
        """Every node knows every domain, and is up to date with it."""
        def settled():
            return all(set(n.domains()) >= set(self.nodes) and all(d["up_to_date"] for d in n.domains().values())
                       for n in self.nodes.values())
        return until("every node is up to date with every domain", seconds, settled)

    def stop(self):
        for node in self.nodes.values():
            node.stop()
