#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Adds up meson's test log: the tests inside each suite where the suite tells how many.

Prints what was skipped and what would run it, the suites that took longest, and a last line "N passed,
N failed".

usage: count.py TESTLOG.JSON
"""
import json
import re
import sys

SLOWEST = 5  # suites that are named


def count(test):
    """(passed, failed) of one entry: Check's summary, `ok` lines, or the entry itself."""
    output = test.get("stdout") or ""
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    passed = failed = 0
    summary = re.findall(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)$", output, re.M)
    for checks, failures, errors in summary:
        failed += int(failures) + int(errors)
        passed += int(checks) - int(failures) - int(errors)
    passed += len(re.findall(r"^ok ", output, re.M))
    failed += len(re.findall(r"^not ok ", output, re.M))
    if test["result"] == "SKIP":
        return 0, 0
    if passed + failed == 0:
        return (1, 0) if good else (0, 1)
    return passed, failed if good else max(failed, 1)


def find_skipped(tests):
    """The lines in which suites say what they left out, and the suites that say nothing."""
    for test in tests:
        lines = re.findall(r"^skipped: .*", test.get("stdout") or "", re.M)
        if test["result"] == "SKIP" and not lines:
            lines = [f"skipped: {test['name']}"]
        yield from lines


with open(sys.argv[1]) as log:
    tests = [json.loads(line) for line in log]
for line in find_skipped(tests):
    print(line)
for test in sorted(tests, key=lambda test: -test["duration"])[:SLOWEST]:
    print(f"took {test['duration']:.1f} s: {test['name'].rpartition('/')[2].strip()}")
counts = [count(test) for test in tests]
print(f"{sum(p for p, _ in counts)} passed, {sum(f for _, f in counts)} failed")
