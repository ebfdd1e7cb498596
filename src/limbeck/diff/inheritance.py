"""Tables that inherit from others: what both change, as the database takes it.

What both get the child gets first, and the database merges it; what both lose the parent loses
first. A type is changed on the parent alone, which changes that of its children.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from copy import copy
from dataclasses import replace

from limbeck.diff.change import Step, TableChange
from limbeck.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateCheckConstraintOp,
    DropColumnOp,
    DropConstraintOp,
    MigrateOperation,
)
from limbeck.schema.facts import TableFacts, TableKey, without_quotes

Thing = tuple[str, str | None]
"""Something that a child has of its parents: its kind and its name."""


def beside_parents(
    changes: Sequence[TableChange], tables: Mapping[TableKey, TableFacts]
) -> tuple[TableChange, ...]:
    """Return the changes without what a parent does for its children, the rest told when to happen."""
    known = {change.key: change for change in changes}
    result = []
    for change in changes:
        parents = [known[key] for key in _ancestors(change.key, tables) if key in known]
        steps = (_beside(step, parents) if parents else step for step in change.steps)
        result.append(TableChange(change.key, tuple(step for step in steps if step is not None)))
    return tuple(change for change in result if change.steps)


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
    return replace(step, before=step.before | _with(parents, _gained, {gained} - {None}))


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
