"""Comparison functions of users on "table" and "column": they see every table and column.

They are called as Alembic documents it, after ours, and what they add goes into the directives of
their table. One of priority FIRST that returns STOP takes the place of ours of its subgroup.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Table

from limbeck.autogenerate.context import AutogenContext
from limbeck.diff import ways
from limbeck.operations.ops import (
    AlterColumnOp,
    CreateForeignKeyOp,
    CreateIndexOp,
    CreateTableCommentOp,
    CreateUniqueConstraintOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableCommentOp,
    MigrateOperation,
    ModifyTableOps,
    OpContainer,
    UpgradeOps,
)
from limbeck.schema.facts import SchemaFacts, TableKey, key_order


class BothSides(Protocol):
    """The tables of both sides of a comparison."""

    @property
    def database(self) -> SchemaFacts:
        """The facts of the database."""

    @property
    def model_tables(self) -> Mapping[TableKey, Table]:
        """The models' tables."""

    def database_tables(self, keys: list[TableKey]) -> Mapping[TableKey, Table]:
        """Return Tables for the database's side."""


def has_table_functions(autogen_context: AutogenContext) -> bool:
    """Tell whether anybody registered a function on "table" or "column"."""
    registered = autogen_context.comparators._registry
    return any(key[0] in ("table", "column") and entries for key, entries in registered.items())


def run_table_functions(
    autogen_context: AutogenContext, upgrade_ops: UpgradeOps, sides: BothSides
) -> None:
    """Call the functions for all tables and columns; extend `upgrade_ops` by what they add."""
    database_tables = sides.database_tables(list(sides.database.tables))
    dispatch = autogen_context.comparators.dispatch("table", qualifier=autogen_context.dialect.name)
    keys = sorted({*database_tables, *sides.model_tables}, key=key_order)
    for key in keys:
        found, wanted = database_tables.get(key), sides.model_tables.get(key)
        if not _passes(autogen_context, key, found, wanted):
            continue
        container, is_new = _container(upgrade_ops, key)
        ours = [op for op in _flat(upgrade_ops) if _key(op) == key and _subgroup(op) is not None]
        ended = dispatch(autogen_context, container, key.schema, key.name, found, wanted)
        _leave_out(upgrade_ops, [op for op in ours if _subgroup(op) in ended])
        if found is not None and wanted is not None:
            _run_column_functions(autogen_context, container, key, found, wanted)
        if is_new and container.ops:
            upgrade_ops.ops.append(container)


def _run_column_functions(
    autogen_context: AutogenContext,
    container: ModifyTableOps,
    key: TableKey,
    found: Table,
    wanted: Table,
) -> None:
    dispatch = autogen_context.comparators.dispatch(
        "column", qualifier=autogen_context.dialect.name
    )
    existing = {column.name: column for column in found.columns}
    for column in wanted.columns:
        old = existing.get(column.name)
        if old is None:
            continue
        directive = AlterColumnOp(key.name, column.name, schema=key.schema, **ways.existing(old))
        ended = dispatch(autogen_context, directive, key.schema, key.name, column.name, old, column)
        _undo(container, column.name, ended)
        if directive.has_changes():
            container.ops.append(directive)


def _passes(
    autogen_context: AutogenContext, key: TableKey, found: Table | None, wanted: Table | None
) -> bool:
    if wanted is not None:
        return autogen_context.run_object_filters(
            wanted, key.name, "table", reflected=False, compare_to=found
        )
    return autogen_context.run_object_filters(
        found, key.name, "table", reflected=True, compare_to=None
    )


def _container(upgrade_ops: UpgradeOps, key: TableKey) -> tuple[ModifyTableOps, bool]:
    """Return the table's last container and whether it is new."""
    for each in reversed(upgrade_ops.ops):
        if isinstance(each, ModifyTableOps) and (each.schema, each.table_name) == key:
            return each, False
    return ModifyTableOps(key.name, [], schema=key.schema), True


# What is left to a function that ended its subgroup

SUBGROUPS: Mapping[str, tuple[type[MigrateOperation], ...]] = {
    "indexes": (CreateIndexOp, DropIndexOp, CreateUniqueConstraintOp),
    "foreignkeys": (CreateForeignKeyOp,),
    "comments": (CreateTableCommentOp, DropTableCommentOp),
}
"""The comparisons of a table by their names in Alembic, and the directives that they give."""

UNCHANGED: Mapping[str, tuple[str, object]] = {
    "types": ("modify_type", None),
    "nullable": ("modify_nullable", None),
    "server_default": ("modify_server_default", False),
    "comment": ("modify_comment", False),
}
"""The comparisons of a column, with the attribute and its value where nothing differs."""


def _subgroup(op: MigrateOperation) -> str | None:
    if isinstance(op, DropConstraintOp):
        return {"unique": "indexes", "foreignkey": "foreignkeys"}.get(op.constraint_type or "")
    return next((name for name, classes in SUBGROUPS.items() if isinstance(op, classes)), None)


def _flat(container: OpContainer) -> list[MigrateOperation]:
    return [
        each
        for op in container.ops
        for each in (_flat(op) if isinstance(op, OpContainer) else [op])
    ]


def _key(op: MigrateOperation) -> TableKey:
    if isinstance(op, CreateForeignKeyOp):
        return TableKey(op.kw.get("source_schema"), op.source_table)
    return TableKey(getattr(op, "schema", None), getattr(op, "table_name", ""))


def _leave_out(container: OpContainer, unwanted: list[MigrateOperation]) -> None:
    """Take directives out of a container, and out of those in it."""
    for each in container.ops:
        if isinstance(each, OpContainer):
            _leave_out(each, unwanted)
    container.ops[:] = [op for op in container.ops if all(op is not each for each in unwanted)]


def _undo(container: ModifyTableOps, column_name: str, ended: frozenset[str | None]) -> None:
    """Set what was found about a column back where a function says it instead."""
    for op in list(container.ops):
        if not (isinstance(op, AlterColumnOp) and op.column_name == column_name):
            continue
        for name in ended & UNCHANGED.keys():
            attribute, value = UNCHANGED[str(name)]
            setattr(op, attribute, value)
        if ended and not op.has_changes():
            container.ops.remove(op)
