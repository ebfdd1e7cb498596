"""What `include_name` lets through of the database's side: the rest counts as not being there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from limbeck.diff.context import DiffContext
from limbeck.schema.facts import (
    ForeignKeyFacts,
    IndexFacts,
    SchemaFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
)

F = TypeVar("F", UniqueFacts, ForeignKeyFacts, IndexFacts)


def visible_tables(database: SchemaFacts, context: DiffContext) -> Mapping[TableKey, TableFacts]:
    """Return the tables of the database whose names pass."""
    if not context.has_name_filters:
        return database.tables
    return {
        key: facts
        for key, facts in database.tables.items()
        if context.run_name_filters(key.name, "table", {"schema_name": key.schema})
    }


def visible_parts(facts: TableFacts, context: DiffContext) -> TableFacts:
    """Return a table with those of its columns, constraints and indexes whose names pass."""
    if not context.has_name_filters:
        return facts
    parents = {"schema_name": facts.key.schema, "table_name": facts.key.name}

    def passing(parts: tuple[F, ...], kind: str) -> tuple[F, ...]:
        return tuple(
            part for part in parts if context.run_name_filters(part.name, kind, dict(parents))
        )

    return replace(
        facts,
        columns=tuple(
            column
            for column in facts.columns
            if context.run_name_filters(column.name, "column", dict(parents))
        ),
        uniques=passing(facts.uniques, "unique_constraint"),
        indexes=passing(facts.indexes, "index"),
        foreign_keys=passing(facts.foreign_keys, "foreign_key_constraint"),
    )
