"""`init` and `list_templates`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limbeck import command
from limbeck.config import Config
from limbeck.errors import CommandError
from limbeck.script.base import ScriptDirectory

TEMPLATES = ["async", "builtin", "generic", "multidb", "pyproject", "pyproject_async"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("template", TEMPLATES)
def test_init_writes_a_project_that_reads_back(folder: Path, template: str) -> None:
    command.init(Config(), "my/migrations", template)
    config = Config(folder / "limbeck.ini", folder / "pyproject.toml")
    script = ScriptDirectory.from_config(config)
    assert Path(script.dir).samefile(folder / "my" / "migrations")
    assert script.file_template == "%(depth)03d_%(slug)s"
    assert script.get_heads() == []
    assert (folder / "my/migrations/versions").is_dir()


@pytest.mark.parametrize("template", TEMPLATES)
def test_init_with_alembic_names_says_alembic_everywhere(folder: Path, template: str) -> None:
    command.init(Config(), "migrations", template, alembic_names=True)
    config = Config(folder / "alembic.ini", folder / "pyproject.toml")
    assert ScriptDirectory.from_config(config).file_template == "%(rev)s_%(slug)s"
    texts = [path.read_text() for path in (folder / "migrations").glob("*.*")]
    assert any("from alembic" in text for text in texts)
    assert not any("from limbeck" in text for text in texts)


def test_templates_say_alembic_to_those_who_copy_them() -> None:
    for template in set(TEMPLATES) - {"builtin"}:
        path = Path(Config().get_template_directory(), template, "script.py.mako")
        assert "\nfrom alembic import op\n" in path.read_text()


def test_init_says_what_it_does(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.init(Config(), "migrations", package=True)
    out = capsys.readouterr().out
    assert f"Creating directory {folder}/migrations ..." in out
    assert f"Generating {folder}/limbeck.ini ..." in out
    assert f"Adding {folder}/migrations/versions/__init__.py ..." in out
    assert f"Please edit configuration/connection/logging settings in {folder}/limbeck.ini" in out


def test_init_into_an_empty_folder(folder: Path) -> None:
    (folder / "migrations").mkdir()
    command.init(Config(), "migrations")
    assert (folder / "migrations" / "env.py").exists()


def test_init_leaves_a_configuration_file_as_it_is(folder: Path) -> None:
    (folder / "limbeck.ini").write_text("[limbeck]\n")
    command.init(Config(), "migrations")
    assert (folder / "limbeck.ini").read_text() == "[limbeck]\n"


def test_init_appends_to_pyproject_once(folder: Path) -> None:
    path = folder / "pyproject.toml"
    path.write_text("[project]\nname = 'x'\n")
    command.init(Config(), "one", "pyproject")
    first = path.read_text()
    assert first.startswith("[project]\nname = 'x'\n")
    assert 'script_location = "%(here)s/one"' in first
    command.init(Config(), "two", "pyproject")
    assert path.read_text() == first


def test_init_refuses_a_folder_that_is_not_empty(folder: Path) -> None:
    (folder / "migrations").mkdir()
    (folder / "migrations" / "x").touch()
    with pytest.raises(CommandError, match="already exists and is not empty"):
        command.init(Config(), "migrations")
    assert files(folder) == ["migrations", "migrations/x"]


def test_init_refuses_a_file_in_the_way(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(CommandError, match="file is a file"):
        command.init(Config(), "file/migrations")
    assert files(folder) == ["file"]


def test_init_refuses_what_it_can_not_write(folder: Path) -> None:
    # root may write everywhere, but not make folders in /proc
    place = folder if os.geteuid() else Path("/proc")
    folder.chmod(0o555)
    try:
        with pytest.raises(CommandError, match=r"Can't (make|write into) .*"):
            command.init(Config(), str(place / "migrations"))
    finally:
        folder.chmod(0o755)
    assert files(folder) == []


def test_init_refuses_an_unknown_template(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"No such template 'x'.*generic"):
        command.init(Config(), "migrations", "x")


def test_templates_have_a_description() -> None:
    found = command.find_templates(Config())
    assert [template.name for template in found] == TEMPLATES
    assert all(template.description.endswith(".") for template in found)
