"""Changes that need data: what is written works with the rows that are there, once it is filled in."""

from __future__ import annotations

import importlib
import itertools
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.dialects.postgresql import ARRAY, DOMAIN, ENUM

from limbeck import command
from limbeck.autogenerate import data_steps, render
from limbeck.autogenerate.api import AutogenContext
from limbeck.errors import CommandError
from limbeck.operations import Operations, ops
from limbeck.operations.unfilled import UnfilledValueError, refuse_unfilled_function
from limbeck.runtime.migration import MigrationContext
from limbeck.script.base import Script
from limbeck.util.pyfiles import load_python_file
from tests.catalogs import dump
from tests.convergence import FILE, _catalogs_of, _run, assert_same, autogenerate
from tests.databases import Database
from tests.migrations import Migrations

_number = itertools.count()

Rows = Sequence[Mapping[str, Any]]
Items = Callable[[], Sequence[Any]]
"""Gives columns and constraints anew: a table keeps them."""


@dataclass(frozen=True)
class Case:
    """One change of the table `items`, its rows, what the file says, and what a user fills in."""

    before: Items
    after: Items
    rows: Rows
    said: Sequence[str]
    filled: Mapping[str, str]
    expected: Rows
    warned: int


def models(items: Items) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("kinds", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
    sa.Table("items", metadata, key, *items())
    return metadata


def written(database: Database, metadata: sa.MetaData) -> tuple[str, list[str]]:
    """Return the revision file and what was warned about."""
    with database.engine.connect() as connection, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        script, context = autogenerate(database, connection, metadata)
        assert script.upgrade_ops is not None
        assert script.downgrade_ops is not None
        autogen_context = AutogenContext(context, metadata=metadata)
        data_steps.add_data_steps(autogen_context, script.upgrade_ops, script.downgrade_ops)
        variables: dict[str, Any] = {}
        render._render_python_into_templatevars(autogen_context, script, variables)
    return FILE.format(**variables), [str(each.message) for each in warned]


def create(database: Database, metadata: sa.MetaData, rows: Rows) -> None:
    with database.engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(metadata.tables["kinds"].insert(), [{"id": 1}, {"id": 2}])
        for row in rows:
            connection.execute(metadata.tables["items"].insert().values(row))


def read(database: Database, metadata: sa.MetaData) -> Rows:
    items = metadata.tables["items"]
    with database.engine.connect() as connection:
        found = connection.execute(sa.select(items).order_by(items.c.id)).mappings()
        return [dict(row) for row in found]


ADDED = Case(
    before=lambda: [
        sa.Column("name", sa.String(50)),
        sa.Column("old", sa.String(20), nullable=False),
    ],
    after=lambda: [
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("note", sa.String(20)),
        sa.Column("state", sa.String(20), server_default="new", nullable=False),
    ],
    rows=[{"id": 1, "name": "a", "old": "x"}, {"id": 2, "name": None, "old": "y"}],
    said=[
        "# ### FILL IN: items has rows (2), and phone, rank may not be NULL. ###",
        "op.execute(items.update().values(phone=..., rank=...))",
        "# ### FILL IN: items has rows that have no value in name: 1, such as id 2. ###",
        "#     SELECT id, name FROM items WHERE name IS NULL",
        "op.execute(items.update().where(sa.text('name IS NULL')).values(name=...))",
        "# items has rows (2), and old may not be NULL.",
        "#     op.execute(items.update().values(old=...))",
    ],
    filled={
        "phone=..., rank=...": "phone='0' , rank=items.c.id * 10",
        "name=...": "name='none'",
    },
    expected=[
        {"id": 1, "name": "a", "phone": "0", "rank": 10, "note": None, "state": "new"},
        {"id": 2, "name": "none", "phone": "0", "rank": 20, "note": None, "state": "new"},
    ],
    warned=3,
)
NARROWED = Case(
    before=lambda: [
        sa.Column("name", sa.String(50)),
        sa.Column("age", sa.String(10)),
        sa.Column("size", sa.BigInteger),
        sa.Column("price", sa.Numeric(10, 2)),
        sa.Column("cost", sa.String(50)),
        sa.Column("born", sa.String(20)),
        sa.Column("wide", sa.String(5)),
    ],
    after=lambda: [
        sa.Column("name", sa.String(5)),
        sa.Column("age", sa.Integer),
        sa.Column("size", sa.Integer),
        sa.Column("price", sa.Numeric(5, 1)),
        sa.Column("cost", sa.Numeric(5, 2)),
        sa.Column("born", sa.Date),
        sa.Column("wide", sa.String(50)),
    ],
    rows=[
        {"id": 1, "name": "short", "age": " 12", "size": 5, "price": 2.5, "born": "2020-02-29"},
        {"id": 2, "name": "longer", "age": "12 ", "size": 2**40, "price": 10**5, "born": "never"},
        {"id": 3, "name": "long %:x", "age": "many", "size": -(2**31), "price": 1.25},
        {"id": 4, "name": None, "age": "9999999999", "size": None, "price": None, "born": None},
        {"id": 5, "age": "9" * 10, "cost": "9" * 50, "born": "2021-02-29"},
        {"id": 6, "cost": "-1e3"},
        {"id": 7, "cost": "1.125"},
        {"id": 8, "cost": " 999.990 "},
    ],
    said=[
        "whose name does not fit VARCHAR(5): 2, such as id 2, 3. ###",
        "sa.text('char_length(name) > 5')).values(name=...))",
        "whose age does not fit INTEGER: 3, such as id 3, 4, 5. ###",
        "whose size does not fit INTEGER: 1, such as id 2. ###",
        "whose price does not fit NUMERIC(5, 1): 2, such as id 2, 3. ###",
        "whose cost does not fit NUMERIC(5, 2): 3, such as id 5, 6, 7. ###",
        "whose born does not fit DATE: 2, such as id 2, 5. ###",
    ],
    filled={
        "name=...": "name=sa.func.substr(items.c.name, 1, 5)",
        "age=...": "age='0'",
        "size=...": "size=0",
        "price=...": "price=1",
        "cost=...": "cost='1'",
        "born=...": "born=None",
    },
    expected=[],
    warned=6,
)
TEXT_TO_NUMBER = Case(
    before=lambda: [sa.Column("age", sa.String(10)), sa.Column("price", sa.String(10))],
    after=lambda: [sa.Column("age", sa.Integer), sa.Column("price", sa.Numeric(8, 2))],
    rows=[
        {"id": 1, "age": "-12", "price": "1.5"},
        {"id": 2, "age": "1.5", "price": "cheap"},
        {"id": 3, "age": "", "price": ".5e1"},
    ],
    said=[
        "whose age does not fit INTEGER: 2, such as id 2, 3. ###",
        "whose price does not fit NUMERIC(8, 2): 1, such as id 2. ###",
    ],
    filled={"age=...": "age='7'", "price=...": "price='0.25'"},
    expected=[
        {"id": 1, "age": -12, "price": 1.5},
        {"id": 2, "age": 7, "price": 0.25},
        {"id": 3, "age": 7, "price": 5},
    ],
    warned=2,
)
CONSTRAINED = Case(
    before=lambda: [
        sa.Column("email", sa.String(50)),
        sa.Column("a", sa.Integer, nullable=False),
        sa.Column("b", sa.Integer),
        sa.Column("kind", sa.Integer),
        sa.Column("count", sa.Integer),
    ],
    after=lambda: [
        sa.Column("email", sa.String(50)),
        sa.Column("a", sa.Integer, nullable=False),
        sa.Column("b", sa.Integer),
        sa.Column("kind", sa.Integer, sa.ForeignKey("kinds.id", name="fk_kind")),
        sa.Column("count", sa.Integer),
        sa.UniqueConstraint("email", name="uq_email"),
        sa.Index("ix_ab", "a", "b", unique=True),
        sa.CheckConstraint("count > 0", name="ck_count"),
        sa.CheckConstraint("a < 100", name="ck_a"),
    ],
    rows=[
        {"id": 1, "email": "x", "a": 1, "b": None, "kind": 1, "count": 1},
        {"id": 2, "email": "x", "a": 1, "b": None, "kind": None, "count": None},
        {"id": 3, "email": "y", "a": 2, "b": 3, "kind": 7, "count": 0},
        {"id": 4, "email": None, "a": 2, "b": 3, "kind": 2, "count": -1},
        {"id": 5, "email": None, "a": 3, "b": 3, "kind": 2, "count": 5},
    ],
    said=[
        "items has rows that have the same (email) as others: 1 such values, such as id 1, 2. ###",
        "items has rows that have the same (a, b) as others: 1 such values, such as id 3, 4. ###",
        "op.execute(items.delete().where(...))",
        "that the check ck_count (count > 0) does not allow: 2, such as id 3, 4. ###",
        ".values(count=...)",
        "items has rows whose kind is not in kinds: 1, such as id 3. ###",
        "# Let them refer to a row that is there, to NULL, or delete them.",
    ],
    filled={
        ".delete().where(...)": ".delete().where(items.c.id.in_([2, 4]))",
        "count=...": "count=1",
        "kind=...": "kind=None",
    },
    expected=[
        {"id": 1, "email": "x", "a": 1, "b": None, "kind": 1, "count": 1},
        {"id": 3, "email": "y", "a": 2, "b": 3, "kind": None, "count": 1},
        {"id": 5, "email": None, "a": 3, "b": 3, "kind": 2, "count": 5},
    ],
    warned=4,
)
DOCUMENT = Case(
    before=lambda: [sa.Column("doc", sa.JSON)],
    after=lambda: [sa.Column("doc", sa.JSON, nullable=False)],
    rows=[{"id": 1, "doc": {"a": 1}}, {"id": 2}],
    said=["sa.column('doc', sa.JSON())"],
    filled={"doc=...": "doc={'b': [2]}"},
    expected=[{"id": 1, "doc": {"a": 1}}, {"id": 2, "doc": {"b": [2]}}],
    warned=1,
)
CHECK_CHANGED = Case(
    before=lambda: [
        sa.Column("n", sa.Integer, autoincrement=False),
        sa.CheckConstraint("n > 0 AND n < 100", name="ck_low"),
    ],
    after=lambda: [
        sa.Column("n", sa.Integer, autoincrement=False),
        sa.CheckConstraint("n > 10 AND n < 1000", name="ck_high"),
    ],
    rows=[{"id": 1, "n": 5}, {"id": 2, "n": 50}],
    said=[
        "# ### FILL IN: items has rows that the check ck_high (n > 10 AND n < 1000) does not allow: 1,",
        "# This fails as long as there are rows that the check ck_low (",
    ],
    filled={"n=...": "n=20"},
    expected=[{"id": 1, "n": 20}, {"id": 2, "n": 50}],
    warned=1,
)
ON_EACH = {
    "check changed": CHECK_CHANGED,
    "added": ADDED,
    "text to number": TEXT_TO_NUMBER,
    "constrained": CONSTRAINED,
    "document": DOCUMENT,
}


def check_case(database: Database, case: Case, folder: Path) -> None:
    before, after = models(case.before), models(case.after)
    create(database, before, case.rows)
    catalogs_before = dump(database)
    source, warned = written(database, after)
    try:
        assert len(warned) == case.warned, warned
        for text in case.said:
            assert text in source, text
        refuse(source, folder)
        for text, value in case.filled.items():
            assert text in source
            source = source.replace(text, value)
        _run(database, after, source, "upgrade")
        assert_same(dump(database), _catalogs_of(database, after, None), "after the upgrade")
        rows = read(database, after)
        if case.expected:
            assert rows == case.expected
        assert len(rows) == (len(case.expected) or len(case.rows))
        _run(database, before, with_the_remark(source), "downgrade")
        assert_same(dump(database), catalogs_before, "after the downgrade")
        assert [row["id"] for row in read(database, before)] == [row["id"] for row in rows]
    except Exception as error:
        error.add_note(source)
        raise


def refuse(source: str, folder: Path) -> None:
    """Let the runtime look at the file as it is written."""
    (folder / "written.py").write_text(source)
    with pytest.raises(UnfilledValueError):
        refuse_unfilled_function(load_python_file(folder, "written.py").upgrade)


def with_the_remark(source: str) -> str:
    """Do in the downgrade what its remark says: the steps there, in place of the plain addition."""
    head, function, body = source.partition("def downgrade")
    remarked = "Do this first, in place of that:\n"
    if remarked not in body:
        return source
    body = re.sub(r"\n +(batch_)?op\.add_column\([^\n]*'old'[^\n]*(?<!True\)\))(?=\n)", "", body)
    body = re.sub(r"(?m)^    #     ", "    ", body).replace("old=...", "old='back'")
    return head + function + body


@pytest.mark.parametrize("name", ON_EACH)
def test_written_steps_converge_with_rows(database: Database, tmp_path: Path, name: str) -> None:
    check_case(database, ON_EACH[name], tmp_path)


@pytest.mark.requires("alter")
def test_values_that_a_narrower_type_refuses(database: Database, tmp_path: Path) -> None:
    check_case(database, NARROWED, tmp_path)


def test_nothing_is_written_for_tables_without_rows(database: Database) -> None:
    for case in ON_EACH.values():
        create(database, models(case.before), [])
        source, warned = written(database, models(case.after))
        assert not warned
        assert "# ### FILL IN" not in source
        with database.engine.begin() as connection:
            models(case.before).drop_all(connection)


def test_new_columns_of_a_unique_constraint_would_all_be_the_same(database: Database) -> None:
    before = models(list)
    create(database, before, [{"id": 1}, {"id": 2}])
    after = models(
        lambda: [
            sa.Column("x", sa.String(5), server_default="x", nullable=False),
            sa.UniqueConstraint("x", name="uq_x"),
        ]
    )
    source, warned = written(database, after)
    text = "items has rows (2), and (x), which is new, has to differ from row to row."
    assert f"# {text}" in source
    assert warned == [f"{text} The revision may fail on them: see the remark in it."]


def _default(value: str, type_: Any, *items: Any) -> Sequence[Any]:
    return [sa.Column("x", type_, server_default=value), *items]


DEFAULTS: Mapping[str, tuple[Items, Items, str]] = {
    "reference to nothing": (
        lambda: _default("77", sa.Integer, sa.ForeignKeyConstraint(["x"], ["kinds.id"], name="f")),
        lambda: _default("2", sa.Integer, sa.ForeignKeyConstraint(["x"], ["kinds.id"], name="f")),
        "whose x is not in kinds, with the default of x",
    ),
    "number that a check forbids": (
        lambda: _default("3", sa.Integer, sa.CheckConstraint("x > 5 AND id < 10", name="c")),
        lambda: _default("7", sa.Integer, sa.CheckConstraint("x > 5 AND id < 10", name="c")),
        "that the check c (x > 5 AND id < 10) does not allow, with the default of x",
    ),
    "word that a check forbids": (
        lambda: _default("10%", sa.String(9), sa.CheckConstraint("x IN ('a', 'b')", name="c")),
        lambda: _default("a", sa.String(9), sa.CheckConstraint("x IN ('a', 'b')", name="c")),
        "that the check c (x IN ('a', 'b')) does not allow, with the default of x",
    ),
    "values that were unique with another column": (
        lambda: _default("3", sa.Integer, sa.UniqueConstraint("x", "old", name="u")),
        lambda: _default("3", sa.Integer, sa.UniqueConstraint("x", "id", name="u")),
        "that have the same (old) as others",
    ),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_defaults_of_new_columns_that_constraints_do_not_allow(
    database: Database, name: str
) -> None:
    def build(items: Items = list) -> sa.MetaData:
        return models(lambda: [sa.Column("old", sa.Integer), *items()])

    *items, said = DEFAULTS[name]
    bad, good = map(build, items)
    create(database, build(), [{"id": 1}, {"id": 2}])
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE items SET old = 4"))
    source, warned = written(database, bad)
    assert f"# This fails as long as there are rows {said}." in source
    assert [each.startswith(f"items has rows {said}: ") for each in warned] == [True]
    source, warned = written(database, good)
    assert not warned
    _run(database, good, source, "upgrade")


POSITIVE = DOMAIN("positive", sa.Integer, check="VALUE > 0")
PRESENT = DOMAIN("present", sa.Integer, not_null=True)
UNTOLD: Mapping[str, tuple[Items, Items, str]] = {
    "postgresql: domain": (
        lambda: [sa.Column("x", sa.Integer)],
        lambda: [sa.Column("x", POSITIVE)],
        "limbeck can't tell whether every x is a positive",
    ),
    "postgresql: new column of a domain": (
        list,
        lambda: [sa.Column("x", PRESENT)],
        "x gets no value, which its domain does not allow",
    ),
    "postgresql: bits": (
        lambda: [sa.Column("x", postgresql.BIT(8))],
        lambda: [sa.Column("x", postgresql.BIT(4))],
        "limbeck can't tell whether every x is a BIT(4)",
    ),
    "postgresql: number of a document": (
        lambda: [sa.Column("x", postgresql.JSONB)],
        lambda: [sa.Column("x", sa.Integer)],
        "limbeck can't tell whether every x is a INTEGER",
    ),
    "mariadb: date of a number": (
        lambda: [sa.Column("x", sa.Integer)],
        lambda: [sa.Column("x", sa.Date)],
        "limbeck can't tell whether every x is a DATE",
    ),
    "mariadb: set": (
        lambda: [sa.Column("x", mysql.SET("a", "b"))],
        lambda: [sa.Column("x", mysql.SET("a"))],
        "limbeck can't tell whether every x is a SET('a')",
    ),
    "mariadb: year": (
        lambda: [sa.Column("x", sa.Integer)],
        lambda: [sa.Column("x", mysql.YEAR)],
        "limbeck can't tell whether every x is a YEAR",
    ),
    "mariadb: range of timestamps": (
        lambda: [sa.Column("x", mysql.DATETIME)],
        lambda: [sa.Column("x", mysql.TIMESTAMP, nullable=True)],
        "limbeck can't tell whether every x is a TIMESTAMP",
    ),
    "mariadb: number of a time": (
        lambda: [sa.Column("x", sa.DateTime)],
        lambda: [sa.Column("x", sa.Integer)],
        "limbeck can't tell whether every x is a INTEGER",
    ),
}


def test_what_only_the_database_can_tell_is_said(postgresql: Database, mariadb: Database) -> None:
    databases = {each.name: each for each in (postgresql, mariadb)}
    for case, (before, after, said) in UNTOLD.items():
        database = databases[case.split(":")[0]]
        create(database, models(before), [{"id": 1}])
        source, warned = written(database, models(after))
        text = f"items has rows (1), and {said}."
        assert f"# {text}" in source
        assert warned == [f"{text} The revision may fail on them: see the remark in it."]
        with database.engine.begin() as connection:
            models(before).drop_all(connection)


def test_column_of_a_domain_that_comes_back_without_a_value_is_said(postgresql: Database) -> None:
    create(postgresql, models(lambda: [sa.Column("x", PRESENT)]), [{"id": 1, "x": 2}])
    source, _ = written(postgresql, models(list))
    said = "items has rows (1), and x gets no value, which its domain does not allow."
    assert f"# {said}" in source.split("def downgrade")[1]


@pytest.mark.requires("alter")
def test_computed_column_without_a_value_is_said(database: Database) -> None:
    def computed() -> sa.Column[Any]:
        return sa.Column("x", sa.Integer, sa.Computed("nullif(id, 2)"), nullable=False)

    create(database, models(list), [{"id": 1}, {"id": 2}])
    source, warned = written(database, models(lambda: [computed()]))
    said = "for which (nullif(id, 2)) gives no value for x"
    assert f"# This fails as long as there are rows {said}." in source
    assert len(warned) == 1


def test_rows_get_values_that_the_constraint_before_forbids(database: Database) -> None:
    """The step stands between the constraint that goes and the one that comes."""

    def allowing(*states: str) -> sa.MetaData:
        check = f"state IN {states}"
        return models(
            lambda: [sa.Column("state", sa.String(10)), sa.CheckConstraint(check, name="ck_state")]
        )

    before, after = allowing("a", "b"), allowing("a", "c")
    create(database, before, [{"id": 1, "state": "a"}, {"id": 2, "state": "b"}])
    source, _ = written(database, after)
    _run(database, after, source.replace("state=...", "state='c'"), "upgrade")
    assert read(database, after) == [{"id": 1, "state": "a"}, {"id": 2, "state": "c"}]


@pytest.mark.requires("inline_enums")
def test_rows_get_values_that_come_as_theirs_go_from_an_enum(database: Database) -> None:
    """The column has the values of both while the rows change theirs; its order is the new one."""

    def with_values(*values: str) -> sa.MetaData:
        return models(
            lambda: [
                sa.Column(
                    "state", sa.Enum(*values, name="state"), server_default="a", nullable=False
                )
            ]
        )

    before, after = with_values("a", "b"), with_values("c", "a")
    create(database, before, [{"id": 1, "state": "a"}, {"id": 2, "state": "b"}])
    source, _ = written(database, after)
    _run(database, after, source.replace("state=...", "state='c'"), "upgrade")
    assert_same(dump(database), _catalogs_of(database, after, None), "after the upgrade")
    assert read(database, after) == [{"id": 1, "state": "a"}, {"id": 2, "state": "c"}]


def test_looking_leaves_no_lock(postgresql: Database) -> None:
    create(postgresql, models(CONSTRAINED.before), CONSTRAINED.rows)
    metadata = models(CONSTRAINED.after)
    with postgresql.engine.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        script, context = autogenerate(postgresql, connection, metadata)
        assert script.upgrade_ops is not None
        assert script.downgrade_ops is not None
        data_steps.add_data_steps(
            AutogenContext(context, metadata=metadata), script.upgrade_ops, script.downgrade_ops
        )
        locked = connection.exec_driver_sql(
            "SELECT relname FROM pg_locks JOIN pg_class ON oid = relation "
            "WHERE pid = pg_backend_pid() AND relname IN ('items', 'kinds')"
        )
        assert locked.all() == []
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "0"


def test_table_that_can_not_be_read_in_time_is_a_warning(postgresql: Database) -> None:
    create(postgresql, models(ADDED.before), ADDED.rows)
    metadata = models(ADDED.after)
    with postgresql.engine.connect() as connection, postgresql.engine.connect() as other:
        script, context = autogenerate(postgresql, connection, metadata)
        assert script.upgrade_ops is not None
        assert script.downgrade_ops is not None
        connection.exec_driver_sql("SET statement_timeout = 100")
        other.exec_driver_sql("LOCK TABLE items IN ACCESS EXCLUSIVE MODE")
        autogen_context = AutogenContext(context, metadata=metadata)
        with pytest.warns(UserWarning, match="rows of items could not be looked at") as warned:
            data_steps.add_data_steps(autogen_context, script.upgrade_ops, script.downgrade_ops)
        source = render._render_cmd_body(script.upgrade_ops, autogen_context)
    assert "canceling statement due to statement timeout" in str(warned[0].message)
    assert "# The rows of items could not be looked at: phone may not be NULL.\n" in source
    assert "sa.Column('phone', sa.String(length=20), nullable=False)" in source


@pytest.mark.requires("enum_types")
def test_values_that_go_from_an_enum_type_are_left_to_replace(database: Database) -> None:
    values = ["happy", "sad", "odd", "old"]
    before = models(
        lambda: [
            sa.Column("mood", sa.Enum(*values, name="mood")),
            sa.Column("moods", DOMAIN("feeling", sa.Enum(*values, name="mood"))),
        ]
    )
    create(database, before, [{"id": 1, "mood": "sad", "moods": "odd"}, {"id": 2, "mood": "sad"}])
    directive = ops.AlterEnumOp("mood", ["happy"], existing_values=values)
    with database.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": before})
        autogen_context = AutogenContext(context)
        upgrade_ops = ops.UpgradeOps([directive])
        with pytest.warns(UserWarning, match="which is no mood any more"):
            data_steps.add_data_steps(autogen_context, upgrade_ops, ops.DowngradeOps())
        assert directive.replacements == {"sad": ..., "odd": ...}
        assert str(directive.remark).splitlines() == [
            "### FILL IN: items has rows whose mood is 'sad', which is no mood any more: 2, "
            "such as id 1, 2. ###",
            "    SELECT id, mood FROM items WHERE CAST(mood AS VARCHAR) = 'sad'",
            "### FILL IN: items has rows whose moods is 'odd', which is no mood any more: 1, "
            "such as id 1. ###",
            "    SELECT id, moods FROM items WHERE CAST(moods AS VARCHAR) = 'odd'",
            "Write the value that they get in its place.",
        ]
        source = "\n".join(autogen_context.render_op(directive))
        assert "replacements={'sad': ..., 'odd': ...}" in source
        operations = Operations(context)
        with pytest.raises(UnfilledValueError, match="for a replacement"):
            operations.invoke(directive)
        directive.replacements = {"sad": "happy", "odd": "happy"}
        operations.invoke(directive)
        moods = connection.exec_driver_sql("SELECT mood, moods FROM items ORDER BY id").all()
    assert [tuple(row) for row in moods] == [("happy", "happy"), ("happy", None)]


@pytest.mark.requires("enum_types")
def test_values_that_go_from_arrays_of_an_enum_type(database: Database) -> None:
    """Arrays of every dimension, of a domain over the type, and domains over arrays of it."""

    def with_values(*values: str, default: str) -> sa.MetaData:
        mood = ENUM(*values, name="mood")
        return models(
            lambda: [
                sa.Column("moods", ARRAY(mood), server_default=default),
                sa.Column("item", ARRAY(mood, dimensions=2)),
                sa.Column("feelings", ARRAY(DOMAIN("feeling", mood))),
                sa.Column("many", DOMAIN("moods", ARRAY(mood))),
            ]
        )

    before = with_values("happy", "sad", "it's, %s", default="{sad,happy}")
    after = with_values("happy", "new", default="{new}")
    create(database, before, [])
    with database.engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO items VALUES (1, '{sad}', '{{happy,sad},{sad,happy}}', "
                "'{\"it''s, %s\",NULL}', '{sad}'), (2, NULL, NULL, NULL, NULL)"
            )
        )
    catalogs = dump(database)
    source, warned = written(database, after)
    assert len(warned) == 4
    assert (
        "# ### FILL IN: items has rows whose item has an item that is 'sad', which is no mood any "
        "more: 1, such as id 1. ###\n    #     SELECT id, item FROM items WHERE EXISTS "
        "(SELECT 1 FROM unnest(item) AS item WHERE CAST(item AS VARCHAR) = 'sad')\n" in source
    )
    assert "replacements={'sad': ..., \"it's, %s\": ...}" in source
    source = source.replace("...", "'happy'")
    _run(database, after, source, "upgrade")
    assert_same(dump(database), _catalogs_of(database, after, None), "after the upgrade")
    _run(database, before, source, "downgrade")
    assert_same(dump(database), catalogs, "after the downgrade")
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM items ORDER BY id").all()
    happy = "{{happy,happy},{happy,happy}}"
    assert [tuple(row) for row in rows] == [
        (1, "{happy}", happy, "{happy,NULL}", "{happy}"),
        (2, None, None, None, None),
    ]


@pytest.mark.requires("enum_types")
def test_values_that_a_domain_does_not_allow_any_more(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE DOMAIN grade AS integer")
        connection.exec_driver_sql(
            "CREATE TABLE items (id integer PRIMARY KEY, g grade, gs grade[])"
        )
        connection.exec_driver_sql(
            "INSERT INTO items VALUES (1, 5, '{3}'), (2, 0, NULL), (3, NULL, '{{0}}')"
        )
        context = MigrationContext.configure(connection)
        autogen_context = AutogenContext(context, metadata=sa.MetaData(), opts=OPTIONS)
        directive = ops.AlterDomainOp(
            "grade",
            "integer",
            existing={"nullable": True, "checks": {}},
            nullable=False,
            checks={"positive": "VALUE > 0"},
        )
        upgrade_ops = ops.UpgradeOps([directive])
        with pytest.warns(UserWarning, match="of the domain grade|which the domain grade"):
            data_steps.add_data_steps(autogen_context, upgrade_ops, ops.DowngradeOps())
        source = render._render_cmd_body(upgrade_ops, autogen_context)
        assert "(VALUE > 0) of the domain grade does not allow: 1, such as id 2. ###" in source
        assert "op.execute(items.update().where(sa.text('NOT (g > 0)')).values(g=...))" in source
        assert "rows whose gs has an item that the check positive (VALUE > 0) of" in source
        source = source.replace("g=...", "g=1").replace("gs=...", "gs=[1]")
        with Operations.context(context):
            imports = "\n".join(["from limbeck import op", "import sqlalchemy as sa"])
            more = "\n".join(sorted(autogen_context.imports))
            exec(compile(f"{imports}\n{more}\n{source}", "revision.py", "exec"), {})
        grades = connection.exec_driver_sql("SELECT g, gs FROM items ORDER BY id").all()
    assert [tuple(row) for row in grades] == [(5, "{3}"), (1, None), (1, "{1}")]


OPTIONS = {"sqlalchemy_module_prefix": "sa.", "alembic_module_prefix": "op."}

MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True){more})
"""


@pytest.fixture
def migrations(database: Database, tmp_path: Path) -> Iterator[Migrations]:
    """Give a project at its head, with rows, whose models have a new column."""
    path = list(sys.path)
    name = f"limbeck_data_{next(_number)}"
    (tmp_path / f"{name}.py").write_text(MODELS.format(more=""))
    options = {
        "models": f"{name}:metadata",
        "prepend_sys_path": str(tmp_path),
        "path_separator": "newline",
        "render_as_batch": str("batch_only" in database.features).lower(),
    }
    project = Migrations(tmp_path / "migrations", database.url_text, options)
    command.revision(project.config(), "first", autogenerate=True)
    command.upgrade(project.config(), "head")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO users (id) VALUES (1), (2)")
    more = ', sa.Column("phone", sa.String(20), nullable=False)'
    (tmp_path / f"{name}.py").write_text(MODELS.format(more=more))
    importlib.invalidate_caches()
    sys.modules.pop(name, None)
    yield project
    sys.path[:] = path


def revision(migrations: Migrations, **keywords: Any) -> Path:
    script = command.revision(migrations.config(), "phone", autogenerate=True, **keywords)
    assert isinstance(script, Script)
    return Path(script.path)


def test_revision_is_refused_before_it_begins_until_it_is_filled_in(
    database: Database, migrations: Migrations
) -> None:
    with pytest.warns(UserWarning, match="a step for them that you have to fill in"):
        path = revision(migrations)
    with pytest.raises(UnfilledValueError, match=rf"{path.name}, line \d+ still has"):
        command.upgrade(migrations.config(), "head")
    with pytest.raises(UnfilledValueError):
        command.upgrade(migrations.config(), "head", sql=True)
    with database.engine.connect() as connection:
        columns = sa.inspect(connection).get_columns("users")
    assert [column["name"] for column in columns] == ["id"]
    path.write_text(path.read_text().replace("phone=...", "phone='0'"))
    importlib.invalidate_caches()
    command.upgrade(migrations.config(), "head")
    command.check(migrations.config())
    with database.engine.connect() as connection:
        phones = connection.exec_driver_sql("SELECT phone FROM users").scalars().all()
    assert phones == ["0", "0"]
    command.downgrade(migrations.config(), "-1")


def test_rows_are_not_looked_at_where_the_user_says_so(
    migrations: Migrations, tmp_path: Path
) -> None:
    plain = "sa.Column('phone', sa.String(length=20), nullable=False)"
    by_argument = revision(migrations, inspect_data=False)
    assert plain in by_argument.read_text()
    by_argument.unlink()
    migrations.options = {**migrations.options, "inspect_data": "false"}
    by_option = revision(migrations)
    assert plain in by_option.read_text()


def test_check_looks_at_no_rows(migrations: Migrations) -> None:
    with pytest.raises(CommandError, match="nullable=False"):
        command.check(migrations.config())


@pytest.mark.requires("batch_only")
def test_without_batches_a_column_that_is_added_nullable_is_told_possible(
    migrations: Migrations,
) -> None:
    migrations.options = {**migrations.options, "render_as_batch": "false"}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        revision(migrations)
    impossible = [str(each.message) for each in warned if "Can't" in str(each.message)]
    assert [each[:30] for each in impossible] == ["Can't change the column phone of"[:30]]
