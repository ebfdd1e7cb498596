"""Each expression that is not found changed comes and goes as well: in the models' words, and back.

What is dropped comes back in the words that the database had for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import MetaData

from tests.convergence import _file, _run, assert_converges
from tests.databases import Database
from tests.unchanged import EXPRESSIONS
from tests.unchanged.tables import models

KINDS = ("checks", "defaults", "computed", "index_elements", "predicates")


def sides(database: Database, kind: str, way: str) -> tuple[MetaData, MetaData]:
    """Return models without and with all expressions of a kind; or the other way round."""
    others: dict[str, Any] = {each: () for each in KINDS if each != kind}
    expressions = replace(EXPRESSIONS[database.name], **others)
    bare, full = models(expressions, is_bare=True), models(expressions)
    return (bare, full) if way == "come" else (full, bare)


@pytest.mark.requires("probe")
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("way", ["come", "go"])
@pytest.mark.parametrize("kind", KINDS)
def test_expressions_come_and_go(database: Database, kind: str, way: str) -> None:
    assert_converges(database, *sides(database, kind, way), rows=0)


@pytest.mark.requires("batch_only")
@pytest.mark.parametrize("way", ["come", "go"])
@pytest.mark.parametrize("kind", KINDS)
def test_expressions_come_and_go_in_normal_words(database: Database, kind: str, way: str) -> None:
    """SQLite keeps the words of the script, which after a downgrade are limbeck's."""
    before, after = sides(database, kind, way)
    before.create_all(database.engine)

    source = _file(database, after) or ""
    _run(database, after, source, "upgrade")

    assert source
    assert _file(database, after) is None

    _run(database, before, source, "downgrade")

    assert _file(database, before) is None
