"""Test vectors of whole journals and of messages: commits, the council, links."""
import hanse_reference as h
from cases_common import FILES, SALTS, T0, Key, hexed, plus_l, put, refused, salted, sha
from cases_forms import mixed_key, small_key
from hanse_reference import be64, encode


# ---- commits.json, council.json -------------------------------------------------------------------------------------

class Owner:
    """Makes COMMIT messages for a journal: right ones, and with `lie` wrong in the named way."""

    def __init__(self, genesis, genesis_key):
        self.journal = h.Journal(h.entry_leaf(genesis[0]))
        self.genesis, self.key, self.commits, self.time, self.council_size = genesis, genesis_key, [], T0, 2

    def make(self, items, j=None, key=None, **lie):
        j, key = j or self.journal, key or self.key
        first = lie.get("first", j.size())
        raws, bodies = [i[0] for i in items], [i[1] for i in items]
        state = dict(j.state)
        for n, raw in enumerate(raws):
            e = h.decode(raw)
            if e[0] != "seal":
                state[e[0], e[1]] = (j.size() + n, h.entry_leaf(raw))
        version = lie.get("version", j.authority[1] if j.authority else 1)
        if lie.get("seal", True):
            raws.append(encode(["seal", lie.get("seal_key", ""), lie.get("seal_op", 0), None, 0, "",
                                lie.get("time", self.time), lie.get("state_root", h.state_root(state)), version,
                                self.council_size, *lie.get("seal_later", ())]))
            bodies.append(None)
        for n, raw in lie.get("raw", {}).items():
            raws[n] = raw
        root = lie.get("root") or h.merkle_root(j.leaves + [h.entry_leaf(r) for r in raws])
        jid = lie.get("journal", j.id)
        text = h.checkpoint_text(lie.get("signed_journal", jid), lie.get("signed_size", first + len(raws)),
                                 lie.get("signed_root", root))
        signature = lie.get("change", lambda s: s)(key.sign(text))
        bodies = [None if lie.get("no_bodies") else b for b in bodies]
        for n, b in lie.get("bodies", {}).items():
            bodies[n] = b
        return encode([5, jid, first, raws, root, signature, bodies[:lie.get("body_count", len(bodies))],
                       *lie.get("later", ())])

    def add(self, name, items, **how):
        """One more valid commit."""
        message = self.make(items, **how)
        self.journal.commit(message)
        j = self.journal
        self.time += 60000
        m = h.decode(message)
        self.commits.append({"name": name, "first": m[2], "entries": len(m[3]), "size": j.size(),
                             "root": h.merkle_root(j.leaves).hex(), "state_root": h.state_root(j.state).hex(),
                             "authority_version": j.authority[1], "message": message.hex(), "_then": j.copy()})

    def after(self, n):
        return self.commits[n - 1]["_then"] if n else h.Journal(self.journal.id)

    def shown(self):
        return [{k: v for k, v in c.items() if k != "_then"} for c in self.commits]


class Wrongs:
    def __init__(self, owner):
        self.owner, self.items = owner, []

    def add(self, name, after, message, error, note=None, journal=None):
        j = journal or self.owner.after(after)
        before = (j.size(), dict(j.state))
        item = {"name": name, "after": after, **refused(error, j.commit, message), "message": message.hex()}
        assert before == (j.size(), j.state)
        if note:
            item["remark"] = note
        self.items.append(item)


def authority(*fields, **other):
    return put("authority", other.pop("key", "self"), encode(list(fields)), other.pop("media", "msgpack"), **other)


def commits():
    SALTS[0] = 2000
    k1, k2, k3 = (Key(f"owner {i}") for i in (1, 2, 3))
    d2, d3 = h.next_key_digest(k2.public), h.next_key_digest(k3.public)
    ck = sha(b"curve key of a node")
    genesis = authority("domain", 1, k1.public, d2)
    own = Owner(genesis, k1)
    own.add("genesis", [genesis])
    profile = [put("profile", "self", b'{"title":"Sales"}', "json"),
               put("node", ck.hex(), encode([ck, ["tcp://127.0.0.1:7600"], "writer"]), "msgpack")]
    own.add("profile and node", profile)

    def contract(name, version):
        return put("contract", h.key_of([name, version]), f"id: {name}\nversion: {version}\n".encode(), "yaml")

    three = [contract("orders", "1.0.0"), contract("urn:x y", "0.1.0"), contract("returns", "2.0.0")]
    own.add("three contracts", three)
    own.add("replace", [contract("orders", "1.0.0")])
    own.add("retract", [put("contract", "returns@2.0.0", op=1)])
    own.add("unknown kind, later elements in it, in the seal and in the message",
            [put("weather", "hamburg", b"rain", "text", [True, "later", [1, [2]]])], seal_later=["later", 7],
            later=["later"])
    rotation = authority("domain", 2, k2.public, d3)
    own.add("rotation to key 2, signed by key 2", [rotation], key=k2, version=2)
    own.key = k2
    own.add("by the new key", [contract("returns", "2.0.1"), put("flag", "on")])
    own.time = T0 - 5  # falls: allowed in a domain
    own.add("time before the last seal's, a retract of what is not there", [put("contract", "none@1", op=1)])
    big = put("blob", "big", b"\xab" * 20000, "bin")
    own.add("a body of 20,000 bytes, left out", [big], no_bodies=True)
    eight = [put("blob", f"m{i}", None, "bin", hash=sha(be64(i)), size=1048576) for i in range(8)]
    own.add("bodies of 8 MiB in all, left out", eight)
    own.add("1,024 entries", [put("n", str(i)) for i in range(1023)])

    one = [put("flag", "x")]
    w = Wrongs(own)
    m = own.make
    at1, at6, at7 = own.after(1), own.after(6), own.after(7)
    w.add("false state root", 1, m(one, at1, k1, state_root=sha(b"?")), "state-root")
    w.add("state root of before the commit", 1, m(one, at1, k1, state_root=h.state_root(at1.state)), "state-root")
    w.add("authority version 2, in force is 1", 1, m(one, at1, k1, version=2), "authority-version")
    w.add("authority version 1 after the rotation", 7, m(one, at7, k2, version=1), "authority-version")
    w.add("old key after the rotation", 7, m(one, at7, k1), "signature")
    w.add("rotation signed by the old key", 6, m([rotation], at6, k1, version=2), "signature")
    w.add("seal of the rotation names the old version", 6, m([rotation], at6, k2, version=1), "authority-version")
    w.add("new key that was not named", 6, m([authority("domain", 2, k3.public, d3)], at6, k3, version=2), "next-key")
    w.add("rotation to version 3", 6, m([authority("domain", 3, k2.public, d3)], at6, k2, version=3), "version")
    w.add("rotation to version 1", 6, m([authority("domain", 1, k2.public, d3)], at6, k2, version=1), "version")
    council = authority("council", 1, 1, k2.public, [k2.public])
    w.add("successor is a council", 6, m([council], at6, k2, version=1), "successor-of-another-form")
    w.add("rotation with another entry", 6, m([rotation] + one, at6, k2, version=2), "authority-not-alone")
    w.add("authority after another entry", 6, m(one + [rotation], at6, k2, version=2), "authority-not-alone")
    w.add("authority retracted", 6, m([put("authority", "self", op=1)], at6, k1), "entry")
    w.add("authority with another key", 6, m([authority("domain", 2, k2.public, d3, key="me")], at6, k2, version=2),
          "entry")
    w.add("authority of media json", 6, m([authority("domain", 2, k2.public, d3, media="json")], at6, k2, version=2),
          "entry")
    w.add("authority without its body", 6, m([rotation], at6, k2, version=2, no_bodies=True), "authority-body-left-out")
    small, mixed = small_key(), mixed_key()
    small_next = authority("domain", 1, k1.public, h.next_key_digest(small.public))
    fresh = Owner(small_next, k1)
    fresh.add("", [small_next])
    w.add("a gap: commit 3 after commit 1", 1, bytes.fromhex(own.commits[2]["message"]), "first-index")
    w.add("replay: commit 2 again", 2, bytes.fromhex(own.commits[1]["message"]), "first-index")
    w.add("first index one too high", 1, m(one, at1, k1, first=3), "first-index")
    w.add("genesis again as a second commit", 1, m([genesis], at1, k1), "version")
    extra = encode(["seal", "", 0, None, 0, "", T0, h.state_root(at1.state), 1, 0])
    w.add("two seals", 1, m([(extra, None)] + one, at1, k1), "seal-inside")
    w.add("no seal", 1, m(one + [put("flag", "y")], at1, k1, seal=False), "no-seal-at-end")
    w.add("a seal alone", 1, m([], at1, k1), "count")
    w.add("seal first, not last", 1, m([(extra, None)] + one, at1, k1, seal=False), "no-seal-at-end")
    w.add("seal with a key", 1, m(one, at1, k1, seal_key="x"), "key")
    w.add("seal that retracts", 1, m(one, at1, k1, seal_op=1), "operation")
    w.add("seal's time too late", 1, m(one, at1, k1, time=h.TIME_MAX + 1), "time")
    w.add("the same kind and key twice", 1, m([put("flag", "x"), put("flag", "x", b"y", "text")], at1, k1),
          "same-kind-and-key")
    w.add("put and retract of the same key", 1, m([put("flag", "x"), put("flag", "x", op=1)], at1, k1),
          "same-kind-and-key")
    text = put("flag", "x", b"hello", "text")
    w.add("body of another hash", 1, m([text], at1, k1, bodies={0: text[1][:-1] + b"O"}), "body-hash")
    w.add("body of another size", 1, m([text], at1, k1, bodies={0: text[1] + b"!"}), "body-size")
    w.add("body for an entry without one", 1, m(one, at1, k1, bodies={0: text[1]}), "body-not-named")
    w.add("body for the seal", 1, m(one, at1, k1, bodies={1: text[1]}), "body-not-named")
    w.add("fewer bodies than entries", 1, m(one, at1, k1, body_count=1), "form")
    w.add("a bit of R flipped", 1, m(one, at1, k1, change=lambda s: bytes([s[0] ^ 1]) + s[1:]), "signature")
    w.add("a bit of S flipped", 1, m(one, at1, k1, change=lambda s: s[:40] + bytes([s[40] ^ 1]) + s[41:]), "signature")
    w.add("S + L", 1, m(one, at1, k1, change=plus_l), "non-canonical-s")
    w.add("signature of zeros", 1, m(one, at1, k1, change=lambda s: bytes(64)), "signature")
    w.add("signed for another journal", 1, m(one, at1, k1, signed_journal=sha(b"other")), "signature")
    w.add("signed for another size", 1, m(one, at1, k1, signed_size=5), "signature")
    w.add("signed another root than sent", 1, m(one, at1, k1, signed_root=sha(b"?")), "signature")
    w.add("root is false, and not signed", 1, m(one, at1, k1, root=sha(b"?"), signed_root=h.merkle_root(
        at1.leaves)), "signature")
    w.add("root is false, and signed: a fork", 1, m(one, at1, k1, root=sha(b"?")), "root-differs",
          "all but the root is right")
    other = at1.copy()
    other.commit(m([put("profile", "self", b'{"title":"Other"}', "json"), put("flag", "other")], at1, k1))
    w.add("commit of another history of the same length: a fork", 2, m(one, other, k1), "root-differs",
          "its state root, too, is the other history's")
    fork = m([put("flag", "other")], at1, k1, time=T0 + 1)
    forked = at1.copy()
    forked.commit(fork)
    w.add("another journal's commit", 1, m(one, at1, k1, journal=sha(b"other")), "another-journal")
    w.add("an entry with operation 2", 1, m([put("flag", "x", op=2)], at1, k1), "operation")
    long = put("flag", "x", None, "", [bytes(512 - len(one[0][0]) - 2)])
    assert len(long[0]) == 513
    w.add("an entry of 513 bytes", 1, m([long], at1, k1), "over-512-bytes")
    w.add("an entry that is not canonical", 1, m(one, at1, k1, raw={0: b"\xdc\x00\x06" + one[0][0][1:]}), "not-shortest")
    honest = h.decode(m([text], at1, k1))
    honest[3][0], honest[6][0] = text[0][:-1] + b"u", None
    assert h.entry(honest[3][0])[5] == "texu"
    w.add("an entry changed on the way, root and signature as the owner sent them", 1, encode(honest), "root-differs",
          "no fork: the owner signed nothing false. Two signed roots of one size are needed to prove one")
    w.add("message truncated", 1, m(one, at1, k1)[:-70], "truncated")
    w.add("trailing byte", 1, m(one, at1, k1) + b"\xc0", "trailing-bytes")
    w.add("1,025 entries", 11, m([put("n", str(i)) for i in range(1024)], own.after(11), k2), "count")
    w.add("bodies of 8 MiB and 1 byte", 10, m(eight + [put("flag", "x", b"1", "text")], own.after(10), k2),
          "bodies-over-8-mib")

    starts = []

    def start(name, items, key, error, **how):
        """A genesis of its own journal."""
        o = Owner(items[0], key)
        message = o.make(items, **how)
        starts.append({"name": name, "journal": o.journal.id.hex(),
                       **refused(error, o.journal.commit, message), "message": message.hex()})

    start("entry 0 is no authority", one, k1, "entry-0-is-no-authority")
    start("genesis of version 2", [authority("domain", 2, k1.public, d2)], k1, "version", version=2)
    start("genesis with another entry", [genesis] + one, k1, "authority-not-alone")
    start("genesis without its body", [genesis], k1, "authority-body-left-out", no_bodies=True)
    start("genesis signed by another key", [genesis], k2, "signature")
    start("genesis at index 2", [genesis], k1, "first-index", first=2)
    for k, why in ((small, "small"), (mixed, "mixed")):
        start(f"genesis with a key of {why} order, the signature's equation holds",
              [authority("domain", 1, k.public, d2)], k, "bad-key")
    start("genesis without an authority's body", [put("authority", "self")], k1, "entry")
    start("genesis whose body is no authority", [authority("realm", 1, k1.public, d2)], k1, "form")
    o = Owner(genesis, k1)
    wrong = h.Journal(sha(b"another id"))
    message = o.make([genesis], j=wrong)
    starts.append({"name": "journal id is not the leaf of entry 0", "journal": wrong.id.hex(),
                   **refused("journal-id", wrong.commit, message), "message": message.hex()})
    message = fresh.make([authority("domain", 2, small.public, d3)], key=small, version=2)
    item = refused("bad-key", fresh.journal.commit, message)
    starts.append({"name": "successor with a key of small order that was named before; after `before`",
                   "journal": fresh.journal.id.hex(), "before": [fresh.commits[0]["message"]], **item,
                   "message": message.hex()})

    others = [{"name": "commit 2 with its bodies left out", "after": 1, "message": encode(
        (lambda v: v[:6] + [[None] * len(v[3])])(h.decode(bytes.fromhex(own.commits[1]["message"])))).hex(),
        "remark": "small bodies may be missing too (erased, or not live any more): the commit is the same"},
        {"name": "another commit on commit 1: valid there, the other side of a fork", "after": 1, "message": fork.hex(),
         "remark": "at size 4, where `commits` goes from 2 to 5"}]
    for o in others:
        own.after(o["after"]).copy().commit(bytes.fromhex(o["message"]))
    FILES["commits"] = {
        "about": "PROTOCOL.md, Commits: one journal. `commits` are taken in turn; `size`, `root`, `state_root` (the "
                 "state's) and `authority_version` hold after each. `invalid`: refused after the first `after` commits, "
                 "and the journal stays as it is. `others`: valid instead. `invalid_starts`: refused as the first commit "
                 "of `journal` (or after `before`).",
        "journal": own.journal.id.hex(), "keys": [k.shown() for k in (k1, k2, k3)], "commits": own.shown(),
        "others": others, "invalid": w.items, "invalid_starts": starts,
        "left_out": [{"index": h.decode(bytes.fromhex(own.commits[9]["message"]))[2], "salt": big[1][:16].hex(),
                      "content": "ab", "times": 20000}]}
    return own


def council():
    SALTS[0] = 3000
    clerk, stranger = Key("clerk"), Key("stranger")
    members = sorted((Key(f"member {i}") for i in range(3)), key=lambda k: k.public)
    genesis = authority("council", 1, 2, clerk.public, [m.public for m in members])
    own = Owner(genesis, clerk)
    mesh = own.journal.id
    own.add("genesis", [genesis])
    late = T0 + 10**9
    proposals = []

    def prop(items, before=(), expiry=late, title="", **other):
        return encode(["proposal", other.get("version", 1), other.get("mesh", mesh), [i[0] for i in items],
                       [list(b) for b in before], expiry, title, *other.get("later", ())])

    def approval(raw, signers=(0, 2), key=None, **other):
        pairs = []
        for s in signers:
            k = members[s] if type(s) is int else s
            pairs.append([k.public, k.sign(other.get("prefix", b"hanse proposal v1\n") + raw)])
        pairs = other.get("change", lambda p: sorted(p))(pairs)
        return put("approval", key or h.proposal_id(raw).hex(), encode([raw, pairs, *other.get("later", ())]),
                   other.get("media", "msgpack"))

    def add(name, raw, items, signers, **how):
        proposals.append({"name": name, "proposal": raw.hex(), "id": h.proposal_id(raw).hex(),
                          "to_sign": "hanse proposal v1\\n || proposal"})
        own.add(name, [approval(raw, signers, later=how.pop("approval_later", ()))] + items, **how)

    jid, ck = sha(b"journal of sales"), sha(b"curve key")
    sales = [put("domain", "sales", encode([jid, [ck]]), "msgpack")]
    admit = prop(sales, [("domain", "sales", None)], title="admit sales")
    add("admit a domain, members 0 and 2", admit, sales, (0, 2))
    leaf = h.entry_leaf(sales[0][0])
    again = [put("domain", "sales", encode([jid, [ck, sha(b"second")]]), "msgpack"), put("weather", "hamburg")]
    add("replace, with a precondition, all members", prop(again, [("domain", "sales", leaf)]), again, (0, 1, 2))
    note = [put("note", "a", b"text", "text", ["later"])]
    plain = prop(note, expiry=own.time, title="t" * 200, later=["later"])
    add("expiry is the seal's time; later elements; title of 200", plain, note, (1, 2), approval_later=[1])
    gone = [put("domain", "sales", op=1)]
    own.time -= 60000
    add("retract; the seal's time is the last one's", prop(gone), gone, (0, 1))
    retracted = h.entry_leaf(gone[0][0])
    back = [put("domain", "sales", encode([jid, [ck]]), "msgpack")]
    add("put again: the precondition names the retract's leaf", prop(back, [("domain", "sales", retracted)]), back, (0, 2))
    many = [put("note", f"{i}") for i in range(64)]
    add("64 entries, 64 preconditions", prop(many, [("note", f"{i}", None) for i in range(64)]), many, (0, 1))

    w = Wrongs(own)
    one = [put("note", "x")]
    p = prop(one)

    def bad(name, items, error, after=2, note=None, **how):
        how.setdefault("time", T0 + 10**6)
        w.add(name, after, own.make(items, own.after(after), **how), error, note)

    def after_body(raw, items=one, **how):
        return [approval(raw, **how)] + items

    bad("one signature too few", after_body(p, signers=(0,)), "threshold")
    bad("no signatures", after_body(p, signers=()), "threshold")
    bad("a member's signature twice", after_body(p, signers=(1, 1)), "signatures-order")
    bad("signatures not in order", after_body(p, change=lambda s: sorted(s)[::-1]), "signatures-order")
    bad("two members and a stranger", after_body(p, signers=(0, 1, stranger)), "not-a-member")
    bad("a member and the clerk", after_body(p, signers=(0, clerk)), "not-a-member")
    bad("three signatures, one false", after_body(p, signers=(0, 1, 2), change=lambda s: [
        [k, x[:9] + bytes([x[9] ^ 1]) + x[10:]] if k == members[1].public else [k, x] for k, x in sorted(s)]),
        "member-signature")
    bad("a member's signature under another member's key", after_body(p, change=lambda s: [
        [members[0].public, s[0][1]], [members[1].public, s[1][1]]]), "member-signature")
    bad("a member's signature with S + L", after_body(p, change=lambda s: [[k, plus_l(x)] for k, x in sorted(s)]),
        "non-canonical-s")
    bad("signed without the prefix", after_body(p, prefix=b""), "member-signature")
    bad("signed the id, not the proposal", after_body(p, change=lambda s: [
        [m.public, m.sign(b"hanse proposal v1\n" + h.proposal_id(p))] for m in members[:2]]), "member-signature")
    bad("expired by 1 ms", after_body(prop(one, expiry=T0 + 10**6 - 1)), "expired")
    bad("another mesh", after_body(prop(one, mesh=sha(b"other mesh"))), "mesh-id")
    bad("precondition: none, but there is one", after_body(prop(one, [("domain", "sales", None)])), "precondition")
    bad("precondition: another leaf", after_body(prop(one, [("domain", "sales", sha(b"?"))])), "precondition")
    bad("precondition: a leaf where there is none", after_body(prop(one, [("domain", "hr", leaf)])), "precondition")
    bad("precondition: none, but there is a retract", after_body(prop(one, [("domain", "sales", None)])),
        "precondition", after=5)
    bad("precondition on an entry of the same commit", after_body(prop(one, [("note", "x", h.entry_leaf(one[0][0]))])),
        "precondition")
    bad("a proposal replayed", [approval(plain, (0, 1))] + note, "proposal-counts-once", after=4, time=T0 + 180000)
    bad("an entry beside the proposal's", after_body(p, one + [put("note", "y")]), "entries-differ-from-proposal")
    two = [put("note", "x"), put("note", "y")]
    bad("an entry missing", after_body(prop(two), two[:1]), "entries-differ-from-proposal")
    bad("entries in another order", after_body(prop(two), two[::-1]), "entries-differ-from-proposal")
    bad("an entry with other bytes", after_body(prop(two), [two[0], put("note", "y", None, "", [1])]),
        "entries-differ-from-proposal")
    bad("approval not first", one + [approval(p)], "approval-entry")
    bad("no approval", one, "approval-entry")
    bad("two approvals", [approval(p), approval(prop(two))] + one, "entries-differ-from-proposal")
    bad("the seal's time falls", after_body(p), "time-falls", after=3, time=T0 + 119999)
    inner = authority("council", 1, 1, clerk.public, [members[0].public])
    bad("an authority in a proposal", after_body(prop([inner]), [inner]), "authority-not-alone")
    bad("a successor of the council's authority", [inner], "council-successor")
    bad("the council becomes a domain", [authority("domain", 2, clerk.public, sha(b"x"))], "council-successor", version=2)
    nested = [approval(prop(two))]
    bad("an approval in a proposal", after_body(prop(nested), nested), "proposal-kind")
    bad("a proposal with a seal", after_body(prop(one + [(encode(["seal", "", 0, None, 0, "", T0, bytes(32), 1, 0]), None)]),
        one), "proposal-kind",
        note="the commit leaves the seal out, for it could not stand there either")
    bad("approval retracted", [put("approval", h.proposal_id(p).hex(), op=1)] + one, "approval-entry")
    bad("approval without a body", [put("approval", h.proposal_id(p).hex())] + one, "approval-entry")
    bad("approval of media json", after_body(p, media="json"), "approval-entry")
    bad("approval under another key", after_body(p, key=sha(b"?").hex()), "approval-key")
    bad("approval's key in upper case", after_body(p, key=h.proposal_id(p).hex().upper()), "approval-key")
    bad("proposal of version 2", after_body(prop(one, version=2)), "proposal-form")
    bad("proposal without entries", [approval(prop([])), *[]], "proposal-entries")
    more = [put("note", str(i)) for i in range(65)]
    bad("65 entries", after_body(prop(more), more), "proposal-entries")
    bad("65 preconditions", after_body(prop(one, [("a", str(i), None) for i in range(65)])), "proposal-preconditions")
    bad("title of 201 bytes", after_body(prop(one, title="t" * 201)), "proposal-form")
    bad("title of 101 two-byte characters", after_body(prop(one, title="\u00e4" * 101)), "proposal-form")
    bad("expiry after the last time", after_body(prop(one, expiry=h.TIME_MAX + 1)), "proposal-form")
    bad("proposal of 17 elements", after_body(prop(one, later=[0] * 10)), "proposal-form")
    twice = [put("note", "x"), put("note", "x", b"y", "text")]
    bad("the same kind and key twice in a proposal", after_body(prop(twice), twice), "same-kind-and-key")
    wrong = put("note", "x", op=2)
    bad("an entry of the proposal is invalid", after_body(prop([wrong]), [wrong]), "operation")
    bad("signed by a member, not the clerk", after_body(p), "signature", key=members[0])
    bad("false state root", after_body(p), "state-root", state_root=sha(b"?"))
    FILES["council"] = {
        "about": "PROTOCOL.md, Council: the council's journal, as in commits.json. The clerk signs the commits; `members` "
                 "stand in ascending order, threshold 2.",
        "journal": mesh.hex(), "clerk": clerk.shown(), "members": [m.shown() for m in members], "commits": own.shown(),
        "proposals": proposals, "invalid": w.items}


# ---- messages.json -------------------------------------------------------------------------------------------------

def messages(own, fork):
    valid, invalid = [], []
    a, b, ck = sha(b"journal a"), sha(b"journal b"), sha(b"curve key")
    body = salted(b"content")

    def good(message, fields, **values):
        data = encode(fields)
        h.message(data)
        valid.append({"message": message, "hex": data.hex(), **{k: hexed(v) for k, v in values.items()}})

    def bad(why, fields, error):
        data = fields if type(fields) is bytes else encode(fields)
        invalid.append({"why": why, "hex": data.hex(), **refused(error, h.message, data)})

    good("HELLO", [1, 1, a, "hanse 0.1"], version=1, mesh=a, software="hanse 0.1")
    good("HELLO", [1, 1, a, "s" * 64, "later"], version=1, mesh=a, software="s" * 64)
    good("ROOT", [2, b, 3], root=b, journals=3)
    good("HEADS", [3, 1, [[a, 5, b], [b, 2, a]]], complete=1, heads=[[a, 5, b], [b, 2, a]])
    good("HEADS", [3, 0, []], complete=0, heads=[])
    good("WANT", [4, a, 2, 4194304, []], journal=a, first=2, bytes=4194304, indexes=[])
    good("WANT", [4, a, 0, 1048576, [3, 4, 9]], journal=a, first=0, bytes=1048576, indexes=[3, 4, 9])
    c = h.decode(bytes.fromhex(own.commits[1]["message"]))
    good("COMMIT", c, journal=c[1], first=c[2], entries=c[3], root=c[4], signature=c[5], bodies=c[6])
    second = salted(b"x")
    good("BODY", [6, a, [[3, body], [4, second]]], journal=a, bodies=[[3, body], [4, second]])
    good("REQUEST", [7, "sales", a, ck, "sales@example.org"], name="sales", journal=a, curve_key=ck,
         contact="sales@example.org")
    good("HAVE", [9, [[a, 5, b], [b, 2, a]]], heads=[[a, 5, b], [b, 2, a]])
    good("HAVE", [9, [[a, 1 << 53, b]] * 256, "later"], heads=[[a, 1 << 53, b]] * 256)
    good("GRAFT", [10, a, 4], journal=a, first=4)
    good("GRAFT", [10, a, 0, None], journal=a, first=0)
    good("PRUNE", [11, a], journal=a)

    one, two = [bytes.fromhex("12340000000000ff"), 5, b"abcd"], [bytes.fromhex("1234000000000100"), 2, b"abcd"]
    digests = bytes(range(128))
    good("TREE", [8, 2**63 + 1, 1, [[1, digests]], [], []], salt=f"{2**63 + 1:016x}", complete=1, split=[[1, digests]])
    good("TREE", [8, 7, 1, [[16, digests], [31, digests]], [[17, [one, two]], [18, []]], [two]])
    good("TREE", [8, 7, 0, [], [[4096 + 0x123, [one, two]]], []])
    good("TREE", [8, 7, 1, [], [], [], "later"])
    bad("TREE of 5 elements", [8, 7, 1, [], []], "elements")
    bad("TREE: complete 2", [8, 7, 2, [], [], []], "form")
    bad("TREE: salt is a bin", [8, b"saltsalt", 1, [], [], []], "form")
    bad("TREE: 15 digests", [8, 7, 1, [[1, digests[:120]]], [], []], "form")
    bad("TREE: digests of a bucket", [8, 7, 1, [[4096, digests]], [], []], "form")
    bad("TREE: a node of depth 1", [8, 7, 1, [[2, digests]], [], []], "form")
    bad("TREE: node 0", [8, 7, 1, [[0, digests]], [], []], "form")
    bad("TREE: a node beyond the buckets", [8, 7, 1, [], [[8192, []]], []], "form")
    bad("TREE: nodes of two depths", [8, 7, 1, [[1, digests]], [[17, []]], []], "form")
    bad("TREE: nodes that descend", [8, 7, 1, [[17, digests], [16, digests]], [], []], "form")
    bad("TREE: a node twice", [8, 7, 1, [], [[17, []], [17, []]], []], "form")
    bad("TREE: heads that descend", [8, 7, 1, [], [[17, [two, one]]], []], "form")
    bad("TREE: a head of another node", [8, 7, 1, [], [[18, [one]]], []], "form")
    bad("TREE: a head of size 1", [8, 7, 1, [], [[17, [[one[0], 1, b"abcd"]]]], []], "form")
    bad("TREE: a head with 2 elements", [8, 7, 1, [], [], [one[:2]]], "form")
    bad("TREE: an id of 9", [8, 7, 1, [], [], [[one[0] + b"x", 5, b"abcd"]]], "form")

    good("FORK", [12, fork], proof=fork)

    bad("nothing", b"", "truncated")
    bad("not an array", b"\x01", "not-a-message")
    bad("empty array", [], "not-a-message")
    bad("type is a str", ["HELLO", 1, a, "x"], "not-a-message")
    bad("type is true", [True, 1, a, "x"], "not-a-message")
    bad("type 0", [0, 1, a, "x"], "unknown-type")
    bad("type 99", [99, 1, a, "x"], "unknown-type")
    bad("HELLO of 3 elements", [1, 1, a], "elements")
    bad("HELLO of 17 elements", [1, 1, a, "x"] + [0] * 13, "elements")
    bad("HELLO: software of 65 bytes", [1, 1, a, "s" * 65], "form")
    bad("HELLO: mesh id of 31", [1, 1, a[:31], "x"], "form")
    bad("HELLO: version nil", [1, None, a, "x"], "form")
    bad("HELLO: trailing byte", encode([1, 1, a, "x"]) + b"\x00", "trailing-bytes")
    bad("HELLO: not shortest", b"\x94\xcc\x01\x01" + encode(a) + b"\xa1x", "not-shortest")
    bad("ROOT: root as str", [2, "b" * 32, 3], "form")
    bad("ROOT of 2 elements", [2, b], "elements")
    bad("HEADS: complete 2", [3, 2, []], "form")
    bad("HEADS: complete true", [3, True, []], "form")
    bad("HEADS: a head of 2 elements", [3, 1, [[a, 5]]], "form")
    bad("HEADS: root of 33", [3, 1, [[a, 5, b + b"x"]]], "form")
    bad("HEADS: size over 2^53", [3, 1, [[a, (1 << 53) + 1, b]]], "form")
    bad("HEADS: nil for the list", [3, 1, None], "form")
    bad("WANT: first index over 2^53", [4, a, (1 << 53) + 1, 1, []], "form")
    bad("WANT: 1,025 indexes", [4, a, 0, 1, [0] * 1025], "form")
    bad("WANT: an index is a str", [4, a, 0, 1, ["1"]], "form")
    bad("WANT of 4 elements", [4, a, 0, 1], "elements")
    for i, v, why in ((1, a[:31], "journal id of 31"), (3, [e.hex() for e in c[3]], "entries as str"),
                      (3, None, "entries nil"), (4, b[:31], "root of 31"), (5, c[5][:63], "signature of 63"),
                      (5, c[5] + b"x", "signature of 65"), (6, c[6][:-1], "fewer bodies than entries"),
                      (6, c[6] + [None], "more bodies than entries"), (6, [False] * 3, "a body is false"),
                      (6, [bytes(16), None, None], "a body that is only a salt")):
        bad(f"COMMIT: {why}", c[:i] + [v] + c[i + 1:], "form")
    bad("COMMIT of 6 elements", c[:6], "elements")
    bad("BODY: no pairs", [6, a, [3, body]], "form")
    bad("BODY: body as str", [6, a, [[3, "x" * 20]]], "form")
    bad("BODY: a body that is only a salt", [6, a, [[3, body[:16]]]], "form")
    for name in ("Sales", "-sales", "", "a" * 64, "s.x"):
        bad(f"REQUEST: name {name[:9]!r}", [7, name, a, ck, ""], "form")
    bad("REQUEST: contact of 201 bytes", [7, "sales", a, ck, "c" * 201], "form")
    bad("REQUEST: curve key of 31", [7, "sales", a, ck[:31], ""], "form")
    bad("HAVE of nothing", [9, []], "form")
    bad("HAVE: 257 heads", [9, [[a, 5, b]] * 257], "form")
    bad("HAVE: size 1", [9, [[a, 1, b]]], "form")
    bad("HAVE: a head of 4 elements", [9, [[a, 5, b, 0]]], "form")
    bad("HAVE: root of 31", [9, [[a, 5, b[:31]]]], "form")
    bad("HAVE of 1 element", [9], "elements")
    bad("GRAFT: first index over 2^53", [10, a, (1 << 53) + 1], "form")
    bad("GRAFT: journal id of 33", [10, a + b"x", 4], "form")
    bad("GRAFT of 2 elements", [10, a], "elements")
    bad("PRUNE: journal id as str", [11, "b" * 32], "form")
    bad("PRUNE of 1 element", [11], "elements")
    bad("FORK: proof as an array", [12, h.decode(fork)], "form")
    bad("FORK of 1 element", [12], "elements")
    heads = encode([sha(b"x"), 2, sha(b"y")])
    for n in (8192, 8193):
        data = b"\x93\x03\x01\xdc" + n.to_bytes(2, "big") + heads * n
        parts = [["930301dc" + n.to_bytes(2, "big").hex(), 1], [heads.hex(), n]]
        if n == 8192:
            h.message(data)
            valid.append({"message": "HEADS", "why": "8,192 heads (one journal again and again: form only)", "parts": parts})
        else:
            invalid.append({"why": "HEADS: 8,193 heads", "parts": parts, **refused("form", h.message, data)})
    head = b"\x93\x06" + encode(a) + b"\x91\x92\x03\xc6" + (1048592).to_bytes(4, "big")
    h.message(head + bytes(1048592))
    valid.append({"message": "BODY", "why": "the largest body", "parts": [[head.hex(), 1], ["00", 1048592]]})
    for n, error in ((1048593, "form"), (h.MESSAGE_MAX - len(head) + 1, "message-too-long")):
        head = head[:-4] + n.to_bytes(4, "big")
        invalid.append({"why": f"BODY: a salted body of {n} bytes", "parts": [[head.hex(), 1], ["00", n]],
                        **refused(error, h.message, head + bytes(n))})
    links = [{"hex": encode(m).hex(), "why": why} for m, why in (
        ([1, 2, a, "x"], "HELLO of another version"), ([1, 1, b, "x"], "HELLO of another mesh"))]
    FILES["messages"] = {
        "about": "PROTOCOL.md, Links: the form of messages (COMMIT: whether it is right is in commits.json). `parts` as in "
                 "encoding.json. `ends_the_link`: of right form, where the mesh id is `mesh`.",
        "valid": valid, "invalid": invalid, "mesh": a.hex(), "ends_the_link": links}
