"""Batches over random tables on PostgreSQL and MariaDB leave the same tables, with the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.databases import fresh_database
from tests.parity.processes import alembic_python

SCRIPT = Path(__file__).with_name("run_server_batches.py")
COUNT = os.environ.get("LIMBECK_TEST_SERVER_BATCHES", "20")


@pytest.mark.parametrize("name", ["postgresql", "mariadb"])
def test_same_tables_are_made(name: str, tmp_path: Path) -> None:
    by_alembic = run_by(alembic_python(), "alembic", name, tmp_path)
    by_limbeck = run_by(sys.executable, "limbeck", name, tmp_path)
    different = [
        f"{theirs['calls']}\n  Alembic: {theirs['error'] or theirs['catalogs']}"
        f"\n  limbeck: {ours['error'] or ours['catalogs']}"
        for theirs, ours in zip(by_alembic, by_limbeck, strict=True)
        if not is_same(theirs, ours)
    ]
    assert different == []


def is_same(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Tell whether both made the same, or limbeck what docs/differences.md says it keeps.

    Where Alembic recreates a table its comment is lost, a foreign key's name is taken yet, and what
    PostgreSQL names after the temporary table keeps that name.
    """
    if theirs["calls"][0] == "always":
        if theirs["error"] == "OperationalError":
            return ours["error"] is None
        for catalogs in (theirs["catalogs"], ours["catalogs"]):
            catalogs[6:7] = []
        theirs = json.loads(json.dumps(theirs).replace("_alembic_tmp_", ""))
    return (theirs["error"] is None, theirs["catalogs"]) == (
        ours["error"] is None,
        ours["catalogs"],
    )


def run_by(python: str, package: str, name: str, folder: Path) -> list[dict[str, Any]]:
    """Return what one side made of each batch."""
    with fresh_database(name, folder) as database:
        run = subprocess.run(
            [python, str(SCRIPT), package, database.url_text, COUNT],
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found
