"""Autogenerate finds the same differences on each database, and writes the same source."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.databases import Database
from tests.parity.processes import alembic_python

SCRIPT = Path(__file__).with_name("write_differences.py")
DIFFERENCES = Path(__file__).resolve().parents[2] / "docs" / "differences.md"
Found = dict[str, dict[str, list[str]]]

# What Alembic's source of reflected objects says beyond what is needed to build them again.
NEEDLESS = re.compile(
    r", autoincrement=(True|False)|::character varying|, postgresql_include=\[\]"
    r"|, postgresql_nulls_not_distinct=False|,\nmysql_(collate|default_charset|engine)='\w+'"
)
OTHER_WORDS = {"current_timestamp()": "CURRENT_TIMESTAMP"}

# (database, pair) → a heading in docs/differences.md
ON_PURPOSE = {
    ("mariadb", "nothing"): "now() and current_timestamp() are the same default",
    ("mariadb", "new foreign key"): "The index under a foreign key is MySQL's own",
    ("mariadb", "dropped foreign key"): "The index under a foreign key is MySQL's own",
    ("mariadb", "dropped tables"): "Indexes go with their table",
}


def test_same_differences_are_found(database: Database) -> None:
    by_alembic = found_by(alembic_python(), "alembic", database)
    by_limbeck = found_by(sys.executable, "limbeck", database)
    different = [
        f"{pair}, {part}\n  Alembic: {theirs}\n  limbeck: {by_limbeck[pair][part]}"
        for pair, parts in by_alembic.items()
        if (database.name, pair) not in ON_PURPOSE
        for part, theirs in parts.items()
        if plain(theirs) != plain(by_limbeck[pair][part])
    ]
    assert different == []


def test_every_difference_is_told() -> None:
    told = DIFFERENCES.read_text(encoding="utf-8")
    assert [reason for reason in ON_PURPOSE.values() if f"### {reason}\n" not in told] == []


def found_by(python: str, package: str, database: Database) -> Found:
    """Return what one side finds for each pair."""
    run = subprocess.run(
        [python, str(SCRIPT), package, database.url_text],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: Any = json.loads(run.stdout)
    return dict(found)


def plain(sources: list[str]) -> list[str]:
    """Return sources without what is needless, in one wording."""
    found = [NEEDLESS.sub("", source) for source in sources]
    for theirs, ours in OTHER_WORDS.items():
        found = [source.replace(theirs, ours) for source in found]
    return found
