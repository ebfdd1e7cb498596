"""Parentheses that change nothing: MySQL writes all, MariaDB none, models some.

Only groups that bind tighter than what stands beside them are opened; anything doubtful stays.
Precedence: dev.mysql.com/doc/refman/8.4/en/operator-precedence.html
"""

from __future__ import annotations

from collections.abc import Sequence

from limbeck.ddl.tokens import Token

_LEVELS = (
    ("OR", "||"),
    ("XOR",),
    ("AND", "&&"),
    ("NOT",),
    ("=", "<=>", "<>", "!=", "<", "<=", ">", ">=", "IS", "LIKE", "REGEXP", "RLIKE", "IN"),
    ("|",),
    ("&",),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%", "DIV", "MOD"),
)
_LEVEL = {operator: level for level, group in enumerate(_LEVELS) for operator in group}
_ATOM = len(_LEVELS)
_DOUBTFUL = (
    "BETWEEN", "CASE", "WHEN", "THEN", "ELSE", "END", "INTERVAL", "COLLATE", "BINARY", "ESCAPE",
    "AS", "USING", "FROM", "SELECT",
)  # fmt: skip


def open_groups(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens without pairs of parentheses that change nothing."""
    result = list(tokens)
    if any(token.is_word(*_DOUBTFUL) for token in result):
        return result
    position = 0
    while position < len(result):
        end = _closing(result, position) if result[position].is_symbol("(") else None
        if end is not None and _is_needless(result, position, end):
            del result[end], result[position]
        else:
            position += 1
    return result


def _closing(tokens: Sequence[Token], start: int) -> int | None:
    depth = 0
    for position in range(start, len(tokens)):
        if tokens[position].is_symbol("("):
            depth += 1
        elif tokens[position].is_symbol(")"):
            depth -= 1
            if depth == 0:
                return position
    return None


def _is_needless(tokens: Sequence[Token], start: int, end: int) -> bool:
    before = tokens[start - 1] if start else None
    after = tokens[end + 1] if end + 1 < len(tokens) else None
    if before is not None and _takes_list(before):
        return False
    inner = _inner_level(tokens[start + 1 : end])
    return inner is not None and inner > max(_outer_level(before), _outer_level(after))


def _takes_list(token: Token) -> bool:
    """Tell whether the parenthesis after this is a call's or a list's."""
    if token.kind in ("word", "name"):
        return token.is_word("IN") or token.text.upper() not in _LEVEL
    return False


def _inner_level(tokens: Sequence[Token]) -> int | None:
    """Return how tight a group's loosest operator binds; None where that can't be told."""
    level = _ATOM
    depth = 0
    for position, token in enumerate(tokens):
        if token.is_symbol("("):
            depth += 1
        elif token.is_symbol(")"):
            depth -= 1
        elif depth == 0:
            is_first = position == 0 or tokens[position - 1].kind == "symbol"
            if token.is_symbol(",") or (is_first and token.is_symbol("-", "+", "~", "!")):
                return None
            level = min(level, _outer_level(token))
    return level if tokens else None


def _outer_level(token: Token | None) -> int:
    if token is None or token.is_symbol("(", ")", ","):
        return -1
    if token.kind == "symbol":
        # An operator that has no level here binds tighter than all that have one.
        return _LEVEL.get(token.text, _ATOM)
    return _LEVEL.get(token.text.upper(), _ATOM) if token.kind == "word" else _ATOM
