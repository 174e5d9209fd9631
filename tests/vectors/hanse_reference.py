"""A second implementation of the Hanse protocol, written from proto/PROTOCOL.md alone.

It is slow and small. It exists to make and to check the test vectors; nothing runs it in production.
Refusals are `Bad(section, reason)`: the section is PROTOCOL.md's, the reason a name of our own.
"""
import base64
import copy
import hashlib
import re
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ENTRY_MAX, BODY_MAX, SALT = 512, 1048576, 16
COMMIT_MAX, COMMIT_BODIES_MAX, MESSAGE_MAX = 1024, 8 * 1048576, 1052672
TIME_MAX, SIZE_MAX, DEPTH_MAX, VALUES_MAX, ELEMENTS_MAX = 253402300799999, 1 << 53, 16, 65536, 16


class Bad(Exception):
    def __init__(self, section, reason):
        super().__init__(f"{section}: {reason}")
        self.section, self.reason = section, reason


def need(ok, section, reason):
    if not ok:
        raise Bad(section, reason)


def be32(n):
    return struct.pack(">I", n)


def be64(n):
    return struct.pack(">Q", n)


# ---- Encoding ------------------------------------------------------------------------------------------------------

def _head(n, fix, fixmax, codes):
    if n <= fixmax:
        return bytes([fix + n])
    for code, width in codes:
        if n < 1 << (8 * width):
            return bytes([code]) + n.to_bytes(width, "big")
    raise ValueError(n)


def encode(v):
    if v is None:
        return b"\xc0"
    if type(v) is bool:
        return b"\xc3" if v else b"\xc2"
    if type(v) is int:
        return _head(v, 0, 127, ((0xCC, 1), (0xCD, 2), (0xCE, 4), (0xCF, 8)))
    if type(v) is str:
        raw = v.encode()
        return _head(len(raw), 0xA0, 31, ((0xD9, 1), (0xDA, 2), (0xDB, 4))) + raw
    if type(v) is bytes:
        return _head(len(v), 0, -1, ((0xC4, 1), (0xC5, 2), (0xC6, 4))) + v
    return _head(len(v), 0x90, 15, ((0xDC, 2), (0xDD, 4))) + b"".join(encode(x) for x in v)


def decode(data):
    """The value of exactly these bytes: nil, bool, int, str, bytes or list."""
    at, values, sec = 0, 0, "Encoding"

    def take(n):
        nonlocal at
        need(n <= len(data) - at, sec, "truncated")
        at += n
        return data[at - n:at]

    def number(width, least):
        n = int.from_bytes(take(width), "big")
        need(n >= least, sec, "not-shortest")
        return n

    def text(n):
        try:
            return take(n).decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise Bad(sec, "bad-utf8") from None

    def array(n, depth):
        need(depth < DEPTH_MAX, sec, "too-deep")
        need(n <= VALUES_MAX - values, sec, "too-many-values")
        need(n <= len(data) - at, sec, "truncated")
        return [value(depth + 1) for _ in range(n)]

    def value(depth):
        nonlocal values
        values += 1
        need(values <= VALUES_MAX, sec, "too-many-values")
        c = take(1)[0]
        if c <= 0x7F:
            return c
        if 0x90 <= c <= 0x9F:
            return array(c & 15, depth)
        if 0xA0 <= c <= 0xBF:
            return text(c & 31)
        if c in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[c]
        if c in (0xC4, 0xC5, 0xC6):
            return take(number(*{0xC4: (1, 0), 0xC5: (2, 256), 0xC6: (4, 65536)}[c]))
        if 0xCC <= c <= 0xCF:
            return number(*{0xCC: (1, 128), 0xCD: (2, 256), 0xCE: (4, 65536), 0xCF: (8, 1 << 32)}[c])
        if c in (0xD9, 0xDA, 0xDB):
            return text(number(*{0xD9: (1, 32), 0xDA: (2, 256), 0xDB: (4, 65536)}[c]))
        if c in (0xDC, 0xDD):
            return array(number(*{0xDC: (2, 16), 0xDD: (4, 65536)}[c]), depth)
        raise Bad(sec, "type-not-allowed")

    v = value(0)
    need(at == len(data), sec, "trailing-bytes")
    return v


def is_int(v, low=0, high=(1 << 64) - 1):
    return type(v) is int and low <= v <= high


def is_bin(v, size):
    return type(v) is bytes and len(v) == size


def is_text(v, most):
    return type(v) is str and len(v.encode()) <= most


def is_struct(v, elements):
    """An array of named elements, perhaps with later ones."""
    return type(v) is list and elements <= len(v) <= ELEMENTS_MAX


def is_list(v, least, most):
    return type(v) is list and least <= len(v) <= most


# ---- Hashes --------------------------------------------------------------------------------------------------------

def tagged(tag, *parts):
    return hashlib.sha256(bytes([tag]) + b"".join(parts)).digest()


def entry_leaf(entry):
    return tagged(0x00, entry)


def body_hash(salted):
    return tagged(0x10, salted)


def key_hash(kind, key):
    return tagged(0x23, bytes([len(kind)]), kind.encode(), key.encode())


def state_leaf(khash, index, leaf):
    return tagged(0x20, khash, be64(index), leaf)


def head_leaf(journal, size, root):
    return tagged(0x24, journal, be64(size), root)


def next_key_digest(public):
    return tagged(0x30, public)


def proposal_id(proposal):
    return tagged(0x31, proposal)


def key_of(parts, separators=("@",)):
    """parts[0] sep[0] parts[1] sep[1] …, each part percent-encoded; cut when it is longer than 200 bytes."""
    free = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"
    out = ""
    for i, part in enumerate(parts):
        out += separators[i - 1] if i else ""
        out += "".join(chr(b) if b in free else f"%{b:02X}" for b in part.encode())
    return out if len(out) <= 200 else out[:135] + "~" + hashlib.sha256(out.encode()).hexdigest()


def merkle_root(leaves):
    """RFC 6962, 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return tagged(0x01, merkle_root(leaves[:k]), merkle_root(leaves[k:]))


def bucket_row(leaves):
    buckets = [[] for _ in range(4096)]
    for k in sorted(leaves):
        buckets[k[0] << 4 | k[1] >> 4].append(leaves[k])
    return [tagged(0x21, be32(len(b)), *b) for b in buckets]


def bucket_root(leaves):
    """leaves: {32-byte sort key: 32-byte leaf}."""
    row = bucket_row(leaves)
    while len(row) > 1:
        row = [tagged(0x22, row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def state_root(state):
    """state: {(kind, key): (index, entry leaf)}."""
    hashed = {key_hash(*k): v for k, v in state.items()}
    return bucket_root({h: state_leaf(h, *v) for h, v in hashed.items()})


def walk_digest(salt, value):
    return tagged(0x25, be64(salt), value)


def walk_split(leaves, salt, number):
    """The digests of the 16 nodes four levels below node `number`."""
    row = bucket_row(leaves)
    while len(row) > number_width(number) * 16:
        row = [tagged(0x22, row[i], row[i + 1]) for i in range(0, len(row), 2)]
    first = (number - number_width(number)) * 16
    return b"".join(walk_digest(salt, node)[:8] for node in row[first:first + 16])


def number_width(number):
    """Nodes at the depth of that node."""
    return 1 << number.bit_length() - 1


def heads_root(heads):
    return bucket_root({j: head_leaf(j, size, root) for j, size, root in heads})


# ---- Ed25519: points by hand (RFC 8032, 5.1), signatures by the library ---------------------------------------------

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
NEUTRAL = (0, 1, 1, 0)


def point_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_mul(n, p):
    q = NEUTRAL
    while n:
        if n & 1:
            q = point_add(q, p)
        p, n = point_add(p, p), n >> 1
    return q


def point_same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def point_encode(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_decode(b):
    """The point, or None where the encoding is not canonical or not of a point."""
    n = int.from_bytes(b, "little")
    sign, y = n >> 255, n & (1 << 255) - 1
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point_decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
_points = {}


def valid_point(b):
    """A canonical encoding of a point of the prime-order group, the neutral element not counted."""
    if b not in _points:
        p = point_decode(b)
        _points[b] = p is not None and not point_same(p, NEUTRAL) and point_same(point_mul(L, p), NEUTRAL)
    return _points[b]


def verify(public, message, signature):
    need(valid_point(public), "Authorities", "bad-key")
    need(int.from_bytes(signature[32:], "little") < L, "Authorities", "non-canonical-s")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return valid_point(signature[:32])  # the law is silent on R: this is the reading on which all libraries agree


# ---- Entries, bodies, seals, authorities ---------------------------------------------------------------------------

def entry(data):
    sec = "Entries"
    need(len(data) <= ENTRY_MAX, sec, "over-512-bytes")
    e = decode(data)
    need(type(e) is list, sec, "not-an-array")
    need(6 <= len(e) <= ELEMENTS_MAX, sec, "elements")
    need(type(e[0]) is str and re.fullmatch("[a-z][a-z0-9-]{0,31}", e[0]), sec, "kind")
    need(type(e[1]) is str and re.fullmatch("[!-~]{0,200}", e[1]), sec, "key")
    need(is_int(e[2], 0, 1), sec, "operation")
    need(e[3] is None or is_bin(e[3], 32), sec, "body-hash")
    need(is_int(e[4], 0, BODY_MAX), sec, "body-size")
    need(type(e[5]) is str and re.fullmatch("[!-~]{0,64}", e[5]), sec, "media")
    if e[3] is None:
        need(e[4] == 0, sec, "size-without-body")
        need(e[5] == "", sec, "media-without-body")
    else:
        need(e[4] >= 1, sec, "body-of-size-0")
        need(e[5] != "", sec, "body-without-media")
        need(e[2] == 0, sec, "retract-with-body")
    return e


def seal(e):
    """Checks an entry as a seal: (time, state root, authority version, council size)."""
    sec = "Seals"
    need(e[0] == "seal", sec, "kind")
    need(e[1] == "", sec, "key")
    need(e[2] == 0, sec, "operation")
    need(e[3] is None, sec, "body")
    need(len(e) >= 10, sec, "elements")
    need(is_int(e[6], 0, TIME_MAX), sec, "time")
    need(is_bin(e[7], 32), sec, "state-root-form")
    need(is_int(e[8], 1), sec, "authority-version-form")
    need(is_int(e[9], 0, SIZE_MAX), sec, "council-size-form")
    return e[6:10]


def salted_body(salted, e):
    """The content of the body that entry e names."""
    sec = "Bodies"
    need(e[3] is not None, sec, "body-not-named")
    need(SALT < len(salted) <= SALT + BODY_MAX, sec, "body-length")
    need(len(salted) - SALT == e[4], sec, "body-size")
    need(body_hash(salted) == e[3], sec, "body-hash")
    return salted[SALT:]


def authority_body(content):
    sec = "Authorities"
    a = decode(content)
    need(type(a) is list and a and a[0] in ("domain", "council"), sec, "form")
    if a[0] == "domain":
        need(is_struct(a, 4) and is_int(a[1], 1) and is_bin(a[2], 32) and is_bin(a[3], 32), sec, "form")
        need(valid_point(a[2]), sec, "bad-key")
        return a
    need(is_struct(a, 5) and is_int(a[1], 1) and is_int(a[2]) and is_bin(a[3], 32), sec, "form")
    need(type(a[4]) is list and all(is_bin(m, 32) for m in a[4]), sec, "form")
    need(1 <= len(a[4]) <= 32, sec, "members")
    need(all(x < y for x, y in zip(a[4], a[4][1:])), sec, "members-order")
    need(1 <= a[2] <= len(a[4]), sec, "threshold")
    need(a[1] == 1, sec, "version")
    need(all(valid_point(k) for k in [a[3], *a[4]]), sec, "bad-key")
    return a


# ---- Checkpoints ---------------------------------------------------------------------------------------------------

def origin(journal):
    return "hanse.journal/" + journal.hex()


def checkpoint_text(journal, size, root):
    return f"{origin(journal)}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def key_id(journal, public):
    return hashlib.sha256(origin(journal).encode() + b"\n\x01" + public).digest()[:4]


def signed_note(journal, size, root, public, signature):
    blob = base64.b64encode(key_id(journal, public) + signature).decode()
    return checkpoint_text(journal, size, root) + f"\n\u2014 {origin(journal)} {blob}\n".encode()


def read_note(note, journal, public):
    """(size, root) of a signed note of this journal under this key."""
    sec = "Checkpoints"

    def unbase64(raw, size, what):
        try:
            out = base64.b64decode(raw, validate=True)
        except ValueError:
            raise Bad(sec, what + "-base64") from None
        need(base64.b64encode(out) == raw, sec, what + "-base64")
        need(len(out) == size, sec, what + "-length")
        return out

    lines = note.split(b"\n")
    need(len(lines) >= 6 and lines[-1] == b"" and lines[3] == b"", sec, "lines")
    dash = "\u2014 ".encode()
    need(all(x.startswith(dash) for x in lines[4:-1]), sec, "signature-line")
    need(lines[0] == origin(journal).encode(), sec, "origin")
    need(re.fullmatch(b"0|[1-9][0-9]{0,15}", lines[1]) and int(lines[1]) <= SIZE_MAX, sec, "size")
    root = unbase64(lines[2], 32, "root")
    start = dash + lines[0] + b" "
    ours = [x for x in lines[4:-1] if x.startswith(start)]
    need(ours, sec, "signature-line")
    blobs = [unbase64(x[len(start):], 68, "signature") for x in ours]
    blobs = [x for x in blobs if x[:4] == key_id(journal, public)]
    need(blobs, sec, "key-id")
    blob = blobs[0]
    need(verify(public, checkpoint_text(journal, int(lines[1]), root), blob[4:]), sec, "signature")
    return int(lines[1]), root


# ---- Messages: their form ------------------------------------------------------------------------------------------

NAME = "[a-z0-9][a-z0-9-]{0,62}"


def is_salted(b):
    return type(b) is bytes and SALT < len(b) <= SALT + BODY_MAX


def is_short_head(x):
    return is_list(x, 3, 3) and is_bin(x[0], 8) and is_int(x[1], 2, SIZE_MAX) and is_bin(x[2], 4)


def is_walk(split, listed):
    """The two lists of nodes of a TREE: all of one depth, each list ascending; heads ascending and under their node."""
    if not (is_list(split, 0, 256) and is_list(listed, 0, 4096)):
        return False
    if not all(is_list(n, 2, 2) and is_int(n[0], 1, 8191) for n in split + listed):
        return False
    depths = {n[0].bit_length() - 1 for n in split + listed}
    if len(depths) > 1 or depths - {0, 4, 8, 12} or (split and depths == {12}):
        return False
    if any(a[0] >= b[0] for part in (split, listed) for a, b in zip(part, part[1:])):
        return False
    if not all(is_bin(n[1], 128) for n in split):
        return False
    for number, heads in listed:
        if not (is_list(heads, 0, 6144) and all(is_short_head(x) for x in heads)):
            return False
        if any(a[0] > b[0] for a, b in zip(heads, heads[1:])):
            return False
        depth = number.bit_length() - 1
        if any((1 << depth | int.from_bytes(x[0], "big") >> 64 - depth) != number for x in heads):
            return False
    return True


def message(data):
    sec = "Links"
    need(len(data) <= MESSAGE_MAX, sec, "message-too-long")
    m = decode(data)
    need(type(m) is list and m and type(m[0]) is int, sec, "not-a-message")
    elements = {1: 4, 2: 3, 3: 3, 4: 5, 5: 7, 6: 3, 7: 5, 8: 6, 9: 2, 10: 3, 11: 2, 12: 2}
    need(m[0] in elements, sec, "unknown-type")
    need(is_struct(m, elements[m[0]]), sec, "elements")
    ok = {
        1: lambda: is_int(m[1]) and is_bin(m[2], 32) and is_text(m[3], 64),
        2: lambda: is_bin(m[1], 32) and is_int(m[2]),
        3: lambda: is_int(m[1], 0, 1) and is_list(m[2], 0, 8192) and all(
            is_struct(h, 3) and is_bin(h[0], 32) and is_int(h[1], 0, SIZE_MAX) and is_bin(h[2], 32) for h in m[2]),
        4: lambda: is_bin(m[1], 32) and is_int(m[2], 0, SIZE_MAX) and is_int(m[3]) and is_list(m[4], 0, 1024) and all(
            is_int(i, 0, SIZE_MAX) for i in m[4]),
        5: lambda: is_bin(m[1], 32) and is_int(m[2], 0, SIZE_MAX) and type(m[3]) is list and all(
            type(e) is bytes for e in m[3]) and is_bin(m[4], 32) and is_bin(m[5], 64) and is_list(
            m[6], len(m[3]), len(m[3])) and all(b is None or is_salted(b) for b in m[6]),
        6: lambda: is_bin(m[1], 32) and type(m[2]) is list and all(
            is_struct(b, 2) and is_int(b[0], 0, SIZE_MAX) and is_salted(b[1]) for b in m[2]),
        7: lambda: type(m[1]) is str and re.fullmatch(NAME, m[1]) and is_bin(m[2], 32) and is_bin(
            m[3], 32) and is_text(m[4], 200),
        9: lambda: is_list(m[1], 1, 256) and all(
            is_list(h, 3, 3) and is_bin(h[0], 32) and is_int(h[1], 2, SIZE_MAX) and is_bin(h[2], 32) for h in m[1]),
        10: lambda: is_bin(m[1], 32) and is_int(m[2], 0, SIZE_MAX),
        11: lambda: is_bin(m[1], 32),
        8: lambda: is_int(m[1]) and is_int(m[2], 0, 1) and is_walk(m[3], m[4]) and is_list(
            m[5], 0, 6144) and all(is_short_head(x) for x in m[5]),
        12: lambda: type(m[1]) is bytes,
    }[m[0]]()
    need(ok, sec, "form")
    return m


# ---- What nodes read from bodies (a body that cannot be read makes nothing invalid) ---------------------------------

def domain_body(key, content):
    d = decode(content)
    need(re.fullmatch(NAME, key), "Council", "domain-name")
    need(is_struct(d, 2) and is_bin(d[0], 32) and is_list(d[1], 1, 8) and all(is_bin(k, 32) for k in d[1]),
         "Council", "domain-form")
    return d


def node_body(key, content):
    n = decode(content)
    need(is_struct(n, 3) and is_bin(n[0], 32) and is_list(n[1], 0, 8), "Domains", "node-form")
    need(all(is_text(e, 255) and re.fullmatch(r"tcp://[!-~]+:[0-9]{1,5}", e) for e in n[1]), "Domains", "endpoint")
    need(n[2] in ("writer", "mirror"), "Domains", "role")
    need(key == n[0].hex(), "Domains", "node-key")
    return n


# ---- Journals: commits, council ------------------------------------------------------------------------------------

class Journal:
    def __init__(self, journal_id):
        self.id, self.leaves, self.state, self.authority, self.time = journal_id, [], {}, None, 0

    def size(self):
        return len(self.leaves)

    def commit(self, data):
        """Takes a COMMIT message, wholly or (raising Bad) not at all."""
        m = message(data)
        need(m[0] == 5 and m[1] == self.id, "Links", "another-journal")
        first, raws, root, signature, bodies = m[2:7]
        need(2 <= len(raws) <= COMMIT_MAX, "Commits 1", "count")
        entries = [entry(r) for r in raws]
        need(entries[-1][0] == "seal", "Commits 1", "no-seal-at-end")
        need(all(e[0] != "seal" for e in entries[:-1]), "Commits 1", "seal-inside")
        time, sealed_state, version, _ = seal(entries[-1])
        need(sum(e[4] for e in entries) <= COMMIT_BODIES_MAX, "Commits 1", "bodies-over-8-mib")
        need(len({(e[0], e[1]) for e in entries}) == len(entries), "Commits 1", "same-kind-and-key")
        need(first == self.size(), "Commits 2", "first-index")
        contents = [None if b is None else salted_body(b, e) for b, e in zip(bodies, entries)]
        leaves = [entry_leaf(r) for r in raws]
        authority = self._authority(entries, contents, leaves)
        state = dict(self.state)
        for i, e in enumerate(entries[:-1]):
            state[e[0], e[1]] = (first + i, leaves[i])
        need(version == authority[1], "Commits 5", "authority-version")
        text = checkpoint_text(self.id, first + len(raws), root)
        key = authority[2] if authority[0] == "domain" else authority[3]
        need(verify(key, text, signature), "Commits 6", "signature")
        need(merkle_root(self.leaves + leaves) == root, "Commits 6", "root-differs")
        need(state_root(state) == sealed_state, "Commits 5", "state-root")
        if authority[0] == "council" and first:
            self._council(authority, entries, raws, contents, time)
        self.leaves += leaves
        self.state, self.authority, self.time = state, authority, time

    def _authority(self, entries, contents, leaves):
        """The authority in force for this commit."""
        sec, old, e = "Authorities", self.authority, entries[0]
        if not any(x[0] == "authority" for x in entries):
            need(old, sec, "entry-0-is-no-authority")
            return old
        need(len(entries) == 2, "Commits 4", "authority-not-alone")
        need(e[1] == "self" and e[2] == 0 and e[3] is not None and e[5] == "msgpack", sec, "entry")
        need(contents[0] is not None, "Links", "authority-body-left-out")
        new = authority_body(contents[0])
        if old is None:
            need(leaves[0] == self.id, sec, "journal-id")
            need(new[1] == 1, sec, "version")
        else:
            need(old[0] == "domain", sec, "council-successor")
            need(new[0] == "domain", sec, "successor-of-another-form")
            need(new[1] == old[1] + 1, sec, "version")
            need(next_key_digest(new[2]) == old[3], sec, "next-key")
        return new

    def _council(self, authority, entries, raws, contents, time):
        sec, e = "Council", entries[0]
        need(e[0] == "approval" and e[2] == 0 and e[3] is not None and e[5] == "msgpack", sec, "approval-entry")
        need(contents[0] is not None, sec, "approval-body-left-out")
        a = decode(contents[0])
        need(is_struct(a, 2) and type(a[0]) is bytes and type(a[1]) is list, sec, "approval-form")
        need(all(is_struct(s, 2) and is_bin(s[0], 32) and is_bin(s[1], 64) for s in a[1]), sec, "approval-form")
        need(e[1] == proposal_id(a[0]).hex(), sec, "approval-key")
        p = proposal(a[0])
        need(raws[1:-1] == p[3], sec, "entries-differ-from-proposal")
        need(p[2] == self.id, "Council 1", "mesh-id")
        need(all(x[0] < y[0] for x, y in zip(a[1], a[1][1:])), sec, "signatures-order")
        for key, signature in a[1]:
            need(key in authority[4], "Council 2", "not-a-member")
            need(verify(key, b"hanse proposal v1\n" + a[0], signature), "Council 2", "member-signature")
        need(len(a[1]) >= authority[2], "Council 2", "threshold")
        need(p[5] >= time, "Council 3", "expired")
        for kind, key, leaf in (c[:3] for c in p[4]):
            need(self.state.get((kind, key), (0, None))[1] == leaf, "Council 4", "precondition")
        need(("approval", e[1]) not in self.state, "Council 5", "proposal-counts-once")
        need(time >= self.time, "Council 6", "time-falls")

    def copy(self):
        return copy.deepcopy(self)


def proposal(data):
    sec = "Council"
    p = decode(data)
    need(is_struct(p, 7) and p[0] == "proposal" and is_int(p[1], 1, 1) and is_bin(p[2], 32), sec, "proposal-form")
    need(type(p[3]) is list and type(p[4]) is list, sec, "proposal-form")
    need(1 <= len(p[3]) <= 64 and all(type(e) is bytes for e in p[3]), sec, "proposal-entries")
    need(all(entry(e)[0] not in ("seal", "authority", "approval") for e in p[3]), sec, "proposal-kind")
    need(len(p[4]) <= 64 and all(
        is_struct(c, 3) and type(c[0]) is str and type(c[1]) is str and (c[2] is None or is_bin(c[2], 32))
        for c in p[4]), sec, "proposal-preconditions")
    need(is_int(p[5], 0, TIME_MAX) and is_text(p[6], 200), sec, "proposal-form")
    return p
