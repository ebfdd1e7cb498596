"""What the database fills in: server defaults, identity, and computed columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Computed, DefaultClause, Identity, text
from sqlalchemy.schema import FetchedValue

from limbeck import sqla
from limbeck.diff import locate
from limbeck.diff.change import TablePair
from limbeck.diff.context import DiffContext
from limbeck.diff.own_rules import own_rule
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
    """Put a changed default, identity or computed expression into the directive."""
    if "defaults" not in context.kinds or context.compare_server_default is False:
        return
    database_column = locate.column(pair.database_table, database.name)
    model_column = locate.column(pair.model_table, model.name)
    if database.computed != model.computed:
        if not _is_left_to_the_database(model_column):
            _change(directive, model_column.server_default)
            log.info("Detected computed expression on column '%s.%s'", pair.key, model.name)
        return
    is_changed = _ask_hooks(database, model, database_column, model_column, context)
    if is_changed is None:
        is_changed = (database.default, database.identity) != (model.default, model.identity)
        is_changed = is_changed and not _is_left_to_the_database(model_column)
    if is_changed:
        _change(directive, wanted(model, model_column))
        if directive.modify_type is None and context.impl.default_brings_type(
            database.default, model.default
        ):
            directive.modify_type = directive.existing_type
        log.info("Detected server default on column '%s.%s'", pair.key, model.name)


def _ask_hooks(
    database: ColumnFacts,
    model: ColumnFacts,
    database_column: Column[Any],
    model_column: Column[Any],
    context: DiffContext,
) -> bool | None:
    """Return what the user's function, or else somebody else's dialect, says; None: no opinion.

    They are asked of two defaults that aren't both missing.
    """
    has_identity = database.identity is not None or model.identity is not None
    has_default = database.default is not None or model_column.server_default is not None
    if has_identity or not has_default:
        return None
    found, wanted = _in_words(database_column, context), _in_words(model_column, context)
    if callable(context.compare_server_default):
        default = model_column.server_default
        said = context.compare_server_default(database_column, model_column, found, default, wanted)
        if said is not None:
            return bool(said)
    rule = own_rule(context.impl, "compare_server_default")
    if rule is None or _is_left_to_the_database(model_column):
        return None
    return bool(rule(database_column, model_column, wanted, found))


def _in_words(column: Column[Any], context: DiffContext) -> str | None:
    """Return a default as hooks get it: a string as it was given, an expression as SQL."""
    default = column.server_default
    if not isinstance(default, DefaultClause):
        return None
    if isinstance(default.arg, str):
        return default.arg
    return sqla.ddl_text(context.impl.dialect, default.arg)


def _is_left_to_the_database(column: Column[Any]) -> bool:
    """Tell whether the model only says that there is some default (`FetchedValue()`)."""
    default = column.server_default
    return (
        isinstance(default, FetchedValue)
        and not default.has_argument
        and not isinstance(default, Computed | Identity)
    )


def wanted(facts: ColumnFacts, column: Column[Any]) -> Any:
    """Return the default that the models say; where the column has its parent's, that one's SQL."""
    if column.server_default is None and facts.default is not None:
        return text(sqla.escape_binds(facts.default))
    return column.server_default


def _change(directive: AlterColumnOp, default: Any) -> None:
    directive.modify_server_default = default
    if directive.existing_server_default is False:
        directive.existing_server_default = None
