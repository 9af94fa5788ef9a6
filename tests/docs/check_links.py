#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Each link in the pages of a site leads to a file of it, and to a place in that page.

usage: check_links.py HTML    checks the folder
       check_links.py         checks that each fault is found, in pages made for it
"""
import html.parser
import pathlib
import sys
import tempfile
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.places = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            if name in ("id", "name") and value:
                self.places.add(value)


def find_fault(site, path, link, pages):
    parts = urllib.parse.urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
    if not target.is_file() or site not in target.parents:
        return f"{path.relative_to(site)}: {link} leads nowhere"
    place = urllib.parse.unquote(parts.fragment)
    if place and target in pages and place not in pages[target].places:
        return f"{path.relative_to(site)}: {link} leads to no place in that page"
    return None


def find_faults(site):
    site = site.resolve()
    pages = {path: Page(path.read_text()) for path in sorted(site.rglob("*.html"))}
    return [fault for path, page in pages.items() for link in page.links
            if (fault := find_fault(site, path, link, pages))], len(pages)


def check_itself():
    cases = [('<a href="b/c.html#d">', True), ('<a href="#e" id="e">', True),
             ('<a href="https://example.org/x#y">', True), ('<a href="b/no.html">', False),
             ('<img src="no.png">', False), ('<a href="b/c.html#no">', False), ('<a href="#no">', False)]
    with tempfile.TemporaryDirectory() as folder:
        site = pathlib.Path(folder)
        (site / "b").mkdir()
        (site / "b/c.html").write_text('<p id="d">')
        for text, is_good in cases:
            (site / "a.html").write_text(text)
            if (find_faults(site)[0] == []) != is_good:
                sys.exit(f"wrong of {text}")
    print(f"{len(cases)} cases")


if len(sys.argv) == 1:
    check_itself()
    sys.exit()
faults, count = find_faults(pathlib.Path(sys.argv[1]))
print(*faults, f"{count} pages, {len(faults)} faults", sep="\n")
sys.exit(bool(faults) or count == 0)
