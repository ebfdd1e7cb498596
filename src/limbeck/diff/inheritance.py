"""Tables that inherit from others: what both change, as the database takes it.

What both get the child gets first, and the database merges it; what both lose the parent loses
first. A type is changed on the parent alone, which changes that of its children. So does a default:
a child with another one is given it before, for the way back, and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from dataclasses import replace
from typing import Any

from limbeck.diff import defaults, locate, ways
from limbeck.diff.change import Stage, Step, TableChange, TablePair
from limbeck.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateCheckConstraintOp,
    DropColumnOp,
    DropConstraintOp,
    MigrateOperation,
)
from limbeck.schema.facts import (
    ForeignKeyFacts,
    IndexFacts,
    PrimaryKeyFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
    without_quotes,
)

Thing = tuple[str, str | None]
"""Something that a child has of its parents: its kind and its name."""

Standing = PrimaryKeyFacts | UniqueFacts | ForeignKeyFacts | IndexFacts
"""What stands on columns of its table."""


def beside_parents(
    changes: Sequence[TableChange],
    pairs: Mapping[TableKey, TablePair],
    tables: Mapping[TableKey, TableFacts],
) -> tuple[TableChange, ...]:
    """Return the changes without what a parent does for its children, the rest told when to happen."""
    known = {change.key: change for change in changes}
    above = {key: [each for each in _ancestors(key, tables) if each in known] for key in known}
    for key in sorted(known, key=lambda key: len(above[key])):
        if above[key]:
            change, parents = known[key], [known[each] for each in above[key]]
            steps = (_beside(step, parents) for step in change.steps)
            left = tuple(step for step in steps if step is not None)
            own = tuple(_own_defaults(change, parents, pairs))
            known[key] = TableChange(key, left + own)
    return tuple(change for change in known.values() if change.steps)


def with_declared(
    child: TableFacts,
    database: Mapping[TableKey, TableFacts],
    models: Mapping[TableKey, TableFacts],
) -> TableFacts:
    """Return a table of the database with those of its parents' columns that its model declares.

    A column that it has by itself is left to its parents where these have it and it doesn't say so,
    and so is what stands on such a column. Without a model it declares what its keys stand on. The
    model need not say that it inherits.
    """
    if "inherits" not in dict(child.options):
        return child
    if child.key not in models:
        needed = {name for each in _standing(child) for name in _columns_of(each)}
        declared = tuple(each for each in child.inherited if each.name in needed)
        return replace(child, columns=declared + child.columns)
    said = {column.name for column in models[child.key].columns}
    above = {*_ancestors(child.key, database)}
    of_parents = {column.name for key in above & models.keys() for column in models[key].columns}
    kept = said & of_parents if above <= models.keys() else said
    declared = tuple(each for each in child.inherited if each.name in kept)
    own = tuple(each for each in child.columns if each.name in said or each.name not in of_parents)
    left = {each.name for each in (*child.inherited, *child.columns)}
    left -= {each.name for each in declared + own}
    return replace(
        child,
        columns=declared + own,
        primary_key=next(iter(_without((child.primary_key,), left)), None),
        uniques=_without(child.uniques, left),
        foreign_keys=_without(child.foreign_keys, left),
        indexes=_without(child.indexes, left),
    )


def _standing(table: TableFacts) -> Iterator[Standing]:
    if table.primary_key is not None:
        yield table.primary_key
    yield from table.uniques
    yield from table.foreign_keys
    yield from table.indexes


def _without(facts: Iterable[Standing | None], columns: Set[str]) -> tuple[Any, ...]:
    return tuple(each for each in facts if each and columns.isdisjoint(_columns_of(each)))


def _columns_of(fact: Standing) -> Iterable[str]:
    return locate.index_columns(fact) if isinstance(fact, IndexFacts) else fact.columns


def heirs(
    changes: Mapping[TableKey, TableChange], tables: Mapping[TableKey, TableFacts]
) -> Iterator[TableKey]:
    """Yield the tables that a default reaches which one of their parents gets."""
    parents = {
        key
        for key, change in changes.items()
        if any(_defaulted(step.directive) for step in change.steps)
    }
    return (key for key in tables if parents and not parents.isdisjoint(_ancestors(key, tables)))


def parents_of(facts: TableFacts) -> Iterator[TableKey]:
    """Yield the tables that a table inherits from."""
    for path in dict(facts.options).get("inherits", "").split(", "):
        schema, _, name = without_quotes(path).rpartition(".")
        if name:
            yield TableKey(schema or None, name)


def _ancestors(key: TableKey, tables: Mapping[TableKey, TableFacts]) -> Iterator[TableKey]:
    if key in tables:
        for parent in parents_of(tables[key]):
            yield parent
            yield from _ancestors(parent, tables)


def _beside(step: Step, parents: Sequence[TableChange]) -> Step | None:
    """Return a child's step beside those of its parents; None where they do all of it."""
    lost, gained, retyped = (of(step.directive) for of in (_lost, _gained, _retyped))
    if late := _with(parents, _lost, {lost, gained} - {None}):
        return replace(step, waits_for=late)
    if isinstance(step.directive, AlterColumnOp) and _with(parents, _retyped, {retyped} - {None}):
        directive = _without_type(step.directive)
        return replace(step, directive=directive) if directive.has_changes() else None
    before = _with(parents, _gained, {gained} - {None})
    before |= _with(parents, _defaulted, {_defaulted(step.directive)} - {None})
    return replace(step, before=step.before | before)


def _own_defaults(
    change: TableChange, parents: Sequence[TableChange], pairs: Mapping[TableKey, TablePair]
) -> Iterator[Step]:
    """Yield what gives a child its own defaults where its parents get others."""
    pair = pairs[change.key]
    for column in pair.model.columns:
        existing, name = pair.database.column(column.name), column.name
        above = _with(parents, _defaulted, {("default", name)})
        if not above or existing is None or column.computed is not None:
            continue
        directive = AlterColumnOp(
            change.key.name,
            name,
            schema=change.key.schema,
            **ways.existing(locate.column(pair.database_table, name)),
            modify_server_default=defaults.wanted(column, locate.column(pair.model_table, name)),
        )
        is_given = any(_defaulted(step.directive) == ("default", name) for step in change.steps)
        had = {_default(pairs[key].database, name) for key in above}
        if not is_given and had != {existing.default}:
            yield Step(Stage.ALTER_COLUMN, directive, before=above)
        if {_default(pairs[key].model, name) for key in above} != {column.default}:
            yield Step(Stage.ALTER_COLUMN, copy(directive), waits_for=above)


def _default(facts: TableFacts, name: str) -> str | None:
    column = facts.column(name)
    return None if column is None else column.default


def _with(
    parents: Sequence[TableChange],
    of: Callable[[MigrateOperation], Thing | None],
    things: Set[Thing | None],
) -> frozenset[TableKey]:
    """Return the parents with a step that is about one of these things."""
    return frozenset(
        parent.key
        for parent in parents
        if any(of(step.directive) in things for step in parent.steps)
    )


def _lost(directive: MigrateOperation) -> Thing | None:
    match directive:
        case DropColumnOp():
            return "column", directive.column_name
        case DropConstraintOp(constraint_type="check"):
            return "check", directive.constraint_name
        case AlterColumnOp(modify_nullable=True):
            return "not null", directive.column_name
    return None


def _gained(directive: MigrateOperation) -> Thing | None:
    match directive:
        case AddColumnOp():
            return "column", directive.column.name
        case CreateCheckConstraintOp():
            return "check", directive.constraint_name
        case AlterColumnOp(modify_nullable=False):
            return "not null", directive.column_name
    return None


def _defaulted(directive: MigrateOperation) -> Thing | None:
    if isinstance(directive, AlterColumnOp) and directive.modify_server_default is not False:
        return "default", directive.column_name
    return None


def _retyped(directive: MigrateOperation) -> Thing | None:
    if isinstance(directive, AlterColumnOp) and directive.modify_type is not None:
        return "type", directive.column_name
    return None


def _without_type(directive: AlterColumnOp) -> AlterColumnOp:
    """Return an alteration that leaves the type, and the rows, as the parent's has made them."""
    left = copy(directive)
    left.existing_type, left.modify_type = directive.modify_type, None
    left.kw = {name: value for name, value in left.kw.items() if "autoincrement" in name}
    left.reverse_kw = None
    return left
