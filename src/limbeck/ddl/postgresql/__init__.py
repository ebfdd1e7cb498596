"""PostgreSQL and CockroachDB: DDL that a rollback undoes, types of its own, and what ALTER needs.

flags · emit · render; `read` reads and normalises
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, MetaData
from sqlalchemy.dialects.postgresql import DOMAIN, CreateDomainType, CreateEnumType
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.schema import (
    Column,
    Computed,
    DropSchema,
    ForeignKeyConstraint,
    Identity,
    Index,
    Table,
)
from sqlalchemy.sql.elements import ClauseElement, ColumnElement, quoted_name
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Integer, TypeEngine, to_instance

from limbeck import sqla
from limbeck.ddl.base import ColumnComment, ColumnDefault, IdentityColumnDefault, RenameTable
from limbeck.ddl.impl import DefaultImpl, TableRecreation
from limbeck.ddl.postgresql.rows import PostgresqlRows
from limbeck.errors import CommandError, UnsupportedOperationError
from limbeck.schema.options import own_options
from limbeck.types import DatabaseType

from .elements import (
    DropEmptySchema,
    PostgresqlColumnType,
    SetSchema,
    add_included,
    identity_changes,
    visit_column_comment,
    visit_column_type,
    visit_identity_column,
    visit_rename_table,
)
from .options import ALTERABLE, AlterOptions, without_toast
from .refusals import explaining, naming_dependents
from .serials import Counting, SerialColumn, sequence_type
from .type_ddl import NamedTypesImpl

if TYPE_CHECKING:
    from limbeck.ddl.rebuild import TableRebuild
    from limbeck.schema.facts import ColumnFacts, DomainFacts, Options, TableFacts

__all__ = [
    "CockroachDBImpl",
    "ColumnComment",
    "IdentityColumnDefault",
    "PostgresqlColumnType",
    "PostgresqlImpl",
    "RenameTable",
    "visit_column_comment",
    "visit_column_type",
    "visit_identity_column",
    "visit_rename_table",
]


class PostgresqlImpl(NamedTypesImpl, PostgresqlRows, DefaultImpl):
    """PostgreSQL."""

    __dialect__ = "postgresql"
    reader = "limbeck.ddl.postgresql.read"

    transactional_ddl = True
    rewrites_expressions = True
    sqlglot_dialect = "postgres"
    table_options = ALTERABLE
    moves_tables = True
    creates_schemas = True
    supports_index_if_not_exists = True
    shared_names = frozenset({"index", "key", "table"})
    type_synonyms = (
        {"NUMERIC", "DECIMAL"},
        {"FLOAT", "DOUBLE PRECISION"},
    )

    def column_sequence(self, table_name: str, column_name: str) -> str | None:
        """How is the sequence of a new column called? `table_column_seq`, cut where it is long."""
        from limbeck.ddl.postgresql.models import object_name  # lazy: as all that reads models

        return object_name(table_name, column_name, "seq")

    computed_columns_hold_types = True
    alters_autoincrement = True

    def replaces_column(self, before: ColumnFacts, after: ColumnFacts) -> bool:
        """Must the column be dropped and added? SET EXPRESSION is there since 17, for stored ones.

        Of virtual ones PostgreSQL 18 changes it only in a table without checks.
        """
        if before.computed is None:
            return True
        if after.computed is None:
            return not before.computed.persisted
        if before.type != after.type and self.conversion("c", before.type, after.type):
            return True
        if before.computed == after.computed:
            return False
        is_stored = before.computed.persisted and after.computed.persisted
        return not (is_stored and self.has_server_version(17))

    def conversion(self, column_name: str, before: str, after: str) -> dict[str, Any]:
        """Which arguments make the rows another type? USING where there is no assignment."""
        from limbeck.ddl.postgresql import casts  # lazy: as all that reads and compares

        using = casts.using(sqla.quote(self.dialect, column_name), before, after)
        return {} if using is None else {"postgresql_using": using}

    def joins_types(self, one: TypeEngine[Any], other: TypeEngine[Any]) -> bool:
        """Can a foreign key join the two types? Integers of any size, texts of any length."""
        from limbeck.ddl.postgresql import casts, models  # lazy: as all that reads and compares

        return casts.joins(*(models.normal_type(self.dialect, each) for each in (one, other)))

    def domain_type(self, facts: DomainFacts) -> TypeEngine[Any]:
        """How does SQLAlchemy say a domain? It has a class for it."""
        type_, (schema, name) = DatabaseType(facts.type), facts.key
        return DOMAIN(name, type_, schema=schema, not_null=not facts.nullable)

    def is_parent_of_partitions(self, facts: TableFacts) -> bool:
        """Do tables of their own hang on this one? Partitions do."""
        return any(name == "partition_by" for name, _ in facts.options)

    def taken_options(self, database: TableFacts, model: TableFacts) -> Options:
        """Which options does it take? Those of a TOAST table where it has one, or a column may bring it."""
        columns = ({(each.name, each.type) for each in side.columns} for side in (database, model))
        if database.keeps_large_values or len({frozenset(each) for each in columns}) > 1:
            return model.options
        return without_toast(model.options)

    def puts_referred_tables_first(self, names: Set[str], options: Options) -> bool | None:
        """Do referred tables go before? What is logged refers to nothing that is not."""
        return None if "prefixes" not in names else "prefixes" not in dict(options)

    # emit

    def _exec(self, *args: Any, **kw: Any) -> CursorResult[Any] | None:
        with explaining():
            return super()._exec(*args, **kw)

    def set_schema(
        self, type_: str, name: str, new_schema: str | None, *, schema: str | None
    ) -> None:
        """Move it by ALTER … SET SCHEMA."""
        self._exec(SetSchema(type_, name, new_schema, schema=schema))

    def drop_schema(self, name: str, *, if_empty: bool) -> None:
        """Leave a schema with something in it to DROP SCHEMA, which refuses, or where it is."""
        self._exec((DropEmptySchema if if_empty else DropSchema)(name))

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
        autoincrement: bool | None = None,
        existing_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        existing_server_default: Any = None,
        existing_nullable: bool | None = None,
        existing_autoincrement: bool | None = None,
        existing_comment: str | None = None,
        **kw: Any,
    ) -> None:
        """Change a column; `postgresql_using` converts the rows to a new type.

        Raises CommandError for `postgresql_using` without a type.
        """
        using = kw.pop("postgresql_using", None)
        if using is not None and type_ is None:
            raise CommandError(
                f"postgresql_using must be used with the type_ parameter: it says how the rows of "
                f"{table_name}.{column_name} become the new type, and none is given."
            )
        existing = {
            "schema": schema,
            "existing_type": existing_type,
            "existing_server_default": existing_server_default,
            "existing_nullable": existing_nullable,
            "existing_autoincrement": existing_autoincrement,
            "existing_comment": existing_comment,
        }
        counting = Counting.of(
            autoincrement, existing_autoincrement, server_default, existing_server_default
        )
        serial = SerialColumn(self.dialect, table_name, column_name, schema)
        if counting.is_told and counting.before and not counting.after:
            self._exec_all(serial.removal())
        if _loses_identity(existing_server_default, server_default):
            super().alter_column(table_name, column_name, server_default=None, **existing)
            existing["existing_server_default"] = existing_server_default = None
            server_default = False if server_default is None else server_default
        if type_ is not None:
            new_type = to_instance(type_)
            defaults = existing_server_default, server_default
            if self._default_goes(defaults, (existing_type, new_type), using):
                self._exec(ColumnDefault(table_name, column_name, None, schema=schema))
                kept = server_default is False
                server_default = existing_server_default if kept else server_default
            self._alter_type(table_name, column_name, new_type, using, existing)
            if counting.after and (counting.before or not counting.is_told):
                self._retype_sequence(serial, new_type, existing_server_default)
        changes = {"nullable": nullable, "server_default": server_default}
        super().alter_column(table_name, column_name, **changes, **existing)
        if type_ is not None and counting.kept_identity is not None:
            self._exec_all(serial.limits(counting.kept_identity))
        self._start_counting(counting, serial, to_instance(type_ or existing_type or Integer))
        super().alter_column(table_name, column_name, name=name, **existing, **kw)

    def replace_column(self, table_name: str, column_name: str, **change: Any) -> None:
        """Drop a column and add it anew, with what stands on it set aside."""
        with self._aside_for_column(table_name, column_name, change.get("schema")):
            super().replace_column(table_name, column_name, **change)

    def drop_column(
        self, table_name: str, column: Column[Any], *, schema: str | None = None, **kw: Any
    ) -> None:
        """Drop a column; raises CommandError with the names of what stands on it."""
        with naming_dependents(f"the column {table_name}.{column.name}"):
            super().drop_column(table_name, column, schema=schema, **kw)

    def drop_table(self, table: Table, **kw: Any) -> None:
        """Drop a table; raises CommandError with the names of what stands on it."""
        with naming_dependents(f"the table {table.name}"):
            super().drop_table(table, **kw)

    def _start_counting(
        self, counting: Counting, serial: SerialColumn, type_: TypeEngine[Any]
    ) -> None:
        """Let a column count up that did not, after the greatest value there is."""
        if counting.is_told and counting.after and not counting.before:
            self._exec_all(serial.creation(type_))
        elif counting.is_new_identity:
            self._exec_all([serial.continuation()])

    def _exec_all(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self._exec(sqla.escape_binds(statement))

    def _retype_sequence(
        self, serial: SerialColumn, type_: TypeEngine[Any], existing_default: Any
    ) -> None:
        """Give a serial column's sequence its type, unless the default has named it already."""
        if isinstance(type_, Integer) and _serial_sequence(existing_default) is None:
            self._exec(sqla.escape_binds(serial.retyping(type_)))

    def _default_goes(
        self,
        defaults: tuple[Any, Any],
        types: tuple[TypeEngine[Any] | type[TypeEngine[Any]] | None, TypeEngine[Any]],
        using: str | None,
    ) -> bool:
        """Tell whether the default goes before the type changes (both: as it is, and as wanted).

        It may not be one of the new type; or it would stay one of the old, converted for each row.
        """
        from limbeck.ddl.postgresql import casts, models  # lazy: as all that reads and compares

        if using is not None:
            return _is_plain(*defaults)
        before, after = types
        if before is None or not _is_plain(defaults[0], wanted=False):
            return False
        names = (models.normal_type(self.dialect, to_instance(each)) for each in (before, after))
        return not casts.shares_defaults(*names)

    def _alter_type(
        self,
        table_name: str,
        column_name: str,
        type_: TypeEngine[Any],
        using: str | None,
        existing: Mapping[str, Any],
    ) -> None:
        self._create_types(Column(column_name, type_))
        known = {name: value for name, value in existing.items() if "autoincrement" not in name}
        with self._aside_for_column(table_name, column_name, existing["schema"]):
            self._exec(PostgresqlColumnType(table_name, column_name, type_, using=using, **known))
        sequence = _serial_sequence(existing["existing_server_default"])
        if sequence is not None and isinstance(type_, Integer):
            self._exec(f"ALTER SEQUENCE {sqla.escape_binds(sequence)} AS {sequence_type(type_)}")

    def _alter_default(
        self, table_name: str, column_name: str, server_default: Any, existing: Mapping[str, Any]
    ) -> None:
        """Change default, identity or expression; from one kind to another takes two statements."""
        found = existing["existing_server_default"]
        kinds = [_default_kind(item) for item in (server_default, found)]
        if kinds == [Identity, Identity] and not identity_changes(found, server_default):
            return
        swaps = kinds[0] is not kinds[1] and Computed is not kinds[0]
        if swaps and server_default is not None and found is not None and found is not False:
            super()._alter_default(table_name, column_name, None, existing)
            existing = {**existing, "existing_server_default": None}
        super()._alter_default(table_name, column_name, server_default, existing)

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | quoted_name | None = None,
        **kw: Any,
    ) -> None:
        """Add a column, and before it the enum or domain that its type needs."""
        self._create_types(column)
        super().add_column(table_name, column, schema=schema, **kw)

    def _create_types(self, column: Column[Any]) -> None:
        """Have SQLAlchemy's events create the column's named types that are not there yet."""
        if not sqla.may_bring_types(column.type):
            return
        bearer = Table("bearer", MetaData(), Column(column.name, column.type.copy()))
        bearer.dispatch.before_create(
            bearer,
            self._event_bind(),
            checkfirst=self._checks_types_first(),
            _ddl_runner=self,
        )

    def _event_bind(self) -> Any:
        return MockConnection(self.dialect, self._write) if self.as_sql else super()._event_bind()

    def _write(self, construct: Any, *multiparams: Any, **params: Any) -> None:
        """Write to the script; CREATE TYPE so that a type that is there is no error."""
        if not isinstance(construct, CreateEnumType | CreateDomainType):
            self._exec(construct)
            return
        sql = str(construct.compile(dialect=self.dialect)).strip()
        guarded = f"DO $$ BEGIN {sql}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        self.static_output(sqla.from_compiler(self.dialect, guarded))

    def _checks_types_first(self) -> bool:
        return not self.as_sql

    def create_index(self, index: Index, **kw: Any) -> None:
        """Create an index; its table may lack the columns that INCLUDE names."""
        add_included(index)
        super().create_index(index, **kw)

    def add_constraint(self, const: Any, **kw: Any) -> None:
        """Add a constraint; its table may lack the columns that INCLUDE names."""
        add_included(const)
        super().add_constraint(const, **kw)

    def alter_table_options(
        self,
        table_name: str,
        options: Mapping[str, Any],
        existing: Mapping[str, Any],
        *,
        schema: str | None = None,
    ) -> None:
        """Change options of a table; a parent or partitioning can't be changed."""
        own = own_options(options, self.dialect)
        if fixed := own.keys() - self.table_options:
            raise UnsupportedOperationError(
                f"Can't change {', '.join(sorted(fixed))} of the table {table_name}: PostgreSQL has "
                "no ALTER TABLE for it. Create a new table and copy the rows."
            )
        if own:
            known = own_options(existing, self.dialect)
            self._exec(AlterOptions(table_name, own, known, schema=schema))

    def complete_table(self, facts: TableFacts, table: Table) -> None:
        """Give the table its exclusion constraints, which only this database has."""
        from limbeck.ddl.postgresql import constraints  # lazy: as all that reads and compares

        constraints.append_exclusions(facts, table)

    def table_rebuild(self, table_name: str, schema: str | None) -> TableRebuild:
        """How is a table replaced? So that it counts on, under the names that it had."""
        from limbeck.ddl.postgresql import rebuild  # lazy: only a batch needs it

        return rebuild.PostgresqlRebuild(self, table_name, schema)

    def prep_table_for_batch(self, batch_impl: TableRecreation, table: Table) -> None:
        """Drop the named constraints first: their names are those of indexes, once a schema."""
        ordered = [it for it in sqla.sorted_constraints(table) if not sqla.is_type_bound(it)]
        # a foreign key to the table itself depends on the key it refers to
        ordered.sort(key=lambda constraint: not isinstance(constraint, ForeignKeyConstraint))
        for constraint in ordered:
            if constraint.name is not None:
                self.drop_constraint(constraint)

    def binary_literal(self, value: bytes) -> str:
        """Spell a bytea literal."""
        return f"'\\x{value.hex()}'"

    # render

    def render_ddl_sql_expr(
        self,
        expr: ClauseElement,
        is_server_default: bool = False,
        is_index: bool = False,
        **kw: Any,
    ) -> str:
        """Return the SQL of an expression; in an index an operator needs parentheses."""
        if is_index and isinstance(expr, ColumnElement) and not isinstance(expr, FunctionElement):
            expr = expr.self_group()
        return super().render_ddl_sql_expr(expr, is_server_default=is_server_default, **kw)


class CockroachDBImpl(PostgresqlImpl):
    """CockroachDB, as its own package declares it: DDL there is not undone by a rollback."""

    __dialect__ = "cockroachdb"

    transactional_ddl = False
    sets_aside = False
    table_rebuild = DefaultImpl.table_rebuild


def __getattr__(name: str) -> Any:
    if name == "CreateExcludeConstraintOp":  # compat: Alembic's place; ours is a layer above
        return getattr(import_module("limbeck.operations.ops"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _default_kind(default: Any) -> type:
    return next((kind for kind in (Computed, Identity) if isinstance(default, kind)), object)


def _loses_identity(existing: Any, wanted: Any) -> bool:
    """Tell whether an identity goes: as long as there is one, its column is NOT NULL and an integer."""
    return isinstance(existing, Identity) and not (wanted is False or isinstance(wanted, Identity))


def _serial_sequence(default: Any) -> str | None:
    """Return the sequence of `nextval('…'::regclass)`, None for any other default."""
    text = str(getattr(default, "arg", default))
    match = re.fullmatch(r"nextval\('((?:[^']|'')+)'::regclass\)", text.strip())
    return match.group(1).replace("''", "'") if match else None


def _is_plain(existing: Any, wanted: Any) -> bool:
    """Tell whether there is, or may be, a default that is an expression of the column's type."""
    if isinstance(existing, Identity | Computed):
        return False
    if existing is None or existing is False:
        return wanted is not False
    return True
