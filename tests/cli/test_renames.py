"""Renames on the command line: said, found, refused to guess, and asked on a terminal."""

from __future__ import annotations

import os
import pty
import select
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.project import MODELS, Project

SPELLED = MODELS.replace("created_at =", "createdAt =")
PLAUSIBLE = MODELS.replace("name = Column(String(50)", "nickname = Column(String(50)")
OTHER_TABLE = MODELS.replace('"users"', '"accounts"').replace("class User", "class Account")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose table is there, with a row; its database is in its folder."""
    project = Project(tmp_path_factory.mktemp("renames"), "sqlite:///own.sqlite")
    project.initialise()
    project.ok("revision", "--autogenerate", "-m", "start")
    project.ok("upgrade")
    with sqlite3.connect(project.folder / "own.sqlite") as connection:
        connection.execute("INSERT INTO users (id, name, email) VALUES (1, 'Ann', 'a@b')")
    connection.close()
    return project


@pytest.fixture
def started(template: Project, tmp_path: Path) -> Project:
    """A copy of it."""
    return Project(shutil.copytree(template.folder, tmp_path / "project"), template.url)


def last_file(project: Project) -> str:
    """Return the text of the newest revision file."""
    return max(project.versions.glob("*.py")).read_text()


def calls(text: str) -> list[str]:
    """Return the calls of `op` in a file, in order, without what is commented out."""
    lines = (line.strip() for line in text.splitlines())
    return [line.split("(")[0] for line in lines if line.startswith("op.")]


def names_kept(project: Project, sql: str) -> None:
    """Check that the row is still there after an upgrade, a downgrade, and an upgrade again."""
    project.ok("upgrade")
    project.ok("downgrade", "-1")
    project.ok("upgrade")
    with sqlite3.connect(project.folder / "own.sqlite") as connection:
        assert connection.execute(sql).fetchone() == ("Ann",)
    connection.close()
    project.ok("check")


def test_sure_rename_is_written_with_reasons_and_the_alternative(started: Project) -> None:
    started.write_models(SPELLED)
    started.ok("revision", "--autogenerate", "-m", "spell")
    text = last_file(started)
    assert calls(text) == ["op.alter_column", "op.alter_column"]
    assert (
        "# Found to be renamed: same type, same position, same name but for its spelling." in text
    )
    assert "# op.add_column('users', sa.Column('createdAt', sa.DateTime(), nullable=True))" in text
    assert "# op.drop_column('users', 'created_at')" in text
    names_kept(started, "SELECT name FROM users")


def test_plausible_rename_is_refused_with_the_flags_to_pass(started: Project) -> None:
    started.write_models(PLAUSIBLE)
    message = started.fails("revision", "--autogenerate", "-m", "x")
    assert "column users.name: perhaps now nickname" in message
    assert "--rename users.name:nickname" in message
    assert "--no-renames" in message


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--no-renames", "--rename", "users.name:nickname"], ["op.alter_column"] * 2),
        (["--no-renames"], ["op.add_column", "op.drop_column"] * 2),
    ],
)
def test_flags_decide(started: Project, flags: list[str], expected: list[str]) -> None:
    started.write_models(PLAUSIBLE)
    started.ok("revision", "--autogenerate", "--no-inspect-data", "-m", "x", *flags)
    assert calls(last_file(started)) == expected


def test_rename_said_on_the_command_line_has_no_remark(started: Project) -> None:
    started.write_models(PLAUSIBLE)
    started.ok("revision", "--autogenerate", "-m", "x", "--rename", "users.name:nickname")
    assert "Found to be renamed" not in last_file(started)
    names_kept(started, "SELECT nickname FROM users")


def test_table_is_renamed_by_flag(started: Project) -> None:
    started.write_models(OTHER_TABLE)
    flag = started.fails("revision", "--autogenerate", "-m", "x")
    assert "--rename-table users:accounts" in flag
    started.ok("revision", "--autogenerate", "-m", "x", "--rename-table", "users:accounts")
    assert calls(last_file(started)) == ["op.rename_table", "op.rename_table"]
    names_kept(started, "SELECT name FROM accounts")
    again = started.ok(
        "revision", "--autogenerate", "--skip-empty", "-m", "y", "--rename-table", "users:accounts"
    )
    assert "Nothing differs" in again.out


def test_configuration_and_models_say_renames(started: Project) -> None:
    started.set_options(renames="table users:accounts, accounts.name:nickname")
    models = PLAUSIBLE.replace('"users"', '"accounts"')
    models = models.replace("email = Column(String(100)", "mail = Column(String(100)")
    models = models.replace("unique=True", "unique=True, info=renamed_from('email')")
    started.write_models(f"from limbeck import renamed_from\n{models}")
    started.ok("revision", "--autogenerate", "-m", "x")
    assert set(calls(last_file(started))) == {"op.rename_table", "op.alter_column"}
    names_kept(started, "SELECT nickname FROM accounts WHERE mail = 'a@b'")


def test_class_and_attribute_tell_of_names(started: Project) -> None:
    models = MODELS.replace('"users"', '"people"')
    started.write_models(models.replace("name = Column(", 'name = Column("full_designation", '))
    started.ok("revision", "--autogenerate", "-m", "x")
    text = last_file(started)
    assert set(calls(text)) == {"op.rename_table", "op.alter_column"}
    assert "same mapped class" in text
    assert "same attribute of the mapped class" in text


def test_option_turns_the_search_off(started: Project) -> None:
    started.set_options(detect_renames="false")
    started.write_models(SPELLED)
    started.ok("revision", "--autogenerate", "-m", "x")
    assert calls(last_file(started)) == ["op.add_column", "op.drop_column"] * 2


def test_check_reports_what_a_program_would_get(started: Project) -> None:
    started.write_models(SPELLED)
    assert "op.drop_column" in started.fails("check")
    started.set_options(detect_renames="true")
    assert "op.drop_column('" not in started.fails("check").replace("# op.drop_column", "")


def test_malformed_flags_are_usage_errors(project: Project) -> None:
    for flags in (["--rename", "name:nickname"], ["--rename-table", "users"], ["--rename"]):
        result = project.limbeck("revision", "--autogenerate", "-m", "x", *flags)
        assert result.status == 2
        assert "Traceback" not in result.text
        assert f"argument {flags[0]}: " in result.err


def test_renames_of_what_is_not_there_are_refused(started: Project) -> None:
    started.write_models(PLAUSIBLE)
    refused = {
        "--rename=users.nam:nickname": "the database has no column nam of table users",
        "--rename-table=users:users2": "the models have no table users2",
    }
    for flag, message in refused.items():
        assert message in started.fails("revision", "--autogenerate", "-m", "x", flag)


def test_renames_without_autogenerate_are_refused(project: Project) -> None:
    for flag in ("--no-renames", "--rename=a.b:c"):
        assert "go with --autogenerate" in project.fails("revision", "-m", "x", flag)


def test_not_looking_at_rows_goes_with_autogenerate(project: Project) -> None:
    said = project.fails("revision", "-m", "x", "--no-inspect-data")
    assert "--no-inspect-data goes with --autogenerate" in said


def test_configured_rename_that_is_none_is_refused(started: Project) -> None:
    started.set_options(renames="users")
    assert "renames in [limbeck]" in started.fails("revision", "--autogenerate", "-m", "x")


@pytest.mark.parametrize(
    ("models", "answers", "expected"),
    [
        (SPELLED, ["\n"], ["op.alter_column"] * 2),
        (PLAUSIBLE, ["what\n", "1\n"], ["op.alter_column"] * 2),
        (SPELLED, ["n\n"], ["op.add_column", "op.drop_column"] * 2),
    ],
)
def test_terminal_is_asked(
    started: Project, models: str, answers: list[str], expected: list[str]
) -> None:
    started.write_models(models)
    arguments = ["revision", "--autogenerate", "--no-inspect-data", "-m", "x"]
    status, shown = on_terminal(started.folder, arguments, answers)
    assert status == 0, shown
    assert "What became of it?" in shown
    assert "same type, same position" in shown
    assert calls(last_file(started)) == expected
    assert "Found to be renamed" not in last_file(started)


def test_terminal_without_an_answer_writes_nothing(started: Project) -> None:
    started.write_models(PLAUSIBLE)
    status, shown = on_terminal(started.folder, ["revision", "--autogenerate"], ["\x04"])
    assert status == 1
    assert "--rename users.name:nickname" in shown
    assert len(list(started.versions.glob("*.py"))) == 1


def on_terminal(folder: Path, arguments: list[str], answers: list[str]) -> tuple[int, str]:
    """Run a command on a terminal, give an answer at each prompt; return status and screen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "limbeck", *arguments],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    shown, left, deadline = "", list(answers), time.monotonic() + 60
    seen = 0
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                data = os.read(ours, 4096)
            except OSError:
                break  # the other end is closed
            shown += data.decode()
        if left and shown.count("Choose [") > seen:
            seen += 1
            os.write(ours, left.pop(0).encode())
    os.close(ours)
    return process.wait(60), shown
