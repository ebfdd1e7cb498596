"""What every database is asked about schemas: how to read it, what it makes of models, what differs.

The reading half of `DefaultImpl`: it hands on, one line each, what the dialect's reader answers,
and has the comparison hooks that third parties override.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, Dialect, MetaData, literal
from sqlalchemy.schema import Column, ForeignKeyConstraint, Index, Table, UniqueConstraint
from sqlalchemy.types import Integer, TypeEngine

from limbeck import sqla
from limbeck.schema.qualified import without_table
from limbeck.types import DatabaseType

from .comparison import ObjectComparison
from .rows import RowsImpl

if TYPE_CHECKING:
    from sqlalchemy.engine.reflection import Inspector

    from limbeck.schema.database import ReadScope
    from limbeck.schema.definitions import Definition
    from limbeck.schema.facts import (
        ColumnFacts,
        DomainFacts,
        Options,
        SchemaFacts,
        TableFacts,
        TableKey,
    )
    from limbeck.schema.probe import Probe

    from .reader import Reader


class ReadingImpl(RowsImpl, ObjectComparison):
    """What a database does its own way when it is read and compared."""

    dialect: Dialect

    # flags

    reader = "limbeck.ddl.reader"
    """Which module reads this database and says what it makes of models?"""

    sqlglot_dialect = ""
    """What does sqlglot call this database? Empty: standard SQL."""

    rewrites_expressions = False
    """Does the catalog have expressions in the database's own words, so that it must be asked?"""

    system_schemas: Set[str] = frozenset({"information_schema"})
    """Which schemas are the database's own?"""

    schemas_are_databases = False
    """Is a schema a whole database, of another application perhaps?"""

    moves_tables = False
    """Is there a statement that moves a table, a type, a sequence to another schema?"""

    type_synonyms: Sequence[set[str]] = ({"NUMERIC", "DECIMAL"},)
    """Which type names, in capitals, mean the same type?"""

    type_arg_extract: Sequence[str] = ()
    """Which patterns find arguments of a type that stand outside its parentheses?"""

    table_options: Set[str] = frozenset()
    """Which options of an existing table can be changed?"""

    # read and normalise: the reader's functions

    @cached_property
    def _reader(self) -> Reader:
        return cast("Reader", importlib.import_module(self.reader))

    def read_schema(self, connection: Connection, scope: ReadScope) -> SchemaFacts:
        """What is in the database?"""
        return self._reader.read_schema(connection, scope)

    def read_definitions(self, connection: Connection, scope: ReadScope) -> Sequence[Definition]:
        """What is in the schemas that no directive builds? Statements, in an order that works."""
        return self._reader.read_definitions(connection, scope)

    def read_model_objects(
        self, metadata_list: Sequence[MetaData], default_schema: str | None
    ) -> SchemaFacts:
        """Which types and sequences do the models need, beside their tables?"""
        return self._reader.read_model_objects(metadata_list, self.dialect, default_schema)

    def sequence_arguments(self, options: Options) -> dict[str, Any]:
        """What has to be said to create a sequence with these options?"""
        return self._reader.sequence_arguments(options)

    def probe_domains(
        self, connection: Connection, domains: Mapping[TableKey, DomainFacts]
    ) -> Mapping[TableKey, DomainFacts]:
        """How does the database itself normalise these domains? What it can't say is left out."""
        return self._reader.probe_domains(connection, domains)

    def normal_type(self, type_: TypeEngine[Any]) -> str:
        """How does `read_schema` report a column of this type?"""
        return self._reader.normal_type(self.dialect, type_)

    def normal_default(self, column: Column[Any]) -> str | None:
        """How does `read_schema` report this column's server default?"""
        return self._reader.normal_default(self.dialect, column)

    def normal_expression(self, sql: str) -> str:
        """What is the normal form of an expression, as far as text alone tells?"""
        return self._reader.normal_expression(sql)

    def own_expression(self, sql: str, table_name: str) -> str:
        """What is the normal form of an expression on a table that it may name? Without its name."""
        return self.normal_expression(without_table(sql, table_name))

    def normal_word(self, word: str) -> str:
        """How does an expression in normal form have this string?"""
        return self.normal_expression(sqla.ddl_text(self.dialect, literal(word)))

    def normal_name(self, name: str) -> str:
        """How does an expression in normal form have the name of a column? As SQLAlchemy quotes it."""
        return sqla.quote(self.dialect, name)

    def adjust_model_table(self, facts: TableFacts, table: Table) -> TableFacts:
        """What does this database make of a model's table?"""
        return self._reader.adjust_model_table(self.dialect, facts, table)

    def domain_type(self, facts: DomainFacts) -> TypeEngine[Any]:
        """How does SQLAlchemy say a domain? By its name alone."""
        return DatabaseType(facts.key.name)

    def is_parent_of_partitions(self, facts: TableFacts) -> bool:
        """Do tables of their own, that models need not know, hang on this one? No."""
        return False

    def foreign_key_after_rename(self, name: str, old_table: str, new_table: str) -> str:
        """What becomes of a foreign key's name when its table gets another one? It stays."""
        return name

    def column_sequence(self, table_name: str, column_name: str) -> str | None:
        """How is the sequence of a new column called that counts up? There is none."""
        return None

    def taken_options(self, database: TableFacts, model: TableFacts) -> Options:
        """Which options of the models does a table take that is there, forgetting none? All."""
        return model.options

    def puts_referred_tables_first(self, names: Set[str], options: Options) -> bool | None:
        """Do tables that this one refers to get these options before it? None: whenever they will."""
        return None

    def columns_under_options(self, facts: TableFacts, names: Set[str]) -> frozenset[str]:
        """Which columns of a table change along with these options of it? None."""
        return frozenset()

    def remakes_indexes(self, before: Options, after: Options) -> bool:
        """Do indexes become what can't be known when a table's options change? No: they stay."""
        return False

    def option_words(self, table: Table) -> Mapping[str, Mapping[str, Any]]:
        """Which options does a table say otherwise than facts do? By option, its arguments; none."""
        return {}

    def complete_table(self, facts: TableFacts, table: Table) -> None:
        """What does a Table made from the database's facts lack? Changed in place; nothing."""

    def probe_tables(self, connection: Connection, tables: Sequence[Table]) -> Probe:
        """How does the database itself normalise these tables? What it can't say is left out."""
        return self._reader.probe_tables(self.dialect, connection, tables)

    def canonical_expression(self, sql: str, types: Mapping[str, str]) -> str | None:
        """What is the canonical form of an expression over columns of these types, to sqlglot?

        None if it can't read it.
        """
        from .canonical import canonical_expression  # lazy: running a migration compares nothing

        return canonical_expression(sql, self.sqlglot_dialect, types)

    # compare

    computed_columns_hold_types = False
    """Does a computed column keep the columns in its expression from changing their type?"""

    alters_autoincrement = False
    """Does ALTER decide whether a column counts up by itself?"""

    def numbers_key(self, column: Column[Any]) -> bool:
        """Does a new column of a key get a number for each row? Where SQLAlchemy lets it count up."""
        table: Table | None = getattr(column, "table", None)
        if table is not None:
            return table.autoincrement_column is column
        return isinstance(column.type, Integer) and bool(column.autoincrement)

    def default_brings_type(self, before: str | None, after: str | None) -> bool:
        """Must an alteration of the default say the column's type again? No."""
        return False

    def replaces_column(self, before: ColumnFacts, after: ColumnFacts) -> bool:
        """Must a column whose computed expression differs be dropped and added? Where ALTER can't."""
        return True

    def conversion(self, column_name: str, before: str, after: str) -> dict[str, Any]:
        """Which arguments of `alter_column` make the rows another type? None are needed."""
        return {}

    def joins_types(self, one: TypeEngine[Any], other: TypeEngine[Any]) -> bool:
        """Can a foreign key go from a column of one of the types to one of the other? It can."""
        return True

    # compare: hooks of third parties

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> bool:
        """Do the types differ? Not where the database reports them alike; else by name and arguments."""
        found, wanted = inspector_column.type, metadata_column.type
        collations = {getattr(each, "collation", None) for each in (found, wanted)}
        if len(collations) == 1 and self.normal_type(found) == self.normal_type(wanted):
            return False
        from .compare import types_differ  # lazy: as above

        return types_differ(
            self.dialect,
            found,
            wanted,
            synonyms=self.type_synonyms,
            extract=self.type_arg_extract,
        )

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Do the server defaults differ? By their normal forms, a string's with its quotes."""
        found, wanted = (
            None if sql is None else self.normal_expression(sql)
            for sql in (rendered_inspector_default, rendered_metadata_default)
        )
        return found not in (wanted, self.normal_default(metadata_column))

    def correct_for_autogen_constraints(
        self,
        conn_uniques: set[UniqueConstraint],
        conn_indexes: set[Index],
        metadata_unique_constraints: set[UniqueConstraint],
        metadata_indexes: set[Index],
    ) -> None:
        """Change these sets where the database reports constraints its own way: not needed."""

    def correct_for_autogen_foreignkeys(
        self,
        conn_fks: set[ForeignKeyConstraint],
        metadata_fks: set[ForeignKeyConstraint],
    ) -> None:
        """Change these sets where the database reports foreign keys its own way: not needed."""

    def autogen_column_reflect(
        self, inspector: Inspector, table: Table, column_info: dict[str, Any]
    ) -> None:
        """Change what reflection says of a column: not needed."""
