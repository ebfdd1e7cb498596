"""The oracle sees every kind of difference that the other tests rely on it to see."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.catalogs import dump
from tests.databases import Database


def build(*extra: sa.schema.SchemaItem, nullable: bool = True) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    name = sa.Column("name", sa.String(20), nullable=nullable)
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), name, *extra)
    return metadata


CHANGES = {
    "nullability": lambda: build(nullable=False),
    "column": lambda: build(sa.Column("extra", sa.Integer)),
    "default": lambda: build(sa.Column("extra", sa.Integer, server_default="1")),
    "unique": lambda: build(sa.UniqueConstraint("name", name="uq")),
    "check": lambda: build(sa.CheckConstraint("name <> 'x'", name="ck")),
    "index": lambda: build(sa.Index("ix", "name")),
    "foreign key": lambda: build(sa.Column("p", sa.Integer, sa.ForeignKey("parent.id"))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_dump_differs_after(database: Database, change: str) -> None:
    dumps = []
    for metadata in (build(), CHANGES[change]()):
        metadata.create_all(database.engine)
        dumps.append(dump(database))
        metadata.drop_all(database.engine)
    assert dumps[0] != dumps[1]
    assert dump(database) != dumps[0]


def test_dump_of_the_same_models_is_the_same(database: Database) -> None:
    dumps = []
    for _ in range(2):
        metadata = CHANGES["foreign key"]()
        metadata.create_all(database.engine)
        dumps.append(dump(database))
        metadata.drop_all(database.engine)
    assert dumps[0] == dumps[1]


def test_dump_does_not_see_the_order_of_columns(database: Database) -> None:
    dumps = []
    for order in (("a", "b"), ("b", "a")):
        columns: dict[str, sa.Column[Any]] = {
            "a": sa.Column("a", sa.Integer),
            "b": sa.Column("b", sa.String(9), server_default="x, y"),
        }
        metadata = sa.MetaData()
        sa.Table("t", metadata, *(columns[name] for name in order))
        metadata.create_all(database.engine)
        dumps.append(dump(database))
        metadata.drop_all(database.engine)
    assert dumps[0] == dumps[1]
