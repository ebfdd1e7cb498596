"""Every kind of change that autogenerate detects, taken there and back on each database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from tests.convergence import assert_converges
from tests.databases import Database

Models = Callable[[MetaData], None]


def column(*items: Any, **options: Any) -> Models:
    """Return models with one table `t`: an id, a plain column `x`, and the column `c`."""

    def build(metadata: MetaData) -> None:
        Table(
            "t",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("x", Integer),
            Column("c", *items, **options),
        )

    return build


def table(*items: Any, **options: Any) -> Models:
    """Return models with one table `t`: an id, the columns `a` and `b`, and the items."""

    def build(metadata: MetaData) -> None:
        Table(
            "t",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("a", String(20), nullable=False),
            Column("b", Integer),
            *items,
            **options,
        )

    return build


def none(metadata: MetaData) -> None:
    """No models at all."""


def plain(metadata: MetaData) -> None:
    """One table `t` without anything special."""
    table()(metadata)


def one_table(metadata: MetaData) -> None:
    """A table with whatever a table can have, alone."""
    Table(
        "users",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(50), nullable=False, comment="how to call them"),
        Column("email", String(100), unique=True),
        Column("age", SmallInteger, server_default="18", index=True),
        Column("active", Boolean, nullable=False, server_default=text("true")),
        Column("made", DateTime, server_default=func.now()),
        CheckConstraint("age > 0", name="ck_age"),
        UniqueConstraint("name", "email", name="uq_name_email"),
        Index("ix_made", "made", "name"),
        comment="who may log in",
    )


def chain(metadata: MetaData) -> None:
    """Three tables, named against the order of their dependencies."""
    Table("a", metadata, _id(), Column("b_id", ForeignKey("b.id", name="fk_a_b"), index=True))
    Table("b", metadata, _id(), Column("c_id", ForeignKey("c.id")))
    Table("c", metadata, _id())


def tree(metadata: MetaData) -> None:
    """A table that refers to itself."""
    Table("node", metadata, _id(), Column("parent_id", ForeignKey("node.id"), index=True))


def circle(metadata: MetaData) -> None:
    """Tables that refer to each other, and one that hangs on them."""
    Table("a", metadata, _id(), Column("b_id", ForeignKey("b.id", name="fk_a_b")))
    Table("b", metadata, _id(), Column("a_id", ForeignKey("a.id", name="fk_b_a")))
    Table("z", metadata, _id(), Column("a_id", ForeignKey("a.id", name="fk_z_a")))


def circle_of_unnamed(metadata: MetaData) -> None:
    """Tables that refer to each other, without names of their own."""
    Table("a", metadata, _id(), Column("b_id", ForeignKey("b.id")))
    Table("b", metadata, _id(), Column("a_id", ForeignKey("a.id")))


def tangle(metadata: MetaData) -> None:
    """A circle of tables without names, one of which refers to itself, too."""
    Table(
        "a", metadata, _id(), Column("b_id", ForeignKey("b.id")), Column("up", ForeignKey("a.id"))
    )
    Table("b", metadata, _id(), Column("a_id", ForeignKey("a.id")))


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def family(*, key: type[Integer] = Integer, reference: bool = True, **options: Any) -> Models:
    """Return models with a parent and a child; `reference`: the child refers to the parent."""

    def build(metadata: MetaData) -> None:
        # Not counting up: the sequence of a SERIAL has a type of its own.
        Table("parent", metadata, Column("id", key, primary_key=True, autoincrement=False))
        child = Table("child", metadata, _id(), Column("parent_id", key))
        if reference:
            child.append_constraint(ForeignKeyConstraint(["parent_id"], ["parent.id"], **options))

    return build


def code_family(*items: Any, reference: bool = True) -> Models:
    """Return models in which a child refers to the parent's unique code."""

    def build(metadata: MetaData) -> None:
        Table(
            "parent",
            metadata,
            _id(),
            Column("code", String(20), nullable=False),
            *items,
        )
        child = Table("child", metadata, _id(), Column("code", String(20)))
        if reference:
            child.append_constraint(ForeignKeyConstraint(["code"], ["parent.code"], name="fk_code"))

    return build


def both(*parts: Models) -> Models:
    """Return the models of all parts."""

    def build(metadata: MetaData) -> None:
        for part in parts:
            part(metadata)

    return build


def _lone_child(metadata: MetaData) -> None:
    Table("child", metadata, _id(), Column("parent_id", Integer))


CASES: dict[str, Callable[[], tuple[Models, Models]]] = {
    "table": lambda: (none, one_table),
    "tables in a chain": lambda: (none, chain),
    "table that refers to itself": lambda: (none, tree),
    "tables in a circle": lambda: (none, circle),
    "tables in a tangle": lambda: (none, tangle),
    "table that refers to one there": lambda: (
        family(reference=False),
        both(family(reference=False), tree),
    ),
    "column": lambda: (plain, table(Column("c", String(30)))),
    "columns": lambda: (
        plain,
        table(Column("z", Text), Column("c", Date), Column("k", Numeric(8, 2))),
    ),
    "column with default": lambda: (
        plain,
        table(Column("c", Integer, nullable=False, server_default="7")),
    ),
    "column with index": lambda: (plain, table(Column("c", String(30), index=True))),
    "unique column": lambda: (plain, table(Column("c", String(30), unique=True))),
    "column with foreign key": lambda: (
        plain,
        both(table(Column("up", ForeignKey("t.id", name="fk_up")))),
    ),
    "type: integer to bigint": lambda: (column(Integer), column(BigInteger)),
    "type: longer string": lambda: (column(String(20)), column(String(40))),
    "type: string to text": lambda: (column(String(20)), column(Text)),
    "type: precision": lambda: (column(Numeric(8, 2)), column(Numeric(12, 2))),
    "type of a not null column with default": lambda: (
        column(Integer, nullable=False, server_default="4"),
        column(BigInteger, nullable=False, server_default="4"),
    ),
    "type under a foreign key": lambda: (family(), family(key=BigInteger)),
    "not null": lambda: (column(Integer), column(Integer, nullable=False)),
    "default added": lambda: (column(String(20)), column(String(20), server_default="it's")),
    "default changed": lambda: (
        column(Integer, server_default="1"),
        column(Integer, server_default="2"),
    ),
    "default: now()": lambda: (column(DateTime), column(DateTime, server_default=func.now())),
    "default and type": lambda: (
        column(Integer, server_default="1"),
        column(BigInteger, server_default="2"),
    ),
    "unique constraint": lambda: (plain, table(UniqueConstraint("a", "b", name="uq_ab"))),
    "unique constraint without a name": lambda: (plain, table(UniqueConstraint("b"))),
    "unique constraint with other columns": lambda: (
        table(UniqueConstraint("a", name="uq")),
        table(UniqueConstraint("a", "b", name="uq")),
    ),
    "unique constraint with another name": lambda: (
        table(UniqueConstraint("a", name="uq_1")),
        table(UniqueConstraint("a", name="uq_2")),
    ),
    "unique constraint under a foreign key": lambda: (
        code_family(UniqueConstraint("code", name="uq_1")),
        code_family(UniqueConstraint("code", name="uq_2")),
    ),
    "index": lambda: (plain, table(Index("ix_b", "b"))),
    "index of two columns": lambda: (plain, table(Index("ix_ba", "b", "a"))),
    "unique index": lambda: (table(Index("ix_b", "b")), table(Index("ix_b", "b", unique=True))),
    "index with other columns": lambda: (table(Index("ix", "a")), table(Index("ix", "b"))),
    "descending index": lambda: (plain, table(Index("ix_b", text("b DESC")))),
    "index of a foreign key": lambda: (
        family(name="fk_child"),
        both(family(name="fk_child"), lambda metadata: _index(metadata, "child", "parent_id")),
    ),
    "foreign key": lambda: (family(reference=False), family(name="fk_child")),
    "foreign key without a name": lambda: (family(reference=False), family()),
    "foreign key: on delete": lambda: (
        family(name="fk_child"),
        family(name="fk_child", ondelete="CASCADE"),
    ),
    "foreign key: on update": lambda: (
        family(name="fk_child", onupdate="CASCADE"),
        family(name="fk_child", ondelete="SET NULL"),
    ),
    "foreign key with another name": lambda: (family(name="fk_1"), family(name="fk_2")),
    "foreign key to a new unique constraint": lambda: (
        code_family(reference=False),
        code_family(UniqueConstraint("code", name="uq_code")),
    ),
    "foreign key to a new table": lambda: (
        _lone_child,
        family(name="fk_child"),
    ),
    "check": lambda: (plain, table(CheckConstraint("b > 0", name="ck_b"))),
    "check without a name": lambda: (plain, table(CheckConstraint("b > 0"))),
    "check with another expression": lambda: (
        table(CheckConstraint("b > 0", name="ck_b")),
        table(CheckConstraint("b > 0 AND a <> ''", name="ck_b")),
    ),
    "everything at once": lambda: (
        both(one_table, chain, column(Integer, server_default="1")),
        both(circle, column(BigInteger, nullable=False)),
    ),
}
"""Models before and after; each is tested in both directions."""

TYPE_CHECKS: dict[str, Callable[[], tuple[Models, Models]]] = {
    "column with the check of its type": lambda: (
        plain,
        table(Column("c", Enum("x", "y", native_enum=False, create_constraint=True, name="kind"))),
    ),
    "type with a check": lambda: (
        column(String(20), server_default="x"),
        column(
            Enum("1", "2", "x", native_enum=False, create_constraint=True, name="kind", length=20),
            server_default="x",
        ),
    ),
}
"""One way only: PostgreSQL words a list of strings anew each time, so going back is the same in
meaning but not in the catalogs."""

COMMENTS: dict[str, Callable[[], tuple[Models, Models]]] = {
    "comment of a column": lambda: (column(Integer), column(Integer, comment="it's said")),
    "other comment of a column": lambda: (
        column(Integer, nullable=False, server_default="1", comment="one"),
        column(Integer, nullable=False, server_default="1", comment="two"),
    ),
    "comment beyond what MariaDB keeps": lambda: (
        plain,
        table(Column("d", Integer, comment="a 😀 b"), comment="a 😀😀 b"),
    ),
    "comment of a table": lambda: (plain, table(comment="it's said")),
    "other comment of a table": lambda: (table(comment="one"), table(comment="two")),
}


def _index(metadata: MetaData, table_name: str, column_name: str) -> None:
    Index(f"ix_{column_name}", metadata.tables[table_name].c[column_name])


def _converge(database: Database, before: Models, after: Models) -> None:
    sides = MetaData(), MetaData()
    before(sides[0])
    after(sides[1])
    assert_converges(database, *sides)


@pytest.mark.parametrize("name", CASES)
def test_change_converges(database: Database, name: str) -> None:
    before, after = CASES[name]()
    _converge(database, before, after)


@pytest.mark.parametrize("name", CASES)
def test_change_the_other_way_converges(database: Database, name: str) -> None:
    after, before = CASES[name]()
    _converge(database, before, after)


@pytest.mark.parametrize("name", TYPE_CHECKS)
def test_check_of_a_type_converges(database: Database, name: str) -> None:
    before, after = TYPE_CHECKS[name]()
    _converge(database, before, after)


@pytest.mark.requires("comments")
@pytest.mark.parametrize("name", COMMENTS)
def test_comment_converges(database: Database, name: str) -> None:
    before, after = COMMENTS[name]()
    _converge(database, before, after)


@pytest.mark.requires("comments")
@pytest.mark.parametrize("name", COMMENTS)
def test_comment_the_other_way_converges(database: Database, name: str) -> None:
    after, before = COMMENTS[name]()
    _converge(database, before, after)


CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def test_second_foreign_key_without_a_name_gets_a_free_one(database: Database) -> None:
    def before(metadata: MetaData) -> None:
        Table("parent", metadata, _id())
        reference: Column[Any] = Column("b_id", ForeignKey("parent.id"))
        Table("child", metadata, _id(), reference, Column("a_id", Integer))

    def after(metadata: MetaData) -> None:
        Table("parent", metadata, _id())
        references: list[Column[Any]] = [
            Column(name, ForeignKey("parent.id")) for name in ("b_id", "a_id")
        ]
        Table("child", metadata, _id(), *references)

    _converge(database, before, after)


@pytest.mark.parametrize("is_forward", [True, False])
def test_naming_convention_converges(database: Database, is_forward: bool) -> None:
    sides = MetaData(naming_convention=CONVENTION), MetaData(naming_convention=CONVENTION)
    family(reference=False)(sides[0])
    plain(sides[0])
    family()(sides[1])
    circle_of_unnamed(sides[1])
    table(Column("c", String(20), unique=True, index=True), CheckConstraint("b > 0", name="b"))(
        sides[1]
    )
    assert_converges(database, *(sides if is_forward else reversed(sides)))


@pytest.mark.requires("partial_indexes")
def test_partial_index_converges(database: Database) -> None:
    condition = text("b > 0")
    partial = Index("ix_b", "b", postgresql_where=condition, sqlite_where=condition)
    _converge(database, plain, table(partial))


@pytest.mark.requires("schemas")
def test_table_in_a_schema_converges(database: Database) -> None:
    def after(metadata: MetaData) -> None:
        schema = database.second_schema
        plain(metadata)
        Table("other", metadata, _id(), Column("name", String(20), index=True), schema=schema)
        reference = ForeignKey(f"{schema}.other.id", name="fk_other")
        Table("another", metadata, _id(), Column("other_id", reference), schema=schema)

    _converge(database, plain, after)
