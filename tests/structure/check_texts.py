#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""How long files are, and the words in them.

Fails on a file of tests/ with more than 500 lines, and on words that stand for a technical term but say
it by a picture.

usage: check_texts.py SOURCE    checks the files that git knows there
       check_texts.py           checks that each fault is found, in texts made for it
"""
import pathlib
import re
import subprocess
import sys

MOST_LINES = 500
# Each word, and what to write instead.
PICTURES = {
    r"doors?": "argument check, API boundary",
    r"lessons?": "test, example",
    r"complaints?": "error, warning",
    r"situations?": "case",
    r"lives": "runs, is",
    r"careers?": "training",
    r"culprits?": "the value that is not finite",
    r"could not be had": "out of memory",
    r"vouch(es|ed)?": "untrusted",
}
TEXTS = {".c", ".h", ".hpp", ".md", ".py", ".sh", ".toml", ".build", ".1", ""}


def find_faults(name, text):
    path = pathlib.PurePath(name)
    lines = text.count("\n")
    if path.parts[0] == "tests" and lines > MOST_LINES:
        yield f"{name} has {lines} lines, more than {MOST_LINES}"
    if path.name == "check_texts.py":
        return
    for picture, instead in PICTURES.items():
        for match in re.finditer(rf"(?<![a-z])({picture})(?![a-z])", text, re.IGNORECASE):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: '{match[0]}'; write: {instead}"


def read_texts(source):
    listed = subprocess.run(["git", "-C", source, "ls-files"], capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        path = pathlib.Path(source, name)
        if path.suffix in TEXTS and path.is_file() and path.name != "COPYING":
            yield name, path.read_text()


def check_itself():
    cases = [
        ("a test of 500 lines", "tests/a.c", "\n" * 500, False),
        ("a test of 501 lines", "tests/a.c", "\n" * 501, True),
        ("a long file elsewhere", "doc/a.md", "\n" * 501, False),
        ("words of the field", "lib/a.c", "/* olives: out of memory indoors */\n", False),
        *((f"'{words}'", "lib/a.c", f"\n/* {words} */\n", True)
          for words in ("the Door", "lessons", "a complaint", "this situation", "where it lives",
                        "a career", "the culprit", "could not be had", "nobody vouches")),
    ]
    good = True
    for what, name, text, is_bad in cases:
        right = bool(list(find_faults(name, text))) == is_bad
        print("ok" if right else "not ok", what, "is refused" if is_bad else "is accepted")
        good = good and right
    return good


if len(sys.argv) == 1:
    sys.exit(not check_itself())
faults = [fault for text in read_texts(sys.argv[1]) for fault in find_faults(*text)]
print(*faults, f"{len(faults)} faults", sep="\n")
sys.exit(bool(faults))
