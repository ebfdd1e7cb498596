"""The catalog queries: each reads one kind of object for all tables of some schemas at once.

What belongs to an extension, is a partition or only inherited is left out. `%(…)s` parts are chosen by the
server's version. Vectors are unnested because theirs start at 0, which not every driver can read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, TextClause, bindparam, text

_IS_OURS = """
    c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN :schemas
    AND NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_depend e
        WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e'
    )"""

TABLES = f"""
SELECT c.oid::bigint AS oid, n.nspname::text AS schema, c.relname::text AS name,
    array_to_string(ARRAY(
        SELECT unnest(c.reloptions) UNION ALL SELECT 'toast.' || unnest(tc.reloptions) ORDER BY 1
    ), ', ') AS storage,
    CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS partition_by,
    t.spcname::text AS tablespace, c.relpersistence = 'u' AS is_unlogged,
    CASE WHEN am.amname <> pg_catalog.current_setting('default_table_access_method')
        THEN am.amname::text END AS method,
    CASE WHEN c.relhassubclass OR c.relkind = 'r' THEN (
        SELECT pg_catalog.string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
        FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) END AS parents,
    d.description AS comment, c.reltoastrelid <> 0 AS has_toast
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
LEFT JOIN pg_catalog.pg_class tc ON tc.oid = c.reltoastrelid
LEFT JOIN pg_catalog.pg_description d
    ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
WHERE {_IS_OURS}
"""

COLUMNS = f"""
SELECT a.attrelid::bigint AS table, a.attnum::int AS position, a.attname::text AS name,
    pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_not_null,
    a.attislocal OR a.attinhcount = 0 AS is_own,
    pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) AS default,
    %(generated)s::text AS generated, a.attidentity::text AS identity,
    CASE WHEN a.attcollation <> t.typcollation THEN
        CASE WHEN pg_catalog.pg_collation_is_visible(co.oid) THEN co.collname::text
        ELSE a.attcollation::regcollation::text END END AS collation,
    co2.description AS comment
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_catalog.pg_description co2 ON co2.objoid = a.attrelid
    AND co2.classoid = 'pg_catalog.pg_class'::regclass AND co2.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND {_IS_OURS}
ORDER BY a.attrelid, a.attnum
"""

SEQUENCES = f"""
SELECT d.refobjid::bigint AS table, d.refobjsubid::int AS position, d.deptype::text AS kind,
    s.seqrelid::regclass::text AS name, s.seqstart AS start, s.seqincrement AS increment,
    s.seqmin AS minvalue, s.seqmax AS maxvalue, s.seqcache AS cache, s.seqcycle AS cycle
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_depend d ON d.objid = s.seqrelid
    AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
    AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_IS_OURS}
"""

CONSTRAINTS = f"""
SELECT k.conrelid::bigint AS table, k.conname::text AS name, k.contype::text AS kind,
    k.conkey::int[] AS columns, k.condeferrable AS deferrable, k.condeferred AS deferred,
    CASE WHEN k.contype = 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid, true) END AS sql,
    rn.nspname::text AS referred_schema, rc.relname::text AS referred_table,
    CASE WHEN k.contype = 'f' THEN ARRAY(
        SELECT ra.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (number, place)
        JOIN pg_catalog.pg_attribute ra ON ra.attrelid = k.confrelid AND ra.attnum = u.number
        ORDER BY u.place) END AS referred_columns,
    k.confupdtype::text AS on_update, k.confdeltype::text AS on_delete,
    k.confmatchtype::text AS match, %(set_columns)s AS set_columns,
    ARRAY(SELECT unnest(i.indkey::int2[])::int) AS index_columns, i.indnkeyatts::int AS key_count,
    %(nulls)s AS nulls_not_distinct, k.convalidated AS is_valid, %(enforced)s AS is_enforced,
    %(period)s AS has_period,
    k.contype = 'c' AND k.connoinherit AS no_inherit, kd.description AS comment
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class rc ON rc.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = rc.relnamespace
LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u')
LEFT JOIN pg_catalog.pg_description kd
    ON kd.objoid = k.oid AND kd.classoid = 'pg_catalog.pg_constraint'::regclass
WHERE k.contype IN ('p', 'u', 'f', 'c') AND k.conparentid = 0
    AND (k.conislocal OR k.coninhcount = 0) AND {_IS_OURS}
"""

INDEXES = f"""
SELECT i.indrelid::bigint AS table, ic.relname::text AS name, i.indisunique AS is_unique,
    i.indnkeyatts::int AS key_count, ARRAY(SELECT unnest(i.indkey::int2[])::int) AS columns,
    ARRAY(SELECT unnest(i.indoption::int2[])::int) AS orders, am.amname::text AS method,
    pg_catalog.pg_get_expr(i.indpred, i.indrelid, true) AS predicate,
    CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(
        SELECT CASE WHEN i.indkey[g - 1] = 0
            THEN pg_catalog.pg_get_indexdef(i.indexrelid, g, true) END
        FROM pg_catalog.generate_series(1, i.indnkeyatts) g ORDER BY g) END AS expressions,
    ARRAY(
        SELECT CASE WHEN NOT oc.opcdefault OR %(parameters)s IS NOT NULL
            THEN oc.opcname || coalesce('(' || %(parameters)s || ')', '') END
        FROM unnest(i.indclass::oid[]) WITH ORDINALITY u (number, place)
        JOIN pg_catalog.pg_opclass oc ON oc.oid = u.number
        JOIN pg_catalog.pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = u.place
        ORDER BY u.place) AS classes,
    ARRAY(
        SELECT CASE WHEN u.number <> 0 AND u.number <> coalesce(a.attcollation, 100)
            THEN u.number::regcollation::text END
        FROM unnest(i.indcollation::oid[]) WITH ORDINALITY u (number, place)
        LEFT JOIN pg_catalog.pg_attribute a
            ON a.attrelid = i.indrelid AND a.attnum = i.indkey[u.place - 1] AND a.attnum > 0
        ORDER BY u.place) AS collations,
    array_to_string(ARRAY(SELECT unnest(ic.reloptions) ORDER BY 1), ', ') AS storage,
    ts.spcname::text AS tablespace, %(nulls)s AS nulls_not_distinct,
    ARRAY(
        SELECT o.oprname::text FROM unnest(k.conexclop) WITH ORDINALITY u (number, place)
        JOIN pg_catalog.pg_operator o ON o.oid = u.number ORDER BY u.place) AS operators,
    k.condeferrable AS deferrable, k.condeferred AS deferred,
    CASE WHEN i.indexprs IS NOT NULL AND EXISTS (
            SELECT FROM unnest(i.indcollation::oid[]) u (number) WHERE u.number NOT IN (0, 100))
        THEN pg_catalog.pg_get_indexdef(i.indexrelid) END AS definition
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = ic.relam
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_tablespace ts ON ts.oid = ic.reltablespace
LEFT JOIN pg_catalog.pg_constraint k
    ON k.conrelid = i.indrelid AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')
WHERE (k.oid IS NULL OR k.contype = 'x') AND {_IS_OURS}
"""


def rows(connection: Connection, query: str, schemas: Sequence[str]) -> Sequence[Row[Any]]:
    """Run one of the queries for these schemas and return its rows."""
    return connection.execute(_statement(connection, query), {"schemas": list(schemas)}).all()


def _statement(connection: Connection, query: str) -> TextClause:
    version = connection.dialect.server_version_info or (12,)
    parts = {
        "generated": "a.attgenerated" if version >= (12,) else "''",
        "set_columns": (
            "ARRAY(SELECT sa.attname::text FROM pg_catalog.pg_attribute sa"
            " WHERE sa.attrelid = k.conrelid AND sa.attnum = ANY (k.confdelsetcols)"
            " ORDER BY sa.attnum)"
            if version >= (15,)
            else "NULL::text[]"
        ),
        "parameters": (
            "(SELECT string_agg(split_part(p, '=', 1) || '='"
            " || quote_literal(substr(p, strpos(p, '=') + 1)), ', ' ORDER BY p)"
            " FROM unnest(ia.attoptions) p)"
            if version >= (13,)
            else "NULL::text"
        ),
        "nulls": "i.indnullsnotdistinct" if version >= (15,) else "false",
        "enforced": "k.conenforced" if version >= (18,) else "true",
        "period": "k.conperiod" if version >= (18,) else "false",
    }
    for name, sql in parts.items():
        query = query.replace(f"%({name})s", sql)
    escaped = query.replace("::", r"\:\:")
    return text(escaped).bindparams(bindparam("schemas", expanding=True))
