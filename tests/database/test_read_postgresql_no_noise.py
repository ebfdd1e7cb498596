"""PostgreSQL: what `create_all` made reads back as the models say, if need be after the probe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql as pg

from limbeck.ddl.impl import DefaultImpl
from limbeck.schema.build import build_tables
from tests.database.reading import Sides, create_and_read, drop_all
from tests.databases import Database, fresh_database

INTEGER = sa.Integer()
STRING = sa.String(50)
TEXT = sa.Text()
BOOLEAN = sa.Boolean()
NUMERIC = sa.Numeric(10, 2)
TIMESTAMP = sa.DateTime()
TIMESTAMPTZ = sa.DateTime(timezone=True)
MOOD = sa.Enum("sad", "it's", "Happy One", name="mood")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all the tests here, each of which drops what it creates."""
    folder: Path = tmp_path_factory.mktemp("postgresql")
    with fresh_database("postgresql", folder) as database:
        with database.engine.begin() as connection:
            connection.execute(sa.text("CREATE SEQUENCE counter"))
            connection.execute(
                sa.text(
                    "CREATE FUNCTION twice(a integer, b integer DEFAULT 2) RETURNS integer"
                    " LANGUAGE sql IMMUTABLE AS 'SELECT a * b'"
                )
            )
        yield database


# ---------------------------------------------------------------------------------------- defaults

COMMON_DEFAULTS: list[tuple[sa.types.TypeEngine[Any], Any]] = [
    (STRING, "draft"),
    (STRING, ""),
    (STRING, "it's"),
    (STRING, "100%"),
    (STRING, "a:b"),
    (STRING, 'say "x"'),
    (STRING, "NULL"),
    (STRING, "(x)"),
    (STRING, "now()"),
    (STRING, "ünï"),
    (STRING, sa.text("'draft'")),
    (STRING, sa.text("'draft'::character varying")),
    (STRING, sa.text("'draft'::text")),
    (sa.String(), "draft"),
    (TEXT, "draft"),
    (TEXT, "two\nlines"),
    (sa.CHAR(3), "abc"),
    (INTEGER, "0"),
    (INTEGER, "42"),
    (INTEGER, "-1"),
    (INTEGER, sa.text("0")),
    (INTEGER, sa.text("-1")),
    (INTEGER, sa.text("'7'")),
    (INTEGER, sa.text("(5)")),
    (sa.BigInteger(), "9000000000"),
    (sa.SmallInteger(), "3"),
    (NUMERIC, "0"),
    (NUMERIC, "1.50"),
    (NUMERIC, "-2.5"),
    (NUMERIC, sa.text("0.0")),
    (sa.Float(), "1.5"),
    (BOOLEAN, sa.true()),
    (BOOLEAN, sa.false()),
    (BOOLEAN, "true"),
    (BOOLEAN, "t"),
    (BOOLEAN, "0"),
    (BOOLEAN, sa.text("TRUE")),
    (TIMESTAMP, sa.func.now()),
    (TIMESTAMP, sa.text("now()")),
    (TIMESTAMP, sa.text("NOW()")),
    (TIMESTAMP, sa.text("CURRENT_TIMESTAMP")),
    (TIMESTAMP, sa.text("current_timestamp")),
    (TIMESTAMPTZ, sa.func.current_timestamp()),
    (TIMESTAMPTZ, sa.text("clock_timestamp()")),
    (sa.Date(), sa.func.current_date()),
    (pg.JSONB(), "{}"),
    (pg.JSONB(), sa.text("'[]'::jsonb")),
    (sa.JSON(), "{}"),
    (pg.ARRAY(sa.Integer), "{}"),
    (pg.ARRAY(sa.Text), sa.text("'{}'::text[]")),
    (sa.Uuid(), sa.text("gen_random_uuid()")),
    (MOOD, "sad"),
    (MOOD, "it's"),
    (MOOD, sa.text("'Happy One'::mood")),
    (INTEGER, sa.text("nextval('counter'::regclass)")),
    (sa.Interval(), "1 day"),
]
"""Defaults that are equal as text already."""

PROBED_DEFAULTS: list[tuple[sa.types.TypeEngine[Any], Any]] = [
    (TIMESTAMP, "2020-01-01"),
    (TIMESTAMPTZ, "2020-01-01 00:00:00+00"),
    (sa.Date(), "2020-1-1"),
    (sa.Time(), "10:00"),
    (sa.Interval(), "24 hours"),
    (TIMESTAMP, sa.text("now() - interval '1 day'")),
    (TIMESTAMP, sa.text("(now() at time zone 'utc')")),
    (TIMESTAMP, sa.text("timezone('utc', now())")),
    (TIMESTAMP, sa.text("date_trunc('day', CURRENT_TIMESTAMP)")),
    (STRING, sa.text("upper('a' || 'b')")),
    (STRING, sa.text("CAST('x' AS VARCHAR(20))")),
    (STRING, sa.text("concat('a', ' -- ', 'b')")),
    (STRING, sa.text("CASE WHEN true THEN 'a' ELSE 'b' END")),
    (STRING, sa.text("E'a\\\\nb'")),
    (INTEGER, sa.text("1 + 2 * 3")),
    (INTEGER, sa.text("(1 + 2) * 3")),
    (INTEGER, sa.text("twice(1)")),
    (INTEGER, sa.text("TWICE( 1 , b => 3 )")),
    (INTEGER, sa.text("coalesce(NULL, 1)")),
    (NUMERIC, sa.text("1.5 * 2")),
    (sa.Float(), sa.text("random()")),
    (pg.JSONB(), sa.text("jsonb_build_object('a', 1)")),
    (pg.JSONB(), '{"a":   1}'),
    (pg.ARRAY(sa.Integer), sa.text("ARRAY[1, 2]")),
    (pg.ARRAY(sa.String(5)), sa.text("ARRAY['a', 'b']")),
    (pg.ARRAY(sa.Text), sa.text("array[]::text[]")),
    (pg.INT4RANGE(), "[1,3]"),
    (pg.INET(), "127.0.0.1"),
    (BOOLEAN, sa.text("1 > 2")),
    (BOOLEAN, sa.text("(not true)")),
    (INTEGER, sa.text("nextval('counter')")),
    (sa.LargeBinary(), sa.text(r"'\xDEADBEEF'::bytea")),
]


@pytest.mark.parametrize("type_,default", COMMON_DEFAULTS, ids=str)
def test_common_default_is_equal_without_a_probe(
    shared: Database, type_: sa.types.TypeEngine[Any], default: Any
) -> None:
    sides = _read(shared, sa.Column("subject", type_, server_default=default))

    assert sides.database == sides.models


@pytest.mark.parametrize("type_,default", PROBED_DEFAULTS, ids=str)
def test_default_is_equal_after_the_probe(
    shared: Database, type_: sa.types.TypeEngine[Any], default: Any
) -> None:
    _assert_settled(shared, sa.Column("subject", type_, server_default=default))


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20))
def test_any_text_is_equal_as_a_default_without_a_probe(shared: Database, default: str) -> None:
    metadata = sa.MetaData()
    sa.Table("plain", metadata, sa.Column("a", STRING, server_default=default, comment=default))
    try:
        sides = create_and_read(shared, metadata)
    finally:
        drop_all(shared, metadata)

    assert sides.database == sides.models
    assert sides.probed == sides.models


# ------------------------------------------------------------------------------------ expressions

CHECKS = [
    "a > 0",
    "a >= 0 AND b < 10",
    "a > 0 OR b > 0 AND a < b",
    "(a > 0 OR b > 0) AND a < b",
    "a in (1, 2, 3)",
    "a not in (1, 2)",
    "s IN ('x', 'y')",
    "s NOT IN ('x', 'y')",
    "s IN ('only')",
    "t in ('x','y')",
    "a BETWEEN 1 AND 10",
    "a not between b and 10",
    "n > 0",
    "n >= 0.5",
    "n = 1",
    "a != b",
    "a <> b",
    "NOT (a = b)",
    "NOT flag",
    "flag",
    "flag IS TRUE",
    "flag = false",
    "a IS NOT NULL",
    "a is null or b is null",
    "(a IS NULL) = (b IS NULL)",
    "length(s) > 3",
    "LENGTH( s )>3",
    "char_length(t) <= 10",
    "s <> ''",
    "s = 'it''s'",
    "s LIKE 'a%'",
    "s ILIKE '%b%'",
    "s NOT LIKE 'a_'",
    "s ~ '^[a-z]+$'",
    "s ~* '^x' AND s !~ 'y'",
    "s SIMILAR TO '(a|b)%'",
    "lower(s) = s",
    "trim(s) <> ''",
    "position('@' in s) > 1",
    "substring(s from 1 for 2) = 'ab'",
    "extract(year from ts) > 2000",
    "ts > '2000-01-01'",
    "ts < now()",
    "ts + interval '1 day' > now()",
    "coalesce(a, 0) + coalesce(b, 0) > 0",
    "CASE WHEN a > 0 THEN b > 0 ELSE true END",
    "a % 2 = 0",
    "a * -1 < 0",
    "- a < 5",
    "a::text <> '5'",
    "CAST(a AS text) <> '5'",
    "j ? 'key'",
    "j -> 'a' ->> 'b' = 'c'",
    "j @> '{\"a\": 1}'",
    "jsonb_typeof(j) = 'object'",
    "arr[1] > 0",
    "1 = ANY (arr)",
    "array_length(arr, 1) < 5",
    "arr <@ ARRAY[1, 2]",
    "num_nonnulls(a, b) = 1",
    "(a, b) = (1, 2)",
    "a IS DISTINCT FROM b",
    "m = 'sad'",
    "m IN ('sad', 'Happy One')",
    "s COLLATE \"C\" < 'b'",
    '"Mixed" > 0 AND "order" > 0',
    "a > 0 -- positive\n",
    "a > /* really */ 0",
    "a BETWEEN SYMMETRIC 10 AND 1",
    "twice(a) < 10",
    "greatest(a, b) < 5",
    "a & 1 = 1 OR a | 2 = 3 OR a # 1 = 0",
    "ts AT TIME ZONE 'utc' > '2000-01-01'",
]

INDEX_EXPRESSIONS = [
    "lower(s)",
    "lower(t)",
    "upper(s) || t",
    "(a + b)",
    "a + b * 2",
    "coalesce(a, 0)",
    "(j ->> 'key')",
    "(j -> 'a' -> 'b')",
    "((j ->> 'n')::int)",
    "date_trunc('day', ts)",
    "extract(epoch from ts)",
    "substr(s, 1, 3)",
    "CASE WHEN flag THEN a ELSE b END",
    "a % 10",
    "(a IS NULL)",
    "length(s)",
    "md5(s)",
    "twice(a)",
    '"Mixed" + 1',
    "nullif(s, '')",
]

PREDICATES = [
    "a > 0",
    "flag",
    "NOT flag",
    "s IS NOT NULL",
    "s = 'open'",
    "s IN ('open', 'new')",
    "s <> '' AND a IS NULL",
    "m = 'sad'",
    "ts > '2020-01-01'",
    "a = ANY (ARRAY[1, 2])",
    "j ? 'x'",
    "lower(s) = 'a'",
]

COMPUTED: list[tuple[sa.types.TypeEngine[Any], str]] = [
    (INTEGER, "a + b"),
    (INTEGER, "a * 2"),
    (INTEGER, "(a + 1) * (b - 1)"),
    (INTEGER, "coalesce(a, 0)"),
    (INTEGER, "length(s)"),
    (INTEGER, "-a"),
    (TEXT, "lower(s)"),
    (TEXT, "s || ' ' || t"),
    (TEXT, "coalesce(s, '') || t"),
    (TEXT, "j ->> 'name'"),
    (TEXT, "CASE WHEN a > 0 THEN 'pos' ELSE 'neg' END"),
    (STRING, "upper(s)"),
    (STRING, "left(s, 3)"),
    (NUMERIC, "n * 1.2"),
    (NUMERIC, "round(n, 1)"),
    (BOOLEAN, "a > b"),
    (BOOLEAN, "s IN ('a', 'b')"),
    (sa.Float(), "a / 2.0"),
    (sa.Date(), "ts::date"),
    (pg.TSVECTOR(), "to_tsvector('english', t)"),
]


@pytest.mark.parametrize("sql", CHECKS)
def test_check_is_equal_after_the_probe(shared: Database, sql: str) -> None:
    _assert_settled(shared, sa.CheckConstraint(_text(sql), name="subject"))


@pytest.mark.parametrize("sql", CHECKS[::6])
def test_unnamed_check_gets_the_name_that_the_database_gives(shared: Database, sql: str) -> None:
    _assert_settled(shared, sa.CheckConstraint(_text(sql)))


@pytest.mark.parametrize("sql", INDEX_EXPRESSIONS)
def test_index_expression_is_equal_after_the_probe(shared: Database, sql: str) -> None:
    index = sa.Index("subject", sa.literal_column(f"({sql})"), sa.text("a DESC NULLS LAST"))
    _assert_settled(shared, index)


@pytest.mark.parametrize("sql", PREDICATES)
def test_index_predicate_is_equal_after_the_probe(shared: Database, sql: str) -> None:
    _assert_settled(shared, sa.Index("subject", "a", "s", postgresql_where=_text(sql)))


@pytest.mark.parametrize("type_,sql", COMPUTED, ids=str)
def test_computed_column_is_equal_after_the_probe(
    shared: Database, type_: sa.types.TypeEngine[Any], sql: str
) -> None:
    _assert_settled(shared, sa.Column("subject", type_, sa.Computed(_text(sql), persisted=True)))


def _text(sql: str) -> sa.TextClause:
    """Return text of which no part is taken for a parameter."""
    return sa.text(sql.replace(":", r"\:"))


def _read(database: Database, subject: Any) -> Sides:
    """Create a table with the subject, read both sides and drop it."""
    metadata = _metadata(subject)
    try:
        return create_and_read(database, metadata)
    finally:
        drop_all(database, metadata)


def _assert_settled(database: Database, subject: Any) -> None:
    """Both sides are equal once the database has normalised each."""
    metadata = _metadata(subject)
    try:
        sides = create_and_read(database, metadata)
        with database.engine.connect() as connection:
            cls = DefaultImpl.get_by_dialect(connection.dialect)
            impl = cls(connection.dialect, connection, False, None, None, {})  # noqa: FBT003 Alembic's signature
            tables = build_tables(connection, sides.database.values(), sa.MetaData())
            assert impl.probe_tables(connection, list(tables.values())).facts == sides.probed
            assert not connection.scalar(
                sa.text("SELECT count(*) FROM pg_class WHERE relname LIKE 'limbeck_probe%'")
            )
    finally:
        drop_all(database, metadata)


def _metadata(subject: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(
        "thing",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer),
        sa.Column("n", sa.Numeric(10, 2)),
        sa.Column("s", sa.String(50)),
        sa.Column("t", sa.Text),
        sa.Column("flag", sa.Boolean),
        sa.Column("ts", sa.DateTime),
        sa.Column("j", pg.JSONB),
        sa.Column("arr", pg.ARRAY(sa.Integer)),
        sa.Column("m", MOOD),
        sa.Column("Mixed", sa.Integer),
        sa.Column("order", sa.Integer),
        subject,
    )
    return metadata
