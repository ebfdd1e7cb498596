"""Questions about the columns of a type that has a name: values that it has, or allows, no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sqlalchemy import String, cast, column, literal_column, not_
from sqlalchemy.sql.elements import ColumnElement

from limbeck import sqla
from limbeck.ddl.impl import DefaultImpl
from limbeck.diff.data_question import Kind, Question
from limbeck.operations.ops import AlterDomainOp, AlterEnumOp
from limbeck.schema.facts import TableKey


def of_enum(directive: AlterEnumOp) -> Iterator[Question]:
    """Ask for the values that go and are neither renamed nor replaced."""
    key = TableKey(directive.schema, directive.enum_name)
    kept = {*directive.values, *directive.renames, *directive.replacements}
    for value in directive.existing_values or ():
        if value not in kept:
            which = f"is {value!r}, which is no {key} any more"
            yield Question(Kind.GONE, directive, key, key, which, {}, make=_is(value), value=value)


def _is(value: str) -> Callable[[str], ColumnElement[bool]]:
    return lambda name: cast(column(name), String) == value


def of_domain(directive: AlterDomainOp, impl: DefaultImpl) -> Iterator[Question]:
    """Ask for values that new checks of a domain, or its NOT NULL, do not allow."""
    key = TableKey(directive.schema, directive.domain_name)
    if directive.existing.get("nullable") and not directive.nullable:
        which = f"has no value, which the domain {key} does not allow"
        yield Question(
            Kind.OUTSIDE, directive, key, key, which, {}, make=lambda name: column(name).is_(None)
        )
    known = set((directive.existing.get("checks") or {}).values())
    is_changed = "checks" in directive.existing
    for name, sql in sorted((directive.checks or {}).items() if is_changed else ()):
        if sql not in known:
            which = f"the check {name} ({sql}) of the domain {key} does not allow"
            yield Question(Kind.OUTSIDE, directive, key, key, which, {}, make=_violates(sql, impl))


def _violates(sql: str, impl: DefaultImpl) -> Callable[[str], ColumnElement[bool]]:
    def make(name: str) -> ColumnElement[bool]:
        own = re.sub(
            r"\bVALUE\b", lambda _: sqla.quote(impl.dialect, name), sql, flags=re.IGNORECASE
        )
        return not_(literal_column(f"({own})"))

    return make
