"""What the database fills in: server defaults, identity, and computed columns."""

from __future__ import annotations

import warnings
from typing import Any

from sqlalchemy import Column, Computed, Identity
from sqlalchemy.schema import FetchedValue

from limbeck import sqla
from limbeck.diff import locate
from limbeck.diff.change import TablePair
from limbeck.diff.context import DiffContext
from limbeck.diff.types import own_rule
from limbeck.logs import logger_of
from limbeck.operations.ops import AlterColumnOp
from limbeck.schema.facts import ColumnFacts

log = logger_of(__name__)


def alter(
    directive: AlterColumnOp,
    pair: TablePair,
    database: ColumnFacts,
    model: ColumnFacts,
    context: DiffContext,
) -> None:
    """Put a changed default into the directive; warn of what can't be changed in place."""
    if "defaults" not in context.kinds or context.compare_server_default is False:
        return
    database_column = locate.column(pair.database_table, database.name)
    model_column = locate.column(pair.model_table, model.name)
    if database.computed != model.computed:
        _warn_of_computed(pair, database, model)
        return
    is_changed = _ask_hook(database, model, database_column, model_column, context)
    if is_changed is None:
        is_changed = (database.default, database.identity) != (model.default, model.identity)
        is_changed = is_changed and not _is_left_to_the_database(model_column)
        if is_changed and (rule := own_rule(context.impl, "compare_server_default")) is not None:
            wanted = sqla.column_default_text(context.impl.dialect, model_column)
            is_changed = bool(rule(database_column, model_column, wanted, database.default))
    if is_changed:
        directive.modify_server_default = model_column.server_default
        if directive.existing_server_default is False:
            directive.existing_server_default = None
        log.info("Detected server default on column '%s.%s'", pair.key, model.name)


def _ask_hook(
    database: ColumnFacts,
    model: ColumnFacts,
    database_column: Column[Any],
    model_column: Column[Any],
    context: DiffContext,
) -> bool | None:
    if not callable(context.compare_server_default):
        return None
    said = context.compare_server_default(
        database_column,
        model_column,
        database.default,
        model_column.server_default,
        sqla.column_default_text(context.impl.dialect, model_column),
    )
    return None if said is None else bool(said)


def _is_left_to_the_database(column: Column[Any]) -> bool:
    """Tell whether the model only says that there is some default (`FetchedValue()`)."""
    default = column.server_default
    return (
        isinstance(default, FetchedValue)
        and not default.has_argument
        and not isinstance(default, Computed | Identity)
    )


def _warn_of_computed(pair: TablePair, database: ColumnFacts, model: ColumnFacts) -> None:
    found = "not computed" if database.computed is None else f"({database.computed.sql})"
    wanted = "not computed" if model.computed is None else f"({model.computed.sql})"
    warnings.warn(
        f"Computed column {pair.key}.{model.name} is {found} in the database and {wanted} in the "
        "models. It can't be altered in place: drop the column and add it anew by hand.",
        stacklevel=2,
    )
