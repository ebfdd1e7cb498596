"""Differences that may be only in the words: the database is asked for its own.

It receives the tables that differ and returns the models' facts as the database words them. The
models' types and expressions are normalised by the database, those of all tables in one batch.
Where they still differ the database's side is normalised too: what a catalog holds is not always
the last form of it. What the database refuses is left to `fallback`.

    models ─ probe ─→ as the catalog has it? ─ no ─→ probe the database's side ─→ the same at last?
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Table

from limbeck.diff.context import DiffContext
from limbeck.diff.enums import says_one_of
from limbeck.diff.fallback import in_canonical_words
from limbeck.diff.match import Matches, match
from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    IndexElement,
    IndexFacts,
    TableFacts,
    TableKey,
)
from limbeck.schema.probe import Piece, Probe, pieces_of

Pairs = Mapping[TableKey, tuple[TableFacts, TableFacts]]
"""The facts of both sides, database first."""


def settle(
    pairs: Pairs, context: DiffContext, new_values: Collection[str] = ()
) -> dict[TableKey, TableFacts]:
    """Return the models' facts of all pairs, in the database's words where there are any.

    What says one of the new values, which an enum type is yet to get, is new itself: that the
    database refuses it says nothing.
    """
    models = {key: model for key, (_, model) in pairs.items()}
    suspects = _suspects(pairs)
    if not suspects or not context.impl.rewrites_expressions:
        return models
    probe = _ask(context, [context.model_tables[key] for key in suspects])
    models |= probe.facts
    refused = {key: _refused(probe, key, models[key]) for key in suspects}
    left = _suspects({key: (pairs[key][0], models[key]) for key in suspects if key in probe.facts})
    if left:
        again = _ask(context, list(context.database_tables(left).values()))
        for key in left:
            if key in again.facts:
                models[key] = in_words_of(pairs[key][0], again.facts[key], models[key])
                refused[key] |= again.refused.get(key, frozenset())
    for key, all_pieces in refused.items():
        pieces = _of_old_values(all_pieces, models[key], new_values)
        if pieces:
            models[key] = in_canonical_words(
                pairs[key][0],
                models[key],
                pieces,
                context.impl.canonical_expression,
                was_asked=bool(probe.facts),
            )
    return models


def _ask(context: DiffContext, tables: list[Table]) -> Probe:
    if context.connection is None or not context.probes:
        return Probe()
    return context.impl.probe_tables(context.connection, tables)


def _refused(probe: Probe, key: TableKey, model: TableFacts) -> frozenset[Piece]:
    if key not in probe.facts:
        return pieces_of(model)
    return probe.refused.get(key, frozenset())


def _of_old_values(
    pieces: frozenset[Piece], model: TableFacts, new_values: Collection[str]
) -> frozenset[Piece]:
    """Return the pieces that say none of the new values."""
    if not new_values:
        return pieces
    texts: dict[Piece, str] = {}
    for column in model.columns:
        texts[Piece("default", column.name)] = column.default or ""
        texts[Piece("computed", column.name)] = column.computed.sql if column.computed else ""
    for check in model.checks:
        texts[Piece("check", check.name or check.sql)] = check.sql
    for index in model.indexes:
        elements = " ".join(element.sql for element in index.elements)
        texts[Piece("index", str(index.name))] = f"{elements} {index.where or ''}"
    return frozenset(piece for piece in pieces if not says_one_of(new_values, texts.get(piece, "")))


def differs_as_text(database: TableFacts, model: TableFacts) -> bool:
    """Tell whether the two differ in a type, a default or an expression."""
    return (
        any(
            _column_differs(known, column)
            for column in model.columns
            if (known := database.column(column.name)) is not None
        )
        or bool(Counter(it.sql for it in model.checks) - Counter(it.sql for it in database.checks))
        or any(map(_has_expressions, _uncertain(match(database.indexes, model.indexes))))
        or len({_partitions(database), _partitions(model)} - {None}) > 1
    )


def _uncertain(matches: Matches[IndexFacts]) -> Iterator[IndexFacts]:
    """Yield the models' indexes that differ, or without a name of their own found no partner."""
    yield from (model for _, model in matches.changed)
    yield from (each for each in matches.added if each.is_generated_name or each.name is None)


def in_words_of(database: TableFacts, normalised: TableFacts, model: TableFacts) -> TableFacts:
    """Return the normalised model with the database's own words for what means the same.

    `normalised` is the database's side after the same treatment as the model had.
    """
    columns = {column.name: column for column in normalised.columns}
    before = {index.name: index for index in database.indexes}
    after = {index.name: index for index in normalised.indexes}
    return replace(
        model,
        columns=tuple(
            _column_in_words_of(database.column(column.name), columns.get(column.name), column)
            for column in model.columns
        ),
        checks=tuple(_checks_in_words_of(database, normalised, model)),
        indexes=tuple(
            _index_in_words_of(before[index.name], after[index.name], index)
            if index.name in before and index.name in after
            else index
            for index in model.indexes
        ),
    )


def _checks_in_words_of(
    database: TableFacts, normalised: TableFacts, model: TableFacts
) -> Iterator[CheckFacts]:
    """Yield the model's checks in the database's words; of several with one meaning, each its own."""
    same: dict[str, list[CheckFacts]] = defaultdict(list)
    for before, after in zip(database.checks, normalised.checks, strict=False):
        same[after.sql].append(before)
    names = {check.name for check in model.checks}
    for check in model.checks:
        twins = same.get(check.sql, [])
        found = next((each for each in twins if each.name == check.name), None)
        if found is None:
            found = next((each for each in twins if each.name not in names), None)
            if found is not None:
                twins.remove(found)
        yield check if found is None else replace(check, sql=found.sql)


def _suspects(pairs: Pairs) -> list[TableKey]:
    return [key for key, (database, model) in pairs.items() if differs_as_text(database, model)]


def _column_differs(database: ColumnFacts, model: ColumnFacts) -> bool:
    return (database.type, database.default, database.computed, database.collation) != (
        model.type,
        model.default,
        model.computed,
        model.collation,
    )


def _partitions(table: TableFacts) -> str | None:
    return dict(table.options).get("partition_by")


def _has_expressions(index: IndexFacts) -> bool:
    # an operator class may be the one that the database takes anyway
    return index.where is not None or any(
        each.is_expression or each.options for each in index.elements
    )


def _column_in_words_of(
    database: ColumnFacts | None, normalised: ColumnFacts | None, model: ColumnFacts
) -> ColumnFacts:
    if database is None or normalised is None:
        return model
    return replace(
        model,
        type=database.type if normalised.type == model.type else model.type,
        default=database.default if normalised.default == model.default else model.default,
        computed=database.computed if normalised.computed == model.computed else model.computed,
    )


def _index_in_words_of(
    database: IndexFacts, normalised: IndexFacts, model: IndexFacts
) -> IndexFacts:
    words = {
        after.sql: before
        for before, after in zip(database.elements, normalised.elements, strict=False)
        if after.is_expression
    }

    def reword(element: IndexElement) -> IndexElement:
        before = words.get(element.sql) if element.is_expression else None
        return element if before is None else replace(element, sql=before.sql)

    where = database.where if normalised.where == model.where else model.where
    return replace(model, elements=tuple(map(reword, model.elements)), where=where)
