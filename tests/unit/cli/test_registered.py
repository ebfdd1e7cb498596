"""Commands that a program adds to the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from limbeck.config import CommandLine, Config
from limbeck.errors import CommandError


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[CommandLine, list[object]]:
    """A command line with a command of its own, and what that was called with."""
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = scripts\n")
    monkeypatch.chdir(tmp_path)
    calls: list[object] = []

    def frobnicate(
        config: Config, revision: str, sql: bool = False, *, how: str = "x", very_deep: bool = False
    ) -> None:
        """Frobnicate a revision."""
        calls.append((config.get_main_option("script_location"), revision, sql, how, very_deep))

    line = CommandLine()
    line.register_command(frobnicate)
    return line, calls


def test_registered_command_is_called_with_its_arguments(
    seen: tuple[CommandLine, list[object]],
) -> None:
    line, calls = seen
    line.main(["frobnicate", "abc", "--sql", "--very-deep", "--how", "y"])
    line.main(["frobnicate", "abc"])
    assert calls == [("scripts", "abc", True, "y", True), ("scripts", "abc", False, "x", False)]


def test_registered_command_is_listed_with_its_docstring(
    seen: tuple[CommandLine, list[object]], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        seen[0].main(["--help"])
    assert "Frobnicate a revision" in capsys.readouterr().out


def test_registered_command_without_what_it_needs_is_usage(
    seen: tuple[CommandLine, list[object]],
) -> None:
    with pytest.raises(SystemExit) as exit_:
        seen[0].main(["frobnicate"])
    assert exit_.value.code == 2


def test_program_adds_arguments_of_its_own(seen: tuple[CommandLine, list[object]]) -> None:
    line, calls = seen
    line.parser.add_argument("--tenant")

    def again(config: Config) -> None:
        """Register late."""
        assert config.cmd_opts is not None
        calls.append(config.cmd_opts.tenant)

    line.register_command(again)
    line.main(["--tenant", "a", "again"])
    options = line.parser.parse_args(["--tenant", "b", "-c", "alembic.ini", "upgrade", "head"])
    function, required, others = options.cmd
    assert (function.__name__, required, others) == ("upgrade", ["revision"], ["sql", "tag"])
    options = line.parser.parse_args(["--tenant", "b", "again"])
    line.run_cmd(Config("alembic.ini", cmd_opts=options), options)
    assert calls == ["a", "b"]


def test_error_of_a_command_that_a_program_runs_is_printed(
    seen: tuple[CommandLine, list[object]], capsys: pytest.CaptureFixture[str]
) -> None:
    line, _ = seen
    options = line.parser.parse_args(["show", "nothing"])
    with pytest.raises(SystemExit):
        line.run_cmd(Config("alembic.ini", cmd_opts=options), options)
    assert "FAILED: " in capsys.readouterr().err
    options.raiseerr = True
    with pytest.raises(CommandError):
        line.run_cmd(Config("alembic.ini", cmd_opts=options), options)


def test_program_calls_the_function_of_a_command_by_its_options(
    seen: tuple[CommandLine, list[object]], tmp_path: Path
) -> None:
    line, _ = seen
    (tmp_path / "scripts" / "versions").mkdir(parents=True)
    for words in (["heads"], ["revision", "-m", "one", "--rev-id", "a1"]):
        options = line.parser.parse_args(words)
        function, _, others = options.cmd
        function(Config("alembic.ini"), **{name: getattr(options, name, None) for name in others})
    assert (tmp_path / "scripts" / "versions" / "a1_one.py").exists()
    options = line.parser.parse_args(["stamp", "a1", "b2"])
    assert [getattr(options, name) for name in options.cmd[1]] == [["a1", "b2"]]
