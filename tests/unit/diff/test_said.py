"""What users say of renames: how it is read, and what of it can and shall be done."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from limbeck.diff.renaming import TableRename
from limbeck.diff.said import SaidRenames, find_said_columns, find_said_tables
from limbeck.errors import RenameError
from limbeck.renamed import (
    SaidRename,
    former_names,
    read_configured_rename,
    read_rename,
    read_table_rename,
    renamed_from,
)
from limbeck.schema.facts import ColumnFacts, TableFacts, TableKey


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("users.user_name:full_name", SaidRename("user_name", "full_name", "users")),
        ("app.users.a:b", SaidRename("a", "b", "users", "app")),
        ('"my.t"."a:b":"c d"', SaidRename("a:b", "c d", "my.t")),
        ('t."a""b":c', SaidRename('a"b', "c", "t")),
        ("straße.größe:höhe", SaidRename("größe", "höhe", "straße")),
        ("t.a;DROP:b--", SaidRename("a;DROP", "b--", "t")),
    ],
)
def test_column_renames_are_read_and_written(text: str, expected: SaidRename) -> None:
    assert read_rename(text) == expected
    assert read_rename(str(expected)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "a",
        "a.b",
        "a:b",
        "a.b:",
        ".a:b",
        "a..b:c",
        "a.b.c.d:e",
        "t.a:a",
        't."a:b',
        "t.a:b c",
    ]
    + ['t."":b', "t.a:b:c", "t.a:b.c", " t.a:b", "t.a :b"],
)
def test_malformed_column_renames_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rename|column's table|itself"):
        read_rename(text)


def test_table_renames_are_read() -> None:
    assert read_table_rename("users:accounts") == SaidRename("users", "accounts")
    assert read_table_rename("app.a:b") == SaidRename("a", "b", None, "app")
    assert read_table_rename("app.a:b.c") == SaidRename("a", "c", None, "app", "b")
    assert str(read_table_rename('a:"b.c".d')) == 'a:"b.c".d'
    assert read_configured_rename("table a:b") == SaidRename("a", "b")
    for text in ("users", "a.b.c:d", "a:a", "b.a:a", "b.a:b.a", "a:b.c.d"):
        with pytest.raises(ValueError, match=r"rename|too many|itself"):
            read_table_rename(text)


def test_info_of_models_can_be_merged() -> None:
    info = {**renamed_from("a", "b"), "mine": 1}
    assert former_names(info) == ("a", "b")
    assert former_names({"limbeck_renamed_from": "a"}) == ("a",)


def tables_of(
    there: str, wanted: str, *, now: str = "", lasting: str = "", **former: str
) -> dict[str, str]:
    """Return which tables are renamed; `former` are former names that the models say."""
    metadata = MetaData()
    models = {
        TableKey(None, name): Table(
            name, metadata, Column("id", Integer), info=renamed_from(*former.get(name, "").split())
        )
        for name in wanted.split()
    }
    said = SaidRenames(
        tuple(map(read_table_rename, now.split())), tuple(map(read_table_rename, lasting.split()))
    )
    found = find_said_tables(said, [TableKey(None, name) for name in there.split()], models)
    assert all(isinstance(each, TableRename) for each in found)
    return {each.old.name: each.new.name for each in found}


def test_models_say_former_names_for_good() -> None:
    assert tables_of("a", "b", b="a") == {"a": "b"}
    assert tables_of("b", "b", b="a") == {}
    assert tables_of("", "b", b="a") == {}
    assert tables_of("a b", "a b", b="a") == {}, "done before, and a made anew"
    assert tables_of("a", "c", c="a b") == {"a": "c"}
    assert tables_of("b", "c", c="a b") == {"b": "c"}


@pytest.mark.parametrize(
    ("there", "former", "expected"),
    [
        ("main.old", "main.old", (None, "old")),
        ("other.old", "other.old", ("other", "old")),
        ("app.old", "old", ("app", "old")),
        ("main.old", "old", (None, "old")),
        ("app.old main.old", "old", ("app", "old")),
        ("main.kept", "kept", None),
        ("app.new", "app.new", None),
    ],
)
def test_models_say_former_schemas(
    there: str, former: str, expected: tuple[str | None, str] | None
) -> None:
    key, kept = TableKey("app", "new"), TableKey(None, "kept")
    table = Table("new", MetaData(), schema="app", info=renamed_from(former))
    places = [place.split(".") for place in there.split()]
    database = [TableKey(None if schema == "main" else schema, name) for schema, name in places]
    models = {key: table, kept: Table("kept", MetaData())}
    found = find_said_tables(SaidRenames(), database, models, "main")
    assert [(each.old, each.new) for each in found] == ([(expected, key)] if expected else [])


def test_default_schema_may_be_said_by_its_name() -> None:
    said = SaidRenames((read_table_rename("app.a:main.b"),)).in_schema("main")
    model = {TableKey(None, "b"): Table("b", MetaData())}
    (found,) = find_said_tables(said, [TableKey("app", "a")], model, "main")
    assert (found.old, found.new) == (TableKey("app", "a"), TableKey(None, "b"))
    assert str(said.now[0]) == "app.a:main.b"


def test_chains_move_up() -> None:
    assert tables_of("a b", "b c", b="a", c="b") == {"a": "b", "b": "c"}
    assert tables_of("b c", "b c", b="a", c="b") == {}


def test_exchange_needs_to_be_said_now() -> None:
    assert tables_of("a b", "a b", now="a:b b:a") == {"a": "b", "b": "a"}
    assert tables_of("a b", "a b", a="b", b="a") == {}
    assert tables_of("a b", "a b", lasting="a:b b:a") == {}


def test_configuration_outlives_what_it_names() -> None:
    assert tables_of("x", "y", lasting="a:b") == {}


@pytest.mark.parametrize(
    ("there", "now", "message"),
    [
        ("b", "x:c", "the database has no table x"),
        ("a", "a:x", "the models have no table x"),
        ("a b", "a:b", "has a table b already"),
        ("a", "b:a", "no table b. The database has a and the models have b: say OLD:NEW"),
        ("a d", "a:b a:c", "contradict each other"),
        ("a d", "a:b d:b", "contradict each other"),
    ],
)
def test_impossible_renames_are_refused(there: str, now: str, message: str) -> None:
    with pytest.raises(RenameError, match=message):
        tables_of(there, "b c", now=now)


def test_what_the_command_line_says_may_be_done_already() -> None:
    assert tables_of("b", "b", now="a:b") == {}


def test_columns_are_said_by_either_name_of_the_table() -> None:
    def facts(name: str, *columns: str) -> TableFacts:
        return TableFacts(
            TableKey(None, name), tuple(ColumnFacts(each, "int", nullable=True) for each in columns)
        )

    table = Table("new", MetaData(), Column("b", Integer), Column("d", info=renamed_from("c")))
    for name in ("old", "new"):
        said = SaidRenames((SaidRename("a", "b", name),))
        found = find_said_columns(
            said,
            {TableKey(None, "old"), TableKey(None, "new")},
            facts("new", "a", "c"),
            table,
            facts("new", "b", "d"),
        )
        assert [(each.old, each.new) for each in found] == [("a", "b"), ("c", "d")]
