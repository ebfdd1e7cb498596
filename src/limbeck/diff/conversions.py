"""Which values of a column don't fit the type that it shall have.

Receives the column and both types, returns an SQL condition that finds such values; None where
every value fits, and `UNKNOWN` where only the database itself could tell.
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
_WIDEST = 38
_WHOLE = "^ *[-+]?[0-9]+ *$"
_NUMBER = r"^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)? *$"
_TRUTHS = ("0", "1", "f", "false", "n", "no", "off", "on", "t", "true", "y", "yes")


def unfit_values(
    column: ColumnElement[Any], old: TypeEngine[Any], new: TypeEngine[Any], impl: DefaultImpl
) -> Unfit:
    """Return the condition for values of `column`, now of type `old`, that `new` does not take."""
    old, new = plain_type(old, impl), plain_type(new, impl)
    if impl.limits_values and _is_untold(old, new):
        return UNKNOWN
    match new:
        case types.Enum() if new.native_enum:
            return _outside(column, old, new) if impl.limits_values else None
        case types.String():
            return _no_text(column, old, new) if impl.limits_values else None
        case types.VARBINARY() if impl.limits_values:
            return _too_many_bytes(column, old, new)
        case types.ARRAY() if isinstance(old, types.ARRAY):
            return _unfit_items(column, old, new, impl)
        case types.Boolean():
            is_text = isinstance(old, types.String)
            return func.lower(column).not_in(_TRUTHS) if is_text else None
        case types.Integer():
            return _no_integer(column, old, new, impl)
        case types.Float():
            return not_(column.regexp_match(_NUMBER)) if isinstance(old, types.String) else None
        case types.Numeric():
            return _no_numeric(column, old, new, impl)
    return _no_such_text(column, new, impl) if isinstance(old, types.String) else None


def _is_untold(old: TypeEngine[Any], new: Any) -> bool:
    """Tell whether values may be refused for what is not asked here: conditions, members, ranges."""
    names = old.__visit_name__.upper(), new.__visit_name__.upper()
    match names[1]:
        case "DOMAIN":
            return needs_value(new) or new.check is not None
        case "BIT":
            return names[0] != "BIT" or getattr(old, "length", None) != new.length
        case "SET":
            return names[0] != "SET" or not set(getattr(old, "values", ())) <= set(new.values)
        case "YEAR":
            return names[0] != "YEAR"
        case "TIMESTAMP":
            return names[0] == "DATETIME"  # they differ in their range where both exist
    is_time = isinstance(old, types.Date | types.DateTime | types.Time)
    return is_time and isinstance(new, types.Integer)


def needs_value(type_: TypeEngine[Any]) -> bool:
    """Tell whether a type by itself takes no NULL, and gives no value."""
    return bool(getattr(type_, "not_null", None)) and getattr(type_, "default", None) is None


def plain_type(type_: TypeEngine[Any], impl: DefaultImpl) -> TypeEngine[Any]:
    """Return the type that the database sees: without variants and decorators."""
    found = type_.dialect_impl(impl.dialect)
    return found.impl_instance if isinstance(found, types.TypeDecorator) else found


def _no_such_text(column: ColumnElement[Any], new: TypeEngine[Any], impl: DefaultImpl) -> Unfit:
    condition = impl.unfit_text(column, new)
    return UNKNOWN if condition is None and impl.limits_values else condition


def _text_of(column: ColumnElement[Any], old: TypeEngine[Any]) -> ColumnElement[Any]:
    is_text = isinstance(old, types.String) and not isinstance(old, types.Enum)
    return column if is_text else cast(column, String)


def _outside(
    column: ColumnElement[Any], old: TypeEngine[Any], new: types.Enum
) -> ColumnElement[bool] | None:
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
    length = new.length
    if length is None or isinstance(old, types.LargeBinary | types.JSON):
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
        case types.String():
            is_whole = column.regexp_match(_WHOLE)
            if not impl.limits_values:
                return not_(is_whole)
            # CASE, so that what is no number is never taken for one
            number = case((is_whole, cast(column, Numeric(_WIDEST, 0))))
            return or_(not_(is_whole), _beyond(number, low, high))
    return None


def _beyond(column: ColumnElement[Any], low: int, high: int) -> ColumnElement[bool]:
    return not_(column.between(low, high))


def _no_numeric(
    column: ColumnElement[Any], old: TypeEngine[Any], new: types.Numeric[Any], impl: DefaultImpl
) -> Unfit:
    if isinstance(old, types.String):
        is_number = column.regexp_match(_NUMBER)
        return not_(is_number)
    if new.precision is None or not impl.limits_values:
        return None
    scale = new.scale or 0
    too_large: ColumnElement[bool] = func.abs(column) >= 10 ** (new.precision - scale)
    match old:
        case types.Float() | types.Integer():
            return too_large
        case types.Numeric() if old.precision is not None:
            old_scale = old.scale or 0
            conditions = []
            if old.precision - old_scale > new.precision - scale:
                conditions.append(too_large)
            if old_scale > scale:
                conditions.append(column != func.round(column, scale))
            return or_(*conditions) if conditions else None
        case types.Numeric():
            return or_(too_large, column != func.round(column, scale))
    return None
