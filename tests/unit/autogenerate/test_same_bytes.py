"""The same models give the same revision: whatever the order they are declared in, and of hashes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from sqlalchemy import *
from limbeck.autogenerate import produce_migrations, render_python_code
from limbeck.runtime.migration import MigrationContext

REFERS = {"a": "b", "b": "c", "c": "a", "d": "d", "e": "a", "f": "e"}
metadata = MetaData()
for name in REFERS if sys.argv[1] == "forwards" else reversed(REFERS):
    refers = Column("refers", ForeignKey(f"{REFERS[name]}.id"), index=True)
    checks = CheckConstraint("x > 1"), CheckConstraint("x < 9", name=f"ck_{name}")
    x = Column("x", Enum("p", "q", name="mood"), unique=True)
    Table(name, metadata, Column("id", Integer, primary_key=True), refers, x, *checks)
    for kind in ("one", "two"):
        Index(f"ix_{name}_{kind}", metadata.tables[name].c.x, refers)
with create_engine("sqlite://").connect() as connection:
    context = MigrationContext.configure(connection, opts={"render_as_batch": True})
    script = produce_migrations(context, metadata)
    for ops in (script.upgrade_ops, script.downgrade_ops):
        print(render_python_code(ops, migration_context=context))
"""


@pytest.fixture(scope="module")
def written() -> str:
    return run("forwards", seed="0")


def run(order: str, *, seed: str) -> str:
    """Return what a process with this seed writes for the tables declared in that order."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, order],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(("order", "seed"), [("backwards", "0"), ("forwards", "1")])
def test_order_of_models_and_hashes_is_not_in_the_revision(
    written: str, order: str, seed: str
) -> None:
    assert "create_foreign_key" in written
    assert run(order, seed=seed) == written
