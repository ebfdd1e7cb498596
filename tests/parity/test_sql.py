"""Offline, every operation with every parameter writes the same SQL on five dialects.

What differs on purpose differs for one of `REASONS`, each a heading in docs/differences.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.parity.processes import alembic_python
from tests.parity.write_sql import DIALECTS

SCRIPT = Path(__file__).with_name("write_sql.py")
COUNT = os.environ.get("LIMBECK_TEST_PRODUCTS", "600")
DIFFERENCES = Path(__file__).resolve().parents[2] / "docs" / "differences.md"

Written = dict[str, dict[str, str]]
ForThat = Callable[[str, str, str, str], bool]

IN_ANY_ORDER = ("always: ", "op.create_table(", "op.add_column(")
"""Alembic writes the constraints and indexes of these as they come out of a set."""

# heading → whether (dialect, call, Alembic's SQL, limbeck's) is that difference
REASONS: dict[str, ForThat] = {
    "SQLite refuses what it can't alter": lambda dialect, call, theirs, ours: (
        dialect == "sqlite" and ours.startswith("raises UnsupportedOperationError ")
    ),
    "SQLite keeps no comments": lambda dialect, call, theirs, ours: (
        dialect == "sqlite"
        and "comment" in call
        and (not ours or (theirs.startswith("raises Unsupported") and "RENAME COLUMN" in ours))
    ),
    "What hangs on a dropped column goes with it": lambda dialect, call, theirs, ours: (
        call == "always: batch_op.drop_column('b')" and theirs.count("ix_b") == 1
    ),
    "Scripts are written as they are read": lambda dialect, call, theirs, ours: (
        "%%" in theirs and theirs.replace("%%", "%") == ours
    ),
    "Values without a bind stay named": lambda dialect, call, theirs, ours: (
        call.startswith("op.execute(sa.t") and ":" in ours
    ),
    "PostgreSQL creates the types it needs": lambda dialect, call, theirs, ours: (
        dialect == "postgresql" and "CREATE TYPE" in ours
    ),
    "PostgreSQL changes an identity only where it differs": lambda dialect, call, theirs, ours: (
        dialect == "postgresql" and theirs.strip() == "ALTER TABLE t ALTER COLUMN c;"
    ),
    "MySQL renames without a type": lambda dialect, call, theirs, ours: (
        dialect == "mysql"
        and ("RENAME COLUMN" in ours or theirs.replace("CHANGE c c", "MODIFY c") == ours)
    ),
    "The check of a type goes with it": lambda dialect, call, theirs, ours: (
        dialect == "mysql" and "DROP CHECK ck" in ours
    ),
    "SQL Server's comments need no schema": lambda dialect, call, theirs, ours: (
        dialect == "mssql" and "comment" in call and "'schema', dbo" in ours
    ),
    "Keys and guards that Alembic leaves out": lambda dialect, call, theirs, ours: (
        (dialect in ("mssql", "oracle") and "inline_primary_key" in call and "PRIMARY KEY" in ours)
        or (dialect == "mssql" and "COL_LENGTH" in ours)
        or (theirs.startswith("raises KeyError ") and "UNIQUE (a) INCLUDE (b)" in ours)
    ),
    "if_not_exists reaches the indexes of a table": lambda dialect, call, theirs, ours: (
        "if_not_exists=True" in call
        and sorted_lines(ours.replace("INDEX IF NOT EXISTS", "INDEX")) == sorted_lines(theirs)
    ),
    "Oracle's comments have their schema": lambda dialect, call, theirs, ours: (
        dialect == "oracle" and "COMMENT ON COLUMN s.t.c" in ours
    ),
    "Oracle refuses if_not_exists of a column": lambda dialect, call, theirs, ours: (
        dialect == "oracle" and "if_not_exists" in call and ours.startswith("raises Unsupported")
    ),
}


@pytest.fixture(scope="module")
def by_alembic() -> Written:
    """What the real Alembic writes."""
    return written_by(alembic_python(), "alembic")


@pytest.fixture(scope="module")
def by_limbeck() -> Written:
    """What limbeck writes."""
    return written_by(sys.executable, "limbeck")


def written_by(python: str, package: str) -> Written:
    """Return the SQL of each call, by dialect."""
    run = subprocess.run(
        [python, str(SCRIPT), package, COUNT], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    written: Written = json.loads(run.stdout)
    return written


@pytest.mark.parametrize("dialect", DIALECTS)
def test_same_sql_is_written(dialect: str, by_alembic: Written, by_limbeck: Written) -> None:
    different = [
        f"{call}\n  Alembic: {theirs}\n  limbeck: {ours}"
        for call, theirs in by_alembic[dialect].items()
        for ours in [by_limbeck[dialect][call]]
        if not is_same(call, theirs, ours) and not is_on_purpose(dialect, call, theirs, ours)
    ]
    assert different == []


def test_every_difference_is_told() -> None:
    told = DIFFERENCES.read_text(encoding="utf-8")
    assert [reason for reason in REASONS if f"### {reason}\n" not in told] == []


def is_same(call: str, theirs: str, ours: str) -> bool:
    """Tell whether both wrote the same, or both refused, limbeck at least as tellingly."""
    if theirs.startswith("raises ") and ours.startswith("raises "):
        kinds = ours.split()
        return theirs.split()[1] in kinds or "CommandError" in kinds
    if call.startswith(IN_ANY_ORDER):
        return sorted_lines(theirs) == sorted_lines(ours)
    return theirs == ours


def is_on_purpose(dialect: str, call: str, theirs: str, ours: str) -> bool:
    """Tell whether the difference is one of those that the documentation gives a reason for."""
    return any(is_that(dialect, call, theirs, ours) for is_that in REASONS.values())


def sorted_lines(sql: str) -> list[str]:
    """Return the lines without their commas, in one order."""
    return sorted(line.strip().rstrip(",") for line in sql.splitlines() if line.strip())
