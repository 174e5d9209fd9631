"""Test vectors of fork proofs."""
import hanse_reference as h
import reference_forks as f
from cases_common import FILES, SALTS, T0, Key, put, refused, sha
from cases_journals import Owner, authority
from hanse_reference import encode


def leaves_of(message):
    return [h.entry_leaf(e) for e in h.decode(message)[3]]


def proof_of(journal, prefix, a, b, rotated=(None, None), **lie):
    """The proof that two COMMIT messages make after `prefix`."""
    ma, mb = h.decode(a), h.decode(b)
    same = 0
    while ma[3][same] == mb[3][same]:
        same += 1
    index = len(prefix) + same
    branches = []
    for m, key in ((ma, rotated[0]), (mb, rotated[1])):
        leaves = prefix + [h.entry_leaf(e) for e in m[3]]
        branches.append([len(leaves), leaves[index], f.right_path(leaves, index), m[5], key])
    branches.sort(key=lambda x: x[1])
    p = ["fork", 1, journal, len(prefix), f.subtrees(prefix), ma[3][:same], *branches]
    for place, value in lie.items():
        p[int(place[1:])] = value
    return p


def forks():
    SALTS[0] = 9000
    k1, k2 = Key("fork owner 1"), Key("fork owner 2")
    genesis = authority("domain", 1, k1.public, h.next_key_digest(k2.public))
    body = genesis[1][16:]
    own = Owner(genesis, k1)
    own.add("genesis", [genesis])
    for n in range(5):
        own.add(f"commit {n}", [put("note", f"{n}-{i}", b"both", "text") for i in range(n % 3 + 1)])
    valid, invalid = [], []

    def shown(name, proof, prefix):
        data = proof if type(proof) is bytes else encode(proof)
        return {"name": name, "hex": data.hex(), "authority": body.hex(), "prefix": [n.hex() for n in f.subtrees(prefix)]}, data

    def good(name, proof, prefix):
        item, data = shown(name, proof, prefix)
        f.holds(data, prefix, body)
        _, cut, _, index, branches = f.fork_proof(data)
        valid.append({**item, "cut": cut, "index": index, "roots": [b[1].hex() for b in branches]})

    def bad(name, proof, prefix, error):
        item, data = shown(name, proof, prefix)
        invalid.append({**item, "cut": len(prefix), **refused(error, f.holds, data, prefix, body)})

    def commits(j, one, other, key=(k1, k1), **how):
        return (own.make(one, j, key[0], **how), own.make(other, j, key[1], time=T0 + 999999, **how))

    for after in range(1, 7):
        j = own.after(after)
        a, b = commits(j, [put("note", "x", b"one", "text")],
                       [put("note", str(i), b"other", "text") for i in range(after)])
        good(f"two commits after {len(j.leaves)} entries", proof_of(j.id, list(j.leaves), a, b), list(j.leaves))
    j = own.after(6)
    prefix = list(j.leaves)
    items = [put("note", str(i), b"same", "text") for i in range(4)]
    a, b = commits(j, items, items)
    seals = proof_of(j.id, prefix, a, b)
    good("only the seals differ", seals, prefix)
    good("later elements, in the proof and in a branch", seals[:7] + [seals[7] + ["later"], "later"], prefix)
    turn = [authority("domain", 2, k2.public, sha(b"next"))]
    a, b = own.make(turn, j, k2, version=2), own.make([put("note", "x")], j, k1)
    rotation = proof_of(j.id, prefix, a, b, (k2.public, None))
    good("a rotation on one branch", rotation, prefix)
    begin = h.Journal(j.id)
    a, b = own.make([genesis], begin, k1), own.make([genesis], begin, k1, time=T0 + 5)
    good("two first commits", proof_of(j.id, [], a, b), [])

    p = seals
    bad("trailing byte", encode(p) + b"\x00", prefix, "trailing-bytes")
    bad("version 2", p[:1] + [2] + p[2:], prefix, "form")
    bad("another title", ["forks"] + p[1:], prefix, "form")
    bad("another journal", p[:2] + [sha(b"?")] + p[3:], prefix, "signature")
    bad("a subtree more", p[:4] + [p[4] + [sha(b"?")]] + p[5:], prefix, "subtrees")
    bad("another subtree", p[:4] + [[sha(b"?")] + p[4][1:]] + p[5:], prefix, "another-journal-before-the-cut")
    bad("an entry of the common ones left out", p[:5] + [p[5][:-1]] + p[6:], prefix, "right-path")
    bad("branches in the other order", p[:6] + [p[7], p[6]], prefix, "leaves-order")
    bad("one branch twice", p[:7] + [p[6]], prefix, "leaves-order")
    for place, value, error in ((1, b"\x00" * 32, "signature"), (3, bytes(64), "signature"),
                                (3, p[7][3], "signature"), (4, k1.public, "successor"), (4, k2.public, "signature"),
                                (0, p[3], "branch-form"), (4, b"", "branch-form")):
        changed = list(p[6])
        changed[place] = value
        bad(f"the first branch with another element {place}", p[:6] + [changed, p[7]], prefix, error)
    bad("a hash more in a path", p[:6] + [p[6][:2] + [p[6][2] + [sha(b"?")]] + p[6][3:], p[7]], prefix, "right-path")
    lower = own.after(5)
    m = own.commits[5]
    entries = h.decode(bytes.fromhex(m["message"]))[3]
    bad("cut lower than the last seal that both have", p[:3] + [len(lower.leaves), f.subtrees(list(lower.leaves)), entries + p[5]] + p[6:],
        list(lower.leaves), "seal-after-the-cut")
    bad("the rotation without its key", rotation[:6] + [b[:4] + [None] for b in rotation[6:]], prefix, "signature")
    bad("of a journal that is shorter", p, list(lower.leaves), "cut")
    FILES["forks"] = {
        "about": "PROTOCOL.md, Forks: proofs, each judged by whoever has a journal with `cut` entries, whose perfect subtrees are `prefix` "
                 "(the largest first), where the authority with the body `authority` is in force. `roots`: of the branches, in order.",
        "journal": j.id.hex(), "valid": valid, "invalid": invalid}
    return encode(p)
