"""What was renamed, taken there and back on each database: the catalogs, and every row."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    column,
    func,
    text,
)

from limbeck import renamed_from
from limbeck.diff.renames import RenameRequest
from limbeck.diff.said import SaidRenames
from limbeck.renamed import read_configured_rename
from tests.database.kept import KeptPair, Models
from tests.database.kept import kept_database as kept_database

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def models(
    build: Callable[[MetaData, Callable[[str], str]], None], names: dict[str, str] | None = None
) -> Models:
    """Return models in which each name that `build` asks for may be another one."""

    def built(metadata: MetaData) -> None:
        build(metadata, lambda name: (names or {}).get(name, name))

    return built


def people(metadata: MetaData, name: Callable[[str], str]) -> None:
    """A table that counts up, with everything that can hang on a column, and one that refers."""
    Table(
        name("users"),
        metadata,
        Column("id", Integer, primary_key=True),
        Column(name("userName"), String(40), nullable=False, server_default="nobody"),
        Column("email", String(80), unique=True),
        Column("age", Integer),
        Column(name("manager_id"), ForeignKey(f"{name('users')}.id")),
        Column("state", Enum("new", "gone", name="user_state", create_constraint=True)),
        CheckConstraint(func.length(column(name("userName"))) < 30),
        CheckConstraint(
            and_(column(name("userName")) != "userName", column("age") > 0), name="sane"
        ),
        Index("by_name", name("userName"), "age"),
        UniqueConstraint("age", name("userName")),
    )
    Table(
        "orders",
        metadata,
        Column("id", Integer, primary_key=True),
        Column(name("user_id"), Integer, nullable=False),
        Column("number", Integer),
        ForeignKeyConstraint([name("user_id")], [f"{name('users')}.id"], ondelete="CASCADE"),
    )


def by_convention(metadata: MetaData, name: Callable[[str], str]) -> None:
    """The same, with names by a convention."""
    metadata.naming_convention = CONVENTION
    Table(
        name("users"),
        metadata,
        Column("id", Integer, primary_key=True),
        Column(name("userName"), String(40), index=True),
        Column("age", Integer, unique=True),
        Column(name("manager_id"), ForeignKey(f"{name('users')}.id")),
        CheckConstraint("age > 0", name="age"),
    )
    Table(
        "orders",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("user_id", ForeignKey(f"{name('users')}.id"), index=True),
    )


def generated(metadata: MetaData, name: Callable[[str], str]) -> None:
    """Columns of which others are computed."""
    Table(
        "lines",
        metadata,
        Column("id", Integer, primary_key=True),
        Column(name("unitPrice"), Numeric(10, 2)),
        Column("amount", Integer),
        Column(
            "total",
            Numeric(12, 2),
            Computed(column(name("unitPrice")) * column("amount"), persisted=True),
        ),
    )


SURE: dict[str, tuple[Models, Models]] = {
    "column": (models(people), models(people, {"userName": "user_name"})),
    "foreign key's column": (models(people), models(people, {"manager_id": "manager"})),
    "table": (models(people), models(people, {"users": "user"})),
    "table and column": (
        models(people),
        models(people, {"users": "tbl_users", "userName": "user_name", "user_id": "user"}),
    ),
    "convention, column": (
        models(by_convention),
        models(by_convention, {"userName": "user_name", "manager_id": "manager"}),
    ),
    "convention, table": (models(by_convention), models(by_convention, {"users": "Users"})),
    "convention, both": (
        models(by_convention),
        models(by_convention, {"users": "app_users", "userName": "user_name"}),
    ),
    "computed": (models(generated), models(generated, {"unitPrice": "unit_price"})),
    "to a reserved word": (
        models(people, {"userName": "Order"}),
        models(people, {"userName": "order"}),
    ),
}


@pytest.mark.parametrize("case", SURE)
def test_renames_found_converge(database: KeptPair, case: str) -> None:
    before, after = SURE[case]
    source = database.converge(before, after, detect_renames=True, keeps_all=True)
    dropped = re.findall(r"^ *(?:batch_)?op\.(?:drop|add)_(?:table|column)", source, re.MULTILINE)
    assert dropped == []
