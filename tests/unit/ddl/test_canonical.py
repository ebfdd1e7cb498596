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
    ("((x >= 1) AND (x <= 5) AND (y > 0))", "x between 1 and 5 and y > 0"),
    ("((y > 0) AND (x >= 1) AND (x <= 5))", "y > 0 AND x BETWEEN 1 AND 5"),
    ("((x < 1) OR (x > 5))", "x NOT BETWEEN 1 AND 5"),
    ("((x >= 9 AND x <= 1) OR (x >= 1 AND x <= 9))", "x BETWEEN SYMMETRIC 9 AND 1"),
    ("((s)::text = 'only'::text)", "s IN ('only')"),
    ("((s)::text !~~ 'a%'::text)", "s NOT LIKE 'a%'"),
    ("((s)::text ~ similar_to_escape('(a|b)%'::text))", "s SIMILAR TO '(a|b)%'"),
    ("(TRIM(BOTH FROM s) <> ''::text)", "trim(s) <> ''"),
    ("((a * '-1'::integer) < 0)", "a * -1 < 0"),
    ("((a = 1) AND (b = 2))", "(a, b) = (1, 2)"),
    ("(((j -> 'a'::text) ->> 'b'::text) = 'c'::text)", "j -> 'a' ->> 'b' = 'c'"),
    ("((j ->> 0))::integer", "(j ->> 0)::int"),
    ("date_trunc('day'::text, ts)", "date_trunc('day', ts)"),
    ("((ts + '1 day'::interval) > now())", "ts + interval '1 day' > now()"),
    ("(ts > '2000-01-01 00:00:00'::timestamp without time zone)", "ts > timestamp '2000-01-01'"),
    (r"'a\b'::text", r"E'a\\b'"),
]
SAME_TO_MYSQL = [
    ("a <> b", "NOT a = b"),
    ("a <= b", "NOT a > b"),
    ("flag = 0", "NOT flag"),
    ("flag = 0", "! flag"),
    ("cast(a AS char charset utf8mb4) <> '5'", "cast(a AS char) <> '5'"),
    ("cast(s AS char charset BINARY) = 'b'", "BINARY s = 'b'"),
    ("a > 0x1f", "a > 0x1F"),
]
DIFFERENT = [
    ("(a <> ALL (ARRAY[1, 3]))", "a NOT IN (1, 2)"),
    ("((price * qty + 1) > 0)", "price * (qty + 1) > 0"),
    ("((a OR b) AND c)", "a or b and c"),
    ("a = 'A'", "a = 'a'"),
    ('"A" = 1', "a = 1"),
    ("a > '2020-01-01'::date", "a > '2020-01-02'::date"),
    ("x between 1 and 5", "x between 1 and 6"),
    ("x between 1 and 5", "x not between 1 and 5"),
    ("x between 1 and 5", "x between symmetric 1 and 5"),
    ("s LIKE 'a%'", "s NOT LIKE 'a%'"),
    ("NOT (a AND b)", "NOT (a OR b)"),
    ("j -> 'a'", "j ->> 'a'"),
    ("j -> 'a'", "j -> 'b'"),
    ("trim(s)", "trim(leading from s)"),
    ("date_trunc('day', ts)", "date_trunc('hour', ts)"),
    ("interval '1 day'", "interval '1 hour'"),
    ("s IN ('a')", "s NOT IN ('a')"),
]


@pytest.mark.parametrize(("found", "written"), SAME)
def test_canonical_form_of_the_same_is_equal(found: str, written: str) -> None:
    form = canonical_expression(found, "postgres")

    assert form is not None
    assert form == canonical_expression(written, "postgres")


@pytest.mark.parametrize(("found", "written"), DIFFERENT)
def test_canonical_form_of_another_expression_differs(found: str, written: str) -> None:
    assert canonical_expression(found, "postgres") != canonical_expression(written, "postgres")


@pytest.mark.parametrize(("found", "written"), SAME_TO_MYSQL)
def test_canonical_form_of_the_same_is_equal_to_mysql(found: str, written: str) -> None:
    form = canonical_expression(found, "mysql")

    assert form is not None
    assert form == canonical_expression(written, "mysql")


def test_canonical_form_keeps_casts_of_columns_that_no_database_adds() -> None:
    def form(sql: str, type_: str) -> str | None:
        return canonical_expression(sql, "postgres", {"a": type_})

    assert form("(a)::text = '1'", "character varying(10)") == form("a = '1'", "text")
    assert form("a::text = '1'", "integer") != form("a = '1'", "integer")
    assert form("(a)::numeric > 1.5", "integer") == form("a > 1.5", "integer")
    assert form("a::numeric > 1.5", "double precision") != form("a > 1.5", "double precision")
    assert form("a::numeric(5,1) > 1.5", "integer") != form("a > 1.5", "integer")


def test_canonical_form_of_what_is_no_expression_is_none() -> None:
    assert canonical_expression("a > > (", "postgres") is None
