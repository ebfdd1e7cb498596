"""What was renamed, taken there and back on each database: the catalogs, and every row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    column,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint

from limbeck import renamed_from
from limbeck.diff.renames import RenameRequest
from limbeck.diff.said import SaidRenames
from limbeck.renamed import read_configured_rename
from tests.convergence import autogenerate
from tests.database.kept import KeptPair, Models
from tests.database.kept import kept_database as kept_database

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def models(
    build: Callable[[MetaData, Callable[[str], str]], None], names: dict[str, str] | None = None
) -> Models:
    """Return models in which each name that `build` asks for may be another one."""

    def built(metadata: MetaData) -> None:
        build(metadata, lambda name: (names or {}).get(name, name))

    return built


def people(metadata: MetaData, name: Callable[[str], str]) -> None:
    """A table that counts up, with everything that can hang on a column, and one that refers."""
    Table(
        name("users"),
        metadata,
        Column("id", Integer, primary_key=True),
        Column(name("userName"), String(40), nullable=False, server_default="nobody"),
        Column("email", String(80), unique=True),
        Column("age", Integer),
        Column(name("manager_id"), ForeignKey(f"{name('users')}.id")),
        Column("state", Enum("new", "gone", name="user_state", create_constraint=True)),
        CheckConstraint(func.length(column(name("userName"))) < 30),
        CheckConstraint(
            and_(column(name("userName")) != "userName", column("age") > 0), name="sane"
        ),
        Index("by_name", name("userName"), "age"),
        UniqueConstraint("age", name("userName")),
    )
    Table(
        "orders",
        metadata,
        Column("id", Integer, primary_key=True),
        Column(name("user_id"), Integer, nullable=False),
        Column("number", Integer),
        ForeignKeyConstraint([name("user_id")], [f"{name('users')}.id"], ondelete="CASCADE"),
    )


def by_convention(metadata: MetaData, name: Callable[[str], str]) -> None:
    """The same, with names by a convention."""
    metadata.naming_convention = CONVENTION
    Table(
        name("users"),
        metadata,
        Column("id", Integer, primary_key=True),
        Column(name("userName"), String(40), index=True),
        Column("age", Integer, unique=True),
        Column(name("manager_id"), ForeignKey(f"{name('users')}.id")),
        CheckConstraint("age > 0", name="age"),
    )
    Table(
        "orders",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("user_id", ForeignKey(f"{name('users')}.id"), index=True),
    )


def generated(metadata: MetaData, name: Callable[[str], str]) -> None:
    """Columns of which others are computed."""
    Table(
        "lines",
        metadata,
        Column("id", Integer, primary_key=True),
        Column(name("unitPrice"), Numeric(10, 2)),
        Column("amount", Integer),
        Column(
            "total",
            Numeric(12, 2),
            Computed(column(name("unitPrice")) * column("amount"), persisted=True),
        ),
    )


SURE: dict[str, tuple[Models, Models]] = {
    "column": (models(people), models(people, {"userName": "user_name"})),
    "foreign key's column": (models(people), models(people, {"manager_id": "manager"})),
    "table": (models(people), models(people, {"users": "user"})),
    "table and column": (
        models(people),
        models(people, {"users": "tbl_users", "userName": "user_name", "user_id": "user"}),
    ),
    "convention, column": (
        models(by_convention),
        models(by_convention, {"userName": "user_name", "manager_id": "manager"}),
    ),
    "convention, table": (models(by_convention), models(by_convention, {"users": "Users"})),
    "convention, both": (
        models(by_convention),
        models(by_convention, {"users": "app_users", "userName": "user_name"}),
    ),
    "computed": (models(generated), models(generated, {"unitPrice": "unit_price"})),
    "to a reserved word": (
        models(people, {"userName": "Order"}),
        models(people, {"userName": "order"}),
    ),
}


@pytest.mark.parametrize("case", SURE)
def test_renames_found_converge(database: KeptPair, case: str) -> None:
    before, after = SURE[case]
    source = database.converge(before, after, detect_renames=True, keeps_all=True)
    dropped = re.findall(r"^ *(?:batch_)?op\.(?:drop|add)_(?:table|column)", source, re.MULTILINE)
    assert dropped == []


def said(*renames: str) -> RenameRequest:
    """Return a request that says these renames and looks for no others."""
    return RenameRequest(SaidRenames(tuple(map(read_configured_rename, renames))), seeks=False)


def two(metadata: MetaData, name: Callable[[str], str]) -> None:
    """Two tables of the same kind, with two columns of the same kind, and one that refers to both."""
    for each in ("left", "right"):
        Table(
            name(each),
            metadata,
            Column("id", Integer, primary_key=True),
            Column(name("one"), String(20), unique=True),
            Column(name("two"), String(20)),
            Column("only", String(20 if each == "left" else 30)),
            Index(f"two_of_{name(each)}", name("two")),
            CheckConstraint(func.length(column(name("one"))) > 0, name=f"some_{name(each)}"),
        )
    Table(
        "both",
        metadata,
        Column("id", Integer, primary_key=True),
        Column(name("left_id"), ForeignKey(f"{name('left')}.id")),
        Column(name("right_id"), ForeignKey(f"{name('right')}.id")),
    )


SAID: dict[str, tuple[Models, Models, RenameRequest]] = {
    "unlike names": (
        models(people),
        models(people, {"users": "crew", "userName": "label", "user_id": "member"}),
        said("table users:crew", "users.userName:label", "orders.user_id:member"),
    ),
    "columns exchanged": (
        models(two),
        models(two, {"one": "two", "two": "one"}),
        said("left.one:two", "left.two:one", "right.one:two", "right.two:one"),
    ),
    "tables exchanged": (
        models(two),
        models(two, {"left": "right", "right": "left"}),
        said("table left:right", "table right:left"),
    ),
    "chain": (
        models(two),
        models(two, {"left": "right", "right": "far", "one": "two", "two": "three"}),
        said(
            *("table left:right", "table right:far", "left.one:two", "left.two:three"),
            *("far.one:two", "far.two:three"),
        ),
    ),
    "names that differ in their case": (
        models(two),
        models(two, {"one": "Two", "two": "three"}),
        said("left.one:Two", "left.two:three", "right.one:Two", "right.two:three"),
    ),
    "names that need quotes": (
        models(two),
        models(two, {"one": 'qu"ote', "two": "Camel"}),
        said('left.one:"qu""ote"', "left.two:Camel", 'right.one:"qu""ote"', "right.two:Camel"),
    ),
}


@pytest.mark.parametrize("names", [{"one": "One"}, {"one": "ONE", "two": "Two"}])
def test_names_in_another_case_are_the_same_columns_where_case_does_not_count(
    database: KeptPair, names: Mapping[str, str]
) -> None:
    """Whoever wants no renames has a new column on PostgreSQL, and can't have one elsewhere."""
    wanted = RenameRequest(seeks=False)
    source = database.converge(models(two), models(two, dict(names)), detect_renames=wanted)
    assert ("op.drop_column" in source) is ("deparses" in database.database.features)


@pytest.mark.requires("implicit_commit")
def test_who_asks_for_no_renames_is_told_of_another_case(database: KeptPair) -> None:
    before, after = MetaData(), MetaData()
    models(two)(before)
    models(two, {"one": "One"})(after)
    before.create_all(database.database.engine)
    try:
        with (
            database.database.engine.connect() as connection,
            pytest.warns(UserWarning, match="one of table .* is called One in the models"),
        ):
            autogenerate(database.database, connection, after)
    finally:
        database.empty()


@pytest.mark.parametrize("case", SAID)
def test_renames_said_converge(database: KeptPair, case: str) -> None:
    before, after, request = SAID[case]
    database.converge(before, after, detect_renames=request, keeps_all=True)


def conventional(name: str, other: str) -> Models:
    """Return models of two tables, with a check that the database words its own way."""

    def built(metadata: MetaData) -> None:
        metadata.naming_convention = {"ck": "ck_%(table_name)s_%(constraint_name)s"}
        state = Enum("new", "done", name="state", native_enum=False, create_constraint=True)
        Table(name, metadata, Column("id", Integer, primary_key=True), Column("Is", state))
        Table(other, metadata, Column("id", Integer, primary_key=True))

    return built


@pytest.mark.requires("deparses")
def test_constraints_of_exchanged_tables_are_renamed(database: KeptPair) -> None:
    source = database.converge(
        conventional("left", "right"),
        conventional("right", "left"),
        detect_renames=said("table left:right", "table right:left"),
    )
    assert "op.rename_constraint('right', op.f('ck_left_state'), op.f('ck_right_state')" in source
    assert "drop_constraint" not in source


def test_names_with_a_column_that_another_table_renames_follow(database: KeptPair) -> None:
    def built(table: str, other: str) -> Models:
        def into(metadata: MetaData) -> None:
            number = Column("new", Integer), CheckConstraint(column("new") > 0)
            Table(table, metadata, Column("id", Integer, primary_key=True), *number)
            Table("z", metadata, Column("id", Integer, primary_key=True), Column(other, Integer))

        return into

    request = said("table left:right", "z.new:select")
    database.converge(built("left", "new"), built("right", "select"), detect_renames=request)


@pytest.mark.requires("partial_indexes")
def test_words_of_a_renamed_column_are_no_change(database: KeptPair) -> None:
    def built(name: str) -> Models:
        return altered(
            name,
            String(20),
            stands_on=lambda it: [
                Index("ix", func.lower(column(it))),
                CheckConstraint(func.length(column(it)) > 0),
            ],
        )

    request = said("people.full_name:Camel")
    source = database.converge(built("full_name"), built("Camel"), detect_renames=request)
    assert "drop_" not in source


def test_values_of_a_column_that_needs_quotes(database: KeptPair) -> None:
    def built(name: str, last: str) -> Models:
        kind = Enum("new", last, native_enum=False, create_constraint=True, name="c", length=9)
        info = {**renamed_from(values={"gone": "done"}), "rows": ["new", last]}
        return altered(name, kind, info=info)

    source = database.converge(
        built("state", "done"),
        built('qu"ote', "gone"),
        detect_renames=said('people.state:"qu""ote"'),
    )
    assert "rename_values('people', 'qu\"ote', {'done': 'gone'})" in source


def changed(metadata: MetaData, *, is_after: bool) -> None:
    """Renames among other changes of the same tables and of those around them."""
    users = "accounts" if is_after else "users"
    Table(
        users,
        metadata,
        Column("id", Integer, primary_key=True),
        Column(
            "user_name" if is_after else "userName",
            String(60 if is_after else 40),
            nullable=is_after,
            info=renamed_from("userName"),
        ),
        Column("added", Integer) if is_after else Column("removed", Integer),
        Index("ix_name", "user_name" if is_after else "userName", unique=is_after),
        info=renamed_from("users"),
    )
    Table(
        "notes" if is_after else "remarks",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("owner_id", ForeignKey(f"{users}.id")),
        Column("text" if is_after else "number", Text if is_after else Integer),
    )
    Table(
        "orders",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("user_id", ForeignKey(f"{users}.id", ondelete="CASCADE" if is_after else None)),
        UniqueConstraint(
            "user_id",
            "id",
            name="uq_new" if is_after else "uq_old",
            info=renamed_from("uq_old"),
        ),
    )


def test_renames_among_other_changes_converge(database: KeptPair) -> None:
    source = database.converge(
        lambda metadata: changed(metadata, is_after=False),
        lambda metadata: changed(metadata, is_after=True),
        detect_renames=RenameRequest(seeks=False),
    )
    assert "rename_table('users', 'accounts')" in source
    assert "new_column_name='user_name'" in source
    assert "rename_" in source.replace("rename_table", "")


def altered(*args: Any, stands_on: Any = None, **kw: Any) -> Models:
    """Return models of a table with a column that may have another name, and what stands on it."""

    def built(metadata: MetaData) -> None:
        name = args[0]
        Table(
            "people",
            metadata,
            Column("id", Integer, primary_key=True),
            Column(*args, **kw),
            Column("age", Integer),
            Column("twice", Integer, Computed("age * 2", persisted=True)),
            Index("ix_age", "age", unique=True),
            CheckConstraint("age > 0", name="ck_age"),
            *([] if stands_on is None else stands_on(name)),
        )

    return built


ALTERED: dict[str, tuple[Models, Models, int]] = {
    "type": (altered("fullName", String(20)), altered("name", String(40)), 1),
    "type with a conversion": (
        altered("Size", String(20), nullable=False),
        altered("select", Integer, nullable=False),
        1,
    ),
    "called as its type": (altered("Day", String(20)), altered("text", Text), 1),
    "nullability": (
        altered("fullName", String(20)),
        altered("name", String(20), nullable=False),
        1,
    ),
    "default": (
        altered("fullName", String(20), server_default="x"),
        altered("name", String(20), server_default="nobody's"),
        1,
    ),
    "comment": (
        altered("fullName", String(20), comment="one"),
        altered("name", String(30), comment="two"),
        1,
    ),
    "everything": (
        altered("amount", Integer, server_default="1"),
        altered("Total", String(9), nullable=False, server_default="one", comment="in words"),
        1,
    ),
    "kept index and check": (
        altered("amount", Integer, stands_on=lambda n: [Index("ix_a", n), UniqueConstraint(n)]),
        altered("total", BigInteger, stands_on=lambda n: [Index("ix_a", n), UniqueConstraint(n)]),
        1,
    ),
    "index that changes": (
        altered("amount", Integer, stands_on=lambda n: [Index("ix_a", n)]),
        altered("total", BigInteger, stands_on=lambda n: [Index("ix_b", n, "age")]),
        2,
    ),
    "new check and key": (
        altered("amount", Integer, nullable=False),
        altered(
            "total",
            BigInteger,
            stands_on=lambda n: [CheckConstraint(f"{n} > 0", name="ck_n"), UniqueConstraint(n)],
        ),
        1,
    ),
    "unnamed key and check that go": (
        altered("total", Integer, stands_on=lambda n: [UniqueConstraint("age", n)]),
        altered("amount", BigInteger),
        2,
    ),
}


@pytest.mark.parametrize("case", ALTERED)
def test_rename_and_change_of_a_column_are_one_alteration(database: KeptPair, case: str) -> None:
    before, after, alterations = ALTERED[case]
    names = [
        next(n for n in side if n not in ("id", "age", "twice"))
        for side in map(columns_of, (before, after))
    ]
    request = said(f"people.{names[0]}:{names[1]}")
    source = database.converge(before, after, detect_renames=request, keeps_all=True)
    upgrade, downgrade = source.split("def downgrade")
    for way in (upgrade, downgrade):
        assert len(re.findall(r"op\.alter_column", way)) == alterations, source
        assert way.count("batch_alter_table") <= 1, source


@pytest.mark.parametrize("name", ['qu"ote', "x:y", "ba`ck"])
def test_computed_column_of_an_altered_one_with_a_name_in_quotes(
    database: KeptPair, name: str
) -> None:
    quote = database.database.engine.dialect.identifier_preparer.quote_identifier

    def built(size: str, type_: Any, **info: Any) -> Models:
        def build(metadata: MetaData) -> None:
            double = Computed(quote(size).replace(":", "\\:") + " * 2", persisted=True)
            key = Column("id", Integer, primary_key=True)
            sized = Column(size, type_, **info)
            Table("t", metadata, key, sized, Column("double", Integer, double))

        return build

    before = built("Camel", Integer)
    after = built(name, BigInteger, info=renamed_from("Camel"))
    database.converge(before, after, detect_renames=RenameRequest())


def test_new_column_of_a_name_that_is_given_up(database: KeptPair) -> None:
    def after(metadata: MetaData) -> None:
        altered("total", BigInteger)(metadata)
        own = metadata.tables["people"]
        own.append_column(Column("amount", String(5)))
        Index("ix_amount", own.c.amount, own.c.total)

    before = altered("amount", Integer, stands_on=lambda name: [UniqueConstraint(name, "age")])
    database.converge(before, after, detect_renames=said("people.amount:total"))


def columns_of(build: Models) -> list[str]:
    metadata = MetaData()
    build(metadata)
    return list(metadata.tables["people"].c.keys())


def in_schema(metadata: MetaData, name: Callable[[str], str]) -> None:
    """Tables of another schema, one counting by an identity, with names that need quotes."""
    Table(
        name("My users"),
        metadata,
        Column("id", Integer, Identity(), primary_key=True),
        Column(name('user "name'), String(20), unique=True),
        schema="second",
    )
    Table(
        "orders",
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("user_id", ForeignKey(f"second.{name('My users')}.id")),
    )


@pytest.mark.requires("identity")
def test_renames_in_another_schema_converge(database: KeptPair) -> None:
    database.converge(
        models(in_schema),
        models(in_schema, {"My users": "Our.users", 'user "name': "select"}),
        detect_renames=said(
            'table second."My users":"Our.users"', 'second."My users"."user ""name":select'
        ),
        keeps_all=True,
    )


def test_downgrade_alternative_and_reasons_are_comments(database: KeptPair) -> None:
    source = database.converge(
        models(people), models(people, {"userName": "user_name"}), detect_renames=True
    )
    upgrade, downgrade = source.split("def downgrade")
    for part, column_name in ((upgrade, "user_name"), (downgrade, "userName")):
        assert re.search(rf"# (batch_)?op\.add_column\(.*'{column_name}'", part)
    assert "# Found to be renamed: same type" in upgrade


def diffs_of(database: KeptPair, **opts: Any) -> list[str]:
    """Return what differs, the database being behind by one renamed column, as text."""
    before, after = MetaData(), MetaData()
    people(before, str)
    people(after, lambda name: {"userName": "user_name"}.get(name, name))
    try:
        with database.database.engine.begin() as connection:
            before.create_all(connection)
        with database.database.engine.connect() as connection:
            script, _ = autogenerate(database.database, connection, after, **opts)
        assert script.upgrade_ops is not None
        return [str(each) for each in script.upgrade_ops.as_diffs()]
    finally:
        database.empty()


def test_programs_get_no_renames_unless_they_ask(database: KeptPair) -> None:
    unasked, asked = diffs_of(database), diffs_of(database, detect_renames=True)
    assert not any("modify_name" in each for each in unasked)
    assert any("remove_column" in each for each in unasked)
    assert "[('modify_name', None, 'users', 'userName'," in asked[0]
    assert not any("remove_column" in each for each in asked)


def test_left_out_by_a_filter_is_no_candidate(database: KeptPair) -> None:
    for name, chooses in {
        "include_object": lambda object_, name, *rest: name != "userName",
        "include_name": lambda name, *rest: name != "userName",
    }.items():
        found = diffs_of(database, detect_renames=True, **{name: chooses})
        assert not any("modify_name" in each for each in found)


def with_values(metadata: MetaData, *, is_after: bool) -> None:
    """An enum type of which a value has another name, also in a default and a check."""
    last = "finished" if is_after else "done"
    Table(
        "tasks",
        metadata,
        Column("id", Integer, primary_key=True),
        Column(
            "status" if is_after else "state",
            Enum("new", last, name="task_state"),
            server_default=last,
            info={**renamed_from("state", values={"finished": "done"}), "rows": [last, last]},
        ),
        CheckConstraint(f"{'status' if is_after else 'state'} <> '{last}' OR id > 0", name="c"),
    )


@pytest.mark.requires("enum_types")
def test_renamed_values_of_a_type_converge(database: KeptPair) -> None:
    source = database.converge(
        lambda metadata: with_values(metadata, is_after=False),
        lambda metadata: with_values(metadata, is_after=True),
        detect_renames=RenameRequest(seeks=False),
        keeps_all=True,
    )
    assert source.count("renames={") == 2


def worded(stands_on: Callable[[str], Any], *, is_after: bool) -> Models:
    """Return models of an enum of which a value has another name, and what has it among its words."""
    last = "it's done" if is_after else "gone"

    def built(metadata: MetaData) -> None:
        Table(
            "tasks",
            metadata,
            Column("id", Integer, primary_key=True),
            Column(
                "state",
                Enum("new", last, name="My state"),
                info={**renamed_from("state", values={"it's done": "gone"}), "rows": ["new", last]},
            ),
            Column("note", String(20)),
            stands_on(last.replace("'", "''")),
        )

    return built


WORDED: dict[str, Callable[[str], Any]] = {
    "check": lambda it: CheckConstraint(f"state IN ('new', '{it}') OR note IN ('gone')", name="c"),
    "predicate": lambda it: Index(
        "ix", "note", postgresql_where=text(f"state = '{it}' AND note <> 'gone'")
    ),
    "expression": lambda it: Index("ix", text(f"(CASE WHEN state = '{it}' THEN 'gone' END)")),
    "computed": lambda it: Column("c", Boolean, Computed(f"state = '{it}'", persisted=True)),
    "exclusion": lambda it: ExcludeConstraint(
        ("note", "="), name="ex", using="btree", where=text(f"state = '{it}'")
    ),
    "array": lambda it: Column(
        "states",
        ARRAY(Enum("new", it.replace("''", "'"), name="My state")),
        server_default=text(f"'{{new,{it}}}'::\"My state\"[]"),
        info={"rows": [["new"], ["new"]]},
    ),
}


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("name", WORDED)
def test_renamed_values_of_a_type_among_words_converge(database: KeptPair, name: str) -> None:
    sides = (worded(WORDED[name], is_after=is_after) for is_after in (False, True))
    source = database.converge(*sides, detect_renames=RenameRequest(seeks=False), keeps_all=True)
    assert source.count("renames={") == 2


@pytest.mark.requires("deparses")
def test_a_name_that_was_cut_follows_where_only_the_database_knows_of_quotes(
    database: KeptPair,
) -> None:
    def models_of(name: str) -> Models:
        def build(metadata: MetaData) -> None:
            key = Column("id", Integer, primary_key=True)
            Table(name, metadata, key, Column("new", Integer), CheckConstraint('"new" > 0'))

        return build

    renamed = said(f"table {'l' * 55}:alpha")
    source = database.converge(models_of("l" * 55), models_of("alpha"), detect_renames=renamed)
    assert source.count("op.f('alpha_new_check')") == 2
