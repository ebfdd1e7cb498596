"""The projects that both tools work on: the same files, but for the name that they import.

Each function writes a project into a folder and returns nothing; the database is the caller's.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

ENVIRONMENT = """\
from sqlalchemy import create_engine
from {tool} import context
from models import metadata

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""

TEMPLATE = '''\
"""${{message}}"""
from {tool} import op
import sqlalchemy as sa

revision = ${{repr(up_revision)}}
down_revision = ${{repr(down_revision)}}


def upgrade():
    ${{upgrades}}


def downgrade():
    ${{downgrades}}
'''

REVISION = '''\
"""{message}

Revision ID: {revision}
Revises: {down}
Create Date: 2026-01-01 00:00:00.000000

"""
from {tool} import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = {revision!r}
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade():
    {upgrade}


def downgrade():
    {downgrade}
'''


def write_project(
    folder: Path, tool: str, url: str, *, revisions: int = 0, tables: int = 0
) -> None:
    """Write a project with that many linear revisions and that many tables in its models."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / f"{tool}.ini").write_text(
        f"[{tool}]\nscript_location = migrations\nprepend_sys_path = .\n"
        f"sqlalchemy.url = {url.replace('%', '%%')}\n"
    )
    (folder / "migrations" / "env.py").write_text(ENVIRONMENT.format(tool=tool))
    (folder / "migrations" / "script.py.mako").write_text(TEMPLATE.format(tool=tool))
    (folder / "models.py").write_text(_models(tables))
    down: str | None = None
    for number in range(revisions):
        revision = f"{number:012x}"
        text = REVISION.format(
            tool=tool,
            message=f"change number {number}",
            revision=revision,
            down=down,
            upgrade=upgrade_call(number),
            downgrade=_downgrade_call(number),
        )
        (versions / f"{revision}_change_number_{number}.py").write_text(text)
        down = revision


def upgrade_call(number: int) -> str:
    """Return what revision `number` runs: a table in each tenth, columns in between."""
    if number % 10 == 0:
        return (
            f"op.create_table('t{number}', sa.Column('id', sa.Integer(), nullable=False), "
            "sa.PrimaryKeyConstraint('id'))"
        )
    return f"op.add_column('t{number - number % 10}', sa.Column('c{number}', sa.String(length=50)))"


def _downgrade_call(number: int) -> str:
    if number % 10 == 0:
        return f"op.drop_table('t{number}')"
    return f"op.drop_column('t{number - number % 10}', 'c{number}')"


def _models(tables: int) -> str:
    return dedent(
        f"""\
        import sqlalchemy as sa

        metadata = sa.MetaData()
        for number in range({tables}):
            table = sa.Table(
                f"table_{{number:04d}}",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.String(50), nullable=False),
                sa.Column("email", sa.String(100), unique=True),
                sa.Column("amount", sa.Numeric(10, 2), server_default="0"),
                sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
                sa.Column("created_at", sa.DateTime, server_default=sa.func.now()),
                sa.Column("note", sa.Text),
                sa.Index(f"ix_table_{{number:04d}}_name", "name"),
            )
            if number:
                table.append_column(
                    sa.Column("parent_id", sa.ForeignKey(f"table_{{number - 1:04d}}.id"))
                )
        """
    )
