"""What every database does the same way, and the questions that each may answer differently.

`DefaultImpl` receives what a directive wants changed as plain arguments and SQLAlchemy constructs,
and makes statements of it. A dialect, ours or a third party's, is a subclass with `__dialect__`;
`get_by_dialect` finds it. How statements are executed, or written to a script, is in `execution`,
what concerns types and sequences in `objects`, what a database is asked about schemas in `reading`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, Literal, Protocol, cast

from sqlalchemy import Dialect, String
from sqlalchemy import cast as cast_expression
from sqlalchemy.schema import (
    AddConstraint,
    Column,
    Computed,
    Constraint,
    CreateIndex,
    CreateTable,
    DropConstraint,
    DropIndex,
    DropTable,
    Identity,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
)
from sqlalchemy.sql.elements import ClauseElement, quoted_name
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import TypeEngine, to_instance

from limbeck import sqla
from limbeck.errors import CommandError, UnsupportedOperationError
from limbeck.schema.options import own_options

from . import base, renames, replacement
from .base import _ServerDefaultArgument
from .comments import CommentsImpl
from .comparison import Params
from .inserts import check_rows, group_rows, has_expression, inline_inserts
from .objects import SchemaObjectsImpl
from .reading import ReadingImpl
from .rebuild import TableRebuild
from .registry import ImplMeta, _impls  # compat: plugins look for dialects in the second

__all__ = ["DefaultImpl", "ImplMeta", "Params", "_impls"]


class RecordedBatch(Protocol):
    """What a batch has recorded: a tuple (operation, positional arguments, keyword arguments) each."""

    @property
    def batch(self) -> Sequence[tuple[Any, ...]]:
        """Return the calls in their order."""


class TableRecreation(Protocol):
    """A table that a batch is about to recreate."""

    @property
    def named_constraints(self) -> Mapping[str, Constraint]:
        """Return the constraints that stay and have a name."""


class DefaultImpl(SchemaObjectsImpl, CommentsImpl, ReadingImpl, metaclass=ImplMeta):
    """The entry to everything one database does its own way; subclass it with `__dialect__`."""

    __dialect__ = "default"

    # flags

    supports_alter = True
    """Can a column or constraint of an existing table be changed in place?"""

    renames_constraints = True
    """Is there a statement that renames a constraint of any kind?"""

    views_follow_renames = True
    """Do views go on when a table or column of theirs is renamed? Yes."""

    shared_names: Set[str] = frozenset()
    """Of what has a schema each name only once: "index", "key", "table", "check", "foreign_key"?"""

    primary_key_name: str | None = None
    """What is every primary key called? None: what it was given."""

    counts_only_in_keys = False
    """Must a column that counts up be in a key all the time?"""

    finds_checks = False
    """Is a check without a name found by its condition when it is dropped?"""

    foreign_keys_hold_columns = False
    """Does a foreign key keep its columns' types, and the index under it, from being changed?"""

    supports_index_if_not_exists = False
    """Is there CREATE INDEX IF NOT EXISTS?"""

    folds_names = False
    """Does it find columns, constraints and indexes whatever the case of the name given?"""

    identity_attrs_ignore: Sequence[str] = ("on_null", "order")
    """Which options of an identity has this database not?"""

    @classmethod
    def get_by_dialect(cls, dialect: Dialect) -> type[DefaultImpl]:
        """Return the implementation of a dialect; raises UnknownDialectError."""
        return cast("type[DefaultImpl]", _impls[dialect.name])

    @property
    def has_rename_column(self) -> bool:
        """Is there a statement that renames a column and need not say again what it is? Yes."""
        return True

    # emit: columns

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: _ServerDefaultArgument = False,
        name: str | None = None,
        type_: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        schema: str | None = None,
        autoincrement: bool | None = None,
        comment: str | Literal[False] | None = False,
        existing_comment: str | None = None,
        existing_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        existing_server_default: _ServerDefaultArgument = None,
        existing_nullable: bool | None = None,
        existing_autoincrement: bool | None = None,
        **kw: Any,
    ) -> None:
        """Change a column, one ALTER for each thing that changes; False or None: not given."""
        existing = {
            "schema": schema,
            "existing_type": existing_type,
            "existing_server_default": existing_server_default,
            "existing_nullable": existing_nullable,
            "existing_comment": existing_comment,
        }
        if nullable is not None:
            self._exec(base.ColumnNullable(table_name, column_name, nullable, **existing))
        if server_default is not False:
            self._alter_default(table_name, column_name, server_default, existing)
        if type_ is not None:
            self._exec(base.ColumnType(table_name, column_name, type_, **existing))
        if comment is not False:
            self._exec(base.ColumnComment(table_name, column_name, comment, **existing))
        if name is not None:
            self._exec(base.ColumnName(table_name, column_name, name, **existing))

    def _alter_default(
        self,
        table_name: str,
        column_name: str,
        server_default: Any,
        existing: Mapping[str, Any],
    ) -> None:
        kinds = (server_default, existing["existing_server_default"])
        element: base.AlterColumn
        if any(isinstance(kind, Computed) for kind in kinds):
            element = base.ComputedColumnDefault(
                table_name, column_name, server_default, **existing
            )
        elif any(isinstance(kind, Identity) for kind in kinds):
            element = base.IdentityColumnDefault(
                table_name, column_name, server_default, self, **existing
            )
        else:
            element = base.ColumnDefault(table_name, column_name, server_default, **existing)
        self._exec(element)

    def replace_column(self, table_name: str, column_name: str, **change: Any) -> None:
        """Drop a column and add it anew, changed as by `alter_column`."""
        replacement.replace_column(self, table_name, column_name, **change)

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
        """Add a column; its indexes and table constraints are others' business."""
        self._exec(
            base.AddColumn(
                table_name,
                column,
                schema=schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
            )
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
        self._exec(base.DropColumn(table_name, column, schema=schema, if_exists=if_exists))

    # emit: tables, constraints, indexes

    def add_constraint(self, const: Any, **kw: Any) -> None:
        """Add a constraint, unless it comes from a type and this database needs none."""
        if sqla.passes_create_rule(const, self):
            self._exec(AddConstraint(const, **kw))
            self._comment_on_constraint(const)

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Drop a constraint; raises CommandError where it has no name to drop it by."""
        if sqla.final_name(const, self.dialect) is None:
            raise CommandError(
                f"Can't drop a {type(const).__name__} without a name from the table "
                f"{const.table.fullname}: give the name that the database has for it."
            )
        self._exec(DropConstraint(const, **kw))

    def rename_table(
        self,
        old_table_name: str,
        new_table_name: str | quoted_name,
        schema: str | quoted_name | None = None,
    ) -> None:
        """Rename a table within its schema."""
        self._exec(base.RenameTable(old_table_name, new_table_name, schema=schema))

    def move_table(
        self, table_name: str, new_table_name: str, new_schema: str | None, *, schema: str | None
    ) -> None:
        """Move a table to another schema, None for the default one, where it may have another name."""
        if not self.moves_tables:
            place = ".".join(filter(None, (schema, table_name)))
            raise UnsupportedOperationError(
                f"Can't move the table {place} to {new_schema or 'the default schema'}: "
                f"{self.dialect.name} has no statement for it. Create the table there, copy the "
                "rows with op.execute(), and drop the old one."
            )
        self._exec(renames.MoveTable(table_name, new_table_name, new_schema, schema=schema))
        if new_table_name != table_name:
            self.rename_table(table_name, new_table_name, schema=new_schema)

    def create_table(self, table: Table, **kw: Any) -> None:
        """Create a table, with what SQLAlchemy's events add, its indexes and comments."""
        options = {"checkfirst": self._checks_types_first(), "_ddl_runner": self}
        bind = self._event_bind()
        table.dispatch.before_create(table, bind, **options)
        self._exec(CreateTable(table, **kw))
        table.dispatch.after_create(table, bind, **options)
        guard = bool(kw.get("if_not_exists")) and self.supports_index_if_not_exists
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            self._exec(CreateIndex(index, if_not_exists=guard))
        self._comment_on_new(table)

    def _checks_types_first(self) -> bool:
        """Does an event look first whether its type or sequence exists? Not in a script."""
        return False

    def drop_table(self, table: Table, **kw: Any) -> None:
        """Drop a table, with what SQLAlchemy's events drop."""
        bind = self._event_bind()
        table.dispatch.before_drop(table, bind, checkfirst=False, _ddl_runner=self)
        self._exec(DropTable(table, **kw))
        table.dispatch.after_drop(table, bind, checkfirst=False, _ddl_runner=self)

    def create_index(self, index: Index, **kw: Any) -> None:
        """Create an index."""
        self._exec(CreateIndex(index, **kw))

    def drop_index(self, index: Index, **kw: Any) -> None:
        """Drop an index."""
        self._exec(DropIndex(index, **kw))

    def rename_index(
        self, table_name: str, old_name: str, new_name: str, *, schema: str | None = None
    ) -> None:
        """Rename an index."""
        self._exec(renames.RenameIndex(table_name, old_name, new_name, schema))

    def rename_constraint(
        self,
        table_name: str,
        old_name: str,
        new_name: str,
        *,
        schema: str | None = None,
        type_: str | None = None,
    ) -> None:
        """Rename a constraint; `type_` tells its kind where the database has to know it."""
        self._exec(renames.RenameConstraint(table_name, old_name, new_name, schema))

    def rename_sequence(
        self, old_name: str, new_name: str, *, schema: str | None = None, if_exists: bool = False
    ) -> None:
        """Rename a sequence; raises UnsupportedOperationError where there are none."""
        if not self.dialect.supports_sequences:
            raise UnsupportedOperationError(
                f"Can't rename the sequence {old_name}: {self.dialect.name} has no sequences. "
                "Leave the step out, or run it on other databases only."
            )
        self._exec(renames.RenameSequence(old_name, new_name, schema, if_exists=if_exists))

    def alter_table_options(
        self,
        table_name: str,
        options: Mapping[str, Any],
        existing: Mapping[str, Any],
        *,
        schema: str | None = None,
    ) -> None:
        """Change options of a table, `Table`'s keyword arguments; None: the default; raises."""
        if own := own_options(options, self.dialect):
            raise UnsupportedOperationError(
                f"Can't change {', '.join(sorted(own))} of the table {table_name}: limbeck has no "
                f"statement for that on {self.dialect.name}. Write it with op.execute()."
            )

    # emit: rows

    def bulk_insert(
        self,
        table: TableClause | Table,
        rows: list[dict[str, Any]],
        multiinsert: bool = True,
    ) -> None:
        """Insert rows: inline values in a script, otherwise as few statements as can take them.

        Raises TypeError unless `rows` is a list of dictionaries.
        """
        check_rows(rows)
        if self.as_sql:
            for insert in inline_inserts(table, rows, self.dialect, self.binary_literal):
                self._exec(insert, {"literal_binds": True})
            return
        for group in group_rows(rows):
            if multiinsert and not has_expression(group[0]):
                self._exec(table.insert().inline(), multiparams=group)
            else:
                for row in group:
                    self._exec(table.insert().inline().values(**row))

    # emit: version table and batch

    def version_table_impl(
        self,
        *,
        version_table: str,
        version_table_schema: str | None,
        version_table_pk: bool,
        **kw: Any,
    ) -> Table:
        """Return the table that keeps the current revisions."""
        table = Table(
            version_table,
            MetaData(),
            Column("version_num", String(32), nullable=False),
            schema=version_table_schema,
        )
        if version_table_pk:
            table.append_constraint(
                PrimaryKeyConstraint("version_num", name=f"{version_table}_pkc")
            )
        return table

    def requires_recreate_in_batch(self, batch_op: RecordedBatch) -> bool:
        """Does this batch need the table recreated? Not where ALTER does everything."""
        return False

    def table_rebuild(self, table_name: str, schema: str | None) -> TableRebuild:
        """How is a table replaced by a new one of another structure?"""
        return TableRebuild(self, table_name, schema)

    def prep_table_for_batch(self, batch_impl: TableRecreation, table: Table) -> None:
        """Prepare a table for being recreated: nothing."""

    def cast_for_batch_migrate(
        self,
        existing: Column[Any],
        existing_transfer: dict[str, Any],
        new_type: TypeEngine[Any] | type[TypeEngine[Any]],
    ) -> None:
        """Cast the rows' values to a new kind of type where a recreated table copies them."""
        new = to_instance(new_type)
        if not sqla.same_affinity(existing.type, new):
            existing_transfer["expr"] = cast_expression(existing_transfer["expr"], new)

    # render

    def render_ddl_sql_expr(
        self, expr: ClauseElement, is_server_default: bool = False, **kw: Any
    ) -> str:
        """What is the SQL of an expression in DDL, values inline and without table names?"""
        options = {"literal_binds": True, "include_table": False}
        return str(expr.compile(dialect=self.dialect, compile_kwargs=options))

    def render_type(self, type_obj: TypeEngine[Any], autogen_context: Any) -> str | Literal[False]:
        """What is the Python source of this type? False: as any other type."""
        return False
