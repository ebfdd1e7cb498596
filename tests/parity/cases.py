"""Autogenerate on models before and after a change: what a case is, and models for many of them.

Imports SQLAlchemy alone: the real Alembic's process runs it, too. A case is a function of `Side`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table


@dataclass
class Case:
    """What is in the database, what the models are, and how both are compared."""

    before: MetaData
    after: MetaData | Sequence[MetaData]
    opts: dict[str, Any] = field(default_factory=dict)
    sql: Sequence[str] = ()
    """What is done to the database beside, and undone by `undo`."""
    undo: Sequence[str] = ()
    heard: list[Any] = field(default_factory=list)
    """What hooks were called with; both sides have to call them alike."""
    comparators: Sequence[tuple[Any, ...]] = ()
    """Functions to be registered, by what they compare."""
    methods: dict[str, Callable[..., Any]] = field(default_factory=dict)
    """What a dialect of somebody else's, a subclass of the real one, does otherwise."""
    process: Callable[..., Any] | None = None
    """A `process_revision_directives`."""


@dataclass(frozen=True)
class Side:
    """Alembic or limbeck, on one database with a second schema, where there are any."""

    package: str
    dialect: str
    second_schema: str | None

    def module(self, name: str) -> Any:
        """Return a module of the package."""
        return import_module(f"{self.package}.{name}")

    @property
    def ops(self) -> Any:
        """The directives."""
        return self.module("operations.ops")


CASES: dict[str, Callable[[Side], Case | None]] = {}


def case(function: Callable[[Side], Case | None]) -> Callable[[Side], Case | None]:
    """Register a case under the name of its function."""
    CASES[function.__name__] = function
    return function


def users(metadata: MetaData, *more: Any, name: str = "users", **options: Any) -> Table:
    """Add a table with a key."""
    return Table(name, metadata, Column("id", Integer, primary_key=True), *more, **options)


def pair(before: Sequence[Any] = (), after: Sequence[Any] = (), **options: Any) -> Case:
    """Return a case of one table with these items, before and after."""
    old, new = MetaData(), MetaData()
    users(old, *before)
    users(new, *after)
    return Case(old, new, dict(options))


def of_pair(before: Callable[[MetaData], Any], after: Callable[[MetaData], Any]) -> Case:
    """Return the case of two functions that define models."""
    old, new = MetaData(), MetaData()
    before(old)
    after(new)
    return Case(old, new)


def changed_everywhere() -> tuple[MetaData, MetaData]:
    """Return models that differ in all that the filters are asked about."""
    old, new = MetaData(), MetaData()
    for metadata in (old, new):
        users(metadata, name="parents")
        users(metadata, Column("same", Integer), name="untouched")
    users(
        old,
        Column("gone", Integer),
        Column("kept", Integer),
        Column("altered", String(10)),
        Column("parent", Integer, ForeignKey("parents.id", name="fk_old")),
        Index("ix_old", "kept"),
        Index("ix_both", "kept"),
        sa.UniqueConstraint("kept", name="uq_old"),
    )
    users(
        new,
        Column("come", Integer),
        Column("kept", Integer),
        Column("altered", String(20), nullable=False),
        Column("parent", Integer),
        Column("other", Integer, ForeignKey("parents.id", name="fk_new")),
        Index("ix_new", "kept", "altered"),
        Index("ix_both", "kept", unique=True),
        sa.UniqueConstraint("altered", name="uq_new"),
    )
    users(old, Index("ix_dropped", "id"), name="dropped")
    users(new, Column("x", Integer, index=True), name="created")
    return old, new
