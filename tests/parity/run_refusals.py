"""Print, as JSON, how a package refuses what it can't use: the error's bases, or what came out.

`run_refusals.py alembic`: the package to ask, from that package's environment.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa

PATTERNS: tuple[list[str], ...] = (
    ["my*"],
    ["my.*"],
    ["~my*"],
    ["alembic.auto*"],
    ["alembic.autogenerate.*", "~my.*"],
    ["alembic.autogenerate.*", "~alembic*"],
    ["alembic.autogenerate.*", "~alembic.*"],
    ["*"],
    ["*.types"],
    ["alembic.*.types"],
    ["al?mbic.*"],
    ["alembic..*"],
    ["alembic.autogenerate.**"],
    [".*"],
    ["my-own.*"],
    ["1.*"],
    ["~"],
    [""],
    [],
)


def main(package: str) -> None:
    """Ask everything."""
    if package != "alembic":
        importlib.import_module(f"{package}.alembic_names").install()
    answers = {f"patterns {each}": told(partial(compared, each)) for each in PATTERNS}
    sys.stdout.write(json.dumps({**answers, **unknown_directives()}))


def told(ask: Callable[[], Any]) -> Any:
    """Return what a call gives, or the names of Python's own errors that its error is."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001  # which one it is, is compared
        bases = {base.__name__ for base in type(error).__mro__}
        return sorted(bases & {"CommandError", "ValueError", "NotImplementedError", "TypeError"})


def compared(patterns: list[str]) -> list[str]:
    """Return what autogenerate finds with these plugins."""
    autogenerate = importlib.import_module("alembic.autogenerate")
    migration = importlib.import_module("alembic.runtime.migration")
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    with sa.create_engine("sqlite://").connect() as connection:
        context = migration.MigrationContext.configure(
            connection, opts={"autogenerate_plugins": patterns}
        )
        return [difference[0] for difference in autogenerate.compare_metadata(context, metadata)]


def unknown_directives() -> dict[str, Any]:
    """Return what comes of a directive that nobody said how to write or to run."""
    autogenerate = importlib.import_module("alembic.autogenerate")
    migration = importlib.import_module("alembic.runtime.migration")
    operations = importlib.import_module("alembic.operations")
    ops = operations.ops
    mine: Any = type("MineOp", (ops.MigrateOperation,), {})()
    context = migration.MigrationContext.configure(
        dialect_name="sqlite", opts={"as_sql": True, "output_buffer": io.StringIO()}
    )
    inside = ops.ModifyTableOps("t", [mine])
    return {
        "written": told(lambda: autogenerate.render_python_code(ops.UpgradeOps([mine]))),
        "written in a table": told(
            lambda: autogenerate.render_python_code(ops.UpgradeOps([inside]))
        ),
        "run": told(lambda: operations.Operations(context).invoke(mine)),
        "listed": told(mine.to_diff_tuple),
    }


if __name__ == "__main__":
    main(sys.argv[1])
