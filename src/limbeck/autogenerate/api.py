"""The programs' way into autogenerate, under Alembic's names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.engine.default import DefaultDialect

from limbeck.autogenerate import compare, render
from limbeck.autogenerate.context import AutogenContext
from limbeck.autogenerate.revision import RevisionContext
from limbeck.autogenerate.tidy import warn_of_impossible
from limbeck.diff.renames import RenameRequest
from limbeck.operations.ops import DowngradeOps, MigrationScript, UpgradeOps
from limbeck.runtime.migration import MigrationContext

__all__ = [
    "AutogenContext",
    "RevisionContext",
    "compare_metadata",
    "produce_migrations",
    "render_python_code",
]


def compare_metadata(
    context: MigrationContext,
    metadata: MetaData,
    *,
    detect_renames: bool | RenameRequest | None = None,
) -> Any:
    """Return what differs between the context's database and the models, as a list of tuples.

    Each is `("add_table", table)`, `("remove_index", index)`, …; the alterations of one column are
    a list of tuples `("modify_type", schema, table, column, {existing…}, old, new)`.
    """
    script = produce_migrations(context, metadata, detect_renames=detect_renames)
    assert script.upgrade_ops is not None
    return script.upgrade_ops.as_diffs()


def produce_migrations(
    context: MigrationContext,
    metadata: MetaData,
    *,
    detect_renames: bool | RenameRequest | None = None,
) -> MigrationScript:
    """Return what differs as a script of directives, forwards and back.

    `detect_renames` looks for what was renamed, or says it (a `RenameRequest`); not given, the
    option of that name does that `context.configure()` takes, and without it nothing is renamed.
    """
    autogen_context = AutogenContext(context, metadata=metadata)
    if detect_renames is not None:
        autogen_context.opts = {**autogen_context.opts, "detect_renames": detect_renames}
    script = MigrationScript(rev_id=None, upgrade_ops=UpgradeOps(), downgrade_ops=DowngradeOps())
    compare._populate_migration_script(autogen_context, script)
    warn_of_impossible(script, autogen_context)
    return script


def render_python_code(
    up_or_down_op: UpgradeOps | DowngradeOps,
    sqlalchemy_module_prefix: str = "sa.",
    alembic_module_prefix: str = "op.",
    render_as_batch: bool = False,
    imports: Sequence[str] = (),
    render_item: Callable[[str, Any, AutogenContext], Any] | None = None,
    migration_context: MigrationContext | None = None,
    user_module_prefix: str | None = None,
) -> str:
    """Return the body that the directives have in a revision file.

    The first line is not indented and the others are by four, as the template expects it.
    """
    opts = {
        "sqlalchemy_module_prefix": sqlalchemy_module_prefix,
        "alembic_module_prefix": alembic_module_prefix,
        "render_item": render_item,
        "render_as_batch": render_as_batch,
        "user_module_prefix": user_module_prefix,
    }
    if migration_context is None:
        migration_context = MigrationContext.configure(dialect=DefaultDialect())
    autogen_context = AutogenContext(migration_context, opts=opts, autogenerate=False)
    autogen_context.imports = set(imports)
    return render._indent(render._render_cmd_body(up_or_down_op, autogen_context))


def _render_migration_diffs(context: MigrationContext, template_args: dict[str, Any]) -> None:
    """Put the rendered differences into the template's variables.

    compat: alembic-postgresql-enum's tests call it.
    """
    autogen_context = AutogenContext(context)
    upgrade_ops = UpgradeOps()
    compare._produce_net_changes(autogen_context, upgrade_ops)
    script = MigrationScript(
        rev_id=None, upgrade_ops=upgrade_ops, downgrade_ops=upgrade_ops.reverse()
    )
    render._render_python_into_templatevars(autogen_context, script, template_args)
