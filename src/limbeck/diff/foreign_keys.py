"""Foreign keys, and those that have to step aside while what they stand on is changed."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.sql.elements import conv
from sqlalchemy.types import to_instance

from limbeck.diff import locate
from limbeck.diff.change import Stage, Step, TableChange, TablePair
from limbeck.diff.constraints import create, drop, free_name, rename, renames_constraints
from limbeck.diff.context import DiffContext
from limbeck.diff.match import Matches, has_same_content, match, without_renames
from limbeck.logs import logger_of
from limbeck.operations.ops import AlterColumnOp, CreateIndexOp, DropIndexOp, RenameIndexOp
from limbeck.schema.facts import ForeignKeyFacts, IndexFacts, TableFacts, TableKey

log = logger_of(__name__)


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What of a table no foreign key can stand on while the table is changed."""

    dropped: tuple[frozenset[str], ...] = ()
    """Column sets whose unique constraint, index or primary key goes."""
    replaced: tuple[frozenset[str], ...] = ()
    """Column sets whose index goes once there is another one."""
    altered: frozenset[str] = frozenset()
    """Columns whose type changes, where a foreign key does not stand it."""
    renamed: frozenset[str] = frozenset()
    """Columns whose rows get other values."""


Disturbed = Mapping[TableKey, Disturbance]


def compare_foreign_keys(
    pair: TablePair, disturbed: Disturbed, context: DiffContext
) -> Iterator[Step]:
    """Yield what the foreign keys of a table need; a changed one is dropped and made anew."""
    if "foreign_keys" not in context.kinds:
        return
    matches = match(pair.database.foreign_keys, pair.model.foreign_keys)
    if renames_constraints(context):
        matches = yield from _rename(pair, matches, disturbed, context)
    changed = list(matches.changed)
    moved = [
        each
        for each in matches.pairs
        if each not in changed and stands_on(each[0], pair.key, disturbed, context)
    ]
    for database, model in changed:
        old, new = _of_database(pair, database, context), _of_model(pair, model, context)
        if context.run_object_filters(
            new, model.name, "foreign_key_constraint", reflected=False, compare_to=old
        ):
            log.info("Detected changed foreign key (%s) on '%s'", _columns(model), pair.key)
            yield from _replace(old, new, database, model)
    for database, model in moved:
        old, new = _of_database(pair, database, context), _of_model(pair, model, context)
        yield from _replace(old, new, database, model)
    yield from _name_implicit_indexes(pair, matches, [*changed, *moved], context)
    for database in matches.removed:
        old = _of_database(pair, database, context)
        if context.run_object_filters(
            old, database.name, "foreign_key_constraint", reflected=True, compare_to=None
        ):
            log.info("Detected removed foreign key (%s) on '%s'", _columns(database), pair.key)
            yield Step(Stage.DROP_FOREIGN_KEY, drop(old, database.name), foreign_key=database)
    taken = {database.name for database, _ in matches.pairs}
    for model in matches.added:
        new = _of_model(pair, model, context)
        if context.run_object_filters(
            new, model.name, "foreign_key_constraint", reflected=False, compare_to=None
        ):
            log.info("Detected added foreign key (%s) on '%s'", _columns(model), pair.key)
            name = free_name(model, taken)
            yield Step(Stage.CREATE_FOREIGN_KEY, create(new, name), foreign_key=model)


def _rename(
    pair: TablePair, matches: Matches[ForeignKeyFacts], disturbed: Disturbed, context: DiffContext
) -> Generator[Step, None, Matches[ForeignKeyFacts]]:
    """Yield what renames foreign keys; return what else is to be done.

    One that has to step aside comes back under its new name anyway.
    """
    matches, renamed = without_renames(matches)
    for database, model in renamed:
        if stands_on(database, pair.key, disturbed, context):
            matches = replace(matches, pairs=(*matches.pairs, (database, model)))
            continue
        both = (_of_database(pair, database, context), _of_model(pair, model, context))
        yield from rename(pair, "foreign_key_constraint", both, (database, model), context)
    return matches


def disturbance(change: TableChange, context: DiffContext) -> Disturbance:
    """Return what the change of a table takes from under foreign keys."""
    dropped, replaced = (
        tuple(step.columns for step in change.of(stage))
        for stage in (Stage.DROP_KEY, Stage.DROP_NEEDED_KEY)
    )
    altered = frozenset[str]().union(
        *(
            step.columns
            for step in change.of(
                Stage.UNDER_OPTIONS, Stage.OPTIONS, Stage.ALTER_COLUMN, Stage.NARROW_COLUMN
            )
            if context.impl.foreign_keys_hold_columns or _changes_kind(step, context)
        )
    )
    renamed = frozenset[str]().union(*(step.columns for step in change.of(Stage.RENAME_VALUES)))
    return Disturbance(dropped, replaced, altered, renamed)


def _changes_kind(step: Step, context: DiffContext) -> bool:
    """Tell whether a column gets a type that no foreign key can join with the old one."""
    alter = step.directive
    if not isinstance(alter, AlterColumnOp) or None in (alter.existing_type, alter.modify_type):
        return False
    old, new = (to_instance(each) for each in (alter.existing_type, alter.modify_type))
    return not context.impl.joins_types(old, new)


def stands_on(
    fact: ForeignKeyFacts, table: TableKey, disturbed: Disturbed, context: DiffContext
) -> bool:
    """Tell whether a foreign key of `table` stands on something that is being changed."""
    there = disturbed.get(fact.referred, _UNDISTURBED)
    referred = frozenset(fact.referred_columns)
    if referred in (*there.dropped, *there.replaced) or referred & there.altered:
        return True
    here = disturbed.get(table, _UNDISTURBED)
    ends = zip(fact.columns, fact.referred_columns, strict=True)
    if any(own in here.renamed and other in there.renamed for own, other in ends):
        return True  # one of them is the first to have the new values
    local = frozenset(fact.columns)
    if local & here.altered:
        return True
    holds = context.impl.foreign_keys_hold_columns
    return holds and any(local <= columns for columns in here.dropped)


def referring_tables(
    tables: Mapping[TableKey, TableFacts], disturbed: Disturbed, context: DiffContext
) -> Iterator[TableKey]:
    """Yield the tables with a foreign key that stands on something that is being changed."""
    for key, facts in tables.items():
        if any(stands_on(fact, key, disturbed, context) for fact in facts.foreign_keys):
            yield key


def _replace(
    old: ForeignKeyConstraint,
    new: ForeignKeyConstraint,
    database: ForeignKeyFacts,
    model: ForeignKeyFacts,
) -> Iterator[Step]:
    yield Step(Stage.DROP_FOREIGN_KEY, drop(old, database.name), foreign_key=database)
    name = model.name if model.name is not None and not model.is_generated_name else database.name
    yield Step(Stage.CREATE_FOREIGN_KEY, create(new, name), foreign_key=model)


def _name_implicit_indexes(
    pair: TablePair,
    matches: Matches[ForeignKeyFacts],
    replaced: Sequence[tuple[ForeignKeyFacts, ForeignKeyFacts]],
    context: DiffContext,
) -> Iterator[Step]:
    """Drop and create what the database made for keys, where it would get another name.

    A key that is added to a table calls the index after itself, one that is created with its
    table and has no name calls it after the column. Only an index that stays: whatever else
    becomes of it is told among the indexes.
    """
    if not context.impl.foreign_keys_hold_columns:
        return
    old = [*matches.removed, *(database for database, _ in replaced)]
    new = [*matches.added, *(model for _, model in replaced)]
    staying = {pair[0].columns for pair in matches.pairs if pair not in replaced}
    touched = {key.columns for key in (*old, *new)}
    for database, model in match(pair.database.indexes, pair.model.indexes).pairs:
        columns = locate.index_columns(database)
        if not (database.is_implicit and has_same_content(database, model)):
            continue
        if any(columns[: len(each)] == each for each in staying):
            if columns in touched:
                others = [key.name for key in (*old, *new) if key.columns == columns]
                yield from _rename_index(pair, database, model, others, context)
            continue
        is_new = any(key.columns == columns and key.name != model.name for key in new)
        is_old = any(key.columns == columns and key.name != database.name for key in old)
        if database.name == model.name and not (is_old and is_new):
            continue  # the next key takes it, also where it was just renamed
        if is_old:
            found = locate.index(pair.database_table, database, context.impl)
            if found is not None:
                yield Step(Stage.DROP_KEY, DropIndexOp.from_index(found))
        if is_new:
            (schema, table), name = pair.key, conv(str(model.name))
            addition = CreateIndexOp(name, table, list(columns), schema=schema)
            yield Step(Stage.CREATE_KEY, addition)


def _rename_index(
    pair: TablePair,
    database: IndexFacts,
    model: IndexFacts,
    others: Sequence[str | None],
    context: DiffContext,
) -> Iterator[Step]:
    """Yield the renaming of an index that stays under one key while `others` come or go.

    One that the server made gives way to that of the next key; one that was renamed stays.
    """
    taken = {index.name for index in pair.database.indexes}
    names = [database.name, model.name]
    if database.name == model.name:
        names = [database.name, next((each for each in others if each not in taken), None)]
        names.append(database.name)
    elif model.name in taken:
        return
    if None in names or not context.impl.has_rename_column:
        return
    for old, new in itertools.pairwise(names):
        directive = RenameIndexOp(
            conv(str(old)), conv(str(new)), pair.key.name, schema=pair.key.schema
        )
        yield Step(Stage.RENAME, directive)
        if len(names) > 2 and new != database.name:
            directive.remark = "Once renamed, the index stays: the next key brings none of its own."


def _of_database(
    pair: TablePair, fact: ForeignKeyFacts, context: DiffContext
) -> ForeignKeyConstraint:
    return _found(locate.foreign_key(pair.database_table, fact, context.impl), pair, fact)


def _of_model(pair: TablePair, fact: ForeignKeyFacts, context: DiffContext) -> ForeignKeyConstraint:
    return _found(locate.foreign_key(pair.model_table, fact, context.impl), pair, fact)


def _found(
    constraint: ForeignKeyConstraint | None, pair: TablePair, fact: ForeignKeyFacts
) -> ForeignKeyConstraint:
    if constraint is None:
        raise LookupError(f"foreign key ({_columns(fact)}) of {pair.key} has no object")
    return constraint


def _columns(fact: ForeignKeyFacts) -> str:
    return ", ".join(fact.columns)


_UNDISTURBED = Disturbance()
