"""Random pairs of models that differ in indexes of every method and in what a table stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import UserDefinedType

from tests.database.kept import SPACE, KeptPair, kept_database, pairs, tablespace

__all__ = ["kept_database", "tablespace"]


class Point(UserDefinedType[Any]):
    """What a spatial index is made of."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "POINT"


@dataclass(frozen=True)
class IndexModel:
    """An index: its elements, which are looked up below, and what is said beside them."""

    name: str
    elements: tuple[Any, ...]
    options: tuple[tuple[str, Any], ...]
    unique: bool = False

    def build(self, columns: dict[str, sa.Column[Any]]) -> sa.Index:
        elements = [each(columns) if callable(each) else columns[each] for each in self.elements]
        return sa.Index(self.name, *elements, unique=self.unique, **dict(self.options))


def _nulls_first(columns: dict[str, sa.Column[Any]]) -> Any:
    return columns["s"].desc().nulls_first()


def _collated(columns: dict[str, sa.Column[Any]]) -> Any:
    return columns["s"].collate("C")


def _collated_down(columns: dict[str, sa.Column[Any]]) -> Any:
    return columns["s"].collate("C").desc().nulls_last()


def _in_full(_: dict[str, sa.Column[Any]]) -> Any:
    return sa.text('s COLLATE "C" text_pattern_ops DESC NULLS LAST')


def _ordered_class(_: dict[str, sa.Column[Any]]) -> Any:
    return sa.text("s text_pattern_ops DESC")


def _lower(columns: dict[str, sa.Column[Any]]) -> Any:
    return sa.func.lower(columns["s"])


def _lower_down(columns: dict[str, sa.Column[Any]]) -> Any:
    return sa.func.lower(columns["s"]).desc()


def _sum(_: dict[str, sa.Column[Any]]) -> Any:
    return sa.literal_column("(i + j)")


def _nocase(columns: dict[str, sa.Column[Any]]) -> Any:
    return columns["s"].collate("NOCASE")


def _nocase_down(columns: dict[str, sa.Column[Any]]) -> Any:
    return columns["s"].collate("NOCASE").desc()


def _down(columns: dict[str, sa.Column[Any]]) -> Any:
    return columns["i"].desc()


Shape = tuple[tuple[Any, ...], dict[str, Any]]

_USING = "postgresql_using"
_SHAPES: dict[str, tuple[Shape, ...]] = {
    "sqlite": (
        (("i",), {}),
        ((_nocase,), {}),
        ((_nocase_down, "i"), {}),
        ((_lower,), {"sqlite_where": sa.text("i > 1")}),
        ((_lower_down, _down), {}),
        ((_sum, "s"), {"sqlite_where": sa.text("s LIKE '100%' OR s IS NULL")}),
    ),
    "postgresql": (
        (("i",), {}),
        (("i",), {_USING: "hash"}),
        (("i",), {_USING: "hash", "postgresql_with": {"fillfactor": 70}}),
        (("i", "j"), {_USING: "brin"}),
        (("i",), {_USING: "brin", "postgresql_with": {"pages_per_range": 16, "autosummarize": "on"}}),
        (("o",), {_USING: "gin"}),
        (("o",), {_USING: "gin", "postgresql_ops": {"o": "jsonb_path_ops"}}),
        (("o",), {_USING: "gin", "postgresql_with": {"fastupdate": "off"}}),
        (("a",), {_USING: "gin"}),
        (("r",), {_USING: "gist"}),
        (("r",), {_USING: "gist", "postgresql_include": ["i"], "postgresql_with": {"buffering": "on"}}),
        (("r",), {_USING: "spgist"}),
        (("s",), {"postgresql_ops": {"s": "text_pattern_ops"}}),
        ((_nulls_first,), {}),
        ((_collated,), {}),
        ((_collated_down,), {}),
        ((_in_full,), {}),
        ((_ordered_class, "i"), {}),
        ((_lower,), {"postgresql_where": sa.text("s LIKE '100%'")}),
        ((_lower_down, _down), {"postgresql_include": ["j"]}),
        ((_sum,), {"postgresql_with": {"fillfactor": 70, "deduplicate_items": "off"}}),
        (("j", "i"), {"postgresql_nulls_not_distinct": True}),
        (("i",), {"postgresql_tablespace": "pg_default"}),
        (("i",), {"postgresql_tablespace": SPACE}),
    ),
    "mariadb": (
        (("i",), {}),
        (("i",), {"mysql_using": "btree"}),
        (("s",), {"mysql_length": 10}),
        (("s", "j"), {"mysql_length": {"s": 12}}),
        (("s",), {"mysql_prefix": "FULLTEXT"}),
        (("s", "t"), {"mysql_prefix": "FULLTEXT"}),
        (("p",), {"mysql_prefix": "SPATIAL"}),
        ((_down, "j"), {}),
        (("t",), {"mysql_length": 20}),
    ),
    "memory": (
        (("i",), {}),
        (("i",), {"mysql_using": "btree"}),
        (("j", "i"), {"mysql_using": "hash"}),
        ((_down,), {}),
        ((_down, "j"), {"mysql_using": "btree"}),
    ),
}  # fmt: skip
_PLAIN = frozenset({"i", "s", "t", "j"})


@st.composite
def indexes(draw: st.DrawFn, database: str) -> IndexModel:
    elements, options = draw(st.sampled_from(_SHAPES[database]))
    may_be_unique = _USING not in options and "mysql_prefix" not in options
    # as a hash outside of MEMORY MariaDB keeps a unique index until the next ALTER TABLE
    may_be_unique = may_be_unique and options.get("mysql_using") != "hash"
    unique = may_be_unique and draw(st.booleans())
    if not unique:
        options = {name: value for name, value in options.items() if "distinct" not in name}
    name = draw(st.sampled_from(("n1", "n2", "N 'x'", "select", "ö" * 20)))
    return IndexModel(name, elements, tuple(options.items()), unique)


_OWN_COLUMNS: dict[str, tuple[tuple[str, Any], ...]] = {
    "sqlite": (),
    "postgresql": (
        ("o", postgresql.JSONB),
        ("a", postgresql.ARRAY(sa.Integer)),
        ("r", postgresql.INT4RANGE),
    ),
    "mariadb": (("p", Point),),
}


@st.composite
def models(draw: st.DrawFn, database: str) -> sa.MetaData:
    """Return models with tables that have always the same columns; of one the engine may hash."""
    metadata = sa.MetaData()
    drawn = st.lists(indexes(database), unique_by=lambda index: index.name, max_size=3)
    words = mysql.VARCHAR(200) if database == "mariadb" else sa.Text()
    own = [
        sa.Column(name, type_, nullable=database != "mariadb", info={"rows": (_row(name),)})
        for name, type_ in _OWN_COLUMNS[database]
    ]
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("i", sa.Integer),
        sa.Column("j", sa.Integer),
        sa.Column("s", words),
        sa.Column("t", sa.Text),
        *own,
    )
    for index in draw(drawn):
        table.append_constraint(index.build(dict(table.columns)))
    if database == "mariadb":
        engine = draw(st.sampled_from(("MEMORY", "InnoDB")))
        columns = [sa.Column(name, sa.Integer) for name in ("i", "j")]
        key = sa.Column("id", sa.Integer, primary_key=True)
        hashing = sa.Table("m", metadata, key, *columns, mysql_engine=engine)
        own_indexes = st.lists(indexes("memory"), unique_by=lambda each: each.name, max_size=2)
        for index in draw(own_indexes):
            hashing.append_constraint(index.build(dict(hashing.columns)))
    return metadata


def _row(name: str) -> Any:
    """Return what the row holds."""
    return {"o": {}, "a": [1], "r": sa.text("'[1,2)'"), "p": sa.func.point(1, 2)}[name]


@pytest.mark.usefixtures("tablespace")
@pairs
@given(data=st.data())
def test_any_pair_of_indexes_converges(database: KeptPair, data: st.DataObject) -> None:
    before, after = (data.draw(models(database.database.name)) for _ in range(2))
    database.go_between(before, after, rows=1)
