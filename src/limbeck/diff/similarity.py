"""How sure it is that something was renamed: scores, and the pairs that they make.

A score is the likeness of the names and of everything else in equal parts; evidence that few
things share (a comment, the target of a foreign key, keys) adds to it. Where the names are not one
name otherwise spelled, no score reaches `SURE`, unless the mapped class says so, or for a table
all that refers to it. What is scored is in `similar_columns` and `similar_tables`. Pure; knows no
database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from limbeck.schema.facts import ColumnFacts, ForeignKeyFacts, TableFacts, TableKey

SURE = 0.9
"""From this score on a rename is written without a question, if there is no rival."""

PLAUSIBLE = 0.6
"""From this score on a rename is neither written nor left out without a word."""

MARGIN = 0.1
"""How far the second best has to be behind."""

NOT_SURE = SURE - 0.02
"""What a score is held down to where somebody has to be asked."""

NAMES_PART = 0.55
"""How much of a score the names are."""

TYPE_FAMILIES: Mapping[str, str] = {
    word: family
    for family, types in {
        "number": "int integer bigint smallint tinyint mediumint numeric decimal number float "
        "double real money serial bigserial",
        "text": "char varchar character text tinytext mediumtext longtext clob nvarchar nchar "
        "citext string",
        "boolean": "bool boolean",
        "timestamp": "timestamp datetime timestamptz",
        "bytes": "bytea blob binary varbinary longblob mediumblob tinyblob",
        "json": "json jsonb",
    }.items()
    for word in types.split()
}
"""Which types are of a kind, by their first word."""


@dataclass(frozen=True, slots=True)
class Score:
    """How likely one is the other's new name, and why."""

    value: float
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ", ".join(self.reasons)


T = TypeVar("T", ColumnFacts, TableFacts)


@dataclass(frozen=True, slots=True)
class Scored(Generic[T]):
    """What may be one thing under two names. `rival`: the best score either has with another."""

    old: T
    new: T
    score: Score
    rival: float = 0.0

    @property
    def is_sure(self) -> bool:
        """Whether nobody has to be asked."""
        return self.score.value >= SURE and self.score.value - self.rival >= MARGIN


def assign(
    olds: Sequence[T], news: Sequence[T], score: Callable[[T, T], Score]
) -> tuple[Scored[T], ...]:
    """Return the plausible pairs, best first, each with its rival.

    A pair is among them even if one of its sides has a better partner, so that a user can choose.
    """
    scores = {(i, j): score(old, new) for i, old in enumerate(olds) for j, new in enumerate(news)}
    found = [(i, j, each) for (i, j), each in scores.items() if each.value >= PLAUSIBLE]
    found.sort(key=lambda entry: (-entry[2].value, entry[0], entry[1]))
    return tuple(Scored(olds[i], news[j], each, _rival(i, j, scores)) for i, j, each in found)


def _rival(i: int, j: int, scores: Mapping[tuple[int, int], Score]) -> float:
    return max(
        (each.value for (row, column), each in scores.items() if (row == i) != (column == j)),
        default=0.0,
    )


def referred_place(key: ForeignKeyFacts, table: TableFacts) -> TableKey:
    """Return the table that a foreign key refers to; its own, whatever its name, is one place."""
    return TableKey("", "") if key.referred == table.key else key.referred


def weigh(parts: Iterable[tuple[float, float, str]]) -> tuple[float, tuple[str, ...]]:
    """Return the mean of likenesses (weight, likeness, reason), and the reasons of those that are."""
    given = tuple(parts)
    total = sum(weight * part for weight, part, _ in given) / sum(weight for weight, _, _ in given)
    return total, tuple(reason for _, part, reason in given if reason and part >= 0.5)
