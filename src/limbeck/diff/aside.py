"""What steps aside while a column is replaced or changes its type.

Receives the steps of one table, returns them completed: an index, a constraint on a column that is
dropped and added anew is dropped before and made again after; a computed column is dropped and
added where the database would not change the type of a column in its expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Enum
from sqlalchemy.types import to_instance

from limbeck.diff import constraints, indexes, locate, primary_keys, ways
from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.context import DiffContext
from limbeck.diff.conversions import plain_type
from limbeck.diff.match import F, Matches, match
from limbeck.operations.ops import AddColumnOp, AlterColumnOp, DropColumnOp
from limbeck.schema.facts import ColumnFacts, IndexFacts


def with_dependents(pair: TablePair, steps: Iterable[Step], context: DiffContext) -> list[Step]:
    """Return the steps of a table with those that they make necessary."""
    completed = list(steps)
    if context.impl.computed_columns_hold_types:
        completed = _with_computed_columns(pair, completed)
    replaced = frozenset(
        name
        for step in completed
        if step.stage in (Stage.DROP_COMPUTED, Stage.ALTER_COLUMN, Stage.ADD_COMPUTED)
        and (name := _replaced(step, pair)) is not None
    )
    reworded = frozenset(
        str(alter.column_name)
        for step in completed
        if isinstance(alter := step.directive, AlterColumnOp) and _has_other_enum(alter, context)
    )
    if replaced or reworded:
        completed += _remade(pair, replaced, reworded, context)
    return completed


def _with_computed_columns(pair: TablePair, steps: Sequence[Step]) -> list[Step]:
    """Return the steps in which computed columns make room for the types under them."""
    retyped = {
        step.directive.column_name
        for step in steps
        if isinstance(step.directive, AlterColumnOp) and step.directive.modify_type is not None
    }
    moved = {
        model.name
        for model in pair.model.columns
        if (known := pair.database.column(model.name)) is not None
        and known.computed is not None
        and model.computed is not None
        and (_needs(known, retyped) or _needs(model, retyped))
    }
    kept = [step for step in steps if _altered(step) not in moved]
    place = (pair.key.schema, pair.key.name)
    for name in sorted(moved):
        old, new = (locate.column(table, name) for table in (pair.database_table, pair.model_table))
        drop = DropColumnOp.from_column_and_tablename(*place, old)
        add = AddColumnOp.from_column_and_tablename(*place, new)
        kept.append(Step(Stage.DROP_COMPUTED, drop, frozenset({name})))
        kept.append(Step(Stage.ADD_COMPUTED, add, frozenset({name})))
    return kept


def _needs(column: ColumnFacts, names: Iterable[str]) -> bool:
    computed = column.computed
    return computed is not None and any(mentions(computed.sql, name) for name in names)


def _altered(step: Step) -> str | None:
    return step.directive.column_name if isinstance(step.directive, AlterColumnOp) else None


def _replaced(step: Step, pair: TablePair) -> str | None:
    """Return the name of a column that both sides have and that is dropped and added anew."""
    match step.directive:
        case AlterColumnOp() as alter:
            return str(alter.column_name) if ways.is_replacement(alter) else None
        case DropColumnOp() as drop:
            return str(drop.column_name) if pair.model.column(drop.column_name) else None
    return None


def _has_other_enum(alter: AlterColumnOp, context: DiffContext) -> bool:
    """Tell whether a column gets or leaves an enum type, which expressions on it have in them."""
    impl = context.impl
    if alter.modify_type is None or alter.existing_type is None or impl.lists_enum_values:
        return False
    types = (plain_type(to_instance(t), impl) for t in (alter.existing_type, alter.modify_type))
    old, new = (
        (t.schema, t.name)
        if isinstance(t, Enum) and t.native_enum and impl.dialect.supports_native_enum
        else None
        for t in types
    )
    return old != new


def _remade(
    pair: TablePair, columns: frozenset[str], reworded: frozenset[str], context: DiffContext
) -> Iterator[Step]:
    """Yield drop and creation of what stands on the columns and does not change itself.

    On `reworded` ones only expressions do.
    """
    database, model = pair.database, pair.model
    for old, new in _same(match(database.uniques, model.uniques)):
        if columns.intersection(old.columns):
            yield from constraints.remake_unique(pair, old, new, context)
    for old_index, new_index in _same(match(database.indexes, model.indexes)):
        if _is_on(old_index, columns) or _has_in_words(old_index, reworded):
            yield from indexes.remake(pair, old_index, new_index, context)
    for old_check, new_check in _same(match(database.checks, model.checks)):
        if any(mentions(old_check.sql, name) for name in columns | reworded):
            yield from constraints.remake_check(pair, old_check, new_check, context)
    key = database.primary_key
    if key is not None and model.primary_key == key and columns.intersection(key.columns):
        yield from primary_keys.remake_primary_key(pair, context)


def _same(matches: Matches[F]) -> list[tuple[F, F]]:
    changed = matches.changed
    return [pair for pair in matches.pairs if pair not in changed]


def _is_on(index: IndexFacts, columns: frozenset[str]) -> bool:
    named = {*locate.index_columns(index), *index.include}
    return bool(columns & named) or _has_in_words(index, columns)


def _has_in_words(index: IndexFacts, columns: frozenset[str]) -> bool:
    texts = [each.sql for each in index.elements if each.is_expression]
    texts += [] if index.where is None else [index.where]
    return any(mentions(sql, name) for sql in texts for name in columns)


def mentions(sql: str, name: str) -> bool:
    """Tell whether an expression has the name of a column in it."""
    quoted = (re.escape(quote + name.replace(quote, quote * 2) + quote) for quote in '"`')
    bare = rf'(?<![\w"`]){re.escape(name)}(?![\w"`(])'
    return re.search("|".join((bare, *quoted)), sql) is not None
