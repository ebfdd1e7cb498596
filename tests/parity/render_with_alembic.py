"""Print, as JSON, what the real Alembic renders for each directive; runs in its environment."""

from __future__ import annotations

import importlib
import json
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
constructs: Any = importlib.import_module("constructs")
autogenerate: Any = importlib.import_module("alembic.autogenerate")
api: Any = importlib.import_module("alembic.autogenerate.api")
migration: Any = importlib.import_module("alembic.runtime.migration")
ops: Any = importlib.import_module("alembic.operations.ops")

OPTIONS = {
    "sqlalchemy_module_prefix": "sa.",
    "alembic_module_prefix": "op.",
    "user_module_prefix": None,
    "render_item": None,
}


def main(dialects: list[str]) -> None:
    """Render for each dialect."""
    rendered: dict[str, list[tuple[str, list[str]]]] = {}
    for dialect in dialects:
        context = migration.MigrationContext.configure(dialect_name=dialect, opts=OPTIONS)
        rendered[dialect] = []
        for directive in constructs.directives(ops):
            own = api.AutogenContext(context, autogenerate=False)
            text = autogenerate.render_op_text(own, directive)
            rendered[dialect].append((text, sorted(own.imports)))
    sys.stdout.write(json.dumps(rendered))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(sys.argv[1:])
