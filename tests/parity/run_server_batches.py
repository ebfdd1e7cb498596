"""Print, as JSON, what random batches make of random tables on a server.

`run_server_batches.py alembic URL 40`: the database is empty, and is emptied after each batch.
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.parity.run_batches import by_name, outcome, sensible

KNOWN = "existing_type=sa.String(20), existing_nullable=True"


def main(package: str, url: str, count: int) -> None:
    """Run the batches one after the other; every other one recreates the table."""
    engine = sa.create_engine(url)
    found = []
    for seed in range(count):
        random = Random(seed)
        metadata = sa.MetaData()
        table = random_table(random, metadata)
        with engine.connect() as connection:
            metadata.create_all(connection)
            numbers = range(10, 40, 10)
            connection.execute(metadata.tables["other"].insert(), [{"id": n} for n in numbers])
            connection.execute(table.insert(), [random_row(table, n) for n in numbers])
            connection.commit()
            calls = random_calls(random, table)
            options = {"recreate": ("auto", "always")[seed % 2]}
            result = outcome(package, connection, calls, options, catalogs)
            connection.rollback()
            found.append({**result, "calls": [options["recreate"], *calls]})
        with engine.begin() as connection:
            everything = sa.MetaData()
            everything.reflect(connection)
            everything.drop_all(connection)
    sys.stdout.write(json.dumps(found))


def random_table(random: Random, metadata: sa.MetaData) -> sa.Table:
    """Return a table with random columns, constraints and indexes, all with names."""
    sa.Table("other", metadata, sa.Column("id", sa.Integer, primary_key=True))
    default = random.choice((None, "5", sa.text("'x'")))
    parts: list[Any] = [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, nullable=random.random() < 0.7, comment="it's a"),
        sa.Column("b", sa.String(20), server_default=default),
        sa.Column("c", sa.Integer, server_default=random.choice((None, sa.text("20")))),
        sa.Column("d", random.choice((sa.Numeric(8, 2), sa.DateTime(), sa.Boolean(), sa.Float()))),
    ]
    choices: list[Any] = [
        sa.UniqueConstraint("a", "b", name="uq"),
        sa.ForeignKeyConstraint(["c"], ["other.id"], name="fk", ondelete="CASCADE"),
        sa.CheckConstraint("c > 0", name="ck"),
        sa.Index("ix", "d", unique=False),
    ]
    parts += [choice for choice in choices if random.random() < 0.5]
    return sa.Table("t", metadata, *parts, comment=random.choice((None, "a table")))


def random_row(table: sa.Table, number: int) -> dict[str, Any]:
    """Return a row; each has other values."""
    return {"id": number, "a": number, "b": f"b{number}", "c": number}


def random_calls(random: Random, table: sa.Table) -> list[str]:
    """Return calls of `batch_op` that the table allows."""
    items: list[Any] = [*table.constraints, *table.indexes]
    names = {str(item.name) for item in items if item.name}
    kinds = (("uq", "unique"), ("fk", "foreignkey"), ("ck", "check"))
    choices = [
        "batch_op.add_column(sa.Column('n', sa.Integer()))",
        "batch_op.add_column(sa.Column('n', sa.String(9), server_default='x', nullable=False))",
        "batch_op.alter_column('a', new_column_name='z', existing_type=sa.Integer())",
        f"batch_op.alter_column('b', nullable=False, {KNOWN})",
        f"batch_op.alter_column('b', type_=sa.String(40), {KNOWN})",
        f"batch_op.alter_column('b', server_default='9', {KNOWN})",
        f"batch_op.alter_column('b', server_default=None, {KNOWN})",
        f"batch_op.alter_column('b', comment='b', {KNOWN})",
        "batch_op.create_unique_constraint('uq_new', ['a', 'id'])",
        "batch_op.create_check_constraint('ck_new', sa.column('c') > -1)",
        "batch_op.create_foreign_key('fk_new', 'other', ['a'], ['id'])",
        "batch_op.create_index('ix_new', ['b'])",
        "batch_op.create_table_comment('new')",
    ]
    choices += [f"batch_op.drop_constraint({n!r}, type_={k!r})" for n, k in kinds if n in names]
    choices += ["batch_op.drop_index('ix')"] if "ix" in names else []
    choices += ["batch_op.drop_column('a')"] if not names & {"uq"} else []
    return sensible(random.sample(choices, random.randint(1, 4)))


def catalogs(connection: sa.Connection) -> list[Any]:
    """Return columns, keys, indexes, checks, comment and rows, each in one order."""
    inspector = sa.inspect(connection)
    columns = [
        [str(column[key]) for key in ("name", "type", "nullable", "default", "comment")]
        for column in inspector.get_columns("t")
    ]
    return [
        columns,
        str(inspector.get_pk_constraint("t")["constrained_columns"]),
        by_name(inspector.get_foreign_keys("t")),
        by_name(inspector.get_unique_constraints("t")),
        by_name(inspector.get_check_constraints("t")),
        by_name(inspector.get_indexes("t")),
        str(inspector.get_table_comment("t")),
        sorted(inspector.get_table_names()),
        sorted([str(v) for v in row] for row in connection.exec_driver_sql("SELECT * FROM t")),
    ]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
