"""Renames as values, and the facts of a database as they are after them.

`Renames` say which tables and columns have another name; `rename_facts` applies them to all that
names a table or a column: keys, constraints, indexes, and expressions word by word. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    ForeignKeyFacts,
    IndexElement,
    IndexFacts,
    Options,
    TableFacts,
    TableKey,
    UniqueFacts,
    sort_key,
)

_WORD = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | ::\s*[^\W\d][\w$]* | [^\W\d][\w$]*(\s*\()?""",
    re.VERBOSE,
)
"""Strings, quoted names, type names of casts, and words; a function's with its parenthesis."""

_OPTIONS_WITH_COLUMNS = frozenset({"include", "partition_by"})
F = TypeVar("F", UniqueFacts, ForeignKeyFacts, CheckFacts, IndexFacts)

Names = Mapping[str, str]
"""New names by the old ones."""


@dataclass(frozen=True, slots=True)
class TableRename:
    """A table's new name. `why` is None where the user said it."""

    old: TableKey
    new: TableKey
    why: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnRename:
    """A column's new name; `table` is the table's new key."""

    table: TableKey
    old: str
    new: str
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Renames:
    """All renames of one comparison."""

    tables: tuple[TableRename, ...] = ()
    columns: tuple[ColumnRename, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.columns)

    def new_key(self, old: TableKey) -> TableKey:
        """Return what the table of the database is called afterwards."""
        return next((each.new for each in self.tables if each.old == old), old)

    def old_key(self, new: TableKey) -> TableKey:
        """Return what a table is called in the database."""
        return next((each.old for each in self.tables if each.new == new), new)

    def columns_of(self, table: TableKey) -> dict[str, str]:
        """Return the new names of the columns of a table (by its new key), by the old ones."""
        return {each.old: each.new for each in self.columns if each.table == table}


class Follow(Protocol):
    """What becomes of the name of a foreign key when its table is renamed."""

    def __call__(self, name: str, old_table: str, new_table: str) -> str:
        """Return its name afterwards."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How a database writes names: a name in an expression, an expression in its normal form,
    and what becomes of the name of a foreign key when its table is renamed.
    """

    quote: Callable[[str], str]
    normalise: Callable[[str], str]
    follow: Follow


def rename_facts(
    tables: Mapping[TableKey, TableFacts], renames: Renames, wording: Wording
) -> dict[TableKey, TableFacts]:
    """Return the database's facts as they are once everything is renamed."""
    if not renames:
        return dict(tables)
    return {
        renames.new_key(key): _rename_table(facts, renames, wording)
        for key, facts in tables.items()
    }


def rename_words(sql: str, names: Names, wording: Wording) -> str:
    """Return an expression with its columns' new names; strings, types and functions stay."""

    def new_word(found: re.Match[str]) -> str:
        word = found.group()
        if word[0] == "'" or word.startswith("::") or found.group(1):
            return word
        if word[0] in '"`':
            new = names.get(word[1:-1].replace(word[0] * 2, word[0]))
        else:
            new = folded.get(word.casefold())
        return word if new is None else wording.quote(new)

    folded = {old.casefold(): new for old, new in names.items()}

    renamed = _WORD.sub(new_word, sql)
    return sql if renamed == sql else wording.normalise(renamed)


def _rename_table(facts: TableFacts, renames: Renames, wording: Wording) -> TableFacts:
    key = renames.new_key(facts.key)
    names = renames.columns_of(key)
    has_moved_target = any(
        renames.new_key(each.referred) != each.referred
        or renames.columns_of(renames.new_key(each.referred))
        for each in facts.foreign_keys
    )
    if key == facts.key and not names and not has_moved_target:
        return facts
    reword = partial(rename_words, names=names, wording=wording)
    follow = partial(wording.follow, old_table=facts.key.name, new_table=key.name)
    return replace(
        facts,
        key=key,
        columns=tuple(_rename_column(each, names, reword) for each in facts.columns),
        primary_key=facts.primary_key
        and replace(
            facts.primary_key,
            columns=_renamed(facts.primary_key.columns, names),
            options=_rename_options(facts.primary_key.options, reword),
        ),
        uniques=_sorted(
            replace(
                each,
                columns=_renamed(each.columns, names),
                options=_rename_options(each.options, reword),
            )
            for each in facts.uniques
        ),
        foreign_keys=_sorted(
            _rename_foreign_key(each, names, renames, follow) for each in facts.foreign_keys
        ),
        checks=_sorted(replace(each, sql=reword(each.sql)) for each in facts.checks),
        indexes=_sorted(_rename_index(each, names, reword) for each in facts.indexes),
        options=_rename_options(facts.options, reword),
    )


def _rename_column(facts: ColumnFacts, names: Names, reword: Callable[[str], str]) -> ColumnFacts:
    return replace(
        facts,
        name=names.get(facts.name, facts.name),
        default=None if facts.default is None else reword(facts.default),
        computed=facts.computed and replace(facts.computed, sql=reword(facts.computed.sql)),
    )


def _rename_foreign_key(
    facts: ForeignKeyFacts, names: Names, renames: Renames, follow: Callable[[str], str]
) -> ForeignKeyFacts:
    referred = renames.new_key(facts.referred)
    return replace(
        facts,
        columns=_renamed(facts.columns, names),
        referred=referred,
        referred_columns=_renamed(facts.referred_columns, renames.columns_of(referred)),
        name=None if facts.name is None else follow(facts.name),
    )


def _rename_index(facts: IndexFacts, names: Names, reword: Callable[[str], str]) -> IndexFacts:
    def rename_element(element: IndexElement) -> IndexElement:
        sql = reword(element.sql) if element.is_expression else names.get(element.sql, element.sql)
        return replace(element, sql=sql)

    return replace(
        facts,
        elements=tuple(map(rename_element, facts.elements)),
        where=None if facts.where is None else reword(facts.where),
        include=_renamed(facts.include, names),
        options=_rename_options(facts.options, reword),
    )


def _rename_options(options: Options, reword: Callable[[str], str]) -> Options:
    return tuple(
        (name, reword(value) if name in _OPTIONS_WITH_COLUMNS else value) for name, value in options
    )


def _renamed(columns: tuple[str, ...], names: Names) -> tuple[str, ...]:
    return tuple(names.get(name, name) for name in columns)


def _sorted(facts: Iterable[F]) -> tuple[F, ...]:
    return tuple(sorted(facts, key=sort_key))
