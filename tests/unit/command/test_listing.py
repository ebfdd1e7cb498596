"""Commands that read the history: what they print, what they return."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from limbeck import command
from limbeck.errors import CommandError, RevisionError
from tests.migrations import Migrations


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    """Two branches that merge, and another base that depends on the first."""
    found = Migrations(tmp_path)
    found.write("aaaa1")
    found.write("bbbb1", "aaaa1")
    found.write("cccc1", "bbbb1", labels=("lefty",))
    found.write("dddd1", "bbbb1")
    found.write("eeee1", None, labels=("other",), depends_on="aaaa1")
    found.write("ffff1", ("cccc1", "dddd1"))
    return found


def test_history_prints_as_alembic(migrations: Migrations) -> None:
    command.history(migrations.config())
    assert migrations.out == (
        "<base> (aaaa1) -> eeee1 (other) (head), message of eeee1\n"
        "cccc1, dddd1 -> ffff1 (lefty) (head) (mergepoint), message of ffff1\n"
        "bbbb1 -> cccc1 (lefty), message of cccc1\n"
        "bbbb1 -> dddd1, message of dddd1\n"
        "aaaa1 -> bbbb1 (branchpoint), message of bbbb1\n"
        "<base> -> aaaa1, message of aaaa1\n"
    )


@pytest.mark.parametrize(
    ("rev_range", "expected"),
    [
        ("cccc1:", ["ffff1", "cccc1"]),
        (":bbbb1", ["bbbb1", "aaaa1"]),
        ("aaaa1:cccc1", ["cccc1", "bbbb1", "aaaa1"]),
        ("base:aaaa1", ["aaaa1"]),
    ],
)
def test_history_of_a_range(migrations: Migrations, rev_range: str, expected: list[str]) -> None:
    entries = command.list_history(migrations.config(), rev_range)
    assert [entry.revision for entry in entries] == expected


def test_history_range_needs_a_colon(migrations: Migrations) -> None:
    with pytest.raises(CommandError, match="History range requires"):
        command.history(migrations.config(), "aaaa1")


def test_history_entry_says_all(migrations: Migrations) -> None:
    entry = command.list_history(migrations.config())[1]
    assert entry == command.RevisionEntry(
        revision="ffff1",
        down_revisions=("cccc1", "dddd1"),
        depends_on=(),
        branch_labels=("lefty",),
        message="message of ffff1",
        path=str(migrations.folder / "versions" / "ffff1.py"),
        is_head=True,
        is_branch_point=False,
        is_merge_point=True,
        is_current=None,
    )


def test_heads_print_as_alembic(migrations: Migrations) -> None:
    command.heads(migrations.config())
    assert migrations.out == "eeee1 (other) (head)\nffff1 (lefty) (head)\n"


def test_heads_with_dependencies_resolved(migrations: Migrations) -> None:
    migrations.write("gggg1", "ffff1", depends_on="eeee1")
    assert len(command.list_heads(migrations.config())) == 2
    resolved = command.list_heads(migrations.config(), resolve_dependencies=True)
    assert [entry.revision for entry in resolved] == ["gggg1"]


def test_branches_print_as_alembic(migrations: Migrations) -> None:
    command.branches(migrations.config())
    assert migrations.out == ("bbbb1 (branchpoint)\n      -> cccc1 (lefty)\n      -> dddd1\n\n")
    assert [entry.revision for entry in command.list_branches(migrations.config())] == ["bbbb1"]


def test_show_prints_as_alembic(migrations: Migrations) -> None:
    command.show(migrations.config(), "ffff")
    assert migrations.out == (
        "Rev: ffff1 (head) (mergepoint)\nMerges: cccc1, dddd1\nBranch names: lefty\n"
        f"Path: {migrations.folder}/versions/ffff1.py\n\n    message of ffff1\n\n"
    )


@pytest.mark.parametrize("rev", ["nope", "head", "", "a b", "x@"])
def test_show_refuses_what_names_no_one_revision(migrations: Migrations, rev: str) -> None:
    with pytest.raises(RevisionError):
        command.show(migrations.config(), rev)


def test_edit_opens_the_file(migrations: Migrations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "cp /dev/null")
    command.edit(migrations.config(), "dddd1")
    assert (migrations.folder / "versions" / "dddd1.py").read_text() == ""


def test_listing_imports_neither_sqlalchemy_nor_mako(migrations: Migrations) -> None:
    program = (
        "import sys\nfrom limbeck import command\nfrom limbeck.config import Config\n"
        f"config = Config()\nconfig.set_main_option('script_location', {str(migrations.folder)!r})\n"
        "command.history(config)\ncommand.heads(config)\ncommand.branches(config)\n"
        "command.show(config, 'aaaa1')\ncommand.list_templates(config)\n"
        "print({'sqlalchemy', 'mako', 'rich'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == "set()\n"
