"""A key that counts up by itself replaces another key, and gives way to one: rows get their numbers."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from tests.database.kept import KeptPair, Models, kept_database
from tests.database.test_converge_constraints import DIRECTIONS, Case, both

__all__ = ["kept_database"]


def stock(*items: Any, key: str | None = None, **options: Any) -> Models:
    """Return models with a table of a code and a place, neither of which may be NULL."""

    def build(metadata: MetaData) -> None:
        made = Table(
            "stock",
            metadata,
            *(item for item in items if isinstance(item, Column)),
            Column("code", String(20), nullable=False),
            Column("place", Integer, nullable=False, autoincrement=False),
            *(item for item in items if not isinstance(item, Column)),
            **options,
        )
        if key is not None:
            made.append_constraint(PrimaryKeyConstraint(*key.split()))

    return build


def order(*items: Any) -> Models:
    """Return models with a table that refers to the stock."""

    def build(metadata: MetaData) -> None:
        Table("an_order", metadata, Column("id", Integer, primary_key=True), *items)

    return build


def number(name: str = "id", **options: Any) -> Column[Any]:
    """Return a column that counts up where it is the key."""
    type_ = options.pop("type_", Integer)
    return Column(name, type_, nullable=False, autoincrement=True, **options)


def unique(*columns: str) -> UniqueConstraint:
    return UniqueConstraint(*columns, name=f"uq_{columns[0]}")


def pk(*columns: str, name: str = "pk_1") -> PrimaryKeyConstraint:
    return PrimaryKeyConstraint(*columns, name=name)


def _of_code(**options: Any) -> Models:
    return order(Column("stock_code", String(20), ForeignKey("stock.code", **options)))


def _of_number() -> Models:
    return order(Column("stock_id", Integer, ForeignKey("stock.id", name="fk_stock")))


CASES: dict[str, Case] = {
    "a code": lambda: (stock(key="code"), stock(number(), key="id")),
    "a code that stays unique": lambda: (
        stock(key="code"),
        stock(number(), unique("code"), key="id"),
    ),
    "a unique code": lambda: (stock(unique("code"), key="code"), stock(number(), key="id")),
    "two columns": lambda: (
        stock(key="code place"),
        stock(number(), unique("code", "place"), key="id"),
    ),
    "nothing": lambda: (stock(), stock(number(), key="id")),
    "with a name": lambda: (
        stock(PrimaryKeyConstraint("code", name="pk_code")),
        stock(number(), PrimaryKeyConstraint("id", name="pk of stock")),
    ),
    "another number": lambda: (stock(number("no"), key="no"), stock(number(), key="id")),
    "beside a number that stays": lambda: (
        stock(number("no"), key="no"),
        stock(number(), Column("no", Integer, nullable=False), key="id"),
    ),
    "a number that stays": lambda: (stock(number(), key="id"), stock(number(), key="code")),
    "that is referred to": lambda: (
        both(stock(key="code"), _of_code(name="fk_stock")),
        both(stock(number(), key="id"), _of_number()),
    ),
    "a code that is referred to": lambda: (
        both(stock(key="code"), _of_code(name="fk_code")),
        both(stock(number(), unique("code"), key="id"), _of_code(name="fk_code")),
    ),
    "of which something new refers to both": lambda: (
        stock(key="code"),
        both(stock(number(), unique("code"), key="id"), _of_number()),
    ),
    "of a table that refers to itself": lambda: (
        stock(
            Column("up", String(20)),
            ForeignKeyConstraint(["up"], ["stock.code"], name="fk_up"),
            key="code",
        ),
        stock(
            number(),
            Column("up_id", Integer),
            ForeignKeyConstraint(["up_id"], ["stock.id"], name="fk_up"),
            key="id",
        ),
    ),
    "whose old key refers to something": lambda: (
        both(
            order(),
            stock(ForeignKeyConstraint(["place"], ["an_order.id"], name="fk_o"), key="place"),
        ),
        both(
            order(),
            stock(
                number(), ForeignKeyConstraint(["place"], ["an_order.id"], name="fk_o"), key="id"
            ),
        ),
    ),
}

NOT_INTEGER: dict[str, Case] = {
    # SQLite counts only the rowid
    "of long numbers": lambda: (
        stock(key="place"),
        stock(number(type_=BigInteger, comment="it's 100% new"), key="id"),
    ),
    "one number of two columns": lambda: (stock(key="place"), stock(number(), key="id place")),
    "another number of two columns": lambda: (
        stock(number("no"), key="no place"),
        stock(number(), key="id code"),
    ),
    "a number that stays and gets longer": lambda: (
        stock(number(), key="id place"),
        stock(number(type_=BigInteger), key="id"),
    ),
}


@DIRECTIONS
@pytest.mark.parametrize("name", CASES)
def test_number_as_the_key_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    before, after = CASES[name]() if is_forward else reversed(CASES[name]())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "stock has rows")
        database.converge(before, after, detect_renames=False)


@DIRECTIONS
@pytest.mark.requires("alter")
@pytest.mark.parametrize("name", NOT_INTEGER)
def test_other_number_converges(database: KeptPair, name: str, is_forward: bool) -> None:
    before, after = NOT_INTEGER[name]() if is_forward else reversed(NOT_INTEGER[name]())
    database.converge(before, after, detect_renames=False)


COUNTED: dict[str, Any] = {"sqlite_autoincrement": True}
SAID_WITH_THE_COLUMN: dict[str, Case] = {
    "with a name": lambda: (stock(number(), pk("id")), stock(number(), pk("id"), **COUNTED)),
    "with another name": lambda: (
        stock(number(), pk("id")),
        stock(number(), pk("id", name="pk_2"), **COUNTED),
    ),
    "that is referred to": lambda: (
        both(stock(number(), pk("id")), _of_number()),
        both(stock(number(), pk("id"), **COUNTED), _of_number()),
    ),
    "of another column": lambda: (
        stock(number(), pk("id"), **COUNTED),
        stock(Column("id", Integer, nullable=False), pk("place"), **COUNTED),
    ),
    "that counts no more in another column": lambda: (
        stock(number(), pk("id"), **COUNTED),
        stock(number(), pk("place")),
    ),
    "of two columns": lambda: (
        stock(Column("id", Integer, nullable=False), pk("id"), **COUNTED),
        stock(Column("id", Integer, nullable=False), pk("id", "place")),
    ),
}
"""On SQLite a key that says AUTOINCREMENT has no name."""


@DIRECTIONS
@pytest.mark.requires("batch_only")
@pytest.mark.parametrize("name", SAID_WITH_THE_COLUMN)
def test_key_that_says_autoincrement_keeps_its_name(
    database: KeptPair, name: str, is_forward: bool
) -> None:
    before, after = SAID_WITH_THE_COLUMN[name]()
    database.converge(*((before, after) if is_forward else (after, before)))


@DIRECTIONS
@pytest.mark.requires("batch_only")
def test_convention_names_no_key_that_says_autoincrement(
    database: KeptPair, is_forward: bool
) -> None:
    sides = [MetaData(naming_convention={"pk": "pk_%(table_name)s"}) for _ in range(2)]
    stock(number(), key="id")(sides[0])
    stock(number(), key="id", **COUNTED)(sides[1])
    database.go_between(*(sides if is_forward else reversed(sides)), rows=2)


@DIRECTIONS
@pytest.mark.requires("identity")
def test_identity_as_the_key_converges(database: KeptPair, is_forward: bool) -> None:
    sides = (stock(key="code"), stock(Column("id", Integer, Identity()), unique("code"), key="id"))
    database.converge(*(sides if is_forward else reversed(sides)))


def test_number_needs_nothing_filled_in(database: KeptPair) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = database.converge(stock(key="code"), stock(number(), unique("code"), key="id"))
    assert "FILL IN" not in source
