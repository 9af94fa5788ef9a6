#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Adds up meson's test log: the tests inside each suite where the suite tells how many.

usage: count.py TESTLOG.JSON
"""
import json
import re
import sys


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


with open(sys.argv[1]) as log:
    counts = [count(json.loads(line)) for line in log]
print(f"{sum(p for p, _ in counts)} passed, {sum(f for _, f in counts)} failed")
