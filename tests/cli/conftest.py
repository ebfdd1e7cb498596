"""Fixtures of the command line's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.project import Project
from tests.databases import Database


@pytest.fixture
def empty(tmp_path: Path) -> Project:
    """A folder with nothing in it."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder, f"sqlite:///{tmp_path}/project.sqlite")


@pytest.fixture
def project(empty: Project) -> Project:
    """A project on SQLite with models, a migrations folder and no revision."""
    empty.initialise()
    return empty


@pytest.fixture
def project_on(tmp_path: Path, database: Database) -> Project:
    """The same on each database."""
    folder = tmp_path / "project"
    folder.mkdir()
    project = Project(folder, database.url_text)
    project.initialise()
    return project
