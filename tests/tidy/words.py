#!/usr/bin/python3
"""Words that may not stand in the tree: notes to self, functions with a safer replacement, names that say
nothing, sources that no CMakeLists.txt names, and paths that exist on one machine only."""

import os
import re

import tree

# These name what they forbid.
EXEMPT = {"tests/tidy/words.py", "tests/tidy/selftest.py"}

CODE = (".c", ".h", ".def", ".py", ".sh", ".cmake", ".sql", ".js", ".mjs", ".ts", ".tsx", ".css", ".html", "CMakeLists.txt")
NOTES = re.compile(r"\b(FIXME|XXX|TODO)\b")

BANNED = {
    "strcpy": "hanse_buffer_append_text, or memcpy of a size that was checked",
    "stpcpy": "hanse_buffer_append_text, or memcpy of a size that was checked",
    "strncpy": "hanse_strndup, or memcpy of a size that was checked",
    "strcat": "hanse_buffer_append_text",
    "strncat": "hanse_buffer_append",
    "sprintf": "hanse_buffer_printf or snprintf",
    "vsprintf": "hanse_buffer_vprintf or vsnprintf",
    "gets": "fgets or getline",
    "strtok": "strcspn and strspn, which do not write into the text",
    "strtok_r": "strcspn and strspn, which do not write into the text",
    "atoi": "strtoll with its errors looked at",
    "atol": "strtoll with its errors looked at",
    "atoll": "strtoll with its errors looked at",
    "atof": "strtod with its errors looked at",
    "alloca": "hanse_malloc or an array of a size from limits.h",
}
CALL = re.compile(r"\b(" + "|".join(BANNED) + r")\s*\(")
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

VAGUE = re.compile(r"(utils?|helpers?|misc|common)\.\w+", re.I)
MACHINE = re.compile(r"(?<![\w.~/-])/(?:work|root|home|tmp/\w+_jobs)(?=$|[/\s\"'`),;:\]}>])", re.M)
# (file, path's beginning): why it may stand.
MACHINE_LISTED = {}


def place(path, text, position):
    return f"{path}:{text.count(chr(10), 0, position) + 1}"


def is_code(path, text):
    return path.endswith(CODE) or os.path.basename(path) == "Dockerfile" or text.startswith("#!")


def words(path, text):
    """Findings in one file's text."""
    if is_code(path, text):
        for match in NOTES.finditer(text):
            yield f"{place(path, text, match.start())}: {match.group()}: do it, or write an issue"
    if path.endswith((".c", ".h")):
        code = NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
        for match in CALL.finditer(code):
            name = match.group(1)
            yield f"{place(path, text, match.start())}: {name} is banned: use {BANNED[name]}"
    for match in MACHINE.finditer(text):
        if not any(path == file and text.startswith(start, match.start()) for file, start in MACHINE_LISTED):
            yield f"{place(path, text, match.start())}: a path of one machine: {match.group()}"


def cmake_words(text):
    """The words of a CMake file, comments taken off."""
    return set(re.split(r"[\s()\"]+", re.sub(r"#[^\n]*", "", text)))


def unlisted(paths, texts):
    """C sources that the nearest CMakeLists.txt above them does not name: as a path from its folder, or as
    the argument of a function that puts a prefix before it (`test_${name}.c` and `hanse_unit_test(bytes …)`)."""
    lists = {os.path.dirname(p): t for p, t in texts.items() if os.path.basename(p) == "CMakeLists.txt"}
    templates = {t for text in lists.values() for t in re.findall(r"(\w*)\$\{\w+\}(\w*\.c)\b", text)}
    listed = {folder: cmake_words(text) for folder, text in lists.items()}
    for path in paths:
        if not path.endswith(".c") or not path.startswith(("proto/", "node/", "tests/")):
            continue
        folder = os.path.dirname(path)
        while folder and folder not in listed:
            folder = os.path.dirname(folder)
        name = os.path.relpath(path, folder or ".")
        stems = [name[len(a) : -len(b)] for a, b in templates if name.startswith(a) and name.endswith(b)]
        if not listed.get(folder, set()) & {name, *stems}:
            yield f"{path}: no CMakeLists.txt names it"


def main():
    top = tree.root()
    paths = tree.files(top)
    texts = {}
    findings = []
    for path in paths:
        if VAGUE.fullmatch(os.path.basename(path)):
            findings.append(f"{path}: the name says nothing: name it after the noun it is about")
        text = tree.read(top, path)
        if text is None or path in EXEMPT:
            continue
        texts[path] = text
        findings += words(path, text)
        if path.endswith((".cmake", "CMakeLists.txt")) and re.search(r"^[^#\n]*\bGLOB(_RECURSE)?\b", text, re.M):
            findings.append(f"{path}: sources are listed, never globbed")
    findings += unlisted(paths, texts)
    tree.finish(findings)


main()
