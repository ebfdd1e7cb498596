"""Renames gathered with what else happens to their tables: one container, one alteration a column.

    rename a to b · … · alter b   →   … · alter a, and rename it to b

Receives the directives of a comparison, renames in front; returns some that do the same, there and
back. A rename moves down as far as nothing between names what it is about, so that a table that
has to be built anew is so once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from copy import copy
from typing import Any
from warnings import catch_warnings, simplefilter

from sqlalchemy.types import to_instance

from limbeck.autogenerate.context import AutogenContext
from limbeck.ddl.impl import DefaultImpl
from limbeck.diff.ways import is_replacement
from limbeck.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    DropColumnOp,
    MigrateOperation,
    ModifyTableOps,
    RenameConstraintOp,
    RenameIndexOp,
)

_OF_OTHER_NAMES = (RenameIndexOp, RenameConstraintOp)
"""What needs no column, though it may have a column's name."""


def gather(
    renames: Sequence[MigrateOperation],
    changes: Sequence[MigrateOperation],
    context: AutogenContext,
) -> list[MigrateOperation]:
    """Return all directives; a container of changes may have taken in that of its table's renames."""
    result = [*renames, *changes]
    for renaming in renames:
        if isinstance(renaming, ModifyTableOps):
            _move_down(renaming, result, context)
    return result


def _move_down(
    renaming: ModifyTableOps, directives: list[MigrateOperation], context: AutogenContext
) -> None:
    """Put a table's renames in front of its first changes, unless something between needs them."""
    place = directives.index(renaming)
    after = directives[place + 1 :]
    changes = next((each for each in after if _is_of(each, renaming)), None)
    if not isinstance(changes, ModifyTableOps) or _reuse_names(renaming.ops, changes.ops):
        return
    if _mention({str(renaming.table_name), *_names(renaming)}, _until(changes, after), context):
        return
    directives.remove(renaming)
    changes.ops[:0] = renaming.ops
    for rename in renaming.ops:
        if isinstance(rename, AlterColumnOp):
            _merge(rename, changes.ops, context)


def _is_of(directive: MigrateOperation, other: ModifyTableOps) -> bool:
    return isinstance(directive, ModifyTableOps) and (
        (directive.schema, directive.table_name) == (other.schema, other.table_name)
    )


def _until(
    directive: MigrateOperation, directives: Iterable[MigrateOperation]
) -> Iterator[MigrateOperation]:
    for each in directives:
        if each is directive:
            return
        yield each


def _reuse_names(renames: Iterable[MigrateOperation], changes: Iterable[MigrateOperation]) -> bool:
    """Tell whether one name means two columns in what happens to a table."""
    columns = [each for each in renames if isinstance(each, AlterColumnOp)]
    old = {str(each.column_name) for each in columns}
    new = {str(each.modify_name) for each in columns}
    others = {
        str(each.column.name if isinstance(each, AddColumnOp) else each.column_name)
        for each in changes
        if isinstance(each, AddColumnOp | DropColumnOp)
    }
    return bool(old & new or (old | new) & others)


def _names(renaming: ModifyTableOps) -> Iterator[str]:
    """Yield the names that indexes and constraints give up and get, which other tables may want."""
    for each in renaming.ops:
        if isinstance(each, RenameIndexOp):
            yield from (str(each.index_name), str(each.new_index_name))
        elif isinstance(each, RenameConstraintOp):
            yield from (str(each.constraint_name), str(each.new_constraint_name))


def _merge(rename: AlterColumnOp, ops: list[MigrateOperation], context: AutogenContext) -> None:
    """Make a rename and the alteration of the same column one, where the alteration stands."""
    place = ops.index(rename)
    later = ops[place + 1 :]
    change = next((each for each in later if _alters(each, str(rename.modify_name))), None)
    if not isinstance(change, AlterColumnOp):
        return
    both = _both(rename, change, context.migration_context.impl)
    names = {str(rename.column_name), str(rename.modify_name)}
    between = (each for each in _until(change, later) if not isinstance(each, _OF_OTHER_NAMES))
    if both is not None and not _mention(names, between, context):
        ops[ops.index(change)] = both
        ops.remove(rename)


def _alters(directive: MigrateOperation, name: str) -> bool:
    return isinstance(directive, AlterColumnOp) and str(directive.column_name) == name


def _both(rename: AlterColumnOp, change: AlterColumnOp, impl: DefaultImpl) -> AlterColumnOp | None:
    """Return one directive for a rename and a change; None where they are better kept apart.

    A column that is replaced or counts has things beside it that are called by its name.
    """
    if is_replacement(change) or change.kw.get("autoincrement") or change.modify_name is not None:
        return None
    told = {name for name, value in change.kw.items() if isinstance(value, str)}
    known = _conversion(change, str(rename.modify_name), impl)
    if any(change.kw[name] != known.get(name) for name in told):
        return None
    both = copy(change)
    both.column_name, both.modify_name = rename.column_name, rename.modify_name
    both.info = {**change.info, **rename.info}
    if told:
        both.kw = change.kw | _conversion(change, str(rename.column_name), impl)
        both.reverse_kw = change.kw if change.reverse_kw is None else change.reverse_kw
    return both


def _conversion(change: AlterColumnOp, name: str, impl: DefaultImpl) -> dict[str, Any]:
    """Return what says how the rows of the column, called so, become the other type."""
    if change.modify_type is None or change.existing_type is None:
        return {}
    types = (impl.normal_type(to_instance(t)) for t in (change.existing_type, change.modify_type))
    return impl.conversion(name, *types)


def _mention(
    names: Iterable[str], directives: Iterable[MigrateOperation], context: AutogenContext
) -> bool:
    """Tell whether a string in the source of the directives, there or back, has one of the names."""
    spellings = {spelled for name in names for spelled in _spellings(name)}
    word = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, spellings))})(?!\w)", re.IGNORECASE)
    both = (way for each in directives for way in (each, each.reverse()))
    return any(word.search(string) for way in both for string in _strings(way, context))


def _spellings(name: str) -> Iterator[str]:
    """Yield a name as it is, quoted in SQL, and in SQL where a colon marks a parameter."""
    for spelled in (name, name.replace(":", "\\:")):
        yield from (spelled, spelled.replace('"', '""'), spelled.replace("`", "``"))


def _strings(directive: MigrateOperation, context: AutogenContext) -> Iterator[str]:
    imports = set(context.imports)
    has_batch = bool(context.opts.get("render_as_batch"))
    with catch_warnings(), context._within_batch() if has_batch else nullcontext():
        simplefilter("ignore")  # it will be said when it is written
        source = "\n".join(context.render_op(directive))
    context.imports = imports  # of what is only looked at the file needs none
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
