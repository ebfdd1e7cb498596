"""What rendering needs from above: options, the hooks of users and dialects, a place for imports.

`AutogenContext` is the usual `RenderContext`; tests and programs may pass any object of this
shape. A hook answers with source text, `None` (leave the construct out) or `False` (render as
usual).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeAlias

from sqlalchemy.engine import Dialect

Rendered: TypeAlias = str | Literal[False] | None


class RenderContext(Protocol):
    """Options, hooks and imports of one revision file being written."""

    @property
    def imports(self) -> set[str]:
        """Return the import statements that the rendered text needs; rendering adds to it."""
        ...

    @property
    def opts(self) -> Mapping[str, Any]:
        """Return the options of `context.configure()` that rendering asks for."""
        ...

    @property
    def dialect(self) -> Dialect | None:
        """Return the dialect whose spelling SQL expressions take."""
        ...

    @property
    def migration_context(self) -> Any:
        """Return the migration context; its `impl` has the hooks of the dialect."""
        ...

    @property
    def has_batch(self) -> bool:
        """Return whether the directive being rendered stands inside `batch_alter_table`."""
        ...

    def render_op(self, op: Any) -> list[str]:
        """Return the lines of a directive, through the renderers that users registered."""
        ...


def sqlalchemy_prefix(ctx: RenderContext) -> str:
    """Return what stands before SQLAlchemy's names, usually `sa.`."""
    return str(ctx.opts.get("sqlalchemy_module_prefix") or "")


def operations_prefix(ctx: RenderContext) -> str:
    """Return what stands before the names of directives: `op.`, or `batch_op.` inside a batch."""
    return "batch_op." if ctx.has_batch else str(ctx.opts.get("alembic_module_prefix") or "")


def render_item(kind: str, item: Any, ctx: RenderContext) -> Rendered:
    """Return what the user's `render_item` hook says of an item, `False` without a hook."""
    hook = ctx.opts.get("render_item")
    return False if hook is None else hook(kind, item, ctx)
