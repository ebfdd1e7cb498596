"""Commands that change a database or ask it where it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from limbeck.config import Config
from limbeck.errors import CommandError, DatabaseNotAtHead
from limbeck.script.base import Script, ScriptDirectory
from limbeck.script.identifier import parse, parse_range
from limbeck.script.steps import MigrationStep
from limbeck.util.langhelpers import to_tuple
from limbeck.util.messaging import obfuscate_url_pw

from .entries import RevisionEntry, describe_script
from .running import known_only, refuse_unknown, run_environment

if TYPE_CHECKING:
    from limbeck.runtime.migration import MigrationContext


def upgrade(config: Config, revision: str, sql: bool = False, tag: str | None = None) -> None:
    """Bring the database forward to a revision.

    `revision` may be relative (`+2`), and with `sql` a range `from:to`, to write the SQL script
    instead; `tag` is for env.py.
    """
    script = ScriptDirectory.from_config(config)
    start, target = _read_target(script, revision, sql=sql)
    run_environment(
        config,
        script,
        known_only(script, lambda heads: script._upgrade_revs(target, heads)),
        as_sql=sql,
        starting_rev=start,
        destination_rev=target,
        tag=tag,
    )


def downgrade(config: Config, revision: str, sql: bool = False, tag: str | None = None) -> None:
    """Take the database back to a revision.

    With `sql` the script is written instead, and `revision` has to be a range `from:to`.
    """
    script = ScriptDirectory.from_config(config)
    if sql and ":" not in revision:
        raise CommandError("downgrade with --sql requires <fromrev>:<torev>")
    start, target = _read_target(script, revision, sql=sql)
    run_environment(
        config,
        script,
        known_only(script, lambda heads: script._downgrade_revs(target, heads)),
        as_sql=sql,
        starting_rev=start,
        destination_rev=target,
        tag=tag,
    )


def stamp(
    config: Config,
    revision: str | list[str] | tuple[str, ...],
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
) -> None:
    """Record a revision, or several, in the database without running anything.

    `purge` forgets all that the version table says first.
    """
    script = ScriptDirectory.from_config(config)
    parts = [_read_target(script, text, sql=sql) for text in to_tuple(revision, default=())]
    if not parts:
        raise CommandError("No revision to stamp: name one, or `base` for none.")
    targets = tuple(target for _, target in parts)
    starts = tuple(start for start, _ in parts if start is not None)

    def plan(heads: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        refuse_unknown(script, heads, context)
        return script._stamp_revs(targets, heads)

    run_environment(
        config,
        script,
        plan,
        as_sql=sql,
        starting_rev=(starts[0] if len(starts) == 1 else starts) or None,
        destination_rev=targets,
        tag=tag,
        purge=purge,
    )


def current(config: Config, check_heads: bool = False, verbose: bool = False) -> None:
    """Show the revisions the database is at.

    With `check_heads`, raises DatabaseNotAtHead unless these are all heads.
    """
    script = ScriptDirectory.from_config(config)

    def display(heads: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        if verbose and context.connection is not None:
            url = context.connection.engine.url.render_as_string(hide_password=True)
            config.print_stdout(f"Current revision(s) for {obfuscate_url_pw(url)}:")
        found = _current_scripts(script, heads, context)
        if check_heads:
            _expect_heads(script, found)
        for each in found:
            config.print_stdout(each.cmd_format(verbose))
        return []

    run_environment(config, script, display, dont_mutate=True)


def list_current(config: Config, check_heads: bool = False) -> tuple[RevisionEntry, ...]:
    """Return the revisions the database is at; see `current`."""
    script = ScriptDirectory.from_config(config)
    entries: list[RevisionEntry] = []

    def collect(heads: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        found = _current_scripts(script, heads, context)
        if check_heads:
            _expect_heads(script, found)
        entries.extend(describe_script(each, is_current=True) for each in found)
        return []

    run_environment(config, script, collect, dont_mutate=True)
    return tuple(entries)


def ensure_version(config: Config, sql: bool = False) -> None:
    """Create the version table unless it is there."""
    script = ScriptDirectory.from_config(config)

    def plan(heads: tuple[str, ...], context: MigrationContext) -> Iterable[MigrationStep]:
        # Online, every run without rows creates the table at its end.
        if context.as_sql:
            context._ensure_version_table()
        return []

    run_environment(config, script, plan, as_sql=sql)


def _read_target(script: ScriptDirectory, revision: str, *, sql: bool) -> tuple[str | None, str]:
    """Return start and target of a range, which only a SQL script may have.

    What can be refused without a database is refused here.
    """
    start, colon, target = revision.rpartition(":")
    if colon:
        if not sql:
            raise CommandError("Range revision not allowed: <fromrev>:<torev> goes with --sql.")
        parse_range(revision)
        if not target:
            raise CommandError(f"Range {revision!r} has no end: write <fromrev>:<torev>.")
    identifier = parse(target)
    if identifier.offset == 0:
        raise CommandError(f"{target!r} counts no steps: write +1 for the next revision.")
    if identifier.offset is None:
        script.get_revisions(target)
    return start or None, target


def _current_scripts(
    script: ScriptDirectory, heads: tuple[str, ...], context: MigrationContext
) -> list[Script]:
    refuse_unknown(script, heads, context)
    return sorted(script.get_all_current(heads), key=lambda each: each.revision)


def _expect_heads(script: ScriptDirectory, found: Iterable[Script]) -> None:
    names, wanted = {each.revision for each in found}, set(script.get_heads())
    if names != wanted:
        raise DatabaseNotAtHead(
            "Database is not on all head revisions: it is at "
            f"{', '.join(sorted(names)) or 'no revision'}, the heads are "
            f"{', '.join(sorted(wanted)) or 'none'}. Run `upgrade heads`."
        )
