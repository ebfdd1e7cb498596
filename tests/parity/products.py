"""Calls of `op` with several parameters at once, drawn by a fixed seed: both sides run the same.

`CALLS` alone hold one parameter each, and some pairs; here each operation gets random subsets.
"""

from __future__ import annotations

from random import Random

TYPES = (
    "sa.Integer()",
    "sa.String(20)",
    "sa.Numeric(8, 2)",
    "sa.DateTime()",
    "sa.Boolean()",
    "sa.Text()",
    "sa.Enum('a', 'b', name='e', native_enum=False)",
)
DEFAULTS = ("'x'", "sa.text('5')", "sa.func.now()")
SOME: dict[str, tuple[str, ...]] = {"schema": ("'s'",)}
KEY: dict[str, tuple[str, ...]] = {
    "onupdate": ("'CASCADE'",),
    "ondelete": ("'SET NULL'", "'CASCADE'"),
    "deferrable": ("True",),
    "initially": ("'DEFERRED'",),
    "match": ("'FULL'",),
    "source_schema": ("'s'",),
    "referent_schema": ("'r'",),
}
COLUMN: dict[str, tuple[str, ...]] = {
    "nullable": ("True", "False"),
    "server_default": DEFAULTS,
    "unique": ("True",),
    "index": ("True",),
    "comment": ('"it\'s"',),
    "primary_key": ("True",),
}

# (what is written before the parameters, the parameters and their values)
OPERATIONS: tuple[tuple[str, dict[str, tuple[str, ...]]], ...] = (
    (
        "op.alter_column('t', 'c', ",
        {
            "nullable": ("True", "False"),
            "comment": ("'new'", "None"),
            "server_default": (*DEFAULTS, "None"),
            "new_column_name": ("'d'", "'order'"),
            "type_": TYPES,
            "autoincrement": ("False",),
            "existing_type": TYPES,
            "existing_server_default": (*DEFAULTS, "None"),
            "existing_nullable": ("True", "False"),
            "existing_comment": ("'old'", "None"),
            **SOME,
            "mssql_drop_check": ("True",),
            "mssql_drop_default": ("True",),
        },
    ),
    (
        "op.add_column('t', {column}, ",
        {**SOME, "if_not_exists": ("True",), "inline_references": ("True",)},
    ),
    (
        "op.drop_column('t', 'c', ",
        {
            **SOME,
            "if_exists": ("True",),
            "mssql_drop_check": ("True",),
            "mssql_drop_default": ("True",),
            "mssql_drop_foreign_key": ("True",),
        },
    ),
    (
        "op.create_table('t', {column}, {other}, ",
        {
            **SOME,
            "if_not_exists": ("True",),
            "comment": ('"it\'s"',),
            "prefixes": ("['TEMPORARY']",),
            "mysql_engine": ("'InnoDB'",),
            "mysql_default_charset": ("'utf8mb4'",),
            "postgresql_tablespace": ("'sp'",),
            "postgresql_with": ("{{'fillfactor': 50}}",),
            "sqlite_with_rowid": ("False",),
            "oracle_on_commit": ("'PRESERVE ROWS'",),
        },
    ),
    ("op.drop_table('t', ", {**SOME, "if_exists": ("True",)}),
    (
        "op.create_index('ix', 't', ['a', 'b'], ",
        {
            **SOME,
            "unique": ("True",),
            "if_not_exists": ("True",),
            "postgresql_using": ("'btree'",),
            "postgresql_where": ("sa.text('a > 5')",),
            "postgresql_concurrently": ("True",),
            "postgresql_include": ("['c']",),
            "sqlite_where": ("sa.text('a > 5')",),
            "mysql_length": ("{{'a': 10}}",),
            "mysql_using": ("'btree'",),
            "mssql_where": ("sa.text('a > 5')",),
            "mssql_clustered": ("True", "False"),
            "oracle_compress": ("True", "1"),
        },
    ),
    (
        "op.drop_index('ix', table_name='t', ",
        {**SOME, "if_exists": ("True",), "postgresql_concurrently": ("True",)},
    ),
    ("op.create_foreign_key('fk', 't', 'other', ['a'], ['id'], ", KEY),
    (
        "op.create_unique_constraint('u', 't', ['a', 'b'], ",
        {
            **SOME,
            "deferrable": ("True", "False"),
            "initially": ("'DEFERRED'", "'IMMEDIATE'"),
            "mssql_clustered": ("True",),
            "postgresql_nulls_not_distinct": ("True",),
        },
    ),
    ("op.create_primary_key('pk', 't', ['a', 'b'], ", SOME),
    (
        "op.create_check_constraint('ck', 't', sa.column('a') > 5, ",
        {**SOME, "deferrable": ("True",), "initially": ("'DEFERRED'",)},
    ),
    (
        "op.create_exclude_constraint('ex', 't', ('a', '='), ('b', '&&'), ",
        {
            **SOME,
            "where": ("sa.text('a > 5')",),
            "using": ("'gist'",),
            "deferrable": ("True",),
            "initially": ("'DEFERRED'",),
        },
    ),
    (
        "op.drop_constraint('u', 't', ",
        {
            **SOME,
            "type_": ("'unique'", "'check'", "'foreignkey'", "'primary'"),
            "if_exists": ("True",),
        },
    ),
    ("op.create_table_comment('t', 'new', ", {**SOME, "existing_comment": ("'old'",)}),
    ("op.drop_table_comment('t', ", {**SOME, "existing_comment": ("'old'",)}),
    ("op.rename_table('t', 'u', ", SOME),
    (
        "op.execute(sa.table('t', sa.column('a', sa.String())).update().values(a='v'), ",
        {"execution_options": ("{{'x': 1}}",)},
    ),
    (
        "op.bulk_insert(sa.table('t', sa.column('a', sa.Integer()), sa.column('b', sa.String()), "
        "schema={schema}), [{{'a': 1, 'b': \"it's\"}}, {{'a': 2, 'b': None}}], ",
        {"multiinsert": ("True", "False")},
    ),
)


def random_calls(count: int, seed: int) -> list[str]:
    """Return as many calls, no two the same; every operation comes about as often."""
    random = Random(seed)
    found: dict[str, None] = {}
    for number in range(count):
        start, parameters = OPERATIONS[number % len(OPERATIONS)]
        call = f"{start}{_given(random, parameters)})".replace(", )", ")")
        found[
            call.format(
                column=_column(random, "c"),
                other=_column(random, "d"),
                schema=random.choice(("'s'", "None")),
            )
        ] = None
    return list(found)


def _given(random: Random, parameters: dict[str, tuple[str, ...]]) -> str:
    names = random.sample(list(parameters), random.randint(0, min(len(parameters), 5)))
    return ", ".join(f"{name}={random.choice(parameters[name])}" for name in sorted(names))


def _column(random: Random, name: str) -> str:
    key = ("", "", ", sa.ForeignKey('other.id', name='fk')", ", sa.CheckConstraint('c > 1')")
    given = _given(random, COLUMN)
    return f"sa.Column('{name}', {random.choice(TYPES)}{random.choice(key)}, {given})".replace(
        ", )", ")"
    )
