"""What stands on a column or a type of PostgreSQL is there again after the change, or is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
import sqlalchemy as sa

from limbeck.errors import CommandError
from limbeck.operations import Operations
from limbeck.runtime.migration import MigrationContext
from tests.databases import Database

pytestmark = [pytest.mark.requires("enum_types")]

TABLES = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'gone');
CREATE TABLE t (id integer PRIMARY KEY, a varchar(20), m mood, n integer,
    g integer GENERATED ALWAYS AS (n * 2) STORED);
CREATE TABLE log (a text);
INSERT INTO t VALUES (1, 'x', 'sad', 4), (2, 'y', 'ok', 5)
"""
ROLES = """
DO $$ BEGIN CREATE ROLE limbeck_owner; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE limbeck_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT CREATE, USAGE ON SCHEMA public TO limbeck_owner;
GRANT ALL ON TABLE t, log TO limbeck_owner
"""
OBJECTS = """
CREATE VIEW z_base (id, "A b", mood, n, g) WITH (security_barrier = true) AS
    SELECT id, a, m, n, g FROM t WHERE a LIKE '%:x%' OR m <> 'ok';
CREATE VIEW a_top AS SELECT z.*, 'sad'::mood AS k FROM z_base z;
CREATE MATERIALIZED VIEW kept WITH (fillfactor = 70) AS SELECT id, mood, n, g FROM a_top;
CREATE MATERIALIZED VIEW empty AS SELECT id, g, mood FROM kept WITH NO DATA;
CREATE UNIQUE INDEX kept_id ON kept (id);
CREATE INDEX kept_mood ON kept (mood) WHERE mood = 'sad';
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO log VALUES (NEW.id); RETURN NEW; END $$;
CREATE TRIGGER on_a AFTER UPDATE OF a, n ON t FOR EACH ROW
    WHEN (OLD.a <> NEW.a OR NEW.m = 'sad' OR NEW.g > 3) EXECUTE FUNCTION note();
ALTER TABLE t DISABLE TRIGGER on_a;
CREATE TRIGGER instead INSTEAD OF INSERT ON z_base FOR EACH ROW EXECUTE FUNCTION note();
CREATE RULE noted AS ON INSERT TO a_top DO INSTEAD INSERT INTO log VALUES (NEW."A b");
CREATE RULE told AS ON UPDATE TO t WHERE NEW.a = 'q' AND NEW.m = 'ok' AND NEW.g = 1
    DO ALSO INSERT INTO log VALUES ('told');
ALTER TABLE t DISABLE RULE told;
CREATE POLICY seen ON t FOR SELECT TO limbeck_reader USING (a <> 'secret' AND m <> 'sad' AND g > 1);
ALTER VIEW z_base ALTER COLUMN "A b" SET DEFAULT 'none';
ALTER TABLE kept CLUSTER ON kept_id;
ALTER MATERIALIZED VIEW kept ALTER COLUMN n SET STATISTICS 77;
COMMENT ON VIEW z_base IS 'it''s 100%';
COMMENT ON COLUMN z_base."A b" IS 'a column';
COMMENT ON MATERIALIZED VIEW kept IS 'kept';
COMMENT ON INDEX kept_mood IS 'of moods';
COMMENT ON TRIGGER on_a ON t IS 'a trigger';
COMMENT ON RULE told ON t IS 'a rule';
COMMENT ON POLICY seen ON t IS 'a policy';
ALTER VIEW a_top OWNER TO limbeck_owner;
GRANT SELECT ON z_base TO limbeck_owner;
GRANT SELECT, UPDATE ON a_top TO limbeck_reader WITH GRANT OPTION;
GRANT SELECT (id, mood) ON kept TO PUBLIC;
REVOKE DELETE ON a_top FROM limbeck_owner;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT DELETE ON TABLES TO limbeck_reader
"""
FUNCTIONS = """
CREATE FUNCTION is_sad(m mood, all_of mood[]) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT COST 7
    AS $$ SELECT m = 'sad' OR m = ANY (all_of) $$;
CREATE PROCEDURE do_it(m mood) LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE VIEW sad_ones AS SELECT id FROM t WHERE is_sad(m, ARRAY[m]);
COMMENT ON FUNCTION is_sad(mood, mood[]) IS 'sad?';
REVOKE EXECUTE ON FUNCTION is_sad(mood, mood[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_sad(mood, mood[]) TO limbeck_reader
"""
EVERYTHING = (
    """SELECT c.relname, c.relkind::text, pg_get_viewdef(c.oid), pg_get_userbyid(c.relowner),
        ARRAY(SELECT unnest(coalesce(c.relacl, acldefault('r', c.relowner)))::text ORDER BY 1), c.reloptions, c.relispopulated
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1""",
    """SELECT a.attrelid::regclass::text, a.attname, a.attacl::text, a.attstattarget,
        pg_get_expr(f.adbin, f.adrelid), format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attrelid::regclass::text NOT LIKE 'pg_toast%' ORDER BY 1, 2""",
    """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisclustered FROM pg_index
    WHERE indexrelid >= 16384 AND indrelid::regclass::text NOT LIKE 'pg_toast%' ORDER BY 1""",
    "SELECT tgname, tgenabled::text, pg_get_triggerdef(oid) FROM pg_trigger ORDER BY 1",
    """SELECT rulename, ev_enabled::text, pg_get_ruledef(oid) FROM pg_rewrite
    WHERE oid >= 16384 AND rulename <> '_RETURN' ORDER BY 1""",
    "SELECT policyname, roles::text, cmd, qual, with_check FROM pg_policies ORDER BY 1",
    """SELECT i.type, i.identity, d.description FROM pg_description d
    CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
    WHERE d.objoid >= 16384 ORDER BY 1, 2""",
    """SELECT oid::regprocedure::text, pg_get_functiondef(oid), coalesce(proacl, acldefault('f', proowner))::text, proowner
    FROM pg_proc WHERE oid >= 16384 ORDER BY 1""",
)


def run(database: Database, statements: str) -> None:
    with database.engine.begin() as connection:
        for sql in statements.split(";\n"):
            connection.exec_driver_sql(sql.replace("%", "%%"))


def everything(database: Database) -> list[Any]:
    with database.engine.connect() as connection:
        return [
            tuple(row)
            for sql in EVERYTHING
            for row in connection.exec_driver_sql(sql.replace("%", "%%"))
        ]


@contextmanager
def op_of(database: Database, **execution_options: Any) -> Iterator[Operations]:
    with database.engine.connect().execution_options(**execution_options) as connection:
        yield Operations(MigrationContext.configure(connection))
        connection.commit()


def change_type(op: Operations, *, back: bool) -> None:
    types = [sa.String(20), sa.String(30)]
    new, old = types if back else reversed(types)
    op.alter_column("t", "a", type_=new, existing_type=old)


def change_values(op: Operations, *, back: bool) -> None:
    values = [["sad", "ok", "gone"], ["sad", "ok"]]
    new, old = values if back else reversed(values)
    op.alter_enum("mood", new, existing_values=old)


def replace_computed(op: Operations, *, back: bool) -> None:
    expressions = ["n * 2", "n * 3"]
    new, old = expressions if back else reversed(expressions)
    op.alter_column(
        "t",
        "g",
        server_default=sa.Computed(new, persisted=True),
        existing_server_default=sa.Computed(old, persisted=True),
        existing_type=sa.Integer(),
        replace=True,
    )


@pytest.mark.parametrize("change", [change_type, change_values, replace_computed])
def test_what_stands_on_it_is_made_again(database: Database, change: Callable[..., None]) -> None:
    for statements in (TABLES, ROLES, OBJECTS):
        run(database, statements)
    if change is change_values:
        run(database, FUNCTIONS)
    before = everything(database)
    with op_of(database) as op:
        change(op, back=False)
    changed = everything(database)
    assert changed != before or change is change_values
    with op_of(database) as op:
        change(op, back=True)
    assert everything(database) == before
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM kept")).scalar() == 1


REFUSED = {
    "a constraint on a function": (
        "CREATE FUNCTION fine(m mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';\n"
        "ALTER TABLE t ADD CONSTRAINT is_fine CHECK (fine(m))",
        change_values,
        "constraint is_fine on table t",
    ),
    "a table of a view's rows": (
        "CREATE VIEW v AS SELECT a FROM t;\nCREATE TYPE pair AS (one v, two v)",
        change_type,
        "composite type pair",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cant_be_made_again_is_named(database: Database, case: str) -> None:
    statements, change, name = REFUSED[case]
    run(database, TABLES)
    run(database, statements)
    with (
        pytest.raises(CommandError, match=f"Can't .*: .*{name}.* depends on it.*op.execute"),
        op_of(database) as op,
    ):
        change(op, back=False)


def test_nothing_is_set_aside_outside_of_a_transaction(database: Database) -> None:
    run(database, TABLES)
    run(database, "CREATE VIEW v AS SELECT a FROM t")
    with (
        pytest.raises(CommandError, match="in autocommit: view v would be gone"),
        op_of(database, isolation_level="AUTOCOMMIT") as op,
    ):
        change_type(op, back=False)


@pytest.mark.parametrize("what", ["column", "table"])
def test_a_drop_names_what_stands_on_it(database: Database, what: str) -> None:
    run(database, TABLES)
    run(database, "CREATE VIEW v AS SELECT a FROM t;\nCREATE VIEW w AS SELECT a FROM v")
    with (
        pytest.raises(
            CommandError, match=f"Can't drop the {what} t.*: view v depends on .*; view w"
        ),
        op_of(database) as op,
    ):
        op.drop_column("t", "a") if what == "column" else op.drop_table("t")


def test_rows_with_a_value_that_goes_are_named(database: Database) -> None:
    run(database, TABLES)
    run(database, "ALTER TABLE t ADD more mood[];\nUPDATE t SET more = '{gone,sad,gone}'")
    with (
        pytest.raises(CommandError, match=r"t\.m 'sad' \(1\), t\.more 'sad' \(2\).*replacements="),
        op_of(database) as op,
    ):
        op.alter_enum("mood", ["ok", "gone"], existing_values=["sad", "ok", "gone"])
    with op_of(database) as op:
        op.alter_enum("mood", ["ok", "gone"], replacements={"sad": "ok"})
    with database.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT CAST(m AS text), CAST(more AS text) FROM t"))
        assert found.all() == [("ok", "{gone,ok,gone}")] * 2


SAID = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'gone', 'it''s', 'lost');
CREATE DOMAIN glad AS mood DEFAULT 'gone' CONSTRAINT no_loss CHECK (VALUE <> 'lost');
CREATE DOMAIN gladder AS glad NOT NULL;
CREATE DOMAIN moods AS mood[];
COMMENT ON DOMAIN glad IS 'says ''gone'' of mood';
CREATE TABLE t (id integer PRIMARY KEY, m mood DEFAULT 'gone' CONSTRAINT known CHECK (m <> 'gone'
    OR m = ANY (ARRAY['gone'::mood, 'lost'::mood])), ms mood[] DEFAULT '{gone,it''s,gone,lost}',
    d gladder DEFAULT 'it''s', ds glad[] DEFAULT ARRAY['gone'::glad], e moods);
CREATE INDEX gone_ones ON t (m, (m = 'lost')) WHERE m = 'gone';
CREATE INDEX on_d ON t (d);
CREATE VIEW v AS SELECT d FROM t;
CREATE FUNCTION is_glad(x gladder) RETURNS boolean LANGUAGE sql AS 'SELECT true';
INSERT INTO t VALUES (1, DEFAULT, '{lost,sad}', 'gone', '{gone,ok}', '{gone,lost}')
"""
SAYS = """
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'
    AND (contypid > 16383 OR conrelid > 16383)
UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 't'::regclass
UNION ALL SELECT typname || ' ' || concat(typdefault, typnotnull, ' ', typbasetype::regtype) FROM pg_type
    WHERE typtype = 'd' AND oid > 16383
UNION ALL SELECT description FROM pg_description WHERE objoid > 16383 ORDER BY 1"""


def test_what_says_a_value_that_goes_says_the_one_in_its_place(database: Database) -> None:
    run(database, SAID)
    moves = {"it's": "ok", "gone": "lost", "lost": "new"}
    with database.engine.connect() as connection:
        before = "\n".join(connection.exec_driver_sql(SAYS).scalars())
    with op_of(database) as op:
        op.alter_enum("mood", ["new", "lost", "ok", "sad"], replacements=moves)
    with database.engine.connect() as connection:
        after = "\n".join(connection.exec_driver_sql(SAYS).scalars())
        row = connection.execute(sa.text("SELECT CAST(t AS text) FROM t")).scalar()
    literal = re.compile(r"(?<!')'(it''s|gone|lost)'(?=::)|(?<=[{,])(it''s|gone|lost)(?=[,}])")
    wanted = literal.sub(
        lambda found: found[0].replace(
            each := found[1] or found[2], moves[each.replace("''", "'")]
        ),
        before,
    )
    assert sorted(after.split("\n")) == sorted(wanted.split("\n"))
    assert before.count("gone") > 5
    assert row == '(1,lost,"{new,sad}",lost,"{lost,ok}","{lost,new}")'


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("ALTER TABLE t ALTER m SET DEFAULT 'gone'", "default value for column m of table t"),
        (
            "ALTER TABLE t ADD ms mood[];\nALTER TABLE t ALTER ms SET DEFAULT '{ok,gone}'",
            "default value for column ms of table t",
        ),
        ("ALTER TABLE t ADD CONSTRAINT known CHECK (m <> 'gone')", "constraint known on table t"),
        ("CREATE INDEX goners ON t (id) WHERE m = 'gone'", "index goners"),
        ("CREATE DOMAIN glad AS mood DEFAULT 'gone'", "type glad"),
    ],
)
def test_what_says_a_value_that_goes_is_named(database: Database, sql: str, place: str) -> None:
    run(database, TABLES)
    run(database, sql)
    with (
        pytest.raises(CommandError, match=f"says one that goes: {place} .*gone.*replacements="),
        op_of(database) as op,
    ):
        change_values(op, back=False)


@pytest.mark.parametrize("is_at_once", [False, True])
def test_a_value_used_in_its_own_transaction(database: Database, is_at_once: bool) -> None:
    run(database, TABLES)
    values = ["sad", "ok", "gone", "new"]
    refused = nullcontext() if is_at_once else pytest.raises(CommandError, match="use_at_once=True")
    with refused, op_of(database) as op:
        op.alter_enum("mood", values, existing_values=values[:3], use_at_once=is_at_once)
        op.execute("INSERT INTO t VALUES (9, 'z', 'new')")


PARTITIONED = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'gone');
CREATE TABLE t (id integer, a varchar(20), m mood) PARTITION BY RANGE (id);
CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE VIEW whole AS SELECT a, m FROM t;
CREATE VIEW part AS SELECT a, m FROM t1;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER of_all AFTER UPDATE OF a ON t FOR EACH ROW
    WHEN (NEW.m = 'sad') EXECUTE FUNCTION note();
CREATE TRIGGER of_one AFTER UPDATE OF m ON t1 FOR EACH ROW EXECUTE FUNCTION note()
"""


def test_what_stands_on_partitions_is_made_again(database: Database) -> None:
    run(database, PARTITIONED)
    before = everything(database)
    for back in (False, True):
        with op_of(database) as op:
            change_type(op, back=back)
            change_values(op, back=back)
    assert everything(database) == before


def test_a_view_with_a_value_that_goes_is_named(database: Database) -> None:
    run(database, TABLES)
    run(database, "CREATE VIEW v AS SELECT a FROM t WHERE m <> 'gone'")
    with (
        pytest.raises(CommandError, match=r'view v stands on it and does not fit .*"gone"'),
        op_of(database) as op,
    ):
        change_values(op, back=False)
