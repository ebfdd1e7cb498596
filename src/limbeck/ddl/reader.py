"""What is read from a database and what is made of models, for any dialect of SQLAlchemy.

These functions are a *reader*: `DefaultImpl.reader` names the module that has them. A database that
limbeck knows better has a module of its own, `ddl/<database>/read.py`, with the same functions. An
implementation imports its reader when it is first asked: writing DDL never reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Column, Connection, Dialect, MetaData, Table
from sqlalchemy.types import TypeEngine

from limbeck.schema import definitions
from limbeck.schema.database import ReadScope, read_with_inspector
from limbeck.schema.definitions import Definition
from limbeck.schema.facts import DomainFacts, Options, SchemaFacts, TableFacts, TableKey
from limbeck.schema.models import adjust_model_table, normal_default, normal_type
from limbeck.schema.normalize import normal_expression
from limbeck.schema.probe import Probe
from limbeck.schema.sequences import python_options

__all__ = [
    "Reader",
    "adjust_model_table",
    "normal_default",
    "normal_expression",
    "normal_type",
    "probe_domains",
    "probe_tables",
    "read_definitions",
    "read_model_objects",
    "read_schema",
    "sequence_arguments",
]


class Reader(Protocol):
    """The functions of a reader; `DefaultImpl` has a method of the same name for each."""

    def read_schema(self, connection: Connection, scope: ReadScope) -> SchemaFacts:
        """Return what is in the database."""

    def read_definitions(self, connection: Connection, scope: ReadScope) -> Sequence[Definition]:
        """Return what is in the schemas that no directive builds."""

    def read_model_objects(
        self, metadata_list: Sequence[MetaData], dialect: Dialect, default_schema: str | None
    ) -> SchemaFacts:
        """Return the types and sequences that the models need; no tables."""

    def sequence_arguments(self, options: Options) -> dict[str, Any]:
        """Return what has to be said to create a sequence with these options."""

    def probe_domains(
        self, connection: Connection, domains: Mapping[TableKey, DomainFacts]
    ) -> Mapping[TableKey, DomainFacts]:
        """Return these domains as the database itself normalises them."""

    def normal_type(self, dialect: Dialect, type_: TypeEngine[Any]) -> str:
        """Return how `read_schema` reports a column of this type."""

    def normal_default(self, dialect: Dialect, column: Column[Any]) -> str | None:
        """Return how `read_schema` reports this column's server default."""

    def normal_expression(self, sql: str) -> str:
        """Return the normal form of an expression, as far as text alone tells."""

    def adjust_model_table(self, dialect: Dialect, facts: TableFacts, table: Table) -> TableFacts:
        """Return what the database makes of a model's table."""

    def probe_tables(
        self, dialect: Dialect, connection: Connection, tables: Sequence[Table]
    ) -> Probe:
        """Return these tables as the database itself normalises them."""


def read_schema(connection: Connection, scope: ReadScope) -> SchemaFacts:
    """Return what SQLAlchemy's Inspector sees."""
    return read_with_inspector(connection, scope)


def read_definitions(connection: Connection, scope: ReadScope) -> Sequence[Definition]:
    """Return the views, which can be named and not built."""
    return definitions.read_with_inspector(connection, scope)


def read_model_objects(
    metadata_list: Sequence[MetaData], dialect: Dialect, default_schema: str | None
) -> SchemaFacts:
    """Return nothing: what is not read from the database is not made of the models either."""
    return SchemaFacts()


def sequence_arguments(options: Options) -> dict[str, Any]:
    """Return all options: what the database would choose is not known."""
    return python_options(options)


def probe_domains(
    connection: Connection, domains: Mapping[TableKey, DomainFacts]
) -> Mapping[TableKey, DomainFacts]:
    """Return nothing: there are no domains."""
    return {}


def probe_tables(dialect: Dialect, connection: Connection, tables: Sequence[Table]) -> Probe:
    """Return nothing: a database that is not known can't be asked."""
    return Probe()
