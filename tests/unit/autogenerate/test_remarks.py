"""What a directive remarks stands beside it in the revision file, as comments."""

from __future__ import annotations

import sqlalchemy as sa

from limbeck.autogenerate import render_python_code
from limbeck.operations import ops


def test_remarks_stand_above_and_below_a_directive() -> None:
    directive = ops.AddColumnOp("t", sa.Column("x", sa.Integer()))
    directive.remark = "first\n\nsecond"
    directive.remark_below = "op.drop_column('t', 'x')"
    source = render_python_code(ops.UpgradeOps([directive]))
    assert source.splitlines()[1:-1] == [
        "    # first",
        "    #",
        "    # second",
        "    op.add_column('t', sa.Column('x', sa.Integer(), nullable=True))",
        "    # op.drop_column('t', 'x')",
    ]


def test_remarks_are_indented_in_a_batch_block() -> None:
    directive = ops.AddColumnOp("t", sa.Column("x", sa.Integer()))
    directive.remark = "first\nsecond"
    container = ops.ModifyTableOps("t", [directive])
    container.remark = "of the table"
    source = render_python_code(ops.UpgradeOps([container]), render_as_batch=True)
    assert source.splitlines()[1:-2] == [
        "    # of the table",
        "    with op.batch_alter_table('t', schema=None) as batch_op:",
        "        # first",
        "        # second",
        "        batch_op.add_column(sa.Column('x', sa.Integer(), nullable=True))",
    ]


def test_nothing_but_remarks_is_still_a_function() -> None:
    container = ops.UpgradeOps([ops.ModifyTableOps("t", [])])
    container.ops[0].remark = "nothing to do"
    source = render_python_code(container)
    compile(f"def upgrade():\n    {source}", "revision", "exec")
