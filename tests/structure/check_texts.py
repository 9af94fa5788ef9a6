#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""How long files are, and the words in them.

Fails on a file of tests/ with more than 500 lines, on words that stand for a technical term but say
it by a picture, on `file.c` in a page for those who work on the code where there is no such file, and on
a message of the library with a name of C, which users of Python or of the command do not know.

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
# A file in a page, by its name or the end of its path; capitals stand for any name.
NAMED_FILE = re.compile(r"`([a-z0-9_./-]+\.(?:c|h|hpp|py|sh|toml|build|dict|md))`")
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
NAME_OF_C = re.compile(r"\b(nnblas|NNBLAS)_\w+")
NAMES_STATUSES = "lib/core/status.c"
FOR_USERS = {"CHANGELOG.md", "README.md"}  # name files of users, and old ones
TEXTS = {".c", ".h", ".hpp", ".md", ".py", ".sh", ".toml", ".build", ".1", ""}


def find_missing_files(name, text, names):
    if not name.endswith(".md") or name in FOR_USERS:
        return
    for match in NAMED_FILE.finditer(text):
        if not any(known == match[1] or known.endswith("/" + match[1]) for known in names):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: there is no {match[1]}"


def find_names_of_c(name, text):
    if not (name.startswith("lib/") and name.endswith(".c")) or name == NAMES_STATUSES:
        return
    for literal in LITERAL.finditer(text):
        found = NAME_OF_C.search(literal[1])
        if found:
            line = text.count("\n", 0, literal.start()) + 1
            yield f"{name}:{line}: '{found[0]}' in a message; write what it is in words"


def find_faults(name, text, names):
    path = pathlib.PurePath(name)
    lines = text.count("\n")
    if path.parts[0] == "tests" and lines > MOST_LINES:
        yield f"{name} has {lines} lines, more than {MOST_LINES}"
    if path.name == "check_texts.py":
        return
    yield from find_missing_files(name, text, names)
    yield from find_names_of_c(name, text)
    for picture, instead in PICTURES.items():
        for match in re.finditer(rf"(?<![a-z])({picture})(?![a-z])", text, re.IGNORECASE):
            line = text.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: '{match[0]}'; write: {instead}"


def list_names(source):
    listed = subprocess.run(["git", "-C", source, "ls-files"], capture_output=True, text=True)
    return listed.stdout.splitlines()


def read_texts(source, names):
    for name in names:
        path = pathlib.Path(source, name)
        if path.suffix in TEXTS and path.is_file() and path.name != "COPYING":
            yield name, path.read_text()


def check_itself():
    cases = [
        ("a test of 500 lines", "tests/a.c", "\n" * 500, False),
        ("a test of 501 lines", "tests/a.c", "\n" * 501, True),
        ("a long file elsewhere", "doc/a.md", "\n" * 501, False),
        ("the name of a file", "doc/a.md", "`a.c` and `lib/a.c` and `LAYER/b.c`", False),
        ("the name of no file", "doc/a.md", "`b.c`", True),
        ("a file in another folder", "CONTRIBUTING.md", "`core/a.c`", True),
        ("the name of a user's file", "README.md", "`xor.c`", False),
        ("a constant in a message", "lib/a.c", 'f("N is %d", N, "set NNBLAS_BIAS");', True),
        ("a function in a message", "lib/a.c", 'f("call nnblas_net_init first");', True),
        ("a constant between messages", "lib/a.c", 'f("a", NNBLAS_BIAS, "b");', False),
        ("the name of a status", NAMES_STATUSES, 'f("NNBLAS_OK");', False),
        ("words of the field", "lib/a.c", "/* olives: out of memory indoors */\n", False),
        *((f"'{words}'", "lib/a.c", f"\n/* {words} */\n", True)
          for words in ("the Door", "lessons", "a complaint", "this situation", "where it lives",
                        "a career", "the culprit", "could not be had", "nobody vouches")),
    ]
    good = True
    for what, name, text, is_bad in cases:
        right = bool(list(find_faults(name, text, ["lib/a.c"]))) == is_bad
        print("ok" if right else "not ok", what, "is refused" if is_bad else "is accepted")
        good = good and right
    return good


if len(sys.argv) == 1:
    sys.exit(not check_itself())
known = list_names(sys.argv[1])
faults = [fault for text in read_texts(sys.argv[1], known) for fault in find_faults(*text, known)]
print(*faults, f"{len(faults)} faults", sep="\n")
sys.exit(bool(faults))
