"""Which values of a column don't fit the type that it shall have.

Receives the column and both types, returns an SQL condition that finds such values; None where
every value fits, and `UNKNOWN` where only the database itself could tell: so it is for all pairs of
types of which nothing is known here.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Numeric,
    String,
    case,
    cast,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    types,
)
from sqlalchemy import column as item_column
from sqlalchemy.types import TypeEngine

from limbeck.ddl.impl import DefaultImpl


class Unknown(Enum):
    """The answer of which only the database knows better."""

    UNKNOWN = "unknown"


UNKNOWN: Literal[Unknown.UNKNOWN] = Unknown.UNKNOWN
Unfit = ColumnElement[bool] | Literal[Unknown.UNKNOWN] | None

ITEM = "item"
"""What an item of an array is called in a condition."""

_BITS = {
    "tinyint": 8,
    "smallint": 16,
    "small_integer": 16,
    "mediumint": 24,
    "bigint": 64,
    "big_integer": 64,
}
_WHOLE = "^ *[-+]?[0-9]{1,30} *$"
_SHORT_NUMBER = r"^ *[-+]?([0-9]{1,25}([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9])? *$"
"""What a cast to `_WIDEST` takes: it is an error where there are more digits."""
_WIDEST = Numeric(65, 30)
_NUMBER = r"^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)? *$"
_TRUTHS = ("0", "1", "f", "false", "n", "no", "off", "on", "t", "true", "y", "yes")
_GREATEST_FLOAT = 3.4e38
_CAPACITIES = {
    "TINYTEXT": 255,
    "TINYBLOB": 255,
    "TEXT": 2**16 - 1,
    "BLOB": 2**16 - 1,
    "MEDIUMTEXT": 2**24 - 1,
    "MEDIUMBLOB": 2**24 - 1,
}
"""How many bytes a value may have, where its type says that."""


def unfit_values(
    column: ColumnElement[Any], old: TypeEngine[Any], new: TypeEngine[Any], impl: DefaultImpl
) -> Unfit:
    """Return the condition for values of `column`, now of type `old`, that `new` does not take."""
    old, new = plain_type(old, impl), plain_type(new, impl)
    if not impl.limits_values:
        return _no_such_value(column, old, new, impl)
    if _is_untold(old, new):
        return UNKNOWN
    match new:
        case types.Enum() if new.native_enum:
            return _outside(column, old, new)
        case types.String():
            return _no_text(column, old, new)
        case types.VARBINARY():
            return _too_many_bytes(column, old, new)
        case types.ARRAY() if isinstance(old, types.ARRAY):
            return _unfit_items(column, old, new, impl)
    if isinstance(old, types.String):
        column = _text_of(column, old)
    return _no_such_value(column, old, new, impl)


def _no_such_value(
    column: ColumnElement[Any], old: TypeEngine[Any], new: TypeEngine[Any], impl: DefaultImpl
) -> Unfit:
    """Return the condition for values of another kind, or beyond what the kind can have."""
    match new:
        case types.Boolean():
            return _no_truth(column, old, impl)
        case types.Integer():
            return _no_integer(column, old, new, impl)
        case types.Float():
            return _no_float(column, old, new, impl)
        case types.Numeric():
            return _no_numeric(column, old, new, impl)
    if isinstance(old, types.String):
        return _no_such_text(column, new, impl)
    return _unless_known(impl, is_known=_takes_all(old, new))


def _unless_known(impl: DefaultImpl, *, is_known: bool) -> Unfit:
    return UNKNOWN if impl.limits_values and not is_known else None


def _takes_all(old: TypeEngine[Any], new: TypeEngine[Any]) -> bool:
    """Tell whether the new type takes every value of the old, which is no text."""
    names = _name(old), _name(new)
    if _is_binary(old) and _is_binary(new):
        return names[1] not in ("BINARY", "TINYBLOB", "MEDIUMBLOB") and _capacity(old, new) is None
    is_day = isinstance(old, types.Date | types.DateTime)
    is_json = isinstance(old, types.JSON) and isinstance(new, types.JSON)
    return (
        names[0] == names[1]
        or is_json
        or (is_day and isinstance(new, types.Date | types.DateTime))
        or (isinstance(old, types.DateTime | types.Time) and isinstance(new, types.Time))
    )


def _is_untold(old: TypeEngine[Any], new: Any) -> bool:
    """Tell whether values may be refused for what is not asked here: conditions, members, ranges."""
    names = _name(old), _name(new)
    match names[1]:
        case "DOMAIN":
            return needs_value(new) or new.check is not None
        case "BIT":
            return names[0] != "BIT" or getattr(old, "length", None) != new.length
        case "SET":
            return names[0] != "SET" or not set(getattr(old, "values", ())) <= set(new.values)
        case "YEAR":
            return names[0] != "YEAR"
        case "TIMESTAMP" if hasattr(new, "fsp"):
            # its years are fewer than those of a date
            return names[0] != "TIMESTAMP" and isinstance(old, types.Date | types.DateTime)
    return False


def _name(type_: TypeEngine[Any]) -> str:
    return type_.__visit_name__.upper()


def _is_number(type_: TypeEngine[Any]) -> bool:
    return isinstance(type_, (types.Numeric, types.Float, types.Integer, types.Boolean))


def _is_binary(type_: TypeEngine[Any]) -> bool:
    return _name(type_).endswith(("BINARY", "BLOB", "BYTEA"))


def _capacity(old: TypeEngine[Any], new: TypeEngine[Any]) -> int | None:
    """Return how many bytes the new type takes, where the old may have more."""
    name = _name(new)
    if name in ("TEXT", "BLOB") and not _name(old).startswith(("MEDIUM", "LONG")):
        return None  # there is but one TEXT, without a limit, or the old is no larger
    return _CAPACITIES.get(name)


def needs_value(type_: TypeEngine[Any]) -> bool:
    """Tell whether a type by itself takes no NULL, and gives no value."""
    return bool(getattr(type_, "not_null", None)) and getattr(type_, "default", None) is None


def plain_type(type_: TypeEngine[Any], impl: DefaultImpl) -> TypeEngine[Any]:
    """Return the type that the database sees: without variants and decorators."""
    found = type_.dialect_impl(impl.dialect)
    if isinstance(found, types.TypeDecorator):
        return found.impl_instance
    # what a driver makes of a float does not tell any more how wide it is
    return type_ if isinstance(type_, types.Float) and _name(found) == "FLOAT" else found


def _no_such_text(column: ColumnElement[Any], new: TypeEngine[Any], impl: DefaultImpl) -> Unfit:
    condition = impl.unfit_text(column, new)
    return UNKNOWN if condition is None and impl.limits_values else condition


def _text_of(column: ColumnElement[Any], old: TypeEngine[Any]) -> ColumnElement[Any]:
    is_text = isinstance(old, types.String) and not isinstance(old, types.Enum)
    return column if is_text else cast(column, String)


def _outside(column: ColumnElement[Any], old: TypeEngine[Any], new: types.Enum) -> Unfit:
    if _is_binary(old) or isinstance(old, types.JSON | types.ARRAY):
        return UNKNOWN
    if isinstance(old, types.Enum) and set(old.enums) <= set(new.enums):
        return None
    return _text_of(column, old).not_in([str(each) for each in new.enums])


def has_item(column: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return that an array, of whatever dimension, has an item that meets a condition on `ITEM`."""
    items = func.unnest(column).alias(ITEM)
    return exists(select(literal_column("1")).select_from(items).where(condition))


def _unfit_items(
    column: ColumnElement[Any], old: types.ARRAY[Any], new: types.ARRAY[Any], impl: DefaultImpl
) -> Unfit:
    found = unfit_values(item_column(ITEM), old.item_type, new.item_type, impl)
    return found if found is None or found is UNKNOWN else has_item(column, found)


def _no_text(column: ColumnElement[Any], old: TypeEngine[Any], new: types.String) -> Unfit:
    if _is_binary(old):
        return UNKNOWN
    charsets = [getattr(each, "charset", None) for each in (old, new)]
    condition = _too_long(column, old, new)
    is_narrower = charsets[1] not in (None, "utf8mb4", charsets[0])
    return UNKNOWN if condition is None and is_narrower else condition


def _too_many_bytes(
    column: ColumnElement[Any], old: TypeEngine[Any], new: types.VARBINARY
) -> ColumnElement[bool] | None:
    length = new.length
    is_within = isinstance(old, types.VARBINARY | types.BINARY) and (old.length or 0) <= (
        length or 0
    )
    return None if length is None or is_within else func.octet_length(column) > length


def _too_long(
    column: ColumnElement[Any], old: TypeEngine[Any], new: types.String
) -> ColumnElement[bool] | None:
    capacity, length = _capacity(old, new), new.length
    if capacity is not None:
        return func.octet_length(_text_of(column, old)) > capacity
    if length is None:
        return None
    if isinstance(old, types.String) and old.length is not None and old.length <= length:
        return None
    return func.char_length(_text_of(column, old)) > length


def _bounds(type_: types.Integer) -> tuple[int, int]:
    bits = _BITS.get(type_.__visit_name__.lower(), 32)
    if getattr(type_, "unsigned", False):
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1


def _no_integer(
    column: ColumnElement[Any], old: TypeEngine[Any], new: types.Integer, impl: DefaultImpl
) -> Unfit:
    low, high = _bounds(new)
    match old:
        case types.Integer():
            old_low, old_high = _bounds(old)
            is_within = low <= old_low and old_high <= high
            return None if is_within or not impl.limits_values else _beyond(column, low, high)
        case types.Numeric() | types.Float():
            return or_(_beyond(column, low, high), column != func.round(column))
        case types.Boolean():
            return None
        case types.String():
            is_whole = column.regexp_match(_WHOLE)
            if not impl.limits_values:
                return not_(is_whole)
            # CASE, so that what is no number is never taken for one
            number = case((is_whole, cast(column, _WIDEST)))
            return or_(not_(is_whole), _beyond(number, low, high))
    return _unless_known(impl, is_known=False)


def _beyond(column: ColumnElement[Any], low: float, high: float) -> ColumnElement[bool]:
    return not_(column.between(low, high))


def _no_truth(column: ColumnElement[Any], old: TypeEngine[Any], impl: DefaultImpl) -> Unfit:
    is_number = impl.limits_values and not impl.dialect.supports_native_boolean
    match old:
        case types.String():
            return func.lower(column).not_in(_TRUTHS[:2] if is_number else _TRUTHS)
        case types.Integer() | types.Numeric() | types.Float():
            return _beyond(column, -128, 127) if is_number else None
    return _unless_known(impl, is_known=False)


def _no_float(
    column: ColumnElement[Any], old: TypeEngine[Any], new: types.Float[Any], impl: DefaultImpl
) -> Unfit:
    if isinstance(old, types.String):
        return not_(column.regexp_match(_NUMBER))
    is_narrower = isinstance(old, types.Double) and not isinstance(new, types.Double)
    if (
        impl.limits_values
        and isinstance(old, types.Float)
        and (is_narrower or _name(new) == "REAL")
    ):
        return _beyond(column, -_GREATEST_FLOAT, _GREATEST_FLOAT)
    return _unless_known(impl, is_known=_is_number(old))


def _no_numeric(
    column: ColumnElement[Any], old: TypeEngine[Any], new: types.Numeric[Any], impl: DefaultImpl
) -> Unfit:
    if isinstance(old, types.String):
        return _no_numeric_text(column, new, impl)
    if new.precision is None or not impl.limits_values:
        return _unless_known(impl, is_known=_is_number(old))
    scale = new.scale or 0
    limit = 10 ** (new.precision - scale)
    too_large = or_(column >= limit, column <= -limit)
    match old:
        case types.Float():
            half = 0.5 / 10**scale  # what is nearer to the limit is rounded up to it
            return or_(column >= limit - half, column <= half - limit)
        case types.Integer():
            return too_large
        case types.Numeric():
            conditions = []
            if old.precision is None or old.precision - (old.scale or 0) > new.precision - scale:
                conditions.append(too_large)
            if old.precision is None or (old.scale or 0) > scale:
                conditions.append(column != func.round(column, scale))
            return or_(*conditions) if conditions else None
        case types.Boolean():
            return None
    return UNKNOWN


def _no_numeric_text(
    column: ColumnElement[Any], new: types.Numeric[Any], impl: DefaultImpl
) -> ColumnElement[bool]:
    if new.precision is None or not impl.limits_values:
        return not_(column.regexp_match(_NUMBER))
    is_number = column.regexp_match(_SHORT_NUMBER)
    scale = new.scale or 0
    limit = 10 ** (new.precision - scale)
    # CASE, so that what is no number is never taken for one
    number = case((is_number, cast(column, _WIDEST)))
    return or_(
        not_(is_number), number >= limit, number <= -limit, number != func.round(number, scale)
    )
