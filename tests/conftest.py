"""Fixtures and settings that all tests share."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import servers
from tests.databases import FEATURES, Database, fresh_database

settings.register_profile(
    "ci", max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
settings.register_profile(
    "long", max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile(os.environ.get("LIMBECK_HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder in which the servers of this run live."""
    if not hasattr(config, "workerinput"):
        os.environ[servers.RUN_FOLDER] = tempfile.mkdtemp(prefix="limbeck-")
        Path(os.environ[servers.RUN_FOLDER]).chmod(0o755)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers when the run ends."""
    if not hasattr(config, "workerinput"):
        servers.stop_all(Path(os.environ[servers.RUN_FOLDER]))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what asks a database for something that it has not got."""
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        name = getattr(item, "callspec", None) and item.callspec.params.get("database")  # type: ignore[attr-defined]  # only parametrised items have it
        wanted = {feature for marker in item.iter_markers("requires") for feature in marker.args}
        (left_out if name and wanted - FEATURES[name] else kept).append(item)
    if left_out:
        items[:] = kept
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(params=sorted(FEATURES))
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh empty database: the test runs once on each one that has what it `requires`."""
    with fresh_database(request.param, tmp_path) as fresh:
        yield fresh


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database, for what is about SQLite alone."""
    with fresh_database("sqlite", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Database]:
    """A fresh PostgreSQL database, for what is about PostgreSQL alone."""
    with fresh_database("postgresql", tmp_path) as fresh:
        yield fresh


@pytest.fixture
def mariadb(tmp_path: Path) -> Iterator[Database]:
    """A fresh MariaDB database, for what is about MariaDB alone."""
    with fresh_database("mariadb", tmp_path) as fresh:
        yield fresh
