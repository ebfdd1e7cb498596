"""What a program that only imports `alembic` is told of a database that has more than its models."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.parity.packages.recorder import Recorder

BEYOND_THE_MODELS = {
    "postgresql": (
        "CREATE SEQUENCE s",
        "CREATE TYPE unused AS ENUM ('a')",
        "CREATE DOMAIN d AS integer CHECK (value > 0)",
        "ALTER TYPE et ADD VALUE 'z'",
        "ALTER TABLE t SET (fillfactor = 50)",
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0)",
        "ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING btree (a WITH =)",
        "ALTER TABLE t DROP CONSTRAINT t_pkey",
        "ALTER TABLE t ALTER a SET DEFAULT 5",
        "ALTER TABLE t ALTER id DROP DEFAULT",
    ),
    "mariadb": (
        "ALTER TABLE t ROW_FORMAT = COMPRESSED, AUTO_INCREMENT = 100",
        "CREATE SEQUENCE s",
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0)",
        "ALTER TABLE t ALTER a SET DEFAULT 5",
        "ALTER TABLE t MODIFY id INTEGER NOT NULL",
    ),
    "sqlite": ("CREATE TABLE u (a INTEGER DEFAULT 5 CHECK (a > 0), CHECK (a < 9)) STRICT",),
}


def play(recorder: Recorder) -> None:
    """Compare after each statement."""
    engine = sa.create_engine(recorder.url_text)
    _models().create_all(engine, tables=[_models().tables["t"]])
    for statement in BEYOND_THE_MODELS[recorder.database_name]:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
        with engine.connect() as connection:
            found = compare_metadata(MigrationContext.configure(connection), _models())
        recorder.note(statement, [_in_words(each) for each in found])
    engine.dispose()


def _models() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Column("e", sa.Enum("x", "y", name="et")),
    )
    sa.Table("u", metadata, sa.Column("a", sa.Integer))
    return metadata


def _in_words(difference: Any) -> Any:
    if isinstance(difference, list):
        return [each[0] for each in difference]
    return [difference[0], getattr(difference[1], "name", "")]
