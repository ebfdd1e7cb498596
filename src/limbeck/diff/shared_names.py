"""Names that one unit of work frees and another takes, where a whole schema shares them.

An index that moves to another table has to be dropped there before it is created here. It
receives the directives of each unit and returns which unit should come before which; of all in their
order, it warns of what takes a name too early.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from typing import TypeVar

from sqlalchemy import CheckConstraint, Constraint, ForeignKeyConstraint

from limbeck.operations.ops import (
    AddConstraintOp,
    CreateDomainOp,
    CreateEnumOp,
    CreateIndexOp,
    CreateSequenceOp,
    CreateTableOp,
    DropConstraintOp,
    DropDomainOp,
    DropEnumOp,
    DropIndexOp,
    DropSequenceOp,
    DropTableOp,
    MigrateOperation,
    OpContainer,
    RenameConstraintOp,
    RenameIndexOp,
)
from limbeck.schema.facts import SchemaFacts

Unit = TypeVar("Unit", bound=Hashable)
Name = tuple[str | None, str]

_KINDS = {
    "foreignkey": "foreign_key",
    "foreign_key": "foreign_key",
    "check": "check",
    "table_or_column_check": "check",
}
"""The kind of a constraint by the word of a directive; all others are keys."""
_OBJECTS = (
    (CreateSequenceOp, DropSequenceOp, "sequence", "sequence_name"),
    (CreateEnumOp, DropEnumOp, "enum type", "enum_name"),
    (CreateDomainOp, DropDomainOp, "domain", "domain_name"),
)
_RELATIONS = frozenset({"table", "sequence", "index", "key"})
_TYPES = frozenset({"table", "sequence", "enum type", "domain"})
"""Kinds that share their names among each other: each table and sequence is a type, too."""


def find_edges(
    units: Mapping[Unit, Sequence[MigrateOperation]], shared: Set[str]
) -> list[tuple[Unit, Unit, Name]]:
    """Return (before, after, name) of units: the first frees a name that the second takes."""
    freed: dict[Name, Unit] = {}
    for unit, directives in units.items():
        for name in _names(directives, shared, is_freed=True):
            freed[name] = unit
    return [
        (freed[name], unit, name)
        for unit, directives in units.items()
        for name in (_names(directives, shared, is_freed=False) if freed else ())
        if name in freed and freed[name] != unit
    ]


def warn_of_taken_names(
    database: SchemaFacts, directives: Iterable[MigrateOperation], shared: Set[str]
) -> None:
    """Warn of what is created while something of another kind has its name."""
    flat = list(_flat(directives))
    told = set()
    for kinds in (_RELATIONS & {*shared, "table", "sequence"}, _TYPES):
        owners = {name: (len(flat), kind) for kind, name in _there(database) if kind in kinds}
        for position, directive in enumerate(flat):
            for kind, name in _kinds_and_names(directive, kinds, is_freed=True):
                owners[name] = position, kind
        for position, directive in enumerate(flat):
            for kind, name in _kinds_and_names(directive, kinds, is_freed=False):
                last, owner = owners.get(name, (-1, kind))
                if last > position and owner != kind:
                    told.add((kind, owner, name[1]))
    for kind, owner, words in sorted(told):
        warnings.warn(
            f"The {kind} {words} is created while the {owner} {words} is there, and the database has "
            f"one name for both: call one of them otherwise, or let the {owner} go in a revision of "
            "its own before.",
            stacklevel=2,
        )


def _there(database: SchemaFacts) -> Iterator[tuple[str, Name]]:
    """Yield kind and name of what is in the database."""
    for kind, keys in (
        ("table", database.tables),
        ("sequence", database.sequences),
        ("enum type", database.enums),
        ("domain", database.domains),
    ):
        yield from ((kind, (key.schema, key.name)) for key in keys)


def split(
    directive: MigrateOperation, name: Name, shared: Set[str]
) -> tuple[MigrateOperation, ...] | None:
    """Return what frees a name before all else, and what is left to do; None if it frees none.

    Two that exchange their names free one of them first, by another name if need be.
    """
    if name not in _names([directive], shared, is_freed=True):
        return None
    match directive:
        case DropIndexOp() | DropConstraintOp():
            return (directive,)
        case RenameIndexOp():
            first, second = copy(directive), copy(directive)
            first.new_index_name = second.index_name = _halfway(directive.index_name)
            return first, second
        case RenameConstraintOp():
            before, after = copy(directive), copy(directive)
            before.new_constraint_name = after.constraint_name = _halfway(directive.constraint_name)
            return before, after
    return None


def _halfway(name: str) -> str:
    """Return a name between two, which nothing else has and no database clips."""
    return f"{name[:40]}_renamed"


def _names(
    directives: Iterable[MigrateOperation], shared: Set[str], *, is_freed: bool
) -> Iterator[Name]:
    for directive in _flat(directives):
        for _, name in _kinds_and_names(directive, shared, is_freed=is_freed):
            yield name


def _flat(directives: Iterable[MigrateOperation]) -> Iterator[MigrateOperation]:
    for directive in directives:
        if isinstance(directive, OpContainer):
            yield from _flat(directive.ops)
        else:
            yield directive


def _kinds_and_names(
    directive: MigrateOperation, kinds: Set[str], *, is_freed: bool
) -> Iterator[tuple[str, Name]]:
    for kind, name in _named(directive, is_freed=is_freed):
        if kind in kinds and name is not None:
            yield kind, (getattr(directive, "schema", None), str(name))


def _named(directive: MigrateOperation, *, is_freed: bool) -> Iterator[tuple[str, str | None]]:
    """Yield kind and name of what a directive frees, or takes."""
    match directive:
        case DropIndexOp() if is_freed:
            yield "index", directive.index_name
        case CreateIndexOp() if not is_freed:
            yield "index", directive.index_name
        case DropConstraintOp() if is_freed:
            yield _KINDS.get(directive.constraint_type or "", "key"), directive.constraint_name
        case AddConstraintOp() if not is_freed:
            kind = _KINDS.get(directive.constraint_type, "key")
            yield kind, getattr(directive, "constraint_name", None)
        case RenameIndexOp():
            yield "index", directive.index_name if is_freed else directive.new_index_name
        case RenameConstraintOp():
            kind = _KINDS.get(directive.constraint_type or "", "key")
            name = directive.constraint_name if is_freed else directive.new_constraint_name
            yield kind, name
        case DropTableOp() if is_freed and directive._reverse is not None:
            yield from _of_table(directive._reverse)
        case CreateTableOp() if not is_freed:
            yield from _of_table(directive)
        case _:
            yield from _of_object(directive, is_freed=is_freed)


def _of_object(directive: MigrateOperation, *, is_freed: bool) -> Iterator[tuple[str, str | None]]:
    for created, dropped, kind, attribute in _OBJECTS:
        if isinstance(directive, dropped if is_freed else created):
            yield kind, getattr(directive, attribute)


def _of_table(directive: CreateTableOp) -> Iterator[tuple[str, str | None]]:
    yield "table", directive.table_name
    for item in directive.columns:
        if isinstance(item, Constraint) and isinstance(item.name, str):
            match item:
                case ForeignKeyConstraint():
                    yield "foreign_key", item.name
                case CheckConstraint():
                    yield "check", item.name
                case _:
                    yield "key", item.name
