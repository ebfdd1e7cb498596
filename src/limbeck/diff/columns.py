"""Columns: added, removed, and one AlterColumnOp for all that changed in one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column

from limbeck import sqla
from limbeck.diff import defaults, locate, types
from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.context import DiffContext
from limbeck.logs import logger_of
from limbeck.operations.ops import AddColumnOp, AlterColumnOp, DropColumnOp
from limbeck.schema.facts import ColumnFacts

log = logger_of(__name__)


def compare_columns(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield what the columns of a table need, in the order of the models (removals: database's)."""
    known = {column.name: column for column in pair.database.columns}
    wanted = {column.name for column in pair.model.columns}
    for model in pair.model.columns:
        if model.name not in known:
            yield from _add(pair, model, context)
        else:
            yield from _alter(pair, known[model.name], model, context)
    for database in pair.database.columns:
        if database.name not in wanted:
            yield from _drop(pair, database, context)


def _add(pair: TablePair, model: ColumnFacts, context: DiffContext) -> Iterator[Step]:
    column = locate.column(pair.model_table, model.name)
    if "columns" in context.kinds and context.run_object_filters(
        column, model.name, "column", reflected=False, compare_to=None
    ):
        log.info("Detected added column '%s.%s'", pair.key, model.name)
        directive = AddColumnOp.from_column_and_tablename(
            pair.key.schema, pair.key.name, _without_check(column)
        )
        yield Step(Stage.ADD_COLUMN, directive, frozenset({model.name}))


def _drop(pair: TablePair, database: ColumnFacts, context: DiffContext) -> Iterator[Step]:
    column = locate.column(pair.database_table, database.name)
    if "columns" in context.kinds and context.run_object_filters(
        column, database.name, "column", reflected=True, compare_to=None
    ):
        log.info("Detected removed column '%s.%s'", pair.key, database.name)
        directive = DropColumnOp.from_column_and_tablename(pair.key.schema, pair.key.name, column)
        yield Step(Stage.DROP_COLUMN, directive, frozenset({database.name}))


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
        existing_type=database_column.type,
        existing_nullable=database.nullable,
        existing_server_default=_existing_default(database_column),
        existing_comment=database.comment,
    )
    touched = types.alter(directive, pair, database, model, context)
    _alter_nullable(directive, pair, database, model, context)
    defaults.alter(directive, pair, database, model, context)
    _alter_comment(directive, pair, database, model, context)
    _warn_of_autoincrement(pair, database, model)
    if directive.has_changes():
        _keep_autoincrement(directive, model_column)
        columns = frozenset({model.name}) if touched else frozenset()
        yield Step(Stage.ALTER_COLUMN, directive, columns)


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


def _warn_of_autoincrement(pair: TablePair, database: ColumnFacts, model: ColumnFacts) -> None:
    if database.autoincrement != model.autoincrement:
        warnings.warn(
            f"Column {pair.key}.{model.name} "
            f"{'counts up' if database.autoincrement else 'does not count up'} by itself in the "
            f"database and {'does' if model.autoincrement else 'does not'} in the models: change "
            "that by hand, no directive is written for it.",
            stacklevel=2,
        )


def _keep_autoincrement(directive: AlterColumnOp, column: Column[Any]) -> None:
    """Say that the column counts up: databases that repeat a whole column need to know."""
    if column.table.autoincrement_column is column:
        directive.kw["autoincrement"] = True
    elif isinstance(column.autoincrement, bool):
        directive.kw["autoincrement"] = column.autoincrement


def _existing_default(column: Column[Any]) -> Any:
    return False if column.server_default is None else column.server_default


def _without_check(column: Column[Any]) -> Column[Any]:
    plain = types.without_check(column.type)
    if plain is column.type:
        return column
    copied = sqla.copy_column(column)
    copied.type = plain
    return copied
