"""What every statement in a SQL script has in common: terminators, separators, values inline."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.ddl.offline import UnboundParameterError
from limbeck.errors import CommandError
from tests.unit.ddl.offline import Script

ROWS = sa.table(
    "t",
    sa.column("id", sa.Integer),
    sa.column("n", sa.String),
    sa.column("d", sa.Date),
    sa.column("u", sa.Numeric(10, 2)),
    sa.column("bin", sa.LargeBinary),
    sa.column("doc", sa.JSON),
)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("sqlite", "BEGIN;\n\nselect 1;\n\nCOMMIT;\n\n"),
        ("postgresql", "BEGIN;\n\nselect 1;\n\nCOMMIT;\n\n"),
        ("mssql", "BEGIN TRANSACTION;\n\nselect 1;\n\nGO\n\nCOMMIT;\n\nGO\n\n"),
        ("oracle", "SET TRANSACTION READ WRITE\n\n/\n\nselect 1\n\n/\n\nCOMMIT\n\n/\n\n"),
    ],
)
def test_statements_end_as_the_shell_wants(dialect: str, expected: str) -> None:
    script = Script(dialect)
    script.impl.emit_begin()
    script.impl.execute("  select 1\n")
    script.impl.emit_commit()
    assert script.text == expected


@pytest.mark.parametrize("dialect", ["mssql", "oracle"])
def test_batch_separator_is_an_option(dialect: str) -> None:
    options: dict[str, Any] = {f"{dialect}_batch_separator": "BATCH"}
    script = Script(dialect, **options)
    script.impl.execute("select 1")
    assert script.text.endswith("\n\nBATCH\n\n")


def test_statement_that_ends_itself_gets_no_second_terminator() -> None:
    script = Script("mysql")
    script.impl.execute("select 1;")
    assert script.text == "select 1;\n\n"


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql", "mssql", "oracle"])
def test_text_stays_as_written(dialect: str) -> None:
    script = Script(dialect)
    script.impl.execute("update t set x = '50%\t\\:a'")
    assert script.statements == ["update t set x = '50%\t:a'"]


def test_parameters_are_inline_where_asked() -> None:
    script = Script("postgresql", literal_binds=True)
    script.impl.execute(sa.text("update t set x = :v").bindparams(v="it's 5%"))
    script.impl.execute(ROWS.update().where(ROWS.c.id.in_([1, 2])).values(n="x"))
    assert script.statements == [
        "update t set x = 'it''s 5%'",
        "UPDATE t SET n='x' WHERE t.id IN (1, 2)",
    ]


def test_colon_without_a_value_is_an_error() -> None:
    with pytest.raises(UnboundParameterError, match=":a has no value"):
        Script("postgresql", literal_binds=True).impl.execute("update t set x = ':a'")


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("sqlite", "(1, 'a''b%', '2020-01-02', 1.20, X'00ff', '{\"k\": \"%\"}')"),
        ("postgresql", "(1, 'a''b%', '2020-01-02', 1.20, '\\x00ff', '{\"k\": \"%\"}')"),
        ("mysql", "(1, 'a''b%', '2020-01-02', 1.20, X'00ff', '{\"k\": \"%\"}')"),
        ("mssql", "(1, 'a''b%', '2020-01-02', 1.20, 0x00ff, '{\"k\": \"%\"}')"),
        (
            "oracle",
            "(1, 'a''b%', TO_DATE('2020-01-02', 'YYYY-MM-DD'), 1.20, HEXTORAW('00ff'), "
            '\'{"k": "%"}\')',
        ),
    ],
)
def test_rows_have_their_values_inline(dialect: str, expected: str) -> None:
    row = {
        "id": 1,
        "n": "a'b%",
        "d": datetime.date(2020, 1, 2),
        "u": Decimal("1.20"),
        "bin": b"\x00\xff",
        "doc": {"k": "%"},
    }
    script = Script(dialect)
    script.impl.bulk_insert(ROWS, [row])
    inserts = [statement for statement in script.statements if statement.startswith("INSERT")]
    assert inserts == [f"INSERT INTO t (id, n, d, u, bin, doc) VALUES {expected}"]


def test_each_row_has_its_own_columns_and_expressions() -> None:
    script = Script("sqlite")
    rows: list[dict[str, Any]] = [
        {"id": 1},
        {"id": 2, "n": sa.func.lower("X")},
        {"id": 3, "n": sa.literal("y")},
    ]
    script.impl.bulk_insert(ROWS, rows)
    assert script.statements == [
        "INSERT INTO t (id) VALUES (1)",
        "INSERT INTO t (id, n) VALUES (2, lower('X'))",
        "INSERT INTO t (id, n) VALUES (3, 'y')",
    ]


def test_defaults_of_the_model_are_filled_in() -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer),
        sa.Column("a", sa.String, default="x"),
        sa.Column("b", sa.Integer, default=lambda: 7),
        sa.Column("c", sa.Integer, server_default="5"),
    )
    script = Script("sqlite")
    script.impl.bulk_insert(table, [{"id": 1}])
    assert script.statements == ["INSERT INTO t (id, a, b) VALUES (1, 'x', 7)"]


def test_unknown_column_is_named() -> None:
    with pytest.raises(CommandError, match=r"'zz'.*only the columns id, n"):
        Script("sqlite").impl.bulk_insert(ROWS, [{"zz": 1}])


@pytest.mark.parametrize("rows", [{"id": 1}, [(1,)]])
def test_rows_are_a_list_of_dictionaries(rows: Any) -> None:
    with pytest.raises(TypeError, match="expected"):
        Script("mssql").impl.bulk_insert(ROWS, rows)


def test_sql_server_lets_values_into_an_identity_column() -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("n", sa.String(3)),
        schema="s",
    )
    script = Script("mssql")
    script.impl.bulk_insert(table, [{"id": 1}])
    script.impl.bulk_insert(table, [{"n": "x"}])
    assert script.statements == [
        "SET IDENTITY_INSERT s.t ON",
        "INSERT INTO s.t (id) VALUES (1)",
        "SET IDENTITY_INSERT s.t OFF",
        "INSERT INTO s.t (n) VALUES ('x')",
    ]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (ROWS.update().values(doc={"a": [1, None]}), """SET doc='{"a": [1, null]}';"""),
        (ROWS.update().values(doc=None), "SET doc='null';"),
        (ROWS.update().values(doc=sa.null()), "SET doc=NULL;"),
        (
            ROWS.update().values(bin=b"\x01").where(ROWS.c.n == "x"),
            "SET bin=X'01' WHERE t.n = 'x';",
        ),
        (ROWS.update().values(bin=None), "SET bin=NULL;"),
        (
            sa.text("UPDATE t SET doc = :doc").bindparams(sa.bindparam("doc", {}, sa.JSON)),
            "SET doc = '{}';",
        ),
    ],
)
def test_json_and_bytes_of_a_statement_are_inline(statement: Any, expected: str) -> None:
    script = Script("sqlite")
    script.impl.execute(statement, {"literal_binds": True})
    assert script.text.strip() == f"UPDATE t {expected}"
