"""Commands that a program adds to the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from limbeck.config import CommandLine, Config


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
