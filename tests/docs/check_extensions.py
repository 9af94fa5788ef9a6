#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the site takes from the sources: a function of the header without a comment is found, and a
function of lib/ that a page names and that is not there.

usage: check_extensions.py SOURCE
"""
import pathlib
import re
import sys
import tempfile

source = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(source / "doc/extensions"))
import c_function  # noqa: E402
import c_header  # noqa: E402
import cpp_header  # noqa: E402

HEADER = """/* licence */
/* The introduction. */
#ifndef X
/* ---- one ------------------ */

/* What f and g do. */
int nnblas_f(int a);
int nnblas_g(int a,
             int b);

/* Numbers. */
typedef enum nnblas_e { NNBLAS_A = 1, NNBLAS_B = 2 } nnblas_e;

int nnblas_h(nnblas_e e);
#endif
"""


CPP_HEADER = """// licence
/* The introduction. */
namespace nnblas {
namespace detail {
struct hidden {};
}
// What it holds.
class box {
  public:
    explicit box(int a) : a_(a) {
    }
    void call() {
        nnblas_f(a_);
        a_++;
    }
    // Adds two.
    int add() {
        a_ += 2;
        return a_;
    }
    int add() const {
        int sum = a_;
        return sum + 2;
    }

  private:
    int a_;
};
} // namespace nnblas
"""


def find_undocumented(text):
    return c_header.find_undocumented(c_header.read_header(text)[1])


def check_header():
    assert find_undocumented(HEADER) == []
    assert find_undocumented(HEADER.replace("/* What f and g do. */\n", "")) == [
        "int nnblas_f(int a);", "int nnblas_g(int a,"]
    assert find_undocumented(HEADER.replace("int nnblas_g", "\nint nnblas_g")) == ["int nnblas_g(int a,"]
    text = "\n".join(c_header.document_header(HEADER))
    for expected in (".. c:function:: int nnblas_f(int a)", "int nnblas_g(int a, int b)", "What f and g do.",
                     ".. c:enum:: nnblas_e", ".. c:enumerator:: NNBLAS_B = 2",
                     ".. c:function:: int nnblas_h(nnblas_e e)"):
        assert expected in text, (expected, text)


def check_cpp_header():
    lines, undocumented = cpp_header.document_cpp_header(CPP_HEADER, HEADER)
    assert undocumented == [], undocumented
    text = "\n".join(lines)
    for expected in (".. cpp:class:: box", ".. cpp:function:: explicit box(int a)\n", ":c:func:`nnblas_f`",
                     "What it holds.", "Adds two.", "int add() const"):
        assert expected in text, (expected, text)
    assert "hidden" not in text and "a_" not in text
    for comment, name in (("// What it holds.\n", "class box"), ("    // Adds two.\n", "int add()")):
        assert name in cpp_header.document_cpp_header(CPP_HEADER.replace(comment, ""), HEADER)[1]
    assert text.count("Adds two.") == 1


def check_function():
    page = ("```{c-function}\nlib/training/trainer.c: nnblas_trainer_create\n"
            "lib/training/trainer.c: NAME\n```\n")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "page.md")
        path.write_text(page.replace("NAME", "nnblas_trainer_destroy"))
        assert list(c_function.find_faults(path)) == []
        path.write_text(page.replace("NAME", "nnblas_net_create"))
        assert len(list(c_function.find_faults(path))) == 1
    lines = c_function.find_function("lib/training/trainer.c: nnblas_trainer_create")[2]
    assert lines[-1] == "}" and lines.count("}") == 1


def check_public_headers():
    header = (source / "include/nnblas.h").read_text()
    names = c_header.find_names(c_header.read_header(header)[1])
    plain = re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL)
    declared = set(re.findall(r"\b(nnblas_\w+)\(", plain))
    assert find_undocumented(header) == []
    assert {name for name, role in names.items() if role == "func"} <= declared <= set(names)
    lines, undocumented = cpp_header.document_cpp_header((source / "include/nnblas.hpp").read_text(), header)
    assert undocumented == [], undocumented
    print(f"{len(declared)} functions of C, {sum('cpp:function' in line for line in lines)} entries of C++")


check_public_headers()
check_header()
check_cpp_header()
check_function()
