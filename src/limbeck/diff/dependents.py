"""What is called after a table or a column, and gets another name with it.

Receives the database's facts as they are after the renames, and the models'; returns which
constraints, indexes and sequences are to be renamed along, and the facts with their new names. One
follows if nothing but its name differs, or if its name is the old one with the new words; one that
the models say was renamed (`renamed_from`) does anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeVar

from sqlalchemy import Constraint, Dialect, Index, Table

from limbeck import sqla
from limbeck.diff.match import content
from limbeck.diff.renaming import Renames
from limbeck.renamed import former_names, info_of
from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    ForeignKeyFacts,
    IndexFacts,
    PrimaryKeyFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
    sort_key,
)

Kind = Literal["primary", "unique", "foreignkey", "check", "index", "sequence"]
F = TypeVar("F", UniqueFacts, ForeignKeyFacts, CheckFacts, IndexFacts)
Named = PrimaryKeyFacts | UniqueFacts | ForeignKeyFacts | CheckFacts | IndexFacts

_PREFIX = 20
"""So much of a table's or column's name is left in a generated name that had to be cut."""


@dataclass(frozen=True, slots=True)
class DependentRename:
    """The new name of a constraint, an index or a sequence; `table` is its table's new key."""

    table: TableKey
    kind: Kind
    old: str
    new: str


class Naming(Protocol):
    """What a database can rename, and what it gives names of its own."""

    renames_constraints: bool

    def column_sequence(self, table_name: str, column_name: str) -> str | None:
        """Return how a new column's sequence would be called."""


def rename_dependents(
    database: Mapping[TableKey, TableFacts],
    models: Mapping[TableKey, TableFacts],
    tables: Mapping[TableKey, Table],
    touched: Iterable[TableKey],
    finder: Finder,
) -> tuple[dict[TableKey, TableFacts], tuple[DependentRename, ...]]:
    """Return the facts with all names that follow, and what is to be renamed for it.

    `touched` are the keys of the tables that something was renamed in or around.
    """
    touched = set(touched)
    facts = dict(database)
    found: list[DependentRename] = []
    for key in database:
        model, table = models.get(key), tables.get(key)
        if model is None or table is None:
            continue
        said = _former_names(table, finder)
        if key in touched or said:
            facts[key], renames = finder.follow(facts[key], model, said, is_touched=key in touched)
            found += renames
    return facts, tuple(found)


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the names of one comparison that follow."""

    renames: Renames
    naming: Naming
    dialect: Dialect
    renders_batches: bool

    def follow(
        self,
        database: TableFacts,
        model: TableFacts,
        said: Mapping[str, tuple[str, ...]],
        *,
        is_touched: bool,
    ) -> tuple[TableFacts, list[DependentRename]]:
        """Return one table's facts with the names that follow, and the renames it takes."""

        def named(side: Sequence[F], other: Sequence[F]) -> dict[str, str]:
            return self._named(side, other, said, database.key, is_touched=is_touched)

        names: dict[Kind, dict[str, str]] = {
            "primary": self._primary(database, model) if is_touched else {},
            "unique": named(database.uniques, model.uniques),
            "index": named(database.indexes, model.indexes),
        }
        if self.naming.renames_constraints or self.renders_batches:
            names["foreignkey"] = named(database.foreign_keys, model.foreign_keys)
            names["check"] = named(database.checks, model.checks)
        renames = [
            DependentRename(database.key, kind, old, new)
            for kind, each in names.items()
            for old, new in sorted(each.items())
        ]
        if is_touched:
            renames += self._sequences(database)
        return _with_names(database, names), renames

    def _primary(self, database: TableFacts, model: TableFacts) -> dict[str, str]:
        old, new = database.primary_key, model.primary_key
        if old is None or new is None or old.columns != new.columns:
            return {}
        if old.name is None or new.name is None or old.name == new.name:
            return {}
        return {old.name: new.name} if self._follows(old.name, new, database.key) else {}

    def _named(
        self,
        database: Sequence[F],
        models: Sequence[F],
        said: Mapping[str, tuple[str, ...]],
        key: TableKey,
        *,
        is_touched: bool,
    ) -> dict[str, str]:
        taken = {each.name for each in models if not each.is_generated_name}
        left = [each for each in database if each.name is not None and each.name not in taken]
        names: dict[str, str] = {}
        there = {each.name for each in database}
        for model in models:
            if model.name is None or model.name in there:
                continue
            for old in left:
                if str(old.name) in names or old.name == model.name:
                    continue
                is_said = old.name in said.get(model.name, ())
                if is_said or (is_touched and self._is_same(old, model, key)):
                    names[str(old.name)] = model.name
                    break
        return names

    def _is_same(self, database: F, model: F, key: TableKey) -> bool:
        if _without_quotes(database) == _without_quotes(model):
            return self._follows(str(database.name), model, key)
        has_words = isinstance(database, CheckFacts) or (
            isinstance(database, IndexFacts)
            and (database.where is not None or any(e.is_expression for e in database.elements))
        )
        return has_words and self._becomes(str(database.name), model.name, key)

    def _follows(self, name: str, model: Named, key: TableKey) -> bool:
        """Tell whether a name of the database gives way: one that the user chose always does."""
        if not model.is_generated_name:
            return True
        if self._becomes(name, model.name, key):
            return True
        beginnings = [each.old.name for each in self.renames.tables]
        beginnings += [each.old for each in self.renames.columns]
        return any(each[:_PREFIX] in name for each in beginnings)

    def _becomes(self, name: str, new_name: str | None, key: TableKey) -> bool:
        """Tell whether a name of what a table has is the new one, once what was renamed in it is.

        All at once, for a new name may be another's old one; columns of others may be meant or not.
        """
        tables = {each.old.name: each.new.name for each in self.renames.tables}
        own = {each.old: each.new for each in self.renames.columns if each.table == key}
        others = {each.old: each.new for each in self.renames.columns}
        return new_name in (_with_new(name, own | tables), _with_new(name, others | own | tables))

    def _sequences(self, table: TableFacts) -> Iterator[DependentRename]:
        old_table = self.renames.old_key(table.key).name
        former = {new: old for old, new in self.renames.columns_of(table.key).items()}
        for column in table.columns:
            if _has_sequence(column):
                old_column = former.get(column.name, column.name)
                old = self.naming.column_sequence(old_table, old_column)
                new = self.naming.column_sequence(table.key.name, column.name)
                if old is not None and new is not None and old != new:
                    yield DependentRename(table.key, "sequence", old, new)


def _without_quotes(fact: F) -> F:
    """Return the content, of a check without quotes: only the database knows which names need them."""
    if isinstance(fact, CheckFacts):
        return content(replace(fact, sql=fact.sql.replace('"', "")))
    return content(fact)


def _with_new(name: str, words: Mapping[str, str]) -> str:
    olds = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.sub(olds, lambda found: words[found[0]], name) if olds else name


def _has_sequence(column: ColumnFacts) -> bool:
    return column.autoincrement or column.identity is not None


def _former_names(table: Table, finder: Finder) -> dict[str, tuple[str, ...]]:
    """Return the former names of a table's constraints and indexes that the models say."""
    items: list[Constraint | Index] = [*table.constraints, *table.indexes]
    found: dict[str, tuple[str, ...]] = {}
    for item in items:
        names = former_names(info_of(item))
        name = sqla.final_name(item, finder.dialect) if names else None
        if name is not None:
            found[name] = names
    return found


def _with_names(table: TableFacts, names: Mapping[Kind, Mapping[str, str]]) -> TableFacts:
    key = table.primary_key

    def renamed(facts: Sequence[F], kind: Kind) -> tuple[F, ...]:
        new = names.get(kind, {})
        changed = (replace(f, name=new.get(str(f.name), f.name)) for f in facts)
        return tuple(sorted(changed, key=sort_key))

    return replace(
        table,
        primary_key=key and replace(key, name=names["primary"].get(str(key.name), key.name)),
        uniques=renamed(table.uniques, "unique"),
        foreign_keys=renamed(table.foreign_keys, "foreignkey"),
        checks=renamed(table.checks, "check"),
        indexes=renamed(table.indexes, "index"),
    )
