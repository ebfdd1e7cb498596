"""Targets and plans: the steps, and the rows that each of them leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from limbeck.errors import RevisionError
from limbeck.script.errors import (
    AmbiguousRevision,
    MultipleHeads,
    RangeNotAncestorError,
    ResolutionError,
)
from limbeck.script.graph import Graph, Node
from limbeck.script.plan import Step, plan_downgrade, plan_stamp, plan_upgrade
from limbeck.script.resolve import resolve

# a1 ── a2 ── a3 ──┐
#   └── b2 ── b3 ── m4        c1 (apart) ── c2, which depends on a2
GRAPH = Graph(
    [
        Node("a1xx"),
        Node("a2xx", ("a1xx",)),
        Node("a3xx", ("a2xx",), labels=("left",)),
        Node("b2xx", ("a1xx",), labels=("right",)),
        Node("b3xx", ("b2xx",)),
        Node("m4xx", ("a3xx", "b3xx")),
        Node("c1xx", labels=("apart",)),
        Node("c2xx", ("c1xx",), depends_on=("a2xx",)),
    ]
)


def rows(steps: tuple[Step, ...]) -> list[tuple[str | None, tuple[str, ...]]]:
    """Give each step's revision and the rows after it."""
    return [(step.revision, tuple(sorted(step.heads_after))) for step in steps]


def test_upgrade_to_all_heads() -> None:
    found = rows(plan_upgrade(GRAPH, (), "heads"))
    assert len(found) == len(GRAPH.nodes)
    assert found[-1][1] == ("c2xx", "m4xx")


def test_upgrade_takes_dependencies_of_another_branch() -> None:
    assert rows(plan_upgrade(GRAPH, (), "apart@head")) == [
        ("a1xx", ("a1xx",)),
        ("a2xx", ("a2xx",)),
        ("c1xx", ("a2xx", "c1xx")),
        ("c2xx", ("c2xx",)),
    ]


@pytest.mark.parametrize(
    ("current", "target", "after"),
    [
        (("a3xx",), "-1", ("a2xx",)),
        (("a1xx",), "left@+2", ("a3xx",)),
        (("a3xx", "c1xx"), "apart@-1", ("a3xx",)),
        (("c1xx",), "-1", ()),
        ((), "apart@+1", ("c1xx",)),
    ],
)
def test_stamp_counts_from_the_rows(
    current: tuple[str, ...], target: str, after: tuple[str, ...]
) -> None:
    assert plan_stamp(GRAPH, current, target)[-1].heads_after == after


def test_upgrade_merges_the_rows_of_both_parents() -> None:
    (step,) = plan_upgrade(GRAPH, ("a3xx", "b3xx"), "m4xx")
    assert step.deletes == ("a3xx",)
    assert step.updates == (("b3xx", "m4xx"),)
    assert step.inserts == ()


def test_downgrade_of_a_merge_brings_both_rows_back() -> None:
    (step,) = plan_downgrade(GRAPH, ("m4xx",), "a3xx")
    assert step.updates == (("m4xx", "a3xx"),)
    assert step.inserts == ("b3xx",)


def test_downgrade_leaves_no_row_that_another_implies() -> None:
    found = rows(plan_downgrade(GRAPH, ("c2xx", "m4xx"), "c1xx"))
    assert found == [("c2xx", ("c1xx", "m4xx"))]


def test_downgrade_of_one_branch_to_its_base() -> None:
    found = rows(plan_downgrade(GRAPH, ("b3xx", "c2xx"), "apart@base"))
    assert found == [("c2xx", ("a2xx", "b3xx", "c1xx")), ("c1xx", ("a2xx", "b3xx"))]


def test_relative_upgrade_from_the_base_and_from_a_revision() -> None:
    assert rows(plan_upgrade(GRAPH, (), "apart@+1")) == [("c1xx", ("c1xx",))]
    assert rows(plan_upgrade(GRAPH, ("a1xx",), "left@+1")) == [("a2xx", ("a2xx",))]
    assert rows(plan_upgrade(GRAPH, ("a1xx",), "a2xx+1"))[-1] == ("a3xx", ("a3xx",))


def test_relative_upgrade_needs_one_place_to_count_from() -> None:
    with pytest.raises(RevisionError, match=r"Ambiguous upgrade.*a3xx, b3xx"):
        plan_upgrade(GRAPH, ("a3xx", "b3xx"), "+1")


def test_relative_upgrade_past_the_head() -> None:
    with pytest.raises(RevisionError, match=r"\+5 didn't produce 5 migrations"):
        plan_upgrade(GRAPH, ("c1xx",), "apart@+5")


def test_relative_downgrade_past_the_base() -> None:
    with pytest.raises(RevisionError, match="-3 didn't produce 3 migrations"):
        plan_downgrade(GRAPH, ("a2xx",), "-3")
    assert rows(plan_downgrade(GRAPH, ("a2xx",), "-2"))[-1] == ("a1xx", ())


def test_relative_downgrade_of_a_merge_is_ambiguous() -> None:
    with pytest.raises(RevisionError, match="Ambiguous walk from m4xx"):
        plan_downgrade(GRAPH, ("m4xx",), "-1")


def test_upgrade_to_where_it_is_has_no_steps() -> None:
    assert plan_upgrade(GRAPH, ("m4xx", "c2xx"), "heads") == ()


def test_downgrade_to_what_is_not_applied() -> None:
    with pytest.raises(RangeNotAncestorError):
        plan_downgrade(GRAPH, ("a1xx",), "b2xx")


def test_head_with_two_heads_lists_them() -> None:
    with pytest.raises(MultipleHeads, match="m4xx, c2xx") as caught:
        plan_upgrade(GRAPH, (), "head")
    assert "heads" in str(caught.value)


def test_unknown_revision() -> None:
    with pytest.raises(ResolutionError, match="Can't locate revision identified by 'zzzz'"):
        plan_upgrade(GRAPH, (), "zzzz")


@pytest.mark.parametrize("plan", [plan_upgrade, plan_downgrade, plan_stamp])
def test_row_that_no_file_has(plan: Callable[..., object]) -> None:
    with pytest.raises(ResolutionError, match=r"identified by 'gone': the version table"):
        plan(GRAPH, ("gone",), "a1xx")


def test_unknown_branch_lists_the_labels() -> None:
    with pytest.raises(ResolutionError, match=r"No such branch: 'zzzz'.*apart, left, right"):
        plan_upgrade(GRAPH, (), "zzzz@head")


def test_partial_id_has_to_be_unique() -> None:
    graph = Graph([Node("abc1"), Node("abd1")])
    assert resolve(graph, "abc") == ("abc1",)
    with pytest.raises(AmbiguousRevision, match="Multiple revisions start with 'ab': abc1, abd1"):
        resolve(graph, "ab")


def test_stamp_forwards_replaces_the_row_below() -> None:
    (step,) = plan_stamp(GRAPH, ("a1xx",), "a3xx")
    assert step.updates == (("a1xx", "a3xx"),)


def test_stamp_of_another_branch_adds_a_row() -> None:
    (step,) = plan_stamp(GRAPH, ("a3xx",), "c1xx")
    assert step.inserts == ("c1xx",)
    assert step.heads_after == ("a3xx", "c1xx")


def test_stamp_of_the_base_removes_the_rows_of_that_branch() -> None:
    assert rows(plan_stamp(GRAPH, ("b3xx", "c1xx"), "apart@base")) == [(None, ("b3xx",))]
    assert plan_stamp(GRAPH, ("b3xx", "c1xx"), "base")[-1].heads_after == ()
