# SPDX-License-Identifier: BSD-3-Clause
"""The reference of Python is complete: a warning, and with -W an error, for a public name of the package
that no page has, and for a class, function or property without a docstring."""
import enum

import nnblas
from sphinx.util import logging

logger = logging.getLogger(__name__)


def check_docstring(app, what, name, obj, options, lines):
    text = "".join(lines).strip(". ").removeprefix("Alias for field number")  # of a field of a tuple
    if not text.strip(" 0123456789") and not isinstance(obj, enum.Enum):
        logger.warning("%s: no docstring", name)


def keep_colons(app, what, name, obj, options, lines):
    """What is before a colon in the first line of a property is no type, as napoleon takes it to be: the
    first line becomes an empty comment."""
    if what in ("attribute", "property") and lines:
        lines[:0] = ["..", ""]


def check_names(app, env):
    documented = {name for name, *_ in env.get_domain("py").get_objects()}
    for name in nnblas.__all__:
        if f"nnblas.{name}" not in documented:
            logger.warning("nnblas.%s is in no page", name)


def setup(app):
    app.connect("autodoc-process-docstring", check_docstring)
    app.connect("autodoc-process-docstring", keep_colons, priority=100)
    app.connect("env-check-consistency", check_names)
    return {"parallel_read_safe": True}
