#!/usr/bin/env python3
"""Makes the test vectors of proto/PROTOCOL.md: `make.py` writes *.json, `make.py --check` compares them.

Exit status of --check: 0 the same, 1 different, 77 Python modules missing (skipped).
"""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
try:
    import cases_forks as forks
    import cases_forms as forms
    import cases_journals as journals
    from cases_common import FILES
except ModuleNotFoundError as missing:
    print("skipped:", missing, file=sys.stderr)
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent


def text_of(value):
    """JSON with one item of a list on a line."""
    out = []
    for name, v in value.items():
        if type(v) is list and v:
            rows = ",\n".join("    " + json.dumps(x, ensure_ascii=False) for x in v)
            out.append(f'  "{name}": [\n{rows}\n  ]')
        else:
            out.append(f'  "{name}": ' + json.dumps(v, ensure_ascii=False))
    return "{\n" + ",\n".join(out) + "\n}\n"


def main():
    for make in (forms.encoding, forms.hashes, forms.entries, forms.bodies, forms.seals, forms.signatures,
                 forms.authorities, forms.journal, forms.state, forms.checkpoint):
        make()
    own = journals.commits()
    journals.council()
    journals.messages(own, forks.forks())
    different = 0
    for name, value in FILES.items():
        path, text = HERE / f"{name}.json", text_of(value).encode()
        json.loads(text)
        if "--check" not in sys.argv[1:]:
            path.write_bytes(text)
        elif not path.exists() or path.read_bytes() != text:
            print(f"{path.name} differs from what make.py makes", file=sys.stderr)
            different = 1
    for path in HERE.glob("*.json"):
        if path.stem not in FILES:
            print(f"{path.name}: not of make.py", file=sys.stderr)
            different = 1
    sys.exit(different)


if __name__ == "__main__":
    main()
