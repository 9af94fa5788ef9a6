#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks every message of the command: check_messages.py NNBLAS SOURCE [--write [FILE...]]

tests/command/messages/*.txt are transcripts. A file is run in a folder of its own, from the top:

    # a comment
    % COMMAND          prepares something
    $ COMMAND          is checked. Then follow
    nnblas train: ...  all lines on standard error but those of the progress,
    > ...              some lines of standard output, in their order,
    [2]                and the exit status, unless it is 0
    ! TEST 'TEXT' LITERAL   a message that only a fault makes: the test that makes it looks for TEXT
    = LITERAL          is no message

{} stands for any text. Every sentence in the sources of the command must be in one of the messages, so
that a new message needs a row. --write writes the lines on standard error and the status into the files.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LITERAL = r'"(?:[^"\\\n]|\\.)*"'
SENTENCE = re.compile(r"[A-Za-z0-9')]+[,:;]? [A-Za-z0-9'(%-]")
PROGRESS = re.compile(r"epoch +\d+   cost ")

# What these print is no message: pages, plots, C source, tables of results and the help.
NO_MESSAGES = {
    "tools/arrays/npy_writer.c", "tools/commands/demo.c", "tools/commands/demo_speed.c", "tools/commands/explain_text.c", "tools/commands/info.c",
    "tools/commands/plot.c", "tools/commands/score_plot.c", "tools/export/c_activations.c", "tools/export/c_arrays.c",
    "tools/export/c_functions.c", "tools/export/c_head.c", "tools/export/onnx_model.c", "tools/table/scores_text.c",
}

# print_safely alone keeps what a name of a file holds from the terminal. These print no names, or run before it.
RAW = re.compile(r"\bv?f?printf\(stderr,")
PRINT_RAW = {"tools/cli/core_type.c", "tools/cli/memory.c", "tools/cli/progress.c", "tools/commands/folds.c"}


# ---- the table ----------------------------------------------------------------------------------

class Row:
    def __init__(self, command):
        self.command, self.errors, self.output, self.status = command, [], [], 0

    def get_messages(self):
        return self.errors + self.output


def read_table(path):
    """The lines of the file, those of a checked command as one Row."""
    parts = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("$ "):
            parts.append(Row(line[2:]))
        elif not line or line[0] in "#%!=":
            parts.append(line)
        elif re.fullmatch(r"\[\d+\]", line):
            parts[-1].status = int(line[1:-1])
        elif line.startswith("> "):
            parts[-1].output.append(line[2:])
        else:
            parts[-1].errors.append(line)
    return parts


def write_table(path, parts):
    lines = []
    for part in parts:
        if isinstance(part, str):
            lines.append(part)
            continue
        lines += ["$ " + part.command] + part.errors + ["> " + line for line in part.output]
        lines += [f"[{part.status}]"] if part.status else []
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# ---- running it ---------------------------------------------------------------------------------

def show(output):
    """Lines as they stand in the table: what is not printable in ASCII or UTF-8 as \\x1b."""
    text = output.decode("utf-8", "backslashreplace")
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", lambda c: f"\\x{ord(c[0]):02x}", text).splitlines()


def run(command, folder, nnblas):
    environment = dict(os.environ, NNBLAS_KEEP_CORETYPE="1", LC_ALL="C",
                       PATH=f"{nnblas.parent}:{os.environ['PATH']}")
    return subprocess.run(["sh", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120, check=False)


def fits(expected, line):
    return re.fullmatch(".*".join(map(re.escape, expected.split("{}"))), line)


def fit_all(expected, lines):
    return len(expected) == len(lines) and all(map(fits, expected, lines))


def are_among(expected, lines):
    lines = iter(lines)
    return all(any(fits(text, line) for line in lines) for text in expected)


def is_as_expected(row, status, errors, output):
    return row.status == status and fit_all(row.errors, errors) and are_among(row.output, output)


def run_table(path, nnblas, is_written):
    parts, failures = read_table(path), 0
    with tempfile.TemporaryDirectory() as folder:
        for part in parts:
            if isinstance(part, str):
                if part.startswith("% ") and run(part[2:], folder, nnblas).returncode != 0:
                    failures += 1
                    print(f"not ok  {path.name}: {part}")
                continue
            done = run(part.command, folder, nnblas)
            errors = [line for line in show(done.stderr) if not PROGRESS.match(line)]
            output = show(done.stdout)
            is_good = is_as_expected(part, done.returncode, errors, output)
            if not is_good and is_written:
                part.status, part.errors = done.returncode, errors
            elif not is_good:
                failures += 1
                print(f"not ok  {path.name}: {part.command}", f"status {done.returncode}", *errors,
                      *(["output:"] + output if part.output else []), sep="\n    ")
    if is_written:
        write_table(path, parts)
    return failures


# ---- the sentences of the sources ---------------------------------------------------------------

def find_sentences(text):
    """String literals of more than one word, but those of helps; adjacent ones are one."""
    text = re.sub(rf"({LITERAL})|/\*.*?\*/", lambda m: m[1] or "", text, flags=re.S)
    text = re.sub(r"\bJSON_INTEGER_FORMAT\b|\bPRI[a-z]64\b", '"d"', text)
    text = re.sub(r'"\s+"', "", text).replace('"d""', 'd"')
    text = re.sub(r"char \w*HELP\[\] =.*?;\n", "", text, flags=re.S)
    text = re.sub(r"(?m)^#.*", "", text)
    text = re.sub(rf"\b(?:printf|puts)\({LITERAL}", "", text)
    text = re.sub(rf'\{{"[a-z-]+", (?:WITH_TABLES\()?run_\w+\)?,\s*{LITERAL}\}}', "", text)  # the list of commands
    literals = (literal[1:-1] for literal in re.findall(LITERAL, text))
    return [literal for literal in literals if SENTENCE.search(literal)]


def make_pattern(literal):
    """Of a message with the literal in it, which ends where the literal ends, or at a mark."""
    literal = re.sub(r"\\(.)", lambda m: {"n": "", "r": ""}.get(m[1], m[1]), literal)
    kinds = {"s": ".*", "c": "."}
    pieces = re.split(r"%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:z|l|h)*([a-zA-Z])", literal)
    pattern = "".join(kinds.get(piece, r"(?:[-+\d.einf]|\{\})+") if i % 2 else re.escape(piece)
                      for i, piece in enumerate(pieces))
    return pieces[::2], re.compile(pattern + (r"(?=$|[;:,.)'\"]| [^a-z]| (?:of|are)\b)" if literal[-1:] not in " :" else ""))


def is_in_messages(literal, messages):
    """Whole pieces first: a pattern alone takes long on long lines."""
    pieces, pattern = make_pattern(literal)
    return any(pattern.search(line) for line in messages if all(piece in line for piece in pieces))


def list_sentences(source):
    for path in sorted((source / "tools").glob("**/*.c")):
        name = str(path.relative_to(source))
        if name not in NO_MESSAGES:
            yield from ((name, literal) for literal in find_sentences(path.read_text(encoding="utf-8")))


def find_untested(sentences, rows, faults):
    messages = [line for row in rows for line in row.get_messages()]
    made = {literal for _, _, literal in faults}
    return [(name, literal) for name, literal in sentences
            if literal not in made and not is_in_messages(literal, messages)]


def check_faults(source, faults, sentences):
    literals = {literal for _, literal in sentences}
    failures = 0
    for test, text, literal in faults:
        path = source / "tests" / test
        if literal not in literals:
            print(f"not ok  no source has the message: {literal}")
        elif test != "-" and text not in path.read_text(encoding="utf-8"):
            print(f"not ok  {test} does not look for '{text}', of: {literal}")
        else:
            continue
        failures += 1
    return failures


def check_raw(source):
    paths = {str(path.relative_to(source)): path for path in (source / "tools").glob("**/*.c")}
    raw = {name for name, path in paths.items() if RAW.search(path.read_text(encoding="utf-8"))}
    for name in sorted(raw ^ PRINT_RAW):
        print(f"not ok  {name}: " + ("prints no message itself" if name in PRINT_RAW else "messages need print_safely"))
    return len(raw ^ PRINT_RAW)


def read_fault(line):
    """TEST 'TEXT' LITERAL"""
    test, text, literal = line.split("'", 2)
    return test.strip(), text, literal[1:]


def check_sources(source, parts):
    others = tuple(part[2:] for part in parts if isinstance(part, str) and part.startswith("= "))
    sentences = [(name, literal) for name, literal in list_sentences(source) if not literal.startswith(others)]
    rows = [part for part in parts if isinstance(part, Row)]
    faults = [read_fault(part[2:]) for part in parts if isinstance(part, str) and part.startswith("! ")]
    untested = find_untested(sentences, rows, faults)
    for name, literal in untested:
        print(f"not ok  {name}: no row of tests/command/messages has: {literal}")
    return len(untested) + check_raw(source) + check_faults(source, faults, sentences) + check_itself(sentences, rows, faults)


def check_itself(sentences, rows, faults):
    """A message that leaves the table is noticed, and so is one that is cut short."""
    target = "--target COLUMN is missing"
    left = [row for row in rows if not any(target in line for line in row.errors)]
    cut = [row for row in left]
    cut.append(Row(""))
    cut[-1].errors = ["nnblas train: --target COLUMN"]
    failures = 0
    for shorter in (left, cut):
        if not any(target in literal for _, literal in find_untested(sentences, shorter, faults)):
            print(f"not ok  a table without the message '{target}' is taken for complete")
            failures += 1
    if fits("a {} b", "a 1 c") or not fits("a {} b", "a 1 b") or are_among(["b", "a"], ["a", "b"]):
        print("not ok  messages are compared wrongly")
        failures += 1
    return failures


def main():
    nnblas, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    is_written, named = "--write" in sys.argv[3:], sys.argv[4:]
    paths = sorted((source / "tests/command/messages").glob("*.txt"))
    failures = sum(run_table(path, nnblas, is_written) for path in paths if not named or path.stem in named)
    if not is_written:
        failures += check_sources(source, [part for path in paths for part in read_table(path)])
    print(f"{failures} not ok")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
