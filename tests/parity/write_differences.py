"""Print, as JSON, what one side finds for each pair: `write_differences.py alembic URL`."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from collections.abc import Iterator
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


def main(package: str, url: str) -> None:
    """Build each pair's first models, and compare with the second."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    pairs: Any = importlib.import_module("model_pairs").PAIRS
    engine = sa.create_engine(url)
    found = {}
    for name, (before, after) in pairs.items():
        old, new = sa.MetaData(), sa.MetaData()
        before(old)
        after(new)
        with engine.connect() as connection:
            old.create_all(connection)
            connection.commit()
            found[name] = differences(package, connection, new)
            connection.rollback()
            old.drop_all(connection)
            connection.commit()
    sys.stdout.write(json.dumps(found))


def differences(package: str, connection: sa.Connection, metadata: sa.MetaData) -> dict[str, Any]:
    """Return the diffs in short, and the source of both functions, a statement each."""
    autogenerate: Any = importlib.import_module(f"{package}.autogenerate")
    api: Any = importlib.import_module(f"{package}.autogenerate.api")
    render: Any = importlib.import_module(f"{package}.autogenerate.render")
    migration: Any = importlib.import_module(f"{package}.runtime.migration")
    context = migration.MigrationContext.configure(connection, opts=dict(OPTIONS))
    script = autogenerate.produce_migrations(context, metadata)
    rendering = api.AutogenContext(context, metadata, autogenerate=False)

    def source(container: Any) -> list[str]:
        return sorted("".join(render.render_op_text(rendering, op)) for op in flat(container))

    return {
        "diffs": sorted(short(diff) for diff in script.upgrade_ops.as_diffs()),
        "upgrade": source(script.upgrade_ops),
        "downgrade": source(script.downgrade_ops),
    }


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
    main(sys.argv[1], sys.argv[2])
