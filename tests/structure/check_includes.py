#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The layers of lib/: a file includes from its own folder and from those below it.

Reads every #include "..." and fails on one that goes up or leads outside lib/, on a circle of units
(a .c with its .h is one) or of folders, on a file that lies beside the folders, and on a folder without
a README.md.

usage: check_includes.py LIB    checks the folder
       check_includes.py        checks that each of these faults is found, in folders made for it
"""
import pathlib
import re
import sys
import tempfile

LAYERS = ["core", "blas", "workers", "kernels", "engine", "network", "file", "training"]
AT_THE_TOP = {"meson.build", "nnblas.map"}
PUBLIC = "nnblas.h"
SEES_PUBLIC = "core/public.h"  # the one file of lib/ that includes it
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def get_unit(name):
    """engine/plan of engine/plan.c and of engine/plan.h."""
    return name.rpartition(".")[0]


def get_folder(name):
    return name.partition("/")[0]


def find_misplaced(lib):
    """Faults of the folders themselves."""
    for path in sorted(lib.iterdir()):
        if path.is_file() and path.name not in AT_THE_TOP:
            yield f"{path.name} lies in no folder"
        if path.is_dir() and path.name not in LAYERS:
            yield f"{path.name}/ is none of the layers {' '.join(LAYERS)}"
        if path.is_dir() and not (path / "README.md").is_file():
            yield f"{path.name}/ has no README.md"


def read_includes(lib):
    """(file, included) for each include line of each source file, both relative to lib."""
    for path in sorted(lib.rglob("*.[ch]")):
        name = path.relative_to(lib).as_posix()
        for included in INCLUDE.findall(path.read_text()):
            yield name, included


def judge_include(lib, name, included):
    """The fault of one include line, or None."""
    if included == PUBLIC:
        return None if name == SEES_PUBLIC else f"{name} includes {PUBLIC}, not {SEES_PUBLIC}"
    if not (lib / included).is_file() or ".." in included:
        return f"{name} includes {included}, which is no path from lib/"
    folders = [get_folder(name), get_folder(included)]
    if all(f in LAYERS for f in folders) and LAYERS.index(folders[0]) < LAYERS.index(folders[1]):
        return f"{name} includes {included}, which is in a layer above it"
    return None


def find_circle(edges):
    """A list of nodes each of which has an edge to the next, and the last to the first; or None."""
    graph = {}
    for begin, end in edges:
        if begin != end:
            graph.setdefault(begin, set()).add(end)
    done = set()

    def visit(node, path):
        if node in path:
            return path[path.index(node):]
        if node in done:
            return None
        for following in sorted(graph.get(node, ())):
            circle = visit(following, path + [node])
            if circle:
                return circle
        done.add(node)
        return None

    for node in sorted(graph):
        circle = visit(node, [])
        if circle:
            return circle
    return None


def find_faults(lib):
    faults = list(find_misplaced(lib))
    includes = list(read_includes(lib))
    faults += filter(None, (judge_include(lib, *include) for include in includes))
    for kind, part in (("units", get_unit), ("folders", get_folder)):
        circle = find_circle((part(name), part(included)) for name, included in includes)
        if circle:
            faults.append(f"a circle of {kind}: {' -> '.join(circle + circle[:1])}")
    return faults


# ---- the test of the test -----------------------------------------------------------------------

GOOD_TREE = {
    "meson.build": "",
    "nnblas.map": "",
    "core/README.md": "",
    "core/public.h": '#include "nnblas.h"\n',
    "core/memory.h": "#include <stddef.h>\n",
    "core/memory.c": '#include "core/memory.h"\n',
    "engine/README.md": "",
    "engine/plan.h": '#include "core/public.h"\n',
    "engine/plan.c": '#include "engine/plan.h"\n\n#  include "core/memory.h"\n',
    "engine/cost.h": '#include "engine/plan.h"\n',
}
# What is added to the good tree or taken from it, and the words that it has to cause.
BAD_TREES = {
    "an include that goes up": (
        {"core/memory.c": '#include "engine/plan.h"\n'},
        "core/memory.c includes engine/plan.h, which is in a layer above it"),
    "a circle of two units": (
        {"engine/plan.c": '#include "engine/cost.h"\n'},
        "a circle of units: engine/cost -> engine/plan -> engine/cost"),
    "a circle of three units": (
        {"engine/plan.c": '#include "engine/tile.h"\n', "engine/tile.h": '#include "engine/cost.h"\n'},
        "a circle of units: engine/cost -> engine/plan -> engine/tile -> engine/cost"),
    "a circle of folders": (
        {"core/sizes.h": '#include "engine/plan.h"\n'},
        "a circle of folders: core -> engine -> core"),
    "the public header, directly": (
        {"engine/plan.c": '#include "nnblas.h"\n'}, "engine/plan.c includes nnblas.h, not core/public.h"),
    "a path relative to the file": (
        {"engine/plan.c": '#include "../core/memory.h"\n'}, "which is no path from lib/"),
    "a file name alone": (
        {"engine/plan.c": '#include "plan.h"\n'}, "engine/plan.c includes plan.h, which is no path"),
    "a file at the top": ({"nnblas.c": ""}, "nnblas.c lies in no folder"),
    "a folder that is no layer": ({"misc/README.md": ""}, "misc/ is none of the layers"),
    "a folder without README.md": ({"core/README.md": None}, "core/ has no README.md"),
}


def find_faults_of(tree):
    with tempfile.TemporaryDirectory() as folder:
        lib = pathlib.Path(folder)
        for name, text in tree.items():
            if text is not None:
                (lib / name).parent.mkdir(exist_ok=True)
                (lib / name).write_text(text)
        return find_faults(lib)


def report(passed, what, faults):
    print("ok" if passed else "not ok", what)
    if not passed:
        print(*faults, sep="\n")
    return passed


def check_itself():
    faults = find_faults_of(GOOD_TREE)
    results = [report(faults == [], "a good tree is accepted", faults)]
    for what, (changes, words) in BAD_TREES.items():
        faults = find_faults_of({**GOOD_TREE, **changes})
        results.append(report(any(words in fault for fault in faults), f"found: {what}", faults))
    return all(results)


if len(sys.argv) == 1:
    sys.exit(not check_itself())
faults = find_faults(pathlib.Path(sys.argv[1]))
print(*faults, sep="\n")
print(f"{len(faults)} faults")
sys.exit(bool(faults))
