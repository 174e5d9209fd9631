"""Contracts of 2 KB with twenty fields (contracts.c), or of 256 bytes, published by the real program; and what a node's process takes of the machine."""

import os
import shutil
import subprocess
import time

import watch  # noqa: F401  it knows where the stage is
from stage import kib, until

FIELDS = 20


def write_contracts(maker, folder, first, count, flags=()):
    """Files of contracts first, first + 1, …, alone in that folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    subprocess.run([maker, *flags, str(first), str(count), folder], check=True)


def publish_contracts(node, maker, folder, contracts, batch, flags=()):
    for first in range(0, contracts, batch):
        write_contracts(maker, folder, first, min(batch, contracts - first), flags)
        node.cli("-q", "publish", folder)
    shutil.rmtree(folder, ignore_errors=True)


def bootstrap(node, domain, last):
    """Empties the node and starts it; seconds from exec to all of the domain being there, and to ready. A journal comes in its
    order, and a commit is visible with all its rows, so what is asked every 20 ms is only the last contract: counting
    all of them, or asking more often, would keep one of two processors busy."""
    for path in [*node.home.glob("hanse.db*"), *node.home.rglob("fence*")]:
        path.unlink()
    start = time.monotonic()
    node.up()
    up = time.monotonic() - start
    until("everything is there", 600, lambda: node.has(domain, last), pause_s=0.02)
    return time.monotonic() - start, up


def memory_mb(node, what="VmRSS"):
    return kib(node, what) * 1024 / 1e6


def ticks(node):
    fields = open("/proc/%d/stat" % node.process.pid).read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def start_up_ms(node):
    """From exec to the byte that says it can answer."""
    start = time.monotonic()
    node.up()
    return (time.monotonic() - start) * 1000


def quiet(nodes, seconds=60):
    """Until nobody has anything left to do, and has given back what it needed for that: TRIM_AFTER_MS in node/mesh/loop.c."""
    def still():
        before = [ticks(n) for n in nodes]
        time.sleep(2)
        return sum(ticks(n) for n in nodes) - sum(before) <= 6
    until("the nodes are idle", seconds, still)


def forget_pages(node):
    """Takes the node's files out of the machine's memory, so that they are read from the disk again."""
    for path in node.home.glob("hanse.db*"):
        with open(path, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
