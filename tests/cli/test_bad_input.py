"""Bad input: one clear message, exit status 1, no traceback, and nothing changed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from limbeck.cli.arguments import COMMANDS
from limbeck.cli.main import main
from tests.cli.project import MODELS, Project


@pytest.fixture
def migrated(project: Project) -> Project:
    """A project whose database is at its one revision, `abc111`."""
    project.write_revision("abc111", None)
    project.ok("upgrade", "head")
    return project


@pytest.mark.parametrize(
    "command", [["upgrade"], ["history"], ["current"], ["check"], ["revision", "-m", "x"]]
)
def test_no_configuration_file_says_how_to_begin(empty: Project, command: list[str]) -> None:
    message = empty.fails(*command)
    assert "limbeck init" in message
    assert "limbeck.ini" in message


def test_named_configuration_file_is_missing(empty: Project) -> None:
    assert "nowhere.ini" in empty.fails("-c", "nowhere.ini", "heads")


@pytest.mark.parametrize("command", ["upgrade", "downgrade", "show", "stamp", "edit"])
def test_unknown_revision_is_named(migrated: Project, command: str) -> None:
    assert "beefbeef" in migrated.fails(command, "beefbeef")


def test_ambiguous_prefix_lists_the_candidates(migrated: Project) -> None:
    migrated.write_revision("abc122", "abc111")
    migrated.write_revision("abc123", "abc122")
    message = migrated.fails("upgrade", "abc12")
    assert "abc122" in message
    assert "abc123" in message


@pytest.mark.parametrize("command", [["upgrade", "head"], ["revision", "-m", "next"]])
def test_two_heads_are_listed_with_the_way_out(migrated: Project, command: list[str]) -> None:
    migrated.write_revision("left22", "abc111")
    migrated.write_revision("right33", "abc111")
    message = migrated.fails(*command)
    assert "left22" in message
    assert "right33" in message
    assert "merge" in message


def test_autogenerate_wants_an_up_to_date_database(migrated: Project) -> None:
    migrated.write_revision("def222", "abc111")
    message = migrated.fails("revision", "--autogenerate", "-m", "next")
    assert "not up to date" in message
    assert "upgrade" in message


def test_autogenerate_without_models_says_both_ways(project: Project) -> None:
    project.set_options(models="")
    message = project.fails("revision", "--autogenerate", "-m", "x")
    assert "models =" in message
    assert "target_metadata" in message


@pytest.mark.parametrize("with_env", [True, False])
def test_models_that_fail_to_import(project: Project, with_env: bool) -> None:
    if not with_env:
        (project.folder / "migrations" / "env.py").unlink()
    project.write_models(MODELS + "\nprint(1 / 0)\n")
    message = project.fails("revision", "--autogenerate", "-m", "x")
    assert "app.models" in message
    assert "ZeroDivisionError" in message
    assert f"line {len(MODELS.splitlines()) + 2}" in message


@pytest.mark.parametrize("models", ["app.nothing:Base", "app.models:Nothing", "app.models:User.id"])
def test_models_that_are_not_there(project: Project, models: str) -> None:
    project.set_options(models=models)
    assert models.split(":")[0] in project.fails("check")


def test_url_that_cannot_connect(project: Project) -> None:
    secret = "postgresql+psycopg://joe:s3cret@127.0.0.1:1/nothing"
    project.set_options(sqlalchemy__url=secret)
    message = project.fails("upgrade", "head")
    assert "127.0.0.1" in message
    assert "s3cret" not in message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://127.0.0.1:1/nothing?password=s3cret",
        "postgresql+psycopg://joe:s3%cret@127.0.0.1:1/nothing",
        "postgresql+psycopg://joe:s3cret@127.0.0.1:port/nothing",
    ],
)
def test_password_is_shown_nowhere(
    project: Project,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project.folder)
    project.set_options(sqlalchemy__url=url)
    for _ in ("with env.py", "without"):
        with pytest.raises(SystemExit):
            main(["upgrade"])
        message = capsys.readouterr().err
        assert message.startswith("FAILED: ")
        assert "cret" not in message
        (project.folder / "migrations" / "env.py").unlink(missing_ok=True)


def test_driver_that_is_not_installed_is_named(project: Project) -> None:
    project.set_options(sqlalchemy__url="mysql+mysqldb://127.0.0.1/nothing")
    message = project.fails("upgrade", "head")
    assert "'MySQLdb', which is not installed" in message
    assert "<" not in message


@pytest.mark.parametrize("url", ["nonsense", "foo://bar", "sqlite:////nowhere/at/all.db"])
def test_url_that_is_none(project: Project, url: str) -> None:
    project.set_options(sqlalchemy__url=url)
    assert "url" in project.fails("upgrade", "head").lower()


def test_url_from_an_unset_variable(project: Project) -> None:
    project.set_options(sqlalchemy__url="env:LIMBECK_NO_SUCH_VARIABLE")
    assert "LIMBECK_NO_SUCH_VARIABLE" in project.fails("upgrade", "head")


def test_revision_file_with_a_syntax_error(migrated: Project) -> None:
    path = migrated.versions / "bad.py"
    path.write_text('revision = "bad1"\ndown_revision = = None\n')
    message = migrated.fails("history")
    assert "bad.py" in message
    assert "line 2" in message


@pytest.mark.parametrize("revision", ["''", "5", "None", "[]"])
def test_revision_file_without_a_name_for_it(migrated: Project, revision: str) -> None:
    path = migrated.versions / "bad.py"
    path.write_text(f"revision = {revision}\ndown_revision = None\n")
    assert "bad.py" in migrated.fails("heads")


def test_versions_that_are_a_file(project: Project) -> None:
    project.versions.rmdir()
    project.versions.touch()
    for arguments in (["heads"], ["revision", "-m", "x"]):
        assert "versions: Not a directory" in project.fails(*arguments)


def test_revision_file_without_revision(migrated: Project) -> None:
    (migrated.versions / "bad.py").write_text("down_revision = None\n")
    assert "bad.py" in migrated.fails("heads")


def test_two_files_with_one_revision(migrated: Project) -> None:
    path = migrated.write_revision("abc111", None)
    copy = path.with_name("copy.py")
    copy.write_text(path.read_text())
    message = migrated.fails("upgrade", "head")
    assert path.name in message
    assert copy.name in message


def test_revisions_in_a_cycle(migrated: Project) -> None:
    migrated.write_revision("one111", "two222")
    migrated.write_revision("two222", "one111")
    message = migrated.fails("upgrade", "heads")
    assert "one111" in message
    assert "two222" in message


def test_missing_down_revision(migrated: Project) -> None:
    migrated.write_revision("def222", "gone99")
    message = migrated.fails("upgrade", "heads")
    assert "gone99" in message
    assert "def222" in message


@pytest.mark.parametrize("command", [["upgrade", "head"], ["downgrade", "base"], ["check"]])
def test_version_table_names_an_unknown_revision(migrated: Project, command: list[str]) -> None:
    with sqlite3.connect(migrated.url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'fromafar'")
    connection.close()
    message = migrated.fails(*command)
    assert "fromafar" in message
    assert "alembic_version" in message


def test_folder_without_a_name_for_init(empty: Project) -> None:
    assert "limbeck init migrations" in empty.fails("init", "")


def test_folder_that_is_not_empty_for_init(project: Project) -> None:
    assert "migrations" in project.fails("init", "migrations")


def test_folder_that_cannot_be_written_for_init(empty: Project) -> None:
    (empty.folder / "file").write_text("")
    assert "file" in empty.fails("init", "file/migrations")


def test_versions_folder_that_cannot_be_written(migrated: Project) -> None:
    if os.geteuid() != 0:
        migrated.versions.chmod(0o555)
        assert str(migrated.versions) in migrated.fails("revision", "-m", "x")
        migrated.versions.chmod(0o755)
    else:  # root may write everywhere, so the folder is on a file system that is read-only
        migrated.set_options(version_locations="/proc/self")
        assert "/proc/self" in migrated.fails("revision", "-m", "x", "--head", "base")


def test_unknown_template(empty: Project) -> None:
    assert "generic" in empty.fails("init", "migrations", "-t", "nonsense")


def test_hostile_message_stays_in_its_folder(project: Project) -> None:
    project.ok("revision", "-m", '../../x\'; """ \\ \n DROP TABLE é %s %(x)s {y}')
    (path,) = project.versions.glob("*.py")
    assert path.parent == project.versions
    compile(path.read_text(), str(path), "exec")
    project.ok("upgrade", "head")


@pytest.mark.parametrize("command", ["upgrade", "downgrade", "show", "stamp"])
def test_malformed_identifier_is_refused(
    migrated: Project,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(migrated.folder)
    for revision in ("", " ", ":", "a:b:c", "@", "+", "-", "x@y@z", "é", "head:", "+0"):
        with pytest.raises(SystemExit) as exit_:
            main([command, "--", revision])
        assert exit_.value.code == 1, f"{command} {revision!r}"
        assert capsys.readouterr().err.startswith("FAILED: "), f"{command} {revision!r}"


@pytest.mark.parametrize(
    "arguments", [["revision", "--head", ""], ["revision", "--depends-on", ""], ["merge", ""]]
)
def test_empty_identifier_writes_nothing(migrated: Project, arguments: list[str]) -> None:
    assert "it is empty" in migrated.fails(*arguments)


def test_help_of_every_command_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit) as exit_:
            main([command.name, "--help"])
        assert exit_.value.code == 0
        assert command.help[1:] in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["upgrade", "--nonsense"], ["revision", "--head"], ["stamp"]]
)
def test_usage_errors_exit_with_2(empty: Project, arguments: list[str]) -> None:
    result = empty.limbeck(*arguments)
    assert result.status == 2
    assert "--help" in result.err


def test_failing_statement_names_revision_and_statement(migrated: Project) -> None:
    path = migrated.write_revision("def222", "abc111", "op.execute('SELECT nonsense')")
    message = migrated.fails("upgrade", "head")
    assert "def222" in message
    assert path.name in message
    assert "SELECT nonsense" in message


def test_function_that_does_not_take_what_env_py_passes_is_named(migrated: Project) -> None:
    path = migrated.write_revision("def222", "abc111")
    env = migrated.folder / "migrations" / "env.py"
    env.write_text(
        env.read_text().replace("context.run_migrations()", "context.run_migrations(tenant='a')")
    )
    message = migrated.fails("upgrade", "head")
    assert "unexpected keyword argument 'tenant'" in message
    assert path.name in message


def test_failing_python_names_revision_and_line(migrated: Project) -> None:
    path = migrated.write_revision("def222", "abc111", "nonsense()")
    result = migrated.limbeck("upgrade", "head")
    assert result.status == 1
    assert path.name in result.err
    assert "NameError" in result.err


def test_unknown_option_in_our_section_warns(project: Project) -> None:
    project.set_options(modells="app.models:Base")
    result = project.ok("heads")
    assert "modells" in result.err
    assert "models" in result.err


def test_option_with_a_wrong_value_is_named(project: Project) -> None:
    project.set_options(render_as_batch="perhaps")
    message = project.fails("check")
    assert "render_as_batch" in message
    assert "perhaps" in message


def test_configuration_that_is_no_ini_file(empty: Project) -> None:
    Path(empty.folder, "limbeck.ini").write_text("nonsense\n")
    assert "limbeck.ini" in empty.fails("heads")


def test_pyproject_that_is_no_toml(empty: Project) -> None:
    Path(empty.folder, "pyproject.toml").write_text("[tool.limbeck\n")
    assert "pyproject.toml" in empty.fails("heads")


@pytest.mark.parametrize(
    "options",
    [["--rev-id", "a b"], ["--rev-id", "a/b"], ["--rev-id", "head"], ["--rev-id", "abc111"]],
)
def test_id_that_no_identifier_could_name(migrated: Project, options: list[str]) -> None:
    assert options[1] in migrated.fails("revision", "-m", "x", *options)


@pytest.mark.parametrize("label", ["a@b", "a b", "heads", "taken"])
def test_branch_label_that_no_identifier_could_name(migrated: Project, label: str) -> None:
    migrated.ok("revision", "-m", "labelled", "--branch-label", "taken")
    assert label in migrated.fails("revision", "-m", "x", "--branch-label", label)


@pytest.mark.parametrize(
    "options",
    [["--skip-empty"], ["--autogenerate", "--from-database"], ["--from-database", "--sql"]],
)
def test_options_of_revision_that_contradict(migrated: Project, options: list[str]) -> None:
    assert options[-1] in migrated.fails("revision", "-m", "x", *options)


def test_env_py_that_runs_no_migrations_compares_nothing(migrated: Project) -> None:
    (migrated.folder / "migrations" / "env.py").write_text("")
    assert "run_migrations" in migrated.fails("revision", "--autogenerate", "-m", "x")


def test_env_py_that_runs_no_migrations_is_told(migrated: Project) -> None:
    (migrated.folder / "migrations" / "env.py").write_text("")
    assert "run_migrations" in migrated.ok("upgrade").err


def test_env_py_that_misses_a_file_of_its_own(migrated: Project) -> None:
    env = migrated.folder / "migrations" / "env.py"
    env.write_text("from pathlib import Path\n\nPath('secrets.json').read_text()\n")
    message = migrated.fails("upgrade")
    assert f"{env}, line 3" in message
    assert "secrets.json" in message
    assert "connect" not in message


def test_env_py_that_fails_after_the_run(migrated: Project) -> None:
    env = migrated.folder / "migrations" / "env.py"
    env.write_text(env.read_text() + "\nraise RuntimeError('afterwards')\n")
    message = migrated.fails("current")
    assert "RuntimeError: afterwards" in message
    assert str(env) in message


def test_env_py_for_another_kind_of_driver(migrated: Project) -> None:
    migrated.set_options(sqlalchemy__url=migrated.url.replace("sqlite:", "sqlite+aiosqlite:"))
    message = migrated.fails("current")
    assert "--template async" in message
    assert "never awaited" not in message


def test_section_that_is_written_as_a_key_is_named(migrated: Project) -> None:
    migrated.set_options(post_write_hooks="black")
    assert "write a section [post_write_hooks]" in migrated.limbeck("heads").err


def test_url_of_an_unknown_database_is_named(migrated: Project) -> None:
    (migrated.folder / "migrations" / "env.py").unlink()
    migrated.set_options(sqlalchemy__url="oraclesql://u@h/x")
    assert "oraclesql" in migrated.fails("current")


def test_models_that_leave_the_program(project: Project) -> None:
    project.write_models("import sys\n\nsys.exit(0)\n")
    message = project.fails("check")
    assert "SystemExit" in message
    assert "line 3" in message


def test_failing_python_is_told_without_our_own_lines(migrated: Project) -> None:
    migrated.write_revision("def222", "abc111", "{}['missing']")
    message = migrated.fails("upgrade")
    assert "KeyError: 'missing'" in message
    assert "def222_.py, line 12" in message
    assert "--raiseerr" in message


def test_section_that_the_file_has_not(migrated: Project) -> None:
    assert "[nowhere] of 'limbeck.ini'" in migrated.fails("-n", "nowhere", "current")


def test_reference_that_is_no_reference_is_named(migrated: Project) -> None:
    migrated.set_options(file_template="100%_done")
    message = migrated.fails("revision", "-m", "x")
    assert "file_template" in message
    assert "%%" in message


def test_merge_point_to_go_down_from_says_which_ways_there_are(migrated: Project) -> None:
    migrated.write_revision("left22", "abc111")
    migrated.write_revision("right33", "abc111")
    migrated.ok("merge", "heads", "-m", "join")
    migrated.ok("upgrade")
    message = migrated.fails("downgrade", "-1")
    assert "left22, right33" in message
    assert "name the one" in message


def test_closed_standard_output_is_no_defect(migrated: Project) -> None:
    command = f"{sys.executable} -m limbeck history >&-"
    done = subprocess.run(
        command, shell=True, cwd=migrated.folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is full")
@pytest.mark.parametrize(
    ("command", "said"),
    [("history", "the output"), ("upgrade base:head --sql", "the SQL script")],
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_can_not_be_written_is_a_failure(
    migrated: Project, unbuffered: str, command: str, said: str
) -> None:
    done = subprocess.run(
        f"{sys.executable} -m limbeck {command} >/dev/full",
        shell=True,
        cwd=migrated.folder,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"Can't write {said}: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr


def test_revision_file_that_is_a_link_to_nothing(migrated: Project) -> None:
    (migrated.versions / "gone.py").symlink_to("nowhere.py")
    assert "gone.py" in migrated.fails("heads")


def test_interrupted_run_says_where_it_was(migrated: Project) -> None:
    migrated.write_revision("def222", "abc111", "raise KeyboardInterrupt")
    result = migrated.limbeck("upgrade")
    assert result.status == 130
    assert "Traceback" not in result.err
    assert "upgrade abc111 -> def222" in result.err


def test_script_that_can_not_be_written_to_its_end(migrated: Project) -> None:
    migrated.write_revision("def222", "abc111", "op.create_unique_constraint('u', 't', ['a'])")
    message = migrated.fails("upgrade", "--sql")
    assert "batch_op.create_unique_constraint(...)" in message
    assert "no database was changed" in message
    assert "rolled back" not in message


def test_ddl_that_a_database_can_not_say(migrated: Project) -> None:
    table = (
        "sa.Column('a', sa.Integer), sa.Column('b', sa.Integer, sa.Computed('a', persisted=True))"
    )
    migrated.write_revision("def222", "abc111", f"op.create_table('t', {table})")
    (migrated.folder / "migrations" / "env.py").unlink()
    migrated.set_options(sqlalchemy__url="oracle://u@h/x")
    message = migrated.fails("upgrade", "--sql")
    assert "'stored'" in message
    assert "def222_.py" in message


def test_hook_that_can_not_run_leaves_the_file(migrated: Project) -> None:
    hooks = "[post_write_hooks]\nhooks = h\nh.type = exec\nh.executable = nowhere\n"
    migrated.ini.write_text(f"{migrated.ini.read_text()}\n{hooks}")
    result = migrated.limbeck("revision", "-m", "x")
    assert result.status == 1
    assert "002_x.py is written" in result.err


def test_quiet_run_logs_nothing(migrated: Project) -> None:
    assert migrated.ok("-q", "downgrade", "base").text == ""


def test_merge_joins_a_head_that_another_one_depends_on(migrated: Project) -> None:
    migrated.ok("revision", "-m", "other", "--head", "base", "--splice", "--depends-on", "abc111")
    migrated.ok("merge", "heads", "-m", "join")
    assert len(migrated.ok("heads").out.splitlines()) == 1


def test_database_that_refuses_outside_of_a_revision(migrated: Project) -> None:
    with sqlite3.connect(migrated.url.removeprefix("sqlite:///")) as connection:
        connection.execute("ALTER TABLE alembic_version RENAME COLUMN version_num TO other")
    message = migrated.fails("current")
    assert "FAILED: OperationalError: no such column" in message
    assert "The statement was: SELECT" in message
    assert "sqlalche.me" not in message
