"""PostgreSQL's normal forms as text: expressions, types, defaults and generated names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.ddl.postgresql.models import NAME_BYTES, clip, object_name
from limbeck.ddl.postgresql.text import (
    normal_default,
    normal_expression,
    normal_type,
    quoted_name,
    tokenize,
)


@pytest.mark.parametrize(
    "sql,expected",
    [
        ("A  >  0 and B<5", "a > 0 AND b < 5"),
        ("((a > 0))", "a > 0"),
        ("(a) and (b)", "(a) AND (b)"),
        ("a!=1", "a <> 1"),
        ("LOWER( Name )", "lower(name)"),
        ("a in(1,2)", "a IN (1, 2)"),
        ("x :: text [ ]", "x::text[]"),
        ("- a", "-a"),
        ("a - 1", "a - 1"),
        ("a-1", "a - 1"),
        ("a = -1", "a = -1"),
        ("a=-1", "a = -1"),
        ("(a, -1)", "(a, -1)"),
        ("arr [ 1 ]", "arr[1]"),
        ("current_timestamp - interval '1 day'", "CURRENT_TIMESTAMP - interval '1 day'"),
        ("\"plain\" = 'A  b'", "plain = 'A  b'"),
        ('"Mixed" = "order"', '"Mixed" = "order"'),
        ("a -- why\n> 0", "a > 0"),
        ("E'it\\'s' || x", "E'it\\'s' || x"),
        ("$$a  b$$ || X", "$$a  b$$ || x"),
        ("j->>'a' = 'B'", "j ->> 'a' = 'B'"),
        ("1.5e3 + .5", "1.5e3 + .5"),
        ("schema_x . fn (a)", "schema_x.fn(a)"),
    ],
)
def test_normal_expression_has_one_spelling(sql: str, expected: str) -> None:
    assert normal_expression(sql) == expected
    assert normal_expression(expected) == expected


@given(st.text(alphabet="ab1 '\"()[],.:-+<>=!|$\n", max_size=30))
def test_normal_expression_is_stable_and_never_fails(sql: str) -> None:
    once = normal_expression(sql)

    if "'" not in sql and '"' not in sql and "$" not in sql and "--" not in sql:
        assert tokenize(once) == tokenize(normal_expression(once))


@pytest.mark.parametrize(
    "sql,expected",
    [
        ("INTEGER", "integer"),
        ("INT8", "bigint"),
        ("VARCHAR(20)", "character varying(20)"),
        ("VARCHAR", "character varying"),
        ('VARCHAR(20) COLLATE "C"', "character varying(20)"),
        ("CHAR", "character(1)"),
        ("NUMERIC(10, 2)", "numeric(10,2)"),
        ("NUMERIC(10)", "numeric(10,0)"),
        ("DECIMAL", "numeric"),
        ("FLOAT", "double precision"),
        ("FLOAT(24)", "real"),
        ("TIMESTAMP WITHOUT TIME ZONE", "timestamp without time zone"),
        ("TIMESTAMP(3) WITH TIME ZONE", "timestamp(3) with time zone"),
        ("timestamptz", "timestamp with time zone"),
        ("TIME", "time without time zone"),
        ("INTERVAL DAY TO SECOND (3)", "interval day to second(3)"),
        ("INTEGER[][]", "integer[]"),
        ("VARCHAR(5)[3]", "character varying(5)[]"),
        ("BIT", "bit(1)"),
        ("BIT VARYING(5)", "bit varying(5)"),
        ("public.mood", "mood"),
        ("other.mood", "other.mood"),
        ('public."Mixed Mood"[]', '"Mixed Mood"[]'),
        ('"plain"', "plain"),
        ("DOUBLE  PRECISION", "double precision"),
    ],
)
def test_normal_type_is_what_format_type_prints(sql: str, expected: str) -> None:
    assert normal_type(sql, "public") == expected
    assert normal_type(expected, "public") == expected


@pytest.mark.parametrize(
    "sql,type_,expected",
    [
        ("'a'::character varying", "character varying(5)", "'a'"),
        ("'a'::text", "character varying(5)", "'a'"),
        ("'a'::bpchar", "character(5)", "'a'"),
        ("'{}'::jsonb", "jsonb", "'{}'"),
        ("'{}'::json", "jsonb", "'{}'::json"),
        ("'sad'::app.mood", "app.mood", "'sad'"),
        ("'-1'::integer", "integer", "-1"),
        ("'007'", "integer", "7"),
        ("'1.50'::numeric", "numeric(10,2)", "1.50"),
        ("(-1)", "bigint", "-1"),
        ("'t'", "boolean", "true"),
        ("FALSE", "boolean", "false"),
        ("'0'", "character varying", "'0'"),
        ("NULL::character varying", "character varying(5)", None),
        ("NULL", "integer", None),
        ("NOW()", "timestamp without time zone", "now()"),
        ("'a'::text || 'b'::text", "text", "'a'::text || 'b'::text"),
    ],
)
def test_normal_default_drops_the_columns_own_cast(
    sql: str, type_: str, expected: str | None
) -> None:
    assert normal_default(sql, type_) == expected


def test_object_name_cuts_the_longer_part_first() -> None:
    assert object_name("t", None, "pkey") == "t_pkey"
    assert object_name("t", "a_b", "key") == "t_a_b_key"
    assert object_name("t" * 60, "c" * 10, "key") == "t" * 48 + "_" + "c" * 10 + "_key"
    assert object_name("t" * 60, "c" * 60, "key") == "t" * 29 + "_" + "c" * 29 + "_key"


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["key", "fkey", "check12"]))
def test_object_name_never_is_too_long(table: str, columns: str, label: str) -> None:
    name = object_name(table, columns or None, label)

    assert len(name.encode()) <= NAME_BYTES
    assert name.endswith(f"_{label}")


@given(st.text(max_size=100))
def test_clip_cuts_between_characters(name: str) -> None:
    cut = clip(name)

    assert name.startswith(cut)
    assert len(cut.encode()) <= NAME_BYTES
    assert cut == name or len((cut + name[len(cut)]).encode()) > NAME_BYTES


def test_quoted_name_doubles_quotes() -> None:
    assert quoted_name('a"b') == '"a""b"'
