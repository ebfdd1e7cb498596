"""Options of a table: storage, engine, partitions and what else a database keeps beside its columns."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Table

from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.context import DiffContext
from limbeck.logs import logger_of
from limbeck.operations.ops import AlterTableOptionsOp
from limbeck.schema.facts import Options
from limbeck.schema.options import option_arguments

log = logger_of(__name__)

_PARTITIONS = "partition_by"


def compare_table_options(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield the directive that gives the table the model's options; warn of what can't be changed."""
    if "options" not in context.kinds or pair.database.options == pair.model.options:
        return
    found, wanted = dict(pair.database.options), dict(pair.model.options)
    names = sorted(name for name in {**found, **wanted} if found.get(name) != wanted.get(name))
    changed = [name for name in names if name in context.impl.table_options]
    _warn_of_fixed(pair, [name for name in names if name not in changed])
    if _PARTITIONS in changed:
        changed.remove(_PARTITIONS)
        yield from _partition(pair, context)
    if changed:
        log.info("Detected changed options %s of '%s'", ", ".join(changed), pair.key)
        yield _step(pair, changed, context)


def _step(pair: TablePair, changed: Sequence[str], context: DiffContext) -> Step:
    names, impl = frozenset(changed), context.impl
    stage = Stage.OPTIONS if pair.database.keeps_large_values else Stage.LATE_OPTIONS
    directive = _directive(pair, changed, context)
    referred_first = impl.puts_referred_tables_first(names, pair.model.options)
    if referred_first is None:
        return Step(stage, directive, impl.columns_under_options(pair.database, names))
    sides = (pair.database, pair.model)
    columns = frozenset(column.name for side in sides for column in side.columns)
    referred = frozenset(key.referred for side in sides for key in side.foreign_keys) - {pair.key}
    if referred_first:
        return Step(stage, directive, columns, after=referred)
    return Step(stage, directive, columns, before=referred)


def _partition(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield what partitions the table anew, in two steps around what else changes of it.

    Keys have to have the columns that rows are told apart by, and foreign keys no partitions.
    """
    log.info("Detected changed partitions of '%s'", pair.key)
    directive = _directive(pair, [_PARTITIONS], context)
    found, wanted = (dict(side.options).get(_PARTITIONS) for side in (pair.database, pair.model))
    columns = frozenset(column.name for column in (*pair.database.columns, *pair.model.columns))
    if wanted is None:
        directive.remark = (
            "The models say nothing of partitions: every row is written anew, without any.\n"
            "Where they shall stay, say them in the models."
        )
        yield Step(Stage.UNPARTITION, directive, columns)
    elif found is None or _is_all(pair):
        yield Step(Stage.PARTITION, directive, columns)
    else:
        first = AlterTableOptionsOp(
            pair.key.name,
            schema=pair.key.schema,
            options=dict.fromkeys(directive.existing_options),
            existing_options=directive.existing_options,
        )
        directive.existing_options = {}
        yield Step(Stage.UNPARTITION, first, columns)
        yield Step(Stage.PARTITION, directive, columns)


def _is_all(pair: TablePair) -> bool:
    """Tell whether nothing else changes of the table that partitions may hold."""
    found, wanted = (
        (side.columns, side.primary_key, side.indexes, side.foreign_keys)
        for side in (pair.database, pair.model)
    )
    return found == wanted


def _directive(pair: TablePair, names: Sequence[str], context: DiffContext) -> AlterTableOptionsOp:
    return AlterTableOptionsOp(
        pair.key.name,
        schema=pair.key.schema,
        options=_arguments(pair.model.options, pair.model_table, names, context),
        existing_options=_arguments(pair.database.options, pair.database_table, names, context),
    )


def _arguments(
    options: Options, table: Table, names: Sequence[str], context: DiffContext
) -> dict[str, Any]:
    """Return the arguments that `Table` takes for these options, None for those not given."""
    impl = context.impl
    given = option_arguments(impl.dialect, tuple(pair for pair in options if pair[0] in names))
    words = impl.option_words(table)
    arguments: dict[str, Any] = {}
    for name in names:
        keyword = name if name == "prefixes" else f"{impl.dialect.name}_{name}"
        arguments |= words.get(name, {keyword: given.get(keyword)})
    return arguments


def _warn_of_fixed(pair: TablePair, names: Iterable[str]) -> None:
    found, wanted = dict(pair.database.options), dict(pair.model.options)
    for name in names:
        warnings.warn(
            f"The option {name} of table {pair.key} is {found.get(name, 'not there')} in the "
            f"database and {wanted.get(name, 'not there')} in the models: it can't be changed on "
            "an existing table, so no directive is written for it.",
            stacklevel=2,
        )
