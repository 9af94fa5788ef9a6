# SPDX-License-Identifier: BSD-3-Clause
"""What all programs of this directory print and write."""

import json
import textwrap

import options

NAME_WIDTH = 22
LINE_WIDTH = 100


def name_shape(shape):
    return "x".join(map(str, shape))


def format_ratio(ratio):
    """Two or three digits of it."""
    decimals = 0 if ratio >= 99.95 else 1 if ratio >= 9.995 else 2 if ratio >= 0.0995 else 3
    return f"{ratio:.{decimals}f}"


def format_time(seconds):
    scale, unit = (1e3, "ms") if seconds >= 1e-3 else (1e6, "us")
    return f"{format_ratio(seconds * scale)} {unit}"


def print_machine(description):
    for key in ("date", "processor", "blas", "threads", "nnblas"):
        print(f"{key:10} {description[key]}")
    print(f"{'load':10} {description['load']:.2f} before the start")


def describe_in_words(contender, usual_blas):
    """A BLAS is said only where it is another than the library's."""
    if not contender["installed"]:
        return "not installed"
    if contender["blas"] in (None, usual_blas):
        return contender["note"]
    return f"{contender['note']}; BLAS: {contender['blas']}"


def print_contenders(description):
    print()
    usual_blas = description["contenders"]["library"]["blas"]
    for contender in description["contenders"].values():
        name = " ".join(filter(None, (contender["name"], contender["version"])))
        print(
            textwrap.fill(
                describe_in_words(contender, usual_blas),
                LINE_WIDTH,
                initial_indent=f"{name:{NAME_WIDTH}} ",
                subsequent_indent=" " * (NAME_WIDTH + 1),
            )
        )


def print_note(note):
    print(f"\n{textwrap.fill(' '.join(note.split()), LINE_WIDTH)}\n")


def print_row(first, cells, headings):
    """Each cell as wide as its heading at least."""
    padded = (f"{cell:>{max(7, len(heading))}}" for cell, heading in zip(cells, headings))
    print(" ".join((f"{first:>{NAME_WIDTH}}", *padded)), flush=True)


def write_json(path, description, results):
    try:
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"machine": description, "results": results}, file, indent=2)
            file.write("\n")
    except OSError as error:
        options.fail(f"{path}: {error.strerror}")
