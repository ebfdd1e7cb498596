"""The README's walk-through, on every database: convergent, reversible, with the rows kept."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.catalogs import Catalogs, dump, rows
from tests.cli.project import MODELS, PHONE, Project
from tests.databases import Database


def catalogs_of_models(database: Database, project: Project) -> Catalogs:
    """Return what a fresh `create_all` of the project's models leads to."""
    namespace: dict[str, type] = {}
    exec((project.folder / "app" / "models.py").read_text(), namespace)
    metadata: sa.MetaData = namespace["Base"].metadata  # type: ignore[attr-defined]  # a Base
    with database.engine.begin() as connection:
        kept = sa.MetaData()
        kept.reflect(connection)
        kept.drop_all(connection)
        metadata.create_all(connection)
    found = dump(database)
    with database.engine.begin() as connection:
        metadata.drop_all(connection)
    return found


def test_walkthrough_converges(database: Database, project_on: Project) -> None:
    project = project_on
    without_phone = catalogs_of_models(database, project)

    project.ok("revision", "--autogenerate", "-m", "create users")
    assert [path.name for path in project.versions.glob("*.py")] == ["001_create_users.py"]
    project.ok("upgrade", "head")
    assert dump(database) == without_phone
    project.ok("check")
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO users (id, name, email) VALUES (1, 'Ann', 'a@b')"))
    before = rows(database, "users")

    project.write_models(MODELS + PHONE)
    assert "phone" in project.fails("check")
    project.ok("revision", "--autogenerate", "-m", "Add phone column to users")
    text = (project.versions / "002_add_phone_column_to_users.py").read_text()
    upgrade, downgrade = text.split("def upgrade")[1].split("def downgrade")
    assert (
        "    op.add_column('users', sa.Column('phone', sa.String(length=20), nullable=True))\n"
        in upgrade
    )
    assert "    op.drop_column('users', 'phone')\n" in downgrade

    project.ok("upgrade", "head")
    with_phone = dump(database)
    project.ok("check")
    project.ok("downgrade", "-1")
    assert dump(database) == without_phone
    assert rows(database, "users") == before
    project.ok("upgrade", "head")
    assert dump(database) == with_phone
    project.ok("downgrade", "base")
    assert dump(database) == catalogs_without_tables(database)
    assert with_phone == catalogs_of_models(database, project)


def catalogs_without_tables(database: Database) -> Catalogs:
    """Return the catalogs of the database when it holds no table of the project's."""
    return {name: facts for name, facts in dump(database).items() if "users" not in name}


def test_commands_tell_where_the_database_is(project: Project) -> None:
    project.ok("revision", "--autogenerate", "-m", "create users")
    assert project.ok("current").out == ""
    project.ok("upgrade", "head")
    (head,) = re.findall(
        r"^Revision ID: (\w+)$", next(project.versions.glob("*.py")).read_text(), re.M
    )
    assert project.ok("current").out == f"{head} (head)\n"
    assert project.ok("heads").out == f"{head} (head)\n"
    assert project.ok("history").out == f"<base> -> {head} (head), create users\n"
    shown = project.ok("show", "head").out
    assert shown.startswith(f"Rev: {head} (head)\nParent: <base>\nPath: ")
    project.ok("stamp", "base")
    assert project.ok("current").out == ""
    project.ok("stamp", "head")
    assert project.ok("current").out == f"{head} (head)\n"


def test_json_is_for_programs(project: Project) -> None:
    (written,) = project.ok("revision", "--autogenerate", "-m", "create users", "--json").json
    project.ok("upgrade")
    (entry,) = project.ok("history", "--json").json
    assert entry["revision"] == written["revision"]
    assert entry["message"] == "create users"
    assert entry["is_head"] is True
    assert [each["revision"] for each in project.ok("current", "--json").json] == [
        entry["revision"]
    ]
    assert [head["revision"] for head in project.ok("heads", "--json").json] == [entry["revision"]]
    assert project.ok("show", "head", "--json").json[0]["path"].endswith("001_create_users.py")
    assert project.ok("check", "--json").json == []
    project.write_models(MODELS + PHONE)
    result = project.limbeck("check", "--json")
    assert result.status == 1
    assert "phone" in str(result.json)


def test_nothing_changed_says_so_and_skip_empty_writes_no_file(project: Project) -> None:
    project.ok("revision", "--autogenerate", "-m", "create users")
    project.ok("upgrade")
    result = project.ok("revision", "--autogenerate", "-m", "again", "--skip-empty")
    assert "no" in result.text.lower()
    assert len(list(project.versions.glob("*.py"))) == 1


def test_same_files_work_on_every_database(project: Project, database: Database) -> None:
    project.ok("revision", "--autogenerate", "-m", "create users")
    other = Project(project.folder, database.url_text)
    other.set_options(sqlalchemy__url=other.url.replace("%", "%%"))
    other.ok("upgrade", "head")
    other.ok("check")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql", "mssql", "oracle"])
def test_sql_script_for_all_five_dialects(project: Project, dialect: str) -> None:
    project.ok("revision", "--autogenerate", "-m", "create users")
    project.set_options(sqlalchemy__url=f"{dialect}://")
    up = project.ok("upgrade", "head", "--sql").out
    assert "CREATE TABLE users" in up
    assert "INSERT INTO alembic_version" in up
    down = project.ok("downgrade", "head:base", "--sql").out
    assert "DROP TABLE users" in down
