"""Enum types, domains and sequences: from one schema to the other and back, on real databases."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from tests.convergence import assert_converges, autogenerate
from tests.databases import Database

Build = Callable[[sa.MetaData], object]


def mood(*values: str, **kw: Any) -> sa.Enum:
    return sa.Enum(*(values or ("sad", "ok")), name="mood", **kw)


def table(metadata: sa.MetaData, *columns: Any, name: str = "t", **kw: Any) -> sa.Table:
    return sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *columns, **kw)


def nothing(metadata: sa.MetaData) -> None:
    table(metadata)


def with_mood(*values: str, default: str | None = None, **kw: Any) -> Build:
    return lambda metadata: table(
        metadata, sa.Column("m", mood(*values, **kw), server_default=default)
    )


def with_percents(counted: sa.types.TypeEngine[Any], *values: str) -> Build:
    """Return a type, a table and a serial column whose names have what drivers take for their own."""
    return lambda metadata: sa.Table(
        "t %s",
        metadata,
        sa.Column("id %s", counted, primary_key=True),
        sa.Column("m %s", sa.Enum(*values, name='m %"s'), server_default="a"),
    )


def two_tables(metadata: sa.MetaData) -> None:
    table(metadata, sa.Column("m", mood()))
    table(metadata, sa.Column("m", mood()), name="u")


def array_of_mood(metadata: sa.MetaData) -> None:
    table(metadata, sa.Column("m", postgresql.ARRAY(mood())))


def bound(metadata: sa.MetaData) -> None:
    table(metadata)
    sa.Enum("x", "y", name="bound", metadata=metadata)


def elsewhere(metadata: sa.MetaData) -> None:
    table(metadata, sa.Column("m", mood(schema="second")), schema="second", name="t2")
    table(metadata)


def used_in_many_ways(*values: str) -> Build:
    def build(metadata: sa.MetaData) -> None:
        type_ = mood(*values)
        made = table(
            metadata,
            sa.Column("m", type_, server_default="ok", nullable=False),
            sa.Column("all", postgresql.ARRAY(type_)),
            sa.CheckConstraint("m <> 'sad'", name="not_sad"),
        )
        sa.Index("oks", made.c.id, postgresql_where=made.c.m == "ok")
        sa.Index("ms", made.c.m)

    return build


def email(**kw: Any) -> Build:
    kw = {"check": "VALUE LIKE '%@%'", "constraint_name": "has_at", **kw}
    type_ = kw.pop("type_", sa.String(50))
    return lambda metadata: table(
        metadata,
        sa.Column("e", postgresql.DOMAIN("email", type_, **kw)),
    )


def emails(**kw: Any) -> Build:
    kw = {"check": "VALUE LIKE '%@%'", "constraint_name": "has_at", **kw}
    type_ = postgresql.ARRAY(postgresql.DOMAIN("email", sa.String(50), **kw))
    return lambda metadata: table(
        metadata, sa.Column("es", type_, server_default="{}"), sa.Column("more", type_)
    )


def domain_over_enum(metadata: sa.MetaData) -> None:
    table(metadata, sa.Column("m", mood()), name="u")  # create_all takes them in this order
    table(metadata, sa.Column("e", postgresql.DOMAIN("feeling", mood(), check="VALUE <> 'sad'")))


def of_odd_names(*values: str) -> Build:
    def build(metadata: sa.MetaData) -> None:
        enum = sa.Enum(*values, name="Mood 'x\"")
        over = postgresql.DOMAIN("größe" * 9, enum, check="VALUE <> 'sad' OR true")
        table(metadata, sa.Column("m", enum), name="u")
        table(metadata, sa.Column("over", over))

    return build


def moods(*values: str) -> Build:
    said = ",".join(values[-2:])
    type_ = postgresql.ARRAY(mood(*values))
    return lambda metadata: table(
        metadata,
        sa.Column("all", type_, server_default=f"{{{said}}}"),
        sa.Column("m", mood(*values)),
    )


def under_a_domain(*values: str, default: str, **kw: Any) -> Build:
    def build(metadata: sa.MetaData) -> None:
        type_ = mood(*values)
        domain = postgresql.DOMAIN("feeling", type_, check=f"VALUE <> '{default}'", **kw)
        table(metadata, sa.Column("m", type_, server_default=default), name="a")
        made = table(
            metadata,
            sa.Column("e", domain),
            sa.Column("all", postgresql.ARRAY(type_), server_default=f"{{{default}}}"),
            sa.CheckConstraint(f"CAST(e AS mood) <> '{default}'", name="other"),
        )
        sa.Index("others", made.c.id, postgresql_where=sa.text(f"CAST(e AS mood) > '{default}'"))

    return build


def under_computed_columns(*values: str) -> Build:
    """Return an enum that computed columns ask for, with what can stand on such a column."""
    stored = {"persisted": True}
    return lambda metadata: table(
        metadata,
        sa.Column("m", mood(*values), nullable=False, server_default="ok"),
        sa.Column("is ok", sa.Boolean, sa.Computed("m = 'ok'", **stored), nullable=False),
        sa.Column("word", sa.String(9), sa.Computed("CASE m WHEN 'ok' THEN 'a%' END", **stored)),
        sa.CheckConstraint("\"is ok\" IS NOT NULL OR word <> 'b'", name="c"),
        sa.Index("ix_word", "word", postgresql_where=sa.text('"is ok"')),
        postgresql.ExcludeConstraint(("word", "="), using="btree", where=sa.text("m = 'ok'")),
    )


def partitioned(*values: str) -> Build:
    def build(metadata: sa.MetaData) -> None:
        made = sa.Table(
            "t",
            metadata,
            sa.Column("id", sa.Integer),
            sa.Column("m", mood(*values), server_default="ok"),
            sa.CheckConstraint("m <> 'sad'", name="not_sad"),
            postgresql_partition_by="HASH (id)",
        )
        sa.Index("oks", made.c.id, postgresql_where=made.c.m == "ok")
        part = "CREATE TABLE p PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0)"
        sa.event.listen(made, "after_create", lambda _, bind, **__: bind.exec_driver_sql(part))

    return build


def sequence(**options: Any) -> Build:
    def build(metadata: sa.MetaData) -> None:
        table(metadata)
        sa.Sequence("numbers", metadata=metadata, **options)

    return build


def counted(metadata: sa.MetaData) -> None:
    numbers = sa.Sequence("numbers", start=100, metadata=metadata)
    sa.Table("t", metadata, sa.Column("id", sa.Integer, numbers, primary_key=True))
    sa.Table(
        "u",
        metadata,
        sa.Column("id", sa.Integer, numbers, server_default=numbers.next_value(), primary_key=True),
    )


ENUMS: dict[str, tuple[Build, Build]] = {
    "new column": (nothing, with_mood()),
    "two new tables": (nothing, two_tables),
    "one of two uses goes": (two_tables, with_mood()),
    "last table goes": (two_tables, nothing),
    "array": (nothing, array_of_mood),
    "bound to the metadata": (nothing, bound),
    "in another schema": (nothing, elsewhere),
    "value added at the end": (with_mood(), with_mood("sad", "ok", "happy")),
    "values added first and between": (with_mood(), with_mood("a", "sad", "b'c", "ok")),
    "value removed": (with_mood("sad", "ok", "gone"), with_mood()),
    "reordered": (with_mood(), with_mood("ok", "sad")),
    "new value is the default": (with_mood(default="ok"), with_mood("sad", "ok", "x", default="x")),
    "value and default replaced": (
        with_mood("a", "b", default="b"),
        with_mood("a", "c", default="c"),
    ),
    "enum to string": (with_mood(), lambda metadata: table(metadata, sa.Column("m", sa.String(9)))),
    "replaced under everything": (
        used_in_many_ways("sad", "ok", "x"),
        used_in_many_ways("ok", "y", "sad"),
    ),
    "under computed columns": (
        under_computed_columns("sad", "ok", "x"),
        under_computed_columns("ok", "y", "sad"),
    ),
    "under a domain": (
        under_a_domain("sad", "ok", "x", default="x"),
        under_a_domain("ok", "y", "sad", default="ok"),
    ),
    "new value within an array": (moods("sad", "ok"), moods("sad", "ok", "it's", "new")),
    "of a name with a sign of the driver": (
        with_percents(sa.Integer(), "a", "b", "c"),
        with_percents(sa.BigInteger(), "c", "a"),
    ),
    "under partitions": (partitioned("sad", "ok", "x"), partitioned("ok", "sad")),
}


def cast_to(type_: Any, condition: str = "d IS DISTINCT FROM '77'") -> Build:
    """Return a domain in conditions, in which the database writes a cast to its type."""
    return lambda metadata: table(
        metadata,
        sa.Column("d", postgresql.DOMAIN("number", type_), info={"rows": (1, 2)}),
        sa.Column("e", sa.Integer),
        sa.Column("computed", sa.BigInteger, sa.Computed("d + 1", persisted=True)),
        sa.CheckConstraint(condition, name="ck"),
        sa.CheckConstraint("d + e > 0"),
        sa.CheckConstraint("e > 0"),
        sa.Index("ix", "id", postgresql_where=sa.text(condition)),
    )


DOMAINS: dict[str, tuple[Build, Build]] = {
    "new": (nothing, email()),
    "gone": (email(not_null=True, default="a@b"), nothing),
    "check": (email(), email(check="length(VALUE) > 3")),
    "nullable and default": (email(), email(not_null=True, default="a@b", check=None)),
    "type": (email(), email(type_=sa.Text())),
    "over an enum": (nothing, domain_over_enum),
    "of odd names": (nothing, of_odd_names("sad", "ok")),
    "of odd names, over fewer values": (of_odd_names("sad", "ok", "x"), of_odd_names("sad", "ok")),
    "type that expressions are cast to": (cast_to(sa.Integer()), cast_to(sa.BigInteger())),
    "type that stands in expressions": (
        cast_to(sa.Integer(), "d > 0"),
        cast_to(sa.Numeric(9), "d > 0"),
    ),
    "within arrays": (emails(check="VALUE <> 'x'"), emails(not_null=True)),
}
SEQUENCES: dict[str, tuple[Build, Build]] = {
    "new": (nothing, sequence(start=5, increment=3, cycle=True, maxvalue=50, cache=4)),
    "changed": (sequence(), sequence(increment=2, maxvalue=99)),
    "other way": (sequence(), sequence(increment=-1)),
    "limits of a type": (
        sequence(data_type=sa.SmallInteger, start=-7, increment=-1),
        sequence(data_type=sa.BigInteger, start=-7, increment=-1),
    ),
    "greatest number of the type before": (
        sequence(data_type=sa.SmallInteger),
        sequence(data_type=sa.Integer, maxvalue=2**15 - 1),
    ),
    "least number": (sequence(minvalue=-7), sequence(minvalue=10)),
    "greatest number, down": (
        sequence(increment=-1, maxvalue=-1),
        sequence(increment=-1, maxvalue=-50),
    ),
    "least number, down": (
        sequence(increment=-1, minvalue=-1000),
        sequence(increment=-1, minvalue=-100),
    ),
    "of a column": (nothing, counted),
    "gone": (counted, nothing),
}


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("case", [*ENUMS, *(f"domain {name}" for name in DOMAINS)])
def test_named_types_converge(database: Database, case: str) -> None:
    before, after = ENUMS[case] if case in ENUMS else DOMAINS[case.removeprefix("domain ")]
    _converge(database, before, after)


def among_words(type_: sa.Enum) -> Build:
    """Return an enum whose values stand in a check and a predicate."""
    return lambda metadata: table(
        metadata,
        sa.Column("m", type_),
        sa.CheckConstraint("m <> 'ok' OR id > 0", name="c"),
        sa.Index("ix", "id", postgresql_where=sa.text("m = 'ok'")),
        sa.Index("ix_m", "m"),
    )


@pytest.mark.requires("enum_types")
@pytest.mark.filterwarnings("ignore:The database did not normalise")  # it has the type not yet
def test_a_type_of_another_name_under_expressions_converges(database: Database) -> None:
    other = sa.Enum("sad", "ok", name="temper")
    source = _converge(database, among_words(mood()), among_words(other))
    assert "ix_m" not in source


CALLED_MOOD: dict[str, Build] = {
    "table": lambda metadata: (table(metadata), table(metadata, name="mood")),
    "sequence": lambda metadata: (table(metadata), sa.Sequence("mood", metadata=metadata)),
    "enum type": with_mood(),
    "domain": lambda metadata: table(metadata, sa.Column("m", postgresql.DOMAIN("mood", sa.Text))),
}


@pytest.mark.requires("enum_types")
def test_what_is_created_under_the_name_of_something_else_is_told(database: Database) -> None:
    for (old, before), (new, after) in itertools.permutations(CALLED_MOOD.items(), 2):
        sides = sa.MetaData(), sa.MetaData()
        before(sides[0])
        after(sides[1])
        with database.engine.connect() as connection:
            sides[0].create_all(connection)
            with pytest.warns(UserWarning, match=f"The {new} mood is created while the {old} mood"):
                autogenerate(database, connection, sides[1])


@pytest.mark.requires("free_sequences")
@pytest.mark.parametrize("case", SEQUENCES)
def test_sequences_converge(database: Database, case: str) -> None:
    _converge(database, *SEQUENCES[case])


def _converge(database: Database, before: Build, after: Build) -> str:
    sides = sa.MetaData(), sa.MetaData()
    for metadata, build in zip(sides, (before, after), strict=True):
        build(metadata)
    return assert_converges(database, *sides, rows=0)
