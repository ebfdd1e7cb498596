"""Names with what means something to drivers, to SQL text and to Python, of every kind of object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, DOMAIN, INT4RANGE, ExcludeConstraint

from tests.convergence import assert_converges
from tests.databases import Database, fresh_database

NAME = """p%s'q":x %(n)s"""
COLLATION = "p%s'q:x"
QUOTED = '"' + NAME.replace('"', '""').replace(":", r"\:") + '"'

Part = Callable[[sa.MetaData, bool], None]
"""Gives the models their tables, before or after."""


def table(
    metadata: sa.MetaData, name: str, *items: sa.schema.SchemaItem, schema: str | None = None
) -> sa.Table:
    key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
    return sa.Table(name, metadata, key, *items, schema=schema)


def tables_and_columns(metadata: sa.MetaData, is_after: bool) -> None:
    column = sa.Column(
        NAME,
        sa.BigInteger() if is_after else sa.Integer(),
        server_default="3" if is_after else None,
        nullable=not is_after,
        info={"rows": [1, 2]},
    )
    unique = sa.UniqueConstraint(column, name="uq")
    check = sa.CheckConstraint(column > (-1 if is_after else 0), name="ck")
    referred = table(metadata, NAME, column, unique, check, sa.Index("ix", column.desc()))
    key = sa.ForeignKeyConstraint([NAME], [referred.c[NAME]], name="fk")
    other = sa.Column(NAME, sa.BigInteger() if is_after else sa.Integer())
    table(metadata, "referring", other, *([key] if is_after else []))
    if is_after:
        table(metadata, NAME + "2", sa.Column("n", sa.Integer, server_default="1"))


def constraints_and_indexes(metadata: sa.MetaData, is_after: bool) -> None:
    columns = [sa.Column(name, sa.Integer, nullable=False) for name in "abc"]
    names = [f"{number} {NAME}" for number in range(4)]
    table(metadata, "referred")
    table(
        metadata,
        "constrained",
        *columns,
        sa.UniqueConstraint(*("ab" if is_after else "a"), name=names[0]),
        sa.CheckConstraint("b > 0" if is_after else "b >= 0", name=sa.schema.conv(names[1])),
        sa.ForeignKeyConstraint(
            ["c"], ["referred.id"], name=names[2], ondelete="CASCADE" if is_after else None
        ),
        sa.Index(names[3], "b", unique=is_after),
    )


def words(metadata: sa.MetaData, is_after: bool) -> None:
    text = f"{NAME} {is_after}"
    column = sa.Column("word", sa.String(40), server_default=text, comment=text)
    table(metadata, "words", column).comment = text


def sequences(metadata: sa.MetaData, is_after: bool) -> None:
    sequence = sa.Sequence(NAME + "3", metadata=metadata, increment=2 if is_after else 1)
    default = sequence.next_value() if is_after else None
    table(metadata, "counting", sa.Column("n", sa.BigInteger, server_default=default))
    if is_after:
        sa.Sequence(NAME + "4", metadata=metadata)


def enum_types(metadata: sa.MetaData, is_after: bool) -> None:
    values = ["x", "y", *(["z", NAME] if is_after else [])]
    mood = sa.Enum(*values, name=NAME + "5")
    column: sa.Column[str] = sa.Column("mood", mood, server_default="y" if is_after else "x")
    word = "y" if is_after else "x"
    table(
        metadata,
        "moods",
        column,
        sa.Column("moods", ARRAY(mood), server_default="{x,y}"),
        sa.Column("was_text", mood if is_after else sa.String(5), info={"rows": ["x", "y"]}),
        sa.CheckConstraint("mood in ('x', 'y')", name="ck_mood"),
        sa.Index("ix_mood", "id", postgresql_where=sa.text("mood <> 'x'")),
        sa.Index("ix_moods", "id", postgresql_where=sa.text(f"mood = '{word}'")),
    )
    if is_after:
        new = sa.Enum("x", name=NAME + "6")
        table(metadata, "new_moods", sa.Column("mood", new, server_default="x"))


def domains(metadata: sa.MetaData, is_after: bool) -> None:
    number = DOMAIN(
        NAME + "7",
        sa.Integer,
        check="VALUE > 0" if is_after else "VALUE >= 0",
        constraint_name=NAME,
        default="2" if is_after else "1",
    )
    text = DOMAIN(NAME + "8", sa.String(9) if is_after else sa.String(8))
    table(
        metadata,
        "domains",
        sa.Column("n", number, info={"rows": [1, 2]}),
        sa.Column("s", text, info={"rows": ["a", "b"]}),
        sa.CheckConstraint("s in ('a', 'b')" if is_after else "s in ('a', 'b', 'c')", name="ck_s"),
        sa.Index("ix_s", sa.text("lower(s)"), postgresql_where=sa.text("s in ('a', 'b')")),
    )


def exclusions(metadata: sa.MetaData, is_after: bool) -> None:
    where = sa.text("a IS NOT NULL") if is_after else None
    exclude = ExcludeConstraint(("a", "&&"), name=NAME + "9", where=where)
    table(metadata, "excluding", sa.Column("a", INT4RANGE), exclude)


def collations(metadata: sa.MetaData, is_after: bool) -> None:
    table(
        metadata,
        "collated",
        sa.Column("a", sa.String(9, collation=COLLATION) if is_after else sa.String(9)),
        sa.Column("b", sa.String(9, collation=COLLATION)),
        sa.CheckConstraint("b in ('1', '2')" if is_after else "b in ('1', '2', '3')", name="ck_b"),
        sa.Index("ix_b", sa.text("lower(b)")),
    )


def schemas(metadata: sa.MetaData, is_after: bool) -> None:
    more = [sa.Column("a", sa.Integer, server_default="1")] if is_after else []
    table(metadata, "elsewhere", *more, schema=NAME)


def models(*parts: Part) -> tuple[sa.MetaData, sa.MetaData]:
    both = sa.MetaData(), sa.MetaData()
    for part in parts:
        for metadata, is_after in zip(both, (False, True), strict=True):
            part(metadata, is_after)
    return both


def test_names_of_tables_and_what_is_in_them(database: Database) -> None:
    assert_converges(database, *models(tables_and_columns, constraints_and_indexes))


@pytest.mark.requires("comments")
def test_words_and_sequences(database: Database) -> None:
    assert_converges(database, *models(words, sequences))


@contextmanager
def with_own_names(database: Database) -> Iterator[Database]:
    """Yield the database with a collation and a second schema of such names."""
    with database.engine.begin() as connection:
        name = COLLATION.replace(":", r"\:")
        connection.execute(sa.text(f"CREATE COLLATION \"{name}\" (locale = 'C')"))
        connection.execute(sa.text(f"CREATE SCHEMA {QUOTED}"))
    named = replace(database, second_schema=NAME)
    yield named
    named.engine.dispose()


@pytest.mark.requires("enum_types")
def test_names_of_types_exclusions_collations_and_schemas(
    database: Database, tmp_path: Path
) -> None:
    parts = enum_types, domains, exclusions, collations, schemas
    with (
        fresh_database(database.name, tmp_path) as fresh,
        with_own_names(database) as named,
        with_own_names(fresh) as scratch,
    ):
        assert_converges(named, *models(*parts), scratch=scratch)
