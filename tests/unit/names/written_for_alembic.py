"""What a project and a plugin write by the name `alembic`: mypy checks it with limbeck-alembic.

Nothing runs this; `assert_type` holds that the names lead to limbeck's own, typed ones.
"""

from __future__ import annotations

from typing import Any, assert_type

import sqlalchemy as sa
from alembic import command, context, op, util
from alembic.autogenerate import comparators, produce_migrations, renderers, rewriter
from alembic.autogenerate.api import AutogenContext
from alembic.config import CommandLine, Config, main
from alembic.ddl import postgresql
from alembic.ddl.base import AddColumn, ColumnName, alter_table
from alembic.ddl.impl import DefaultImpl
from alembic.migration import MigrationContext
from alembic.operations import BatchOperations, MigrateOperation, Operations, ops
from alembic.runtime.environment import EnvironmentContext
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util.exc import CommandError
from alembic.util.langhelpers import asbool

from limbeck.config import Config as OwnConfig

__all__ = ["AddColumn", "ColumnName", "CommandLine", "alter_table", "asbool", "main", "postgresql"]


def upgrade() -> None:
    assert_type(op.create_table("t", sa.Column("a", sa.Integer)).name, str)
    op.add_column("t", sa.Column("b", sa.Integer), if_not_exists=True)
    with op.batch_alter_table("t") as batch_op:
        batch_op.drop_column("b")
        batch_op.create_index("ix_t_a", ["a"])
    op.execute(sa.text("SELECT 1"))
    assert_type(op.get_bind(), sa.Connection)
    op.add_column("t", "b")  # type: ignore[arg-type]  # is a wrong call, and found


def run_migrations(connection: sa.Connection) -> None:
    context.configure(connection=connection, target_metadata=sa.MetaData(), compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    assert_type(context.is_offline_mode(), bool)
    assert_type(context.config, OwnConfig)
    assert_type(context.get_x_argument(as_dictionary=True), dict[str, str])


def program(connection: sa.Connection, engine: sa.Engine) -> list[str]:
    config = Config("alembic.ini", attributes={"connection": connection})
    command.upgrade(config, "head")
    scripts = ScriptDirectory.from_config(config)
    assert_type(scripts.get_heads(), list[str])
    found = MigrationContext.configure(connection)
    assert_type(found.get_current_revision(), str | None)
    with EnvironmentContext(config, scripts, fn=lambda heads, context: []):
        scripts.run_env()
    script = produce_migrations(found, sa.MetaData())
    assert_type(script, ops.MigrationScript)
    try:
        return [one.doc for one in scripts.walk_revisions() if isinstance(one, Script)]
    except (CommandError, ResolutionError, util.CommandError) as error:
        return [str(error)]


@Operations.register_operation("create_thing")
@BatchOperations.register_operation("create_thing", "batch_create_thing")
class CreateThing(MigrateOperation):
    """A directive of a plugin."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def create_thing(cls, operations: Operations, name: str) -> Any:
        return operations.invoke(cls(name))

    @classmethod
    def batch_create_thing(cls, operations: BatchOperations, name: str) -> Any:
        return operations.invoke(cls(name))


@Operations.implementation_for(CreateThing)
def create_thing(operations: Operations, operation: CreateThing) -> None:
    operations.execute(f"CREATE THING {operation.name}")


@renderers.dispatch_for(CreateThing)
def render_thing(autogen_context: AutogenContext, operation: CreateThing) -> str:
    autogen_context.imports.add("import things")
    return f"op.create_thing({operation.name!r})"


@comparators.dispatch_for("schema")
def compare_things(
    autogen_context: AutogenContext, upgrade_ops: ops.UpgradeOps, schemas: set[str | None]
) -> None:
    upgrade_ops.ops.append(CreateThing("a"))


class ThingImpl(DefaultImpl):
    __dialect__ = "thing"
    transactional_ddl = False


writer = rewriter.Rewriter()


@writer.rewrites(ops.AddColumnOp)
def add_column(
    migration_context: MigrationContext, revision: Any, directive: ops.AddColumnOp
) -> list[MigrateOperation]:
    return [directive]
