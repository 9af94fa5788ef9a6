# SPDX-License-Identifier: BSD-3-Clause
"""Functions of the sources, in pages. The directive has lines of a file and the name of a function:

    ```{c-function}
    lib/kernels/activations.h: sigmoid_delta
    ```

A function that is not there is a warning, and with -W an error. Without Sphinx, this file as a program
checks the pages that are its arguments.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parents[2]
BLOCK = re.compile(r"^```\{c-function\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def find_definition(lines, name):
    """The first line of a function and the one behind its last, or None. A declaration ends with ;."""
    for begin, line in enumerate(lines):
        if re.match(rf"\w.*\b{name}\(", line):
            head = next(line for line in lines[begin:] if line.endswith(("{", ";")))
            if head.endswith("{"):
                return begin, lines.index("}", begin) + 1
    return None


def find_function(reference):
    """The path of `path: name`, the number of the first line of the function, and its lines."""
    path, _, name = (part.strip() for part in reference.partition(":"))
    lines = (ROOT / path).read_text().splitlines() if (ROOT / path).is_file() else []
    place = find_definition(lines, name)
    if place is None:
        raise LookupError(f"there is no function {name} in {path}")
    return path, place[0] + 1, lines[slice(*place)]


def find_faults(page):
    for block in BLOCK.findall(page.read_text()):
        for reference in block.strip().splitlines():
            try:
                find_function(reference)
            except LookupError as error:
                yield f"{page}: {error}"


def setup(app):
    from docutils import nodes
    from docutils.parsers.rst import Directive
    from sphinx.util import logging

    class CFunction(Directive):
        has_content = True

        def run(self):
            return [node for reference in self.content for node in self.show(reference)]

        def show(self, reference):
            try:
                path, number, lines = find_function(reference)
            except LookupError as error:
                place = self.state_machine.get_source_and_line(self.lineno)
                logging.getLogger(__name__).warning("%s", error, location=place)
                return []
            self.state.document.settings.env.note_dependency(str(ROOT / path))
            code = nodes.literal_block("\n".join(lines), "\n".join(lines), language="c")
            caption = nodes.caption("", f"{path}, line {number}")
            return [nodes.container("", caption, code, literal_block=True,
                                    classes=["literal-block-wrapper"])]

    app.add_directive("c-function", CFunction)
    return {"parallel_read_safe": True}


if __name__ == "__main__":
    faults = [fault for page in sys.argv[1:] for fault in find_faults(pathlib.Path(page))]
    print(*faults, f"{len(faults)} faults", sep="\n")
    sys.exit(bool(faults))
