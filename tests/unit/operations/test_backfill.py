"""Backfills without a database: the statements, a script's UPDATE, and `...` left to fill in."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from limbeck.errors import CommandError
from limbeck.operations import Operations, ops
from limbeck.operations.keyset import Fill
from limbeck.operations.unfilled import UnfilledValueError, refuse_unfilled_function
from limbeck.runtime.migration import MigrationContext
from limbeck.util.pyfiles import load_python_file
from tests.rendering import DIALECTS

UPDATES = {
    "sqlite": "UPDATE t SET a=lower(b) WHERE a IS NULL;",
    "postgresql": "UPDATE t SET a=lower(b) WHERE a IS NULL;",
    "mysql": "UPDATE t SET a=lower(b) WHERE a IS NULL;",
    "mssql": "UPDATE t SET a=lower(b) WHERE a IS NULL;",
    "oracle": "UPDATE t SET a=lower(b) WHERE a IS NULL",
}


def script(dialect: str, *arguments: Any, **keywords: Any) -> str:
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name=dialect, opts={"as_sql": True, "output_buffer": buffer}
    )
    Operations(context).backfill(*arguments, **keywords)
    return buffer.getvalue()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_script_has_one_plain_update(dialect: str) -> None:
    found = script(dialect, "t", {"a": sa.text("lower(b)")}, batch_size=5)
    assert (
        " ".join(found.replace("t.a", "a").split()).removesuffix(" /").removesuffix(" GO")
        == UPDATES[dialect]
    )


def test_script_has_values_inline() -> None:
    table = sa.table("t", sa.column("a", sa.String()), sa.column("d", sa.Date()), schema="s")
    found = script("postgresql", table, {"a": "it's", "d": None}, where="b = 1 OR c = 2")
    assert found == "UPDATE s.t SET a='it''s', d=NULL WHERE (b = 1 OR c = 2);\n\n"


@pytest.mark.parametrize(
    ("value", "source"),
    [
        (5, "5"),
        (True, "true"),
        (1.5, "1.5"),
        ("it's 50%", "'it''s 50%'"),
        (datetime.date(2024, 2, 29), "'2024-02-29'"),
        (None, "NULL"),
        (sa.column("b"), "b"),
    ],
)
def test_script_has_values_of_columns_whose_type_nobody_says(value: Any, source: str) -> None:
    found = script("postgresql", "t", {"a": value}, where="b > 1")
    assert found == f"UPDATE t SET a={source} WHERE (b > 1);\n\n"


def test_batches_go_along_the_key() -> None:
    table = sa.table("t", sa.column("a"), sa.column("b"), sa.column("x"))
    fill = Fill(table, {table.c.x: 1}, table.c.x.is_(None))
    keys: list[sa.ColumnClause[Any]] = [sa.column("a"), sa.column("b")]

    def sql(statement: Any) -> str:
        compiled = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
        return " ".join(str(compiled).split())

    assert sql(fill.batch(keys, (1, 2), (3, 4))) == (
        "UPDATE t SET x=? WHERE a >= ? AND (a > ? OR a = ? AND b > ?) "
        "AND a <= ? AND (a < ? OR a = ? AND b <= ?) AND t.x IS NULL"
    )
    assert sql(fill.batch(keys[:1], None, (3,))) == "UPDATE t SET x=? WHERE a <= ? AND t.x IS NULL"
    assert sql(fill.upper_key(keys[:1], (3,), 10)) == (
        "SELECT batch.a FROM (SELECT a FROM t WHERE t.x IS NULL AND a IS NOT NULL AND a > ? "
        "ORDER BY a LIMIT ? OFFSET ?) AS batch ORDER BY batch.a DESC LIMIT ? OFFSET ?"
    )


def test_backfill_is_undone_by_nothing() -> None:
    undone = ops.UpgradeOps([ops.BackfillOp("t", {"a": 1})]).reverse()
    assert [each.ops for each in undone.ops if isinstance(each, ops.OpContainer)] == [[]]


def test_batch_size_is_at_least_one() -> None:
    with pytest.raises(CommandError, match="1 or more"):
        ops.BackfillOp("t", {"a": 1}, batch_size=0)


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ("op.execute(t.update().values(a=...))", True),
        ("op.execute(t.update().where(t.c.a.is_(None)).values({'a': ...}))", True),
        ("op.execute(t.delete().where(...))", True),
        ("op.execute(t.delete().where(t.c.id.in_([1, ...])))", True),
        ("op.backfill('t', {'a': ...})", True),
        ("op.backfill('t', values={'a': 1})", False),
        ("array[..., 0]", False),
        ("kind: tuple[int, ...] = ()", False),
        ("...", False),
    ],
)
def test_function_with_a_value_to_fill_in_is_refused(
    tmp_path: Path, line: str, is_refused: bool
) -> None:
    (tmp_path / "revision.py").write_text(f"def upgrade():\n    x = 1\n    {line}\n")
    function = load_python_file(tmp_path, "revision.py").upgrade
    if is_refused:
        with pytest.raises(UnfilledValueError, match=r"revision\.py, line 3 still has `\.\.\.`"):
            refuse_unfilled_function(function)
    else:
        refuse_unfilled_function(function)


def test_statement_with_a_value_to_fill_in_is_refused() -> None:
    table = sa.table("t", sa.column("a"), sa.column("b"))
    context = MigrationContext.configure(
        dialect_name="sqlite", opts={"as_sql": True, "output_buffer": io.StringIO()}
    )
    with pytest.raises(UnfilledValueError, match=r"rows of t still has `\.\.\.` for a"):
        Operations(context).execute(table.update().values(a=..., b=1))
