"""The order in which revisions are listed and run: newest first, one line at a time.

From the first head a line is followed down until it meets a revision that another line has to
pass first; then that line is taken up. So a branch stays together as long as it can, and every
revision comes before what it needs. Linear in the revisions selected for histories of few lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .graph import Graph


def newest_first(graph: Graph, revisions: Collection[str], heads: Iterable[str]) -> tuple[str, ...]:
    """Order a selection of revisions, each before its parents and dependencies."""
    parents = {
        name: [parent for parent in graph.parents(name) if parent in revisions]
        for name in revisions
    }
    waiting = dict.fromkeys(revisions, 0)
    for found in parents.values():
        for parent in found:
            waiting[parent] += 1
    position = {name: index for index, name in enumerate(graph.nodes) if name in waiting}
    fronts = sorted(
        (name for name, count in waiting.items() if not count), key=position.__getitem__
    )
    return _Walk(graph, parents, waiting, fronts).run()


class _Walk:
    """The lines being followed, each by the revision it has come to."""

    def __init__(
        self,
        graph: Graph,
        parents: dict[str, list[str]],
        waiting: dict[str, int],
        fronts: list[str],
    ) -> None:
        self.graph = graph
        self.parents = parents
        self.waiting = waiting
        self.fronts = fronts
        self.ordered: list[str] = []

    def run(self) -> tuple[str, ...]:
        """Follow the lines to their ends."""
        index = 0
        while self.fronts:
            candidate = self.fronts[index]
            if self.waiting[candidate]:
                index = self._line_above(candidate)
            else:
                index = self._pass(index, candidate)
        return tuple(self.ordered)

    def _pass(self, index: int, candidate: str) -> int:
        """Take a revision and go on to its parents; give the line to follow next."""
        self.ordered.append(candidate)
        del self.waiting[candidate]
        below = self.parents[candidate]
        for parent in below:
            self.waiting[parent] -= 1
        following = [parent for parent in below if parent not in self.fronts]
        if following:
            self.fronts[index] = following[0]
            self.fronts.extend(following[1:])
            return index
        del self.fronts[index]
        return max(index - 1, 0)

    def _line_above(self, candidate: str) -> int:
        """Find the first line that still has to pass before this revision can."""
        above = {candidate}
        todo = [candidate]
        while todo:
            for child in self.graph.all_children.get(todo.pop(), ()):
                if child in self.waiting and child not in above:
                    above.add(child)
                    todo.append(child)
        above.discard(candidate)
        return next(index for index, front in enumerate(self.fronts) if front in above)
