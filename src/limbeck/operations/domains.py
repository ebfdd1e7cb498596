"""Directives for domains: create, change, drop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.types import TypeEngine, to_instance

from limbeck.ddl.objects import Domain
from limbeck.operations.base import AbstractOperations, Operations, run_by_itself
from limbeck.operations.directive import MigrateOperation
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, operations_prefix
from limbeck.render.expressions import render_identifier, render_schema
from limbeck.render.types import render_type

DomainType = str | TypeEngine[Any] | type[TypeEngine[Any]]
"""A type, its class, or its name in the database."""


class _WholeDomain(MigrateOperation):
    """What a directive with a whole domain has in common."""

    def __init__(
        self,
        domain_name: str,
        type_: DomainType,
        *,
        nullable: bool = True,
        default: str | None = None,
        collation: str | None = None,
        checks: Mapping[str, str] | None = None,
        schema: str | None = None,
    ) -> None:
        self.domain_name = domain_name
        self.type_: str | TypeEngine[Any] = type_ if isinstance(type_, str) else to_instance(type_)
        self.nullable = nullable
        self.default = default
        self.collation = collation
        self.checks = dict(checks or {})
        self.schema = schema

    def settings(self) -> dict[str, Any]:
        """Return what makes the domain what it is, by the names of the arguments."""
        return {
            "type_": self.type_,
            "nullable": self.nullable,
            "default": self.default,
            "collation": self.collation,
            "checks": self.checks,
        }

    def _render_as(self, name: str, context: RenderContext, **more: str) -> str:
        keywords: dict[str, str] = {}
        if not self.nullable:
            keywords["nullable"] = literal(self.nullable)
        if self.default is not None:
            keywords["default"] = literal(self.default)
        if self.collation is not None:
            keywords["collation"] = literal(self.collation)
        if self.checks:
            keywords["checks"] = literal(self.checks)
        return call(
            f"{operations_prefix(context)}{name}",
            render_identifier(context, self.domain_name),
            _render_domain_type(self.type_, context),
            **keywords,
            **render_schema(self.schema, context),
            **more,
        )


@run_by_itself
@Operations.register_operation("create_domain")
class CreateDomainOp(_WholeDomain):
    """Create a domain."""

    @classmethod
    def create_domain(
        cls,
        operations: Operations,
        domain_name: str,
        type_: DomainType,
        *,
        nullable: bool = True,
        default: str | None = None,
        collation: str | None = None,
        checks: Mapping[str, str] | None = None,
        schema: str | None = None,
    ) -> None:
        """Create a domain, on a database that has them.

        Args:
            domain_name: the domain.
            type_: what it is made of: a type, or its name in the database.
            nullable: whether NULL is one of its values.
            default: SQL of its default.
            collation: its collation.
            checks: SQL of its checks, by their names; the value is called VALUE there.
            schema: its schema.
        """
        operations.invoke(
            cls(
                domain_name,
                type_,
                nullable=nullable,
                default=default,
                collation=collation,
                checks=checks,
                schema=schema,
            )
        )

    def run(self, operations: AbstractOperations) -> None:
        """Create the domain."""
        operations.impl.create_domain(_domain(self.domain_name, self.schema, self.settings()))

    def reverse(self) -> DropDomainOp:
        """Return the drop of the domain."""
        return DropDomainOp(self.domain_name, schema=self.schema, _reverse=self)

    def to_diff_tuple(self) -> tuple[str, str | None, str, Any]:
        """Return `("add_domain", schema, name, type)`."""
        return ("add_domain", self.schema, self.domain_name, self.type_)

    def render(self, context: RenderContext) -> str:
        """Return `op.create_domain(…)`."""
        return self._render_as("create_domain", context)


@run_by_itself
@Operations.register_operation("drop_domain")
class DropDomainOp(MigrateOperation):
    """Drop a domain."""

    def __init__(
        self,
        domain_name: str,
        *,
        schema: str | None = None,
        _reverse: CreateDomainOp | None = None,
    ) -> None:
        self.domain_name = domain_name
        self.schema = schema
        self._reverse = _reverse

    @classmethod
    def drop_domain(
        cls, operations: Operations, domain_name: str, *, schema: str | None = None
    ) -> None:
        """Drop a domain that nothing uses any more.

        Args:
            domain_name: the domain.
            schema: its schema.
        """
        operations.invoke(cls(domain_name, schema=schema))

    def run(self, operations: AbstractOperations) -> None:
        """Drop the domain."""
        operations.impl.drop_domain(self.domain_name, self.schema)

    def reverse(self) -> MigrateOperation:
        """Return the creation of the domain; IrreversibleError when it is not known."""
        return super().reverse() if self._reverse is None else self._reverse

    def to_diff_tuple(self) -> tuple[str, str | None, str]:
        """Return `("remove_domain", schema, name)`."""
        return ("remove_domain", self.schema, self.domain_name)

    def render(self, context: RenderContext) -> str:
        """Return `op.drop_domain(…)`."""
        return call(
            f"{operations_prefix(context)}drop_domain",
            render_identifier(context, self.domain_name),
            **render_schema(self.schema, context),
        )


@run_by_itself
@Operations.register_operation("alter_domain")
class AlterDomainOp(_WholeDomain):
    """Change a domain: the whole of it as it shall be, and what is different now."""

    def __init__(
        self,
        domain_name: str,
        type_: DomainType,
        *,
        existing: Mapping[str, Any],
        **wanted: Any,
    ) -> None:
        super().__init__(domain_name, type_, **wanted)
        self.existing = dict(existing)

    @classmethod
    def alter_domain(
        cls,
        operations: Operations,
        domain_name: str,
        type_: DomainType,
        *,
        existing: Mapping[str, Any],
        nullable: bool = True,
        default: str | None = None,
        collation: str | None = None,
        checks: Mapping[str, str] | None = None,
        schema: str | None = None,
    ) -> None:
        """Change a domain. Where its type or collation changes, it is built anew.

        Args:
            domain_name: the domain.
            type_: what it shall be made of: a type, or its name in the database.
            existing: those of the other arguments that are different now, by name, such as
                `{"nullable": True}`; only these change.
            nullable: whether NULL is one of its values.
            default: SQL of its default.
            collation: its collation.
            checks: SQL of its checks, by their names; the value is called VALUE there.
            schema: its schema.
        """
        operations.invoke(
            cls(
                domain_name,
                type_,
                existing=existing,
                nullable=nullable,
                default=default,
                collation=collation,
                checks=checks,
                schema=schema,
            )
        )

    def run(self, operations: AbstractOperations) -> None:
        """Change the domain."""
        wanted = self.settings()
        operations.impl.alter_domain(
            _domain(self.domain_name, self.schema, {**wanted, **self.existing}),
            _domain(self.domain_name, self.schema, wanted),
        )

    def reverse(self) -> AlterDomainOp:
        """Return the change back."""
        wanted = self.settings()
        return AlterDomainOp(
            self.domain_name,
            existing={name: wanted[name] for name in self.existing},
            schema=self.schema,
            **{**wanted, **self.existing},
        )

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return `("modify_domain", schema, name, what is now, what shall be)`."""
        wanted = self.settings()
        changed = {name: wanted[name] for name in self.existing}
        return ("modify_domain", self.schema, self.domain_name, self.existing, changed)

    def render(self, context: RenderContext) -> str:
        """Return `op.alter_domain(…)`."""
        items = (
            f"{name!r}: "
            + (_render_domain_type(value, context) if name == "type_" else literal(value))
            for name, value in self.existing.items()
        )
        return self._render_as("alter_domain", context, existing=f"{{{', '.join(items)}}}")


def _render_domain_type(type_: str | TypeEngine[Any], context: RenderContext) -> str:
    return literal(type_) if isinstance(type_, str) else render_type(type_, context)


def _domain(name: str, schema: str | None, settings: Mapping[str, Any]) -> Domain:
    return Domain(
        name,
        settings["type_"],
        schema=schema,
        nullable=settings["nullable"],
        default=settings["default"],
        collation=settings["collation"],
        checks=settings["checks"] or {},
    )
