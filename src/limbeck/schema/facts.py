"""Facts: a schema as frozen plain values, as one dialect sees it.

Both sides, database and models, are reduced to these; comparing is comparing values. Text of
types, defaults and expressions is in the *normal form* of the dialect (`impl.normal_type`,
`impl.normal_expression`), so that equal facts mean an equal schema. Comments of constraints are
compared apart: another one is no other constraint. Nothing here knows a dialect, a connection or
SQLAlchemy.

    SchemaFacts ── TableFacts ── ColumnFacts ── ComputedFacts, IdentityFacts
                              ├─ PrimaryKeyFacts, UniqueFacts, ForeignKeyFacts, CheckFacts
                              └─ IndexFacts ── IndexElement
                └─ EnumFacts, DomainFacts, SequenceFacts
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, NamedTuple

UNKNOWN_TYPE = "?"
"""The type of a column that could not be told: unlike any other, so that the diff looks and warns."""

Options = tuple[tuple[str, str], ...]
"""Dialect options: sorted pairs of name (without the dialect's prefix) and value as text."""


class TableKey(NamedTuple):
    """A table's place; `schema` is None for the connection's default schema."""

    schema: str | None
    name: str

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


def without_quotes(path: str) -> str:
    """Return a path in SQL, `"my schema".name`, as `str(TableKey(…))` says it."""
    return re.sub(r'"((?:[^"]|"")*)"', lambda found: found[1].replace('""', '"'), path)


def key_order(key: TableKey) -> tuple[str, str]:
    """Return the key by which tables are sorted: the default schema first."""
    return (key.schema or "", key.name)


@dataclass(frozen=True, slots=True)
class ComputedFacts:
    """A generated column's expression; `persisted` None where the dialect has only one kind."""

    sql: str
    persisted: bool | None


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """GENERATED … AS IDENTITY; `options` hold only what differs from the dialect's defaults."""

    always: bool
    options: Options = ()


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column. `default` is SQL text in normal form, without the DEFAULT keyword."""

    name: str
    type: str
    nullable: bool
    default: str | None = None
    computed: ComputedFacts | None = None
    identity: IdentityFacts | None = None
    autoincrement: bool = False
    collation: str | None = None
    comment: str | None = None
    options: Options = ()
    is_default_lossy: bool = field(default=False, compare=False)
    """The default has bytes that are no text, which neither catalog nor reflection tells."""
    attributes: str | None = field(default=None, compare=False)
    """Of the database's side, as SQL: what no model says, and a column written in full has to."""


@dataclass(frozen=True, slots=True)
class PrimaryKeyFacts:
    """The primary key; `name` None where the dialect stores no name."""

    columns: tuple[str, ...]
    name: str | None = None
    deferrable: bool = False
    initially_deferred: bool = False
    options: Options = ()
    is_generated_name: bool = field(default=False, compare=False)
    comment: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class UniqueFacts:
    """A unique constraint. `is_generated_name`: the model gave none, so any name will do."""

    columns: tuple[str, ...]
    name: str | None = None
    deferrable: bool = False
    initially_deferred: bool = False
    options: Options = ()
    is_generated_name: bool = field(default=False, compare=False)
    comment: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ForeignKeyFacts:
    """A foreign key; actions are upper case and None where they are the dialect's default.

    `is_valid`: False where the rows were never checked, None where the models say that they need
    not be: then either will do. `is_enforced`: False where rows are not checked at all; models that
    do not say so leave it open.
    """

    columns: tuple[str, ...]
    referred: TableKey
    referred_columns: tuple[str, ...]
    name: str | None = None
    on_update: str | None = None
    on_delete: str | None = None
    deferrable: bool = False
    initially_deferred: bool = False
    match: str | None = None
    is_valid: bool | None = True
    is_enforced: bool = True
    options: Options = ()
    is_generated_name: bool = field(default=False, compare=False)
    comment: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """A check constraint; `is_type_bound` marks the ones Boolean and Enum bring along.

    `is_valid` and `is_enforced` are those of a foreign key; `column` is the one whose definition the check is in,
    where the database keeps it there. `no_inherit`: it holds for the table, not for its children;
    models that do not say so leave it open.
    """

    sql: str
    name: str | None = None
    is_valid: bool | None = True
    is_enforced: bool = True
    no_inherit: bool = False
    is_generated_name: bool = field(default=False, compare=False)
    comment: str | None = field(default=None, compare=False)
    is_type_bound: bool = field(default=False, compare=False)
    column: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class IndexElement:
    """One key of an index: a column's name, or the normal form of an expression."""

    sql: str
    is_expression: bool = False
    descending: bool = False
    nulls: Literal["first", "last"] | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """An index. `is_constraint`: models say UniqueConstraint, the dialect knows only indexes.

    `is_implicit`: nobody asked for it; the database makes it for a foreign key that no other index
    serves, and takes it away when another one comes, but not when the foreign key goes.
    `operators`: it is the index of an exclusion constraint, one for each element.
    """

    name: str | None
    elements: tuple[IndexElement, ...]
    unique: bool = False
    where: str | None = None
    method: str | None = None
    include: tuple[str, ...] = ()
    options: Options = ()
    operators: tuple[str, ...] = ()
    is_generated_name: bool = field(default=False, compare=False)
    is_constraint: bool = field(default=False, compare=False)
    is_implicit: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table. Columns keep their order; constraints and indexes are sorted (`sort_key`)."""

    key: TableKey
    columns: tuple[ColumnFacts, ...]
    primary_key: PrimaryKeyFacts | None = None
    uniques: tuple[UniqueFacts, ...] = ()
    foreign_keys: tuple[ForeignKeyFacts, ...] = ()
    checks: tuple[CheckFacts, ...] = ()
    indexes: tuple[IndexFacts, ...] = ()
    comment: str | None = None
    options: Options = ()
    inherited: tuple[ColumnFacts, ...] = field(default=(), compare=False)
    """Of the database's side: columns that the table has of its parents alone."""
    keeps_large_values: bool = field(default=True, compare=False)
    """Of the database's side: has it a place for large values, which has options of its own?"""
    caveat: str | None = field(default=None, compare=False)
    """Of the database's side: what to know before the table is changed, for a user to read."""

    def column(self, name: str) -> ColumnFacts | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


User = tuple[TableKey, str | None]
"""What has a type or counts by a sequence: a table and its column; a domain, and None."""


@dataclass(frozen=True, slots=True)
class EnumFacts:
    """A named type with its values in their order.

    Of the database's side: `users` is who has it, `is_needed` whether something else than
    these does, such as a view, `renamed` are values that only a rename will have called so. Of the models' side: `is_external` says that the models use it and
    leave it to others to create and drop it.
    """

    key: TableKey
    values: tuple[str, ...]
    users: tuple[User, ...] = field(default=(), compare=False)
    is_needed: bool = field(default=False, compare=False)
    is_external: bool = field(default=False, compare=False)
    renamed: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class DomainFacts:
    """A type with a name, a default and checks of its own; the rest as of `EnumFacts`."""

    key: TableKey
    type: str
    nullable: bool = True
    default: str | None = None
    collation: str | None = None
    checks: tuple[CheckFacts, ...] = ()
    users: tuple[User, ...] = field(default=(), compare=False)
    is_needed: bool = field(default=False, compare=False)
    is_external: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class SequenceFacts:
    """A sequence with all its options. A column's own one has an `owner`, and goes with it."""

    key: TableKey
    options: Options
    owner: User | None = field(default=None, compare=False)
    users: tuple[User, ...] = field(default=(), compare=False)
    is_needed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class SchemaFacts:
    """All of one side: tables, types and sequences by key, in sorted order."""

    tables: Mapping[TableKey, TableFacts] = field(default_factory=lambda: MappingProxyType({}))
    enums: Mapping[TableKey, EnumFacts] = field(default_factory=lambda: MappingProxyType({}))
    domains: Mapping[TableKey, DomainFacts] = field(default_factory=lambda: MappingProxyType({}))
    sequences: Mapping[TableKey, SequenceFacts] = field(
        default_factory=lambda: MappingProxyType({})
    )
    types_of_others: frozenset[TableKey] = field(default=frozenset(), compare=False)
    """Of the database's side: types that are there and nobody's to change, such as an extension's."""


def with_expressions(table: TableFacts, change: Callable[[str], str]) -> TableFacts:
    """Return a table with the SQL of its checks, computed columns and indexes changed."""
    return replace(
        table,
        columns=tuple(
            column
            if column.computed is None
            else replace(column, computed=replace(column.computed, sql=change(column.computed.sql)))
            for column in table.columns
        ),
        checks=tuple(replace(check, sql=change(check.sql)) for check in table.checks),
        indexes=tuple(_with_expressions(index, change) for index in table.indexes),
    )


def _with_expressions(index: IndexFacts, change: Callable[[str], str]) -> IndexFacts:
    return replace(
        index,
        elements=tuple(
            replace(element, sql=change(element.sql)) if element.is_expression else element
            for element in index.elements
        ),
        where=None if index.where is None else change(index.where),
    )


def sort_key(fact: UniqueFacts | ForeignKeyFacts | CheckFacts | IndexFacts) -> tuple[str, str]:
    """Return the key by which a table's constraints and indexes are sorted: name, then content."""
    match fact:
        case CheckFacts():
            content = fact.sql
        case IndexFacts():
            content = ",".join(element.sql for element in fact.elements)
        case UniqueFacts() | ForeignKeyFacts():
            content = ",".join(fact.columns)
    return (fact.name or "", content)
