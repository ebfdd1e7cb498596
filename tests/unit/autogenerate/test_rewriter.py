"""`Rewriter`: replacing, removing and adding directives before they are written."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer

from limbeck.autogenerate import Rewriter
from limbeck.operations import ops


def script(*directives: ops.MigrateOperation) -> ops.MigrationScript:
    """Return a script with one table's directives."""
    table = ops.ModifyTableOps("t", list(directives))
    return ops.MigrationScript("1", ops.UpgradeOps([table]), ops.DowngradeOps())


def directives_of(migration: ops.MigrationScript) -> list[Any]:
    """Return the directives of the script's table."""
    assert migration.upgrade_ops is not None
    (table,) = migration.upgrade_ops.ops
    assert isinstance(table, ops.ModifyTableOps)
    return table.ops


def add_column() -> ops.AddColumnOp:
    """Return a directive to rewrite."""
    return ops.AddColumnOp("t", Column("x", Integer))


def test_rewriter_replaces_a_directive_by_several() -> None:
    writer = Rewriter()

    @writer.rewrites(ops.AddColumnOp)
    def add_index(context: Any, revision: Any, op: ops.AddColumnOp) -> list[Any]:
        return [op, ops.CreateIndexOp("ix", op.table_name, [op.column.name])]

    migration = script(add_column())
    writer(None, (), [migration])
    assert [type(each) for each in directives_of(migration)] == [ops.AddColumnOp, ops.CreateIndexOp]


def test_rewriter_removes_what_it_returns_nothing_for() -> None:
    writer = Rewriter()
    writer.rewrites(ops.AddColumnOp)(lambda context, revision, op: [])
    migration = script(add_column())
    writer(None, (), [migration])
    assert directives_of(migration) == []


def test_rewriter_gives_each_directive_to_a_function_once() -> None:
    writer = Rewriter()
    seen = []

    @writer.rewrites(ops.AddColumnOp)
    def look(context: Any, revision: Any, op: ops.AddColumnOp) -> ops.AddColumnOp:
        seen.append(op)
        return op

    migration = script(add_column())
    writer(None, (), [migration])
    writer(None, (), [migration])
    assert len(seen) == 1


def test_chained_rewriter_runs_after_the_first() -> None:
    first, second = Rewriter(), Rewriter()
    first.rewrites(ops.AddColumnOp)(
        lambda context, revision, op: ops.DropColumnOp(op.table_name, op.column.name)
    )
    second.rewrites(ops.DropColumnOp)(lambda context, revision, op: [])
    migration = script(add_column())
    first.chain(second)(None, (), [migration])
    assert directives_of(migration) == []
