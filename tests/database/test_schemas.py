"""Tables, types and sequences that change their schema, and schemas that come and go."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

from limbeck.diff.renames import RenameRequest
from limbeck.diff.said import SaidRenames
from limbeck.renamed import read_configured_rename
from tests.database.kept import KeptPair
from tests.database.kept import kept_database as kept_database

Place = tuple[bool, str]
"""Whether a table is in the second schema, and its name."""


def people(metadata: MetaData, second: str | None, users: Place, orders: Place) -> None:
    """Two tables that refer to each other's schema, with all that moves along."""
    paths = [f"{second}.{name}" if is_away else name for is_away, name in (users, orders)]
    Table(
        users[1],
        metadata,
        Column("id", Integer, primary_key=True),
        Column("login", String(40), nullable=False, unique=True),
        Column("email", String(80), server_default="none"),
        Column("boss_id", ForeignKey(f"{paths[0]}.id")),
        CheckConstraint("email <> ''", name="has_email"),
        Index("ix_of_users", "email"),
        schema=second if users[0] else None,
    )
    Table(
        orders[1],
        metadata,
        Column("id", Integer, Identity(), primary_key=True),
        Column("user_id", ForeignKey(f"{paths[0]}.id", name="fk_user"), index=True),
        Column("number", Integer),
        schema=second if orders[0] else None,
    )


def request(*renames: str) -> RenameRequest:
    """Return a request that says these renames and looks for no others."""
    return RenameRequest(SaidRenames(tuple(map(read_configured_rename, renames))), seeks=False)


Move = tuple[tuple[Place, Place], tuple[Place, Place], Callable[[str], RenameRequest]]
"""Where users and orders are before and after, and what is said of it."""

HERE, AWAY = False, True
MOVES: dict[str, Move] = {
    "away": (
        ((HERE, "users"), (HERE, "orders")),
        ((AWAY, "users"), (HERE, "orders")),
        lambda second: RenameRequest(),
    ),
    "home": (
        ((AWAY, "users"), (HERE, "orders")),
        ((HERE, "users"), (HERE, "orders")),
        lambda second: RenameRequest(),
    ),
    "all of them": (
        ((HERE, "users"), (HERE, "orders")),
        ((AWAY, "users"), (AWAY, "orders")),
        lambda second: RenameRequest(),
    ),
    "under another name": (
        ((HERE, "users"), (HERE, "orders")),
        ((AWAY, "crew"), (HERE, "orders")),
        lambda second: request(f"table users:{second}.crew"),
    ),
}
BACK_AND_FORTH: dict[str, Move] = {
    "past each other": (
        ((AWAY, "users"), (HERE, "orders")),
        ((HERE, "users"), (AWAY, "orders")),
        lambda second: RenameRequest(),
    ),
    "under the other's name": (
        ((HERE, "orders"), (AWAY, "users")),
        ((AWAY, "users"), (AWAY, "orders")),
        lambda second: request(f"table orders:{second}.users", f"table {second}.users:orders"),
    ),
}
"""MySQL takes a target without a schema for one in the schema of the table that refers to it."""


@pytest.mark.requires("schemas")
@pytest.mark.parametrize("case", MOVES)
def test_moved_tables_converge(database: KeptPair, case: str) -> None:
    check_move(database, MOVES[case])


@pytest.mark.requires("schemas", "named_primary_key")
@pytest.mark.parametrize("case", BACK_AND_FORTH)
def test_tables_moved_past_each_other_converge(database: KeptPair, case: str) -> None:
    check_move(database, BACK_AND_FORTH[case])


def check_move(database: KeptPair, move: Move) -> None:
    """Go there and back: every row is kept, and nothing dropped."""
    before, after, ask = move
    second = database.database.second_schema
    source = database.converge(
        lambda metadata: people(metadata, second, *before),
        lambda metadata: people(metadata, second, *after),
        detect_renames=ask(str(second)),
        keeps_all=True,
    )
    assert re.findall(r"^ *op\.(?:drop|create)_table\(", source, re.MULTILINE) == []
