"""Flask-Migrate: `flask db …` of a small application, from init to a merge."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from tests.parity.packages.recorder import Recorder


def play(recorder: Recorder) -> None:
    """Run every command of the group."""
    for title, stage in (("first", 1), ("second", 2)):
        app = make_app(recorder.url_text, stage)

        def flask(*words: str, app: Any = app) -> None:
            runner = app.test_cli_runner()
            result = runner.invoke(args=["db", *words])
            print(result.output)  # noqa: T201  # which the recorder notes
            if result.exit_code:
                raise SystemExit(result.exit_code)

        for words in COMMANDS[title]:
            recorder.step(" ".join(words), flask, *words)


COMMANDS: dict[str, list[list[str]]] = {
    "first": [
        ["list-templates"],
        ["init"],
        ["migrate", "-m", "first tables"],
        ["upgrade"],
        ["current"],
        ["check"],
    ],
    "second": [
        ["check"],
        ["migrate", "-m", "second stage", "--rev-id", "second"],
        ["upgrade", "--sql"],
        ["upgrade"],
        ["check"],
        ["migrate", "-m", "nothing"],
        ["history"],
        ["history", "-v", "-i"],
        ["heads"],
        ["heads", "-v"],
        ["current", "-v"],
        ["show", "head"],
        ["downgrade"],
        ["downgrade"],
        ["downgrade"],
        ["upgrade"],
        ["revision", "-m", "by hand", "--rev-id", "hand"],
        ["revision", "-m", "a branch", "--rev-id", "branch", "--head", "second", "--splice"],
        ["heads"],
        ["branches"],
        ["upgrade"],
        ["upgrade", "heads"],
        ["merge", "-m", "together", "--rev-id", "merged", "heads"],
        ["upgrade"],
        ["current"],
        ["stamp", "second"],
        ["current"],
        ["stamp", "nowhere"],
        ["upgrade", "+9"],
        ["history", "-r", "second:heads"],
    ],
}


def make_app(url: str, stage: int) -> Flask:
    """Return the application; the second stage has more tables and columns."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db = SQLAlchemy()
    columns: list[sa.Column[Any]] = [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("email", sa.String(120 if stage == 1 else 200), index=True),
    ]
    if stage == 2:
        columns.append(sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()))
    db.init_app(app)
    with app.app_context():
        sa.Table("user", db.metadata, *columns)
        sa.Table(
            "post",
            db.metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("author_id", sa.ForeignKey("user.id"), nullable=stage == 1),
            sa.Column("written", sa.DateTime, index=stage == 2),
            sa.Column("price", sa.Numeric(10, 2)),
        )
        if stage == 2:
            sa.Table(
                "tag",
                db.metadata,
                sa.Column("post_id", sa.ForeignKey("post.id"), primary_key=True),
                sa.Column("word", sa.String(30), primary_key=True),
                sa.Column("kind", sa.Enum("topic", "mood", native_enum=False)),
            )
    Migrate(app, db)
    return app
