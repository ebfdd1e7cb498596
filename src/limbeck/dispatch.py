"""Choosing a function by the class of an object or by a name, with dialect qualifiers.

`Dispatcher` holds one function a target (how a directive runs, how it renders);
`PriorityDispatcher` holds many, and calls them all in order of priority (the comparators of
autogenerate). Both ask for the qualifier, usually a dialect's name, before "default". They are
Alembic's, by name and behaviour; nothing here knows what is dispatched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from enum import Enum, IntEnum
from typing import Any, TypeVar

_C = TypeVar("_C", bound=Callable[..., Any])

DEFAULT = "default"


class DispatchPriority(IntEnum):
    """The order in which the functions of a `PriorityDispatcher` are called, highest first."""

    FIRST = 50
    MEDIUM = 25
    LAST = 10


class PriorityDispatchResult(Enum):
    """What a function of a `PriorityDispatcher` returns; None means the same as CONTINUE."""

    CONTINUE = 1
    STOP = 2
    """Call no further function of the same subgroup."""


class Dispatcher:
    """One function for each (class or name, qualifier); a class stands for its subclasses too."""

    def __init__(self) -> None:
        # compat: alembic-utils-extended
        self._registry: dict[tuple[Any, str], Callable[..., Any]] = {}

    def dispatch_for(
        self, target: Any, *, qualifier: str = DEFAULT, replace: bool = False
    ) -> Callable[[_C], _C]:
        """Decorate the function that stands for `target`.

        Raises ValueError when there is one already and `replace` is not set.
        """

        def register(function: _C) -> _C:
            key = (target, qualifier)
            if key in self._registry and not replace:
                raise ValueError(
                    f"Can not set dispatch function for object {target!r}: key already exists. "
                    "To replace existing function, use replace=True."
                )
            self._registry[key] = function
            return function

        return register

    def dispatch(self, obj: Any, qualifier: str = DEFAULT) -> Any:
        """Return the function for `obj`: a string, a class, or an instance of a class.

        Raises ValueError when there is none.
        """
        targets: tuple[Any, ...]
        if isinstance(obj, str):
            targets = (obj,)
        elif isinstance(obj, type):
            targets = obj.__mro__
        else:
            targets = type(obj).__mro__
        for target in targets:
            for key in ((target, qualifier), (target, DEFAULT)):
                if key in self._registry:
                    return self._registry[key]
        raise ValueError(f"no dispatch function for object: {obj}")

    def branch(self) -> Dispatcher:
        """Return a copy that takes registrations of its own."""
        copy = Dispatcher()
        copy._registry.update(self._registry)
        return copy


class PriorityDispatcher:
    """Any number of functions for each (name, qualifier, priority)."""

    def __init__(self) -> None:
        # compat: clickhouse-sqlalchemy, sqlalchemy-declarative-extensions
        self._registry: dict[
            tuple[str, str, DispatchPriority], list[tuple[Callable[..., Any], str | None]]
        ] = defaultdict(list)

    def dispatch_for(
        self,
        target: str,
        *,
        priority: DispatchPriority = DispatchPriority.MEDIUM,
        qualifier: str = DEFAULT,
        subgroup: str | None = None,
    ) -> Callable[[_C], _C]:
        """Decorate a function to be called for `target`.

        `subgroup` names the functions of which one can end the others by returning STOP.
        """

        def register(function: _C) -> _C:
            self._registry[(target, qualifier, priority)].append((function, subgroup))
            return function

        return register

    def dispatch(
        self, target: str, *, qualifier: str = DEFAULT
    ) -> Callable[..., frozenset[str | None]]:
        """Return one function that calls all those of `target`: the qualifier's, then the default's.

        It returns the subgroups that a function of priority FIRST has ended.
        """
        qualifiers = (qualifier,) if qualifier == DEFAULT else (qualifier, DEFAULT)
        chosen = tuple(
            (*entry, priority)
            for priority in DispatchPriority
            for each in qualifiers
            for entry in self._registry.get((target, each, priority), ())
        )

        def call_all(*args: Any, **kwargs: Any) -> frozenset[str | None]:
            stopped: dict[str | None, DispatchPriority] = {}
            for function, subgroup, priority in chosen:
                if subgroup in stopped:
                    continue
                if function(*args, **kwargs) is PriorityDispatchResult.STOP:
                    stopped[subgroup] = priority
            return frozenset(
                subgroup for subgroup, at in stopped.items() if at is DispatchPriority.FIRST
            )

        return call_all

    def branch(self) -> PriorityDispatcher:
        """Return a copy that takes registrations of its own."""
        copy = PriorityDispatcher()
        copy.populate_with(self)
        return copy

    def populate_with(self, other: PriorityDispatcher) -> None:
        """Add all functions of `other` after the present ones."""
        for key, entries in other._registry.items():
            self._registry[key].extend(entries)
