# SPDX-License-Identifier: BSD-3-Clause
"""The reference of C++, from nnblas.hpp: `.. cpp-header:: PATH` in a page.

The header stays plain. A comment describes the declarations up to a blank line. These need none of
their own: a function that calls one of nnblas.h, which gets a link to it; and a member of at most one
statement, which the comment on its class is for. Any other declaration without a comment is a warning,
and with -W an error. Namespace detail and what is private are left out.
"""
import dataclasses
import pathlib
import re
import textwrap

from c_header import CHeader, Formatter, find_names, read_header, strip_comment

CALL = re.compile(r"\b(nnblas_\w+)\(")


@dataclasses.dataclass
class Item:
    """A section, a comment, or a declaration with what is between its braces."""
    kind: str
    head: str
    comment: list
    body: str = ""


# ---- reading -------------------------------------------------------------------------------------


def find_end(text, begin):
    """Behind the declaration that begins there: its head, its body, and where the next one begins."""
    depth, opened = 0, None
    for i in range(begin, len(text)):
        if text[i] in "([{":
            if text[i] == "{" and depth == 0:
                opened = i
            depth += 1
        elif text[i] in ")]}":
            depth -= 1
            if depth == 0 and text[i] == "}" and not text[begin:opened].rstrip().endswith("="):
                end = i + 1 + text[i + 1:].startswith(";")
                return text[begin:opened], text[opened + 1:i], end
        elif text[i] == ";" and depth == 0:
            return text[begin:i], "", i + 1
    raise ValueError(text[begin:begin + 80])


def read_comment(text, begin):
    """The lines of the comment that begins there, and its end."""
    if text.startswith("/*", begin):
        end = text.index("*/", begin) + 2
        return strip_comment(textwrap.dedent(" " * (begin - text.rfind("\n", 0, begin) - 1)
                                             + text[begin:end]).split("\n")), end
    match = re.compile(r"(?://.*\n[ \t]*)+").match(text, begin)
    lines = [line.strip().removeprefix("//") for line in match[0].strip().split("\n")]
    return [line.removeprefix(" ") for line in lines], match.end()


def read_items(text):
    """The public declarations of a namespace or of a class."""
    i, comment = 0, []
    while i < len(text):
        if text[i].isspace():
            blank = re.compile(r"\s*").match(text, i)
            if blank[0].count("\n") > 1:
                comment = []
            i = blank.end()
        elif access := re.compile(r"(public|private):").match(text, i):
            if access[1] == "private":
                return
            i = access.end()
        elif text.startswith(("//", "/*"), i):
            comment, i = read_comment(text, i)
            if comment[0].startswith("---- "):
                yield Item("section", comment[0].strip("- "), [])
                comment = []
        elif text.startswith("#", i):
            i = text.index("\n", i)
        else:
            head, body, i = find_end(text, i)
            behind = re.compile(r" *// *(.*)").match(text, i)
            i = behind.end() if behind else i
            kind = re.search(r"\b(namespace|class|struct|enum|using)\b", re.sub(r"template <.*>", "", head))
            yield Item(kind[1] if kind else "function" if "(" in head else "member",
                       " ".join(head.split()), [behind[1]] if behind else comment, body)


def read_cpp_header(text):
    """The lines of the introduction and the items of namespace nnblas."""
    begin = text.index("/*")
    introduction = read_comment(text, begin)[0]
    namespace = next(re.finditer(r"^namespace nnblas \{", text, re.MULTILINE))
    return introduction, list(read_items(find_end(text, namespace.start())[1]))


# ---- writing -------------------------------------------------------------------------------------


def squeeze_signature(head):
    """Without attributes, inline, and the list of initializers of a constructor."""
    head = re.sub(r"\[\[\w+\]\] ?|\binline ", "", head)
    depth = 0
    for i, character in enumerate(head):
        depth += (character == "(") - (character == ")")
        if depth == 0 and re.match(r" : [\w:]+[({<]", head[i:]) and ")" in head[:i]:
            return head[:i]
    return head


def join_functions(items):
    """What is public. The functions that one comment describes become one item with several heads."""
    joined = None
    for item in items:
        if item.kind == "namespace" or item.head.endswith(("= delete", "= default")):
            continue
        if (joined and item.kind == joined.kind == "function" and item.comment
                and item.comment is joined.comment):
            joined.head += "\n" + item.head
            joined.body += item.body
            continue
        if joined:
            yield joined
        joined = item
    if joined:
        yield joined


class Writer:
    def __init__(self, roles):
        self.formatter = Formatter(roles)
        self.functions = {name for name, role in roles.items() if role == "func"}
        self.undocumented = []

    def write_body(self, item, is_member=False):
        calls = [name for name in dict.fromkeys(CALL.findall(item.body))
                 if name in self.functions and name != "nnblas_error_message"]
        if item.kind == "function" and calls:
            yield "C: " + ", ".join(f":c:func:`{name}`" for name in calls)
            yield ""
        elif not "".join(item.comment).strip() and not (is_member and item.body.count(";") <= 1):
            self.undocumented.append(item.head)
        yield from self.formatter.format_comment(item.comment)

    def write_directive(self, directive, signature, body):
        yield f".. cpp:{directive}:: " + signature.replace("\n", "\n" + " " * (len(directive) + 10))
        yield ""
        yield from ("   " + line if line else "" for line in body)
        yield ""

    def write_enum(self, item):
        body = list(self.write_body(item))
        for name in re.findall(r"\w+(?: = \w+)?", item.body):
            body += self.write_directive("enumerator", name, [])
        yield from self.write_directive("enum-class", item.head.removeprefix("enum class "), body)

    def write_members(self, item, is_member):
        base, names = re.match(r"(.*?\w) (\w+(?:, \w+)*)", item.head).groups()
        body = list(self.write_body(item, is_member))
        for name in names.split(", "):
            yield from self.write_directive("member", f"{base} {name}", body)

    def write_item(self, item, is_member=False):
        if item.kind == "section":
            title = item.head[0].upper() + item.head[1:]
            yield from ["", title, "-" * len(title), ""]
        elif item.kind in ("class", "struct"):
            body = list(self.write_body(Item(item.kind, item.head, item.comment)))
            for inner in join_functions(read_items(textwrap.dedent(item.body))):
                body += self.write_item(inner, is_member=True)
            signature = re.sub(r"\b(class|struct) (\w+(?: :.*)?)$", r"\2", item.head)
            yield from self.write_directive(item.kind, signature, body)
        elif item.kind == "enum":
            yield from self.write_enum(item)
        elif item.kind == "using":
            yield from self.write_directive("type", item.head.removeprefix("using "),
                                            self.write_body(item, is_member))
        elif item.kind == "member":
            yield from self.write_members(item, is_member)
        else:
            signatures = "\n".join(map(squeeze_signature, item.head.split("\n")))
            yield from self.write_directive("function", signatures, self.write_body(item, is_member))


def document_cpp_header(text, c_text):
    """The reStructuredText, and the declarations that nothing describes."""
    introduction, items = read_cpp_header(text)
    writer = Writer(find_names(read_header(c_text)[1]))
    lines = list(writer.formatter.format_comment(introduction))
    lines += [".. cpp:namespace:: nnblas", ""]
    for item in join_functions(items):
        lines += writer.write_item(item)
    return lines, writer.undocumented


class CppHeader(CHeader):
    def document(self, text):
        return document_cpp_header(text, pathlib.Path(self.path).with_name("nnblas.h").read_text())


def setup(app):
    app.add_directive("cpp-header", CppHeader)
    return {"parallel_read_safe": True}
