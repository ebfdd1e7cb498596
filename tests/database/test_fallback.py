"""Autogenerate where the database can't be asked, or must not be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck import command
from limbeck.autogenerate import compare_metadata
from limbeck.runtime.migration import MigrationContext
from limbeck.script.base import Script
from tests import servers
from tests.databases import Database, server_url
from tests.migrations import Migrations


def models(check: str = "status in ('a', 'b')", default: str = "1 + 1") -> sa.MetaData:
    """Return a table with what databases write their own way."""
    metadata = sa.MetaData()
    sa.Table(
        "thing",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("low", sa.Integer, server_default=sa.text(f"({default})")),
        sa.Column("high", sa.Integer),
        sa.CheckConstraint(check, name="ck_status"),
        sa.CheckConstraint("low BETWEEN 1 AND high", name="ck_range"),
    )
    return metadata


def differences(connection: sa.Connection, metadata: sa.MetaData, **opts: Any) -> list[Any]:
    """Return what autogenerate finds."""
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, metadata))


@pytest.mark.requires("deparses")
def test_without_a_probe_canonical_forms_are_compared_and_what_differs_is_said(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    models().create_all(database.engine)

    with database.engine.connect() as connection:
        with caplog.at_level("INFO"):
            assert differences(connection, models(), probe=False) == []
        assert "did not normalise" in caplog.text
        with pytest.warns(UserWarning, match=r"did not normalise the check ck_status of table"):
            found = differences(connection, models(check="status in ('a', 'c')"), probe=False)
        assert {entry[0] for entry in found} == {"remove_constraint", "add_constraint"}


@pytest.mark.requires("deparses")
def test_read_only_connection_works_with_the_fallback(database: Database) -> None:
    models().create_all(database.engine)

    with database.engine.connect() as connection:
        connection.execute(sa.text("SET TRANSACTION READ ONLY"))
        assert differences(connection, models()) == []


SAME, CHANGED = models(), models(check="status in ('a', 'c')")


def test_standby_works_with_the_fallback(tmp_path: Path) -> None:
    """What changed is written with its data step, and named; nothing is written to the database."""

    def prepare(engine: sa.Engine) -> None:
        SAME.create_all(engine)
        with engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO thing VALUES (1, 'b', 1, 1)"))

    url = server_url("postgresql", lambda: servers.standby_url(prepare))
    migrations = Migrations(tmp_path, url.render_as_string(hide_password=False))
    migrations.options = {"models": f"{__name__}:SAME"}
    command.check(migrations.config())

    migrations.options = {"models": f"{__name__}:CHANGED"}
    with pytest.warns(UserWarning, match="did not normalise|to fill in") as said:
        script = command.revision(migrations.config(), "check", autogenerate=True)
    fallback, rows = sorted(str(each.message) for each in said)
    assert "did not normalise the check ck_status of table thing" in fallback
    assert "has a step for them that you have to fill in" in rows
    assert isinstance(script, Script)


@pytest.mark.requires("probe")
def test_one_refused_expression_leaves_the_others_to_the_probe(database: Database) -> None:
    """The check's column is not there yet: only that check is compared by its form."""
    models().create_all(database.engine)
    after = models(default="1 +  1")
    after.tables["thing"].append_constraint(sa.CheckConstraint("nowhere > 0", name="ck_nowhere"))

    with database.engine.connect() as connection:
        found = differences(connection, after)

    assert [(entry[0], entry[1].name) for entry in found] == [("add_constraint", "ck_nowhere")]
