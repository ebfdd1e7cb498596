"""Steps bound to their scripts: what the runtime goes through.

A `Step` says which rows change; a `BoundStep` also has the function to call and the text for the
log. Binding imports the files of a plan, all of them, before the first one runs: a file that can't
be imported stops the whole plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from limbeck.util.messaging import format_as_comma

from .errors import ScriptFileError
from .plan import Step
from .script import Script


@dataclass(frozen=True, slots=True)
class BoundStep:
    """One step of a plan, its script, and the function that carries it out."""

    step: Step
    script: Script | None
    """The script that is run or recorded; None when a stamp removes rows."""
    migration_fn: Callable[..., Any]

    @property
    def revision(self) -> Script | None:
        """The script, by Alembic's name."""
        return self.script

    @property
    def doc(self) -> str | None:
        """The first paragraph of the script's docstring; a stamp has none."""
        return None if self.script is None or self.is_stamp else self.script.doc

    @property
    def is_upgrade(self) -> bool:
        """Whether it leads up."""
        if self.step.direction == "stamp":
            return self.step.revision is not None and self._is_stamp_upwards()
        return self.step.direction == "upgrade"

    @property
    def is_downgrade(self) -> bool:
        """Whether it leads down."""
        return not self.is_upgrade

    @property
    def is_stamp(self) -> bool:
        """Whether nothing is run."""
        return self.step.direction == "stamp"

    @property
    def from_revisions(self) -> tuple[str, ...]:
        """Where it comes from, dependencies included."""
        match self.step.direction:
            case "upgrade":
                return self._parents()
            case "downgrade":
                return self._own()
            case "stamp":
                return (*self.step.deletes, *(old for old, _ in self.step.updates))

    @property
    def to_revisions(self) -> tuple[str, ...]:
        """Where it leads to, dependencies included."""
        match self.step.direction:
            case "upgrade" | "stamp":
                return self._own()
            case "downgrade":
                return self._parents()

    @property
    def from_revisions_no_deps(self) -> tuple[str, ...]:
        """Where it comes from, by `down_revision` alone."""
        return self._down() if self.step.direction == "upgrade" else self.from_revisions

    @property
    def to_revisions_no_deps(self) -> tuple[str, ...]:
        """Where it leads to, by `down_revision` alone."""
        return self._down() if self.step.direction == "downgrade" else self.to_revisions

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

    def _parents(self) -> tuple[str, ...]:
        script = self.script
        if script is None or script._graph is None:
            return ()
        return script._graph.parents(script.revision)

    def _down(self) -> tuple[str, ...]:
        return () if self.script is None else self.script._versioned_down_revisions

    def _own(self) -> tuple[str, ...]:
        return () if self.step.revision is None else (self.step.revision,)

    def _is_stamp_upwards(self) -> bool:
        graph = self.script._graph if self.script is not None else None
        before = [name for name in self.from_revisions if graph and name in graph.nodes]
        if graph is None or not before:
            return True
        return bool(graph.ancestors([self.step.revision or ""]).intersection(before))


def bind(step: Step, script: Script | None) -> BoundStep:
    """Give a step the function it calls; a file without it is an error."""
    match step.direction:
        case "stamp":
            return BoundStep(step, script, stamp_revision)
        case "upgrade" | "downgrade" as name if script is not None:
            function = getattr(script.module, name, None)
            if function is None:
                raise ScriptFileError(script.path, f"it has no function {name}().")
            return BoundStep(step, script, function)
        case _:
            raise AssertionError(step)


def stamp_revision(**kw: Any) -> None:
    """Run nothing: the version table alone changes."""
