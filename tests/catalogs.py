"""The oracle: a database's own catalogs as plain values, read by plain SQL.

It shares nothing with limbeck's readers. `dump` returns a mapping of object to what the catalogs
say of it; equal dumps mean the same schema. The position of columns is left out, since no ALTER
can choose it everywhere, and so is whatever two runs of the same DDL may differ in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

from tests.databases import Database

Catalogs = Mapping[str, Any]

VERSION_TABLES = frozenset({"alembic_version"})


def dump(database: Database) -> Catalogs:
    """Return everything that the catalogs say of the schema, by object."""
    with database.engine.connect() as connection:
        match database.name:
            case "sqlite":
                return dict(_sqlite(connection))
            case "postgresql":
                return dict(_postgresql(connection))
            case _:
                schemas = [database.url.database, database.second_schema]
                return dict(_mariadb(connection, schemas))


def rows(database: Database, table: str) -> list[tuple[Any, ...]]:
    """Return all rows of a table, sorted."""
    with database.engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {table}")).all()
    return sorted((tuple(row) for row in found), key=repr)


# -- SQLite -------------------------------------------------------------------------------------


def _sqlite(connection: Connection) -> Iterable[tuple[str, Any]]:
    objects = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    ).all()
    for kind, name, table, sql in objects:
        if table in VERSION_TABLES:
            continue
        sql = _without_own_name(sql, table)
        yield f"{kind} {name}", _fold(sql) if kind != "table" else _sqlite_table(sql)
        if kind == "table":
            for pragma in ("table_xinfo", "foreign_key_list", "index_list"):
                yield f"{pragma} {name}", _sqlite_pragma(connection, pragma, name)


def _sqlite_pragma(connection: Connection, pragma: str, table: str) -> list[tuple[Any, ...]]:
    quoted = table.replace('"', '""')
    found = connection.exec_driver_sql(f'PRAGMA {pragma}("{quoted}")').mappings().all()
    positions = {"cid", "seq", "id"} if pragma != "foreign_key_list" else {"id"}
    entries = []
    for row in found:
        values = {key: value for key, value in row.items() if key not in positions}
        if str(values.get("name", "")).startswith("sqlite_autoindex"):
            index_name = values["name"].replace('"', '""')
            index = connection.exec_driver_sql(f'PRAGMA index_info("{index_name}")').all()
            values["name"] = tuple(column for _, _, column in index)
        entries.append(tuple(values.items()))
    return sorted(entries, key=repr)


def _sqlite_table(sql: str) -> tuple[str, ...]:
    """Split CREATE TABLE at its top-level commas: the pieces, and what follows the body."""
    start, pieces, depth, piece, quote = sql.index("("), [], 0, "", ""
    for position, character in enumerate(sql[start:], start):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
        if depth == 0:
            break
        if character == "," and depth == 1 and not quote:
            pieces.append(piece)
            piece = ""
        elif not (character == "(" and depth == 1 and position == start):
            piece += character
    return (*sorted(_fold(each) for each in [*pieces, piece]), _fold(sql[position + 1 :]))


def _without_own_name(sql: str, table: str) -> str:
    """Leave out a table before its own columns, where SQLite puts it when tables are renamed."""
    name = re.escape(table)
    pattern = rf"""('(?:[^']|'')*')|(?<![\w."])(?:main\.)?(?:{name}|"{name}"|\[{name}\])\."""
    return re.sub(pattern, r"\1", sql, flags=re.IGNORECASE)


def _fold(sql: str) -> str:
    """Fold white space, and drop the quotes of plain names: ALTER adds and removes them."""
    pieces = re.split(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""", (sql or "").strip())
    return "".join(_fold_piece(each) for each in pieces)


def _fold_piece(sql: str) -> str:
    if sql.startswith("'"):
        return sql
    if sql.startswith('"'):
        return re.sub(r'^"([A-Za-z_][A-Za-z0-9_]*)"$', r"\1", sql)
    return re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", sql))


# -- PostgreSQL ---------------------------------------------------------------------------------

_POSTGRESQL = {
    "relation": """
        SELECT n.nspname || '.' || c.relname, c.relkind::text, c.relpersistence::text,
               ARRAY(SELECT unnest(c.reloptions) ORDER BY 1)::text,
               (SELECT array_agg(o ORDER BY o) FROM pg_class t, unnest(t.reloptions) o
                WHERE t.oid = c.reltoastrelid)::text,
               obj_description(c.oid, 'pg_class'),
               CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
               pg_get_partkeydef(c.oid), m.amname
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_am m ON m.oid = c.relam
        WHERE {user} AND c.relkind IN ('r', 'p', 'v', 'm')""",
    "table": """
        SELECT n.nspname || '.' || c.relname, c.relrowsecurity, c.relforcerowsecurity,
               c.relreplident::text, pg_get_expr(c.relpartbound, c.oid),
               (SELECT array_agg(i.inhparent::regclass::text ORDER BY i.inhseqno)::text
                FROM pg_inherits i WHERE i.inhrelid = c.oid),
               (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {user} AND c.relkind IN ('r', 'p')""",
    "column": """
        SELECT n.nspname || '.' || c.relname || '.' || a.attname,
               format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity::text,
               a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid),
               l.collnamespace::regnamespace || '.' || l.collname,
               col_description(c.oid, a.attnum), a.attstorage::text, a.attcompression::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        WHERE {user} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraint": """
        SELECT n.nspname || '.' || coalesce(c.relname, t.typname) || '.' || k.conname,
               pg_get_constraintdef(k.oid), k.convalidated,
               obj_description(k.oid, 'pg_constraint')
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
        LEFT JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_type t ON t.oid = k.contypid
        WHERE {user} AND k.contype IN ('c', 'f', 'p', 'u', 'x')""",
    "index": """
        SELECT n.nspname || '.' || c.relname,
               regexp_replace(pg_get_indexdef(c.oid), ' WITH [(][^()]*=[^()]*[)]', ''), i.indisvalid,
               i.indisprimary, (SELECT array_agg(o ORDER BY o) FROM unnest(c.reloptions) o)::text,
               obj_description(c.oid, 'pg_class'), s.spcname
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace WHERE {user}""",
    "sequence": """
        SELECT n.nspname || '.' || c.relname, format_type(s.seqtypid, NULL), s.seqstart,
               s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle,
               c.relpersistence::text, obj_description(c.oid, 'pg_class'),
               (SELECT d.refobjid::regclass || '.' || a.attname FROM pg_depend d
                JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')
                AND d.refclassid = 'pg_class'::regclass)
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {user}""",
    "enum": """
        SELECT n.nspname || '.' || t.typname, array_agg(e.enumlabel ORDER BY e.enumsortorder)::text
        FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
        JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {user} GROUP BY 1""",
    "type": """
        SELECT n.nspname || '.' || t.typname, t.typtype::text, t.typnotnull, t.typdefault,
               format_type(t.typbasetype, t.typtypmod), t.typcollation::regcollation::text,
               obj_description(t.oid, 'pg_type'), format_type(r.rngsubtype, NULL),
               (SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', '
                                  ORDER BY a.attnum)
                FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0)
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        LEFT JOIN pg_class c ON c.oid = t.typrelid LEFT JOIN pg_range r ON r.rngtypid = t.oid
        WHERE {user} AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')""",
    "function": """
        SELECT n.nspname || '.' || p.oid::regprocedure, pg_get_functiondef(p.oid),
               obj_description(p.oid, 'pg_proc')
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {user} AND p.prokind <> 'a'""",
    "extension": """
        SELECT e.extname, n.nspname FROM pg_extension e
        JOIN pg_namespace n ON n.oid = e.extnamespace""",
    "policy": """
        SELECT schemaname || '.' || tablename || '.' || policyname, permissive, roles::text, cmd,
               qual, with_check FROM pg_policies""",
    "rule": """
        SELECT schemaname || '.' || tablename || '.' || rulename, definition FROM pg_rules n
        WHERE schemaname NOT LIKE 'pg\\_%'""",
    "statistics": """
        SELECT n.nspname || '.' || s.stxname, pg_get_statisticsobjdef(s.oid)
        FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {user}""",
    "trigger": """
        SELECT n.nspname || '.' || c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid),
               t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {user} AND NOT t.tgisinternal""",
    "schema": "SELECT n.nspname FROM pg_namespace n WHERE {user}",
}

_USER = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"


def _postgresql(connection: Connection) -> Iterable[tuple[str, Any]]:
    for kind, query in _POSTGRESQL.items():
        for name, *rest in connection.exec_driver_sql(query.format(user=_USER).replace("%", "%%")):
            if not VERSION_TABLES & set(name.split(".")) and "version_pkc" not in name:
                yield f"{kind} {name}", tuple(rest)


# -- MariaDB ------------------------------------------------------------------------------------

_MARIADB = {
    "table": """
        SELECT TABLE_SCHEMA, TABLE_NAME, NULL, TABLE_TYPE, ENGINE, TABLE_COLLATION, TABLE_COMMENT,
               -- Aria does it anyway; each ALTER TABLE writes it down
               TRIM(REPLACE(CREATE_OPTIONS, 'page_checksum=1', ''))
        FROM information_schema.TABLES WHERE TABLE_SCHEMA = :schema""",
    "column": """
        SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT,
               EXTRA, CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_COMMENT, GENERATION_EXPRESSION
        FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = :schema""",
    "index": """
        SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, INDEX_TYPE, INDEX_COMMENT, IGNORED,
               GROUP_CONCAT(CONCAT_WS(' ', COLUMN_NAME, SUB_PART, COLLATION)
                            ORDER BY SEQ_IN_INDEX)
        FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = :schema
        GROUP BY 1, 2, 3, 4, 5, 6, 7""",
    "foreign key": """
        SELECT r.CONSTRAINT_SCHEMA, r.TABLE_NAME, r.CONSTRAINT_NAME, r.REFERENCED_TABLE_NAME,
               r.UPDATE_RULE, r.DELETE_RULE,
               GROUP_CONCAT(CONCAT(k.COLUMN_NAME, '=', k.REFERENCED_TABLE_SCHEMA, '.',
                                   k.REFERENCED_COLUMN_NAME) ORDER BY k.ORDINAL_POSITION)
        FROM information_schema.REFERENTIAL_CONSTRAINTS r
        JOIN information_schema.KEY_COLUMN_USAGE k
          ON k.CONSTRAINT_SCHEMA = r.CONSTRAINT_SCHEMA AND k.TABLE_NAME = r.TABLE_NAME
         AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME
        WHERE r.CONSTRAINT_SCHEMA = :schema AND k.TABLE_SCHEMA = :schema
        GROUP BY 1, 2, 3, 4, 5, 6""",
    "check": """
        SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, LEVEL
        FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = :schema""",
    "partition": """
        SELECT TABLE_SCHEMA, TABLE_NAME, PARTITION_NAME, SUBPARTITION_METHOD, PARTITION_METHOD,
               PARTITION_EXPRESSION, PARTITION_DESCRIPTION, PARTITION_COMMENT,
               SUBPARTITION_EXPRESSION, COUNT(*)
        FROM information_schema.PARTITIONS
        WHERE TABLE_SCHEMA = :schema AND PARTITION_NAME IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9""",
    "view": """
        SELECT TABLE_SCHEMA, TABLE_NAME, NULL, VIEW_DEFINITION, CHECK_OPTION, SECURITY_TYPE
        FROM information_schema.VIEWS WHERE TABLE_SCHEMA = :schema""",
    "routine": """
        SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, DTD_IDENTIFIER, ROUTINE_DEFINITION,
               IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE, SQL_MODE, ROUTINE_COMMENT
        FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = :schema""",
    "event": """
        SELECT EVENT_SCHEMA, EVENT_NAME, NULL, EVENT_DEFINITION, EVENT_TYPE, INTERVAL_VALUE,
               INTERVAL_FIELD, STATUS, ON_COMPLETION
        FROM information_schema.EVENTS WHERE EVENT_SCHEMA = :schema""",
    "trigger": """
        SELECT TRIGGER_SCHEMA, EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING,
               EVENT_MANIPULATION, ACTION_STATEMENT
        FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = :schema""",
}


def _mariadb(connection: Connection, schemas: list[str | None]) -> Iterable[tuple[str, Any]]:
    for label, schema in zip(("first", "second"), schemas, strict=True):
        for kind, query in _MARIADB.items():
            for _, table, name, *rest in connection.execute(text(query), {"schema": schema}):
                if kind == "check" and _is_nameless_check(name, rest):
                    # of a column or of a table: it is the same, and neither has a name
                    yield f"check {label}.{table} {rest[0]}", ()
                elif table not in VERSION_TABLES:
                    facts = [_without_schema(value, schemas) for value in rest]
                    yield f"{kind} {label}.{table}.{name or ''}", tuple(facts)
                    if kind == "table" and rest[0] == "SEQUENCE":
                        yield (
                            f"sequence {label}.{table}",
                            _mariadb_sequence(connection, f"`{schema}`.`{table}`"),
                        )


def _mariadb_sequence(connection: Connection, path: str) -> tuple[Any, ...]:
    """Return the options of a sequence, without the number that it has come to."""
    found = connection.exec_driver_sql(f"SELECT * FROM {path}".replace("%", "%%")).mappings().one()
    return tuple(
        (name, value)
        for name, value in found.items()
        if not name.startswith(("next_not", "cycle_c"))
    )


def _is_nameless_check(name: str, rest: list[Any]) -> bool:
    is_json = str(rest[0]).startswith("json_valid(")
    return name.startswith("CONSTRAINT_") or (rest[1] == "Column" and not is_json)


def _without_schema(value: Any, schemas: list[str | None]) -> Any:
    """Say `first` and `second` where the names of this test's databases stand."""
    if isinstance(value, str):
        for label, schema in zip(("second", "first"), reversed(schemas), strict=True):
            value = value.replace(str(schema), label)
    return value
