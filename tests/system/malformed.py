#!/usr/bin/python3
"""Files that are no contract, each meant to harm a reader, in YAML and JSON, and files that `hanse import` cannot read: one clear
error that says what is wrong, within 64 MiB. How long each takes is printed, and judged by tests/bench/malformed; here none may
take seconds."""

import argparse
import json
import os
import pathlib
import random
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile

LIMIT_KIB = 64 * 1024
ENDLESS_S = 5  # of the processor's time: then it is killed
NOISE = random.Random(1)
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
    "ninety thousand keys": ([HEAD] + [b"k%d: 1\n" % i for i in range(90000)], "document/too-many-keys"),
    "nine thousand keys": ([HEAD] + [b"k%d: 1\n" % i for i in range(9000)], "odcs/unknown-key"),
    "one key over and over": ([(b"a: 1\n", 9900)], "yaml/duplicate-key"),
    "one key over and over.json": ([b"{", (b'"a":1,', 90000), b'"a":1}'], "json/duplicate-key"),
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
    "equal ids": ([HEAD, b"schema:\n", (b"- {name: a, id: b}\n", 33000)], None),
    "equal ids, and wrong": ([HEAD, b"foo: 1\nschema:\n", (b"- {name: a, id: b}\n", 33000)], "odcs/unknown-key"),
    "as many properties as are read": ([HEAD, b"schema:\n- name: a\n  properties:\n"] +
                                       [b"  - {name: a%d, foo: 1}\n" % (i * 7919 % 33000) for i in range(33000)], "odcs/unknown-key"),
    "references into the void": ([HEAD, b"schema:\n- name: a\n  relationships:\n",
                                  (b"  - {from: a.b.c.d, to: a.a.a.a}\n", 30000)], None),
    "cut off": ([b'a: "b'], "yaml/syntax"),
    "cut off.json": ([b'{"id": "a'], "json/syntax"),
}


# What `hanse import` reads, and its good texts.
DDL = b"CREATE TABLE a (b int NOT NULL, c varchar(10), PRIMARY KEY (b));\n"
ROWS = b"id,name,at\n1,a,2024-01-01\n2,b,2024-01-02\n"
SCHEMA = b'{"type": "object", "title": "a", "properties": {"b": {"type": "string"}}}'
RECORD = b'{"type": "record", "name": "a", "fields": [{"name": "b", "type": "string"}]}'
MANIFEST = b'{"metadata": {"project_name": "a", "adapter_type": "postgres"}, "nodes": {}}'
GOOD = {"sql": DDL * 4, "csv": ROWS, "json-schema": SCHEMA, "avro": RECORD, "dbt": MANIFEST}
# A CSV file may say that.
WELCOME = {("csv", "cut off"), ("csv", "1 MB of one word"), ("csv", "1e999999")}


def spoilt(good):
    """What may be wrong with any text: name → (content as above, what one of the errors says)."""
    nothing_in_it = "no CREATE TABLE|no object with properties|a name of more than"
    return {
        "nothing": ([b""], "empty|no CREATE TABLE|ends too early"),
        "nul": ([good[:20], b"\0", good[20:]], r"U\+0000|control character"),
        "control bytes": ([bytes(range(1, 32)) * 20], r"U\+0001|not JSON"),
        "not UTF-8": ([good[:20], b"\xff\xfe\xc0\xaf", good[20:]], "not (valid )?UTF-8"),
        "cut off": ([good[:len(good) * 2 // 3]], "does not end|not JSON|too early"),
        "64 MB": ([good[:20], (b"a" * 1000, 64 * 1000)], "larger than|more than"),
        "1 MB of one word": ([good[:20], (b"a", MIB - 100)], "does not end|not JSON"),
        "a million brackets": ([(b"[", 1000000)], "nested|" + nothing_in_it),
        "a million braces": ([(b'{"a":', 180000)], "nested|" + nothing_in_it),
        "a million parentheses": ([b"CREATE TABLE a (b int DEFAULT ", (b"(", 1000000)], "not JSON|does not end|" + nothing_in_it),
        "huge numbers": ([b'{"type": "record", "name": 1', (b"9", 1000000), b"}"], "number|no dbt manifest|" + nothing_in_it),
        "1e999999": ([b'{"type": 1e999999999}'], "number|no dbt manifest|no CREATE TABLE"),
        "noise": ([bytes([0x80]) + NOISE.randbytes(200000)], r"UTF-8|U\+00|not JSON"),
    }


def sqlite_files(folder):
    """Files that are no database, or are no longer one."""
    whole = folder / "whole.sqlite"
    db = sqlite3.connect(whole)
    for i in range(200):
        db.execute("create table t%d (%s)" % (i, ",".join("c%d int" % c for c in range(60))))
    db.commit()
    db.close()
    content = whole.read_bytes()
    whole.unlink()
    last = len(content) // 8192 * 4096
    yield "nothing", b"", "no table"
    yield "no database", b"a,b\n1,2\n" * 100, "not a database"
    yield "cut off", content[:len(content) // 2], "damaged"
    yield "its header only", content[:100], "damaged"
    yield "a page of noise", content[:4096] + NOISE.randbytes(4096) + content[8192:], "damaged"
    yield "a later page of noise", content[:last] + NOISE.randbytes(4096) + content[last + 4096:], "damaged"
    yield "noise after the header", content[:100] + NOISE.randbytes(len(content) - 100), "damaged"
    yield "a schema of noise", content.replace(b"CREATE TABLE", b"CREATE TIBLE"), "damaged"


def imports(folder):
    """(kind, name, the file's name, its content, what the error says; None: it may be taken)."""
    for kind, good in GOOD.items():
        for name, (content, says) in spoilt(good).items():
            yield kind, name, "case." + kind, content, None if (kind, name) in WELCOME else says
    yield "sql", "180,000 tables", "case.sql", [(b"CREATE TABLE a(b int);", 180000)], None
    yield "sql", "a table of 200,000 columns", "case.sql", [b"CREATE TABLE a (", (b"b int,", 200000), b"c int);"], "more than"
    yield "sql", "comments in comments", "case.sql", [(b"/*", 500000)], "line 1: .* does not end"
    yield "sql", "quotes", "case.sql", [(b"'", 1000001)], "line 1: .* does not end"
    yield "sql", "rows cut off", "case.sql", [DDL, b"COPY a FROM stdin;\n1\tx\n"], "line 2: .* does not end"
    yield "csv", "a million columns", "case.csv", [(b"a,", 1000000)], "more than"
    yield "csv", "a quote that does not end", "case.csv", [b'a,b\n"', (b"x\n", 500000)], "line 2: .* does not end"
    yield "json-schema", "refers to itself", "case.json", [b'{"$ref": "#"}'], "no object with properties"
    yield "json-schema", "refers to itself twice a level", "case.json", [
        b'{"type":"object","properties":{"a":{"$ref":"#"},"b":{"$ref":"#"},"c":{"$ref":"#"}}}'], "more than"
    yield "avro", "a record in itself", "case.avsc", [
        b'{"type":"record","name":"a","fields":[{"name":"b","type":"a"},{"name":"c","type":"a"}]}'], None
    for name, content, says in sqlite_files(folder):
        yield "sqlite", name, "case.sqlite", [content], says


def write(path, content):
    with path.open("wb") as file:
        for part in content:
            data, times = part if isinstance(part, tuple) else (part, 1)
            chunk = data * max(1, min(times, 65536 // max(1, len(data))))
            for _ in range(times // max(1, len(chunk) // max(1, len(data)))):
                file.write(chunk)
            file.write(data * (times % max(1, len(chunk) // max(1, len(data)))))


def limit_time():
    resource.setrlimit(resource.RLIMIT_CPU, (ENDLESS_S, ENDLESS_S))


def run(program, *arguments, cwd=None):
    """Exit code, standard output and error, milliseconds of the processor's time, KiB at its height: no less than this process itself needs."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        child = subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=error, cwd=cwd,
                                 env={**os.environ, "PGCONNECT_TIMEOUT": "2"}, preexec_fn=limit_time)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        error.seek(0)
        return child.returncode, out.read(), error.read(), (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss


def judge_lint(rule, code, out):
    """Why a finding is not as it should be, or None; and what was found."""
    if code not in (0, 3):
        return "exit %d" % code, ""
    findings = json.loads(out)["findings"]
    errors = [f for f in findings if f["severity"] == "error"]
    first = (errors or findings)[0]
    said = "%-24s %s" % (first["rule"], first["message"][:70])
    if (code == 3) != bool(errors) or (rule is not None and first["rule"] != rule):
        return "exit %d, and not %s" % (code, rule), said
    if len(first["message"]) > 400 or any(ord(c) < 32 for c in first["message"]):
        return "the message is not clear", said
    return None, said


def judge_import(file, says, code, out, error):
    """Why a refusal is not as it should be, or None; and what was said."""
    said = error.decode(errors="replace").split("\n")[0]
    if says is None:
        return (None if code == 0 else "exit %d" % code), said[:100]
    if code != 1 or out != b"":
        return "exit %d, and %d bytes of a draft" % (code, len(out)), said[:100]
    if not said.startswith("hanse: %s:" % file) or not re.search(says, said):
        return "it does not name the file, or not /%s/" % says, said[:200]
    if len(said) > 400 or any(ord(c) < 32 for c in said):
        return "the message is not clear", said[:100]
    return None, said[:100]


def cases(folder):
    """(title, file, content, arguments, the judge of exit code, output and error)."""
    for name, (content, rule) in CASES.items():
        file = name.replace("/", "_") + ("" if "." in name[-5:] else ".yaml")
        yield ("lint: " + name, file, content, ["--json", "lint", file], lambda code, out, _, rule=rule: judge_lint(rule, code, out))
    for kind, name, file, content, says in imports(folder):
        yield ("import %s: %s" % (kind, name), file, content, ["import", kind, file],
               lambda code, out, error, file=file, says=says: judge_import(file, says, code, out, error))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("program", help="hanse, a release build")
    options.add_argument("--repeat", type=int, default=1)
    options = options.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for title, file, content, arguments, judge in cases(folder):
            write(folder / file, content)
            for _ in range(options.repeat):
                code, out, error, ms, kib = run(program, "--home", "home", *arguments, cwd=folder)
                why, said = judge(code, out, error)
                if why is None and kib > LIMIT_KIB:
                    why = "over %d MiB" % (LIMIT_KIB // 1024)
                print("%-52s %6.1f ms %6.1f MiB  %s%s" % (title, ms, kib / 1024, said, "  WRONG: " + why if why else ""))
                wrong += why is not None
            (folder / file).unlink()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
