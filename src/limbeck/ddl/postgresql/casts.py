"""How the rows of a PostgreSQL column become another type: the expression after USING, if it needs one.

ALTER … TYPE converts by itself what an assignment converts. From a string it never does, to a string
always; between others where `pg_cast` has an implicit or an assignment cast (`_ASSIGNED`, from
PostgreSQL 18, the same since 12). Types are in normal form, as `format_type` prints them.
"""

from __future__ import annotations

import re

from limbeck.ddl.tokens import words

_NUMBERS = words("smallint integer bigint real numeric") | {"double precision"}
_INTEGERS = words("smallint integer bigint")
_STRINGS = words("text character bpchar citext name") | {"character varying"}
_PADDED = words("character bpchar")
"""As text they lose the blanks at their end, which other types would not take."""
_STAMP, _STAMP_TZ = "timestamp without time zone", "timestamp with time zone"
_TIME, _TIME_TZ = "time without time zone", "time with time zone"
_NAMES_OF_OBJECTS = words(
    "oid regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc"
    " regprocedure regrole regtype"
)

_ASSIGNED: dict[str, frozenset[str]] = {
    **dict.fromkeys(_NUMBERS, _NUMBERS),
    **dict.fromkeys(_NAMES_OF_OBJECTS, frozenset({"oid", "bigint", "integer"})),
    "bit": frozenset({"bit varying"}),
    "bit varying": frozenset({"bit"}),
    "box": frozenset({"polygon"}),
    "cidr": frozenset({"inet"}),
    "date": frozenset({_STAMP, _STAMP_TZ}),
    "inet": frozenset({"cidr"}),
    "interval": frozenset({_TIME}),
    "json": frozenset({"jsonb"}),
    "jsonb": frozenset({"json"}),
    "macaddr": frozenset({"macaddr8"}),
    "macaddr8": frozenset({"macaddr"}),
    "money": frozenset({"numeric"}),
    "path": frozenset({"polygon"}),
    "point": frozenset({"box"}),
    "polygon": frozenset({"path"}),
    _TIME: frozenset({"interval", _TIME_TZ}),
    _TIME_TZ: frozenset({_TIME}),
    _STAMP: frozenset({"date", _TIME, _STAMP_TZ}),
    _STAMP_TZ: frozenset({"date", _TIME, _TIME_TZ, _STAMP}),
}
_ASSIGNED["bigint"] |= _NAMES_OF_OBJECTS | {"money"}
_ASSIGNED["integer"] |= _NAMES_OF_OBJECTS | {"money"}
_ASSIGNED["smallint"] |= _NAMES_OF_OBJECTS
_ASSIGNED["numeric"] |= {"money"}

_MULTIRANGES = {
    f"{kind}range": f"{kind}multirange" for kind in ("int4", "int8", "num", "ts", "tstz", "date")
}

_EXPLICIT: dict[str, frozenset[str]] = {
    "bigint": frozenset({"bit"}),
    "bit": _INTEGERS - {"smallint"},
    "boolean": frozenset({"integer"}),
    "box": words("point lseg circle"),
    "circle": words("point box polygon"),
    "integer": words("bit boolean"),
    "jsonb": _NUMBERS | {"boolean"},
    "lseg": words("point"),
    "polygon": words("point box circle"),
}
"""What a cast that is written out converts, beside the above; all else goes by way of its text."""

_PRINTED = frozenset(_ASSIGNED) | _EXPLICIT.keys() | _STRINGS | words("uuid xml tsvector tsquery")
"""What becomes a string by itself. A type of the user's does, too, but its default stays of it."""


def using(column: str, before: str, after: str) -> str | None:
    """Return the expression that converts a column (a name in SQL), None where none is needed."""
    source, target = base_type(before), base_type(after)
    if source == target or _is_assigned(source, target):
        return None
    if source in _NUMBERS and target == "boolean":
        return f"{column} <> 0"
    if source == "boolean" and target in _NUMBERS:
        return f"{column}::integer" if target == "integer" else f"{column}::integer::{after}"
    if source in _STRINGS and target == "bytea":
        return f"convert_to({column}, 'UTF8')"
    if source == "bytea" and target in _STRINGS:
        return f"convert_from({column}, 'UTF8')"
    if source == _TIME and target in (_STAMP, _STAMP_TZ):
        return f"date '1970-01-01' + {column}"
    if _MULTIRANGES.get(target) == source:  # of several ranges the cast is refused
        text = f"btrim({column}::text, '{{}}')"
        return f"CASE WHEN isempty({column}) THEN 'empty' ELSE {text} END::{after}"
    if _MULTIRANGES.get(source) == target:
        return f"{column}::{after}"
    both_arrays = source.endswith("[]") and target.endswith("[]")
    if (
        target in _STRINGS
        or (_element(source) if both_arrays else source) in _STRINGS - _PADDED
        or target in _EXPLICIT.get(source, ())
    ):
        return f"{column}::{after}"
    return f"{column}::text{'[]' if both_arrays else ''}::{after}"


def shares_defaults(one: str, other: str) -> bool:
    """Tell whether a default of the one type, as the catalogs word it, is one of the other, too."""
    both = {base_type(one), base_type(other)}
    return one == other or both <= _NUMBERS or both <= {"text", "character varying"}


def joins(one: str, other: str) -> bool:
    """Tell whether a foreign key can have either type at either end."""
    both = {base_type(one), base_type(other)}
    return len(both) == 1 or both <= _INTEGERS or both <= {"text", "character varying"}


def base_type(type_: str) -> str:
    """Return a type without length, precision, fields: `interval day to second(2)` → `interval`."""
    bare = " ".join(re.sub(r"\([^)]*\)", " ", type_).split()).replace(" []", "[]")
    return re.sub(r"\Ainterval [a-z ]+", "interval", bare)


def _is_assigned(source: str, target: str) -> bool:
    if source.endswith("[]") and target.endswith("[]"):
        return _is_assigned(_element(source), _element(target))
    if target in _STRINGS:
        return source in _PRINTED
    return source == target or target in _ASSIGNED.get(source, ())


def _element(type_: str) -> str:
    return type_.removesuffix("[]")
