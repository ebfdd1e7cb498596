"""Options of a table: storage, engine, partitions and what else a database keeps beside its columns."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from limbeck.diff.change import Stage, Step, TablePair
from limbeck.diff.context import DiffContext
from limbeck.logs import logger_of
from limbeck.operations.ops import AlterTableOptionsOp
from limbeck.schema.facts import Options
from limbeck.schema.options import option_arguments

log = logger_of(__name__)


def compare_table_options(pair: TablePair, context: DiffContext) -> Iterator[Step]:
    """Yield the directive that gives the table the model's options; warn of what can't be changed."""
    if "options" not in context.kinds or pair.database.options == pair.model.options:
        return
    found, wanted = dict(pair.database.options), dict(pair.model.options)
    names = sorted(name for name in {**found, **wanted} if found.get(name) != wanted.get(name))
    changed = [name for name in names if name in context.impl.table_options]
    _warn_of_fixed(pair, [name for name in names if name not in changed])
    if changed:
        log.info("Detected changed options %s of '%s'", ", ".join(changed), pair.key)
        directive = AlterTableOptionsOp(
            pair.key.name,
            schema=pair.key.schema,
            options=_arguments(pair.model.options, changed, context),
            existing_options=_arguments(pair.database.options, changed, context),
        )
        columns = context.impl.columns_under_options(pair.database, frozenset(changed))
        yield Step(Stage.OPTIONS, directive, columns)


def _arguments(options: Options, names: Iterable[str], context: DiffContext) -> dict[str, Any]:
    """Return the arguments that `Table` takes for these options, None for those not given."""
    names = list(names)
    given = option_arguments(
        context.impl.dialect, tuple(pair for pair in options if pair[0] in names)
    )
    dialect = context.impl.dialect.name
    keywords = [name if name == "prefixes" else f"{dialect}_{name}" for name in names]
    return {keyword: given.get(keyword) for keyword in keywords}


def _warn_of_fixed(pair: TablePair, names: Iterable[str]) -> None:
    found, wanted = dict(pair.database.options), dict(pair.model.options)
    for name in names:
        warnings.warn(
            f"The option {name} of table {pair.key} is {found.get(name, 'not there')} in the "
            f"database and {wanted.get(name, 'not there')} in the models: it can't be changed on "
            "an existing table, so no directive is written for it.",
            stacklevel=2,
        )
