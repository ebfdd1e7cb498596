"""The last look at the directives of a script before hooks see them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from io import StringIO

from sqlalchemy import ForeignKeyConstraint

from limbeck.autogenerate.context import AutogenContext
from limbeck.errors import UnsupportedOperationError
from limbeck.operations.base import Operations
from limbeck.operations.ops import (
    CreateIndexOp,
    DropIndexOp,
    DropTableOp,
    ModifyTableOps,
    OpContainer,
)
from limbeck.runtime.migration import MigrationContext

_POSSIBLE_EVERYWHERE = (CreateIndexOp, DropIndexOp)


def leave_out_needless_drops(container: OpContainer) -> None:
    """Leave out the drop of an index whose table is dropped next, where a foreign key needs it.

    InnoDB refuses to drop an index that a foreign key of the table stands on; with the table it
    goes by itself. Elsewhere it is just as needless.
    """
    dropped = {
        (each.schema, each.table_name): each
        for each in container.ops
        if isinstance(each, DropTableOp)
    }
    for each in container.ops:
        if isinstance(each, ModifyTableOps):
            table = dropped.get((each.schema, each.table_name))
            if table is not None:
                needed = _foreign_key_columns(table)
                each.ops = [op for op in each.ops if not _is_needed_index(op, needed)]
    container.ops[:] = [
        each for each in container.ops if not isinstance(each, ModifyTableOps) or each.ops
    ]


def warn_of_impossible(containers: Iterable[OpContainer], autogen_context: AutogenContext) -> None:
    """Warn of changes that the database has no ALTER for, unless a batch will make them.

    Each is tried as a SQL script that nobody reads: the directive itself knows what it needs.
    """
    migration_context = autogen_context.migration_context
    if migration_context.impl.supports_alter or autogen_context.opts.get("render_as_batch"):
        return
    trial = MigrationContext.configure(
        dialect=autogen_context.dialect, opts={"as_sql": True, "output_buffer": StringIO()}
    )
    operations = Operations(trial)
    said: set[str] = set()
    for container in containers:
        for each in container.ops:
            for directive in each.ops if isinstance(each, ModifyTableOps) else ():
                if isinstance(directive, _POSSIBLE_EVERYWHERE):
                    continue
                try:
                    operations.invoke(directive)
                except UnsupportedOperationError as error:
                    if str(error) not in said:
                        said.add(str(error))
                        warnings.warn(str(error), stacklevel=2)


def _foreign_key_columns(table: DropTableOp) -> list[tuple[str, ...]]:
    items = () if table._reverse is None else table._reverse.columns
    return [tuple(item.column_keys) for item in items if isinstance(item, ForeignKeyConstraint)]


def _is_needed_index(op: object, needed: list[tuple[str, ...]]) -> bool:
    if not isinstance(op, DropIndexOp) or op._reverse is None:
        return False
    columns = tuple(
        each if isinstance(each, str) else getattr(each, "name", None)
        for each in op._reverse.columns
    )
    return any(columns[: len(each)] == each for each in needed)
