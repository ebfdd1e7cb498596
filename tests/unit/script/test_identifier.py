"""Identifiers are parsed once to a value; what can't be read shows where."""

from __future__ import annotations

import pytest

from limbeck.script.errors import IdentifierError
from limbeck.script.identifier import Identifier, parse, parse_range


@pytest.mark.parametrize(
    ("text", "symbol", "label", "offset"),
    [
        ("head", "head", None, None),
        ("heads", "heads", None, None),
        ("base", "base", None, None),
        ("ae10", "ae10", None, None),
        ("+2", None, None, 2),
        ("-1", None, None, -1),
        ("ae10+2", "ae10", None, 2),
        ("head-1", "head", None, -1),
        ("label@head", "head", "label", None),
        ("label@+2", None, "label", 2),
        ("my-label@ae10-3", "ae10", "my-label", -3),
        ("my-label", "my-label", None, None),
    ],
)
def test_parse(text: str, symbol: str | None, label: str | None, offset: int | None) -> None:
    assert parse(text) == Identifier(text, symbol, label, offset)


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "empty"),
        ("ae10++2", 5, "a number is expected"),
        ("ae10+", 5, "a number is expected"),
        ("-x", 1, "a number is expected"),
        ("a@b@c", 3, "only one '@'"),
        ("label@", 6, "missing after '@'"),
        ("@head", 0, "missing before '@'"),
        ("a:b", 1, "range"),
        ("a b", 1, "spaces"),
    ],
)
def test_parse_points_at_what_it_cannot_read(text: str, position: int, reason: str) -> None:
    with pytest.raises(IdentifierError, match=reason) as caught:
        parse(text)
    assert caught.value.position == position
    assert str(caught.value).splitlines()[-1] == "    " + " " * position + "^"


def test_parse_range_keeps_open_ends() -> None:
    found = parse_range("ae:27")
    assert found.lower == parse("ae")
    assert found.upper == parse("27")
    assert parse_range("-3:").lower == parse("-3")
    assert parse_range(":head").lower is None


def test_parse_range_points_into_the_whole() -> None:
    with pytest.raises(IdentifierError) as caught:
        parse_range("ae:b++1")
    assert caught.value.position == 5
