"""Schemas that the models name and the database has not: created before what is put into them.

Receives the directives of a comparison; returns those that create schemas, and warns where a
schema is nothing that a revision could create. It asks the database only where something new
stands in another schema than the default one.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

from sqlalchemy import inspect

from limbeck import sqla
from limbeck.autogenerate.context import AutogenContext
from limbeck.diff.schemas import needed_schemas
from limbeck.logs import logger_of
from limbeck.operations.ops import CreateSchemaOp, MigrateOperation

log = logger_of(__name__)


def warn_of_translation(autogen_context: AutogenContext) -> None:
    """Warn where a connection puts other schemas in the place of the models': they are not compared.

    Revisions run under such a translation; what reads the catalogs does not.
    """
    translated = sqla.translated_schemas(autogen_context.require_connection())
    changed = [f"{old or 'the default one'} as {new}" for old, new in translated.items()]
    if changed:
        warnings.warn(
            f"The connection has a schema_translate_map ({', '.join(changed)}), which autogenerate "
            "does not follow: it compares the schemas that the models name. Compare through a "
            "connection whose search_path and dialect.default_schema_name say the schema instead.",
            stacklevel=2,
        )


def create_missing(
    directives: Sequence[MigrateOperation],
    others: Iterable[object],
    autogen_context: AutogenContext,
) -> list[MigrateOperation]:
    """Return what creates the schemas that are not there; `others` have been found by others."""
    connection = autogen_context.require_connection()
    needed = set(needed_schemas(directives)) - {connection.dialect.default_schema_name}
    needed -= {name for name in map(_created, others) if name is not None}
    if not needed:
        return []
    missing = sorted(needed - set(inspect(connection).get_schema_names()))
    missing = [name for name in missing if autogen_context.run_name_filters(name, "schema", {})]
    if not autogen_context.migration_context.impl.creates_schemas:
        for name in missing:
            warnings.warn(
                f"The models have something in the schema {name}, which is not there, and limbeck "
                "creates no schemas on this database: see to it before the revision runs.",
                stacklevel=2,
            )
        return []
    for name in missing:
        log.info("Detected added schema '%s'", name)
    return [CreateSchemaOp(name) for name in missing]


def _created(directive: object) -> str | None:
    """Return the schema that a directive of somebody else's creates.

    compat: sqlalchemy-declarative-extensions has a CreateSchemaOp of its own.
    """
    if type(directive).__name__ != "CreateSchemaOp":
        return None
    schema = getattr(directive, "schema", None)
    name = getattr(schema, "name", schema)
    return None if name is None else str(name)
