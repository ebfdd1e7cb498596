"""Where the models, the url and the options come from: configuration, env.py, the environment."""

from __future__ import annotations

import shutil

import pytest
import sqlalchemy as sa

from tests.cli.project import MODELS, PHONE, Project
from tests.databases import Database


def migrate(project: Project) -> None:
    """Go the main road once: write, upgrade, check, back."""
    project.ok("revision", "--autogenerate", "-m", "create users")
    project.ok("upgrade", "head")
    project.ok("check")
    project.ok("downgrade", "base")
    project.ok("upgrade", "head")


def test_no_env_py_is_needed(project_on: Project) -> None:
    (project_on.folder / "migrations" / "env.py").unlink()
    migrate(project_on)


@pytest.mark.parametrize("with_env", [True, False])
def test_async_drivers(database: Database, project_on: Project, with_env: bool) -> None:
    url = database.async_url_text.replace("%", "%%")
    project_on.set_options(sqlalchemy__url=url)
    if with_env:
        shutil.rmtree(project_on.folder / "migrations")
        project_on.ini.unlink()
        project_on.ok("init", "migrations", "-t", "async")
        project_on.set_options(
            models="app.models:Base",
            sqlalchemy__url=url,
        )
    else:
        (project_on.folder / "migrations" / "env.py").unlink()
    migrate(project_on)


def test_offline_needs_neither_env_py_nor_driver(project: Project) -> None:
    project.ok("revision", "--autogenerate", "-m", "create users")
    (project.folder / "migrations" / "env.py").unlink()
    project.set_options(sqlalchemy__url="oracle://")
    assert "CREATE TABLE users" in project.ok("upgrade", "head", "--sql").out


def test_models_linked_in_env_py(project: Project) -> None:
    project.set_options(models="")
    env = project.folder / "migrations" / "env.py"
    text = env.read_text()
    assert "target_metadata = None" in text
    env.write_text(
        text.replace(
            "target_metadata = None",
            "from app.models import Base\n\ntarget_metadata = Base.metadata",
        )
    )
    migrate(project)


def test_models_and_url_in_pyproject(project: Project) -> None:
    project.ini.unlink()
    (project.folder / "pyproject.toml").write_text(
        "[tool.limbeck]\nscript_location = 'migrations'\nmodels = 'app.models:Base'\n"
        f"sqlalchemy.url = '{project.url}'\n"
    )
    migrate(project)


@pytest.mark.parametrize("url", ["env:APP_DATABASE_URL", "%(APP_DATABASE_URL)s"])
def test_url_from_the_environment(project: Project, url: str) -> None:
    real = project.url
    project.set_options(sqlalchemy__url=url)
    project.ok("revision", "--autogenerate", "-m", "x", APP_DATABASE_URL=real)
    project.ok("upgrade", "head", APP_DATABASE_URL=real)
    project.ok("check", APP_DATABASE_URL=real)


def test_password_alone_from_the_environment(project_on: Project, postgresql: Database) -> None:
    host = postgresql.url.query["host"]
    project_on.set_options(
        sqlalchemy__url="postgresql+psycopg://postgres:%(APP_PASSWORD)s@/"
        f"{postgresql.url.database}?host={host}"
    )
    project_on.ok("current", APP_PASSWORD="any")


def test_options_of_configure_are_honoured_from_the_file(project: Project) -> None:
    project.set_options(version_table="my_versions", compare_type="false")
    migrate(project)
    tables = sa.inspect(sa.create_engine(project.url, poolclass=sa.NullPool)).get_table_names()
    assert "my_versions" in tables
    assert "alembic_version" not in tables
    project.write_models(MODELS.replace("String(50)", "String(60)"))
    project.ok("check")
    project.set_options(compare_type="true")
    assert "name" in project.fails("check")


def test_env_py_wins_over_the_file(project: Project) -> None:
    project.set_options(version_table="from_the_file")
    env = project.folder / "migrations" / "env.py"
    env.write_text(env.read_text().replace("configure(", "configure(version_table='from_env',"))
    project.ok("upgrade", "heads")
    project.ok("ensure_version")
    tables = sa.inspect(sa.create_engine(project.url, poolclass=sa.NullPool)).get_table_names()
    assert tables == ["from_env"]


def test_render_as_batch_from_the_file(project: Project) -> None:
    project.set_options(render_as_batch="true")
    migrate(project)
    project.write_models(MODELS.replace("String(50), nullable=False", "String(60)") + PHONE)
    project.ok("revision", "--autogenerate", "-m", "batch")
    text = (project.versions / "002_batch.py").read_text()
    assert "op.batch_alter_table('users'" in text
    project.ok("upgrade", "head")
    project.ok("check")
    project.ok("downgrade", "-1")
    project.ok("upgrade", "head")


def test_without_render_as_batch_sqlite_is_told_what_to_do(project: Project) -> None:
    migrate(project)
    project.write_models(MODELS.replace("String(50), nullable=False", "String(60)"))
    result = project.ok("revision", "--autogenerate", "-m", "plain")
    assert "render_as_batch" in result.err
    message = project.fails("upgrade", "head")
    assert "render_as_batch" in message


def test_alembic_names(empty: Project) -> None:
    empty.write_models(MODELS)
    empty.ok("init", "migrations", "--alembic-names")
    ini = empty.folder / "alembic.ini"
    text = ini.read_text()
    assert "[alembic]" in text
    assert "from alembic import" in (empty.folder / "migrations" / "env.py").read_text()
    ini.write_text(
        text.replace(
            "\nsqlalchemy.url =", f"\nmodels = app.models:Base\nsqlalchemy.url = {empty.url}", 1
        )
    )
    empty.ok("revision", "--autogenerate", "-m", "create users")
    empty.ok("upgrade", "head")
    empty.ok("check")


def test_baseline_from_an_existing_database(database: Database, project_on: Project) -> None:
    namespace: dict[str, type] = {}
    exec((project_on.folder / "app" / "models.py").read_text(), namespace)
    metadata: sa.MetaData = namespace["Base"].metadata  # type: ignore[attr-defined]  # a Base
    metadata.create_all(database.engine)
    project_on.ok("revision", "--from-database", "-m", "baseline")
    assert "op.create_table('users'" in (project_on.versions / "001_baseline.py").read_text()
    project_on.ok("stamp", "head")
    project_on.ok("check")
    project_on.ok("downgrade", "base")
    project_on.ok("upgrade", "head")
    project_on.ok("check")


def test_stamp_records_without_running(database: Database, project_on: Project) -> None:
    project_on.ok("revision", "--autogenerate", "-m", "create users")
    project_on.ok("stamp", "head")
    assert sa.inspect(database.engine).get_table_names() == ["alembic_version"]
    assert "(head)" in project_on.ok("current").out


@pytest.mark.requires("schemas")
def test_schemas_when_include_schemas_is_on(database: Database, project_on: Project) -> None:
    schema = f"    __table_args__ = {{'schema': {database.second_schema!r}}}\n"
    project_on.write_models(MODELS.replace("'users'", "'users'\n") + schema)
    project_on.set_options(include_schemas="true")
    migrate(project_on)
    assert sa.inspect(database.engine).get_table_names(database.second_schema) == ["users"]
