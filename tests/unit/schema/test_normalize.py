"""Normal forms that hold for any database."""

from __future__ import annotations

import pytest

from limbeck.schema.normalize import normal_expression, split_collation, strip_parentheses


@pytest.mark.parametrize(
    "sql,expected",
    [
        ("a  >\n 0", "a > 0"),
        ("((a > 0))", "a > 0"),
        ("(a) + (b)", "(a) + (b)"),
        ("'two  spaces'", "'two  spaces'"),
        ("(a = ')')", "a = ')'"),
        ("('it''s (')", "'it''s ('"),
        ('("a)b" > 0)', '"a)b" > 0'),
        ("", ""),
        ("(", "("),
    ],
)
def test_normal_expression_changes_only_spaces_and_outer_parentheses(
    sql: str, expected: str
) -> None:
    assert normal_expression(sql) == expected


def test_strip_parentheses_leaves_unbalanced_text_alone() -> None:
    assert strip_parentheses("((a)") == "((a)"


@pytest.mark.parametrize(
    "sql,expected",
    [
        ("VARCHAR(20)", ("VARCHAR(20)", None)),
        ('VARCHAR(20) COLLATE "C"', ("VARCHAR(20)", "C")),
        ("VARCHAR(20) COLLATE utf8mb4_bin", ("VARCHAR(20)", "utf8mb4_bin")),
        (
            "VARCHAR(20) CHARACTER SET utf8 COLLATE utf8_bin",
            ("VARCHAR(20) CHARACTER SET utf8", "utf8_bin"),
        ),
        ('TEXT[] COLLATE "de-x-icu"', ("TEXT[]", "de-x-icu")),
        ('TEXT COLLATE "a"."b"', ("TEXT", '"a"."b"')),
        ('TEXT COLLATE "a""b"', ("TEXT", '"a""b"')),
    ],
)
def test_split_collation_takes_the_clause_out_of_a_type(
    sql: str, expected: tuple[str, str | None]
) -> None:
    assert split_collation(sql) == expected
