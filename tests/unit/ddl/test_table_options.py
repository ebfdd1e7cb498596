"""ALTER TABLE for options of tables, as a script has it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from tests.unit.ddl.offline import Script


@pytest.mark.parametrize(
    ("dialect", "options", "sql"),
    [
        ("mysql", {"mysql_engine": "MyISAM"}, "ALTER TABLE t ENGINE=MyISAM;"),
        (
            "mysql",
            {"mysql_engine": None, "mysql_max_rows": None},
            "ALTER TABLE t ENGINE=InnoDB, MAX_ROWS=0;",
        ),
        (
            "mysql",
            {"mysql_engine": "MyISAM", "mysql_transactional": None},
            "ALTER TABLE t ENGINE=MyISAM;",
        ),
        ("mysql", {"mysql_collate": None}, "ALTER TABLE t DEFAULT CHARACTER SET=DEFAULT;"),
        ("mysql", {"mysql_row_format": None}, "ALTER TABLE t ROW_FORMAT=DEFAULT;"),
        ("mysql", {"postgresql_with": {"fillfactor": 70}}, ""),
        (
            "postgresql",
            {"postgresql_with": {"fillfactor": 70, "parallel_workers": None}, "prefixes": []},
            "ALTER TABLE t SET LOGGED, SET (fillfactor = 70), RESET (parallel_workers);",
        ),
        (
            "postgresql",
            {"postgresql_tablespace": None, "postgresql_using": None},
            "ALTER TABLE t SET TABLESPACE pg_default, SET ACCESS METHOD heap;",
        ),
        ("sqlite", {"mysql_engine": "MyISAM"}, ""),
    ],
)
def test_options_in_a_script(dialect: str, options: dict[str, object], sql: str) -> None:
    script = Script(dialect)
    script.impl.alter_table_options("t", options, {})
    assert script.text.strip() == sql


def test_script_has_no_percent_doubled_for_a_driver() -> None:
    script = Script("mysql")
    words: dict[str, Any] = {"mysql_partition_by": "hash(a %% 7)", "mysql_partitions": "2"}
    table = Table("t", MetaData(), Column("a", Integer), **words)
    script.impl.create_table(table)
    script.impl.alter_table_options("t", words, {})
    create, alter = script.statements
    assert "PARTITION BY hash(a % 7)" in create
    assert "PARTITION BY hash(a % 7)" in alter
    assert table.kwargs["mysql_partition_by"] == "hash(a %% 7)"


def test_script_asks_for_no_defaults() -> None:
    """What a server would choose itself can't be looked up by a script, nor has it to be."""
    buffer = io.StringIO()
    context = MigrationContext.configure(
        url="mysql+pymysql://", opts={"as_sql": True, "output_buffer": buffer}
    )
    operations = Operations(context)
    operations.alter_table_options("t", mysql_collate=None, mysql_engine=None)
    said = "ALTER TABLE t DEFAULT CHARACTER SET=DEFAULT, ENGINE=InnoDB;"
    assert buffer.getvalue().strip() == said
