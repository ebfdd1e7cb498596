"""Which directives depend on the rows that are there, and what has to be asked about them.

Receives directives in their order, returns `Question`s: which rows of which table would be in the
way of which directive. Asks nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, literal_column
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import to_instance

from limbeck import sqla
from limbeck.ddl.impl import DefaultImpl
from limbeck.diff.conversions import UNKNOWN, needs_value, unfit_values
from limbeck.diff.data_constraints import of_check, of_foreign_key, of_unique
from limbeck.diff.data_counters import of_identity, of_sequence
from limbeck.diff.data_names import Names, is_numbered
from limbeck.diff.data_question import About, Kind, Question, Side
from limbeck.diff.data_types import of_domain, of_enum
from limbeck.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    AlterDomainOp,
    AlterEnumOp,
    AlterSequenceOp,
    CreateCheckConstraintOp,
    CreateExcludeConstraintOp,
    CreateForeignKeyOp,
    CreateIndexOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
    MigrateOperation,
    OpContainer,
)
from limbeck.schema.models import compile_type

__all__ = ["Kind", "Names", "Question", "questions"]


def questions(
    ops: Iterable[MigrateOperation], impl: DefaultImpl, names: Names
) -> tuple[Question, ...]:
    """Return what has to be known of the rows before these directives are written.

    `names` are those in front of the directives, and behind them afterwards.
    """
    found: list[Question] = []
    for directive in _flat(ops):
        found.extend(_of_directive(directive, names, impl))
        names.note(directive, impl)
    return tuple(found)


def _flat(ops: Iterable[MigrateOperation]) -> Iterator[MigrateOperation]:
    for each in ops:
        if isinstance(each, OpContainer):
            yield from _flat(each.ops)
        else:
            yield each


def _of_directive(
    directive: MigrateOperation, names: Names, impl: DefaultImpl
) -> Iterator[Question]:
    match directive:
        case AddColumnOp():
            yield from _of_added_column(About(directive, names), directive.column, impl)
        case AlterColumnOp():
            yield from _of_altered_column(About(directive, names), directive, impl)
            yield from of_identity(About(directive, names), directive)
        case AlterSequenceOp():
            yield from of_sequence(directive)
        case CreateUniqueConstraintOp() | CreatePrimaryKeyOp() | CreateIndexOp(unique=True):
            yield from of_unique(About(directive, names), directive.columns, directive.kw, impl)
        case CreateCheckConstraintOp():
            yield from of_check(About(directive, names), directive, impl)
        case AlterEnumOp():
            yield from of_enum(directive)
        case AlterDomainOp():
            yield from of_domain(directive, impl)
        case CreateExcludeConstraintOp():
            which = "limbeck can't tell whether some of them exclude each other"
            yield from About(directive, names).ask(Kind.UNTOLD, which, {})
        case CreateForeignKeyOp():
            yield from of_foreign_key(directive, names, impl)


def _of_added_column(about: About, added: Column[Any], impl: DefaultImpl) -> Iterator[Question]:
    if added.computed is not None and not added.nullable:
        value: ColumnElement[Any] = literal_column(
            f"({sqla.ddl_text(impl.dialect, added.computed.sqltext)})"
        )
        which = f"for which {value} gives no value for {added.name}"
        yield from about.ask(Kind.DEFAULTS, which, {}, lambda side: value.is_(None))
    if added.server_default is not None or is_numbered(added, impl):
        return
    if not added.nullable:
        which = f"{added.name} may not be NULL"
        yield from about.ask(Kind.NO_VALUE, which, {added.name: added.name})
    elif needs_value(added.type):
        which = f"{added.name} gets no value, which its domain does not allow"
        yield from about.ask(Kind.UNTOLD, which, {})


def _of_altered_column(
    about: About, directive: AlterColumnOp, impl: DefaultImpl
) -> Iterator[Question]:
    name = directive.column_name
    columns = about.names_now([name])
    if columns is None:
        return
    if directive.modify_type is not None and directive.existing_type is not None:
        yield from _of_changed_type(about, directive, columns, impl)
    if directive.modify_nullable is False:
        which = f"that have no value in {name}"
        yield from about.ask(Kind.NULLS, which, columns, lambda side: side.column(name).is_(None))


def _of_changed_type(
    about: About, directive: AlterColumnOp, columns: Mapping[str, str], impl: DefaultImpl
) -> Iterator[Question]:
    name, old, new = directive.column_name, directive.existing_type, directive.modify_type
    text = compile_type(impl.dialect, to_instance(new))

    def unfit(side: Side) -> Any:
        return unfit_values(side.column(name), to_instance(old), to_instance(new), impl)

    condition = unfit(Side(about.place))
    if condition is UNKNOWN:
        which = f"limbeck can't tell whether every {name} is a {text}"
        yield from about.ask(Kind.UNTOLD, which, columns)
    elif condition is not None:
        yield from about.ask(Kind.UNFIT, f"whose {name} does not fit {text}", columns, unfit)
