"""The family of directives: what a migration does, as objects that hooks may change.

A directive holds its data and knows how it runs (`run`), how it is written in a revision file
(`render`), how it is undone (`reverse`) and how it is listed (`to_diff_tuple`). Here are the
base classes and the containers; the directives themselves are in the files by noun.

    MigrateOperation
    ├── AlterTableOp                 something about one table
    ├── OpContainer ── ModifyTableOps, UpgradeOps, DowngradeOps
    └── MigrationScript              one revision file
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from limbeck.errors import IrreversibleError, UnknownDirectiveError
from limbeck.render.call import call, literal
from limbeck.render.context import RenderContext, operations_prefix

if TYPE_CHECKING:
    from limbeck.operations.base import AbstractOperations

RevisionIds = str | Sequence[str]

_Container = TypeVar("_Container", bound="OpContainer")


class BatchRenderContext(RenderContext, Protocol):
    """A context that can render the directives of one table as those of a batch block."""

    def _within_batch(self) -> AbstractContextManager[None]:
        """Make `has_batch` true within the block."""


class MigrateOperation:
    """One step of a migration; subclass it for a directive of your own.

    A subclass's `op` method is made by `Operations.register_operation`, the function that runs
    it by `Operations.implementation_for`, the one that renders it by
    `autogenerate.renderers.dispatch_for`.
    """

    _mutations: frozenset[Any] = frozenset()
    """Rewriters that have seen this directive: each rewrites it once."""

    remark: str | None = None
    """What a revision file says in comment lines above the directive; not what undoes it."""

    remark_below: str | None = None
    """What it says below, for instance another way to do it, commented out."""

    @cached_property
    def info(self) -> dict[Any, Any]:
        """Hold whatever a hook wants to keep with the directive."""
        return {}

    def reverse(self) -> MigrateOperation:
        """Return the directive that undoes this one; IrreversibleError where there is none."""
        raise IrreversibleError(
            f"{type(self).__name__} does not say how to undo itself: "
            "give the class a reverse() method, or write the downgrade by hand."
        )

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return the directive as `compare_metadata` lists it."""
        raise NotImplementedError(f"{type(self).__name__} is not listed as a difference")

    def run(self, operations: AbstractOperations) -> Any:
        """Carry the directive out on the operations' database or offline script."""
        raise UnknownDirectiveError(
            f"{type(self).__name__} can't be run: register a function for it with "
            f"Operations.implementation_for({type(self).__name__})"
        )

    def render(self, context: RenderContext) -> str | list[str]:
        """Return the directive as Python source: the call, or one element a line."""
        raise UnknownDirectiveError(
            f"{type(self).__name__} can't be written in a revision file: register a function for "
            f"it with autogenerate.renderers.dispatch_for({type(self).__name__})"
        )


class AlterTableOp(MigrateOperation):
    """Something done to one existing table."""

    def __init__(self, table_name: str, *, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


class OpContainer(MigrateOperation):
    """A sequence of directives."""

    def __init__(self, ops: Sequence[MigrateOperation] = ()) -> None:
        self.ops = list(ops)

    def is_empty(self) -> bool:
        """Return whether there is nothing in it."""
        return not self.ops

    def as_diffs(self) -> Any:
        """Return the difference tuples of all directives; a column's alterations are one list."""
        return list(OpContainer._ops_as_diffs(self))

    @classmethod
    def _ops_as_diffs(cls, migrations: OpContainer) -> Iterator[Any]:
        for op in migrations.ops:
            if isinstance(op, OpContainer):
                yield from cls._ops_as_diffs(op)
            else:
                yield op.to_diff_tuple()

    def _render_ops(self, context: RenderContext) -> list[str]:
        return [line for op in self.ops for line in context.render_op(op)]

    def render(self, context: RenderContext) -> str | list[str]:
        """Return the lines of all directives."""
        return self._render_ops(context)

    def run(self, operations: AbstractOperations) -> None:
        """Carry out the directives in their order."""
        for op in self.ops:
            operations.invoke(op)


class ModifyTableOps(OpContainer):
    """The directives of one table; rendered as one batch block where the options ask for it."""

    def __init__(
        self, table_name: str, ops: Sequence[MigrateOperation], *, schema: str | None = None
    ) -> None:
        super().__init__(ops)
        self.table_name = table_name
        self.schema = schema

    def reverse(self) -> ModifyTableOps:
        """Return the reversed directives in reversed order."""
        return ModifyTableOps(
            self.table_name,
            [op.reverse() for op in reversed(self.ops)],
            schema=self.schema,
        )

    def render(self, context: RenderContext) -> str | list[str]:
        """Return the directives' lines, inside `with op.batch_alter_table(…)` for batch."""
        if not self.ops or not context.opts.get("render_as_batch", False):
            return self._render_ops(context)
        head = call(
            f"{operations_prefix(context)}batch_alter_table",
            literal(self.table_name),
            schema=literal(self.schema),
        )
        with cast("BatchRenderContext", context)._within_batch():
            body = self._render_ops(context)
        # a call's further lines keep their place, as Alembic lays them out
        return [f"with {head} as batch_op:", *(f"    {chunk}" for chunk in body), ""]


class UpgradeOps(OpContainer):
    """What a revision's `upgrade()` does; `upgrade_token` is its variable in the template."""

    def __init__(
        self, ops: Sequence[MigrateOperation] = (), upgrade_token: str = "upgrades"
    ) -> None:
        super().__init__(ops)
        self.upgrade_token = upgrade_token

    def reverse_into(self, downgrade_ops: DowngradeOps) -> DowngradeOps:
        """Replace the content of `downgrade_ops` by what undoes this; return it."""
        downgrade_ops.ops[:] = [op.reverse() for op in reversed(self.ops)]
        return downgrade_ops

    def reverse(self) -> DowngradeOps:
        """Return the reversed directives in reversed order."""
        return self.reverse_into(DowngradeOps())


class DowngradeOps(OpContainer):
    """What a revision's `downgrade()` does; `downgrade_token` is its variable in the template."""

    def __init__(
        self, ops: Sequence[MigrateOperation] = (), downgrade_token: str = "downgrades"
    ) -> None:
        super().__init__(ops)
        self.downgrade_token = downgrade_token

    def reverse(self) -> UpgradeOps:
        """Return the reversed directives in reversed order."""
        return UpgradeOps([op.reverse() for op in reversed(self.ops)])


class MigrationScript(MigrateOperation):
    """A revision file to be written; what `process_revision_directives` receives.

    `upgrade_ops` and `downgrade_ops` are one container; a multi-database environment has a list
    of them in `upgrade_ops_list` and `downgrade_ops_list`.
    """

    def __init__(
        self,
        rev_id: str | None,
        upgrade_ops: UpgradeOps,
        downgrade_ops: DowngradeOps,
        *,
        message: str | None = None,
        imports: set[str] | None = None,
        head: str | None = None,
        splice: bool | None = None,
        branch_label: RevisionIds | None = None,
        version_path: str | os.PathLike[str] | None = None,
        depends_on: RevisionIds | None = None,
    ) -> None:
        self.rev_id = rev_id
        self.message = message
        self.imports: set[str] = set() if imports is None else imports
        self.head = head
        self.splice = splice
        self.branch_label = branch_label
        self.version_path = version_path
        self.depends_on = depends_on
        self._upgrade_ops = _as_list(upgrade_ops, UpgradeOps)
        self._downgrade_ops = _as_list(downgrade_ops, DowngradeOps)

    @property
    def upgrade_ops(self) -> UpgradeOps | None:
        """Return the only container, or None; ValueError when there are several."""
        return _only(self._upgrade_ops, "UpgradeOps", "upgrade_ops_list")

    @upgrade_ops.setter
    def upgrade_ops(self, upgrade_ops: UpgradeOps | Sequence[UpgradeOps]) -> None:
        self._upgrade_ops = _as_list(upgrade_ops, UpgradeOps)

    @property
    def downgrade_ops(self) -> DowngradeOps | None:
        """Return the only container, or None; ValueError when there are several."""
        return _only(self._downgrade_ops, "DowngradeOps", "downgrade_ops_list")

    @downgrade_ops.setter
    def downgrade_ops(self, downgrade_ops: DowngradeOps | Sequence[DowngradeOps]) -> None:
        self._downgrade_ops = _as_list(downgrade_ops, DowngradeOps)

    @property
    def upgrade_ops_list(self) -> list[UpgradeOps]:
        """Return all containers, one for each database."""
        return self._upgrade_ops

    @property
    def downgrade_ops_list(self) -> list[DowngradeOps]:
        """Return all containers, one for each database."""
        return self._downgrade_ops


def given_flags(**flags: bool | None) -> dict[str, bool]:
    """Return the flags that are given; a third party's impl may not take the others."""
    return {name: flag for name, flag in flags.items() if flag is not None}


def _as_list(ops: _Container | Sequence[_Container], kind: type[_Container]) -> list[_Container]:
    return [ops] if isinstance(ops, kind) else list(cast("Sequence[_Container]", ops))


def _only(containers: list[_Container], kind: str, attribute: str) -> _Container | None:
    if len(containers) > 1:
        raise ValueError(
            f"This MigrationScript instance has a multiple-entry list for {kind}; "
            f"please use the {attribute} attribute."
        )
    return containers[0] if containers else None
