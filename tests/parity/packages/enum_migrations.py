"""alembic-enums: revisions that turn an enum type's values into others, as its manual shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command

from tests.parity.packages.project import Project
from tests.parity.packages.recorder import Recorder

REVISION = '''\
"""Rename enum values"""
from alembic import op
from alembic_enums import Column, EnumMigration

revision = "renamed"
down_revision = "first"
column = Column(
    "resources", "state", old_server_default="enabled", new_server_default="active"
)
enum_migration = EnumMigration(
    op=op,
    enum_name="resource_state",
    old_options=["enabled", "disabled"],
    new_options=["active", "archived"],
    columns=[column],
)


def upgrade():
    op.execute("INSERT INTO resources (id, state) VALUES (1, 'disabled')")
    with enum_migration.upgrade_ctx():
        enum_migration.update_value(column, "enabled", "active")
        enum_migration.update_value(column, "disabled", "archived")


def downgrade():
    with enum_migration.downgrade_ctx():
        enum_migration.update_value(column, "active", "enabled")
        enum_migration.update_value(column, "archived", "disabled")
'''


def play(recorder: Recorder) -> None:
    """The type's values, a row and a default change, on a database and in a script, and back."""
    project = Project(recorder)
    metadata = sa.MetaData()
    state = sa.Enum("enabled", "disabled", name="resource_state")
    sa.Table(
        "resources",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", state, nullable=False, server_default="enabled"),
    )
    config = project.config(metadata)
    recorder.step("revision", command.revision, config, "first", autogenerate=True, rev_id="first")
    (project.versions / "renamed.py").write_text(REVISION)
    for target in ("first", "renamed"):
        recorder.step(f"upgrade {target}", command.upgrade, config, target)
        engine = sa.create_engine(recorder.url_text)
        with engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT id, state FROM resources")).all()
        engine.dispose()
        recorder.note(f"rows at {target}", rows)
    recorder.step("downgrade first", command.downgrade, config, "first")
    recorder.step("downgrade", command.downgrade, config, "base")
