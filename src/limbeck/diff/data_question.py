"""What is asked about rows: a `Question`, and what it is made from.

A directive uses the names that tables and columns have when it is run, a question those that they
have in the database now; a condition is made for either `Side`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from sqlalchemy import DefaultClause, String, and_, cast, column, literal_column, or_
from sqlalchemy import table as table_clause
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.expression import TableClause

from limbeck import sqla
from limbeck.ddl.impl import DefaultImpl
from limbeck.ddl.rows import Limits, TypedColumn
from limbeck.diff.conversions import ITEM, has_item
from limbeck.diff.data_names import Names
from limbeck.operations.ops import MigrateOperation
from limbeck.schema.facts import TableKey


class Kind(Enum):
    """What is wrong with the rows in question."""

    NO_VALUE = "all rows, of a new column that may not be NULL"
    NULLS = "rows without a value where one must be"
    UNFIT = "rows with a value that the new type does not take"
    UNTOLD = "all rows, whose values only the database can convert"
    DUPLICATES = "values in several rows that may be in one"
    SAME = "all rows, which would have one and the same value in a unique column"
    VIOLATIONS = "rows that a check does not allow"
    ORPHANS = "rows that refer to nothing"
    DEFAULTS = "rows of a new column whose default a constraint does not allow"
    GONE = "rows with a value of an enum type that goes"
    OUTSIDE = "rows with a value that a domain does not allow any more"
    BEYOND = "a sequence that has counted beyond its new limits"

    @property
    def is_of_whole_table(self) -> bool:
        """Whether it is there being rows at all that matters."""
        return self in (Kind.NO_VALUE, Kind.UNTOLD, Kind.SAME)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Which rows are in the way of a directive?

    `rows` is their condition in the database now, None for all; `where` the same when the directive
    is run. `groups` are what only one row may have. `columns` are the names now by those then.
    Of an enum type or domain, `table` is the type; which columns have it is asked, too, and `make`
    gives the condition for a column. `value` is the one of an enum type that goes. `limits` are those
    of a sequence, which `table` is, or of the one that the only column has.
    """

    kind: Kind
    directive: MigrateOperation
    table: TableKey
    place: TableKey
    which: str
    columns: Mapping[str, str]
    rows: ColumnElement[bool] | None = None
    where: ColumnElement[bool] | None = None
    groups: tuple[ColumnElement[Any], ...] = ()
    make: Callable[[str], ColumnElement[bool]] | None = None
    value: str | None = None
    limits: Limits = (None, None)

    def of_column(self, typed: TypedColumn) -> Question:
        """Return the question for one column of the enum type or domain, or of arrays of it."""
        table, name = TableKey(typed.schema, typed.table), typed.name
        condition = None if self.make is None else self.make(ITEM if typed.is_array else name)
        if condition is not None and typed.is_array:
            condition = has_item(column(name), condition)
        which = f"has an item that {self.which}" if typed.is_array else self.which
        return replace(
            self,
            table=table,
            place=table,
            which=f"whose {name} {which}",
            make=None,
            columns={name: name},
            rows=condition,
            where=condition,
        )

    @property
    def target(self) -> TableClause:
        """The table as it is in the database now."""
        return bare(self.table)


@dataclass(frozen=True, slots=True)
class Side:
    """A table in the database now, with the names there by those in the script, or then."""

    key: TableKey
    names: Mapping[str, str] | None = None

    @property
    def is_now(self) -> bool:
        """Whether it is the table in the database."""
        return self.names is not None

    def column(self, name: str) -> ColumnElement[Any]:
        """Return the column of that name in the script."""
        return column((self.names or {}).get(name, name))

    def qualified(self, name: str, impl: DefaultImpl) -> ColumnElement[Any]:
        """Return the column with its table, as a subquery of another table needs it."""
        parts = [*self.key, (self.names or {}).get(name, name)]
        return literal_column(
            ".".join(sqla.quote(impl.dialect, part) for part in parts if part is not None)
        )


Condition = Callable[[Side], ColumnElement[bool]]
"""Gives the condition for the rows in question."""


class About:
    """What is asked about one directive: its table, and names of columns, now and then."""

    def __init__(self, directive: Any, names: Names, key: TableKey | None = None) -> None:
        self.directive = directive
        self.place = key or TableKey(directive.schema, directive.table_name)
        self.table = names.table(self.place)
        self._names = names

    def names_now(self, columns: Iterable[str]) -> dict[str, str] | None:
        """Return the names now by those then; None when one of them is not there yet."""
        found = {name: self._names.column(self.place, name) for name in columns}
        known = {name: now for name, now in found.items() if now is not None}
        return known if self.table is not None and len(known) == len(found) else None

    def defaults(self, columns: Iterable[str], impl: DefaultImpl) -> dict[str, ColumnElement[Any]]:
        """Return what all rows get in those of the columns that are new and have a default.

        One that is called, such as `nextval()`, is not among them: asking it changes the next.
        """
        found: dict[str, ColumnElement[Any]] = {}
        for name in columns:
            added = self._names.added(self.place, name)
            if added is None or not isinstance(added.server_default, DefaultClause):
                continue
            text = sqla.column_default_text(impl.dialect, added)
            if text is not None and "(" not in re.sub("'[^']*'", "", text):
                found[name] = literal_column(f"({text})", added.type)
        return found

    def counts(self, name: str) -> bool:
        """Tell whether the column is new and has another number in each row."""
        return self._names.counts(self.place, name)

    def is_filled(self, name: str) -> bool:
        """Tell whether a directive before this one has every row have a value in the column."""
        return self._names.is_filled(self.place, name)

    def ask(
        self,
        kind: Kind,
        which: str,
        columns: Mapping[str, str],
        make: Condition | None = None,
        groups: tuple[ColumnElement[Any], ...] = (),
        limits: Limits = (None, None),
    ) -> Iterator[Question]:
        """Yield the question, unless the table is not there yet.

        `make` gives the condition in the words of either side.
        """
        if self.table is None:
            return
        now, then = Side(self.table, columns), Side(self.place)
        rows = None if make is None else make(now)
        if rows is not None:
            rows = and_(rows, *self._not_renamed(now))
        yield Question(
            kind,
            self.directive,
            self.table,
            self.place,
            which,
            columns,
            rows,
            None if make is None else make(then),
            groups,
            limits=limits,
        )

    def _not_renamed(self, now: Side) -> Iterator[ColumnElement[bool]]:
        """Yield that a row has no value that will have another name by then."""
        for name in now.names or ():
            if values := self._names.renamed(self.place, name):
                value = now.column(name)
                yield or_(value.is_(None), cast(value, String).not_in(values))


def bare(key: TableKey) -> TableClause:
    """Return a table of which nothing is known but its name."""
    return table_clause(key.name, schema=key.schema)
