"""Both sides of a schema as facts, for the tests of one database's reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, event

from limbeck.ddl.impl import DefaultImpl
from limbeck.schema.build import build_tables
from limbeck.schema.database import ReadScope
from limbeck.schema.facts import TableFacts, TableKey
from limbeck.schema.models import read_model_schema
from limbeck.schema.probe import Probe
from tests.databases import Database

Tables = Mapping[TableKey, TableFacts]


@dataclass(frozen=True)
class Sides:
    """What the database has, what the models say, and what the probe makes of the models."""

    database: Tables
    models: Tables
    probed: Tables


def read_database(connection: Connection, *schemas: str | None) -> Tables:
    """Return the facts of schemas, or of the default one."""
    impl = _impl(connection)
    default = connection.dialect.default_schema_name
    return impl.read_schema(connection, ReadScope(schemas or (None,), default)).tables


def create_and_read(database: Database, metadata: MetaData) -> Sides:
    """Create the models in the empty database and read both sides."""
    metadata.create_all(database.engine)
    schemas = {table.schema for table in metadata.tables.values()} | {None}
    with database.engine.connect() as connection:
        default = connection.dialect.default_schema_name
        impl = _impl(connection)
        models = read_model_schema([metadata], impl, default_schema=default)
        return Sides(
            database=read_database(connection, *sorted(schemas, key=str)),
            models=models.facts.tables,
            probed=impl.probe_tables(connection, list(models.tables.values())).facts,
        )


def rebuild(database: Database) -> tuple[Tables, Tables]:
    """Return the facts of a database, and those after its tables were built anew from them."""
    with database.engine.connect() as connection:
        before = read_database(connection)
        metadata = MetaData()
        build_tables(connection, before.values(), metadata)
        connection.rollback()
        metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.commit()
        return before, read_database(connection)


def probe_models(connection: Connection, metadata: MetaData) -> Tables:
    """Return what the probe makes of the models."""
    return probe(connection, metadata).facts


def probe(connection: Connection, metadata: MetaData) -> Probe:
    """Return the whole answer of the probe."""
    return _impl(connection).probe_tables(connection, list(metadata.tables.values()))


def drop_all(database: Database, metadata: MetaData) -> None:
    """Drop what `create_and_read` created."""
    metadata.drop_all(database.engine)


@contextmanager
def counted_statements(connection: Connection) -> Iterator[list[str]]:
    """Yield the list to which each statement on the connection is added."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", note)


def _impl(connection: Connection) -> DefaultImpl:
    cls = DefaultImpl.get_by_dialect(connection.dialect)
    return cls(connection.dialect, connection, False, None, None, {})  # noqa: FBT003 Alembic's signature
