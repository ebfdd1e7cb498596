"""What stands on a column or a type: views, rules, triggers, policies, functions, and theirs in turn.

PostgreSQL alters neither type while one of these is there. They are dropped, the caller makes its
change, and they are made again from the catalogs' own words:

    what needs it, with what needs that, the outermost first → DROP
        · the change ·
    CREATE in the other direction → owners, privileges, comments, settings → read again, and compared

What can't be made again is named in an error before anything has changed; so is one that does not
come out as it was, and the transaction is rolled back. Nothing is dropped with CASCADE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, text
from sqlalchemy.exc import DBAPIError

from limbeck import sqla
from limbeck.ddl.postgresql import beside
from limbeck.ddl.postgresql.replace_type import FAMILY
from limbeck.errors import CommandError

_KINDS = frozenset(
    {"view", "materialized view", "function", "procedure", "trigger", "rule", "policy"}
)
"""What is made again with all that it has."""

_COLUMN = """
    family (oid) AS (
        SELECT pg_catalog.to_regclass(:path)::oid
        UNION SELECT i.inhrelid FROM family f JOIN pg_catalog.pg_inherits i ON i.inhparent = f.oid
    ), roots (classid, objid, subid) AS (
        SELECT 'pg_catalog.pg_class'::regclass::oid, a.attrelid, a.attnum::integer
        FROM family f JOIN pg_catalog.pg_attribute a ON a.attrelid = f.oid
        WHERE a.attname = :column AND NOT a.attisdropped
    )"""
_TYPE = f"""
    {FAMILY.format(type="pg_catalog.to_regtype(:path)::oid")}, roots (classid, objid, subid) AS (
        SELECT 'pg_catalog.pg_type'::regclass::oid, f.oid, 0 FROM family f
        UNION ALL
        SELECT 'pg_catalog.pg_class'::regclass::oid, a.attrelid, a.attnum::integer
        FROM family f JOIN pg_catalog.pg_attribute a ON a.atttypid = f.oid
        JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped
    )"""

_WHOLE = """
    LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 'pg_catalog.pg_rewrite'::regclass
        AND w.oid = d.objid AND w.rulename = '_RETURN'
    LEFT JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::regclass
        AND f.oid = d.objid
        AND EXISTS (SELECT 1 FROM pg_catalog.pg_class v WHERE v.oid = f.adrelid AND v.relkind = 'v')
    CROSS JOIN LATERAL (SELECT coalesce(w.ev_class, f.adrelid) AS view) whole
    CROSS JOIN LATERAL (SELECT
        CASE WHEN view IS NULL THEN d.classid ELSE 'pg_catalog.pg_class'::regclass::oid END AS classid,
        coalesce(view, d.objid) AS objid) o
    LEFT JOIN pg_catalog.pg_class r ON o.classid = 'pg_catalog.pg_class'::regclass
        AND r.oid = o.objid"""
"""The object `o` that a row `d` of pg_depend is a part of; `r` is it where it is a relation."""

_IS_OBJECT = """d.deptype NOT IN ('i', 'P', 'S', 'e', 'x')
        AND (r.oid IS NULL OR r.relkind IN ('v', 'm', 'c', 'f'))
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend whole
            WHERE whole.classid = o.classid AND whole.objid = o.objid AND whole.deptype = 'P')"""
"""Parts go and come with what they are parts of, a partition's trigger with that of its parent."""

_NEEDING = f"""
WITH RECURSIVE {{roots}}, need (classid, objid, depth) AS (
    SELECT o.classid, o.objid, 1 FROM roots JOIN pg_catalog.pg_depend d
        ON d.refclassid = roots.classid AND d.refobjid = roots.objid AND d.refobjsubid = roots.subid
    {_WHOLE}
    WHERE {_IS_OBJECT} AND o.classid NOT IN ('pg_catalog.pg_constraint'::regclass,
        'pg_catalog.pg_attrdef'::regclass, 'pg_catalog.pg_statistic_ext'::regclass,
        'pg_catalog.pg_publication_rel'::regclass)
        AND (o.classid, o.objid) NOT IN (SELECT r.classid, r.objid FROM roots r)
    UNION
    SELECT o.classid, o.objid, n.depth + 1 FROM need n
    CROSS JOIN LATERAL (
        SELECT n.classid, n.objid
        UNION ALL SELECT 'pg_catalog.pg_type'::regclass::oid, unnest(ARRAY[t.oid, t.typarray])
        FROM pg_catalog.pg_type t
        WHERE n.classid = 'pg_catalog.pg_class'::regclass AND t.typrelid = n.objid) part
    JOIN pg_catalog.pg_depend d ON d.refclassid = part.classid AND d.refobjid = part.objid
    {_WHOLE}
    WHERE {_IS_OBJECT} AND (o.classid, o.objid) <> (n.classid, n.objid) AND n.depth < 100
)
SELECT classid::regclass::text AS class, objid::bigint AS oid, max(depth) AS depth,
    pg_catalog.pg_describe_object(classid, objid, 0) AS words,
    (pg_catalog.pg_identify_object(classid, objid, 0)).identity AS identity,
    max((SELECT string_agg(DISTINCT n.nspname, ',') FROM pg_catalog.pg_namespace n
        WHERE n.oid >= 16384 OR n.nspname = 'public')) AS schemas
FROM need GROUP BY classid, objid ORDER BY depth, identity
"""

_STATEMENTS = f"SELECT * FROM ({beside.OBJECTS}) found WHERE class || ' ' || oid IN :keys"

_TRAITS = """
WITH things AS (
    SELECT 'pg_catalog.pg_class'::regclass::oid AS classid, c.oid, c.relowner AS owner,
        coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner)) AS acl, 'TABLE' AS word,
        CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END AS kind
    FROM pg_catalog.pg_class c WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::regclass, p.oid, p.proowner,
        coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)), 'ROUTINE', 'ROUTINE'
    FROM pg_catalog.pg_proc p WHERE p.oid >= 16384
), named AS (
    SELECT t.*, i.identity FROM things t
    CROSS JOIN LATERAL pg_catalog.pg_identify_object(t.classid, t.oid, 0) i
    WHERE i.identity IN :identities
), granted AS (
    SELECT n.*, x.*, '' AS columns FROM named n CROSS JOIN LATERAL pg_catalog.aclexplode(n.acl) x
    UNION ALL
    SELECT n.*, x.*, format(' (%I)', a.attname)
    FROM named n JOIN pg_catalog.pg_attribute a ON a.attrelid = n.oid AND a.attacl IS NOT NULL
    CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) x WHERE n.word = 'TABLE'
)
SELECT 1 AS rank, identity, format('ALTER %s %s OWNER TO %I', kind, identity,
    pg_catalog.pg_get_userbyid(owner)) AS statement, NULL AS removal FROM named
UNION ALL
SELECT 2, identity, format('GRANT %s%s ON %s %s TO %s%s%s', g.privilege_type, g.columns, word,
        identity, k.name, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
        CASE WHEN g.grantor = owner THEN ''
            ELSE ' GRANTED BY ' || quote_ident(pg_catalog.pg_get_userbyid(g.grantor)) END),
    format('REVOKE %s%s ON %s %s FROM %s', g.privilege_type, g.columns, word, identity, k.name)
FROM granted g CROSS JOIN LATERAL (SELECT CASE g.grantee WHEN 0 THEN 'PUBLIC'
    ELSE quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END AS name) k
UNION ALL
SELECT 3, identity, format('ALTER %s %s ALTER COLUMN %I SET STATISTICS %s', kind, identity, a.attname,
    a.attstattarget), NULL
FROM named n JOIN pg_catalog.pg_attribute a ON a.attrelid = n.oid
WHERE n.word = 'TABLE' AND a.attnum > 0 AND coalesce(a.attstattarget, -1) >= 0
UNION ALL
SELECT 3, n.identity, format('ALTER %s %s CLUSTER ON %I', kind, identity, c.relname), NULL
FROM named n JOIN pg_catalog.pg_index i ON i.indrelid = n.oid AND i.indisclustered
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
UNION ALL
SELECT 3, i.identity, format('ALTER TABLE %s %s RULE %I', w.ev_class::regclass, CASE w.ev_enabled
    WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, w.rulename), NULL
FROM pg_catalog.pg_rewrite w
CROSS JOIN LATERAL pg_catalog.pg_identify_object('pg_catalog.pg_rewrite'::regclass, w.oid, 0) i
WHERE w.oid >= 16384 AND w.ev_enabled <> 'O' AND i.identity IN :identities
UNION ALL
SELECT 4, o.identity, format('COMMENT ON %s %s IS %L', CASE
        WHEN i.type LIKE '% column' THEN 'COLUMN' ELSE upper(i.type) END, i.identity, d.description),
    NULL
FROM pg_catalog.pg_description d
LEFT JOIN pg_catalog.pg_index x
    ON d.classoid = 'pg_catalog.pg_class'::regclass AND x.indexrelid = d.objoid
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classoid, coalesce(x.indrelid, d.objoid), 0) o
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) i
WHERE d.objoid >= 16384 AND o.identity IN :identities
ORDER BY 1, 2, 3
"""
"""What CREATE does not say of an object, as statements; `removal` takes a privilege away."""


class _Object(NamedTuple):
    """One that is set aside."""

    words: str
    """As the server describes it, such as `view v`."""
    identity: str
    creation: Sequence[str]
    removal: Sequence[str]


class SetAside:
    """Sets aside what stands on columns and types, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @contextmanager
    def for_column(self, table: str, column: str) -> Iterator[None]:
        """Make room for a change of a column's type; `table` is quoted, with its schema.

        Raises CommandError for what can't be made again.
        """
        with self._around(_COLUMN, table, column, f"change the column {column} of {table}"):
            yield

    @contextmanager
    def for_type(self, path: str) -> Iterator[None]:
        """Make room for a type that replaces another; `path` is quoted, with its schema.

        Raises CommandError for what can't be made again.
        """
        with self._around(_TYPE, path, "", f"replace the type {path}"):
            yield

    @contextmanager
    def _around(self, roots: str, path: str, column: str, what: str) -> Iterator[None]:
        found = self._objects(roots, path, column, what)
        if not found:
            yield
            return
        self._require_transaction(found, what)
        traits = self._traits(found)
        for each in reversed(found):
            self._run(each.removal)
        yield
        for each in found:
            self._make_again(each, what)
        self._restore(found, traits, what)

    def _objects(self, roots: str, path: str, column: str, what: str) -> list[_Object]:
        """Return what is to be set aside, what others need first."""
        values = {"path": path, "column": column}
        rows = self._rows(_NEEDING.format(roots=roots), **values)
        if not rows:
            return []
        keys = [f"{row[0].removeprefix('pg_catalog.')} {row.oid}" for row in rows]
        schemas = rows[0].schemas.split(",")
        known = {
            f"{each[0]} {each.oid}": each
            for each in self._rows(_STATEMENTS, keys=keys, schemas=schemas, default_schema="")
            if each.creation and each.kind in _KINDS
        }
        if others := [row.words for key, row in zip(keys, rows, strict=True) if key not in known]:
            raise CommandError(
                f"Can't {what}: {', '.join(others)} depends on it, and limbeck does not know how to "
                "make that again. Drop it before with op.execute(), and create it again after, in "
                "the same revision."
            )
        return [
            _Object(row.words, row.identity, known[key].creation, known[key].removal)
            for key, row in zip(keys, rows, strict=True)
        ]

    def _make_again(self, gone: _Object, what: str) -> None:
        try:
            self._run(gone.creation)
        except DBAPIError as error:
            said = str(error.orig).strip().splitlines()[0]
            raise CommandError(
                f"Can't {what}: {gone.words} stands on it and does not fit any more ({said}). Drop it "
                "before with op.execute(), and create the one that fits after, in the same revision."
            ) from error

    def _require_transaction(self, found: Sequence[_Object], what: str) -> None:
        if self.connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            raise CommandError(
                f"Can't {what} in autocommit: {_listed(found)} would be gone if it failed. Take it "
                "out of the autocommit_block()."
            )

    def _traits(self, found: Sequence[_Object]) -> Mapping[str, Any]:
        """Return by its statement everything that is set on the objects, in an order that works."""
        rows = self._rows(_TRAITS, identities=[each.identity for each in found])
        return {row.statement: row for row in rows}

    def _restore(self, found: Sequence[_Object], wanted: Mapping[str, Any], what: str) -> None:
        """Give the objects their owners, then all else; compare in the end."""
        there = self._traits(found)
        self._run([sql for sql, row in wanted.items() if row.rank == 1 and sql not in there])
        there = self._traits(found)  # privileges go along with the owner
        self._run([row.removal for sql, row in there.items() if row.removal and sql not in wanted])
        self._run([sql for sql in wanted if sql not in there])
        there = self._traits(found)
        if differing := sorted(wanted.keys() ^ there.keys()):
            raise CommandError(
                f"Can't {what}: {_listed(found)} had to be dropped for it, and would not be the "
                f"same again: {'; '.join(differing)}. Drop and create it in the revision yourself."
            )

    def _rows(self, query: str, **values: Any) -> Sequence[Any]:
        statement = text(query.replace("::", r"\:\:"))
        lists: list[BindParameter[Any]] = [
            bindparam(name, expanding=True)
            for name, value in values.items()
            if isinstance(value, list) and f":{name}" in query
        ]
        given = {name: value for name, value in values.items() if f":{name}" in query}
        return self.connection.execute(statement.bindparams(*lists), given).all()

    def _run(self, statements: Sequence[str]) -> None:
        for sql in statements:
            self.connection.execute(text(sqla.escape_binds(sql)))


def _listed(found: Sequence[_Object]) -> str:
    return ", ".join(each.words for each in found)
