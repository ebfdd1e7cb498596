"""Every kind of change of one column, taken there and back on each database that has it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Dialect,
    Double,
    Enum,
    Float,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    Sequence,
    SmallInteger,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine, UserDefinedType

from tests.convergence import assert_converges, drop_all_tables
from tests.databases import Database, fresh_database

Models = Callable[[MetaData], None]


class Pair(NamedTuple):
    """The database that is judged, and the one in which the wanted models are created afresh."""

    database: Database
    scratch: Database


@pytest.fixture(scope="module")
def _servers(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Pair]:
    folder: Path = tmp_path_factory.mktemp("databases")
    with (
        fresh_database(request.param, folder) as database,
        fresh_database(request.param, folder) as scratch,
    ):
        yield Pair(database, scratch)


@pytest.fixture
def pair(_servers: Pair) -> Iterator[Pair]:
    """Two empty databases, emptied again after the test."""
    yield _servers
    for database in _servers:
        drop_all_tables(database)


Test = Callable[..., None]


def each(cases: dict[str, Any], *names: str) -> Callable[[Test], Test]:
    """Run a test for each case there and back, on the databases of these names."""

    def decorate(test: Test) -> Test:
        for mark in (
            pytest.mark.parametrize("way", ["up", "back"]),
            pytest.mark.parametrize("name", cases),
            pytest.mark.parametrize("_servers", names, indirect=True),
        ):
            test = mark(test)
        return test

    return decorate


def c(*items: Any, more: Callable[[], tuple[Any, ...]] = tuple, **options: Any) -> Models:
    """Return models with one table `t`: an id, columns `x` and `s`, the column `c`, and more."""

    def build(metadata: MetaData) -> None:
        Table(
            "t",
            metadata,
            Column("id", Integer, primary_key=True, autoincrement=False),
            Column("x", Integer),
            Column("s", String(20)),
            Column("c", *(item() if callable(item) else item for item in items), **options),
            *more(),
        )

    return build


def key(type_: Any = Integer, *items: Callable[[], Any], **options: Any) -> Models:
    """Return models with one table `t` whose primary key is what differs."""

    def build(metadata: MetaData) -> None:
        column: Column[Any] = Column(
            "id", type_, *(item() for item in items), primary_key=True, **options
        )
        Table("t", metadata, column, Column("x", Integer), comment="the table's own")

    return build


def counter(models: Models) -> Models:
    """Return the models, and a sequence of the name of `counter`."""

    def build(metadata: MetaData) -> None:
        Sequence("counter", metadata=metadata)
        models(metadata)

    return build


def strings(*values: Any) -> dict[str, Any]:
    """Return the options of a column whose rows have these values, one after the other."""
    return {"info": {"rows": values}}


def _converge(pair: Pair, case: tuple[Models, Models], way: str) -> None:
    sides = MetaData(), MetaData()
    for build, metadata in zip(case if way == "up" else reversed(case), sides, strict=True):
        build(metadata)
    assert_converges(pair.database, *sides, scratch=pair.scratch)


def computed(sql: str) -> Callable[[], Computed]:
    """Return what makes a computed column that is stored."""
    return lambda: Computed(sql, persisted=True)


def virtual(sql: str) -> Callable[[], Computed]:
    """Return what makes a computed column that is not."""
    return lambda: Computed(sql, persisted=False)


def identity(**options: Any) -> Callable[[], Identity]:
    """Return what makes an identity."""
    return lambda: Identity(**options)


def hung() -> tuple[Any, ...]:
    """Return an index, a unique constraint and a check that name the column `c`."""
    return (
        Index("ix_c", "c", "x"),
        UniqueConstraint("c", name="uq_c"),
        CheckConstraint("c > -100", name="ck_c"),
        Index("ix_x", "x"),
    )


class Shouted(TypeDecorator[str]):
    """A string that the models see in capitals."""

    impl = String
    cache_ok = True


class Sized(TypeDecorator[str]):
    """A string that does not keep what its DDL depends on, as its attribute."""

    impl = String
    cache_ok = True

    def __init__(self, is_long: bool = False) -> None:
        super().__init__()
        self._length = 200 if is_long else 20

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(self._length))


class Point(UserDefinedType[Any]):
    """A type of PostgreSQL that SQLAlchemy has no class for."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "POINT"


# -- computed columns ----------------------------------------------------------------------------

COMPUTED: dict[str, tuple[Models, Models]] = {
    "expression": (c(Integer, computed("x + 1")), c(Integer, computed("x * 2"))),
    "expression of a hung column": (
        c(Integer, computed("x + 1"), more=hung),
        c(Integer, computed("x * 2"), more=hung),
    ),
    "persisted": (c(Integer, computed("x + 1")), c(Integer, virtual("x + 1"))),
    "expression and persisted": (c(Integer, computed("x + 1")), c(Integer, virtual("x"))),
    "comes": (c(Integer), c(Integer, computed("x"))),
    "comes to a hung column": (c(Integer, more=hung), c(Integer, computed("x"), more=hung)),
    "comes, virtual": (c(Integer), c(Integer, virtual("x"))),
    "comes to a column with a default": (
        c(Integer, server_default="4"),
        c(Integer, computed("x")),
    ),
    "comes to a column that is not null": (
        c(Integer, nullable=False),
        c(Integer, computed("x")),
    ),
    "type": (c(Integer, computed("x + 1")), c(BigInteger, computed("x + 1"))),
    "type, virtual": (
        c(Integer, virtual("x + 1")),
        c(BigInteger, virtual("x + 1")),
    ),
    "type and expression": (c(Integer, computed("x + 1")), c(BigInteger, computed("x + 2"))),
    "comment stays": (
        c(Integer, computed("x + 1"), comment="it's"),
        c(Integer, computed("x + 2"), comment="it's"),
    ),
    "comment and expression": (
        c(Integer, computed("x + 1"), comment="one"),
        c(Integer, computed("x + 2"), comment="two"),
    ),
    "string": (
        c(String(50), computed("s")),
        c(String(50), computed("coalesce(s, 'it''s')")),
    ),
}


@each(COMPUTED, "sqlite", "postgresql", "mariadb")
def test_computed_column_converges(pair: Pair, name: str, way: str) -> None:
    _converge(pair, COMPUTED[name], way)


# -- defaults ------------------------------------------------------------------------------------

DEFAULTS: dict[str, tuple[Models, Models]] = {
    "quotes": (
        c(String(40), server_default="it's"),
        c(String(40), server_default="a 'b' (c) \"d\" 100% \\ :x"),
    ),
    "empty string": (c(String(40)), c(String(40), server_default="")),
    "the word null": (c(String(40)), c(String(40), server_default="NULL")),
    "zero": (c(Integer, server_default="0"), c(Integer)),
    "zero and string zero": (c(String(9), server_default="0"), c(String(9), server_default="00")),
    "negative": (c(Integer, server_default="-1"), c(Integer, server_default=text("(-2)"))),
    "true": (
        c(Boolean, server_default=text("true")),
        c(Boolean, server_default=text("false")),
    ),
    "boolean by number": (c(Boolean), c(Boolean, server_default=text("true"), nullable=False)),
    "nested calls": (
        c(String(60), server_default=text("(lower(upper('A(b')))")),
        c(String(60), server_default=text("(lower(upper(replace('a,b', ',', ')'))))")),
    ),
    "cast": (
        c(Integer, server_default=text("(CAST('1' AS DECIMAL(10, 0)))")),
        c(Integer, server_default=text("(CAST('2' AS DECIMAL(10, 0)))")),
    ),
    "arithmetic": (
        c(Integer, server_default=text("(1 + 2)")),
        c(Integer, server_default=text("((1 + 2) * 3)")),
    ),
    "arithmetic without parentheses": (
        c(Integer, server_default=text("1 + 2")),
        c(Integer, server_default=text("2 * (3 + 4)")),
    ),
    "now": (
        c(DateTime, server_default=func.now()),
        c(DateTime, server_default=text("'2020-01-01 00:00:00'")),
    ),
    "date": (
        c(Date, server_default="2020-01-01"),
        c(Date, server_default=text("'2021-02-03'")),
    ),
    "numeric": (
        c(Numeric(8, 2), server_default="1.50"),
        c(Numeric(8, 2), server_default=text("2")),
    ),
    "float": (c(Float, server_default="1.0"), c(Float, server_default=text("0.5"))),
    "with the type": (
        c(String(9), server_default="7", **strings("1", "2")),
        c(Integer, server_default="7"),
    ),
}


@each(DEFAULTS, "sqlite", "postgresql", "mariadb")
def test_default_converges(pair: Pair, name: str, way: str) -> None:
    _converge(pair, DEFAULTS[name], way)


# -- types that all have -------------------------------------------------------------------------

_UUIDS = tuple(uuid.UUID(int=number) for number in (1, 2))
_MIDNIGHTS = tuple(datetime.datetime(2020, 1, day) for day in (1, 2))

TYPES: dict[str, tuple[Models, Models]] = {
    "decorator that forgets": (c(Sized(), **strings("a", "b")), c(Sized(is_long=True))),
    "key that may be null, as the models say": (
        key(String(20), nullable=True, **strings("a", "b")),
        key(String(30), nullable=True),
    ),
    "string to integer": (c(String(20), **strings("1", "22")), c(Integer)),
    "string to integer under all": (
        c(
            String(20),
            **strings("1", "22"),
            more=lambda: (Index("ix_c", "c", "x"), UniqueConstraint("c", name="uq_c")),
        ),
        c(Integer, more=lambda: (Index("ix_c", "c", "x"), UniqueConstraint("c", name="uq_c"))),
    ),
    "string to integer, not null with default": (
        c(String(20), nullable=False, server_default="5", **strings("1", "22")),
        c(Integer, nullable=False, server_default="5"),
    ),
    "string to numeric": (c(String(20), **strings("1.25", "2.75")), c(Numeric(8, 2))),
    "integer to boolean": (c(Integer, **strings(1, 0)), c(Boolean)),
    "integer to boolean, default": (
        c(Integer, server_default="1", nullable=False, **strings(1, 0)),
        c(Boolean, server_default=text("true"), nullable=False),
    ),
    "smallint to boolean": (c(SmallInteger, **strings(1, 0)), c(Boolean)),
    "bigint to string": (c(BigInteger), c(String(30))),
    "integer to numeric": (c(Integer), c(Numeric(10, 2))),
    "integer to float": (c(Integer), c(Double, **strings(1.0, 2.0))),
    "string to date": (c(String(20), **strings("2020-01-01", "2021-12-31")), c(Date)),
    "string to datetime": (
        c(String(30), **strings("2020-01-01 00:00:00", "2021-12-31 10:11:12")),
        c(DateTime),
    ),
    "date to datetime": (c(Date), c(DateTime, **strings(*_MIDNIGHTS))),
    "text to json": (c(Text, **strings('{"a": 1}', "[]")), c(JSON)),
    "string to enum": (
        c(String(20), **strings("x", "y")),
        c(Enum("x", "y", name="kind")),
    ),
    "enum to other enum": (
        c(Enum("x", "y", name="kind")),
        c(Enum("x", "y", "z", name="other_kind")),
    ),
    "enum to other enum, default": (
        c(Enum("x", "y", name="kind"), server_default="x"),
        c(Enum("x", "y", "z", name="other_kind"), server_default="z"),
    ),
    "integer to enum": (
        c(Integer, **strings(1, 2)),
        c(Enum("1", "2", name="digits"), **strings("1", "2")),
    ),
    "binary to longer": (c(LargeBinary(10)), c(LargeBinary(100000))),
    "float": (c(Float), c(Double)),
    "decorated": (c(Shouted(20)), c(Shouted(40))),
    "variant": (
        c(String(20)),
        c(
            String(20)
            .with_variant(String(40), "sqlite")
            .with_variant(String(40), "postgresql")
            .with_variant(String(40), "mysql")
        ),
    ),
    "enum as a string": (
        c(Enum("a", "b", native_enum=False, name="kind")),
        c(Enum("a", "b", "looong", native_enum=False, name="kind")),
    ),
    "comment stays": (
        c(Integer, comment="it's 100%", nullable=False, server_default="3"),
        c(BigInteger, comment="it's 100%", nullable=False, server_default="3"),
    ),
    "under checks": (
        c(
            Integer,
            more=lambda: (
                CheckConstraint("c > 0", name="ck_c"),
                CheckConstraint("c + x > 0", name="ck_both"),
            ),
        ),
        c(
            BigInteger,
            more=lambda: (
                CheckConstraint("c > 0", name="ck_c"),
                CheckConstraint("c + x > 0", name="ck_both"),
            ),
        ),
    ),
}


@each(TYPES, "sqlite", "postgresql", "mariadb")
def test_type_converges(pair: Pair, name: str, way: str) -> None:
    _converge(pair, TYPES[name], way)


# -- PostgreSQL ----------------------------------------------------------------------------------

POSTGRESQL: dict[str, tuple[Models, Models]] = {
    "text to uuid": (c(Text, **strings(*map(str, _UUIDS))), c(Uuid)),
    "string to boolean": (c(String(5), **strings("true", "false")), c(Boolean)),
    "text to jsonb": (c(Text, **strings('{"a": 1}', "[]")), c(postgresql.JSONB)),
    "json to jsonb": (c(JSON), c(postgresql.JSONB)),
    "timestamp to timestamptz": (c(DateTime), c(DateTime(timezone=True))),
    "time to timetz": (c(Time), c(Time(timezone=True))),
    "timestamp precision": (c(DateTime), c(postgresql.TIMESTAMP(precision=3))),
    "time precision": (c(Time), c(postgresql.TIME(precision=0))),
    "interval precision": (c(Interval), c(postgresql.INTERVAL(precision=3))),
    "interval fields": (c(postgresql.INTERVAL), c(postgresql.INTERVAL(fields="DAY TO SECOND"))),
    "interval fields and precision": (
        c(postgresql.INTERVAL(fields="YEAR")),
        c(postgresql.INTERVAL(fields="SECOND", precision=2)),
    ),
    "text to array": (
        c(Text, **strings("{1,2}", "{}")),
        c(postgresql.ARRAY(Integer), **strings([1, 2], [])),
    ),
    "array to array": (
        c(postgresql.ARRAY(Integer), **strings([1, 2], [])),
        c(postgresql.ARRAY(String(20))),
    ),
    "array of other length": (
        c(postgresql.ARRAY(String(10)), **strings(["1", "2"], [])),
        c(postgresql.ARRAY(String(20))),
    ),
    "array default": (
        c(postgresql.ARRAY(Integer), server_default="{}"),
        c(postgresql.ARRAY(BigInteger), server_default=text("ARRAY[1, 2]::bigint[]")),
    ),
    "array with the same default": (
        c(postgresql.ARRAY(String(10)), server_default="{}"),
        c(postgresql.ARRAY(Text), server_default="{}"),
    ),
    "jsonb with the same default": (
        c(String(20), server_default="7", **strings("7", "8")),
        c(postgresql.JSONB, server_default="7", **strings(7, 8)),
    ),
    "char with the same default": (
        c(String(20), server_default="x", **strings("x", "y")),
        c(postgresql.CHAR(8), server_default="x", **strings("x", "y")),
    ),
    "json with the same default": (
        c(JSON, server_default='{"a":1}'),
        c(postgresql.JSONB, server_default='{"a":1}'),
    ),
    "timestamp with the same default": (
        c(Date, server_default="2020-01-01"),
        c(DateTime, server_default="2020-01-01", **strings(*_MIDNIGHTS)),
    ),
    "precision with the same default": (
        c(Interval, server_default="10:00:00"),
        c(Interval(second_precision=3), server_default="10:00:00"),
    ),
    "interval with the same default": (
        c(Time, server_default="10:00:00"),
        c(Interval, server_default="10:00:00"),
    ),
    "inet with the same default": (
        c(String(40), server_default="10.0.0.1", **strings("10.0.0.1/32", "::1/128")),
        c(postgresql.INET, server_default="10.0.0.1"),
    ),
    "ranges": (c(postgresql.INT4RANGE), c(postgresql.INT8RANGE)),
    "ranges in one": (
        c(postgresql.INT4RANGE, **strings("[1,3)", "empty")),
        c(postgresql.INT4MULTIRANGE),
    ),
    "ranges of one": (
        c(postgresql.INT4MULTIRANGE, **strings("{[1,3)}", "{}")),
        c(postgresql.INT4RANGE),
    ),
    "range from text": (c(Text, **strings("[1,3)", "empty")), c(postgresql.INT4RANGE)),
    "bit": (c(postgresql.BIT(3)), c(postgresql.BIT(varying=True))),
    "inet": (c(String(40), **strings("10.0.0.1/32", "::1/128")), c(postgresql.INET)),
    "money": (c(Numeric(10, 2)), c(postgresql.MONEY)),
    "bytea": (c(Text), c(LargeBinary)),
    "char": (c(postgresql.CHAR(4)), c(postgresql.CHAR(8))),
    "double to numeric without precision": (c(Double), c(Numeric)),
    "varchar without length": (c(String(20)), c(String)),
    "enum under a check and an index": (
        c(
            String(20),
            **strings("x", "y"),
            server_default="x",
            more=lambda: (Index("ix_c", "c"),),
        ),
        c(
            Enum("x", "y", name="kind"),
            server_default="x",
            more=lambda: (Index("ix_c", "c"),),
        ),
    ),
    "enum from padded words": (
        c(postgresql.CHAR(8), **strings("x", "y")),
        c(Enum("x", "y", name="kind"), **strings("x", "y")),
    ),
    "enum array": (
        c(postgresql.ARRAY(String(10)), **strings(["x"], [])),
        c(postgresql.ARRAY(Enum("x", "y", name="kind")), **strings(["x"], [])),
    ),
    "type that SQLAlchemy does not know": (c(Point()), c(Point(), comment="where")),
    "collation comes": (c(String(20)), c(String(20, collation="C"))),
    "collation changes": (c(Text(collation="POSIX")), c(Text(collation="C"))),
    "collation and type": (c(String(20)), c(Text(collation="C"))),
    "collation of an indexed column": (
        c(String(20), more=lambda: (Index("ix_c", "c"), UniqueConstraint("c", name="uq_c"))),
        c(
            String(20, collation="C"),
            more=lambda: (Index("ix_c", "c"), UniqueConstraint("c", name="uq_c")),
        ),
    ),
    "collation of a default": (
        c(String(20), server_default="x"),
        c(String(20, collation="C"), server_default="x"),
    ),
    "expression of virtual": (
        c(Integer, virtual("x + 1")),
        c(Integer, virtual("x * 2")),
    ),
    "default nextval": (
        counter(c(Integer)),
        counter(c(Integer, server_default=text("nextval('counter')"))),
    ),
    "default cast": (
        c(postgresql.JSONB, server_default=text("'{}'::jsonb")),
        c(postgresql.JSONB, server_default='{"a": [1]}'),
    ),
    "default calls": (
        c(DateTime, server_default=text("date_trunc('day', now() AT TIME ZONE 'utc')")),
        c(DateTime, server_default=text("timezone('utc'::text, now())")),
    ),
    "default uuid": (c(Uuid), c(Uuid, server_default=text("gen_random_uuid()"))),
    "default interval": (
        c(Interval, server_default=text("'1 day'")),
        c(Interval, server_default=text("interval '2 days'")),
    ),
    "identity comes": (c(Integer, nullable=False), c(Integer, identity())),
    "identity comes in the place of a default": (
        c(Integer, nullable=False, server_default="1"),
        c(Integer, identity(always=True, start=5)),
    ),
    "identity: always": (c(Integer, identity()), c(Integer, identity(always=True))),
    "identity: start": (c(Integer, identity()), c(Integer, identity(start=100))),
    "identity: increment": (c(Integer, identity()), c(Integer, identity(increment=5))),
    "identity: downwards": (
        c(Integer, identity()),
        c(Integer, identity(increment=-1, minvalue=-1000, maxvalue=0, start=0)),
    ),
    "identity: limits": (
        c(Integer, identity()),
        c(Integer, identity(minvalue=0, maxvalue=1000, start=7)),
    ),
    "identity: minvalue": (c(Integer, identity()), c(Integer, identity(minvalue=5))),
    "identity: cycle": (c(Integer, identity()), c(Integer, identity(cycle=True, maxvalue=100))),
    "identity: cache": (c(Integer, identity()), c(Integer, identity(cache=20))),
    "identity: all": (
        c(Integer, identity(always=True, start=3, increment=2, minvalue=1, maxvalue=99)),
        c(
            BigInteger,
            identity(start=4, increment=3, minvalue=2, maxvalue=999, cache=3, cycle=True),
        ),
    ),
    "identity: type": (c(Integer, identity()), c(BigInteger, identity())),
    "identity: greatest number of the type before": (
        c(SmallInteger, identity()),
        c(Integer, identity(maxvalue=2**15 - 1)),
    ),
    "identity: least number of the type before": (
        c(SmallInteger, identity(minvalue=-(2**15), start=1)),
        c(Integer, identity(minvalue=-(2**15), start=1)),
    ),
    "identity: small type": (c(SmallInteger, identity()), c(BigInteger, identity())),
    "key: serial to identity": (key(), key(Integer, identity())),
    "key: serial to identity always": (key(), key(BigInteger, identity(always=True, start=10))),
    "key: serial to identity beyond the rows": (key(), key(Integer, identity(minvalue=5))),
    "key: serial to bigint": (key(), key(BigInteger)),
    "key: serial to smallint": (key(BigInteger), key(SmallInteger)),
    "key: serial to nothing": (key(), key(autoincrement=False)),
    "key: serial to string": (
        key(Integer, info={"rows": (1, 2)}),
        key(String(20), info={"rows": ("1", "2")}),
    ),
    "key: identity to nothing": (key(Integer, identity()), key(autoincrement=False)),
    "key: identity to string": (key(Integer, identity()), key(String(20))),
    "identity to a default of another type": (
        c(Integer, identity()),
        c(Numeric(5, 2), server_default="1.5"),
    ),
    "key: identity options": (key(Integer, identity()), key(Integer, identity(increment=10))),
}


@each(POSTGRESQL, "postgresql")
def test_column_of_postgresql_converges(pair: Pair, name: str, way: str) -> None:
    _converge(pair, POSTGRESQL[name], way)


# -- MariaDB -------------------------------------------------------------------------------------

MARIADB: dict[str, tuple[Models, Models]] = {
    "text to uuid": (c(Text, **strings(*map(str, _UUIDS))), c(Uuid)),
    "string to boolean": (c(String(5), **strings("1", "0")), c(Boolean)),
    "unsigned": (c(mysql.INTEGER(unsigned=True)), c(mysql.INTEGER)),
    "unsigned bigint": (c(Integer), c(mysql.BIGINT(unsigned=True))),
    "zerofill": (c(mysql.INTEGER(unsigned=True)), c(mysql.INTEGER(5, zerofill=True))),
    "tinyint to boolean": (c(mysql.TINYINT), c(Boolean)),
    "fsp": (c(mysql.DATETIME), c(mysql.DATETIME(fsp=6))),
    "fsp with now": (
        c(mysql.DATETIME(fsp=3), server_default=text("CURRENT_TIMESTAMP(3)")),
        c(mysql.DATETIME(fsp=6), server_default=text("CURRENT_TIMESTAMP(6)")),
    ),
    "on update": (
        c(mysql.TIMESTAMP, server_default=text("CURRENT_TIMESTAMP")),
        c(
            mysql.TIMESTAMP,
            server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
        ),
    ),
    "time fsp": (c(mysql.TIME), c(mysql.TIME(fsp=2))),
    "charset": (c(mysql.VARCHAR(20)), c(mysql.VARCHAR(20, charset="latin1"))),
    "charset of text": (c(mysql.TEXT(charset="ascii")), c(mysql.TEXT)),
    "collation": (c(String(20)), c(String(20, collation="utf8mb4_bin"))),
    "collation of an indexed column": (
        c(String(20), more=lambda: (Index("ix_c", "c"), UniqueConstraint("c", name="uq_c"))),
        c(
            String(20, collation="utf8mb4_bin"),
            more=lambda: (Index("ix_c", "c"), UniqueConstraint("c", name="uq_c")),
        ),
    ),
    "charset and collation": (
        c(mysql.VARCHAR(20, charset="latin1", collation="latin1_bin"), server_default="x"),
        c(mysql.VARCHAR(20, charset="utf8mb4", collation="utf8mb4_unicode_ci"), server_default="x"),
    ),
    "collation of an enum": (
        c(mysql.ENUM("a", "b", collation="utf8mb4_bin")),
        c(mysql.ENUM("a", "b", "c")),
    ),
    "text sizes": (c(mysql.TINYTEXT), c(mysql.LONGTEXT)),
    "set": (c(mysql.SET("a", "b")), c(mysql.SET("a", "b", "c"))),
    "year": (c(mysql.YEAR, **strings(2020, 2021)), c(Integer, **strings(2020, 2021))),
    "bit": (c(mysql.BIT(1), **strings(0, 1)), c(mysql.BIT(8))),
    "json": (c(JSON), c(Text)),
    "comment only": (
        c(String(20, collation="utf8mb4_bin"), nullable=False, server_default="x", comment="one"),
        c(String(20, collation="utf8mb4_bin"), nullable=False, server_default="x", comment="two"),
    ),
    "comment of a computed column": (
        c(Integer, computed("x + 1"), comment="one"),
        c(Integer, computed("x + 1"), comment="two"),
    ),
    "comment of a key": (key(comment="one"), key(comment="two")),
    "comment of on update": (
        c(
            mysql.TIMESTAMP,
            server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
            comment="one",
        ),
        c(
            mysql.TIMESTAMP,
            server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
            comment="two",
        ),
    ),
    "key: autoincrement goes": (key(), key(autoincrement=False)),
    "key: autoincrement and type": (key(), key(BigInteger)),
    "key: autoincrement unsigned": (key(), key(mysql.INTEGER(unsigned=True))),
    "computed virtual": (
        c(Integer, virtual("x + 1"), more=lambda: (Index("ix_c", "c"),)),
        c(Integer, virtual("x * 2"), more=lambda: (Index("ix_c", "c"),)),
    ),
}


@each(MARIADB, "mariadb")
def test_column_of_mariadb_converges(pair: Pair, name: str, way: str) -> None:
    _converge(pair, MARIADB[name], way)


# -- SQLite --------------------------------------------------------------------------------------

SQLITE: dict[str, tuple[Models, Models]] = {
    "text to uuid": (c(Text, **strings(*(each.hex for each in _UUIDS))), c(Uuid)),
    "string to boolean": (c(String(5), **strings("1", "0")), c(Boolean)),
    "collation": (c(String(20)), c(String(20, collation="NOCASE"))),
    "collation changes": (
        c(Text(collation="RTRIM"), more=lambda: (Index("ix_c", "c"),)),
        c(Text(collation="NOCASE"), more=lambda: (Index("ix_c", "c"),)),
    ),
    "collation and type": (
        c(String(20, collation="NOCASE"), server_default="x", nullable=False),
        c(Text, server_default="x", nullable=False),
    ),
    "default of a call": (
        c(String(30), server_default=text("(hex('a'))")),
        c(String(30), server_default=text("(hex(upper('a)')))")),
    ),
    "unique with ON CONFLICT": (
        c(Integer, unique=True),
        c(Integer, unique=True, sqlite_on_conflict_unique="IGNORE"),
    ),
    "NOT NULL with ON CONFLICT": (
        c(Integer, nullable=False, server_default="1"),
        c(Integer, nullable=False, server_default="1", sqlite_on_conflict_not_null="REPLACE"),
    ),
    "NOT NULL with another ON CONFLICT": (
        c(Integer, nullable=False, sqlite_on_conflict_not_null="FAIL"),
        c(Integer, nullable=False, sqlite_on_conflict_not_null="IGNORE"),
    ),
    "NOT NULL comes with ON CONFLICT": (
        c(Integer),
        c(String(9), nullable=False, sqlite_on_conflict_not_null="IGNORE"),
    ),
    "computed virtual": (
        c(Integer, virtual("x + 1"), more=lambda: (Index("ix_c", "c"),)),
        c(Integer, virtual("x * 2"), more=lambda: (Index("ix_c", "c"),)),
    ),
}


@each(SQLITE, "sqlite")
def test_column_of_sqlite_converges(pair: Pair, name: str, way: str) -> None:
    _converge(pair, SQLITE[name], way)
