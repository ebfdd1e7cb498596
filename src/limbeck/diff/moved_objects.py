"""Types and sequences that are in another schema than before: moved, not dropped and created.

Receives the database's facts, all tables renamed, and the models'; returns the facts as they are
after the moves, and the directives. What is under the same name in one other schema is moved: a type
with the same values, a domain over the same type, which saves their tables a rewrite, and a sequence,
which goes on counting where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Table

from limbeck.ddl.base import string_literal
from limbeck.logs import logger_of
from limbeck.operations.ops import SetSchemaOp
from limbeck.operations.schemas import ObjectType
from limbeck.schema.facts import (
    ColumnFacts,
    DomainFacts,
    EnumFacts,
    SchemaFacts,
    SequenceFacts,
    TableFacts,
    TableKey,
    User,
    key_order,
)

log = logger_of(__name__)

Admits = Callable[[TableKey, str], bool]
"""Tells whether the user's filter lets an object of that kind ("enum", …) take part."""
Typed = TypeVar("Typed", ColumnFacts, DomainFacts)
Facts = TypeVar("Facts", EnumFacts, DomainFacts, SequenceFacts)


@dataclass(frozen=True, slots=True)
class Moves:
    """Where objects go: new keys by old ones."""

    types: Mapping[TableKey, TableKey] = field(default_factory=dict)
    sequences: Mapping[TableKey, TableKey] = field(default_factory=dict)
    directives: tuple[SetSchemaOp, ...] = ()

    def adjust_types(self, table: Table) -> None:
        """Say the new schema in types of a table that was reflected before the move."""
        for column in table.columns if self.types else ():
            type_: Any = getattr(column.type, "item_type", column.type)
            old = TableKey(getattr(type_, "schema", None), str(getattr(type_, "name", "")))
            if old in self.types:
                type_.schema = self.types[old].schema


def find_moves(
    database: SchemaFacts,
    models: SchemaFacts,
    kinds: frozenset[str],
    admits: Admits,
    quote: Callable[[str], str],
) -> Moves:
    """Return what is in another schema on the models' side, all that uses it along with it."""
    finder = _Finder(models, admits, quote)
    enums = finder.moved(database.enums, models.enums, "enum") if "enums" in kinds else {}
    domains, sequences = {}, {}
    if "domains" in kinds:
        domains = finder.moved(database.domains, models.domains, "domain")
    if "sequences" in kinds:
        sequences = finder.moved(database.sequences, models.sequences, "sequence")
    by_type: dict[ObjectType, Mapping[TableKey, TableKey]] = {
        "type": enums,
        "domain": domains,
        "sequence": sequences,
    }
    directives = [
        SetSchemaOp(old.name, new.schema, type_=type_, schema=old.schema)
        for type_, moved in by_type.items()
        for old, new in moved.items()
    ]
    for each in directives:
        log.info(
            "Detected moved %s '%s'", each.object_type, TableKey(each.schema, each.object_name)
        )
    return Moves({**enums, **domains}, sequences, tuple(directives))


@dataclass(frozen=True, slots=True)
class _Finder:
    models: SchemaFacts
    admits: Admits
    quote: Callable[[str], str]

    def moved(
        self, database: Mapping[TableKey, Facts], models: Mapping[TableKey, Facts], kind: str
    ) -> dict[TableKey, TableKey]:
        """Return the new keys by the old ones, of what has one name in two schemas and no rival."""
        gone = [key for key in database if key not in models]
        new = [key for key in models if key not in database]
        found = {}
        for key in new:
            olds = [each for each in gone if each.name == key.name]
            rivals = [each for each in new if each.name == key.name]
            if len(olds) != 1 or len(rivals) != 1 or not self.admits(olds[0], kind):
                continue
            if self._may_move(database[olds[0]], models[key]):
                found[olds[0]] = key
        return found

    def _may_move(self, old: Facts, new: Facts) -> bool:
        """Tell whether all that uses the old one uses the new one in the models, or is gone."""
        if old.is_needed or (isinstance(old, SequenceFacts) and old.owner is not None):
            return False
        return _is_same(old, new) and all(self._goes_along(user, new) for user in old.users)

    def _goes_along(self, user: User, new: Facts) -> bool:
        place, column_name = user
        if column_name is None:  # a domain, which may move itself
            return any(key.name == place.name for key in self.models.domains)
        table = self.models.tables.get(place)
        column = None if table is None else table.column(column_name)
        if column is None:
            return table is not None
        path = quoted_path(new.key, self.quote)
        if isinstance(new, SequenceFacts):
            return column.default is None or _counts_by(column.default, path)
        return column.type.removesuffix("[]") == path


def _is_same(old: Facts, new: Facts) -> bool:
    match old, new:
        case EnumFacts(), EnumFacts():
            return old.values == new.values
        case DomainFacts(), DomainFacts():
            return old.type == new.type  # what else differs is altered after the move
        case _:
            return True


def move_facts(
    facts: SchemaFacts, models: SchemaFacts, moves: Moves, quote: Callable[[str], str]
) -> SchemaFacts:
    """Return the facts as they are once everything is moved."""
    if not moves.directives:
        return facts

    path = partial(quoted_path, quote=quote)
    tables, domains = dict(facts.tables), dict(facts.domains)
    for old, new in moves.types.items():
        type_ = facts.enums.get(old) or facts.domains[old]
        for table, column in type_.users:
            if column is None and table in domains:
                domains[table] = _retyped(domains[table], path(old), path(new))
            elif column is not None and table in tables:
                change = partial(_retyped, old=path(old), new=path(new))
                tables[table] = _with_column(tables[table], column, change)
    for old, new in moves.sequences.items():
        for table, column in facts.sequences[old].users:
            if column is not None and table in tables:
                model = models.tables.get(table)
                wanted = None if model is None else model.column(column)
                change = partial(_recounted, old=path(old), new=path(new), wanted=wanted)
                tables[table] = _with_column(tables[table], column, change)
    return replace(
        facts,
        tables=tables,
        enums=_rekeyed(facts.enums, moves.types),
        domains=_rekeyed(domains, moves.types),
        sequences=_rekeyed(facts.sequences, moves.sequences),
    )


def _with_column(
    table: TableFacts, name: str, change: Callable[[ColumnFacts], ColumnFacts]
) -> TableFacts:
    columns = (change(each) if each.name == name else each for each in table.columns)
    return replace(table, columns=tuple(columns))


def _retyped(facts: Typed, old: str, new: str) -> Typed:
    is_of_type = facts.type.removesuffix("[]") == old
    return replace(facts, type=facts.type.replace(old, new, 1)) if is_of_type else facts


def _recounted(facts: ColumnFacts, old: str, new: str, wanted: ColumnFacts | None) -> ColumnFacts:
    """Return the column with the sequence in its default under its new name.

    In the models' words if they count by it, too: the database can't be asked before the move.
    """
    if facts.default is None:
        return facts
    if wanted is not None and wanted.default is not None and _counts_by(wanted.default, new):
        return replace(facts, default=wanted.default)
    before, after = string_literal(old), string_literal(new)
    return replace(facts, default=facts.default.replace(before, after))


def _counts_by(default: str, path: str) -> bool:
    """Tell whether a default has a sequence's next number; it calls it by text, or by name."""
    return any(f"nextval({words}" in default for words in (string_literal(path), f"{path})"))


def quoted_path(key: TableKey, quote: Callable[[str], str]) -> str:
    """Return a name with its schema, as types of columns and words of defaults have it."""
    return ".".join(quote(part) for part in key if part is not None)


def _rekeyed(
    facts: Mapping[TableKey, Facts], moved: Mapping[TableKey, TableKey]
) -> dict[TableKey, Facts]:
    """Return objects under their new keys; who uses a domain is called by it, too."""

    def user(each: User) -> User:
        return (moved.get(each[0], each[0]), None) if each[1] is None else each

    found = {}
    for key, each in facts.items():
        new = moved.get(key, key)
        found[new] = replace(each, key=new, users=tuple(map(user, each.users)))
    return {key: found[key] for key in sorted(found, key=key_order)}
