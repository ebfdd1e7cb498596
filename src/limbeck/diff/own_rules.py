"""What somebody else's dialect says of a comparison: the methods of `DefaultImpl` it overrides.

compat: documented in Alembic's DDL internals. Facts are compared without them; a dialect that has
such a method of its own is asked about every pair of objects, equal or not, as Alembic asks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar, cast

from sqlalchemy import Constraint, Index, Table

from limbeck.ddl.impl import DefaultImpl
from limbeck.diff import locate
from limbeck.diff.change import TablePair
from limbeck.diff.context import DiffContext
from limbeck.diff.match import F, Matches
from limbeck.logs import logger_of
from limbeck.schema.facts import TableFacts

log = logger_of(__name__)

_NAMES = (
    "compare_type",
    "compare_server_default",
    "compare_indexes",
    "compare_unique_constraint",
    "correct_for_autogen_constraints",
    "correct_for_autogen_foreignkeys",
)

_Object = TypeVar("_Object", bound=Constraint | Index)


def own_rule(impl: DefaultImpl, name: str) -> Callable[..., Any] | None:
    """Return the method by which somebody else's dialect compares, if it has one of its own."""
    owner = next(each for each in type(impl).__mro__ if name in vars(each))
    is_ours = owner.__module__.startswith("limbeck.")
    return None if is_ours else cast("Callable[..., Any]", getattr(impl, name))


def has_own_rules(impl: DefaultImpl) -> bool:
    """Tell whether the dialect wants to see every table."""
    return any(own_rule(impl, name) is not None for name in _NAMES)


def changed(
    matches: Matches[F],
    rule: Callable[..., Any] | None,
    database_object: Callable[[F], _Object],
    model_object: Callable[[F], _Object],
) -> tuple[tuple[F, F], ...]:
    """Return the pairs that differ: by the dialect's own rule, or else in their facts."""
    if rule is None:
        return matches.changed
    found = []
    for pair in matches.pairs:
        result = rule(model_object(pair[1]), database_object(pair[0]))
        if result.is_skip:
            log.info("Can't compare '%s', taken for equal: %s", pair[1].name, result.message)
        elif result.is_different:
            found.append(pair)
    return tuple(found)


def corrected(pair: TablePair, context: DiffContext) -> TablePair:
    """Return the pair without those constraints and indexes that the dialect takes out of it."""
    impl = context.impl
    constraints = own_rule(impl, "correct_for_autogen_constraints")
    foreign_keys = own_rule(impl, "correct_for_autogen_foreignkeys")
    if constraints is None and foreign_keys is None:
        return pair
    sides = [
        _Objects(facts, table, impl)
        for facts, table in (
            (pair.database, pair.database_table),
            (pair.model, pair.model_table),
        )
    ]
    if constraints is not None:
        constraints(*(kept for side in sides for kept in (side.uniques, side.indexes)))
    if foreign_keys is not None:
        foreign_keys(*(side.foreign_keys for side in sides))
    return replace(pair, database=sides[0].facts_left(), model=sides[1].facts_left())


def corrected_alone(
    facts: TableFacts, table: Table, context: DiffContext, *, is_model: bool
) -> TableFacts:
    """Return a table that one side only has, without the indexes that the dialect takes out."""
    rule = own_rule(context.impl, "correct_for_autogen_constraints")
    if rule is None:
        return facts
    side = _Objects(facts, table, context.impl)
    sets: list[set[Any]] = [side.uniques, side.indexes]
    none: list[set[Any]] = [set(), set()]
    rule(*none, *sets) if is_model else rule(*sets, *none)
    return replace(facts, indexes=side.facts_left().indexes)


class _Objects:
    """The objects of one side, in sets that the dialect may change, and the facts behind them."""

    def __init__(self, facts: TableFacts, table: Table, impl: DefaultImpl) -> None:
        self._facts = facts
        self._of: dict[int, Any] = {
            id(fact): locate.foreign_key(table, fact, impl) for fact in facts.foreign_keys
        }
        for unique in facts.uniques:
            self._of[id(unique)] = locate.unique_constraint(table, unique, impl)
        for index in facts.indexes:
            found = locate.unique_constraint(table, index, impl) if index.is_constraint else None
            self._of[id(index)] = found or locate.index(table, index, impl)
        self.foreign_keys = self._objects(facts.foreign_keys)
        keys = self._objects((*facts.uniques, *facts.indexes))
        self.indexes = {each for each in keys if isinstance(each, Index)}
        self.uniques = keys - self.indexes

    def _objects(self, facts: Iterable[Any]) -> set[Any]:
        return {self._of[id(fact)] for fact in facts} - {None}

    def facts_left(self) -> TableFacts:
        """Return the facts whose objects are still in the sets, or that have none."""
        left = {None, *self.uniques, *self.indexes, *self.foreign_keys}

        def keep(facts: tuple[F, ...]) -> tuple[F, ...]:
            return tuple(fact for fact in facts if self._of[id(fact)] in left)

        facts = self._facts
        return replace(
            facts,
            uniques=keep(facts.uniques),
            indexes=keep(facts.indexes),
            foreign_keys=keep(facts.foreign_keys),
        )
