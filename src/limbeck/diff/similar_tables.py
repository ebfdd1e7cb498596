"""How sure it is that a table was renamed: the score of a table that went and one that came.

Receives the facts of both, and all tables of both sides for what refers to them; see `similarity`
for what is made of the score.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from limbeck.ddl.tokens import words
from limbeck.diff.names import SAME_NAME, compare_names, key_words, table_words, time_words
from limbeck.diff.similarity import (
    NAMES_PART,
    NOT_SURE,
    PLAUSIBLE,
    SURE,
    TYPE_FAMILIES,
    Score,
    referred_place,
    weigh,
)
from limbeck.schema.facts import TableFacts, TableKey

_COMMON_COLUMNS = words(
    "id uuid name title code description created_at updated_at deleted_at created_on updated_on "
    "created updated created_by updated_by is_active active status type position version"
)
"""Columns that any table may have: they tell nothing of it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All tables of both sides, and how classes call the models' tables.

    The foreign keys of the database refer to what the models' do, as far as renames are known.
    """

    database: Mapping[TableKey, TableFacts]
    models: Mapping[TableKey, TableFacts]
    classes: Mapping[TableKey, str] = field(default_factory=dict)


def score_table(old: TableFacts, new: TableFacts, around: Surroundings) -> Score:
    """Score whether a table that only the models have is one that only the database has."""
    likeness = compare_names(old.key.name, new.key.name, decorations=table_words())
    columns, is_telling = _column_sets(old, new)
    referring = _referring_likeness(old.key, new.key, around)
    structure, reasons = _table_structure(old, new, columns, referring)
    value = NAMES_PART * likeness.value + (1 - NAMES_PART) * structure
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
        return Score(min(value, NOT_SURE), reasons)
    if is_same_class and columns >= 0.6:
        return Score(max(value, 0.95), ("same mapped class", *reasons))
    if referring == 1.0 and columns >= 0.8:
        return Score(max(value, 0.93), reasons)
    if (columns == 1.0 and len(old.columns) > 2) or (columns >= 0.8 and is_telling):
        value = max(value, PLAUSIBLE)
    if likeness.value < SAME_NAME or (likeness.value == SAME_NAME and not is_telling):
        value = min(value, NOT_SURE)  # cats(id, name) are no categories(id, name)
    return Score(min(value, 1.0), reasons)


def _table_structure(
    old: TableFacts, new: TableFacts, columns: float, referring: float | None
) -> tuple[float, tuple[str, ...]]:
    targets = [
        frozenset((key.columns, referred_place(key, table)) for key in table.foreign_keys)
        for table in (old, new)
    ]
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
    return weigh(parts)


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
    return TYPE_FAMILIES.get(word, word)


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
