"""Steps that programs make themselves: they say and do what those of a plan do."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from limbeck.config import Config
from limbeck.runtime.migration import MigrationContext, MigrationStep, RevisionStep, StampStep
from limbeck.script import Script, ScriptDirectory
from limbeck.script.errors import ScriptFileError
from limbeck.script.plan import Step

PARENTS = {"a1xx": (), "b1xx": ("a1xx",), "c1xx": ("a1xx",), "m1xx": ("b1xx", "c1xx"), "z1xx": ()}
TEXT = '''"""doc of {0}"""
revision = {0!r}
down_revision = {1!r}

def upgrade():
    pass

def downgrade():
    pass
'''


@pytest.fixture
def scripts(tmp_path: Path) -> ScriptDirectory:
    (tmp_path / "versions").mkdir()
    for name, parents in PARENTS.items():
        (tmp_path / "versions" / f"{name}.py").write_text(TEXT.format(name, parents or None))
    config = Config()
    config.set_main_option("script_location", str(tmp_path))
    return ScriptDirectory.from_config(config)


def step(scripts: ScriptDirectory, name: str, *, up: bool) -> RevisionStep:
    make = MigrationStep.upgrade_from_script if up else MigrationStep.downgrade_from_script
    return make(scripts.revision_map, scripts.get_revision(name))


def changes(rows: Step) -> tuple[object, ...]:
    return rows.deletes, rows.updates, rows.inserts


def test_steps_of_a_plan_are_those_that_programs_make(scripts: ScriptDirectory) -> None:
    planned = scripts._upgrade_revs("m1xx", ())
    assert planned == [step(scripts, one.to_revisions[0], up=True) for one in planned]
    heads: tuple[str, ...] = ()
    for one in planned:
        own = step(scripts, one.to_revisions[0], up=True)
        assert changes(own.rows(heads)) == changes(one.rows(heads))
        heads = one.rows(heads).heads_after
    assert heads == ("m1xx",)


def test_step_says_what_it_does(scripts: ScriptDirectory) -> None:
    own = step(scripts, "m1xx", up=True)
    assert str(own) == "upgrade b1xx, c1xx -> m1xx, doc of m1xx"
    assert repr(own) == "RevisionStep('m1xx', is_upgrade=True)"
    assert (own.name, own.doc, own.is_downgrade) == ("upgrade", "doc of m1xx", False)
    assert own.info.source_revision_ids == ("b1xx", "c1xx")
    assert not own.info.is_stamp


def test_step_says_which_rows_it_changes(scripts: ScriptDirectory) -> None:
    merge, unmerge = step(scripts, "m1xx", up=True), step(scripts, "m1xx", up=False)
    assert merge.should_merge_branches({"b1xx", "c1xx"})
    assert merge.merge_branch_idents({"b1xx", "c1xx"}) == (["b1xx"], "c1xx", "m1xx")
    assert unmerge.should_unmerge_branches({"m1xx"})
    new, start = step(scripts, "c1xx", up=True), step(scripts, "z1xx", up=True)
    assert new.should_create_branch({"b1xx"})
    assert start.insert_version_num == start.delete_version_num == "z1xx"
    assert new.update_version_num({"a1xx"}) == ("a1xx", "c1xx")
    assert step(scripts, "c1xx", up=False).should_delete_branch({"b1xx", "c1xx"})


def test_stamp_moves_rows(scripts: ScriptDirectory) -> None:
    move = StampStep(("b1xx", "c1xx"), "m1xx", True, False, scripts.revision_map)  # noqa: FBT003  # as Alembic's
    assert str(move) == "stamp_revision b1xx, c1xx -> m1xx"
    assert move.rows({"b1xx", "c1xx"}).heads_after == ("m1xx",)
    beside = StampStep("a1xx", "z1xx", True, True)  # noqa: FBT003  # as Alembic's
    assert beside.rows({"a1xx"}).heads_after == ("a1xx", "z1xx")


def test_context_runs_the_steps_of_a_program(scripts: ScriptDirectory) -> None:
    def plan(heads: tuple[str, ...], context: MigrationContext) -> list[MigrationStep]:
        return [step(scripts, name, up=True) for name in ("a1xx", "z1xx", "b1xx")]

    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"fn": plan, "script": scripts})
        with context.begin_transaction():
            context.run_migrations()
        assert sorted(context.get_current_heads()) == ["b1xx", "z1xx"]
    engine.dispose()


def test_step_of_a_file_without_its_function_is_refused(scripts: ScriptDirectory) -> None:
    script = scripts.get_revision("z1xx")
    del script.module.downgrade
    assert isinstance(script, Script)
    with pytest.raises(ScriptFileError, match=r"no function downgrade\(\)"):
        step(scripts, "z1xx", up=False)
