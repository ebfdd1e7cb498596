"""Column types: compared as the database spells them, with the user's hooks asked first."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from copy import copy
from typing import Any, cast

from sqlalchemy import Column
from sqlalchemy.types import TypeDecorator, TypeEngine

from limbeck.diff import locate
from limbeck.diff.change import TablePair
from limbeck.diff.context import DiffContext
from limbeck.diff.own_rules import own_rule
from limbeck.logs import logger_of
from limbeck.operations.ops import AlterColumnOp
from limbeck.schema.facts import UNKNOWN_TYPE, ColumnFacts

log = logger_of(__name__)


def alter(
    directive: AlterColumnOp,
    pair: TablePair,
    database: ColumnFacts,
    model: ColumnFacts,
    context: DiffContext,
) -> bool:
    """Put a changed type into the directive, and tell whether it was changed."""
    if "types" not in context.kinds or context.compare_type is False:
        return False
    database_column = locate.column(pair.database_table, database.name)
    model_column = locate.column(pair.model_table, model.name)
    is_changed = _ask_hooks(database_column, model_column, context)
    if is_changed is None:
        rule = own_rule(context.impl, "compare_type")
        is_changed = (
            _differs(pair, database, model)
            if rule is None
            else bool(rule(database_column, model_column))
        )
    if is_changed:
        directive.modify_type = without_check(model_column.type)
        log.info(
            "Detected type change from %r to %r on '%s.%s'",
            database_column.type,
            model_column.type,
            pair.key,
            model.name,
        )
    return is_changed


def without_check(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type without the check that it brings along: checks have directives of their own."""
    if not getattr(type_, "create_constraint", False):
        return type_
    plain = copy(type_)
    if isinstance(plain, TypeDecorator):
        inner = without_check(plain.impl_instance)
        vars(plain).update(impl=inner, impl_instance=inner)  # the latter is remembered there
        return plain
    plain.create_constraint = False  # type: ignore[attr-defined]  # Boolean and Enum have it
    return plain


def own_comparison(type_: TypeEngine[Any]) -> Callable[..., bool | None] | None:
    """Return the method by which a type compares itself with the database's, if it has one.

    compat: documented by Alembic until 1.19, and by SQLAlchemy 2.0, whose own answer is None.
    """
    name = "compare_against_backend"
    if getattr(type(type_), name, None) is getattr(TypeEngine, name, None):
        return None
    return cast("Callable[..., bool | None]", getattr(type_, name))


def _ask_hooks(database: Column[Any], model: Column[Any], context: DiffContext) -> bool | None:
    """Return what the user's function, or else the model's own type, says; None: no opinion."""
    if callable(context.compare_type):
        said = context.compare_type(database, model, database.type, model.type)
        if said is not None:
            return bool(said)
    rule = own_comparison(model.type)
    if rule is not None:
        is_same = rule(context.impl.dialect, database.type)
        if is_same is not None:
            return not is_same
    return None


def _differs(pair: TablePair, database: ColumnFacts, model: ColumnFacts) -> bool:
    if UNKNOWN_TYPE in (database.type, model.type):
        warnings.warn(
            f"The type of column {pair.key}.{model.name} is unknown to SQLAlchemy, so it is not "
            "compared. Give the column a type in the models, or a compare_type function.",
            stacklevel=2,
        )
        return False
    return (database.type, database.collation) != (model.type, model.collation)
