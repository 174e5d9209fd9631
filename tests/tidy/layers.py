#!/usr/bin/python3
"""Who may include whom: ARCHITECTURE.md's arrows, and which folder may see which library.

A header in include/hanse/ belongs to the folder that implements it (OWNERS); using the header is using the
folder. Every other header is private to its own folder.
"""

import os
import re

import tree

# folder -> the folders its arrows point to; what those may use, it may use too.
ARROWS = {
    "include": "",
    "proto": "include",
    "store": "proto",
    "catalog": "store",
    "govern": "catalog",
    "checks": "catalog",
    "service": "govern checks mesh",  # it asks the mesh thread to write
    "mesh": "store",
    "web": "include",  # data only: the bundled page
    "http": "service web",
    "mcp": "service",
    "cli": "service http",  # `hanse up` opens the doors
}
# Files directly in node/ (main.c) wire the folders together, and tests test them: both may use all.
FREE = ("main", "tests")

# Header of include/hanse/ -> the folder that implements it; "include" when nothing is to implement.
OWNERS = {
    "authority.h": "proto",
    "bytes.h": "proto",
    "catalog.h": "catalog",
    "cli.h": "cli",
    "consumption.h": "catalog",
    "council_file.h": "service",
    "check.h": "include",
    "checkpoint.h": "proto",
    "commit.h": "proto",
    "diff.h": "catalog",
    "dataset.h": "catalog",
    "document.h": "catalog",
    "draft.h": "catalog",
    "engine.h": "proto",
    "entry.h": "proto",
    "error.h": "proto",
    "export.h": "catalog",
    "finding.h": "catalog",
    "fork.h": "proto",
    "glossary.h": "catalog",
    "found.h": "catalog",
    "harvest.h": "checks",
    "hash.h": "proto",
    "home.h": "service",
    "http.h": "http",
    "journal.h": "proto",
    "key.h": "proto",
    "limits.h": "include",
    "lineage.h": "catalog",
    "merkle.h": "proto",
    "mesh.h": "mesh",
    "msgpack.h": "proto",
    "standard.h": "catalog",
    "projector.h": "store",
    "proposal.h": "proto",
    "search.h": "catalog",
    "service.h": "service",
    "store.h": "store",
    "tree.h": "proto",
}

# Library, its headers, the folders that may see it; a public header may see what its owner may.
LIBRARIES = [
    ("SQLite", r"sqlite3(ext)?\.h", "store catalog govern checks"),
    ("libpq", r"libpq.*\.h|pg_config.*\.h|postgres_ext\.h", "checks"),
    ("ZeroMQ", r"(c?zmq\w*|z(actor|armour|cert|certstore|config|frame|loop|msg|poller|proxy|sock|sys|auth))\.h", "mesh"),
    ("libevent", r"event2/.*|ev(ent|http|dns|rpc|util)\.h", "http cli"),
    ("libsodium", r"sodium(\.h|/.*)", "proto mesh cli service"),
    ("nettle", r"nettle/.*", "proto"),
    ("libyaml", r"yaml\.h", "catalog"),
    ("zlib", r"zlib\.h", "http"),
    ("jansson", r"jansson\w*\.h", "catalog cli http mcp service"),
]

# (file, included header): why it may stand.
LISTED = {}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def reach(folder):
    """The folders whose public headers `folder` may include."""
    found = {folder}
    for arrow in ARROWS[folder].split():
        found |= reach(arrow)
    return found


def layer(path):
    """The layer a file belongs to, or None when it is in none."""
    parts = path.split("/")
    if path.startswith("include/hanse/") and len(parts) == 3:
        return OWNERS.get(parts[2])
    if parts[0] in ("proto", "tests"):
        return parts[0]
    if parts[0] == "node":
        return "main" if len(parts) == 2 else parts[1] if parts[1] in ARROWS else None
    return None


def private_home(top, path, included, private):
    """The layer whose private header this include names, or None for a file that the build makes."""
    own = "/".join(path.split("/")[: 2 if path.startswith("node/") else 1])
    for folder in (os.path.dirname(path), own, "node", "."):
        candidate = os.path.normpath(os.path.join(folder, included))
        if os.path.isfile(os.path.join(top, candidate)):
            return layer(candidate) or candidate
    # Found through some target's include path, if it is anybody's header at all.
    homes = [header for header in private if header == included or header.endswith("/" + included)]
    return layer(homes[0]) or homes[0] if homes else None


def judge(top, path, kind, included, private):
    """What is wrong with one include, or None."""
    mine = layer(path)
    if included.startswith("hanse/"):
        owner = OWNERS.get(included[len("hanse/"):])
        if owner is None:
            return f'"{included}" has no owner: add a row to OWNERS in tests/tidy/layers.py'
        if mine not in FREE and owner not in reach(mine):
            return f"{mine} may not use {owner} (\"{included}\")"
        return None
    if kind == "<":
        for library, headers, folders in LIBRARIES:
            if re.fullmatch(headers, included):
                if mine not in FREE and mine not in folders.split():
                    return f"{mine} may not see {library} (<{included}>)"
        return None
    if path.startswith("include/"):
        return f'a public header may include only other public headers, not "{included}"'
    home = private_home(top, path, included, private)
    # A unit test stands apart from its module and may look inside it.
    if home is not None and home != mine and not path.startswith("tests/unit/"):
        return f'"{included}" is private to {home}'
    return None


def main():
    top = tree.root()
    sources = [f for f in tree.sources(top) if f.startswith(("include/", "proto/", "node/", "tests/"))]
    private = [f for f in sources if f.endswith(".h") and not f.startswith("include/")]
    findings = []
    for path in sources:
        if layer(path) is None:
            table = "OWNERS" if path.startswith("include/hanse/") else "ARROWS"
            findings.append(f"{path}: belongs to no known layer: add a row to {table} in tests/tidy/layers.py")
            continue
        text = tree.read(top, path) or ""
        for match in INCLUDE.finditer(text):
            kind, included = match.groups()
            wrong = judge(top, path, kind, included, private)
            if wrong and (path, included) not in LISTED:
                findings.append(f"{path}:{text.count(chr(10), 0, match.start(2)) + 1}: {wrong}")
    tree.finish(findings)


main()
