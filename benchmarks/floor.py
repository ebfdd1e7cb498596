"""The floor: the same work by hand, with nothing around it.

`python floor.py WORK …` is run as a process of its own, as the tools are, and so pays for
Python's start and for SQLAlchemy's import where the work needs them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

SQLITE_CATALOG = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master",
    "SELECT m.name, p.* FROM sqlite_master m, pragma_table_xinfo(m.name) p WHERE m.type = 'table'",
    "SELECT m.name, p.* FROM sqlite_master m, pragma_foreign_key_list(m.name) p"
    " WHERE m.type = 'table'",
    "SELECT m.name, l.*, i.* FROM sqlite_master m, pragma_index_list(m.name) l,"
    " pragma_index_xinfo(l.name) i WHERE m.type = 'table'",
)

POSTGRESQL_CATALOG = (
    "SELECT c.oid, c.relname, c.relkind, d.description FROM pg_class c"
    " LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = 0"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')",
    "SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
    " pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid"
    " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
    " AND a.attnum > 0 AND NOT a.attisdropped",
    "SELECT conrelid, conname, contype, conkey, confrelid, confkey, confupdtype, confdeltype"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "SELECT i.indrelid, c.relname, i.indisunique, i.indkey, pg_get_indexdef(i.indexrelid)"
    " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE c.relnamespace = 'public'::regnamespace",
)


def start() -> None:
    """Parse no arguments."""
    import argparse

    argparse.ArgumentParser().parse_args([])


def history(versions: str) -> None:
    """Read the first 600 bytes of each revision file, and print a line for each."""
    for path in sorted(Path(versions).glob("*.py")):
        with path.open() as file:
            sys.stdout.write(file.read(600).partition("\n")[0] + "\n")


def upgrade(url: str, count: str) -> None:
    """Run the statements of that many revisions, and the version table's."""
    import sqlalchemy as sa

    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        for number in range(int(count)):
            table = number - number % 10
            connection.exec_driver_sql(
                f"CREATE TABLE t{table} (id INTEGER NOT NULL, PRIMARY KEY (id))"
                if number == table
                else f"ALTER TABLE t{table} ADD COLUMN c{number} VARCHAR(50)"
            )
            connection.exec_driver_sql(
                f"UPDATE alembic_version SET version_num = '{number:012x}'"
                if number
                else "INSERT INTO alembic_version VALUES ('000000000000')"
            )


def catalog(url: str) -> None:
    """Import the models and read the catalogs, comparing nothing."""
    import sqlalchemy as sa
    from models import metadata  # type: ignore[import-not-found]  # the project's, on its path

    engine = sa.create_engine(url)
    queries = SQLITE_CATALOG if engine.dialect.name == "sqlite" else POSTGRESQL_CATALOG
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(query).all() for query in queries]
    sys.stdout.write(f"{len(found)} {len(metadata.tables)}\n")


if __name__ == "__main__":
    work: dict[str, Callable[..., None]] = {
        "start": start,
        "history": history,
        "upgrade": upgrade,
        "catalog": catalog,
    }
    work[sys.argv[1]](*sys.argv[2:])
