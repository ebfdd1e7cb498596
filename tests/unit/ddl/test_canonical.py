"""The canonical form: for where no database can be asked."""

from __future__ import annotations

import pytest

from limbeck.ddl.canonical import canonical_expression

SAME = [
    (
        "((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
        "status IN ('a','b')",
    ),
    ("((x >= 1) AND (x <= 5))", "x between 1 and 5"),
    ("(lower((name)::text) ~~ 'a%'::text)", "lower(name) LIKE 'a%'"),
    ("(a <> ALL (ARRAY[1, 2]))", "a NOT IN (1,2)"),
    ("((price * (qty + 1)) > 0)", "price*(qty+1) > 0"),
    ("((price * (qty)::numeric) > (0)::numeric)", "price*qty > 0"),
    ("my_function(a, b)", "MY_FUNCTION(a,b)"),
    ("(x IS NOT NULL)", "x is not null"),
    ("(a > '2020-01-01'::date)", "a > date '2020-01-01'"),
    ('"a" = 1', "A = 1"),
    ("'draft'::character varying", "'draft'"),
    ("(a OR (b AND c))", "a or b and c"),
]
DIFFERENT = [
    ("(a <> ALL (ARRAY[1, 3]))", "a NOT IN (1, 2)"),
    ("((price * qty + 1) > 0)", "price * (qty + 1) > 0"),
    ("((a OR b) AND c)", "a or b and c"),
    ("a = 'A'", "a = 'a'"),
    ('"A" = 1', "a = 1"),
    ("a > '2020-01-01'::date", "a > '2020-01-02'::date"),
    ("x between 1 and 5", "x between 1 and 6"),
]


@pytest.mark.parametrize(("found", "written"), SAME)
def test_canonical_form_of_the_same_is_equal(found: str, written: str) -> None:
    form = canonical_expression(found, "postgres")

    assert form is not None
    assert form == canonical_expression(written, "postgres")


@pytest.mark.parametrize(("found", "written"), DIFFERENT)
def test_canonical_form_of_another_expression_differs(found: str, written: str) -> None:
    assert canonical_expression(found, "postgres") != canonical_expression(written, "postgres")


def test_canonical_form_of_what_is_no_expression_is_none() -> None:
    assert canonical_expression("a > > (", "postgres") is None
