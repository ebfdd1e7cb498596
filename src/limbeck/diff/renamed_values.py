"""Types and sequences after renames: who uses them, and which values of enum types have new names.

Receives the database's facts with all tables and columns renamed; returns them with the users of
types and sequences under their new names, and what renames the values that the models say
(`renamed_from(values=…)`). Pure, but for a warning where nothing can rename the values: those that
rows have word for word are renamed by `row_values`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, Table

from limbeck.ddl.base import string_literal
from limbeck.ddl.impl import DefaultImpl
from limbeck.diff.renaming import Renames
from limbeck.operations.ops import AlterEnumOp
from limbeck.renamed import RENAMED_VALUES, info_of
from limbeck.schema.facts import ColumnFacts, EnumFacts, SchemaFacts, TableFacts, TableKey, User

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SaidValues:
    """The renamed values of one column: new names by the old ones."""

    table: TableKey
    column: Column[Any]
    names: Names

    @property
    def name(self) -> str:
        """The name of the column."""
        return str(self.column.name)

    @property
    def values(self) -> tuple[str, ...]:
        """The values that the models say; none where the column's type is no enum itself."""
        return tuple(getattr(self.column.type, "enums", ()))

    def is_type(self, key: TableKey) -> bool:
        """Tell whether a type is the column's, or that of its elements."""
        type_ = getattr(self.column.type, "item_type", self.column.type)
        is_native = getattr(type_, "native_enum", True)
        return is_native and getattr(type_, "name", None) == key.name


def rename_users(facts: SchemaFacts, renames: Renames) -> SchemaFacts:
    """Return the facts with the new names of who uses types and sequences."""
    if not renames:
        return facts

    def renamed(user: User) -> User:
        table, column = renames.new_key(user[0]), user[1]
        new = None if column is None else renames.columns_of(table).get(column, column)
        return (table, new)

    return replace(
        facts,
        enums={
            key: replace(each, users=tuple(map(renamed, each.users)))
            for key, each in facts.enums.items()
        },
        domains={
            key: replace(each, users=tuple(map(renamed, each.users)))
            for key, each in facts.domains.items()
        },
        sequences={
            key: replace(
                each,
                users=tuple(map(renamed, each.users)),
                owner=None if each.owner is None else renamed(each.owner),
            )
            for key, each in facts.sequences.items()
        },
    )


def rename_values(
    facts: SchemaFacts, tables: Mapping[TableKey, Table], impl: DefaultImpl
) -> tuple[SchemaFacts, tuple[AlterEnumOp, ...]]:
    """Return the facts with the new names of values, and the directives that rename them."""
    enums, of_tables = dict(facts.enums), dict(facts.tables)
    directives = []
    for said in (each for key, table in tables.items() for each in said_values(key, table)):
        there = of_tables.get(said.table)
        used = [key for key in enums if said.is_type(key) and _uses(enums[key], said)]
        for key in used:
            found = enums[key]
            names = {
                old: new
                for old, new in said.names.items()
                if old in found.values and new not in found.values
            }
            if not names:
                continue
            values = tuple(names.get(value, value) for value in found.values)
            directives.append(
                AlterEnumOp(
                    key.name,
                    values,
                    existing_values=found.values,
                    renames=names,
                    schema=key.schema,
                )
            )
            enums[key] = replace(found, values=values, renamed=tuple(names.values()))
            for table, column in found.users:
                if table in of_tables and column is not None:
                    of_tables[table] = _with_new_words(of_tables[table], column, key.name, names)
        if there is not None and not used and not said.values:
            _warn_of_rows(there, said, impl)
    return replace(facts, enums=enums, tables=of_tables), tuple(directives)


def said_values(key: TableKey, table: Table) -> Iterator[SaidValues]:
    """Yield what the models say of renamed values in the columns of a table."""
    for column in table.columns:
        values: Mapping[str, str] = info_of(column).get(RENAMED_VALUES, {})
        if values:
            yield SaidValues(key, column, {old: new for new, old in values.items()})


def _uses(enum: EnumFacts, said: SaidValues) -> bool:
    return (said.table, said.name) in enum.users


def _with_new_words(table: TableFacts, column: str, type_: str, names: Names) -> TableFacts:
    """Return the table as the database words it once values of a column's type are renamed."""

    def reword(sql: Any) -> Any:
        return sql and _reword(sql, type_, names)

    def reword_default(each: ColumnFacts) -> Any:
        if each.name != column or each.default is None:
            return reword(each.default)
        cast = f"::{type_}"  # which facts leave out
        return reword(each.default + cast).removesuffix(cast)

    return replace(
        table,
        columns=tuple(
            replace(
                each,
                default=reword_default(each),
                computed=each.computed and replace(each.computed, sql=reword(each.computed.sql)),
            )
            for each in table.columns
        ),
        checks=tuple(replace(each, sql=reword(each.sql)) for each in table.checks),
        indexes=tuple(
            replace(
                each,
                where=reword(each.where),
                elements=tuple(replace(part, sql=reword(part.sql)) for part in each.elements),
            )
            for each in table.indexes
        ),
    )


def _reword(sql: str, type_: str, names: Names) -> str:
    """Return SQL, as the server writes it, with the new values of a type, or of an array of it."""
    cast = rf'::(?:(?:\w+|"[^"]+")\.)?"?{re.escape(type_)}(?!\w)'
    literal = re.compile(rf"(?<!')'(?P<value>(?:[^']|'')*)'(?={cast})")
    words = {string_literal(old)[1:-1]: string_literal(new)[1:-1] for old, new in names.items()}
    olds = "|".join(map(re.escape, words))
    item = re.compile(rf'(?<=[{{,])"?({olds})"?(?=[,}}])')

    def new(match: re.Match[str]) -> str:
        value = match["value"]
        is_array = sql.startswith("{", match.start() + 1)
        found = (
            item.sub(lambda m: f'"{words[m[1]]}"', value) if is_array else words.get(value, value)
        )
        return f"'{found}'"

    return literal.sub(new, sql)


def _warn_of_rows(table: TableFacts, said: SaidValues, impl: DefaultImpl) -> None:
    """Warn where a value is one of several in a row, in a SET or an array."""
    found = table.column(said.name)
    text = " ".join([found.type if found else "", *(check.sql for check in table.checks)])
    for old, new in said.names.items():
        is_old, is_new = (impl.normal_word(word) in text for word in (old, new))
        if found is not None and is_old and not is_new:
            warnings.warn(
                f"The value {old!r} of {said.table}.{found.name} is now {new!r}, and the rows have "
                "it word for word: add an UPDATE of them to the revision, between a change that "
                "allows both values and one that leaves the old one out.",
                stacklevel=2,
            )
