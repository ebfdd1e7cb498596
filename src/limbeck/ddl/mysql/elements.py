"""How MySQL and MariaDB spell what ALTER TABLE changes: a column is written again in full."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import (
    CheckConstraint,
    Computed,
    CreateIndex,
    DefaultClause,
    DropConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.functions import FunctionElement, current_timestamp, now
from sqlalchemy.types import String, TypeEngine, to_instance

from limbeck.ddl.base import (
    AlterColumn,
    AlterTable,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    IdentityColumnDefault,
    _ServerDefaultArgument,
    alter_table,
    describe_column,
    format_column_name,
    format_server_default,
    format_table_name,
    format_type,
)
from limbeck.ddl.objects import AlterSequence, alter_sequence
from limbeck.ddl.renames import MoveTable, RenameIndex, RenameSequence
from limbeck.errors import CommandError, UnsupportedOperationError
from limbeck.schema.options import given_options

MAKERS = ("mysql", "mariadb")

Index.argument_for("mysql", argument_name="ignored", default=False)
Index.argument_for("mariadb", argument_name="ignored", default=False)
"""`mysql_ignored=True`, which SQLAlchemy has no word for: no query uses the index."""
CheckConstraint.argument_for("mysql", argument_name="not_enforced", default=False)
"""`mysql_not_enforced=True`, nor for this: rows need not hold it; MariaDB does not know it, either."""


class AlterOptions(AlterTable):
    """ALTER TABLE with whole clauses, as they are."""

    def __init__(self, table_name: str, clauses: list[str], schema: str | None = None) -> None:
        super().__init__(table_name, schema=schema)
        self.clauses = clauses


class MySQLAlterDefault(AlterColumn):
    """SET or DROP DEFAULT, which leaves the rest of the column alone."""

    def __init__(
        self,
        name: str,
        column_name: str,
        default: _ServerDefaultArgument,
        schema: str | None = None,
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        self.default = default


class MySQLChangeColumn(AlterColumn):
    """CHANGE: the column in full, with a new name."""

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        newname: str | None = None,
        type_: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        nullable: bool | None = None,
        default: _ServerDefaultArgument = False,
        autoincrement: bool | None = None,
        comment: str | Literal[False] | None = False,
        attributes: str | None = None,
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        if type_ is None:
            raise CommandError(
                f"All MySQL CHANGE/MODIFY COLUMN operations require the existing type: MySQL "
                f"writes the column {describe_column(self)} again in full. Give existing_type=, "
                f"and existing_nullable=, existing_server_default=, existing_comment= where they "
                f"are not the default, or they are lost."
            )
        self.column_name = column_name
        self.nullable = nullable
        self.newname = newname
        self.default = default
        self.autoincrement = autoincrement
        self.comment = comment
        self.attributes = attributes
        self.type_: TypeEngine[Any] = to_instance(type_)


class MySQLModifyColumn(MySQLChangeColumn):
    """MODIFY: the column in full, under its name."""


class MySQLRenameColumn(ColumnName):
    """RENAME COLUMN, which leaves the rest of the column alone; MySQL 8.0, MariaDB 10.5.2."""


@compiles(AlterOptions, *MAKERS)
def visit_alter_options(element: AlterOptions, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {', '.join(element.clauses)}"


@compiles(ColumnNullable, *MAKERS)
@compiles(ColumnName, *MAKERS)
@compiles(ColumnDefault, *MAKERS)
@compiles(ColumnType, *MAKERS)
def _mysql_doesnt_support_individual(element: AlterColumn, compiler: Any, **kw: Any) -> str:
    raise UnsupportedOperationError(
        f"Can't alter the column {describe_column(element)} by {type(element).__name__}: MySQL "
        f"writes a column again in full. Use MySQLModifyColumn or MySQLChangeColumn."
    )


@compiles(IdentityColumnDefault, *MAKERS)
def _mysql_has_no_identity(element: IdentityColumnDefault, compiler: Any, **kw: Any) -> str:
    raise UnsupportedOperationError(
        f"Can't add, remove or change GENERATED AS IDENTITY on the existing column "
        f"{describe_column(element)}: {compiler.dialect.name} has no identity columns, and passes "
        f"over sa.Identity() in a new table. Leave it out; say autoincrement=True where the column "
        f"is a key that counts up."
    )


@compiles(MySQLAlterDefault, *MAKERS)
def _mysql_alter_default(element: MySQLAlterDefault, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    if element.default is None:
        return f"{table} ALTER COLUMN {column} DROP DEFAULT"
    return f"{table} ALTER COLUMN {column} SET DEFAULT {_default(compiler, element.default)}"


@compiles(MySQLModifyColumn, *MAKERS)
def _mysql_modify_column(element: MySQLModifyColumn, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} MODIFY {format_column_name(compiler, element.column_name)} {_spec(element, compiler)}"


@compiles(MySQLChangeColumn, *MAKERS)
def _mysql_change_column(element: MySQLChangeColumn, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    old = format_column_name(compiler, element.column_name)
    new = format_column_name(compiler, element.newname or element.column_name)
    return f"{table} CHANGE {old} {new} {_spec(element, compiler)}"


@compiles(MySQLRenameColumn, *MAKERS)
def _mysql_rename_column(element: MySQLRenameColumn, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    old = format_column_name(compiler, element.column_name)
    return f"{table} RENAME COLUMN {old} TO {format_column_name(compiler, element.newname)}"


@compiles(MoveTable, *MAKERS)
def _mysql_move_table(element: MoveTable, compiler: Any, **kw: Any) -> str:
    old = format_table_name(compiler, element.table_name, element.schema)
    new = format_table_name(compiler, element.new_table_name, element.new_schema)
    return f"RENAME TABLE {old} TO {new}"


@compiles(RenameSequence, *MAKERS)
def _mariadb_rename_sequence(element: RenameSequence, compiler: Any, **kw: Any) -> str:
    old = format_table_name(compiler, element.table_name, element.schema)
    new = format_table_name(compiler, element.new_name, element.schema)
    return f"RENAME TABLE {'IF EXISTS ' if element.if_exists else ''}{old} TO {new}"


@compiles(CheckConstraint, "mysql")
def _mysql_check(element: CheckConstraint, compiler: Any, **kw: Any) -> str:
    sql: str = compiler.visit_table_or_column_check_constraint(element, **kw)
    is_left = element.dialect_options["mysql"]["not_enforced"] and not compiler.dialect.is_mariadb
    return f"{sql} NOT ENFORCED" if is_left else sql


@compiles(CreateIndex, *MAKERS)
def _mysql_create_index(element: CreateIndex, compiler: Any, **kw: Any) -> str:
    sql: str = compiler.visit_create_index(element, **kw)
    if not given_options(element.element, compiler.dialect).get("ignored"):
        return sql
    return f"{sql} {'IGNORED' if compiler.dialect.is_mariadb else 'INVISIBLE'}"


@compiles(RenameIndex, *MAKERS)
def _mysql_rename_index(element: RenameIndex, compiler: Any, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    old, new = (format_column_name(compiler, n) for n in (element.old_name, element.new_name))
    return f"{table} RENAME INDEX {old} TO {new}"


@compiles(AlterSequence, *MAKERS)
def _mariadb_alter_sequence(element: AlterSequence, compiler: Any, **kw: Any) -> str:
    return alter_sequence(element, compiler, no_cycle="NOCYCLE")


class LiftSequence(AlterSequence):
    """SELECT SETVAL to a new limit where the sequence begins there; one that is beyond it stays.

    Which limit that is only the sequence knows: one that counts down begins at its greatest number.
    """


@compiles(LiftSequence, *MAKERS)
def _mariadb_lift_sequence(element: LiftSequence, compiler: Any, **kw: Any) -> str:
    path = format_table_name(compiler, element.name, element.schema)
    ((limit, number),) = element.settings.items()
    direction = ">" if limit == "minvalue" else "<"
    return f"SELECT IF(increment {direction} 0, SETVAL({path}, {number}, 0), NULL) FROM {path}"


@compiles(DropConstraint, *MAKERS)
def _mysql_drop_constraint(element: DropConstraint, compiler: Any, **kw: Any) -> str:
    """Only MariaDB has IF EXISTS here, and it drops a check as MySQL 5 did: not as CHECK."""
    is_mariadb: bool = compiler.dialect.is_mariadb
    guard = "IF EXISTS " if element.if_exists and is_mariadb else ""
    check = "CONSTRAINT" if is_mariadb else "CHECK"
    return drop_constraint(element, compiler, check=check, guard=guard)


def drop_constraint(element: DropConstraint, compiler: Any, *, check: str, guard: str) -> str:
    """Return the DROP of a constraint, which has another word for each kind."""
    constraint: Any = element.element
    if isinstance(constraint, PrimaryKeyConstraint):
        dropped = "PRIMARY KEY"
    else:
        words = (
            (ForeignKeyConstraint, "FOREIGN KEY"),
            (UniqueConstraint, "INDEX"),
            (CheckConstraint, check),
        )
        word = next((word for kind, word in words if isinstance(constraint, kind)), None)
        name = compiler.preparer.format_constraint(constraint)
        if word is None:
            raise UnsupportedOperationError(
                f"No generic 'DROP CONSTRAINT' in MySQL for {name or 'a constraint'} - please "
                f"specify the constraint's type: op.drop_constraint(..., type_='foreignkey', "
                f"'unique', 'check' or 'primary')."
            )
        dropped = f"{word} {guard}{name}"
    return f"ALTER TABLE {compiler.preparer.format_table(constraint.table)} DROP {dropped}"


def _spec(element: MySQLChangeColumn, compiler: Any) -> str:
    """Return the column in full: type, null, key, default, comment."""
    parts = [format_type(compiler, element.type_)]
    computed = element.default if isinstance(element.default, Computed) else None
    if computed is not None:
        parts.append(compiler.process(computed))
        if element.nullable is False and not compiler.dialect.is_mariadb:
            parts.append("NOT NULL")  # MariaDB's grammar has no NOT NULL for a computed column
    else:
        parts.append("NULL" if element.nullable else "NOT NULL")
        if element.autoincrement:
            parts.append("AUTO_INCREMENT")
        if not (element.default is None or isinstance(element.default, bool | Identity)):
            parts.append(f"DEFAULT {_default(compiler, element.default)}")
    if element.comment:
        literal = compiler.sql_compiler.render_literal_value(element.comment, String())
        parts.append(f"COMMENT {literal}")
    return " ".join([*parts, element.attributes or ""]).rstrip()


def _default(compiler: Any, default: Any) -> str:
    """Return a default, an expression in parentheses where the server wants them."""
    from limbeck.ddl.mysql.defaults import stands_alone  # lazy: only text has to be read

    sql = format_server_default(compiler, default)
    expression = default.arg if isinstance(default, DefaultClause) else default
    if isinstance(expression, TextClause):
        is_bare = stands_alone(sql, are_calls_bare=compiler.dialect.is_mariadb)
    else:
        is_time = isinstance(expression, now | current_timestamp)
        is_bare = is_time or not isinstance(expression, FunctionElement)
    return sql if is_bare else f"({sql})"
