"""Operations get their methods from directives, and run what is registered for them."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.operations import BatchOperations, MigrateOperation, Operations, ops
from limbeck.operations.base import AbstractOperations, current_operations
from limbeck.runtime.migration import MigrationContext


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def op(output: io.StringIO) -> Operations:
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": output}
    )
    return Operations(context)


@pytest.fixture
def registry() -> Iterator[None]:
    before = dict(AbstractOperations._to_impl._registry)
    yield
    AbstractOperations._to_impl._registry.clear()
    AbstractOperations._to_impl._registry.update(before)
    for cls in (Operations, BatchOperations):
        if "greet" in vars(cls):
            delattr(cls, "greet")


class _GreetOp(MigrateOperation):
    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def greet(cls, operations: Operations, name: str, *, loud: bool = False) -> Any:
        """Greet someone."""
        return operations.invoke(cls(name.upper() if loud else name))

    @classmethod
    def batch_greet(cls, operations: BatchOperations) -> Any:
        return operations.invoke(cls(operations.impl.table_name))


@pytest.mark.usefixtures("registry")
def test_registered_directive_is_a_method_and_runs(op: Operations) -> None:
    Operations.register_operation("greet")(_GreetOp)
    BatchOperations.register_operation("greet", "batch_greet")(_GreetOp)

    @Operations.implementation_for(_GreetOp)
    def run(operations: Operations, operation: _GreetOp) -> str:
        return f"hello {operation.name}"

    assert op.greet("you", loud=True) == "hello YOU"
    with op.batch_alter_table("tab") as batch:
        assert batch.greet() == "hello tab"
    assert op.greet.__doc__ == "Greet someone."
    assert str(inspect.signature(op.greet)) == "(name: 'str', *, loud: 'bool' = False) -> 'Any'"


@pytest.mark.usefixtures("registry")
def test_implementation_for_our_directive_needs_replace(op: Operations) -> None:
    with pytest.raises(ValueError, match="replace=True"):
        Operations.implementation_for(ops.DropTableOp)(lambda operations, operation: None)
    seen: list[str] = []

    @Operations.implementation_for(ops.DropTableOp, replace=True)
    def drop(operations: Operations, operation: ops.DropTableOp) -> None:
        seen.append(operation.table_name)

    op.drop_table("t")
    assert seen == ["t"]


def test_register_operation_without_the_method_raises() -> None:
    with pytest.raises(AttributeError):
        Operations.register_operation("missing")(_GreetOp)


def test_unknown_operation_says_what_is_close(op: Operations) -> None:
    with pytest.raises(AttributeError, match="did you mean 'add_column'"):
        _ = op.add_colum


def test_operation_that_no_batch_has_says_so(op: Operations) -> None:
    with op.batch_alter_table("t") as batch, pytest.raises(AttributeError, match="outside of it"):
        _ = batch.create_table


def test_directive_without_implementation_raises(op: Operations) -> None:
    with pytest.raises(ValueError, match="no dispatch function"):
        op.invoke(MigrateOperation())


def test_context_makes_operations_current(op: Operations) -> None:
    assert current_operations.get() is None
    with Operations.context(op.get_context()) as current:
        assert current_operations.get() is current
    assert current_operations.get() is None


def test_f_marks_a_name_as_final(op: Operations, output: io.StringIO) -> None:
    op.migration_context.opts["target_metadata"] = sa.MetaData(  # type: ignore[index]  # a dict
        naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"}
    )
    op.create_check_constraint("a", "t", "x > 1")
    op.create_check_constraint(op.f("a"), "t", "x > 1")
    assert "CONSTRAINT ck_t_a CHECK" in output.getvalue()
    assert "CONSTRAINT a CHECK" in output.getvalue()


def test_run_async_offline_is_refused(op: Operations) -> None:
    async def nothing(connection: Any) -> None: ...

    with pytest.raises(NotImplementedError, match="SQL mode"):
        op.run_async(nothing)


def test_add_column_makes_what_hangs_on_it(op: Operations, output: io.StringIO) -> None:
    column = sa.Column("x", sa.Integer, sa.ForeignKey("u.id", name="fk"), index=True)
    op.add_column("t", column, schema="s")
    assert output.getvalue().split("\n\n")[:3] == [
        "ALTER TABLE s.t ADD COLUMN x INTEGER;",
        "ALTER TABLE s.t ADD CONSTRAINT fk FOREIGN KEY(x) REFERENCES u (id);",
        "CREATE INDEX ix_s_t_x ON s.t (x);",
    ]


def test_alter_column_replaces_the_check_of_a_type(op: Operations, output: io.StringIO) -> None:
    old = sa.Enum("a", name="ck", create_constraint=True, native_enum=False)
    new = sa.Enum("a", "b", name="ck", create_constraint=True, native_enum=False)
    op.alter_column("t", "x", existing_type=old, type_=new, new_column_name="y")
    assert output.getvalue().split("\n\n")[:-1] == [
        "ALTER TABLE t DROP CONSTRAINT ck;",
        "ALTER TABLE t ALTER COLUMN x TYPE VARCHAR(1);",
        "ALTER TABLE t RENAME x TO y;",
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (y IN ('a', 'b'));",
    ]


def test_drop_constraint_unknown_kind_raises(op: Operations) -> None:
    with pytest.raises(TypeError, match="'type' can be one of"):
        op.drop_constraint("c", "t", type_="bogus")
