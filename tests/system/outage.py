#!/usr/bin/python3
"""A node that is killed, and one that hangs, trouble nobody: the others answer for its domain and say how old their word
is, publish and find each other's contracts as before; when it is back it has all of it, and they have its own."""

import os
import signal
import statistics
import time

from stage import Stage, agree, claim, contract, until

LIMIT_MS = 1000
PUBLISHES = 20
SILENT_S = 4  # longer than a word counts as fresh


def publish(node, identity):
    text = contract(identity)
    node.publish({identity: text})
    return text.encode(), time.monotonic()


def spread(author, readers, identity):
    """Publishes at one, finds at the others; gives the milliseconds from the acknowledgement."""
    raw, since = publish(author, identity)
    for reader in readers:
        until("%s finds %s" % (reader.name, identity), 10, lambda r=reader: r.finds(author.name, identity))
        claim(reader.has(author.name, identity) == raw, "%s has other bytes", reader.name)
    return (time.monotonic() - since) * 1000


def spread_many(author, readers, prefix):
    """The same many times; gives a sentence, and fails over the limit."""
    times = sorted(spread(author, readers, "%s-%d" % (prefix, i)) for i in range(PUBLISHES))
    claim(times[-1] <= LIMIT_MS, "found everywhere only after %.0f ms", times[-1])
    return "published → found at %d others: median %.0f ms, slowest %.0f ms" % (len(readers), statistics.median(times),
                                                                              times[-1])


def age_of(node, domain):
    return node.domains()[domain]["heard_age_ms"]


def main():
    with Stage("outage: a node that is down or hangs", nodes=4) as stage:
        mesh = stage.mesh("orders", "payments", "logistics", "marketing")
        victim = mesh.nodes["payments"]
        author, *readers = [n for n in mesh.nodes.values() if n is not victim]
        mesh.start()
        with stage.step("before: all is well") as step:
            step.says = spread_many(author, [*readers, victim], "before")
        text, _ = publish(victim, "refunds")
        agree(mesh.nodes.values())

        with stage.step("killed: the others answer for its domain, and say how old") as step:
            victim.kill()
            killed = time.monotonic()
            for node in (author, *readers):
                claim(node.has("payments", "refunds") == text and node.finds("payments", "refunds"),
                      "%s does not answer for payments", node.name)
            until("the word about payments counts as old", SILENT_S * 5, lambda: all(
                not n.domains()["payments"]["up_to_date"] or age_of(n, "payments") > SILENT_S * 1000
                for n in (author, *readers)))
            dead_ms = (time.monotonic() - killed) * 1000
            ages = [age_of(n, "payments") for n in (author, *readers)]
            claim(all(a is not None and dead_ms - 200 <= a <= dead_ms + 6500 for a in ages),
                  "dead for %.0f ms, and the others say %s", dead_ms, ages)
            step.says = "dead for %.1f s; they say %s" % (dead_ms / 1000, ", ".join("%.1f s" % (a / 1000) for a in ages))
        with stage.step("killed: publishes elsewhere go on") as step:
            step.says = spread_many(author, readers, "killed")
        with stage.step("back: it catches up, and is heard again") as step:
            start = time.monotonic()
            victim.up()
            until("it has what it missed", 15, lambda: all(
                victim.finds("orders", "killed-%d" % i) for i in range(PUBLISHES)))
            caught_up = (time.monotonic() - start) * 1000
            took = spread(victim, [author, *readers], "vouchers")
            claim(took <= 2 * LIMIT_MS, "its next publish took %.0f ms", took)
            agree(mesh.nodes.values())
            step.says = "caught up %.0f ms after its start; its next publish found after %.0f ms" % (caught_up, took)

        with stage.step("hanging (SIGSTOP): the others are not slower") as step:
            os.kill(victim.process.pid, signal.SIGSTOP)
            stopped = time.monotonic()
            try:
                step.says = spread_many(author, readers, "hanging")
                # As long as heartbeats need to find out, and somewhat longer; publishing all the while.
                slowest, count = 0, 0
                while time.monotonic() - stopped < 20:
                    count += 1
                    slowest = max(slowest, spread(readers[0], [author, *readers[1:]], "hang-%d" % count))
                claim(slowest <= LIMIT_MS, "found elsewhere only after %.0f ms", slowest)
                step.says += "; %d more in 20 s, slowest %.0f ms" % (count, slowest)
            finally:
                os.kill(victim.process.pid, signal.SIGCONT)
        with stage.step("goes on (SIGCONT): it catches up") as step:
            start = time.monotonic()
            until("it has what it missed", 20, lambda: victim.finds(readers[0].name, "hang-%d" % count))
            caught_up = (time.monotonic() - start) * 1000
            _, agreed = agree(mesh.nodes.values())
            took = spread(victim, [author, *readers], "gift-cards")
            step.says = "after %.0f ms; its next publish found after %.0f ms" % (caught_up, took)
        mesh.stop()
    stage.finish()


main()
