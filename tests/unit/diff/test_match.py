"""Pairing facts by name and by content."""

from __future__ import annotations

from limbeck.diff.match import match
from limbeck.schema.facts import CheckFacts, UniqueFacts


def test_match_pairs_by_the_name_that_the_user_chose() -> None:
    database = [UniqueFacts(("a",), "uq_a"), UniqueFacts(("b",), "uq_b")]
    matches = match(database, [UniqueFacts(("c",), "uq_b"), UniqueFacts(("a",), "uq_a")])
    assert matches.added == matches.removed == ()
    assert matches.changed == ((UniqueFacts(("b",), "uq_b"), UniqueFacts(("c",), "uq_b")),)


def test_match_does_not_pair_a_chosen_name_with_another_name() -> None:
    matches = match([UniqueFacts(("a",), "old")], [UniqueFacts(("a",), "new")])
    assert matches.added == (UniqueFacts(("a",), "new"),)
    assert matches.removed == (UniqueFacts(("a",), "old"),)


def test_match_pairs_what_has_no_name_by_its_content() -> None:
    matches = match([CheckFacts("a > 1", "t_check1")], [CheckFacts("a > 1")])
    assert (matches.added, matches.removed, matches.changed) == ((), (), ())


def test_match_prefers_the_generated_name_among_equal_contents() -> None:
    database = [UniqueFacts(("a",), "first"), UniqueFacts(("a",), "t_a_key")]
    model = UniqueFacts(("a",), "t_a_key", is_generated_name=True)
    matches = match(database, [model])
    assert matches.pairs == ((database[1], model),)
    assert matches.removed == (database[0],)


def test_match_takes_a_generated_name_with_another_content_as_changed() -> None:
    model = CheckFacts("a > 2", "t_a_check", is_generated_name=True)
    matches = match([CheckFacts("a > 1", "t_a_check")], [model])
    assert matches.changed == ((CheckFacts("a > 1", "t_a_check"), model),)


def test_match_pairs_each_fact_once() -> None:
    matches = match([CheckFacts("a > 1")], [CheckFacts("a > 1"), CheckFacts("a > 1")])
    assert len(matches.pairs) == len(matches.added) == 1
