"""The catalog queries for what a schema has beside its tables, each giving whole statements.

`definitions` runs these and puts what they give into an order. What belongs to an extension is left
out.
"""

from __future__ import annotations

_NOT_OF_EXTENSION = """NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_depend e
    WHERE e.classid = '{class_}'::regclass AND e.objid = {oid} AND e.refobjid <> e.objid
        AND e.deptype IN ('e', 'i'))"""


def _path(name: str) -> str:
    """Return SQL for a quoted name, behind its schema unless that is the default one."""
    return (
        "CASE WHEN n.nspname = :default_schema THEN '' ELSE quote_ident(n.nspname) || '.' END"
        f" || quote_ident({name})"
    )


def _free(class_: str, oid: str) -> str:
    """Return the condition that an object is in the schemas and of no extension."""
    own = _NOT_OF_EXTENSION.format(class_=class_, oid=oid)
    return f"n.nspname IN :schemas AND {own}"


_ROOT = """(WITH RECURSIVE up AS (
        SELECT c.oid AS relid
        UNION ALL SELECT i.inhparent FROM up JOIN pg_catalog.pg_class p ON p.oid = up.relid
            JOIN pg_catalog.pg_inherits i ON i.inhrelid = p.oid WHERE p.relispartition)
    SELECT relid FROM up JOIN pg_catalog.pg_class p ON p.oid = up.relid
    WHERE NOT p.relispartition)"""
"""The table that is no partition, of which c is one."""

_STORAGE = """CASE WHEN c.reloptions IS NOT NULL
    THEN ' WITH (' || array_to_string(c.reloptions, ', ') || ')' ELSE '' END"""
_TABLESPACE = """coalesce((SELECT ' TABLESPACE ' || quote_ident(s.spcname)
    FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace), '')"""
_METHOD = """coalesce((SELECT ' USING ' || quote_ident(am.amname) FROM pg_catalog.pg_am am
    WHERE am.oid = c.relam AND am.amtype = 't'
    AND am.amname <> pg_catalog.current_setting('default_table_access_method')), '')"""

_EXTENSIONS = """
SELECT 'pg_extension', x.oid::bigint, 'extension', x.extname::text,
    ARRAY['CREATE EXTENSION IF NOT EXISTS ' || quote_ident(x.extname)
        || CASE WHEN n.nspname IN ('pg_catalog', :default_schema) THEN ''
           ELSE ' WITH SCHEMA ' || quote_ident(n.nspname) END],
    ARRAY['DROP EXTENSION IF EXISTS ' || quote_ident(x.extname)], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace
WHERE x.extname <> 'plpgsql'"""

_SCHEMAS = f"""
SELECT 'pg_namespace', n.oid::bigint, 'schema', n.nspname::text,
    ARRAY['CREATE SCHEMA ' || quote_ident(n.nspname)],
    ARRAY['DROP SCHEMA ' || quote_ident(n.nspname)], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_namespace n
WHERE n.nspname <> :default_schema AND {_free("pg_catalog.pg_namespace", "n.oid")}"""

_COLLATIONS = f"""
SELECT 'pg_collation', o.oid::bigint, 'collation', {_path("o.collname")},
    ARRAY[format('CREATE COLLATION %s (provider = %s, %s%s)', {_path("o.collname")},
        CASE o.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
        CASE WHEN o.collprovider = 'c' THEN format('lc_collate = %L, lc_ctype = %L',
                to_jsonb(o)->>'collcollate', to_jsonb(o)->>'collctype')
            ELSE format('locale = %L', coalesce(to_jsonb(o)->>'colllocale',
                to_jsonb(o)->>'colliculocale', to_jsonb(o)->>'collcollate')) END,
        CASE WHEN o.collisdeterministic THEN '' ELSE ', deterministic = false' END)],
    ARRAY['DROP COLLATION ' || {_path("o.collname")}], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_collation o JOIN pg_catalog.pg_namespace n ON n.oid = o.collnamespace
WHERE {_free("pg_catalog.pg_collation", "o.oid")}"""

_TYPES = f"""
SELECT 'pg_type', t.oid::bigint, CASE t.typtype WHEN 'e' THEN 'enum' ELSE 'domain' END,
    {_path("t.typname")}, ARRAY[]::text[], ARRAY[]::text[], NULL::bigint,
    n.nspname::text, t.typname::text
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype IN ('e', 'd') AND {_free("pg_catalog.pg_type", "t.oid")}
UNION ALL
SELECT 'pg_class', c.oid::bigint, 'composite type', {_path("c.relname")},
    ARRAY['CREATE TYPE ' || {_path("c.relname")} || ' AS (' || coalesce((
        SELECT string_agg(quote_ident(a.attname) || ' '
                || pg_catalog.format_type(a.atttypid, a.atttypmod)
                || CASE WHEN a.attcollation <> t.typcollation
                    THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END,
            ', ' ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '') || ')'],
    ARRAY['DROP TYPE ' || {_path("c.relname")}], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'c' AND n.nspname IN :schemas AND {
    _NOT_OF_EXTENSION.format(class_="pg_catalog.pg_type", oid="c.reltype").replace(
        "'e', 'i'", "'e'"
    )
}
UNION ALL
SELECT 'pg_type', t.oid::bigint, 'range type', {_path("t.typname")},
    ARRAY['CREATE TYPE ' || {_path("t.typname")} || ' AS RANGE (SUBTYPE = '
        || pg_catalog.format_type(r.rngsubtype, NULL)
        || CASE WHEN oc.opcdefault THEN '' ELSE ', SUBTYPE_OPCLASS = ' || oc.opcname END
        || CASE WHEN r.rngcollation <> st.typcollation
            THEN ', COLLATION = ' || r.rngcollation::regcollation ELSE '' END
        || CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff::regproc ELSE '' END
        || coalesce((SELECT ', MULTIRANGE_TYPE_NAME = ' || quote_ident(mt.typname)
            FROM pg_catalog.pg_type mt
            WHERE mt.oid = (to_jsonb(r)->>'rngmultitypid')::oid), '') || ')'],
    ARRAY['DROP TYPE ' || {_path("t.typname")}], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_range r JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
JOIN pg_catalog.pg_opclass oc ON oc.oid = r.rngsubopc
JOIN pg_catalog.pg_type st ON st.oid = r.rngsubtype
WHERE {_free("pg_catalog.pg_type", "t.oid")}"""

_SEQUENCES = f"""
SELECT 'pg_class', c.oid::bigint, 'sequence', {_path("c.relname")}, ARRAY[]::text[],
    ARRAY[]::text[], NULL::bigint, n.nspname::text, c.relname::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S' AND {_free("pg_catalog.pg_class", "c.oid")} AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'a'
    AND d.classid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0)"""

_FUNCTIONS = f"""
SELECT 'pg_proc', p.oid::bigint, k.kind, p.oid::regprocedure::text,
    CASE WHEN k.kind = 'aggregate' THEN ARRAY[]::text[]
        ELSE ARRAY[rtrim(pg_catalog.pg_get_functiondef(p.oid), E' \\n')] END,
    ARRAY['DROP ' || upper(k.kind) || ' ' || p.oid::regprocedure], NULL::bigint,
    (SELECT l.lanname::text FROM pg_catalog.pg_language l WHERE l.oid = p.prolang), NULL
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
CROSS JOIN LATERAL (SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate'
    ELSE 'function' END AS kind) k
WHERE {_free("pg_catalog.pg_proc", "p.oid")}"""

_VIEWS = f"""
SELECT 'pg_class', c.oid::bigint, k.kind, {_path("c.relname")},
    ARRAY[format('CREATE %s %s%s%s%s AS%s%s', upper(k.kind), {_path("c.relname")}, {_METHOD},
        {_STORAGE}, {_TABLESPACE}, E'\\n' || rtrim(pg_catalog.pg_get_viewdef(c.oid), '; '),
        CASE WHEN c.relkind = 'm' AND NOT c.relispopulated THEN ' WITH NO DATA' ELSE '' END)]
        || ARRAY(SELECT format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', {_path("c.relname")},
                a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid))
            FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a
                ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            WHERE d.adrelid = c.oid ORDER BY a.attnum)
        || ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid) FROM pg_catalog.pg_index i
            WHERE i.indrelid = c.oid ORDER BY 1),
    ARRAY['DROP ' || upper(k.kind) || ' ' || {_path("c.relname")}], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END AS kind) k
WHERE c.relkind IN ('v', 'm') AND {_free("pg_catalog.pg_class", "c.oid")}"""

_PARTITIONS = f"""
SELECT 'pg_class', c.oid::bigint, 'partition', {_path("c.relname")},
    ARRAY['CREATE TABLE ' || {_path("c.relname")} || ' PARTITION OF '
        || (SELECT i.inhparent::regclass FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
        || ' ' || pg_catalog.pg_get_expr(c.relpartbound, c.oid)
        || coalesce(' PARTITION BY ' || pg_catalog.pg_get_partkeydef(c.oid), '')
        || {_METHOD} || {_STORAGE} || {_TABLESPACE}]
        || ARRAY(SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.oid::regclass, k.conname,
                pg_catalog.pg_get_constraintdef(k.oid))
            FROM pg_catalog.pg_constraint k
            WHERE k.conrelid = c.oid AND k.coninhcount = 0 AND k.contype IN ('c', 'f', 'p', 'u', 'x')
            ORDER BY k.contype = 'f', k.conname)
        || ARRAY(SELECT format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', c.oid::regclass,
                a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid))
            FROM pg_catalog.pg_attrdef d
            JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
            JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
            LEFT JOIN pg_catalog.pg_attribute pa
                ON pa.attrelid = i.inhparent AND pa.attname = a.attname
            LEFT JOIN pg_catalog.pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum
            WHERE d.adrelid = c.oid AND a.attgenerated = '' AND a.attidentity = ''
                AND pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                    IS DISTINCT FROM pg_catalog.pg_get_expr(pd.adbin, pd.adrelid)
            ORDER BY a.attnum)
        || ARRAY(SELECT pg_catalog.pg_get_indexdef(x.indexrelid) FROM pg_catalog.pg_index x
            JOIN pg_catalog.pg_class ic ON ic.oid = x.indexrelid
            WHERE x.indrelid = c.oid AND NOT ic.relispartition AND NOT EXISTS (
                SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = x.indexrelid
                AND k.contype IN ('p', 'u', 'x')) ORDER BY 1),
    ARRAY['DROP TABLE ' || {_path("c.relname")}], {_ROOT}::bigint, NULL, NULL
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relispartition AND c.relkind IN ('r', 'p') AND {_free("pg_catalog.pg_class", "c.oid")}"""

_TRIGGERS = f"""
SELECT 'pg_trigger', g.oid::bigint, 'trigger', g.tgname || ' on ' || {_path("c.relname")},
    ARRAY[pg_catalog.pg_get_triggerdef(g.oid)] || CASE WHEN g.tgenabled = 'O' THEN ARRAY[]::text[]
        ELSE ARRAY[format('ALTER TABLE %s %s TRIGGER %I', c.oid::regclass, CASE g.tgenabled
            WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
            g.tgname)] END,
    ARRAY[format('DROP TRIGGER %I ON %s', g.tgname, c.oid::regclass)],
    CASE WHEN c.relkind IN ('r', 'p') THEN {_ROOT}::bigint END, NULL, NULL
FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT g.tgisinternal AND g.tgparentid = 0 AND {_free("pg_catalog.pg_trigger", "g.oid")}"""

_RULES = f"""
SELECT 'pg_rewrite', w.oid::bigint, 'rule', w.rulename || ' on ' || {_path("c.relname")},
    ARRAY[rtrim(pg_catalog.pg_get_ruledef(w.oid), ';')],
    ARRAY[format('DROP RULE %I ON %s', w.rulename, c.oid::regclass)],
    CASE WHEN c.relkind IN ('r', 'p') THEN {_ROOT}::bigint END, NULL, NULL
FROM pg_catalog.pg_rewrite w JOIN pg_catalog.pg_class c ON c.oid = w.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE w.rulename <> '_RETURN' AND {_free("pg_catalog.pg_class", "c.oid")}"""

_POLICIES = f"""
SELECT 'pg_policy', y.oid::bigint, 'policy', y.polname || ' on ' || {_path("c.relname")},
    ARRAY[format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', y.polname, c.oid::regclass,
        CASE WHEN y.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
        CASE y.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
            WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        CASE WHEN y.polroles = '{{0}}' THEN 'PUBLIC' ELSE array_to_string(ARRAY(
            SELECT quote_ident(l.rolname) FROM pg_catalog.pg_roles l
            WHERE l.oid = ANY (y.polroles) ORDER BY 1), ', ') END,
        coalesce(' USING (' || pg_catalog.pg_get_expr(y.polqual, c.oid) || ')', ''),
        coalesce(' WITH CHECK (' || pg_catalog.pg_get_expr(y.polwithcheck, c.oid) || ')', ''))],
    ARRAY[format('DROP POLICY %I ON %s', y.polname, c.oid::regclass)], {_ROOT}::bigint, NULL, NULL
FROM pg_catalog.pg_policy y JOIN pg_catalog.pg_class c ON c.oid = y.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {_free("pg_catalog.pg_class", "c.oid")}"""

_STATISTICS = f"""
SELECT 'pg_statistic_ext', z.oid::bigint, 'statistics', {_path("z.stxname")},
    ARRAY[pg_catalog.pg_get_statisticsobjdef(z.oid)],
    ARRAY['DROP STATISTICS ' || {_path("z.stxname")}], {_ROOT}::bigint, NULL, NULL
FROM pg_catalog.pg_statistic_ext z JOIN pg_catalog.pg_class c ON c.oid = z.stxrelid
JOIN pg_catalog.pg_namespace n ON n.oid = z.stxnamespace
WHERE {_free("pg_catalog.pg_statistic_ext", "z.oid")}"""

_UNBUILT = f"""
SELECT 'pg_class', c.oid::bigint, 'foreign table', {_path("c.relname")}, ARRAY[]::text[],
    ARRAY[]::text[], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'f' AND {_free("pg_catalog.pg_class", "c.oid")}
UNION ALL
SELECT 'pg_type', t.oid::bigint, 'base type', {_path("t.typname")}, ARRAY[]::text[],
    ARRAY[]::text[], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'b' AND t.typelem = 0 AND {_free("pg_catalog.pg_type", "t.oid")}
UNION ALL
SELECT 'pg_operator', o.oid::bigint, 'operator', o.oid::regoperator::text, ARRAY[]::text[],
    ARRAY[]::text[], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
WHERE {_free("pg_catalog.pg_operator", "o.oid")}
UNION ALL
SELECT 'pg_opclass', o.oid::bigint, 'operator class', {_path("o.opcname")}, ARRAY[]::text[],
    ARRAY[]::text[], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace
WHERE {_free("pg_catalog.pg_opclass", "o.oid")}
UNION ALL
SELECT 'pg_ts_config', o.oid::bigint, 'text search configuration', {_path("o.cfgname")},
    ARRAY[]::text[], ARRAY[]::text[], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_ts_config o JOIN pg_catalog.pg_namespace n ON n.oid = o.cfgnamespace
WHERE {_free("pg_catalog.pg_ts_config", "o.oid")}
UNION ALL
SELECT 'pg_ts_dict', o.oid::bigint, 'text search dictionary', {_path("o.dictname")},
    ARRAY[]::text[], ARRAY[]::text[], NULL::bigint, NULL, NULL
FROM pg_catalog.pg_ts_dict o JOIN pg_catalog.pg_namespace n ON n.oid = o.dictnamespace
WHERE {_free("pg_catalog.pg_ts_dict", "o.oid")}"""

_ALL: tuple[str, ...] = (
    _EXTENSIONS,
    _SCHEMAS,
    _COLLATIONS,
    _TYPES,
    _SEQUENCES,
    _FUNCTIONS,
    _VIEWS,
    _PARTITIONS,
)
_ALL += (_TRIGGERS, _RULES, _POLICIES, _STATISTICS, _UNBUILT)

OBJECTS = f"""
SELECT * FROM (
{" UNION ALL ".join(_ALL)}
) object (class, oid, kind, name, creation, removal, root, schema, object)
"""
"""Everything beside tables that is an object of its own.

`root` is the table it belongs to; `schema` and `object` name what has a directive, or a function's
language.
"""

_OWNED_SEQUENCES = """
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class q ON q.oid = d.objid AND q.relkind = 'S'
    JOIN pg_catalog.pg_namespace n ON n.oid = q.relnamespace
    JOIN pg_catalog.pg_sequence s ON s.seqrelid = q.oid
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
    JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
    LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
        AND d.refclassid = 'pg_catalog.pg_class'::regclass AND cn.nspname IN :schemas"""

OWNED_SEQUENCES = f"""
SELECT c.oid::bigint AS root, d.deptype::text AS kind, {_path("q.relname")} AS name,
    cn.nspname::text AS schema, c.relname::text AS table_name, a.attname::text AS column_name,
    q.relname::text AS sequence, format('%s.%I', c.oid::regclass, a.attname) AS owner,
    pg_catalog.format_type(s.seqtypid, NULL) AS type, s.seqstart AS start,
    s.seqincrement AS increment, s.seqmin AS minvalue, s.seqmax AS maxvalue, s.seqcache AS cache,
    s.seqcycle AS cycle,
    pg_catalog.pg_get_expr(f.adbin, f.adrelid) IS NOT DISTINCT FROM
        format('nextval(%L::regclass)', q.oid::regclass::text) AS is_default,
    EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
        AND a.attnum = ANY (i.indkey)) AS is_key, pg_catalog.format_type(a.atttypid, NULL) AS column_type
{_OWNED_SEQUENCES}
ORDER BY 1, 3"""
"""The sequences that columns own: SERIAL and identity make some with a name and options of theirs."""

DETAILS = f"""
SELECT {_ROOT}::bigint AS root, format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE %s',
        c.oid::regclass, a.attname, CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
        WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END) AS statement
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    AND a.attstorage <> t.typstorage AND NOT (c.relispartition OR a.attinhcount > 0)
    AND {_free("pg_catalog.pg_class", "c.oid")}
UNION ALL
SELECT {_ROOT}::bigint, format('ALTER TABLE %s ALTER COLUMN %I SET COMPRESSION %s', c.oid::regclass,
    a.attname, CASE to_jsonb(a)->>'attcompression' WHEN 'l' THEN 'lz4' ELSE 'pglz' END)
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    AND to_jsonb(a)->>'attcompression' <> '' AND {_free("pg_catalog.pg_class", "c.oid")}
UNION ALL
SELECT {_ROOT}::bigint, format('ALTER TABLE %s %s ROW LEVEL SECURITY', c.oid::regclass, k.word)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT 'ENABLE' AS word WHERE c.relrowsecurity
    UNION ALL SELECT 'FORCE' WHERE c.relforcerowsecurity) k
WHERE c.relkind IN ('r', 'p') AND {_free("pg_catalog.pg_class", "c.oid")}
UNION ALL
SELECT {_ROOT}::bigint, 'ALTER TABLE ' || c.oid::regclass || ' REPLICA IDENTITY '
    || CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING'
        ELSE 'USING INDEX ' || (SELECT quote_ident(ic.relname) FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
            WHERE i.indrelid = c.oid AND i.indisreplident) END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relreplident <> 'd' AND {_free("pg_catalog.pg_class", "c.oid")}
UNION ALL
SELECT {_ROOT}::bigint, 'ALTER TABLE ' || c.oid::regclass || ' SET UNLOGGED'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'u' AND {_free("pg_catalog.pg_class", "c.oid")}
ORDER BY 2"""
"""What ALTER TABLE sets and no directive does."""

COMMENTS = """
SELECT i.type AS kind, i.identity AS name, format('COMMENT ON %s %s IS %L', CASE
        WHEN i.type IN ('table constraint', 'domain constraint') THEN 'CONSTRAINT'
        WHEN i.type IN ('composite type', 'type') THEN 'TYPE'
        WHEN i.type LIKE '% column' THEN 'COLUMN'
        ELSE upper(i.type) END,
    CASE WHEN i.type = 'domain constraint'
        THEN regexp_replace(i.identity, ' on ', ' ON DOMAIN ') ELSE i.identity END,
    d.description) AS statement
FROM pg_catalog.pg_description d
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) i
LEFT JOIN pg_catalog.pg_trigger g
    ON d.classoid = 'pg_catalog.pg_trigger'::regclass AND g.oid = d.objoid
WHERE coalesce(i.schema, CASE WHEN i.type = 'schema' THEN i.name END,
        (SELECT n.nspname FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = g.tgrelid))
        IN :schemas
    AND i.type NOT IN ('table', 'table column')
    AND NOT (i.type = 'schema' AND i.name = :default_schema)
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend e
        WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')
ORDER BY 1, 2"""
"""The comments on everything but tables and their columns."""

NEEDS = """
SELECT d.classid::regclass::text AS class, d.objid::bigint AS oid,
    d.refclassid::regclass::text AS needed_class, d.refobjid::bigint AS needed_oid
FROM pg_catalog.pg_depend d
WHERE d.deptype IN ('n', 'a') AND d.objid >= 16384 AND d.refobjid >= 16384
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class q WHERE q.oid = d.objid AND q.relkind = 'S')"""
"""Which object needs which, what is built into the server left out."""

OWNERS = """
SELECT 'pg_rewrite' AS class, oid::bigint, 'pg_class' AS owner_class, ev_class::bigint AS owner
FROM pg_catalog.pg_rewrite WHERE rulename = '_RETURN'
UNION ALL SELECT 'pg_attrdef', oid::bigint, 'pg_class', adrelid::bigint FROM pg_catalog.pg_attrdef
UNION ALL SELECT 'pg_constraint', oid::bigint, CASE conrelid WHEN 0 THEN 'pg_type' ELSE 'pg_class' END,
    CASE conrelid WHEN 0 THEN contypid ELSE conrelid END::bigint FROM pg_catalog.pg_constraint
UNION ALL SELECT 'pg_class', indexrelid::bigint, 'pg_class', indrelid::bigint FROM pg_catalog.pg_index
UNION ALL SELECT 'pg_type', oid::bigint, 'pg_class', typrelid::bigint
FROM pg_catalog.pg_type WHERE typrelid <> 0
UNION ALL SELECT 'pg_type', typarray::bigint, 'pg_type', oid::bigint
FROM pg_catalog.pg_type WHERE typarray <> 0
UNION ALL SELECT 'pg_type', (to_jsonb(r)->>'rngmultitypid')::bigint, 'pg_type', rngtypid::bigint
FROM pg_catalog.pg_range r"""
"""The object that a part of one counts as: a view for its rule, a table for its row type."""

TABLES = """
SELECT c.oid::bigint AS oid, n.nspname::text AS schema, c.relname::text AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN :schemas"""
"""The tables that directives build."""
