"""A type built anew under its old name: one PL/pgSQL block, for enum types and domains.

    what depends on the type is noted and dropped · old type renamed · new one created
        · columns moved to it · what depended on the type made again · old type dropped

Noted are defaults, what columns are computed of, checks, foreign keys, exclusion constraints, and
indexes with expressions or predicates, with their comments, and the domains over it, whose columns
are of the type itself meanwhile. Where they say a value that another one stands for from now on, they
say that one. Views, triggers, functions and the like are set aside before (`set_aside`), but in a
script; there, and of computed columns before PostgreSQL 17, the server refuses them by their names and
nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping

from limbeck.ddl.base import string_literal

FAMILY = """family (oid, is_array, domain, depth) AS (
        SELECT m.oid, m.is_array, NULL::oid, 0 FROM pg_catalog.pg_type t
        CROSS JOIN LATERAL (VALUES (t.oid, false), (t.typarray, true)) m (oid, is_array)
        WHERE t.oid = {type}
        UNION ALL
        SELECT m.oid, m.is_array, d.oid, f.depth + 1 FROM family f
        JOIN pg_catalog.pg_type d ON d.typtype = 'd' AND d.typbasetype = f.oid
        CROSS JOIN LATERAL (VALUES (d.oid, f.is_array), (d.typarray, true)) m (oid, is_array)
        WHERE m.oid = d.oid OR NOT f.is_array
    )"""
"""A type, that of its arrays, and the domains over both, for WITH RECURSIVE."""

_BLOCK = """\
DO $limbeck$
DECLARE
    old_type oid := {path}::regtype;
    old_comment text := pg_catalog.obj_description({path}::regtype, 'pg_type');
    old_words text := old_type::regtype;
    undo text[];
    moves text[];
    redo text[];
    step text;
BEGIN
    WITH RECURSIVE {family}, used AS (
        SELECT a.attrelid, a.attnum, a.attname, a.attinhcount, f.is_array, f.domain,
            {path} || CASE WHEN f.is_array THEN '[]' ELSE '' END AS new_type,
            pg_catalog.format_type(a.atttypid, NULL) AS type
        FROM pg_catalog.pg_attribute a JOIN family f ON f.oid = a.atttypid
        JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        WHERE c.relkind IN ('r', 'p') AND NOT a.attisdropped AND a.attnum > 0
    ), needing AS (
        SELECT DISTINCT d.classid, d.objid FROM pg_catalog.pg_depend d
        WHERE d.refclassid = 'pg_catalog.pg_type'::regclass
                AND d.refobjid IN (SELECT oid FROM family)
            OR d.refclassid = 'pg_catalog.pg_class'::regclass
                AND (d.refobjid, d.refobjsubid) IN (SELECT attrelid, attnum FROM used)
    ), parts (rank, undo, redo) AS (
        SELECT CASE k.contype WHEN 'f' THEN 4 ELSE 3 END,
            format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname),
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname,
                pg_catalog.pg_get_constraintdef(k.oid))
            || coalesce(format('; COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname,
                k.conrelid::regclass, pg_catalog.obj_description(k.oid, 'pg_constraint')), '')
        FROM pg_catalog.pg_constraint k
        WHERE k.contype IN ('c', 'f', 'x') AND k.conrelid <> 0 AND k.conparentid = 0
            AND k.coninhcount = 0 AND EXISTS (SELECT 1 FROM needing n
                WHERE n.classid = 'pg_catalog.pg_constraint'::regclass AND n.objid = k.oid
                    OR k.contype = 'x' AND n.objid = k.conindid)
        UNION ALL
        SELECT 2, 'DROP INDEX ' || c.oid::regclass,
            replace(pg_catalog.pg_get_indexdef(c.oid), format('%I ON ONLY ', c.relname),
                format('%I ON ', c.relname))
            || coalesce(format('; COMMENT ON INDEX %s IS %L', c.oid::regclass,
                pg_catalog.obj_description(c.oid, 'pg_class')), '')
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        JOIN needing n ON n.classid = 'pg_catalog.pg_class'::regclass AND n.objid = c.oid
        WHERE NOT c.relispartition AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = c.oid)
        UNION ALL
        SELECT 1, format('ALTER TABLE ONLY %s ALTER COLUMN %I DROP DEFAULT',
                a.attrelid::regclass, a.attname),
            format('ALTER TABLE ONLY %s ALTER COLUMN %I SET DEFAULT %s', a.attrelid::regclass,
                a.attname, CASE WHEN e.items IS NULL THEN e.sql
                    ELSE quote_literal({items}::text) || '::' || old_words || '[]' END)
        FROM pg_catalog.pg_attrdef f
        JOIN pg_catalog.pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
        CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_expr(f.adbin, f.adrelid) AS sql) x
        CROSS JOIN LATERAL (SELECT x.sql, CASE WHEN right(x.sql, length(old_words) + 6)
                = '}}''::' || old_words || '[]' THEN replace(
            substring(x.sql from '^''(.*)''::'), '''''', '''') END AS items) e
        WHERE a.attgenerated = '' AND ((a.attrelid, a.attnum) IN (
                SELECT attrelid, attnum FROM used)
            OR f.oid IN (SELECT objid FROM needing
                WHERE classid = 'pg_catalog.pg_attrdef'::regclass))
        UNION ALL
        SELECT 1, format('ALTER TABLE %s %sALTER COLUMN %I SET EXPRESSION AS (NULL)',
                a.attrelid::regclass, CASE WHEN a.attnotnull
                    THEN format('ALTER COLUMN %I DROP NOT NULL, ', a.attname) END, a.attname),
            format('ALTER TABLE %s ALTER COLUMN %I SET EXPRESSION AS (%s)%s', a.attrelid::regclass,
                a.attname, pg_catalog.pg_get_expr(f.adbin, f.adrelid), CASE WHEN a.attnotnull
                    THEN coalesce((
                        SELECT format(', ADD CONSTRAINT %I %s', k.conname,
                            pg_catalog.pg_get_constraintdef(k.oid))
                        FROM pg_catalog.pg_constraint k WHERE k.contype = 'n'
                            AND k.conrelid = a.attrelid AND k.conkey = ARRAY[a.attnum]
                    ), format(', ALTER COLUMN %I SET NOT NULL', a.attname)) END)
        FROM pg_catalog.pg_attrdef f
        JOIN pg_catalog.pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
        JOIN needing n ON n.classid = 'pg_catalog.pg_attrdef'::regclass AND n.objid = f.oid
        WHERE a.attgenerated <> '' AND a.attinhcount = 0
            AND current_setting('server_version_num')::integer >= 170000
        UNION ALL
        SELECT 0, format('ALTER TABLE %s ALTER COLUMN %I TYPE %s USING %2$I::%3$s',
                u.attrelid::regclass, u.attname, u.new_type),
            format('ALTER TABLE %s ALTER COLUMN %I TYPE %s USING %2$I::%3$s',
                u.attrelid::regclass, u.attname, u.type)
        FROM used u WHERE u.domain IS NOT NULL AND u.attinhcount = 0
        UNION ALL
        SELECT f.depth - 1000, 'DROP DOMAIN ' || d.oid::regtype,
            concat('CREATE DOMAIN ', d.oid::regtype, ' AS ', d.typbasetype::regtype,
                CASE WHEN d.typcollation <> b.typcollation
                    THEN ' COLLATE ' || d.typcollation::regcollation END,
                ' DEFAULT ' || pg_catalog.pg_get_expr(d.typdefaultbin, 0),
                CASE WHEN d.typnotnull THEN ' NOT NULL' END,
                (SELECT string_agg(format('; ALTER DOMAIN %s ADD CONSTRAINT %I %s', d.oid::regtype,
                        k.conname, pg_catalog.pg_get_constraintdef(k.oid)), '' ORDER BY k.conname)
                    FROM pg_catalog.pg_constraint k WHERE k.contypid = d.oid AND k.contype = 'c'),
                format('; COMMENT ON DOMAIN %s IS ', d.oid::regtype)
                    || quote_literal(pg_catalog.obj_description(d.oid, 'pg_type')))
        FROM family f JOIN pg_catalog.pg_type d ON d.oid = f.oid AND d.oid = f.domain
        JOIN pg_catalog.pg_type b ON b.oid = d.typbasetype
    )
    SELECT array_agg(p.undo ORDER BY p.rank DESC, p.undo),
        array_agg({redo} ORDER BY p.rank, p.redo),
        (SELECT array_agg(m.sql) FROM (
            SELECT format('ALTER TABLE %s %s', u.attrelid::regclass, string_agg(
                format('ALTER COLUMN %1$I TYPE %2$s USING (', u.attname, u.new_type)
                || format(CASE WHEN u.is_array THEN {array_cast} ELSE {cast} END, u.attname)
                || ')::' || u.new_type, ', ' ORDER BY u.attnum)) AS sql
            FROM used u WHERE u.attinhcount = 0 GROUP BY u.attrelid ORDER BY u.attrelid) m)
        INTO undo, redo, moves FROM parts p;
    FOREACH step IN ARRAY coalesce(undo, '{{}}') LOOP EXECUTE step; END LOOP;
    ALTER {kind} {name} RENAME TO {aside};
    {create};
    FOREACH step IN ARRAY coalesce(moves, '{{}}') LOOP EXECUTE step; END LOOP;
    FOREACH step IN ARRAY coalesce(redo, '{{}}') LOOP EXECUTE step; END LOOP;
    IF old_comment IS NOT NULL THEN
        EXECUTE format('COMMENT ON {kind} %s IS %L', {path}, old_comment);
    END IF;
    DROP {kind} {old};
END $limbeck$"""
"""`rank` is the order of making again: domains first, each behind the one that it is over."""


def replace_type(
    path: str,
    *,
    schema: str,
    aside: str,
    create: str,
    kind: str,
    base: str = "text",
    moves: Mapping[str, str] | None = None,
) -> str:
    """Return the statement that replaces a type.

    Args:
        path: the type, quoted, with its schema if it has one.
        schema: the schema, quoted and with its point, or nothing.
        aside: what the old type is called meanwhile, quoted, without a schema.
        create: the statement that creates the new one.
        kind: TYPE or DOMAIN.
        base: the type by way of which values become the new one.
        moves: the values, as text, that others stand for.
    """
    moves = moves or {}
    return _BLOCK.format(
        family=FAMILY.format(type="old_type"),
        path=string_literal(path),
        name=path,
        aside=aside,
        old=f"{schema}{aside}",
        create=create,
        kind=kind,
        cast=string_literal(_template(_moved("\x00", base, moves))),
        array_cast=string_literal(_template(_moved_items("\x00", base, moves))),
        items=_moved_items("e.items", base, moves),
        redo=_moved_literals("p.redo", moves),
    )


def _moved(value: str, base: str, moves: Mapping[str, str]) -> str:
    """Return SQL for a value of the type, as a `base`."""
    sql = f"{value}::{base}"
    cases = " ".join(
        f"WHEN {string_literal(old)} THEN {string_literal(new)}" for old, new in moves.items()
    )
    return f"CASE {sql} {cases} ELSE {sql} END" if cases else sql


def _moved_items(value: str, base: str, moves: Mapping[str, str]) -> str:
    """Return SQL for an array of the type's values, as one of `base`."""
    sql = f"{value}::{base}[]"
    for old, new in _in_turn(moves):
        sql = f"array_replace({sql}, {string_literal(old)}, {string_literal(new)})"
    return sql


def _moved_literals(text: str, moves: Mapping[str, str]) -> str:
    """Return SQL for SQL text in which the type's values are written as the server writes them."""
    for old, new in _in_turn(moves):
        words = [
            f"{string_literal(string_literal(each) + '::')} || old_words" for each in (old, new)
        ]
        text = f"replace({text}, {', '.join(words)})"
    return text


def _in_turn(moves: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return moves that can be made one after the other: none takes what another one has put."""
    if not moves.keys() & set(moves.values()):
        return list(moves.items())
    between = {old: f"limbeck {number}" for number, old in enumerate(moves)}
    return [*between.items(), *((between[old], new) for old, new in moves.items())]


def _template(sql: str) -> str:
    """Return an expression as a template of `format`, the column's name in place."""
    return sql.replace("%", "%%").replace("\x00", "%1$I")
