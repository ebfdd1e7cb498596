"""What belongs to others is left alone: extensions, partitions, and what the user's filters keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import MetaData, text

from limbeck.operations.ops import MigrateOperation
from tests.convergence import autogenerate
from tests.database.kept import KeptPair
from tests.database.kept import kept_database as kept_database


@pytest.fixture
def postgresql(database: KeptPair) -> Iterator[KeptPair]:
    """A database that is emptied after the test, also when it fails."""
    yield database
    database.empty()


def found(pair: KeptPair, metadata: MetaData, *setup: str, **opts: Any) -> list[MigrateOperation]:
    """Return what autogenerate finds once these statements have been run."""
    with pair.database.engine.begin() as connection:
        for statement in setup:
            connection.execute(text(statement))
    with pair.database.engine.connect() as connection:
        script, _ = autogenerate(pair.database, connection, metadata, **opts)
    assert script.upgrade_ops is not None
    return list(script.upgrade_ops.ops)


PARTITIONED = (
    "CREATE TABLE split (day date, n integer) PARTITION BY RANGE (day)",
    "CREATE TABLE split_2020 PARTITION OF split FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    "CREATE INDEX ix_split ON split (n)",
)


@pytest.mark.requires("enum_types")
def test_unknown_partitioned_table_is_left_alone_and_named(postgresql: KeptPair) -> None:
    with pytest.warns(UserWarning, match="partitioned table split is in no model"):
        assert found(postgresql, MetaData(), *PARTITIONED) == []
    for options in (
        {"include_name": lambda name, type_, parents: name != "split"},
        {"include_object": lambda object_, name, *_: name != "split"},
        {"ignore": ["tables"]},
    ):
        assert found(postgresql, MetaData(), **options) == []
