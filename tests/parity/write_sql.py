"""Print, as JSON, the SQL that one side writes offline: `write_sql.py alembic 200`.

For each call of `calls`, and as many random ones.
"""

from __future__ import annotations

import datetime
import importlib
import io
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

DIALECTS = ("sqlite", "postgresql", "mysql", "mssql", "oracle")
FOLDER = Path(__file__).resolve().parent


def main(package: str, count: str) -> None:
    """Write the SQL of every call on every dialect."""
    sys.path.insert(0, str(FOLDER))
    calls: Any = importlib.import_module("calls")
    products: Any = importlib.import_module("products")
    plain_calls = [*calls.CALLS, *products.random_calls(count=int(count), seed=1)]
    written: dict[str, dict[str, str]] = {}
    for dialect in DIALECTS:
        side = Side(package, dialect)
        written[dialect] = {call: side.write(plain, call) for call in plain_calls}
        for recreate in ("never", "always") if dialect == "sqlite" else ("never",):
            written[dialect] |= {
                f"{recreate}: {call}": side.write(batch, call, recreate) for call in calls.BATCH
            }
    sys.stdout.write(json.dumps(written))


class Side:
    """Alembic or limbeck, for one dialect."""

    def __init__(self, package: str, dialect: str) -> None:
        self._dialect = dialect
        self._context: Any = importlib.import_module(
            f"{package}.runtime.migration"
        ).MigrationContext
        self._operations: Any = importlib.import_module(f"{package}.operations").Operations

    def write(self, run: Callable[..., None], *arguments: str) -> str:
        """Return what a call writes, or the kind of the error it raises."""
        buffer = io.StringIO()
        context = self._context.configure(
            dialect_name=self._dialect, opts={"as_sql": True, "output_buffer": buffer}
        )
        try:
            run(self._operations(context), *arguments)
        except Exception as error:  # noqa: BLE001  # which one it is, is compared
            return "raises " + " ".join(kind.__name__ for kind in type(error).__mro__)
        return buffer.getvalue()


def plain(op: Any, call: str) -> None:
    """Run a call of `op`."""
    eval(call, {"op": op, "sa": sa, "datetime": datetime})


def batch(op: Any, call: str, recreate: str) -> None:
    """Run a call of `batch_op` on a table that it is given."""
    options = {} if recreate == "never" else {"copy_from": make_table()}
    with op.batch_alter_table("t", recreate=recreate, **options) as batch_op:
        eval(call, {"batch_op": batch_op, "sa": sa})


def make_table() -> sa.Table:
    """Return the table that a batch builds anew."""
    return sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("b", sa.String(20), server_default="x"),
        sa.Column("o", sa.Integer, sa.ForeignKey("other.id", name="fk")),
        sa.UniqueConstraint("b", name="u"),
        sa.CheckConstraint("id > 0", name="ck"),
        sa.Index("ix_b", "b"),
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
