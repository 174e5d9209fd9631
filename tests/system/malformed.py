#!/usr/bin/python3
"""Files that are no contract, each meant to harm a reader, in YAML and JSON: `hanse lint` names what is wrong in one clear
error, within 100 ms of the processor's time and 64 MiB. What fills the whole MiB that is read with values may take longer."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

LIMIT_MS, LIMIT_KIB = 100, 64 * 1024
FULL_MS = 400  # of what is full of values
FULL = {"half a million values", "ninety thousand keys", "one key over and over", "equal ids", "equal ids, and wrong",
        "references into the void"}
HEAD = b"apiVersion: v3.2.0\nkind: DataContract\nid: a\nversion: 1.0.0\n"
MIB = 1 << 20

# name: (content, the rule that must be named or None); a content is bytes, and (bytes, times). No large ones are held
# here: what this process needed at its height is counted as that of the child.
CASES = {
    "empty": ([b""], "document/empty"),
    "nul": ([HEAD, b"name: a\0b\n"], "document/character"),
    "nul.json": ([b'{"id": "a\0b"}'], "document/character"),
    "nul escaped.json": ([b'{"id": "a\\u0000b"}'], "document/character"),
    "control": ([HEAD, b"name: a\x1b[31m\n"], "document/character"),
    "control.json": ([b'{"id": "a\x01"}'], "document/character"),
    "nothing but nul": ([(b"\0", MIB)], "document/character"),
    "latin-1": ([HEAD, b"name: caf\xe9\n"], "document/encoding"),
    "latin-1.json": ([b'{"id": "\xe9"}'], "document/encoding"),
    "overlong": ([HEAD, b"name: \xc0\xaf\n"], "document/encoding"),
    "surrogate": ([HEAD, b"name: \xed\xa0\x80\n"], "document/encoding"),
    "utf-16": ([HEAD.decode().encode("utf-16")], "document/encoding"),
    "scalar of 64 MB": ([HEAD, b"name: ", (b"a" * 1024, 64 * 1024)], "document/too-large"),
    "scalar of 64 MB.json": ([b'{"id": "', (b"a" * 1024, 64 * 1024), b'"}'], "document/too-large"),
    "scalar of 1 MB": ([HEAD, b"nam: ", (b"a", MIB - 100)], "odcs/unknown-key"),
    "a million brackets.json": ([(b"[", 1000000)], "document/too-deep"),
    "a million brackets": ([b"a: ", (b"[", 1000000)], "document/too-deep"),
    "half a million pairs.json": ([(b"[", 500000), (b"]", 500000)], "document/too-deep"),
    "a million braces": ([b"a: ", (b"{", 1000000)], "yaml/complex-key"),
    "objects in objects.json": ([(b'{"a":', 200000)], "document/too-deep"),
    "objects in objects": ([b"a: ", (b"{a: ", 250000)], "document/too-deep"),
    "a million dashes": ([(b"- ", 500000)], "document/too-deep"),
    "a million indents": ([b" " * i + b"a:\n" for i in range(1200)], "document/too-deep"),
    "a million tags": ([(b"%TAG ! tag:e.org,2000:\n", 40000), b"--- a\n"], "yaml/tag"),
    "half a million values": ([b"a: [", (b"1,", 500000), b"]"], "document/too-many-values"),
    "half a million values.json": ([b'{"a": [', (b"1,", 500000), b"1]}"], "document/too-many-values"),
    "ninety thousand keys": ([HEAD] + [b"k%d: 1\n" % i for i in range(90000)], "odcs/unknown-key"),
    "one key over and over": ([(b"a: 1\n", 200000)], "yaml/duplicate-key"),
    "one key over and over.json": ([b"{", (b'"a":1,', 100000), b'"a":1}'], "json/duplicate-key"),
    "anchor": ([b"a: &x 1\n"], "yaml/anchor"),
    "self-alias": ([b"a: &x [*x]\n"], "yaml/anchor"),
    "alias": ([b"a: *x\n"], "yaml/alias"),
    "billion laughs": ([b"a: &a [l,l,l,l,l,l,l,l,l]\nb: &b [*a,*a,*a,*a,*a,*a]\n"], "yaml/anchor"),
    "merge key": ([b"a: {<<: {b: c}}\n"], "yaml/merge-key"),
    "tag": ([b"a: !!python/object:os.system x\n"], "yaml/tag"),
    "second document": ([HEAD, b"---\n", HEAD], "yaml/documents"),
    "a list as a key": ([b"? [a]\n: b\n"], "yaml/complex-key"),
    "a million digits": ([HEAD, b"name: ", (b"9", 1000000), b"\n"], "odcs/type"),
    "a million digits.json": ([b'{"id": ', (b"9", 1000000), b"}"], "json/number"),
    "1e999999999": ([HEAD, b"name: 1e999999999\n"], "odcs/type"),
    "1e999999999.json": ([b'{"id": 1e999999999}'], "json/number"),
    "equal ids": ([HEAD, b"schema:\n", (b"- {name: a, id: b}\n", 50000)], None),
    "equal ids, and wrong": ([HEAD, b"foo: 1\nschema:\n", (b"- {name: a, id: b}\n", 50000)], "odcs/unknown-key"),
    "references into the void": ([HEAD, b"schema:\n- name: a\n  relationships:\n",
                                  (b"  - {from: a.b.c.d, to: a.a.a.a}\n", 30000)], None),
    "cut off": ([b'a: "b'], "yaml/syntax"),
    "cut off.json": ([b'{"id": "a'], "json/syntax"),
}


def write(path, content):
    with path.open("wb") as file:
        for part in content:
            data, times = part if isinstance(part, tuple) else (part, 1)
            chunk = data * max(1, min(times, 65536 // max(1, len(data))))
            for _ in range(times // max(1, len(chunk) // max(1, len(data)))):
                file.write(chunk)
            file.write(data * (times % max(1, len(chunk) // max(1, len(data)))))


def lint(program, path):
    """Exit code, findings, milliseconds of the processor's time, KiB at its height."""
    out = tempfile.TemporaryFile()
    child = subprocess.Popen([program, "--json", "lint", str(path)], stdout=out, stderr=subprocess.PIPE)
    child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    took = (usage.ru_utime + usage.ru_stime) * 1000
    child.returncode = os.waitstatus_to_exitcode(status)
    out.seek(0)
    return child.returncode, json.loads(out.read())["findings"], took, usage.ru_maxrss


def judge(program, path, rule, limit_ms):
    """Why it is not as it should be, or None; and what it took."""
    code, findings, took, kib = min((lint(program, path) for _ in range(3)), key=lambda run: run[2])
    errors = [f for f in findings if f["severity"] == "error"]
    first = (errors or findings)[0]
    said = "%6.1f ms %7.1f MiB  %-24s %s" % (took, kib / 1024, first["rule"], first["message"][:70])
    if code not in (0, 3) or (code == 3) != bool(errors) or (rule is not None and first["rule"] != rule):
        return "exit %d, and not %s" % (code, rule), said
    if len(first["message"]) > 400 or any(ord(c) < 32 for c in first["message"]):
        return "the message is not clear", said
    if took > limit_ms or kib > LIMIT_KIB:
        return "over %d ms or %d MiB" % (limit_ms, LIMIT_KIB // 1024), said
    return None, said


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("program", help="hanse, a release build")
    options.add_argument("--repeat", type=int, default=1)
    options = options.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (content, rule) in CASES.items():
            path = pathlib.Path(folder, name.replace("/", "_") + ("" if "." in name[-5:] else ".yaml"))
            write(path, content)
            for _ in range(options.repeat):
                why, said = judge(program, path, rule, FULL_MS if name in FULL else LIMIT_MS)
                print("%-34s %s%s" % (name, said, "  WRONG: " + why if why else ""))
                wrong += why is not None
            path.unlink()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
