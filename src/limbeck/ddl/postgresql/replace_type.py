"""A type built anew under its old name: one PL/pgSQL block, for enum types and domains.

    what depends on the type is noted and dropped · old type renamed · new one created
        · columns moved to it · what depended on the type made again · old type dropped

Noted are defaults, checks, foreign keys, exclusion constraints, and indexes with expressions or
predicates, with their comments. Views, triggers, functions and the like are set aside before
(`set_aside`), but in a script, where the server refuses them by their names and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable

Convert = Callable[..., str]
"""Returns the new value for a column's name; `is_array=` says whether it holds arrays."""

_BLOCK = """\
DO $limbeck$
DECLARE
    old_type oid := {path}::regtype;
    old_comment text := pg_catalog.obj_description({path}::regtype, 'pg_type');
    types oid[] := ARRAY(SELECT unnest(ARRAY[t.oid, t.typarray]) FROM pg_catalog.pg_type t
        WHERE t.oid = old_type);
    undo text[];
    moves text[];
    redo text[];
    step text;
BEGIN
    WITH used AS (
        SELECT a.attrelid, a.attnum, a.attname, a.attinhcount, a.atttypid <> old_type AS is_array
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
        WHERE a.atttypid = ANY (types) AND c.relkind IN ('r', 'p') AND NOT a.attisdropped
            AND a.attnum > 0
    ), needing AS (
        SELECT DISTINCT d.classid, d.objid FROM pg_catalog.pg_depend d
        WHERE d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid = ANY (types)
            OR d.refclassid = 'pg_catalog.pg_class'::regclass
                AND (d.refobjid, d.refobjsubid) IN (SELECT attrelid, attnum FROM used)
    ), parts (rank, undo, redo) AS (
        SELECT CASE k.contype WHEN 'f' THEN 4 ELSE 3 END,
            format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname),
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname,
                pg_catalog.pg_get_constraintdef(k.oid))
            || coalesce(format('; COMMENT ON CONSTRAINT %I ON %s IS %L', k.conname,
                k.conrelid::regclass, pg_catalog.obj_description(k.oid, 'pg_constraint')), '')
        FROM pg_catalog.pg_constraint k JOIN needing n
            ON n.classid = 'pg_catalog.pg_constraint'::regclass AND n.objid = k.oid
        WHERE k.contype IN ('c', 'f', 'x') AND k.conrelid <> 0 AND k.conparentid = 0
            AND k.coninhcount = 0
        UNION ALL
        SELECT 2, 'DROP INDEX ' || c.oid::regclass, pg_catalog.pg_get_indexdef(c.oid)
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
                a.attname, pg_catalog.pg_get_expr(f.adbin, f.adrelid))
        FROM pg_catalog.pg_attrdef f
        JOIN pg_catalog.pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
        WHERE a.attgenerated = '' AND ((a.attrelid, a.attnum) IN (
                SELECT attrelid, attnum FROM used)
            OR f.oid IN (SELECT objid FROM needing
                WHERE classid = 'pg_catalog.pg_attrdef'::regclass))
    )
    SELECT array_agg(p.undo ORDER BY p.rank DESC, p.undo), array_agg(p.redo ORDER BY p.rank, p.redo),
        (SELECT array_agg(m.sql) FROM (
            SELECT format('ALTER TABLE %s %s', u.attrelid::regclass, string_agg(
                format('ALTER COLUMN %1$I TYPE %2$s%3$s USING ', u.attname, {path},
                    CASE WHEN u.is_array THEN '[]' ELSE '' END)
                || format(CASE WHEN u.is_array THEN {array_cast} ELSE {cast} END, u.attname),
                ', ' ORDER BY u.attnum)) AS sql
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


def replace_type(
    path: str,
    *,
    schema: str,
    aside: str,
    create: str,
    kind: str,
    convert: Convert,
) -> str:
    """Return the statement that replaces a type.

    Args:
        path: the type, quoted, with its schema if it has one.
        schema: the schema, quoted and with its point, or nothing.
        aside: what the old type is called meanwhile, quoted, without a schema.
        create: the statement that creates the new one.
        kind: TYPE or DOMAIN.
        convert: returns the value for the new type from a column, or from one that holds arrays.
    """
    return _BLOCK.format(
        path=_literal(path),
        name=path,
        aside=aside,
        old=f"{schema}{aside}",
        create=create,
        kind=kind,
        cast=_literal(_template(convert, is_array=False)),
        array_cast=_literal(_template(convert, is_array=True)),
    )


def _template(convert: Convert, *, is_array: bool) -> str:
    """Return the conversion as a template of `format`, the column's name in place."""
    marker = "\x00"
    return convert(marker, is_array=is_array).replace("%", "%%").replace(marker, "%1$I")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
