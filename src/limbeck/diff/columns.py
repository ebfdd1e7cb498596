"""Columns: added, removed, and one AlterColumnOp for all that changed in one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column

from limbeck import sqla
from limbeck.diff import defaults, locate, primary_keys, types, ways
from limbeck.diff.aside import mentions
from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.context import DiffContext
from limbeck.logs import logger_of
from limbeck.operations.ops import AddColumnOp, AlterColumnOp
from limbeck.schema.facts import ColumnFacts
from limbeck.schema.options import dialect_arguments

log = logger_of(__name__)


def compare_columns(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield what the columns of a table need, in the order of the models (removals: database's)."""
    known = {column.name: column for column in pair.database.columns}
    wanted = {column.name for column in pair.model.columns}
    folded = {name.lower(): name for name in known.keys() - wanted}
    for model in pair.model.columns:
        if model.name not in known:
            if context.impl.folds_names and model.name.lower() in folded:
                _warn_of_case(pair, folded[model.name.lower()], model.name)
            yield from _add(pair, model, context)
        else:
            yield from _alter(pair, known[model.name], model, context)
    for database in pair.database.columns:
        if database.name not in wanted:
            yield from _drop(pair, database, context)


def _warn_of_case(pair: TablePair, old: str, new: str) -> None:
    """Warn those who ask for no renames: the same name in another case is no other column."""
    warnings.warn(
        f"The column {old} of table {pair.key} is called {new} in the models. The database does not "
        "tell the two apart, so it can't add the one while the other is there: ask for renames "
        "(detect_renames=), or rename the column by hand.",
        stacklevel=2,
    )


def _add(pair: TablePair, model: ColumnFacts, context: DiffContext) -> Iterator[Step]:
    column = locate.column(pair.model_table, model.name)
    if "columns" in context.kinds and context.run_object_filters(
        column, model.name, "column", reflected=False, compare_to=None
    ):
        log.info("Detected added column '%s.%s'", pair.key, model.name)
        directive = AddColumnOp.from_column_and_tablename(
            pair.key.schema, pair.key.name, _without_check(column)
        )
        directive.inline_primary_key = _brings_key(pair, model, context)
        stage = Stage.ADD_COLUMN if model.computed is None else Stage.ADD_COMPUTED
        yield Step(stage, directive, frozenset({model.name}))


def _drop(pair: TablePair, database: ColumnFacts, context: DiffContext) -> Iterator[Step]:
    column = locate.column(pair.database_table, database.name)
    if "columns" in context.kinds and context.run_object_filters(
        column, database.name, "column", reflected=True, compare_to=None
    ):
        log.info("Detected removed column '%s.%s'", pair.key, database.name)
        _warn_of_partition_key(pair, database, "drops", context)
        addition = AddColumnOp.from_column_and_tablename(pair.key.schema, pair.key.name, column)
        addition.inline_primary_key = _brings_key(pair, database, context)
        directive = addition.reverse()
        stage = Stage.DROP_COLUMN if database.computed is None else Stage.DROP_COMPUTED
        if addition.inline_primary_key:
            stage = Stage.DROP_COUNTER
        yield Step(stage, directive, frozenset({database.name}))


def _brings_key(pair: TablePair, column: ColumnFacts, context: DiffContext) -> bool | None:
    """Tell whether a column that counts has a key of its own; None: it does not count in a new key."""
    counts = column.autoincrement and context.impl.alters_autoincrement
    if not counts or not primary_keys.is_replaced(pair, context):
        return None
    return context.impl.counts_only_in_keys


def _alter(
    pair: TablePair, database: ColumnFacts, model: ColumnFacts, context: DiffContext
) -> Iterator[Step]:
    database_column = locate.column(pair.database_table, database.name)
    model_column = locate.column(pair.model_table, model.name)
    if not context.run_object_filters(
        model_column, model.name, "column", reflected=False, compare_to=database_column
    ):
        return
    directive = AlterColumnOp(
        pair.key.name,
        model.name,
        schema=pair.key.schema,
        **ways.existing(database_column),
    )
    touched = types.alter(directive, pair, database, model, context)
    _alter_nullable(directive, pair, database, model, context)
    defaults.alter(directive, pair, database, model, context)
    _alter_comment(directive, pair, database, model, context)
    counts_apart = context.impl.counts_only_in_keys and primary_keys.is_replaced(pair, context)
    if not counts_apart:
        _alter_counting(directive, pair, database, model, context)
    _alter_options(directive, pair, database, model, context)
    if directive.has_changes():
        ways.complete(directive, (database, database_column), (model, model_column), context)
        if counts_apart:
            directive.kw.pop("autoincrement", None)
            (directive.reverse_kw or {}).pop("autoincrement", None)
        columns = frozenset({model.name}) if touched else frozenset()
        if touched:
            _warn_of_partition_key(pair, database, "alters the type of", context)
        yield Step(_stage(pair, database, model, context), directive, columns)


def _warn_of_partition_key(
    pair: TablePair, column: ColumnFacts, change: str, context: DiffContext
) -> None:
    """Warn where partitions that are tables have a column to tell their rows apart by."""
    key = dict(pair.database.options).get("partition_by", "")
    if context.impl.is_parent_of_partitions(pair.database) and mentions(key, column.name):
        warnings.warn(
            f"The column {column.name} of table {pair.key} is in its partition key, {key}, and the "
            f"database {change} no such column: create a table with the other partitions, move the "
            "rows, and let it take the name.",
            stacklevel=2,
        )


def _stage(
    pair: TablePair, database: ColumnFacts, model: ColumnFacts, context: DiffContext
) -> Stage:
    """Return when a column is altered: what its expression needs is there, and may go.

    One that comes to follow options of its table does so first: on the way back it leaves them last.
    """
    if (database.computed is None) is (model.computed is None):
        options = {name for name, _ in {*pair.database.options} ^ {*pair.model.options}}
        following = context.impl.columns_under_options(pair.model, options)
        is_led = database.collation is not None and model.name in following
        is_led = is_led and database.computed is None  # that one may be dropped and added
        return Stage.UNDER_OPTIONS if is_led else Stage.ALTER_COLUMN
    return Stage.ADD_COMPUTED if database.computed is None else Stage.DROP_COMPUTED


def _alter_nullable(
    directive: AlterColumnOp,
    pair: TablePair,
    database: ColumnFacts,
    model: ColumnFacts,
    context: DiffContext,
) -> None:
    if "nullable" in context.kinds and database.nullable != model.nullable:
        directive.modify_nullable = model.nullable
        log.info(
            "Detected %s on column '%s.%s'",
            "NULL" if model.nullable else "NOT NULL",
            pair.key,
            model.name,
        )


def _alter_comment(
    directive: AlterColumnOp,
    pair: TablePair,
    database: ColumnFacts,
    model: ColumnFacts,
    context: DiffContext,
) -> None:
    if "comments" in context.kinds and database.comment != model.comment:
        directive.modify_comment = model.comment
        log.info("Detected column comment '%s.%s'", pair.key, model.name)


def _alter_options(
    directive: AlterColumnOp,
    pair: TablePair,
    database: ColumnFacts,
    model: ColumnFacts,
    context: DiffContext,
) -> None:
    if "options" not in context.kinds or database.options == model.options:
        return
    dialect = context.impl.dialect
    existing, wanted = (
        dialect_arguments(dialect, Column, facts.options) for facts in (database, model)
    )
    none = dict.fromkeys({**existing, **wanted})
    directive.kw |= none | wanted
    directive.existing_options = none | existing
    log.info("Detected changed options of column '%s.%s'", pair.key, model.name)


def _alter_counting(
    directive: AlterColumnOp,
    pair: TablePair,
    database: ColumnFacts,
    model: ColumnFacts,
    context: DiffContext,
) -> None:
    """Say whether the column shall count up by itself, where ALTER can change that."""
    is_same = database.autoincrement == model.autoincrement
    if "autoincrement" not in context.kinds or is_same or primary_keys.counts_by_option(pair):
        return
    if not context.impl.alters_autoincrement:
        warnings.warn(
            f"Column {pair.key}.{model.name} "
            f"{'counts up' if database.autoincrement else 'does not count up'} by itself in the "
            f"database and {'does' if model.autoincrement else 'does not'} in the models: change "
            "that by hand, no directive is written for it.",
            stacklevel=2,
        )
        return
    directive.kw |= {
        "autoincrement": model.autoincrement or model.identity is not None,
        "existing_autoincrement": database.autoincrement or database.identity is not None,
    }
    log.info("Detected autoincrement on column '%s.%s'", pair.key, model.name)


def _without_check(column: Column[Any]) -> Column[Any]:
    plain = types.without_check(column.type)
    if plain is column.type:
        return column
    copied = sqla.copy_column(column)
    copied.type = plain
    return copied
