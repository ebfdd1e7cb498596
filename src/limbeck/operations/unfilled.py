"""`...` where autogenerate leaves a value to the user: found before anything is run.

A revision that has to fill rows says `users.update().values(phone=...)`. Ellipsis is valid Python
and no value of any database, so a file in which it still stands is refused as a whole.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from sqlalchemy.sql.expression import Delete, Update

from limbeck.errors import CommandError

_CALLS = frozenset({"values", "where", "backfill", "alter_enum"})
"""Methods whose arguments may be left to fill in."""


class UnfilledValueError(CommandError):
    """A statement for the data of a revision still has `...` for a value."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(place, what)
        self.place = place
        self.what = what

    def __str__(self) -> str:
        return (
            f"{self.place} still has `...` {self.what}: autogenerate left it to you. Write the "
            "value, an SQL expression, or the rows that are meant, and run it again; nothing of "
            "this revision has been run."
        )


def refuse_unfilled_function(function: Callable[..., Any]) -> None:
    """Raise UnfilledValueError where the source of a revision's function has a `...` to fill in.

    A function whose source can't be read is taken as it is.
    """
    if not isinstance(function, FunctionType) or not _mentions_ellipsis(function.__code__):
        return
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, SyntaxError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_unfilled(node):
            line = node.lineno + first - 1
            raise UnfilledValueError(
                f"{function.__code__.co_filename}, line {line}", f"in {_shortened(node)}"
            )


def refuse_unfilled_statement(statement: Any) -> None:
    """Raise UnfilledValueError for an UPDATE or DELETE with `...` among its values."""
    if not isinstance(statement, Update | Delete):
        return
    names = [
        name for name, value in statement.compile().params.items() if _has_ellipsis_value(value)
    ]
    if names:
        table = getattr(statement.table, "name", statement.table)
        raise UnfilledValueError(f"A statement for the rows of {table}", f"for {', '.join(names)}")


def _has_ellipsis_value(value: Any) -> bool:
    return value is ... or (isinstance(value, list | tuple) and any(each is ... for each in value))


def _mentions_ellipsis(code: CodeType) -> bool:
    return any(
        constant is ...
        or (isinstance(constant, tuple) and ... in constant)
        or (isinstance(constant, CodeType) and _mentions_ellipsis(constant))
        for constant in code.co_consts
    )


def _is_unfilled(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else None
    return name in _CALLS and any(
        isinstance(each, ast.Constant) and each.value is ... for each in _arguments(node)
    )


def _arguments(node: ast.Call) -> Iterator[ast.AST]:
    """Yield all that stands between the parentheses; a call inside of them, too."""
    for each in (*node.args, *(keyword.value for keyword in node.keywords)):
        yield from ast.walk(each)


def _shortened(node: ast.Call) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 100 else f"{text[:40]} … {text[-50:]}"
