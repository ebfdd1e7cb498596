"""A naming convention that comes to a database whose constraints have no names."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, Table, UniqueConstraint

from tests.catalogs import dump
from tests.convergence import _catalogs_of, _file, _run, assert_same
from tests.databases import Database

CONVENTION = {
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _models(convention: dict[str, str] | None) -> MetaData:
    metadata = MetaData(naming_convention=convention)
    Table(
        "t",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("n", Integer),
        Column("p", Integer),
        UniqueConstraint("n"),
        ForeignKeyConstraint(["p"], ["t.id"]),
    )
    return metadata


def test_a_convention_names_what_had_no_name(database: Database) -> None:
    before, after = _models(None), _models(CONVENTION)
    with database.engine.begin() as connection:
        before.create_all(connection)
    source = _file(database, after) or ""

    _run(database, after, source, "upgrade")

    assert_same(dump(database), _catalogs_of(database, after, None), "after the upgrade")
    assert _file(database, after) is None
    _run(database, after, source, "downgrade")  # where nothing has a name, it keeps the new ones
