"""MySQL and MariaDB: a column is changed by writing it again in full, and DDL commits.

flags · emit · render; `read` reads and normalises
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, Dialect, TableClause, inspect, table
from sqlalchemy import text as sql_text  # `text` is a module of this package
from sqlalchemy.schema import (
    CheckConstraint,
    Computed,
    Constraint,
    DefaultClause,
    DropConstraint,
    Identity,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy.sql.elements import BinaryExpression, Cast, ClauseElement, Grouping, TextClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import DateTime, TypeEngine, to_instance

from limbeck import sqla
from limbeck.ddl.base import IdentityColumnDefault
from limbeck.ddl.impl import DefaultImpl
from limbeck.ddl.mysql import modes, partitions
from limbeck.ddl.mysql import options as of_tables
from limbeck.ddl.mysql.elements import (
    AlterOptions,
    LiftSequence,
    MySQLAlterDefault,
    MySQLChangeColumn,
    MySQLModifyColumn,
    MySQLRenameColumn,
)
from limbeck.ddl.mysql.rows import MySQLRows
from limbeck.ddl.renames import MoveTable, RenameSequence
from limbeck.logs import logger_of
from limbeck.schema.facts import TableKey
from limbeck.schema.options import own_options

if TYPE_CHECKING:
    from limbeck.ddl.rebuild import TableRebuild
    from limbeck.schema.facts import ColumnFacts, Options, TableFacts
    from limbeck.schema.probe import Probe

__all__ = [
    "MariaDBImpl",
    "MySQLAlterDefault",
    "MySQLChangeColumn",
    "MySQLImpl",
    "MySQLModifyColumn",
]

log = logger_of(__name__)


class MySQLImpl(MySQLRows, DefaultImpl):
    """MySQL."""

    __dialect__ = "mysql"
    reader = "limbeck.ddl.mysql.read"

    transactional_ddl = False
    renames_constraints = False
    views_follow_renames = False
    folds_names = True
    shared_names = frozenset({"foreign_key"})
    primary_key_name = "PRIMARY"
    counts_only_in_keys = True
    finds_checks = True
    foreign_keys_hold_columns = True
    alters_autoincrement = True
    rewrites_expressions = True
    sqlglot_dialect = "mysql"
    system_schemas = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
    schemas_are_databases = True
    moves_tables = True
    table_options = of_tables.ALTERABLE
    type_synonyms = ({"NUMERIC", "DECIMAL"}, {"BOOL", "TINYINT"}, {"JSON", "LONGTEXT"})
    type_arg_extract = (r"character set ([\w\-_]+)", r"collate ([\w\-_]+)")

    def __init__(self, dialect: Dialect, *arg: Any, **kw: Any) -> None:
        super().__init__(dialect, *arg, **kw)
        self.supports_index_if_not_exists = self.is_mariadb
        self._was_for_driver = self.as_sql and sqla.doubles_percents(dialect)

    def foreign_key_after_rename(self, name: str, old_table: str, new_table: str) -> str:
        """What becomes of its name? InnoDB's own, `table_ibfk_1`, follow the table."""
        rest = name.removeprefix(f"{old_table}_ibfk_")
        return f"{new_table}_ibfk_{rest}" if rest != name and rest.isdigit() else name

    @property
    def is_mariadb(self) -> bool:
        """Is it MariaDB? A url that says mysql can lead to one."""
        return bool(getattr(self.dialect, "is_mariadb", False))

    @property
    def has_rename_column(self) -> bool:
        """Is there ALTER TABLE … RENAME COLUMN?"""
        return self.has_server_version(*((10, 5, 2) if self.is_mariadb else (8, 0)))

    @property
    def keeps_checks(self) -> bool:
        """Does the server keep checks, or only read over them?"""
        return self.has_server_version(*((10, 2, 1) if self.is_mariadb else (8, 0, 16)))

    def replaces_column(self, before: ColumnFacts, after: ColumnFacts) -> bool:
        """Must the column be dropped and added? MODIFY does all that leaves a stored one stored."""
        computed = [each.computed for each in (before, after) if each.computed is not None]
        if len(computed) == 2:
            return computed[0].persisted != computed[1].persisted
        return not computed[0].persisted

    def default_brings_type(self, before: str | None, after: str | None) -> bool:
        """Must the type be said again with a default? With ON UPDATE, which only MODIFY changes."""
        return any(" ON UPDATE " in (default or "") for default in (before, after))

    # emit

    def move_table(
        self, table_name: str, new_table_name: str, new_schema: str | None, *, schema: str | None
    ) -> None:
        """Move and rename by one statement."""
        self._exec(MoveTable(table_name, new_table_name, new_schema, schema=schema))

    def alter_sequence(self, name: str, schema: str | None, options: Mapping[str, Any]) -> None:
        """Alter it; one that has not counted begins at its start, another goes on within its limits.

        A script can't look whether it has.
        """
        from limbeck.ddl.mysql import sequences  # lazy: it reads the database

        self._check_sequences(name)
        if not (self.as_sql or sequences.has_counted(self._connected(), TableKey(schema, name))):
            options = {**options, "restart": True}
        elif (increment := options.get("increment")) is None:
            self._lift_sequence(name, schema, options, "minvalue", "maxvalue")
        else:
            self._lift_sequence(name, schema, options, "minvalue" if increment > 0 else "maxvalue")
        super().alter_sequence(name, schema, options)

    def _lift_sequence(
        self, name: str, schema: str | None, options: Mapping[str, Any], *limits: str
    ) -> None:
        for limit in limits:
            if limit in options:
                self._exec(LiftSequence(name, schema, {limit: options[limit]}))

    def set_schema(
        self, type_: str, name: str, new_schema: str | None, *, schema: str | None
    ) -> None:
        """Move a sequence as a table; it goes on after the numbers in its cache."""
        if type_ == "sequence":
            element = MoveTable(name, name, new_schema, schema=schema)
            self._move_sequence(TableKey(schema, name), TableKey(new_schema, name), element)
        else:
            super().set_schema(type_, name, new_schema, schema=schema)

    def rename_sequence(
        self, old_name: str, new_name: str, *, schema: str | None = None, if_exists: bool = False
    ) -> None:
        """Rename a sequence as a table; it goes on after the numbers in its cache."""
        if self.dialect.supports_sequences:
            element = RenameSequence(old_name, new_name, schema, if_exists=if_exists)
            self._move_sequence(TableKey(schema, old_name), TableKey(schema, new_name), element)
        else:
            super().rename_sequence(old_name, new_name, schema=schema, if_exists=if_exists)

    def _move_sequence(
        self, old: TableKey, new: TableKey, element: MoveTable | RenameSequence
    ) -> None:
        from limbeck.ddl.mysql import sequences  # lazy: it reads the database

        if self.as_sql:
            log.warning("A script can't look which defaults count by %s: alter them by hand", old)
            self._exec(element)
        else:
            sequences.move_sequence(self, old, new, element)

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        schema: str | None = None,
        existing_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        autoincrement: bool | None = None,
        existing_autoincrement: bool | None = None,
        comment: str | Literal[False] | None = False,
        existing_comment: str | None = None,
        existing_attributes: str | None = None,
        **kw: Any,
    ) -> None:
        """Change a column; what is not given of it comes from the `existing_…` arguments.

        Raises CommandError where the column has to be written in full and its type is not given.
        """
        full_type = type_ if type_ is not None else existing_type
        alters = nullable is not None or type_ is not None or autoincrement is not None
        rewrites = alters or comment is not False or _is_computed(server_default)
        rewrites = rewrites or (
            server_default is not False and _is_computed(existing_server_default)
        )
        is_time = _is_time_default(full_type, server_default)
        if isinstance(server_default, Identity) or _drops_identity(
            server_default, existing_server_default
        ):
            self._exec(
                IdentityColumnDefault(table_name, column_name, server_default, self, schema=schema)
            )
        only_renames = name is not None and not rewrites and server_default is False
        if name is not None and only_renames and full_type is None and self.has_rename_column:
            self._exec(MySQLRenameColumn(table_name, column_name, name, schema=schema))
            return
        if not (name is not None or is_time or rewrites):
            if server_default is not False:
                self._exec(MySQLAlterDefault(table_name, column_name, server_default, schema))
            return
        in_full: dict[str, Any] = {
            "schema": schema,
            "newname": name if name is not None else column_name,
            "type_": full_type,
            "nullable": _given(nullable, otherwise=_given(existing_nullable, otherwise=True)),
            "default": existing_server_default if server_default is False else server_default,
            "autoincrement": _given(autoincrement, otherwise=existing_autoincrement),
            "comment": existing_comment if comment is False else comment,
            "attributes": existing_attributes,
        }
        element = MySQLChangeColumn if name is not None or is_time else MySQLModifyColumn
        self._exec(element(table_name, column_name, **in_full))

    def create_table(self, table: Table, **kw: Any) -> None:
        """Create a table; in a script its partitions have no `%` doubled for a driver."""
        given = dict(table.kwargs)
        if self._was_for_driver:
            table.kwargs.update(partitions.from_driver(given))
        try:
            super().create_table(table, **kw)
        finally:
            table.kwargs.update(given)

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Drop a constraint; the check of a type only where the server keeps checks."""
        if isinstance(const, CheckConstraint) and sqla.is_type_bound(const):
            if not self.keeps_checks:
                return
            if sqla.final_name(const, self.dialect) is None:
                log.warning("The check that a type brought to %s has no name: kept", const.table)
                return
        if isinstance(const, CheckConstraint) and "condition" in const.info:
            from limbeck.ddl.mysql import checks  # lazy: it reads the database

            self._exec(checks.drop_statement(self, const))
            return
        if isinstance(const, PrimaryKeyConstraint):
            self._exec(DropConstraint(const, **kw))
            return
        super().drop_constraint(const, **kw)

    def rename_constraint(
        self,
        table_name: str,
        old_name: str,
        new_name: str,
        *,
        schema: str | None = None,
        type_: str | None = None,
    ) -> None:
        """Rename a constraint: a unique one is an index, the others are made again."""
        from limbeck.ddl.mysql import renames  # lazy: it reads the database

        renames.rename_constraint(self, table_name, old_name, new_name, schema, type_)

    def table_rebuild(self, table_name: str, schema: str | None) -> TableRebuild:
        """How is a table replaced? With its triggers and the keys that refer to it."""
        from limbeck.ddl.mysql import rebuild  # lazy: only a batch on a connection needs it

        if self.as_sql:
            return super().table_rebuild(table_name, schema)
        return rebuild.MySQLRebuild(self, table_name, schema)

    def alter_table_options(
        self,
        table_name: str,
        options: Mapping[str, Any],
        existing: Mapping[str, Any],
        *,
        schema: str | None = None,
    ) -> None:
        """Change options; the columns that have the table's collation keep having it."""
        own = own_options(options, self.dialect)
        own.pop("prefixes", None)
        clauses = of_tables.alter_clauses(own, self.dialect, self._table_defaults, schema)
        if of_tables.changes_collation(own):
            clauses += self._following_columns(table_name, schema)
        if clauses:
            self._exec(AlterOptions(table_name, clauses, schema=schema))
        if any(name.lower() in partitions.OPTIONS for name in own):
            clause = self._partition_clause(own, own_options(existing, self.dialect))
            self._exec(AlterOptions(table_name, [clause], schema=schema))

    def _partition_clause(self, options: Mapping[str, Any], existing: Mapping[str, Any]) -> str:
        if self._was_for_driver:
            options, existing = (partitions.from_driver(each) for each in (options, existing))
        old, new = partitions.given_text(existing), partitions.given_text(options)
        if self.connection is None or self.as_sql or new is None:
            return partitions.alteration(old, new)
        return partitions.alteration(old, new, partitions.ask_values(self.connection, new))

    def show_create(self, table: TableClause) -> str:
        """Return what SHOW CREATE TABLE says."""
        connection = self._connected()
        name = self.dialect.identifier_preparer.format_table(table)
        with modes.names_in_backticks(connection):
            return str(connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").one()[1])

    def _following_columns(self, table_name: str, schema: str | None) -> list[str]:
        """Return MODIFY clauses; none in a script, which can't look."""
        if self.as_sql:
            log.warning(
                "The script changes the collation of table %s for columns to come: a script can't "
                "look which columns follow it. Alter those that shall.",
                table_name,
            )
            return []
        definitions = of_tables.following_columns(
            self.show_create(table(table_name, schema=schema))
        )
        return [f"MODIFY {sqla.for_driver(self.dialect, each)}" for each in definitions]

    # read and normalise

    @property
    def _table_defaults(self) -> of_tables.TableDefaults:
        if self.as_sql or self.connection is None:
            return of_tables.UNKNOWN
        found: of_tables.TableDefaults
        if "table_defaults" not in self.memo:
            self.memo["table_defaults"] = of_tables.read_defaults(self.connection)
        found = self.memo["table_defaults"]
        return found

    def normal_expression(self, sql: str) -> str:
        """What is the normal form of an expression? Names in double quotes may be strings."""
        return super().normal_expression(modes.with_backticks(sql, self.dialect))

    def adjust_model_table(self, facts: TableFacts, table: Table) -> TableFacts:
        """What does this database make of a model's table? Without what it would do unasked."""
        facts = super().adjust_model_table(facts, table)
        return of_tables.without_defaults(facts, self._table_defaults)

    def probe_tables(self, connection: Connection, tables: Sequence[Table]) -> Probe:
        """How does the database itself normalise these tables?"""
        probe = super().probe_tables(connection, tables)
        found = {
            key: of_tables.without_defaults(facts, self._table_defaults)
            for key, facts in probe.facts.items()
        }
        return replace(probe, facts=found)

    def columns_under_options(self, facts: TableFacts, names: Set[str]) -> frozenset[str]:
        """Which columns change along with options? Those of text along with the collation."""
        if "collate" not in names:
            return frozenset()
        return frozenset(
            column.name
            for column in facts.columns
            if column.collation is None and of_tables.has_collation(column.type)
        )

    def remakes_indexes(self, before: Options, after: Options) -> bool:
        """Do indexes become what can't be known? One engine keeps words that only another heeds."""
        default = self._table_defaults.engine
        engines = {dict(options).get("engine", default) for options in (before, after)}
        return len(engines) > 1 and of_tables.HASHING_ENGINE in engines

    def puts_referred_tables_first(self, names: Set[str], options: Options) -> bool | None:
        """Do referred tables go before? Foreign keys need an engine that has them, on both sides."""
        if "engine" not in names:
            return None
        return dict(options).get("engine", "InnoDB") == "InnoDB"

    def option_words(self, table: Table) -> Mapping[str, Mapping[str, Any]]:
        """Which options does a table say otherwise than facts do? Character set and partitions."""
        return of_tables.option_words(table, self.dialect)

    def complete_table(self, facts: TableFacts, table: Table) -> None:
        """Say partitions in the server's words, and defaults that are expressions in parentheses."""
        # lazy: as all that reads
        from limbeck.ddl.mysql.defaults import is_expression_only, stands_alone
        from limbeck.ddl.mysql.model import with_words

        if (partitioning := dict(facts.options).get("partition_by")) is not None:
            words = self._partition_words(facts, partitioning)
            keyword = f"{self.dialect.name}_partition_by"
            table.kwargs[keyword] = sqla.for_driver(self.dialect, words)
        for column in table.columns:
            column.type = with_words(column.type, self.dialect)
            default = column.server_default
            if isinstance(default, DefaultClause) and isinstance(default.arg, TextClause):
                sql, found = default.arg.text, facts.column(column.name)
                is_large = found is not None and is_expression_only(found.type)
                if not stands_alone(sql, are_calls_bare=self.is_mariadb) or (
                    is_large and not self.is_mariadb
                ):
                    column.server_default = DefaultClause(sql_text(f"({sql})"))

    def _partition_words(self, facts: TableFacts, otherwise: str) -> str:
        """Return how the server says partitions; not if the table or a column is renamed first."""
        (schema, name), columns = facts.key, [column.name for column in facts.columns]
        if not inspect(self._connected()).has_table(name, schema):
            return otherwise
        shown = partitions.shown_text(self.show_create(table(name, schema=schema)))
        is_same = shown is not None and str(partitions.parse(shown, columns)) == otherwise
        return shown if shown is not None and is_same else otherwise

    # render

    def render_ddl_sql_expr(
        self,
        expr: ClauseElement,
        is_server_default: bool = False,
        is_index: bool = False,
        **kw: Any,
    ) -> str:
        """Return the SQL of an expression; in an index it stands in parentheses."""
        if is_index and isinstance(expr, BinaryExpression | Cast | FunctionElement):
            expr = Grouping(expr)
        return super().render_ddl_sql_expr(expr, is_server_default=is_server_default, **kw)


class MariaDBImpl(MySQLImpl):
    """MariaDB, by a url that says so."""

    __dialect__ = "mariadb"

    @property
    def has_sequences(self) -> bool:
        """Are there sequences? SQLAlchemy knows it of a server; a script is for a new one."""
        return self.as_sql or self.dialect.supports_sequences


def _given(value: bool | None, *, otherwise: bool | None) -> bool | None:
    return otherwise if value is None else value


def _is_computed(default: Any) -> bool:
    return isinstance(default, Computed)


def _drops_identity(server_default: Any, existing: Any) -> bool:
    return server_default is not False and isinstance(existing, Identity)


def _is_time_default(type_: Any, server_default: Any) -> bool:
    """Tell whether the default is the current time of a date column: before 8.0.13 no ALTER … SET."""
    if server_default is None or server_default is False or type_ is None:
        return False
    if not isinstance(to_instance(type_), DateTime):
        return False
    sql = str(getattr(server_default, "arg", server_default))
    return re.match(r"\(?(current_timestamp|now)\b", sql, re.IGNORECASE) is not None
