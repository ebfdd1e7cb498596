"""Expressions of every kind, per database: autogenerate must find nothing in what did not change."""

from __future__ import annotations

from tests.unchanged import mariadb, postgresql, sqlite
from tests.unchanged.tables import Expressions

EXPRESSIONS: dict[str, Expressions] = {
    "sqlite": sqlite.EXPRESSIONS,
    "postgresql": postgresql.EXPRESSIONS,
    "mariadb": mariadb.EXPRESSIONS,
}
