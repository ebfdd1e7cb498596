"""Random pairs of models that differ in keys, constraints and indexes only, there and back."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    column,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from tests.database.kept import KeptPair, kept_database, pairs

__all__ = ["kept_database"]

TABLES = ("t", "u")
COLUMNS = ("a", "b", "c", "d")
NAMES = ("n1", "n2", "N 'x'", "select", "ö" * 20)
CHECKS = ("a > 0", "a > 0 AND d IS NOT NULL", "c <> 'it''s %'", "d IN ('1', '2', 'x')", "a = a")
CONDITIONS = ("a > 0", "b IS NOT NULL", "c IN ('x', 'y')", "d LIKE '%x'")
RANGE = "int4range(a, greatest(a, b))"
ACTIONS = (None, "CASCADE", "SET NULL", "RESTRICT")
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"postgresql_include": ["d"]},
    {"postgresql_with": {"fillfactor": 60}},
    {"postgresql_ops": {"c": "varchar_pattern_ops"}},
    {"mysql_length": {"c": 10}, "postgresql_using": "btree"},
)
DEFERRALS: tuple[dict[str, Any], ...] = (
    {},
    {"deferrable": True},
    {"deferrable": True, "initially": "DEFERRED"},
)


def comment_on(name: str | None, *, number: int) -> dict[str, Any]:
    """Return a comment, or none; SQLAlchemy gives one only to what has a name."""
    return {} if name is None or number % 2 else {"comment": f"it's {number}%"}


@dataclass(frozen=True)
class Key:
    """A unique constraint or a primary key."""

    columns: tuple[str, ...]
    name: str | None
    deferral: int
    includes: bool
    nulls: bool

    def options(self, features: Set[str]) -> dict[str, Any]:
        if "exclusion" not in features:
            return {}
        include = {"postgresql_include": ["d"]} if self.includes else {}
        return DEFERRALS[self.deferral] | include | comment_on(self.name, number=len(self.columns))

    def unique(self, features: Set[str]) -> UniqueConstraint:
        more: dict[str, Any] = {"postgresql_nulls_not_distinct": True} if self.nulls else {}
        if self.includes:
            more["sqlite_on_conflict"] = "IGNORE"
        return UniqueConstraint(
            *self.columns, name=self.name and f"uq {self.name}", **more, **self.options(features)
        )

    def primary(self, table: str, features: Set[str], *, is_number: bool) -> PrimaryKeyConstraint:
        columns = self.columns if "b" not in self.columns else ("a",)
        columns = ("id",) if is_number else columns
        name = self.name and f"pk {table} {self.name}"
        # SQLite refuses two that are not the same over the same columns
        conflict: dict[str, Any] = {"sqlite_on_conflict": "IGNORE"} if self.nulls else {}
        return PrimaryKeyConstraint(*columns, name=name, **conflict, **self.options(features))


@dataclass(frozen=True)
class IndexModel:
    """An index; `kind` says what its first element is."""

    name: str
    columns: tuple[str, ...]
    kind: str
    unique: bool
    condition: int | None
    options: int

    def build(self, features: Set[str]) -> Index:
        first, *others = self.columns
        has_partial = "partial_indexes" in features
        element: Any = first
        if self.kind == "descending":
            element = column(first).desc()
        elif self.kind == "expression" and has_partial:
            element = func.coalesce(column(first), column(first))
        elif self.kind == "nulls" and "exclusion" in features:
            element = column(first).desc().nulls_last()
        elif self.kind == "collation" and "exclusion" in features and first in "cd":
            element = column(first).collate("C")
        options = dict(OPTIONS[self.options])
        if element is not first:
            options.pop("postgresql_ops", None)
            options.pop("mysql_length", None)
        if "c" not in self.columns:
            options.pop("mysql_length", None)
        if self.condition is not None and has_partial:
            where = text(CONDITIONS[self.condition])
            options |= {"postgresql_where": where, "sqlite_where": where}
        return Index(f"ix {self.name}", element, *others, unique=self.unique, **options)


@dataclass(frozen=True)
class Reference:
    """A foreign key from `b` to the other table's, or the own, `a`.

    `unchecked`: rows that are there need not be held to it, nor to the table's checks.
    """

    name: str | None
    is_own: bool
    on_delete: str | None
    on_update: str | None
    deferral: int
    match: bool
    unchecked: bool

    def validity(self, features: Set[str]) -> dict[str, Any]:
        is_said = self.unchecked and "exclusion" in features
        return {"postgresql_not_valid": True} if is_said else {}

    def build(self, table: str, features: Set[str]) -> ForeignKeyConstraint:
        target = table if self.is_own else next(each for each in TABLES if each != table)
        options: dict[str, Any] = {}
        if "deferrable" in features:
            options = DEFERRALS[self.deferral] | ({"match": "FULL"} if self.match else {})
        return ForeignKeyConstraint(
            ["b"],
            [f"{target}.a"],
            name=self.name and f"fk {table} {self.name}",
            ondelete=self.on_delete,
            onupdate=self.on_update,
            # SQLAlchemy comments on the one of two in a circle before it is there
            **(comment_on(self.name, number=self.deferral) if self.is_own else {}),
            **options,
            **self.validity(features),
        )


@dataclass(frozen=True)
class Model:
    """The constraints and indexes of one table; its columns are always the same.

    `has_number`: but for one that counts up and is the key, where there is one.
    """

    primary: Key | None
    uniques: tuple[Key, ...]
    indexes: tuple[IndexModel, ...]
    checks: tuple[tuple[str | None, str], ...]
    reference: Reference | None
    exclusion: tuple[str | None, str, int | None] | None
    has_number: bool = False

    def build(self, name: str, metadata: MetaData, features: Set[str]) -> None:
        is_number = self.has_number and self.primary is not None
        Table(
            name,
            metadata,
            *([Column("id", Integer, nullable=False)] if is_number else []),
            Column("a", Integer, nullable=False, autoincrement=False),
            Column("b", Integer),
            Column("c", String(50), nullable=False),
            Column("d", String(60), nullable=False),
            *([self.primary.primary(name, features, is_number=is_number)] if self.primary else []),
            # what foreign keys of others refer to
            UniqueConstraint("a", name=f"uq_{name}_referred"),
            *(key.unique(features) for key in self._distinct_uniques(name)),
            *(self._index(index, name).build(features) for index in self.indexes),
            *(
                CheckConstraint(
                    sql,
                    name=check and f"ck {name} {check}",
                    **comment_on(check, number=len(self.indexes)),
                    **(self.reference.validity(features) if self.reference else {}),
                )
                for check, sql in self.checks
            ),
            *([self.reference.build(name, features)] if self.reference else []),
            *self._exclusions(name, features),
        )

    def _distinct_uniques(self, name: str) -> list[Key]:
        own = [(k.name and f"{name} {k.name}", k) for k in self.uniques if k.columns != ("a",)]
        return [Key(k.columns, n, k.deferral, k.includes, k.nulls) for n, k in own]

    @staticmethod
    def _index(index: IndexModel, table: str) -> IndexModel:
        name = f"{table} {index.name}"
        return IndexModel(
            name, index.columns, index.kind, index.unique, index.condition, index.options
        )

    def _exclusions(self, name: str, features: Set[str]) -> list[ExcludeConstraint]:
        if self.exclusion is None or "exclusion" not in features:
            return []
        constraint, operand, condition = self.exclusion
        where = None if condition is None else text(CONDITIONS[condition])
        is_column = operand in COLUMNS
        return [
            ExcludeConstraint(
                (operand, "=") if is_column else (text(operand), "&&"),
                name=constraint and f"ex {name} {constraint}",
                using="btree" if is_column else "gist",
                where=where,
            )
        ]


columns = st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=2, unique=True).map(tuple)
names = st.sampled_from(NAMES)
conditions = st.none() | st.integers(0, len(CONDITIONS) - 1)
keys = st.builds(
    Key,
    columns,
    st.none() | names,
    st.integers(0, len(DEFERRALS) - 1),
    st.booleans(),
    st.booleans(),
)
indexes = st.builds(
    IndexModel,
    names,
    columns,
    st.sampled_from(["plain", "descending", "expression", "nulls", "collation"]),
    st.booleans(),
    conditions,
    st.integers(0, len(OPTIONS) - 1),
)
references = st.builds(
    Reference,
    st.none() | names,
    st.booleans(),
    st.sampled_from(ACTIONS),
    st.sampled_from(ACTIONS),
    st.integers(0, len(DEFERRALS) - 1),
    st.booleans(),
    st.booleans(),
)
models = st.builds(
    Model,
    st.none() | keys,
    # a name stands for one thing, and what has no name is one of its kind: they are the same else
    st.lists(keys, max_size=2, unique_by=(lambda k: k.name, lambda k: frozenset(k.columns))).map(
        tuple
    ),
    st.lists(indexes, max_size=2, unique_by=lambda index: index.name).map(tuple),
    st.lists(
        st.tuples(st.none() | names, st.sampled_from(CHECKS)),
        max_size=2,
        unique_by=(lambda check: check[0], lambda check: check[1]),
    ).map(tuple),
    st.none() | references,
    st.none() | st.tuples(st.none() | names, st.sampled_from(("a", "c", RANGE)), conditions),
    st.booleans(),
)
schemas = st.tuples(models, models)


def build(schema: tuple[Model, Model], features: Set[str], metadata: MetaData) -> None:
    """Put the models into the MetaData."""
    for name, model in zip(TABLES, schema, strict=True):
        model.build(name, metadata, features)


def named_or_new(before: tuple[Model, Model], after: tuple[Model, Model]) -> tuple[Model, Model]:
    """Return `after` without what would take a named thing for its own: any name will do for it."""
    return tuple(_named(*both) for both in zip(before, after, strict=True))  # type: ignore[return-value]  # as many as before


def _named(before: Model, after: Model) -> Model:
    def name(old: str | None, new: str | None) -> str | None:
        return "n1" if old is not None and new is None else new

    old_names = [key.name for key in before.uniques] or [None]
    primary = after.primary and Key(
        after.primary.columns,
        name(before.primary.name if before.primary else None, after.primary.name),
        after.primary.deferral,
        after.primary.includes,
        after.primary.nulls,
    )
    reference = after.reference and Reference(
        name(before.reference.name if before.reference else None, after.reference.name),
        after.reference.is_own,
        after.reference.on_delete,
        after.reference.on_update,
        after.reference.deferral,
        after.reference.match,
        after.reference.unchecked,
    )
    exclusion = after.exclusion and (
        name(before.exclusion[0] if before.exclusion else None, after.exclusion[0]),
        *after.exclusion[1:],
    )
    return Model(
        primary,
        tuple(key for key in after.uniques if key.name or not (any(old_names) or before.indexes)),
        after.indexes,
        tuple(
            check for check in after.checks if check[0] or not any(old for old, _ in before.checks)
        ),
        reference,
        exclusion,
        after.has_number,
    )


@pairs
@given(before=schemas, after=schemas)
def test_any_pair_of_constraints_converges(
    database: KeptPair, before: tuple[Model, Model], after: tuple[Model, Model]
) -> None:
    features = database.database.features
    database.converge(
        lambda metadata: build(before, features, metadata),
        lambda metadata: build(named_or_new(before, after), features, metadata),
        rows=1,
        may_be_unchecked=True,
    )
