"""Constructs that both sides render. Imports SQLAlchemy alone: the real Alembic's process runs it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, Table
from sqlalchemy.dialects import mysql, postgresql

mssql: Any = import_module("sqlalchemy.dialects.mssql")
oracle: Any = import_module("sqlalchemy.dialects.oracle")

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

TYPES: list[Any] = [
    sa.Integer(),
    sa.BigInteger(),
    sa.String(20, collation="C"),
    sa.Numeric(10, 2, asdecimal=False),
    sa.Float(53),
    sa.DateTime(timezone=True),
    sa.LargeBinary(5),
    sa.Enum("a", "it's", name="e"),
    sa.Enum("a", name="e", native_enum=False, create_constraint=True, length=40),
    sa.Boolean(create_constraint=True, name="x"),
    sa.JSON(none_as_null=True),
    sa.Uuid(as_uuid=False),
    sa.ARRAY(sa.String(4), dimensions=2),
    sa.String(2).with_variant(mysql.VARCHAR(3, charset="utf8"), "mysql", "mariadb"),
    postgresql.ENUM("a", name="q", create_type=False, schema="s"),
    postgresql.INT4RANGE(),
    postgresql.INTERVAL(fields="YEAR", precision=3),
    postgresql.TIMESTAMP(timezone=True, precision=3),
    postgresql.BIT(3, varying=True),
    postgresql.INET(),
    postgresql.TSVECTOR(),
    mysql.ENUM("a", "b", charset="utf8"),
    mysql.SET("a", "b", retrieve_as_bitwise=True),
    mysql.INTEGER(unsigned=True, display_width=11, zerofill=True),
    mysql.LONGTEXT(collation="q"),
    mysql.DATETIME(fsp=6),
    oracle.NUMBER(10, 2),
    oracle.INTERVAL(day_precision=3),
    oracle.TIMESTAMP(local_timezone=True),
    mssql.VARBINARY("max", filestream=True),
    mssql.DATETIME2(7),
    mssql.UNIQUEIDENTIFIER(),
]
DEFAULTS: list[Any] = [
    "5",
    "it's",
    'say "hi"',
    "",
    "%s \\ \n",
    sa.text("now()"),
    sa.text("'{}'::jsonb"),
    sa.func.now(),
    sa.func.foo("x", 3),
    sa.true(),
    sa.null(),
    sa.literal(5),
    sa.cast("5", Integer),
    sa.FetchedValue(),
    sa.Computed("b + 1"),
    sa.Computed("b + 1", persisted=True),
    sa.Identity(),
    sa.Identity(always=True, start=3, increment=2, minvalue=1, maxvalue=9, cycle=True, cache=5),
]
COLUMN_OPTIONS: list[dict[str, Any]] = [
    {"primary_key": True},
    {"nullable": False},
    {"autoincrement": False},
    {"comment": "it's"},
    {"system": True, "key": "other"},
    {"sqlite_on_conflict_not_null": "FAIL"},
]


def columns() -> list[Column[Any]]:
    """Return a column for each type, default and option."""
    found = [Column("c", type_) for type_ in TYPES]
    for default in DEFAULTS:
        inside = isinstance(default, sa.Computed | sa.Identity)
        found.append(
            Column("c", Integer, default) if inside else Column("c", String, server_default=default)
        )
    return [*found, *(Column("c", Integer, **options) for options in COLUMN_OPTIONS)]


def tables() -> list[Table]:
    """Return tables with constraints, names by convention, schemas and dialect keywords."""
    plain, named, schema = MetaData(), MetaData(naming_convention=CONVENTION), MetaData(schema="s")
    for metadata in (plain, named, schema):
        Table("other", metadata, Column("id", Integer, primary_key=True))
    found = [
        Table(
            "t",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("a", Integer, ForeignKey("other.id"), index=True),
            Column("b", Integer, key="key_b", unique=True),
            Column("e", sa.Enum("a", "b", name="e", native_enum=False, create_constraint=True)),
            sa.UniqueConstraint("a", "key_b", name="given", deferrable=True),
            CheckConstraint("a > 5", name="positive"),
            sa.ForeignKeyConstraint(
                ["key_b"],
                ["other.id"],
                name="f",
                ondelete="CASCADE",
                onupdate="SET NULL",
                deferrable=True,
                initially="DEFERRED",
                match="FULL",
            ),
            comment="it's",
        )
        for metadata in (plain, named, schema)
    ]
    found.append(
        Table(
            "options",
            plain,
            Column("id", Integer),
            mysql_engine="InnoDB",
            mysql_default_charset="utf8",
            postgresql_partition_by="RANGE (id)",
            sqlite_autoincrement=True,
            prefixes=["TEMPORARY"],
            info={"a": 1},
            schema="x",
        )
    )
    found.append(Table("empty", plain))
    return found


def indexes() -> list[Index]:
    """Return indexes on columns and expressions, with dialect keywords."""
    table = Table("t", MetaData(), Column("a", Integer), Column("b", String), schema="s")
    return [
        Index("i1", table.c.a, table.c.b, unique=True),
        Index("i2", sa.func.lower(table.c.b)),
        Index("i3", table.c.a.desc(), sa.text("b DESC NULLS LAST")),
        Index("i4", table.c.a + 5),
        Index("i5", sa.func.coalesce(table.c.b, "it's")),
        Index(None, table.c.a),
        Index(
            "i6",
            table.c.a,
            postgresql_where=table.c.a > 5,
            postgresql_using="gin",
            postgresql_ops={"a": "int4_ops"},
            postgresql_include=["b"],
            postgresql_with={"fillfactor": 50},
        ),
        Index("i7", table.c.b, mysql_length={"b": 10}, mysql_prefix="FULLTEXT"),
        Index("i8", table.c.a, mssql_include=["b"], mssql_where=table.c.a == 3),
        Index("i9", table.c.a, sqlite_where=table.c.b == "x"),
    ]


def directives(ops: Any) -> list[Any]:
    """Return the directives of either side's `operations.ops` for all of these."""
    found = [ops.AddColumnOp("t", column) for column in columns()]
    for table in tables():
        found += [ops.CreateTableOp.from_table(table), ops.DropTableOp.from_table(table)]
        for constraint in sorted(table.constraints, key=lambda item: str(item.name)):
            if constraint.name and not isinstance(constraint, sa.PrimaryKeyConstraint):
                found.append(ops.AddConstraintOp.from_constraint(constraint))
                found.append(ops.DropConstraintOp.from_constraint(constraint))
    for index in indexes():
        found += [ops.CreateIndexOp.from_index(index), ops.DropIndexOp.from_index(index)]
    found += [
        ops.AlterColumnOp(
            "t",
            "c",
            existing_type=sa.String(5),
            modify_type=sa.String(9),
            modify_nullable=False,
            modify_comment=None,
            modify_server_default=sa.DefaultClause(sa.text("now()")),
            modify_name="d",
            existing_nullable=True,
            schema="s",
        ),
        ops.AlterColumnOp("t", "c", modify_server_default=None, existing_server_default="5"),
        ops.CreateForeignKeyOp("f", "t", "o", ["a"], ["b"], deferrable=False, use_alter=False),
        ops.CreateForeignKeyOp("f", "t", "o", ["a"], ["b"], ondelete="", referent_schema="s"),
        ops.CreateTableCommentOp("t", "it's", existing_comment="x", schema="s"),
        ops.DropTableCommentOp("t", existing_comment="x"),
        ops.DropColumnOp("t", "c", schema="s"),
        ops.ExecuteSQLOp("SELECT 'x'"),
    ]
    return found
