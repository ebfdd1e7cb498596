"""Models and database as facts, on every database: what `create_all` made reads back as it was said."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from limbeck.schema.build import build_tables
from limbeck.schema.database import ReadScope, read_with_inspector
from limbeck.schema.facts import ForeignKeyFacts, SchemaFacts, TableFacts, TableKey
from limbeck.schema.fingerprint import fingerprint
from tests.database.reading import create_and_read, drop_all, read_database
from tests.databases import Database


def test_database_equals_the_models(database: Database) -> None:
    sides = create_and_read(database, shop())

    assert sides.database == sides.models


def test_fingerprints_of_both_sides_are_equal(database: Database) -> None:
    sides = create_and_read(database, shop())

    assert fingerprint(SchemaFacts(sides.database)) == fingerprint(SchemaFacts(sides.models))


def test_tables_built_from_facts_build_the_same_database(database: Database) -> None:
    metadata = shop()
    before = create_and_read(database, metadata).database
    copy = sa.MetaData()
    with database.engine.connect() as connection:
        build_tables(connection, before.values(), copy)
    drop_all(database, metadata)
    copy.create_all(database.engine)

    with database.engine.connect() as connection:
        assert read_database(connection) == before


def test_built_tables_keep_the_databases_names(database: Database) -> None:
    facts = create_and_read(database, shop()).database
    metadata = sa.MetaData(naming_convention={"ix": "other_%(column_0_name)s"})

    with database.engine.connect() as connection:
        tables = build_tables(connection, facts.values(), metadata)

    customer = tables[TableKey(None, "customer")]
    assert "ix_customer_name" in {index.name for index in customer.indexes}


@pytest.mark.requires("schemas")
def test_schemas_are_read_and_folded(database: Database) -> None:
    with database.engine.connect() as connection:
        default = connection.dialect.default_schema_name
    metadata = sa.MetaData()
    sa.Table("one", metadata, sa.Column("id", sa.Integer, primary_key=True), schema=default)
    sa.Table(
        "two",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("one_id", sa.ForeignKey(f"{default}.one.id", name="fk_one")),
        schema=database.second_schema,
    )
    metadata.create_all(database.engine)

    with database.engine.connect() as connection:
        tables = read_database(connection, None, database.second_schema)
        built = build_tables(connection, tables.values(), sa.MetaData())
    drop_all(database, metadata)

    assert list(tables) == [TableKey(None, "one"), TableKey(database.second_schema, "two")]
    (foreign_key,) = tables[TableKey(database.second_schema, "two")].foreign_keys
    assert foreign_key.referred == TableKey(None, "one")
    assert list(built) == list(tables)


def test_inspector_reads_what_the_reader_reads(database: Database) -> None:
    """The reader for dialects that have none of their own sees the same tables."""
    own = create_and_read(database, shop()).database

    with database.engine.connect() as connection:
        default = connection.dialect.default_schema_name
        found = read_with_inspector(connection, ReadScope((None,), default)).tables

    assert list(found) == list(own)
    for key, facts in found.items():
        assert outline(facts) == outline(own[key])


def outline(facts: TableFacts) -> list[object]:
    """Return what no dialect spells its own way."""
    return [
        [(column.name, column.nullable, column.autoincrement) for column in facts.columns],
        facts.primary_key and facts.primary_key.columns,
        [
            replace(item, name=None, on_delete=None, on_update=None)
            if isinstance(item, ForeignKeyFacts)
            else item
            for item in facts.foreign_keys
        ],
        sorted({index.name for index in facts.indexes if index.name} & {"ix_customer_name"}),
    ]


def shop() -> sa.MetaData:
    """Return models of the common kinds of column, key and constraint."""
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    sa.Table(
        "customer",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False, index=True),
        sa.Column("email", sa.String(100), unique=True),
        sa.Column("created_at", sa.DateTime, default=sa.func.now()),
        sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("state", sa.String(10), nullable=False, server_default="new"),
        sa.Column("credit", sa.Numeric(10, 2), server_default="0"),
        sa.Column("note", sa.Text),
        sa.Column("points", sa.Integer),
        sa.CheckConstraint("points > 0", name="points"),
    )
    sa.Table(
        "purchase",
        metadata,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("customer_id", sa.ForeignKey("customer.id", ondelete="CASCADE"), nullable=False),
        sa.Column("parent_id", sa.ForeignKey("purchase.id")),
        sa.Column("day", sa.Date),
        sa.Column("weight", sa.Float),
        sa.Column("data", sa.JSON),
        sa.UniqueConstraint("customer_id", "day"),
    )
    sa.Table(
        "item",
        metadata,
        sa.Column("purchase_id", sa.ForeignKey("purchase.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Enum("small", "large", name="kind")),
        sa.Column("amount", sa.SmallInteger, nullable=False, server_default=sa.text("1")),
    )
    return metadata
