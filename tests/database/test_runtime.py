"""Running migrations on real databases: forwards, back, recorded, interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from limbeck import command
from limbeck.errors import CommandError, DatabaseNotAtHead
from limbeck.operations import Operations
from limbeck.runtime.failure import MigrationFailure, explanation
from limbeck.runtime.migration import MigrationContext
from limbeck.script.base import ScriptDirectory
from tests.databases import Database
from tests.migrations import Migrations


@pytest.fixture
def migrations(database: Database, tmp_path: Path) -> Migrations:
    found = Migrations(tmp_path / "migrations", database.url_text)
    found.write_table("aaaa1")
    found.write_table("bbbb1", "aaaa1")
    return found


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def rows(database: Database, table: str = "alembic_version") -> set[str]:
    with database.engine.connect() as connection:
        return set(connection.execute(text(f"SELECT * FROM {table}")).scalars())


def failure_of(error: BaseException) -> MigrationFailure:
    found = getattr(error, "limbeck_failure", None)
    assert isinstance(found, MigrationFailure)
    return found


def test_upgrade_and_downgrade(database: Database, migrations: Migrations) -> None:
    command.upgrade(migrations.config(), "head")
    assert tables(database) == {"alembic_version", "t_aaaa1", "t_bbbb1"}
    assert rows(database) == {"bbbb1"}
    command.downgrade(migrations.config(), "-1")
    assert rows(database) == {"aaaa1"}
    command.downgrade(migrations.config(), "base")
    assert tables(database) == {"alembic_version"}
    assert rows(database) == set()


@pytest.mark.requires("alter")
def test_id_too_long_for_the_version_table_is_named(
    database: Database, migrations: Migrations
) -> None:
    migrations.write("c" * 40, "bbbb1")
    with pytest.raises(CommandError, match=r"c{40}': it has 40 characters, and .* holds 32"):
        command.upgrade(migrations.config(), "head")
    with pytest.raises(CommandError, match="give the revision a shorter id"):
        command.stamp(migrations.config(), "head", purge=True)


def test_current_shows_where_the_database_is(database: Database, migrations: Migrations) -> None:
    command.current(migrations.config())
    assert migrations.out == ""
    assert tables(database) == set(), "asking changes nothing"
    command.upgrade(migrations.config(), "+1")
    command.current(migrations.config())
    assert migrations.out == "aaaa1\n"
    with pytest.raises(DatabaseNotAtHead, match="not on all head revisions"):
        command.current(migrations.config(), check_heads=True)
    command.upgrade(migrations.config(), "head")
    command.current(migrations.config(), check_heads=True)
    assert migrations.out == "bbbb1 (head)\n"
    (entry,) = command.list_current(migrations.config())
    assert (entry.revision, entry.is_current) == ("bbbb1", True)


def test_history_marks_where_the_database_is(migrations: Migrations) -> None:
    command.upgrade(migrations.config(), "aaaa1")
    command.history(migrations.config(), indicate_current=True)
    assert migrations.out.splitlines() == [
        "aaaa1 -> bbbb1 (head), message of bbbb1",
        "<base> -> aaaa1 (current), message of aaaa1",
    ]
    entries = command.list_history(migrations.config(), "current:")
    assert [entry.revision for entry in entries] == ["bbbb1", "aaaa1"]
    command.show(migrations.config(), "current")
    assert migrations.out.startswith("Rev: aaaa1\n")


def test_stamp_records_and_runs_nothing(database: Database, migrations: Migrations) -> None:
    command.stamp(migrations.config(), "head")
    assert tables(database) == {"alembic_version"}
    assert rows(database) == {"bbbb1"}
    command.stamp(migrations.config(), "aaaa1")
    assert rows(database) == {"aaaa1"}
    command.stamp(migrations.config(), "base")
    assert rows(database) == set()


def test_stamp_purge_forgets_what_is_unknown(database: Database, migrations: Migrations) -> None:
    command.stamp(migrations.config(), "head")
    (migrations.folder / "versions" / "bbbb1.py").unlink()
    with pytest.raises(CommandError, match=r"'bbbb1'.*alembic_version"):
        command.stamp(migrations.config(), "aaaa1")
    command.stamp(migrations.config(), "aaaa1", purge=True)
    assert rows(database) == {"aaaa1"}


def test_version_table_of_an_unknown_revision_changes_nothing(
    database: Database, migrations: Migrations
) -> None:
    command.upgrade(migrations.config(), "aaaa1")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'fromafar'"))
    for run in (command.upgrade, command.downgrade):
        with pytest.raises(CommandError, match="fromafar"):
            run(migrations.config(), "base")
    with pytest.raises(CommandError, match="stamp --purge"):
        command.current(migrations.config())
    assert rows(database) == {"fromafar"}


def test_ensure_version_creates_the_table_once(database: Database, migrations: Migrations) -> None:
    command.ensure_version(migrations.config())
    command.ensure_version(migrations.config())
    assert tables(database) == {"alembic_version"}


def test_branches_and_merge_rows(database: Database, migrations: Migrations) -> None:
    migrations.write("left11", "bbbb1")
    migrations.write("right1", "bbbb1")
    migrations.write("merge1", ("left11", "right1"))
    command.upgrade(migrations.config(), "left11")
    command.upgrade(migrations.config(), "right1")
    assert rows(database) == {"left11", "right1"}
    command.upgrade(migrations.config(), "head")
    assert rows(database) == {"merge1"}
    command.downgrade(migrations.config(), "left11")
    assert rows(database) == {"left11", "right1"}
    command.downgrade(migrations.config(), "bbbb1")
    assert rows(database) == {"bbbb1"}


def test_version_table_of_another_name(database: Database, migrations: Migrations) -> None:
    migrations.options = {"version_table": "my_history"}
    command.upgrade(migrations.config(), "aaaa1")
    assert tables(database) == {"my_history", "t_aaaa1"}


@pytest.mark.requires("schemas")
def test_version_table_in_another_schema(database: Database, migrations: Migrations) -> None:
    migrations.options = {"version_table_schema": str(database.second_schema)}
    command.upgrade(migrations.config(), "head")
    command.downgrade(migrations.config(), "aaaa1")
    assert "alembic_version" not in tables(database)
    assert rows(database, f"{database.second_schema}.alembic_version") == {"aaaa1"}


@pytest.mark.parametrize("has_key", [True, False])
def test_version_table_key_is_an_option(
    database: Database, migrations: Migrations, has_key: bool
) -> None:
    migrations.options = {"version_table_pk": str(has_key)}
    command.upgrade(migrations.config(), "head")
    with database.engine.connect() as connection:
        key = inspect(connection).get_pk_constraint("alembic_version")
    assert bool(key["constrained_columns"]) is has_key


# Failures


def broken(migrations: Migrations) -> Path:
    """Write a third revision: a table, then a statement that fails."""
    return migrations.write(
        "cccc1",
        "bbbb1",
        "op.create_table('t_cccc1', sa.Column('id', sa.Integer)); "
        "op.execute('SELECT nonsense % 2 FROM nowhere')",
    )


@pytest.mark.requires("transactional_ddl")
def test_failed_revision_leaves_nothing(database: Database, migrations: Migrations) -> None:
    migrations.options = {"transaction_per_migration": "true"}
    path = broken(migrations)
    with pytest.raises(DBAPIError) as caught:
        command.upgrade(migrations.config(), "head")
    assert tables(database) == {"alembic_version", "t_aaaa1", "t_bbbb1"}
    assert rows(database) == {"bbbb1"}
    failure = failure_of(caught.value)
    assert failure.path == str(path)
    assert failure.line == 13
    assert failure.statement == "SELECT nonsense % 2 FROM nowhere"
    assert failure.applied == ["upgrade  -> aaaa1", "upgrade aaaa1 -> bbbb1"]
    assert failure.leftovers == ()
    assert "upgrade bbbb1 -> cccc1" in str(explanation(caught.value))


@pytest.mark.requires("transactional_ddl")
def test_failed_run_in_one_transaction_leaves_nothing(
    database: Database, migrations: Migrations
) -> None:
    migrations.options = {"transactional_ddl": "true"}
    broken(migrations)
    with pytest.raises(DBAPIError) as caught:
        command.upgrade(migrations.config(), "head")
    assert tables(database) == set()
    failure = failure_of(caught.value)
    assert failure.applied == []
    assert failure.undone == ["upgrade  -> aaaa1", "upgrade aaaa1 -> bbbb1"]


@pytest.mark.requires("implicit_commit")
def test_failed_revision_says_what_can_not_be_rolled_back(
    database: Database, migrations: Migrations
) -> None:
    broken(migrations)
    with pytest.raises(DBAPIError) as caught:
        command.upgrade(migrations.config(), "head")
    assert rows(database) == {"bbbb1"}
    (leftover,) = failure_of(caught.value).leftovers
    assert leftover.split()[:3] == ["CREATE", "TABLE", "t_cccc1"]
    assert "can't roll them back" in str(explanation(caught.value))


def test_failing_python_of_a_revision_is_told_by_its_line(migrations: Migrations) -> None:
    path = migrations.write("cccc1", "bbbb1", "nonsense()")
    with pytest.raises(NameError) as caught:
        command.upgrade(migrations.config(), "head")
    assert f"({path}, line 13)" in str(explanation(caught.value))
    assert f"({path}, line 13)" in caught.value.__notes__[0]


def test_failing_python_elsewhere_keeps_its_traceback(migrations: Migrations) -> None:
    path = migrations.write("cccc1", "bbbb1", "__import__('json').loads('nonsense')")
    with pytest.raises(ValueError, match="Expecting value") as caught:
        command.upgrade(migrations.config(), "head")
    assert explanation(caught.value) is None
    assert f"({path}, line 13)" in caught.value.__notes__[0]


def test_plan_with_a_broken_file_runs_nothing(database: Database, migrations: Migrations) -> None:
    path = migrations.write("cccc1", "bbbb1")
    path.write_text(path.read_text() + "\n\nimport nowhere_at_all\n")
    with pytest.raises(CommandError, match="cccc1"):
        command.upgrade(migrations.config(), "head")
    assert tables(database) == set()


def test_url_that_can_not_connect_hides_the_password(tmp_path: Path) -> None:
    migrations = Migrations(tmp_path, "postgresql+psycopg://joe:s3cret@127.0.0.1:1/x")
    with pytest.raises(CommandError, match=r"joe:\*\*\*@127\.0\.0\.1:1/x") as caught:
        command.current(migrations.config())
    assert "s3cret" not in str(caught.value)


# Transactions


def test_autocommit_block_stays_whatever_comes(database: Database, migrations: Migrations) -> None:
    migrations.options = {"transactional_ddl": "true"}
    path = migrations.write("cccc1", "bbbb1")
    path.write_text(
        path.read_text().replace(
            "def upgrade(**kw):\n    pass",
            "def upgrade(**kw):\n"
            "    with op.get_context().autocommit_block():\n"
            "        op.execute('CREATE TABLE during (id integer)')\n"
            "    op.execute('INSERT INTO during VALUES (1)')\n"
            "    raise KeyError('x')",
        )
    )
    with pytest.raises(KeyError) as caught:
        command.upgrade(migrations.config(), "head")
    assert tables(database) == {"alembic_version", "t_aaaa1", "t_bbbb1", "during"}
    assert rows(database, "during") == set()
    assert rows(database) == {"bbbb1"}
    assert failure_of(caught.value).applied == ["upgrade  -> aaaa1", "upgrade aaaa1 -> bbbb1"]


def test_connection_in_a_transaction_is_left_to_its_owner(
    database: Database, migrations: Migrations
) -> None:
    with database.engine.connect() as connection:
        transaction = connection.begin()
        command.upgrade(migrations.config(attributes={"connection": connection}), "aaaa1")
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == "aaaa1"
        with pytest.raises(CommandError, match="begun outside"), context.autocommit_block():
            pass
        assert connection.in_transaction()
        transaction.commit()
    assert rows(database) == {"aaaa1"}


def test_context_used_directly(database: Database, migrations: Migrations) -> None:
    script = ScriptDirectory.from_config(migrations.config())
    with database.engine.begin() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_heads() == ()
        context.stamp(script, "aaaa1")
        assert context.get_current_revision() == "aaaa1"
        context.stamp(script, "heads")
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == ("bbbb1",)


def test_context_wants_a_connection(database: Database) -> None:
    engine: Any = database.engine
    with pytest.raises(CommandError, match=r"sqlalchemy\.engine\.Connection instance, got Engine"):
        MigrationContext.configure(engine)


def test_context_with_several_heads_has_no_one_revision(
    database: Database, migrations: Migrations
) -> None:
    migrations.write("other1")
    command.stamp(migrations.config(), "heads")
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert set(context.get_current_heads()) == {"bbbb1", "other1"}
        with pytest.raises(CommandError, match="more than one head present"):
            context.get_current_revision()


def test_callbacks_are_told_of_each_step(
    database: Database, migrations: Migrations, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Any, ...]] = []

    def note(*, ctx: MigrationContext, step: Any, heads: set[str], run_args: Any, **_: Any) -> None:
        assert isinstance(ctx.connection, Connection)
        source = step.source_revision_ids
        seen.append((step.is_upgrade, step.is_stamp, source, step.up_revision_id, sorted(heads)))

    monkeypatch.setattr("tests.migrations.note_step", note, raising=False)
    migrations.options = {"on_version_apply": "tests.migrations:note_step"}
    command.upgrade(migrations.config(), "head")
    command.downgrade(migrations.config(), "aaaa1")
    command.stamp(migrations.config(), "head")
    assert seen == [
        (True, False, (), "aaaa1", ["aaaa1"]),
        (True, False, ("aaaa1",), "bbbb1", ["bbbb1"]),
        (False, False, ("bbbb1",), "bbbb1", ["aaaa1"]),
        (True, True, ("aaaa1",), "bbbb1", ["bbbb1"]),
    ]


def test_row_changed_by_another_run_is_refused(database: Database, migrations: Migrations) -> None:
    command.upgrade(migrations.config(), "aaaa1")
    migrations.write("cccc1", "aaaa1", "op.execute(\"UPDATE alembic_version SET version_num='x'\")")
    with pytest.raises(CommandError, match="expected to match one row when updating"):
        command.upgrade(migrations.config(), "cccc1")
    assert rows(database) == {"aaaa1"}


@pytest.mark.requires("alter")  # elsewhere the second waits for the first
def test_failure_names_the_revision_of_a_run_in_between(
    database: Database, migrations: Migrations
) -> None:
    command.upgrade(migrations.config(), "aaaa1")
    other = migrations.config()
    migrations.write(
        "cccc1", "aaaa1", "kw['between'](); op.create_table('t', sa.Column('a', sa.Integer))"
    )

    def run_it_all(**kw: Any) -> None:
        def plan(revision: Any, context: MigrationContext) -> Any:
            return ScriptDirectory.from_config(other)._upgrade_revs("cccc1", revision)

        with database.engine.connect() as connection:
            opts = {"fn": plan, "script": ScriptDirectory.from_config(other)}
            context = MigrationContext.configure(connection, opts=opts)
            with context.begin_transaction(), Operations.context(context):
                context.run_migrations(**kw)

    with pytest.raises(DBAPIError) as caught:
        run_it_all(between=lambda: run_it_all(between=lambda: None))
    assert failure_of(caught.value).meanwhile == ("cccc1",)
    said = explanation(caught.value) or ""
    assert "Another run has brought the database to cccc1 meanwhile: run this again" in said
    assert rows(database) == {"cccc1"}
    run_it_all(between=lambda: None)


def test_env_arguments_reach_the_revision(migrations: Migrations) -> None:
    migrations.write("cccc1", "bbbb1", "raise KeyError(kw['answer'])")
    migrations.write_env(
        "from limbeck import context\n"
        "from sqlalchemy import NullPool, create_engine\n"
        "url = context.config.get_main_option('sqlalchemy.url')\n"
        "engine = create_engine(url, poolclass=NullPool)\n"
        "with engine.connect() as connection:\n"
        "    context.configure(connection=connection)\n"
        "    with context.begin_transaction():\n"
        "        context.run_migrations(answer=42)\n"
    )
    with pytest.raises(KeyError, match="42"):
        command.upgrade(migrations.config(), "head")
