"""The database side: any SQLAlchemy dialect's Inspector → facts, and the scope of a reading.

`read_with_inspector` is the default for databases without a reader of their own; it receives a
connection and a scope, returns facts, and only runs SQLAlchemy's reflection queries. Nothing here
looks at a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Dialect, inspect
from sqlalchemy.engine.interfaces import (
    ReflectedCheckConstraint,
    ReflectedColumn,
    ReflectedForeignKeyConstraint,
    ReflectedIndex,
    ReflectedPrimaryKeyConstraint,
    ReflectedUniqueConstraint,
)
from sqlalchemy.engine.reflection import Inspector

from limbeck.schema import models, normalize
from limbeck.schema.build import build_tables as build_tables
from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    ComputedFacts,
    ForeignKeyFacts,
    IdentityFacts,
    IndexElement,
    IndexFacts,
    PrimaryKeyFacts,
    SchemaFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
    key_order,
    sort_key,
)

_Reflected = dict[tuple[str | None, str], Any]


@dataclass(frozen=True, slots=True)
class ReadScope:
    """What to read. None in `schemas` is the default schema, whose name is `default_schema`."""

    schemas: tuple[str | None, ...]
    default_schema: str | None = None


def read_with_inspector(connection: Connection, scope: ReadScope) -> SchemaFacts:
    """Return the facts of the schemas in `scope`, by SQLAlchemy's reflection."""
    inspector = inspect(connection)
    tables: dict[TableKey, TableFacts] = {}
    for schema in dict.fromkeys(scope.schemas):
        reader = _Reader(inspector, schema, scope.default_schema)
        for facts in reader.tables():
            tables[facts.key] = facts
    order = sorted(tables, key=key_order)
    return SchemaFacts(MappingProxyType({key: tables[key] for key in order}))


class _Reader:
    """Reads one schema: each kind of object once, for all its tables."""

    def __init__(
        self, inspector: Inspector, schema: str | None, default_schema: str | None
    ) -> None:
        self._dialect: Dialect = inspector.dialect
        self._schema = schema
        self._default_schema = default_schema
        self._columns: _Reflected = dict(inspector.get_multi_columns(schema=schema))
        self._primary_keys = self._read(inspector.get_multi_pk_constraint)
        self._uniques = self._read(inspector.get_multi_unique_constraints)
        self._foreign_keys = self._read(inspector.get_multi_foreign_keys)
        self._checks = self._read(inspector.get_multi_check_constraints)
        self._indexes = self._read(inspector.get_multi_indexes)
        self._comments = self._read(inspector.get_multi_table_comment)

    def _read(self, get: Callable[..., Mapping[tuple[str | None, str], Any]]) -> _Reflected:
        try:
            return dict(get(schema=self._schema))
        except NotImplementedError:
            return {}  # the database has no such thing, or its dialect doesn't tell

    def tables(self) -> Iterable[TableFacts]:
        for place in sorted(self._columns, key=lambda item: item[1]):
            yield self._table(place)

    def _table(self, place: tuple[str | None, str]) -> TableFacts:
        key = models.fold_schema(self._schema, place[1], self._default_schema)
        primary_key = _primary_key(self._primary_keys.get(place))
        indexes = (
            _index(item)
            for item in self._indexes.get(place, ())
            if not item.get("duplicates_constraint")
        )
        foreign_keys = (
            _foreign_key(item, self._default_schema) for item in self._foreign_keys.get(place, ())
        )
        return TableFacts(
            key=key,
            columns=tuple(
                _column(item, self._dialect, primary_key) for item in self._columns[place]
            ),
            primary_key=primary_key,
            uniques=tuple(
                sorted((_unique(item) for item in self._uniques.get(place, ())), key=sort_key)
            ),
            foreign_keys=tuple(sorted(foreign_keys, key=sort_key)),
            checks=tuple(
                sorted((_check(item) for item in self._checks.get(place, ())), key=sort_key)
            ),
            indexes=tuple(sorted(indexes, key=sort_key)),
            comment=self._comments.get(place, {}).get("text"),
        )


def _column(
    item: ReflectedColumn, dialect: Dialect, primary_key: PrimaryKeyFacts | None
) -> ColumnFacts:
    default = item.get("default")
    computed = item.get("computed")
    identity = item.get("identity")
    in_key = primary_key is not None and primary_key.columns == (item["name"],)
    return ColumnFacts(
        name=item["name"],
        type=models.normal_type(dialect, item["type"]),
        nullable=item["nullable"],
        default=None if default is None else normalize.normal_expression(default),
        computed=computed
        and ComputedFacts(
            normalize.normal_expression(computed["sqltext"]), computed.get("persisted")
        ),
        identity=None if identity is None else _identity(dict(identity)),
        autoincrement=item.get("autoincrement") is True and identity is None and in_key,
        collation=getattr(item["type"], "collation", None),
        comment=item.get("comment"),
    )


def _identity(item: Mapping[str, Any]) -> IdentityFacts:
    usual = {"start": 1, "increment": 1, "cycle": False, "minvalue": 1}
    options = (
        (name, "true" if value is True else str(value))
        for name, value in sorted(item.items())
        if name != "always" and value is not None and value != usual.get(name)
    )
    return IdentityFacts(always=bool(item.get("always")), options=tuple(options))


def _primary_key(item: ReflectedPrimaryKeyConstraint | None) -> PrimaryKeyFacts | None:
    if item is None or not item["constrained_columns"]:
        return None
    return PrimaryKeyFacts(tuple(item["constrained_columns"]), item.get("name"))


def _unique(item: ReflectedUniqueConstraint) -> UniqueFacts:
    return UniqueFacts(tuple(item["column_names"]), item["name"])


def _check(item: ReflectedCheckConstraint) -> CheckFacts:
    return CheckFacts(normalize.normal_expression(item["sqltext"]), item["name"])


def _foreign_key(
    item: ReflectedForeignKeyConstraint, default_schema: str | None
) -> ForeignKeyFacts:
    options = item.get("options", {})
    match = (options.get("match") or "SIMPLE").upper()
    return ForeignKeyFacts(
        columns=tuple(item["constrained_columns"]),
        referred=models.fold_schema(
            item["referred_schema"], item["referred_table"], default_schema
        ),
        referred_columns=tuple(item["referred_columns"]),
        name=item["name"],
        on_update=models.normal_action(options.get("onupdate")),
        on_delete=models.normal_action(options.get("ondelete")),
        deferrable=bool(options.get("deferrable")),
        initially_deferred=models.is_initially_deferred(options.get("initially")),
        match=None if match == "SIMPLE" else match,
    )


def _index(item: ReflectedIndex) -> IndexFacts:
    sorting = item.get("column_sorting", {})
    elements = []
    for position, name in enumerate(item["column_names"]):
        sql = item["expressions"][position] if name is None else name
        order = sorting.get(sql, ())
        elements.append(
            IndexElement(
                sql=sql if name is not None else normalize.normal_expression(sql),
                is_expression=name is None,
                descending="desc" in order,
                nulls="first"
                if "nulls_first" in order
                else "last"
                if "nulls_last" in order
                else None,
            )
        )
    return IndexFacts(name=item["name"], elements=tuple(elements), unique=bool(item["unique"]))
