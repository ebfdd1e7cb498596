"""A revision as a plain value, for programs and for `--json`."""

from __future__ import annotations

from dataclasses import dataclass

from limbeck.script.base import Script
from limbeck.util.langhelpers import to_tuple


@dataclass(frozen=True, slots=True)
class RevisionEntry:
    """What is known of one revision; `is_current` is None where no database was asked."""

    revision: str
    down_revisions: tuple[str, ...]
    depends_on: tuple[str, ...]
    branch_labels: tuple[str, ...]
    message: str
    path: str
    is_head: bool
    is_branch_point: bool
    is_merge_point: bool
    is_current: bool | None = None


def describe_script(script: Script, *, is_current: bool | None = None) -> RevisionEntry:
    """Return what is known of a script."""
    return RevisionEntry(
        revision=script.revision,
        down_revisions=to_tuple(script.down_revision, default=()),
        depends_on=to_tuple(script.dependencies, default=()),
        branch_labels=tuple(sorted(script.branch_labels or ())),
        message=script.doc,
        path=str(script.path),
        is_head=script.is_head,
        is_branch_point=script.is_branch_point,
        is_merge_point=script.is_merge_point,
        is_current=is_current,
    )
