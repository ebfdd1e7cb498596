"""MySQL's and MariaDB's SQL text: their lexicon, and the normal forms of types and expressions.

Both servers store definitions parsed and print them anew, each in its own way; these forms bring
the common cases together without asking the server, and `probe` settles the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MARIADB, RESERVED_WORDS_MYSQL

from limbeck.ddl.mysql.parentheses import open_groups
from limbeck.ddl.tokens import Cursor, Lexicon, Token, split, words

LEXICON = Lexicon(
    patterns=(
        ("skip", r"\s+|--(?=\s)[^\n]*|#[^\n]*|/\*(?!!).*?(?:\*/|\Z)"),
        (
            "string",
            r"""(?:_[a-zA-Z0-9]+\s*(?='))?[nNxXbB]?'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*\"""",
        ),
        ("name", r"`(?:[^`]|``)*`"),
        ("number", r"0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$])"),
        ("word", r"(?:[\w$@]|[^\x00-\x7f])+"),
        ("symbol", r"<=>|<<|>>|<=|>=|<>|!=|:=|\|\||&&|->>|->|/\*!\d*|\*/|[^\s]"),
    ),
    keywords=words(
        """AND AS ASC BETWEEN BINARY CASE CHECK COLLATE CURRENT_TIMESTAMP DEFAULT DESC DIV ELSE END
        ESCAPE FALSE FROM IN INTERVAL IS LIKE MOD NOT NULL ON OR REGEXP RLIKE THEN TRUE UPDATE USING
        WHEN XOR"""
    ),
    functions=words("CURRENT_TIMESTAMP MOD"),
    reserved=frozenset(word.upper() for word in RESERVED_WORDS_MARIADB | RESERVED_WORDS_MYSQL),
    quote="`",
    symbols={"!=": "<>", "&&": "AND", "%": "MOD"},
)

# ---------------------------------------------------------------- expressions

# What both servers print for a function's other names; the first is as MariaDB prints it.
_FUNCTION_SYNONYMS = {
    "now": "current_timestamp",
    "localtime": "current_timestamp",
    "localtimestamp": "current_timestamp",
    "current_date": "curdate",
    "current_time": "curtime",
    "character_length": "char_length",
    "mid": "substr",
    "substring": "substr",
    "length": "octet_length",
    "lower": "lcase",
    "upper": "ucase",
    "power": "pow",
    "ceil": "ceiling",
    "day": "dayofmonth",
}
_BARE_FUNCTIONS = frozenset({"current_date", "current_time", "localtime", "localtimestamp"})


def normal_expression(sql: str, columns: Mapping[str, str] | None = None) -> str:
    """Return an expression in normal form.

    `columns` maps lower-case column names to their declared spelling: names are spelled so.
    """
    return normal_tokens(LEXICON.tokenize(sql), columns)


def normal_tokens(tokens: Sequence[Token], columns: Mapping[str, str] | None = None) -> str:
    """Return an expression's tokens as normal-form text."""
    spelled: list[Token] = []
    cursor = Cursor(tokens)
    while not cursor.is_at_end:
        token = cursor.take()
        if token.kind == "string":
            spelled.append(Token("string", normal_string(token.text)))
        elif token.kind == "word":
            is_asked = _ends_with_is(spelled) and token.is_word("TRUE", "FALSE")
            as_word = [Token("word", token.text.lower())]  # no number stands behind IS
            spelled.extend(as_word if is_asked else _word(token, cursor, columns or {}))
        elif token.kind == "name":
            spelled.append(Token("name", (columns or {}).get(token.text.lower(), token.text), "`"))
        else:
            spelled.append(token)
    return LEXICON.normal(open_groups(spelled))


def _ends_with_is(tokens: Sequence[Token]) -> bool:
    """Tell whether the last words are IS or IS NOT."""
    ending = [each for each in tokens[-2:] if not each.is_word("NOT")]
    return bool(ending) and ending[-1].is_word("IS")


def _word(token: Token, cursor: Cursor, columns: Mapping[str, str]) -> list[Token]:
    lower = token.text.lower()
    is_call = cursor.peek().is_symbol("(")
    if not is_call and lower not in _BARE_FUNCTIONS and token.text.upper() not in LEXICON.keywords:
        declared = columns.get(lower)
        return [token if declared is None else Token("name", declared, "`")]
    name = _FUNCTION_SYNONYMS.get(lower, lower) if is_call or lower in _BARE_FUNCTIONS else lower
    if name == "current_timestamp":
        # With and without empty parentheses is the same; MySQL prints one, MariaDB the other.
        if is_call and cursor.peek(1).is_symbol(")"):
            cursor.parenthesised()
        return [Token("word", name)]
    if lower in ("true", "false"):
        return [Token("number", "1" if lower == "true" else "0")]
    if lower in _BARE_FUNCTIONS and not is_call:
        return [Token("word", name), Token("symbol", "("), Token("symbol", ")")]
    return [Token("word", name)]


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}
_STRING = re.compile(r"""(?P<prefix>[nNxXbB]?)(?P<body>(?:'.*')|(?:".*"))\Z""", re.DOTALL)


def normal_string(text: str) -> str:
    """Return a string literal with single quotes and one way of escaping, without introducer."""
    match = _STRING.search(text)
    assert match is not None  # the lexicon's pattern of strings is narrower
    if match["prefix"].lower() in ("x", "b"):
        return match["prefix"].lower() + match["body"]
    return quote_string(unquote_string(match["body"]))


def unquote_string(literal: str) -> str:
    """Return the value of a string literal without prefix."""
    quote = literal[0]
    pattern = re.compile(rf"\\(.)|{quote}{quote}", re.DOTALL)

    def replace(match: re.Match[str]) -> str:
        escaped = match[1]
        if escaped is None:
            return quote
        # `\%` and `\_` keep the backslash: they are for LIKE.
        return "\\" + escaped if escaped in "%_" else _ESCAPES.get(escaped, escaped)

    return pattern.sub(replace, literal[1:-1])


def quote_string(value: str) -> str:
    """Return a string literal for a value."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return "'" + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0") + "'"


# ---------------------------------------------------------------- types


class TypeText(NamedTuple):
    """A column type in normal form, and the character set and collation that stood with it."""

    type: str
    charset: str | None = None
    collation: str | None = None


_TYPE_SYNONYMS = {
    "bool": "tinyint(1)",
    "boolean": "tinyint(1)",
    "integer": "int",
    "int1": "tinyint",
    "int2": "smallint",
    "int3": "mediumint",
    "middleint": "mediumint",
    "int4": "int",
    "int8": "bigint",
    "dec": "decimal",
    "numeric": "decimal",
    "fixed": "decimal",
    "real": "double",
    "double precision": "double",
    "float8": "double",
    "float4": "float",
    "character": "char",
    "character varying": "varchar",
    "char varying": "varchar",
    "varcharacter": "varchar",
    "nchar": "char",
    "national char": "char",
    "national character": "char",
    "nvarchar": "varchar",
    "national varchar": "varchar",
    "national char varying": "varchar",
    "national character varying": "varchar",
    "long": "mediumtext",
    "long varchar": "mediumtext",
    "long varbinary": "mediumblob",
    "char byte": "binary",
}
_INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_SIZED = {"text": ("tinytext", "text", "mediumtext", "longtext")} | {
    "blob": ("tinyblob", "blob", "mediumblob", "longblob")
}
_BYTES = {"latin1": 1, "ascii": 1, "binary": 1, "utf8mb3": 3, "ucs2": 2}
_ATTRIBUTES = ("UNSIGNED", "SIGNED", "ZEROFILL", "CHARACTER", "CHARSET", "COLLATE", "BINARY")


@lru_cache(maxsize=512)  # a schema has few types, and each is asked for with each column
def normal_type_text(text: str) -> TypeText:
    """Return a type as the catalogs write it: lower case, defaults written out, no width.

    The display width of integers means nothing and MySQL 8.0.19 dropped it, but for `tinyint(1)`
    (a boolean) and ZEROFILL. TEXT and BLOB with a length become the smallest that holds it.
    """
    return read_type(Cursor(LEXICON.tokenize(text)))


def read_type(cursor: Cursor) -> TypeText:
    """Take a type with its attributes from the tokens of a column."""
    names = [cursor.take().text.lower()]
    while cursor.peek().is_word(
        "VARYING", "PRECISION", "CHAR", "CHARACTER", "VARCHAR", "VARBINARY"
    ):
        if cursor.peek(1).is_word("SET"):
            break
        names.append(cursor.take().text.lower())
    written = " ".join(names)
    arguments = _arguments(cursor)
    charset = "utf8mb3" if written[0] == "n" and written != "numeric" else None
    collation = None
    flags: set[str] = set()
    while cursor.peek().is_word(*_ATTRIBUTES):
        match cursor.take().text.upper():
            case "CHARACTER" | "CHARSET":
                cursor.accept("SET")
                charset = normal_charset(cursor.take().text)
            case "COLLATE":
                collation = normal_collation(cursor.take().text)
            case flag:
                flags.add(flag)
    name = _TYPE_SYNONYMS.get(written, written)
    if name == "tinyint(1)":
        name, arguments = "tinyint", ["1"]
    return TypeText(_spell_type(name, arguments, flags, charset), charset, collation)


def _arguments(cursor: Cursor) -> list[str]:
    if not cursor.peek().is_symbol("("):
        return []
    return [
        normal_string(part[0].text) if part[0].kind == "string" else part[0].text
        for part in split(cursor.parenthesised())
    ]


def _spell_type(name: str, arguments: list[str], flags: set[str], charset: str | None) -> str:
    if name in _SIZED and arguments:
        size = int(arguments[0]) * (_BYTES.get(charset or "", 4) if name == "text" else 1)
        position = sum(size >= limit for limit in (1 << 8, 1 << 16, 1 << 24))
        return _SIZED[name][position]
    if name == "float" and len(arguments) == 1:
        name, arguments = "double" if int(arguments[0]) > 24 else "float", []
    is_filled = "ZEROFILL" in flags
    if name in _INTEGERS and not is_filled:
        is_boolean = name == "tinyint" and arguments == ["1"] and "UNSIGNED" not in flags
        arguments = ["1"] if is_boolean else []
    text = name + _spell_arguments(name, arguments)
    if "UNSIGNED" in flags or is_filled:
        text += " unsigned"
    return text + " zerofill" if is_filled else text


def _spell_arguments(name: str, arguments: list[str]) -> str:
    if name == "decimal":
        arguments = [*(arguments or ["10"]), "0"][:2]
    elif name in ("char", "binary", "bit"):
        arguments = arguments or ["1"]
    elif name == "year" or (name in ("datetime", "timestamp", "time") and arguments == ["0"]):
        arguments = []
    return f"({','.join(arguments)})" if arguments else ""


def normal_charset(name: str) -> str:
    """Return a character set in lower case; `utf8` is what newer servers call `utf8mb3`."""
    lower = name.lower()
    return "utf8mb3" if lower == "utf8" else lower


def normal_collation(name: str) -> str:
    """Return a collation in lower case, with the new name of `utf8_…`."""
    lower = name.lower()
    return "utf8mb3_" + lower[5:] if lower.startswith("utf8_") else lower
