#!/usr/bin/python3
"""Bits that rot in a node's database are found by itself, soon after it starts; it starts anew with what is whole, and
gets the rest from the mesh. Of what rotted nothing is shown meanwhile, and an own journal is not signed before it is
whole again."""

from stage import Stage, agree, claim, contract, until


def publish(node, identity):
    node.publish({identity: contract(identity)})


def flip(node, text):
    """Changes one bit of the first of these bytes in the database of a node that is stopped."""
    path = node.home / "hanse.db"
    data = path.read_bytes()
    at = data.find(text)
    claim(at >= 0, "%s is not in %s", text, path)
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(bytes([data[at] ^ 0x10]))




class Rot:
    def __init__(self, stage):
        self.mesh = stage.mesh("orders", "payments")
        self.other = self.mesh.nodes["orders"]
        self.node = self.mesh.nodes["payments"]
        self.mesh.start()
        for i in range(30):
            publish(self.node, "paid-%d" % i)
            publish(self.other, "ordered-%d" % i)
        agree([self.node, self.other])

    def whole(self, published):
        def all_there():
            return all(self.node.has(domain, "%s-%d" % (name, i)) == contract("%s-%d" % (name, i)).encode()
                       for domain, name in (("payments", "paid"), ("orders", "ordered")) for i in range(30))
        _, took = until("all contracts are back as they were", 40, all_there)
        publish(self.node, published)
        agree([self.node, self.other])
        claim(self.other.has("payments", published), "the next publish does not arrive")
        refused = self.other.get("status").get("refused", {})
        claim("FORK" not in refused and "BAD_ROOT" not in refused, "it forked: %s", refused)
        claim(self.node.get("verify")["verified"], "it does not verify")
        data = self.node.get("status")["data"]
        claim(not data["damaged"], "it is damaged still")
        return "whole after %.0f ms" % took

    def rotten(self, step, text, published):
        database = self.node.home / "hanse.db"
        self.node.stop()
        flip(self.node, text)
        damaged = database.stat().st_ino
        self.node.up()
        until("it has found the damage and started anew", 40,
              lambda: database.exists() and database.stat().st_ino != damaged)
        step.says = self.whole(published)


def main():
    stage = Stage("bit rot is found and what it took comes back", nodes=2)
    with stage:
        rot = Rot(stage)
        with stage.step("a bit of another domain's contract") as step:
            rot.rotten(step, b"# ordered-17, as", "after-1")
        with stage.step("a bit of an own contract") as step:
            rot.rotten(step, b"# paid-11, as", "after-2")
        with stage.step("a bit of the catalogue") as step:
            rot.rotten(step, b"ordered_23", "after-3")
    stage.finish()


main()
