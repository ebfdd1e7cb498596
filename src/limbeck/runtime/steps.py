"""Steps as callbacks and the log see them.

`MigrationInfo` is what `on_version_apply` gets of a step; the steps themselves come from
`script.steps`, bound to their scripts, and `MigrationStep`, `RevisionStep` and `StampStep` are
Alembic's names for them.
"""

from __future__ import annotations

from limbeck.script.revision import Revision, RevisionMap
from limbeck.script.steps import BoundStep

MigrationStep = BoundStep
RevisionStep = BoundStep
StampStep = BoundStep


class MigrationInfo:
    """One step: which revisions it leads from and to, whichever way it goes."""

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
        self.up_revision_ids = _tuple(up_revisions)
        self.down_revision_ids = _tuple(down_revisions)
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


def describe_step(step: BoundStep, revision_map: RevisionMap) -> MigrationInfo:
    """Return what callbacks are told of a step."""
    upper, lower = step.to_revisions, step.from_revisions
    if not step.is_upgrade:
        upper, lower = lower, upper
    return MigrationInfo(revision_map, step.is_upgrade, step.is_stamp, upper, lower)


def _tuple(revisions: str | tuple[str, ...]) -> tuple[str, ...]:
    return (revisions,) if isinstance(revisions, str) else tuple(revisions)
