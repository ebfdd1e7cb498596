"""SQL text as tokens: for databases that keep a definition as it was written.

A `Lexicon` says how one dialect writes identifiers, strings and comments and which words are
operators. It turns text into tokens, tokens into normal-form text (one spelling of spaces,
operators, keywords and quotes: equal text means an equal expression, and it is still valid SQL),
and a `Cursor` walks them for a parser. Nothing here knows a grammar or a connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

Kind = Literal["word", "name", "string", "number", "symbol"]

SIMPLE_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z", re.IGNORECASE)


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


# Keywords after which an operator comes, not an operand.
VALUE_WORDS = words("NULL TRUE FALSE END CURRENT_TIMESTAMP CURRENT_DATE CURRENT_TIME")


class Token(NamedTuple):
    """One token; of a quoted identifier (kind "name") `text` is the name without its quotes."""

    kind: Kind
    text: str
    quote: str = ""

    def is_word(self, *words: str) -> bool:
        """Tell whether this is one of these bare words (given in upper case)."""
        return self.kind == "word" and self.text.upper() in words

    def is_symbol(self, *symbols: str) -> bool:
        """Tell whether this is one of these symbols."""
        return self.kind == "symbol" and self.text in symbols


SIGN = Token("symbol", "")


@dataclass(frozen=True)
class Lexicon:
    """How a dialect writes SQL.

    `patterns` are regular expressions by token kind, tried in order ("skip" for spaces and
    comments). `keywords` are bare words written in the normal form's case; those in `functions`
    stand before an opening parenthesis without a space. `symbols` maps spellings to the normal one.
    `reserved` are names that need quotes besides the keywords.
    """

    patterns: tuple[tuple[str, str], ...]
    keywords: frozenset[str]
    quote: str
    functions: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()
    symbols: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _scanner(self) -> re.Pattern[str]:
        groups = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in self.patterns)
        return re.compile(groups, re.DOTALL)

    def tokenize(self, sql: str) -> list[Token]:
        """Return the tokens of `sql`, without spaces and comments."""
        tokens = []
        for match in self._scanner.finditer(sql):
            text = match.group()
            match match.lastgroup:
                case "skip":
                    continue
                case "name":
                    quote = text[0]
                    closing = text[-1]
                    name = text[1:-1].replace(closing * 2, closing) if quote != "[" else text[1:-1]
                    tokens.append(Token("name", name, quote))
                case "word" | "string" | "number" as kind:
                    tokens.append(Token(kind, text))
                case _:
                    tokens.append(Token("symbol", text))
        return tokens

    def normal(self, tokens: Sequence[Token]) -> str:
        """Return the normal-form text of an expression, without parentheses around all of it."""
        text = ""
        previous: Token | None = None
        is_operand_next = True
        for token in strip_parentheses(tokens):
            if previous is not None and self._is_spaced(previous, token):
                text += " "
            text += self._spell(token)
            is_unary_sign = is_operand_next and token.is_symbol("-", "+", "~")
            is_operand_next = self._expects_operand(token)
            # A sign sticks to what it signs: `x > -1`, but `x - 1`; and `- -1`: two make a comment.
            previous = SIGN if is_unary_sign else token
        return text

    def quoted(self, name: str) -> str:
        """Return an identifier as the normal form writes it: quoted only where it has to be."""
        upper = name.upper()
        is_free = upper not in self.keywords and upper not in self.reserved
        if is_free and SIMPLE_NAME.match(name):
            return name
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote

    def _spell(self, token: Token) -> str:
        match token.kind:
            case "name":
                return self.quoted(token.text)
            case "word":
                upper = token.text.upper()
                return upper if upper in self.keywords else token.text
            case "symbol":
                return self.symbols.get(token.text, token.text)
            case _:
                return token.text

    def _expects_operand(self, token: Token) -> bool:
        if token.kind == "symbol":
            return not token.is_symbol(")", "]")
        upper = token.text.upper()
        return token.kind == "word" and upper in self.keywords and upper not in VALUE_WORDS

    def _is_spaced(self, previous: Token, token: Token) -> bool:
        if previous is SIGN:
            return token.kind == "symbol" and not token.is_symbol("(")
        if previous.is_symbol("(", ".", "[", "@") or token.is_symbol(")", ",", ".", "]", "["):
            return False
        if token.is_symbol("(") and previous.kind in ("word", "name"):
            upper = previous.text.upper()
            is_operator = previous.kind == "word" and upper in self.keywords
            return is_operator and upper not in self.functions
        return True


def strip_parentheses(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the tokens without parentheses that hold all of them."""
    while len(tokens) > 2 and tokens[0].is_symbol("(") and _closing(tokens) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _closing(tokens: Sequence[Token], start: int = 0) -> int:
    depth = 0
    for position in range(start, len(tokens)):
        token = tokens[position]
        if token.is_symbol("("):
            depth += 1
        elif token.is_symbol(")"):
            depth -= 1
            if depth == 0:
                return position
    return -1


class Cursor:
    """Walks tokens for a parser; past the end it sees an empty symbol."""

    END = Token("symbol", "")

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._position = 0

    @property
    def is_at_end(self) -> bool:
        """Tell whether every token has been taken."""
        return self._position >= len(self._tokens)

    def peek(self, ahead: int = 0) -> Token:
        """Return the next token, or the one so many further, without taking it."""
        position = self._position + ahead
        return self._tokens[position] if position < len(self._tokens) else self.END

    def take(self) -> Token:
        """Return the next token and go on."""
        token = self.peek()
        self._position += 1
        return token

    def accept(self, *words: str) -> bool:
        """Take this sequence of bare words if it comes next; tell whether it did."""
        position = self._position
        for word in words:
            if position >= len(self._tokens):
                return False
            token = self._tokens[position]
            if token.kind != "word" or token.text.upper() != word:
                return False
            position += 1
        self._position = position
        return True

    def accept_symbol(self, symbol: str) -> bool:
        """Take this symbol if it comes next; tell whether it did."""
        if self.peek().is_symbol(symbol):
            self._position += 1
            return True
        return False

    def parenthesised(self) -> Sequence[Token]:
        """Take a balanced pair of parentheses and return what is inside."""
        start = self._position
        closing = _closing(self._tokens, start)
        if not self.peek().is_symbol("(") or closing < 0:
            raise ValueError(f"expected a pair of parentheses at {self.peek().text!r}")
        self._position = closing + 1
        return self._tokens[start + 1 : closing]

    def until(self, *symbols: str) -> Sequence[Token]:
        """Take and return what comes before one of these symbols, whole parentheses at a time."""
        start = self._position
        while not self.is_at_end and not self.peek().is_symbol(*symbols):
            if self.peek().is_symbol("("):
                self.parenthesised()
            else:
                self.take()
        return self._tokens[start : self._position]


def split(tokens: Sequence[Token], separator: str = ",") -> list[Sequence[Token]]:
    """Return the parts of a list, split at the top level only."""
    cursor = Cursor(tokens)
    parts = [cursor.until(separator)]
    while cursor.accept_symbol(separator):
        parts.append(cursor.until(separator))
    return parts
