"""SQLite's own SQL text: its lexicon, and the normal forms of types, defaults and expressions.

SQLite keeps each definition as it was written, so tokens decide: no server has to be asked.
Rules: https://sqlite.org/lang_createtable.html, https://sqlite.org/quirks.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy.dialects.sqlite.base import SQLiteIdentifierPreparer

from limbeck.ddl.base import string_literal
from limbeck.ddl.tokens import Cursor, Lexicon, Token, strip_parentheses, words

LEXICON = Lexicon(
    patterns=(
        ("skip", r"\s+|--[^\n]*|/\*.*?(?:\*/|\Z)"),
        ("string", r"[xX]?'(?:[^']|'')*'"),
        ("name", r'"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]'),
        ("number", r"0[xX][0-9a-fA-F]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"),
        ("word", r"(?:[^\W\d]|[^\x00-\x7f])(?:\w|\$|[^\x00-\x7f])*"),
        ("symbol", r"\|\||<<|>>|<=|>=|<>|!=|==|->>|->|[^\s]"),
    ),
    # Not every keyword of SQLite: those that can't name a column bare. `key` or `action` can.
    keywords=words(
        """ALL AND AS ASC BETWEEN CASE CAST CHECK COLLATE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP
        DEFAULT DESC DISTINCT ELSE END ESCAPE EXISTS FALSE FROM GLOB GROUP IN INDEX IS ISNULL LIKE
        LIMIT MATCH NOT NOTNULL NULL ON OR ORDER OVER PRIMARY REFERENCES REGEXP SELECT SET TABLE THEN
        TO TRUE UNION UNIQUE USING VALUES WHEN WHERE"""
    ),
    functions=words("CAST GLOB LIKE MATCH REGEXP"),
    reserved=frozenset(word.upper() for word in SQLiteIdentifierPreparer.reserved_words),
    quote='"',
    symbols={"!=": "<>", "==": "="},
)

# Same affinity and same meaning to whoever reads the schema; SQLAlchemy renders the right side.
TYPE_SYNONYMS = {
    "INT": "INTEGER",
    "BOOL": "BOOLEAN",
    "DEC": "NUMERIC",
    "DECIMAL": "NUMERIC",
    "CHARACTER": "CHAR",
    "CHARACTER VARYING": "VARCHAR",
    "CHAR VARYING": "VARCHAR",
    "NATIONAL CHARACTER": "NCHAR",
    "NATIONAL CHARACTER VARYING": "NVARCHAR",
    "DOUBLE PRECISION": "DOUBLE",
}

_TYPE = re.compile(r"\s*([^(]*?)\s*(?:\((.*)\))?\s*\Z", re.DOTALL)


@lru_cache(maxsize=512)  # a schema has few types, and each is asked for with each column
def normal_type_text(text: str) -> str:
    """Return a declared type in normal form: upper case, `NAME(1, 2)`, synonyms resolved."""
    match = _TYPE.match(text)
    if match is None:
        return text.strip()
    name = " ".join(match[1].upper().split())
    name = TYPE_SYNONYMS.get(name, name)
    if match[2] is None:
        return name
    return f"{name}({', '.join(part.strip() for part in match[2].split(','))})"


def normal_expression(
    sql: str, columns: Mapping[str, str] | None = None, *, table: str | None = None
) -> str:
    """Return an expression in normal form; see `normal_tokens` for the arguments."""
    return normal_tokens(LEXICON.tokenize(sql), columns, table=table)


def normal_tokens(
    tokens: Sequence[Token],
    columns: Mapping[str, str] | None = None,
    *,
    table: str | None = None,
) -> str:
    """Return an expression's tokens as normal-form text.

    `columns` maps lower-case column names to their declared spelling. With it, names are spelled
    as declared, and a double-quoted name that is no column is the string SQLite takes it for.
    Without it, double quotes stay: only they can tell such a string from a column.
    `table` is the one whose columns they are, and is left out before them.
    """
    if table is not None:
        tokens = without_table(tokens, table)
    if columns is None:
        tokens = [_as_written(token) if token.quote == '"' else token for token in tokens]
    else:
        tokens = [
            # COLLATE is followed by a name that is no column.
            _resolve(token, columns) if not before.is_word("COLLATE") else token
            for before, token in zip((Cursor.END, *tokens), tokens, strict=False)
        ]
    return LEXICON.normal(tokens)


def without_table(tokens: Sequence[Token], table: str) -> Sequence[Token]:
    """Return an expression's tokens with `a` for `t.a`, or `main.t.a`, as checks and predicates say."""
    kept: list[Token] = []
    cursor = Cursor(tokens)
    while not cursor.is_at_end:
        prefix = next((size for size in (2, 4) if _names_table(cursor, size, table)), 0)
        for _ in range(prefix):
            cursor.take()
        kept.append(cursor.take())
    return kept if len(kept) < len(tokens) else tokens


def _names_table(cursor: Cursor, size: int, table: str) -> bool:
    """Tell whether the next tokens are the table's name, perhaps with its schema's, and a dot each."""
    names = all(cursor.peek(place).kind in ("name", "word") for place in range(0, size, 2))
    dots = all(cursor.peek(place).is_symbol(".") for place in range(1, size, 2))
    return names and dots and cursor.peek(size - 2).text.lower() == table.lower()


def _as_written(token: Token) -> Token:
    return Token("string", '"' + token.text.replace('"', '""') + '"')


def _resolve(token: Token, columns: Mapping[str, str]) -> Token:
    if token.kind not in ("name", "word"):
        return token
    declared = columns.get(token.text.lower())
    if declared is not None and not (
        token.kind == "word" and token.text.upper() in LEXICON.keywords
    ):
        return Token("name", declared, '"')
    if token.quote == '"':
        return _string(token)
    return token


def normal_default_tokens(tokens: Sequence[Token]) -> str | None:
    """Return a server default in normal form; `DEFAULT NULL` is no default."""
    tokens = [
        _string(token) if token.quote == '"' else token for token in strip_parentheses(tokens)
    ]
    if len(tokens) == 1 and tokens[0].is_word("NULL"):
        return None
    return LEXICON.normal(tokens) or None


def _string(token: Token) -> Token:
    # Double quotes around what names no column make a string: sqlite.org/quirks.html#dblquote
    return Token("string", string_literal(token.text))


def stands_alone(sql: str) -> bool:
    """Tell whether a default may follow DEFAULT as it is: a literal, or all of it in parentheses."""
    tokens = LEXICON.tokenize(sql)
    if len(strip_parentheses(tokens)) < len(tokens):
        return True
    if len(tokens) == 2 and tokens[0].is_symbol("+", "-"):
        return tokens[1].kind == "number"
    return len(tokens) == 1 and tokens[0].kind in ("string", "name", "number")
