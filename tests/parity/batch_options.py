"""Batches with each parameter of `batch_alter_table`, and what the documentation shows; SQLite."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SETUP = (
    "CREATE TABLE other (id INTEGER NOT NULL PRIMARY KEY)",
    "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a VARCHAR(10) DEFAULT 'x', b INTEGER, "
    "c BOOLEAN, d INTEGER REFERENCES other (id), UNIQUE (b), CONSTRAINT ck CHECK (b > 0))",
    "CREATE INDEX ix_a ON t (a)",
    "INSERT INTO other VALUES (1)",
    "INSERT INTO t VALUES (1, 'q', 5, 1, 1), (2, NULL, 6, 0, NULL)",
)


def listen(inspector: Any, table: Any, column_info: dict[str, Any]) -> None:
    """Give a reflected column another type."""
    if column_info["name"] == "a":
        column_info["type"] = sa.String(77)


def make_table() -> sa.Table:
    """Return the table for `copy_from`, with less in it than there is."""
    return sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(10)),
        sa.Column("b", sa.Integer),
        sa.Column("c", sa.Boolean(create_constraint=True, name="cc")),
        sa.Column("d", sa.Integer, sa.ForeignKey("other.id", name="fk")),
    )


NAMES = {"CONVENTION": CONVENTION, "listen": listen, "make_table": make_table, "sa": sa}

BOOLEAN = "sa.Column('c', sa.Boolean(create_constraint=True, name='bool_c'))"
NEW = "batch_op.add_column(sa.Column('n', sa.Integer()))"
NOT_NULL = "batch_op.alter_column('b', nullable=False)"

# (keyword arguments of batch_alter_table, calls of batch_op), both as source
BATCHES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("naming_convention=CONVENTION", ("batch_op.drop_constraint('uq_t_b', type_='unique')",)),
    (
        "naming_convention=CONVENTION",
        ("batch_op.drop_constraint('fk_t_d_other', type_='foreignkey')",),
    ),
    ("recreate='always', reflect_args=[sa.Column('a', sa.Unicode(33))]", (NOT_NULL,)),
    (f"reflect_args=[{BOOLEAN}]", (NOT_NULL,)),
    ("reflect_kwargs={'listeners': [('column_reflect', listen)]}", (NOT_NULL,)),
    (
        "recreate='always', table_args=(sa.CheckConstraint('b < 9', name='x'), "
        "sa.UniqueConstraint('a', name='y'))",
        (),
    ),
    ("recreate='always', table_kwargs={'sqlite_with_rowid': False}", ()),
    ("recreate='always', table_kwargs={'sqlite_autoincrement': True}", ()),
    ("copy_from=make_table()", (NOT_NULL,)),
    ("copy_from=make_table()", ("batch_op.drop_constraint('fk', type_='foreignkey')",)),
    ("recreate='always', partial_reordering=[('id', 'd'), ('c', 'b')]", ()),
    ("partial_reordering=[('d', 'c', 'b', 'a', 'id')]", (NEW,)),
    ("partial_reordering=[('id', 'n'), ('n', 'd')]", (NEW,)),
    ("", ("batch_op.add_column(sa.Column('n', sa.Integer()), insert_before='id')",)),
    (
        "",
        (
            "batch_op.add_column(sa.Column('n', sa.Integer()), insert_after='d')",
            "batch_op.add_column(sa.Column('m', sa.Integer()), insert_after='n')",
        ),
    ),
    ("recreate='never'", (NEW,)),
    ("recreate='always'", (NEW,)),
    ("recreate=lambda batch_op: True", (NEW,)),
    ("schema='main'", (NOT_NULL,)),
    ("schema='main', recreate='always'", (NEW,)),
    (
        "",
        ("batch_op.add_column(sa.Column('n', sa.Integer, sa.ForeignKey('other.id', name='f')))",),
    ),
    (
        "",
        ("batch_op.add_column(sa.Column('n', sa.Boolean(create_constraint=True, name='k')))",),
    ),
    (
        "",
        (
            "batch_op.add_column(sa.Column('n', sa.Enum('x', 'y', create_constraint=True, "
            "name='k')))",
        ),
    ),
    (
        "recreate='always'",
        ("batch_op.add_column(sa.Column('n', sa.Integer, sa.Computed('b + 1', persisted=True)))",),
    ),
    ("", ("batch_op.add_column(sa.Column('n', sa.Integer, index=True))",)),
    ("", ("batch_op.alter_column('b', type_=sa.Boolean(create_constraint=True, name='x'))",)),
    (
        "",
        (
            "batch_op.alter_column('c', type_=sa.Integer(), "
            "existing_type=sa.Boolean(create_constraint=True, name='bool_c'))",
        ),
    ),
    ("", ("batch_op.create_foreign_key('f', 't', ['b'], ['id'])",)),
    ("", ("batch_op.create_check_constraint('k', sa.text('b < 50'))",)),
    ("", ("batch_op.drop_constraint('ck')",)),
    ("", ("batch_op.drop_constraint('nope', type_='unique')",)),
    ("", ("batch_op.drop_column('nope')",)),
    ("", ("batch_op.execute('UPDATE t SET b = 9 WHERE id = 1')",)),
    ("recreate='always'", ()),
    ("", ()),
)
