"""Directives run on a real database do what they say, and their reverse undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from limbeck.operations import Operations, ops
from limbeck.runtime.migration import MigrationContext
from tests.databases import Database


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as connection:
        yield connection


def operations(connection: Connection) -> Operations:
    return Operations(MigrationContext.configure(connection))


def create_tables(op: Operations) -> sa.Table:
    op.create_table(
        "parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(20))
    )
    table: sa.Table = op.create_table(
        "child",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("pid", sa.Integer, sa.ForeignKey("parent.id", name="fk_pid")),
        sa.Column("a", sa.String(20), nullable=False, server_default="x", index=True),
        sa.Column("b", sa.Integer),
        sa.UniqueConstraint("a", "b", name="uq_ab"),
        sa.CheckConstraint("b > 0", name="ck_b"),
    )
    return table


def names(items: Any) -> list[str]:
    return sorted(str(item["name"]) for item in items)


def test_create_table_makes_constraints_and_flagged_indexes(connection: Connection) -> None:
    create_tables(operations(connection))
    inspector = sa.inspect(connection)
    assert names(inspector.get_columns("child")) == ["a", "b", "id", "pid"]
    assert "ix_child_a" in names(inspector.get_indexes("child"))
    assert names(inspector.get_unique_constraints("child")) == ["uq_ab"]
    assert names(inspector.get_foreign_keys("child")) == ["fk_pid"]
    assert names(inspector.get_check_constraints("child")) == ["ck_b"]


def test_drop_table_and_if_exists(connection: Connection) -> None:
    op = operations(connection)
    create_tables(op)
    op.drop_table("child")
    op.drop_table("child", if_exists=True)
    op.create_table("parent", sa.Column("id", sa.Integer), if_not_exists=True)
    assert sa.inspect(connection).get_table_names() == ["parent"]


def test_rename_table_there_and_back(connection: Connection) -> None:
    op = operations(connection)
    create_tables(op)
    directive = ops.RenameTableOp("child", "kid")
    op.invoke(directive)
    assert "kid" in sa.inspect(connection).get_table_names()
    op.invoke(directive.reverse())
    assert "child" in sa.inspect(connection).get_table_names()


def test_add_and_drop_column(connection: Connection) -> None:
    op = operations(connection)
    create_tables(op)
    directive = ops.AddColumnOp("child", sa.Column("c", sa.String(5), index=True))
    op.invoke(directive)
    assert "ix_child_c" in names(sa.inspect(connection).get_indexes("child"))
    op.drop_index("ix_child_c", "child")
    op.invoke(directive.reverse())
    assert names(sa.inspect(connection).get_columns("child")) == ["a", "b", "id", "pid"]


def test_create_and_drop_index(connection: Connection) -> None:
    op = operations(connection)
    create_tables(op)
    directive = ops.CreateIndexOp("ix_n", "parent", ["n", sa.column("id").desc()], unique=True)
    op.invoke(directive)
    found = [i for i in sa.inspect(connection).get_indexes("parent") if i["name"] == "ix_n"]
    assert found[0]["unique"]
    op.invoke(directive.reverse())
    assert "ix_n" not in names(sa.inspect(connection).get_indexes("parent"))


@pytest.mark.requires("alter")
@pytest.mark.parametrize(
    "directive",
    [
        ops.CreateUniqueConstraintOp("uq_n", "parent", ["n"]),
        ops.CreateCheckConstraintOp("ck_n", "parent", sa.func.length(sa.column("n")) > 0),
        ops.CreateForeignKeyOp("fk_b", "child", "parent", ["b"], ["id"], ondelete="CASCADE"),
    ],
)
def test_constraint_is_added_and_dropped(
    connection: Connection, directive: ops.AddConstraintOp
) -> None:
    op = operations(connection)
    create_tables(op)

    def constraints() -> list[str]:
        inspector = sa.inspect(connection)
        found: list[Any] = []
        for table in ("parent", "child"):
            found += inspector.get_unique_constraints(table)
            found += inspector.get_foreign_keys(table)
            found += inspector.get_check_constraints(table)
        return names(found)

    before = constraints()
    op.invoke(directive)
    assert set(constraints()) - set(before) == {directive.to_constraint().name}
    op.invoke(directive.reverse())
    assert constraints() == before


@pytest.mark.requires("alter")
def test_alter_column_there_and_back(connection: Connection) -> None:
    op = operations(connection)
    table = create_tables(op)
    op.bulk_insert(table, [{"id": 1, "a": "q"}, {"id": 2, "a": "r"}])
    directive = ops.AlterColumnOp(
        "child",
        "a",
        existing_type=sa.String(20),
        existing_nullable=False,
        existing_server_default="x",
        modify_type=sa.String(30),
        modify_nullable=True,
        modify_server_default=None,
        modify_name="aa",
    )
    op.invoke(directive)
    column = {c["name"]: c for c in sa.inspect(connection).get_columns("child")}["aa"]
    assert (column["nullable"], column["default"], str(column["type"])[:11]) == (
        True,
        None,
        "VARCHAR(30)",
    )
    op.invoke(directive.reverse())
    column = {c["name"]: c for c in sa.inspect(connection).get_columns("child")}["a"]
    assert (column["nullable"], str(column["type"])[:11]) == (False, "VARCHAR(20)")
    assert "x" in str(column["default"])
    assert connection.execute(sa.text("SELECT a FROM child ORDER BY id")).scalars().all() == [
        "q",
        "r",
    ]


@pytest.mark.requires("comments")
def test_table_comment_there_and_back(connection: Connection) -> None:
    op = operations(connection)
    create_tables(op)
    directive = ops.CreateTableCommentOp("parent", "hello")
    op.invoke(directive)
    assert sa.inspect(connection).get_table_comment("parent")["text"] == "hello"
    op.invoke(directive.reverse())
    assert not sa.inspect(connection).get_table_comment("parent")["text"]


def test_execute_and_bulk_insert(connection: Connection) -> None:
    op = operations(connection)
    table = create_tables(op)
    op.bulk_insert(table, [{"id": 1, "a": "q", "b": 1}])
    op.bulk_insert(
        table, [{"id": op.inline_literal(2), "a": op.inline_literal("it's")}], multiinsert=False
    )
    op.execute(sa.text("UPDATE child SET b = :b WHERE id = 2").bindparams(b=7))
    rows = connection.execute(sa.text("SELECT id, a, b FROM child ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [(1, "q", 1), (2, "it's", 7)]


def test_batch_recreates_the_table_on_every_database(connection: Connection) -> None:
    op = operations(connection)
    table = create_tables(op)
    op.execute("INSERT INTO parent (id, n) VALUES (1, 'p')")
    op.bulk_insert(table, [{"id": 1, "pid": 1, "a": "5", "b": 1}])
    with op.batch_alter_table("child", recreate="always") as batch:
        batch.alter_column("b", nullable=False, existing_type=sa.Integer)
        batch.alter_column("a", new_column_name="aa", existing_type=sa.String(20))
        batch.add_column(sa.Column("c", sa.Integer), insert_after="id")
    inspector = sa.inspect(connection)
    assert [c["name"] for c in inspector.get_columns("child")] == ["id", "c", "pid", "aa", "b"]
    assert names(inspector.get_foreign_keys("child")) == ["fk_pid"]
    assert names(inspector.get_unique_constraints("child")) == ["uq_ab"]
    assert "ix_child_a" in names(inspector.get_indexes("child"))
    rows = connection.execute(sa.text("SELECT id, c, pid, aa, b FROM child")).all()
    assert [tuple(row) for row in rows] == [(1, None, 1, "5", 1)]


def test_batch_recreates_a_table_that_refers_to_itself(connection: Connection) -> None:
    op = operations(connection)
    op.create_table(
        "node",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("up", sa.Integer, sa.ForeignKey("node.id", name="fk_up")),
    )
    op.execute("INSERT INTO node (id, up) VALUES (1, NULL), (2, 1)")
    with op.batch_alter_table("node", recreate="always") as batch:
        batch.add_column(sa.Column("n", sa.Integer))
    keys = sa.inspect(connection).get_foreign_keys("node")
    assert [(key["name"], key["referred_table"]) for key in keys] == [("fk_up", "node")]
    rows = connection.execute(sa.text("SELECT id, up FROM node ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [(1, None), (2, 1)]


@pytest.mark.requires("alter")
def test_batch_alters_in_place_where_the_database_can(connection: Connection) -> None:
    op = operations(connection)
    create_tables(op)
    with op.batch_alter_table("child") as batch:
        batch.drop_constraint("uq_ab", type_="unique")
        batch.alter_column("b", nullable=False, existing_type=sa.Integer)
        batch.add_column(sa.Column("c", sa.Integer))
    inspector = sa.inspect(connection)
    assert inspector.get_unique_constraints("child") == []
    assert names(inspector.get_columns("child")) == ["a", "b", "c", "id", "pid"]
