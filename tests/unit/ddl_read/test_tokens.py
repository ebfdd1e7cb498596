"""The normal form of SQL text: one spelling, the same meaning, and stable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.ddl.mysql import text as mysql
from limbeck.ddl.sqlite import text as sqlite
from limbeck.ddl.tokens import Cursor, split

FRAGMENTS = st.sampled_from(
    ["a", "b", "`select`", '"q"', "'it''s'", "1", "-2", ".5", "(", ")", "+", "-", "*", "and", "OR", "not",
     "in (1,2)", "lower(a)", "<>", "!=", ">", "is null", "between 1 and 2", "||", ",", "now()", "-- x\n", "/* y */"]
)  # fmt: skip
EXPRESSIONS = st.lists(FRAGMENTS, min_size=1, max_size=9).map(" ".join)


@given(EXPRESSIONS)
def test_sqlite_normal_form_is_stable(sql: str) -> None:
    once = sqlite.normal_expression(sql)
    assert sqlite.normal_expression(once) == once


@given(EXPRESSIONS)
def test_mysql_normal_form_is_stable(sql: str) -> None:
    once = mysql.normal_expression(sql)
    assert mysql.normal_expression(once) == once


@given(st.text())
def test_any_text_is_tokenized(sql: str) -> None:
    for lexicon in (sqlite.LEXICON, mysql.LEXICON):
        lexicon.normal(lexicon.tokenize(sql))


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="%_")))
def test_mysql_string_keeps_its_value(value: str) -> None:
    literal = mysql.quote_string(value)
    assert mysql.normal_string(literal) == literal
    assert mysql.unquote_string(literal) == value


@pytest.mark.parametrize(
    "sql, normal",
    [
        ("((a>0))", "a > 0"),
        ("(a) + (b)", "(a) + (b)"),
        ("a   in(1,2 ,3)", "a IN (1, 2, 3)"),
        ("COALESCE (a,-1)>=- 2", "COALESCE(a, -1) >= -2"),
        ("a -- b\n = /* c */ 'x -- y'", "a = 'x -- y'"),
        ("[a b] <> `c` and \"d\" == e.f", '"a b" <> c AND "d" = e.f'),
        ("not(a)", "NOT (a)"),
        ("\"select\" = 1", '"select" = 1'),
        ("x'AB' || s", "x'AB' || s"),
        ("a between -1 and +1", "a BETWEEN -1 AND +1"),
        ("cast(a as decimal(10,2))", "CAST(a AS decimal(10, 2))"),
    ],
)  # fmt: skip
def test_sqlite_normal_form(sql: str, normal: str) -> None:
    assert sqlite.normal_expression(sql) == normal


def test_sqlite_double_quotes_around_no_column_are_a_string() -> None:
    columns = {"name": "Name"}
    assert sqlite.normal_expression('"NAME" <> "it\'s"', columns) == "Name <> 'it''s'"


@pytest.mark.parametrize(
    "sql, normal",
    [
        # As MySQL 8 prints it.
        ("((`a` > 0) and (`b` < 5))", "a > 0 AND b < 5"),
        ("(`s` = _utf8mb4'it\\'s')", "s = 'it''s'"),
        ("(`a` in (1,2,3))", "a IN (1, 2, 3)"),
        ("((`a` > 0) or ((`b` < 5) and (`c` is null)))", "a > 0 OR b < 5 AND c IS NULL"),
        ("(((`a` + `b`) * 2) < 100)", "(a + b) * 2 < 100"),
        ("lower(`s`) = `s`", "lcase(s) = s"),
        # What must not be opened.
        ("(a or b) and c", "(a OR b) AND c"),
        ("a - (b - c)", "a - (b - c)"),
        ("not (a and b)", "NOT (a AND b)"),
        ("a in ((1), (2))", "a IN (1, 2)"),
        ("f((a), (b + 1))", "f(a, b + 1)"),
        ("(a, b) = (1, 2)", "(a, b) = (1, 2)"),
        ("a between (1) and (2)", "a BETWEEN (1) AND (2)"),
        ("-(-a)", "-(-a)"),
        ("a = \"x\"", "a = 'x'"),
        ("`key` <> `no_key`", "`key` <> no_key"),
        ("a # comment\n > 1", "a > 1"),
        ("NOW() > `d`", "CURRENT_TIMESTAMP > d"),
        ("a % 2 = 0", "a MOD 2 = 0"),
    ],
)  # fmt: skip
def test_mysql_normal_form(sql: str, normal: str) -> None:
    assert mysql.normal_expression(sql) == normal


def test_cursor_takes_balanced_parentheses() -> None:
    cursor = Cursor(sqlite.LEXICON.tokenize("f(a, (b), ')') rest"))
    assert cursor.take().text == "f"
    assert [len(part) for part in split(cursor.parenthesised())] == [1, 3, 1]
    assert cursor.accept("REST")
    assert cursor.is_at_end


def test_cursor_unbalanced_parentheses_raise() -> None:
    with pytest.raises(ValueError, match="expected a pair of parentheses"):
        Cursor(sqlite.LEXICON.tokenize("(a")).parenthesised()
