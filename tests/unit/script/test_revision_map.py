"""`RevisionMap` as programs use it, without files."""

from __future__ import annotations

import pytest

from limbeck.script.revision import (
    DuplicateRevision,
    MultipleHeads,
    ResolutionError,
    Revision,
    RevisionMap,
    tuple_rev_as_scalar,
)


def make_map() -> RevisionMap:
    """Make a map of a base, two branches and a merge."""
    return RevisionMap(
        lambda: [
            Revision("aaaa", None),
            Revision("bbbb", "aaaa", branch_labels="left"),
            Revision("cccc", ("aaaa",)),
            Revision("dddd", ("bbbb", "cccc"), dependencies="aaaa"),
        ]
    )


def ids(revisions: object) -> list[str]:
    """Give the ids of revisions."""
    assert not isinstance(revisions, str)
    return [revision.revision for revision in revisions]  # type: ignore[attr-defined] # iterables of several types


def test_revisions_know_their_place() -> None:
    found = make_map()
    base = found.get_revision("base")
    assert base is None
    first, last = found.get_revision("aaaa"), found.get_revision("head")
    assert first is not None
    assert last is not None
    assert first.is_base
    assert first.is_branch_point
    assert first.nextrev == {"bbbb", "cccc"}
    assert last.is_head
    assert last.is_merge_point
    assert last.down_revision == ("bbbb", "cccc")
    assert last.branch_labels == {"left"}


def test_revision_outside_a_map_has_no_place() -> None:
    revision = Revision("aaaa", None, branch_labels="x")
    assert revision.branch_labels == {"x"}
    assert revision.nextrev == frozenset()
    assert repr(revision) == "Revision('aaaa', None, branch_labels='x')"


def test_iteration_is_newest_first() -> None:
    found = make_map()
    assert ids(found.iterate_revisions("heads", "base")) == ["dddd", "bbbb", "cccc", "aaaa"]
    assert ids(found.iterate_revisions("dddd", "cccc")) == ["dddd"]
    assert ids(found.iterate_revisions("dddd", "bbbb", inclusive=True)) == ["dddd", "bbbb"]


def test_several_identifiers_at_once() -> None:
    assert ids(make_map().get_revisions(["left", "cc", "base"])) == ["bbbb", "cccc"]


def test_added_revision_is_the_new_head() -> None:
    found = make_map()
    found.add_revision(Revision("eeee", "dddd"))
    assert found.heads == ("eeee",)
    assert found.get_current_head() == "eeee"
    with pytest.raises(DuplicateRevision):
        found.add_revision(Revision("eeee", "dddd"))


def test_two_heads_are_an_error_for_one() -> None:
    found = make_map()
    found.add_revision(Revision("zzzz", None))
    with pytest.raises(MultipleHeads) as caught:
        found.get_revision("head")
    assert list(caught.value.heads) == ["dddd", "zzzz"]
    assert found.get_current_head("left") == "dddd"


def test_lineage() -> None:
    found = make_map()
    found.add_revision(Revision("zzzz", None))
    assert found.filter_for_lineage(("dddd", "zzzz"), "left") == ("dddd",)
    assert found.filter_for_lineage(("dddd", "zzzz"), None) == ("dddd", "zzzz")


def test_unknown_identifier_is_kept_in_the_error() -> None:
    with pytest.raises(ResolutionError) as caught:
        make_map().get_revision("nope")
    assert caught.value.argument == "nope"


def test_tuple_rev_as_scalar() -> None:
    assert tuple_rev_as_scalar(()) is None
    assert tuple_rev_as_scalar(("a",)) == "a"
    assert tuple_rev_as_scalar(["a", "b"]) == ("a", "b")
