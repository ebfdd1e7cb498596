"""alembic-postgresql-enum: enum types that follow the models' values."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, ENUM

from tests.parity.packages.project import Project
from tests.parity.packages.recorder import Recorder


def play(recorder: Recorder) -> None:
    """Values are added, renamed and dropped; columns change to an enum and leave it."""
    project = Project(recorder, imports="import alembic_postgresql_enum")
    project.go_through(
        [
            _stage(status=["new", "done"]),
            _stage(status=["new", "running", "done"], mood=["good", "bad"]),
            _stage(status=["new", "running", "finished"], mood=["good", "bad"], array=True),
            _stage(status=["new", "finished"], mood=["bad"], array=True),
            _stage(status=["new", "finished"], mood=["bad"], default="'new'"),
            _stage(mood=["bad", "worse"]),
        ],
        compare_server_default=True,
    )


def _stage(
    *,
    status: list[str] | None = None,
    mood: list[str] | None = None,
    array: bool = False,
    default: str | None = None,
) -> Callable[[], sa.MetaData]:
    def build() -> sa.MetaData:
        metadata = sa.MetaData()
        job = sa.Table(
            "job",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(20), nullable=False),
        )
        if status:
            values: ENUM = ENUM(*status, name="job_status")
            job.append_column(
                sa.Column("status", values, server_default=default and sa.text(default))
            )
            job.append_constraint(sa.Index("ix_job_status", job.c.status))
        if mood:
            moods: sa.Enum = sa.Enum(*mood, name="mood")
            sa.Table("person", metadata, sa.Column("name", sa.Text), sa.Column("mood", moods))
        if array:
            job.append_column(sa.Column("past", ARRAY(ENUM(*(status or ()), name="job_status"))))
        return metadata

    return build
