"""Batches over random SQLite tables leave the same tables, with the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.parity.processes import alembic_python

SCRIPT = Path(__file__).with_name("run_batches.py")
COUNT = os.environ.get("LIMBECK_TEST_BATCHES", "120")


def test_same_tables_are_made() -> None:
    by_alembic = run_by(alembic_python(), "alembic")
    by_limbeck = run_by(sys.executable, "limbeck")
    different = [
        f"{theirs['calls']}\n  Alembic: {theirs['error'] or theirs['catalogs']}"
        f"\n  limbeck: {ours['error'] or ours['catalogs']}"
        for theirs, ours in zip(by_alembic, by_limbeck, strict=True)
        if (theirs["error"] is None, theirs["catalogs"])
        != (ours["error"] is None, ours["catalogs"])
    ]
    assert different == []


def run_by(python: str, package: str) -> list[dict[str, Any]]:
    """Return what one side made of each batch."""
    run = subprocess.run(
        [python, str(SCRIPT), package, COUNT], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found
