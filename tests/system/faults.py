#!/usr/bin/python3
"""What machines do to a mesh: all nodes restart at once, again and again; a second process with the same home; a node that is
stopped (SIGSTOP) for longer than a silent link lasts; and a wall clock that jumps by years, both ways."""

import os
import signal
import time

from stage import Stage, agree, claim, contract, run, until

NODES = 4
STORMS = 8
YEAR_S = 365 * 24 * 3600


def publish_all(nodes, prefix):
    for node in nodes:
        node.publish({"c": contract("%s-%s" % (prefix, node.name))})


def all_have(nodes, prefix, seconds=30):
    for node in nodes:
        for author in nodes:
            until("%s has %s's" % (node.name, author.name), seconds,
                  lambda n=node, a=author: n.has(a.name, "%s-%s" % (prefix, a.name)))


def restart_storm(stage, nodes):
    """All are killed at one moment, started at one moment; some are killed while they start."""
    slowest = 0
    for number in range(STORMS):
        for node in nodes:
            node.kill()
        started = time.monotonic()
        waiting = [node.start() for node in nodes]
        victim = stage.random.randrange(len(nodes))
        nodes[victim].kill()
        os.close(waiting[victim])
        waiting[victim] = nodes[victim].start()
        for node, ready in zip(nodes, waiting):
            claim(os.read(ready, 1), "%s did not start in storm %d", node.name, number)
            os.close(ready)
        until("all may sign again", 20, lambda: all(may_publish(n, "storm-%d-%s" % (number, n.name)) for n in nodes))
        agree(nodes, 30)
        slowest = max(slowest, time.monotonic() - started)
    return "%d times; all published and agreed after %.1f s at most" % (STORMS, slowest)


def may_publish(node, identity):
    try:
        node.publish({"c": contract(identity)})  # the same again changes nothing
        return True
    except Exception as error:
        claim("FENCED" in str(error), "%s", error)
        return False


def second_process(node):
    done = run(node.program, "--home", node.home, "up", ok=(1,), text_in=b"")
    (node.home / "node.json").rename(node.home / "node.json.away")
    try:  # also when the running one has left no word of itself
        done = run(node.program, "--home", node.home, "up", "--http", "127.0.0.1:0", "--listen", "tcp://127.0.0.1:*",
                   ok=(1,), text_in=b"")
    finally:
        (node.home / "node.json.away").rename(node.home / "node.json")
    return done


def stopped(nodes):
    sleeper, others = nodes[-1], nodes[:-1]
    sleeper.process.send_signal(signal.SIGSTOP)
    try:
        publish_all(others, "asleep")
        for node in others:
            until("%s finds it" % node.name, 10, lambda n=node: n.has(others[0].name, "asleep-%s" % others[0].name))
        until("its links are given up", 40, lambda: not any(
            link["up"] and link["domain"] == sleeper.name for n in others for link in n.get("peers")["links"]))
    finally:
        sleeper.process.send_signal(signal.SIGCONT)
    start = time.monotonic()
    publish_all([sleeper], "asleep")
    all_have(nodes, "asleep")
    agree(nodes)
    return "awake, it had all after %.1f s" % (time.monotonic() - start)


def clock_jumps(nodes, folder, shim):
    """One node's wall clock goes ten years ahead, then ten back; the others' stand."""
    node = nodes[1]
    file = folder / "shift"
    os.environ.update(LD_PRELOAD=str(shim), CLOCK_SHIFT_FILE=str(file))
    file.write_text("0")
    node.stop()
    try:
        node.up()
    finally:
        del os.environ["LD_PRELOAD"]
    for number, shift in enumerate((10 * YEAR_S, -10 * YEAR_S, 0)):
        file.write_text(str(shift))
        prefix = "clock-%d" % number
        publish_all(nodes, prefix)
        all_have(nodes, prefix)
        age = until("it has compared", 10, lambda: node.get("status")["as_of"]["age_ms"] is not None and node.get("status"))[0]["as_of"]["age_ms"]
        claim(0 <= age < 120_000, "it says that its knowledge is %s ms old", age)
    agree(nodes)
    claim(node.get("verify")["verified"], "it does not verify")
    return "published and read at %+d, %+d and 0 years" % (10, -10)


def main():
    with Stage("faults: restarts at once, a home used twice, SIGSTOP, clocks that jump", nodes=NODES) as stage:
        mesh = stage.mesh(*("n%d" % i for i in range(NODES)))
        nodes = list(mesh.nodes.values())
        mesh.start()
        with stage.step("all nodes restart at the same moment") as step:
            step.says = restart_storm(stage, nodes)
        with stage.step("a second process with the same home is refused"):
            second_process(nodes[0])
            claim(nodes[0].get("status"), "the first one is gone")
        with stage.step("a node stopped for longer than links last") as step:
            step.says = stopped(nodes)
        with stage.step("a wall clock that jumps by ten years") as step:
            step.says = clock_jumps(nodes, stage.folder, stage.args.clock_shim)
        for node in nodes:
            claim("(FORK)" not in node.log.read_text(errors="replace"), "%s was told of another history", node.name)
        mesh.stop()
    stage.finish()


main()
