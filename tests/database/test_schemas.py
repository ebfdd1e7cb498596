"""Tables, types and sequences that change their schema, and schemas that come and go."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    create_engine,
    text,
)
from sqlalchemy.dialects.postgresql import DOMAIN

from limbeck.autogenerate import produce_migrations
from limbeck.diff.renames import RenameRequest
from limbeck.diff.said import SaidRenames
from limbeck.errors import RenameError, UnsupportedOperationError
from limbeck.operations import Operations
from limbeck.operations.ops import CreateSchemaOp, ModifyTableOps
from limbeck.renamed import read_configured_rename
from limbeck.runtime.migration import MigrationContext
from tests.convergence import autogenerate
from tests.database.kept import KeptPair, Models
from tests.database.kept import kept_database as kept_database

Place = tuple[bool, str]
"""Whether a table is in the second schema, and its name."""


def people(metadata: MetaData, second: str | None, users: Place, orders: Place) -> None:
    """Two tables that refer to each other's schema, with all that moves along."""
    paths = [f"{second}.{name}" if is_away else name for is_away, name in (users, orders)]
    Table(
        users[1],
        metadata,
        Column("id", Integer, primary_key=True),
        Column("login", String(40), nullable=False, unique=True),
        Column("email", String(80), server_default="none"),
        Column("boss_id", ForeignKey(f"{paths[0]}.id")),
        CheckConstraint("email <> ''", name="has_email"),
        Index("ix_of_users", "email"),
        schema=second if users[0] else None,
    )
    Table(
        orders[1],
        metadata,
        Column("id", Integer, Identity(), primary_key=True),
        Column("user_id", ForeignKey(f"{paths[0]}.id", name="fk_user"), index=True),
        Column("number", Integer),
        schema=second if orders[0] else None,
    )


def request(*renames: str) -> RenameRequest:
    """Return a request that says these renames and looks for no others."""
    return RenameRequest(SaidRenames(tuple(map(read_configured_rename, renames))), seeks=False)


Move = tuple[tuple[Place, Place], tuple[Place, Place], Callable[[str], RenameRequest]]
"""Where users and orders are before and after, and what is said of it."""

HERE, AWAY = False, True
MOVES: dict[str, Move] = {
    "away": (
        ((HERE, "users"), (HERE, "orders")),
        ((AWAY, "users"), (HERE, "orders")),
        lambda second: RenameRequest(),
    ),
    "home": (
        ((AWAY, "users"), (HERE, "orders")),
        ((HERE, "users"), (HERE, "orders")),
        lambda second: RenameRequest(),
    ),
    "all of them": (
        ((HERE, "users"), (HERE, "orders")),
        ((AWAY, "users"), (AWAY, "orders")),
        lambda second: RenameRequest(),
    ),
    "under another name": (
        ((HERE, "users"), (HERE, "orders")),
        ((AWAY, "crew"), (HERE, "orders")),
        lambda second: request(f"table users:{second}.crew"),
    ),
}
BACK_AND_FORTH: dict[str, Move] = {
    "past each other": (
        ((AWAY, "users"), (HERE, "orders")),
        ((HERE, "users"), (AWAY, "orders")),
        lambda second: RenameRequest(),
    ),
    "under the other's name": (
        ((HERE, "orders"), (AWAY, "users")),
        ((AWAY, "users"), (AWAY, "orders")),
        lambda second: request(f"table orders:{second}.users", f"table {second}.users:orders"),
    ),
}
"""MySQL takes a target without a schema for one in the schema of the table that refers to it."""


@pytest.mark.requires("schemas")
@pytest.mark.parametrize("case", MOVES)
def test_moved_tables_converge(database: KeptPair, case: str) -> None:
    check_move(database, MOVES[case])


@pytest.mark.requires("schemas", "named_primary_key")
@pytest.mark.parametrize("case", BACK_AND_FORTH)
def test_tables_moved_past_each_other_converge(database: KeptPair, case: str) -> None:
    check_move(database, BACK_AND_FORTH[case])


def check_move(database: KeptPair, move: Move) -> None:
    """Go there and back: every row is kept, and nothing dropped."""
    before, after, ask = move
    second = database.database.second_schema
    source = database.converge(
        lambda metadata: people(metadata, second, *before),
        lambda metadata: people(metadata, second, *after),
        detect_renames=ask(str(second)),
        keeps_all=True,
    )
    assert re.findall(r"^ *op\.(?:drop|create)_table\(", source, re.MULTILINE) == []


@pytest.fixture
def without_second(database: KeptPair) -> KeptPair:
    """The databases, the one that is migrated without its second schema."""
    with database.database.engine.begin() as connection:
        connection.execute(text("DROP SCHEMA second"))
    return database


def nothing(metadata: MetaData) -> None:
    """Models without a table."""


def a_table(metadata: MetaData) -> None:
    """One table in the default schema."""
    Table("t", metadata, Column("id", Integer, primary_key=True))


def one_of_each(metadata: MetaData) -> None:
    """A table, a type and a sequence of another schema."""
    state = Enum("new", "done", name="state", schema="second")
    counter = Sequence("counter", schema="second", metadata=metadata)
    Table("t", metadata, Column("id", Integer, primary_key=True), Column("state", state))
    columns = Column("id", Integer, counter, server_default=counter.next_value(), primary_key=True)
    Table("u", metadata, columns, Column("state", state), schema="second")


NEW: dict[str, tuple[Models, Models]] = {
    "a table": (nothing, lambda metadata: people(metadata, "second", (AWAY, "u"), (HERE, "o"))),
    "a type and a sequence": (a_table, one_of_each),
    "a table that is moved": (
        lambda metadata: people(metadata, "second", (HERE, "u"), (HERE, "o")),
        lambda metadata: people(metadata, "second", (AWAY, "u"), (HERE, "o")),
    ),
}


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("case", NEW)
def test_new_schemas_converge(without_second: KeptPair, case: str) -> None:
    before, after = NEW[case]
    source = without_second.converge(before, after, detect_renames=True, keeps_all=True)
    assert source.count("op.create_schema('second')") == 1
    assert source.count("op.drop_schema('second', if_empty=True)") == 1


def in_one_schema(metadata: MetaData, schema: str | None) -> None:
    """Tables with a type, a domain and a sequence, all in one schema."""
    prefix = f"{schema}." if schema else ""
    state = Enum("new", "done", name="state", schema=schema)
    counter = Sequence("counter", start=5, schema=schema, metadata=metadata)
    Table(
        "t",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("number", Integer, counter, server_default=counter.next_value()),
        Column("state", state, server_default="new"),
        Column("states", ARRAY(state)),
        Column("mail", DOMAIN("mail", String(80), check="VALUE <> ''", schema=schema)),
        schema=schema,
    )
    Table(
        "u",
        metadata,
        Column("t_id", ForeignKey(f"{prefix}t.id"), primary_key=True),
        Column("state", state),
        schema=schema,
    )


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("is_forward", [True, False])
def test_whole_schemas_are_moved(database: KeptPair, *, is_forward: bool) -> None:
    schemas = [None, "second"] if is_forward else ["second", None]
    sides: list[Models] = [partial(in_one_schema, schema=schema) for schema in schemas]
    source = database.converge(sides[0], sides[1], detect_renames=True, keeps_all=True)
    assert re.findall(r"^ *op\.(?:drop|create|alter)_\w+\(", source, re.MULTILINE) == []


def counted(metadata: MetaData, schema: str | None) -> None:
    """A sequence that is somewhere, and a table that stays where it is."""
    counter = Sequence("counter", schema=schema, metadata=metadata)
    default = counter.next_value()
    Table("t", metadata, Column("id", Integer, counter, server_default=default, primary_key=True))


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("is_theirs_in_the_models", [True, False])
def test_what_others_use_is_not_moved(database: KeptPair, *, is_theirs_in_the_models: bool) -> None:
    metadata = MetaData()
    state = Enum("new", "done", name="state", schema="second")
    counter = Sequence("counter", schema="second", metadata=metadata)
    columns = Column("n", Integer, counter, server_default=counter.next_value())
    Table("t", metadata, Column("state", state), columns)
    if is_theirs_in_the_models:
        theirs: Column[Any] = Column("state", Enum("new", "done", name="state", create_type=False))
        Table("theirs", metadata, theirs, Column("n", Integer))

    def include(name: str | None, type_: str, parents: Any) -> bool:
        return is_theirs_in_the_models or name != "theirs"

    with database.database.engine.begin() as connection:
        connection.execute(text("CREATE TYPE state AS ENUM ('new', 'done')"))
        connection.execute(text("CREATE SEQUENCE counter"))
        theirs_sql = "CREATE TABLE theirs (state state, n integer DEFAULT nextval('counter'))"
        connection.execute(text(theirs_sql))
    with database.database.engine.connect() as connection:
        script, _ = autogenerate(
            database.database, connection, metadata, detect_renames=True, include_name=include
        )
    assert script.upgrade_ops is not None
    kinds = [
        each.to_diff_tuple()[0]
        for each in script.upgrade_ops.ops
        if not isinstance(each, ModifyTableOps)
    ]
    assert ("set_schema" in kinds) is is_theirs_in_the_models, kinds
    database.empty()


@pytest.mark.requires("enum_types")
def test_moved_sequence_goes_on_counting(database: KeptPair) -> None:
    before, after = MetaData(), MetaData()
    counted(before, None)
    counted(after, "second")
    with database.database.engine.begin() as connection:
        before.create_all(connection)
        connection.execute(text("SELECT setval('counter', 41)"))
        script, context = autogenerate(database.database, connection, after, detect_renames=True)
        assert script.upgrade_ops is not None
        for directive in script.upgrade_ops.ops:
            Operations(context).invoke(directive)
        connection.execute(text("INSERT INTO t DEFAULT VALUES"))
        assert connection.scalar(text("SELECT id FROM t")) == 42
    database.empty()


def beside_a_table(schema: str | None, increment: int) -> tuple[MetaData, Sequence]:
    """Models with a sequence that no table uses."""
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer, primary_key=True))
    return metadata, Sequence("counter", increment=increment, schema=schema, metadata=metadata)


@pytest.mark.requires("schemas", "free_sequences")
def test_moved_sequence_gives_no_number_twice(database: KeptPair) -> None:
    before, old = beside_a_table(None, 2)
    after, new = beside_a_table(database.database.second_schema, 2)
    # SQLAlchemy takes two sequences of one name for the same, in its cache
    engine = database.database.engine.execution_options(compiled_cache=None)
    with engine.begin() as connection:
        before.create_all(connection)
        last = [connection.scalar(old.next_value()) for _ in range(3)][-1]
        script, context = autogenerate(database.database, connection, after, detect_renames=True)
        assert script.upgrade_ops is not None
        (directive,) = script.upgrade_ops.ops
        Operations(context).invoke(directive)
        assert connection.scalar(new.next_value()) > last
    database.empty()


@pytest.mark.requires("schemas", "free_sequences")
def test_moved_sequences_converge(database: KeptPair) -> None:
    before, _ = beside_a_table(None, 1)
    after, _ = beside_a_table(database.database.second_schema, 2)
    source = database.go_between(before, after, detect_renames=True)
    assert re.findall(r"op\.(\w+)_sequence", source) == ["alter", "alter"]


@pytest.mark.requires("schemas", "free_sequences")
def test_defaults_follow_the_sequence_that_they_count_by(database: KeptPair) -> None:
    schemas = (None, database.database.second_schema)
    sides: list[Models] = [partial(counted, schema=schema) for schema in schemas]
    for before, after in (sides, sides[::-1]):
        source = database.converge(before, after, rows=0, detect_renames=True)
        assert "set_schema" in source
        assert "op.alter_column" not in source


@pytest.mark.requires("free_sequences")
def test_defaults_follow_a_sequence_that_is_renamed(database: KeptPair) -> None:
    metadata = MetaData()
    counted(metadata, None)
    with database.database.engine.begin() as connection:
        metadata.create_all(connection)
        operations = Operations(MigrationContext.configure(connection))
        operations.rename_sequence("nothing", "nothing", if_exists=True)
        operations.rename_sequence("counter", "Counts it")
        connection.execute(metadata.tables["t"].insert().values(id=text("DEFAULT")))
        operations.rename_sequence("Counts it", "counter")
        connection.execute(metadata.tables["t"].insert().values(id=text("DEFAULT")))
        assert connection.scalar(text("SELECT count(*) FROM t")) == 2
    database.empty()


@pytest.mark.requires("enum_types")
def test_schema_stays_where_something_is_in_it(database: KeptPair) -> None:
    with database.database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE second.mine (a integer)"))
        operations = Operations(MigrationContext.configure(connection))
        operations.create_schema("second", if_not_exists=True)
        operations.drop_schema("second", if_empty=True)
        assert connection.scalar(text("SELECT count(*) FROM second.mine")) == 0
        connection.execute(text("DROP TABLE second.mine"))
        operations.drop_schema("second", if_empty=True)
        operations.create_schema("second")
    database.empty()


@pytest.mark.requires("enum_types")
def test_schemas_are_left_to_others_where_they_are_ignored(without_second: KeptPair) -> None:
    pair = without_second
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer), schema="second")
    ignored: list[dict[str, Any]] = [
        {"ignore": ["schemas"]},
        {"include_name": lambda name, type_, parents: type_ != "schema" or name is None},
    ]
    with pair.database.engine.connect() as connection:
        for options in ignored:
            script, _ = autogenerate(pair.database, connection, metadata, **options)
            assert script.upgrade_ops is not None
            assert not any(isinstance(each, CreateSchemaOp) for each in script.upgrade_ops.ops)
    pair.empty()


@pytest.mark.requires("inline_enums")
def test_missing_schema_is_named_where_none_is_created(database: KeptPair) -> None:
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer), schema="nowhere")
    with (
        database.database.engine.connect() as connection,
        pytest.warns(UserWarning, match="in the schema nowhere, which is not there"),
    ):
        autogenerate(database.database, connection, metadata, include_name=None)


def tenants(metadata: MetaData, *, is_after: bool) -> None:
    """A table of a tenant's own, with a type and a sequence."""
    values = ["new", "done", "gone"] if is_after else ["new", "done"]
    counter = Sequence("counter", metadata=metadata)
    Table(
        "t",
        metadata,
        Column("id", Integer, counter, server_default=counter.next_value(), primary_key=True),
        Column("state", Enum(*values, name="state"), server_default="new"),
        Column("name", String(20 if is_after else 40), index=True),
        CheckConstraint("name <> 'x'", name="ck_name"),
    )
    Table("u", metadata, Column("t_id", ForeignKey("t.id"), primary_key=True))


@pytest.mark.requires("enum_types")
@pytest.mark.parametrize("path", ["second", "second,public", "public,second"])
def test_default_schema_is_that_of_the_search_path(database: KeptPair, path: str) -> None:
    elsewhere = [
        replace(each, url=each.url.update_query_dict({"options": f"-csearch_path={path}"}))
        for each in (database.database, database.scratch)
    ]
    try:
        KeptPair(*elsewhere).converge(
            partial(tenants, is_after=False), partial(tenants, is_after=True)
        )
    finally:
        for each in elsewhere:
            each.engine.dispose()


@pytest.mark.requires("enum_types")
def test_default_schema_may_be_said_of_a_connection(database: KeptPair) -> None:
    before = MetaData()
    tenants(before, is_after=False)
    with database.database.engine.connect() as connection:
        connection.execute(text("SET search_path TO second"))
        connection.commit()
        connection.dialect.default_schema_name = "second"
        before.create_all(connection)
        script, _ = autogenerate(database.database, connection, before)
        assert script.upgrade_ops is not None
        assert script.upgrade_ops.is_empty()
    database.empty()


@pytest.mark.requires("schemas")
def test_translation_of_schemas_is_warned_of(database: KeptPair) -> None:
    second = database.database.second_schema
    with database.database.engine.connect() as connection:
        connection = connection.execution_options(schema_translate_map={None: second})
        connection.execute(text("select 1"))
        with pytest.warns(
            UserWarning, match=r"\(the default one as \w+\), which autogenerate does"
        ):
            autogenerate(database.database, connection, MetaData())


def accounts(schema: str | None) -> MetaData:
    """Return models with one table."""
    metadata = MetaData()
    columns = (Column(name, String(20)) for name in ("login", "email"))
    Table("accounts", metadata, Column("id", Integer, primary_key=True), *columns, schema=schema)
    return metadata


def test_table_is_not_moved_between_attached_files() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("ATTACH ':memory:' AS other")
        accounts(None).create_all(connection)
        context = MigrationContext.configure(connection, opts={"include_schemas": True})
        with pytest.warns(UserWarning, match=r"accounts looks moved to other\.accounts"):
            script = produce_migrations(context, accounts("other"), detect_renames=True)
        assert script.upgrade_ops is not None
        kinds = [each[0] for each in script.upgrade_ops.as_diffs()]
        assert kinds == ["add_table", "remove_table"]
        said = request("table accounts:other.accounts")
        with pytest.raises(RenameError, match="can't move a table to another schema"):
            produce_migrations(context, accounts("other"), detect_renames=said)
        operations = Operations(context)
        with pytest.raises(UnsupportedOperationError, match="Can't move the table accounts"):
            operations.rename_table("accounts", "accounts", new_schema="other")
        with pytest.raises(UnsupportedOperationError, match="is a file that is attached"):
            operations.create_schema("more")
    engine.dispose()


SCRIPTS: dict[str, dict[str, list[str]]] = {
    "postgresql": {
        "moved": ["ALTER TABLE a.t SET SCHEMA public", "ALTER TABLE t RENAME TO u"],
        "created": ['CREATE SCHEMA "My s"'],
        "dropped": ["DO $limbeck$ BEGIN DROP SCHEMA a; EXCEPTION"],
        "set": ["ALTER SEQUENCE q SET SCHEMA a", "ALTER TYPE a.e SET SCHEMA public"],
    },
    "mysql": {"moved": ["RENAME TABLE a.t TO u"], "created": ["CREATE SCHEMA `My s`"]},
}


@pytest.mark.parametrize("dialect_name", SCRIPTS)
def test_schemas_in_a_script(dialect_name: str) -> None:
    said: dict[str, Callable[[Operations], object]] = {
        "moved": lambda script: script.rename_table("t", "u", schema="a", new_schema=None),
        "created": lambda script: script.create_schema("My s"),
        "dropped": lambda script: script.drop_schema("a", if_empty=True),
        "set": lambda script: (
            script.set_schema("q", "a", type_="sequence"),
            script.set_schema("e", None, type_="type", schema="a"),
        ),
    }
    for name, expected in SCRIPTS[dialect_name].items():
        buffer = StringIO()
        options = {"as_sql": True, "output_buffer": buffer}
        context = MigrationContext.configure(dialect_name=dialect_name, opts=options)
        said[name](Operations(context))
        found = buffer.getvalue()
        assert [each for each in expected if each not in found] == [], found
