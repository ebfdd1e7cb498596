"""Partitions of MySQL and MariaDB: what stands after PARTITION BY, in one spelling.

    models, information_schema ─ parse ─→ Partitioning ─→ text to compare by
    two Partitionings ──────── alteration ─→ the clause of ALTER TABLE

The spelling is for comparing alone: it has not all (engines, directories), and what an expression
or a value is worth only the server knows (`asked`, the probe). Revisions have the words as written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row
from sqlalchemy.exc import DBAPIError

from limbeck import sqla
from limbeck.ddl.mysql.text import LEXICON, normal_tokens, quote_string, unquote_string
from limbeck.ddl.tokens import Cursor, Token, split

OPTIONS = ("partition_by", "partitions", "subpartition_by", "subpartitions")
"""By what a table says how it is partitioned, in the order of the statement."""

_SHOWN = re.compile(r"\n\s*(?:/\*!\d+ )?PARTITION BY (?P<words>.*?)(?: ?\*/)?\s*\Z", re.DOTALL)


class Part(NamedTuple):
    """One partition; `words` are as written, the others to compare by."""

    name: str
    values: str
    comment: str
    parts: tuple[Part, ...]
    words: str

    @property
    def is_rest(self) -> bool:
        """Tell whether it takes all that the partitions before it leave."""
        return self.values == " VALUES LESS THAN MAXVALUE"

    def __str__(self) -> str:
        name = LEXICON.quoted(self.name)
        comment = f" COMMENT {quote_string(self.comment)}" if self.comment else ""
        return f"PARTITION {name}{self.values}{comment}{_in_parentheses(self.parts)}"


class Partitioning(NamedTuple):
    """How a table is partitioned: by what, and in which parts; those of a hash may be counted."""

    method: str
    number: int = 1
    sub_method: str = ""
    sub_number: int = 1
    parts: tuple[Part, ...] = ()

    def __str__(self) -> str:
        number = f" PARTITIONS {self.number}" if self.number > 1 else ""
        sub = f" SUBPARTITION BY {self.sub_method}" if self.sub_method else ""
        sub_number = f" SUBPARTITIONS {self.sub_number}" if self.sub_number > 1 else ""
        return f"{self.method}{number}{sub}{sub_number}{_in_parentheses(self.parts)}"


def _in_parentheses(parts: Sequence[Part]) -> str:
    return f" ({', '.join(map(str, parts))})" if parts else ""


# ---------------------------------------------------------------- read


def found_text(rows: Sequence[Row[Any]]) -> str:
    """Return what stands after PARTITION BY, of a table's rows in information_schema."""
    first = rows[0]
    sub = ""
    if first.sub_method is not None:
        sub = f" SUBPARTITION BY {first.sub_method} ({first.sub_expression or ''})"
    parts = [_found_part(list(each)) for _, each in groupby(rows, key=lambda row: row.name)]
    return f"{first.method} ({first.expression or ''}){sub} ({', '.join(parts)})"


def _found_part(rows: Sequence[Row[Any]]) -> str:
    first = rows[0]
    text = f"PARTITION {_quoted(first.name)}"
    if "LIST" in first.method.upper():
        text += f" VALUES IN ({first.description})"
    elif first.description is not None:
        text += f" VALUES LESS THAN ({first.description})"
    if first.sub_method is None:
        return f"{text}{_comment(first)}"
    subs = ", ".join(f"SUBPARTITION {_quoted(row.sub_name)}{_comment(row)}" for row in rows)
    return f"{text} ({subs})"


def _comment(row: Row[Any]) -> str:
    return f" COMMENT {quote_string(row.comment)}" if row.comment else ""


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def given_text(given: Mapping[str, Any]) -> str | None:
    """Return what stands after PARTITION BY, of a table's options; None where nothing does."""
    if given.get("partition_by") is None:
        return None
    named = ((name.replace("_", " ").upper(), given.get(name)) for name in OPTIONS[1:])
    counts = [f"{words} {value}" for words, value in named if value is not None]
    return " ".join([str(given["partition_by"]), *counts])


def from_driver(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table's options with each `%` of its partitions said once."""
    return {
        name: value.replace("%%", "%")
        if name.lower().endswith(OPTIONS) and isinstance(value, str)
        else value
        for name, value in options.items()
    }


def shown_text(shown: str) -> str | None:
    """Return what stands after PARTITION BY in SHOW CREATE TABLE, but the engine of each part."""
    found = _SHOWN.search(shown)
    if found is None:
        return None
    words = re.sub(r"\n\s*", " ", found["words"]).replace("  COLUMNS", " COLUMNS")
    return re.sub(r" ENGINE = \w+(?=[,)]|\Z)", "", words)


# ---------------------------------------------------------------- parse


def parse(
    sql: str, columns: Sequence[str] = (), asked: Mapping[str, str] | None = None
) -> Partitioning:
    """Return what stands after PARTITION BY, names of columns as they are declared.

    `asked`: what the server says for expressions and values that `unasked` has named. What is no
    partitioning is left to the server to refuse.
    """
    try:
        return _Parser({name.lower(): name for name in columns}, asked or {}).parse(sql)
    except ValueError:
        return Partitioning(sql)


class Unasked(NamedTuple):
    """What of a partitioning the server may have other words for."""

    expressions: list[str]
    values: list[str]


def unasked(sql: str, columns: Sequence[str] = ()) -> Unasked:
    """Return the expressions by which rows are told apart, and the values that are no literals."""
    parser = _Parser({name.lower(): name for name in columns}, {})
    with suppress(ValueError):
        parser.parse(sql)
    return Unasked(parser.expressions, parser.values)


def ask_values(connection: Connection, sql: str) -> dict[str, str]:
    """Return the values that are no literals as the server has them; none where it can't say."""
    values = unasked(sql).values
    if not values:
        return {}
    query = sqla.for_driver(connection.dialect, f"SELECT {', '.join(values)}")
    try:
        row = connection.exec_driver_sql(query).one()
    except DBAPIError:
        return {}  # they stay as they are
    return dict(zip(values, map(_literal, row), strict=True))


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | Decimal) else quote_string(str(value))


@dataclass(slots=True)
class _Parser:
    columns: Mapping[str, str]
    asked: Mapping[str, str]
    expressions: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    def parse(self, sql: str) -> Partitioning:
        cursor = Cursor(LEXICON.tokenize(sql))
        method = self._method(cursor)
        number = sub_number = 1
        sub_method = ""
        while not (cursor.is_at_end or cursor.peek().is_symbol("(")):
            if cursor.accept("PARTITIONS"):
                number = int(cursor.take().text)
            elif cursor.accept("SUBPARTITIONS"):
                sub_number = int(cursor.take().text)
            elif cursor.accept("SUBPARTITION", "BY"):
                sub_method = self._method(cursor)
            else:
                cursor.take()
        parts = self._parts(cursor)
        if parts and all(_is_counted(each, f"p{n}") for n, each in enumerate(parts)):
            number, parts = len(parts), ()
        sub_numbers = {_count_parts(each) for each in parts}
        if len(sub_numbers) == 1 and (found := sub_numbers.pop()):
            sub_number, parts = found, tuple(each._replace(parts=()) for each in parts)
        return Partitioning(method, number, sub_method, sub_number, parts)

    def _method(self, cursor: Cursor) -> str:
        words = []
        while not (cursor.is_at_end or cursor.peek().is_symbol("(")):
            if cursor.accept("ALGORITHM"):
                cursor.accept_symbol("=")
                cursor.take()
            else:
                words.append(cursor.take().text.upper())
        inner = cursor.parenthesised() if not cursor.is_at_end else ()
        if {"KEY", "COLUMNS"} & set(words):
            names = [token.text for token in inner if not token.is_symbol(",")]
            text = ", ".join(LEXICON.quoted(self.columns.get(n.lower(), n)) for n in names)
        else:
            text = normal_tokens(inner, self.columns)
            self.expressions.append(text)
            text = self.asked.get(text, text)
        return f"{' '.join(words)} ({text})"

    def _parts(self, cursor: Cursor) -> tuple[Part, ...]:
        if not cursor.peek().is_symbol("("):
            return ()
        return tuple(self._part(tokens) for tokens in split(cursor.parenthesised()))

    def _part(self, tokens: Sequence[Token]) -> Part:
        cursor = Cursor(tokens)
        cursor.take()
        name = cursor.take().text
        values = comment = ""
        parts: tuple[Part, ...] = ()
        while not cursor.is_at_end:
            if cursor.accept("VALUES", "IN"):
                values = f" VALUES IN ({self._list(cursor.parenthesised())})"
            elif cursor.accept("DEFAULT"):
                values = " VALUES IN (0)"  # so MariaDB's catalog has it
            elif cursor.accept("VALUES", "LESS", "THAN"):
                values = f" VALUES LESS THAN {self._limit(cursor)}"
            elif cursor.accept("COMMENT"):
                cursor.accept_symbol("=")
                comment = unquote_string(cursor.take().text)
            elif cursor.peek().is_symbol("("):
                parts = self._parts(cursor)
            else:
                cursor.take()
        comments = {each.comment for each in parts}
        if len(comments) == 1:  # parts of a part have its comment
            comment, parts = (
                comments.pop() or comment,
                tuple(each._replace(comment="") for each in parts),
            )
        return Part(name, values, comment, parts, _spell(tokens))

    def _limit(self, cursor: Cursor) -> str:
        tokens = cursor.parenthesised() if cursor.peek().is_symbol("(") else [cursor.take()]
        text = ", ".join(self._value(each) for each in split(tokens))
        return text if text == "MAXVALUE" else f"({text})"

    def _list(self, tokens: Sequence[Token]) -> str:
        """Return values; the server puts NULL first."""
        texts = [self._value(each) for each in split(tokens)]
        return ", ".join(sorted(texts, key=lambda text: text != "NULL"))

    def _value(self, tokens: Sequence[Token]) -> str:
        if tokens and tokens[0].is_symbol("("):
            inner = split(Cursor(tokens).parenthesised())
            if len(inner) > 1:
                return f"({', '.join(self._value(each) for each in inner)})"
        if len(tokens) == 1 and tokens[0].is_word("MAXVALUE", "DEFAULT", "NULL"):
            return "0" if tokens[0].is_word("DEFAULT") else tokens[0].text.upper()
        text = normal_tokens(tokens)
        unsigned = tokens[1:] if tokens and tokens[0].is_symbol("-", "+") else tokens
        if len(unsigned) != 1 or unsigned[0].kind not in ("number", "string"):
            self.values.append(text)
        return self.asked.get(text, text)


def _is_counted(part: Part, name: str) -> bool:
    return part == Part(name, "", "", (), part.words)


def _count_parts(part: Part) -> int:
    """Return how many parts a partition has that are only counted."""
    names = [f"{part.name}sp{number}" for number in range(len(part.parts))]
    return len(names) if all(map(_is_counted, part.parts, names)) else 0


def _spell(tokens: Sequence[Token]) -> str:
    """Return tokens as SQL, each as it was written."""
    text = ""
    previous = Token("symbol", "(")
    for token in tokens:
        is_call = token.is_symbol("(") and not previous.is_word("IN", "THAN")
        if not (is_call or previous.is_symbol("(") or token.is_symbol(")", ",")):
            text += " "
        text += _quoted(token.text) if token.kind == "name" else token.text
        previous = token
    return text


# ---------------------------------------------------------------- ALTER TABLE


def alteration(old: str | None, new: str | None, asked: Mapping[str, str] | None = None) -> str:
    """Return the clause that partitions a table anew; only what differs, where that can be said.

    Partitions come at the end, or out of the one that takes the rest; all else writes every row.
    """
    if new is None:
        return "REMOVE PARTITIONING"
    if old is not None:
        before, after = parse(old), parse(new, asked=asked)
        if before.parts and before._replace(parts=()) == after._replace(parts=()):
            clause = _change_parts(before.parts, after.parts)
            if clause is not None:
                return clause
    return f"PARTITION BY {new}"


def _change_parts(old: tuple[Part, ...], new: tuple[Part, ...]) -> str | None:
    same = 0
    while same < min(len(old), len(new)) and str(old[same]) == str(new[same]):
        same += 1
    gone, come = old[same:], new[same:]
    words = ", ".join(each.words for each in come)
    if come and not gone:
        return f"ADD PARTITION ({words})"
    if come and gone[-1].is_rest and come[-1].is_rest:
        names = ", ".join(_quoted(each.name) for each in gone)
        return f"REORGANIZE PARTITION {names} INTO ({words})"
    return None
