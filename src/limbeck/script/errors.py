"""Errors of revision files, their identifiers and their graph.

    RevisionError                        (limbeck.errors; a CommandError)
    ├── ScriptFileError                  a revision file can't be read, or says no revision
    ├── DuplicateRevision                two files have the same id
    ├── MissingRevision                  a down_revision or depends_on that no file has
    ├── CycleDetected                    ├── LoopDetected                one revision is its own parent
    │                                    └── DependencyCycleDetected     └── DependencyLoopDetected
    ├── MultipleHeads                    one revision was needed, several answer
    ├── RangeNotAncestorError            the two ends are not on one line
    └── ResolutionError                  an identifier that names nothing
        ├── AmbiguousRevision            … or more than one
        └── IdentifierError              … or can't be read

Names and constructors are Alembic's where it has them (`limbeck.script.revision` is their public
path). Each names the files when it knows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limbeck.errors import RevisionError

RevisionIdentifier = str | tuple[str, ...] | None


class ScriptFileError(RevisionError):
    """A revision file can't be read."""

    def __init__(self, path: str, reason: str, line: int | None = None) -> None:
        super().__init__(path, reason, line)
        self.path = path
        self.reason = reason
        self.line = line

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}, line {self.line}"
        return f"Can't read the revision file {where}: {self.reason}"


class DuplicateRevision(RevisionError):
    """Two revision files have the same id."""

    def __init__(self, revision: str, paths: Sequence[str] = ()) -> None:
        super().__init__(revision, paths)
        self.revision = revision
        self.paths = tuple(paths)

    def __str__(self) -> str:
        where = f": {', '.join(self.paths)}" if self.paths else ""
        return (
            f"Revision {self.revision} is present more than once{where}. Each file needs an id of "
            "its own: change `revision` in one, and the `down_revision` of what follows it."
        )


class MissingRevision(RevisionError):
    """A revision refers to one that no file has."""

    def __init__(
        self, missing: str, revision: str, path: str | None = None, *, field: str = "down_revision"
    ) -> None:
        super().__init__(missing, revision, path, field)
        self.missing = missing
        self.revision = revision
        self.path = path
        self.field = field

    def __str__(self) -> str:
        where = f" ({self.path})" if self.path else ""
        return (
            f"Revision {self.missing} referenced as {self.field} of {self.revision}{where} is not "
            "present: bring its file back, or change what refers to it."
        )


class CycleDetected(RevisionError):
    """Revisions lead back to themselves."""

    kind = "Cycle"

    def __init__(self, revisions: Sequence[str], *, paths: Mapping[str, str] | None = None) -> None:
        super().__init__(revisions)
        self.revisions = revisions
        self.paths = dict(paths or {})

    def __str__(self) -> str:
        return f"{self.kind} is detected in revisions ({_located(self.revisions, self.paths)})"


class DependencyCycleDetected(CycleDetected):
    """Revisions lead back to themselves through `depends_on`."""

    kind = "Dependency cycle"


class LoopDetected(CycleDetected):
    """A revision is its own `down_revision`."""

    kind = "Self-loop"

    def __init__(self, revision: str, *, paths: Mapping[str, str] | None = None) -> None:
        super().__init__([revision], paths=paths)


class DependencyLoopDetected(DependencyCycleDetected, LoopDetected):
    """A revision depends on itself."""

    kind = "Dependency self-loop"

    def __init__(
        self, revision: Sequence[str] | str, *, paths: Mapping[str, str] | None = None
    ) -> None:
        names = [revision] if isinstance(revision, str) else list(revision)
        CycleDetected.__init__(self, names, paths=paths)


class MultipleHeads(RevisionError):
    """One revision was needed and several answer."""

    def __init__(
        self,
        heads: Sequence[str],
        argument: str | None,
        *,
        paths: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(heads, argument)
        self.heads = heads
        self.argument = argument
        self.paths = dict(paths or {})

    def __str__(self) -> str:
        asked = self.argument or "head"
        return (
            f"Multiple head revisions are present for given argument '{asked}': "
            f"{_located(self.heads, self.paths)}. Please specify a specific target revision, "
            f"'<branchname>@{asked.rpartition('@')[2]}' to narrow to a specific head, or 'heads' "
            "for all heads; `merge heads` joins them."
        )


class RangeNotAncestorError(RevisionError):
    """Two revisions are not on one line of ancestors."""

    def __init__(self, lower: RevisionIdentifier, upper: RevisionIdentifier) -> None:
        super().__init__(lower, upper)
        self.lower = lower
        self.upper = upper

    def __str__(self) -> str:
        return f"Revision {_name(self.lower)} is not an ancestor of revision {_name(self.upper)}"


class ResolutionError(RevisionError):
    """An identifier names no revision."""

    def __init__(self, message: str, argument: str) -> None:
        super().__init__(message)
        self.argument = argument


class AmbiguousRevision(ResolutionError):
    """A partial identifier fits several revisions."""

    def __init__(
        self, argument: str, revisions: Sequence[str], paths: Mapping[str, str] | None = None
    ) -> None:
        named = _located(revisions, paths or {})
        super().__init__(
            f"Multiple revisions start with '{argument}': {named}. Write more of the id.", argument
        )
        self.revisions = tuple(revisions)


class IdentifierError(ResolutionError):
    """A revision identifier can't be read; the message shows where."""

    def __init__(self, argument: str, position: int, reason: str) -> None:
        super().__init__(
            f"Can't read the revision identifier {argument!r}: {reason}\n"
            f"    {argument}\n    {' ' * position}^",
            argument,
        )
        self.position = position
        self.reason = reason


def _located(revisions: Sequence[str], paths: Mapping[str, str]) -> str:
    """Return the revisions, each with its file where that is known."""
    return ", ".join(f"{name} in {paths[name]}" if name in paths else name for name in revisions)


def _name(identifier: RevisionIdentifier) -> str:
    if identifier is None:
        return "base"
    return identifier if isinstance(identifier, str) else ", ".join(identifier) or "base"
