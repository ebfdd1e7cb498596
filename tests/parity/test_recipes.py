"""What Alembic's documentation shows by whole projects gives the same files, rows and calls."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.databases import fresh_database
from tests.parity.processes import alembic_python

SCRIPT = Path(__file__).with_name("run_recipes.py")


def test_recipes_give_the_same(tmp_path: Path) -> None:
    for template in ("generic", "multidb"):
        project = tmp_path / template
        project.mkdir()
        run(alembic_python(), "-m", "alembic.config", "init", "-t", template, "al", folder=project)
    for python, package in ((alembic_python(), "alembic"), (sys.executable, "limbeck")):
        run(python, str(SCRIPT), package, str(tmp_path), folder=tmp_path)
    theirs, ours = found(tmp_path / "alembic.json"), found(tmp_path / "limbeck.json")
    assert ours == theirs


def test_recipes_on_postgresql_give_the_same(tmp_path: Path) -> None:
    for template in ("generic", "async"):
        project = tmp_path / template
        project.mkdir()
        run(alembic_python(), "-m", "alembic.config", "init", "-t", template, "al", folder=project)
    script = str(SCRIPT.with_name("run_server_recipes.py"))
    with fresh_database("postgresql", tmp_path) as database:
        for python, package in ((alembic_python(), "alembic"), (sys.executable, "limbeck")):
            run(python, script, package, str(tmp_path), database.url_text, folder=tmp_path)
    theirs, ours = found(tmp_path / "alembic.json"), found(tmp_path / "limbeck.json")
    assert ours == theirs


def run(*command: str, folder: Path) -> None:
    """Run a process that must succeed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def found(path: Path) -> Any:
    """Return what one side found."""
    return json.loads(path.read_text())
