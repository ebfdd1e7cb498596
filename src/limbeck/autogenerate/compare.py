"""The comparison as hooks see it: which schemas, which comparators, and ours among them.

`comparators` is Alembic's registry of comparison functions. Ours is one function on "schema"
that reduces both sides to facts and hands them to `diff`; functions of users on "schema",
"table" and "column" are called as documented.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData, Table, inspect

from limbeck import alembic_names, sqla
from limbeck.autogenerate import reflected, renaming, rows
from limbeck.autogenerate.context import AutogenContext
from limbeck.autogenerate.gather import gather
from limbeck.autogenerate.hooks import has_table_functions, run_table_functions
from limbeck.autogenerate.kinds import chosen_kinds
from limbeck.autogenerate.schemas import create_missing, warn_of_translation
from limbeck.autogenerate.tidy import (
    leave_out_needless_drops,
    leave_out_needless_types,
)
from limbeck.ddl.impl import DefaultImpl
from limbeck.diff import compare, object_filters
from limbeck.diff.inheritance import with_declared
from limbeck.diff.moved_objects import Moves, find_moves, move_facts
from limbeck.diff.own_rules import has_own_rules, own_rule
from limbeck.diff.renamed_values import rename_users, rename_values, said_values
from limbeck.diff.said import said_old_tables
from limbeck.diff.types import own_comparison
from limbeck.dispatch import PriorityDispatcher
from limbeck.operations.ops import MigrateOperation, MigrationScript, UpgradeOps
from limbeck.schema.database import ReadScope, build_tables
from limbeck.schema.facts import SchemaFacts, TableFacts, TableKey
from limbeck.schema.models import ModelSchema, fold_schema, read_model_schema
from limbeck.util.garbage import uncollected

comparators = PriorityDispatcher()
"""Functions that users register, by what they compare: "autogenerate", "schema", "table", "column"."""

Schemas = set[str | None]
_Facts = TypeVar("_Facts")


@uncollected()
def _populate_migration_script(
    autogen_context: AutogenContext, migration_script: MigrationScript
) -> None:
    """Fill the script's last pair of containers with what differs, forwards and back."""
    upgrade_ops = migration_script.upgrade_ops_list[-1]
    downgrade_ops = migration_script.downgrade_ops_list[-1]
    _produce_net_changes(autogen_context, upgrade_ops)
    upgrade_ops.reverse_into(downgrade_ops)
    renaming.explain(upgrade_ops, downgrade_ops, autogen_context)
    for container in (upgrade_ops, downgrade_ops):
        leave_out_needless_drops(container)
        leave_out_needless_types(container, autogen_context.migration_context.impl)


def _produce_net_changes(autogen_context: AutogenContext, upgrade_ops: UpgradeOps) -> None:
    """Run all comparators on the schemas in question.

    compat: alembic-postgresql-enum calls it.
    """
    autogen_context.require_models()
    autogen_context.require_connection()
    dialect_name = autogen_context.dialect.name
    autogen_context.comparators.dispatch("autogenerate", qualifier=dialect_name)(
        autogen_context, upgrade_ops
    )


def chosen_comparators(autogen_context: AutogenContext) -> PriorityDispatcher:
    """Return users', our and plugins' comparators; `autogenerate_plugins` chooses.

    Of one priority users' come first, as on Alembic: what they add, such as a schema or a
    function, is there when our tables are made.
    """
    from limbeck.runtime.plugins import Plugin  # lazy: plugins are looked for when first needed

    chosen = PriorityDispatcher()
    chosen.populate_with(comparators)
    chosen.dispatch_for("autogenerate")(_compare_chosen_schemas)
    chosen.dispatch_for("schema", subgroup="tables")(_compare_schemas)
    patterns = autogen_context.opts.get("autogenerate_plugins")
    Plugin.populate_autogenerate_priority_dispatch(
        chosen, include_plugins=["alembic.autogenerate.*"] if patterns is None else list(patterns)
    )
    return chosen


def _compare_chosen_schemas(autogen_context: AutogenContext, upgrade_ops: UpgradeOps) -> None:
    """Run the comparators on "schema"; ours among those on "autogenerate"."""
    schemas = _schemas(autogen_context, autogen_context.require_connection())
    dialect_name = autogen_context.dialect.name
    autogen_context.comparators.dispatch("schema", qualifier=dialect_name)(
        autogen_context, upgrade_ops, schemas
    )


def _schemas(autogen_context: AutogenContext, connection: Connection) -> Schemas:
    """Return the schemas to look at, None for the default one, as far as `include_name` lets."""
    schemas: Schemas = {None}
    if autogen_context.opts.get("include_schemas", False):
        schemas |= _further_schemas(autogen_context, connection)
    return {name for name in schemas if autogen_context.run_name_filters(name, "schema", {})}


def _further_schemas(autogen_context: AutogenContext, connection: Connection) -> set[str]:
    """Return the schemas beside the default one.

    Where a schema is a whole database, those of others are left alone: only what the models name
    counts, unless an `include_name` function chooses.
    """
    impl = autogen_context.migration_context.impl
    found = set(inspect(connection).get_schema_names()) - impl.system_schemas
    if impl.schemas_are_databases and autogen_context.opts.get("include_name") is None:
        found &= {
            table.schema
            for metadata in autogen_context.metadata_list
            for table in metadata.tables.values()
            if table.schema is not None
        }
    return found - {connection.dialect.default_schema_name}


def _compare_schemas(
    autogen_context: AutogenContext, upgrade_ops: UpgradeOps, schemas: Schemas
) -> None:
    """Compare both sides of the schemas; ours among the comparators on "schema"."""
    warn_of_translation(autogen_context)
    comparison = Comparison(autogen_context, schemas)
    renames = comparison.rename_directives
    found = compare(comparison.database, comparison.models.facts, comparison)
    directives = gather(renames, found.ops, autogen_context)
    if "schemas" in comparison.kinds:
        upgrade_ops.ops[:0] = create_missing(directives, upgrade_ops.ops, autogen_context)
    upgrade_ops.ops.extend(directives)
    if has_table_functions(autogen_context):
        run_table_functions(autogen_context, upgrade_ops, comparison)


class Comparison:
    """Both sides of one comparison, each read once; what `diff.compare` calls its context."""

    def __init__(self, autogen_context: AutogenContext, schemas: Schemas) -> None:
        self._autogen_context = autogen_context
        self._schemas = schemas
        self.connection = autogen_context.require_connection()
        self.impl: DefaultImpl = autogen_context.migration_context.impl
        self.run_object_filters = autogen_context.run_object_filters
        self.run_name_filters = autogen_context.run_name_filters
        self.has_name_filters = bool(autogen_context._name_filters)
        self.renders_batches = bool(autogen_context.opts.get("render_as_batch"))
        self._renames_wanted = renaming.request_of(autogen_context)
        self.detects_renames = self._renames_wanted is not None and self._renames_wanted.seeks
        self.follows_renames = self._renames_wanted is not None
        self.probes = bool(autogen_context.opts.get("probe", True))
        self.kinds = chosen_kinds(autogen_context)
        self.compare_type = self._option("compare_type")
        self.compare_server_default = self._option("compare_server_default")
        self._metadata = MetaData()
        self._built: dict[TableKey, Table] = {}

    @cached_property
    def models(self) -> ModelSchema:
        """The facts of the models, and their tables."""
        metadata_list = self._autogen_context.metadata_list
        default = self._default_schema
        found = read_model_schema(metadata_list, self.impl, default_schema=default)
        objects = self.impl.read_model_objects(metadata_list, default)
        return replace(found, facts=replace(objects, tables=found.facts.tables))

    @property
    def model_tables(self) -> Mapping[TableKey, Table]:
        """The models' tables."""
        return self.models.tables

    @property
    def database(self) -> SchemaFacts:
        """The facts of the database, once what was renamed is renamed."""
        return self._renamed_values[0]

    @cached_property
    def rename_directives(self) -> tuple[MigrateOperation, ...]:
        """What renames tables, columns, what is called after them, and values of enum types."""
        return (*self._renamed_values[1], *self.renamed.directives)

    @cached_property
    def _renamed_values(self) -> tuple[SchemaFacts, tuple[MigrateOperation, ...]]:
        facts = replace(self._found, tables=self.renamed.facts)
        if self._renames_wanted is None:
            return facts, ()
        facts = rename_users(facts, self.renamed.renames)
        quote = partial(sqla.quote, self.connection.dialect)
        facts = move_facts(facts, self.models.facts, self._moves, quote)
        facts, directives = rename_values(facts, self.model_tables, self.impl)
        return facts, (*self._moves.directives, *directives)

    @cached_property
    def _moves(self) -> Moves:
        """Which types and sequences are in another schema than before, where it can move them."""
        if not (self.detects_renames and self.impl.moves_tables):
            return Moves()
        found = rename_users(self._found, self.renamed.renames)
        by_kind: Mapping[str, Mapping[TableKey, object_filters.Facts]] = {
            "enum": found.enums,
            "domain": found.domains,
            "sequence": found.sequences,
        }

        def admits(key: TableKey, kind: str) -> bool:
            return self.run_name_filters(
                key.name, kind, {"schema_name": key.schema}
            ) and object_filters.admits(self, None, by_kind[kind][key])

        quote = partial(sqla.quote, self.connection.dialect)
        return find_moves(found, self.models.facts, self.kinds, admits, quote)

    @cached_property
    def renamed(self) -> renaming.Renamed:
        """What was renamed, and the facts of the database after that."""
        if self._renames_wanted is None:
            return renaming.Renamed(self._adjusted(self._read()))
        said = self._renames_wanted.said.in_schema(self._default_schema)
        request = replace(self._renames_wanted, said=said)
        facts = self._adjusted(self._read(self._said_olds))
        return renaming.rename(request, facts, self.models, self._autogen_context)

    @cached_property
    def _said_olds(self) -> set[TableKey]:
        """What somebody says that tables were called, which may be in a schema not looked at."""
        if self._renames_wanted is None:
            return set()
        default = self._default_schema
        said = self._renames_wanted.said.in_schema(default)
        return said_old_tables(said, self.model_tables, default)

    def _read(self, wanted: Collection[TableKey] = ()) -> Mapping[TableKey, TableFacts]:
        """Return the facts of the database, without our own table.

        Of schemas that only the models name, nothing else is looked at than what they name, and
        what else is `wanted`.
        """
        of_models = self.models.facts.tables
        return {
            key: with_declared(facts, self._found.tables, of_models)
            for key, facts in self._found.tables.items()
            if key in wanted or self._is_looked_at(key, of_models)
        }

    @cached_property
    def _found(self) -> SchemaFacts:
        """Everything in the schemas in question; of types and sequences only what is looked at."""
        models = self.models.facts
        named = {key.schema for key in (*models.enums, *models.domains, *models.sequences)}
        if not self._autogen_context.opts.get("include_schemas", False):
            named |= {key.schema for key in (*models.tables, *self._said_olds)}
        found = read_database(self._autogen_context, self._schemas | named - {None})
        return replace(
            found,
            enums=self._looked_at(found.enums, models.enums),
            domains=self._looked_at(found.domains, models.domains),
            sequences=self._looked_at(found.sequences, models.sequences),
        )

    def _looked_at(
        self, found: Mapping[TableKey, _Facts], of_models: Mapping[TableKey, Any]
    ) -> Mapping[TableKey, _Facts]:
        return {key: it for key, it in found.items() if self._is_looked_at(key, of_models)}

    def _is_looked_at(self, key: TableKey, of_models: Mapping[TableKey, Any]) -> bool:
        return key.schema in self._schemas or key in of_models

    def database_tables(self, keys: Iterable[TableKey]) -> Mapping[TableKey, Table]:
        """Return Tables for the database's side; those not there yet are built together."""
        keys = list(keys)
        missing = [self.database.tables[key] for key in keys if key not in self._built]
        if missing:
            former = self.renamed.renames
            built = build_tables(self.connection, missing, self._metadata, former or None)
            for facts in missing:
                self._moves.adjust_types(built[facts.key])
                self.impl.complete_table(facts, built[facts.key])
                self._adjust(facts, built[facts.key])
            self._built.update(built)
        return {key: self._built[key] for key in keys}

    def _adjusted(self, facts: Mapping[TableKey, TableFacts]) -> Mapping[TableKey, TableFacts]:
        """Return the facts with what somebody else's dialect makes of reflected columns."""
        if own_rule(self.impl, "autogen_column_reflect") is None:
            return facts
        tables = build_tables(self.connection, facts.values(), MetaData())
        return {key: self._adjust(each, tables[key]) for key, each in facts.items()}

    def _adjust(self, facts: TableFacts, table: Table) -> TableFacts:
        if own_rule(self.impl, "autogen_column_reflect") is None:
            return facts
        return reflected.adjust_columns(facts, table, self._autogen_context.inspector, self.impl)

    def watches(self, key: TableKey) -> bool:
        """Tell whether a user's function wants to see a table although it is equal."""
        return (
            callable(self.compare_type)
            or callable(self.compare_server_default)
            or has_own_rules(self.impl)
            or any(own_comparison(each.type) for each in self.model_tables[key].columns)
            or (self.follows_renames and any(said_values(key, self.model_tables[key])))
        )

    def has_values(self, key: TableKey, column: str, values: Collection[str]) -> bool:
        """Tell whether rows have one of the values, where rows may be looked at."""
        if not (values and self._autogen_context.inspects_data):
            return False
        renames = self.renamed.renames
        names = {new: old for old, new in renames.columns_of(key).items()}
        place = renames.old_key(key), names.get(column, column)
        return rows.has_values(self.connection, self.impl, *place, values)

    @property
    def _default_schema(self) -> str | None:
        return self.connection.dialect.default_schema_name

    def _option(self, name: str) -> Any:
        """Return a compare_… option; a function gets the migration context as its first argument."""
        context = self._autogen_context.migration_context
        default = name == "compare_type" or not alembic_names.is_for_environment()
        value = self._autogen_context.opts.get(name, default)
        if not callable(value):
            return bool(value)

        def ask(*args: Any) -> bool | None:
            answer: bool | None = value(context, *args)
            return answer

        return ask


def read_database(autogen_context: AutogenContext, schemas: Schemas) -> SchemaFacts:
    """Return the facts of the database's schemas, without the version table."""
    connection = autogen_context.require_connection()
    default = connection.dialect.default_schema_name
    migration_context = autogen_context.migration_context
    found = migration_context.impl.read_schema(connection, read_scope(connection, schemas))
    own = fold_schema(
        migration_context.version_table_schema, migration_context.version_table, default
    )
    tables: dict[TableKey, TableFacts] = {
        key: facts for key, facts in found.tables.items() if key != own
    }
    return replace(found, tables=tables)


def read_scope(connection: Connection, schemas: Schemas) -> ReadScope:
    """Return the schemas as what a reader reads."""
    default = connection.dialect.default_schema_name
    return ReadScope(tuple(sorted(schemas, key=lambda name: name or "")), default)
