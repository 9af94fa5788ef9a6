#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs all code of a page, as a reader would, from its first block to its last.

    ```c, ```cpp     a file, whose name is in the comment in its first line
    ```sh            commands, run in the folder of those files
    ```python        statements of one program
    ```text          what the block before it prints; "..." stands for any text within a line

Any other block is a fault, but for directives of the site, such as ```{toctree}. With --write the page
gets what is printed in the place of the ```text blocks that differ.

usage: run_page.py [--write] PAGE WORK
"""
import contextlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys

BLOCK = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"(?:/\* | *// )(\S+\.(?:h|hpp|c|cpp))(?: \*/)?\n")


def fail(page, text, position, words):
    sys.exit(f"{page}:{text.count(chr(10), 0, position) + 1}: {words}")


def run_commands(commands):
    done = subprocess.run(["sh", "-e"], input=commands, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout)
    return done.stdout


def run_statements(code, names):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, names)  # pylint: disable=exec-used
    return printed.getvalue()


def is_same(expected, printed):
    pattern = ".*".join(re.escape(part) for part in expected.split("..."))
    return re.fullmatch(pattern, printed) is not None


def run_block(language, code, names):
    """What the block prints, or None for one that prints nothing by itself."""
    if language in ("c", "cpp") and (match := FILE_NAME.match(code)):
        pathlib.Path(match[1]).write_text(code)
        return None
    if language == "sh":
        return run_commands(code)
    if language == "python":
        return run_statements(code, names)
    raise RuntimeError(f"a block of '{language}' that nothing runs")


def run_page(page, text):
    """Runs all blocks. Returns the text with what they print."""
    printed, blocks, names = None, 0, {"__name__": "__main__"}
    written, end = [], 0
    for match in BLOCK.finditer(text):
        language, code = match.groups()
        if language.startswith("{"):
            continue
        blocks += 1
        if language != "text":
            try:
                printed = run_block(language, code, names)
            except Exception as error:  # pylint: disable=broad-except
                fail(page, text, match.start(), error)
            continue
        if printed is None:
            fail(page, text, match.start(), "a text that no block before it prints")
        if "--write" not in sys.argv and not is_same(code, printed):
            fail(page, text, match.start(), f"printed was\n{printed}")
        written += [text[end:match.start(2)], code if is_same(code, printed) else printed]
        end = match.end(2)
    if blocks == 0:
        fail(page, text, 0, "no code")
    print(f"{blocks} blocks")
    return "".join(written) + text[end:]


def main():
    page, work = (pathlib.Path(argument).absolute() for argument in sys.argv[-2:])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    os.chdir(work)
    written = run_page(page, page.read_text())
    if "--write" in sys.argv:
        page.write_text(written)


main()
