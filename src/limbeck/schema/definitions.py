"""Definitions: what a schema has beside its tables and no directive builds, as statements.

A `Definition` is a frozen plain value. A baseline writes its statements into a revision with
`op.execute()`, those that create into the upgrade and those that drop into the downgrade.
`read_with_inspector` is the default for databases without a reader of their own: it can name the
views but not say how to build them. Nothing here looks at a model or changes a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import Connection, inspect

from limbeck.schema.database import ReadScope
from limbeck.schema.facts import TableKey


class Place(IntEnum):
    """When a definition is created; it is dropped in reversed order."""

    BEFORE_TABLES = 1
    AFTER_TABLES = 2


@dataclass(frozen=True, slots=True)
class Definition:
    """One view, trigger, function or the like.

    `create` and `drop` are whole statements without a semicolon at their end, to be run one by
    one. Without a `create` the definition can't be built, and is named in a warning.
    """

    kind: str
    """What it is, in words: "view", "materialized view", "trigger"."""
    name: str
    """Its name as a person would say it, with its schema unless that is the default one."""
    create: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    place: Place = Place.AFTER_TABLES
    table: TableKey | None = None
    """The table that it belongs to: where that is left out, it is left out, too."""
    stands_for: TableKey | None = None
    """The type or sequence that a directive builds: this is only its place in the order."""


def read_with_inspector(connection: Connection, scope: ReadScope) -> Sequence[Definition]:
    """Return the views of the schemas in `scope`; how to build them, SQLAlchemy can't say."""
    return tuple(_views(connection, scope))


def _views(connection: Connection, scope: ReadScope) -> Iterator[Definition]:
    inspector = inspect(connection)
    for schema in sorted(scope.schemas, key=str):
        names = dict.fromkeys(inspector.get_view_names(schema), "view")
        with suppress(NotImplementedError):  # SQLAlchemy's word where a dialect has none of them
            names |= dict.fromkeys(
                inspector.get_materialized_view_names(schema), "materialized view"
            )
        for name, kind in sorted(names.items()):
            yield Definition(kind, name if schema is None else f"{schema}.{name}")
