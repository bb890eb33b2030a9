"""The tables in the documentation are what the grammar and the tables of the program say."""

import doctest
import sys
from types import ModuleType

import pytest

from house import ROOT


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    """The generator, which is a script beside the pages."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        import forms
        import tables

        assert not doctest.testmod(forms).failed
    finally:
        sys.path.pop(0)
    return tables


def test_tables_are_fresh(tables: ModuleType) -> None:
    assert not tables.stale(), "run: python docs/tables.py"


def test_every_table_stands_on_a_page(tables: ModuleType) -> None:
    pages = "".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    named = [match[2] for match in tables.MARKED.finditer(pages)]
    assert sorted(named) == sorted(tables.TABLES)


def test_every_method_is_a_word_of_the_language() -> None:
    from iterant.compiler.analysis.words import TIME_METHODS
    from iterant.compiler.integrators import METHODS

    assert set(METHODS) <= set(TIME_METHODS)
