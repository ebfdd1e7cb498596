"""Comparison functions of users on "table" and "column": they see every table and column.

They are called as Alembic documents it, after ours, and what they add goes into the directives of
their table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Table

from limbeck.autogenerate.context import AutogenContext
from limbeck.operations.ops import AlterColumnOp, ModifyTableOps, UpgradeOps
from limbeck.schema.facts import SchemaFacts, TableKey


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
    keys = sorted({*database_tables, *sides.model_tables}, key=lambda key: (key[0] or "", key[1]))
    for key in keys:
        found, wanted = database_tables.get(key), sides.model_tables.get(key)
        if not _passes(autogen_context, key, found, wanted):
            continue
        container, is_new = _container(upgrade_ops, key)
        dispatch(autogen_context, container, key.schema, key.name, found, wanted)
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
        directive = AlterColumnOp(
            key.name,
            column.name,
            schema=key.schema,
            existing_type=old.type,
            existing_nullable=old.nullable,
            existing_server_default=False if old.server_default is None else old.server_default,
            existing_comment=old.comment,
        )
        dispatch(autogen_context, directive, key.schema, key.name, column.name, old, column)
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
