"""Small functions on values, at Alembic's public path.

compat: packages import `Dispatcher`, `DispatchPriority`, `asbool`, `immutabledict` from here. What
SQLAlchemy owns (`SQLALCHEMY_NAMES`) is looked up when it is asked for.
"""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Iterable
from typing import Any, TypeVar, overload

from limbeck.dispatch import (
    Dispatcher,
    DispatchPriority,
    PriorityDispatcher,
    PriorityDispatchResult,
)

__all__ = [
    "DispatchPriority",
    "Dispatcher",
    "PriorityDispatchResult",
    "PriorityDispatcher",
    "dedupe_tuple",
    "not_none",
    "rev_id",
    "to_tuple",
]

T = TypeVar("T")

SQLALCHEMY_NAMES = frozenset(
    {"EMPTY_DICT", "asbool", "immutabledict", "memoized_property", "to_list", "unique_list"}
)


def rev_id() -> str:
    """Make a revision id: twelve random hexadecimal digits."""
    return uuid.uuid4().hex[-12:]


@overload
def to_tuple(x: Any, default: tuple[Any, ...]) -> tuple[Any, ...]: ...
@overload
def to_tuple(x: Any, default: None = None) -> tuple[Any, ...] | None: ...
def to_tuple(x: Any, default: tuple[Any, ...] | None = None) -> tuple[Any, ...] | None:
    """Give `x` as a tuple: text is one element, None the default."""
    if x is None:
        return default
    if isinstance(x, str) or not isinstance(x, Iterable):
        return (x,)
    return tuple(x)


def dedupe_tuple(tup: tuple[str, ...]) -> tuple[str, ...]:
    """Drop what is there twice, keeping the order."""
    return tuple(dict.fromkeys(tup))


def not_none(value: T | None) -> T:
    """Give the value; None is a defect."""
    if value is None:
        raise AssertionError("a value is expected here, not None")
    return value


def __getattr__(name: str) -> Any:
    if name in SQLALCHEMY_NAMES:
        util = importlib.import_module("sqlalchemy.util")
        return util.immutabledict() if name == "EMPTY_DICT" else getattr(util, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
