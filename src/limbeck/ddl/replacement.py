"""A column in the place of another: what ALTER can't make of a computed column, or out of one.

Receives what `alter_column` takes. A new computed column fills itself; one that is computed no
longer is filled from the old one before that goes. The new column stands at the table's end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Computed, Identity, MetaData, Table, column, table, update
from sqlalchemy.types import NULLTYPE, to_instance

from limbeck import sqla
from limbeck.errors import CommandError

if TYPE_CHECKING:
    from limbeck.ddl.impl import DefaultImpl

_MAX_NAME = 50


def replace_column(
    impl: DefaultImpl,
    table_name: str,
    column_name: str,
    *,
    nullable: bool | None = None,
    server_default: Any = False,
    name: str | None = None,
    type_: Any | None = None,
    schema: str | None = None,
    comment: Any = False,
    existing_type: Any | None = None,
    existing_server_default: Any = None,
    existing_nullable: bool | None = None,
    existing_comment: str | None = None,
    **kw: Any,
) -> None:
    """Drop a column and add it anew; raises CommandError where its type is not known."""
    full_type = type_ if type_ is not None else existing_type
    if full_type is None:
        raise CommandError(
            f"Can't replace the column {table_name}.{column_name} without its type: give type_= or "
            f"existing_type=, and existing_nullable=, existing_server_default=, existing_comment= "
            f"where they are not the default, or they are lost."
        )
    default = existing_server_default if server_default is False else server_default
    wanted = nullable if nullable is not None else existing_nullable
    new = _Replacement(
        impl,
        table_name,
        schema,
        old=column_name,
        name=name or column_name,
        type=to_instance(full_type),
        nullable=True if wanted is None else wanted,
        default=None if default is False else default,
        comment=existing_comment if comment is False else comment,
    )
    if isinstance(default, Computed):
        new.drop_old()
        new.add(new.name, nullable=new.nullable)
    else:
        new.add_filled()


class _Replacement:
    """The new column."""

    def __init__(
        self,
        impl: DefaultImpl,
        table_name: str,
        schema: str | None,
        *,
        old: str,
        name: str,
        type: Any,
        nullable: bool,
        default: Any,
        comment: str | None,
    ) -> None:
        self.impl = impl
        self.table_name = table_name
        self.schema = schema
        self.old = old
        self.name = name
        self.type = type
        self.nullable = nullable
        self.default = default
        self.comment = comment

    def drop_old(self) -> None:
        """Drop the old column."""
        self.impl.drop_column(self.table_name, Column(self.old, NULLTYPE), schema=self.schema)

    def add(self, name: str, *, nullable: bool) -> None:
        """Add the new column under a name."""
        default = self.default
        generated = [sqla.copy_server_default(default)] if isinstance(default, Computed) else []
        new: Column[Any] = Column(
            name,
            self.type,
            *generated,
            nullable=nullable,
            server_default=None if generated else getattr(default, "arg", default),
            comment=self.comment,
        )
        Table(self.table_name, MetaData(), new, schema=self.schema)
        self.impl.add_column(self.table_name, new, schema=self.schema)
        dialect = self.impl.dialect
        if self.comment and dialect.supports_comments and not dialect.inline_comments:
            self.impl.create_column_comment(new)

    def add_filled(self) -> None:
        """Add the new column with the old one's values, and put it in its place."""
        temporary = f"_limbeck_tmp_{self.old}"[:_MAX_NAME]
        identity, self.default = (
            (self.default, None) if isinstance(self.default, Identity) else (None, self.default)
        )
        self.add(temporary, nullable=True)
        bare = table(self.table_name, column(temporary), column(self.old), schema=self.schema)
        self.impl.execute(update(bare).values({temporary: bare.c[self.old]}))
        self.drop_old()
        self.impl.alter_column(
            self.table_name,
            temporary,
            name=self.name,
            nullable=None if self.nullable else False,
            schema=self.schema,
            existing_type=self.type,
            existing_server_default=self.default,
            existing_nullable=True,
            existing_comment=self.comment,
        )
        if identity is not None:  # its sequence is called after the column's name
            self.impl.alter_column(
                self.table_name, self.name, server_default=identity, schema=self.schema
            )
