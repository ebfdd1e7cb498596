"""A PostgreSQL table that a batch builds anew goes on counting where it was, under the names it had.

Its sequences are those of the old table where there is one; what PostgreSQL named after the new table
while that had another name is renamed at the end. Sent alike to a connection and to a script.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from sqlalchemy import Table, text

from limbeck import sqla
from limbeck.ddl.base import string_literal
from limbeck.ddl.rebuild import TableRebuild

_COUNT_ON = """\
DO $limbeck$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT quote_ident(new.attname) AS name, new.attidentity <> '' AS is_identity,
            pg_catalog.pg_get_expr(b.adbin, b.adrelid) AS old_default,
            pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS new_default,
            pg_catalog.pg_get_serial_sequence({old}, new.attname) AS old_sequence,
            pg_catalog.pg_get_serial_sequence({new}, new.attname) AS new_sequence,
            CASE WHEN new.atttypid <> old.atttypid AND new.atttypid IN (20, 21, 23)
                THEN ' AS ' || new.atttypid::regtype ELSE '' END AS retyped
        FROM pg_catalog.pg_attribute new
        JOIN pg_catalog.pg_attribute old
            ON old.attrelid = {old}::regclass AND old.attname = new.attname
        LEFT JOIN pg_catalog.pg_attrdef b ON b.adrelid = old.attrelid AND b.adnum = old.attnum
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = new.attrelid AND d.adnum = new.attnum
        WHERE new.attrelid = {new}::regclass AND new.attnum > 0
    LOOP
        IF place.new_sequence IS NOT NULL AND NOT place.is_identity
            AND starts_with(place.old_default, 'nextval(')
        THEN
            EXECUTE concat('ALTER TABLE ', {new}, ' ALTER COLUMN ', place.name, ' SET DEFAULT ',
                place.old_default);
            EXECUTE concat('DROP SEQUENCE ', place.new_sequence);
            place.new_default := place.old_default;
        ELSIF place.new_sequence IS NOT NULL AND place.old_sequence IS NOT NULL THEN
            EXECUTE concat('SELECT setval(', quote_literal(place.new_sequence),
                ', last_value, is_called) FROM ', place.old_sequence);
        ELSIF place.new_sequence IS NOT NULL THEN
            EXECUTE concat('SELECT setval(', quote_literal(place.new_sequence), ', max(', place.name,
                ')) FROM ', {new}, ' HAVING max(', place.name, ') >= (SELECT seqmin',
                ' FROM pg_catalog.pg_sequence WHERE seqrelid = ',
                quote_literal(place.new_sequence), '::regclass)');
        END IF;
        IF place.old_sequence IS NOT NULL AND place.new_default = place.old_default THEN
            EXECUTE concat('ALTER SEQUENCE ', place.old_sequence, place.retyped, ' OWNED BY ',
                {new}, '.', place.name);
        END IF;
    END LOOP;
END $limbeck$"""

_NAME_ANEW = """\
DO $limbeck$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        WITH named AS (
            SELECT concat('ALTER TABLE ', {table}, ' RENAME CONSTRAINT ') AS command,
                k.conname::text AS name
            FROM pg_catalog.pg_constraint k WHERE k.conrelid = {table}::regclass
            UNION ALL
            SELECT concat('ALTER SEQUENCE ', quote_ident(n.nspname), '.'), c.relname::text
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class c ON c.oid = d.objid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE d.refobjid = {table}::regclass AND d.classid = 'pg_catalog.pg_class'::regclass
                AND d.refobjsubid > 0 AND c.relkind = 'S')
        SELECT concat(command, quote_ident(name),
            CASE WHEN starts_with(command, 'ALTER SEQUENCE') THEN ' RENAME' END, ' TO ',
            quote_ident({name} || substr(name, length({temporary}) + 1)))
        FROM named WHERE starts_with(name, {temporary} || '_') ORDER BY 1
    LOOP
        EXECUTE statement;
    END LOOP;
END $limbeck$"""

_BOUND = """
    SELECT 'trigger ' || tgname FROM pg_catalog.pg_trigger
    WHERE tgrelid = CAST(:path AS regclass) AND NOT tgisinternal
    UNION ALL SELECT 'policy ' || polname FROM pg_catalog.pg_policy
    WHERE polrelid = CAST(:path AS regclass)
    UNION ALL SELECT 'rule ' || rulename FROM pg_catalog.pg_rewrite
    WHERE ev_class = CAST(:path AS regclass)
    UNION ALL SELECT unnest(array_remove(ARRAY[CASE WHEN relrowsecurity THEN 'row security' END,
            CASE WHEN relacl IS NOT NULL THEN 'privileges' END], NULL))
    FROM pg_catalog.pg_class WHERE oid = CAST(:path AS regclass) ORDER BY 1"""
"""What goes with a table, and no CREATE TABLE makes again."""


class PostgresqlRebuild(TableRebuild):
    """The rebuild of one PostgreSQL table."""

    _always: tuple[str, ...] = ()
    _temporary_name: str = ""

    def renames_columns_in_place(self) -> bool:
        """Are columns better renamed by ALTER first? Yes: both tables are then matched by name."""
        return True

    def start(self) -> None:
        """Warn of what goes with the old table."""
        if self.connection is None:
            return
        path = {"path": self._path(self.table_name)}
        if bound := self.connection.execute(text(_BOUND), path).scalars().all():
            warnings.warn(
                f"The batch builds the table {self.table_name} anew, and these go with the old one: "
                f"{', '.join(bound)}. Make them again after it, or let the batch ALTER the table, "
                "which it does without recreate='always'.",
                stacklevel=2,
            )

    def adjust_columns(self, table: Table, names_of_old_type: Sequence[str]) -> None:
        """Let the rows bring their own numbers where these are GENERATED ALWAYS."""
        identities = [(str(column.name), column.identity) for column in table.columns]
        self._always = tuple(name for name, identity in identities if identity and identity.always)
        for _, identity in identities:
            if identity is not None:
                identity.always = False

    def copied(self, old: Table, new: Table) -> None:
        """Take over the sequences of the old table, or where they stand."""
        self._temporary_name = str(new.name)
        table = self._path(self._temporary_name)
        for name in self._always:
            column = sqla.quote(self.impl.dialect, name)
            self._send(f"ALTER TABLE {table} ALTER COLUMN {column} SET GENERATED ALWAYS")
        paths = {"old": self._path(self.table_name), "new": table}
        self._send(_COUNT_ON.format(**{side: string_literal(it) for side, it in paths.items()}))

    def finish(self) -> None:
        """Give sequences and constraints the names that they would have had."""
        path = self._path(self.table_name)
        names = {"table": path, "name": str(self.table_name), "temporary": self._temporary_name}
        self._send(_NAME_ANEW.format(**{word: string_literal(it) for word, it in names.items()}))

    def _path(self, name: str) -> str:
        quoted = (sqla.quote(self.impl.dialect, part) for part in (self.schema, name) if part)
        return ".".join(quoted)

    def _send(self, statement: str) -> None:
        self.impl._exec(sqla.escape_binds(statement))
