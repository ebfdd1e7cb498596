"""Renames → the directives that carry them out, in front of everything else.

    rename tables · per table: rename columns, then its constraints, indexes and sequences

Two names that are exchanged, and circles of more, go by a name of ours in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Literal, TypeVar

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
from limbeck.schema.facts import TableKey, key_order

Describe = Callable[[ColumnRename], Mapping[str, Any]]
"""Returns what a database must be told of a column to rename it: `existing_type=` and so on."""

_Step = tuple[TableKey, MigrateOperation]
Name = TypeVar("Name", str, TableKey)


def rename_directives(
    renames: Renames,
    dependents: Sequence[DependentRename],
    describe: Describe,
    there: Collection[TableKey] = (),
) -> list[MigrateOperation]:
    """Return the directives in an order in which every new name is free; `there` are all tables."""
    steps = [*_columns(renames.columns, describe), *_dependents(dependents)]
    if not _cross_tables(dependents):
        steps.sort(key=lambda step: key_order(step[0]))
    tables = list(_tables(renames.tables, there))
    for key, group in groupby(steps, key=lambda step: step[0]):
        tables += _of_table(key, [directive for _, directive in group])
    return tables


def _tables(
    renames: Sequence[TableRename], there: Collection[TableKey]
) -> Iterator[MigrateOperation]:
    given = [(None, each.old, each.new) for each in renames]
    taken = {*there, *(each.new for each in renames)}
    for _, old, new in in_order(given):
        if old.schema == new.schema:
            # Where the case of names does not count, the new one is not free.
            needs_detour = old != new and old.name.casefold() == new.name.casefold()
        else:
            # It is moved first, and has its old name for a moment.
            needs_detour = old.name != new.name and TableKey(new.schema, old.name) in taken
        if needs_detour:
            yield _rename_table(old, _detour(old))
            old = _detour(old)
        yield _rename_table(old, new)


def _rename_table(old: TableKey, new: TableKey) -> RenameTableOp:
    new_schema: str | Literal[False] | None = False if old.schema == new.schema else new.schema
    return RenameTableOp(old.name, new.name, schema=old.schema, new_schema=new_schema)


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


def in_order(renames: Iterable[tuple[object, Name, Name]]) -> Iterator[tuple[int, Name, Name]]:
    """Yield renames (scope, old, new) so that each name is free: (position given, old, new).

    Where they form a circle, one of them takes a detour by a name of ours.
    """
    pending: list[tuple[int, object, Name, Name]] = [
        (number, scope, old, new) for number, (scope, old, new) in enumerate(renames)
    ]
    while pending:
        given_up = Counter((scope, _fold(old)) for _, scope, old, _ in pending)
        ready = [
            entry
            for entry in pending
            if given_up[entry[1], _fold(entry[3])] == (_fold(entry[2]) == _fold(entry[3]))
        ]
        if ready:
            yield from ((number, old, new) for number, _, old, new in ready)
            pending = [one for one in pending if not any(one is other for other in ready)]
        else:
            number, scope, old, new = pending[0]
            yield number, old, _detour(old)
            pending[0] = (number, scope, _detour(old), new)


def _fold(name: str | TableKey) -> str | TableKey:
    """Return a name as those databases see it for which its case does not count."""
    if isinstance(name, TableKey):
        return TableKey(name.schema, name.name.casefold())
    return name.casefold()


def _detour(name: Name) -> Name:
    if isinstance(name, TableKey):
        return TableKey(name.schema, _detour(name.name))
    return f"_limbeck_tmp_{name}"[:50]
