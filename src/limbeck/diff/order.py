"""One order for all that has to be done, in which nothing is used before it is there.

It receives whole tables to create or drop and the changes of existing ones, each a *unit*; edges
say which unit needs which. Where they form a circle, foreign keys are taken out of their units
one by one, created after everything and dropped before everything, until there is none left.

    create tables ─→ change tables ─→ drop tables      (as far as nothing demands otherwise)
"""

from __future__ import annotations

import heapq
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from limbeck.diff.change import Stage, Step, TableChange
from limbeck.diff.shared_names import Name, find_edges, split
from limbeck.diff.tables import TableForeignKey, WholeTable, late_names
from limbeck.operations.ops import MigrateOperation, ModifyTableOps, RenameValuesOp
from limbeck.schema.facts import ForeignKeyFacts, TableKey, key_order

Kind = Literal["release", "create", "drop", "modify", "tie", "follow"]
UnitId = tuple[Kind, TableKey]

_RANKS = {"release": 0, "create": 1, "drop": 2, "modify": 3, "tie": 4, "follow": 5}
"""Which of two units goes first when neither needs the other."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that has to be done, not yet in order."""

    creates: tuple[WholeTable, ...] = ()
    drops: tuple[WholeTable, ...] = ()
    changes: tuple[TableChange, ...] = ()
    can_add_foreign_keys: bool = True
    """Whether a foreign key can be added to or dropped from a table that is there."""
    shared_names: Set[str] = frozenset()
    """Kinds of things that have names of which a schema has each only once."""


@dataclass(frozen=True, slots=True)
class _Tie:
    """A foreign key that a unit makes or removes. `apart`: it has become a unit of its own."""

    unit: UnitId
    fact: ForeignKeyFacts
    is_new: bool
    step: Step | None = None
    part: TableForeignKey | None = None


@dataclass(frozen=True, slots=True)
class _Freeing:
    """A step that frees a name before anything else, and the step that is left of it."""

    key: TableKey
    whole: Step
    first: Step
    rest: Step | None


@dataclass(slots=True)
class _Work:
    """A plan, and what has been taken out of its units so far to break circles and free names."""

    plan: Plan
    ties: list[_Tie] = field(default_factory=list)
    apart: list[_Tie] = field(default_factory=list)
    freeing: list[_Freeing] = field(default_factory=list)
    wishes: list[tuple[UnitId, UnitId]] = field(default_factory=list)
    """Which change of a table goes before which other, unless they form a circle."""


def order(plan: Plan) -> list[MigrateOperation]:
    """Return all directives in an order that works; reversed, it works backwards."""
    work = _Work(plan, wishes=list(_wishes(plan)))
    for tie in _find_ties(plan):
        must = tie.part is not None and tie.part.must_stand_apart
        (work.apart if must else work.ties).append(tie)
    if "foreign_key" in plan.shared_names and plan.can_add_foreign_keys:
        _free_names(work)
    sequence = _in_order(work)
    return [directive for unit in sequence for directive in _directives(unit, work)]


def _in_order(work: _Work) -> list[UnitId]:
    while True:
        edges = _edges(work)
        sequence, stuck = _sort(edges)
        if stuck:
            _break_circle(work, edges, stuck)
            continue
        if not work.plan.shared_names or not (work.plan.changes or work.plan.drops):
            return sequence
        sequence, refused = _with_names_freed_first(sequence, edges, work)
        if not any(_free_early(work, unit, name) for unit, name in refused):
            return sequence


def _free_names(work: _Work) -> None:
    """Take out foreign keys that are dropped from a table while another takes their names."""
    taken: dict[tuple[str | None, str | None], list[TableKey]] = defaultdict(list)
    for tie in work.ties:
        if tie.is_new:
            taken[tie.unit[1].schema, tie.fact.name].append(tie.unit[1])
    for tie in [each for each in work.ties if not each.is_new and each.unit[0] == "modify"]:
        own = tie.unit[1]
        if any(key != own for key in taken.get((own.schema, tie.fact.name), ())):
            work.ties.remove(tie)
            work.apart.append(tie)


def _with_names_freed_first(
    sequence: list[UnitId], edges: Mapping[UnitId, set[UnitId]], work: _Work
) -> tuple[list[UnitId], list[tuple[UnitId, Name]]]:
    """Return the sequence with what frees a name before what takes it, and where it can't be."""
    units = {unit: list(_directives(unit, work)) for unit in sequence}
    needs = {unit: set(before) for unit, before in edges.items()}
    refused = []
    for before, after, name in find_edges(units, work.plan.shared_names):
        if before in needs[after] or after == ("release", before[1]):
            continue  # a step in two halves has a name of its own between them
        needs[after].add(before)
        found, stuck = _sort(needs)
        if stuck:
            needs[after].remove(before)
            refused.append((before, name))
        else:
            sequence = found
    return sequence, refused


def _free_early(work: _Work, unit: UnitId, name: Name) -> bool:
    """Take the step out of its unit that frees a name, unless a foreign key stands on it."""
    kind, key = unit
    change = next((each for each in work.plan.changes if each.key == key), None)
    if kind != "modify" or change is None:
        return False
    for step in _remaining_steps(change, work):
        parts = split(step.directive, name, work.plan.shared_names)
        if parts is None or any(_stands_on(tie, key, step) for tie in (*work.ties, *work.apart)):
            continue
        first, *others = (replace(step, directive=part) for part in parts)
        work.freeing.append(_Freeing(key, step, first, others[0] if others else None))
        return True
    return False


def _stands_on(tie: _Tie, key: TableKey, step: Step) -> bool:
    """Tell whether a foreign key that goes needs the key that a step drops."""
    is_referring = tie.fact.referred == key and step.columns & set(tie.fact.referred_columns)
    return not tie.is_new and bool(is_referring)


def _find_ties(plan: Plan) -> Iterator[_Tie]:
    for whole in plan.creates:
        for part in whole.foreign_keys:
            yield _Tie(("create", whole.key), part.fact, is_new=True, part=part)
    for whole in plan.drops:
        for part in whole.foreign_keys:
            yield _Tie(("drop", whole.key), part.fact, is_new=False, part=part)
    for change in plan.changes:
        for step in change.of(Stage.DROP_FOREIGN_KEY, Stage.CREATE_FOREIGN_KEY):
            if step.foreign_key is not None:
                is_new = step.stage is Stage.CREATE_FOREIGN_KEY
                yield _Tie(("modify", change.key), step.foreign_key, is_new=is_new, step=step)


def _edges(work: _Work) -> dict[UnitId, set[UnitId]]:
    """Return for each unit those that have to come before it."""
    needs: dict[UnitId, set[UnitId]] = {}
    for unit in _units(work):
        needs[unit] = set()
    for before, after in (*_descents(work.plan), *_waits(work.plan), *work.wishes):
        if before in needs and after in needs:
            needs[after].add(before)
    for tie in work.ties:
        for before, after in _demands(tie, tie.unit, needs, work.plan):
            needs[after].add(before)
    for tie in work.apart:
        own: UnitId = ("tie" if tie.is_new else "release", tie.unit[1])
        for before, after in _demands(tie, own, needs, work.plan):
            needs[after].add(before)
        if tie.unit in needs:
            needs[own if tie.is_new else tie.unit].add(tie.unit if tie.is_new else own)
    for freeing in work.freeing:
        needs.get(("modify", freeing.key), set()).add(("release", freeing.key))
    return needs


def _descents(plan: Plan) -> Iterator[tuple[UnitId, UnitId]]:
    """Yield (before, after) for tables that inherit from others."""
    for whole in plan.creates:
        for parent in whole.parents:
            yield ("create", parent), ("create", whole.key)
    for whole in plan.drops:
        for parent in whole.parents:
            yield ("drop", whole.key), ("drop", parent)


def _waits(plan: Plan) -> Iterator[tuple[UnitId, UnitId]]:
    """Yield (before, after) for what waits for the rest of its table, and for its parents."""
    for key, step in _following(plan):
        own: UnitId = ("follow", key)
        yield ("modify", key), own
        for parent in step.waits_for:
            yield from ((("modify", parent), own), (("follow", parent), own))


def _wishes(plan: Plan) -> Iterator[tuple[UnitId, UnitId]]:
    """Yield (before, after) for tables that are changed one after the other."""
    for change in plan.changes:
        own: UnitId = ("modify", change.key)
        for step in change.steps:
            yield from ((("modify", other), own) for other in step.after)
            yield from ((own, ("modify", other)) for other in step.before)


def _units(work: _Work) -> Iterator[UnitId]:
    for whole in work.plan.creates:
        yield ("create", whole.key)
    for whole in work.plan.drops:
        yield ("drop", whole.key)
    for change in work.plan.changes:
        if _remaining_steps(change, work):
            yield ("modify", change.key)
    for tie in work.apart:
        yield ("tie" if tie.is_new else "release", tie.unit[1])
    for freeing in work.freeing:
        yield ("release", freeing.key)
    for key, _ in _following(work.plan):
        yield ("follow", key)


def _following(plan: Plan) -> Iterator[tuple[TableKey, Step]]:
    """Yield the steps that wait for those of a parent."""
    for change in plan.changes:
        yield from ((change.key, step) for step in change.steps if step.waits_for)


def _demands(
    tie: _Tie, unit: UnitId, units: Mapping[UnitId, object], plan: Plan
) -> Iterator[tuple[UnitId, UnitId]]:
    """Yield (before, after) for one foreign key: what it refers to is there as long as it is."""
    referred = tie.fact.referred
    create: UnitId = ("create", referred)
    drop: UnitId = ("drop", referred)
    modify: UnitId = ("modify", referred)
    if tie.is_new and create in units and create != unit:
        yield create, unit
    if not tie.is_new and drop in units and drop != unit:
        yield unit, drop
    if modify in units and modify != unit:
        change = next(each for each in plan.changes if each.key == referred)
        columns = frozenset(tie.fact.referred_columns)
        if any(step.columns & columns for step in change.steps):
            yield (modify, unit) if tie.is_new else (unit, modify)


def _sort(needs: Mapping[UnitId, set[UnitId]]) -> tuple[list[UnitId], set[UnitId]]:
    """Sort topologically; return what could be sorted, and what stands in or behind a circle."""
    followers: dict[UnitId, list[UnitId]] = defaultdict(list)
    missing = {unit: len(before) for unit, before in needs.items()}
    for unit, before in needs.items():
        for each in before:
            followers[each].append(unit)
    ready = [(_sort_key(unit), unit) for unit, count in missing.items() if count == 0]
    heapq.heapify(ready)
    result: list[UnitId] = []
    while ready:
        _, unit = heapq.heappop(ready)
        result.append(unit)
        for follower in followers[unit]:
            missing[follower] -= 1
            if missing[follower] == 0:
                heapq.heappush(ready, (_sort_key(follower), follower))
    return result, set(needs) - set(result)


def _sort_key(unit: UnitId) -> tuple[int, str, str]:
    kind, key = unit
    return (_RANKS[kind], *key_order(key))


def _break_circle(work: _Work, edges: Mapping[UnitId, set[UnitId]], stuck: set[UnitId]) -> None:
    """Take one foreign key out of a circle; where the database can't, drop its demand."""
    circle = _find_circle(edges, stuck)
    for tie in work.ties:
        if tie.unit not in circle or not _is_in(tie, circle, work.plan):
            continue
        work.ties.remove(tie)
        if work.plan.can_add_foreign_keys:
            work.apart.append(tie)
        return
    for wish in work.wishes:
        if wish[0] in circle and wish[1] in circle:
            warnings.warn(
                f"The tables {' and '.join(sorted(str(key) for _, key in wish))} refer to each other "
                "and change options that the database gives only to one after the other. If it refuses, "
                "drop a foreign key between them before, and create it after.",
                stacklevel=2,
            )
            work.wishes.remove(wish)
            return
    names = ", ".join(str(key) for _, key in circle)
    raise AssertionError(f"a circle without a foreign key: {names}")


def _find_circle(edges: Mapping[UnitId, set[UnitId]], stuck: set[UnitId]) -> list[UnitId]:
    """Return the units of one circle, walking from what is needed to what it needs."""
    path: list[UnitId] = []
    unit = min(stuck, key=_sort_key)
    while unit not in path:
        path.append(unit)
        unit = min((each for each in edges[unit] if each in stuck), key=_sort_key)
    return path[path.index(unit) :]


def _is_in(tie: _Tie, circle: Sequence[UnitId], plan: Plan) -> bool:
    others = dict.fromkeys(circle)
    return any(
        before in others and after in others
        for before, after in _demands(tie, tie.unit, others, plan)
    )


def _directives(unit: UnitId, work: _Work) -> Iterator[MigrateOperation]:
    kind, key = unit
    match kind:
        case "create":
            yield from _create(_whole(work.plan.creates, key), work)
        case "drop":
            yield from _drop(_whole(work.plan.drops, key), work)
        case "modify":
            change = next(each for each in work.plan.changes if each.key == key)
            yield from _cut(key, [step.directive for step in _remaining_steps(change, work)])
        case "follow":
            steps = [step for own, step in _following(work.plan) if own == key]
            steps.sort(key=lambda step: step.stage)
            yield _modify(key, [step.directive for step in steps])
        case "tie" | "release":
            chosen = [
                tie for tie in work.apart if tie.unit[1] == key and tie.is_new == (kind == "tie")
            ]
            freed = [each.first.directive for each in work.freeing if each.key == key]
            own = _own_directives(chosen, key, work)
            yield _modify(key, own if kind == "tie" else [*own, *freed])


def _create(whole: WholeTable, work: _Work) -> Iterator[MigrateOperation]:
    _take_out(whole, work)
    yield whole.directive
    if whole.indexes:
        yield _modify(whole.key, whole.indexes)


def _drop(whole: WholeTable, work: _Work) -> Iterator[MigrateOperation]:
    _take_out(whole, work)
    if whole.indexes:
        yield _modify(whole.key, whole.indexes)
    yield whole.directive


def _take_out(whole: WholeTable, work: _Work) -> None:
    for part in whole.foreign_keys:
        if any(tie.part is part for tie in work.apart):
            part.take_out_of(whole.creation)


def _own_directives(ties: Sequence[_Tie], key: TableKey, work: _Work) -> list[MigrateOperation]:
    directives: list[MigrateOperation] = []
    new = [tie.part for tie in ties if tie.part is not None and tie.is_new]
    names = late_names(_whole(work.plan.creates, key), new) if new else {}
    for tie in ties:
        if tie.step is not None:
            directives.append(tie.step.directive)
        elif tie.part is not None and tie.is_new:
            directives += [] if tie.part.index is None else [tie.part.index]
            directives.append(tie.part.creation(names[tie.fact]))
        elif tie.part is not None:
            directives.append(tie.part.removal())
    return directives


def _remaining_steps(change: TableChange, work: _Work) -> list[Step]:
    taken = [*(tie.step for tie in work.apart), *(each.whole for each in work.freeing)]
    left = [each.rest for each in work.freeing if each.rest and each.key == change.key]
    taken += [step for step in change.steps if step.waits_for]
    kept = [step for step in change.steps if not any(step is each for each in taken)]
    return sorted([*kept, *left], key=lambda step: step.stage)


def _modify(key: TableKey, directives: Iterable[MigrateOperation]) -> ModifyTableOps:
    return ModifyTableOps(key.name, list(directives), schema=key.schema)


def _cut(key: TableKey, directives: Iterable[MigrateOperation]) -> Iterator[MigrateOperation]:
    """Yield the directives of a table; what is about its rows stands between two containers."""
    for is_of_rows, group in groupby(directives, lambda each: isinstance(each, RenameValuesOp)):
        if is_of_rows:
            yield from group
        else:
            yield _modify(key, group)


def _whole(wholes: Iterable[WholeTable], key: TableKey) -> WholeTable:
    return next(whole for whole in wholes if whole.key == key)
