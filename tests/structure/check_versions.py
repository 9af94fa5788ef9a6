#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fails where a file names another version than meson.build, or CHANGELOG.md and the Debian changelog
have other dates for it. What comes after it may stand under [Unreleased].

usage: check_versions.py SOURCE    checks the files there
       check_versions.py           checks that each fault is found, in texts made for it
"""
import email.utils
import pathlib
import re
import sys

FORMS = {
    "meson.build": r"^  version: '([^']+)'",
    "CHANGELOG.md": r"^## \[(\d[^]]*)\]",
    "CITATION.cff": r"^version: (.+)",
    "packaging/debian/changelog": r"^libnnblas \(([^)]+)-\d+\)",
}


def find_faults(texts):
    versions = {name: re.search(form, texts[name], re.M)[1] for name, form in FORMS.items()}
    for name, version in versions.items():
        if version != versions["meson.build"]:
            yield f"{name} has version {version}, and meson.build {versions['meson.build']}"
    date = re.search(r"^## \[\d[^]]*\] - (.+)", texts["CHANGELOG.md"], re.M)
    stamp = re.search(r"^ -- .*>  (.+)", texts["packaging/debian/changelog"], re.M)[1]
    packaged = email.utils.parsedate_to_datetime(stamp).date().isoformat()
    if not date or date[1] != packaged:
        yield f"CHANGELOG.md has the date {date and date[1]}, and packaging/debian/changelog {packaged}"


def check_itself():
    good = {
        "meson.build": "project('nnblas', 'c',\n  version: '1.2.0',\n",
        "CHANGELOG.md": "## [Unreleased]\n\n## [1.2.0] - 2026-11-27\n\n## [1.1.0] - 2026-11-24\n",
        "CITATION.cff": "cff-version: 1.0.0\nversion: 1.2.0\n",
        "packaging/debian/changelog": "libnnblas (1.2.0-1) unstable; urgency=medium\n\n"
        " -- The developers <none@libnnblas.invalid>  Fri, 27 Nov 2026 12:00:00 +0000\n",
    }
    cases = [("the same version everywhere", good, False)]
    for name, text in good.items():
        cases.append((f"another version in {name}", {**good, name: text.replace("1.2", "1.3")}, True))
    changes = good["CHANGELOG.md"]
    cases.append(("another date", {**good, "CHANGELOG.md": changes.replace("27", "26")}, True))
    cases.append(("no date", {**good, "CHANGELOG.md": changes.replace(" - 2026-11-27", "")}, True))
    right = True
    for what, texts, is_bad in cases:
        is_right = bool(list(find_faults(texts))) == is_bad
        print("ok" if is_right else "not ok", what, "is refused" if is_bad else "is accepted")
        right = right and is_right
    return right


if len(sys.argv) == 1:
    sys.exit(not check_itself())
source = pathlib.Path(sys.argv[1])
faults = list(find_faults({name: (source / name).read_text() for name in FORMS}))
print(*faults, f"{len(faults)} faults", sep="\n")
sys.exit(bool(faults))
