"""Comparing SQLAlchemy's own objects, one pair at a time: the answers of `DefaultImpl.compare_…`.

compat: documented in Alembic's DDL internals. Autogenerate compares facts and never comes here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.sql.elements import ClauseElement


class ComparisonResult(NamedTuple):
    """Whether two objects are equal, and in what they differ."""

    status: Literal["equal", "different", "skip"]
    message: str

    @property
    def is_equal(self) -> bool:
        """Whether they are equal."""
        return self.status == "equal"

    @property
    def is_different(self) -> bool:
        """Whether they differ."""
        return self.status == "different"

    @property
    def is_skip(self) -> bool:
        """Whether they could not be compared."""
        return self.status == "skip"

    @classmethod
    def Equal(cls) -> ComparisonResult:
        """Say that they are equal."""
        return cls("equal", "The two constraints are equal")

    @classmethod
    def Different(cls, reason: str | Sequence[str]) -> ComparisonResult:
        """Say in what they differ."""
        return cls("different", ", ".join([reason] if isinstance(reason, str) else reason))

    @classmethod
    def Skip(cls, reason: str | Sequence[str]) -> ComparisonResult:
        """Say why they can't be compared."""
        return cls("skip", ", ".join([reason] if isinstance(reason, str) else reason))


class Params(NamedTuple):
    """The parts of a type's DDL."""

    token0: str
    tokens: list[str]
    args: list[str]
    kwargs: dict[str, str]


class Normaliser(Protocol):
    """What an implementation knows of expressions."""

    def render_ddl_sql_expr(self, expr: ClauseElement) -> str:
        """Return the SQL of an expression."""

    def normal_expression(self, sql: str) -> str:
        """Return the normal form of an expression."""


class ObjectComparison:
    """The part of an implementation that compares two objects of SQLAlchemy."""

    def compare_indexes(
        self: Normaliser, metadata_index: Index, reflected_index: Index
    ) -> ComparisonResult:
        """Do these indexes differ? By uniqueness and elements."""
        unique = [bool(index.unique) for index in (reflected_index, metadata_index)]
        reasons = []
        if unique[0] != unique[1]:
            reasons.append(f"unique={unique[0]} to unique={unique[1]}")
        found, wanted = (
            tuple(
                self.normal_expression(
                    self.render_ddl_sql_expr(text(element) if isinstance(element, str) else element)
                )
                for element in index.expressions
            )
            for index in (reflected_index, metadata_index)
        )
        if len(found) != len(wanted):
            reasons.append(f"expression {found!r} to {wanted!r}")
        reasons += [
            f"expression #{number} {old!r} to {new!r}"
            for number, (old, new) in enumerate(zip(found, wanted, strict=False), 1)
            if len(found) == len(wanted) and old != new
        ]
        return ComparisonResult.Different(reasons) if reasons else ComparisonResult.Equal()

    def compare_unique_constraint(
        self, metadata_constraint: UniqueConstraint, reflected_constraint: UniqueConstraint
    ) -> ComparisonResult:
        """Do these unique constraints differ? By their columns, in any order."""
        found, wanted = (
            tuple(sorted(constraint.columns.keys()))
            for constraint in (reflected_constraint, metadata_constraint)
        )
        if found != wanted:
            return ComparisonResult.Different(f"expression {found!r} to {wanted!r}")
        return ComparisonResult.Equal()

    def compare_check_constraint(
        self, metadata_constraint: CheckConstraint, reflected_constraint: CheckConstraint
    ) -> ComparisonResult:
        """Do these check constraints differ? Not by what an object can say of its condition."""
        return ComparisonResult.Equal()

    def adjust_reflected_dialect_options(
        self, reflected_object: Mapping[str, Any], kind: str
    ) -> dict[str, Any]:
        """Which dialect options has what was reflected?"""
        return dict(reflected_object.get("dialect_options", {}))
