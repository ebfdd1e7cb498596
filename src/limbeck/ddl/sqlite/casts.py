"""How the values of a SQLite column become those of another type while its table is built anew.

A CAST goes by affinity: to DATE, JSON or BOOLEAN it makes a number, whatever stood there. These
are kept as SQLAlchemy writes them, as text, and turned into each other; the rest is CAST.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, cast, func
from sqlalchemy import types as kinds
from sqlalchemy.types import TypeEngine

from limbeck import sqla

_MIDNIGHT = " 00:00:00.000000"
_TRUE = ("1", "t", "true", "y", "yes", "on")
_UUID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
_TEXT = (
    kinds.Date,
    kinds.DateTime,
    kinds.Time,
    kinds.Interval,
    kinds.JSON,
    kinds.Uuid,
    kinds.LargeBinary,
)
"""Types whose values are text (or bytes) as they stand, with an affinity that says otherwise."""


def converted(
    value: ColumnElement[Any], before: TypeEngine[Any], after: TypeEngine[Any]
) -> ColumnElement[Any]:
    """Return the expression for a value of type `before` as one of type `after`."""
    match before, after:
        case kinds.DateTime(), kinds.Date():
            return func.substr(value, 1, 10)
        case kinds.Date(), kinds.DateTime():
            return value.op("||")(_MIDNIGHT)
        case kinds.DateTime(), kinds.Time():
            return func.substr(value, 12)
        case kinds.String(), kinds.Boolean():
            return _truth(value)
        case kinds.Uuid(), kinds.String():
            return _dashed(value)
        case kinds.String(), kinds.Uuid():
            return func.replace(func.lower(value), "-", "")
    if isinstance(after, _TEXT) or sqla.same_affinity(before, after):
        return value
    return cast(value, after)


def _truth(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((func.lower(value).in_(_TRUE), 1), (value.is_not(None), 0))


def _dashed(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a UUID of 32 digits as people write it; one that is written so already stays."""
    first, *others = (func.substr(value, *part) for part in _UUID_PARTS)
    dashed: ColumnElement[Any] = first
    for other in others:
        dashed = dashed.op("||")("-").op("||")(other)
    return case((func.length(value) == 32, dashed), else_=value)
