"""Expressions that no database was asked for: their canonical forms are compared, and it is said.

It receives one table on both sides and what of it could not be normalised, and returns the model
with the database's words where the canonical forms are the same. It never asks the database.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace

from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    IndexElement,
    IndexFacts,
    TableFacts,
    TableKey,
)
from limbeck.schema.probe import Piece

Canonical = Callable[[str], str | None]
"""Returns the canonical form of an expression; None where it can't be read."""


def in_canonical_words(
    database: TableFacts, model: TableFacts, refused: Collection[Piece], canonical: Canonical
) -> TableFacts:
    """Return the model with the database's words for what of `refused` has the same canonical form.

    Warns of each expression that differs as text, whether it turns out to be the same or not.
    """
    comparison = _Comparison(database, model, frozenset(refused), canonical)
    worded = replace(
        model,
        columns=tuple(map(comparison.column, model.columns)),
        checks=tuple(map(comparison.check, model.checks)),
        indexes=tuple(map(comparison.index, model.indexes)),
    )
    _warn(model.key, comparison.compared)
    return worded


@dataclass(frozen=True, slots=True)
class _Comparison:
    database: TableFacts
    model: TableFacts
    refused: frozenset[Piece]
    canonical: Canonical
    compared: list[Piece] = field(default_factory=list)

    def column(self, column: ColumnFacts) -> ColumnFacts:
        known = self.database.column(column.name)
        if known is None:
            return column
        if known.default is not None and column.default is not None:
            piece = Piece("default", column.name)
            column = replace(column, default=self._word(piece, known.default, column.default))
        if known.computed is not None and column.computed is not None:
            piece = Piece("computed", column.name)
            sql = self._word(piece, known.computed.sql, column.computed.sql)
            column = replace(column, computed=replace(column.computed, sql=sql))
        return column

    def check(self, check: CheckFacts) -> CheckFacts:
        piece = Piece("check", check.name or check.sql)
        for known in self._candidates(check):
            sql = self._word(piece, known.sql, check.sql)
            if sql != check.sql:
                return replace(check, sql=sql)
        return check

    def _candidates(self, check: CheckFacts) -> Iterator[CheckFacts]:
        """Yield the checks of the database that this may be: of its name, or of whatever name."""
        if any(check.sql == known.sql for known in self.database.checks):
            return
        for known in self.database.checks:
            if known.name == check.name or check.is_generated_name or check.name is None:
                yield known

    def index(self, index: IndexFacts) -> IndexFacts:
        known = next((each for each in self.database.indexes if each.name == index.name), None)
        if known is None:
            return index
        piece = Piece("index", str(index.name))
        elements = list(index.elements)
        for place, (before, after) in enumerate(zip(known.elements, elements, strict=False)):
            if before.is_expression and after.is_expression:
                elements[place] = self._element(piece, before, after)
        where = index.where
        if known.where is not None and where is not None:
            where = self._word(piece, known.where, where)
        return replace(index, elements=tuple(elements), where=where)

    def _element(self, piece: Piece, known: IndexElement, element: IndexElement) -> IndexElement:
        return replace(element, sql=self._word(piece, known.sql, element.sql))

    def _word(self, piece: Piece, known: str, sql: str) -> str:
        """Return the database's words if they say the same, else the model's."""
        if known == sql or piece not in self.refused:
            return sql
        if piece not in self.compared:
            self.compared.append(piece)
        form = self.canonical(sql)
        return known if form is not None and form == self.canonical(known) else sql


def _warn(key: TableKey, compared: list[Piece]) -> None:
    if compared:
        names = ", ".join(map(str, compared))
        warnings.warn(
            f"The database did not normalise {names} of table {key}: compared by canonical form, "
            "so look twice at what is found changed, or not, there.",
            stacklevel=2,
        )
