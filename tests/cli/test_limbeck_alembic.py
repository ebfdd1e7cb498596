"""The distribution `limbeck-alembic`: the name `alembic` for a whole environment."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import sysconfig
from contextlib import closing
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from limbeck.alembic_names import ALEMBIC_VERSION, METADATA

PACKAGE = Path(__file__).resolve().parents[2] / "packages" / "limbeck-alembic"


def python(
    *arguments: str, folder: Path, path: tuple[Path, ...] = (PACKAGE,)
) -> subprocess.CompletedProcess[str]:
    """Run Python where the distribution is installed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(
            "from alembic import command, op\nimport alembic, limbeck.command, limbeck.op\n"
            "assert op is limbeck.op and command is limbeck.command\n"
            f"assert alembic.__version__ == {ALEMBIC_VERSION!r}",
            id="alembic-is-limbeck",
        ),
        pytest.param(
            "import importlib.metadata as m\n"
            f"assert m.version('alembic') == {ALEMBIC_VERSION!r}\n"
            "assert [d.name for d in m.distributions(name='alembic')] == ['alembic']",
            id="distribution-answers-version-checks",
        ),
        pytest.param(
            "import alembic.__main__, alembic.config\n"
            "assert callable(alembic.config.main) and callable(alembic.__main__.run)",
            id="command-line-is-there",
        ),
    ],
)
def test_environment_calls_limbeck_alembic(program: str, tmp_path: Path) -> None:
    run = python("-c", program, folder=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")


def test_command_alembic_works_with_alembics_defaults(tmp_path: Path) -> None:
    for arguments in (["init", "migrations"], ["revision", "-m", "add user", "--rev-id", "a1b2"]):
        run = python("-m", "alembic", *arguments, folder=tmp_path)
        assert run.returncode == 0, run.stderr
    assert (tmp_path / "alembic.ini").exists()
    assert (tmp_path / "migrations" / "versions" / "a1b2_add_user.py").exists()
    assert "from alembic import context" in (tmp_path / "migrations" / "env.py").read_text()


def test_command_alembic_says_alembics_version_first(tmp_path: Path) -> None:
    run = python("-m", "alembic", "--version", folder=tmp_path)
    assert run.stdout.startswith(f"alembic {ALEMBIC_VERSION} (limbeck ")


def test_command_alembic_fails_as_alembic_does(tmp_path: Path) -> None:
    python("-m", "alembic", "init", "migrations", folder=tmp_path)
    env = tmp_path / "migrations" / "env.py"
    said = "context.config.cmd_opts.cmd[0].__name__"
    env.write_text(f"from alembic import context\nprint({said})\n")
    run = python("-m", "alembic", "downgrade", "nothing", folder=tmp_path)
    assert (run.returncode, run.stderr) == (255, "")
    assert run.stdout.startswith("FAILED: Can't locate revision identified by 'nothing'")
    run = python("-m", "alembic", "upgrade", "head", folder=tmp_path)
    assert run.stdout.startswith("upgrade\n")
    run = python("-m", "alembic", "list_templates", folder=tmp_path)
    assert "  alembic init --template" in run.stdout


def test_error_is_logged_too_where_the_project_sets_up_logging(tmp_path: Path) -> None:
    python("-m", "alembic", "init", "migrations", folder=tmp_path)
    env = tmp_path / "migrations" / "env.py"
    env.write_text("from logging.config import fileConfig\nfileConfig('alembic.ini')\n1/0\n")
    run = python("-m", "alembic", "current", folder=tmp_path)
    assert run.returncode == 255
    said = run.stdout.removeprefix("FAILED: ")
    assert "ZeroDivisionError" in said
    assert run.stderr == f"ERROR [alembic.util.messaging] {said}"


def test_log_is_shown_where_the_project_sets_up_logging_only(tmp_path: Path) -> None:
    python("-m", "alembic", "init", "migrations", folder=tmp_path)
    ini = tmp_path / "alembic.ini"
    ini.write_text(ini.read_text().split("[loggers]")[0].replace("url =", "url = sqlite://\n#"))
    assert python("-m", "alembic", "current", folder=tmp_path).stderr == ""
    env = tmp_path / "migrations" / "env.py"
    env.write_text("import logging\nlogging.basicConfig(level='INFO')\n" + env.read_text())
    said = python("-m", "alembic", "current", folder=tmp_path).stderr
    assert said.startswith("INFO:alembic.runtime.migration:")


def test_options_of_a_projects_own_are_not_spoken_of(tmp_path: Path) -> None:
    python("-m", "alembic", "init", "migrations", folder=tmp_path)
    ini = tmp_path / "alembic.ini"
    ini.write_text(ini.read_text().replace("[alembic]", "[alembic]\nour.tenant = a\ntimezon = UTC"))
    for module in ("alembic", "limbeck"):
        run = python("-m", module, "heads", folder=tmp_path)
        assert "tenant" not in run.stderr
        assert "did you mean 'timezone'?" in run.stderr


def test_importing_beside_the_real_one_fails_and_says_what_to_do(tmp_path: Path) -> None:
    installed = tmp_path / "alembic-1.18.4.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: alembic\nVersion: 1.18.4\n")
    run = python("-c", "import alembic", folder=tmp_path, path=(PACKAGE, tmp_path))
    assert run.returncode == 1
    assert "Both limbeck-alembic and Alembic 1.18.4 are installed here" in run.stderr
    assert "pip uninstall -y alembic limbeck-alembic" in run.stderr


def test_building_beside_the_real_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip builds what is published as source, and so does not install it over Alembic."""
    spec = spec_from_file_location("hatch_build", PACKAGE / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sysconfig, "get_path", lambda kind: str(tmp_path))
    hook = module.RefuseBesideAlembic(str(PACKAGE), {}, None, None, "", "wheel")
    hook.initialize("standard", {})
    (tmp_path / "alembic-1.18.4.dist-info").mkdir()
    with pytest.raises(SystemExit, match=r"Alembic 1\.18\.4 is installed .*pip uninstall"):
        hook.initialize("standard", {})


def test_metadata_is_the_same_in_both_distributions() -> None:
    text = METADATA.read_text(encoding="utf-8")
    installed = PACKAGE / f"alembic-{ALEMBIC_VERSION}.egg-info"
    assert installed.read_text(encoding="utf-8") == text
    assert f"\nVersion: {ALEMBIC_VERSION}\n" in text


MODELS = """
from sqlalchemy import Column, Integer, MetaData, String, Table
metadata = MetaData()
Table("t", metadata, Column("id", Integer, primary_key=True), {columns})
"""
BEFORE = 'Column("name", String(20)), Column("n", Integer, server_default="1")'
AFTER = 'Column("title", String(20)), Column("n", Integer, server_default="2")'


def test_command_alembic_looks_for_what_alembic_looks_for(tmp_path: Path) -> None:
    """No renames and no server defaults unless asked, no rows looked at, nothing but its table."""
    models, env = tmp_path / "models.py", tmp_path / "migrations" / "env.py"
    python("-m", "alembic", "init", "migrations", folder=tmp_path)
    ini = (tmp_path / "alembic.ini").read_text()
    (tmp_path / "alembic.ini").write_text(
        ini.replace("sqlalchemy.url =", "sqlalchemy.url = sqlite:///data.db")
    )
    env.write_text(
        env.read_text()
        .replace("target_metadata = None", "from models import metadata")
        .replace("target_metadata=target_metadata", "target_metadata=metadata")
    )
    for columns, rev_id in ((BEFORE, "one1"), (AFTER, "two2")):
        models.write_text(MODELS.format(columns=columns))
        words = ("revision", "--autogenerate", "-m", "next", "--rev-id", rev_id)
        for arguments in (words, ("upgrade", "head")):
            run = python("-m", "alembic", *arguments, folder=tmp_path)
            assert run.returncode == 0, run.stdout + run.stderr
    written = (tmp_path / "migrations" / "versions" / "two2_next.py").read_text()
    assert "op.add_column('t', sa.Column('title'" in written
    assert "op.drop_column('t', 'name')" in written
    assert "rename" not in written
    assert "server_default" not in written
    with closing(sqlite3.connect(tmp_path / "data.db")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert sorted(tables) == [("alembic_version",), ("t",)]
