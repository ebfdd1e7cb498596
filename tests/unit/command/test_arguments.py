"""The functions of `command` take what Alembic's take, and refuse what makes no sense."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from limbeck import command
from limbeck.errors import CommandError
from tests.migrations import Migrations

SIGNATURES = {
    "list_templates": "(config)",
    "init": "(config, directory, template='generic', package=False)",
    "revision": "(config, message=None, autogenerate=False, sql=False, head='head', splice=False, "
    "branch_label=None, version_path=None, rev_id=None, depends_on=None, "
    "process_revision_directives=None)",
    "check": "(config)",
    "merge": "(config, revisions, message=None, branch_label=None, rev_id=None, splice=False)",
    "upgrade": "(config, revision, sql=False, tag=None)",
    "downgrade": "(config, revision, sql=False, tag=None)",
    "show": "(config, rev)",
    "history": "(config, rev_range=None, verbose=False, indicate_current=False)",
    "heads": "(config, verbose=False, resolve_dependencies=False)",
    "branches": "(config, verbose=False)",
    "current": "(config, check_heads=False, verbose=False)",
    "stamp": "(config, revision, sql=False, tag=None, purge=False)",
    "edit": "(config, rev)",
    "ensure_version": "(config, sql=False)",
}
"""As `inspect.signature` gives them for Alembic 1.20.1, without the annotations."""


@pytest.mark.parametrize("name", SIGNATURES)
def test_command_takes_what_alembics_takes(name: str) -> None:
    signature = inspect.signature(getattr(command, name))
    shared = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in signature.parameters.values()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    assert str(inspect.Signature(shared)) == SIGNATURES[name]


@pytest.fixture
def migrations(tmp_path: Path) -> Migrations:
    found = Migrations(tmp_path, "sqlite://")
    found.write("aaaa1")
    return found


def test_range_without_sql_is_refused(migrations: Migrations) -> None:
    for run in (command.upgrade, command.downgrade, command.stamp):
        with pytest.raises(CommandError, match="Range revision not allowed"):
            run(migrations.config(), "base:aaaa1")


def test_downgrade_with_sql_needs_a_range(migrations: Migrations) -> None:
    with pytest.raises(CommandError, match="downgrade with --sql requires <fromrev>:<torev>"):
        command.downgrade(migrations.config(), "base", sql=True)


@pytest.mark.parametrize("revision", ["a:b:c", "a:", "a b:c"])
def test_malformed_range_is_refused(migrations: Migrations, revision: str) -> None:
    for run in (command.upgrade, command.downgrade):
        with pytest.raises(CommandError):
            run(migrations.config(), revision, sql=True)


@pytest.mark.parametrize("revision", ["", " ", "a b", "@", "x@y@z"])
def test_malformed_identifier_is_refused_before_connecting(
    migrations: Migrations, revision: str
) -> None:
    migrations.url = "nonsense"
    for run in (command.upgrade, command.downgrade, command.stamp):
        with pytest.raises(CommandError, match="revision identifier"):
            run(migrations.config(), revision)


def test_autogenerate_with_sql_makes_no_sense(migrations: Migrations) -> None:
    with pytest.raises(CommandError, match="does not make any sense"):
        command.revision(migrations.config(), autogenerate=True, sql=True)


def test_purge_with_sql_is_refused(migrations: Migrations) -> None:
    with pytest.raises(CommandError, match="purge"):
        command.stamp(migrations.config(), "aaaa1", sql=True, purge=True)
