"""Sphinx settings of the documentation: MyST Markdown pages, built by `make docs`."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from scheme_lexer import SchemeLexer

project = "Iterant"
author = "The Iterant developers"
copyright = "the Iterant developers"
release = installed("iterant")

extensions = ["myst_parser", "sphinx.ext.mathjax"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist", "dollarmath", "fieldlist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = "Iterant"
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "native"


def setup(app: Sphinx) -> None:
    """Colour `.scheme` listings; Pygments' own "scheme" is the Lisp."""
    app.add_lexer("scheme", SchemeLexer)
