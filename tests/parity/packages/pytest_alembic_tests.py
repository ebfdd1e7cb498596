"""pytest-alembic: its built-in and experimental tests, on a history that has faults and one without."""

from __future__ import annotations

import os
import sys

import pytest
import sqlalchemy as sa
from alembic import command

from tests.parity.packages.project import Project
from tests.parity.packages.recorder import Recorder

_CONFTEST = """\
import os

import pytest
import sqlalchemy as sa
from pytest_alembic.config import Config

from models import metadata


@pytest.fixture
def alembic_config():
    return Config(
        config_options={"file": "alembic.ini"},
        before_revision_data={"second": {"__tablename__": "item", "id": 1, "name": "one"}},
    )


@pytest.fixture
def alembic_engine():
    engine = sa.create_engine(os.environ["SCENARIO_URL"], poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        found = sa.MetaData()
        found.reflect(connection)
        found.drop_all(connection)
    return engine
"""

_MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "item",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(30), nullable=False, index=True),
)
"""

_OWN_TEST = """\
def test_rows_survive(alembic_runner, alembic_engine):
    alembic_runner.migrate_up_before("second")
    alembic_runner.insert_into("item", {"id": 2, "name": "two"})
    alembic_runner.migrate_up_one()
    with alembic_engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, name FROM item ORDER BY id").fetchall()
    assert [tuple(row) for row in rows] == [(1, "one"), (2, "two")]
    assert alembic_runner.current == "second"
    assert alembic_runner.heads == ["second"]
    alembic_runner.migrate_down_one()
    assert alembic_runner.current == "first"
"""

_ENV = """\
import sqlalchemy as sa
from alembic import context
from models import metadata

with context.config.attributes["connection"].connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""


class Outcomes:
    """A pytest plugin that collects the outcome of each test, with what pytest-alembic says."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the outcome of the call, and of a setup or teardown that failed."""
        if report.when == "call" or report.failed:
            self.found.append(f"{report.nodeid} {report.when} {report.outcome}")
            self.found.extend(_said(report.longreprtext))


def _said(report: str) -> list[str]:
    return [line for line in report.splitlines() if line.startswith("E ")]


def play(recorder: Recorder) -> None:
    """Run pytest on a project whose models match, and on one whose models have moved on."""
    os.environ["SCENARIO_URL"] = recorder.url_text
    _write(recorder)
    for title, models in (("matching", _MODELS), ("moved on", _MODELS.replace("30", "100"))):
        (recorder.folder / "models.py").write_text(models)
        sys.modules.pop("models", None)
        recorder.note(title, run("--test-alembic", "tests"))


def run(*words: str) -> list[str]:
    """Return the outcome of each test."""
    outcomes = Outcomes()
    pytest.main([*words, "-q", "-p", "no:cacheprovider", "--rootdir", "."], plugins=[outcomes])
    return outcomes.found


def _write(recorder: Recorder) -> None:
    """Write the project and its two revisions."""
    project = Project(recorder)
    (recorder.folder / "migrations" / "env.py").write_text(_ENV)
    (recorder.folder / "tests").mkdir()
    (recorder.folder / "tests" / "conftest.py").write_text(_CONFTEST)
    (recorder.folder / "tests" / "test_own.py").write_text(_OWN_TEST)
    sys.path.insert(0, str(recorder.folder))
    config = project.config(sa.MetaData())
    for revision, body in _REVISIONS.items():
        command.revision(config, revision, rev_id=revision)
        path = project.versions / f"{revision}_{revision}.py"
        path.write_text(path.read_text().partition("def upgrade")[0] + body)


_REVISIONS = {
    "first": """\
def upgrade():
    op.create_table(
        "item", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(30))
    )


def downgrade():
    op.drop_table("item")
""",
    "second": """\
def upgrade():
    with op.batch_alter_table("item") as batch_op:
        batch_op.alter_column("name", existing_type=sa.String(30), nullable=False)
        batch_op.create_index("ix_item_name", ["name"])


def downgrade():
    with op.batch_alter_table("item") as batch_op:
        batch_op.drop_index("ix_item_name")
        batch_op.alter_column("name", existing_type=sa.String(30), nullable=True)
""",
}
