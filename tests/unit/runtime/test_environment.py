"""`EnvironmentContext`: what env.py asks of it, and what it refuses."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Integer,
    String,
    bindparam,
    column,
    create_engine,
    inspect,
    table,
    text,
)

from limbeck.config import Config
from limbeck.errors import CommandError
from limbeck.operations import Operations
from limbeck.runtime.environment import EnvironmentContext, current_environment
from limbeck.runtime.migration import MigrationContext
from limbeck.script.base import ScriptDirectory
from tests.migrations import Migrations


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    found = Migrations(tmp_path)
    found.write("aaaa11")
    found.write("bbbb22", "aaaa11")
    return found


def environment(migrations: Migrations, **kw: Any) -> EnvironmentContext:
    config = migrations.config()
    return EnvironmentContext(config, ScriptDirectory.from_config(config), **kw)


def test_environment_is_current_only_within_its_block(migrations: Migrations) -> None:
    outer, inner = environment(migrations), environment(migrations)
    with outer:
        with inner:
            assert current_environment.get() is inner
        assert current_environment.get() is outer
    assert current_environment.get() is None


def test_environment_answers_what_the_command_wants(migrations: Migrations) -> None:
    found = environment(
        migrations, as_sql=True, destination_rev="head", starting_rev="aaaa", tag="blue"
    )
    assert found.is_offline_mode()
    assert not found.requires_connection()
    assert found.get_revision_argument() == "bbbb22"
    assert found.get_starting_revision_argument() == "aaaa"
    assert found.get_tag_argument() == "blue"
    assert found.get_head_revision() == "bbbb22"
    found.configure(dialect_name="sqlite")
    assert found.get_starting_revision_argument() == "aaaa"


@pytest.mark.parametrize(("given", "expected"), [("head", "bbbb22"), ("base", None)])
def test_environment_knows_where_a_script_starts(
    given: str, expected: str | None, migrations: Migrations
) -> None:
    found = environment(migrations, as_sql=True, starting_rev=given)
    assert found.get_starting_revision_argument() == expected
    found.configure(dialect_name="sqlite")
    assert found.get_starting_revision_argument() == expected


def test_environment_destination_base_is_none(migrations: Migrations) -> None:
    assert environment(migrations, destination_rev="base").get_revision_argument() is None


def test_revision_argument_that_counts_from_the_database_stays_as_it_is(
    migrations: Migrations,
) -> None:
    for target, expected in (("+1", "+1"), ("-1", "-1"), ("left@+2", "+2")):
        assert environment(migrations, destination_rev=target).get_revision_argument() == expected


def test_environment_without_a_start_says_so(migrations: Migrations) -> None:
    with pytest.raises(CommandError, match="No starting revision argument is available"):
        environment(migrations).get_starting_revision_argument()


def test_environment_before_configure_says_so(migrations: Migrations) -> None:
    with pytest.raises(CommandError, match="No context has been configured yet"):
        environment(migrations).get_context()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, {}),
        (["a=b", "c", "d=e=f", "a=z"], {"a": "z", "c": "", "d": "e=f"}),
    ],
)
def test_x_arguments_as_list_and_dictionary(
    migrations: Migrations, given: list[str] | None, expected: dict[str, str]
) -> None:
    config = Config(cmd_opts=argparse.Namespace(x=given))
    config.set_main_option("script_location", str(migrations.folder))
    found = EnvironmentContext(config, ScriptDirectory.from_config(config))
    assert found.get_x_argument() == (given or [])
    assert found.get_x_argument(as_dictionary=True) == expected


def test_configure_needs_some_database(migrations: Migrations) -> None:
    with pytest.raises(CommandError, match="Connection, url, or dialect_name is required"):
        environment(migrations).configure()


def test_configure_twice_writes_to_two_buffers(migrations: Migrations) -> None:
    found = environment(migrations, as_sql=True, fn=lambda heads, context: [])
    for name, expected in [
        ("postgresql", "BEGIN;\n\nhello;\n\nCOMMIT;\n\n"),
        ("mysql", "hello;\n\n"),
    ]:
        buffer = io.StringIO()
        found.configure(dialect_name=name, output_buffer=buffer)
        with found.begin_transaction():
            found.execute("hello")
            found.run_migrations()
        assert buffer.getvalue() == expected


def test_template_args_reach_the_command(migrations: Migrations) -> None:
    mine = {"config": 1}
    found = environment(migrations, template_args=mine, as_sql=True)
    found.configure(dialect_name="sqlite", template_args={"more": 2})
    assert mine == {"config": 1, "more": 2}


def test_output_encoding_replaces_what_it_can_not_say(migrations: Migrations) -> None:
    found = environment(migrations, as_sql=True)
    buffer = io.StringIO()
    found.configure(dialect_name="sqlite", output_buffer=buffer, output_encoding="ascii")
    found.static_output("-- é")
    assert buffer.getvalue() == "-- ?\n\n"


def test_version_table_made_by_a_program_stays() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        MigrationContext.configure(connection)._ensure_version_table()
        assert not connection.in_transaction()
        connection.rollback()
        assert inspect(connection).has_table("alembic_version")
    engine.dispose()


def test_bind_of_a_script_makes_a_context_that_writes_to_it() -> None:
    script = io.StringIO()
    first = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": script}
    )
    second = MigrationContext.configure(Operations(first).get_bind())
    Operations(second).create_index("ix", "t", ["a"])
    assert script.getvalue() == "CREATE INDEX ix ON t (a);\n\n"


def test_parameters_of_a_statement_are_written_into_the_script() -> None:
    script = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql",
        opts={"as_sql": True, "output_buffer": script, "literal_binds": True},
    )
    bind = Operations(context).get_bind()
    rows = table("t", column("a", Integer), column("b", String))
    bind.execute(text("update t set b = :b where a = :a"), {"a": 1, "b": "it's"})
    bind.execute(rows.insert(), [{"a": 1, "b": "x"}, {"a": 2, "b": None}])
    bind.execute(rows.update().where(rows.c.a == bindparam("old")), {"old": 3, "b": "y"})
    bind.execute(
        rows.delete().where(rows.c.a.in_(bindparam("gone", expanding=True))), {"gone": [4]}
    )
    assert script.getvalue().split(";\n\n") == [
        "update t set b = 'it''s' where a = 1",
        "INSERT INTO t (a, b) VALUES (1, 'x')",
        "INSERT INTO t (a, b) VALUES (2, NULL)",
        "UPDATE t SET b='y' WHERE t.a = 3",
        "DELETE FROM t WHERE t.a IN (4)",
        "",
    ]


def test_programs_context_says_what_it_is(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True})
    assert caplog.messages == [
        "Context impl PostgresqlImpl.",
        "Generating static SQL",
        "Will assume transactional DDL.",
    ]
