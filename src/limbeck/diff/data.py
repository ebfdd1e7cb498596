"""Which directives depend on the rows that are there, and what has to be asked about them.

Receives directives in their order, returns `Question`s: which rows of which table would be in the
way of which directive. Asks nothing itself.

A directive uses the names that tables and columns have when it is run, a question those that they
have in the database now: `Names` follows the renames in between.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from sqlalchemy import (
    Column,
    Identity,
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
from sqlalchemy import table as table_clause
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ClauseElement, ColumnElement, UnaryExpression
from sqlalchemy.sql.expression import TableClause

from limbeck.ddl.impl import DefaultImpl
from limbeck.diff.conversions import UNKNOWN, unfit_values
from limbeck.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    AlterDomainOp,
    AlterEnumOp,
    CreateCheckConstraintOp,
    CreateExcludeConstraintOp,
    CreateForeignKeyOp,
    CreateIndexOp,
    CreatePrimaryKeyOp,
    CreateTableOp,
    CreateUniqueConstraintOp,
    MigrateOperation,
    OpContainer,
    RenameTableOp,
    RenameValuesOp,
)
from limbeck.schema.facts import TableKey

_SORTING = (operators.desc_op, operators.asc_op, operators.nulls_first_op, operators.nulls_last_op)


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

    GONE = "rows with a value of an enum type that goes"
    OUTSIDE = "rows with a value that a domain does not allow any more"

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
    gives the condition for a column. `value` is the one of an enum type that goes.
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

    def of_column(self, table: TableKey, name: str) -> Question:
        """Return the question for one column of the enum type or domain."""
        condition = None if self.make is None else self.make(name)
        return replace(
            self,
            table=table,
            place=table,
            which=f"whose {name} {self.which}",
            make=None,
            columns={name: name},
            rows=condition,
            where=condition,
        )

    @property
    def target(self) -> TableClause:
        """The table as it is in the database now."""
        return _bare(self.table)


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
        return literal_column(".".join(_quoted(part, impl) for part in parts if part is not None))


Condition = Callable[[Side], ColumnElement[bool]]
"""Gives the condition for the rows in question."""


class Names:
    """What tables and columns are called in the database now, by their names in a script."""

    def __init__(self) -> None:
        self._tables: dict[TableKey, TableKey | None] = {}
        self._columns: dict[tuple[TableKey, str], str | None] = {}
        self._counters: set[tuple[TableKey, str]] = set()
        self._filled: set[tuple[TableKey, str]] = set()
        self._renamed: dict[tuple[TableKey, str], list[str]] = defaultdict(list)

    def table(self, key: TableKey) -> TableKey | None:
        """Return the table's name now; None where it is not there yet."""
        return self._tables.get(key, key)

    def column(self, key: TableKey, name: str) -> str | None:
        """Return the column's name now; None where it is not there yet."""
        return self._columns.get((key, name), name)

    def counts(self, key: TableKey, name: str) -> bool:
        """Tell whether the column is a new one that has another number in each row."""
        return (key, name) in self._counters

    def is_filled(self, key: TableKey, name: str) -> bool:
        """Tell whether every row has a value in the column by then, or the script has failed."""
        return (key, name) in self._filled

    def renamed(self, key: TableKey, name: str) -> Sequence[str]:
        """Return the values that rows have in the column now and will have no more."""
        return self._renamed.get((key, name), ())

    def note(self, directive: MigrateOperation, impl: DefaultImpl) -> None:
        """Take in what a directive changes."""
        match directive:
            case CreateTableOp():
                self._tables[TableKey(directive.schema, directive.table_name)] = None
            case RenameTableOp():
                old = TableKey(directive.schema, directive.table_name)
                new = TableKey(directive.target_schema, str(directive.new_table_name))
                self._tables[new] = self.table(old)
                for (key, name), now in list(self._columns.items()):
                    if key == old:
                        self._columns[new, name] = now
            case RenameValuesOp():
                key = TableKey(directive.schema, directive.table_name)
                self._renamed[key, directive.column_name] += directive.names
            case AddColumnOp():
                key = TableKey(directive.schema, directive.table_name)
                self._columns[key, directive.column.name] = None
                if _is_numbered(directive.column, impl):
                    self._counters.add((key, directive.column.name))
            case AlterColumnOp():
                key = TableKey(directive.schema, directive.table_name)
                then = str(directive.modify_name or directive.column_name)
                self._columns[key, then] = self.column(key, directive.column_name)
                if directive.modify_nullable is False:
                    self._filled.add((key, then))


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
            yield from _of_added_column(_About(directive, names), directive.column, impl)
        case AlterColumnOp():
            yield from _of_altered_column(_About(directive, names), directive, impl)
        case CreateUniqueConstraintOp() | CreatePrimaryKeyOp():
            yield from _of_unique(_About(directive, names), directive.columns, directive.kw, impl)
        case CreateIndexOp() if directive.unique:
            yield from _of_unique(_About(directive, names), directive.columns, directive.kw, impl)
        case CreateCheckConstraintOp():
            yield from _of_check(_About(directive, names), directive, impl)
        case AlterEnumOp():
            yield from _of_enum(directive)
        case AlterDomainOp():
            yield from _of_domain(directive, impl)
        case CreateExcludeConstraintOp():
            which = "limbeck can't tell whether some of them exclude each other"
            yield from _About(directive, names).ask(Kind.UNTOLD, which, {})
        case CreateForeignKeyOp():
            yield from _of_foreign_key(directive, names, impl)


class _About:
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
        )

    def _not_renamed(self, now: Side) -> Iterator[ColumnElement[bool]]:
        """Yield that a row has no value that will have another name by then."""
        for name in now.names or ():
            if values := self._names.renamed(self.place, name):
                value = now.column(name)
                yield or_(value.is_(None), cast(value, String).not_in(values))


def _bare(key: TableKey) -> TableClause:
    return table_clause(key.name, schema=key.schema)


def _of_added_column(about: _About, added: Column[Any], impl: DefaultImpl) -> Iterator[Question]:
    if added.nullable or added.server_default is not None or _is_numbered(added, impl):
        return
    which = f"{added.name} may not be NULL"
    yield from about.ask(Kind.NO_VALUE, which, {added.name: added.name})


def _is_numbered(added: Column[Any], impl: DefaultImpl) -> bool:
    """Tell whether the database fills a new column itself, with another number for each row."""
    if isinstance(added.server_default, Identity):
        return True
    is_plain = added.primary_key and added.server_default is None and added.computed is None
    return is_plain and impl.numbers_key(added)


def _of_altered_column(
    about: _About, directive: AlterColumnOp, impl: DefaultImpl
) -> Iterator[Question]:
    name = directive.column_name
    columns = about.names_now([name])
    if columns is None:
        return
    old, new = directive.existing_type, directive.modify_type
    if new is not None and old is not None:
        unfit = unfit_values(column(name), old, new, impl)
        text = _type_text(new, impl)
        if unfit is UNKNOWN:
            which = f"limbeck can't tell whether every {name} is a {text}"
            yield from about.ask(Kind.UNTOLD, which, columns)
        elif unfit is not None:
            which = f"whose {name} does not fit {text}"
            yield from about.ask(
                Kind.UNFIT,
                which,
                columns,
                lambda side: unfit_values(side.column(name), old, new, impl),  # type: ignore[arg-type,return-value]  # a condition, as asked above
            )
    if directive.modify_nullable is False:
        which = f"that have no value in {name}"
        yield from about.ask(Kind.NULLS, which, columns, lambda side: side.column(name).is_(None))


def _type_text(type_: Any, impl: DefaultImpl) -> str:
    return str(type_.compile(dialect=impl.dialect))


def _of_enum(directive: AlterEnumOp) -> Iterator[Question]:
    """Ask for the values that go and are neither renamed nor replaced."""
    key = TableKey(directive.schema, directive.enum_name)
    kept = {*directive.values, *directive.renames, *directive.replacements}
    for value in directive.existing_values or ():
        if value not in kept:
            which = f"is {value!r}, which is no {key} any more"
            yield Question(Kind.GONE, directive, key, key, which, {}, make=_is(value), value=value)


def _is(value: str) -> Callable[[str], ColumnElement[bool]]:
    return lambda name: cast(column(name), String) == value


def _of_domain(directive: AlterDomainOp, impl: DefaultImpl) -> Iterator[Question]:
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
        own = re.sub(r"\bVALUE\b", lambda _: _quoted(name, impl), sql, flags=re.IGNORECASE)
        return not_(literal_column(f"({own})"))

    return make


def _of_unique(
    about: _About, elements: Iterable[Any], options: Mapping[str, Any], impl: DefaultImpl
) -> Iterator[Question]:
    """Ask for values that several rows have; NULLs differ from each other, unless told otherwise."""
    keys = [_unsorted(element) for element in elements]
    plain = [key for key in keys if isinstance(key, str)]
    columns = about.names_now(plain)
    text = f"({', '.join(str(key) for key in keys)})"
    if any(about.counts(name) for name in plain):
        return
    if columns is None:
        if len(plain) == len(keys) and not any(about.names_now([name]) for name in plain):
            which = f"{text}, which is new, has to differ from row to row"
            yield from about.ask(Kind.SAME, which, {})
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
    sql = key if isinstance(key, str) else impl.render_ddl_sql_expr(key, is_index=True)
    return literal_column(f"({sql})")


def _prefix(group: ColumnElement[Any], length: int | None) -> ColumnElement[Any]:
    return group if length is None else func.substr(group, 1, length)


def _of_check(
    about: _About, directive: CreateCheckConstraintOp, impl: DefaultImpl
) -> Iterator[Question]:
    if _is_not_valid(directive.kw, impl):
        return
    condition = directive.condition
    sql = condition if isinstance(condition, str) else _sql_of(condition, impl)
    words = list(dict.fromkeys(re.findall(r"[^\W\d]\w*", re.sub("'[^']*'", "''", sql))))
    columns = about.names_now(words)
    if columns is None or any(name != now for name, now in columns.items()):
        return  # of a column that is not there under its name, nothing can be asked
    name = f" {directive.constraint_name}" if directive.constraint_name else ""
    yield from about.ask(
        Kind.VIOLATIONS,
        f"that the check{name} ({sql}) does not allow",
        columns,
        lambda side: not_(literal_column(f"({sql})")),
    )


def _sql_of(condition: ClauseElement, impl: DefaultImpl) -> str:
    return str(impl.render_ddl_sql_expr(condition))


def _is_not_valid(options: Mapping[str, Any], impl: DefaultImpl) -> bool:
    return bool(options.get(f"{impl.dialect.name}_not_valid"))


def _of_foreign_key(
    directive: CreateForeignKeyOp, names: Names, impl: DefaultImpl
) -> Iterator[Question]:
    source = TableKey(directive.kw.get("source_schema"), directive.source_table)
    referred = TableKey(directive.kw.get("referent_schema"), directive.referent_table)
    about = _About(directive, names, source)
    columns = about.names_now(directive.local_cols)
    if columns is None or _is_not_valid(directive.kw, impl):
        return
    referred_now = names.table(referred)
    remote = [names.column(referred, name) for name in directive.remote_cols]
    is_there = referred_now is not None and None not in remote

    def make(side: Side) -> ColumnElement[bool]:
        local = [side.qualified(name, impl) for name in directive.local_cols]
        has_values = [each.is_not(None) for each in local]
        if not is_there:
            return and_(*has_values)
        other = _bare(referred_now if side.is_now and referred_now else referred).alias("referred")
        wanted = remote if side.is_now else directive.remote_cols
        pairs = [
            literal_column(f"referred.{_quoted(name, impl)}") == each
            for name, each in zip(wanted, local, strict=True)
        ]
        found = exists(select(literal_column("1")).select_from(other).where(*pairs))
        return and_(*has_values, not_(found))

    text = ", ".join(directive.local_cols)
    which = f"whose {text} is not in {referred}"
    yield from about.ask(Kind.ORPHANS, which, columns, make)


def _quoted(name: Any, impl: DefaultImpl) -> str:
    return impl.dialect.identifier_preparer.quote(str(name))
