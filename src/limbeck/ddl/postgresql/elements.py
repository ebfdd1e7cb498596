"""How PostgreSQL spells what ALTER TABLE and COMMENT change."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import (
    CheckConstraint,
    Column,
    Computed,
    Constraint,
    DropSchema,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.types import NullType, String, TypeEngine, to_instance

from limbeck import sqla
from limbeck.ddl.base import (
    AlterColumn,
    AlterTable,
    ColumnComment,
    ComputedColumnDefault,
    IdentityColumnDefault,
    RenameTable,
    alter_column,
    alter_table,
    describe_column,
    format_column_name,
    format_table_name,
    format_type,
    string_literal,
)
from limbeck.ddl.objects import AlterSequence, alter_sequence
from limbeck.ddl.postgresql.limits import are_narrower, identity_limits, within_limits
from limbeck.ddl.renames import MoveTable
from limbeck.errors import UnsupportedOperationError

_TYPE_LIMITS = {2**15 - 1, 2**31 - 1, 2**63 - 1}
"""What an identity's MAXVALUE is when nobody set one."""


CheckConstraint.argument_for("postgresql", argument_name="no_inherit", default=False)
"""`postgresql_no_inherit=True`, which SQLAlchemy has no word for: children need not hold the check."""
CheckConstraint.argument_for("postgresql", argument_name="not_enforced", default=False)
ForeignKeyConstraint.argument_for("postgresql", argument_name="not_enforced", default=False)
"""`postgresql_not_enforced=True`, nor for this: rows need not hold it (PostgreSQL 18)."""
PrimaryKeyConstraint.argument_for("postgresql", argument_name="without_overlaps", default=False)
UniqueConstraint.argument_for("postgresql", argument_name="without_overlaps", default=False)
ForeignKeyConstraint.argument_for("postgresql", argument_name="period", default=False)
"""Nor for keys whose last column is a period of time: WITHOUT OVERLAPS, and PERIOD of what refers to them."""


class SetSchema(AlterTable):
    """ALTER TYPE, DOMAIN or SEQUENCE … SET SCHEMA; `table_name` is what is moved."""

    def __init__(
        self, type_: str, name: str, new_schema: str | None, *, schema: str | None
    ) -> None:
        super().__init__(name, schema=schema)
        self.type_ = type_
        self.new_schema = new_schema


class DropEmptySchema(DropSchema):
    """DROP SCHEMA, unless something is in it."""


class PostgresqlColumnType(AlterColumn):
    """Change of a column's type, with the expression that converts the rows."""

    def __init__(
        self,
        name: str,
        column_name: str,
        type_: TypeEngine[Any] | type[TypeEngine[Any]],
        **kw: Any,
    ) -> None:
        using = kw.pop("using", None)
        super().__init__(name, column_name, **kw)
        self.type_: TypeEngine[Any] = to_instance(type_)
        self.using = using


@compiles(CheckConstraint, "postgresql")
def visit_check(element: CheckConstraint, compiler: Any, **kw: Any) -> str:
    sql: str = compiler.visit_table_or_column_check_constraint(element, **kw)
    options = element.dialect_options["postgresql"]
    inherited = " NO INHERIT" if options["no_inherit"] else ""
    return f"{sql}{inherited}{' NOT ENFORCED' if options['not_enforced'] else ''}"


@compiles(ForeignKeyConstraint, "postgresql")
def visit_foreign_key(element: ForeignKeyConstraint, compiler: Any, **kw: Any) -> str:
    sql: str = compiler.visit_foreign_key_constraint(element, **kw)
    options = element.dialect_options["postgresql"]
    if options["period"]:
        own, last = element.elements[-1].parent.name, element.elements[-1].column.name
        head, references, target = sql.partition(" REFERENCES ")
        head = _with_last(compiler, head, own, "PERIOD {}")
        sql = head + references + _with_last(compiler, target, last, "PERIOD {}")
    return f"{sql} NOT ENFORCED" if options["not_enforced"] else sql


@compiles(PrimaryKeyConstraint, "postgresql")
def visit_primary_key(element: PrimaryKeyConstraint, compiler: Any, **kw: Any) -> str:
    return _with_period(element, compiler, compiler.visit_primary_key_constraint(element, **kw))


@compiles(UniqueConstraint, "postgresql")
def visit_unique(element: UniqueConstraint, compiler: Any, **kw: Any) -> str:
    return _with_period(element, compiler, compiler.visit_unique_constraint(element, **kw))


def _with_period(element: PrimaryKeyConstraint | UniqueConstraint, compiler: Any, sql: str) -> str:
    if not element.dialect_options["postgresql"]["without_overlaps"]:
        return sql
    return _with_last(compiler, sql, list(element.columns)[-1].name, "{} WITHOUT OVERLAPS")


def _with_last(compiler: Any, sql: str, name: str, form: str) -> str:
    """Return a list of columns in SQL with its last one, of this name, in another form."""
    last = compiler.preparer.quote(name)
    return sql.replace(f", {last})", f", {form.format(last)})", 1)


@compiles(RenameTable, "postgresql")
def visit_rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} RENAME TO {format_table_name(compiler, element.new_table_name, None)}"


@compiles(MoveTable, "postgresql")
def visit_move_table(element: MoveTable, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    schema = format_column_name(compiler, _known_schema(element.new_schema, compiler))
    return f"{table} SET SCHEMA {schema}"


@compiles(SetSchema, "postgresql")
def visit_set_schema(element: SetSchema, compiler: Any, **kw: Any) -> str:
    path = format_table_name(compiler, element.table_name, element.schema)
    schema = format_column_name(compiler, _known_schema(element.new_schema, compiler))
    return f"ALTER {element.type_.upper()} {path} SET SCHEMA {schema}"


def _known_schema(name: str | None, compiler: Any) -> str:
    """Return the schema; a script is written without a connection that would know the default one."""
    return name or compiler.dialect.default_schema_name or "public"


@compiles(DropEmptySchema, "postgresql")
def visit_drop_empty_schema(element: DropEmptySchema, compiler: Any, **kw: Any) -> str:
    name = compiler.preparer.quote_schema(element.element)
    return (
        f"DO $limbeck$ BEGIN DROP SCHEMA {name}; "
        "EXCEPTION WHEN dependent_objects_still_exist THEN "
        "RAISE WARNING 'a schema stays: something is in it'; END $limbeck$"
    )


@compiles(PostgresqlColumnType, "postgresql")
def visit_column_type(element: PostgresqlColumnType, compiler: Any, **kw: Any) -> str:
    sql = f"{_alter(element, compiler)} TYPE {format_type(compiler, element.type_)}"
    if not element.using:
        return sql
    # compat: `%%` is what scripts for Alembic say, where the driver gets the text as it is.
    is_doubled = "%%" in element.using
    using = element.using if is_doubled else sqla.for_driver(compiler.dialect, element.using)
    return f"{sql} USING {using}"


@compiles(ColumnComment, "postgresql")
def visit_column_comment(element: ColumnComment, compiler: Any, **kw: Any) -> str:
    table = format_table_name(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    comment = (
        "NULL"
        if element.comment is None
        else compiler.sql_compiler.render_literal_value(element.comment, String())
    )
    return f"COMMENT ON COLUMN {table}.{column} IS {comment}"


@compiles(ComputedColumnDefault, "postgresql")
def visit_computed_column(element: ComputedColumnDefault, compiler: Any, **kw: Any) -> str:
    existing = element.existing_server_default
    if not isinstance(existing, Computed):
        raise UnsupportedOperationError(
            f"Can't turn the existing column {describe_column(element)} into a computed one: "
            f"PostgreSQL has no ALTER for it. Drop the column and add it again."
        )
    if element.default is None:
        return f"{_alter(element, compiler)} DROP EXPRESSION"
    sql = compiler.sql_compiler.process(
        element.default.sqltext, include_table=False, literal_binds=True
    )
    return f"{_alter(element, compiler)} SET EXPRESSION AS ({sql})"


@compiles(IdentityColumnDefault, "postgresql")
def visit_identity_column(element: IdentityColumnDefault, compiler: Any, **kw: Any) -> str:
    if element.default is None:
        return f"{_alter(element, compiler)} DROP IDENTITY"
    if not isinstance(element.existing_server_default, Identity):
        return f"{_alter(element, compiler)} ADD {compiler.visit_identity_column(element.default)}"
    return _identity_change(element, compiler, element.existing_server_default, element.default)


def _identity_change(
    element: IdentityColumnDefault, compiler: Any, existing: Identity, wanted: Identity
) -> str:
    """Return the change of an identity, which may count beyond its new limits."""
    changes = identity_changes(existing, wanted)
    sql = " ".join([_alter(element, compiler), *map(_set, changes)])
    limits = identity_limits(wanted)
    turns = any(change.startswith("RESTART") for change in changes)
    if turns or not are_narrower(limits, identity_limits(existing)):
        return sql
    table = string_literal(format_table_name(compiler, element.table_name, element.schema))
    column = string_literal(sqla.for_driver(compiler.dialect, str(element.column_name)))
    sequence = f"pg_get_serial_sequence({table}, {column})"
    return within_limits(sql, sequence, {**limits, "start": _start(wanted)})


@compiles(AlterSequence, "postgresql")
def visit_alter_sequence(element: AlterSequence, compiler: Any, **kw: Any) -> str:
    sql = alter_sequence(element, compiler, restarts=False)
    if not {"minvalue", "maxvalue"} & set(element.settings):
        return sql
    path = format_table_name(compiler, element.name, element.schema)
    return within_limits(sql, string_literal(path), element.settings)


def identity_changes(existing: Identity, wanted: Identity) -> list[str]:
    """Return what to SET (or to RESTART) to make the existing identity the wanted one.

    What the wanted one leaves open goes back to PostgreSQL's default.
    """
    changes = []
    if bool(existing.always) != bool(wanted.always):
        changes.append("GENERATED ALWAYS" if wanted.always else "GENERATED BY DEFAULT")
    if (wanted.cache or 1) != (existing.cache or 1):
        changes.append(f"CACHE {wanted.cache or 1}")
    if bool(wanted.cycle) != bool(existing.cycle):
        changes.append("CYCLE" if wanted.cycle else "NO CYCLE")
    increment = wanted.increment or 1
    if increment != (existing.increment or 1):
        changes.append(f"INCREMENT BY {increment}")
    default_maximum = {-1} if increment < 0 else _TYPE_LIMITS
    default_minimum = {-limit - 1 for limit in _TYPE_LIMITS} if increment < 0 else {1}
    turns = (increment > 0) is not ((existing.increment or 1) > 0)
    if turns:  # what was the default is none any more
        default_maximum, default_minimum = set(), set()
    changes += _limit("MAXVALUE", existing.maxvalue, wanted.maxvalue, default_maximum)
    changes += _limit("MINVALUE", existing.minvalue, wanted.minvalue, default_minimum)
    start = _start(wanted)
    if start != _start(existing):
        changes.append(f"START WITH {start}")
    if turns:
        changes.append(f"RESTART WITH {start}")  # the other way round it would meet itself
    return changes


def _set(change: str) -> str:
    return change if change.startswith("RESTART") else f"SET {change}"


def _start(identity: Identity) -> int:
    """Return where an identity starts: at its own limit where it does not say."""
    if identity.start is not None:
        return identity.start
    is_ascending = (identity.increment or 1) > 0
    limit = identity.minvalue if is_ascending else identity.maxvalue
    return limit if limit is not None else 1 if is_ascending else -1


def _limit(word: str, existing: int | None, wanted: int | None, defaults: set[int]) -> list[str]:
    if wanted is None:
        is_default = bool(defaults) and (existing is None or existing in defaults)
        return [] if is_default else [f"NO {word}"]
    is_same = wanted == existing or (existing is None and wanted in defaults)
    return [] if is_same else [f"{word} {wanted}"]


def _alter(element: AlterColumn, compiler: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)}"


def add_included(item: Constraint | Index) -> None:
    """Give the table of a constraint or index the columns that its INCLUDE names."""
    table = item.table
    for name in item.dialect_options["postgresql"].get("include") or ():
        if isinstance(name, str) and table is not None and name not in table.c:
            table.append_column(Column(name, NullType()))
