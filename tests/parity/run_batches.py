"""Print, as JSON, what random batches make of random SQLite tables: `run_batches.py alembic 40`."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

TYPES: tuple[Any, ...] = (
    sa.Integer(),
    sa.String(20),
    sa.Numeric(8, 2),
    sa.DateTime(),
    sa.Boolean(),
    sa.Text(),
    sa.Float(),
)
DEFAULTS = (None, None, "5", sa.text("7"), sa.text("(1 + 1)"))
COLUMNS = ("a", "b", "c", "d")


def main(package: str, count: int) -> None:
    """Run the batches, each on a database of its own."""
    found = []
    for seed in range(count):
        random = Random(seed)
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            metadata = sa.MetaData()
            table = random_table(random, metadata)
            metadata.create_all(connection)
            for number in range(3):
                connection.exec_driver_sql(random_row(random, table, number))
            connection.commit()
            found.append(outcome(package, connection, random_calls(random, table)))
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    documented: Any = importlib.import_module("tests.parity.batch_options")
    for options, calls in documented.BATCHES:
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            for statement in documented.SETUP:
                connection.exec_driver_sql(statement)
            connection.commit()
            given = eval(f"dict({options})", dict(documented.NAMES))
            result = outcome(package, connection, list(calls), given)
            found.append({**result, "calls": [options, *calls]})
    sys.stdout.write(json.dumps(found))


def random_table(random: Random, metadata: sa.MetaData) -> sa.Table:
    """Return a table with random columns, constraints and indexes, all with names."""
    sa.Table("other", metadata, sa.Column("id", sa.Integer, primary_key=True))
    parts: list[Any] = [sa.Column("id", sa.Integer, primary_key=True)]
    for name in COLUMNS:
        options: dict[str, Any] = {
            "nullable": random.random() < 0.7,
            "server_default": random.choice(DEFAULTS),
        }
        parts.append(sa.Column(name, random.choice(TYPES), **options))
    if random.random() < 0.5:
        parts.append(sa.UniqueConstraint("a", "b", name="uq"))
    if random.random() < 0.5:
        parts.append(sa.ForeignKeyConstraint(["c"], ["other.id"], name="fk", ondelete="CASCADE"))
    if random.random() < 0.5:
        parts.append(sa.CheckConstraint("id > 0", name="ck"))
    if random.random() < 0.5:
        parts.append(sa.Index("ix", "d", unique=random.random() < 0.3))
    return sa.Table("t", metadata, *parts)


def random_row(random: Random, table: sa.Table, number: int) -> str:
    """Return an INSERT of a row; each row has other values."""
    values = [number + 1, *(random.randint(1, 9) * 10 + number for _ in COLUMNS)]
    return f"INSERT INTO t VALUES ({', '.join(map(str, values))})"


def random_calls(random: Random, table: sa.Table) -> list[str]:
    """Return calls of `batch_op` that the table allows."""
    items: list[Any] = [*table.constraints, *table.indexes]
    names = {str(item.name) for item in items if item.name}
    choices = [
        "batch_op.add_column(sa.Column('n', sa.Integer()))",
        "batch_op.add_column(sa.Column('n', sa.String(9), server_default='x', nullable=False))",
        "batch_op.add_column(sa.Column('n', sa.Integer()), insert_after='a')",
        "batch_op.alter_column('a', new_column_name='z')",
        "batch_op.alter_column('b', nullable=False)",
        "batch_op.alter_column('b', nullable=True)",
        "batch_op.alter_column('b', type_=sa.String(40))",
        "batch_op.alter_column('d', server_default='9')",
        "batch_op.alter_column('d', server_default=None)",
        "batch_op.create_unique_constraint('uq_new', ['a', 'd'])",
        "batch_op.create_check_constraint('ck_new', sa.column('id') > -1)",
        "batch_op.create_foreign_key('fk_new', 'other', ['a'], ['id'])",
        "batch_op.create_index('ix_new', ['b'])",
    ]
    choices += [f"batch_op.drop_constraint({n!r}, type_={k!r})" for n, k in KINDS if n in names]
    choices += ["batch_op.drop_index('ix')"] if "ix" in names else []
    choices += ["batch_op.drop_column('a')"] if not names & {"uq"} else []
    return sensible(random.sample(choices, random.randint(1, 4)))


def sensible(calls: list[str]) -> list[str]:
    """Return calls that add one column of a name, and use none that is gone."""
    new = [call for call in calls if "Column('n'" in call]
    kept = [call for call in calls if call not in new[1:]]
    drop = "batch_op.drop_column('a')"
    if drop not in kept:
        return kept
    return [call for call in kept if call != drop and "='z'" not in call] + [drop]


KINDS = (("uq", "unique"), ("fk", "foreignkey"), ("ck", "check"))


def outcome(
    package: str,
    connection: sa.Connection,
    calls: list[str],
    options: dict[str, Any] | None = None,
    read: Callable[[sa.Connection], list[Any]] | None = None,
) -> dict[str, Any]:
    """Run the calls in one batch; return them, the error or the catalogs, and the rows."""
    read = read or catalogs
    migration: Any = importlib.import_module(f"{package}.runtime.migration")
    operations: Any = importlib.import_module(f"{package}.operations")
    op = operations.Operations(migration.MigrationContext.configure(connection))
    error = None
    try:
        with op.batch_alter_table("t", **(options or {})) as batch_op:
            for call in calls:
                eval(call, {"batch_op": batch_op, "sa": sa})
    except Exception as raised:  # noqa: BLE001  # that there is one is compared
        error = type(raised).__name__
        connection.rollback()
    return {"calls": calls, "error": error, "catalogs": [] if error else read(connection)}


def catalogs(connection: sa.Connection) -> list[Any]:
    """Return columns, keys, indexes, checks and rows, each in one order."""
    inspector = sa.inspect(connection)
    columns = connection.exec_driver_sql("PRAGMA table_info(t)").all()
    return [
        [[str(part) for part in column[1:]] for column in columns],
        by_name(inspector.get_foreign_keys("t")),
        by_name(inspector.get_unique_constraints("t")),
        by_name(inspector.get_check_constraints("t")),
        by_name(inspector.get_indexes("t")),
        [[str(v) for v in row] for row in connection.exec_driver_sql("SELECT * FROM t").all()],
    ]


def by_name(items: list[Any]) -> list[str]:
    """Return what reflection says, as text."""
    return sorted(str(sorted((key, str(value)) for key, value in item.items())) for item in items)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1], int(sys.argv[2]))
