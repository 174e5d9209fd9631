"""What every tidy test begins and ends with: the files of a source tree, and telling what is wrong."""

import os
import subprocess
import sys

NOT_SOURCE = {".git", "build", "node_modules", "__pycache__", ".cache", ".demo"}
SKIP = 77  # ctest's SKIP_RETURN_CODE


def root():
    """The tree to judge: the first argument, else the one this file belongs to."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "..")
    return os.path.abspath(given)


def files(top):
    """Paths relative to `top`, at least one."""
    found = listed(top)
    if not found:
        sys.exit(f"{top} has no files: nothing was judged")
    return found


def listed(top):
    """What git tracks or would track; outside git, all but build products."""
    if os.path.exists(os.path.join(top, ".git")):
        command = ["git", "-C", top, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        try:
            names = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
            return sorted(f for f in set(names) if f and os.path.isfile(os.path.join(top, f)))
        except (OSError, subprocess.CalledProcessError):
            pass  # no git here, or it does not trust the owner of the tree
    found = []
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name not in NOT_SOURCE]
        found += [os.path.relpath(os.path.join(folder, name), top) for name in names]
    return sorted(found)


def sources(top):
    """The C sources and headers."""
    return [f for f in files(top) if f.endswith((".c", ".h"))]


def read(top, path):
    """The file's text, or None when it is not text."""
    with open(os.path.join(top, path), "rb") as file:
        try:
            return file.read().decode("utf-8")
        except UnicodeDecodeError:
            return None


def finish(findings):
    """Says each finding and exits: 1 when there is one."""
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} found")
    sys.exit(1 if findings else 0)
