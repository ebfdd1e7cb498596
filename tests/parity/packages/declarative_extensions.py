"""sqlalchemy-declarative-extensions: schemas, views, functions, triggers and rows in metadata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy_declarative_extensions import (
    Function,
    Functions,
    Row,
    Rows,
    Schemas,
    Triggers,
    View,
    Views,
    declare_database,
    register_alembic_events,
)
from sqlalchemy_declarative_extensions.dialects.postgresql import Trigger

from tests.parity.packages.project import Project
from tests.parity.packages.recorder import Recorder


def play(recorder: Recorder) -> None:
    """Declare objects, change them and take them away."""
    register_alembic_events(
        schemas=True, views=True, functions=True, triggers=True, rows=True, roles=False
    )
    project = Project(recorder)
    project.go_through(
        [
            _stage(),
            _stage(
                schemas=Schemas().are("warehouse"),
                views=Views().are(View("names", "SELECT name FROM item", schema="warehouse")),
                functions=Functions().are(_touch("upper")),
                rows=Rows().are(Row("item", id=1, name="one"), Row("item", id=2, name="two")),
                triggers=Triggers().are(_trigger()),
            ),
            _stage(
                schemas=Schemas().are("warehouse"),
                views=Views().are(View("names", "SELECT id FROM item", schema="warehouse")),
                functions=Functions().are(_touch("lower")),
                rows=Rows().are(Row("item", id=1, name="uno")),
            ),
        ]
    )


def _touch(function: str) -> Function:
    return Function(
        "touch",
        f"BEGIN NEW.name = {function}(NEW.name); RETURN NEW; END",
        language="plpgsql",
        returns="TRIGGER",
    )


def _trigger() -> Trigger:
    return Trigger.before("insert", on="item", execute="touch").named("item_touch").for_each_row()


def _stage(**declared: Any) -> Callable[[], sa.MetaData]:
    def build() -> sa.MetaData:
        metadata = sa.MetaData()
        sa.Table(
            "item",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.Text),
        )
        declare_database(metadata, **declared)
        return metadata

    return build
