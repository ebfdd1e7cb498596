"""What a PostgreSQL schema has beside its tables → statements, in an order that works.

The queries of `beside` give every object with its statements; `pg_depend` says which needs which.

    extensions, schemas, types, sequences, the functions that these and tables need
        · tables ·
    partitions, other functions, views, triggers, rules, policies, statistics, comments

Sequences that columns own are made by SERIAL and identity; where their names or options are not
what these give, statements after the tables say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, text

from limbeck.ddl.postgresql import beside
from limbeck.ddl.postgresql.models import LARGEST, object_name
from limbeck.ddl.postgresql.text import normal_expression, quoted_name
from limbeck.schema.database import ReadScope
from limbeck.schema.definitions import Definition, Place
from limbeck.schema.facts import TableKey
from limbeck.schema.models import fold_schema

_BY_DIRECTIVE = frozenset({"enum", "domain", "sequence"})
_ONLY_WHERE_NEEDED = frozenset({"function", "procedure", "view", "materialized view"})
_ALWAYS_AFTER = frozenset({"partition", "trigger", "rule", "policy", "statistics"})
_RANKS = ("extension", "schema", "collation", "sequence", "enum", "domain")
_UNCHECKED_BODIES = Definition(
    "setting",
    "check_function_bodies",
    ("SET LOCAL check_function_bodies = off",),
    place=Place.BEFORE_TABLES,
)
"""A function's body may name what is created after it."""


class _Node(NamedTuple):
    """An object by its catalog and number."""

    class_: str
    oid: int


def read_definitions(connection: Connection, scope: ReadScope) -> Sequence[Definition]:
    """Return what is beside the tables of the schemas, ordered so that each finds what it needs."""
    default = scope.default_schema or connection.dialect.default_schema_name or "public"
    schemas = sorted({schema or default for schema in scope.schemas})
    if not schemas:
        return ()
    read = _Reading(connection, schemas, default)
    objects = {_Node(row[0], row.oid): row for row in read.rows(beside.OBJECTS)}
    tables = {
        row.oid: fold_schema(row.schema, row.name, default) for row in read.rows(beside.TABLES)
    }
    needs = _Needs(read, frozenset(_Node("pg_class", oid) for oid in tables))
    places = _places(objects, needs)
    ordered = [
        _definition(objects[node], places[node], tables, default)
        for node in _ordered(objects, needs)
    ]
    owned = [each for row in read.rows(beside.OWNED_SEQUENCES) for each in _owned(row, default)]
    details = [
        Definition("setting", row.statement, (row.statement,), table=tables.get(row.root))
        for row in read.rows(beside.DETAILS)
    ]
    comments = [
        Definition("comment", f"on {row.kind} {row.name}", (row.statement,))
        for row in read.rows(beside.COMMENTS)
    ]
    bodies = [_UNCHECKED_BODIES] if any(row.schema == "sql" for row in objects.values()) else []
    found = [*bodies, *ordered, *owned, *details, *comments]
    return tuple(sorted(found, key=lambda each: each.place))


@dataclass(frozen=True)
class _Reading:
    """The connection and what to read there."""

    connection: Connection
    schemas: Sequence[str]
    default_schema: str

    def rows(self, query: str) -> Sequence[Row[Any]]:
        statement = text(query.replace("::", r"\:\:"))
        values: dict[str, Any] = {}
        if ":schemas" in query:
            statement = statement.bindparams(bindparam("schemas", expanding=True))
            values["schemas"] = list(self.schemas)
        if ":default_schema" in query:
            values["default_schema"] = self.default_schema
        return self.connection.execute(statement, values).all()


class _Needs:
    """What needs what, parts counted as the objects they are parts of."""

    def __init__(self, reading: _Reading, tables: frozenset[_Node]) -> None:
        self.tables = tables
        self._reading = reading

    @cached_property
    def _owners(self) -> Mapping[_Node, _Node]:
        return {
            _Node(row[0], row.oid): _Node(row.owner_class, row.owner)
            for row in self._reading.rows(beside.OWNERS)
        }

    @cached_property
    def direct(self) -> Mapping[_Node, Sequence[_Node]]:
        found: dict[_Node, set[_Node]] = defaultdict(set)
        for row in self._reading.rows(beside.NEEDS):
            node = self._whole(_Node(row[0], row.oid))
            needed = self._whole(_Node(row.needed_class, row.needed_oid))
            if node != needed:
                found[node].add(needed)
        return {node: sorted(needed) for node, needed in found.items()}

    def _whole(self, node: _Node) -> _Node:
        while node in self._owners and self._owners[node] != node:
            node = self._owners[node]
        return node

    def reached_from(self, starts: Sequence[_Node]) -> frozenset[_Node]:
        """Return all that these need, directly or not, themselves included."""
        found: set[_Node] = set()
        left = list(starts)
        while left:
            node = left.pop()
            if node not in found:
                found.add(node)
                left.extend(self.direct.get(node, ()))
        return frozenset(found)


def _places(objects: Mapping[_Node, Row[Any]], needs: _Needs) -> dict[_Node, Place]:
    """Return which objects have to be there before the tables, and which come after them."""
    first = [
        node for node, row in objects.items() if row.kind not in _ONLY_WHERE_NEEDED | _ALWAYS_AFTER
    ]
    early = needs.reached_from([*first, *needs.tables])
    places = {}
    for node, row in objects.items():
        needs_table = bool(needs.reached_from([node]) & needs.tables)
        is_early = node in early and row.kind not in _ALWAYS_AFTER and not needs_table
        places[node] = Place.BEFORE_TABLES if is_early else Place.AFTER_TABLES
    return places


def _ordered(objects: Mapping[_Node, Row[Any]], needs: _Needs) -> list[_Node]:
    """Return the objects, each behind those that it needs."""
    result: dict[_Node, None] = {}
    seen: set[_Node] = set()

    def visit(node: _Node) -> None:
        if node in seen:
            return
        seen.add(node)
        for needed in needs.direct.get(node, ()):
            visit(needed)
        if node in objects:
            result[node] = None

    for node in sorted(objects, key=lambda node: _rank(objects[node])):
        visit(node)
    return list(result)


def _rank(row: Row[Any]) -> tuple[int, str, str]:
    rank = _RANKS.index(row.kind) if row.kind in _RANKS else len(_RANKS)
    return (rank, row.kind, row.name)


def _definition(
    row: Row[Any], place: Place, tables: Mapping[int, TableKey], default_schema: str
) -> Definition:
    key = None
    if row.kind in _BY_DIRECTIVE:
        key = fold_schema(row.schema, row.object, default_schema)
    return Definition(
        row.kind,
        row.name,
        tuple(row.creation),
        tuple(row.removal),
        place=place,
        table=tables.get(row.root),
        stands_for=key,
    )


# --------------------------------------------------------------------------------- owned sequences


def _owned(row: Row[Any], default_schema: str) -> Iterator[Definition]:
    """Yield what makes a column's own sequence what it is.

    One that is not made with its table is created before it; the others are renamed and altered.
    """
    table = fold_schema(row.schema, row.table_name, default_schema)
    is_brought_along = row.kind == "i" or (row.is_default and row.is_key)
    statements = []
    if not is_brought_along:
        create = " ".join([f"CREATE SEQUENCE {row.name}", *_options(row, "bigint")])
        yield Definition("sequence", row.name, (create,), place=Place.BEFORE_TABLES, table=table)
        statements.append(f"ALTER SEQUENCE {row.name} OWNED BY {row.owner}")
    else:
        made = object_name(row.table_name, row.column_name, "seq")
        if made != row.sequence:
            path = made if table.schema is None else f"{_quoted(table.schema)}.{_quoted(made)}"
            statements.append(f"ALTER SEQUENCE {path} RENAME TO {_quoted(row.sequence)}")
        options = _options(row, row.column_type) if row.kind == "a" else []
        if options:
            statements.append(" ".join([f"ALTER SEQUENCE {row.name}", *options]))
    if statements:
        yield Definition("sequence", row.name, tuple(statements), table=table)


def _options(row: Row[Any], type_: str) -> list[str]:
    """Return what is to be said of a sequence that would get this type by itself."""
    largest = LARGEST.get(row.type, LARGEST["bigint"])
    is_ascending = row.increment > 0
    least = 1 if is_ascending else -largest - 1
    most = largest if is_ascending else -1
    said = {
        f"AS {row.type}": row.type != type_,
        f"INCREMENT BY {row.increment}": row.increment != 1,
        f"MINVALUE {row.minvalue}": row.minvalue != least,
        f"MAXVALUE {row.maxvalue}": row.maxvalue != most,
        f"START WITH {row.start}": row.start != (row.minvalue if is_ascending else row.maxvalue),
        f"CACHE {row.cache}": row.cache != 1,
        "CYCLE": row.cycle,
    }
    return [words for words, differs in said.items() if differs]


def _quoted(name: str) -> str:
    """Return a name in quotes where it needs them."""
    return normal_expression(quoted_name(name))
