"""PostgreSQL's SQL text → normal form: expressions, type names and defaults.

Text that `pg_get_expr` and `format_type` print and text that SQLAlchemy compiles from a model come
out equal in the common cases; for the rest there is the probe. The normal form is valid SQL with
the same meaning. Pure functions, no connection.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS

from limbeck.ddl.tokens import words
from limbeck.schema.normalize import split_collation

_TOKEN = re.compile(
    r"""
    (?P<skip>\s+|--[^\n]*|/\*.*?\*/)
    |(?P<string>[eE]'(?:[^'\\]|\\.|'')*'|(?:[uU]&|[bBxXnN])?'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<name>"(?:[^"]|"")*")
    |(?P<number>0[xXoObB]_?[\da-fA-F][\da-fA-F_]*|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_\x80-\U0010ffff][\w$]*)
    |(?P<symbol>::|:=|[-+*/<>=]*[~!@\#%^&|`?][-+*/<>=~!@\#%^&|`?]*|[-+*/<>=]*[*/<>=]|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SIMPLE_NAME = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_KEYWORDS = words(
    "and or not null is in like ilike similar between symmetric any all some array case when then"
    " else end cast as collate distinct from isnull notnull exists select where unknown overlaps"
    " current_timestamp current_date current_time current_user current_role current_schema"
    " session_user localtime localtimestamp"
)
_VALUE_KEYWORDS = words(
    "null end unknown isnull notnull current_timestamp current_date current_time current_user"
    " current_role current_schema session_user localtime localtimestamp"
)
_OPENERS = frozenset({"(", "[", ".", "::"})
_CLOSERS = frozenset({")", "]", ",", ".", "::", "["})


def quoted_name(name: str) -> str:
    """Return a name in quotes, as part of an expression."""
    return '"' + name.replace('"', '""') + '"'


@lru_cache(maxsize=4096)
def normal_expression(sql: str) -> str:
    """Return an expression with one spelling of spaces, case, quotes and outer parentheses."""
    return _join(_without_parentheses(tokenize(sql)))


def tokenize(sql: str) -> list[str]:
    """Return the tokens of an expression: keywords in upper case, other bare words in lower case.

    Quoted names lose their quotes where they mean the same without.
    """
    tokens = []
    for match in _TOKEN.finditer(sql):
        text = match.group()
        match match.lastgroup:
            case "skip":
                continue
            case "name":
                text = _unquoted(text)
            case "word":
                lower = text.lower()
                text = text.upper() if lower in _KEYWORDS else lower
            case "symbol" if text == "!=":
                text = "<>"
        tokens.append(text)
    return tokens


def says_collation(definition: str | None, place: int) -> bool:
    """Tell whether CREATE INDEX gives its element at `place` a collation other than its own."""
    if definition is None:
        return False
    tokens = tokenize(definition)
    depth = element = 0
    for token in tokens[tokens.index("using") + 3 :]:  # USING method (
        depth += (token == "(") - (token == ")")
        if depth < 0:
            return False
        element += token == "," and depth == 0
        if token == "COLLATE" and depth == 0 and element == place:
            return True
    return False


def _unquoted(text: str) -> str:
    name = text[1:-1]
    is_simple = _SIMPLE_NAME.match(name) and name not in RESERVED_WORDS and name not in _KEYWORDS
    return name if is_simple else text


def _without_parentheses(tokens: list[str]) -> list[str]:
    while tokens[:1] == ["("] and _is_one_operand(tokens):
        tokens = tokens[1:-1]
    return tokens


def _is_one_operand(tokens: list[str]) -> bool:
    """Tell whether the first parenthesis closes at the end and holds no list."""
    depth = 0
    for position, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if depth == 0:
            return 1 < position == len(tokens) - 1
        if depth == 1 and token == ",":
            return False
    return False


def _join(tokens: list[str]) -> str:
    text = ""
    previous = "("
    before = ""
    for token in tokens:
        text += " " + token if _is_spaced(before, previous, token) else token
        before, previous = previous, token
    return text


def _is_spaced(before: str, previous: str, token: str) -> bool:
    if previous in _OPENERS or token in _CLOSERS:
        return False
    if previous in ("-", "+") and _expects_operand(before):
        return False
    if token == "(":
        return not _is_name(previous)
    return True


def _expects_operand(token: str) -> bool:
    """Tell whether an operand comes after this token, so that a minus is a sign there."""
    if token.lower() in _KEYWORDS:
        return token.lower() not in _VALUE_KEYWORDS
    return token in {"", "(", "[", ","} or not (token[0].isalnum() or token[0] in "_\"')]$.")


def _is_name(token: str) -> bool:
    return token.lower() not in _KEYWORDS and (token[0].isalpha() or token[0] in '_"')


# ------------------------------------------------------------------------------------------- types

_TYPE = re.compile(
    r"""(?P<name>(?:"[^"]*"|[^("])*?)\s*(?:\((?P<arguments>[^)]*)\)\s*(?P<rest>[^()]*))?\Z"""
)
_ARRAY = re.compile(r"(?:\s*\[\d*\])+\s*\Z")
_SYNONYMS = {
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "serial": "integer",
    "bigserial": "bigint",
    "smallserial": "smallint",
    "bool": "boolean",
    "varchar": "character varying",
    "char varying": "character varying",
    "char": "character",
    "bpchar": "character",
    "nchar": "character",
    "decimal": "numeric",
    "dec": "numeric",
    "float4": "real",
    "float8": "double precision",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
}


@lru_cache(maxsize=4096)
def normal_type(sql: str, default_schema: str | None = None) -> str:
    """Return a type's name as `format_type` prints it."""
    text = " ".join(split_collation(sql)[0].split())
    array = _ARRAY.search(text)
    if array is not None:
        return normal_type(text[: array.start()], default_schema) + "[]"
    match = _TYPE.match(text)
    if match is None:
        return text
    arguments = (match["arguments"] or "").replace(" ", "")
    if '"' in match["name"] or "." in match["name"]:
        return _user_type(match["name"], default_schema) + (f"({arguments})" if arguments else "")
    name = match["name"].lower()
    rest = (match["rest"] or "").lower()
    name = _SYNONYMS.get(name, name)
    for kind in ("timestamp", "time"):
        if name == kind or name.startswith(f"{kind} with"):
            return _time_type(kind, arguments, f"{name} {rest}")
    return _with_arguments(name, arguments) + (f" {rest}" if rest else "")


def _user_type(name: str, default_schema: str | None) -> str:
    parts = [part for part in tokenize(name) if part != "."]
    if default_schema is not None and len(parts) == 2 and parts[0].strip('"') == default_schema:
        parts = parts[1:]
    return ".".join(parts)


def _time_type(kind: str, precision: str, words: str) -> str:
    zone = "with time zone" if "with time zone" in words else "without time zone"
    return f"{kind}({precision}) {zone}" if precision else f"{kind} {zone}"


def _with_arguments(name: str, arguments: str) -> str:
    if name == "float":
        is_real = arguments.isdigit() and int(arguments) <= 24
        return "real" if is_real else "double precision"
    if name in ("character", "bit") and not arguments:
        arguments = "1"
    if name == "numeric" and arguments and "," not in arguments:
        arguments += ",0"
    return f"{name}({arguments})" if arguments else name


# ----------------------------------------------------------------------------------------- defaults

_LITERAL = re.compile(r"""(?P<literal>'(?:[^']|'')*'|NULL)(?:::(?P<type>(?:[^'"]|"[^"]*")+))?\Z""")
_NUMBER = re.compile(r"'?(?P<number>-?\d+(?:\.\d+)?)'?\Z")
_TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "off", "0"})
_STRINGS = frozenset({"character varying", "text", "character", "bpchar"})
_DIGITS = {"real": 6, "double precision": 15}
"""How many digits of any number are kept."""
_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", *_DIGITS})


def normal_default(sql: str, type_: str) -> str | None:
    """Return a default of a column of this (normal) type; None for what is no default at all.

    A literal loses the cast to the column's own type, and stands as a number or a boolean where
    that is what the column holds.
    """
    sql = normal_expression(sql)
    base = _base(type_)
    match = _LITERAL.match(sql)
    if match is not None:
        cast = match["type"]
        if match["literal"] == "NULL":
            return None
        is_own_cast = cast is None or _base(cast) == base or {_base(cast), base} <= _STRINGS
        if not is_own_cast and not (base in _NUMBERS and _base(cast) in _NUMBERS):
            return sql
        sql = match["literal"]
    if base in _NUMBERS and (number := _NUMBER.match(sql)):
        return _number(number["number"], base) or sql
    if base == "boolean":
        word = sql.strip("'").lower()
        return "true" if word in _TRUE else "false" if word in _FALSE else sql
    return sql


def _base(type_: str) -> str:
    """Return a type without its arguments: `numeric(10,2)[]` → `numeric[]`."""
    return re.sub(r"""("[^"]*")|\([^)]*\)""", lambda match: match[1] or "", type_)


def _number(text: str, base: str) -> str | None:
    """Return a number without the zeros that the database would not keep; None if not all digits."""
    if base in _DIGITS:
        number = Decimal(text)
        has_place = len(number.as_tuple().digits) <= _DIGITS[base]
        return format(number.normalize(), "f") if has_place else None
    if "." in text or base == "numeric":
        return text
    return str(int(text))
