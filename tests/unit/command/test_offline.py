"""SQL scripts: the text that `--sql` writes, on the five dialects, as Alembic writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from limbeck import command
from limbeck.errors import CommandError
from tests.migrations import Migrations

POSTGRESQL = """\
BEGIN;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> aaaa1

CREATE TABLE t_aaaa1 (
    id SERIAL NOT NULL,
    PRIMARY KEY (id)
);

INSERT INTO alembic_version (version_num) VALUES ('aaaa1') RETURNING alembic_version.version_num;

-- Running upgrade aaaa1 -> bbbb1

CREATE TABLE t_bbbb1 (
    id SERIAL NOT NULL,
    PRIMARY KEY (id)
);

UPDATE alembic_version SET version_num='bbbb1' WHERE alembic_version.version_num = 'aaaa1';

COMMIT;

"""

PER_MIGRATION = [
    "BEGIN",
    "CREATE TABLE alembic_version",
    "-- Running upgrade -> aaaa1",
    "CREATE TABLE t_aaaa1",
    "INSERT INTO alembic_version",
    "COMMIT",
    "BEGIN",
    "-- Running upgrade aaaa1 -> bbbb1",
    "CREATE TABLE t_bbbb1",
    "UPDATE alembic_version",
    "COMMIT",
]

ENDS = {
    "sqlite": ";\n\n",
    "postgresql": ";\n\n",
    "mysql": ";\n\n",
    "mssql": ";\n\nGO\n\n",
    "oracle": "\n\n/\n\n",
}


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    found = Migrations(tmp_path, options={"dialect_name": "postgresql"})
    found.write_table("aaaa1")
    found.write_table("bbbb1", "aaaa1")
    return found


def statements(sql: str) -> list[str]:
    """Return the beginnings of what a script consists of."""
    return [" ".join(part.split()[:6]).rstrip(";") for part in sql.split("\n\n") if part.strip()]


def test_upgrade_as_a_script(migrations: Migrations) -> None:
    command.upgrade(migrations.config(), "head", sql=True)
    # SQLAlchemy puts a space behind the comma at the end of a line
    assert migrations.sql.replace(", \n", ",\n") == POSTGRESQL
    assert migrations.out == ""


@pytest.mark.parametrize("dialect", ENDS)
def test_statements_end_as_the_database_wants(migrations: Migrations, dialect: str) -> None:
    migrations.options = {"dialect_name": dialect}
    command.downgrade(migrations.config(), "bbbb1:aaaa1", sql=True)
    script = migrations.sql
    body = script.removeprefix("BEGIN TRANSACTION;\n\n").removeprefix("BEGIN;\n\n")
    assert body.startswith(
        f"-- Running downgrade bbbb1 -> aaaa1\n\nDROP TABLE t_bbbb1{ENDS[dialect]}"
        "UPDATE alembic_version SET version_num='aaaa1' "
        f"WHERE alembic_version.version_num = 'bbbb1'{ENDS[dialect]}"
    )


@pytest.mark.parametrize("dialect", ENDS)
def test_script_inserts_without_variables(migrations: Migrations, dialect: str) -> None:
    migrations.options = {"dialect_name": dialect}
    command.stamp(migrations.config(), "head", sql=True)
    insert = next(part for part in migrations.sql.split("\n\n") if part.startswith("INSERT"))
    assert ":" not in insert
    assert "'bbbb1'" in insert


def test_transaction_per_migration_as_a_script(migrations: Migrations) -> None:
    migrations.options = {"dialect_name": "postgresql", "transaction_per_migration": "true"}
    command.upgrade(migrations.config(), "head", sql=True)
    parts = statements(migrations.sql)
    assert [part[: len(wanted)] for part, wanted in zip(parts, PER_MIGRATION, strict=True)] == (
        PER_MIGRATION
    )


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("aaaa1:head", ["aaaa1 -> bbbb1"]),
        ("aaaa:+1", ["aaaa1 -> bbbb1"]),
        ("base:aaaa1", [" -> aaaa1"]),
        ("bbbb1:head", []),
        ("+1", [" -> aaaa1"]),
    ],
)
def test_upgrade_ranges(migrations: Migrations, revision: str, expected: list[str]) -> None:
    command.upgrade(migrations.config(), revision, sql=True)
    runs = [line for line in migrations.sql.splitlines() if line.startswith("-- Running")]
    assert runs == [f"-- Running upgrade {text}" for text in expected]
    assert ("CREATE TABLE alembic_version" in migrations.sql) is (expected == [" -> aaaa1"])


def test_stamp_range(migrations: Migrations) -> None:
    command.stamp(migrations.config(), "bbbb1:base", sql=True)
    assert "DELETE FROM alembic_version" in migrations.sql


def test_ensure_version_as_a_script(migrations: Migrations) -> None:
    command.ensure_version(migrations.config(), sql=True)
    assert migrations.sql.count("CREATE TABLE alembic_version") == 1


def test_autocommit_block_as_a_script(migrations: Migrations) -> None:
    path = migrations.write("cccc1", "bbbb1")
    path.write_text(
        path.read_text().replace(
            "def upgrade(**kw):\n    pass",
            "def upgrade(**kw):\n    with op.get_context().autocommit_block():\n"
            "        op.execute('VACUUM')",
        )
    )
    command.upgrade(migrations.config(), "bbbb1:head", sql=True)
    parts = statements(migrations.sql)
    assert parts[:5] == ["BEGIN", "-- Running upgrade bbbb1 -> cccc1", "COMMIT", "VACUUM", "BEGIN"]
    assert parts[-1] == "COMMIT"


def test_revision_id_with_a_quote_is_escaped(migrations: Migrations) -> None:
    migrations.write("o'brien", "bbbb1")
    command.upgrade(migrations.config(), "bbbb1:head", sql=True)
    assert "SET version_num='o''brien'" in migrations.sql


def test_script_without_a_database_says_what_is_missing(migrations: Migrations) -> None:
    migrations.options = {}
    with pytest.raises(CommandError, match=r"sqlalchemy\.url"):
        command.upgrade(migrations.config(), "head", sql=True)


def test_script_of_a_url_needs_no_driver(migrations: Migrations) -> None:
    migrations.options = {}
    migrations.url = "mssql+pyodbc://someone@somewhere/db"
    command.upgrade(migrations.config(), "head", sql=True)
    assert migrations.sql.startswith("BEGIN TRANSACTION;")
