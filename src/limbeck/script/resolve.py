"""From identifiers to revisions of a graph.

Receives a `Graph` and an `Identifier` (or its text); gives ids, or raises an error that names what
was asked and the files in question. A target relative to where the database is also takes the
current revisions. The empty tuple stands for the base.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from limbeck.errors import RevisionError

from .errors import AmbiguousRevision, MultipleHeads, ResolutionError
from .graph import Graph
from .identifier import Identifier, parse

BASE = "base"
Target = str | Iterable[str] | Identifier | None


@dataclass(frozen=True, slots=True)
class DowngradeTarget:
    """Where a downgrade ends: a revision, or None for the base; perhaps on one branch only."""

    revision: str | None
    branch: str | None = None


def find(graph: Graph, symbol: str) -> str:
    """Find the one revision with this id, this label, or an id that starts so."""
    if symbol in graph.nodes:
        return symbol
    if symbol in graph.label_owners:
        return graph.label_owners[symbol]
    matching = graph.starting_with(symbol)
    if len(matching) > 1:
        raise AmbiguousRevision(symbol, sorted(matching), graph.paths(matching))
    if not matching:
        short = (
            " Ids of three characters or less have to be written in full."
            if len(symbol) < 4
            else ""
        )
        raise ResolutionError(
            f"Can't locate revision identified by '{symbol}': no such revision or branch "
            f"'{symbol}'.{short}",
            symbol,
        )
    return matching[0]


def resolve(graph: Graph, target: Target) -> tuple[str, ...]:
    """Give the revisions that an identifier that counts no steps names; () is the base."""
    match target:
        case None:
            return ()
        case str():
            return _resolve_one(graph, parse(target))
        case Identifier():
            return _resolve_one(graph, target)
        case _:
            found = (name for part in target for name in resolve(graph, part))
            return tuple(dict.fromkeys(found))


def _resolve_one(graph: Graph, identifier: Identifier) -> tuple[str, ...]:
    match identifier:
        case Identifier(symbol=None, label=label, offset=int(offset)) if offset < 0:
            # Without a database to count from, `history -r-3:` counts from the heads.
            tops = on_branch(graph, graph.real_heads, label)
            reached = (walk(graph, top, offset) for top in tops)
            return tuple(dict.fromkeys(name for name in reached if name is not None))
        case Identifier(offset=int()):
            found = _walk_absolute(graph, identifier)
            return () if found is None else (found,)
        case Identifier(symbol="base"):
            return ()
        case Identifier(symbol="heads", label=None):
            # What the version table would hold: a head that another one depends on is no row.
            return graph.real_heads
        case Identifier(symbol="heads", label=str(label)):
            return on_branch(graph, graph.heads, label)
        case Identifier(symbol="head", label=label):
            head = current_head(graph, label)
            return () if head is None else (head,)
        case Identifier(symbol=str(symbol), label=None):
            return (find(graph, symbol),)
        case Identifier(symbol=str(symbol), label=str(label)):
            return (_find_on_branch(graph, symbol, label),)
        case _:
            raise AssertionError(identifier)


def current_head(graph: Graph, label: str | None = None) -> str | None:
    """Give the one head, of all or of a branch; several are MultipleHeads."""
    heads = graph.heads if label is None else on_branch(graph, graph.heads, label)
    if len(heads) > 1:
        argument = "head" if label is None else f"{label}@head"
        raise MultipleHeads(heads, argument, paths=graph.paths(heads))
    return heads[0] if heads else None


def branch_owner(graph: Graph, label: str) -> str:
    """Find the revision that stands for a branch: the one with the label, or any revision."""
    try:
        return find(graph, label)
    except AmbiguousRevision:
        raise
    except ResolutionError as error:
        known = ", ".join(sorted(graph.label_owners)) or "none"
        raise ResolutionError(
            f"No such branch: '{label}'. Branch labels are: {known}.", label
        ) from error


def on_branch(
    graph: Graph, revisions: Iterable[str], label: str | None, *, dependencies: bool = False
) -> tuple[str, ...]:
    """Keep the revisions that lie above or below the one that `label` stands for."""
    if label is None:
        return tuple(revisions)
    line = _line_of(graph, label, dependencies=dependencies)
    return tuple(name for name in revisions if name in line)


def _line_of(graph: Graph, label: str, *, dependencies: bool) -> set[str]:
    owner = [branch_owner(graph, label)]
    return graph.ancestors(owner, dependencies=dependencies) | graph.descendants(
        owner, dependencies=dependencies
    )


def _find_on_branch(graph: Graph, symbol: str, label: str) -> str:
    """Find a revision of a branch; a partial id only has to be unique there."""
    line = _line_of(graph, label, dependencies=False)
    try:
        found = find(graph, symbol)
    except AmbiguousRevision as error:
        matching = [name for name in error.revisions if name in line]
        if len(matching) != 1:
            raise
        return matching[0]
    if found not in line:
        raise ResolutionError(f"Revision {found} is not a member of branch '{label}'", symbol)
    return found


# Targets of an upgrade and of a downgrade


def upgrade_target(
    graph: Graph, current: tuple[str, ...], target: Target, *, exact: bool = True
) -> tuple[str, ...]:
    """Give the revisions that an upgrade from `current` leads to.

    With `exact`, a target that counts more steps than there are is an error; else the walk ends
    at the last one.
    """
    identifier = parse(target) if isinstance(target, str) and target else target
    if not isinstance(identifier, Identifier) or identifier.offset is None:
        return resolve(graph, identifier)
    if identifier.symbol is not None:
        found = _walk_absolute(graph, identifier, exact=exact)
        return () if found is None else (found,)
    if identifier.offset <= 0:
        raise _not_so_many(identifier)
    start = _upgrade_start(graph, current, identifier.label)
    found = walk(graph, start, identifier.offset, label=identifier.label, exact=exact)
    if found is None:
        raise _not_so_many(identifier)
    return (found,)


def _upgrade_start(graph: Graph, current: tuple[str, ...], label: str | None) -> str | None:
    """Find the current revision that steps are counted from; None is the base."""
    start = current
    if label is not None:
        start = on_branch(graph, current, label) or _tips_on_branch(graph, current, label)
    if len(set(start)) > 1:
        raise RevisionError(
            f"Ambiguous upgrade from multiple current revisions: {', '.join(start)}. Narrow it "
            "with '<branchname>@+1', or name the target."
        )
    return start[0] if start else None


def _tips_on_branch(graph: Graph, current: tuple[str, ...], label: str) -> tuple[str, ...]:
    """Find the newest applied revisions that lead to a branch that has no head applied."""
    applied = graph.ancestors(current)
    active = on_branch(graph, [name for name in graph.ordered if name in applied], label)
    below = {parent for name in active for parent in graph.parents(name)}
    return tuple(name for name in active if name not in below)


def downgrade_target(
    graph: Graph, current: tuple[str, ...], target: Target, *, exact: bool = True
) -> DowngradeTarget:
    """Give the revision that a downgrade from `current` ends at."""
    identifier = parse(target) if isinstance(target, str) and target else target
    if not isinstance(identifier, Identifier):
        return DowngradeTarget(_at_most_one(graph, identifier))
    if identifier.offset is None:
        # The label says which branch goes down; the target need not lie on it.
        target = Identifier(identifier.text, identifier.symbol)
        return DowngradeTarget(_at_most_one(graph, target), identifier.label)
    if identifier.symbol is not None:
        found = _walk_absolute(graph, identifier, exact=exact)
        return DowngradeTarget(found, identifier.label)
    if identifier.offset >= 0:
        raise _not_so_many(identifier)
    start, branch = _downgrade_start(graph, current, identifier)
    if not exact:
        return DowngradeTarget(walk(graph, start, identifier.offset, exact=False), branch)
    steps = -identifier.offset
    # The step below a base is the base itself, so the last one may end there.
    line = walk(graph, start, 1 - steps)
    if line is None:
        raise _not_so_many(identifier)
    return DowngradeTarget(walk(graph, line, -1), branch)


def _downgrade_start(
    graph: Graph, current: tuple[str, ...], identifier: Identifier
) -> tuple[str, str]:
    """Find the current revision that steps are counted from, and the branch that is taken down."""
    if not current:
        raise _not_so_many(identifier)
    if identifier.label is None:
        if len(set(current)) > 1:
            warnings.warn(
                f"downgrade {identifier.text} from multiple heads is ambiguous; this usage will "
                f"be disallowed in a future release. Write <branchname>@{identifier.text}.",
                UserWarning,
                stacklevel=2,
            )
        return current[0], current[0]
    found = on_branch(graph, current, identifier.label)
    if not found:
        found = _tips_on_branch(graph, current, identifier.label)
    if len(found) != 1:
        raise RevisionError(
            f"Relative revision {identifier.text} names no single current revision: "
            f"{', '.join(found) or 'none'} of {', '.join(current)} on branch '{identifier.label}'."
        )
    return found[0], identifier.label


def _at_most_one(graph: Graph, target: Target) -> str | None:
    found = resolve(graph, target)
    if len(found) > 1:
        argument = target.text if isinstance(target, Identifier) else None
        raise MultipleHeads(found, argument, paths=graph.paths(found))
    return found[0] if found else None


# Counting steps


def walk(
    graph: Graph,
    start: str | None,
    steps: int,
    *,
    label: str | None = None,
    exact: bool = True,
) -> str | None:
    """Walk up or down by version edges from a revision, or from the base.

    A fork is an error unless `label` decides it. Past the end: None, or the last one reached when
    `exact` is off.
    """
    reached = start
    for _ in range(abs(steps)):
        following = _next(graph, reached, up=steps > 0, label=label)
        if len(following) > 1:
            raise RevisionError(
                f"Ambiguous walk from {reached or BASE}: it may go on to {', '.join(following)}. "
                "Instead of counting steps, name the one to go to."
            )
        if not following:
            return None if exact else reached
        reached = following[0]
    return reached


def _next(graph: Graph, revision: str | None, *, up: bool, label: str | None) -> tuple[str, ...]:
    if not up:
        return () if revision is None else graph.nodes[revision].down
    following = graph.bases if revision is None else graph.children.get(revision, ())
    return on_branch(graph, following, label)


def _walk_absolute(graph: Graph, identifier: Identifier, *, exact: bool = True) -> str | None:
    """Count the steps from the revision that stands in the identifier itself."""
    offset = identifier.offset or 0
    if identifier.symbol is None:
        raise RevisionError(
            f"'{identifier.text}' counts from the database's current revision, which is not known "
            "here; write it as REVISION+N or REVISION-N."
        )
    start = _at_most_one(graph, Identifier(identifier.text, identifier.symbol, identifier.label))
    found = walk(graph, start, offset, label=identifier.label if offset > 0 else None, exact=exact)
    if found is None and offset + _height(graph, start) != 0:
        raise RevisionError(
            f"Relative revision {identifier.text} walked too far: there are not {abs(offset)} "
            f"revisions {'above' if offset > 0 else 'below'} {identifier.absolute}."
        )
    return found


def _height(graph: Graph, revision: str | None) -> int:
    return 0 if revision is None else graph.depths[revision]


def _not_so_many(identifier: Identifier) -> RevisionError:
    offset = identifier.offset or 0
    return RevisionError(
        f"Relative revision {identifier.text} didn't produce {abs(offset)} migrations: there are "
        f"not that many {'above' if offset > 0 else 'below'} the current revision."
    )
