"""Tables that inherit from others: what parent and child both change, there and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem

from limbeck.autogenerate import compare_metadata, produce_migrations
from limbeck.operations import Operations
from limbeck.operations.ops import OpContainer
from limbeck.runtime.migration import MigrationContext
from tests.database.kept import KeptPair, Models, kept_database
from tests.databases import Database

__all__ = ["kept_database"]

Items = Sequence[Callable[[], Any]]


def n(*type_: Any, **options: Any) -> Callable[[], Any]:
    """Return what makes the column that the tables share."""
    return lambda: Column("n", *(type_ or (Integer,)), **options)


def serial() -> Column[int]:
    """Return a column of the parent that counts up."""
    return Column("nr", Integer, primary_key=True, autoincrement=True)


def positive() -> CheckConstraint:
    """Return the check that they share."""
    return CheckConstraint("n > 0", name="positive")


def family(parent: Items = (), child: Items = (), grandchild: Items | None = None) -> Models:
    """Return models with a parent, a child that stands before it in the alphabet, and maybe one more."""

    def build(metadata: MetaData) -> None:
        known = [("p", parent, None), ("c", child, "p"), ("z", grandchild, "c")]
        for name, items, inherits in known:
            if items is not None:
                options: dict[str, Any] = {"postgresql_inherits": inherits} if inherits else {}
                own = [Column("id", Integer, nullable=False), *(item() for item in items)]
                Table(name, metadata, *own, **options)

    return build


CASES: dict[str, tuple[Models, Models]] = {
    "column of both": (family(), family([n()], [n()])),
    "full column of both": (
        family(),
        family(*([n(nullable=False, server_default="3")],) * 2),
    ),
    "column of all three": (family(grandchild=[]), family([n()], [n()], [n()])),
    "column of the ends": (family(grandchild=[]), family([n()], [], [n()])),
    "column of the parent": (family(), family([n()])),
    "column of the child": (family(), family([], [n()])),
    "column that moves up": (family([], [n()]), family([n()])),
    "column that the parent takes part in": (family([], [n()]), family([n()], [n()])),
    "type": (family([n()], [n()]), family([n(BigInteger)], [n(BigInteger)])),
    "type of all three": (
        family([n()], [n()], [n()]),
        family([n(BigInteger)], [n(BigInteger)], [n(BigInteger)]),
    ),
    "type of the parent": (family([n()]), family([n(BigInteger)])),
    "type, and what each has of its own": (
        family([n()], [n()]),
        family([n(BigInteger)], [n(BigInteger, server_default="4", comment="it's 5%")]),
    ),
    "type that needs a conversion": (
        family(*([n(String(9), info={"rows": ("1",)})],) * 2),
        family([n()], [n()]),
    ),
    "not null": (family([n()], [n()]), family([n(nullable=False)], [n(nullable=False)])),
    "default": (family([n()], [n()]), family([n(server_default="4")], [n(server_default="4")])),
    "default of each": (
        family([n(server_default="3")], [n(server_default="5")], [n()]),
        family([n(server_default="4")], [n(server_default="6")], [n(server_default="7")]),
    ),
    "default of the parent": (
        family([n(server_default="3")], [n(server_default="5")], [n(server_default="3")]),
        family([n(server_default="4")], [n(server_default="5")], [n(server_default="4")]),
    ),
    "default of the parent comes, that of the child stays none": (
        family([n()], [n()]),
        family([n(server_default="4")], [n()]),
    ),
    "what the child has of the parent alone": (
        family([n()], [n()], [n()]),
        family([n(nullable=False, server_default="4")], [n()], [n()]),
    ),
    "numbers of the parent": (
        family([serial, n()], [lambda: Column("nr", Integer, nullable=False), n()]),
        family([serial], [lambda: Column("nr", Integer, nullable=False)]),
    ),
    "default that becomes the parent's": (
        family([n(server_default="3")], [n(server_default="5")]),
        family([n(server_default="4")], [n(server_default="4")]),
    ),
    "default and type of the parent": (
        family([n(server_default="3")], [n(server_default="5")]),
        family([n(BigInteger, server_default="4")], [n(BigInteger, server_default="5")]),
    ),
    "comment": (family([n()], [n()]), family([n(comment="x")], [n(comment="x")])),
    "check": (family([n()], [n()]), family([n(), positive], [n(), positive])),
    "check of the parent": (family([n()], [n()]), family([n(), positive], [n()])),
    "check and column": (family(), family([n(), positive], [n(), positive])),
    "both ways": (
        family([n()], [n()]),
        family(*([lambda: Column("m", String(5)), lambda: Column("o", Integer)],) * 2),
    ),
}


@pytest.mark.requires("exclusion")
@pytest.mark.parametrize("way", ["up", "back"])
@pytest.mark.parametrize("name", CASES)
def test_what_parent_and_child_share_converges(database: KeptPair, name: str, way: str) -> None:
    before, after = CASES[name] if way == "up" else CASES[name][::-1]
    database.converge(before, after, rows=1)


MADE_BY_HAND = """
    CREATE TABLE p (id serial PRIMARY KEY, n integer DEFAULT 3, words text NOT NULL);
    CREATE TABLE c (own integer, PRIMARY KEY (id), UNIQUE (n)) INHERITS (p);
    CREATE INDEX ix_words ON c (words);
    INSERT INTO c (n, words, own) VALUES (1, 'x', 2)
"""
"""A child that declares no column of its parent's, and has keys on them."""


def by_hand(*declared: SchemaItem, has_parent: bool = True, **options: Any) -> MetaData:
    metadata = MetaData()
    parent = Column("id", Integer, primary_key=True), Column("n", Integer, server_default="3")
    if has_parent:
        Table("p", metadata, *parent, Column("words", Text, nullable=False))
    options = options or {"postgresql_inherits": "p"}
    Table("c", metadata, *declared, Column("own", Integer), **options)
    return metadata


def differences(connection: Connection, models: MetaData) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), models))


def test_what_a_child_has_of_its_parents_alone_is_left_to_them(postgresql: Database) -> None:
    with postgresql.engine.begin() as connection:
        connection.exec_driver_sql(MADE_BY_HAND)
        assert differences(connection, by_hand()) == []
        said: list[Column[Any]] = [
            Column("n", Integer, unique=True),
            Column("words", Text, index=True),
        ]
        kinds = [each[0] for each in differences(connection, by_hand(*said))]
        assert kinds == ["remove_index", "add_index"]  # it has another name


@pytest.mark.parametrize("has_parent", [True, False])
def test_child_whose_model_does_not_say_so_has_its_parents_columns(
    postgresql: Database, *, has_parent: bool
) -> None:
    with postgresql.engine.begin() as connection:
        connection.exec_driver_sql(MADE_BY_HAND)
        models = by_hand(
            Column("id", Integer, server_default=text("nextval('p_id_seq')"), primary_key=True),
            Column("n", Integer, server_default="3", unique=True),
            Column("words", Text, nullable=False),
            Index("ix_words", "words"),
            has_parent=has_parent,
            info={"inherits": "by hand"},
        )
        with pytest.warns(UserWarning, match="inherits"):
            found = differences(connection, models)
        kinds = [each[0] for each in found]
        assert kinds == ([] if has_parent else ["remove_table"])


def test_child_takes_its_parents_columns_for_its_own(postgresql: Database) -> None:
    with postgresql.engine.begin() as connection:
        connection.exec_driver_sql(MADE_BY_HAND)
        declared: list[Column[Any]] = [
            Column("id", Integer, primary_key=True),
            Column("n", BigInteger, server_default="4"),
        ]
        models = by_hand(*declared)
        models.tables["p"].c.n.type = BigInteger()
        context = MigrationContext.configure(connection)
        script = produce_migrations(context, models)
        operations = Operations(context)
        run_directives(operations, script.upgrade_ops_list[0])
        assert differences(connection, models) == []
        assert connection.exec_driver_sql("SELECT n, words FROM c").all() == [(1, "x")]
        run_directives(operations, script.downgrade_ops_list[0])
        assert differences(connection, by_hand()) == []
        assert connection.exec_driver_sql("SELECT n, words FROM c").all() == [(1, "x")]


def run_directives(operations: Operations, directives: OpContainer) -> None:
    for each in directives.ops:
        if isinstance(each, OpContainer):
            run_directives(operations, each)
        else:
            operations.invoke(each)
