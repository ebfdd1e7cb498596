"""How sure it is that a column or a table was renamed: scores from facts, with their reasons.

Receives the facts of what only the database has and of what only the models have, and returns
scored pairs, one-to-one. A score is the likeness of the names and of everything else in equal
parts; evidence that few things share (a comment, the target of a foreign key, keys) adds to it.
Where the names are not one name otherwise spelled, no score reaches `SURE`, unless the mapped
class says so, or for a table all that refers to it. Pure; knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from limbeck.ddl.tokens import words
from limbeck.diff.names import (
    SAME_NAME,
    boolean_words,
    compare_names,
    key_words,
    table_words,
    time_words,
)
from limbeck.schema.facts import UNKNOWN_TYPE, ColumnFacts, TableFacts, TableKey

SURE = 0.9
"""From this score on a rename is written without a question, if there is no rival."""

PLAUSIBLE = 0.6
"""From this score on a rename is neither written nor left out without a word."""

MARGIN = 0.1
"""How far the second best has to be behind."""

_NOT_SURE = SURE - 0.02
_NAMES_PART = 0.55
_FAMILIES: Mapping[str, str] = {
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

_COMMON_COLUMNS = words(
    "id uuid name title code description created_at updated_at deleted_at created_on updated_on "
    "created updated created_by updated_by is_active active status type position version"
)
"""Columns that any table may have: they tell nothing of it."""


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands: its table on both sides, and how classes call the models' columns."""

    database: TableFacts
    model: TableFacts
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attributes of mapped classes, and keys, by the name of their column."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All tables of both sides, and how classes call the models' tables.

    The foreign keys of the database refer to what the models' do, as far as renames are known.
    """

    database: Mapping[TableKey, TableFacts]
    models: Mapping[TableKey, TableFacts]
    classes: Mapping[TableKey, str] = field(default_factory=dict)


# -- columns -------------------------------------------------------------------------------------


def score_column(old: ColumnFacts, new: ColumnFacts, place: Place) -> Score:
    """Score whether a column that only the models have is one that only the database has."""
    targets = [_targets(old.name, place.database), _targets(new.name, place.model)]
    if targets[0] != targets[1]:
        return Score(0.0, ("refers to another table",))
    likeness = compare_names(
        old.name, new.name, context=_table_names(place), decorations=_decorations(old, new, targets)
    )
    is_same_attribute = place.attributes.get(new.name) == old.name != new.name
    alike, reasons = _column_structure(old, new, place)
    value = _NAMES_PART * likeness.value + (1 - _NAMES_PART) * alike
    special = list(_column_evidence(old, new, place, has_target=bool(targets[0])))
    value += 0.05 * len(special)
    reasons = (*reasons, *special, likeness.reason)
    if is_same_attribute:
        reasons = ("same attribute of the mapped class", *reasons)
        value = max(value, 0.97)
    elif alike == 1.0 and _is_lone(old.name, new.name, place):
        value = max(value, PLAUSIBLE)
    if likeness.value < SAME_NAME and not is_same_attribute:
        value = min(value, _NOT_SURE)
    return _without_conflicts(Score(min(value, 1.0), reasons), old, new, likeness.value)


def _is_lone(old: str, new: str, place: Place) -> bool:
    """Tell whether no other column of the table goes or comes: one for one, at the same place."""
    sides = [{column.name for column in table.columns} for table in (place.database, place.model)]
    return sides[0] - sides[1] == {old} and sides[1] - sides[0] == {new}


def _without_conflicts(score: Score, old: ColumnFacts, new: ColumnFacts, likeness: float) -> Score:
    """Hold a score down where the columns can't well hold the same values."""
    if (old.computed is None) != (new.computed is None):
        return Score(min(score.value, 0.3), (*score.reasons, "only one of them is computed"))
    if _type_likeness(old.type, new.type) < 0.5:
        limit = 0.7 if likeness >= SAME_NAME else 0.5
        return Score(min(score.value, limit), (*score.reasons, "the types differ"))
    return score


def _column_structure(
    old: ColumnFacts, new: ColumnFacts, place: Place
) -> tuple[float, tuple[str, ...]]:
    type_likeness = _type_likeness(old.type, new.type)
    position = _position_likeness(old.name, new.name, place)
    parts = (
        (5.0, type_likeness, "same type" if type_likeness == 1 else "type of the same kind"),
        (1.5, float(old.nullable == new.nullable), ""),
        (1.0, float(old.default == new.default), ""),
        (1.0, float(old.computed == new.computed), ""),
        (1.0, float(old.identity == new.identity), ""),
        (0.5, float(old.collation == new.collation), ""),
        (0.5, float(old.comment == new.comment), ""),
        (
            1.5,
            float(_memberships(old.name, place.database) == _memberships(new.name, place.model)),
            "",
        ),
        (1.5, position, "same position" if position == 1 else ""),
    )
    total = sum(weight * part for weight, part, _ in parts) / sum(weight for weight, _, _ in parts)
    return total, tuple(reason for _, part, reason in parts if reason and part >= 0.5)


def _column_evidence(
    old: ColumnFacts, new: ColumnFacts, place: Place, *, has_target: bool
) -> Iterable[str]:
    """Yield what two different columns of a table seldom have in common."""
    if old.comment is not None and old.comment == new.comment:
        yield "same comment"
    if has_target:
        yield "refers to the same table"
    memberships = _memberships(old.name, place.database)
    if memberships and memberships == _memberships(new.name, place.model):
        yield "in the same keys and indexes"
    if old.default not in _COMMON_DEFAULTS and old.default == new.default:
        yield "same default"


_COMMON_DEFAULTS = (None, "0", "''", "1", "true", "false", "NULL", "now()", "CURRENT_TIMESTAMP")


def _targets(column: str, table: TableFacts) -> frozenset[TableKey]:
    """Return the tables that the column refers to; its own is told from others by its place only."""
    return frozenset(
        TableKey("", "") if key.referred == table.key else key.referred
        for key in table.foreign_keys
        if column in key.columns
    )


def _memberships(column: str, table: TableFacts) -> tuple[tuple[str, int], ...]:
    """Return the kinds of key and index the column is in, and how many columns each has."""
    found = []
    if table.primary_key is not None and column in table.primary_key.columns:
        found.append(("primary key", len(table.primary_key.columns)))
    found += [("unique", len(each.columns)) for each in table.uniques if column in each.columns]
    for index in table.indexes:
        if any(element.sql == column for element in index.elements):
            kind = "unique" if index.unique else "index"
            found.append((kind, len(index.elements)))
    return tuple(sorted(found))


def _position_likeness(old: str, new: str, place: Place) -> float:
    """Compare the neighbours: 1 if what stands before and after is the same on both sides."""
    sides = [[column.name for column in table.columns] for table in (place.database, place.model)]
    common = set(sides[0]) & set(sides[1])
    before = [
        _neighbour(names, name, common, -1) for names, name in zip(sides, (old, new), strict=True)
    ]
    after = [
        _neighbour(names, name, common, 1) for names, name in zip(sides, (old, new), strict=True)
    ]
    is_same_number = sides[0].index(old) == sides[1].index(new)
    same = (before[0] == before[1]) + (after[0] == after[1])
    return 1.0 if same == 2 else 0.6 if same == 1 or is_same_number else 0.0


def _neighbour(names: Sequence[str], name: str, common: set[str], step: int) -> str | None:
    position = names.index(name) + step
    while 0 <= position < len(names):
        if names[position] in common:
            return names[position]
        position += step
    return None


def _type_likeness(old: str, new: str) -> float:
    """Compare types as text: 1 the same, 0.8 other arguments, 0.6 another type of the kind."""
    if old == new:
        return 1.0
    if UNKNOWN_TYPE in (old, new):
        return 0.5
    kinds = [re.sub(r"\(.*?\)", "", each).casefold().split() for each in (old, new)]
    if kinds[0] == kinds[1]:
        return 0.8
    families = [_FAMILIES.get(each[0]) if each else None for each in kinds]
    return 0.6 if families[0] is not None and families[0] == families[1] else 0.0


def _table_names(place: Place) -> tuple[str, str]:
    return place.database.key.name, place.model.key.name


def _decorations(
    old: ColumnFacts, new: ColumnFacts, targets: Sequence[frozenset[TableKey]]
) -> frozenset[str]:
    """Return the words that say nothing more than the type of both columns."""
    if targets[0]:
        return key_words()
    texts = [re.sub(r"\(.*?\)", "", each.type).casefold() for each in (old, new)]
    if all(re.match(r"timestamp|datetime|date\b", text) for text in texts):
        return time_words()
    if all(re.match(r"bool|tinyint", text) for text in texts):
        return boolean_words()
    return frozenset()


# -- tables --------------------------------------------------------------------------------------


def score_table(old: TableFacts, new: TableFacts, around: Surroundings) -> Score:
    """Score whether a table that only the models have is one that only the database has."""
    likeness = compare_names(old.key.name, new.key.name, decorations=table_words())
    columns, is_telling = _column_sets(old, new)
    referring = _referring_likeness(old.key, new.key, around)
    structure, reasons = _table_structure(old, new, columns, referring)
    value = _NAMES_PART * likeness.value + (1 - _NAMES_PART) * structure
    reasons = (*reasons, likeness.reason)
    is_moved = old.key.schema != new.key.schema
    if is_moved:
        reasons = (*reasons, "in another schema")
        if old.key.name == new.key.name and columns >= 0.8:
            return Score(max(value, 0.95 if columns == 1 else SURE), reasons)
    is_same_class = _is_class_of(old.key, around.classes.get(new.key), likeness.value)
    if columns < 0.5:
        return Score(min(value, 0.5), reasons)
    if likeness.is_contrary or is_moved:  # orders_v2 beside orders_v1, whoever refers to it
        value = max(value, PLAUSIBLE) if columns >= 0.8 else value
        return Score(min(value, _NOT_SURE), reasons)
    if is_same_class and columns >= 0.6:
        return Score(max(value, 0.95), ("same mapped class", *reasons))
    if referring == 1.0 and columns >= 0.8:
        return Score(max(value, 0.93), reasons)
    if (columns == 1.0 and len(old.columns) > 2) or (columns >= 0.8 and is_telling):
        value = max(value, PLAUSIBLE)
    if likeness.value < SAME_NAME or (likeness.value == SAME_NAME and not is_telling):
        value = min(value, _NOT_SURE)  # cats(id, name) are no categories(id, name)
    return Score(min(value, 1.0), reasons)


def _table_structure(
    old: TableFacts, new: TableFacts, columns: float, referring: float | None
) -> tuple[float, tuple[str, ...]]:
    targets = [frozenset(_target_columns(table)) for table in (old, new)]
    keys = [table.primary_key.columns if table.primary_key else () for table in (old, new)]
    parts = [
        (
            6.0,
            columns,
            "same columns" if columns == 1 else f"{round(columns * 100)} % of the columns",
        ),
        (
            1.5,
            _overlap(*targets),
            "same foreign keys" if targets[0] and targets[0] == targets[1] else "",
        ),
        (1.0, float(keys[0] == keys[1]), ""),
        (0.5, float(len(old.uniques) == len(new.uniques)), ""),
        (0.5, float(len(old.checks) == len(new.checks)), ""),
        (0.5, float(old.comment == new.comment), ""),
    ]
    if referring is not None:
        reason = "the same tables refer to it" if referring == 1 else ""
        parts.append((2.0, referring, reason))
    total = sum(weight * part for weight, part, _ in parts) / sum(weight for weight, _, _ in parts)
    return total, tuple(reason for _, part, reason in parts if reason and part >= 0.5)


def _column_sets(old: TableFacts, new: TableFacts) -> tuple[float, bool]:
    """Return how much of the columns is the same, and whether it tells one table from another.

    A column under the same name otherwise spelled is the same.
    """
    sides = [{(c.name, _family(c.type)) for c in table.columns} for table in (old, new)]
    common = sides[0] & sides[1]
    left = sorted(sides[1] - common)
    renamed = 0
    for name, family in sorted(sides[0] - common):
        twin = next((each for each in left if _is_twin((name, family), each)), None)
        if twin is not None:
            left.remove(twin)
            renamed += 1
    same = len(common) + renamed
    telling = {name for name, _ in common} - _COMMON_COLUMNS
    return same / (len(sides[0]) + len(sides[1]) - same or 1), len(telling) >= 2


def _is_twin(old: tuple[str, str], new: tuple[str, str]) -> bool:
    likeness = compare_names(old[0], new[0], decorations={*time_words(), *key_words()})
    return old[1] == new[1] and likeness.value >= SAME_NAME


def _family(type_: str) -> str:
    word = re.split(r"[ (]", type_.casefold(), maxsplit=1)[0].rpartition(".")[2]
    return _FAMILIES.get(word, word)


def _target_columns(table: TableFacts) -> Iterable[tuple[tuple[str, ...], TableKey]]:
    for key in table.foreign_keys:
        is_own = key.referred == table.key
        yield key.columns, TableKey("", "") if is_own else key.referred


def _referring_likeness(old: TableKey, new: TableKey, around: Surroundings) -> float | None:
    """Return which part of what referred to the old table refers to the new one just so.

    Only tables and columns of both sides count; None if there are none.
    """

    def are_common(key: TableKey, columns: Iterable[str]) -> bool:
        sides = (around.database.get(key), around.models.get(key))
        return all(
            table is not None and table.column(name) is not None
            for name in columns
            for table in sides
        )

    sides = [
        frozenset(
            (key, foreign_key.columns)
            for key, facts in tables.items()
            for foreign_key in facts.foreign_keys
            if foreign_key.referred == target and are_common(key, foreign_key.columns)
        )
        for tables, target in ((around.database, old), (around.models, new))
    ]
    return _overlap(*sides) if sides[0] or sides[1] else None


def _is_class_of(old: TableKey, class_name: str | None, likeness: float) -> bool:
    """Tell whether the class that the new table is mapped to is called as the old table was."""
    if class_name is None or likeness >= SAME_NAME:
        return False
    return compare_names(old.name, class_name, decorations=table_words()).value >= SAME_NAME


def _overlap(left: frozenset[object], right: frozenset[object]) -> float:
    return len(left & right) / len(left | right) if left | right else 1.0


# -- assignment ----------------------------------------------------------------------------------


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
