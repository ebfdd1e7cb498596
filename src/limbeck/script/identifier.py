"""Revision identifiers: what stands in `upgrade ae10+2`, parsed once to a value.

    identifier = [label "@"] ( symbol | [symbol] ("+" | "-") number )
    symbol     = "head" | "heads" | "base" | "current" | id, start of an id, or branch label
    range      = [identifier] ":" [identifier]

Text that can't be read is an `IdentifierError` with a caret under the bad part. Whether what is
named exists is not asked here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from limbeck.errors import RevisionError

from .errors import IdentifierError

RESERVED = frozenset({"base", "current", "head", "heads"})
"""The symbols that stand for something else than a revision or a branch of this name."""

_UNSPEAKABLE = re.compile(r"[\s@:+/\\]")
"""What has a meaning in an identifier, or in the path of a file."""

_RELATIVE = re.compile(r"(\w+)?([+-]\d+)")
_BAD = re.compile(r"[\s@+:]|^-")


@dataclass(frozen=True, slots=True)
class Identifier:
    """One revision, or several heads, named from outside or relative to where the database is."""

    text: str
    symbol: str | None
    """What is named; None when only `offset` counts, from the current revision."""
    label: str | None = None
    """What stands before the `@`: a branch label or a revision, which narrows to its branch."""
    offset: int | None = None
    """How many revisions up or down from `symbol`; None when the symbol itself is meant."""

    @property
    def absolute(self) -> str | None:
        """The identifier without its offset, as text."""
        if self.symbol is None:
            return None
        return self.symbol if self.label is None else f"{self.label}@{self.symbol}"


@dataclass(frozen=True, slots=True)
class Range:
    """Two ends, each of which may be open."""

    text: str
    lower: Identifier | None
    upper: Identifier | None


def refuse_unspeakable(name: str) -> None:
    """Raise RevisionError where no identifier could name a revision or a branch of this name."""
    bad = _UNSPEAKABLE.search(name)
    if bad or not name or name in RESERVED:
        why = f"has {bad.group()!r} in it" if bad else "means something else"
        raise RevisionError(f"{name!r} can't name a revision or a branch: it {why}.")


def parse(text: str) -> Identifier:
    """Parse one identifier."""
    if not text:
        raise IdentifierError(text, 0, "it is empty; name a revision, 'head' or 'base'.")
    label, at, rest = text.partition("@")
    if not at:
        label, rest = "", text
    elif not label:
        raise IdentifierError(text, 0, "a branch label is missing before '@'.")
    start = len(text) - len(rest)
    if at and not rest:
        raise IdentifierError(text, start, "a revision, 'head' or 'base' is missing after '@'.")
    relative = _RELATIVE.fullmatch(rest)
    if relative is not None:
        symbol, offset = relative.groups()
        return Identifier(text, symbol, label or None, int(offset))
    bad = _BAD.search(rest)
    if bad is not None:
        raise IdentifierError(text, start + _position(rest, bad.start()), _reason(bad.group()))
    return Identifier(text, rest, label or None)


def parse_range(text: str) -> Range:
    """Parse `lower:upper`, of which each side may be empty."""
    lower, colon, upper = text.partition(":")
    if not colon:
        raise IdentifierError(text, len(text), "a range is written lower:upper.")
    if ":" in upper:
        raise IdentifierError(text, len(lower) + 1 + upper.index(":"), "a range has one ':'.")
    return Range(text, _parse_end(text, lower, 0), _parse_end(text, upper, len(lower) + 1))


def _parse_end(text: str, end: str, start: int) -> Identifier | None:
    if not end:
        return None
    try:
        return parse(end)
    except IdentifierError as error:
        raise IdentifierError(text, start + error.position, error.reason) from error


def _position(rest: str, found: int) -> int:
    """Point behind a sign, as it is the number after it that is missing or wrong."""
    sign = rest[found] in "+-"
    return found + 1 if sign else found


def _reason(bad: str) -> str:
    match bad:
        case "+" | "-":
            return f"a number is expected after '{bad}'."
        case "@":
            return "only one '@' may stand in it."
        case ":":
            return "a range can't stand here."
        case _:
            return "no spaces may stand in it."
