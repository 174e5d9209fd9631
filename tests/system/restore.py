#!/usr/bin/python3
"""No journal is forked by what disks and people do to a home: a database that is lost, damaged or put back from an old
copy, a fence that is gone, a whole home from last week, two processes with one home. What the mesh knows comes back, and
nothing is signed before it is back."""

import shutil

from stage import Failed, Stage, agree, claim, contract, until


def publish(node, identity):
    node.publish({identity: contract(identity)})


def database(node):
    return sorted(node.home.glob("hanse.db*"))


def copy_database(node, folder):
    folder.mkdir()
    for path in database(node):
        if "aside" not in path.name:
            shutil.copy2(path, folder / path.name)


def put_back(node, folder):
    for path in database(node):
        path.unlink()
    for path in folder.iterdir():
        shutil.copy2(path, node.home / path.name)


def entries(node, domain):
    return node.domains()[domain]["entries"]


def refused_publish(node, identity):
    """Publishes with the command; it must be refused. Gives what it said."""
    path = node.home.parent / (identity + ".odcs.yaml")
    path.write_text(contract(identity))
    try:
        node.cli("publish", path)
    except Failed as failure:
        return str(failure)
    raise Failed("%s signed %s, and must not have" % (node.name, identity))


class Restore:
    def __init__(self, stage):
        self.stage = stage
        self.mesh = stage.mesh("orders", "payments", "logistics")
        self.all = list(self.mesh.nodes.values())
        self.others = [self.mesh.nodes["orders"], self.mesh.nodes["logistics"]]
        self.node = self.mesh.nodes["payments"]
        self.published = 0
        self.mesh.start()
        self.publish_some(5)
        publish(self.others[0], "elsewhere")
        agree(self.all)

    def publish_some(self, count):
        for _ in range(count):
            self.published += 1
            publish(self.node, "p-%d" % self.published)

    def whole(self):
        """Everything there, and the next publish accepted by all: nothing was forked."""
        for i in range(self.published):
            claim(self.node.has("payments", "p-%d" % (i + 1)) == contract("p-%d" % (i + 1)).encode(),
                  "p-%d is not back", i + 1)
        claim(self.node.has("orders", "elsewhere"), "other domains' contracts are not back")
        self.publish_some(1)
        _, took = agree(self.all)
        name = "p-%d" % self.published
        claim(all(n.has("payments", name) for n in self.all), "the next publish is not everywhere")
        for n in self.all:
            refused = n.get("status").get("refused", {})
            claim("FORK" not in refused and "BAD_ROOT" not in refused, "%s refused: %s", n.name, refused)
        claim(self.node.get("verify")["verified"], "it does not verify")
        return "%d contracts back, next publish everywhere after %.0f ms" % (self.published - 1, took)

    def lost_database(self, step):
        self.node.stop()
        for path in database(self.node):
            path.unlink()
        self.node.cli("restore", "--from-mesh")
        self.node.up()
        step.says = self.whole()

    def damaged_database(self, step):
        self.node.stop()
        with open(self.node.home / "hanse.db", "r+b") as file:
            file.seek(0)
            file.write(b"\0" * 8192)
        reader = self.node.start()
        claim(self.node.process.wait(20) != 0, "it started with a damaged database")
        self.node.cli("restore", "--from-mesh")
        self.node.up()
        step.says = self.whole()

    def nobody_there(self, step):
        """An old database put back, and no other node can be reached."""
        old = self.stage.folder / "old-alone"
        self.node.stop()
        copy_database(self.node, old)
        self.node.up()
        self.publish_some(3)
        agree(self.all)
        for node in self.all:
            node.stop()
        put_back(self.node, old)
        self.node.up()
        said = refused_publish(self.node, "too-early")
        claim("exit 4" in said and "--offline" in said, "it said: %s", said)
        own = entries(self.node, "payments")
        for node in self.others:
            node.up()
        until("it catches up", 30, lambda: entries(self.node, "payments") > own)
        whole = self.whole()
        claim(not self.node.has("payments", "too-early"), "the refused contract was published all the same")
        step.says = "alone: refused with the way out; then " + whole

    def old_database(self, step):
        """An old database put back while the others are there."""
        old = self.stage.folder / "old"
        self.node.stop()
        copy_database(self.node, old)
        self.node.up()
        self.publish_some(3)
        agree(self.all)
        self.node.stop()
        put_back(self.node, old)
        self.node.up()
        self.publish_some(1)  # at once: it waits for the mesh's answer
        step.says = self.whole()

    def lost_fence(self, step):
        """The fence deleted with an old database: nothing on this disk knows better."""
        old = self.stage.folder / "old-fence"
        self.node.stop()
        copy_database(self.node, old)
        self.node.up()
        self.publish_some(3)
        agree(self.all)
        self.node.stop()
        put_back(self.node, old)
        (self.node.home / "domains" / "payments" / "fence").unlink()
        self.node.up()
        self.publish_some(1)
        step.says = self.whole()

    def lost_fence_alone(self, step):
        """The same with nobody to ask."""
        for node in self.all:
            node.stop()
        (self.node.home / "domains" / "payments" / "fence").unlink()
        self.node.up()
        said = refused_publish(self.node, "too-early-too")
        claim("--offline" in said, "it said: %s", said)
        for node in self.others:
            node.up()
        step.says = "alone: refused; then " + self.whole()

    def old_home(self, step):
        """The whole home from an old copy, fence and all: only the mesh knows better."""
        old = self.stage.folder / "old-home"
        self.node.stop()
        shutil.copytree(self.node.home, old)
        self.node.up()
        self.publish_some(3)
        agree(self.all)
        self.node.stop()
        shutil.rmtree(self.node.home)
        shutil.copytree(old, self.node.home)
        self.node.up()
        self.publish_some(1)
        step.says = self.whole()

    def offline(self, step):
        """--offline signs without asking: for the surely newest copy."""
        for node in self.all:
            node.stop()
        (self.node.home / "domains" / "payments" / "fence").unlink()
        self.node.up("--offline")
        self.publish_some(1)
        for node in self.others:
            node.up()
        step.says = self.whole()

    def two_processes(self, step):
        first = self.node.process
        second = self.stage.node("second")
        second.home = self.node.home
        said = []
        for _ in range(2):
            second.start("--http", second.http, "--listen", second.listen)
            claim(second.process.wait(20) != 0, "a second process took the same home")
            said.append(second.log.read_text().strip().splitlines()[-1])
            claim("home" in said[-1], "it said: %s", said)
            # Again without the file that tells where the first one is: now only the lock holds.
            (self.node.home / "node.json").unlink(missing_ok=True)
        claim(first.poll() is None, "the first died of it")
        self.publish_some(1)
        step.says = "; ".join(said)


def main():
    with Stage("restore: lost, damaged and old homes fork nothing", nodes=4) as stage:
        with stage.step("three nodes, some contracts", vital=True):
            restore = Restore(stage)
        for title, part in (("the database deleted: restore --from-mesh", "lost_database"),
                            ("the database damaged: restore --from-mesh", "damaged_database"),
                            ("an old database, the others there", "old_database"),
                            ("an old database, nobody there", "nobody_there"),
                            ("an old database and no fence, the others there", "lost_fence"),
                            ("no fence, nobody there", "lost_fence_alone"),
                            ("no fence, nobody there, --offline", "offline"),
                            ("the whole home from an old copy", "old_home"),
                            ("two processes with one home", "two_processes")):
            with stage.step(title, vital=True) as step:
                getattr(restore, part)(step)
        restore.mesh.stop()
    stage.finish()


main()
