"""SQLite: what its ALTER TABLE can do (rename, add, drop), and a clear refusal of the rest.

Everything else is done by recreating the table, in `op.batch_alter_table`; which batch needs it
is answered here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CheckConstraint, Column, Computed, Constraint, DefaultClause, Table
from sqlalchemy.sql.elements import ClauseElement, quoted_name
from sqlalchemy.types import TypeEngine, to_instance

from limbeck import sqla
from limbeck.ddl.base import (
    ColumnName,
    RenameTable,
    alter_table,
    format_column_name,
    format_table_name,
)
from limbeck.ddl.impl import DefaultImpl, RecordedBatch
from limbeck.ddl.sqlite import transaction
from limbeck.ddl.sqlite.renames import index_renaming
from limbeck.errors import UnsupportedOperationError
from limbeck.logs import logger_of
from limbeck.schema.options import column_arguments, own_options
from limbeck.types import DatabaseType

if TYPE_CHECKING:
    from limbeck.ddl.rebuild import TableRebuild
    from limbeck.ddl.sqlite.script import ScriptDatabase
    from limbeck.schema.facts import ColumnFacts, TableFacts

log = logger_of(__name__)

_IN_PLACE = {
    "create_index",
    "drop_index",
    "rename_index",
    "create_table_comment",
    "set_constraint_comment",
    "drop_table_comment",
}
_BATCH = (
    "Put it into a batch, which recreates the table and keeps its rows:\n"
    "    with op.batch_alter_table({table!r}{schema}) as batch_op:\n"
    "        batch_op.{call}\n"
    "Autogenerate writes batches with `render_as_batch = true` in the configuration."
)


class SQLiteImpl(DefaultImpl):
    """SQLite."""

    __dialect__ = "sqlite"
    reader = "limbeck.ddl.sqlite.read"

    transactional_ddl = False
    """Each revision is a transaction of its own; a script has none, as ever."""

    supports_alter = False
    folds_names = True
    limits_values = False
    renames_constraints = False
    shared_names = frozenset({"index", "table"})
    supports_index_if_not_exists = True
    table_options = frozenset({"autoincrement", "strict", "with_rowid"})

    undoes_ddl = True
    """SQLite does; `begin_online` sees to it that the driver has begun."""

    prepares_rebuilds = True
    """Foreign keys can't be switched off within a transaction."""

    def replaces_column(self, before: ColumnFacts, after: ColumnFacts) -> bool:
        """Must the column be dropped and added? No: the table is built anew in any case."""
        return False

    def numbers_key(self, column: Column[Any]) -> bool:
        """Does a new column of a key get a number? Only the rowid: INTEGER, and the whole key."""
        table = column.table
        has_rowid = table.dialect_options["sqlite"]["with_rowid"] is not False
        is_rowid = has_rowid and len(table.primary_key.columns) == 1
        return is_rowid and self.normal_type(column.type) == "INTEGER"

    # emit: transactions

    def begin_online(self) -> None:
        """Send the BEGIN that Python's driver saves until the first change of a row."""
        self.memo["transaction"] = transaction.begin(
            self._connected(), may_rebuild=self.may_rebuild
        )

    def check_before_commit(self) -> None:
        """Refuse rows that refer to nothing where foreign keys were not enforced meanwhile."""
        transaction.check(self._connected(), self.memo.get("transaction"))

    def end_online(self) -> None:
        """Enforce foreign keys again where they were."""
        transaction.end(self._connected(), self.memo.pop("transaction", None))

    # emit

    def static_output(self, text: str) -> None:
        """Write text to the SQL script, and remember it: a batch asks what the script has made."""
        super().static_output(text)
        self.memo.setdefault("written", []).append(text)

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
        comment: Any = False,
        **kw: Any,
    ) -> None:
        """Rename a column; raises UnsupportedOperationError for all else that can change."""
        changes = nullable is not None or server_default is not False or type_ is not None
        if changes or column_arguments(self.dialect, kw):
            raise _unsupported(
                "change",
                f"the column {column_name} of",
                table_name,
                schema,
                f"alter_column({column_name!r}, ...)",
            )
        if comment:
            log.warning("SQLite keeps no comments: %s.%s gets none", table_name, column_name)
        if name is not None:
            super().alter_column(table_name, column_name, name=name, schema=schema, **kw)

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | quoted_name | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        """Add a column; raises UnsupportedOperationError where only a recreated table can have it."""
        obstacle = _obstacle(column)
        if column.foreign_keys and not inline_references:
            obstacle = "with a foreign key"
        if obstacle:
            raise _unsupported(
                "add",
                f"the column {column.name} ({obstacle}) to",
                table_name,
                schema,
                f"add_column(sa.Column({str(column.name)!r}, ...))",
            )
        if if_not_exists and self._has_column(table_name, schema, column.name):
            return
        super().add_column(
            table_name,
            column,
            schema=schema,
            inline_references=inline_references,
            inline_primary_key=inline_primary_key,
        )

    def drop_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a column."""
        if if_exists and not self._has_column(table_name, schema, column.name):
            return
        super().drop_column(table_name, column, schema=schema)

    def _has_column(self, table_name: str, schema: str | None, name: str) -> bool:
        """Look for a column: ALTER TABLE has no IF EXISTS."""
        if self.as_sql:
            raise UnsupportedOperationError(
                f"Can't write IF [NOT] EXISTS for the column {table_name}.{name} to a SQL script: "
                f"SQLite has none. Leave it out, or run the migration on a database."
            )
        columns = inspect(self._connected()).get_columns(table_name, schema=schema)
        return any(column["name"] == name for column in columns)

    def add_constraint(self, const: Any, **kw: Any) -> None:
        """Refuse; the check that Boolean or Enum bring is left out with a warning."""
        if not sqla.is_type_bound(const):
            raise _unsupported_constraint("add", const)
        if sqla.passes_create_rule(const, self):
            log.warning("SQLite can't add the check of a type to the existing table: left out")

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Refuse; the check that Boolean or Enum bring is passed over."""
        if not sqla.is_type_bound(const):
            raise _unsupported_constraint("drop", const)

    def rename_index(
        self, table_name: str, old_name: str, new_name: str, *, schema: str | None = None
    ) -> None:
        """Rename an index: make it again from the text SQLite kept."""
        if not self.as_sql:
            connection = self._connected()
            for sql in index_renaming(connection, table_name, old_name, new_name, schema):
                connection.exec_driver_sql(sql)
            return
        made = self._made_by_script()
        if schema is not None or not made.knows(table_name):
            raise UnsupportedOperationError(
                f"Can't write the renaming of the index {old_name} of {table_name} to a SQL "
                f"script: SQLite has no statement for it. Drop the index and create it anew."
            )
        for sql in index_renaming(made.connection(), table_name, old_name, new_name, None):
            self.static_output(self._terminated(sql))

    def rename_constraint(
        self,
        table_name: str,
        old_name: str,
        new_name: str,
        *,
        schema: str | None = None,
        type_: str | None = None,
    ) -> None:
        """Refuse: only a recreated table has other names."""
        raise _unsupported(
            "rename",
            f"the constraint {old_name} of",
            table_name,
            schema,
            f"rename_constraint({str(old_name)!r}, {str(new_name)!r})",
        )

    def alter_table_options(
        self,
        table_name: str,
        options: Mapping[str, Any],
        existing: Mapping[str, Any],
        *,
        schema: str | None = None,
    ) -> None:
        """Refuse: only a recreated table has other options."""
        own = own_options(options, self.dialect)
        own.pop("prefixes", None)
        if own:
            call = ", ".join(f"sqlite_{name}={own[name]!r}" for name in sorted(own))
            what = f"{', '.join(sorted(own)).upper()} of"
            raise _unsupported("change", what, table_name, schema, f"alter_table_options({call})")

    def create_schema(self, name: str, *, if_not_exists: bool) -> None:
        """Refuse: a schema is an attached file, which lasts as long as the connection."""
        raise UnsupportedOperationError(
            f"Can't create the schema {name}: on SQLite it is a file that is attached. Attach it "
            "in env.py, before the migrations run."
        )

    def drop_schema(self, name: str, *, if_empty: bool) -> None:
        """Refuse, too."""
        raise UnsupportedOperationError(
            f"Can't drop the schema {name}: on SQLite it is a file that is attached. Detach it."
        )

    def create_table_comment(self, table: Table) -> None:
        """Say that there are no comments."""
        log.warning("SQLite keeps no comments: %s gets none", table.name)

    def drop_table_comment(self, table: Table) -> None:
        """Do nothing: there are no comments."""

    def create_column_comment(self, column: Column[Any]) -> None:
        """Say that there are no comments."""
        log.warning("SQLite keeps no comments: %s gets none", column)

    # emit: batch

    def requires_recreate_in_batch(self, batch_op: RecordedBatch) -> bool:
        """Does any of this need a recreated table: all but indexes and simple new columns?"""
        return any(not _is_in_place(*recorded) for recorded in batch_op.batch)

    def table_rebuild(self, table_name: str, schema: str | None) -> TableRebuild:
        """How is a table replaced? With its triggers, views and the keys that refer to it."""
        from . import rebuild, script  # lazy: only a batch needs them

        schema = None if schema == "main" else schema  # they are the same
        if self.as_sql:
            return script.ScriptRebuild(self, table_name, schema, self._made_by_script())
        return rebuild.SQLiteRebuild(self, table_name, schema)

    def _made_by_script(self) -> ScriptDatabase:
        """Return what the script has made so far, and if need be the revisions before it."""
        from . import script  # lazy: most scripts never ask

        if "script" not in self.memo:
            written = self.memo.setdefault("written", [])
            self.memo["script"] = script.ScriptDatabase(written, self.history)
        made: ScriptDatabase = self.memo["script"]
        return made

    def cast_for_batch_migrate(
        self,
        existing: Column[Any],
        existing_transfer: dict[str, Any],
        new_type: TypeEngine[Any] | type[TypeEngine[Any]],
    ) -> None:
        """Convert the rows' values to a new kind of type where a recreated table copies them."""
        from .casts import converted  # lazy: only a batch needs it

        value = existing_transfer["expr"]
        existing_transfer["expr"] = converted(value, existing.type, to_instance(new_type))

    # read and normalise

    def normal_name(self, name: str) -> str:
        """How does an expression in normal form have the name of a column? Bare, if it can be."""
        from .text import LEXICON  # lazy: few comparisons find renames

        return LEXICON.quoted(name)

    def own_expression(self, sql: str, table_name: str) -> str:
        """Leave out the table before its columns, however it is quoted."""
        from .text import normal_expression  # lazy: few scripts have a check

        return normal_expression(sql, table=table_name)

    def complete_table(self, facts: TableFacts, table: Table) -> None:
        """Say AUTOINCREMENT where the database does, and types that SQLAlchemy has no class for.

        An integer key counts up without it, too; of an unknown type it makes NUMERIC.
        """
        for column in table.columns:
            fact = facts.column(column.name)
            if fact is not None and fact.type and self.normal_type(column.type) != fact.type:
                column.type = DatabaseType(fact.type)
        for column in table.primary_key.columns:
            known = facts.column(column.name)
            column.autoincrement = "auto"
            if known is not None and known.autoincrement:
                table.dialect_kwargs["sqlite_autoincrement"] = True
                say_key_conflict(table)

    # render

    def render_ddl_sql_expr(
        self, expr: ClauseElement, is_server_default: bool = False, **kw: Any
    ) -> str:
        """Return the SQL of an expression; a default that is no literal stands in parentheses."""
        sql = super().render_ddl_sql_expr(expr, is_server_default=is_server_default, **kw)
        return f"({sql})" if is_server_default and not _stands_alone(sql) else sql


@compiles(RenameTable, "sqlite")
def visit_rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} RENAME TO {format_table_name(compiler, element.new_table_name, None)}"


@compiles(ColumnName, "sqlite")
def visit_column_name(element: ColumnName, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    old = format_column_name(compiler, element.column_name)
    return f"{table} RENAME COLUMN {old} TO {format_column_name(compiler, element.newname)}"


def say_key_conflict(table: Table) -> None:
    """Let the key's only column say what the key does on a conflict, too.

    SQLAlchemy writes the key of a column that counts with the column, and asks that alone.
    """
    conflict = table.primary_key.dialect_options["sqlite"]["on_conflict"]
    columns = list(table.primary_key.columns)
    if conflict is not None and len(columns) == 1:
        columns[0].dialect_kwargs["sqlite_on_conflict_primary_key"] = conflict


def _obstacle(column: Column[Any]) -> str | None:
    """Say why SQLite's ADD COLUMN refuses the column whatever the table holds, None if it doesn't."""
    if column.primary_key:
        return "PRIMARY KEY"
    if column.unique and not column.index:
        return "UNIQUE"
    if isinstance(column.computed, Computed):
        return "STORED" if column.computed.persisted else None
    if not column.nullable and column.server_default is None:
        return "NOT NULL without a default"
    return None


def _is_in_place(name: str, arguments: Sequence[Any], *_: Any) -> bool:
    if name == "alter_table_options":
        return not any(str(option).startswith("sqlite_") for option in arguments[1])
    if name != "add_column":
        return name in _IN_PLACE
    column = next(item for item in arguments if isinstance(item, Column))
    default = column.server_default
    is_expression = isinstance(default, DefaultClause) and isinstance(default.arg, ClauseElement)
    has_own = column.unique or column.foreign_keys or column.constraints or _bound_check(column)
    return not (is_expression or has_own or _obstacle(column))


def _bound_check(column: Column[Any]) -> bool:
    table: Any = column.table
    return table is not None and any(
        isinstance(item, CheckConstraint) and sqla.is_type_bound(item) for item in table.constraints
    )


_CREATED_BY = {
    "Check": "create_check_constraint",
    "ForeignKey": "create_foreign_key",
    "PrimaryKey": "create_primary_key",
    "Unique": "create_unique_constraint",
}
"""The operation that adds each kind of constraint."""


def _stands_alone(sql: str) -> bool:
    from .text import stands_alone  # lazy: few scripts have a default to write

    return stands_alone(sql)


def _unsupported_constraint(verb: str, constraint: Constraint) -> UnsupportedOperationError:
    kind = type(constraint).__name__.removesuffix("Constraint")
    subject = f"the {kind} constraint {constraint.name or 'without a name'}"
    call = (
        f"drop_constraint({constraint.name!r}, ...)"
        if verb == "drop"
        else f"{_CREATED_BY.get(kind, f'create_{kind.lower()}_constraint')}(...)"
    )
    table = constraint.table
    subject += " of" if verb == "drop" else " to"
    return _unsupported(verb, subject, table.name, table.schema, call)


def _unsupported(
    verb: str, subject: str, table: str, schema: str | None, call: str
) -> UnsupportedOperationError:
    name = f"{schema}.{table}" if schema else table
    way = _BATCH.format(
        table=str(table), schema=f", schema={str(schema)!r}" if schema else "", call=call
    )
    return UnsupportedOperationError(
        f"Can't {verb} {subject} the table {name}: SQLite's ALTER TABLE has no way to do it. {way}"
    )
