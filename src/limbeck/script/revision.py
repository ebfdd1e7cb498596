"""`Revision` and `RevisionMap`: the graph as programs and plugins ask it, by Alembic's names.

A `RevisionMap` takes a function that yields revisions, builds the `Graph` when it is first asked,
and answers with the same `Revision` objects. What the identifiers mean and what a plan holds is
decided in `resolve` and `plan`; here it is only turned into objects. The errors of the graph are at
home in `errors` and have their public place here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from limbeck.errors import RevisionError
from limbeck.util.langhelpers import dedupe_tuple, to_tuple

from . import plan, resolve
from .errors import (
    AmbiguousRevision,
    CycleDetected,
    DependencyCycleDetected,
    DependencyLoopDetected,
    DuplicateRevision,
    IdentifierError,
    LoopDetected,
    MissingRevision,
    MultipleHeads,
    RangeNotAncestorError,
    ResolutionError,
    ScriptFileError,
)
from .graph import Graph, Node
from .order import newest_first

__all__ = [
    "AmbiguousRevision",
    "CycleDetected",
    "DependencyCycleDetected",
    "DependencyLoopDetected",
    "DuplicateRevision",
    "IdentifierError",
    "LoopDetected",
    "MissingRevision",
    "MultipleHeads",
    "RangeNotAncestorError",
    "ResolutionError",
    "Revision",
    "RevisionError",
    "RevisionMap",
    "ScriptFileError",
    "tuple_rev_as_scalar",
]

T = TypeVar("T")
Identifiers = str | tuple[str, ...] | list[str] | None

_ILLEGAL = re.compile(r"[@\-+:]")


class Revision:
    """One revision of a map: its id, what it follows, and its place in the graph."""

    revision: str
    down_revision: str | tuple[str, ...] | None
    dependencies: str | tuple[str, ...] | None

    _graph: Graph | None = None

    def __init__(
        self,
        revision: str,
        down_revision: str | tuple[str, ...] | None,
        dependencies: str | tuple[str, ...] | None = None,
        branch_labels: str | tuple[str, ...] | None = None,
    ) -> None:
        self.verify_rev_id(revision)
        self.revision = revision
        self._down = to_tuple(down_revision, default=())
        self._depends = to_tuple(dependencies, default=())
        self._labels = to_tuple(branch_labels, default=())
        self.down_revision = tuple_rev_as_scalar(self._down)
        self.dependencies = tuple_rev_as_scalar(self._depends)

    def __repr__(self) -> str:
        args = [repr(self.revision), repr(self.down_revision)]
        if self._depends:
            args.append(f"dependencies={self.dependencies!r}")
        if self._labels:
            args.append(f"branch_labels={tuple_rev_as_scalar(self._labels)!r}")
        return f"{type(self).__name__}({', '.join(args)})"

    @classmethod
    def verify_rev_id(cls, revision: str) -> None:
        """Refuse an id with a character that identifiers give a meaning."""
        illegal = sorted(set(_ILLEGAL.findall(revision)))
        if illegal:
            raise RevisionError(
                f"Character(s) '{', '.join(illegal)}' not allowed in revision identifier "
                f"'{revision}'"
            )

    def as_node(self, path: str | None = None) -> Node:
        """Give what the graph has to know."""
        return Node(self.revision, self._down, self._depends, self._labels, path)

    @property
    def branch_labels(self) -> set[str]:
        """The labels of the branches that the revision is on; its own outside a map."""
        if self._graph is None:
            return set(self._labels)
        return set(self._graph.labels.get(self.revision, ()))

    @property
    def nextrev(self) -> frozenset[str]:
        """The revisions that have this one as their `down_revision`."""
        return frozenset(self._graph.children.get(self.revision, ()) if self._graph else ())

    @property
    def _all_nextrev(self) -> frozenset[str]:
        return frozenset(self._graph.all_children.get(self.revision, ()) if self._graph else ())

    @property
    def _versioned_down_revisions(self) -> tuple[str, ...]:
        return dedupe_tuple(self._down)

    @property
    def _resolved_dependencies(self) -> tuple[str, ...]:
        return self._graph.dependencies.get(self.revision, ()) if self._graph else ()

    @property
    def is_head(self) -> bool:
        """Whether no revision follows."""
        return not self.nextrev

    @property
    def _is_real_head(self) -> bool:
        return not self._all_nextrev

    @property
    def is_base(self) -> bool:
        """Whether it follows none."""
        return self.down_revision is None

    @property
    def _is_real_base(self) -> bool:
        return self.is_base and self.dependencies is None

    @property
    def is_branch_point(self) -> bool:
        """Whether several revisions follow."""
        return len(self.nextrev) > 1

    @property
    def _is_real_branch_point(self) -> bool:
        return len(self._all_nextrev) > 1

    @property
    def is_merge_point(self) -> bool:
        """Whether it follows several revisions."""
        return len(self._down) > 1


class RevisionMap:
    """All revisions that `generator` yields, and the graph they form."""

    def __init__(self, generator: Callable[[], Iterable[Revision]]) -> None:
        self._generator = generator

    @cached_property
    def _revision_map(self) -> dict[str, Revision]:
        """The revisions by id, in the order they came."""
        return self._join(self._generator())

    def _join(self, revisions: Iterable[Revision]) -> dict[str, Revision]:
        """Build the graph and give each revision its place in it."""
        found = list(revisions)
        graph = Graph(revision.as_node() for revision in found)
        self.graph = graph
        for revision in found:
            revision._graph = graph
        return {revision.revision: revision for revision in found}

    @cached_property
    def graph(self) -> Graph:
        """The graph as a value."""
        # Loading the map sets this very attribute.
        self._revision_map  # noqa: B018  # loads
        graph: Graph = self.__dict__["graph"]
        return graph

    @property
    def heads(self) -> tuple[str, ...]:
        """The ids of all heads."""
        return self.graph.heads

    @property
    def bases(self) -> tuple[str, ...]:
        """The ids of all bases."""
        return self.graph.bases

    @property
    def _real_heads(self) -> tuple[str, ...]:
        return self.graph.real_heads

    @property
    def _real_bases(self) -> tuple[str, ...]:
        return self.graph.real_bases

    def add_revision(self, revision: Revision, _replace: bool = False) -> None:
        """Add one revision; with `_replace` in the place of the one with its id."""
        known = self._revision_map
        if revision.revision in known and not _replace:
            raise DuplicateRevision(revision.revision)
        self._revision_map = self._join({**known, revision.revision: revision}.values())

    def get_current_head(self, branch_label: str | None = None) -> str | None:
        """Give the one head, or that of a branch; several are `MultipleHeads`."""
        return resolve.current_head(self.graph, branch_label)

    def get_revisions(
        self, id_: str | Iterable[str | None] | Iterable[str] | None
    ) -> tuple[Revision | None, ...]:
        """Give the revisions that an identifier, or several, name; () for the base."""
        if id_ is None or isinstance(id_, str):
            found: tuple[str, ...] = resolve.resolve(self.graph, id_)
        else:
            found = resolve.resolve(self.graph, [part for part in id_ if part is not None])
        known = self._revision_map
        return tuple(known[name] for name in found)

    def get_revision(self, id_: str | None) -> Revision | None:
        """Give the one revision that an identifier names; None for the base."""
        found = resolve.resolve(self.graph, id_)
        if len(found) > 1:
            raise MultipleHeads(found, id_, paths=self.graph.paths(found))
        return self._revision_map[found[0]] if found else None

    def filter_for_lineage(
        self,
        targets: Iterable[T],
        check_against: str | None,
        include_dependencies: bool = False,
    ) -> tuple[T, ...]:
        """Keep the revisions, or ids, on the line of the one that `check_against` names."""
        given = tuple(targets)
        if check_against is None:
            return given
        label, at, symbol = check_against.rpartition("@")
        against = [label] if at else []
        against += resolve.resolve(self.graph, check_against) if symbol != "base" else ()
        if not against:
            return given
        ids = [target if isinstance(target, str) else _id_of(target) for target in given]
        kept = {
            name
            for one in against
            for name in resolve.on_branch(self.graph, ids, one, dependencies=include_dependencies)
        }
        return tuple(target for target, name in zip(given, ids, strict=True) if name in kept)

    def iterate_revisions(
        self,
        upper: Identifiers,
        lower: Identifiers,
        implicit_base: bool = False,
        inclusive: bool = False,
        assert_relative_length: bool = True,
        select_for_downgrade: bool = False,
    ) -> Iterator[Revision]:
        """Walk from `upper` down to `lower`, newest first."""
        select: Callable[..., plan.Selection]
        options: dict[str, Any] = {"inclusive": inclusive, "exact": assert_relative_length}
        if select_for_downgrade:
            select = plan.select_downgrade
        else:
            select = plan.select_upgrade
            options["implicit_base"] = implicit_base
        chosen = select(self.graph, upper, lower, **options)
        known = self._revision_map
        for name in newest_first(self.graph, chosen.revisions, chosen.heads):
            yield known[name]

    def _get_all_current(self, id_: tuple[str, ...]) -> set[Revision]:
        """Give the heads of what is applied, those included that a dependency stands above."""
        current = resolve.resolve(self.graph, id_)
        applied = self.graph.ancestors(current)
        below = {parent for name in applied for parent in self.graph.nodes[name].down}
        return {self._revision_map[name] for name in applied - below}


def tuple_rev_as_scalar(rev: Sequence[str] | None) -> str | tuple[str, ...] | None:
    """Give none as None, one as itself, several as a tuple."""
    if not rev:
        return None
    return rev[0] if len(rev) == 1 else tuple(rev)


def _id_of(target: Any) -> str:
    if not isinstance(target, Revision):
        raise TypeError(f"a revision or its id is expected, not {target!r}")
    return target.revision
