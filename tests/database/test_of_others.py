"""What belongs to others is left alone: extensions, partitions, and what the user's filters keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Sequence, String, Table, text
from sqlalchemy.dialects.postgresql import CITEXT, DOMAIN, ENUM

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


OF_AN_EXTENSION = (
    "CREATE EXTENSION citext",
    "CREATE EXTENSION hstore SCHEMA second",
    "CREATE TYPE its_enum AS ENUM ('a', 'b')",
    "CREATE TYPE its_composite AS (x integer, y integer)",
    "CREATE DOMAIN its_domain AS integer CHECK (VALUE > 0)",
    "CREATE SEQUENCE its_sequence",
    "CREATE TABLE spatial_ref_sys (srid integer PRIMARY KEY, state its_enum, n its_domain,"
    " m integer DEFAULT nextval('its_sequence'))",
    "CREATE INDEX ix_of_its ON spatial_ref_sys (n)",
    "CREATE VIEW geometry_columns AS SELECT srid, state FROM spatial_ref_sys",
    "CREATE FUNCTION its_function() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE SCHEMA topology",
    "CREATE TABLE topology.layer (id serial PRIMARY KEY)",
    *(
        f"ALTER EXTENSION citext ADD {each}"
        for each in (
            "TYPE its_enum",
            "TYPE its_composite",
            "DOMAIN its_domain",
            "SEQUENCE its_sequence",
            "TABLE spatial_ref_sys",
            "VIEW geometry_columns",
            "FUNCTION its_function()",
            "SCHEMA topology",
            "TABLE topology.layer",
            "SEQUENCE topology.layer_id_seq",
        )
    ),
)


@pytest.mark.requires("enum_types")
def test_objects_of_extensions_are_left_alone(postgresql: KeptPair) -> None:
    assert found(postgresql, MetaData(), *OF_AN_EXTENSION, include_name=None) == []
    metadata = MetaData()
    Table(
        "mine",
        metadata,
        Column("name", CITEXT, server_default="x"),
        Column("state", ENUM("a", "b", name="its_enum", create_type=False)),
        Column("n", DOMAIN("its_domain", Integer, create_type=False)),
    )
    mine = "CREATE TABLE mine (name citext DEFAULT 'x', state its_enum, n its_domain)"
    assert found(postgresql, metadata, mine, include_name=None) == []
    (dropped,) = found(postgresql, MetaData(), include_name=None, include_schemas=True)
    assert dropped.to_diff_tuple()[0] == "remove_table"


@pytest.mark.requires("enum_types")
def test_columns_of_an_extensions_type_converge(postgresql: KeptPair) -> None:
    for side in (postgresql.database, postgresql.scratch):
        with side.engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION citext"))
    sides = []
    for name, type_ in (("name", String(20)), ("label", CITEXT())):
        metadata = MetaData()
        Table(
            "t",
            metadata,
            Column("id", Integer, primary_key=True),
            Column(name, CITEXT, server_default="It's", index=True),
            Column("tags", type_),
        )
        sides.append(metadata)
    postgresql.go_between(*sides)


def with_objects(metadata: MetaData, *values: str, start: int, size: int) -> None:
    """One table with an enum type, a domain and a sequence."""
    counter = Sequence("counter", metadata=metadata, start=start)
    Table(
        "t",
        metadata,
        Column("n", Integer, counter, server_default=counter.next_value()),
        Column("state", ENUM(*values, name="state")),
        Column("mail", DOMAIN("mail", Integer, check=f"VALUE > {size}")),
    )


@pytest.mark.requires("enum_types")
def test_filters_are_asked_of_types_and_sequences(postgresql: KeptPair) -> None:
    before, after = MetaData(), MetaData()
    with_objects(before, "a", "b", start=1, size=1)
    with_objects(after, "a", "b", "c", start=5, size=2)
    with postgresql.database.engine.begin() as connection:
        before.create_all(connection)
    asked: list[tuple[Any, ...]] = []

    def include(object_: Any, name: str, type_: str, reflected: bool, compare_to: Any) -> bool:
        assert object_.name == name
        assert not object_.info.get("skip")
        if type_ in ("enum", "domain", "sequence"):
            asked.append((name, type_, reflected, compare_to is not None))
        return type_ == "table"

    def only_tables(name: str | None, type_: str, parents: object) -> bool:
        return type_ in ("schema", "table", "column")

    assert len(found(postgresql, after)) == 3
    assert found(postgresql, after, include_object=include) == []
    assert found(postgresql, after, include_name=only_tables) == []
    assert asked == [
        ("counter", "sequence", False, True),
        ("mail", "domain", False, True),
        ("state", "enum", False, True),
    ]
    asked.clear()
    (dropped,) = found(postgresql, MetaData(), include_object=include)
    assert dropped.to_diff_tuple()[0] == "remove_table"
    assert set(asked) == {
        (name, type_, True, False)
        for name, type_ in (("counter", "sequence"), ("mail", "domain"), ("state", "enum"))
    }
