#!/usr/bin/python3
"""A reader that is killed in mid-sync goes on where it was: over both its lives it is sent hardly more than one sync takes,
and what was on its way to the disk again: a window of what was asked for, and what waits behind it to be stored."""

import time

from stage import Stage, claim, contract, until

COMMITS = 32
CONTRACTS = 40  # a commit
WORDS = 900     # of each description; a body that still rides in its commit
WINDOW = 1 << 20  # bytes asked for at once
BACKLOG = 1 << 20  # bytes that are judged, and wait to be stored
COMMIT = 400 << 10  # the ones with which these are exceeded, and one in the open transaction
ON_THE_WAY = WINDOW + BACKLOG + 3 * COMMIT
MARGIN = 1.05
ATTEMPTS = 5
SMALL_TALK = 2000  # bytes


def name(commit, i=CONTRACTS - 1):
    return "parcel-%d-%d" % (commit, i)


def text_of(stage, identity):
    words = " ".join("%x" % stage.random.getrandbits(32) for _ in range(WORDS))
    return contract(identity, description="\n  purpose: " + words)


def sent(node):
    """Bytes of messages, ever; the status is never older than a quarter of a second, and grows while it sends."""
    return node.get("status")["traffic"]["sent_bytes"]


def forget(reader):
    for path in [*reader.home.glob("hanse.db*"), *reader.home.rglob("fence*")]:
        path.unlink()


def entries(node):
    return node.domains().get("source", {}).get("entries")


def sync(source, reader):
    """Waits until the reader has all; gives what the source has sent by then."""
    until("the reader has the last contract", 60, lambda: reader.has("source", name(COMMITS - 1)))
    until("the reader says so", 10, lambda: entries(reader) == entries(source))
    until("the source has told what it sent", 10, quiet(source))
    return sent(source)


def quiet(node):
    """A check that holds when nothing but small talk was sent for a second."""
    last = {"bytes": -SMALL_TALK, "at": 0.0}

    def check():
        now, at = sent(node), time.monotonic()
        if now - last["bytes"] >= SMALL_TALK:
            last.update(bytes=now, at=at)
        return at - last["at"] >= 1
    return check


def killed_in_mid_sync(source, reader, commit):
    """Bytes sent to its two lives."""
    forget(reader)
    before = sent(source)
    reader.start()
    until("the reader has commit %d" % commit, 60, lambda: reader.has("source", name(commit)))
    reader.kill()
    until("the source is quiet", 10, quiet(source))
    first = sent(source) - before
    reader.up()
    return first, sync(source, reader) - before - first


def main():
    with Stage("resume: a reader is killed in mid-sync", nodes=2) as stage:
        mesh = stage.mesh("source", "reader")
        source, reader = mesh.nodes["source"], mesh.nodes["reader"]
        mesh.start()
        reader.stop()
        for commit in range(COMMITS):
            source.publish({name(commit, i): text_of(stage, name(commit, i)) for i in range(CONTRACTS)})
        with stage.step("a whole sync", vital=True) as step:
            forget(reader)
            before = sent(source)
            reader.up()
            whole = sync(source, reader) - before
            reader.stop()
            step.says = "%.1f MiB" % (whole / 2**20)
        with stage.step("killed with SIGKILL, and started again") as step:
            for attempt in range(ATTEMPTS):
                first, second = killed_in_mid_sync(source, reader, COMMITS // 2 + attempt)
                reader.stop()
                step.says = "%.1f + %.1f MiB" % (first / 2**20, second / 2**20)
                if second > whole / 10:
                    break
            claim(second > whole / 10, "it was never in mid-sync: %s", step.says)
            claim(first > ON_THE_WAY + MARGIN * whole - whole, "killed too early to tell: %s", step.says)
            claim(first + second <= MARGIN * whole + ON_THE_WAY, "sent %s for %.1f MiB", step.says, whole / 2**20)
    stage.finish()


if __name__ == "__main__":
    main()
