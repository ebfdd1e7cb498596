"""Print, as JSON, what one side finds for each case: `write_differences.py alembic URL [schema]`."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

OPTIONS = {
    "sqlalchemy_module_prefix": "sa.",
    "alembic_module_prefix": "op.",
    "user_module_prefix": None,
    "render_item": None,
    "render_as_batch": False,
    "compare_type": True,
    "compare_server_default": True,
}


def main(package: str, url: str, second_schema: str | None = None) -> None:
    """Build the first models of each case, and compare with the second."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    cases: Any = importlib.import_module("tests.parity.cases")
    for kind in ("filters", "types", "objects", "functions", "dialects"):
        importlib.import_module(f"tests.parity.cases_of_{kind}")
    pairs: Any = importlib.import_module("tests.parity.model_pairs").PAIRS
    engine = sa.create_engine(url)
    side = cases.Side(package, engine.dialect.name, second_schema)
    found = {}
    for name, build in [*pairs.items(), *cases.CASES.items()]:
        case = cases.of_pair(*build) if isinstance(build, tuple) else build(side)
        if case is not None:
            found[name] = outcome(side, engine, case)
    sys.stdout.write(json.dumps(found))


def outcome(side: Any, engine: sa.Engine, case: Any) -> dict[str, Any]:
    """Return what is found in the case, or the kind of the error."""
    with engine.connect() as connection:
        case.before.create_all(connection)
        for statement in case.sql:
            connection.exec_driver_sql(statement)
        connection.commit()
        try:
            return differences(side, connection, case)
        except Exception as error:  # noqa: BLE001  # which one it is, is compared
            return {"error": [f"{type(error).__name__} {error}"]}
        finally:
            connection.rollback()
            for statement in case.undo:
                connection.exec_driver_sql(statement)
            case.before.drop_all(connection)
            connection.commit()


def differences(side: Any, connection: sa.Connection, case: Any) -> dict[str, Any]:
    """Return the diffs in short, the source of both functions, a statement each, and what was heard."""
    autogenerate = side.module("autogenerate")
    opts = {**OPTIONS, **case.opts}
    migration_context = side.module("runtime.migration").MigrationContext
    with dialect_of(side, case.methods):
        context = migration_context.configure(connection, opts=opts)
    with registered(autogenerate.comparators, case.comparators):
        script = autogenerate.produce_migrations(context, case.after)
    diffs = sorted(short(diff) for diff in script.upgrade_ops.as_diffs())
    if case.process is not None:
        scripts = [script]
        case.process(context, (), scripts)
        (script,) = scripts
    rendering = side.module("autogenerate.api").AutogenContext(
        context, case.after, autogenerate=False
    )
    render = side.module("autogenerate.render")

    def source(container: Any) -> list[str]:
        if opts["render_as_batch"]:
            code = autogenerate.render_python_code(
                container, render_as_batch=True, migration_context=context
            )
            return sorted(line for line in code.splitlines() if "# ###" not in line)
        return sorted("".join(render.render_op_text(rendering, op)) for op in flat(container))

    return {
        "diffs": diffs,
        "upgrade": source(script.upgrade_ops),
        "downgrade": source(script.downgrade_ops),
        "imports": sorted(rendering.imports),
        "heard": sorted(set(map(json.dumps, case.heard))),
    }


@contextmanager
def dialect_of(side: Any, methods: dict[str, Any]) -> Iterator[None]:
    """Put a subclass with these methods in the place of the dialect's implementation."""
    known = side.module("ddl.impl")._impls
    real = known[side.dialect]
    if methods:
        type(real)("OwnImpl", (real,), {"__dialect__": side.dialect, **methods})
    yield
    known[side.dialect] = real


class registered:
    """Registers functions for the time of a block; a registry has no way to forget them."""

    def __init__(self, comparators: Any, functions: Any) -> None:
        self._functions = functions
        self._is_active = True
        for target, function, *options in functions:
            comparators.dispatch_for(target, **dict(*options))(self._while_active(function))

    def _while_active(self, function: Any) -> Any:
        def run(*arguments: Any) -> Any:
            return function(*arguments) if self._is_active else None

        return run

    def __enter__(self) -> None:
        """Nothing is left to do."""

    def __exit__(self, *exc: object) -> None:
        self._is_active = False


def flat(container: Any) -> Iterator[Any]:
    """Yield the directives inside of those that hold others."""
    for op in container.ops:
        if hasattr(op, "ops"):
            yield from flat(op)
        else:
            yield op


def short(diff: Any) -> str:
    """Return a diff as text: names instead of objects."""
    if isinstance(diff, list):
        return " & ".join(sorted(short(one) for one in diff))
    return " ".join(part if isinstance(part, str) else name_of(part) for part in diff)


def name_of(part: Any) -> str:
    """Return what an object of a diff is called."""
    if isinstance(part, dict):
        return "{" + ", ".join(sorted(part)) + "}"
    if isinstance(part, bool) or part is None:
        return str(part)
    return f"{type(part).__name__}:{getattr(part, 'name', '')}"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(*sys.argv[1:])
