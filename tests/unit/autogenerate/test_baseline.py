"""A revision from the database alone."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    inspect,
)

from limbeck.autogenerate import baseline
from limbeck.autogenerate.api import AutogenContext, render_python_code
from limbeck.operations import Operations
from limbeck.operations.ops import DowngradeOps, MigrationScript, UpgradeOps
from limbeck.runtime.migration import MigrationContext


def test_baseline_builds_what_the_database_has() -> None:
    metadata = MetaData()
    key = Column("id", Integer, primary_key=True)
    Table("user", metadata, key, Column("name", String(9), unique=True, index=True))
    Table("pet", metadata, Column("user_id", ForeignKey("user.id")))
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        script = MigrationScript("1", UpgradeOps(), DowngradeOps())
        context = AutogenContext(MigrationContext.configure(connection), autogenerate=False)
        baseline.populate(context, script)
    engine.dispose()
    assert script.upgrade_ops is not None
    assert script.downgrade_ops is not None
    upgrade = render_python_code(script.upgrade_ops)
    assert upgrade.index("create_table('user'") < upgrade.index("create_table('pet'")
    assert "op.create_index(op.f('ix_user_name'), 'user', ['name'], unique=True)" in upgrade
    assert "sa.Column('id', sa.INTEGER(), nullable=False)" in upgrade
    downgrade = render_python_code(script.downgrade_ops)
    assert downgrade.index("drop_table('pet'") < downgrade.index("drop_table('user'")


def test_baseline_builds_the_views() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE VIEW v AS SELECT 1 AS a")
        script = MigrationScript("1", UpgradeOps(), DowngradeOps())
        context = AutogenContext(MigrationContext.configure(connection), autogenerate=False)
        baseline.populate(context, script)
    engine.dispose()
    assert script.upgrade_ops is not None
    assert "op.execute('CREATE VIEW v AS SELECT 1 AS a')" in render_python_code(script.upgrade_ops)


def test_check_without_a_name_stays_so_under_a_convention_that_needs_one() -> None:
    convention = {"ck": "ck_%(table_name)s_%(constraint_name)s"}
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER, CHECK (a > 0))")
        models = MetaData(naming_convention=convention)
        options = {"target_metadata": models}
        context = MigrationContext.configure(connection, opts=options)
        script = MigrationScript("1", UpgradeOps(), DowngradeOps())
        baseline.populate(AutogenContext(context, autogenerate=False), script)
        assert script.upgrade_ops is not None
        source = render_python_code(script.upgrade_ops, migration_context=context)
        assert "sa.CheckConstraint('a > 0')" in source
        connection.exec_driver_sql("DROP TABLE t")
        operations = Operations(context)
        operations.create_table(
            "t", Column("a", Integer, CheckConstraint("a < 9")), CheckConstraint("a > 0")
        )
        found = inspect(connection).get_check_constraints("t")
    engine.dispose()
    assert {check["name"] for check in found} == {None}
    assert {check["sqltext"] for check in found} == {"a > 0", "a < 9"}
