"""Steps: what the runtime goes through, and what callbacks and the log are told of them.

    plan.Step + RevisionMap  →  RevisionStep, StampStep

A step has the function to call and says, for the rows that the version table has, which ones it
changes. The names and constructors are Alembic's: programs make steps of their own, too, and hand
them to `run_migrations`. Making one imports its file; `ScriptDirectory` makes all of a plan before
the first one runs, so that a file that can't be imported stops the whole plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from limbeck.errors import CommandError
from limbeck.util.langhelpers import to_tuple
from limbeck.util.messaging import format_as_comma

from .errors import ScriptFileError
from .plan import Step, downgrade_step, replace_rows, upgrade_step
from .revision import Revision, RevisionMap
from .script import Script


class MigrationStep:
    """One step, and how it changes the rows of the version table.

    The methods that take `heads`, the rows before the step, say the same as `rows` piece by piece.
    """

    migration_fn: Callable[..., Any]
    """What runs."""
    is_upgrade: bool
    is_stamp: bool
    """Whether nothing is run."""
    revision_map: RevisionMap | None
    script: Script | None = None
    """The script that is run or recorded; None when a stamp removes rows."""
    doc: str | None = None
    """The first paragraph of the script's docstring; a stamp has none."""
    from_revisions: tuple[str, ...]
    """Where it comes from, dependencies included."""
    to_revisions: tuple[str, ...]
    """Where it leads to, dependencies included."""

    def rows(self, heads: Collection[str]) -> Step:
        """Say which rows of the version table, where it has `heads`, the step changes."""
        raise NotImplementedError

    @classmethod
    def upgrade_from_script(cls, revision_map: RevisionMap, script: Script) -> RevisionStep:
        """Make the step that runs a script's `upgrade()`."""
        return RevisionStep(revision_map, script, is_upgrade=True)

    @classmethod
    def downgrade_from_script(cls, revision_map: RevisionMap, script: Script) -> RevisionStep:
        """Make the step that runs a script's `downgrade()`."""
        return RevisionStep(revision_map, script, is_upgrade=False)

    @property
    def is_downgrade(self) -> bool:
        """Whether it leads down."""
        return not self.is_upgrade

    @property
    def from_revisions_no_deps(self) -> tuple[str, ...]:
        """Where it comes from, by `down_revision` alone."""
        return self.from_revisions

    @property
    def to_revisions_no_deps(self) -> tuple[str, ...]:
        """Where it leads to, by `down_revision` alone."""
        return self.to_revisions

    @property
    def name(self) -> str:
        """The name of the function that runs."""
        return self.migration_fn.__name__

    @property
    def short_log(self) -> str:
        """The step as `upgrade a -> b`."""
        source = format_as_comma(self.from_revisions_no_deps)
        return f"{self.name} {source} -> {format_as_comma(self.to_revisions_no_deps)}"

    def __str__(self) -> str:
        return f"{self.short_log}, {self.doc}" if self.doc else self.short_log

    @property
    def info(self) -> MigrationInfo:
        """What callbacks are told of the step."""
        upper, lower = self.to_revisions, self.from_revisions
        if self.is_downgrade:
            upper, lower = lower, upper
        if self.revision_map is None:
            raise CommandError("A StampStep needs a revision map to be described to a callback.")
        return MigrationInfo(self.revision_map, self.is_upgrade, self.is_stamp, upper, lower)

    # compat: how Alembic's steps say which rows they change

    @property
    def insert_version_num(self) -> str:
        """The row of a new branch."""
        return str(_only(self.to_revisions))

    @property
    def delete_version_num(self) -> str:
        """The row of a branch that ends."""
        return str(_only(self.from_revisions))

    def should_create_branch(self, heads: Collection[str]) -> bool:
        """Tell whether a row comes and none goes."""
        rows = self.rows(heads)
        return self.is_upgrade and bool(rows.inserts) and not (rows.updates or rows.deletes)

    def should_delete_branch(self, heads: Collection[str]) -> bool:
        """Tell whether a row goes and none comes."""
        rows = self.rows(heads)
        return self.is_downgrade and bool(rows.deletes) and not (rows.updates or rows.inserts)

    def should_merge_branches(self, heads: Collection[str]) -> bool:
        """Tell whether several rows become one."""
        rows = self.rows(heads)
        return self.is_upgrade and bool(rows.updates and rows.deletes)

    def should_unmerge_branches(self, heads: Collection[str]) -> bool:
        """Tell whether one row becomes those of several branches."""
        return self.is_downgrade and len(self.to_revisions) > 1 and bool(self.rows(heads).updates)

    def merge_branch_idents(self, heads: Collection[str]) -> tuple[list[str], str, str]:
        """Give the rows that go, and the one that changes with its new value."""
        rows = self.rows(heads)
        return list(rows.deletes), *_only(rows.updates)

    def unmerge_branch_idents(self, heads: Collection[str]) -> tuple[str, str, tuple[str, ...]]:
        """Give the row that changes, its new value, and the rows that come."""
        rows = self.rows(heads)
        return *_only(rows.updates), rows.inserts

    def update_version_num(self, heads: Collection[str]) -> tuple[str, str]:
        """Give the row that changes, and its new value."""
        old, new = _only(self.rows(heads).updates)
        return old, new


class RevisionStep(MigrationStep):
    """One revision, run up or down.

    Raises ScriptFileError when its file has no function of that name.
    """

    is_stamp = False
    revision_map: RevisionMap
    script: Script

    def __init__(
        self,
        revision_map: RevisionMap,
        revision: Script,
        is_upgrade: bool,
        *,
        planned: Step | None = None,
    ) -> None:
        self.revision_map = revision_map
        self.revision = self.script = revision
        self.is_upgrade = is_upgrade
        name = "upgrade" if is_upgrade else "downgrade"
        function = getattr(revision.module, name, None)
        if function is None:
            raise ScriptFileError(revision.path, f"it has no function {name}().")
        self.migration_fn = function
        self._planned = planned

    def __repr__(self) -> str:
        return f"RevisionStep({self.revision.revision!r}, is_upgrade={self.is_upgrade!r})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RevisionStep)
            and other.revision == self.revision
            and other.is_upgrade == self.is_upgrade
        )

    __hash__ = None  # type: ignore[assignment]  # what can be changed has none, as Alembic's

    @property
    def doc(self) -> str | None:  # type: ignore[override]  # asked of the script, not kept
        """The first paragraph of the script's docstring."""
        return self.revision.doc

    @property
    def from_revisions(self) -> tuple[str, ...]:  # type: ignore[override]  # as above
        """Where it comes from, dependencies included."""
        return self._parents() if self.is_upgrade else (self.revision.revision,)

    @property
    def to_revisions(self) -> tuple[str, ...]:  # type: ignore[override]  # as above
        """Where it leads to, dependencies included."""
        return (self.revision.revision,) if self.is_upgrade else self._parents()

    @property
    def from_revisions_no_deps(self) -> tuple[str, ...]:
        """Where it comes from, by `down_revision` alone."""
        down = self.revision._versioned_down_revisions
        return down if self.is_upgrade else self.from_revisions

    @property
    def to_revisions_no_deps(self) -> tuple[str, ...]:
        """Where it leads to, by `down_revision` alone."""
        down = self.revision._versioned_down_revisions
        return self.to_revisions if self.is_upgrade else down

    def rows(self, heads: Collection[str]) -> Step:
        """Give what was planned, or where nothing was, what the graph says."""
        if self._planned is not None and set(self._planned.heads_before) == set(heads):
            return self._planned
        change = upgrade_step if self.is_upgrade else downgrade_step
        return change(self.revision_map.graph, tuple(sorted(heads)), self.revision.revision)

    @property
    def insert_version_num(self) -> str:
        """The row of a new branch."""
        return self.revision.revision

    delete_version_num = insert_version_num

    def _parents(self) -> tuple[str, ...]:
        return self.revision_map.graph.parents(self.revision.revision)


class StampStep(MigrationStep):
    """Rows of the version table changed without running anything.

    `branch_move` is for a row that only comes, on the way up, or only goes, on the way down.
    """

    is_stamp = True

    def __init__(
        self,
        from_: str | Collection[str] | None,
        to_: str | Collection[str] | None,
        is_upgrade: bool,
        branch_move: bool,
        revision_map: RevisionMap | None = None,
        *,
        script: Script | None = None,
        planned: Step | None = None,
    ) -> None:
        self.from_ = to_tuple(from_, default=())
        self.to_ = to_tuple(to_, default=())
        self.is_upgrade = is_upgrade
        self.branch_move = branch_move
        self.revision_map = revision_map
        self.migration_fn = self.stamp_revision
        self.script = script
        self._planned = planned

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StampStep) and self._identity() == other._identity()

    __hash__ = None  # type: ignore[assignment]  # what can be changed has none, as Alembic's

    def _identity(self) -> tuple[Any, ...]:
        return (self.from_, self.to_, self.is_upgrade, self.branch_move)

    @property
    def from_revisions(self) -> tuple[str, ...]:  # type: ignore[override]  # by Alembic's name
        """The rows it comes from."""
        return self.from_

    @property
    def to_revisions(self) -> tuple[str, ...]:  # type: ignore[override]  # by Alembic's name
        """The rows it leads to."""
        return self.to_

    def rows(self, heads: Collection[str]) -> Step:
        """Give what was planned, or where nothing was, `from_` replaced by `to_`."""
        if self._planned is not None:
            return self._planned
        old = () if self.branch_move and self.is_upgrade else self.from_
        new = () if self.branch_move and self.is_downgrade else self.to_
        return replace_rows(next(iter(new), None), "stamp", tuple(sorted(heads)), old, new)

    def stamp_revision(self, **kw: Any) -> None:
        """Run nothing: the version table alone changes."""


class MigrationInfo:
    """One step as `on_version_apply` is told of it: from and to which revisions it leads."""

    def __init__(
        self,
        revision_map: RevisionMap,
        is_upgrade: bool,
        is_stamp: bool,
        up_revisions: str | tuple[str, ...],
        down_revisions: str | tuple[str, ...],
    ) -> None:
        self.revision_map = revision_map
        self.is_upgrade = is_upgrade
        self.is_stamp = is_stamp
        self.up_revision_ids: tuple[str, ...] = to_tuple(up_revisions, default=())
        self.down_revision_ids: tuple[str, ...] = to_tuple(down_revisions, default=())
        self.up_revision_id: str | None = next(iter(self.up_revision_ids), None)

    @property
    def is_migration(self) -> bool:
        """Whether a revision's function ran."""
        return not self.is_stamp

    @property
    def source_revision_ids(self) -> tuple[str, ...]:
        """The ids of where the step came from."""
        return self.down_revision_ids if self.is_upgrade else self.up_revision_ids

    @property
    def destination_revision_ids(self) -> tuple[str, ...]:
        """The ids of where the step led."""
        return self.up_revision_ids if self.is_upgrade else self.down_revision_ids

    @property
    def up_revision(self) -> Revision | None:
        """The revision on the upper side."""
        return self.revision_map.get_revision(self.up_revision_id)

    @property
    def up_revisions(self) -> tuple[Revision | None, ...]:
        """The revisions on the upper side; several after a stamp across branches."""
        return self.revision_map.get_revisions(self.up_revision_ids)

    @property
    def down_revisions(self) -> tuple[Revision | None, ...]:
        """The revisions on the lower side."""
        return self.revision_map.get_revisions(self.down_revision_ids)

    @property
    def source_revisions(self) -> tuple[Revision | None, ...]:
        """The revisions the step came from."""
        return self.revision_map.get_revisions(self.source_revision_ids)

    @property
    def destination_revisions(self) -> tuple[Revision | None, ...]:
        """The revisions the step led to."""
        return self.revision_map.get_revisions(self.destination_revision_ids)


def bind(step: Step, script: Script | None, revision_map: RevisionMap) -> MigrationStep:
    """Make the step that carries out what was planned; a file without its function is an error."""
    if step.direction == "stamp":
        before = (*step.deletes, *(old for old, _ in step.updates))
        return StampStep(
            before,
            step.revision,
            is_upgrade=step.revision is not None and _leads_up(revision_map, before, step.revision),
            branch_move=not step.updates,
            revision_map=revision_map,
            script=script,
            planned=step,
        )
    if script is None:
        raise AssertionError(step)
    return RevisionStep(revision_map, script, step.direction == "upgrade", planned=step)


def _leads_up(revision_map: RevisionMap, before: tuple[str, ...], revision: str) -> bool:
    graph = revision_map.graph
    known = [name for name in before if name in graph.nodes]
    return not known or bool(graph.ancestors([revision]).intersection(known))


def _only(values: Collection[Any]) -> Any:
    if len(values) != 1:
        raise AssertionError(f"this step has no single one: {values}")
    return next(iter(values))
