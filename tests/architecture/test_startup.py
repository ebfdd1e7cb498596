"""Commands that need no database start without SQLAlchemy, Mako and rich."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"sqlalchemy", "mako", "rich"}
CONFIGURATION = """\
[limbeck]
script_location = %(here)s/migrations
sqlalchemy.url = sqlite://
"""
REVISION = '''\
"""create users"""

revision = "abcdef012345"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one revision, written by hand."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "limbeck.ini").write_text(CONFIGURATION, encoding="utf-8")
    (versions / "001_create_users.py").write_text(REVISION, encoding="utf-8")
    return tmp_path


def heavy_imports(*arguments: str, folder: Path) -> set[str]:
    """Return the heavy libraries that a Python process with these arguments imports."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [line for line in run.stderr.splitlines() if not line.startswith("import time:")]
    assert (run.returncode, errors) == (0, [])
    lines = [line for line in run.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().split(".")[0] for line in lines} & HEAVY


@pytest.mark.parametrize(
    "command", [["--help"], ["history"], ["heads"], ["show", "head"]], ids=" ".join
)
def test_command_without_a_database_imports_nothing_heavy(
    command: list[str], project: Path
) -> None:
    assert heavy_imports("-m", "limbeck", *command, folder=project) == set()


@pytest.mark.parametrize("module", ["config", "script", "command", "cli.main"])
def test_module_imports_nothing_heavy(module: str, tmp_path: Path) -> None:
    assert heavy_imports("-c", f"import limbeck.{module}", folder=tmp_path) == set()
