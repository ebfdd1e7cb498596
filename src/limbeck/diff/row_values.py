"""Renamed values that the rows have word for word: of MySQL's ENUM, of checks, of plain text.

Receives the steps of one table; returns them with the one that gives the rows the new names, where
the column takes both, there and back:

    ENUM                 have old and new values · rename · have the new ones
    a check, a length    drop the check, lengthen · rename · shorten, create the check
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Enum
from sqlalchemy.types import TypeEngine

from limbeck.ddl.impl import DefaultImpl
from limbeck.diff import locate, ways
from limbeck.diff.aside import mentions
from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.context import DiffContext
from limbeck.diff.conversions import plain_type
from limbeck.diff.renamed_values import Names, SaidValues, said_values
from limbeck.logs import logger_of
from limbeck.operations.ops import AlterColumnOp, RenameValuesOp

log = logger_of(__name__)


def with_renamed_values(pair: TablePair, steps: Iterable[Step], context: DiffContext) -> list[Step]:
    """Return the steps of a table with those that rename the values that the models say."""
    completed = list(steps)
    if context.follows_renames:
        for said in said_values(pair.key, pair.model_table):
            if pair.database.column(said.name) is not None:
                completed = _with_values_of(said, pair, completed, context)
    return completed


def _with_values_of(
    said: SaidValues, pair: TablePair, steps: Sequence[Step], context: DiffContext
) -> list[Step]:
    impl = context.impl
    old, new = (
        plain_type(locate.column(table, said.name).type, impl)
        for table in (pair.database_table, pair.model_table)
    )
    was_listed, is_listed = _has_values(old, impl), _has_values(new, impl)
    if not isinstance(new, Enum) or (was_listed and is_listed and not impl.lists_enum_values):
        return list(steps)  # the type is what renames its values
    alteration = next((step for step in steps if _retypes(step, said.name)), None)
    if isinstance(old, Enum) and was_listed:
        names: Names = _not_yet(said.names, old.enums) if alteration else {}
        if is_listed and not all(impl.tells_case(each) for each in _collations(said, pair)):
            names = {it: to for it, to in names.items() if it.casefold() != to.casefold()}
    else:
        names = _names_of_text(said, pair, steps, context, _is_as_long(old, new, said.names))
    if not names:
        return list(steps)
    log.info("Detected renamed values of '%s.%s': %s", pair.key, said.name, names)
    directive = RenameValuesOp(pair.key.name, said.name, names, schema=pair.key.schema)
    rest = [step for step in steps if step is not alteration]
    rest.append(Step(Stage.RENAME_VALUES, directive, frozenset({said.name})))
    if alteration is None:
        return rest
    if is_listed:
        return [*rest, *_in_two(alteration, impl)]
    if was_listed:
        return [*rest, *map(_reversed, _in_two(_reversed(alteration), impl))]
    is_shorter = _length(new) < _length(old)
    return [*rest, replace(alteration, stage=Stage.NARROW_COLUMN) if is_shorter else alteration]


def _collations(said: SaidValues, pair: TablePair) -> Iterable[str | None]:
    columns = (table.column(said.name) for table in (pair.database, pair.model))
    return [None if column is None else column.collation for column in columns]


def _has_values(type_: TypeEngine[Any], impl: DefaultImpl) -> bool:
    """Tell whether the type itself says the values."""
    return isinstance(type_, Enum) and type_.native_enum and impl.dialect.supports_native_enum


def _retypes(step: Step, name: str) -> bool:
    directive = step.directive
    return (
        isinstance(directive, AlterColumnOp)
        and directive.column_name == name
        and directive.modify_type is not None
    )


def _not_yet(names: Names, known: Iterable[str]) -> dict[str, str]:
    """Return which values still have their old names, where these are known.

    A new name may be an old one, too, of a value that is renamed along.
    """
    there = {*known}
    found: set[str] = set()
    while more := {
        old
        for old, new in names.items()
        if old in there - found and (new not in there or new in found)
    }:
        found |= more
    return {old: new for old, new in names.items() if old in found}


def _names_of_text(
    said: SaidValues,
    pair: TablePair,
    steps: Iterable[Step],
    context: DiffContext,
    is_as_long: bool,
) -> Names:
    """Return what is renamed in a column that is text to the database: its checks tell, or rows."""
    checks = [each.sql for each in pair.database.checks if mentions(each.sql, said.name)]
    words = {*said.names, *said.names.values()}
    known = {word for word in words if any(context.impl.normal_word(word) in sql for sql in checks)}
    if known:
        is_free = any(step.stage is Stage.DROP_CHECK for step in steps)
        return _not_yet(said.names, known) if is_free else {}
    gone = [old for old in said.names if old not in said.values]
    is_due = is_as_long or context.has_values(pair.key, said.name, gone)
    return said.names if gone and is_due else {}


def _is_as_long(old: TypeEngine[Any], new: TypeEngine[Any], names: Names) -> bool:
    """Tell whether the column is as long as the old names make it, and will not be so."""
    former = {to: it for it, to in names.items()}
    longest = max(len(former.get(value, value)) for value in getattr(new, "enums", ("",)))
    return _length(old) == longest != _length(new)


def _length(type_: TypeEngine[Any]) -> float:
    length: int | None = getattr(type_, "length", None)
    return float("inf") if length is None else length


def _reversed(step: Step) -> Step:
    """Return the step of the way back, on the other side of the rename."""
    is_early = step.stage is Stage.ALTER_COLUMN
    stage = Stage.NARROW_COLUMN if is_early else Stage.ALTER_COLUMN
    return replace(step, stage=stage, directive=step.directive.reverse())


def _in_two(alteration: Step, impl: DefaultImpl) -> Iterable[Step]:
    """Yield the steps by which a column takes the old and the new values in between."""
    directive: Any = alteration.directive
    widening = ways.widening(directive)
    if widening is not None:
        yield replace(alteration, stage=Stage.ALTER_COLUMN, directive=widening)
        directive.existing_type = widening.modify_type
        if directive.reverse_kw:
            both = directive.modify_type, directive.existing_type
            back = impl.conversion(directive.column_name, *map(impl.normal_type, both))
            directive.reverse_kw = directive.reverse_kw | back
    yield replace(alteration, stage=Stage.NARROW_COLUMN)
