"""Questions about new constraints: rows that have the same values, break a check or refer to nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    Numeric,
    String,
    and_,
    cast,
    column,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ClauseElement, ColumnElement, UnaryExpression

from limbeck import sqla
from limbeck.ddl.impl import DefaultImpl
from limbeck.diff.data_names import Names
from limbeck.diff.data_question import About, Kind, Question, Side, bare
from limbeck.operations.ops import CreateCheckConstraintOp, CreateForeignKeyOp, CreatePrimaryKeyOp
from limbeck.schema.facts import TableKey

_PLAIN = (Boolean, Integer, Numeric, String)
"""Types whose defaults may stand as words of other types, such as '5' for a number."""
_SORTING = (operators.desc_op, operators.asc_op, operators.nulls_first_op, operators.nulls_last_op)


def of_unique(
    about: About, elements: Iterable[Any], options: Mapping[str, Any], impl: DefaultImpl
) -> Iterator[Question]:
    """Ask for values that several rows have; NULLs differ from each other, unless told otherwise."""
    keys = [_unsorted(element) for element in elements]
    plain = [key for key in keys if isinstance(key, str)]
    columns = about.names_now(plain)
    text = f"({', '.join(str(key) for key in keys)})"
    if any(about.counts(name) for name in plain):
        return
    if columns is None:
        there = [name for name in plain if about.names_now([name])]
        if len(plain) == len(keys) and not there:
            which = f"{text}, which is new, has to differ from row to row"
            yield from about.ask(Kind.SAME, which, {})
        elif len(plain) == len(keys) == len(there) + len(about.defaults(plain, impl)):
            yield from of_unique(about, there, options, impl)  # the rest is the same in all rows
        return
    groups = tuple(
        column(columns[key]) if isinstance(key, str) else _expression(key, impl) for key in keys
    )
    conditions = _conditions(groups, options, impl)
    yield from about.ask(
        Kind.DUPLICATES,
        f"that have the same {text} as others",
        columns,
        (lambda side: and_(*conditions)) if conditions else None,
        _prefixes(keys, groups, options.get(f"{impl.dialect.name}_length")),
    )
    unfilled = [name for name in plain if not about.is_filled(name)]
    if isinstance(about.directive, CreatePrimaryKeyOp) and unfilled:
        which = f"that have no value in ({', '.join(unfilled)})"
        yield from about.ask(
            Kind.NULLS,
            which,
            columns,
            lambda side: or_(*(side.column(name).is_(None) for name in unfilled)),
        )


def _conditions(
    groups: Iterable[ColumnElement[Any]], options: Mapping[str, Any], impl: DefaultImpl
) -> list[ColumnElement[bool]]:
    """Return the conditions for rows that count in a unique constraint or index."""
    found: list[ColumnElement[bool]] = []
    if not options.get(f"{impl.dialect.name}_nulls_not_distinct"):
        found += [group.is_not(None) for group in groups]
    predicate = options.get(f"{impl.dialect.name}_where")
    if predicate is not None:
        found.append(_expression(predicate, impl))
    return found


def _prefixes(
    keys: Sequence[Any], groups: Sequence[ColumnElement[Any]], lengths: Any
) -> tuple[ColumnElement[Any], ...]:
    """Return what is compared of each element: of some the beginning, where a length says so."""
    if lengths is None:
        return tuple(groups)
    return tuple(
        _prefix(group, lengths if isinstance(lengths, int) else lengths.get(key))
        for key, group in zip(keys, groups, strict=True)
    )


def _unsorted(key: Any) -> Any:
    while isinstance(key, UnaryExpression) and key.modifier in _SORTING:
        key = key.element
    return key.name if isinstance(key, Column) else key


def _expression(key: Any, impl: DefaultImpl) -> ColumnElement[Any]:
    """Return an expression of an index as SQL that needs no table."""
    return literal_column(f"({key if isinstance(key, str) else _sql_of(key, impl)})")


def _prefix(group: ColumnElement[Any], length: int | None) -> ColumnElement[Any]:
    return group if length is None else func.substr(group, 1, length)


def of_check(
    about: About, directive: CreateCheckConstraintOp, impl: DefaultImpl
) -> Iterator[Question]:
    """Ask for rows that a check does not allow; of new columns, whether it allows their defaults."""
    if _is_not_valid(directive.kw, impl):
        return
    condition = directive.condition
    sql = condition if isinstance(condition, str) else _sql_of(condition, impl)
    words = list(dict.fromkeys(re.findall(r"[^\W\d]\w*", re.sub("'[^']*'", "''", sql))))
    name = f" {directive.constraint_name}" if directive.constraint_name else ""
    which = f"that the check{name} ({sql}) does not allow"
    added = about.defaults(words, impl)
    columns = about.names_now(word for word in words if word not in added)
    if columns is None or any(name != now for name, now in columns.items()):
        return  # of a column that is not there under its name, nothing can be asked
    if added:
        broken = _with_defaults(not_(literal_column(f"({sql})")), added)
        which = f"{which}, with the default of {', '.join(added)}"
        yield from about.ask(Kind.DEFAULTS, which, {}, lambda side: broken)
        return
    yield from about.ask(
        Kind.VIOLATIONS,
        which,
        columns,
        lambda side: not_(literal_column(f"({sql})")),
    )


def _with_defaults(
    condition: ColumnElement[bool], added: Mapping[str, ColumnElement[Any]]
) -> ColumnElement[bool]:
    """Return a condition on rows that get these values in new columns."""
    values = [
        (cast(value, value.type) if isinstance(value.type, _PLAIN) else value).label(name)
        for name, value in added.items()
    ]
    return select(condition).select_from(select(*values).subquery("added")).scalar_subquery()


def _sql_of(condition: ClauseElement, impl: DefaultImpl) -> str:
    return sqla.from_compiler(impl.dialect, impl.render_ddl_sql_expr(condition))


def _is_not_valid(options: Mapping[str, Any], impl: DefaultImpl) -> bool:
    return any(options.get(f"{impl.dialect.name}_{word}") for word in ("not_valid", "not_enforced"))


def of_foreign_key(
    directive: CreateForeignKeyOp, names: Names, impl: DefaultImpl
) -> Iterator[Question]:
    """Ask for rows that refer to nothing; of new columns, whether their defaults do."""
    source = TableKey(directive.kw.get("source_schema"), directive.source_table)
    referred = TableKey(directive.kw.get("referent_schema"), directive.referent_table)
    about = About(directive, names, source)
    added = about.defaults(directive.local_cols, impl)
    columns = about.names_now(name for name in directive.local_cols if name not in added)
    if columns is None or _is_not_valid(directive.kw, impl):
        return
    referred_now = names.table(referred)
    remote = [names.column(referred, name) for name in directive.remote_cols]
    is_there = referred_now is not None and None not in remote

    def make(side: Side) -> ColumnElement[bool]:
        local = [added.get(name, side.qualified(name, impl)) for name in directive.local_cols]
        has_values = [each.is_not(None) for each in local]
        if not is_there:
            return and_(*has_values)
        other = bare(referred_now if side.is_now and referred_now else referred).alias("referred")
        wanted = remote if side.is_now else directive.remote_cols
        pairs = [
            literal_column(f"referred.{sqla.quote(impl.dialect, str(name))}") == each
            for name, each in zip(wanted, local, strict=True)
        ]
        found = exists(select(literal_column("1")).select_from(other).where(*pairs))
        return and_(*has_values, not_(found))

    text = ", ".join(directive.local_cols)
    which = f"whose {text} is not in {referred}"
    if added:
        which = f"{which}, with the default of {', '.join(added)}"
    yield from about.ask(Kind.DEFAULTS if added else Kind.ORPHANS, which, columns, make)
