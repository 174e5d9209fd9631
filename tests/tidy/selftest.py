#!/usr/bin/python3
"""Proves that each tidy test can fail: plants one violation a rule in a small tree and expects it to be found
by its words, and expects the tree without it to pass."""

import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

# A tree that every test passes: it has what the rules might take for a violation, and must not.
CLEAN = {
    ".clang-format": "BasedOnStyle: LLVM\nIndentWidth: 4\nBreakBeforeBraces: Linux\n"
                     "AllowShortFunctionsOnASingleLine: None\n",
    "include/hanse/bytes.h": "#include <stddef.h>\n\n#include \"hanse/limits.h\"\n",
    "include/hanse/limits.h": "#define LIMIT 1\n",
    "include/hanse/store.h": "#include <sqlite3.h>\n\n#include \"hanse/bytes.h\"\n",
    "proto/CMakeLists.txt": "# not GLOB\nadd_library(p STATIC\n  bytes.c)\n",
    "proto/bytes.c": "#include \"hanse/bytes.h\"\n\n#include <stdlib.h>\n\n#include \"tile.h\"\n\n"
                     "const char *const hanse_names[] = {\"strcpy(time)\", NULL};\n\n"
                     "void hanse_fail(void)\n{\n    abort(); /* not atoi(x) */\n}\n"
                     "\nint crypto_sign_seed_keypair(int);\n\n"
                     "int hanse_key(void)\n{\n    return crypto_sign_seed_keypair(0);\n}\n",
    "proto/tile.h": "int tile_timeout(int x);\n",
    "node/CMakeLists.txt": "add_subdirectory(store)\nadd_executable(hanse main.c)\n",
    "node/main.c": "#include \"hanse/bytes.h\"\n#include \"hanse/store.h\"\n",
    "node/store/CMakeLists.txt": "add_library(s STATIC store.c)\n",
    "node/store/store.c": "#include <sqlite3.h>\n\n#include \"hanse/bytes.h\"\n#include \"hanse/store.h\"\n"
                          "#include \"made_by_the_build.h\"\n",
    "tests/unit/CMakeLists.txt": "function(unit name)\n  add_executable(t test_${name}.c)\nendfunction()\nunit(bytes p)\n",
    "tests/unit/test_bytes.c": "#include \"hanse/store.h\"\n",
    "docs/a.md": "Served at `/api/root`, kept in build/work/x.\n",
}

LINES_70 = "".join(f"    f({i});\n" for i in range(66)) + "    f(0);\n"  # with name, braces: 70

# Right at the limits of tests/tidy/size.py.
AT_LIMIT = {
    "proto/a.c": "void f(void)\n{\n" + LINES_70 + "}\n" + "int x;\n" * 730,
    "tests/unit/a.c": "void f(void)\n{\n    int a[] = {\n" + "        1,\n" * 99 + "    };\n}\n",
}

# test, file, what is planted in it, what the test must say. A file of CLEAN is appended to.
PLANTED = [
    ("layers", "proto/a.c", "#include \"hanse/store.h\"\n", "proto may not use store"),
    ("layers", "node/store/a.c", "#include <hanse/standard.h>\n", "store may not use catalog"),
    ("layers", "node/catalog/a.c", "#include \"hanse/mesh.h\"\n", "catalog may not use mesh"),
    ("layers", "node/mesh/a.c", "#include \"hanse/standard.h\"\n", "mesh may not use catalog"),
    ("layers", "node/store/a.c", "#include \"hanse/unheard.h\"\n", "has no owner: add a row"),
    ("layers", "include/hanse/unheard.h", "\n", "add a row to OWNERS"),
    ("layers", "node/unheard/a.c", "\n", "add a row to ARROWS"),
    ("layers", "include/hanse/limits.h", "#include \"proto/tile.h\"\n", "only other public headers"),
    ("layers", "include/hanse/bytes.h", "#include \"hanse/store.h\"\n", "proto may not use store"),
    ("layers", "node/store/a.c", "#include \"../../proto/tile.h\"\n", "private to proto"),
    ("layers", "node/store/a.c", "#include \"tile.h\"\n", "private to proto"),
    ("layers", "tests/bench/bytes.c", "#include \"tile.h\"\n", "private to proto"),
    ("layers", "node/main.c", "#include \"proto/tile.h\"\n", "private to proto"),
    ("layers", "node/service/a.c", "#include <sqlite3.h>\n", "service may not see SQLite"),
    ("layers", "node/http/a.c", "#include <czmq.h>\n", "http may not see ZeroMQ"),
    ("layers", "node/mesh/a.c", "#include <event2/http.h>\n", "mesh may not see libevent"),
    ("layers", "node/store/a.c", "#  include <sodium.h>\n", "store may not see libsodium"),
    ("layers", "node/cli/a.c", "#include <yaml.h>\n", "cli may not see libyaml"),
    ("layers", "proto/a.c", "#include <jansson.h>\n", "proto may not see jansson"),
    ("purity", "proto/a.c", "#include <time.h>\nlong f(void) { return time(NULL); }\n", "a clock: time"),
    ("purity", "proto/a.c", "#include <stdio.h>\nvoid f(void) { puts(\"x\"); }\n", "a logger: puts"),
    ("purity", "proto/a.c", "#include <stdio.h>\nvoid f(void) { fprintf(stderr, \"x\"); }\n", "a logger: stderr"),
    ("purity", "proto/a.c", "#include <stdio.h>\nvoid *f(void) { return fopen(\"x\", \"r\"); }\n", "a file: fopen"),
    ("purity", "proto/a.c", "#include <sodium.h>\nvoid f(void *p) { randombytes_buf(p, 1); }\n", "entropy: randombytes_buf"),
    ("purity", "proto/a.c", "#include <sodium.h>\nint f(unsigned char *a) { return crypto_sign_keypair(a, a); }\n",
     "entropy: crypto_sign_"),
    ("purity", "proto/a.c", "#include <sys/socket.h>\nint f(void) { return socket(1, 2, 3); }\n", "a socket: socket"),
    ("purity", "proto/a.c", "int sqlite3_step(void *);\nint f(void) { return sqlite3_step(0); }\n", "another library"),
    ("purity", "proto/a.c", "int f(void)\n{\n    static int calls;\n    return ++calls;\n}\n", "is a mutable global"),
    ("purity", "proto/a.c", "const char *hanse_name = \"x\";\n", "hanse_name is a mutable global"),
    ("purity", "proto/a.c", "_Thread_local int hanse_last;\n", "hanse_last is a mutable global"),
    ("purity", "proto/a.c", "this is not C\n", "does not compile"),
    ("size", "proto/a.c", "int x;\n" * 801, "801 lines, more than 800"),
    ("size", "proto/a.c", "int\nf(int a,\n  int b)\n{\n" + LINES_70 + "}\n", "f has 71 lines"),
    ("size", "tests/unit/a.c", "int f(void)\n{\n    int a[] = {\n        1,\n    };\n" + LINES_70 + "}\n",
     "f has 71 lines"),
    ("format", "proto/a.c", "int  f( int x ){ return x; }\n", "proto/a.c:1: "),
    ("words", "proto/bytes.c", "/* TODO: more */\n", "TODO: do it"),
    ("words", "tests/run", "#!/bin/sh\n# FIXME\n", "FIXME: do it"),
    ("words", "proto/bytes.c", "void f(char *a) { strcpy(a, \"\"); }\n", "use hanse_buffer_append_text"),
    ("words", "proto/bytes.c", "int f(char *a) { return atoi (a); }\n", "use strtoll"),
    ("words", "proto/bytes.c", "int f(char *a) { return sprintf(a, \"\"); }\n", "use hanse_buffer_printf"),
    ("words", "proto/helpers.h", "\n", "the name says nothing"),
    ("words", "docs/Common.md", "\n", "the name says nothing"),
    ("words", "proto/lost.c", "\n", "proto/lost.c: no CMakeLists.txt names it"),
    ("words", "node/catalog/lost.c", "\n", "node/catalog/lost.c: no CMakeLists.txt names it"),
    ("words", "tests/unit/test_lost.c", "\n", "tests/unit/test_lost.c: no CMakeLists.txt names it"),
    ("words", "node/CMakeLists.txt", "file(GLOB x *.c)\n", "never globbed"),
    ("words", "docs/a.md", "See /home/me/x.\n", "a path of one machine: /home"),
    ("words", "deploy/x.service", "ExecStart=\"/root\"\n", "a path of one machine: /root"),
    ("words", "docs/a.json", "{\"in\":\"/work/x\"}\n", "a path of one machine: /work"),
]


def plant(top, files):
    for path, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(top, path)) or top, exist_ok=True)
        with open(os.path.join(top, path), "a", encoding="utf-8") as file:
            file.write(text)


def judge(test, planted):
    """Exit status and output of one test over CLEAN with `planted` in it."""
    with tempfile.TemporaryDirectory() as top:
        plant(top, CLEAN)
        plant(top, planted)
        script = os.path.join(HERE, f"{test}.py")
        run = subprocess.run([sys.executable, "-B", script, top], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr


def main():
    tests = ["layers", "purity", "size", "words"]
    if shutil.which("clang-format"):
        tests.append("format")
    failures = 0
    for test in tests:
        status, output = judge(test, AT_LIMIT if test == "size" else {})
        if status != 0:
            failures += 1
            print(f"{test}: fails a tree that is in order:\n{output}")
    for test, path, text, expected in PLANTED:
        if test not in tests:
            continue
        status, output = judge(test, {path: text})
        if status != 1 or expected not in output:
            failures += 1
            print(f"{test}: should say '{expected}' of {text[:60]!r} in {path}; it exits {status} and says:\n{output}")
    for test in {test for test, *_ in PLANTED} - set(tests):
        print(f"{test}: not tried, its tool is not here")
    print(f"{len(PLANTED)} violations planted, {failures} failures")
    sys.exit(1 if failures else 0)


main()
