#!/usr/bin/python3
"""Every C source is as clang-format lays it out (.clang-format). `format.py --fix [TREE]` mends them in place."""

import re
import shutil
import subprocess
import sys

import tree


def main():
    fix = "--fix" in sys.argv
    sys.argv = [argument for argument in sys.argv if argument != "--fix"]
    top = tree.root()
    if not shutil.which("clang-format"):
        print("no clang-format here")
        sys.exit(tree.SKIP)
    command = ["clang-format", "--style=file", "-i" if fix else "--dry-run", *tree.sources(top)]
    run = subprocess.run(command, cwd=top, capture_output=True, text=True, check=False)
    places = {}
    for path, line in re.findall(r"^(\S+?):(\d+):\d+: warning: ", run.stderr, re.M):
        places.setdefault(path, []).append(int(line))
    findings = [f"{path}:{lines[0]}: not as clang-format lays it out (in {len(lines)} places)" for path, lines in places.items()]
    if run.returncode:
        findings.append(run.stderr)
    if findings:
        print("tests/tidy/format.py --fix mends these:")
    tree.finish(findings)


main()
