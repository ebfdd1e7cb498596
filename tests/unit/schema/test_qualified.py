"""Columns that expressions of a table name with the table before them."""

import pytest

from limbeck.schema.facts import CheckFacts, TableFacts, TableKey
from limbeck.schema.qualified import without_own_table

CASES = [
    ("t", "t.a > 0 AND t.b < 5", "a > 0 AND b < 5"),
    ("t", '"t"."a b" > 0', '"a b" > 0'),
    ("t", "`t`.`a` > 0", "`a` > 0"),
    ("T t", '"T t".a > 0', "a > 0"),
    ("t", "a <> 't.a'", "a <> 't.a'"),
    ("t", "other.t.a > 0", "other.t.a > 0"),
    ("t", "t.f(a) > 0", "t.f(a) > 0"),
    ("t", "a = 'x'::t.kind", "a = 'x'::t.kind"),
    ("t", "at.a > 0 AND (t).a > 0", "at.a > 0 AND (t).a > 0"),
]


@pytest.mark.parametrize("table,sql,expected", CASES)
def test_own_table_is_left_out(table: str, sql: str, expected: str) -> None:
    facts = TableFacts(TableKey(None, table), columns=(), checks=(CheckFacts(sql, "ck"),))

    (check,) = without_own_table(facts).checks

    assert check.sql == expected
