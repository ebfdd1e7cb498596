"""A revision as a plain value, for programs and for `--json`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from limbeck.script.base import Script


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
        down_revisions=_names(script.down_revision),
        depends_on=_names(script.dependencies),
        branch_labels=tuple(sorted(script.branch_labels or ())),
        message=script.doc,
        path=str(script.path),
        is_head=script.is_head,
        is_branch_point=script.is_branch_point,
        is_merge_point=script.is_merge_point,
        is_current=is_current,
    )


def _names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
