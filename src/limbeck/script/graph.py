"""The graph of revisions, an immutable value.

Built once from `Node`s, in linear time, with every fault of the files refused: two files of one
id, a parent that is missing, a cycle, a label given twice. Two kinds of edge:

    version edges     `down_revision`: the line of descent
    all edges         these and `depends_on`

A node's `parents` are what its step takes over in the version table: its `down_revision` and those
dependencies that no revision below it has already. Nothing here knows of files or databases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from limbeck.errors import RevisionError

from .errors import (
    CycleDetected,
    DependencyCycleDetected,
    DependencyLoopDetected,
    DuplicateRevision,
    LoopDetected,
    MissingRevision,
)

_NO_NAMES: frozenset[str] = frozenset()
_Edges = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Node:
    """One revision, as its file says it."""

    revision: str
    down: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    path: str | None = None


class Graph:
    """All revisions and the edges between them; immutable, in the order the nodes were given.

    `nodes` maps ids, `label_owners` labels to the revision whose file says them, `dependencies`
    a revision to what its `depends_on` means.
    """

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes: Mapping[str, Node] = _by_id(nodes)
        self.label_owners: Mapping[str, str] = _own_labels(self.nodes)
        self.children: Mapping[str, tuple[str, ...]] = self._find_children()
        self.dependencies: Mapping[str, tuple[str, ...]] = self._resolve_dependencies()
        self.all_children: Mapping[str, tuple[str, ...]] = self._find_all_children()
        self.ordered: tuple[str, ...] = self._order()
        """All ids, parents and dependencies before what needs them."""

    # Edges

    def _find_children(self) -> dict[str, tuple[str, ...]]:
        children: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for parent in node.down:
                if parent not in self.nodes:
                    raise MissingRevision(parent, node.revision, node.path)
                children.setdefault(parent, []).append(node.revision)
        return {revision: tuple(found) for revision, found in children.items()}

    def _resolve_dependencies(self) -> dict[str, tuple[str, ...]]:
        return {
            node.revision: tuple(
                dict.fromkeys(self._resolve_dependency(node, name) for name in node.depends_on)
            )
            for node in self.nodes.values()
            if node.depends_on
        }

    def _resolve_dependency(self, node: Node, name: str) -> str:
        if name in self.nodes:
            return name
        if name in self.label_owners:
            return self.label_owners[name]
        matching = self.starting_with(name)
        if len(matching) != 1:
            raise MissingRevision(name, node.revision, node.path, field="depends_on")
        return matching[0]

    def _find_all_children(self) -> Mapping[str, tuple[str, ...]]:
        if not self.dependencies:
            return self.children
        children = {revision: list(found) for revision, found in self.children.items()}
        for revision, needed in self.dependencies.items():
            for name in needed:
                if revision not in (siblings := children.setdefault(name, [])):
                    siblings.append(revision)
        return {revision: tuple(found) for revision, found in children.items()}

    def _order(self) -> tuple[str, ...]:
        ordered = _sort(self.nodes, {n: node.down for n, node in self.nodes.items()}, self.children)
        if len(ordered) < len(self.nodes):
            raise self._cycle(
                ordered, lambda name: self.nodes[name].down, CycleDetected, LoopDetected
            )
        if not self.dependencies:
            return ordered
        edges = {name: self.all_parents(name) for name in self.nodes}
        ordered = _sort(self.nodes, edges, self.all_children)
        if len(ordered) < len(self.nodes):
            raise self._cycle(
                ordered, self.all_parents, DependencyCycleDetected, DependencyLoopDetected
            )
        return ordered

    # What is asked of one revision

    def all_parents(self, revision: str) -> tuple[str, ...]:
        """Give `down_revision` and every dependency."""
        needed = self.dependencies.get(revision)
        down = self.nodes[revision].down
        return down if needed is None else tuple(dict.fromkeys((*down, *needed)))

    def parents(self, revision: str) -> tuple[str, ...]:
        """Give `down_revision` and the dependencies that nothing below has already."""
        needed = self.new_dependencies.get(revision)
        down = self.nodes[revision].down
        return down if needed is None else tuple(dict.fromkeys((*down, *needed)))

    @cached_property
    def new_dependencies(self) -> Mapping[str, tuple[str, ...]]:
        """The dependencies of each revision that no revision below it has, where there are any."""
        if not self.dependencies:
            return {}
        below: dict[str, frozenset[str]] = {}
        new: dict[str, tuple[str, ...]] = {}
        for revision in self.ordered:
            inherited = _union(below[parent] for parent in self.nodes[revision].down)
            own = self.dependencies.get(revision, ())
            below[revision] = inherited.union(own) if own else inherited
            if own:
                new[revision] = tuple(name for name in own if name not in inherited)
        return new

    @cached_property
    def labels(self) -> Mapping[str, frozenset[str]]:
        """The branch labels of each revision: its own, those below it, and those above it.

        A label reaches up through all descendants. It reaches down too, to the next point where
        lines part or meet, when the line above runs straight to its head (as in Alembic).
        """
        found: dict[str, frozenset[str]] = {}
        if not self.label_owners:
            return found
        for revision in self.ordered:
            node = self.nodes[revision]
            inherited = _union(found.get(parent, _NO_NAMES) for parent in node.down)
            found[revision] = inherited.union(node.labels) if node.labels else inherited
        straight = self._straight_to_head
        for label, owner in self.label_owners.items():
            for revision in self._line_below(owner) if owner in straight else ():
                found[revision] = found[revision] | {label}
        return found

    @cached_property
    def _straight_to_head(self) -> set[str]:
        """The revisions above which nothing branches or merges up to the head."""
        straight: set[str] = set()
        for revision in reversed(self.ordered):
            above = self.children.get(revision, ())
            if not self._forks(revision) and straight.issuperset(above):
                straight.add(revision)
        return straight

    def _line_below(self, revision: str) -> Iterator[str]:
        """Walk down while the line neither branches nor merges."""
        while not self._forks(revision):
            yield revision
            if not self.nodes[revision].down:
                return
            revision = self.nodes[revision].down[0]

    def _forks(self, revision: str) -> bool:
        """Whether lines part or meet here, those of dependencies included."""
        return len(self.nodes[revision].down) > 1 or len(self.all_children.get(revision, ())) > 1

    @cached_property
    def depths(self) -> Mapping[str, int]:
        """How many revisions the longest line from a base to each one has, itself included."""
        depths: dict[str, int] = {}
        for revision in self.ordered:
            below = self.nodes[revision].down
            depths[revision] = 1 + max((depths[parent] for parent in below), default=0)
        return depths

    # What is asked of the whole

    @cached_property
    def heads(self) -> tuple[str, ...]:
        """The revisions that none has as its `down_revision`."""
        return tuple(revision for revision in self.nodes if revision not in self.children)

    @cached_property
    def real_heads(self) -> tuple[str, ...]:
        """The heads that no revision depends on either: what the version table will hold."""
        return tuple(revision for revision in self.nodes if revision not in self.all_children)

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """The revisions without `down_revision`."""
        return tuple(revision for revision, node in self.nodes.items() if not node.down)

    @cached_property
    def real_bases(self) -> tuple[str, ...]:
        """The bases that depend on nothing either."""
        return tuple(name for name in self.bases if not self.dependencies.get(name))

    def starting_with(self, prefix: str) -> tuple[str, ...]:
        """Give the ids of more than three characters that start so."""
        return tuple(name for name in self.nodes if len(name) > 3 and name.startswith(prefix))

    def ancestors(self, revisions: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """Give the revisions and everything below them."""
        return _reach(revisions, self.all_parents if dependencies else self._down)

    def descendants(self, revisions: Iterable[str], *, dependencies: bool = True) -> set[str]:
        """Give the revisions and everything above them."""
        edges = self.all_children if dependencies else self.children
        return _reach(revisions, lambda revision: edges.get(revision, ()))

    def _down(self, revision: str) -> tuple[str, ...]:
        return self.nodes[revision].down

    def paths(self, revisions: Iterable[str]) -> dict[str, str]:
        """Give the files of revisions, of those that have one."""
        return {name: path for name in revisions if (path := self.nodes[name].path) is not None}

    def _cycle(
        self,
        ordered: Sequence[str],
        parents_of: _Edges,
        cycle: type[CycleDetected],
        loop: type[LoopDetected],
    ) -> CycleDetected:
        """Find one cycle among the revisions that could not be put in order."""
        left = set(self.nodes).difference(ordered)
        seen: dict[str, None] = {}
        revision = min(left)
        while revision not in seen:
            seen[revision] = None
            revision = next(parent for parent in parents_of(revision) if parent in left)
        walked = list(seen)
        around = walked[walked.index(revision) :]
        paths = self.paths(around)
        return (
            loop(revision, paths=paths) if len(around) == 1 else cycle(sorted(around), paths=paths)
        )


def _by_id(nodes: Iterable[Node]) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for node in nodes:
        other = found.setdefault(node.revision, node)
        if other is not node:
            raise DuplicateRevision(
                node.revision, [path for path in (other.path, node.path) if path is not None]
            )
    return found


def _own_labels(nodes: Mapping[str, Node]) -> dict[str, str]:
    owners: dict[str, str] = {}
    for node in nodes.values():
        for label in node.labels:
            taken_by = label if label in nodes else owners.setdefault(label, node.revision)
            if taken_by != node.revision:
                raise RevisionError(
                    f"Branch name '{label}' in revision {node.revision}"
                    f"{f' ({node.path})' if node.path else ''} already used by revision {taken_by}"
                )
    return owners


def _sort(
    names: Iterable[str],
    parents: Mapping[str, tuple[str, ...]],
    children: Mapping[str, tuple[str, ...]],
) -> tuple[str, ...]:
    """Put parents before children; what lies on or above a cycle is left out."""
    waiting = {name: len(set(parents[name])) for name in names}
    ready = [name for name, count in waiting.items() if not count]
    for name in ready:
        for child in dict.fromkeys(children.get(name, ())):
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)  # the list is the queue
    return tuple(ready)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    """Unite sets, giving the same object where only one counts: long lines share it."""
    result = _NO_NAMES
    for found in sets:
        if found and found is not result:
            result = result | found if result else found
    return result


def _reach(start: Iterable[str], edges: _Edges) -> set[str]:
    seen = set(start)
    todo = list(seen)
    while todo:
        for name in edges(todo.pop()):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return seen
