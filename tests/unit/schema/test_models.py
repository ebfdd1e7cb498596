"""Models → facts, as a dialect without a reader of its own sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from limbeck.errors import ModelsError
from limbeck.schema import models, normalize
from limbeck.schema.facts import (
    UNKNOWN_TYPE,
    CheckFacts,
    ForeignKeyFacts,
    IdentityFacts,
    IndexElement,
    TableFacts,
    TableKey,
    UniqueFacts,
)


@dataclass
class PlainDialect:
    """The defaults of `DefaultImpl`, on SQLAlchemy's own default dialect."""

    dialect: sa.Dialect = field(default_factory=DefaultDialect)

    def normal_type(self, type_: sa.types.TypeEngine[Any]) -> str:
        return models.normal_type(self.dialect, type_)

    def normal_default(self, column: sa.Column[Any]) -> str | None:
        return models.normal_default(self.dialect, column)

    def normal_expression(self, sql: str) -> str:
        return normalize.normal_expression(sql)

    def adjust_model_table(self, facts: TableFacts, table: sa.Table) -> TableFacts:
        return facts


def read(*items: Any, metadata: sa.MetaData | None = None, **options: Any) -> TableFacts:
    """Return the facts of one table."""
    table = sa.Table("thing", metadata or sa.MetaData(), *items, **options)
    return models.read_model_table(table, PlainDialect(), default_schema="main")


def test_naming_convention_names_what_is_unnamed() -> None:
    facts = read(
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(5), unique=True, index=True),
        sa.Column("other", sa.ForeignKey("other.id")),
        sa.CheckConstraint("id > 0", name="positive"),
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(column_0_label)s",
                "uq": "uq_%(table_name)s_%(column_0_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )

    assert facts.primary_key is not None
    assert facts.primary_key.name == "pk_thing"
    assert [check.name for check in facts.checks] == ["ck_thing_positive"]
    assert [foreign_key.name for foreign_key in facts.foreign_keys] == ["fk_thing_other_other"]
    assert [index.name for index in facts.indexes] == ["ix_thing_name"]
    assert [index.unique for index in facts.indexes] == [True]
    assert type(facts.primary_key.name) is str


def test_unique_without_index_is_a_constraint() -> None:
    facts = read(sa.Column("name", sa.String(5), unique=True))

    assert (facts.uniques, facts.indexes) == ((UniqueFacts(("name",)),), ())


@pytest.mark.parametrize("schema,expected", [("main", None), ("side", "side"), (None, None)])
def test_default_schema_is_folded(schema: str | None, expected: str | None) -> None:
    facts = read(
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent", sa.Integer),
        sa.ForeignKeyConstraint(["parent"], [f"{schema}.thing.id" if schema else "thing.id"]),
        schema=schema,
    )

    assert facts.key == TableKey(expected, "thing")
    assert [item.referred for item in facts.foreign_keys] == [TableKey(expected, "thing")]


def test_schema_of_the_metadata_counts_for_text_targets() -> None:
    facts = read(
        sa.Column("parent", sa.Integer, sa.ForeignKey("elsewhere.id")),
        metadata=sa.MetaData(schema="side"),
    )

    assert facts.foreign_keys == (
        ForeignKeyFacts(("parent",), TableKey("side", "elsewhere"), ("id",)),
    )


def test_foreign_key_actions_are_upper_case_and_none_by_default() -> None:
    facts = read(
        sa.Column("a", sa.Integer),
        sa.ForeignKeyConstraint(
            ["a"], ["x.id"], onupdate="no action", ondelete="set  null", match="simple"
        ),
    )

    (foreign_key,) = facts.foreign_keys
    assert (foreign_key.on_update, foreign_key.on_delete) == (None, "SET NULL")
    assert foreign_key.match is None


def test_same_table_in_two_metadata_is_an_error() -> None:
    first, second = sa.MetaData(), sa.MetaData()
    sa.Table("thing", first, sa.Column("id", sa.Integer))
    sa.Table("thing", second, sa.Column("id", sa.Integer), schema="main")

    with pytest.raises(ModelsError, match="table thing is in more than one MetaData"):
        models.read_models([first, second], PlainDialect(), default_schema="main")


def test_tables_come_in_the_order_of_their_keys() -> None:
    metadata = sa.MetaData()
    for name, schema in [("b", None), ("a", "side"), ("a", None)]:
        sa.Table(name, metadata, sa.Column("id", sa.Integer), schema=schema)

    schema_facts = models.read_model_schema([metadata], PlainDialect(), default_schema=None)

    expected = [TableKey(None, "a"), TableKey(None, "b"), TableKey("side", "a")]
    assert list(schema_facts.facts.tables) == expected
    assert list(schema_facts.tables) == expected


def test_type_bound_checks_are_marked() -> None:
    facts = read(
        sa.Column("flag", sa.Boolean(create_constraint=True, name="ck_flag")),
        sa.Column("mood", sa.Enum("a", native_enum=False, create_constraint=True, name="ck_mood")),
        sa.Column("a", sa.Integer, sa.CheckConstraint("a > 0")),
    )

    marks = {check.name: check.is_type_bound for check in facts.checks}
    assert marks == {None: False, "ck_mood": True, "ck_flag": True}


def test_constraint_for_another_dialect_is_left_out() -> None:
    facts = read(
        sa.Column("a", sa.Integer),
        sa.CheckConstraint("a > 0", name="ours"),
        sa.CheckConstraint("a > 1", name="theirs").ddl_if(dialect="nosuch"),
        sa.Index("theirs", "a").ddl_if(dialect="nosuch"),
    )

    assert facts.checks == (CheckFacts("a > 0", "ours"),)
    assert facts.indexes == ()


def test_autoincrement_is_the_lone_integer_key() -> None:
    alone = read(sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
    pair = read(
        sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer, primary_key=True)
    )

    assert [column.autoincrement for column in alone.columns] == [True, False]
    assert [column.autoincrement for column in pair.columns] == [False, False]


@pytest.mark.parametrize("type_", [sa.types.NullType(), sa.String()])
def test_type_without_ddl_is_unknown(type_: sa.types.TypeEngine[Any]) -> None:
    from sqlalchemy.dialects.mysql.base import MySQLDialect

    assert models.normal_type(MySQLDialect(), type_) == UNKNOWN_TYPE


def test_computed_and_identity_have_no_default() -> None:
    dialect = PlainDialect()
    dialect.dialect.supports_identity_columns = True
    table = sa.Table(
        "thing",
        sa.MetaData(),
        sa.Column("a", sa.Integer, sa.Identity(always=True, start=1, increment=2, cycle=True)),
        sa.Column("b", sa.Integer, sa.Computed("(a  + 1)", persisted=True)),
    )

    facts = models.read_model_table(table, dialect, default_schema=None)

    assert facts.columns[0].identity == IdentityFacts(
        always=True, options=(("cycle", "true"), ("increment", "2"))
    )
    assert facts.columns[1].computed is not None
    assert facts.columns[1].computed.sql == "a + 1"
    assert [column.default for column in facts.columns] == [None, None]


def test_literals_in_expressions_are_inline() -> None:
    column: sa.Column[str] = sa.Column("a", sa.String(5), server_default="it's 100%")
    facts = read(column, sa.CheckConstraint(column.in_(["x", "50%"]), name="ck"))

    assert facts.columns[0].default == "'it''s 100%'"
    assert facts.checks[0].sql == "a IN ('x', '50%')"


@pytest.mark.parametrize(
    "element,expected",
    [
        (sa.column("a"), IndexElement("a")),
        (sa.column("a").desc(), IndexElement("a", descending=True)),
        (sa.column("a").asc().nulls_first(), IndexElement("a", nulls="first")),
        (sa.func.lower(sa.column("a")), IndexElement("lower(a)", is_expression=True)),
        (sa.text("a DESC NULLS LAST"), IndexElement("a", descending=True, nulls="last")),
        (sa.text("a + 1 desc"), IndexElement("a + 1", is_expression=True, descending=True)),
        (sa.literal_column("a"), IndexElement("a")),
        (sa.literal_column("a || b"), IndexElement("a || b", is_expression=True)),
    ],
    ids=str,
)
def test_index_element_has_its_order_beside_it(element: Any, expected: IndexElement) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.String(5)), sa.Column("b", sa.String(5)))
    index = sa.Index("i", element)
    table.append_constraint(index)

    facts = models.read_model_table(table, PlainDialect(), default_schema=None)

    assert facts.indexes[0].elements == (expected,)


def test_system_columns_are_left_out() -> None:
    facts = read(sa.Column("id", sa.Integer), sa.Column("xmin", sa.Integer, system=True))

    assert [column.name for column in facts.columns] == ["id"]
