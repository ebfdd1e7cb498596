"""The fixtures themselves: each database is real, fresh and empty."""

from sqlalchemy import inspect, text

from tests.databases import Database


def test_database_is_empty_and_answers(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id INTEGER PRIMARY KEY)"))
        assert inspect(connection).get_table_names() == ["t"]


def test_second_database_is_another_one(database: Database) -> None:
    assert inspect(database.engine).get_table_names() == []
