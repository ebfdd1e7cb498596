"""Plans: which steps lead from the current revisions to a target, and what each leaves behind.

    graph, current rows, target  →  Step, Step, …

Pure: nothing runs here. A step carries the rows of the version table before and after it and the
statements between them (`deletes`, `updates`, `inserts`), so that the runtime decides nothing. The
table holds the heads of what is applied, where a revision that another one depends on counts as
below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .errors import RangeNotAncestorError, ResolutionError
from .graph import Graph
from .identifier import parse
from .order import newest_first
from .resolve import (
    BASE,
    Target,
    branch_owner,
    downgrade_target,
    on_branch,
    resolve,
    upgrade_target,
)

Direction = Literal["upgrade", "downgrade", "stamp"]


@dataclass(frozen=True, slots=True)
class Step:
    """One revision carried out, or recorded, and the rows of the version table that it changes."""

    revision: str | None
    """The revision that is run; for a stamp the one that is recorded, None for the base."""
    direction: Direction
    deletes: tuple[str, ...]
    updates: tuple[tuple[str, str], ...]
    inserts: tuple[str, ...]
    heads_before: tuple[str, ...]
    heads_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Revisions to go through, and the ends that the walk begins at."""

    revisions: set[str]
    heads: tuple[str, ...]


def plan_upgrade(graph: Graph, current: tuple[str, ...], target: Target) -> tuple[Step, ...]:
    """Plan the way up from the rows `current` to `target`."""
    heads = _applied(graph, current)
    selected = select_upgrade(graph, target, current, implicit_base=True)
    steps: list[Step] = []
    for revision in reversed(newest_first(graph, selected.revisions, selected.heads)):
        step = upgrade_step(graph, heads, revision)
        steps.append(step)
        heads = step.heads_after
    return tuple(steps)


def plan_downgrade(graph: Graph, current: tuple[str, ...], target: Target) -> tuple[Step, ...]:
    """Plan the way down from the rows `current` to `target`, which stays applied."""
    heads = _applied(graph, current)
    selected = select_downgrade(graph, current, target)
    steps: list[Step] = []
    for revision in newest_first(graph, selected.revisions, selected.heads):
        step = downgrade_step(graph, heads, revision)
        steps.append(step)
        heads = step.heads_after
    return tuple(steps)


def plan_stamp(
    graph: Graph, current: tuple[str, ...], target: str | Iterable[str] | None
) -> tuple[Step, ...]:
    """Plan to record `target` without running anything; other branches keep their rows."""
    targets: tuple[str, ...] = (
        (target or BASE,) if target is None or isinstance(target, str) else tuple(target)
    )
    heads = _applied(graph, current)
    targets = tuple(_from_current(graph, heads, one) for one in targets)
    affected = tuple(
        dict.fromkeys(name for one in targets for name in _stamped_over(graph, heads, one))
    )
    destinations: tuple[str | None, ...] = resolve(graph, targets) or (None,)
    steps: list[Step] = []
    for destination in destinations:
        for step in _stamp_steps(graph, heads, affected, destination):
            steps.append(step)
            heads = step.heads_after
    return tuple(steps)


def _applied(graph: Graph, rows: tuple[str, ...]) -> tuple[str, ...]:
    """Find the revisions of the version table's rows; one that no file has is an error."""
    try:
        return resolve(graph, rows)
    except ResolutionError as error:
        row = error.argument
        raise ResolutionError(
            f"Can't locate revision identified by '{row}': the version table of the database "
            f"names it, but no revision file has this id. Bring its file back, or record where "
            "the database is with `stamp --purge REVISION`.",
            row,
        ) from error


# Which revisions


def select_upgrade(
    graph: Graph,
    upper: Target,
    lower: Target,
    *,
    inclusive: bool = False,
    implicit_base: bool = False,
    exact: bool = True,
) -> Selection:
    """Choose the revisions that `upper` needs and `lower` does not have.

    `implicit_base` takes those too that don't descend from `lower`, as an upgrade has to;
    `inclusive` takes `lower` itself as well.
    """
    current = resolve(graph, lower)
    targets = upgrade_target(graph, current, upper, exact=exact)
    if isinstance(lower, str) and "@" in lower:
        label = _branch_of(graph, lower.partition("@")[0])
        targets = on_branch(graph, targets, label)
    needed = graph.ancestors(targets)
    if not implicit_base and not needed.issuperset(current):
        raise RangeNotAncestorError(_text(lower), _text(upper))
    selected = needed - graph.ancestors(current)
    if inclusive:
        selected.update(current)
    if current and not implicit_base:
        selected &= graph.descendants(current, dependencies=False)
    return Selection(selected, targets)


def select_downgrade(
    graph: Graph,
    upper: Target,
    lower: Target,
    *,
    inclusive: bool = False,
    exact: bool = True,
) -> Selection:
    """Choose the applied revisions that stand above `lower`."""
    current = resolve(graph, upper)
    target = downgrade_target(graph, current, lower, exact=exact)
    roots = _downgrade_roots(graph, target.revision, inclusive=inclusive)
    if len(roots) > 1:
        roots = on_branch(graph, roots, target.branch)
    selected = graph.descendants(roots) & graph.ancestors(current)
    if target.revision is not None and not selected and target.revision not in current:
        raise RangeNotAncestorError(_text(lower), _text(upper))
    return Selection(selected, current)


def _downgrade_roots(graph: Graph, target: str | None, *, inclusive: bool) -> tuple[str, ...]:
    if target is None:
        return graph.bases
    return (target,) if inclusive else graph.children.get(target, ())


def _branch_of(graph: Graph, label: str) -> str:
    """Give a label of the branch when it was named by one of its revisions."""
    owner = branch_owner(graph, label)
    labels = graph.labels.get(owner)
    return min(labels) if owner == label and labels else label


def _text(target: Target) -> str | tuple[str, ...] | None:
    match target:
        case None | str():
            return target
        case _ if hasattr(target, "text"):
            return str(target.text)
        case _:
            return tuple(target)


# What each step leaves


def upgrade_step(graph: Graph, heads: tuple[str, ...], revision: str) -> Step:
    """Replace the rows of the parents by the revision's; without one it is a new row."""
    replaced = tuple(parent for parent in graph.parents(revision) if parent in heads)
    return replace_rows(revision, "upgrade", heads, replaced, (revision,))


def downgrade_step(graph: Graph, heads: tuple[str, ...], revision: str) -> Step:
    """Replace the revision's row by those of the parents that no other row stands above."""
    if revision not in heads:
        return replace_rows(revision, "downgrade", heads, (), ())
    others = tuple(head for head in heads if head != revision)
    parents = graph.parents(revision)
    covered = graph.ancestors(others) if others and parents else set()
    if len(parents) > 1:
        below = {name for parent in parents for name in graph.all_parents(parent)}
        covered |= graph.ancestors(below)
    back = tuple(parent for parent in parents if parent not in covered)
    return replace_rows(revision, "downgrade", heads, (revision,), back)


def _from_current(graph: Graph, heads: tuple[str, ...], target: str) -> str:
    """Count steps without a start, `-1` or `label@+2`, from the rows; name where they lead."""
    identifier = parse(target)
    if identifier.symbol is not None or identifier.offset is None:
        return target
    if identifier.offset > 0:
        return upgrade_target(graph, heads, identifier)[0]
    found = downgrade_target(graph, heads, identifier).revision
    at = f"{identifier.label}@" if identifier.label else ""
    return found or f"{at}{BASE}"


def _stamped_over(graph: Graph, heads: tuple[str, ...], target: str) -> tuple[str, ...]:
    """Choose the rows that a stamp of `target` may replace: those on its line, all for the base."""
    if target in {BASE, "heads"}:
        return heads
    label, at, symbol = target.partition("@")
    lines = [label] if at else []
    if symbol != BASE or not at:
        lines += resolve(graph, target)
    kept = {name for line in lines for name in on_branch(graph, heads, line, dependencies=True)}
    return tuple(head for head in heads if head in kept)


def _stamp_steps(
    graph: Graph, heads: tuple[str, ...], affected: tuple[str, ...], target: str | None
) -> tuple[Step, ...]:
    if target is None:
        steps = []
        for head in affected:
            steps.append(replace_rows(None, "stamp", heads, (head,), ()))
            heads = steps[-1].heads_after
        return tuple(steps)
    if target in affected:
        return ()
    line = graph.descendants([target]) | graph.ancestors([target])
    replaced = affected if any(head in line for head in affected) else ()
    return (replace_rows(target, "stamp", heads, replaced, (target,)),)


def replace_rows(
    revision: str | None,
    direction: Direction,
    heads: tuple[str, ...],
    old: tuple[str, ...],
    new: tuple[str, ...],
) -> Step:
    """Pair old rows with new ones as updates; what is left over is deleted or inserted."""
    old = tuple(name for name in old if name in heads)
    new = tuple(name for name in new if name not in heads or name in old)
    pairs = min(len(old), len(new))
    # The last rows are updated, as the first of several parents are those that merge into it.
    updated, deleted = old[len(old) - pairs :], old[: len(old) - pairs]
    after = (*(name for name in heads if name not in old), *new)
    return Step(
        revision,
        direction,
        deletes=deleted,
        updates=tuple(zip(updated, new[:pairs], strict=True)),
        inserts=new[pairs:],
        heads_before=heads,
        heads_after=after,
    )
