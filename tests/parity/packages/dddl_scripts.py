"""alembic-dddl: views kept in SQL files, with a script of each state beside the revisions."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic_dddl import DDL, register_ddl
from alembic_dddl.dddl import ddl_registry

from tests.parity.packages.project import Project
from tests.parity.packages.recorder import Recorder


def play(recorder: Recorder) -> None:
    """A table and a view on it, then another text of the view."""
    project = Project(recorder, imports="import alembic_dddl")
    project.go_through([_stage("id"), _stage("id, name"), _stage("id, name, 1 AS one")])


def _stage(columns: str) -> Callable[[], sa.MetaData]:
    def build() -> sa.MetaData:
        ddl_registry.ddls.clear()
        sql = f"DROP VIEW IF EXISTS item_names;\nCREATE VIEW item_names AS SELECT {columns} FROM item;"
        register_ddl(DDL(name="item_names", sql=sql, down_sql="DROP VIEW IF EXISTS item_names;"))
        metadata = sa.MetaData()
        sa.Table("item", metadata, sa.Column("id", sa.Integer), sa.Column("name", sa.Text))
        return metadata

    return build
