#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Changes the code on purpose, one change at a time, and expects a suite to fail each time.

The changes are in the *.toml beside this file. Each has `what` is changed, the `file`, the text that is
replaced and stands there once (`from`, `to`), and the `suites` that are run until one fails: programs of
their own, perhaps with the folder in tests, or command_NAME or mpi_NAME. A change whose text is not found, that does
not compile, or that passes all its suites is a failure.

The work is done in copies of the source folder, one for each job, with a build of their own: the first
is built, the others are copies of both.

usage: run.py [--source DIRECTORY] [--build DIRECTORY] [--jobs N] [--match] [--sample N] [WORD...]
  --match  only checks that each text stands in its file once
  --sample N  only N of the changes, chosen by the newest commit: others for each
  WORD     only the changes whose file or description holds one of these
"""
import argparse
import concurrent.futures
import contextlib
import os
import pathlib
import queue
import random
import shutil
import signal
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
LONGEST = 120  # seconds of a suite; a change that makes it hang is noticed
# What the suites that meson alone knows the arguments of need, by how their names begin.
OF_MESON = {"command_": ["tools/nnblas", "tests/command/stop_at_once.so"],
            "mpi_lost_": ["tests/mpi/lose_ranks"],
            "mpi_silence": ["tools/nnblas", "tools/nnblas_ranks.so", "tests/mpi/libstop_at_broadcast.so",
                            "tests/mpi/liblack_buffers.so"],
            "mpi_": ["tools/nnblas", "tools/nnblas_ranks.so"]}
# Kernels are compiled for three instruction sets; optimising them takes longer than testing them.
PLAIN_KERNELS = ("lib/meson.build", "kernel_args = ['-O3'", "kernel_args = ['-O1'")


class Mutant:
    def __init__(self, layer, entry):
        self.layer = layer
        self.what, self.file = entry["what"], entry["file"]
        self.old, self.new, self.suites = entry["from"], entry["to"], entry["suites"]

    def __str__(self):
        return f"{self.file}: {self.what}"

    def apply_to(self, text):
        """The changed text, or None where the old part is not there exactly once."""
        return text.replace(self.old, self.new) if text.count(self.old) == 1 else None


def read_mutants(words):
    mutants = [Mutant(path.stem, entry)
               for path in sorted(HERE.glob("*.toml"))
               for entry in tomllib.loads(path.read_text())["mutant"]]
    return [m for m in mutants if not words or any(word in str(m) for word in words)]


def choose_sample(source, mutants, count):
    """So many of them, the same for the same commit."""
    seed = subprocess.run(["git", "-C", source, "rev-parse", "HEAD"], capture_output=True, text=True)
    chosen = random.Random(seed.stdout.strip()).sample(range(len(mutants)), min(count, len(mutants)))
    return [mutants[i] for i in sorted(chosen)]


def list_files(source):
    """What belongs to the source: what git knows, or all but builds where there is no git."""
    listed = subprocess.run(["git", "-C", source, "ls-files", "-co", "--exclude-standard", "-z"],
                            capture_output=True, text=True)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name]
    else:
        names = [p.relative_to(source) for p in source.rglob("*") if "build" not in p.parts]
    return [name for name in names if (source / name).is_file()]


class Copy:
    """A copy of the source and its build."""

    def __init__(self, folder):
        self.folder, self.source, self.build = folder, folder / "source", folder / "build"

    def fill(self, source):
        """From the source folder, configured."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in list_files(source):
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, self.source / name)
            shutil.copymode(source / name, self.source / name)
        name, old, new = PLAIN_KERNELS
        text = (self.source / name).read_text()
        if text.count(old) != 1:
            sys.exit(f"{name} holds no {old}: see PLAIN_KERNELS")
        (self.source / name).write_text(text.replace(old, new))
        # This linker needs half the time, and most of a change's time is linking.
        subprocess.run(["meson", "setup", self.build, self.source, "-Doptimization=1",
                        "-Dtests=enabled", "-Dbench=false"],
                       check=True, stdout=subprocess.DEVNULL, env=os.environ | {"CC_LD": "gold"})

    def fill_from(self, other):
        """From another copy that is built. Meson names the sources from within the build folder, so
        that those of this copy are compiled here; their times are kept, so that nothing is as yet."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(other.folder, self.folder, symlinks=True)

    def compile(self, suites):
        """The words of the compiler where it fails, else None."""
        targets = [target for suite in suites for target in self.list_targets(suite)]
        built = subprocess.run(["ninja", "-C", self.build, *targets], capture_output=True, text=True)
        return built.stdout if built.returncode else None

    @staticmethod
    def list_targets(suite):
        folder, name = os.path.split(suite)
        of_meson = [targets for begin, targets in OF_MESON.items() if suite.startswith(begin)]
        return of_meson[0] if of_meson else [os.path.join("tests", folder, "test_" + name)]

    def list_words(self, suite):
        """Those that run it."""
        if suite.startswith(tuple(OF_MESON)):
            return ["meson", "test", "-C", self.build, "--no-rebuild", suite]
        return [self.build / self.list_targets(suite)[0]]

    def passes(self, suite):
        """In a session of its own: a suite that goes wrong may signal its whole group."""
        with subprocess.Popen(self.list_words(suite), cwd=self.build, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              start_new_session=True) as ran:
            try:
                return ran.wait(LONGEST) == 0
            except subprocess.TimeoutExpired:
                return False
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(ran.pid, signal.SIGKILL)

    def try_mutant(self, mutant):
        """(whether it is as it has to be, words about it)."""
        path = self.source / mutant.file
        text = path.read_text()
        changed = mutant.apply_to(text)
        if changed is None:
            return False, "its text does not stand in the file once"
        path.write_text(changed)
        try:
            for suite in mutant.suites:
                words = self.compile([suite])
                if words:
                    return False, "does not compile:\n" + words
                if not self.passes(suite):
                    return True, f"noticed by {suite}"
            return False, "PASSES " + ", ".join(mutant.suites)
        finally:
            path.write_text(text)


def try_all(mutants, copies):
    """Yields (mutant, good, words, seconds) in any order."""
    free = queue.Queue()
    for copy in copies:
        free.put(copy)

    def work(mutant):
        copy = free.get()
        begin = time.monotonic()
        try:
            return mutant, *copy.try_mutant(mutant), time.monotonic() - begin
        finally:
            free.put(copy)

    with concurrent.futures.ThreadPoolExecutor(len(copies)) as pool:
        for future in concurrent.futures.as_completed([pool.submit(work, m) for m in mutants]):
            yield future.result()


def prepare(source, build, jobs, suites):
    """The copies, whose suites pass as long as nothing is changed."""
    first, *others = copies = [Copy(build / str(i)) for i in range(jobs)]
    first.fill(source)
    words = first.compile(suites)
    if words:
        sys.exit("the unchanged source does not compile:\n" + words)
    for copy in others:
        copy.fill_from(first)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        passing = pool.map(lambda i: copies[i % jobs].passes(suites[i]), range(len(suites)))
        failing = [suite for suite, good in zip(suites, passing) if not good]
    if failing:
        sys.exit("these fail without a change: " + " ".join(failing))
    return copies


def check_matches(source, mutants):
    for mutant in mutants:
        good = mutant.apply_to((source / mutant.file).read_text()) is not None
        print("ok" if good else "not ok", mutant)
        yield good


def run(source, build, jobs, mutants):
    suites = sorted({suite for mutant in mutants for suite in mutant.suites})
    copies = prepare(source, build, jobs, suites)
    for mutant, good, words, seconds in try_all(mutants, copies):
        print(f"{'ok' if good else 'not ok'} {mutant}: {words} ({seconds:.1f} s)", flush=True)
        yield good


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--source", type=pathlib.Path, default=HERE.parent.parent)
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--match", action="store_true")
    parser.add_argument("--sample", type=int)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    source = options.source.resolve()
    build = (options.build or source / "build" / "mutants").resolve()
    mutants = read_mutants(options.words)
    if options.sample:
        mutants = choose_sample(source, mutants, options.sample)
    results = list(check_matches(source, mutants) if options.match
                   else run(source, build, options.jobs, mutants))
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return not all(results) or not results


sys.exit(main())
