"""Print, as JSON, what recipes of Alembic's cookbook give on PostgreSQL.

`run_server_recipes.py alembic FOLDER URL`: in FOLDER are the projects `generic` and `async`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.parity.run_recipes import Project

CATALOG = """
SELECT n.nspname, c.relname, c.relkind::text, coalesce(pg_get_viewdef(c.oid), ''),
    array(SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute
          WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT LIKE 'pg_%' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'v')
ORDER BY 1, 2
"""
MODELS = """
import sqlalchemy as sa
target_metadata = sa.MetaData()
sa.Table("t", target_metadata, sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("n", sa.String(9)))
"""
BY_SEARCH_PATH = """
    connection.execute(sa.text(f"SET search_path TO {context.get_x_argument(True)['tenant']}"))
    connection.commit()
    connection.dialect.default_schema_name = context.get_x_argument(True)["tenant"]
    context.configure(connection=connection, """
BY_TRANSLATION = """
    tenant = context.get_x_argument(True)["tenant"]
    connection = connection.execution_options(schema_translate_map={None: tenant, "own": tenant})
    context.configure(version_table_schema=tenant, connection=connection, """
ASYNC_REVISION = """
from alembic import op
import sqlalchemy as sa
async def fill(connection, name):
    await connection.execute(sa.text("INSERT INTO t (id) VALUES (:id)"), {"id": len(name)})
def upgrade():
    op.run_async(fill, "seven..")
def downgrade():
    op.execute("DELETE FROM t")
"""
TENANT_REVISIONS = (
    """
from alembic import op
import sqlalchemy as sa
def upgrade():
    op.create_table("a", sa.Column("id", sa.Integer, primary_key=True), schema=SCHEMA)
    op.create_table("b", sa.Column("a", sa.Integer), schema=SCHEMA)
    op.create_foreign_key("fk", "b", "a", ["a"], ["id"], source_schema=SCHEMA, referent_schema=SCHEMA)
def downgrade():
    op.drop_table("b", schema=SCHEMA)
    op.drop_table("a", schema=SCHEMA)
""",
    """
from alembic import op
import sqlalchemy as sa
def upgrade():
    op.add_column("a", sa.Column("n", sa.Integer, server_default="5"), schema=SCHEMA)
    op.alter_column("b", "a", new_column_name="z", schema=SCHEMA)
    op.create_index("ix", "b", ["z"], schema=SCHEMA)
def downgrade():
    op.drop_index("ix", "b", schema=SCHEMA)
    op.alter_column("b", "z", new_column_name="a", schema=SCHEMA)
    op.drop_column("a", "n", schema=SCHEMA)
""",
)
VIEW_OPERATIONS = """
from alembic.operations import MigrateOperation, Operations
class ViewOp(MigrateOperation):
    def __init__(self, target):
        self.target = target
    @classmethod
    def of(cls, operations, target=None, replaces=None, replace_with=None):
        if not (replaces or replace_with):
            return operations.invoke(cls(target))
        revision, name = (replaces or replace_with).split(".")
        script = operations.get_context().script.get_revision(revision)
        old = getattr(script.module, name)
        operations.invoke(cls(old).reverse() if replaces else DropView(target))
        return operations.invoke(CreateView(target if replaces else old))
@Operations.register_operation("create_view", "of")
@Operations.register_operation("replace_view", "of")
class CreateView(ViewOp):
    def reverse(self):
        return DropView(self.target)
@Operations.register_operation("drop_view", "of")
class DropView(ViewOp):
    def reverse(self):
        return CreateView(self.target)
@Operations.implementation_for(CreateView)
def create_view(operations, operation):
    operations.execute("CREATE VIEW %s AS %s" % operation.target)
@Operations.implementation_for(DropView)
def drop_view(operations, operation):
    operations.execute("DROP VIEW %s" % operation.target[0])
"""
VIEW_REVISIONS = (
    """
from alembic import op
view = ("v", "SELECT 1 AS a")
def upgrade():
    op.execute("CREATE EXTENSION IF NOT EXISTS hstore")
    op.create_view(view)
def downgrade():
    op.drop_view(view)
    op.execute("DROP EXTENSION hstore")
""",
    """
from alembic import op
view = ("v", "SELECT 1 AS a, 'x=>1'::hstore AS h")
def upgrade():
    op.replace_view(view, replaces="v1.view")
def downgrade():
    op.replace_view(view, replace_with="v1.view")
""",
)

Database = Callable[[], list[list[Any]]]


def asynchronous(package: str, folder: Path, url: str, database: Database) -> Any:
    """The template `async`, and `op.run_async()`."""
    project = Project(package, folder, "async", url)
    project.replace("target_metadata = None", MODELS)
    project.run("revision", "tables", autogenerate=True, rev_id="s1")
    project.add("s2", "s1", ASYNC_REVISION)
    seen: list[Any] = [project.files()[0]]
    for command, target in (("upgrade", "head"), ("downgrade", "-1"), ("downgrade", "base")):
        seen.append([project.run(command, target), database()])
    return [*seen, project.run("upgrade", "s1", sql=True)]


def tenants_by_search_path(package: str, folder: Path, url: str, database: Database) -> Any:
    """Each tenant has a schema, which is the search path."""
    return _tenants(Project(package, folder, "generic", url), BY_SEARCH_PATH, None, database)


def tenants_by_translation(package: str, folder: Path, url: str, database: Database) -> Any:
    """Each tenant has a schema, which SQLAlchemy puts in the place of another name."""
    return _tenants(Project(package, folder, "generic", url), BY_TRANSLATION, "own", database)


def _tenants(project: Project, configure: str, schema: str | None, database: Database) -> Any:
    project.replace(
        "        context.configure(\n            connection=connection,",
        "\n".join(f"    {line}" for line in configure.splitlines()),
    )
    project.replace("target_metadata = None", "target_metadata = None\nimport sqlalchemy as sa")
    for number, body in enumerate(TENANT_REVISIONS, 1):
        down = f"n{number - 1}" if number > 1 else None
        project.add(f"n{number}", down, f"SCHEMA = {schema!r}\n{body}")
    walk = [("upgrade", "n1", "one"), ("upgrade", "head", "two"), ("upgrade", "+1", "one")]
    walk += [("downgrade", "-1", "two"), ("current", "", "two"), ("downgrade", "base", "one")]
    return [
        [project.run(command, *filter(None, [target]), x=[f"tenant={tenant}"]), database()]
        for command, target, tenant in walk
    ]


def replaceable_views(package: str, folder: Path, url: str, database: Database) -> Any:
    """Operations of one's own, which look into other revisions; an extension."""
    project = Project(package, folder, "generic", url)
    source = VIEW_OPERATIONS.replace("from alembic.", f"from {package}.")
    project.replace("target_metadata = None", f"target_metadata = None\n{source}")
    project.add("v1", None, VIEW_REVISIONS[0])
    project.add("v2", "v1", VIEW_REVISIONS[1])
    return [
        [project.run(command, target), database()]
        for command, target in (
            ("upgrade", "v1"),
            ("upgrade", "v2"),
            ("downgrade", "v1"),
            ("downgrade", "base"),
        )
    ]


RECIPES = (asynchronous, tenants_by_search_path, tenants_by_translation, replaceable_views)


def main(package: str, folder: Path, url: str) -> None:
    """Play the recipes one after the other, each in an empty database."""
    engine = sa.create_engine(url)

    def database() -> list[list[Any]]:
        with engine.connect() as connection:
            return [list(row) for row in connection.execute(sa.text(CATALOG))]

    found = {}
    for recipe in RECIPES:
        with engine.begin() as connection:
            for schema in ("one", "two", "public"):
                connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
                connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        found[recipe.__name__] = recipe(package, folder, url, database)
    engine.dispose()
    (folder / f"{package}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
