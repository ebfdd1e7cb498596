"""What the implementations emit, on real databases: seen again through SQLAlchemy's Inspector."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Connection, MetaData, Table, inspect
from sqlalchemy.dialects import postgresql

from limbeck.ddl.impl import DefaultImpl
from limbeck.errors import CommandError, UnsupportedOperationError
from tests.databases import Database


def impl_of(connection: Connection) -> DefaultImpl:
    """Return the implementation for a connection."""
    cls = DefaultImpl.get_by_dialect(connection.dialect)
    return cls(connection.dialect, connection, False, None, None, {})  # noqa: FBT003  # Alembic's signature


def users(*items: Any) -> Table:
    """Return a table with a key, a name and what else is given."""
    key = Column("id", sa.Integer, primary_key=True)
    return Table("users", MetaData(), key, Column("name", sa.String(20)), *items)


def column_of(connection: Connection, name: str, table: str = "users") -> dict[str, Any]:
    """Return what the Inspector says of a column."""
    columns = inspect(connection).get_columns(table)
    return next(dict(column) for column in columns if column["name"] == name)


def bound(column: Column[Any]) -> Column[Any]:
    """Return the column within a table, as directives hand it over."""
    Table("users", MetaData(), column)
    return column


def test_create_table_makes_indexes_constraints_and_comments(database: Database) -> None:
    table = users(
        Column("email", sa.String(50), unique=True), Column("age", sa.Integer, index=True)
    )
    with database.engine.begin() as connection:
        impl_of(connection).create_table(table)
    found = inspect(database.engine)
    assert [item["column_names"] for item in found.get_unique_constraints("users")] == [["email"]]
    assert "ix_users_age" in {item["name"] for item in found.get_indexes("users")}


@pytest.mark.requires("comments")
def test_comments_are_set_changed_and_removed(database: Database) -> None:
    table = users(Column("note", sa.String(9), comment="it's 100%"))
    table.comment = "50% 'of' all"
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(table)
        assert inspect(connection).get_table_comment("users")["text"] == "50% 'of' all"
        assert column_of(connection, "note")["comment"] == "it's 100%"
        impl.alter_column("users", "note", comment="new %", existing_type=sa.String(9))
        impl.drop_table_comment(table)
        assert column_of(connection, "note")["comment"] == "new %"
        assert not inspect(connection).get_table_comment("users")["text"]
        impl.alter_column("users", "note", comment=None, existing_type=sa.String(9))
        assert column_of(connection, "note")["comment"] is None


def test_column_is_added_with_default_and_dropped(database: Database) -> None:
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users())
        connection.execute(sa.text("insert into users (id, name) values (1, 'a')"))
        added = Column("kind", sa.String(9), server_default="it's", nullable=False)
        impl.add_column("users", bound(added))
        assert connection.scalar(sa.text("select kind from users")) == "it's"
        impl.drop_column("users", added)
        assert [item["name"] for item in inspect(connection).get_columns("users")] == ["id", "name"]


def test_column_is_added_only_where_missing(database: Database) -> None:
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users())
        for _ in range(2):
            impl.add_column("users", bound(Column("kind", sa.Integer)), if_not_exists=True)
        for _ in range(2):
            impl.drop_column("users", Column("kind", sa.Integer), if_exists=True)


def test_tables_and_columns_are_renamed(database: Database) -> None:
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users(Column("old", sa.String(7), nullable=False, server_default="x")))
        impl.alter_column("users", "old", name="new order")
        impl.rename_table("users", "select")
        found = column_of(connection, "new order", "select")
        assert (found["nullable"], str(found["default"]).strip("'")[:1]) == (False, "x")


@pytest.mark.requires("alter")
def test_column_is_altered_in_every_way(database: Database) -> None:
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users())
        impl.alter_column(
            "users",
            "name",
            nullable=False,
            server_default="x'y",
            type_=sa.String(40),
            name="title",
            existing_type=sa.String(20),
            existing_nullable=True,
        )
        found = column_of(connection, "title")
        assert (found["type"].length, found["nullable"]) == (40, False)
        assert "x''y" in found["default"] or "x\\'y" in found["default"]
        kept: dict[str, Any] = {"existing_type": sa.String(40), "existing_nullable": False}
        impl.alter_column("users", "title", server_default=None, **kept)
        assert column_of(connection, "title")["default"] is None
        impl.alter_column("users", "title", nullable=True, **kept)
        assert column_of(connection, "title")["nullable"] is True


@pytest.mark.requires("alter")
def test_expressions_are_defaults(database: Database) -> None:
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users(Column("at", sa.DateTime)))
        impl.alter_column("users", "at", server_default=sa.func.now(), existing_type=sa.DateTime())
        impl.alter_column(
            "users",
            "name",
            server_default=sa.func.concat("a", "b"),
            existing_type=sa.String(20),
        )
        connection.execute(sa.text("insert into users (id) values (1)"))
        row = connection.execute(sa.text("select name, at from users")).one()
        assert row.name == "ab"
        assert row.at is not None


@pytest.mark.requires("alter")
def test_constraints_are_added_and_dropped(database: Database) -> None:
    metadata = MetaData()
    parent = Table("parent", metadata, Column("id", sa.Integer, primary_key=True))
    child = Table(
        "child", metadata, Column("id", sa.Integer, primary_key=True), Column("up", sa.Integer)
    )
    constraints: list[sa.Constraint] = [
        sa.UniqueConstraint("up", name="uq_up"),
        sa.CheckConstraint("up > 5", name="ck_up"),
        sa.ForeignKeyConstraint(["up"], ["parent.id"], name="fk_up", ondelete="CASCADE"),
    ]
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(parent)
        impl.create_table(child)
        for constraint in constraints:
            child.append_constraint(constraint)
            impl.add_constraint(constraint)
        found = inspect(connection)
        assert [item["name"] for item in found.get_foreign_keys("child")] == ["fk_up"]
        assert [item["name"] for item in found.get_check_constraints("child")] == ["ck_up"]
        for constraint in reversed(constraints):
            impl.drop_constraint(constraint)
        found = inspect(connection)
        assert found.get_foreign_keys("child") == []
        assert found.get_check_constraints("child") == []
        assert found.get_unique_constraints("child") == []


def test_rows_keep_columns_that_only_later_rows_have(database: Database) -> None:
    table = users()
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(table)
        rows: list[dict[str, Any]] = [
            {"id": 1},
            {"id": 2, "name": "b"},
            {"id": 3, "name": sa.func.lower("C")},
        ]
        impl.bulk_insert(table, rows)
        found = connection.execute(sa.text("select id, name from users order by id")).all()
        assert [tuple(row) for row in found] == [(1, None), (2, "b"), (3, "c")]


def test_script_is_what_the_database_understands(database: Database) -> None:
    table = users(Column("raw", sa.LargeBinary), Column("doc", sa.JSON), Column("ok", sa.Boolean))
    buffer = io.StringIO()
    dialect = database.engine.dialect
    impl = DefaultImpl.get_by_dialect(dialect)(dialect, None, True, None, buffer, {})  # noqa: FBT003  # Alembic's signature
    row = {"id": 1, "name": "50%\t'x' \\ :y", "raw": b"\x00\xff'", "doc": {"a": ["%"]}, "ok": True}
    impl.create_table(table)
    impl.bulk_insert(table, [row])
    with database.engine.begin() as connection:
        for statement in filter(str.strip, buffer.getvalue().split(";\n\n")):
            connection.exec_driver_sql(
                statement.replace("%", "%%") if _doubles(connection) else statement
            )
        assert connection.execute(table.select()).mappings().one() == row


def _doubles(connection: Connection) -> bool:
    return connection.dialect.paramstyle in ("format", "pyformat")


@pytest.mark.requires("batch_only")
def test_unsupported_alter_says_the_way_out(database: Database) -> None:
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users())
        with pytest.raises(UnsupportedOperationError) as caught:
            impl.alter_column("users", "name", nullable=False, existing_type=sa.String(20))
    for part in ("column name", "table users", "op.batch_alter_table('users')", "render_as_batch"):
        assert part in str(caught.value)


@pytest.mark.requires("identity")
def test_identity_is_added_changed_and_dropped(database: Database) -> None:
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users(Column("nr", sa.BigInteger, nullable=False)))
        first, second = sa.Identity(start=5), sa.Identity(always=True, increment=3, cycle=True)
        impl.alter_column("users", "nr", server_default=first)
        impl.alter_column("users", "nr", server_default=second, existing_server_default=first)
        found = column_of(connection, "nr")["identity"]
        assert (found["always"], found["increment"], found["cycle"]) == (True, 3, True)
        impl.alter_column("users", "nr", server_default="7", existing_server_default=second)
        assert "identity" not in column_of(connection, "nr")


@pytest.mark.requires("enum_types")
def test_new_column_brings_its_enum_type(database: Database) -> None:
    kind = sa.Enum("a", "b", name="kind")
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users())
        impl.add_column("users", bound(Column("one", kind)))
        impl.add_column("users", bound(Column("many", postgresql.ARRAY(kind))))
        impl.alter_column("users", "name", type_=kind, postgresql_using="name::kind")
        assert [item["name"] for item in inspect(connection).get_enums()] == ["kind"]  # type: ignore[attr-defined]  # PGInspector


@pytest.mark.requires("sequences")
def test_type_of_a_serial_changes_its_sequence(database: Database) -> None:
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users())
        impl.alter_column(
            "users",
            "id",
            type_=sa.BigInteger(),
            existing_type=sa.Integer(),
            existing_server_default=sa.text("nextval('users_id_seq'::regclass)"),
        )
        sql = "select data_type from information_schema.sequences where sequence_name = 'users_id_seq'"
        assert connection.scalar(sa.text(sql)) == "bigint"


@pytest.mark.requires("sequences")
def test_rows_are_converted_by_using(database: Database) -> None:
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(users())
        connection.execute(sa.text("insert into users (name) values ('12')"))
        impl.alter_column("users", "name", type_=sa.Integer(), postgresql_using="name::integer")
        assert connection.scalar(sa.text("select name from users")) == 12
        with pytest.raises(CommandError, match="type_"):
            impl.alter_column("users", "name", nullable=False, postgresql_using="name::integer")


@pytest.mark.requires("sequences")
def test_exclude_constraint_is_added(database: Database) -> None:
    table = users(Column("during", postgresql.INT4RANGE))
    with database.engine.begin() as connection:
        impl = impl_of(connection)
        impl.create_table(table)
        constraint = postgresql.ExcludeConstraint((table.c.during, "&&"), name="ex_during")
        table.append_constraint(constraint)
        impl.add_constraint(constraint)
        impl.drop_constraint(constraint)


@pytest.mark.requires("sequences")
def test_index_is_made_concurrently(database: Database) -> None:
    index = sa.Index("ix", "name", postgresql_concurrently=True, postgresql_include=["extra"])
    table = users(Column("extra", sa.Integer))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        impl = impl_of(connection)
        impl.create_table(table)
        Table("users", MetaData(), Column("name", sa.String(20)), index)
        impl.create_index(index)
        impl.drop_index(index)
        assert inspect(connection).get_indexes("users") == []


@pytest.mark.requires("sequences")
def test_index_of_partitions_is_not_made_concurrently(database: Database) -> None:
    table = Table(
        "split", MetaData(), Column("name", sa.String(20)), postgresql_partition_by="LIST (name)"
    )
    index = sa.Index("ix", table.c.name, postgresql_concurrently=True)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        impl = impl_of(connection)
        connection.execute(sa.schema.CreateTable(table))
        with pytest.raises(CommandError, match="on each partition concurrently"):
            impl.create_index(index)
