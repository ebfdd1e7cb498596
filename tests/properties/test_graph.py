"""Random histories: there and back again, with valid rows at every step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limbeck.script.errors import RangeNotAncestorError
from limbeck.script.graph import Graph, Node
from limbeck.script.order import newest_first
from limbeck.script.plan import Step, plan_downgrade, plan_stamp, plan_upgrade


@st.composite
def graphs(draw: st.DrawFn, *, size: int = 14) -> Graph:
    """Draw a history with branches, merges, several bases and dependencies, its files in any order."""
    nodes: list[Node] = []
    for number in range(draw(st.integers(1, size))):
        known = [node.revision for node in nodes]
        some = st.lists(st.sampled_from(known), max_size=2, unique=True) if known else st.just([])
        down = draw(some)
        depends_on = [name for name in draw(some) if name not in down]
        labels = (f"label{number}",) if draw(st.booleans()) else ()
        nodes.append(Node(f"rev{number:02}", tuple(down), tuple(depends_on), labels))
    return Graph(draw(st.permutations(nodes)))


def rows_of(graph: Graph, applied: set[str]) -> set[str]:
    """Say what the version table has to hold when these revisions are applied."""
    below = {parent for name in applied for parent in graph.all_parents(name)}
    return applied - below


def check(graph: Graph, current: tuple[str, ...], steps: tuple[Step, ...]) -> set[str]:
    """Follow a plan: each step changes rows that are there and leaves those of what is applied."""
    rows = set(current)
    applied = graph.ancestors(current)
    for step in steps:
        assert set(step.heads_before) == rows
        replaced = {*step.deletes, *(old for old, _ in step.updates)}
        assert replaced <= rows
        rows = (rows - replaced) | {*step.inserts, *(new for _, new in step.updates)}
        assert set(step.heads_after) == rows
        assert step.revision is not None
        if step.direction == "upgrade":
            assert applied.issuperset(graph.all_parents(step.revision))
            applied.add(step.revision)
        else:
            assert applied.isdisjoint(graph.all_children.get(step.revision, ()))
            applied.remove(step.revision)
        assert rows == rows_of(graph, applied)
    return applied


@given(graphs())
def test_up_to_the_heads_and_down_to_the_base(graph: Graph) -> None:
    up = plan_upgrade(graph, (), "heads")
    assert check(graph, (), up) == set(graph.nodes)
    top = up[-1].heads_after
    assert set(top) == set(graph.real_heads)
    down = plan_downgrade(graph, top, "base")
    assert check(graph, top, down) == set()


@given(graphs(), st.data())
def test_any_revision_from_anywhere(graph: Graph, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(sorted(graph.nodes)), max_size=3))
    current = tuple(sorted(rows_of(graph, graph.ancestors(chosen))))
    target = data.draw(st.sampled_from(sorted(graph.nodes)))
    up = plan_upgrade(graph, current, target)
    assert check(graph, current, up) == graph.ancestors([*current, target])
    top = up[-1].heads_after if up else current
    applied = graph.ancestors(top)
    if target not in top and applied.isdisjoint(graph.children.get(target, ())):
        # It is applied only because another line depends on it: nothing of its own line is above.
        with pytest.raises(RangeNotAncestorError):
            plan_downgrade(graph, top, target)
        return
    down = plan_downgrade(graph, top, target)
    left = check(graph, top, down)
    assert target in left
    assert left.isdisjoint(graph.descendants(graph.children.get(target, ())))


@given(graphs(), st.data())
def test_stamp_leaves_rows_that_are_on_no_common_line(graph: Graph, data: st.DataObject) -> None:
    target = data.draw(st.sampled_from(sorted(graph.nodes)))
    steps = plan_stamp(graph, (), target)
    assert steps[-1].heads_after == (target,)
    assert plan_stamp(graph, (target,), target) == ()
    assert plan_stamp(graph, (target,), "base")[-1].heads_after == ()


@given(graphs())
def test_indices_agree(graph: Graph) -> None:
    for name, node in graph.nodes.items():
        assert all(name in graph.children[parent] for parent in node.down)
        assert set(graph.parents(name)) <= set(graph.all_parents(name))
        assert graph.depths[name] == 1 + max((graph.depths[p] for p in node.down), default=0)
        assert set(node.labels) <= graph.labels.get(name, frozenset())
    assert set(graph.real_heads) <= set(graph.heads)
    assert set(graph.ordered) == set(graph.nodes)


@given(graphs(), st.data())
def test_order_puts_every_revision_before_what_it_needs(graph: Graph, data: st.DataObject) -> None:
    selected = set(data.draw(st.lists(st.sampled_from(sorted(graph.nodes)))))
    ordered = newest_first(graph, selected, graph.heads)
    assert set(ordered) == selected
    position = {name: index for index, name in enumerate(ordered)}
    for name in ordered:
        for parent in graph.parents(name):
            assert parent not in position or position[name] < position[parent]
