"""Commands that read the history of revisions; a database is asked only for `current`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from limbeck.config import Config
from limbeck.errors import CommandError
from limbeck.script.base import Script, ScriptDirectory
from limbeck.script.identifier import parse
from limbeck.script.steps import MigrationStep
from limbeck.util.editor import open_in_editor

from .entries import RevisionEntry, describe_script
from .running import refuse_unknown, run_environment

if TYPE_CHECKING:
    from limbeck.runtime.migration import MigrationContext

Show = Callable[[list[Script], tuple[str, ...] | None], None]
"""What is done with the scripts found; the rows of the version table where it was asked."""


def history(
    config: Config,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
) -> None:
    """List the revisions, newest first.

    `rev_range` is `from:to`, each of which may be left out or be `current`; `indicate_current`
    marks where the database is.
    """

    def display(found: list[Script], heads: tuple[str, ...] | None) -> None:
        for each in found:
            if indicate_current:
                each._db_current_indicator = each.revision in (heads or ())
            config.print_stdout(
                each.cmd_format(
                    verbose=verbose, include_branches=True, include_doc=True, include_parents=True
                )
            )

    _walk_history(config, rev_range, display, ask_database=indicate_current)


def list_history(
    config: Config, rev_range: str | None = None, indicate_current: bool = False
) -> tuple[RevisionEntry, ...]:
    """Return the revisions, newest first; see `history`."""
    entries: list[RevisionEntry] = []

    def collect(found: list[Script], heads: tuple[str, ...] | None) -> None:
        for each in found:
            is_current = None if heads is None else each.revision in heads
            entries.append(describe_script(each, is_current=is_current))

    _walk_history(config, rev_range, collect, ask_database=indicate_current)
    return tuple(entries)


def heads(config: Config, verbose: bool = False, resolve_dependencies: bool = False) -> None:
    """List the heads; with `resolve_dependencies` without those that another depends on."""
    for each in _find_heads(config, resolve_dependencies=resolve_dependencies):
        config.print_stdout(each.cmd_format(verbose, include_branches=True, tree_indicators=False))


def list_heads(config: Config, resolve_dependencies: bool = False) -> tuple[RevisionEntry, ...]:
    """Return the heads; see `heads`."""
    found = _find_heads(config, resolve_dependencies=resolve_dependencies)
    return tuple(map(describe_script, found))


def branches(config: Config, verbose: bool = False) -> None:
    """List the revisions at which the history branches, each with what follows it."""
    script = ScriptDirectory.from_config(config)
    for each in _branch_points(script):
        indent = " " * len(each.revision)
        following = (
            script.get_revision(revision).cmd_format(
                verbose=False, include_branches=True, include_doc=verbose
            )
            for revision in sorted(each.nextrev)
        )
        lines = [f"{indent} -> {text}" for text in following]
        config.print_stdout(
            "{}\n{}\n".format(each.cmd_format(verbose, include_branches=True), "\n".join(lines))
        )


def list_branches(config: Config) -> tuple[RevisionEntry, ...]:
    """Return the revisions at which the history branches; see `branches`."""
    return tuple(map(describe_script, _branch_points(ScriptDirectory.from_config(config))))


def show(config: Config, rev: str) -> None:
    """Show a revision in full; `current` is where the database is."""
    for each in _find(config, rev):
        config.print_stdout(each.log_entry)


def find_revisions(config: Config, rev: str) -> tuple[RevisionEntry, ...]:
    """Return what an identifier names; see `show`."""
    return tuple(map(describe_script, _find(config, rev)))


def edit(config: Config, rev: str) -> None:
    """Open the file of a revision, or of several, in the editor and wait for it."""
    found = _find(config, rev)
    if not found:
        raise CommandError(
            "No current revisions"
            if rev == "current"
            else f"No revision files indicated by {rev!r}"
        )
    for each in found:
        open_in_editor(str(each.path))


def _walk_history(config: Config, rev_range: str | None, show: Show, *, ask_database: bool) -> None:
    """Find the revisions of a range and hand them on, from within env.py where it is needed."""
    base, head = _range(rev_range)
    script = ScriptDirectory.from_config(config)
    if not (ask_database or "current" in (base, head)) and not config.get_boolean(
        "revision_environment"
    ):
        show(list(script.walk_revisions(base=base, head=head)), None)
        return

    def plan(heads: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        refuse_unknown(script, heads, context)
        lower = heads if base == "current" else base
        upper = heads if head == "current" else head
        found = script.iterate_revisions(upper, lower, inclusive=True, assert_relative_length=False)
        show(list(found), heads)
        return []

    run_environment(config, script, plan, dont_mutate=True)


def _range(rev_range: str | None) -> tuple[str, str]:
    if rev_range is None:
        return "base", "heads"
    if ":" not in rev_range:
        raise CommandError("History range requires [start]:[end], [start]:, or :[end]")
    base, _, head = rev_range.strip().partition(":")
    return base or "base", head or "heads"


def _find_heads(config: Config, *, resolve_dependencies: bool) -> tuple[Script, ...]:
    script = ScriptDirectory.from_config(config)
    names = script.get_heads(consider_depends_on=resolve_dependencies)
    return script.get_revisions(names)


def _branch_points(script: ScriptDirectory) -> list[Script]:
    return [each for each in script.walk_revisions() if each.is_branch_point]


def _find(config: Config, rev: str) -> list[Script]:
    """Return the scripts that an identifier names, asking the database for `current`."""
    script = ScriptDirectory.from_config(config)
    if rev != "current":
        parse(rev)
        return list(script.get_revisions(rev))
    found: list[Script] = []

    def plan(heads: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        refuse_unknown(script, heads, context)
        found.extend(script.get_revisions(heads))
        return []

    run_environment(config, script, plan, dont_mutate=True)
    return found
