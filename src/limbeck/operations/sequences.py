"""Directives for sequences that stand alone: create, change, drop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Sequence
from sqlalchemy.types import TypeEngine

from limbeck.operations.base import AbstractOperations, Operations, run_by_itself
from limbeck.operations.directive import MigrateOperation
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier, render_schema
from limbeck.render.types import render_type
from limbeck.types import DatabaseType

SequenceType = str | TypeEngine[Any]

OPTIONS = ("type_", "start", "increment", "minvalue", "maxvalue", "cycle", "cache")
"""What can be said of a sequence; what is not is as the database chooses."""


@run_by_itself
@Operations.register_operation("create_sequence")
class CreateSequenceOp(MigrateOperation):
    """Create a sequence."""

    def __init__(self, sequence_name: str, *, schema: str | None = None, **options: Any) -> None:
        self.sequence_name = sequence_name
        self.schema = schema
        self.options = _given(options)

    @classmethod
    def create_sequence(
        cls,
        operations: Operations,
        sequence_name: str,
        *,
        type_: SequenceType | None = None,
        start: int | None = None,
        increment: int | None = None,
        minvalue: int | None = None,
        maxvalue: int | None = None,
        cycle: bool | None = None,
        cache: int | None = None,
        schema: str | None = None,
    ) -> None:
        """Create a sequence.

        Args:
            sequence_name: the sequence.
            type_: the type of its numbers, or the name of it in the database.
            start: its first number.
            increment: what is added each time.
            minvalue: its least number.
            maxvalue: its greatest number.
            cycle: whether it starts again at its end.
            cache: how many numbers a session takes at once.
            schema: its schema.
        """
        operations.invoke(
            cls(
                sequence_name,
                schema=schema,
                type_=type_,
                start=start,
                increment=increment,
                minvalue=minvalue,
                maxvalue=maxvalue,
                cycle=cycle,
                cache=cache,
            )
        )

    def run(self, operations: AbstractOperations) -> None:
        """Create the sequence."""
        options = dict(self.options)
        type_ = options.pop("type_", None)
        if isinstance(type_, str):
            type_ = DatabaseType(type_)
        operations.impl.create_sequence(
            Sequence(self.sequence_name, schema=self.schema, data_type=type_, **options)
        )

    def reverse(self) -> DropSequenceOp:
        """Return the drop of the sequence."""
        return DropSequenceOp(self.sequence_name, schema=self.schema, _reverse=self)

    def to_diff_tuple(self) -> tuple[str, str | None, str, dict[str, Any]]:
        """Return `("add_sequence", schema, name, options)`."""
        return ("add_sequence", self.schema, self.sequence_name, self.options)

    def render(self, context: RenderContext) -> str:
        """Return `op.create_sequence(…)`."""
        return call(
            f"{operations_prefix(context)}create_sequence",
            render_identifier(context, self.sequence_name),
            **{name: _render(value, context) for name, value in self.options.items()},
            **render_schema(self.schema, context),
        )


@run_by_itself
@Operations.register_operation("drop_sequence")
class DropSequenceOp(MigrateOperation):
    """Drop a sequence."""

    def __init__(
        self,
        sequence_name: str,
        *,
        schema: str | None = None,
        _reverse: CreateSequenceOp | None = None,
    ) -> None:
        self.sequence_name = sequence_name
        self.schema = schema
        self._reverse = _reverse

    @classmethod
    def drop_sequence(
        cls, operations: Operations, sequence_name: str, *, schema: str | None = None
    ) -> None:
        """Drop a sequence.

        Args:
            sequence_name: the sequence.
            schema: its schema.
        """
        operations.invoke(cls(sequence_name, schema=schema))

    def run(self, operations: AbstractOperations) -> None:
        """Drop the sequence."""
        operations.impl.drop_sequence(self.sequence_name, self.schema)

    def reverse(self) -> MigrateOperation:
        """Return the creation of the sequence; IrreversibleError when it is not known."""
        return super().reverse() if self._reverse is None else self._reverse

    def to_diff_tuple(self) -> tuple[str, str | None, str]:
        """Return `("remove_sequence", schema, name)`."""
        return ("remove_sequence", self.schema, self.sequence_name)

    def render(self, context: RenderContext) -> str:
        """Return `op.drop_sequence(…)`."""
        return call(
            f"{operations_prefix(context)}drop_sequence",
            render_identifier(context, self.sequence_name),
            **render_schema(self.schema, context),
        )


@run_by_itself
@Operations.register_operation("alter_sequence")
class AlterSequenceOp(MigrateOperation):
    """Change a sequence's options; the number that it has come to stays, if it may."""

    def __init__(
        self,
        sequence_name: str,
        *,
        existing: Mapping[str, Any] | None = None,
        schema: str | None = None,
        **options: Any,
    ) -> None:
        self.sequence_name = sequence_name
        self.existing = dict(existing or {})
        self.schema = schema
        self.options = _given(options)

    @classmethod
    def alter_sequence(
        cls,
        operations: Operations,
        sequence_name: str,
        *,
        existing: Mapping[str, Any] | None = None,
        type_: SequenceType | None = None,
        start: int | None = None,
        increment: int | None = None,
        minvalue: int | None = None,
        maxvalue: int | None = None,
        cycle: bool | None = None,
        cache: int | None = None,
        schema: str | None = None,
    ) -> None:
        """Change a sequence's options; those not given stay.

        Args:
            sequence_name: the sequence.
            existing: the options that change as they are now, by name; for the way back.
            type_: the type of its numbers, or the name of it in the database.
            start: its first number.
            increment: what is added each time.
            minvalue: its least number.
            maxvalue: its greatest number.
            cycle: whether it starts again at its end.
            cache: how many numbers a session takes at once.
            schema: its schema.
        """
        operations.invoke(
            cls(
                sequence_name,
                existing=existing,
                schema=schema,
                type_=type_,
                start=start,
                increment=increment,
                minvalue=minvalue,
                maxvalue=maxvalue,
                cycle=cycle,
                cache=cache,
            )
        )

    def run(self, operations: AbstractOperations) -> None:
        """Change the sequence."""
        options = dict(self.options)
        type_ = options.pop("type_", None)
        if type_ is not None:
            compiler = operations.impl.dialect.type_compiler_instance
            options["type"] = type_ if isinstance(type_, str) else compiler.process(type_)
        operations.impl.alter_sequence(self.sequence_name, self.schema, options)

    def reverse(self) -> MigrateOperation:
        """Return the change back; IrreversibleError when not all existing options are known."""
        if set(self.existing) != set(self.options):
            return super().reverse()
        directive = AlterSequenceOp(
            self.sequence_name, existing=self.options, schema=self.schema, **self.existing
        )
        if _are_narrower(directive.options, directive.existing):
            directive.remark = "Fails where the sequence has come to a number beyond these limits."
        return directive

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return `("modify_sequence", schema, name, existing options, options)`."""
        return ("modify_sequence", self.schema, self.sequence_name, self.existing, self.options)

    def render(self, context: RenderContext) -> str:
        """Return `op.alter_sequence(…)`."""
        keywords = {name: _render(value, context) for name, value in self.options.items()}
        if self.existing:
            items = (f"{name!r}: {_render(it, context)}" for name, it in self.existing.items())
            keywords["existing"] = f"{{{', '.join(items)}}}"
        return call(
            f"{operations_prefix(context)}alter_sequence",
            render_identifier(context, self.sequence_name),
            **keywords,
            **render_schema(self.schema, context),
        )


def _are_narrower(options: Mapping[str, Any], existing: Mapping[str, Any]) -> bool:
    """Tell whether a sequence that goes on counting the same way gets limits within its own."""
    if "increment" in options:
        return False
    has_less = "maxvalue" in options and options["maxvalue"] < existing["maxvalue"]
    return has_less or ("minvalue" in options and options["minvalue"] > existing["minvalue"])


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are given, in the order of `OPTIONS`."""
    unknown = set(options) - set(OPTIONS)
    if unknown:
        raise TypeError(f"a sequence has no option {', '.join(sorted(unknown))}")
    return {name: options[name] for name in OPTIONS if options.get(name) is not None}


def _render(value: Any, context: RenderContext) -> str:
    return render_type(value, context) if isinstance(value, TypeEngine) else literal(value)
