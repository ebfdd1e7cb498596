"""How PostgreSQL creates, changes and drops enum types and domains.

Values are added and renamed in place. To remove or reorder them, or to change what a domain is made
of, the type is built anew beside the old one, and the columns of all tables are moved to it: one
block on the server, which finds what depends on the type by itself, online and in a script alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, MetaData, Table, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, ENUM, CreateEnumType
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.types import TypeDecorator, TypeEngine

from limbeck import sqla
from limbeck.ddl.base import string_literal
from limbeck.ddl.objects import Domain, EnumChange, EnumName, SchemaObjectsImpl
from limbeck.ddl.postgresql.replace_type import FAMILY, replace_type
from limbeck.errors import CommandError

if TYPE_CHECKING:
    from limbeck.ddl.postgresql.set_aside import SetAside

_VALUES = """
SELECT e.enumlabel::text FROM pg_catalog.pg_enum e
WHERE e.enumtypid = CAST(:path AS regtype) ORDER BY e.enumsortorder
"""
_OF_TYPE = f"WITH RECURSIVE {FAMILY.format(type='CAST(:path AS regtype)')}"
_COLUMNS = f"""
{_OF_TYPE}
SELECT a.attrelid::regclass::text AS place, quote_ident(a.attname) AS name, f.is_array
FROM family f JOIN pg_catalog.pg_attribute a ON a.atttypid = f.oid
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
WHERE c.relkind IN ('r', 'p') AND a.attinhcount = 0 AND NOT a.attisdropped
ORDER BY 1, 2
"""
_WORDS = f"""
{_OF_TYPE}
SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, 0) AS place,
    coalesce(pg_catalog.pg_get_expr(e.adbin, e.adrelid), pg_catalog.pg_get_constraintdef(k.oid),
        pg_catalog.pg_get_indexdef(i.indexrelid), t.typdefault) AS sql,
    CAST(CAST(:path AS regtype) AS text) AS type
FROM family f JOIN pg_catalog.pg_depend d
    ON d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid = f.oid
LEFT JOIN pg_catalog.pg_attrdef e
    ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND e.oid = d.objid
LEFT JOIN pg_catalog.pg_constraint k
    ON d.classid = 'pg_catalog.pg_constraint'::regclass AND k.oid = d.objid
LEFT JOIN pg_catalog.pg_index i
    ON d.classid = 'pg_catalog.pg_class'::regclass AND i.indexrelid = d.objid
LEFT JOIN pg_catalog.pg_type t
    ON d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid AND t.typtype = 'd'
ORDER BY 1, 2
"""
"""What has words in which the type's values may be: defaults, checks, indexes and domains."""

_IN_ARRAYS = """
SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_type t
    JOIN pg_catalog.pg_attribute a ON a.atttypid = t.typarray
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    WHERE t.oid = CAST(:path AS regtype) AND c.relkind IN ('r', 'p') AND NOT a.attisdropped)
"""
_NARROWING = ("ADD", "SET NOT NULL")
"""How the steps begin that take values away from a domain."""

_FIRST_TO_ADD_IN_TRANSACTIONS = (12,)


def value_steps(
    existing: Sequence[str], wanted: Sequence[str], renames: Mapping[str, str]
) -> list[str] | None:
    """Return what follows ALTER TYPE to get the wanted values; None where the type must be replaced."""
    steps = [
        f"RENAME VALUE {string_literal(old)} TO {string_literal(renames[old])}"
        for old in existing
        if renames.get(old, old) != old
    ]
    have = [renames.get(value, value) for value in existing]
    if have != [value for value in wanted if value in have]:
        return None
    previous = None
    for value in wanted:
        if value not in have:
            place = f" BEFORE {string_literal(have[0])}" if have else ""
            if previous is not None:
                place = f" AFTER {string_literal(previous)}"
            steps.append(f"ADD VALUE IF NOT EXISTS {string_literal(value)}{place}")
        previous = value
    return steps


class NamedTypesImpl(SchemaObjectsImpl):
    """The part of PostgreSQL's implementation for types with a name."""

    connection: Connection | None
    as_sql: bool
    memo: dict[str, Any]

    sets_aside = True
    """Can what stands on a column be read from the catalogs, dropped and made again?"""

    enum_packages = frozenset(
        {"alembic_postgresql_enum", "alembic_autogenerate_enums", "alembic_enums"}
    )

    @property
    def adds_enum_values_in_transactions(self) -> bool:
        """Can a value be added to an enum type within a transaction? From version 12 on."""
        version = self.dialect.server_version_info
        return version is None or version >= _FIRST_TO_ADD_IN_TRANSACTIONS

    def enums_brought_by(self, type_: TypeEngine[Any]) -> Set[EnumName]:
        """Which enum types come into being with a column of this type? Those it creates itself."""
        own = type_.dialect_impl(self.dialect)
        if isinstance(own, TypeDecorator):
            own = own.load_dialect_impl(self.dialect).dialect_impl(self.dialect)
        if isinstance(own, ARRAY):
            return self.enums_brought_by(own.item_type)
        if isinstance(own, ENUM) and own.create_type and own.name is not None:
            return {(own.schema, str(own.name))}
        return frozenset()

    def create_enum(self, name: str, values: Sequence[str], schema: str | None) -> None:
        """Create an enum type."""
        enum = ENUM(*values, name=name, schema=schema)
        self._note_type(enum)
        self._exec(CreateEnumType(enum))

    def _note_type(self, enum: ENUM) -> None:
        """Have SQLAlchemy know that this run has created the type: tables need not do it again."""
        bearer = Table("bearer", MetaData(), Column("bearer", enum))
        silent = MockConnection(self.dialect, lambda *_, **__: None)
        bearer.dispatch.before_create(bearer, silent, checkfirst=False, _ddl_runner=self)

    def drop_enum(self, name: str, schema: str | None) -> None:
        """Drop an enum type."""
        for created in self.memo.values():
            if isinstance(created, set):
                created.discard((schema, name))
        self._run(f"DROP TYPE {self._path(name, schema)}")

    def alter_enum(self, change: EnumChange) -> None:
        """Add, rename, remove and reorder values; rows with a removed one get its replacement.

        Raises CommandError in a script when the existing values are not given.
        """
        path = self._path(change.name, change.schema)
        existing = self._enum_values(path) if change.existing is None else change.existing
        steps = value_steps(existing, change.values, change.renames)
        is_adding = any(step.startswith("ADD") for step in steps or ())
        if steps is not None and not (is_adding and change.is_used_at_once):
            for step in steps:
                self._run(f"ALTER TYPE {path} {step}")
            return
        values = ", ".join(string_literal(value) for value in change.values)
        moves = {**change.renames, **change.replacements}
        self._refuse_rows(path, [*change.values, *moves])
        self._refuse_words(path, set(existing) - {*change.values, *moves})
        self._replace_type(
            path,
            schema=self._schema(change.schema),
            aside=self._quote(_aside(change.name)),
            create=f"CREATE TYPE {path} AS ENUM ({values})",
            kind="TYPE",
            moves=moves,
        )

    def _replace_type(self, path: str, **how: Any) -> None:
        """Replace a type; in a script the server has to refuse what stands on it."""
        aside = self._set_aside()
        with nullcontext() if aside is None else aside.for_type(path):
            self._run(replace_type(path, **how))

    def _aside_for_column(
        self, table_name: str, column_name: str, schema: str | None
    ) -> AbstractContextManager[None]:
        """Set aside what stands on a column, but for in a script."""
        aside = self._set_aside()
        if aside is None:
            return nullcontext()
        return aside.for_column(self._path(table_name, schema), column_name)

    def _set_aside(self) -> SetAside | None:
        if self.connection is None or self.as_sql or not self.sets_aside:
            return None
        from limbeck.ddl.postgresql.set_aside import SetAside  # lazy: as all that reads

        return SetAside(self.connection)

    def _refuse_rows(self, path: str, allowed: Sequence[str]) -> None:
        """Raise CommandError for rows with values that the type is to have no more."""
        if self.connection is None or self.as_sql:
            return
        values = ", ".join(map(string_literal, allowed))
        found: list[str] = []
        for place, name, is_array in self.connection.execute(_of_path(_COLUMNS, path)).all():
            value = f"unnest({name})" if is_array else name
            sql = (
                f"SELECT gone, count(*) FROM (SELECT CAST({value} AS text) AS gone FROM {place}) v "
                f"WHERE gone NOT IN ({values}) GROUP BY gone ORDER BY gone"
            )
            rows = self.connection.execute(text(sqla.escape_binds(sql))).all()
            found += [f"{place}.{name} {gone!r} ({count:,})" for gone, count in rows]
        if found:
            raise CommandError(
                f"Can't give the enum type {path} other values while rows have one that goes: "
                f"{', '.join(found)}. Say in op.alter_enum() what they get instead, with "
                "replacements={…}, or change these rows before."
            )

    def _refuse_words(self, path: str, gone: Set[str]) -> None:
        """Raise CommandError for defaults, checks and the like that say a value which is no more."""
        if self.connection is None or self.as_sql or not gone:
            return
        found = [
            f"{place} ({sql})"
            for place, sql, type_ in self.connection.execute(_of_path(_WORDS, path)).all()
            if sql is not None and any(_says(sql, value, type_) for value in gone)
        ]
        if found:
            raise CommandError(
                f"Can't give the enum type {path} other values while something says one that goes: "
                f"{', '.join(found)}. Say in op.alter_enum() what stands for it, with "
                "replacements={…}, or change this before, a default with op.alter_column()."
            )

    def _enum_values(self, path: str) -> tuple[str, ...]:
        if self.connection is None or self.as_sql:
            raise CommandError(
                f"Can't write the change of the enum type {path} to a script without knowing its "
                "values: give them to op.alter_enum() as existing_values=."
            )
        found = text(_VALUES).bindparams(bindparam("path", path))
        return tuple(self.connection.scalars(found))

    def create_domain(self, domain: Domain) -> None:
        """Create a domain."""
        self._run(self._domain_sql(domain))

    def alter_domain(self, existing: Domain, wanted: Domain) -> None:
        """Change a domain in place, or replace it where its type or collation changes.

        Where arrays hold it, the server checks no new rule in place.
        """
        path = self._path(wanted.name, wanted.schema)
        types = [self._type_sql(each.type) for each in (existing, wanted)]
        steps = list(_domain_steps(existing, wanted, self._quote))
        is_other = types[0] != types[1] or existing.collation != wanted.collation
        is_narrower = any(step.startswith(_NARROWING) for step in steps)
        if not is_other and not (is_narrower and self._is_in_arrays(path)):
            for step in steps:
                self._run(f"ALTER DOMAIN {path} {step}")
            return
        self._replace_type(
            path,
            schema=self._schema(wanted.schema),
            aside=self._quote(_aside(wanted.name)),
            create=self._domain_sql(wanted),
            kind="DOMAIN",
            base=types[1],
        )

    def _is_in_arrays(self, path: str) -> bool:
        if self.connection is None or self.as_sql:
            return False
        return bool(self.connection.scalar(_of_path(_IN_ARRAYS, path)))

    def drop_domain(self, name: str, schema: str | None) -> None:
        """Drop a domain."""
        self._run(f"DROP DOMAIN {self._path(name, schema)}")

    def _domain_sql(self, domain: Domain) -> str:
        parts = [f"CREATE DOMAIN {self._path(domain.name, domain.schema)}"]
        parts.append(f"AS {self._type_sql(domain.type)}")
        if domain.collation is not None:
            is_path = '"' in domain.collation
            name = domain.collation if is_path else self._quote(domain.collation)
            parts.append(f"COLLATE {name}")
        if domain.default is not None:
            parts.append(f"DEFAULT {domain.default}")
        if not domain.nullable:
            parts.append("NOT NULL")
        for name, sql in domain.checks.items():
            parts.append(f"CONSTRAINT {self._quote(name)} CHECK ({sql})")
        return " ".join(parts)

    def _type_sql(self, type_: str | TypeEngine[Any]) -> str:
        if isinstance(type_, str):
            return type_
        sql = self.dialect.type_compiler_instance.process(type_)
        return sqla.from_compiler(self.dialect, sql)

    def _run(self, sql: str) -> None:
        self._exec(sqla.escape_binds(sql))

    def _quote(self, name: str) -> str:
        return sqla.quote(self.dialect, name)

    def _path(self, name: str, schema: str | None) -> str:
        return self._schema(schema) + self._quote(name)

    def _schema(self, schema: str | None) -> str:
        return "" if schema is None else f"{self._quote(schema)}."


def _domain_steps(existing: Domain, wanted: Domain, quote: Callable[[str], str]) -> Iterator[str]:
    """Yield what follows ALTER DOMAIN; checks that stand in the way go first."""
    for name, sql in existing.checks.items():
        if wanted.checks.get(name) != sql:
            yield f"DROP CONSTRAINT {quote(name)}"
    if wanted.default != existing.default:
        yield "DROP DEFAULT" if wanted.default is None else f"SET DEFAULT {wanted.default}"
    if wanted.nullable != existing.nullable:
        yield "DROP NOT NULL" if wanted.nullable else "SET NOT NULL"
    for name, sql in wanted.checks.items():
        if existing.checks.get(name) != sql:
            yield f"ADD CONSTRAINT {quote(name)} CHECK ({sql})"


def _of_path(query: str, path: str) -> TextClause:
    return text(query.replace("::", r"\:\:")).bindparams(path=path)


def _says(sql: str, value: str, type_: str) -> bool:
    """Tell whether SQL, as the server writes it, has a value of the type, be it in an array."""
    if f"{string_literal(value)}::{type_}" in sql:
        return True
    arrays = re.findall(rf"'(\{{(?:[^']|'')*\}})'::{re.escape(type_)}\[\]", sql)
    item = re.compile(rf'[{{,"]{re.escape(value)}[",}}]')
    return any(item.search(each.replace("''", "'")) for each in arrays)


def _aside(name: str) -> str:
    """Return what the old type is called until it is dropped."""
    return f"{name.encode()[:50].decode(errors='ignore')}__old"
