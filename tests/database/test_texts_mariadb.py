r"""Texts with characters that mean something to MariaDB, PyMySQL or SQLAlchemy: there and back.

`\`, both quotes, `` ` ``, `%`, `:name` and a line's end, in each place where DDL has a text.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Enum,
    Integer,
    MetaData,
    String,
    Table,
    func,
    literal_column,
    text,
)

from tests.convergence import assert_converges, autogenerate, drop_all_tables
from tests.databases import Database, fresh_database

WORDS = {
    "backslash": r"a\b\\",
    "quotes": """it's "so" `it`""",
    "percent": "5%s %% 100%",
    "bind": ":name ::int",
    "lines": "one\ntwo\r\tthree",
    "all": "\\'%(x)s\\n\"%%:a",
}


def build_texts(word: str) -> MetaData:
    """Build a table that has `word` wherever it may."""
    metadata = MetaData()
    x, y = Column("x", String(40), server_default=word, comment=word), Column("y", String(60))
    Table(
        "t",
        metadata,
        Column("id", Integer, primary_key=True),
        x,
        y,
        Column("c", String(99), Computed(func.concat(literal_column("y"), word))),
        Column("d", String(99), server_default=func.concat(word, "!")),
        Column("e", Enum(word[:9], "b", native_enum=False, create_constraint=True, name="kind")),
        Column("n", Enum(word, "b"), server_default="b"),
        CheckConstraint(y != word, name="ck"),
        CheckConstraint(func.locate(word, y) == 0),
        comment=word,
    )
    return metadata


@pytest.mark.parametrize("name", WORDS)
def test_texts_converge(mariadb: Database, name: str) -> None:
    plain, odd = build_texts("plain"), build_texts(WORDS[name])
    assert_converges(mariadb, odd, plain, rows=0)
    drop_all_tables(mariadb)
    assert_converges(mariadb, plain, odd, rows=0)


def test_names_in_double_quotes_converge(mariadb: Database, tmp_path: Path) -> None:
    def build(word: str) -> MetaData:
        metadata = build_texts(word)
        table = metadata.tables["t"]
        table.append_column(Column("group", String(9), server_default=text("""concat('"', 'x')""")))
        table.append_column(
            Column("sum", String(30), Computed(f"""concat("group", "y", '{word}')"""))
        )
        table.append_constraint(
            CheckConstraint(f"""`group` > "y" or length("x") > {len(word)}""", "ansi")
        )
        return metadata

    with fresh_database("mariadb", tmp_path) as fresh:
        database, scratch = (in_mode(each, "ANSI_QUOTES") for each in (mariadb, fresh))
        assert_converges(database, build("plain"), build("another"), rows=0, scratch=scratch)
        with database.engine.connect() as connection:
            mode = connection.exec_driver_sql("SELECT @@sql_mode").scalar_one()
            assert mode == "ANSI_QUOTES"


def test_backslashes_that_escape_nothing_are_warned_of(mariadb: Database) -> None:
    database = in_mode(mariadb, "NO_BACKSLASH_ESCAPES")
    plain, odd = build_texts("plain"), build_texts(WORDS["backslash"])
    assert_converges(database, MetaData(), plain, rows=0)
    with database.engine.begin() as connection:
        plain.drop_all(connection)
        odd.create_all(connection)
    with (
        database.engine.connect() as connection,
        pytest.warns(UserWarning, match="The table t has backslashes in its definition"),
    ):
        autogenerate(database, connection, plain)


def in_mode(database: Database, mode: str) -> Database:
    """Return the database with a `sql_mode` for each of its connections."""
    url = database.url.update_query_dict({"init_command": f"SET sql_mode = '{mode}'"})
    return replace(database, url=url)
