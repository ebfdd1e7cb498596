r"""Texts with characters that mean something to MariaDB, PyMySQL or SQLAlchemy: there and back.

`\`, both quotes, `` ` ``, `%`, `:name` and a line's end, in each place where DDL has a text.
"""

from __future__ import annotations

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
)

from tests.convergence import assert_converges, drop_all_tables
from tests.databases import Database

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
