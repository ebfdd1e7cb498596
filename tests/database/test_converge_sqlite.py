"""What SQLite does its own way, taken there and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from limbeck import renamed_from
from limbeck.autogenerate import compare_metadata
from limbeck.diff.renames import RenameRequest
from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from tests.convergence import assert_converges
from tests.database.test_batch_script_sqlite import content, run, script_of
from tests.databases import Database, fresh_database

SAID = RenameRequest(seeks=False)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_database("sqlite", tmp_path) as database:
        yield database


def t(*items: Any, name: str = "t", **options: Any) -> MetaData:
    metadata = MetaData()
    Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("a", Integer),
        *items,
        **options,
    )
    return metadata


def named(table: str, *more: Any, **options: Any) -> MetaData:
    """Return models of a table whose expressions name the table itself."""
    return t(
        CheckConstraint(f"{table}.a > 0 OR {table}.id <> 't.a'", name="ck"),
        CheckConstraint(f'"{table}"."a" <> 7'),
        CheckConstraint(f"[{table}].a <> 8"),
        CheckConstraint(f"{table.upper()}.a <> 9"),
        Index("ix_a", "a", sqlite_where=text(f"{table}.a > 5")),
        *more,
        name=table,
        **options,
    )


PAIRS: dict[str, Callable[[], tuple[MetaData, MetaData]]] = {
    "own name in what stays": lambda: (named("t"), named("t", Column("c", String, unique=True))),
    "own name in what comes": lambda: (t(), named("t")),
    "own name in a check that comes": lambda: (t(), t(CheckConstraint("t.a > 0"))),
    "own name in a check that changes": lambda: (
        t(CheckConstraint("t.a > 0"), CheckConstraint("t.a > -1")),
        t(CheckConstraint("t.a > 0"), CheckConstraint("t.a > -2")),
    ),
    "own name in a table that is renamed": lambda: (
        named("t"),
        named("u", Column("c", String, unique=True), info=renamed_from("t")),
    ),
    "own name in a table that is renamed alone": lambda: (
        named("t"),
        named("u", info=renamed_from("t")),
    ),
    "constraints of the same columns in two orders": lambda: (
        t(UniqueConstraint("a", name="u1"), UniqueConstraint("a", name="u2")),
        t(UniqueConstraint("a", name="u1"), UniqueConstraint("a", name="u2"), Column("c", Integer)),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_sqlite_converges(database: Database, name: str) -> None:
    assert_converges(database, *PAIRS[name](), detect_renames=SAID)


@pytest.mark.parametrize(
    ("said", "other"), [("t.a > 0", "a > 0"), ('"T"."a" > 0', "a > 0"), ("[t].a > 0", "t.a > 0")]
)
def test_own_name_is_no_difference(database: Database, said: str, other: str) -> None:
    assert not differences(database, t(CheckConstraint(said)), t(CheckConstraint(other)))
    assert differences(database, t(CheckConstraint(said)), t(CheckConstraint("u.a > 0")))


def differences(database: Database, one: MetaData, other: MetaData) -> list[Any]:
    with database.engine.begin() as connection:
        one.drop_all(connection)
        one.create_all(connection)
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        return list(compare_metadata(context, other))


def own_name(op: Operations) -> None:
    op.execute("CREATE TABLE t (a INTEGER, CHECK (t.a > 0))")
    op.execute("INSERT INTO t VALUES (1)")
    with op.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
        batch.create_check_constraint("ck", text('"t".a < 9'))


ORDERS = ("UNIQUE (a), UNIQUE (a DESC)", "UNIQUE (a DESC), UNIQUE (a)")


def two_orders(constraints: str) -> Callable[[Operations], None]:
    def upgrade(op: Operations) -> None:
        op.execute(f"CREATE TABLE t (a INTEGER, b INTEGER, {constraints})")
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", nullable=False)

    return upgrade


@pytest.mark.parametrize("upgrade", [own_name, *map(two_orders, ORDERS)])
def test_batch_does_the_same_in_a_script(
    tmp_path: Path, upgrade: Callable[[Operations], None]
) -> None:
    run(tmp_path / "run.db", upgrade)
    connection = sqlite3.connect(tmp_path / "script.db")
    connection.executescript(script_of(upgrade))
    connection.close()
    assert content(tmp_path / "script.db") == content(tmp_path / "run.db")


@pytest.mark.parametrize("constraints", ORDERS)
def test_batch_keeps_the_order_of_each_constraint(tmp_path: Path, constraints: str) -> None:
    run(tmp_path / "run.db", two_orders(constraints))
    (table,) = [row for row in content(tmp_path / "run.db") if row[0] == "table"]
    for constraint in constraints.split(", "):
        assert constraint.replace(" ", "") in table[3]
