"""Random pairs of models, taken from one to the other and back on each database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)

from limbeck.diff.renames import RenameRequest
from tests.database.kept import KeptPair, kept_database, pairs

__all__ = ["kept_database"]

TABLES = ("alpha", "beta", "gamma")

Type = Callable[[], Any]

TYPES: dict[str, tuple[Type, ...]] = {
    "i": (SmallInteger, Integer, BigInteger),
    "s": (lambda: String(20), lambda: String(60), lambda: String(200)),
    "t": (lambda: String(30), Text),
    "n": (lambda: Numeric(8, 2), lambda: Numeric(12, 2)),
    "d": (DateTime,),
    "b": (Boolean,),
}
"""By the first letter of a column's name: types of which one becomes the other without USING."""

DEFAULTS: dict[str, tuple[Any, ...]] = {
    "i": ("0", "7", text("7"), text("-1")),
    "s": ("x", "it's", "", "a (b) 'c'", "100%", text("'x'")),
    "t": ("x", "two words"),
    "n": ("1.50", text("0")),
    "d": (func.now(), text("'2020-01-01 00:00:00'")),
    "b": (text("true"), text("false")),
}
"""Server defaults by the first letter of a column's name."""

COLUMNS = ("i1", "i2", "s1", "s2", "t1", "n1", "d1", "b1")
INDEXABLE = ("i1", "i2", "s1", "s2", "n1", "d1")
COMMENTS = (None, None, "a comment", "it's 100%")
KEYS: tuple[Type, ...] = (Integer, Integer, BigInteger, lambda: String(20))
"""Types that the keys of all tables may have, and with them the columns that refer to them."""


@dataclass(frozen=True)
class ColumnModel:
    """One column; a column that is not null always has a default, so that rows can get it."""

    name: str
    type: int
    nullable: bool
    default: int | None
    comment: str | None

    def build(self) -> Column[Any]:
        kind = self.name[0]
        default = None if self.default is None else DEFAULTS[kind][self.default]
        return Column(
            self.name,
            TYPES[kind][self.type](),
            nullable=self.nullable,
            server_default=default,
            comment=self.comment,
        )


@dataclass(frozen=True)
class TableModel:
    """One table, and the positions of those that it refers to."""

    name: str
    columns: tuple[ColumnModel, ...]
    uniques: tuple[tuple[str, ...], ...]
    indexes: tuple[tuple[tuple[str, ...], bool], ...]
    checks: tuple[str, ...]
    references: tuple[tuple[str, str | None], ...]
    comment: str | None

    def build(self, metadata: MetaData, key: Type) -> None:
        Table(
            self.name,
            metadata,
            Column("id", key(), primary_key=True),
            *(column.build() for column in self.columns),
            *(Column(f"{target}_id", key()) for target, _ in self.references),
            *(self._unique(columns) for columns in self.uniques),
            *(
                Index(f"ix_{self.name}_{number}", *columns, unique=is_unique)
                for number, (columns, is_unique) in enumerate(self.indexes)
            ),
            *(
                CheckConstraint(f"{column} >= -5", name=f"ck_{self.name}_{column}")
                for column in self.checks
            ),
            *(self._reference(*reference) for reference in self.references),
            comment=self.comment,
        )

    def _unique(self, columns: tuple[str, ...]) -> UniqueConstraint:
        return UniqueConstraint(*columns, name=f"uq_{self.name}_{'_'.join(columns)}")

    def _reference(self, target: str, action: str | None) -> ForeignKeyConstraint:
        name = f"fk_{self.name}_{target}"
        return ForeignKeyConstraint([f"{target}_id"], [f"{target}.id"], name, ondelete=action)


@st.composite
def column_models(draw: st.DrawFn, name: str) -> ColumnModel:
    kind = name[0]
    nullable = draw(st.booleans())
    numbers = st.integers(0, len(DEFAULTS[kind]) - 1)
    default = draw(st.none() | numbers) if nullable else draw(numbers)
    type_ = draw(st.integers(0, len(TYPES[kind]) - 1))
    return ColumnModel(name, type_, nullable, default, draw(st.sampled_from(COMMENTS)))


@st.composite
def table_models(draw: st.DrawFn, name: str, all_names: tuple[str, ...]) -> TableModel:
    names = draw(st.lists(st.sampled_from(COLUMNS), unique=True, max_size=5))
    columns = tuple(draw(column_models(each)) for each in names)
    indexable = [each for each in names if each in INDEXABLE]
    numbers = [each for each in names if each[0] in "in"]
    keys = st.lists(st.sampled_from(indexable or ["id"]), min_size=1, max_size=2, unique=True)
    most = 2 if indexable else 0
    targets = draw(st.lists(st.sampled_from(all_names), unique=True, max_size=2))
    return TableModel(
        name,
        columns,
        uniques=tuple(draw(st.lists(keys.map(tuple), unique_by=frozenset, max_size=most))),
        indexes=tuple(draw(st.lists(st.tuples(keys.map(tuple), st.booleans()), max_size=most))),
        checks=tuple(draw(st.lists(st.sampled_from(numbers), unique=True))) if numbers else (),
        references=tuple(
            (target, draw(st.sampled_from((None, "CASCADE", "SET NULL")))) for target in targets
        ),
        comment=draw(st.sampled_from(COMMENTS)),
    )


@st.composite
def schemas(draw: st.DrawFn) -> tuple[TableModel, ...]:
    names = tuple(draw(st.lists(st.sampled_from(TABLES), unique=True)))
    return tuple(draw(table_models(name, names)) for name in names)


def build(models: tuple[TableModel, ...], key: Type) -> MetaData:
    """Return the models as MetaData."""
    metadata = MetaData()
    for model in models:
        model.build(metadata, key)
    return metadata


@pairs
@given(before=schemas(), after=schemas(), keys=st.tuples(*[st.sampled_from(KEYS)] * 2))
def test_any_pair_of_models_converges(
    database: KeptPair,
    before: tuple[TableModel, ...],
    after: tuple[TableModel, ...],
    keys: tuple[Type, Type],
) -> None:
    event(f"{len(before)} → {len(after)} tables")
    database.go_between(build(before, keys[0]), build(after, keys[1]), rows=1)


@pytest.mark.filterwarnings("ignore:Taken for dropped and added")
@pairs
@given(before=schemas(), after=schemas())
def test_any_pair_converges_where_renames_are_looked_for(
    database: KeptPair, before: tuple[TableModel, ...], after: tuple[TableModel, ...]
) -> None:
    models = build(before, Integer), build(after, Integer)
    database.go_between(*models, rows=1, detect_renames=RenameRequest())
