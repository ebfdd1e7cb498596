"""The graph: what it knows of good files, and what it refuses."""

from __future__ import annotations

import pytest

from limbeck.errors import RevisionError
from limbeck.script.errors import (
    CycleDetected,
    DependencyCycleDetected,
    DependencyLoopDetected,
    DuplicateRevision,
    LoopDetected,
    MissingRevision,
)
from limbeck.script.graph import Graph, Node
from limbeck.script.order import newest_first


def node(
    revision: str, *down: str, depends_on: tuple[str, ...] = (), labels: tuple[str, ...] = ()
) -> Node:
    """Make a node with a file."""
    return Node(revision, down, depends_on, labels, f"versions/{revision}.py")


TWO_BRANCHES = (
    node("a1"),
    node("a2", "a1", labels=("left",)),
    node("a3", "a2"),
    node("b2", "a1", labels=("right",)),
    node("b3", "b2", depends_on=("a2",)),
)


def test_heads_and_bases() -> None:
    graph = Graph(TWO_BRANCHES)
    assert graph.heads == ("a3", "b3")
    assert graph.bases == ("a1",)


def test_head_that_another_depends_on_is_no_real_head() -> None:
    graph = Graph([node("a1"), node("b1", depends_on=("a1",))])
    assert graph.heads == ("a1", "b1")
    assert graph.real_heads == ("b1",)
    assert graph.real_bases == ("a1",)


def test_depth_is_the_longest_line() -> None:
    graph = Graph([node("a"), node("b", "a"), node("c", "b"), node("d", "a", "c")])
    assert graph.depths == {"a": 1, "b": 2, "c": 3, "d": 4}


def test_dependency_that_a_revision_below_has_is_no_parent() -> None:
    graph = Graph(
        [node("d1"), node("a1", depends_on=("d1",)), node("a2", "a1", depends_on=("d1",))]
    )
    assert graph.parents("a1") == ("d1",)
    assert graph.parents("a2") == ("a1",)


def test_dependency_may_be_a_label() -> None:
    graph = Graph([node("a1", labels=("left",)), node("b1", depends_on=("left",))])
    assert graph.dependencies["b1"] == ("a1",)


def test_label_reaches_up_and_stops_at_the_fork_below() -> None:
    graph = Graph(TWO_BRANCHES)
    assert graph.labels["a3"] == {"left"}
    assert graph.labels["b3"] == {"right"}
    assert graph.labels["a1"] == frozenset()


def test_label_reaches_down_a_straight_line() -> None:
    graph = Graph([node("a1"), node("a2", "a1"), node("a3", "a2", labels=("x",))])
    assert graph.labels["a1"] == {"x"}


def test_order_keeps_a_branch_together() -> None:
    graph = Graph(TWO_BRANCHES)
    assert newest_first(graph, set(graph.nodes), graph.heads) == ("a3", "b3", "b2", "a2", "a1")


def test_duplicate_names_both_files() -> None:
    nodes = [Node("a1", path="versions/one.py"), Node("a1", path="versions/two.py")]
    with pytest.raises(DuplicateRevision, match=r"a1 .*versions/one\.py, versions/two\.py"):
        Graph(nodes)


def test_missing_parent_names_the_file_that_refers_to_it() -> None:
    with pytest.raises(MissingRevision, match=r"gone .*down_revision of a1 \(versions/a1\.py\)"):
        Graph([node("a1", "gone")])


def test_missing_dependency_names_the_file_that_refers_to_it() -> None:
    with pytest.raises(MissingRevision, match=r"gone .*depends_on of a1 \(versions/a1\.py\)"):
        Graph([node("a1", depends_on=("gone",))])


def test_cycle_names_its_files_alone() -> None:
    with pytest.raises(CycleDetected) as caught:
        Graph([node("a"), node("b", "a", "d"), node("c", "b"), node("d", "c"), node("e", "d")])
    assert caught.value.revisions == ["b", "c", "d"]
    assert "versions/b.py" in str(caught.value)


def test_loop() -> None:
    with pytest.raises(LoopDetected, match=r"Self-loop.*versions/a\.py"):
        Graph([node("a", "a")])


def test_dependency_cycle() -> None:
    with pytest.raises(DependencyCycleDetected, match="Dependency cycle"):
        Graph([node("a"), node("b", "a", depends_on=("c",)), node("c", "a", depends_on=("b",))])


def test_dependency_loop() -> None:
    with pytest.raises(DependencyLoopDetected, match="Dependency self-loop"):
        Graph([node("a", depends_on=("a",))])


def test_label_given_twice_names_both() -> None:
    with pytest.raises(RevisionError, match=r"'x' in revision b.* used by revision a"):
        Graph([node("a", labels=("x",)), node("b", labels=("x",))])
