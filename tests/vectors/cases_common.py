"""What all cases share: keys, salts, entries, and what is said about a refusal."""
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import hanse_reference as h
from hanse_reference import Bad, be64, encode

FILES = {}
T0 = 1790000000000  # the time in the first seal


def sha(b):
    return hashlib.sha256(b).digest()


def hexed(v):
    """The same value with hex for bytes."""
    return v.hex() if type(v) is bytes else [hexed(x) for x in v] if isinstance(v, (list, tuple)) else v


class Key:
    def __init__(self, name):
        self.name, self.seed = name, sha(b"hanse vectors key " + name.encode())
        self._private = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message):
        return self._private.sign(message)

    def secret(self):
        """Scalar and prefix (RFC 8032, 5.1.5)."""
        d = hashlib.sha512(self.seed).digest()
        return (int.from_bytes(d[:32], "little") & (1 << 254) - 8) | 1 << 254, d[32:]

    def shown(self):
        return {"name": self.name, "seed": self.seed.hex(), "public": self.public.hex()}


SALTS = [0]


def salted(content):
    SALTS[0] += 1
    return sha(be64(SALTS[0]))[:16] + content


def put(kind, key, content=None, media="", later=(), **other):
    """(entry bytes, salted body or None). other: element values that replace the right ones."""
    body = None if content is None else salted(content)
    e = [kind, key, other.get("op", 0), other.get("hash", h.body_hash(body) if body else None),
         other.get("size", len(content) if body else 0), media, *later]
    return encode(e), body


def refused(expected, f, *args):
    """Runs f, which must refuse for the expected reason; what the vector says about it."""
    try:
        f(*args)
    except Bad as bad:
        assert bad.reason == expected, (expected, bad)
        return {"error": bad.reason, "section": bad.section}
    raise AssertionError(f"not refused: {expected}")


def plus_l(signature):
    """The signature with S + L for S."""
    return signature[:32] + (int.from_bytes(signature[32:], "little") + h.L).to_bytes(32, "little")
