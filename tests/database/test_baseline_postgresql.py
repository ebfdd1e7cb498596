"""A baseline of a PostgreSQL database that uses what PostgreSQL has: it builds the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from limbeck import command
from limbeck.script import Script
from tests.catalogs import Catalogs, dump
from tests.convergence import assert_same
from tests.databases import Database
from tests.migrations import Migrations

pytestmark = [pytest.mark.requires("enum_types")]

TYPES = """
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE TYPE unused AS ENUM ('x');
CREATE COLLATION caseless (provider = libc, locale = 'POSIX');
CREATE FUNCTION is_mail(value text) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT value LIKE '%@%' $$;
CREATE DOMAIN mail AS varchar(99) COLLATE "C" NOT NULL DEFAULT 'a@b'
    CONSTRAINT has_at CHECK (is_mail(VALUE)) CONSTRAINT not_long CHECK (length(VALUE) < 90);
CREATE DOMAIN moods AS mood[];
CREATE TYPE place AS (x double precision, label text, feeling mood);
CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE SEQUENCE tickets AS integer INCREMENT BY 5 START WITH 100 MAXVALUE 9000 CACHE 7 CYCLE;
CREATE SEQUENCE down INCREMENT BY -1;
COMMENT ON TYPE mood IS 'how one feels';
COMMENT ON DOMAIN mail IS 'an address';
"""
TABLES = """
CREATE TABLE people (
    id serial PRIMARY KEY, mail mail, feeling mood DEFAULT 'sad', feelings moods, other mood[],
    spot point, home place, nets cidr[], body xml, nick citext, extra hstore, during span,
    ticket integer NOT NULL DEFAULT nextval('tickets'), number serial NOT NULL,
    small smallint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME odd_name INCREMENT BY 3),
    name text COLLATE caseless, big text, CHECK (feeling <> 'happy'), CHECK (nick <> ''));
ALTER TABLE people ALTER COLUMN big SET STORAGE EXTERNAL;
ALTER TABLE people ADD CONSTRAINT "Own's" CHECK (big <> '50%') NO INHERIT;
CREATE INDEX ON people (name) WHERE feeling = 'sad';
ALTER SEQUENCE people_id_seq RENAME TO people_numbers;
CREATE TABLE employees (salary numeric(9, 2) CHECK (salary > 0)) INHERITS (people);
CREATE TABLE a_boss (bonus int DEFAULT 3) INHERITS (employees);
CREATE TABLE events (id int NOT NULL, at date NOT NULL, kind mood, PRIMARY KEY (id, at, kind))
    PARTITION BY RANGE (at);
CREATE INDEX events_kind ON events (kind);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
    PARTITION BY LIST (kind);
CREATE TABLE events_2025_sad PARTITION OF events_2025 FOR VALUES IN ('sad');
CREATE TABLE events_other PARTITION OF events_2025 DEFAULT;
ALTER TABLE events_2024 ALTER COLUMN kind SET DEFAULT 'happy';
ALTER TABLE events_2024 ADD CONSTRAINT low CHECK (id < 1000);
CREATE INDEX ON events_2024 (id DESC);
CREATE TABLE second.elsewhere (id int PRIMARY KEY, person int REFERENCES people);
"""
AROUND = """
CREATE VIEW z_base AS SELECT id, name, feeling FROM people WHERE name LIKE 'a%:b';
CREATE VIEW a_top WITH (security_barrier = true) AS SELECT * FROM z_base;
CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM a_top WITH NO DATA;
CREATE UNIQUE INDEX counts_n ON counts (n);
CREATE VIEW second.outer AS SELECT e.id, p.name FROM second.elsewhere e JOIN people p ON p.id = person;
CREATE FUNCTION first_person() RETURNS people LANGUAGE sql AS 'SELECT * FROM people LIMIT 1';
CREATE FUNCTION atomic_count() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT n FROM counts; END;
CREATE PROCEDURE nothing(a int, INOUT b int) LANGUAGE plpgsql AS $body$
BEGIN
    b := a; -- it's 100%, a:b and \\backslash
END $body$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touches BEFORE UPDATE OF name ON people FOR EACH ROW
    WHEN (NEW.feeling = 'sad') EXECUTE FUNCTION touch('a', 'b');
CREATE TRIGGER events_touch AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER through INSTEAD OF INSERT ON a_top FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE people DISABLE TRIGGER touches;
CREATE RULE quiet AS ON DELETE TO a_boss DO INSTEAD NOTHING;
CREATE POLICY own ON people AS RESTRICTIVE FOR UPDATE USING (name = CURRENT_USER) WITH CHECK (id > 0);
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE STATISTICS together (dependencies) ON name, feeling FROM people;
ALTER TABLE people REPLICA IDENTITY FULL;
COMMENT ON VIEW a_top IS 'the "top"';
COMMENT ON FUNCTION touch() IS 'touches';
COMMENT ON TRIGGER touches ON people IS 'a trigger';
"""


@pytest.fixture
def migrations(tmp_path: Path, database: Database) -> Migrations:
    return Migrations(tmp_path / "migrations", database.url_text, {"include_schemas": "true"})


def test_baseline_of_everything(database: Database, migrations: Migrations) -> None:
    empty = dump(database)
    _run(database, "DROP SCHEMA second; CREATE SCHEMA second;" + TYPES + TABLES + AROUND)
    expected = dump(database)
    script = command.revision(migrations.config(), "baseline", from_database=True)
    assert isinstance(script, Script)
    _empty(database)
    command.upgrade(migrations.config(), "head")
    assert_same(_without_version(dump(database)), expected, "after the upgrade")
    command.downgrade(migrations.config(), "base")
    left = {name for name in dump(database) if not name.startswith("schema ")}
    assert left <= set(empty)


def _run(database: Database, sql: str) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(sql, execution_options={"no_parameters": True})


def _empty(database: Database) -> None:
    """Remove everything, also what a DROP SCHEMA leaves."""
    _run(database, "DROP SCHEMA second CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def _without_version(catalogs: Catalogs) -> Catalogs:
    return {name: value for name, value in catalogs.items() if "alembic_version" not in name}
