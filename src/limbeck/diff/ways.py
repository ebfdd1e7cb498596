"""What an alteration of a column needs to say for one way, and for the way back.

Receives a directive that says what changes, and both sides of its column; completes its keyword
arguments: how rows become the other type, whether the column has to be replaced, and what
databases that repeat a whole column need to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from sqlalchemy import Column, Enum, String

from limbeck.diff.context import DiffContext
from limbeck.operations.ops import AlterColumnOp
from limbeck.schema.build import ATTRIBUTES
from limbeck.schema.facts import UNKNOWN_TYPE, ColumnFacts

Side = tuple[ColumnFacts, Column[Any]]


def existing(column: Column[Any]) -> dict[str, Any]:
    """Return what a directive says of a column as it is."""
    default = column.server_default
    attributes = column.info.get(ATTRIBUTES)
    return {
        "existing_type": column.type,
        "existing_nullable": column.nullable,
        "existing_server_default": False if default is None else default,
        "existing_comment": column.comment,
        **({} if attributes is None else {"existing_attributes": attributes}),
    }


def complete(directive: AlterColumnOp, database: Side, model: Side, context: DiffContext) -> None:
    """Complete the keyword arguments of a directive, and those of its reverse."""
    there = {**_autoincrement(model[1]), **directive.kw}
    back = {**_autoincrement(database[1]), **_reversed(directive.kw)}
    if not _is_only_known(directive):
        there |= _conversion(directive, database[0], model[0], context)
        back |= _conversion(directive, model[0], database[0], context)
    directive.kw = there
    directive.reverse_kw = None if back == there else back


def is_replacement(directive: AlterColumnOp) -> bool:
    """Tell whether the column is dropped and added anew, on the way there or back."""
    return bool(directive.kw.get("replace") or (directive.reverse_kw or {}).get("replace"))


def widening(directive: AlterColumnOp) -> AlterColumnOp | None:
    """Return what lets a column have an ENUM's new values, too, as long as rows have the old ones."""
    old: Any = directive.existing_type
    values: Sequence[str] = getattr(directive.modify_type, "enums", ())
    longest = max(map(len, values), default=0)
    widened = copy(old)
    if isinstance(old, Enum) and not {*values} <= {*old.enums}:
        widened.enums = list(dict.fromkeys([*old.enums, *values]))
        widened.length = max(map(len, widened.enums))
    elif isinstance(old, String) and old.length is not None and old.length < longest:
        widened.length = longest
    else:
        return None
    return AlterColumnOp(
        directive.table_name,
        directive.column_name,
        schema=directive.schema,
        existing_type=old,
        existing_server_default=directive.existing_server_default,
        existing_nullable=directive.existing_nullable,
        existing_comment=directive.existing_comment,
        modify_type=widened,
        **{name: value for name, value in directive.kw.items() if name == "existing_attributes"},
    )


def _autoincrement(column: Column[Any]) -> dict[str, Any]:
    """Say that the column counts up: databases that repeat a whole column need to know."""
    if column.table.autoincrement_column is column:
        return {"autoincrement": True}
    return {"autoincrement": column.autoincrement} if column.autoincrement in (True, False) else {}


def _reversed(given: dict[str, Any]) -> dict[str, Any]:
    if "existing_autoincrement" not in given:
        return dict(given)
    both = given["existing_autoincrement"], given["autoincrement"]
    return {**given, "autoincrement": both[0], "existing_autoincrement": both[1]}


def _is_only_known(directive: AlterColumnOp) -> bool:
    """Tell whether neither type nor default changes."""
    return directive.modify_type is None and directive.modify_server_default is False


def _conversion(
    directive: AlterColumnOp, before: ColumnFacts, after: ColumnFacts, context: DiffContext
) -> dict[str, Any]:
    if before.computed is not None or after.computed is not None:
        return {"replace": True} if context.impl.replaces_column(before, after) else {}
    if directive.modify_type is None or UNKNOWN_TYPE in (before.type, after.type):
        return {}
    return context.impl.conversion(after.name, before.type, after.type)
