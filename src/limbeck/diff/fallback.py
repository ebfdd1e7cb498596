"""Expressions that no database was asked for: their canonical forms are compared.

It receives a table or a domain on both sides and what of it could not be normalised, and returns
the model with the database's words where the canonical forms are the same. Where they are not, or
can't be told, the text decides, and a warning says so. It never asks the database.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from limbeck.logs import logger_of
from limbeck.schema.facts import (
    CheckFacts,
    ColumnFacts,
    DomainFacts,
    IndexFacts,
    TableFacts,
)
from limbeck.schema.probe import Piece

log = logger_of(__name__)

Canonical = Callable[[str, Mapping[str, str]], str | None]
"""Returns the canonical form of an expression, given the types of columns; None where it can't."""


def in_canonical_words(
    database: TableFacts,
    model: TableFacts,
    refused: Collection[Piece],
    canonical: Canonical,
    *,
    was_asked: bool,
) -> TableFacts:
    """Return the model with the database's words for what of `refused` has the same canonical form.

    Warns of each of them that differs by its canonical form too: only the database would know. Of
    the same it tells in the log, or warns where the database `was_asked` and refused just them.
    """
    types = {column.name: column.type for column in database.columns}
    comparison = _Comparison(database, model, frozenset(refused), _Words(canonical, types))
    worded = replace(
        model,
        columns=tuple(map(comparison.column, model.columns)),
        checks=tuple(map(comparison.check, model.checks)),
        indexes=tuple(map(comparison.index, model.indexes)),
    )
    of = f"table {model.key}"
    found, wanted = (dict(side.options).get("partition_by") for side in (database, model))
    if (partitions := Piece("partitions")) in refused and found and wanted and found != wanted:
        comparison.differing[partitions] = found, wanted
    tell_of_differences(comparison.differing, of)
    same = [piece for piece in comparison.same if piece not in comparison.differing]
    if same:
        message = (
            f"The database did not normalise {_listed(same)} of {of}: "
            "not changed, by canonical form."
        )
        if was_asked:
            warnings.warn(message, stacklevel=2)
        else:
            log.info(message)
    return worded


def domain_in_canonical_words(
    database: DomainFacts, model: DomainFacts, canonical: Canonical
) -> DomainFacts:
    """Return the model's domain with the database's words for what has the same canonical form."""
    words = _Words(canonical, {"value": database.type})
    differing: dict[str, tuple[str, str]] = {}
    default = model.default
    if database.default is not None and default is not None and database.default != default:
        if words.say_the_same(database.default, default, database.type):
            default = database.default
        else:
            differing["the default"] = database.default, default
    texts = {each.sql: each.sql for each in database.checks}
    checks = []
    for check in model.checks:
        known = _same_check(check, database.checks, words)
        named = next((it for it in database.checks if it.name == check.name), None)
        if known is None and named is not None and check.sql not in texts:
            differing[f"the check {check.name}"] = named.sql, check.sql
        checks.append(check if known is None else replace(check, sql=known.sql))
    tell_of_differences(differing, f"domain {model.key}")
    return replace(model, default=default, checks=tuple(checks))


def tell_of_differences(differing: Mapping[Any, tuple[str, str]], of: str) -> None:
    """Warn of expressions, with the words of database and models, that only the text compares."""
    if differing:
        words = "; ".join(
            f"{name}: {known!r} and {sql!r}" for name, (known, sql) in differing.items()
        )
        warnings.warn(
            f"The database did not normalise {_listed(differing)} of {of}, and its words differ "
            f"from the models' ({words}). They are found changed, so look twice: if they mean the "
            "same, write the database's words in the models, or let it be asked (probe).",
            stacklevel=3,
        )


def _listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))


def _same_check(
    check: CheckFacts, candidates: Iterable[CheckFacts], words: _Words
) -> CheckFacts | None:
    return next((each for each in candidates if words.say_the_same(each.sql, check.sql)), None)


@dataclass(frozen=True, slots=True)
class _Words:
    canonical: Canonical
    types: Mapping[str, str]
    """The types of the columns that the expressions are about."""

    def say_the_same(self, known: str, sql: str, type_: str | None = None) -> bool:
        """Tell whether two expressions have one canonical form, as values of the type if given."""
        if known == sql:
            return True
        form = self.canonical(sql, self.types)
        if form is not None and form == self.canonical(known, self.types):
            return True
        if type_ is None:
            return False
        form = self.canonical(f"CAST({sql} AS {type_})", self.types)
        return form is not None and form == self.canonical(f"CAST({known} AS {type_})", self.types)


@dataclass(frozen=True, slots=True)
class _Comparison:
    database: TableFacts
    model: TableFacts
    refused: frozenset[Piece]
    words: _Words
    same: dict[Piece, None] = field(default_factory=dict)
    differing: dict[Piece, tuple[str, str]] = field(default_factory=dict)

    def column(self, column: ColumnFacts) -> ColumnFacts:
        known = self.database.column(column.name)
        if known is None:
            return column
        if known.default is not None and column.default is not None:
            piece = Piece("default", column.name)
            default = self._word(piece, known.default, column.default, known.type)
            column = replace(column, default=default)
        if known.computed is not None and column.computed is not None:
            piece = Piece("computed", column.name)
            sql = self._word(piece, known.computed.sql, column.computed.sql)
            column = replace(column, computed=replace(column.computed, sql=sql))
        return column

    def check(self, check: CheckFacts) -> CheckFacts:
        piece = Piece("check", check.name or check.sql)
        candidates = list(self._candidates(check))
        if not candidates or piece not in self.refused:
            return check
        known = _same_check(check, candidates, self.words)
        if known is not None:
            self.same[piece] = None
            return replace(check, sql=known.sql)
        self.differing[piece] = candidates[0].sql, check.sql
        return check

    def _candidates(self, check: CheckFacts) -> Iterator[CheckFacts]:
        """Yield the checks of the database that this may be: of its name, or of whatever name."""
        if any(check.sql == known.sql for known in self.database.checks):
            return
        taken = {each.sql for each in self.model.checks}
        for known in self.database.checks:
            if known.name == check.name or (
                (check.is_generated_name or check.name is None) and known.sql not in taken
            ):
                yield known

    def index(self, index: IndexFacts) -> IndexFacts:
        known = next((each for each in self.database.indexes if each.name == index.name), None)
        if known is None:
            return index
        piece = Piece("index", str(index.name))
        elements = list(index.elements)
        for place, (before, after) in enumerate(zip(known.elements, elements, strict=False)):
            if before.is_expression and after.is_expression:
                elements[place] = replace(after, sql=self._word(piece, before.sql, after.sql))
        where = index.where
        if known.where is not None and where is not None:
            where = self._word(piece, known.where, where)
        return replace(index, elements=tuple(elements), where=where)

    def _word(self, piece: Piece, known: str, sql: str, type_: str | None = None) -> str:
        """Return the database's words if they say the same, else the model's."""
        if known == sql or piece not in self.refused:
            return sql
        if self.words.say_the_same(known, sql, type_):
            self.same[piece] = None
            return known
        self.differing[piece] = known, sql
        return sql
