"""Directives for enum types, domains and sequences: written, read back, and undone."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.ddl.postgresql.type_ddl import value_steps
from limbeck.errors import CommandError, IrreversibleError, UnsupportedOperationError
from limbeck.operations import Operations
from limbeck.operations.ops import (
    AlterDomainOp,
    AlterEnumOp,
    AlterSequenceOp,
    CreateDomainOp,
    CreateEnumOp,
    CreateExcludeConstraintOp,
    CreateSequenceOp,
    CreateTableOp,
    DropDomainOp,
    DropEnumOp,
    DropSequenceOp,
    MigrateOperation,
)
from limbeck.runtime.migration import MigrationContext
from tests.rendering import PlainRenderContext, evaluate

CHECKS = {"has_at": "VALUE LIKE '%@%'"}
DIRECTIVES: tuple[MigrateOperation, ...] = (
    CreateEnumOp("mood", ["sad", "it's ok"]),
    CreateEnumOp("Mood", ["sad"], schema="other"),
    DropEnumOp("mood"),
    DropEnumOp("mood", schema="other"),
    AlterEnumOp("mood", ["a", "b"]),
    AlterEnumOp("mood", ["a", "b"], existing_values=["a"], use_at_once=True, schema="other"),
    AlterEnumOp(
        "mood", ["b"], existing_values=["a", "c"], renames={"a": "b"}, replacements={"c": "b"}
    ),
    CreateDomainOp("mail", "text"),
    CreateDomainOp(
        "mail", sa.String(9), nullable=False, default="'a@b'", collation="C", checks=CHECKS, schema="o"
    ),
    DropDomainOp("mail"),
    DropDomainOp("mail", schema="other"),
    AlterDomainOp("mail", "text", existing={"nullable": False}),
    AlterDomainOp(
        "mail",
        sa.String(9),
        existing={"type_": "text", "default": "'x'", "checks": {}, "collation": "C"},
        checks=CHECKS,
        schema="other",
    ),
    CreateSequenceOp("s"),
    CreateSequenceOp(
        "s", type_="integer", start=9, increment=-1, minvalue=1, maxvalue=9, cycle=True, cache=5,
        schema="other",
    ),
    CreateSequenceOp("s", type_=sa.Integer(), cycle=False),
    DropSequenceOp("s"),
    DropSequenceOp("s", schema="other"),
    AlterSequenceOp("s", increment=5),
    AlterSequenceOp("s", increment=5, type_="bigint", existing={"increment": 1, "type_": "integer"}),
    AlterSequenceOp("s", start=2, minvalue=2, maxvalue=9, cycle=True, cache=1, schema="other"),
)  # fmt: skip


class Recorder(Operations):
    """Keeps the directives that are called instead of running them."""

    def __init__(self) -> None:
        self.found: list[MigrateOperation] = []

    def invoke(self, operation: MigrateOperation) -> Any:
        self.found.append(operation)


def read_back(source: str) -> MigrateOperation:
    recorder = Recorder()
    evaluate(source, op=recorder)
    (found,) = recorder.found
    return found


def plain(directive: MigrateOperation) -> dict[str, Any]:
    """Return what is in a directive, types by their text."""

    def fold(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: fold(each) for name, each in value.items()}
        return repr(value) if isinstance(value, sa.types.TypeEngine) else value

    hidden = ("_reverse", "_values")
    return {name: fold(value) for name, value in vars(directive).items() if name not in hidden}


@pytest.mark.parametrize("directive", DIRECTIVES, ids=lambda it: type(it).__name__)
def test_directive_comes_back_from_its_source(directive: MigrateOperation) -> None:
    found = read_back(str(directive.render(PlainRenderContext())))
    assert (type(found), plain(found)) == (type(directive), plain(directive))


@pytest.mark.parametrize("directive", DIRECTIVES, ids=lambda it: type(it).__name__)
def test_reverse_of_reverse_is_the_same(directive: MigrateOperation) -> None:
    try:
        reverse = directive.reverse()
    except IrreversibleError:
        return  # what is there now was not said
    if isinstance(directive, AlterEnumOp) and directive.replacements:
        return  # rows keep what they got
    assert plain(reverse.reverse()) == plain(directive)


@pytest.mark.parametrize(
    ("existing", "wanted", "renames", "steps"),
    [
        ("ab", "ab", {}, []),
        ("ab", "abc", {}, ["ADD VALUE IF NOT EXISTS 'c' AFTER 'b'"]),
        ("b", "ab", {}, ["ADD VALUE IF NOT EXISTS 'a' BEFORE 'b'"]),
        ("", "a", {}, ["ADD VALUE IF NOT EXISTS 'a'"]),
        ("ab", "ac", {"b": "c"}, ["RENAME VALUE 'b' TO 'c'"]),
        ("ab", "ba", {}, None),
        ("ab", "a", {}, None),
    ],
)
def test_values_are_added_and_renamed_in_place(
    existing: str, wanted: str, renames: dict[str, str], steps: list[str] | None
) -> None:
    assert value_steps(list(existing), list(wanted), renames) == steps


def script(dialect: str, directive: MigrateOperation) -> str:
    buffer = io.StringIO()
    opts = {"as_sql": True, "output_buffer": buffer}
    context = MigrationContext.configure(dialect_name=dialect, opts=opts)
    Operations(context).invoke(directive)
    return buffer.getvalue()


def test_script_needs_the_existing_values() -> None:
    with pytest.raises(CommandError, match="existing_values"):
        script("postgresql", AlterEnumOp("mood", ["a"]))


def test_script_adds_a_value() -> None:
    sql = script("postgresql", AlterEnumOp("mood", ["a", "b"], existing_values=["a"], schema="My"))
    assert sql == "ALTER TYPE \"My\".mood ADD VALUE IF NOT EXISTS 'b' AFTER 'a';\n\n"


def test_table_of_a_script_does_not_create_the_type_again() -> None:
    buffer = io.StringIO()
    opts = {"as_sql": True, "output_buffer": buffer}
    op = Operations(MigrationContext.configure(dialect_name="postgresql", opts=opts))
    op.invoke(CreateEnumOp("mood", ["a"]))
    op.create_table("t", sa.Column("m", sa.Enum("a", name="mood")))
    assert buffer.getvalue().count("CREATE TYPE mood") == 1


def test_table_of_a_script_takes_a_type_that_is_there() -> None:
    column: sa.Column[str] = sa.Column("m %", sa.Enum("a%", name="m %"))
    sql = script("postgresql", CreateTableOp("t", [column]))
    guarded = "DO $$ BEGIN CREATE TYPE \"m %\" AS ENUM ('a%'); EXCEPTION WHEN duplicate_object "
    assert guarded in sql


def test_domain_takes_the_class_of_a_type() -> None:
    assert "CREATE DOMAIN d AS INTEGER" in script("postgresql", CreateDomainOp("d", sa.Integer))


@pytest.mark.parametrize(
    "directive",
    [
        CreateEnumOp("e", ["a"]),
        DropDomainOp("d"),
        DropSequenceOp("s"),
        CreateExcludeConstraintOp("x", "t", [("a", "=")]),
    ],
)
def test_database_without_such_things_says_so(directive: MigrateOperation) -> None:
    with pytest.raises(UnsupportedOperationError, match="Leave it out on this database"):
        script("sqlite", directive)


@pytest.mark.parametrize("dialect", ["postgresql", "oracle", "mssql", "mariadb"])
def test_sequences_are_written_for_every_database_that_has_them(dialect: str) -> None:
    assert "SEQUENCE s" in script(dialect, AlterSequenceOp("s", increment=5))


def test_unknown_option_of_a_sequence_is_refused() -> None:
    with pytest.raises(TypeError, match="no option strat"):
        CreateSequenceOp("s", strat=1)
