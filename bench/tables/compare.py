#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trains on thirty tables by nnblas train and by scikit-learn's MLPClassifier or MLPRegressor, on the same
splits, and scores both on the rows that were held back: the accuracy of classes, the R2 of numbers.

Both have their defaults. nnblas train is told the target, and which columns are the target in another
form. scikit-learn's network comes behind a SimpleImputer with indicators and a StandardScaler for numbers and a
OneHotEncoder for texts, and its target is scaled where it is a number.

Processor time is that of the whole command nnblas train, and of fit alone. What scikit-learn scored is
kept in the cache and not run again."""

import argparse
import hashlib
import json
import os
import statistics
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy loads it, and for nnblas
sys.dont_write_bytecode = True

import catalogue
import sources

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NNBLAS = os.path.join(SOURCE, "build", "bench", "tools", "nnblas")
CACHE = os.path.join(
    os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "nnblas", "tables"
)
COLUMNS = "{:17}{:>7}{:>5}  {:9}{:>9}{:>9}{:>9}{:>9}{:>9}"
HEADINGS = ("table", "rows", "columns", "", "nnblas", "sklearn", "less", "nnblas", "sklearn")


def fail(message):
    sys.exit(f"compare: {message}")


# ---- scikit-learn's results --------------------------------------------------------------------------


class Results:
    """What scikit-learn scored on each split of a table. The file is good for these rows alone."""

    def __init__(self, rows, path, cache, is_anew, version):
        with open(path, "rb") as file:
            self.key = f"{version} {hashlib.sha256(file.read()).hexdigest()}"
        self.path = os.path.join(cache, f"{rows.table.name}.scikit-learn.json")
        self.runs = {} if is_anew else self.read()

    def read(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                content = json.load(file)
        except FileNotFoundError:
            return {}
        return content["runs"] if content["key"] == self.key else {}

    def get(self, seed, run):
        if str(seed) not in self.runs:
            self.runs[str(seed)] = run()
            with open(self.path, "w", encoding="utf-8") as file:
                json.dump({"key": self.key, "runs": self.runs}, file)
        return self.runs[str(seed)]


# ---- one table ---------------------------------------------------------------------------------------


def average(runs):
    """The mean score and the mean processor time."""
    scores, seconds = zip(*runs)
    return {"scores": scores, "score": statistics.fmean(scores), "seconds": statistics.fmean(seconds)}


def compare(table, options):
    import learners

    path = sources.find_table(table, options.cache)
    rows = learners.Rows(table, path)
    seeds = range(options.seed, options.seed + options.splits)
    result = {
        "name": table.name,
        "rows": len(rows.rows),
        "columns": len(rows.names) - 1 - len(table.ignored),
        "task": "classes" if table.has_classes else "numbers",
        "kept_apart": catalogue.is_kept_apart(table.name),
        "nnblas": None,
        "scikit_learn": None,
    }
    try:
        runs = [learners.run_nnblas(rows, s, options.nnblas, options.arguments) for s in seeds]
        result["nnblas"] = average(runs)
    except learners.Failure as failure:
        result["failure"] = str(failure)
    if not options.alone:
        kept = Results(rows, path, options.cache, options.anew, learners.VERSION)
        result["scikit_learn"] = average(
            [kept.get(s, lambda s=s: learners.run_scikit_learn(rows, s)) for s in seeds]
        )
    return result


# ---- what is printed ---------------------------------------------------------------------------------


def format_number(number, decimals):
    return "-" if number is None else f"{number:.{decimals}f}"


def get_gain(result):
    """By how much nnblas scored more; None where one of them has no score."""
    if not result["nnblas"] or not result["scikit_learn"]:
        return None
    return result["nnblas"]["score"] - result["scikit_learn"]["score"]


def print_result(result):
    both = [result[name] or {"score": None, "seconds": None} for name in ("nnblas", "scikit_learn")]
    cells = [result["name"], result["rows"], result["columns"]]
    cells.append(result["task"] + (" *" if result["kept_apart"] else ""))
    cells += [format_number(one["score"], 4) for one in both]
    cells.append(format_number(get_gain(result), 4))
    cells += [format_number(one["seconds"], 3) for one in both]
    print(COLUMNS.format(*cells), flush=True)
    if "failure" in result:
        print(f"    {result['failure']}", flush=True)


def summarise(results):
    """None where there is nothing to compare."""
    gains = {result["name"]: get_gain(result) for result in results}
    gains = {name: gain for name, gain in gains.items() if gain is not None}
    if not gains:
        return None
    pairs = [
        (result["nnblas"]["seconds"], result["scikit_learn"]["seconds"])
        for result in results
        if result["name"] in gains
    ]
    worst = min(gains, key=gains.get)
    return {
        "tables": len(gains),
        "median_difference": statistics.median(gains.values()),
        "worst_difference": gains[worst],
        "worst_table": worst,
        "median_ratio_of_seconds": statistics.median(own / other for own, other in pairs),
        "ratio_of_all_seconds": sum(own for own, _ in pairs) / sum(other for _, other in pairs),
    }


def print_summary(title, summary):
    if summary:
        print(
            f"{title} ({summary['tables']}): difference at the median {summary['median_difference']:+.4f}, "
            f"at worst {summary['worst_difference']:+.4f} ({summary['worst_table']}); processor time "
            f"{summary['median_ratio_of_seconds']:.3f} of scikit-learn's at the median, "
            f"{summary['ratio_of_all_seconds']:.3f} of it in all"
        )


# ---- the command line --------------------------------------------------------------------------------


def parse_count(text):
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise argparse.ArgumentTypeError(f"no count: '{text}'")
    return int(text)


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tables", nargs="*", metavar="TABLE", help="default: all, which --list names")
    parser.add_argument("--list", action="store_true", help="name the tables and where they come from")
    parser.add_argument(
        "--part", choices=("tuned", "apart"), help="only those that defaults were chosen by, or the others"
    )
    parser.add_argument("--splits", type=parse_count, default=10, metavar="N", help="(default 10)")
    parser.add_argument("--seed", type=parse_count, default=1, help="of the first split (default 1)")
    parser.add_argument("--nnblas", default=NNBLAS, metavar="FILE", help="the command (default %(default)s)")
    parser.add_argument("--cache", default=CACHE, metavar="DIR", help="the tables (default %(default)s)")
    parser.add_argument("--alone", action="store_true", help="without scikit-learn's networks")
    parser.add_argument("--anew", action="store_true", help="run scikit-learn's networks again")
    parser.add_argument("--json", metavar="FILE", help="write the results as JSON too")
    parser.add_argument(
        "--arguments", type=str.split, default=[], metavar="'ARGUMENT...'", help="of nnblas train, besides"
    )
    options = parser.parse_args()
    unknown = [name for name in options.tables if name not in catalogue.NAMES]
    if unknown:
        parser.error(f"no table {', '.join(unknown)}; --list names them")
    return options


def choose_tables(options):
    tables = [table for table in catalogue.TABLES if table.name in (options.tables or catalogue.NAMES)]
    if options.part:
        tables = [t for t in tables if catalogue.is_kept_apart(t.name) == (options.part == "apart")]
    return tables


def print_list():
    for table in catalogue.TABLES:
        mark = "*" if catalogue.is_kept_apart(table.name) else " "
        print(f"{table.name:17}{mark} {table.origin:13}{table.item:28}target {table.target}")
    print("* no default was chosen by these")


def compare_all(options):
    print(COLUMNS.format(*HEADINGS).rstrip(), "(processor s)", flush=True)
    results = []
    for table in choose_tables(options):
        try:
            results.append(compare(table, options))
        except (ImportError, OSError, sources.Missing) as error:
            fail(f"{table.name}: {error}; tools/setup peers installs what is needed")
        print_result(results[-1])
    return results


def main():
    options = parse_options()
    if options.list:
        print_list()
        return 0
    results = compare_all(options)
    apart = [result for result in results if result["kept_apart"]]
    summaries = {"all": summarise(results), "apart": summarise(apart)}
    print_summary("all tables", summaries["all"])
    print_summary("those marked *, which no default was chosen by", summaries["apart"])
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"tables": results, "summary": summaries}, file, indent=1)
    return 1 if any("failure" in result for result in results) else 0


sys.exit(main())
