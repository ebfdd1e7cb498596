"""Source text of calls and literals.

Arguments are source text already; `literal` makes it from a plain value. Nothing here knows a
construct or a context.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from types import EllipsisType

MAX_ARGUMENTS = 255
"""More positional arguments than this are passed as one unpacked list, as Alembic writes them."""

_IDENTIFIER = re.compile(r"[^\W\d]\w*\Z")


def literal(value: object) -> str:
    """Return the source of a plain value; SQLAlchemy's subclasses of `str` become plain strings."""
    match value:
        case Enum():
            return literal(value.value)
        case EllipsisType():
            return "..."
        case str():
            return repr(str.__str__(value))
        case Mapping():
            items = (f"{literal(key)}: {literal(item)}" for key, item in value.items())
            return f"{{{', '.join(items)}}}"
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case tuple():
            return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
        case _:
            return repr(value)


def call(callee: str, *arguments: str, **keywords: str) -> str:
    """Return a call on one line."""
    return f"{callee}({', '.join([*arguments, *keyword_arguments(keywords)])})"


def call_with_lines(callee: str, subject: str, arguments: Iterable[str], **keywords: str) -> str:
    """Return a call with its subject on the first line and each further argument on its own."""
    listed = list(arguments)
    if len(listed) > MAX_ARGUMENTS:
        listed = ["*[" + ",\n".join(listed) + "]"]
    lines = [f"{callee}({subject}", *listed, *keyword_arguments(keywords)]
    if not listed:
        lines.insert(1, "")
        return _without_gap(lines)
    return ",\n".join(lines) + "\n)"


def flag_keywords(**flags: bool | None) -> dict[str, str]:
    """Return the source of those flags that are given."""
    return {name: literal(bool(flag)) for name, flag in flags.items() if flag is not None}


def keyword_arguments(keywords: Mapping[str, str]) -> list[str]:
    """Return `name=source` for each keyword; a name Python can't write goes into a `**` mapping."""
    plain = [f"{name}={source}" for name, source in keywords.items() if _IDENTIFIER.match(name)]
    other = {name: source for name, source in keywords.items() if not _IDENTIFIER.match(name)}
    if other:
        plain.append("**{" + ", ".join(f"{name!r}: {text}" for name, text in other.items()) + "}")
    return plain


def indent(text: str, width: int = 4) -> str:
    """Return the text with every line but empty ones moved right."""
    space = " " * width
    return "\n".join(space + line if line else line for line in text.split("\n"))


def _without_gap(lines: list[str]) -> str:
    """Join the lines of a call that has no positional arguments after its subject."""
    head, _, *keywords = lines
    return f"{head},\n" + ",\n".join(keywords) + "\n)"
