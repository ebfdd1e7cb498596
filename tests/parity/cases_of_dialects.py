"""Cases of a dialect of somebody else's: a subclass of the real one that overrides a method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Integer, String

from tests.parity.cases import CASES, Case, Side, case, changed_everywhere, pair


def with_method(name: str, method: Callable[..., Any]) -> Callable[[Side], Case]:
    """Return a case in which a method is another one."""

    def build(side: Side) -> Case:
        old, new = changed_everywhere()
        heard: list[Any] = []

        def run(self: Any, *arguments: Any) -> Any:
            if name.startswith("correct_"):
                getattr(super(type(self), self), name)(*arguments)
            heard.append([name, *(names(each) for each in arguments)])
            return method(*arguments)

        return Case(old, new, methods={name: run}, heard=heard)

    return build


def names(argument: Any) -> Any:
    """Return what an argument of a method is called, or is."""
    if isinstance(argument, set | frozenset):
        return sorted(str(each.name) for each in argument)
    return str(getattr(argument, "name", type(argument).__name__))


def discard(*left_out: str) -> Callable[..., None]:
    """Return a method that takes objects of these names out of sets."""

    def run(*sets: set[Any]) -> None:
        for each in sets:
            for found in list(each):
                if found.name in left_out:
                    each.discard(found)

    return run


def quote(expr: Any) -> str:
    """Return what is written for a type."""
    return f"own.{type(expr).__name__}" if isinstance(expr, String) else ""


OVERRIDES: dict[str, tuple[str, Callable[..., Any]]] = {
    "compare_type says no": ("compare_type", lambda found, wanted: False),
    "compare_type says yes": ("compare_type", lambda found, wanted: wanted.name == "kept"),
    "uniques left out": ("correct_for_autogen_constraints", discard("uq_old", "uq_new")),
    "indexes left out": ("correct_for_autogen_constraints", discard("ix_old", "ix_both")),
    "keys left out": ("correct_for_autogen_foreignkeys", discard("fk_old", "fk_new")),
    "types rendered": ("render_type", lambda type_, context: quote(type_) or False),
}
for _name, _override in OVERRIDES.items():
    CASES[f"own dialect, {_name}"] = with_method(*_override)


def with_comparison(name: str, *, says_equal: bool) -> Callable[[Side], Case]:
    """Return a case in which indexes or unique constraints compare otherwise."""

    def build(side: Side) -> Case:
        def compare(self: Any, wanted: Any, found: Any) -> Any:
            real = getattr(super(type(self), self), name)(wanted, found)
            return real.Equal() if says_equal else real.Different("so it is")

        old, new = changed_everywhere()
        return Case(old, new, methods={name: compare})

    return build


for _says_equal in (True, False):
    for _name in ("compare_indexes", "compare_unique_constraint"):
        CASES[f"own dialect, {_name} says equal: {_says_equal}"] = with_comparison(
            _name, says_equal=_says_equal
        )


@case
def own_dialect_compares_defaults(side: Side) -> Case:
    heard: list[Any] = []

    def compare(self: Any, found: Any, wanted: Any, new: Any, old: Any) -> bool:
        heard.append([found.name, wanted.name, new])
        return bool(wanted.name == "same")

    made = pair(
        [Column("a", Integer, server_default="1"), Column("same", String(9), server_default="x")],
        [Column("a", Integer, server_default="2"), Column("same", String(9), server_default="x")],
    )
    made.methods, made.heard = {"compare_server_default": compare}, heard
    return made


@case
def own_dialect_that_asks_the_real_one(side: Side) -> Case:
    def compare_type(self: Any, found: Any, wanted: Any) -> Any:
        return super(type(self), self).compare_type(found, wanted)

    def compare_default(self: Any, *arguments: Any) -> Any:
        return super(type(self), self).compare_server_default(*arguments)

    made = pair(
        [
            Column("a", Integer, server_default="1"),
            Column("b", String(9), server_default="x"),
            Column("c", sa.DateTime(), server_default=sa.func.now()),
            Column("d", sa.Numeric(8, 2)),
            Column("e", String(9)),
        ],
        [
            Column("a", sa.BigInteger(), server_default="2"),
            Column("b", String(9), server_default="x"),
            Column("c", sa.DateTime()),
            Column("d", sa.Numeric(8, 2), server_default="1"),
            Column("e", sa.Text()),
        ],
    )
    made.methods = {"compare_type": compare_type, "compare_server_default": compare_default}
    return made


@case
def own_dialect_reflects_columns(side: Side) -> Case:
    heard: list[Any] = []

    def reflect(self: Any, inspector: Any, table: Any, info: dict[str, Any]) -> None:
        heard.append([table.name, info["name"], info["nullable"], "type" in info])
        if info["name"] == "wide":
            info["type"] = String(20)
        if info["name"] == "filled":
            info["default"] = None

    made = pair(
        [
            Column("wide", String(10)),
            Column("filled", Integer, server_default="5"),
            Column("same", String(10)),
        ],
        [
            Column("wide", String(20)),
            Column("filled", Integer),
            Column("same", String(30)),
        ],
    )
    made.methods, made.heard = {"autogen_column_reflect": reflect}, heard
    return made
