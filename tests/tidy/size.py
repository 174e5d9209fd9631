#!/usr/bin/python3
"""Files to 800 lines, functions to 70 lines, unless listed here with a reason."""

import tree

FILE_LINES = 800
FUNCTION_LINES = 70

# File -> why it is over the limit.
FILES = {
    "tests/unit/test_mesh.c": "one fixture (whole nodes in one process) for every behaviour of the loop",
    "tests/unit/test_transport.c": "one fixture (two transports, raw sockets) for every trap of ZeroMQ",
}
# "file:function" -> why it is over the limit.
FUNCTIONS = {}


def functions(lines):
    """(name, first line from 1, lines) of each function, as clang-format lays them out: `{` and `}` alone
    in column 0, and the signature's first line the nearest above that does not begin with a space."""
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number - 1
            while start > 0 and lines[start][:1] in (" ", "\t"):
                start -= 1
        elif line.startswith("}") and start is not None:
            words = lines[start].split("(")[0].replace("*", " ").split()
            yield words[-1] if words else "?", start + 1, lines[start : number + 1]
            start = None


def without_tables(lines):
    """The lines less those of the tables among them (`… = {` to the `};` under it): tests have long ones."""
    kept, end = [], None
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        if end is not None:
            if line.startswith(end):
                end = None
            continue
        kept.append(line)
        if line.endswith("= {"):
            end = indent + "};"
    return kept


def main():
    top = tree.root()
    findings = []
    for path in tree.sources(top):
        lines = (tree.read(top, path) or "").splitlines()
        if len(lines) > FILE_LINES and path not in FILES:
            findings.append(f"{path}: {len(lines)} lines, more than {FILE_LINES}")
        if len(lines) <= FILE_LINES and path in FILES:
            findings.append(f"{path}: is listed in tests/tidy/size.py, and need not be")
        for name, first, body in functions(lines):
            size = len(without_tables(body) if path.startswith("tests/") else body)
            listed = f"{path}:{name}" in FUNCTIONS
            if size > FUNCTION_LINES and not listed:
                findings.append(f"{path}:{first}: {name} has {size} lines, more than {FUNCTION_LINES}")
            if size <= FUNCTION_LINES and listed:
                findings.append(f"{path}:{first}: {name} is listed in tests/tidy/size.py, and need not be")
    tree.finish(findings)


main()
