"""Autogenerate finds the same differences on each database, and writes the same source."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.databases import Database
from tests.parity.processes import SAME_ORDER, alembic_python

SCRIPT = Path(__file__).with_name("write_differences.py")
DIFFERENCES = Path(__file__).resolve().parents[2] / "docs" / "differences.md"
Found = dict[str, dict[str, list[str]]]

# What Alembic's source of reflected objects says beyond what is needed to build them again.
NEEDLESS = re.compile(
    r", autoincrement=(True|False)|::character varying|::date|, postgresql_include=\[\]"
    r"|, postgresql_nulls_not_distinct=False|,?\n? *mysql_(collate|default_charset|engine)='\w+',?"
    r"|, start=1|, increment=1|, minvalue=1|, maxvalue=2147483647|, cycle=False|, cache=1"
    r"|, onupdate='RESTRICT'|`|\"fk_old\", (?=\"ix_both\")"
)
# what the heading "An alteration says how rows become the other type" is about
HOW = re.compile(
    r""",\n *postgresql_using=(?:'[^'\n]*'|"[^"\n]*")|,\n *existing_server_default=sa\.Identity\(.*?\)"""
)
OTHER_WORDS = {"current_timestamp()": "CURRENT_TIMESTAMP", "unique=1": "unique=True"}
EXISTING = re.compile(r",\s*existing_(type|nullable|server_default)=.+?(?=,\n|\)$)", re.DOTALL)
DIALECT = "from sqlalchemy.dialects import "
INDEX_OF_A_KEY = re.compile(
    r"(create|drop)_index\(\w*\.?\w*\.?f\('fk_|_index Index:fk_|\"fk_\w+\", \"index\""
)

# heading in docs/differences.md → the cases it gives the reason for, each with the databases
ON_PURPOSE = {
    "now() and current_timestamp() are the same default": {"nothing": "mariadb"},
    "The index under a foreign key is MySQL's own": {
        "new foreign key": "mariadb",
        "dropped foreign key": "mariadb",
    },
    "Indexes go with their table": {
        "dropped tables": "mariadb",
        "render_item": "sqlite postgresql mariadb",
    },
    "Types that differ in a word differ": {"types_that_differ_in_a_word": "postgresql mariadb"},
    "A type's own comparison is asked": {"type_compares_itself": "sqlite postgresql mariadb"},
    "A type is written as it was made": {
        "own types with user_module_prefix=None": "sqlite postgresql mariadb",
        "own types with user_module_prefix=m.": "sqlite postgresql mariadb",
    },
    "Quotes of a default count": {"defaults_in_quotes": "sqlite postgresql mariadb"},
    "A key with use_alter stands apart": {"tables_in_a_circle": "postgresql mariadb"},
}
SAYS_MORE = (
    "An alteration says all that it knows",
    "An alteration says how rows become the other type",
    "Computed columns change",
)


def test_same_differences_are_found(database: Database) -> None:
    by_alembic = found_by(alembic_python(), "alembic", database)
    by_limbeck = found_by(sys.executable, "limbeck", database)
    different = [
        f"{case}, {part}\n  Alembic: {theirs}\n  limbeck: {ours.get(part)}"
        for case, ours in by_limbeck.items()
        if not is_on_purpose(database.name, case)
        for part, theirs in by_alembic[case].items()
        if plain(case, theirs) != plain(case, ours.get(part, []))
    ]
    assert different == []


def is_on_purpose(database: str, case: str) -> bool:
    """Tell whether the documentation gives a reason for the case to differ on a database."""
    return any(database in cases.get(case, "").split() for cases in ON_PURPOSE.values())


def test_every_difference_is_told() -> None:
    told = DIFFERENCES.read_text(encoding="utf-8")
    assert [each for each in (*ON_PURPOSE, *SAYS_MORE) if f"### {each}\n" not in told] == []


def found_by(python: str, package: str, database: Database) -> Found:
    """Return what one side finds for each pair."""
    run = subprocess.run(
        [python, str(SCRIPT), package, database.url_text, *filter(None, [database.second_schema])],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **SAME_ORDER},
    )
    assert run.returncode == 0, run.stderr
    found: Any = json.loads(run.stdout)
    return dict(found)


def plain(case: str, sources: list[str]) -> list[str]:
    """Return sources without what is needless, in one wording."""
    found = [NEEDLESS.sub("", HOW.sub("", source)).rstrip(",") for source in sources]
    found = [source for source in found if source and not INDEX_OF_A_KEY.search(source)]
    if case.startswith(("plugins ", "comparators_in_place")) or case == "compare_type_off":
        # Alembic says what exists only of what it compares.
        found = [EXISTING.sub("", source) for source in found if not source.startswith(DIALECT)]
    for theirs, ours in OTHER_WORDS.items():
        found = [source.replace(theirs, ours) for source in found]
    return sorted(found)
