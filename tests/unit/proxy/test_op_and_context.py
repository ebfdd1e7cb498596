"""`op` and `context` stand for what is current, and say so when nothing is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from limbeck import context, op
from limbeck.errors import CommandError, OutsideMigrationError
from limbeck.op import add_column, batch_alter_table
from limbeck.operations import MigrateOperation, Operations
from limbeck.operations.base import current_operations


def operations(dialect: str = "nothing") -> Operations:
    """Return operations that need no database."""
    migration: Any = SimpleNamespace(impl=SimpleNamespace(__dialect__=dialect))
    return Operations(migration)


@pytest.mark.parametrize("function", [add_column, batch_alter_table])
def test_function_outside_of_a_migration_says_where_it_belongs(function: Any) -> None:
    with pytest.raises(OutsideMigrationError, match=r"Can't invoke function '.*' class") as caught:
        function("t")
    assert isinstance(caught.value, NameError)
    assert isinstance(caught.value, CommandError)


def test_function_of_context_outside_of_env_py_says_where_it_belongs() -> None:
    with pytest.raises(OutsideMigrationError, match="Can't invoke function 'run_migrations'"):
        context.run_migrations()


def test_attribute_of_context_outside_of_env_py_is_missing() -> None:
    assert not hasattr(context, "config")
    assert not hasattr(context, "script")


@pytest.mark.parametrize("module", [op, context])
def test_unknown_name_is_missing(module: object) -> None:
    assert not hasattr(module, "no_such_function")


def test_function_imported_earlier_uses_what_is_current_at_the_call() -> None:
    from limbeck.op import f, get_context  # as at the top of a revision file

    first, second = operations(), operations()
    for current in (first, second):
        token = current_operations.set(current)
        try:
            assert get_context() is current.migration_context
            assert f("x") == "x"
        finally:
            current_operations.reset(token)


def test_operation_of_a_plugin_is_a_function_of_op() -> None:
    @Operations.register_operation("shout")
    class ShoutOp(MigrateOperation):
        def __init__(self, text: str) -> None:
            self.text = text

        @classmethod
        def shout(cls, operations: Operations, text: str) -> Any:
            return operations.invoke(cls(text))

    @Operations.implementation_for(ShoutOp)
    def shout(operations: Operations, operation: ShoutOp) -> str:
        return operation.text.upper()

    token = current_operations.set(operations())
    try:
        assert "shout" in dir(op)
        assert getattr(op, "shout")("hey") == "HEY"  # noqa: B009  # the stub does not know it
    finally:
        current_operations.reset(token)
        delattr(Operations, "shout")


def test_class_methods_work_without_a_migration() -> None:
    assert op.register_operation == Operations.register_operation


def _context_with(own: Operations) -> Any:
    token = current_operations.set(own)
    try:
        return op.get_context()
    finally:
        current_operations.reset(token)


def test_thread_of_its_own_finds_what_started_it() -> None:
    from limbeck.op import get_context  # as at the top of a revision file

    outer, inner, own = operations(), operations(), operations()
    with ThreadPoolExecutor(max_workers=1) as pool:
        outer_token = current_operations.set(outer)
        inner_token = current_operations.set(inner)
        assert pool.submit(get_context).result() is inner.migration_context
        current_operations.reset(inner_token)
        assert pool.submit(get_context).result() is outer.migration_context
        assert pool.submit(_context_with, own).result() is own.migration_context
        assert get_context() is outer.migration_context
        current_operations.reset(outer_token)
        with pytest.raises(OutsideMigrationError):
            pool.submit(get_context).result()


def test_everything_is_imported_by_a_star() -> None:
    names: dict[str, Any] = {}
    exec("from limbeck.op import *", names)  # the only place for it but a module
    assert {"add_column", "batch_alter_table", "f", "get_context"} <= set(names)
    exec("from limbeck.context import *", names)  # as above
    assert {"configure", "run_migrations"} <= set(names)
    assert "config" not in names
