"""Tables that seem to be in another schema: what is sure, what is asked, what is something else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import MetaData, Table

from limbeck.diff.renames import Found, RenameRequest, Sides, find_renames
from limbeck.diff.renaming import Wording
from limbeck.schema.facts import TableFacts, TableKey
from tests.unit.diff.test_rename_cases import EverythingPasses, table_of

USERS = "id int, login varchar(20), email varchar(80), age int"
PLAIN = "id int, name varchar(50)"
FEWER = "id int, login varchar(20), email varchar(80)"
OTHER = "id int, at timestamp, payload json, kind int"

Side = dict[str, str]
"""Columns by `schema.table`; without a schema it is the default one."""

MOVED: dict[str, tuple[Side, Side]] = {
    "away": ({"users": USERS}, {"app.users": USERS}),
    "home": ({"app.users": USERS}, {"users": USERS}),
    "between": ({"a.users": USERS}, {"b.users": USERS}),
    "of few columns": ({"tags": PLAIN}, {"app.tags": PLAIN}),
    "with one column more": ({"users": f"{USERS}, more int"}, {"app.users": USERS}),
    "types along": ({"t": "id int, kind state, a int"}, {"app.t": "id int, kind app.state, a int"}),
    "two of them": ({"users": USERS, "t": PLAIN}, {"app.users": USERS, "app.t": PLAIN}),
}
ASKED: dict[str, tuple[Side, Side]] = {
    "under another name": ({"users": USERS}, {"app.crew": USERS}),
    "under the name otherwise spelled": ({"users": USERS}, {"app.user": USERS}),
    "to two places": ({"users": USERS}, {"a.users": USERS, "b.users": USERS}),
    "from two places": ({"a.users": USERS, "b.users": USERS}, {"users": USERS}),
    "with other columns": ({"users": FEWER}, {"app.users": f"{FEWER}, a int, b int"}),
}
REPLACED: dict[str, tuple[Side, Side]] = {
    "nothing in common": ({"users": USERS}, {"app.events": OTHER}),
    "the same name only": ({"items": USERS}, {"app.items": OTHER}),
}


def find(sides: tuple[Side, Side]) -> Found:
    """Return what is found with nobody there to ask."""
    database, models = (facts_of(side) for side in sides)
    tables = {key: Table(key.name, MetaData(), schema=key.schema) for key in models}
    wording = Wording(quote=str, normalise=str, follow=lambda name, old_table, new_table: name)
    both = Sides(database, models, tables, default_schema="public")
    return find_renames(both, RenameRequest(), EverythingPasses(), wording)


def facts_of(side: Side) -> dict[TableKey, TableFacts]:
    """Return the facts of one side."""
    found = {}
    for path, columns in side.items():
        schema, _, name = path.rpartition(".")
        key = TableKey(schema or None, name)
        found[key] = replace(table_of(name, columns.split(", ")), key=key)
    return found


@pytest.mark.parametrize("case", MOVED)
def test_moved_without_a_question(case: str) -> None:
    found = find(MOVED[case])
    assert len(found.renames.tables) == len(MOVED[case][0])
    assert all("in another schema" in str(each.why) for each in found.renames.tables)
    assert found.unanswered == ()


@pytest.mark.parametrize("case", ASKED)
def test_asked_about(case: str) -> None:
    found = find(ASKED[case])
    assert found.renames.tables == ()
    assert found.unanswered != ()


@pytest.mark.parametrize("case", REPLACED)
def test_dropped_and_created(case: str) -> None:
    found = find(REPLACED[case])
    assert found.renames.tables == ()
    assert found.unanswered == ()


def test_flags_say_the_default_schema() -> None:
    (question,) = find(ASKED["under another name"]).unanswered
    assert question.choices[0].flag == "--rename-table public.users:app.crew"
    assert question.choices[0].new == "app.crew"
