"""Differences that may be only in the words: the database is asked for its own.

It receives the tables that differ, lets the database normalise those of the models that differ
from its catalogs as text, all in one batch, and returns the models' facts as the database
says them. What it refuses stays as text, with a warning that names the table.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace

from limbeck.diff.context import DiffContext
from limbeck.diff.match import match
from limbeck.schema.facts import ColumnFacts, IndexFacts, TableFacts, TableKey


def settle(
    pairs: Mapping[TableKey, tuple[TableFacts, TableFacts]], context: DiffContext
) -> dict[TableKey, TableFacts]:
    """Return the models' facts of all pairs (database, model), normalised where it matters."""
    models = {key: model for key, (_, model) in pairs.items()}
    suspects = [key for key, (database, model) in pairs.items() if differs_as_text(database, model)]
    if not suspects or context.connection is None:
        return models
    tables = [context.model_tables[key] for key in suspects]
    probed = context.impl.probe_tables(context.connection, tables)
    for key in suspects:
        if key in probed:
            models[key] = normalised(models[key], probed[key])
        elif context.impl.rewrites_expressions:
            warnings.warn(
                f"The database would not normalise the expressions of table {key}: they are "
                "compared as text, so look twice at what is found to have changed there.",
                stacklevel=2,
            )
    return models


def differs_as_text(database: TableFacts, model: TableFacts) -> bool:
    """Tell whether the two differ in a type, a default or an expression."""
    return (
        any(
            _column_differs(known, column)
            for column in model.columns
            if (known := database.column(column.name)) is not None
        )
        or bool({check.sql for check in model.checks} - {check.sql for check in database.checks})
        or any(_has_expressions(new) for _, new in match(database.indexes, model.indexes).changed)
    )


def normalised(model: TableFacts, probed: TableFacts) -> TableFacts:
    """Return the model's facts with types, defaults and expressions as the probe says them."""
    columns = {column.name: column for column in probed.columns}
    indexes = {index.name: index for index in probed.indexes}
    checks = dict(zip(model.checks, probed.checks, strict=False))
    if len(model.checks) != len(probed.checks):
        checks = {}
    return replace(
        model,
        columns=tuple(_column(each, columns.get(each.name, each)) for each in model.columns),
        checks=tuple(replace(each, sql=checks.get(each, each).sql) for each in model.checks),
        indexes=tuple(_index(each, indexes.get(each.name, each)) for each in model.indexes),
    )


def _column_differs(database: ColumnFacts, model: ColumnFacts) -> bool:
    return (database.type, database.default, database.computed, database.collation) != (
        model.type,
        model.default,
        model.computed,
        model.collation,
    )


def _has_expressions(index: IndexFacts) -> bool:
    return index.where is not None or any(each.is_expression for each in index.elements)


def _column(model: ColumnFacts, probed: ColumnFacts) -> ColumnFacts:
    return replace(
        model,
        type=probed.type,
        default=probed.default,
        computed=probed.computed,
        collation=probed.collation,
    )


def _index(model: IndexFacts, probed: IndexFacts) -> IndexFacts:
    return replace(model, elements=probed.elements, where=probed.where)
