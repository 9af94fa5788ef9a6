# SPDX-License-Identifier: BSD-3-Clause
"""The reference of C, from nnblas.h: `.. c-header:: PATH` in a page becomes the manual in its comments.

The header stays plain. What is read from its form:

    /* ---- training ---...--- */   a section; with few dashes at its end, a part of one
    a comment                       describes the declarations up to a blank line behind a function
    /* ... */ behind a constant     describes the constant
    the first long comment          introduces the page

In a comment a blank line ends a paragraph; lines that begin with "- " are items; lines that begin with
two spaces are constants and their meaning, code if the first ends with ;, a table whose columns are two
spaces apart, or as they are.
A declaration without a comment is a warning, and with -W an error.
"""
import dataclasses
import pathlib
import re
import textwrap

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.nodes import nested_parse_with_titles

logger = logging.getLogger(__name__)

SECTION = re.compile(r"/\* ---- (.*?) (-+) \*/$")
FUNCTION_NAME = re.compile(r"\b(nnblas_\w+)\(")
CONSTANT = re.compile(r"  (NNBLAS_\w+)  +(.*)")
INNER_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclasses.dataclass
class Group:
    comment: list
    declarations: list


@dataclasses.dataclass
class Section:
    title: str
    is_part: bool
    groups: list


# ---- reading the header --------------------------------------------------------------------------


def strip_comment(lines):
    """The text between /* and */, without the asterisks at its left."""
    text = "\n".join(lines).removeprefix("/*").removesuffix("*/")
    stripped = [re.sub(r"^ \*? ?", "", line).rstrip() for line in text.split("\n")]
    return "\n".join(stripped).strip("\n").split("\n")


def read_until(lines, ends):
    """The lines up to the first for which ends(text so far) holds."""
    taken = []
    while lines:
        taken.append(lines.pop(0))
        if ends("\n".join(taken)):
            break
    return taken


def is_declaration(text):
    return text.rstrip().endswith(";") and text.count("{") == text.count("}")


def read_header(text):
    """The lines of the introduction, and the sections."""
    lines = text.split("\n")
    read_until(lines, lambda taken: taken.endswith("*/"))  # the licence
    introduction = strip_comment(read_until(lines, lambda taken: taken.endswith("*/")))
    sections, group = [], None
    while lines:
        line = lines[0]
        if match := SECTION.match(line):
            sections.append(Section(match[1], len(match[2]) == 4, []))
            group = None
        if match or not line.strip() or line.startswith(("#", 'extern "C"', "}")):
            lines.pop(0)
            if group and group.declarations and not group.declarations[-1].startswith("typedef"):
                group = None
        elif line.startswith("/*"):
            comment = read_until(lines, lambda taken: taken.endswith("*/"))
            group = Group(strip_comment(comment), [])
            sections[-1].groups.append(group)
        else:
            if group is None:
                group = Group([], [])
                sections[-1].groups.append(group)
            group.declarations.append("\n".join(read_until(lines, is_declaration)))
    return introduction, sections


def find_undocumented(sections):
    return [declaration.split("\n")[0] for section in sections for group in section.groups
            if not "".join(group.comment).strip() for declaration in group.declarations]


def find_names(sections):
    """The role for each name that is declared."""
    roles = {}
    for section in sections:
        for declaration in (d for group in section.groups for d in group.declarations):
            plain = INNER_COMMENT.sub("", declaration)
            if plain.startswith("typedef"):
                names = re.findall(r"\b(nnblas_\w+)(?=\(|;)", plain)
                roles.update((name, "type") for name in names[-1:])
                roles.update((name, "enumerator") for name in re.findall(r"\b(NNBLAS_\w+) =", plain))
            else:
                roles[FUNCTION_NAME.search(plain)[1]] = "func"
    return roles


# ---- comments as reStructuredText ----------------------------------------------------------------


class Formatter:
    def __init__(self, roles):
        self.roles = roles

    def format_text(self, text):
        """A line of a comment; names become links."""
        text = re.sub(r"([\\*`|_])", r"\\\1", text)
        return re.sub(r"\b(?:nnblas|NNBLAS)(?:\\_[A-Za-z0-9]+)+\b(?!\\_)(\(\))?", self.format_name, text)

    def format_name(self, match):
        name = match[0].removesuffix("()").replace("\\", "")
        role = self.roles.get(name)
        return f"\\ :c:{role}:`{name}`\\ " if role else f"\\ ``{name}``\\ "

    def format_comment(self, lines):
        """Yields lines of reStructuredText."""
        for block in "\n".join(lines).split("\n\n"):
            yield from self.format_block(block.split("\n"))
            yield ""

    def format_block(self, lines):
        """A block without blank lines: runs of plain lines, of items and of indented lines."""
        runs = []
        for line in lines:
            goes_on = runs and runs[-1][0] == "item" and line.startswith("  ")
            kind = ("item" if line.lstrip().startswith("- ") or goes_on
                    else "indented" if line.startswith("  ") else "plain")
            if not runs or runs[-1][0] != kind:
                runs.append((kind, []))
            runs[-1][1].append(line)
        for kind, run in runs:
            yield from {"plain": self.format_paragraph, "item": self.format_items,
                        "indented": self.format_indented}[kind](run)
            yield ""

    def format_paragraph(self, lines):
        if len(lines) == 1 and lines[0] and not lines[0].endswith((".", ":", ";")) and len(lines[0]) < 60:
            yield f".. rubric:: {self.format_text(lines[0])}"
            return
        yield from (self.format_text(line) for line in lines)

    def format_items(self, lines):
        for line in textwrap.dedent("\n".join(lines)).split("\n"):
            yield line[:2] + self.format_text(line[2:])

    def format_indented(self, lines):
        if all(re.match(r"  (NNBLAS_\w+  +\S|   )", line) for line in lines):
            yield from self.format_constants(lines)
        elif lines[0].rstrip().endswith(";") or "// " in lines[0]:
            yield ".. code-block:: cpp"
            yield ""
            yield from (" " + line for line in lines)
        elif columns := find_columns(lines):
            yield from self.format_table(read_rows(lines, columns))
        else:
            yield "::"
            yield ""
            yield from ("  " + line for line in lines)

    def format_constants(self, lines):
        for line in lines:
            match = CONSTANT.match(line)
            if match:
                yield self.format_text(match[1])
            yield "    " + self.format_text(match[2] if match else line.strip())

    def format_table(self, rows):
        yield ".. list-table::"
        yield "   :header-rows: 1"
        yield ""
        for row in rows:
            for i, cell in enumerate(row):
                yield f"   {'* -' if i == 0 else '  -'} {self.format_text(cell)}"


def find_columns(lines):
    """Where the columns of a table begin, by its first line; none where a line crosses one."""
    columns = [match.start() for match in re.finditer(r"(?<=  )\S", lines[0])]
    if len(columns) < 2:
        return None
    crosses = any(line[column - 2:column].strip() and not is_overlong(line, columns)
                  for line in lines for column in columns[1:] if len(line) > column)
    return None if crosses else columns


def is_overlong(line, columns):
    """The first cell runs over the columns beside it, and there is nothing else in the line."""
    return "  " not in line.strip() or line[columns[1] - 2:columns[1]].strip()


def read_rows(lines, columns):
    """The cells of a table. A line that is indented further continues the row before."""
    rows = []
    for line in lines:
        overlong = line[columns[1] - 2:columns[1]].strip()
        ends = columns[1:] + [None]
        cells = ([line.strip()] + [""] * (len(columns) - 1) if overlong
                 else [line[begin:end].strip() for begin, end in zip(columns, ends)])
        if rows and not line[columns[0]:columns[0] + 1].strip():
            rows[-1] = [f"{old} {new}".strip() for old, new in zip(rows[-1], cells)]
        else:
            rows.append(cells)
    return rows


# ---- declarations as directives of the C domain --------------------------------------------------


def squeeze(text):
    """Without comments, in one line."""
    return " ".join(INNER_COMMENT.sub("", text).split()).rstrip(";")


def get_type_name(declaration):
    return squeeze(declaration).split()[-1]


def document(directive, signatures, body):
    """One directive with all signatures."""
    yield f".. c:{directive}:: " + ("\n" + " " * (len(directive) + 8)).join(signatures)
    yield ""
    yield from ("   " + line if line else "" for line in body)
    yield ""


def take_meanings(comment, names):
    """What a comment says of these constants, line by line, and the comment without it."""
    meanings, rest, name = {}, [], None
    for line in comment:
        match = CONSTANT.match(line)
        if match and match[1] in names:
            name = match[1]
            meanings[name] = [match[2]]
        elif name and line.startswith("    "):
            meanings[name].append(line.strip())
        else:
            name = None
            rest.append(line)
    return meanings, rest


def document_enum(declaration, comment, formatter):
    body = declaration[declaration.index("{") + 1:declaration.rindex("}")]
    constants = re.findall(r"((NNBLAS_\w+) = -?\d+),?[ \t]*(?:/\*(.*?)\*/)?", body, re.DOTALL)
    meanings, rest = take_meanings(comment, {name for _, name, _ in constants})
    members = []
    for constant, name, text in constants:
        meaning = " ".join(meanings.get(name, [])) or squeeze(text)
        members += document("enumerator", [constant],
                            [formatter.format_text(re.sub(r"   +", "; ", meaning))])
    return document("enum", [get_type_name(declaration)], [*formatter.format_comment(rest), *members])


def document_struct(declaration, comment, formatter):
    body = declaration.partition("{")[2].rpartition("}")[0]
    fields = re.findall(r"(?:/\*(.*?)\*/)?\s*([^;/]+);", body, re.DOTALL)
    members = [line for text, field in fields
               for line in document("member", [squeeze(field)], [formatter.format_text(squeeze(text))])]
    return document("struct", [get_type_name(declaration)], comment + members)


def document_group(group, formatter):
    """The types of a group, then its functions; the comment is with what comes first."""
    comment = list(formatter.format_comment(group.comment))
    callbacks = []
    for declaration in group.declarations:
        if declaration.startswith("typedef enum"):
            yield from document_enum(declaration, group.comment if comment else [], formatter)
            comment = []
        elif declaration.startswith("typedef struct"):
            yield from document_struct(declaration, comment, formatter)
            comment = []
        elif declaration.startswith("typedef"):
            callbacks.append(squeeze(declaration).removeprefix("typedef "))
    if callbacks:
        yield from document("type", callbacks, comment)
        comment = []
    if functions := [squeeze(d) for d in group.declarations if not d.startswith("typedef")]:
        yield from document("function", functions, comment)


def document_header(text):
    """Yields the reStructuredText of the whole header."""
    introduction, sections = read_header(text)
    formatter = Formatter(find_names(sections))
    yield from formatter.format_comment(introduction[2:])
    for section in sections:
        title = section.title[0].upper() + section.title[1:]
        yield title
        yield ("~" if section.is_part else "-") * len(title)
        yield ""
        for group in section.groups:
            yield from document_group(group, formatter)


class CHeader(Directive):
    required_arguments = 1

    def document(self, text):
        """The lines of the page, and the declarations without a comment."""
        return document_header(text), find_undocumented(read_header(text)[1])

    def run(self):
        environment = self.state.document.settings.env
        relative, self.path = environment.relfn2path(self.arguments[0])
        environment.note_dependency(relative)
        lines, undocumented = self.document(pathlib.Path(self.path).read_text())
        for declaration in undocumented:
            logger.warning("%s: no comment on: %s", relative, declaration)
        content = StringList([part for line in lines for part in line.split("\n")], source=self.path)
        container = nodes.section()
        container.document = self.state.document
        nested_parse_with_titles(self.state, content, container)
        return container.children


def setup(app):
    app.add_directive("c-header", CHeader)
    return {"parallel_read_safe": True}
