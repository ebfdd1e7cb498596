"""Renames → the directives that carry them out, in front of everything else.

    rename tables · per table: rename columns, then its constraints, indexes and sequences

Two names that are exchanged, and circles of more, go by a name of ours in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy.sql.elements import conv

from limbeck.diff.dependents import DependentRename
from limbeck.diff.renaming import ColumnRename, Renames, TableRename
from limbeck.operations.ops import (
    AlterColumnOp,
    MigrateOperation,
    ModifyTableOps,
    RenameConstraintOp,
    RenameIndexOp,
    RenameSequenceOp,
    RenameTableOp,
)
from limbeck.schema.facts import TableKey

Describe = Callable[[ColumnRename], Mapping[str, Any]]
"""Returns what a database must be told of a column to rename it: `existing_type=` and so on."""

_Step = tuple[TableKey, MigrateOperation]


def rename_directives(
    renames: Renames, dependents: Sequence[DependentRename], describe: Describe
) -> list[MigrateOperation]:
    """Return the directives in an order in which every new name is free."""
    steps = [*_columns(renames.columns, describe), *_dependents(dependents)]
    if not _cross_tables(dependents):
        steps.sort(key=lambda step: (step[0].schema or "", step[0].name))
    tables = list(_tables(renames.tables))
    for key, group in groupby(steps, key=lambda step: step[0]):
        tables += _of_table(key, [directive for _, directive in group])
    return tables


def _tables(renames: Sequence[TableRename]) -> Iterator[MigrateOperation]:
    given = [(each.old.schema, each.old.name, each.new.name) for each in renames]
    for number, old, new in in_order(given):
        schema = renames[number].old.schema
        if old != new and old.casefold() == new.casefold():
            # Where the case of names does not count, the new one is not free.
            yield RenameTableOp(old, _detour(old), schema=schema)
            old = _detour(old)
        yield RenameTableOp(old, new, schema=schema)


def _columns(renames: Sequence[ColumnRename], describe: Describe) -> Iterator[_Step]:
    for table in dict.fromkeys(each.table for each in renames):
        own = [each for each in renames if each.table == table]
        for number, old, new in in_order((table, each.old, each.new) for each in own):
            known = describe(own[number])
            directive = AlterColumnOp(
                table.name, old, schema=table.schema, modify_name=new, **known
            )
            yield table, directive


def _dependents(renames: Sequence[DependentRename]) -> Iterator[_Step]:
    given = [(each.table.schema, each.old, each.new) for each in renames]
    for number, old, new in in_order(given):
        each = renames[number]
        yield each.table, _directive(each, conv(old), conv(new))


def _directive(rename: DependentRename, old: str, new: str) -> MigrateOperation:
    (schema, table), kind = rename.table, rename.kind
    match kind:
        case "index":
            return RenameIndexOp(old, new, table, schema=schema)
        case "sequence":
            return RenameSequenceOp(str(old), str(new), schema=schema, if_exists=True)
        case _:
            return RenameConstraintOp(table, old, new, schema=schema, type_=kind)


def _of_table(key: TableKey, directives: Iterable[MigrateOperation]) -> Iterator[MigrateOperation]:
    """Yield what is renamed in a table as one container; sequences stand beside it."""
    inside: list[MigrateOperation] = []
    beside: list[MigrateOperation] = []
    for directive in directives:
        (beside if isinstance(directive, RenameSequenceOp) else inside).append(directive)
    if inside:
        yield ModifyTableOps(key.name, inside, schema=key.schema)
    yield from beside


def _cross_tables(renames: Sequence[DependentRename]) -> bool:
    """Tell whether a name that one table's gives up is one that another table's takes."""
    given_up = {(each.table.schema, each.old): each.table for each in renames}
    return any(
        given_up.get((each.table.schema, each.new), each.table) != each.table for each in renames
    )


def in_order(renames: Iterable[tuple[object, str, str]]) -> Iterator[tuple[int, str, str]]:
    """Yield renames (scope, old, new) so that each name is free: (position given, old, new).

    Where they form a circle, one of them takes a detour by a name of ours.
    """
    pending = [(number, *each) for number, each in enumerate(renames)]
    while pending:
        ready = [
            each
            for each in pending
            if not any(o is not each and (o[1], o[2]) == (each[1], each[3]) for o in pending)
        ]
        if ready:
            yield from ((number, old, new) for number, _, old, new in ready)
            pending = [each for each in pending if not any(each is one for one in ready)]
        else:
            number, scope, old, new = pending[0]
            yield number, old, _detour(old)
            pending[0] = (number, scope, _detour(old), new)


def _detour(name: str) -> str:
    return f"_limbeck_tmp_{name}"[:50]
