"""`op` and `batch_op`: the methods that directives register, on a migration context.

`Operations` and `BatchOperations` get one method for each registered directive, which builds the
directive and invokes it. `invoke` chooses the function that runs it: the directive's own `run`,
or what `implementation_for` registered. `current_operations` is what `limbeck.op` stands for.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, Protocol, TypeVar, cast

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.schema import Table
from sqlalchemy.sql.elements import BindParameter, conv
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import await_only, immutabledict

from limbeck import sqla
from limbeck.dispatch import Dispatcher
from limbeck.errors import UnsupportedOperationError, did_you_mean
from limbeck.operations.directive import MigrateOperation
from limbeck.proxy import Current

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl
    from limbeck.operations.batch import BatchOperationsImpl

_Directive = TypeVar("_Directive", bound=type[Any])
_Function = TypeVar("_Function", bound=Callable[..., Any])
_Result = TypeVar("_Result")

NO_KWARGS: Mapping[str, Any] = immutabledict()


class MigrationContext(Protocol):
    """What operations need of `runtime.migration.MigrationContext`."""

    @property
    def impl(self) -> DefaultImpl:
        """Return the database's implementation of DDL."""

    @property
    def dialect(self) -> Dialect:
        """Return SQLAlchemy's dialect."""

    @property
    def opts(self) -> Mapping[str, Any]:
        """Return the options of `context.configure()`."""

    @property
    def bind(self) -> Any:
        """Return the connection, or None when a script is written."""

    @property
    def as_sql(self) -> bool:
        """Return whether a script is written instead of a database changed."""

    def may_commit_parts(self) -> bool:
        """Return whether rows changed from here on may be committed part by part."""

    def commit_part(self) -> None:
        """Commit what has been done and go on in another transaction."""

    def row_progress(self) -> Callable[[int, int, str], None] | None:
        """Return a function to tell how many rows of how many are done, and of what."""


class AbstractOperations:
    """What `op` and `batch_op` share: registration, invocation, the surroundings."""

    _to_impl: ClassVar[Dispatcher] = Dispatcher()  # compat: sqlalchemy-declarative-extensions
    """The functions that run directives; one registry for plain and batch operations."""

    def __init__(
        self, migration_context: MigrationContext, impl: BatchOperationsImpl | None = None
    ) -> None:
        self.migration_context = migration_context
        self.impl: Any = migration_context.impl if impl is None else impl

    @classmethod
    def register_operation(
        cls, name: str, sourcename: str | None = None
    ) -> Callable[[_Directive], _Directive]:
        """Decorate a directive: its classmethod `sourcename` becomes the method `name` here.

        The classmethod receives these operations as its first argument. `sourcename` is `name`
        where it is not given.
        """

        def register(op_cls: _Directive) -> _Directive:
            setattr(cls, name, _operation_method(name, getattr(op_cls, sourcename or name)))
            return op_cls

        return register

    @classmethod
    def implementation_for(
        cls, op_cls: Any, replace: bool = False
    ) -> Callable[[_Function], _Function]:
        """Decorate the function `(operations, directive)` that runs a directive's class.

        Raises ValueError when the class has one already and `replace` is not set.
        """
        return cls._to_impl.dispatch_for(op_cls, replace=replace)

    @classmethod
    @contextmanager
    def context(cls, migration_context: MigrationContext) -> Iterator[Operations]:
        """Make `limbeck.op` stand for operations on `migration_context` within the block."""
        operations = Operations(migration_context)
        token = current_operations.set(operations)
        try:
            yield operations
        finally:
            current_operations.reset(token)

    @contextmanager
    def batch_alter_table(
        self,
        table_name: str,
        schema: str | None = None,
        recreate: Literal["auto", "always", "never"] = "auto",
        partial_reordering: Sequence[tuple[str, ...]] | None = None,
        copy_from: Table | None = None,
        table_args: Sequence[Any] = (),
        table_kwargs: Mapping[str, Any] = NO_KWARGS,
        reflect_args: Sequence[Any] = (),
        reflect_kwargs: Mapping[str, Any] = NO_KWARGS,
        naming_convention: Mapping[str, str] | None = None,
    ) -> Iterator[BatchOperations]:
        """Collect the block's changes to one table and carry them out together at its end.

        Where the database can't ALTER what is asked, the table is built anew beside the old one,
        its rows are copied, and it takes the old one's place; all within the transaction.

        Args:
            table_name: the table.
            schema: its schema.
            recreate: "auto" builds the table anew where the database needs it, "always" and
                "never" in any case.
            partial_reordering: tuples of column names, each in the order they shall have.
            copy_from: the table as it is, instead of reading it from the database; needed to
                write a script for a database that has to build the table anew.
            table_args: constraints and other items for the new table.
            table_kwargs: keyword arguments for the new table.
            reflect_args: columns that override what is read from the database.
            reflect_kwargs: keyword arguments for reading the table, such as `listeners`.
            naming_convention: names for the constraints that have none in the database, so that
                they can be dropped by name.
        """
        from limbeck.operations.batch import BatchOperationsImpl  # it needs this module

        impl = BatchOperationsImpl(
            self,
            table_name,
            schema,
            recreate,
            copy_from,
            table_args,
            table_kwargs,
            reflect_args,
            reflect_kwargs,
            naming_convention,
            partial_reordering,
        )
        yield BatchOperations(self.migration_context, impl=impl)
        impl.flush()

    def get_context(self) -> MigrationContext:
        """Return the migration context."""
        return self.migration_context

    def invoke(self, operation: MigrateOperation) -> Any:
        """Carry out a directive; return what its implementation returns."""
        implementation = self._to_impl.dispatch(operation, self.migration_context.impl.__dialect__)
        return implementation(self, operation)

    def f(self, name: str | None) -> conv:
        """Mark a name as final: no naming convention is applied to it. None: there shall be none."""
        return sqla.NO_NAME if name is None else conv(name)

    def inline_literal(
        self, value: str | int, type_: TypeEngine[Any] | None = None
    ) -> BindParameter[Any]:
        """Return an expression that is always written into the statement, never bound."""
        return sqla.inline_literal(value, type_)

    def get_bind(self) -> Connection:
        """Return the connection; offline, what stands for it (None or a mock)."""
        return cast(Connection, self.migration_context.impl.bind)

    def run_async(
        self, async_function: Callable[..., Awaitable[_Result]], *args: Any, **kw_args: Any
    ) -> _Result:
        """Call a coroutine function with the AsyncConnection and the arguments given; wait for it.

        Raises UnsupportedOperationError offline, ValueError where the driver is not async.
        """
        if self.migration_context.as_sql:
            raise UnsupportedOperationError("Cannot call run_async in SQL mode")
        connection = self.get_bind()
        if not connection.dialect.is_async:
            raise ValueError("Cannot call run_async with a sync engine")
        result: _Result = await_only(
            async_function(sqla.async_connection(connection), *args, **kw_args)
        )
        return result

    if TYPE_CHECKING:
        # The methods of registered directives; `op.pyi` lists limbeck's own.
        def __getattr__(self, name: str) -> Callable[..., Any]: ...

    else:

        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(_missing_operation(type(self), name), name=name, obj=self)


class Operations(AbstractOperations):
    """`op`: what a revision file's functions call."""


class BatchOperations(AbstractOperations):
    """`batch_op`: what the block of `batch_alter_table` calls; the table is known."""


current_operations: Current[Operations] = Current("current_operations")
"""The operations that `limbeck.op` stands for, None outside of a migration."""


def run_by_itself(op_cls: _Directive) -> _Directive:
    """Decorate a directive of ours: its `run` is its implementation until one is registered."""

    @AbstractOperations.implementation_for(op_cls)
    def run(operations: AbstractOperations, operation: MigrateOperation) -> Any:
        return operation.run(operations)

    return op_cls


def _operation_method(name: str, source: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that calls a directive's classmethod with the operations it is called on."""

    def method(self: AbstractOperations, *args: Any, **kw: Any) -> Any:
        return source(self, *args, **kw)

    signature = inspect.signature(source)
    own = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    method.__name__ = method.__qualname__ = name
    method.__doc__ = source.__doc__
    method.__module__ = source.__module__
    method.__signature__ = signature.replace(  # type: ignore[attr-defined]  # read by inspect
        parameters=[own, *list(signature.parameters.values())[1:]]
    )
    return method


def _missing_operation(cls: type[AbstractOperations], name: str) -> str:
    message = f"'{cls.__name__}' object has no attribute {name!r}"
    if issubclass(cls, BatchOperations) and hasattr(Operations, name):
        return f"{message}: op.{name}() does not work on the table of a batch block, call it outside of it"
    return message + did_you_mean(name, [n for n in dir(cls) if not n.startswith("_")])
