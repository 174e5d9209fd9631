"""Test vectors of single things: encoding, hashes, entries, bodies, seals, keys, trees, checkpoints."""
import hashlib

import msgpack

import hanse_reference as h
from cases_common import FILES, SALTS, T0, Key, hexed, plus_l, put, refused, salted, sha
from hanse_reference import be64, encode


# ---- encoding.json -------------------------------------------------------------------------------------------------

def encoding():
    items = []

    def add(data, why, error=None, note=None, **show):
        item = show or {"hex": data.hex()}
        item["valid"] = error is None
        item["why"] = why
        if error:
            item.update(refused(error, h.decode, data))
        else:
            assert encode(h.decode(data)) == data
            assert msgpack.packb(h.decode(data), use_bin_type=True) == data
        if note:
            item["remark"] = note
        items.append(item)

    def x(s):
        return bytes.fromhex(s.replace(" ", ""))

    for s, why in (("c0", "nil"), ("c2", "false"), ("c3", "true"), ("00", "0"), ("7f", "127"), ("cc80", "128"),
                   ("ccff", "255"), ("cd0100", "256"), ("cdffff", "65535"), ("ce00010000", "65536"),
                   ("ceffffffff", "2^32-1"), ("cf0000000100000000", "2^32"), ("cfffffffffffffffff", "2^64-1"),
                   ("a0", "empty str"), ("a161", "str"), ("bf" + "61" * 31, "fixstr of 31"),
                   ("d920" + "61" * 32, "str8 of 32"), ("d9ff" + "61" * 255, "str8 of 255"),
                   ("da0100" + "61" * 256, "str16 of 256"), ("a100", "U+0000 in a str"),
                   ("a2c280", "U+0080"), ("a2dfbf", "U+07FF"), ("a3e0a080", "U+0800"), ("a3ed9fbf", "U+D7FF"),
                   ("a3ee8080", "U+E000"), ("a3efbfbf", "U+FFFF, a noncharacter"), ("a4f0908080", "U+10000"),
                   ("a4f48fbfbf", "U+10FFFF"), ("c400", "empty bin"), ("c401ff", "bin8 of 1"),
                   ("c4ff" + "00" * 255, "bin8 of 255"), ("c50100" + "00" * 256, "bin16 of 256"), ("90", "empty array"),
                   ("9301a161c0", "array"), ("9f" + "00" * 15, "fixarray of 15"), ("dc0010" + "00" * 16, "array16 of 16"),
                   ("91" * 15 + "90", "16 arrays in each other, the innermost empty")):
        add(x(s), why)
    add(x("91" * 16 + "00"), "16 arrays in each other, the innermost with a number", note="nesting counts arrays")
    add(x("dcffff" + "c0" * 65535), "65,536 values: the array counts", parts=[["dcffff", 1], ["c0", 65535]])
    add(x("da ffff" + "61" * 65535), "str16 of 65,535", parts=[["daffff", 1], ["61", 65535]])
    add(x("db 00010000" + "61" * 65536), "str32 of 65,536", parts=[["db00010000", 1], ["61", 65536]])
    add(x("c5 ffff" + "00" * 65535), "bin16 of 65,535", parts=[["c5ffff", 1], ["00", 65535]])
    add(x("c6 00010000" + "00" * 65536), "bin32 of 65,536", parts=[["c600010000", 1], ["00", 65536]])

    short, kind, cut, utf8 = "not-shortest", "type-not-allowed", "truncated", "bad-utf8"
    for s, why, error in (
            ("cc00", "0 as uint8", short), ("cc7f", "127 as uint8", short), ("cd00ff", "255 as uint16", short),
            ("ce0000ffff", "65535 as uint32", short), ("cf00000000ffffffff", "2^32-1 as uint64", short),
            ("d900", "empty str as str8", short), ("d91f" + "61" * 31, "31 bytes as str8", short),
            ("da0020" + "61" * 32, "32 bytes as str16", short), ("da00ff" + "61" * 255, "255 bytes as str16", short),
            ("db00000100" + "61" * 256, "256 bytes as str32", short), ("c50001ff", "1 byte as bin16", short),
            ("c500ff" + "00" * 255, "255 bytes as bin16", short), ("c600000001ff", "1 byte as bin32", short),
            ("c600000100" + "00" * 256, "256 bytes as bin32", short), ("dc0000", "empty array as array16", short),
            ("dc000f" + "00" * 15, "15 elements as array16", short), ("dd0000000100", "1 element as array32", short),
            ("dd00000010" + "00" * 16, "16 elements as array32", short), ("ff", "-1", kind), ("e0", "-32", kind),
            ("d080", "-128", kind), ("d18000", "-32768", kind), ("d280000000", "int32", kind),
            ("d3ffffffffffffffff", "int64", kind), ("d005", "5 as int8", kind),
            ("d17fff", "32767 as int16, as long as its uint16: only the unsigned form", kind),
            ("d30000000100000000", "2^32 as int64, as long as its uint64", kind),
            ("ca3f800000", "float32", kind), ("cb3ff0000000000000", "float64", kind), ("80", "empty map", kind),
            ("81a16101", "map", kind), ("de0000", "map16", kind), ("df00000000", "map32", kind), ("c1", "unused", kind),
            ("d40100", "fixext1", kind), ("d6ff00000000", "timestamp", kind), ("c70101ff", "ext8", kind),
            ("c8000101ff", "ext16", kind), ("c90000000101ff", "ext32", kind), ("91ff", "-1 in an array", kind),
            ("a180", "lone continuation byte", utf8), ("a1c3", "str ends inside a character", utf8),
            ("a2c328", "bad continuation byte", utf8), ("a2c080", "overlong U+0000", utf8),
            ("a2c1bf", "overlong U+007F", utf8), ("a3e08080", "overlong in 3 bytes", utf8),
            ("a3e09fbf", "overlong U+07FF", utf8), ("a4f0808080", "overlong in 4 bytes", utf8),
            ("a4f08fbfbf", "overlong U+FFFF", utf8), ("a3eda080", "surrogate U+D800", utf8),
            ("a3edbfbf", "surrogate U+DFFF", utf8), ("a6eda080edb080", "surrogate pair", utf8),
            ("a4f4908080", "U+110000", utf8), ("a4f5808080", "lead byte F5", utf8), ("a1ff", "byte FF", utf8),
            ("a5f888808080", "5-byte form", utf8), ("91" * 16 + "90", "17 arrays in each other", "too-deep"),
            ("91" * 40, "40 arrays, and truncated", "too-deep"), ("0000", "two values", "trailing-bytes"),
            ("90c0", "a value after an array", "trailing-bytes"), ("a16100", "a byte after a str", "trailing-bytes"),
            ("", "nothing", cut), ("cc", "uint8 without its byte", cut), ("cd01", "uint16 of one byte", cut),
            ("ce000100", "uint32 of three bytes", cut), ("cf00000001000000", "uint64 of seven bytes", cut),
            ("a2 61", "str of 2, one there", cut), ("d9", "str8 without length", cut), ("c4", "bin8 without length", cut),
            ("c402ff", "bin of 2, one there", cut), ("91", "array of 1, none there", cut),
            ("9301a161", "array of 3, two there", cut), ("dc00", "array16, half a length", cut),
            ("dcffff", "array16 of 65535, none there", cut), ("ddffffffff", "array32 length bomb", "too-many-values"),
            ("91ddffffffff", "array32 length bomb inside", "too-many-values"), ("c6ffffffff", "bin32 length bomb", cut),
            ("dbffffffff", "str32 length bomb", cut), ("c57fff", "bin16 length bomb", cut),
            ("da7fff61", "str16 length bomb", cut), ("9f" + "9f" * 15, "arrays of 15, all bombs", cut)):
        add(x(s), why, error)
    add(x("dd 00010000" + "c0" * 65536), "65,537 values", "too-many-values", parts=[["dd00010000", 1], ["c0", 65536]])
    add(x("91 dcffff" + "c0" * 65535), "65,537 values, nested", "too-many-values",
        parts=[["91dcffff", 1], ["c0", 65535]])
    FILES["encoding"] = {
        "about": "PROTOCOL.md, Encoding. Where `parts` stands instead of `hex`, the bytes are each [hex, times] in turn.",
        "items": items}


# ---- hashes.json ---------------------------------------------------------------------------------------------------

def hashes():
    a, b, c = sha(b"a"), sha(b"b"), sha(b"c")
    e = put("note", "x")[0]
    key = Key("hashes").public
    k = h.key_hash("contract", "orders@1.0.0")
    rows = [
        ("0x00", "entry leaf", {"entry": e}, e, h.entry_leaf(e)),
        ("0x01", "journal node", {"left": a, "right": b}, a + b, h.tagged(1, a, b)),
        ("0x10", "body", {"salt": a[:16], "content": b"id: orders\n"}, a[:16] + b"id: orders\n",
         h.body_hash(a[:16] + b"id: orders\n")),
        ("0x20", "state leaf", {"key_hash": k, "index": 258, "entry_leaf": h.entry_leaf(e)},
         k + be64(258) + h.entry_leaf(e), h.state_leaf(k, 258, h.entry_leaf(e))),
        ("0x21", "bucket, empty", {"leaves": []}, bytes(4), h.tagged(0x21, h.be32(0))),
        ("0x21", "bucket of two", {"leaves": [a, b]}, bytes([0, 0, 0, 2]) + a + b, h.tagged(0x21, h.be32(2), a, b)),
        ("0x22", "bucket tree node", {"left": a, "right": b}, a + b, h.tagged(0x22, a, b)),
        ("0x23", "key hash", {"kind": "contract", "key": "orders@1.0.0"}, b"\x08contractorders@1.0.0", k),
        ("0x23", "key hash, empty key", {"kind": "a", "key": ""}, b"\x01a", h.key_hash("a", "")),
        ("0x24", "head leaf", {"journal": a, "size": 1 << 40, "root": c}, a + be64(1 << 40) + c,
         h.head_leaf(a, 1 << 40, c)),
        ("0x30", "next key digest", {"public": key}, key, h.next_key_digest(key)),
        ("0x31", "proposal id", {"proposal": b"any bytes"}, b"any bytes", h.proposal_id(b"any bytes")),
    ]
    tags = []
    for tag, of, inputs, over, result in rows:
        assert sha(bytes([int(tag, 16)]) + over) == result
        tags.append({"tag": tag, "of": of, **{n: hexed(v) for n, v in inputs.items()}, "over": over.hex(),
                     "hash": result.hex()})
    keys = []
    for parts, seps, why in (
            (["orders", "1.0.0"], ["@"], "contract: id @ version"),
            (["urn:data:orders", "1.0.0+b7"], ["@"], "colon and plus are encoded"),
            (["a b", "50%"], ["@"], "space and percent"),
            (["x@y/z", "1"], ["@"], "separators inside a part are encoded"),
            (["AZaz09._~-", "v"], ["@"], "all that stays"),
            (["Bestellungen-\u00fc\u20ac\U0001f40b", "1"], ["@"], "UTF-8, byte by byte"),
            (["\u0000\u007f\n", "1"], ["@"], "control characters"), (["", "1"], ["@"], "an empty part"),
            (["contract", "orders@1.0.0", "17"], ["/", "@"], "provenance: the key it speaks of is one part"),
            (["a" * 197, "10"], ["@"], "200 bytes: whole"), (["a" * 198, "10"], ["@"], "201 bytes: cut"),
            (["\u00e4" * 60, "1.0.0"], ["@"], "366 bytes, the cut falls inside %XX"),
            (["b" * 500, "2.0.0"], ["@"], "505 bytes")):
        key = h.key_of(parts, seps)
        assert len(key) <= 200
        keys.append({"parts": [p.encode().hex() for p in parts], "separators": seps, "key": key, "why": why})
    FILES["hashes"] = {"about": "PROTOCOL.md, Hashes: hash = SHA-256(tag || over). Entries: keys from parts (hex of UTF-8).",
                       "tags": tags, "keys": keys}


# ---- entries.json, bodies.json, seals.json, authorities.json --------------------------------------------------------

def entries():
    valid, invalid = [], []
    bh = sha(b"some body hash")
    names = ("kind", "key", "operation", "body_hash", "body_size", "media")

    def good(e, why):
        data = encode(e)
        h.entry(data)
        assert ("512 bytes" in why) == (len(data) == 512)
        item = {n: hexed(v) for n, v in zip(names, e)}
        valid.append({"why": why, "hex": data.hex(), **item, "elements": len(e), "leaf": h.entry_leaf(data).hex()})

    def bad(e, error, why):
        data = e if type(e) is bytes else encode(e)
        assert len(data) <= 512 or len(data) == 513
        invalid.append({"why": why, "hex": data.hex(), **refused(error, h.entry, data)})

    plain, full = ["note", "x", 0, None, 0, ""], ["contract", "orders@1.0.0", 0, bh, 1234, "yaml"]
    good(plain, "without a body")
    good(full, "with a body")
    good(["contract", "orders@1.0.0", 1, None, 0, ""], "retract")
    good(["a", "", 0, None, 0, ""], "shortest kind, empty key")
    good(["a" + "z" * 31, "x", 0, None, 0, ""], "kind of 32")
    good(["a-0-", "x", 0, None, 0, ""], "digits and hyphens in a kind")
    good(["note", "!" + "~" * 199, 0, None, 0, ""], "key of 200, its first and last characters")
    good(["note", "x", 0, bh, 1, "a"], "smallest body, shortest media")
    good(["note", "x", 0, bh, 1048576, "application/" + "x" * 52], "largest body, media of 64")
    good(plain + [0], "one later element")
    good(plain + [None, False, True, 1 << 63, "l\u00e4ter", b"\x00", [[], [1]], 0, 0, 0], "16 elements, of every type")
    pad = 512 - len(encode(plain)) - 3
    good(plain + [bytes(pad)], "512 bytes")
    good(plain[:1] + ["k" * 200] + full[2:] + [b"s" * (512 - len(encode(["note", "k" * 200] + full[2:])) - 3)],
         "512 bytes with a long key")
    good(["weather", "hamburg", 0, bh, 7, "json", "later", [1, [2]]], "unknown kind")

    def swap(e, i, v):
        return e[:i] + [v] + e[i + 1:]

    bad(plain + [bytes(pad + 1)], "over-512-bytes", "513 bytes")
    bad(b"\xa1x", "not-an-array", "a str")
    bad(plain[:5], "elements", "5 elements")
    bad([], "elements", "no elements")
    bad(plain + [0] * 11, "elements", "17 elements")
    for v, why in (("", "empty kind"), ("a" * 33, "kind of 33"), ("Note", "upper case"), ("1note", "begins with a digit"),
                   ("-note", "begins with a hyphen"), ("no_te", "underscore"), ("no te", "space"), ("note\n", "newline"),
                   ("n\u00f6te", "not ASCII"), (b"note", "bin"), (1, "integer"), (None, "nil")):
        bad(swap(plain, 0, v), "kind", f"kind: {why}")
    for v, why in (("k" * 201, "201 bytes"), ("a b", "space"), ("a\x7f", "DEL"), ("a\x00", "NUL"), ("a\n", "newline"),
                   ("\u00e4", "not ASCII"), (b"x", "bin"), (None, "nil")):
        bad(swap(plain, 1, v), "key", f"key: {why}")
    for v in (2, None, False, True, "0"):
        bad(swap(plain, 2, v), "operation", f"operation {v!r}")
    for v, why in ((bh[:31], "31 bytes"), (bh + b"x", "33 bytes"), (b"", "empty bin"), ("h" * 32, "str"), (0, "integer"),
                   (False, "false")):
        bad(swap(full, 3, v), "body-hash", f"body hash: {why}")
    for v, why in ((1048577, "one more than allowed"), (1 << 63, "2^63"), (None, "nil"), ("1", "str"), (True, "true")):
        bad(swap(full, 4, v), "body-size", f"body size: {why}")
    bad(swap(full, 4, 0), "body-of-size-0", "a body of no bytes")
    bad(swap(plain, 4, 1), "size-without-body", "size without a body")
    bad(swap(plain, 5, "yaml"), "media-without-body", "media without a body")
    bad(swap(full, 5, ""), "body-without-media", "body without media")
    for v, why in (("m" * 65, "65 bytes"), ("text/x; y", "space"), ("m\x7f", "DEL"), ("\u00e4", "not ASCII"),
                   (b"yaml", "bin"), (None, "nil")):
        bad(swap(full, 5, v), "media", f"media: {why}")
    bad(swap(full, 2, 1), "retract-with-body", "retract with a body")
    raw = encode(plain)
    bad(raw + b"\xc0", "trailing-bytes", "a byte after the entry")
    bad(raw[:-1], "truncated", "last byte missing")
    bad(b"\xdc\x00\x06" + raw[1:], "not-shortest", "array16 of 6")
    bad(raw[:1] + b"\xd9\x04" + raw[2:], "not-shortest", "kind as str8")
    bad(b"\x97" + raw[1:] + b"\xff", "type-not-allowed", "a later element is -1")
    bad(b"\x97" + raw[1:] + b"\x80", "type-not-allowed", "a later element is a map")
    bad(b"\x97" + raw[1:] + b"\xa1\xff", "bad-utf8", "a later element is bad UTF-8")
    bad(b"\x97" + raw[1:] + b"\x91" * 15 + b"\x90", "too-deep", "a later element makes depth 17")
    FILES["entries"] = {"about": "PROTOCOL.md, Entries. `leaf` is the entry leaf (tag 0x00).", "valid": valid,
                        "invalid": invalid}


def bodies():
    SALTS[0] = 1000
    valid, invalid = [], []

    def entry_for(salt, content, **other):
        return put("note", "x", None, "text", hash=other.get("hash", h.body_hash(salt + content)),
                   size=other.get("size", len(content)))[0]

    def good(content, why, times=1):
        s = salted(b"")
        e = entry_for(s, content * times)
        assert h.salted_body(s + content * times, h.entry(e)) == content * times
        valid.append({"why": why, "salt": s.hex(), "content": content.hex(), "times": times,
                      "hash": h.body_hash(s + content * times).hex(), "entry": e.hex()})

    good(b"id: orders\n", "small")
    good(b"x", "1 byte")
    good(bytes(range(256)), "any bytes, 4096 of them", 16)
    good(b"\x00", "1,048,576 bytes", 1048576)

    def bad(body, e, error, why, times=1):
        full = body * times
        invalid.append({"why": why, "body": body.hex(), "times": times, "entry": e.hex(),
                        **refused(error, h.salted_body, full, h.entry(e))})

    s, c = salted(b""), b"id: orders\n"
    e = entry_for(s, c)
    bad(s + b"id: order\x00\n", e, "body-hash", "another content of that size")
    bad(bytes(16) + c, e, "body-hash", "another salt")
    bad(s + c + b" ", e, "body-size", "longer than the entry says")
    bad((s + c)[1:], e, "body-size", "shorter than the entry says")
    bad(s + c, entry_for(s, c, size=len(c) + 16), "body-size", "the entry counts the salt")
    bad(s + c, entry_for(s, c, hash=h.tagged(0x00, s + c)), "body-hash", "hash with another tag")
    bad(s + c, entry_for(s, c, hash=sha(s + c)), "body-hash", "hash without tag")
    bad(s + c, entry_for(s, c, hash=h.body_hash(c)), "body-hash", "hash without salt")
    bad(s, e, "body-length", "a salt alone")
    bad(s[:15], e, "body-length", "less than a salt")
    bad(bytes(1), entry_for(s, c, size=1048576), "body-length", "1,048,577 bytes of content", 16 + 1048577)
    bad(s + c, put("note", "x")[0], "body-not-named", "a body for an entry without one")

    ck, jid = sha(b"curve key"), sha(b"journal")
    reads, ignored = [], []

    def read(f, kind, key, value, why, error=None, note=None):
        raw = value if type(value) is bytes else encode(value)
        item = {"why": why, "kind": kind, "key": key, "content": raw.hex()}
        if error:
            ignored.append({**item, **refused(error, f, key, raw)})
        else:
            f(key, raw)
            reads.append({**item, "value": hexed(value)})
        if note:
            (ignored if error else reads)[-1]["remark"] = note

    d, n = h.domain_body, h.node_body
    read(d, "domain", "sales", [jid, [ck]], "one key")
    read(d, "domain", "0-" + "a" * 61, [jid, [sha(be64(i)) for i in range(8)]], "name of 63, 8 keys")
    read(d, "domain", "sales", [jid, [ck], "later", 1], "later elements")
    read(d, "domain", "sales", [jid, []], "no keys", "domain-form")
    read(d, "domain", "sales", [jid, [sha(be64(i)) for i in range(9)]], "9 keys", "domain-form")
    read(d, "domain", "sales", [jid[:31], [ck]], "journal id of 31", "domain-form")
    read(d, "domain", "sales", [jid, [ck[:31]]], "curve key of 31", "domain-form")
    read(d, "domain", "sales", [jid], "1 element", "domain-form")
    read(d, "domain", "sales", [jid, [ck]] + [0] * 15, "17 elements", "domain-form")
    read(d, "domain", "sales", b"{}", "not msgpack of ours", "trailing-bytes")
    for key in ("Sales", "-sales", "s_1", "a" * 64, "s.x"):
        read(d, "domain", key, [jid, [ck]], "a name that is not allowed", "domain-name")
    read(n, "node", ck.hex(), [ck, ["tcp://node.example:7600"], "writer"], "a writer")
    read(n, "node", ck.hex(), [ck, [], "mirror"], "a mirror without endpoints")
    read(n, "node", ck.hex(), [ck, [f"tcp://[2001:db8::{i}]:7600" for i in range(1, 9)], "writer", 5], "8, and later")
    read(n, "node", ck.hex(), [ck, ["tcp://" + "h" * 244 + ":7600"], "writer"], "endpoint of 255")
    read(n, "node", ck.hex(), [ck, ["tcp://" + "h" * 245 + ":7600"], "writer"], "endpoint of 256", "endpoint")
    read(n, "node", ck.hex(), [ck, [f"tcp://h{i}:7600" for i in range(9)], "writer"], "9 endpoints", "node-form")
    read(n, "node", ck.hex(), [ck, ["node.example:7600"], "writer"], "no ZeroMQ endpoint", "endpoint")
    read(n, "node", ck.hex(), [ck, ["ipc:///tmp/x"], "writer"], "ipc", "endpoint", "the law does not say `tcp` only")
    read(n, "node", ck.hex(), [ck, [], "owner"], "unknown role", "role")
    read(n, "node", ck.hex(), [ck, []], "2 elements", "node-form")
    read(n, "node", sha(b"other").hex(), [ck, [], "writer"], "key is not its curve key's", "node-key")
    read(n, "node", ck.hex().upper(), [ck, [], "writer"], "upper-case key", "node-key")
    FILES["bodies"] = {
        "about": "PROTOCOL.md, Bodies: hash = SHA-256(0x10 || salt || content); content, or body (salted), is repeated "
                 "`times`. Below, Council and Domains: what is read from bodies of `domain` and `node`; those ignored "
                 "make nothing invalid.",
        "valid": valid, "invalid": invalid, "read": reads, "ignored": ignored}


def seals():
    valid, invalid = [], []
    root = sha(b"state")
    plain = ["seal", "", 0, None, 0, "", T0, root, 1, 0]

    def take(e, why, error=None, note=None):
        data = encode(e)

        def run():
            h.seal(h.entry(data))
        item = {"why": why, "hex": data.hex()}
        if error:
            invalid.append({**item, **refused(error, run)})
        else:
            run()
            valid.append({**item, "time": e[6], "state_root": e[7].hex(), "authority_version": e[8],
                          "council_size": e[9]})
        if note:
            (invalid if error else valid)[-1]["remark"] = note

    def swap(i, v):
        return plain[:i] + [v] + plain[i + 1:]

    take(plain, "a seal")
    take(swap(6, 0), "time 0")
    take(swap(6, h.TIME_MAX), "the last time")
    take(swap(9, 1 << 53), "largest council size")
    take(swap(8, 1 << 31), "a high version")
    take(plain + ["later", [1], None, 1, 2, 3], "16 elements")
    take(plain[:9], "council size missing", "elements")
    take(plain[:6], "only the six", "elements")
    take(plain + [0] * 7, "17 elements", "elements")
    take(swap(1, "x"), "a key", "key")
    take(swap(2, 1), "retract", "operation")
    take(["seal", "", 0, root, 5, "json"] + plain[6:], "a body", "body")
    take(swap(6, h.TIME_MAX + 1), "after the last time", "time")
    take(swap(6, None), "time nil", "time")
    take(swap(7, root[:31]), "state root of 31", "state-root-form")
    take(swap(7, None), "state root nil", "state-root-form")
    take(swap(7, root.hex()), "state root as str", "state-root-form")
    take(swap(8, 0), "version 0", "authority-version-form")
    take(swap(8, True), "version true", "authority-version-form")
    take(swap(9, None), "council size nil", "council-size-form")
    take(swap(9, (1 << 53) + 1), "council size over 2^53", "council-size-form",
         note="the law says both `at most 2^53` and `not checked`")
    FILES["seals"] = {"about": "PROTOCOL.md, Seals: each an entry that is well-formed as a seal, or not. (Whether it is "
                               "right is in commits.json.)", "valid": valid, "invalid": invalid}


# ---- keys and signatures -------------------------------------------------------------------------------------------

def torsion():
    """The point of order 8 with the smallest encoding among those of L times a point."""
    y = 2
    while True:
        p = h.point_decode(y.to_bytes(32, "little"))
        y += 1
        if p:
            t = h.point_mul(h.L, p)
            if not h.point_same(h.point_mul(4, t), h.NEUTRAL):
                return t


def bad_keys():
    t8 = torsion()
    mixed = [h.point_encode(h.point_add(h.point_decode(Key("mixed").public), h.point_mul(n, t8))) for n in (4, 2, 1)]
    off = next(y.to_bytes(32, "little") for y in range(2, 99) if not h.point_decode(y.to_bytes(32, "little")))

    def noncanonical(y, sign=0):
        return (h.P + y | sign << 255).to_bytes(32, "little")

    keys = [(h.point_encode(h.point_mul(n, t8)), f"order {8 // g}") for n, g in
            ((1, 1), (2, 2), (3, 1), (4, 4), (5, 1), (6, 2), (7, 1), (8, 8))]
    keys += [(noncanonical(0), "y = p, order 4"), (noncanonical(1), "y = p + 1, the neutral element"),
             (noncanonical(0, 1), "y = p with sign"), (noncanonical(1, 1), "y = p + 1 with sign"),
             (b"\x01" + bytes(30) + b"\x80", "the neutral element with sign"),
             (b"\xec" + b"\xff" * 31, "order 2 with sign"), (b"\xff" * 32, "y = 2^255 - 1 with sign"),
             (off, "not on the curve")]
    y = next(y for y in range(2, 19) if h.point_decode(y.to_bytes(32, "little")))
    keys.append((noncanonical(y), f"y = p + {y}, not canonical, not of small order"))
    keys += [(m, f"a good key and a point of order {o}") for m, o in zip(mixed, (2, 4, 8))]
    assert not any(h.valid_point(k) for k, _ in keys)
    return keys, t8


def sign_by_hand(key, message, extra=None, r=None):
    """A signature with R + extra for R, and its hash; r: the nonce."""
    a, prefix = key.secret()
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % h.L if r is None else r
    point = h.point_mul(r, h.BASE)
    raw = h.point_encode(h.point_add(point, extra) if extra else point)
    k = int.from_bytes(hashlib.sha512(raw + key.public + message).digest(), "little") % h.L
    return raw + ((r + k * a) % h.L).to_bytes(32, "little"), k


class CrookedKey:
    """A key that is no valid point, whose signatures an unwary verifier takes: the equation holds."""

    def __init__(self, public, scalar, order):
        self.public, self.scalar, self.order = public, scalar, order

    def secret(self):
        return self.scalar, b""

    def sign(self, message):
        r = 1
        while True:  # until the hash is a multiple of the order of the small part, which then vanishes
            signature, k = sign_by_hand(self, message, r=r)
            if k % self.order == 0:
                return signature
            r += 1


def mixed_key():
    return CrookedKey(bad_keys()[0][-3][0], Key("mixed").secret()[0], 2)


def small_key():
    return CrookedKey(bad_keys()[0][0][0], 0, 8)


def signatures():
    keys, t8 = bad_keys()
    key, message = Key("signatures"), b"hanse"
    good = key.sign(message)
    assert sign_by_hand(key, message)[0] == good
    valid = [{"why": "a signature", "public": key.public.hex(), "message": message.hex(), "signature": good.hex()}]
    invalid = []

    def bad(why, public, signature, error="signature", note=None):
        def run():
            h.need(h.verify(public, message, signature), "Authorities", "signature")
        item = {"why": why, "public": public.hex(), "message": message.hex(), "signature": signature.hex(),
                **refused(error, run)}
        if note:
            item["remark"] = note
        invalid.append(item)

    bad("a bit of R", key.public, bytes([good[0] ^ 1]) + good[1:])
    bad("a bit of S", key.public, good[:32] + bytes([good[32] ^ 1]) + good[33:])
    bad("S + L", key.public, plus_l(good), "non-canonical-s")
    bad("S = L", key.public, good[:32] + h.L.to_bytes(32, "little"), "non-canonical-s")
    bad("top bits of S set", key.public, good[:63] + bytes([good[63] | 0xE0]), "non-canonical-s")
    bad("all zero", key.public, bytes(64))
    bad("of another key", Key("other").public, good)
    note = "RFC 8032's equation without cofactor holds, libraries differ; proposed to be invalid"
    bad("R is the neutral element", key.public, sign_by_hand(key, message, r=0)[0], note=note)
    note = "the equation holds only with the cofactor, libraries differ; proposed to be invalid"
    bad("R with a point of order 8", key.public, sign_by_hand(key, message, extra=t8)[0], note=note)
    bad("R with a point of order 2", key.public, sign_by_hand(key, message, extra=h.point_mul(4, t8))[0], note=note)
    for crooked, why in ((mixed_key(), "a good one and a point of order 2"), (small_key(), "of order 8")):
        bad(f"the key is {why}; the equation holds", crooked.public, crooked.sign(message), "bad-key")
    small = b"\x01" + bytes(31)
    bad("key and R the neutral element, S 0: the equation holds for any message", small, small + bytes(32), "bad-key")
    FILES["signatures"] = {
        "about": "PROTOCOL.md, Authorities: keys and signatures. The public keys under `invalid_keys` are refused.",
        "valid": valid, "invalid": invalid, "invalid_keys": [{"public": k.hex(), "why": why} for k, why in keys]}


def authorities():
    valid, invalid = [], []
    key, nxt = Key("owner 1"), h.next_key_digest(Key("owner 2").public)
    clerk = Key("clerk")
    members = sorted(Key(f"member {i}").public for i in range(3))

    def take(a, why, error=None):
        raw = a if type(a) is bytes else encode(a)
        item = {"why": why, "content": raw.hex()}
        if error:
            invalid.append({**item, **refused(error, h.authority_body, raw)})
        else:
            h.authority_body(raw)
            valid.append({**item, "value": hexed(a)})

    dom, con = ["domain", 1, key.public, nxt], ["council", 1, 2, clerk.public, members]
    take(dom, "domain")
    take(["domain", 7, key.public, nxt, "later", [1]], "domain, version 7, later elements")
    take(con, "council, 2 of 3")
    take(["council", 1, 1, clerk.public, members[:1]], "council, 1 of 1")
    take(["council", 1, 32, clerk.public, sorted(Key(f"member {i}").public for i in range(32))], "council, 32 of 32")
    take(["council", 1, 1, members[0], members], "the clerk is a member")
    take(con + [None] * 11, "council, 16 elements")
    take(["realm", 1, key.public, nxt], "another word", "form")
    take(dom[:3], "domain of 3 elements", "form")
    take(dom + [0] * 13, "17 elements", "form")
    take(["domain", 0, key.public, nxt], "domain, version 0", "form")
    take(["domain", "1", key.public, nxt], "version as str", "form")
    take(["domain", 1, key.public[:31], nxt], "key of 31", "form")
    take(["domain", 1, key.public, nxt + b"x"], "digest of 33", "form")
    take(["domain", 1, key.public, None], "digest nil", "form")
    take(encode(dom) + b"\xc0", "a byte after it", "trailing-bytes")
    take(con[:4], "council of 4 elements", "form")
    take(["council", 0, 2, clerk.public, members], "council, version 0", "form")
    take(["council", 2, 2, clerk.public, members], "council, version 2", "version")
    take(["council", 1, 0, clerk.public, members], "threshold 0", "threshold")
    take(["council", 1, 4, clerk.public, members], "threshold 4 of 3", "threshold")
    take(["council", 1, 1, clerk.public, []], "no members", "members")
    take(["council", 1, 1, clerk.public, sorted(Key(f"member {i}").public for i in range(33))], "33 members", "members")
    take(["council", 1, 2, clerk.public, members[::-1]], "members not in order", "members-order")
    take(["council", 1, 2, clerk.public, [members[0]] * 2 + members[1:]], "a member twice", "members-order")
    take(["council", 1, 2, clerk.public, [members[0], members[1][:31]]], "member key of 31", "form")
    take(["council", 1, 2, clerk.public, members + [0]], "a member is no bin", "form")
    for k, why in bad_keys()[0]:
        take(["domain", 1, k, nxt], f"domain key: {why}", "bad-key")
    small, mixed = bad_keys()[0][0][0], bad_keys()[0][-1][0]
    take(["council", 1, 2, small, members], "clerk key of small order", "bad-key")
    take(["council", 1, 2, clerk.public, sorted(members + [small])], "member key of small order", "bad-key")
    take(["council", 1, 2, clerk.public, sorted(members + [mixed])], "member key of mixed order", "bad-key")
    FILES["authorities"] = {"about": "PROTOCOL.md, Authorities: contents of bodies (without salt). Versions and "
                                     "successors are in commits.json.", "valid": valid, "invalid": invalid}


# ---- journal.json, state.json, checkpoint.json ----------------------------------------------------------------------

def journal():
    roots = []
    for n in [*range(21), 100, 1000]:
        roots.append({"size": n, "root": h.merkle_root([h.entry_leaf(be64(i)) for i in range(n)]).hex()})
    known = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    root = h.merkle_root([h.entry_leaf(bytes.fromhex(k)) for k in known]).hex()
    assert root == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"  # Certificate Transparency's
    FILES["journal"] = {"about": "PROTOCOL.md, Journals. Leaf i is SHA-256(0x00 || be64(i)), that is: the `entry` is "
                                 "be64(i), 8 bytes (no valid entry, but the tree does not mind). `known`: entries (hex) "
                                 "and root of a well-known test of Certificate Transparency.",
                        "roots": roots, "known": [{"entries": known, "root": root}]}


def state():
    def row(kind, key, index):
        return {"kind": kind, "key": key, "index": index, "leaf": h.entry_leaf(be64(index)).hex()}

    def root(rows):
        return h.state_root({(r["kind"], r["key"]): (r["index"], bytes.fromhex(r["leaf"])) for r in rows}).hex()

    def bucket(key):
        return int.from_bytes(h.key_hash("rule", key)[:2], "big") >> 4

    seen, pair = {}, None
    for i in range(10000):
        b = bucket(str(i))
        if b in seen:
            pair = (str(seen[b]), str(i))
            break
        seen[b] = i
    first = next(str(i) for i in range(99999) if bucket(str(i)) == 0)
    last = next(str(i) for i in range(99999) if bucket(str(i)) == 4095)
    cases = [("empty", []), ("one leaf", [row("rule", "0", 0)]), ("another index", [row("rule", "0", 1)]),
             ("empty key", [row("rule", "", 0)]),
             ("two keys in one bucket", [row("rule", pair[0], 4), row("rule", pair[1], 9)]),
             ("the same, indexes exchanged", [row("rule", pair[0], 9), row("rule", pair[1], 4)]),
             ("first and last bucket", [row("rule", first, 1), row("rule", last, 2)]),
             ("kind and key are told apart", [row("ab", "c", 1), row("a", "bc", 2)])]
    trees = [{"name": n, "leaves": rows, "root": root(rows)} for n, rows in cases]
    many = []
    for n in (2, 100, 5000):
        many.append({"count": n, "root": root([row("rule", str(i), i) for i in range(n)])})
    three = [row("rule", str(i), i) for i in range(3)]
    steps = [{"do": "put", **three[0], "root": root(three[:1])}, {"do": "put", **three[1], "root": root(three[:2])},
             {"do": "put", **three[2], "root": root(three)}]
    new = row("rule", "1", 7)
    steps.append({"do": "put", **new, "root": root([three[0], new, three[2]])})
    steps.append({"do": "remove", "kind": "rule", "key": "2", "root": root([three[0], new])})
    steps.append({"do": "remove", "kind": "rule", "key": "0", "root": root([new])})
    steps.append({"do": "remove", "kind": "rule", "key": "1", "root": root([])})
    assert steps[-1]["root"] == trees[0]["root"]
    j = [(sha(be64(i)), 2 + 3 * i, h.entry_leaf(be64(i))) for i in range(5)]
    heads = []
    for n in (0, 1, 2, 5):
        heads.append({"journals": [{"journal": a.hex(), "size": s, "root": r.hex()} for a, s, r in j[:n]],
                      "root": h.heads_root(j[:n]).hex()})
    near = [(a[:2] + bytes([i]) * 30, 2, r) for i, (a, _, r) in enumerate([j[0]] * 3)]
    heads.append({"journals": [{"journal": a.hex(), "size": s, "root": r.hex()} for a, s, r in near],
                  "root": h.heads_root(near).hex()})
    walks = []
    leaves = {a: h.head_leaf(a, s, r) for a, s, r in j[:5]}
    for salt in (0, 2**64 - 1):
        for number in (1, 16 + j[0][0][0] // 16, 256 + j[0][0][0], 256 + (j[0][0][0] + 1) % 256):
            walks.append({"salt": f"{salt:016x}", "node": number, "digests": h.walk_split(leaves, salt, number).hex()})
    checks = [{"salt": f"{salt:016x}", "journal": a.hex(), "size": s, "root": r.hex(),
               "check": h.walk_digest(salt, h.head_leaf(a, s, r))[:4].hex()} for salt, (a, s, r) in enumerate(j[:3])]
    FILES["state"] = {
        "about": "PROTOCOL.md, State. `leaf` is the entry leaf. Rule-made trees: leaf i of `count` has kind `rule`, key "
                 "the decimal of i, index i, entry leaf SHA-256(0x00 || be64(i)). `steps`: one tree after another; "
                 "`remove` is of the structure (no state shrinks). `heads`: heads roots. `walks`: what a TREE tells of a "
                 "node of the last but one of these trees; `checks`: of a head.",
        "trees": trees, "many": many, "steps": steps, "heads": heads,
        "walks": walks, "checks": checks}


def checkpoint():
    valid, invalid = [], []
    k1, k2 = Key("checkpoint 1"), Key("checkpoint 2")
    jid, other = sha(b"journal 1"), sha(b"journal 2")
    root = next(r for i in range(9999) if (r := sha(be64(i))) and {43, 47} <= set(h.base64.b64encode(r)))
    for key, j, size in ((k1, jid, 2), (k1, jid, 10), (k2, other, 123456789), (k2, other, 1 << 53)):
        text = h.checkpoint_text(j, size, root)
        note = h.signed_note(j, size, root, key.public, key.sign(text))
        assert h.read_note(note, j, key.public) == (size, root)
        valid.append({"key": key.shown(), "journal": j.hex(), "size": size, "root": root.hex(), "text": text.decode(),
                      "signature": key.sign(text).hex(), "key_id": h.key_id(j, key.public).hex(), "note": note.decode()})

    def bad(note, error, why):
        note = note if type(note) is bytes else note.encode()
        invalid.append({"why": why, "journal": jid.hex(), "public": k1.public.hex(), "note": note.decode(),
                        **refused(error, h.read_note, note, jid, k1.public)})

    def signed(text, key=k1, name=None, kid=None):
        """A note over any text, rightly signed."""
        name = text.split("\n")[0] if name is None else name
        blob = (kid or h.key_id(jid, k1.public)) + key.sign(text.encode())
        return f"{text}\n\u2014 {name} {h.base64.b64encode(blob).decode()}\n"

    text = h.checkpoint_text(jid, 10, root).decode()
    a, b, c, _ = text.split("\n")
    assert signed(text) == valid[1]["note"]
    good = signed(text)
    blob = h.base64.b64decode(good.split(" ")[2])

    def with_blob(x):
        return f"{text}\n\u2014 {a} {x if type(x) is str else h.base64.b64encode(x).decode()}\n"

    bad(with_blob(blob[:20] + bytes([blob[20] ^ 4]) + blob[21:]), "signature", "a bit of R flipped")
    bad(with_blob(blob[:50] + bytes([blob[50] ^ 1]) + blob[51:]), "signature", "a bit of S flipped")
    bad(with_blob(blob[:4] + plus_l(blob[4:])), "non-canonical-s", "S + L")
    bad(good.replace(f"\n{b}\n", "\n11\n"), "signature", "another size than signed")
    flipped = h.base64.b64encode(root[:31] + bytes([root[31] ^ 1])).decode()
    bad(good.replace(c, flipped), "signature", "another root than signed")
    bad(signed(text, key=k2), "signature", "signed by another key")
    bad(with_blob(h.key_id(jid, k2.public) + blob[4:]), "key-id", "key id of another key")
    bad(with_blob(sha(k1.public)[:4] + blob[4:]), "key-id", "key id that is not C2SP's")
    bad(signed(text, kid=h.key_id(other, k1.public)), "key-id", "key id under another name")
    bad(signed(text.replace(jid.hex(), other.hex())), "origin", "origin of another journal")
    bad(signed(text.replace(a, a.replace("hanse", "Hanse"))), "origin", "origin in upper case")
    bad(signed(text.replace(jid.hex(), jid.hex().upper())), "origin", "journal id in upper case")
    bad(signed(text.replace(a, a + " ")), "origin", "space after the origin")
    bad(signed(text, name=h.origin(other)), "signature-line", "signature line names another origin")
    for s, why in (("010", "leading zero"), ("+10", "plus"), ("-10", "minus"), ("", "empty"), ("0x0a", "hex"),
                   (" 10", "space"), ("1e1", "exponent"), ("9007199254740993", "over 2^53"), ("9" * 30, "30 digits")):
        bad(signed(f"{a}\n{s}\n{c}\n"), "size", f"size: {why}")
    bad(signed(f"{a}\n{b}\n{h.base64.b64encode(root[:31]).decode()}\n"), "root-length", "root of 31 bytes")
    bad(signed(f"{a}\n{b}\n{h.base64.b64encode(root + b'x').decode()}\n"), "root-length", "root of 33 bytes")
    bad(signed(f"{a}\n{b}\n{c.rstrip('=')}\n"), "root-base64", "root without padding")
    bad(signed(f"{a}\n{b}\n{c.replace('+', '-').replace('/', '_')}\n"), "root-base64", "root in base64url")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    loose = c[:42] + alphabet[alphabet.index(c[42]) | 1] + "="
    assert loose != c and h.base64.b64decode(loose) == root
    bad(signed(f"{a}\n{b}\n{loose}\n"), "root-base64", "unused bits of the root's base64 set")
    bad(signed(f"{a}\n{b}\n{c} \n"), "root-base64", "space after the root")
    sig = h.base64.b64encode(blob).decode()
    bad(with_blob(sig[:90] + alphabet[alphabet.index(sig[90]) | 1] + "="), "signature-base64", "unused bits set")
    bad(with_blob(sig.rstrip("=")), "signature-base64", "signature without padding")
    bad(with_blob(blob[:-1]), "signature-length", "signature of 63 bytes")
    bad(with_blob(blob + b"\x00"), "signature-length", "signature of 65 bytes")
    bad(signed(f"{a}\r\n{b}\r\n{c}\r\n", name=a), "origin", "CRLF in the text, signed so")
    bad(good.replace("\n", "\r\n"), "lines", "CRLF everywhere, signed without")
    bad(good[:-1], "lines", "last newline missing")
    bad(signed(text[:-1]), "lines", "newline after the root missing, signed so")
    bad(good.replace("\n\n", "\n"), "lines", "empty line missing")
    bad(signed(text + "extension\n"), "lines", "a fourth line, signed")
    witness = "\u2014 witness.example " + h.base64.b64encode(bytes(76)).decode() + "\n"
    for note in (good + witness, good.replace("\n\n", "\n\n" + witness)):  # lines of other keys are passed over
        assert h.read_note(note.encode(), jid, k1.public) == (10, root)
        valid.append({**valid[1], "note": note})
    bad(good + "witness.example\n", "signature-line", "a line after the signatures")
    bad("\n" + good, "lines", "an empty line before")
    bad(good.replace("\u2014", "-"), "signature-line", "hyphen for the dash")
    bad("", "lines", "nothing")
    FILES["checkpoint"] = {
        "about": "PROTOCOL.md, Checkpoints. `note` is the signed note; the invalid ones are read as of this journal and "
                 "key. Where not said otherwise they are rightly signed over their own text. Signature lines of other keys are passed over.",
        "valid": valid, "invalid": invalid}
