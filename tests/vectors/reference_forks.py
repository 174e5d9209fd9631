"""PROTOCOL.md, Forks: a second implementation, from the law's text alone."""
from hanse_reference import (Bad, SIZE_MAX, authority_body, checkpoint_text, decode, entry, entry_leaf, is_bin, is_int, is_list,
                             is_struct, merkle_root, need, next_key_digest, tagged, verify)

FORK_MAX = 544768
SEC = "Forks"


def subtrees(leaves):
    """The roots of the perfect subtrees that the size's binary form names, the largest first."""
    out, at = [], 0
    for bit in reversed(range(54)):
        if len(leaves) >> bit & 1:
            out.append(merkle_root(leaves[at:at + (1 << bit)]))
            at += 1 << bit
    return out


def right_path(leaves, index):
    """Those hashes of the index's inclusion path that stand on its right, the lowest first."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return right_path(leaves[:k], index) + [merkle_root(leaves[k:])]
    return right_path(leaves[k:], index - k)


def path_root(index, size, left, leaf, right):
    """The root of a tree of that size, by RFC 6962's definition from the top down; takes what it needs off both lists."""
    if size == 1:
        return leaf
    k = 1
    while k * 2 < size:
        k *= 2
    if index < k:
        need(right, SEC, "right-path")
        above = right.pop()
        return tagged(0x01, path_root(index, k, left, leaf, right), above)
    beside = left.pop(0)
    return tagged(0x01, beside, path_root(index - k, size - k, left, leaf, right))


def join(nodes, count, leaves):
    """Subtrees of `count` entries and the leaves after them: subtrees of all."""
    stack, at = [], count
    for bit in reversed(range(54)):
        if count >> bit & 1:
            stack.append((1 << bit, nodes[len(stack)]))
    for leaf in leaves:
        stack.append((1, leaf))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (size, b), (_, a) = stack.pop(), stack.pop()
            stack.append((2 * size, tagged(0x01, a, b)))
    return [node for _, node in stack]


def fork_proof(data):
    """(journal, cut, subtrees before it, index, [(size, root, signature, key or None)] * 2)."""
    need(len(data) <= FORK_MAX, SEC, "too-long")
    p = decode(data)
    need(is_struct(p, 8) and p[0] == "fork" and is_int(p[1], 1, 1) and is_bin(p[2], 32) and is_int(p[3], 0, SIZE_MAX), SEC, "form")
    need(type(p[4]) is list and all(is_bin(n, 32) for n in p[4]) and len(p[4]) == bin(p[3]).count("1"), SEC, "subtrees")
    need(is_list(p[5], 0, 1023) and all(type(e) is bytes for e in p[5]), SEC, "form")
    need(all(entry(e)[0] != "seal" for e in p[5]), SEC, "seal-after-the-cut")
    left = join(p[4], p[3], [entry_leaf(e) for e in p[5]])
    index, branches = p[3] + len(p[5]), []
    for b in p[6:8]:
        need(is_struct(b, 5) and is_int(b[0], index + 1, SIZE_MAX) and is_bin(b[1], 32) and type(b[2]) is list and all(
            is_bin(n, 32) for n in b[2]) and is_bin(b[3], 64) and (b[4] is None or is_bin(b[4], 32)), SEC, "branch-form")
        right = list(b[2])
        root = path_root(index, b[0], list(left), b[1], right)
        need(not right, SEC, "right-path")
        branches.append((b[0], root, b[3], b[4]))
    need(p[6][1] < p[7][1], SEC, "leaves-order")
    return p[2], p[3], p[4], index, branches


def holds(data, prefix, authority):
    """Checks a proof as whoever has these leaves before the cut, where that authority body is in force."""
    journal, cut, nodes, _, branches = fork_proof(data)
    need(cut == len(prefix), "Forks 1", "cut")
    need(nodes == subtrees(prefix), "Forks 1", "another-journal-before-the-cut")
    a = authority_body(authority)
    for size, root, signature, key in branches:
        if key is not None:
            need(a[0] == "domain" and next_key_digest(key) == a[3], "Forks 3", "successor")
        signer = key if key is not None else a[2] if a[0] == "domain" else a[3]
        need(verify(signer, checkpoint_text(journal, size, root), signature), "Forks 3", "signature")
