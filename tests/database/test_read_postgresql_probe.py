"""PostgreSQL's probe: what it may never do, and what it does where it can't ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DOMAIN

from limbeck.autogenerate import compare_metadata
from limbeck.ddl.impl import DefaultImpl
from limbeck.runtime.migration import MigrationContext
from limbeck.schema.facts import TableFacts, TableKey
from limbeck.schema.probe import Probe
from tests.database.reading import counted_statements
from tests.databases import Database

KEY = TableKey(None, "thing")


def test_probe_begins_and_rolls_back_a_transaction_of_its_own(postgresql: Database) -> None:
    with postgresql.engine.connect() as connection:
        assert probe(connection, thing("a in (1, 2)")) == "a = ANY (ARRAY[1, 2])"
        assert not connection.in_transaction()
        assert leftovers(connection) == 0


def test_probe_keeps_the_callers_transaction_and_its_work(postgresql: Database) -> None:
    with postgresql.engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE kept (id integer)"))
        probe(connection, thing("a in (1, 2)"))
        assert connection.in_transaction()
        assert leftovers(connection) == 0
        connection.commit()

    with postgresql.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM kept")) == 0


def test_probe_commits_nothing_that_the_caller_rolls_back(postgresql: Database) -> None:
    with postgresql.engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE gone (id integer)"))
        probe(connection, thing("a in (1, 2)"), thing("nonsense(a)", name="other"))
        connection.rollback()

        assert connection.scalar(sa.text("SELECT to_regclass('gone')")) is None


def test_probe_works_in_autocommit(postgresql: Database) -> None:
    engine = postgresql.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        assert probe(connection, thing("a in (1, 2)")) == "a = ANY (ARRAY[1, 2])"
        assert leftovers(connection) == 0


def test_probe_does_not_wait_for_a_locked_table(postgresql: Database) -> None:
    metadata = thing("a in (1, 2)").metadata
    metadata.create_all(postgresql.engine)

    with postgresql.engine.connect() as locker, postgresql.engine.connect() as connection:
        locker.execute(sa.text("LOCK TABLE thing IN ACCESS EXCLUSIVE MODE"))
        connection.execute(sa.text("SET statement_timeout = '3s'"))
        assert probe(connection, metadata.tables["thing"]) == "a = ANY (ARRAY[1, 2])"
        locks = connection.scalar(
            sa.text(
                "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()"
                " AND relation = to_regclass('public.thing')"
            )
        )
    assert locks == 0


@pytest.mark.parametrize("count", [1, 20])
def test_all_tables_and_all_domains_are_one_batch_each(postgresql: Database, count: int) -> None:
    metadata = sa.MetaData()
    for number in range(count):
        mail = DOMAIN(f"mail{number}", sa.String(9), check="VALUE IN ('x', 'y')", metadata=metadata)
        check = sa.CheckConstraint("mail IN ('x', 'y') AND 1 + 1 = 2")
        sa.Table(f"t{number}", metadata, sa.Column("mail", mail), check)
    metadata.create_all(postgresql.engine)

    with postgresql.engine.connect() as connection, counted_statements(connection) as statements:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    # Of tables and of domains, each side until nothing changes any more.
    assert sum(statement.startswith("DO ") for statement in statements) == 10


def test_refused_domain_does_not_spoil_the_others(
    postgresql: Database, recwarn: pytest.WarningsRecorder
) -> None:
    metadata, changed = sa.MetaData(), sa.MetaData()
    DOMAIN("good", sa.Integer, check="VALUE IN (1, 2)", metadata=metadata)
    DOMAIN("bad", sa.Integer, check="VALUE > 0", metadata=metadata)
    DOMAIN("good", sa.Integer, check="VALUE IN (1, 2)", metadata=changed)
    DOMAIN("bad", sa.Integer, check="no_such_function(VALUE)", metadata=changed)
    metadata.create_all(postgresql.engine)

    with postgresql.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), changed)
    assert [entry[:3] for entry in found] == [("modify_domain", None, "bad")]
    assert ["domain bad" in str(each.message) for each in recwarn.list] == [True]


def test_probe_of_a_read_only_transaction_is_empty(postgresql: Database) -> None:
    with postgresql.engine.connect() as connection:
        connection.execute(sa.text("SET TRANSACTION READ ONLY"))

        assert tables(connection, thing("a in (1, 2)")) == {}
        assert connection.scalar(sa.text("SELECT 1")) == 1


def test_probe_without_the_right_to_temporary_tables_is_empty(postgresql: Database) -> None:
    with role_without_temp(postgresql) as role, postgresql.engine.connect() as connection:
        connection.execute(sa.text(f"SET ROLE {role}"))

        assert tables(connection, thing("a in (1, 2)")) == {}


def test_refused_piece_stays_as_it_is_and_is_named(
    postgresql: Database,
) -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "thing",
        metadata,
        sa.Column("a", sa.Integer, server_default=sa.text("1 + 1")),
        sa.Column("b", sa.Integer, server_default=sa.text("no_such_function()")),
        sa.Column("c", sa.Integer, sa.Computed("no_such_column + 1")),
        sa.Column("s", sa.String(10)),
        sa.CheckConstraint("s in ('x')", name="good"),
        sa.CheckConstraint("no_such_column in (1)", name="bad"),
        sa.CheckConstraint("a > > 1", name="wrong"),
    )
    sa.Index("ix_bad", table.c.a, postgresql_where=sa.text("random() > 0"))
    sa.Index("ix_good", sa.func.lower(table.c.s))

    with postgresql.engine.connect() as connection:
        found = answer(connection, table)
    facts = found.facts[KEY]

    assert [column.default for column in facts.columns] == [
        "1 + 1",
        "no_such_function()",
        None,
        None,
    ]
    assert {check.name: check.sql for check in facts.checks} == {
        "good": "s::text = 'x'::text",
        "bad": "no_such_column IN (1)",
        "wrong": "a > > 1",
    }
    assert facts.indexes[1].elements[0].sql == "lower(s::text)"
    assert {str(piece) for piece in found.refused[KEY]} == {
        "the default of column b",
        "the expression of column c",
        "the check bad",
        "the check wrong",
        "the index ix_bad",
    }


def test_refused_table_does_not_spoil_the_others(postgresql: Database) -> None:
    with postgresql.engine.connect() as connection:
        found = tables(connection, thing("a in (1, 2)"), thing("b in (1)", name="other"))

    assert found[KEY].checks[0].sql == "a = ANY (ARRAY[1, 2])"
    assert found[TableKey(None, "other")].checks[0].sql == "b IN (1)"


def test_column_of_a_type_that_does_not_exist_yet_stays_as_it_is(postgresql: Database) -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "thing",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("mood", sa.Enum("x", name="not_yet"), server_default="x"),
        sa.CheckConstraint("a in (1, 2)"),
    )

    with postgresql.engine.connect() as connection:
        facts = tables(connection, table)[KEY]

    assert facts.columns[1].type == "not_yet"
    assert facts.checks[0].sql == "a = ANY (ARRAY[1, 2])"


def test_probe_brings_both_spellings_to_the_same_fixed_point(postgresql: Database) -> None:
    """`varchar IN (…)` deparses twice before it stays, as after a dump and restore."""
    with postgresql.engine.connect() as connection:
        first = probe(connection, thing("s IN ('x', 'y')"))
        second = probe(connection, thing(first))

    assert first == second


# ----------------------------------------------------------------------------------------- helpers


def thing(check: str, name: str = "thing") -> sa.Table:
    """Return a table with a check."""
    return sa.Table(
        name,
        sa.MetaData(),
        sa.Column("a", sa.Integer),
        sa.Column("s", sa.String(10)),
        sa.CheckConstraint(sa.text(check.replace(":", r"\:"))),
    )


def tables(connection: sa.Connection, *asked: sa.Table) -> dict[TableKey, TableFacts]:
    """Return what the probe finds."""
    return dict(answer(connection, *asked).facts)


def answer(connection: sa.Connection, *asked: sa.Table) -> Probe:
    """Return what the probe answers."""
    cls = DefaultImpl.get_by_dialect(connection.dialect)
    impl = cls(connection.dialect, connection, False, None, None, {})  # noqa: FBT003 Alembic's signature
    return impl.probe_tables(connection, asked)


def probe(connection: sa.Connection, *asked: sa.Table) -> str:
    """Return what the probe makes of the first table's check."""
    return tables(connection, *asked)[KEY].checks[0].sql


def leftovers(connection: sa.Connection) -> int:
    """Count the probe's tables that are still there."""
    count = connection.scalar(
        sa.text("SELECT count(*) FROM pg_class WHERE relname LIKE 'limbeck_probe%'")
    )
    return int(count or 0)


@contextmanager
def role_without_temp(database: Database) -> Iterator[str]:
    """Make a role that may not create temporary tables in this database."""
    name = f"{database.url.database}_reader"
    with database.engine.begin() as connection:
        connection.execute(sa.text(f"CREATE ROLE {name}"))
        connection.execute(sa.text(f"REVOKE ALL ON DATABASE {database.url.database} FROM PUBLIC"))
    try:
        yield name
    finally:
        with database.engine.begin() as connection:
            connection.execute(sa.text(f"DROP ROLE {name}"))
