#!/usr/bin/python3
"""A home that was copied and runs twice: both copies publish, every node freezes the journal where the two histories
part, both owners are told, newcomers learn of it, and the rest of the mesh goes on."""

import json
import os
import shutil
import signal

from stage import Stage, agree, claim, contract, until

VICTIM = "payments"
NOT_ALLOWED = 4  # exit code


def publish(node, identity):
    node.publish({identity: contract(identity)})


def may_sign(node):
    answer = node.get("status")
    return bool(answer) and all(own["may_sign"] for own in answer["own"])


def frozen(node):
    return node.domains().get(VICTIM, {}).get("frozen", False)


def contracts(node):
    """What the node's catalogue has of the domain."""
    answer = node.json("sql", "SELECT contract, version, entry FROM versions WHERE domain = '%s' ORDER BY 1, 2" % VICTIM)
    return answer["rows"]


def copy_home(stage, victim):
    """Both processes only dial, so that neither tells of another address than the other one."""
    victim.stop()
    victim.up("--listen", "none")
    until("its address is published", 15, lambda: may_sign(victim))
    publish(victim, "before")
    victim.stop()
    twin = stage.node(VICTIM + "-twin")
    shutil.copytree(victim.home, twin.home)
    victim.up("--listen", "none")
    twin.up("--listen", "none", "--http", twin.http)
    for node in (victim, twin):
        until("%s may sign" % node.name, 20, lambda n=node: may_sign(n))
    return twin


def refused(node, identity):
    """What the command line says when it may not publish."""
    path = node.home / (identity + ".yaml")
    path.write_text(contract(identity))
    return json.loads(node.cli("--json", "publish", path, ok=(NOT_ALLOWED,)))


def main():
    with Stage("forks: a home that runs twice", nodes=5) as stage:
        mesh = stage.mesh("orders", VICTIM, "logistics")
        mesh.start()
        victim = mesh.nodes[VICTIM]
        others = [n for n in mesh.nodes.values() if n is not victim]

        with stage.step("a copied home runs, and nothing happens yet", vital=True):
            twin = copy_home(stage, victim)
            everybody = [*mesh.nodes.values(), twin]
            agree(everybody)
            claim(not any(frozen(n) for n in everybody), "frozen without a fork")
            before = contracts(victim)
            claim([row[0] for row in before] == ["before"], "the catalogue has %s", before)
        with stage.step("both publish: every node freezes the journal", vital=True) as step:
            for node in others:  # so that neither copy hears of the other's commit in time
                os.kill(node.process.pid, signal.SIGSTOP)
            publish(victim, "by-the-home")
            publish(twin, "by-its-copy")
            for node in others:
                os.kill(node.process.pid, signal.SIGCONT)
            _, took = until("all have frozen it", 30, lambda: all(frozen(n) for n in everybody))
            agree(everybody)
            step.says = "after %.0f ms" % took
        with stage.step("every catalogue is as it was before the two parted"):
            for node in everybody:
                claim(contracts(node) == before, "%s has %s", node.name, contracts(node))
                claim(not node.finds(VICTIM, "by-the-home") and not node.finds(VICTIM, "by-its-copy"),
                      "%s finds what was cut", node.name)
                claim(node.finds(VICTIM, "before"), "%s does not find what was published before", node.name)
        with stage.step("both owners are told, and may not publish"):
            for node in (victim, twin):
                said = refused(node, "after")
                claim(said.get("error") == "FROZEN" and "council" in said.get("fix", ""), "%s says %s", node.name, said)
                own = node.get("status")["own"][0]
                claim(own["frozen"] and not own["may_sign"] and "FROZEN" in own["why_not"], "status says %s", own)
                claim("frozen" in node.log.read_text(), "the log of %s does not say it", node.name)
                checks = json.loads(node.cli("--json", "doctor", ok=(1,)))["checks"]
                claim(any(c["check"] == "journals" and c["result"] == "fail" for c in checks), "doctor says %s", checks)
        with stage.step("the others say so with every answer, and go on"):
            for node in others:
                claim(node.get("status")["frozen_domains"] == [VICTIM], "%s does not say it", node.name)
                publish(node, "more-of-" + node.name)
            agree(everybody)
        with stage.step("it stays so: after kill -9, a reindex, a lost database"):
            others[1].kill()
            others[1].up()
            claim(frozen(others[1]), "not frozen after a restart")
            others[1].cli("reindex")
            claim(contracts(others[1]) == before, "the catalogue changed")
            twin.stop()
            victim.kill()
            for path in victim.home.glob("hanse.db*"):
                path.unlink()
            victim.up("--listen", "none")
            until("the lost database is back, and the proof with it", 30, lambda: frozen(victim))
            agree([*mesh.nodes.values()])
            claim(contracts(victim) == before, "the catalogue is another")
        with stage.step("a newcomer learns of it"):
            late = stage.node("marketing")
            mesh.ask(late)
            until("the request arrives", 20, lambda: "marketing" in mesh.requested())
            mesh.admit("marketing")
            until("it is frozen there too", 30, lambda: frozen(late))
            agree([*mesh.nodes.values(), late])
            claim(contracts(late) == before, "the catalogue is another")
    stage.finish()


if __name__ == "__main__":
    main()
