"""Flask-Alembic: `flask db …` without env.py, and its calls from Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from flask_alembic import Alembic

from tests.parity.packages.project import SCRIPT
from tests.parity.packages.recorder import Recorder

_COMMANDS = (
    ["revision", "--help"],
    ["revision", "one table"],
    ["upgrade"],
    ["check"],
    ["current", "-v"],
    ["heads"],
    ["log"],
    ["downgrade"],
    ["upgrade"],
    ["revision", "--empty", "by hand"],
    ["upgrade"],
    ["revision", "--branch", "features", "a branch"],
    ["branches"],
    ["heads", "-v"],
    ["show"],
    ["upgrade"],
    ["merge", "-m", "together"],
    ["upgrade"],
    ["stamp", "base"],
    ["current"],
)

_numbers = itertools.count(1)


def play(recorder: Recorder) -> None:
    """Run its commands on one table, then its functions on two."""
    migrations = recorder.folder / "application" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "script.py.mako").write_text(SCRIPT)
    for words in _COMMANDS:
        app, extension = _make_app(recorder, tables=1)
        recorder.step(" ".join(words), _command, app, words)
    app, extension = _make_app(recorder, tables=2)
    with app.app_context():
        recorder.step("stamp", extension.stamp)
        recorder.note("needs upgrade", extension.needs_upgrade())
        recorder.note("differences", [entry[0] for entry in extension.compare_metadata()])
        for call in _calls(extension):
            recorder.step(call.__name__, call)
        recorder.note("log", [script.doc for script in extension.log()])


def _calls(extension: Alembic) -> tuple[Callable[[], object], ...]:
    def revision() -> object:
        return extension.revision("two tables")

    def operate() -> None:
        with extension.op.batch_alter_table("item_1") as batch:
            batch.add_column(sa.Column("more", sa.Integer))

    return (revision, extension.upgrade, extension.needs_revision, extension.downgrade, operate)


def _command(app: Flask, words: list[str]) -> None:
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["db", *words])
    print(result.output)  # noqa: T201  # which the recorder notes
    if result.exception:
        raise result.exception


def _make_app(recorder: Recorder, *, tables: int) -> tuple[Flask, Alembic]:
    app = Flask("application", root_path=str(recorder.folder / "application"))
    metadata = sa.MetaData()
    for number in range(1, tables + 1):
        sa.Table(
            f"item_{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(20), unique=True),
        )
    Alembic.rev_id = lambda self: (
        f"{next(_numbers):03}"
    )  # its own way, the time, is not the same twice
    extension = Alembic(
        app, metadatas=metadata, engines=sa.create_engine(recorder.url_text, poolclass=sa.NullPool)
    )
    return app, extension
