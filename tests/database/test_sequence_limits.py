"""New limits of sequences and identity columns, wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.errors import CommandError
from tests.convergence import _run, assert_converges
from tests.database.test_data_steps import written
from tests.databases import Database

pytestmark = pytest.mark.requires("identity")

NAME = """p%s'q":x"""

CHANGES: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "greater least": ({}, {"minvalue": 50, "start": 50}),
    "another range": ({"maxvalue": 10}, {"minvalue": 50, "maxvalue": 100, "start": 60}),
    "back": ({"minvalue": 50, "maxvalue": 100, "start": 60}, {"maxvalue": 10}),
    "less start": ({"start": 500}, {"maxvalue": 100}),
    "less greatest": ({"maxvalue": 1000}, {"maxvalue": 100}),
    "down": ({"increment": -1, "start": -1}, {"increment": -1, "maxvalue": -50, "start": -50}),
    "down, less": ({"increment": -1, "start": -500}, {"increment": -1, "minvalue": -100}),
    "turn": ({}, {"increment": -1, "minvalue": -100, "maxvalue": -1, "start": -1}),
    "other steps": ({}, {"increment": 3, "minvalue": 50, "maxvalue": 100, "start": 60}),
    "turn back": ({"increment": -1, "minvalue": -100, "maxvalue": -1}, {}),
}


def models(options: Mapping[str, Mapping[str, Any]]) -> sa.MetaData:
    metadata = sa.MetaData()
    for name, given in options.items():
        sa.Sequence(f"{name} {NAME}", metadata=metadata, **given)
        identity = sa.Identity(always=True, **given)
        key = sa.Column(f"id{NAME}", sa.BigInteger, identity, primary_key=True)
        sa.Table(f"t {name} {NAME}", metadata, key, sa.Column("x", sa.Integer))
    return metadata


def both() -> tuple[sa.MetaData, sa.MetaData]:
    return (
        models({name: change[0] for name, change in CHANGES.items()}),
        models({name: change[1] for name, change in CHANGES.items()}),
    )


def test_sequences_that_have_not_counted(database: Database) -> None:
    assert_converges(database, *both(), rows=0)


@pytest.mark.parametrize(
    ("before", "after", "came_to", "goes_on"),
    [
        ({}, {"minvalue": 50, "start": 60}, 3, 50),
        ({"maxvalue": 10}, {"minvalue": 50, "maxvalue": 100, "start": 60}, 3, 50),
        ({"maxvalue": 1000}, {"maxvalue": 100}, 50, 51),
        ({}, {"increment": 3, "minvalue": 5, "maxvalue": 100, "start": 6}, 50, 53),
        ({}, {"increment": -1, "minvalue": -100, "maxvalue": 100, "start": 90}, 50, 90),
        ({"increment": -1}, {"increment": -1, "maxvalue": -50, "start": -60}, -3, -50),
    ],
)
def test_sequences_go_on_within_their_limits(
    database: Database,
    before: dict[str, Any],
    after: dict[str, Any],
    came_to: int,
    goes_on: int,
) -> None:
    name = f"s {NAME}"
    with database.engine.begin() as connection:
        models({"s": before}).create_all(connection)
        connection.execute(
            sa.text(r"SELECT setval(quote_ident(:name)\:\:regclass, :to)"),
            {"name": name, "to": came_to},
        )
    metadata = models({"s": after})
    source, warned = written(database, metadata)
    assert warned == []
    _run(database, metadata, source, "upgrade")
    with database.engine.connect() as connection:
        assert connection.scalar(sa.Sequence(name).next_value()) == goes_on


def test_number_beyond_new_limits_is_told(database: Database) -> None:
    before = models({"s": {"maxvalue": 1000}})
    with database.engine.begin() as connection:
        before.create_all(connection)
        for name in (f"s {NAME}", f"t s {NAME}_id{NAME}_seq"):
            connection.execute(
                sa.text(r"SELECT setval(quote_ident(:name)\:\:regclass, 500)"), {"name": name}
            )
    metadata = models({"s": {"maxvalue": 100}})
    source, warned = written(database, metadata)
    said = [
        f"The sequence s {NAME} has come to 500, beyond its new limits",
        f"The sequence of t s {NAME}.id{NAME} has come to 500, beyond its new limits",
    ]
    told = {f"{each}. The revision fails until it is set to a number within them." for each in said}
    assert set(warned) == told
    for each in said:
        assert f"# This fails: {each}. Set it to a number within them before.\n" in source
    with pytest.raises((CommandError, sa.exc.DBAPIError), match="MAXVALUE"):
        _run(database, metadata, source, "upgrade")
