"""The tables of the page on learning are those of the files that were measured."""

from benchmarks.learning.report import PAGE, written


def test_tables_are_those_that_were_measured() -> None:
    text = PAGE.read_text()
    assert "<!-- results: photographs -->" in text
    assert written(text) == text
