"""PostgreSQL: what the reader sees and leaves alone, the names it fills in, and how often it asks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import create_async_engine

from limbeck.ddl.impl import DefaultImpl
from limbeck.schema.build import build_tables
from limbeck.schema.facts import ComputedFacts, IdentityFacts, IndexElement, TableKey
from tests.database.reading import Tables, counted_statements, create_and_read, read_database
from tests.databases import Database


def test_read_schema_equals_the_models_of_every_kind(postgresql: Database) -> None:
    sides = create_and_read(postgresql, everything())

    assert sides.database == sides.models


def test_read_schema_equals_the_models_after_a_rebuild_from_facts(postgresql: Database) -> None:
    metadata = everything()
    before = create_and_read(postgresql, metadata).database
    copy = sa.MetaData()
    with postgresql.engine.connect() as connection:
        build_tables(connection, before.values(), copy)
    metadata.drop_all(postgresql.engine)
    copy.create_all(postgresql.engine)

    with postgresql.engine.connect() as connection:
        assert read_database(connection, None, "second") == before


def test_build_tables_adds_stubs_for_what_was_not_asked_for(postgresql: Database) -> None:
    facts = create_and_read(postgresql, everything()).database
    metadata = sa.MetaData()

    with postgresql.engine.connect() as connection:
        tables = build_tables(connection, [facts[TableKey("second", "part")]], metadata)
        again = build_tables(connection, [facts[TableKey(None, "thing")]], metadata)

    (constraint,) = tables[TableKey("second", "part")].foreign_key_constraints
    assert {element.target_fullname for element in constraint.elements} == {"thing.id"}
    assert "name" in again[TableKey(None, "thing")].c


@pytest.mark.parametrize("count", [1, 20])
def test_read_schema_asks_as_often_for_many_objects(postgresql: Database, count: int) -> None:
    """Tables, each with types, sequences, expressions and partitions of its own."""
    metadata = sa.MetaData()
    for number in range(count):
        counter = sa.Sequence(f"counter{number}", metadata=metadata)
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("other", sa.ForeignKey("t0.id"), index=True),
            sa.Column("n", sa.Integer, server_default=counter.next_value()),
            sa.Column("state", sa.Enum("a", "b", name=f"state{number}"), server_default="a"),
            sa.Column("mail", pg.DOMAIN(f"mail{number}", sa.Text, check="VALUE <> ''")),
            sa.Column("double", sa.Integer, sa.Computed("other * 2")),
            sa.CheckConstraint("n in (1, 2)"),
        )
        sa.Table(
            f"split{number}",
            metadata,
            sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
            postgresql_partition_by="HASH (id)",
        )
    metadata.create_all(postgresql.engine)
    each = "CREATE TABLE part{0} PARTITION OF split{0} FOR VALUES WITH (MODULUS 1, REMAINDER 0)"
    execute(postgresql, *(each.format(number) for number in range(count)))

    with postgresql.engine.connect() as connection, counted_statements(connection) as statements:
        assert len(read_database(connection)) == 2 * count
    assert len(statements) == 9


def test_read_schema_leaves_extensions_partitions_and_views_alone(postgresql: Database) -> None:
    execute(
        postgresql,
        "CREATE TABLE mine (id integer)",
        "CREATE VIEW seen AS SELECT id FROM mine",
        "CREATE TABLE split (id integer, day date) PARTITION BY RANGE (day)",
        "CREATE TABLE split_2020 PARTITION OF split FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        "CREATE TABLE theirs (id integer)",
        "ALTER EXTENSION plpgsql ADD TABLE theirs",
    )

    with postgresql.engine.connect() as connection:
        tables = read_database(connection)

    assert [key.name for key in tables] == ["mine", "split"]
    assert tables[TableKey(None, "split")].options == (("partition_by", "range(day)"),)


def test_names_that_are_cut_at_63_bytes_are_equal(postgresql: Database) -> None:
    metadata = sa.MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_N_name)s"})
    long = "ein_sehr_langer_name_mit_ümläuten_der_nicht_in_63_zeichen_passt"
    table = sa.Table(
        long,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("one_column_with_a_name_that_is_quite_long_itself", sa.Integer, unique=True),
        sa.Column("other", sa.ForeignKey(f"{long}.id")),
        sa.CheckConstraint("id > 0"),
        sa.CheckConstraint("id > 1"),
        sa.UniqueConstraint("other", "id"),
    )
    assert len(table.name.encode()) > 63

    sides = create_and_read(postgresql, metadata)

    assert sides.database == sides.models


def test_names_that_need_quotes_are_equal(postgresql: Database) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "Select From",
        metadata,
        sa.Column("Id", sa.Integer, primary_key=True),
        sa.Column("user", sa.String(10), nullable=False, server_default="x", unique=True),
        sa.Column('quote"d', sa.Integer, index=True),
        sa.Column("ünïcode", sa.Enum("a", name="Mixed Mood"), server_default="a"),
        sa.CheckConstraint('"Id" > 0'),
    )

    sides = create_and_read(postgresql, metadata)

    assert sides.database == sides.models


def test_unnamed_constraints_get_the_names_that_the_database_gives(postgresql: Database) -> None:
    facts = create_and_read(postgresql, everything()).models[TableKey(None, "thing")]

    assert facts.primary_key is not None
    assert (facts.primary_key.name, facts.primary_key.is_generated_name) == ("thing_pkey", True)
    assert [check.name for check in facts.checks] == [
        "ck_named",
        "thing_amount_check",
        "thing_amount_check1",
        "thing_check",
    ]
    assert {unique.name: unique.is_generated_name for unique in facts.uniques} == {
        "thing_email_key": True,
        "thing_name_amount_key": True,
        "uq_named": False,
    }


def test_unique_over_the_primary_key_is_none(postgresql: Database) -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True, unique=True))

    sides = create_and_read(postgresql, metadata)

    assert sides.database == sides.models
    assert sides.models[TableKey(None, "t")].uniques == ()


def test_serial_is_autoincrement_only_with_its_own_sequence(postgresql: Database) -> None:
    execute(
        postgresql,
        "CREATE SEQUENCE shared",
        "CREATE TABLE own (id serial PRIMARY KEY)",
        "CREATE TABLE other (id integer DEFAULT nextval('shared') PRIMARY KEY)",
        "CREATE TABLE no_key (id bigserial)",
    )

    with postgresql.engine.connect() as connection:
        tables = read_database(connection)

    columns = {key.name: facts.columns[0] for key, facts in tables.items()}
    assert (columns["own"].autoincrement, columns["own"].default) == (True, None)
    assert columns["other"].default == "nextval('shared'::regclass)"
    assert columns["no_key"].default == "nextval('no_key_id_seq'::regclass)"


def test_identity_holds_only_what_is_not_usual(postgresql: Database) -> None:
    execute(
        postgresql,
        "CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY,"
        " b bigint GENERATED BY DEFAULT AS IDENTITY (START 7 INCREMENT -2 CYCLE MAXVALUE 9),"
        " c smallint GENERATED ALWAYS AS IDENTITY (MINVALUE 5))",
    )

    with postgresql.engine.connect() as connection:
        (facts,) = read_database(connection).values()

    assert [column.identity for column in facts.columns] == [
        IdentityFacts(always=True),
        IdentityFacts(
            always=False,
            options=(("cycle", "true"), ("increment", "-2"), ("maxvalue", "9"), ("start", "7")),
        ),
        IdentityFacts(always=True, options=(("minvalue", "5"),)),
    ]


def test_index_elements_keep_order_class_and_collation(postgresql: Database) -> None:
    execute(
        postgresql,
        "CREATE TABLE t (a text, b text, c text)",
        'CREATE INDEX i ON t (a DESC, b text_pattern_ops ASC NULLS FIRST, c COLLATE "C")'
        " INCLUDE (a) WITH (fillfactor = 70) WHERE a > 'x'",
    )

    with postgresql.engine.connect() as connection:
        (facts,) = read_database(connection).values()

    (index,) = facts.indexes
    assert index.elements == (
        IndexElement("a", descending=True),
        IndexElement("b", nulls="first", options=(("opclass", "text_pattern_ops"),)),
        IndexElement('c COLLATE "C"', is_expression=True),
    )
    assert (index.include, index.where) == (("a",), "a > 'x'::text")
    assert index.options == (("with", "fillfactor=70"),)


def test_unique_keeps_what_it_includes(postgresql: Database) -> None:
    execute(
        postgresql, "CREATE TABLE t (a text, b text, UNIQUE NULLS NOT DISTINCT (a) INCLUDE (b))"
    )

    with postgresql.engine.connect() as connection:
        tables = read_database(connection)
        (table,) = build_tables(connection, tables.values(), sa.MetaData()).values()

    (unique,) = tables[TableKey(None, "t")].uniques
    assert unique.options == (("include", "b"), ("nulls_not_distinct", "true"))
    assert any(isinstance(item, sa.UniqueConstraint) for item in table.constraints)


def test_table_options_are_read(postgresql: Database) -> None:
    execute(
        postgresql,
        "CREATE TABLE parent (id integer) WITH (fillfactor = 80, autovacuum_enabled = off)",
        "CREATE TABLE child (own integer) INHERITS (parent)",
    )

    with postgresql.engine.connect() as connection:
        tables = read_database(connection)

    assert tables[TableKey(None, "parent")].options == (
        ("with", "autovacuum_enabled=off, fillfactor=80"),
    )
    child = tables[TableKey(None, "child")]
    assert child.options == (("inherits", "parent"),)
    assert [column.name for column in child.columns] == ["own"]


def test_computed_column_is_stored_or_virtual(postgresql: Database) -> None:
    execute(
        postgresql,
        "CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a + 1) STORED,"
        " c integer GENERATED ALWAYS AS (a * 2) VIRTUAL)",
    )

    with postgresql.engine.connect() as connection:
        (facts,) = read_database(connection).values()

    assert [column.computed for column in facts.columns] == [
        None,
        ComputedFacts("a + 1", persisted=True),
        ComputedFacts("a * 2", persisted=False),
    ]


def test_asynchronous_driver_reads_and_probes(postgresql: Database) -> None:
    metadata = everything()
    sides = create_and_read(postgresql, metadata)

    async def read() -> tuple[Tables, Tables]:
        engine = create_async_engine(postgresql.url.set(drivername="postgresql+asyncpg"))
        async with engine.connect() as connection:
            found = await connection.run_sync(lambda sync: read_database(sync, None, "second"))
            probed = await connection.run_sync(lambda sync: probe(sync, metadata))
        await engine.dispose()
        return found, probed

    assert asyncio.run(read()) == (sides.database, sides.probed)


def probe(connection: sa.Connection, metadata: sa.MetaData) -> Tables:
    """Return what the database makes of the models."""
    cls = DefaultImpl.get_by_dialect(connection.dialect)
    impl = cls(connection.dialect, connection, False, None, None, {})  # noqa: FBT003 Alembic's signature
    return impl.probe_tables(connection, list(metadata.tables.values())).facts


# ------------------------------------------------------------------------------------------- types

TYPES: list[sa.types.TypeEngine[Any]] = [
    sa.Integer(),
    sa.BigInteger(),
    sa.SmallInteger(),
    sa.String(),
    sa.String(20),
    sa.String(20, collation="C"),
    sa.Unicode(5),
    sa.Text(),
    sa.UnicodeText(),
    sa.CHAR(),
    sa.CHAR(4),
    sa.Numeric(),
    sa.Numeric(8),
    sa.Numeric(8, 3),
    sa.DECIMAL(8, 3),
    sa.Float(),
    sa.Float(24),
    sa.Float(53),
    sa.Double(),
    sa.REAL(),
    sa.Boolean(),
    sa.Date(),
    sa.Time(),
    sa.Time(timezone=True),
    pg.TIME(precision=3),
    sa.DateTime(),
    sa.DateTime(timezone=True),
    pg.TIMESTAMP(precision=3),
    pg.TIMESTAMP(precision=0, timezone=True),
    sa.Interval(),
    pg.INTERVAL(fields="DAY TO SECOND", precision=3),
    pg.INTERVAL(fields="YEAR TO MONTH"),
    pg.INTERVAL(precision=2),
    sa.LargeBinary(),
    sa.JSON(),
    pg.JSON(),
    pg.JSONB(),
    sa.Uuid(),
    sa.UUID(as_uuid=False),
    sa.Enum("a", "b", name="plain"),
    sa.Enum("a", "b", name="Quoted Mood"),
    sa.Enum("a", "b", name="elsewhere", schema="second"),
    sa.Enum("a", "bcd", native_enum=False),
    pg.DOMAIN("positive", sa.Integer),
    pg.ARRAY(sa.Integer),
    pg.ARRAY(sa.String(10), dimensions=2),
    pg.ARRAY(sa.Enum("a", name="in_array")),
    pg.ARRAY(sa.Numeric(5, 1)),
    pg.ARRAY(pg.TIMESTAMP(timezone=True)),
    pg.BIT(),
    pg.BIT(5),
    pg.BIT(5, varying=True),
    pg.INET(),
    pg.CIDR(),
    pg.MACADDR(),
    pg.MONEY(),
    pg.OID(),
    pg.TSVECTOR(),
    pg.INT4RANGE(),
    pg.TSTZRANGE(),
    pg.INT4MULTIRANGE(),
    pg.DOUBLE_PRECISION(),
    sa.String(5).with_variant(sa.Integer(), "postgresql"),
    sa.PickleType(),
]


def test_types_are_equal_without_a_probe(postgresql: Database) -> None:
    metadata = sa.MetaData()
    columns: list[sa.Column[Any]] = [
        sa.Column(f"c{number}", type_) for number, type_ in enumerate(TYPES)
    ]
    sa.Table("t", metadata, *columns)

    sides = create_and_read(postgresql, metadata)

    assert columns_of(sides.database) == columns_of(sides.models)
    assert columns_of(sides.probed) == columns_of(sides.models)


def columns_of(tables: Tables) -> list[tuple[str, str, str | None]]:
    (facts,) = tables.values()
    return [(column.name, column.type, column.collation) for column in facts.columns]


# ----------------------------------------------------------------------------------------- helpers


def everything() -> sa.MetaData:
    """Return models with each kind of thing, written as the catalogs print it."""
    metadata = sa.MetaData()
    thing = sa.Table(
        "thing",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False, server_default="new", index=True),
        sa.Column("email", sa.String(100), unique=True, comment="it's an address"),
        sa.Column("amount", sa.Numeric(10, 2), sa.CheckConstraint("amount > 0::numeric")),
        sa.Column("mood", sa.Enum("sad", "ok", name="mood"), server_default="ok"),
        sa.Column("parent_id", sa.ForeignKey("thing.id", ondelete="SET NULL")),
        sa.Column("data", pg.JSONB, nullable=False, server_default="{}"),
        sa.Column("total", sa.Integer, sa.Computed("id + 1", persisted=True)),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.CheckConstraint("amount < 1000::numeric"),
        sa.CheckConstraint("id > 5", name="ck_named"),
        sa.CheckConstraint("id > total"),
        sa.UniqueConstraint("name", "amount"),
        sa.UniqueConstraint(
            "mood",
            name="uq_named",
            deferrable=True,
            initially="DEFERRED",
            postgresql_nulls_not_distinct=True,
        ),
        comment="Things",
    )
    sa.Index(
        "ix_thing",
        thing.c.email.desc().nulls_last(),
        sa.text("(id + 1)"),
        unique=True,
        postgresql_where=thing.c.id > 5,
        postgresql_include=["at"],
        postgresql_with={"fillfactor": 50},
    )
    sa.Index(
        "ix_json", thing.c.data, postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"}
    )
    sa.Table(
        "part",
        metadata,
        sa.Column("thing_id", sa.Integer, primary_key=True),
        sa.Column("number", sa.BigInteger, sa.Identity(start=10, cycle=True), primary_key=True),
        sa.ForeignKeyConstraint(
            ["thing_id"],
            ["thing.id"],
            name="fk_thing",
            onupdate="cascade",
            ondelete="NO ACTION",
            deferrable=True,
            initially="DEFERRED",
            match="FULL",
        ),
        schema="second",
    )
    return metadata


def execute(database: Database, *statements: str) -> None:
    """Run statements in one transaction."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
