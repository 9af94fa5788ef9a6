# SPDX-License-Identifier: BSD-3-Clause
"""Runs pytest and prints what it finds in the Test Anything Protocol, so that meson counts each test.

usage: run.py [PYTEST OPTION...] PATH...
"""

import sys

import pytest


class TapReporter:
    """Of a test that fails: everything that pytest has to say, as comments."""

    def __init__(self):
        self.count = 0

    def print(self, outcome, name, directive=""):
        self.count += 1
        print(f"{outcome} {self.count} {name.replace('#', '')}{directive}", flush=True)

    def print_comment(self, text):
        for line in str(text).splitlines():
            print("#", line)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.print("not ok", f"{report.nodeid} ({report.when})")
            self.print_comment(report.longreprtext)
            for title, content in report.sections:
                self.print_comment(f"{title}\n{content}")
        elif report.skipped:
            self.print("ok", report.nodeid, f" # SKIP {report.longrepr[2]}")
        elif report.when == "call":
            self.print("ok", report.nodeid)

    def pytest_collectreport(self, report):
        if report.failed:
            self.print("not ok", f"{report.nodeid} (collection)")
            self.print_comment(report.longreprtext)

    def pytest_sessionfinish(self):
        print(f"1..{self.count}")


def main():
    options = ["-p", "no:terminal", "-p", "no:cacheprovider", *sys.argv[1:]]
    return pytest.main(options, plugins=[TapReporter()])


if __name__ == "__main__":
    sys.exit(main())
