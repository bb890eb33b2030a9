"""Open sets: lazy, spelt with help, without duplicates."""

import pytest

from iterant.runtime.table import Table, UnknownName


def test_entries_load_when_asked_for() -> None:
    table: Table[object] = Table("thing", "json", "decoder:JSONDecoder", "lost = nowhere:Nothing")
    assert list(table) == ["decoder", "lost"]
    assert len(table) == 2
    assert "lost" in table
    assert table["decoder"] is table["decoder"]
    with pytest.raises(ImportError):
        table["lost"]


def test_unknown_names_meet_help() -> None:
    table: Table[object] = Table("solver", "json", "picard = decoder:A", "newton = decoder:B")
    assert table.nearest("pickard") == "picard"
    assert table.nearest("zzz") is None
    with pytest.raises(UnknownName, match="unknown solver 'pickard'") as caught:
        table["pickard"]
    assert caught.value.hint == "did you mean 'picard'? known: picard, newton"
    assert table.hint("zzz") == "known: picard, newton"


@pytest.mark.parametrize("line", ["", "name", "name =", "= a:b", "a:", ":b"])
def test_unreadable_lines_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match="reads 'name = module:attribute'"):
        Table("thing", "json", line)


def test_duplicates_are_refused() -> None:
    with pytest.raises(ValueError, match="two lines of the table of things are named 'a'"):
        Table("thing", "json", "a = x:y", "b.a:z")
