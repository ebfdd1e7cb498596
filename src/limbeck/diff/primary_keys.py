"""Primary keys, and the columns in them that count up by themselves.

A column that counts comes filled, so a key over it needs no other values for rows that are there.
Where a column may count only in a key, the two come and go together:

    ADD COLUMN … counting, with a key of its own · DROP COLUMN, the key with it

and a column that stays stops counting before its key goes, and counts again in the new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from limbeck.diff import locate
from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.constraints import create_key, drop, renames_constraints
from limbeck.diff.context import DiffContext
from limbeck.diff.match import said_options
from limbeck.logs import logger_of
from limbeck.operations.ops import (
    AlterColumnOp,
    CreatePrimaryKeyOp,
    DropConstraintOp,
    RenameConstraintOp,
)
from limbeck.schema.facts import PrimaryKeyFacts, TableFacts

log = logger_of(__name__)


def compare_primary_key(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield the replacement of a primary key whose columns or name differ."""
    existing, wanted = pair.database.primary_key, pair.model.primary_key
    if not is_replaced(pair, context):
        if _is_other(existing, wanted, context) and existing is not None and wanted is not None:
            log.info("Detected changed primary key on '%s'", pair.key)
            renaming = RenameConstraintOp(
                pair.key.name,
                str(existing.name),
                str(wanted.name),
                schema=pair.key.schema,
                type_="primary",
            )
            yield Step(Stage.RENAME, renaming)
        return
    log.info("Detected changed primary key on '%s'", pair.key)
    if existing is not None:
        yield from _drop(pair, existing, context)
    if wanted is not None:
        yield from _create(pair, wanted, context)


def counts_by_option(pair: TablePair) -> bool:
    """Tell whether counting up is an option of the table, and the key says of which column."""
    return any("autoincrement" in dict(side.options) for side in (pair.database, pair.model))


def is_replaced(pair: TablePair, context: DiffContext) -> bool:
    """Tell whether the primary key is dropped, created, or both."""
    existing, wanted = pair.database.primary_key, pair.model.primary_key
    if not _is_other(existing, wanted, context):
        return _loses_name(pair, context)
    return existing is None or wanted is None or not _is_renamed(existing, wanted, context)


def remake_primary_key(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield drop and creation of a primary key that steps aside."""
    existing, wanted = pair.database.primary_key, pair.model.primary_key
    if existing is not None:
        directive = drop(pair.database_table.primary_key, existing.name)
        yield Step(Stage.DROP_KEY, directive, frozenset(existing.columns))
    if wanted is not None:
        addition = create_key(pair.model_table.primary_key, wanted, wanted.name, context)
        yield Step(Stage.CREATE_KEY, addition, frozenset(wanted.columns))


def _drop(pair: TablePair, existing: PrimaryKeyFacts, context: DiffContext) -> Iterator[Step]:
    counter = _counter(pair.database, context)
    goes = counter is not None and pair.model.column(counter) is None
    if counter is not None and goes and existing.columns == (counter,):
        return  # the column takes it along
    if counter is not None:
        yield Step(Stage.DROP_KEY, _count(pair, counter, is_on=False))
    directive = drop(pair.database_table.primary_key, existing.name)
    yield Step(Stage.DROP_KEY, directive, frozenset(existing.columns))
    if counter is not None and goes:
        yield Step(Stage.DROP_KEY, _key_alone(pair, counter), frozenset({counter}))
        directive_on = _count(pair, counter, is_on=True, of_database=True)
        yield Step(Stage.DROP_KEY, directive_on)


def _create(pair: TablePair, wanted: PrimaryKeyFacts, context: DiffContext) -> Iterator[Step]:
    counter = _counter(pair.model, context)
    comes = counter is not None and pair.database.column(counter) is None
    if counter is not None and comes:
        if wanted.columns == (counter,):
            return  # the column brings it along
        off = _count(pair, counter, is_on=False, of_database=False)
        yield Step(Stage.CREATE_KEY, off)
        alone = DropConstraintOp.from_constraint(_key_alone(pair, counter).to_constraint())
        alone.constraint_name = wanted.name
        yield Step(Stage.CREATE_KEY, alone, frozenset({counter}))
    addition = create_key(pair.model_table.primary_key, wanted, wanted.name, context)
    if wanted.name is None and context.impl.primary_key_name is None:
        addition.constraint_name, addition.is_nameless = None, True
    yield Step(Stage.CREATE_KEY, addition, frozenset(wanted.columns))
    if counter is not None:
        yield Step(Stage.CREATE_KEY, _count(pair, counter, is_on=True))


def _counter(side: TableFacts, context: DiffContext) -> str | None:
    """Return the column that counts up and must not do so while there is no key."""
    if not context.impl.counts_only_in_keys:
        return None
    return next((column.name for column in side.columns if column.autoincrement), None)


def _count(
    pair: TablePair, name: str, *, is_on: bool, of_database: bool | None = None
) -> AlterColumnOp:
    """Return the directive that lets a column count up, or stops it.

    `of_database`: whose column it is then; by default one that counts is the models'.
    """
    is_old = not is_on if of_database is None else of_database
    column = locate.column(pair.database_table if is_old else pair.model_table, name)
    directive = AlterColumnOp(
        pair.key.name,
        name,
        schema=pair.key.schema,
        existing_type=column.type,
        existing_nullable=False,
        existing_comment=column.comment,
        autoincrement=is_on,
    )
    directive.reverse_kw = {"autoincrement": not is_on}
    return directive


def _key_alone(pair: TablePair, name: str) -> CreatePrimaryKeyOp:
    """Return the key of the counting column by itself, with which it comes and goes."""
    return CreatePrimaryKeyOp(None, pair.key.name, [name], schema=pair.key.schema)


def _is_other(
    existing: PrimaryKeyFacts | None, wanted: PrimaryKeyFacts | None, context: DiffContext
) -> bool:
    return "primary_keys" in context.kinds and not _is_same_key(existing, wanted)


def _loses_name(pair: TablePair, context: DiffContext) -> bool:
    """Tell whether the key's name goes because it is said with its column, which counts now."""
    existing, wanted = pair.database.primary_key, pair.model.primary_key
    if "primary_keys" not in context.kinds or existing is None or wanted is None:
        return False
    is_named = existing.name is not None and not existing.is_generated_name
    return is_named and wanted.name is None and counts_by_option(pair)


def _as_far_as_said(existing: PrimaryKeyFacts, wanted: PrimaryKeyFacts) -> PrimaryKeyFacts:
    return replace(existing, options=said_options(existing.options, wanted.options))


def _is_renamed(existing: PrimaryKeyFacts, wanted: PrimaryKeyFacts, context: DiffContext) -> bool:
    existing = _as_far_as_said(existing, wanted)
    is_same = replace(existing, name=None) == replace(wanted, name=None)
    return is_same and renames_constraints(context) and existing.name is not None


def _is_same_key(existing: PrimaryKeyFacts | None, wanted: PrimaryKeyFacts | None) -> bool:
    if existing is None or wanted is None:
        return existing is wanted
    existing = _as_far_as_said(existing, wanted)
    if replace(existing, name=None) != replace(wanted, name=None):
        return False
    is_left_to_the_database = wanted.name is None or wanted.is_generated_name
    return is_left_to_the_database or existing.name == wanted.name
