"""Pairing the facts of the two sides: by name, and what has no name of its own by its content.

It receives facts of one kind from one table, and returns which were added, which removed, and
which belong together; whether a pair differs is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from limbeck.schema.facts import CheckFacts, ForeignKeyFacts, IndexFacts, Options, UniqueFacts

Named = UniqueFacts | ForeignKeyFacts | CheckFacts | IndexFacts
F = TypeVar("F", UniqueFacts, ForeignKeyFacts, CheckFacts, IndexFacts)


@dataclass(frozen=True, slots=True)
class Matches(Generic[F]):
    """Facts that only the models have, that only the database has, and pairs (database, model)."""

    added: tuple[F, ...]
    removed: tuple[F, ...]
    pairs: tuple[tuple[F, F], ...]

    @property
    def changed(self) -> tuple[tuple[F, F], ...]:
        """The pairs whose content differs."""
        return tuple(pair for pair in self.pairs if not has_same_content(*pair))


def without_renames(matches: Matches[F]) -> tuple[Matches[F], tuple[tuple[F, F], ...]]:
    """Split off the pairs (database, model) that differ in nothing but the name that both have."""
    removed, added, renamed = list(matches.removed), [], []
    for model in matches.added:
        found = None
        if not _is_nameless(model):
            same = (each for each in removed if each.name and has_same_content(each, model))
            found = next((each for each in same if not _is_implicit(each)), None)
        if found is None:
            added.append(model)
        else:
            renamed.append((found, model))
            _remove_identical(removed, found)
    return Matches(tuple(added), tuple(removed), matches.pairs), tuple(renamed)


def content(fact: F) -> F:
    """Return the fact without its name: two with the same content do the same."""
    return replace(fact, name=None)


_LEFT_OPEN = frozenset({"without_overlaps", "period", "ignored"})
"""Options for which SQLAlchemy has no words: a model that does not say them may mean them."""


def said_options(database: Options, model: Options) -> Options:
    """Return the options of the database's key or index without those that its model leaves open."""
    unsaid = unsaid_options(database, model)
    return tuple(each for each in database if each not in unsaid)


def unsaid_options(database: Options, model: Options) -> Options:
    """Return those that the model leaves open."""
    left_open = _LEFT_OPEN - dict(model).keys()
    return tuple(each for each in database if each[0] in left_open)


def has_same_content(database: F, model: F) -> bool:
    """Tell whether two do the same but for what the models leave open, such as whether rows hold it."""
    if not isinstance(model, CheckFacts):
        assert not isinstance(database, CheckFacts)  # both are of one kind
        database = replace(database, options=said_options(database.options, model.options))
    if isinstance(model, CheckFacts) and isinstance(database, CheckFacts) and not model.no_inherit:
        database = replace(database, no_inherit=False)
    if isinstance(model, CheckFacts | ForeignKeyFacts):
        assert isinstance(database, CheckFacts | ForeignKeyFacts)  # both are of one kind
        if model.is_valid is None or not database.is_enforced:
            model = replace(model, is_valid=database.is_valid)
        model = replace(model, is_enforced=model.is_enforced and database.is_enforced)
    return content(database) == content(model)


def match(database: Iterable[F], models: Iterable[F]) -> Matches[F]:
    """Pair the facts of one kind of one table.

    A name that the user chose pairs with that name only. A model that leaves the name to the
    database takes whatever has its content, preferably under the name it would have been given,
    and only then what has that name and another content.
    """
    left, right = list(database), list(models)
    pairs: list[tuple[F, F]] = []

    def pair_up(is_candidate: Callable[[F], bool], is_same: Callable[[F, F], bool]) -> None:
        for model in [each for each in right if is_candidate(each)]:
            found = next((each for each in left if is_same(each, model)), None)
            if found is not None:
                pairs.append((found, model))
                left.remove(found)
                _remove_identical(right, model)

    pair_up(lambda model: not _is_nameless(model), lambda one, two: one.name == two.name)
    pair_up(_is_nameless, lambda one, two: one.name == two.name and has_same_content(one, two))
    pair_up(_is_implicit, lambda one, two: one.name == two.name)  # it will have that name again
    pair_up(_is_nameless, lambda one, two: has_same_content(one, two) and _stands_for(one, two))
    pair_up(
        lambda model: _is_nameless(model) and model.name is not None,
        lambda one, two: one.name == two.name,
    )
    return Matches(tuple(right), tuple(left), tuple(pairs))


def _is_nameless(fact: Named) -> bool:
    return fact.name is None or fact.is_generated_name


def _is_implicit(fact: Named) -> bool:
    return isinstance(fact, IndexFacts) and fact.is_implicit


def _stands_for(database: Named, model: Named) -> bool:
    """Tell whether the database made both by itself or neither: it gives an index a foreign key needs."""
    if isinstance(database, IndexFacts) and isinstance(model, IndexFacts):
        return database.is_implicit or not model.is_implicit
    return True


def _remove_identical(facts: list[F], fact: Any) -> None:
    position = next(index for index, each in enumerate(facts) if each is fact)
    del facts[position]
