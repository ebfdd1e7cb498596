"""Every use of SQLAlchemy that depends on its version or on a name it does not promise.

Each function says which version of SQLAlchemy lets it go. Imports nothing of limbeck.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import NoReferencedColumnError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import _NONE_NAME, SchemaEventTarget
from sqlalchemy.sql.compiler import BIND_PARAMS_ESC
from sqlalchemy.sql.ddl import CreateIndex
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.elements import BindParameter, TextClause, conv
from sqlalchemy.sql.schema import (
    Column,
    Constraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Sequence,
    Table,
)
from sqlalchemy.types import SchemaType, TypeEngine


def final_name(item: Constraint | Index, dialect: Dialect | None) -> str | None:
    """Return the name DDL will carry; a `conv` when a naming convention made it.

    `format_constraint(_alembic_quote=False)` exists for migration tools but is not public; goes
    when SQLAlchemy offers the final name of a constraint.
    """
    if item.name is None:
        return None
    if dialect is None:
        return item.name if isinstance(item.name, str) else None
    name = dialect.identifier_preparer.format_constraint(item, _alembic_quote=False)
    if name is None:
        return None
    made_by_convention = isinstance(item.name, conv) or not isinstance(item.name, str)
    return conv(str.__str__(name)) if made_by_convention else name


def is_type_bound(constraint: Constraint) -> bool:
    """Tell whether a column's type makes this constraint (the check of `Boolean` and `Enum`).

    `_type_bound` is private in every version up to 2.1.
    """
    return bool(getattr(constraint, "_type_bound", False))


def doubles_percents(dialect: Dialect) -> bool:
    """Tell whether compiled SQL has `%%` for `%`, for the driver's sake.

    `_double_percents` is private in every version up to 2.1.
    """
    return bool(getattr(dialect.identifier_preparer, "_double_percents", False))


def for_driver(dialect: Dialect, sql: str) -> str:
    """Return SQL text as a driver takes it that is to find `%%` for `%`."""
    return sql.replace("%", "%%") if doubles_percents(dialect) else sql


def from_compiler(dialect: Dialect, sql: str) -> str:
    """Return SQL that has gone through a compiler once, as text that will go through it again."""
    return sql.replace("%%", "%") if doubles_percents(dialect) else sql


def quote(dialect: Dialect, name: str) -> str:
    """Return a name as part of SQL text, in quotes where it needs them, `%` not doubled."""
    return from_compiler(dialect, dialect.identifier_preparer.quote(name))


def variants(type_: TypeEngine[Any]) -> dict[str, TypeEngine[Any]]:
    """Return the types that `with_variant` gave to other dialects, by dialect name, sorted.

    `_variant_mapping` is private in every version up to 2.1.
    """
    mapping: dict[str, TypeEngine[Any]] = getattr(type_, "_variant_mapping", {})
    return dict(sorted(mapping.items()))


def exclusions(constraint: Constraint) -> list[tuple[Any, str, str]]:
    """Return the elements of an exclude constraint as (expression, name, operator).

    `_render_exprs` is private in every version up to 2.1.
    """
    return list(getattr(constraint, "_render_exprs", ()))


def escape_binds(sql: str) -> str:
    """Return the SQL as `text()` has to get it so that no part of it becomes a bound parameter.

    Uses the patterns of `TextClause` and of the compiler, neither promised in any version.
    """
    with_backslashes = BIND_PARAMS_ESC.sub(r"\\\\\1", sql)
    pattern: re.Pattern[str] = TextClause._bind_params_regex
    return pattern.sub(r"\\:\1", with_backslashes)


def has_own_repr(type_: TypeEngine[Any]) -> bool:
    """Tell whether the class of a user's type says itself how it is written.

    Looks for a `__repr__`, or a `repr_struct` (new in 2.1), outside SQLAlchemy.
    """
    for name in ("__repr__", "repr_struct"):
        owner = next((cls for cls in type(type_).__mro__ if name in vars(cls)), None)
        if owner is not None and not owner.__module__.startswith("sqlalchemy."):
            return True
    return False


def column_default_text(dialect: Dialect, column: Column[Any]) -> str | None:
    """Return the server default of a model's column as it stands in DDL, `%` not doubled.

    A DDL compiler without a statement and its `get_column_default_string` are what dialects call
    themselves, but neither is public; goes when SQLAlchemy renders a default on its own.
    """
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # as dialects do
    sql = compiler.get_column_default_string(column)
    return sql.replace("%%", "%") if sql is not None and doubles_percents(dialect) else sql


def ddl_text(dialect: Dialect, element: Any) -> str:
    """Return a SQL expression as it stands in DDL: no table names, literal values, `%` not doubled.

    The expression compiler of a DDL compiler is what dialects use but is not public; goes when
    SQLAlchemy renders an expression for DDL on its own.
    """
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # as dialects do
    sql = compiler.sql_compiler.process(element, include_table=False, literal_binds=True)
    return sql.replace("%%", "%") if doubles_percents(dialect) else sql


def is_created_on(dialect: Dialect, item: Constraint | Index) -> bool:
    """Tell whether `create_all` on this dialect would make the constraint or index.

    Asks `ddl_if()` and the rule by which `Boolean` and `Enum` leave out their check; both are
    private in every version up to 2.1.
    """
    rule = item._ddl_if
    create_rule = getattr(item, "_create_rule", None)
    # `create_all` leaves this rule at a foreign key that it made by ALTER, in a circle of tables.
    names = (getattr(create_rule, "__name__", None), getattr(create_rule, "name", None))  # 2.1, 2.0
    is_made_apart = "_create_rule_disable" in names
    if rule is None and (create_rule is None or is_made_apart):
        return True
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # as dialects do
    if isinstance(item, Constraint):
        return bool(item._should_create_for_compiler(compiler))
    return rule is None or bool(
        rule._should_execute(CreateIndex(item), item, None, compiler=compiler, dialect=dialect)
    )


def identity_dialect_keywords(identity: Identity) -> dict[str, str]:
    """Return the source of Oracle's two keywords of `Identity`, by the name this version takes.

    2.1 takes `oracle_order` and `oracle_on_null` and deprecates the plain names; the second half
    goes when 2.0 is no longer supported.
    """
    options = getattr(identity, "dialect_kwargs", {})
    keywords = {str(name): repr(value) for name, value in options.items()}
    if not keywords:
        for name in ("order", "on_null"):
            value = getattr(identity, name, None)
            if value is not None:
                keywords[name] = repr(value)
    return keywords


def copy_column(column: Column[Any]) -> Column[Any]:
    """Return a copy of a column that belongs to no table.

    `copy()` is deprecated and has no public successor in any version up to 2.1. The copy of a MySQL
    ENUM forgets its character set there.
    """
    copied = column._copy()
    for name in ("charset", "collation"):
        known = getattr(column.type, name, None)
        if known is not None and getattr(copied.type, name, known) is None:
            setattr(copied.type, name, known)
    return copied


def copy_server_default(default: Any) -> Any:
    """Return a copy of a `Computed` or `Identity` that belongs to no column.

    `copy()` is deprecated and has no public successor in any version up to 2.1.
    """
    return default._copy()


def copy_constraint(constraint: Constraint, table: Table) -> Constraint:
    """Return a copy of a constraint on the columns of the same names of another table.

    `copy()` is deprecated and has no public successor in any version up to 2.1.
    """
    options: dict[str, Any] = {"target_table": table}
    if isinstance(constraint, ForeignKeyConstraint) and (
        schema := constraint.table.metadata.schema
    ):
        key = constraint.elements[0]
        given = key.target_fullname.rpartition(".")[0]
        if foreign_key_target(key)[0] == f"{schema}.{given}":
            options["schema"] = schema  # the other table's MetaData need not have it
    copied: Constraint = constraint._copy(**options)
    return copied


def constraint_name(item: Constraint | Index) -> Any:
    """Return the name, None also for the mark that says "deliberately no name".

    `_NONE_NAME` is private in every version up to 2.1.
    """
    return None if item.name is _NONE_NAME else item.name


def is_commented(constraint: Constraint, dialect: Dialect) -> bool:
    """Tell whether SQLAlchemy gives the constraint its comment when it creates the table.

    It refuses to where there is no name to do it by, and passes over the checks of columns.
    """
    is_possible = dialect.supports_constraint_comments and not isinstance(constraint.parent, Column)
    return is_possible and constraint.comment is not None and bool(final_name(constraint, dialect))


NO_NAME = conv("")
"""The name of a constraint that shall have none, whatever the naming convention says."""


def except_from_convention(constraints: Iterable[Constraint]) -> None:
    """Let no naming convention name these constraints, nor copies, when a table gets them.

    `_NONE_NAME`, "deliberately no name", is private in every version up to 2.1.
    """
    for constraint in constraints:
        constraint.name = _NONE_NAME


def leave_nameless(constraints: Iterable[Constraint]) -> None:
    """Make constraints nameless that were excepted, as DDL would ask the convention once more.

    `_NONE_NAME` is private in every version up to 2.1.
    """
    for constraint in constraints:
        if constraint.name is _NONE_NAME and not is_type_bound(constraint):
            constraint.name = None


def sorted_constraints(table: Table) -> list[Constraint]:
    """Return the table's constraints in the order in which they were made.

    `_creation_order` is private in every version up to 2.1.
    """
    return sorted(table.constraints, key=lambda constraint: constraint._creation_order)


def table_prefixes(table: Table) -> list[str]:
    """Return the words between CREATE and TABLE.

    `_prefixes` is private in every version up to 2.1.
    """
    return [str(prefix) for prefix in table._prefixes]


class InlineLiteral(BindParameter[Any]):
    """A value that every statement has as a literal, and that is one where it becomes text."""

    inherit_cache = False


@compiles(InlineLiteral)
def _write_literal(element: InlineLiteral, compiler: Any, **options: Any) -> str:
    return str(compiler.render_literal_bindparam(element, **options))


def inline_literal(value: Any, type_: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """Return an expression that every statement, executed or compiled, has as a literal."""
    return InlineLiteral(None, value, type_=type_, unique=True)


def written_values(statement: Insert | Update) -> Iterator[tuple[Any, TypeEngine[Any], Any]]:
    """Yield what a statement writes one by one: the key in `values()`, the column's type, the value.

    `_values` is private in every version up to 2.1. Its parameters have their columns' types only
    once they are compiled.
    """
    given: Mapping[Any, Any] = statement._values or {}
    for key, value in given.items():
        column = statement.table.c.get(key) if isinstance(key, str) else key
        if column is not None:
            yield key, column.type, value


def async_connection(connection: Connection) -> Any:
    """Return the AsyncConnection of a connection that `run_sync` handed out.

    `_retrieve_proxy_for_target` is private in every version up to 2.1.
    """
    from sqlalchemy.ext.asyncio import AsyncConnection  # lazy: only async environments need it

    return AsyncConnection._retrieve_proxy_for_target(connection)


def is_view(table: Table) -> bool:
    """Tell whether `create_all` makes a view of this table.

    `Table.is_view` is new in 2.1; goes with 2.0.
    """
    return bool(getattr(table, "is_view", False))


def is_typeless(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Tell whether the dialect has no DDL for the type: NullType, or another database's own type.

    `_isnull` is private in every version up to 2.1.
    """
    return bool(getattr(type_.dialect_impl(dialect), "_isnull", False))


def foreign_key_target(foreign_key: ForeignKey) -> tuple[str, str]:
    """Return `[schema.]table` and the name of the column that a foreign key refers to.

    The referred table need not exist. `_resolve_column` and `_resolve_col_tokens` apply keys,
    `link_to_name` and the schema of the MetaData; goes when only 2.1 and later are supported,
    which have `ForeignKey.target_table_key`.
    """
    if foreign_key.parent is None:
        table_key, _, column_name = foreign_key.target_fullname.rpartition(".")
        return table_key, column_name
    try:
        column = foreign_key._resolve_column(raiseerr=False)
    except NoReferencedColumnError:
        column = None
    if column is not None and isinstance(column.table, Table):
        return column.table.fullname, column.name
    _, table_key, column_name = foreign_key._resolve_col_tokens()
    return str(table_key), str(column_name)


def script_dialect(dialect: Dialect) -> Dialect:
    """Return a dialect for SQL scripts: like this one, but `%` is not doubled for a driver.

    What doubles it (`_double_percents`, and processors kept in `_type_memos`) is private in every
    version up to 2.1; goes when a dialect compiles for a script on request.
    """
    if not doubles_percents(dialect):
        return dialect
    script: Any = copy.copy(dialect)
    script.__dict__.pop("_type_memos", None)
    script.paramstyle, script.positional = "named", False
    script.identifier_preparer = script.preparer(script)
    script.identifier_preparer._double_percents = False
    script.type_compiler_instance = script.type_compiler_cls(script)
    return cast(Dialect, script)


def passes_create_rule(constraint: Constraint, compiler: Any) -> bool:
    """Tell whether the rule of a type's own constraint lets it exist on `compiler.dialect`.

    `_create_rule` is private in every version up to 2.1.
    """
    rule = getattr(constraint, "_create_rule", None)
    return rule is None or bool(rule(compiler))


def same_affinity(one: TypeEngine[Any], other: TypeEngine[Any]) -> bool:
    """Tell whether both types are the same basic kind: integers, strings, …

    `_type_affinity` is private in every version up to 2.1.
    """
    return one._type_affinity is other._type_affinity


def folds_table_names(dialect: Dialect) -> bool:
    """Tell whether the server takes table names that differ in case only for the same.

    `_casing` of the MySQL dialect is `lower_case_table_names`, private in every version up to 2.1.
    """
    return getattr(dialect, "_casing", 0) in (1, 2)


def stores_lower_table_names(dialect: Dialect) -> bool:
    """Tell whether the server stores table names in lower case; see `folds_table_names`."""
    return getattr(dialect, "_casing", 0) == 1


def makes_virtual_columns(dialect: Dialect) -> bool:
    """Tell whether a computed column that does not say `persisted` is virtual on PostgreSQL.

    2.0 makes all of them STORED; 2.1 leaves it to PostgreSQL 18. Goes with 2.0.
    """
    return bool(getattr(dialect, "supports_virtual_generated_columns", False))


def is_autocommit(connection: Connection) -> bool:
    """Tell whether the driver commits each statement on its own.

    `_is_autocommit_isolation` is private in every version up to 2.1.
    """
    return bool(connection._is_autocommit_isolation())


@dataclass(frozen=True, slots=True)
class MappedNames:
    """How a mapped class is called, and its attributes by the names of their columns."""

    name: str
    attributes: Mapping[str, str]


def mapped_names(tables: Iterable[Table]) -> dict[Table, MappedNames]:
    """Return the names of the classes that are mapped to tables, with those of their attributes.

    `_all_registries` has no public twin in SQLAlchemy 2.1.
    """
    if "sqlalchemy.orm" not in sys.modules:
        return {}
    from sqlalchemy.orm.mapper import _all_registries  # not loaded for models without the ORM

    wanted = set(tables)
    found: dict[Table, MappedNames] = {}
    for registry in _all_registries():
        for mapper in registry.mappers:
            table = mapper.local_table
            if isinstance(table, Table) and table in wanted and mapper.inherits is None:
                attributes = {str(column.name): key for key, column in mapper.columns.items()}
                found[table] = MappedNames(mapper.class_.__name__, attributes)
    return found


def may_bring_types(type_: TypeEngine[Any]) -> bool:
    """Tell whether creating a table with such a column may create a type before it.

    SchemaEventTarget (2.0, 2.1) is what such types have in common; no public name says so.
    """
    types = (type_, *type_._variant_mapping.values())
    return any(isinstance(each, SchemaEventTarget) for each in types)


def metadata_types(metadata: MetaData) -> list[TypeEngine[Any]]:
    """Return the types that a MetaData creates along with its tables, by name.

    SQLAlchemy 2.1 keeps them in `_objects`; before, only the listeners on its events know them.
    """
    if hasattr(metadata, "_objects"):
        found = [each for each in metadata._objects if isinstance(each, SchemaType)]
    else:
        targets = (getattr(each, "target", None) for each in metadata.dispatch.before_create)
        found = [each for each in targets if isinstance(each, SchemaType)]
    named = (each for each in found if each.name is not None)
    ordered = sorted(named, key=lambda each: (str(each.schema or ""), str(each.name)))
    return [each for each in ordered if isinstance(each, TypeEngine)]


def metadata_sequences(metadata: MetaData) -> list[Sequence]:
    """Return the sequences that belong to a MetaData, those of columns included, by name.

    `_sequences` (2.0, 2.1); `get_schema_objects` (2.1) knows no sequences of other schemas.
    """
    found = metadata._sequences.values()
    return sorted(found, key=lambda each: (str(each.schema or ""), str(each.name)))


def translated_schemas(connection: Connection) -> dict[str | None, str | None]:
    """Return which schemas a connection puts in the place of which others.

    Its first statement makes SQLAlchemy note None once more in the mapping, as "_none" (2.0, 2.1).
    """
    given = connection.get_execution_options().get("schema_translate_map") or {}
    return {old: new for old, new in given.items() if old not in (new, "_none")}
