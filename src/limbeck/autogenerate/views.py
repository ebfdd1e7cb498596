"""Views over what a revision drops or, where views do not follow, renames: named before it is run.

Receives the directives of an upgrade; warns, and says so above the directive. Views are asked for
only where there is such a directive. Their text tells: which column of which table is meant, only
the server knows, so this says that a view names them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy import Connection, inspect

from limbeck.autogenerate.api import AutogenContext
from limbeck.diff.aside import mentions
from limbeck.operations.ops import (
    AlterColumnOp,
    DropColumnOp,
    DropTableOp,
    MigrateOperation,
    OpContainer,
    RenameTableOp,
    UpgradeOps,
)


class _Taken(NamedTuple):
    """What is there under its name no more, and by which directive."""

    directive: MigrateOperation
    schema: str | None
    table: str
    column: str | None

    def __str__(self) -> str:
        return self.table if self.column is None else f"{self.table}.{self.column}"

    def is_in(self, sql: str) -> bool:
        """Tell whether a view's definition names it."""
        return mentions(sql, self.table) and (self.column is None or mentions(sql, self.column))


def warn_of_views(context: AutogenContext, upgrade_ops: UpgradeOps) -> None:
    """Warn of each view that names what the directives drop or rename."""
    follows = context.migration_context.impl.views_follow_renames
    taken = list(_taken(upgrade_ops.ops, follows_renames=follows))
    known: dict[str | None, Mapping[str, str]] = {}
    for each in taken:
        if each.schema not in known:
            known[each.schema] = _views(context.require_connection(), each.schema)
        if names := [name for name, sql in known[each.schema].items() if each.is_in(sql)]:
            said = (
                f"The view {', '.join(names)} names {each}: drop it before, or change it, with "
                "op.execute()"
            )
            warnings.warn(f"{said}; the file says where.", stacklevel=2)
            each.directive.remark = "\n".join(filter(None, [each.directive.remark, f"{said}."]))


def _taken(ops: Iterable[MigrateOperation], *, follows_renames: bool) -> Iterator[_Taken]:
    for each in ops:
        match each:
            case DropTableOp():
                yield _Taken(each, each.schema, str(each.table_name), None)
            case DropColumnOp():
                yield _Taken(each, each.schema, str(each.table_name), str(each.column_name))
            case AlterColumnOp() if each.modify_name is not None and not follows_renames:
                yield _Taken(each, each.schema, str(each.table_name), str(each.column_name))
            case RenameTableOp() if not follows_renames:
                yield _Taken(each, each.schema, str(each.table_name), None)
            case OpContainer():
                yield from _taken(each.ops, follows_renames=follows_renames)


def _views(connection: Connection, schema: str | None) -> Mapping[str, str]:
    """Return the definitions of a schema's views by their names."""
    inspector = inspect(connection)
    names = inspector.get_view_names(schema)
    with suppress(NotImplementedError):  # as SQLAlchemy says of databases that have none
        names += inspector.get_materialized_view_names(schema)
    return {name: inspector.get_view_definition(name, schema) or "" for name in sorted(names)}
