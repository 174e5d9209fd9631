"""Publishing at a steady pace, and when nodes had what was published: by their logs (`hanse up -v`, "stored up to")."""

import datetime
import http.client
import json
import re
import sys
import time

import build

sys.path.insert(0, str(build.TOP / "tests" / "system"))
from stage import Failed, contract  # noqa: E402

STORED = re.compile(r"^(\S+)Z debug ([0-9a-f]{8}) stored up to (\d+)$")


class Publisher:
    """One client with one connection that it keeps."""

    def __init__(self, node):
        self.connection = http.client.HTTPConnection(node.http, timeout=30)
        self.headers = {"Content-Type": "application/json",
                        "Authorization": "Bearer " + (node.home / "token").read_text().strip()}
        self.sent = {}  # the journal's size with it → when it was sent, and acknowledged

    def publish(self, identity):
        body = json.dumps({"files": [{"name": identity, "content": contract(identity)}]})
        start = time.time()
        self.connection.request("POST", "/api/v1/publish", body, self.headers)
        answer = self.connection.getresponse()
        said = json.loads(answer.read())
        if answer.status != 200:
            raise Failed("%s was refused: %s" % (identity, said))
        origin, size, *_ = said["published"][0]["checkpoint"].split("\n")
        self.journal, size = origin.split("/")[1], int(size)
        self.sent[size] = (start, time.time())


def paced(count, rate, wait=time.sleep):
    """So many turns, one every 1/rate seconds; one that is late is not made up for."""
    next_at = time.monotonic()
    for number in range(count):
        wait(max(0, next_at - time.monotonic()))  # the pace
        next_at = max(next_at + 1 / rate, time.monotonic())
        yield number


def stored_at(node, journal):
    """Size → when this node had it, by its log. A line covers all sizes since the one before."""
    found = []
    for line in node.log.read_text(errors="replace").splitlines():
        match = STORED.match(line)
        if match and match[2] == journal[:8]:
            at = datetime.datetime.fromisoformat(match[1]).replace(tzinfo=datetime.timezone.utc).timestamp()
            found.append((int(match[3]), at))
    return sorted(found)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share / 100))]
