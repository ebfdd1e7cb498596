"""The loop that judges autogenerate: from one schema to another and back, on a real database.

create before → rows → autogenerate → render → run the file
    → catalogs equal a fresh create_all of after → autogenerate is empty
    → downgrade → catalogs equal those before → rows kept
"""

from __future__ import annotations

import datetime
import decimal
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, select, text, types
from sqlalchemy.schema import sort_tables_and_constraints

import tests
from limbeck.autogenerate import produce_migrations, render
from limbeck.autogenerate.api import AutogenContext
from limbeck.operations import Operations
from limbeck.operations.ops import MigrationScript
from limbeck.runtime.migration import MigrationContext
from tests.catalogs import Catalogs, dump
from tests.databases import Database, fresh_database

FILE = """\
from limbeck import op
import sqlalchemy as sa
{imports}


def upgrade() -> None:
    {upgrades}


def downgrade() -> None:
    {downgrades}
"""

_KEPT_TYPES = (
    r"(?:bigint|integer|smallint|numeric(?:\(\d+,\d+\))?|real|double precision|text"
    r"|character varying(?:\(\d+\))?)"
)

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def assert_converges(
    database: Database,
    before: MetaData,
    after: MetaData,
    *,
    rows: int = 2,
    scratch: Database | None = None,
    keeps_all: bool = False,
    may_be_unchecked: bool = False,
    when_upgraded: Callable[[], None] | None = None,
    **opts: Any,
) -> str:
    """Go from `before` to `after` and back on an empty database; return the revision file.

    `scratch` is another empty database to create `after` in, where one is at hand. `keeps_all`:
    no column loses its rows, also where it has another name. `may_be_unchecked`: models say that
    rows may break a constraint, which CREATE TABLE does not repeat. `when_upgraded` is called when
    the database is at `after`. `opts` are for autogenerate.
    """
    with database.engine.begin() as connection:
        before.create_all(connection)
        _insert_rows(connection, before, rows)
    catalogs_before, rows_before = dump(database), _read_rows(database, before)
    look = {"include_schemas": _stand_elsewhere(before, after)}
    assert _file(database, before, **look) is None, "unchanged models give a revision"

    source = _file(database, after, **{**look, **opts}) or ""
    try:
        _run(database, after, source, "upgrade")
        upgraded, created = dump(database), _catalogs_of(database, after, scratch)
        if may_be_unchecked:
            upgraded, created = _as_checked(upgraded), _as_checked(created)
        assert_same(upgraded, created, "after the upgrade")
        rest = _file(database, after, **look)
        assert rest is None, f"autogenerate is not empty after the upgrade:\n{rest}"
        if when_upgraded is not None:
            when_upgraded()

        _run(database, before, source, "downgrade")
        assert_same(dump(database), catalogs_before, "after the downgrade")
        whole = before if keeps_all else after
        _assert_rows_kept(rows_before, _read_rows(database, before), before, whole)
    except Exception as error:
        error.add_note(source)
        raise
    return source


def assert_same(found: Catalogs, expected: Catalogs, when: str) -> None:
    """Fail with what differs between two dumps, object by object."""
    found, expected = _fold(found), _fold(expected)
    different = [
        f"{name}:\n    found    {found.get(name)}\n    expected {expected.get(name)}"
        for name in sorted({*found, *expected})
        if found.get(name) != expected.get(name)
    ]
    assert not different, f"the catalogs differ {when}:\n" + "\n".join(different)


def _as_checked(catalogs: Catalogs) -> Catalogs:
    """Return the catalogs as if all constraints held for all rows."""
    return {
        name: (value[0].removesuffix(" NOT VALID"), True, *value[2:])
        if name.startswith("constraint ")
        else value
        for name, value in catalogs.items()
    }


def _fold(catalogs: Catalogs) -> Catalogs:
    """Leave out what has no meaning: the case of words and the parentheses of a lone default.

    PostgreSQL keeps `'4'::bigint` of a default that was given with its column and `4` of one
    whose column became a bigint later; so with `'x'::text`. And it words a list of strings anew
    each time that it is told its own words. MariaDB keeps the display width of an integer, which
    changes what is shown with ZEROFILL alone.
    """

    def fold(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return tuple(fold(each) for each in value)
        if not isinstance(value, str):
            return value
        value = re.sub(r"DEFAULT ?\((\w+(?:\(\))?)\) ?", r"DEFAULT \1 ", value)
        value = re.sub(rf"^('(?:[^']|'')*')::{_KEPT_TYPES}$", r"\1", value)
        value = re.sub(r"^'(-?[\d.]+)'$", r"\1", value)
        value = re.sub(r"^(?!tinyint\(1\))(\w*int)\(\d+\)(?!.*zerofill)", r"\1", value)
        if "ARRAY[" in value:
            value = re.sub(rf"::{_KEPT_TYPES}(\[\])?|[()]", "", value)
        return re.sub(r"\b(TRUE|FALSE)\b", lambda found: found[0].lower(), value).rstrip()

    def fold_name(name: str) -> str:
        """MariaDB numbers what has no name, in the order in which it is created."""
        return re.sub(
            r"(_ibfk|\.CONSTRAINT)_\d+$", lambda found: f"{found[1]} {catalogs[name]}", name
        )

    return {fold_name(name): fold(value) for name, value in catalogs.items()}


def autogenerate(
    database: Database, connection: Connection, metadata: MetaData, **opts: Any
) -> tuple[MigrationScript, MigrationContext]:
    """Compare the database with the models; return the script and its context."""
    context = _context(database, connection, metadata, **opts)
    return produce_migrations(context, metadata), context


def _context(
    database: Database, connection: Connection, metadata: MetaData, **opts: Any
) -> MigrationContext:
    options = {
        "target_metadata": metadata,
        "compare_type": True,
        "compare_server_default": True,
        "sqlalchemy_module_prefix": "sa.",
        "alembic_module_prefix": "op.",
        "render_as_batch": "batch_only" in database.features,
        "include_schemas": _stand_elsewhere(metadata),
        "include_name": _only_schemas_of(database),
    }
    return MigrationContext.configure(connection, opts={**options, **opts})


def _stand_elsewhere(*sides: MetaData) -> bool:
    """Tell whether a table, a sequence or a type stands in another schema than the default one."""
    tables = [table for metadata in sides for table in metadata.tables.values()]
    found = [column.type for table in tables for column in table.columns]
    named = [getattr(each, "item_type", each) for each in found]
    sequences = [each for metadata in sides for each in metadata._sequences.values()]
    return any(getattr(each, "schema", None) for each in (*tables, *sequences, *named))


def _only_schemas_of(database: Database) -> Any:
    def include(name: str | None, type_: str, parents: Mapping[str, Any]) -> bool:
        return type_ != "schema" or name in (None, database.second_schema)

    return include


def _file(database: Database, metadata: MetaData, **opts: Any) -> str | None:
    """Return the revision file to the models; None when there is nothing to do."""
    with database.engine.connect() as connection:
        script, context = autogenerate(database, connection, metadata, **opts)
        assert script.upgrade_ops is not None
        if script.upgrade_ops.is_empty():
            return None
        variables: dict[str, Any] = {}
        autogen_context = AutogenContext(context, metadata=metadata)
        render._render_python_into_templatevars(autogen_context, script, variables)
    return FILE.format(**variables)


def _run(database: Database, metadata: MetaData, source: str, function: str) -> None:
    """Run a function of the file; an empty one does nothing."""
    if not source:
        return
    namespace: dict[str, Any] = {"tests": tests}  # types of the models stand behind their module
    exec(compile(source, "revision.py", "exec"), namespace)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        with Operations.context(context):
            namespace[function]()
        connection.commit()


def _catalogs_of(database: Database, metadata: MetaData, scratch: Database | None) -> Catalogs:
    """Return the catalogs of a fresh database in which the models were created."""
    if scratch is not None:
        return _created(database, metadata, scratch)
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_database(database.name, Path(folder)) as fresh,
    ):
        return _created(database, metadata, fresh)


def _created(database: Database, metadata: MetaData, fresh: Database) -> Catalogs:
    schema = fresh.second_schema
    own = {database.second_schema: schema} if schema != database.second_schema else {}
    with fresh.engine.begin() as connection:
        metadata.create_all(connection.execution_options(schema_translate_map=own))
    return dump(fresh)


def drop_all_tables(database: Database) -> None:
    """Empty a database for the next example."""
    if "batch_only" in database.features:
        database.engine.dispose()
        Path(str(database.url.database)).unlink(missing_ok=True)
        return
    with database.engine.begin() as connection:
        if "transactional_ddl" in database.features:
            connection.execute(text("DROP SCHEMA public CASCADE"))  # types and sequences, too
            connection.execute(text("CREATE SCHEMA public"))
            return
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        for schema in (database.url.database, database.second_schema):
            _drop_relations(connection, str(schema))
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 1"))


_RELATIONS = """
    SELECT CASE TABLE_TYPE WHEN 'BASE TABLE' THEN 'TABLE' WHEN 'SYSTEM VERSIONED' THEN 'TABLE'
           ELSE TABLE_TYPE END, TABLE_NAME
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = :schema"""


def _drop_relations(connection: Connection, schema: str) -> None:
    """Drop what stands in a schema of MariaDB, by name: reflecting it takes longer than the test."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    names: dict[str, list[str]] = {}
    for kind, name in connection.execute(text(_RELATIONS), {"schema": schema}):
        names.setdefault(kind, []).append(f"{quote(schema)}.{quote(name)}")
    for kind, paths in names.items():
        connection.exec_driver_sql(f"DROP {kind} {', '.join(paths)}")


# -- rows ----------------------------------------------------------------------------------------


def _insert_rows(connection: Connection, metadata: MetaData, count: int) -> None:
    for table in _in_order(metadata):
        for number in range(1, count + 1):
            connection.execute(table.insert().values(_row(table, number)))


def _in_order(metadata: MetaData) -> list[Table]:
    by_key = [metadata.tables[key] for key in sorted(metadata.tables)]
    found = sort_tables_and_constraints(by_key)  # type: ignore[no-untyped-call]  # SQLAlchemy's
    return [table for table, _ in found if table is not None]


def _row(table: Table, number: int) -> dict[str, Any]:
    referring = {column for key in table.foreign_key_constraints for column in key.column_keys}
    return {
        column.name: None
        if column.nullable and (column.name in referring or column.name.endswith("_id"))
        else _given_value(column, number)
        for column in table.columns
        if column.computed is None and column.identity is None
    }


def _given_value(column: Column[Any], number: int) -> Any:
    """Return what the model says its rows shall have, `info={"rows": …}`, or what the type takes."""
    given = column.info.get("rows")
    return _value(column.type, number) if given is None else given[number - 1]


def _value(type_: types.TypeEngine[Any], number: int) -> Any:
    day = datetime.date(2020, 1, number)
    moment = datetime.datetime(2020, 1, number, 12, 30)
    values: list[tuple[type[types.TypeEngine[Any]], Any]] = [
        (types.Boolean, number % 2 == 0),
        (types.Enum, type_.enums[0] if isinstance(type_, types.Enum) else None),
        (types.Integer, number),
        (types.Float, number / 2),
        (types.Numeric, decimal.Decimal(number)),
        (types.DateTime, moment),
        (types.Date, day),
        (types.Time, moment.time()),
        (types.LargeBinary, b"bytes %d" % number),
        (types.String, str(number)),
        (types.JSON, {"number": number}),
    ]
    return next((value for kind, value in values if isinstance(type_, kind)), None)


def _read_rows(database: Database, metadata: MetaData) -> Rows:
    with database.engine.connect() as connection:
        return {
            key: [dict(row) for row in connection.execute(select(table)).mappings()]
            for key, table in metadata.tables.items()
        }


def _assert_rows_kept(found: Rows, expected: Rows, before: MetaData, after: MetaData) -> None:
    """Compare the columns that were there all the time."""
    for key in set(before.tables) & set(after.tables):
        kept = set(before.tables[key].c.keys()) & set(after.tables[key].c.keys())
        both = [
            sorted(({name: row[name] for name in kept} for row in side[key]), key=repr)
            for side in (found, expected)
        ]
        assert both[0] == both[1], f"the rows of {key} changed"
