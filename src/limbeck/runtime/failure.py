"""What a failed run says: which revision, which file and statement, and what is already applied.

The exception keeps its type, so that programs catch what they always caught; the report is a note
on it (shown under a traceback) and, where the user and not a defect is the cause, an explanation
that replaces the traceback. Imports no SQLAlchemy.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from limbeck.errors import CommandError

_LONGEST_STATEMENT = 2000
"""What of a statement one can still read through."""


@dataclass(frozen=True, slots=True)
class MigrationFailure:
    """One step that failed and what the run had done before it."""

    description: str
    """The step, such as `upgrade a -> b`."""
    path: str | None
    line: int | None
    statement: str | None
    applied: Sequence[str]
    """The steps before it that stay applied, oldest first."""
    undone: Sequence[str]
    """The steps before it that were rolled back with it."""
    leftovers: Sequence[str]
    """Statements of the failed step that the database can't roll back."""
    outside: bool = False
    """Whether the transaction is the caller's, so that nothing is known of what stays."""
    offline: bool = False
    """Whether a SQL script was written, and nothing run."""
    meanwhile: Sequence[str] | None = None
    """Where another run has brought the database since this one looked; None where none has."""

    def __str__(self) -> str:
        place = f" ({self.path}{f', line {self.line}' if self.line else ''})" if self.path else ""
        lines = [f"This happened in {self.description}{place}."]
        if self.statement:
            lines.append(_the_statement(self.statement))
        if self.leftovers:
            lines.append(
                "These statements of it are done and this database can't roll them back; undo "
                "them, or take them out of the file, before the next run:"
            )
            lines += [f"    {' '.join(statement.split())}" for statement in self.leftovers]
        lines.append(self._outcome())
        if self.meanwhile is not None:
            place = ", ".join(self.meanwhile) or "its base"
            lines.append(
                f"Another run has brought the database to {place} meanwhile: run this again, which "
                "does what is left to do."
            )
        return "\n".join(lines)

    def _outcome(self) -> str:
        if self.offline:
            return "The SQL script is not complete; no database was changed."
        if self.outside:
            return "The transaction is the caller's, who decides what of the run stays."
        if self.applied:
            steps = "; ".join(self.applied)
            return f"Applied by this run, and it stays so: {steps}."
        if self.undone:
            return f"All of this run is rolled back, also: {'; '.join(self.undone)}."
        return "Nothing else of this run is applied."


def report(error: BaseException, failure: MigrationFailure, *, is_said: bool = False) -> None:
    """Attach the failure to the error that caused it, once.

    `is_said`: the error's own message is meant for the user.
    """
    if getattr(error, "limbeck_failure", None) is not None:
        return
    error.limbeck_failure = failure  # type: ignore[attr-defined]  # exceptions take attributes
    error.add_note(str(failure))
    refusal = _refusal(error)
    if refusal is not None:
        explain(error, f"{refusal}\n{failure}")
    elif isinstance(error, CommandError):
        explain(error, f"{error}\n{failure}")
    elif isinstance(error, KeyboardInterrupt):
        explain(error, f"interrupted\n{failure}")
    elif is_said or innermost_file(error) == failure.path:
        # The revision itself raised it; what else came out of a library may be a defect of ours.
        summary = f"{type(error).__name__}: {error}".rstrip(": ")
        explain(error, f"{summary}\n{failure}\n`--raiseerr` shows the whole traceback.")


def explain_refusal(error: BaseException) -> None:
    """Say in one message what the database refused, outside of a revision."""
    statement = getattr(error, "statement", None)
    text = _refusal(error) or str(error)
    explain(error, f"{text}\n{_the_statement(statement)}" if statement else text)


def _refusal(error: BaseException) -> str | None:
    """Return the driver's own words of an error that SQLAlchemy wraps."""
    original = getattr(error, "orig", None)
    return None if original is None else f"{type(original).__name__}: {str(original).strip()}"


def _the_statement(statement: str) -> str:
    said = " ".join(statement.split())
    if len(said) > _LONGEST_STATEMENT:
        left_out = f"… ({len(said):,} characters; --raiseerr shows them all)"
        said = f"{said[:_LONGEST_STATEMENT]} {left_out}"
    return f"The statement was: {said}"


def explain(error: BaseException, text: str) -> None:
    """Say in one message what the error means for the user, instead of a traceback."""
    error.limbeck_explanation = text  # type: ignore[attr-defined]  # exceptions take attributes


def explanation(error: BaseException) -> str | None:
    """Return the one message that stands for the error, None when its traceback is needed."""
    text = getattr(error, "limbeck_explanation", None)
    if text is not None:
        return str(text)
    if isinstance(error, PermissionError) and error.filename is not None:
        return f"{error.filename}: this user has no permission to read or write it."
    return str(error) if isinstance(error, CommandError) else None


def innermost_file(error: BaseException) -> str | None:
    """Return the file whose code raised the error."""
    frames = traceback.extract_tb(error.__traceback__)
    return frames[-1].filename if frames else None


def line_in(error: BaseException, path: str | None) -> int | None:
    """Return the line of a file at which the error passed through it."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path]
    return lines[-1] if lines else None
