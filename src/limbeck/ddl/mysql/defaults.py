"""Server defaults of MySQL and MariaDB in normal form: as MariaDB's catalog prints them.

A default is parsed by the server and printed as a value of the column's type: `'0'` of an integer
is `0`, `'2020-01-01'` of a DATETIME has its time. ON UPDATE is part of it here, as it is in the text
that SQLAlchemy users give as `server_default`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from limbeck.ddl.mysql.text import LEXICON, normal_tokens, quote_string, unquote_string
from limbeck.ddl.tokens import Token, strip_parentheses

_TYPE = re.compile(r"(?P<name>\w+)(?:\((?P<arguments>.*)\))?", re.DOTALL)
_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint", "year")
_STRINGS = (
    "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set",
    "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob",
)  # fmt: skip
_LARGE = (
    "json", "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring",
    "multipolygon", "geometrycollection", "geomcollection",
)  # fmt: skip
_TEMPORAL = ("date", "datetime", "timestamp", "time")
_DATE_AND_TIME = re.compile(
    r"(?P<date>\d{4}-\d{1,2}-\d{1,2})?[ T]?(?:(?P<time>\d+:\d{1,2}(?::\d{1,2})?)(?:\.(?P<rest>\d*))?)?\Z"
)


def normal_default_text(sql: str, type_: str) -> str | None:
    """Return a default in normal form for a column of this (normal) type; NULL is no default."""
    tokens = LEXICON.tokenize(sql)
    split = _on_update_position(tokens)
    default = _normal_value(strip_parentheses(tokens[:split]), type_)
    if split == len(tokens):
        return default
    return f"{default or 'NULL'} ON UPDATE {normal_tokens(tokens[split + 2 :])}"


def _on_update_position(tokens: Sequence[Token]) -> int:
    for position, token in enumerate(tokens[:-1]):
        if token.is_word("ON") and tokens[position + 1].is_word("UPDATE"):
            return position
    return len(tokens)


def _normal_value(tokens: Sequence[Token], type_: str) -> str | None:
    value = _literal(tokens)
    if value is None and _split_type(type_)[0] in _STRINGS:
        value = _bytes_by_number(tokens)
    if value is not None:
        literal = _literal_of_type(value, type_)
        if literal is not None:
            return literal
    text = normal_tokens(tokens)
    return None if text in ("NULL", "") else text


def _literal(tokens: Sequence[Token]) -> str | None:
    """Return the value of a default that is a string, a number, true or false."""
    sign = ""
    if len(tokens) == 2 and tokens[0].is_symbol("-", "+"):
        sign = "-" if tokens[0].text == "-" else ""
        tokens = tokens[1:]
    if len(tokens) != 1:
        return None
    token = tokens[0]
    if token.kind == "number":
        # 0x… is bytes or a number: what it is in a number's column, the probe tells.
        return None if token.text.lower().startswith("0x") else sign + token.text
    if token.is_word("TRUE", "FALSE"):
        return "1" if token.is_word("TRUE") else "0"
    if token.kind == "string":
        if token.text[0] in "xX":
            return _as_shown(token.text[2:-1])
        text = re.sub(r"\A(?:_\w+\s*|[nN])(?=')", "", token.text)
        return None if text[0] not in "'\"" else sign + unquote_string(text)
    return None


def _bytes_by_number(tokens: Sequence[Token]) -> str | None:
    """Return the value of 0x…, which is bytes for a column of strings."""
    if len(tokens) != 1 or not tokens[0].text.lower().startswith("0x"):
        return None
    digits = tokens[0].text[2:]
    return _as_shown(digits.zfill(len(digits) + len(digits) % 2))


def _as_shown(digits: str) -> str:
    """Return bytes as the catalog shows them, those that are no text by a question mark."""
    return bytes.fromhex(digits).decode(errors="replace").replace("\ufffd", "?")


def _split_type(type_: str) -> tuple[str, str | None]:
    match = _TYPE.match(type_)
    return (match["name"], match["arguments"]) if match else ("", None)


def _literal_of_type(value: str, type_: str) -> str | None:
    """Return a value as the server prints it for a type; None where the server has to say."""
    name, arguments = _split_type(type_)
    if name == "binary":
        value = value.ljust(int(arguments or 1), "\0")
    if name in _STRINGS:
        return quote_string(value)
    if name in _TEMPORAL:
        return quote_string(_temporal(value, name, int(arguments or 0)))
    try:
        number = Decimal(value)
        if name in _INTEGERS:
            return str(number.to_integral_value(ROUND_HALF_UP))
        if name == "decimal":
            scale = int((arguments or "10,0").split(",")[1])
            return str(number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP))
        if name in ("float", "double"):
            return format(number.normalize(), "f")
        if name == "bit":
            return f"b'{int(number):b}'"
    except (InvalidOperation, ValueError):
        return None
    return None


def _temporal(value: str, name: str, precision: int) -> str:
    match = _DATE_AND_TIME.match(value)
    if match is None or (match["date"] is None and match["time"] is None):
        return value
    date = "-".join(part.zfill(2) for part in (match["date"] or "").split("-"))
    if name == "date":
        return date
    time = ":".join(part.zfill(2) for part in (match["time"] or "00:00:00").split(":"))
    time += ":00" if time.count(":") == 1 else ""
    if precision:
        time += "." + (match["rest"] or "")[:precision].ljust(precision, "0")
    return time if name == "time" else f"{date} {time}"


def stands_alone(sql: str, *, are_calls_bare: bool) -> bool:
    """Tell whether a default may follow DEFAULT as it is, without parentheses around it.

    `are_calls_bare`: MariaDB takes any call without them, MySQL only that of the current time.
    """
    tokens = LEXICON.tokenize(sql)
    split = _on_update_position(tokens)
    if split < len(tokens) or len(strip_parentheses(tokens)) < len(tokens):
        return True
    if _literal(tokens) is not None or len(tokens) < 2 or tokens[0].text.lower() in ("b", "x"):
        return True
    first, *others = tokens
    is_call = first.kind in ("word", "name") and others[0].is_symbol("(")
    is_call = is_call and len(strip_parentheses(others)) < len(others)
    is_time = first.is_word("CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP")
    return is_call and (are_calls_bare or is_time)


def is_expression_only(type_: str) -> bool:
    """Tell whether MySQL takes no literal as default for a (normal) type, but an expression."""
    return type_.endswith(("text", "blob")) or type_ in _LARGE
