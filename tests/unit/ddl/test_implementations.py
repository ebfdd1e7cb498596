"""The registry of implementations, and what third parties' subclasses count on."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine.default import DefaultDialect

from limbeck.ddl.impl import DefaultImpl, _impls
from limbeck.ddl.registry import UnknownDialectError
from tests.unit.ddl.offline import Script, make_dialect


class Ours(DefaultDialect):
    """A dialect of a third party."""

    name = "ours"


def test_subclass_enters_itself() -> None:
    class OursImpl(DefaultImpl):
        __dialect__ = "ours"

    class Special(OursImpl):
        """Says no dialect of its own, so it does not replace its parent."""

    try:
        assert DefaultImpl.get_by_dialect(Ours()) is OursImpl
        assert OursImpl.transactional_ddl is False
    finally:
        del _impls["ours"]


def test_unknown_dialect_is_named_with_the_way_out() -> None:
    with pytest.raises(UnknownDialectError) as caught:
        DefaultImpl.get_by_dialect(Ours())
    assert "'ours'" in str(caught.value)
    assert "__dialect__" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sqlite", ("SQLiteImpl", False)),
        ("postgresql", ("PostgresqlImpl", True)),
        ("mysql", ("MySQLImpl", False)),
        ("mariadb", ("MariaDBImpl", False)),
        ("mssql", ("MSSQLImpl", True)),
        ("oracle", ("OracleImpl", False)),
    ],
)
def test_dialects_have_their_implementation(name: str, expected: tuple[str, bool]) -> None:
    cls = DefaultImpl.get_by_dialect(make_dialect(name))
    assert (cls.__name__, cls.transactional_ddl) == expected


def test_only_the_dialect_in_use_is_loaded() -> None:
    code = (
        "import sys, limbeck.ddl.impl as impl; impl._impls['sqlite'];"
        "print(sorted(name for name in sys.modules if name.startswith('limbeck.ddl.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "limbeck.ddl.sqlite" in done.stdout
    assert "postgresql" not in done.stdout
    assert ".read'" not in done.stdout
    assert ".reader'" not in done.stdout


@pytest.mark.parametrize(
    ("dialect", "found", "wanted", "differs"),
    [
        ("postgresql", sa.VARCHAR(20), sa.String(20), False),
        ("postgresql", sa.VARCHAR(20), sa.String(50), True),
        ("postgresql", sa.DECIMAL(8, 2), sa.Numeric(8, 2), False),
        ("postgresql", sa.Integer(), sa.String(), True),
        ("oracle", sa.Integer(), sa.Numeric(), False),
        ("mysql", sa.String(5, collation="utf8mb4_bin"), sa.String(5), False),
        (
            "mysql",
            sa.String(5, collation="utf8mb4_bin"),
            sa.String(5, collation="latin1_bin"),
            True,
        ),
        ("mysql", mysql.TINYINT(1), sa.Boolean(), False),
    ],
)
def test_types_are_compared(dialect: str, found: Any, wanted: Any, differs: bool) -> None:
    impl = Script(dialect).impl
    assert impl.compare_type(sa.Column("x", found), sa.Column("x", wanted)) is differs


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (("create_index", (sa.Index("ix", "x"),), {}), False),
        (("add_column", ("t", sa.Column("x", sa.Integer)), {}), False),
        (("add_column", ("t", sa.Column("x", sa.Integer, server_default="5")), {}), False),
        (("add_column", ("t", sa.Column("x", sa.Integer, nullable=False)), {}), True),
        (("add_column", ("t", sa.Column("x", server_default=sa.func.now())), {}), True),
        (("add_column", ("t", sa.Column("x", sa.ForeignKey("p.id"))), {}), True),
        (("alter_column", ("t", "x"), {"nullable": True}), True),
    ],
)
def test_sqlite_recreates_the_table_where_alter_can_not(recorded: Any, expected: bool) -> None:
    class Batch:
        batch = [recorded]

    assert Script("sqlite").impl.requires_recreate_in_batch(Batch()) is expected
    assert Script("postgresql").impl.requires_recreate_in_batch(Batch()) is False


def test_rows_are_cast_only_to_another_kind_of_type() -> None:
    column: sa.Column[Any] = sa.Column("a", sa.Integer)
    transfer: dict[str, Any] = {"expr": column}
    Script("sqlite").impl.cast_for_batch_migrate(column, transfer, sa.BigInteger())
    assert transfer["expr"] is column
    Script("sqlite").impl.cast_for_batch_migrate(column, transfer, sa.String(5))
    assert str(transfer["expr"]) == "CAST(a AS VARCHAR(5))"


@pytest.mark.parametrize(
    ("dialect", "expression", "options", "expected"),
    [
        ("sqlite", sa.func.lower(sa.column("x")), {"is_server_default": True}, "(lower(x))"),
        ("sqlite", sa.text("5"), {"is_server_default": True}, "5"),
        ("postgresql", sa.column("a") + 5, {"is_index": True}, "(a + 5)"),
        ("postgresql", sa.func.lower(sa.column("x")), {"is_index": True}, "lower(x)"),
        ("mysql", sa.func.lower(sa.column("x")), {"is_index": True}, "(lower(x))"),
        ("oracle", sa.column("x") > "a'b", {}, "x > 'a''b'"),
    ],
)
def test_expressions_are_rendered_for_ddl(
    dialect: str, expression: Any, options: dict[str, bool], expected: str
) -> None:
    assert Script(dialect).impl.render_ddl_sql_expr(expression, **options) == expected
