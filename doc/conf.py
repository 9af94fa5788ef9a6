# SPDX-License-Identifier: BSD-3-Clause
"""The pages of the project as a site: `meson compile -C build/release docs`.

The source folder is the whole tree, so that links between README.md, doc/ and examples/ hold in the site
as they do in the tree.
"""
import os
import pathlib
import re
import sys

doc = pathlib.Path(__file__).parent
sys.path.insert(0, str(doc / "extensions"))

project = "libnnblas"
copyright = "the authors of libnnblas"
release = re.search(r"version: '(.*)'", (doc.parent / "meson.build").read_text())[1]
root_doc = "doc/index"
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md",
                    "bench/science/README.md", "bench/tables/README.md", "bindings/python/README.md", "doc/**"]
exclude_patterns = ["build*", ".git"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton",
              "c_function", "c_header", "cpp_header", "python_reference"]
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_use_param = napoleon_use_rtype = False
default_role = "py:obj"  # of single backticks in docstrings
toc_object_entries = False
myst_heading_anchors = 3
nitpicky = True
nitpick_ignore = [("c:identifier", name) for name in ("size_t", "uint8_t", "uint64_t")]
# The C++ domain does not know what the C domain declares, nor the standard library. Docstrings have words
# where types are.
nitpick_ignore_regex = [("cpp:identifier", "(nnblas|NNBLAS_|detail|std).*"),
                        ("py:class", r"ndarray|shape|n_\w+")]
highlight_language = "none"
pygments_style = "friendly"
pygments_dark_style = pygments_style  # Debian's furo has no other colours for the dark

html_theme = "furo"
html_title = f"libnnblas {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_additional_pages = {"index": "redirect.html"}
# What nnblas explain --html wrote when the site was built.
html_extra_path = [os.environ["NNBLAS_EXPLAIN_PAGE"]]
html_copy_source = False
templates_path = ["templates"]
