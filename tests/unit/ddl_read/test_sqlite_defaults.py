"""What may follow DEFAULT on SQLite without parentheses around it."""

from __future__ import annotations

import pytest

from limbeck.ddl.sqlite.text import stands_alone


@pytest.mark.parametrize(
    "sql",
    ["'a'", "''", "'it''s'", '"x"', "0", "-1.5", "+2", "1e3", "(1)", "(f(')', '('))", "x'00'"],
)
def test_literal_or_parenthesised_default_stands_alone(sql: str) -> None:
    assert stands_alone(sql)


@pytest.mark.parametrize("sql", ["f(1)", "(a) || (b)", "'a' || 'b'", "- (1)", "1 + 1", "now"])
def test_any_other_default_does_not_stand_alone(sql: str) -> None:
    assert not stands_alone(sql)
