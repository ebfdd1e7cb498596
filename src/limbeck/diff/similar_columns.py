"""How sure it is that a column was renamed: the score of a column that went and one that came.

Receives the facts of both and of their table on both sides; see `similarity` for what is made of
the score.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from limbeck.diff.names import SAME_NAME, boolean_words, compare_names, key_words, time_words
from limbeck.diff.similarity import (
    NAMES_PART,
    NOT_SURE,
    PLAUSIBLE,
    TYPE_FAMILIES,
    Score,
    referred_place,
    weigh,
)
from limbeck.schema.facts import UNKNOWN_TYPE, ColumnFacts, TableFacts, TableKey

_COMMON_DEFAULTS = (None, "0", "''", "1", "true", "false", "NULL", "now()", "CURRENT_TIMESTAMP")
"""Server defaults that any column may have: they tell nothing of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands: its table on both sides, and how classes call the models' columns."""

    database: TableFacts
    model: TableFacts
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Attributes of mapped classes, and keys, by the name of their column."""


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
    value = NAMES_PART * likeness.value + (1 - NAMES_PART) * alike
    special = list(_column_evidence(old, new, place, has_target=bool(targets[0])))
    value += 0.05 * len(special)
    reasons = (*reasons, *special, likeness.reason)
    if is_same_attribute:
        reasons = ("same attribute of the mapped class", *reasons)
        value = max(value, 0.97)
    elif alike == 1.0 and _is_lone(old.name, new.name, place):
        value = max(value, PLAUSIBLE)
    if likeness.value < SAME_NAME and not is_same_attribute:
        value = min(value, NOT_SURE)
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
    return weigh(parts)


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


def _targets(column: str, table: TableFacts) -> frozenset[TableKey]:
    """Return the tables that the column refers to."""
    return frozenset(
        referred_place(key, table) for key in table.foreign_keys if column in key.columns
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
    families = [TYPE_FAMILIES.get(each[0]) if each else None for each in kinds]
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
