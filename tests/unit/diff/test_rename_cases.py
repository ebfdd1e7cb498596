"""What the search for renames makes of the labelled set: no wrong rename without a question."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, Table

from limbeck.diff.renames import Found, Question, RenameRequest, Sides, find_renames
from limbeck.diff.renaming import Wording
from limbeck.schema.facts import (
    ColumnFacts,
    ForeignKeyFacts,
    IndexElement,
    IndexFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
)
from tests.unit.diff import rename_cases

DOCUMENT = Path(__file__).parents[3] / "docs" / "renames.md"


@dataclass(frozen=True)
class Case:
    """One line: both sides, and which renames are true (none of a look-alike)."""

    line: str
    database: Mapping[TableKey, TableFacts]
    models: Mapping[TableKey, TableFacts]
    pairs: frozenset[tuple[str, str]]
    is_true: bool


class EverythingPasses:
    """No filters."""

    def admits_tables(
        self, database: Collection[TableKey], models: Collection[TableKey]
    ) -> tuple[set[TableKey], set[TableKey]]:
        """Let all through."""
        return set(database), set(models)

    def admits_columns(
        self, database: TableFacts, old: Collection[str], model: TableKey, new: Collection[str]
    ) -> tuple[set[str], set[str]]:
        """Let all through."""
        return set(old), set(new)


def find(case: Case) -> Found:
    """Return what is found with nobody there to ask."""
    metadata = MetaData()
    tables = {
        key: Table(key.name, metadata, *(Column(each.name) for each in facts.columns))
        for key, facts in case.models.items()
    }
    wording = Wording(quote=str, normalise=str, follow=lambda name, old_table, new_table: name)
    sides = Sides(case.database, case.models, tables)
    return find_renames(sides, RenameRequest(), EverythingPasses(), wording)


def taken(found: Found) -> set[tuple[str, str]]:
    """Return what was renamed without a question."""
    tables = {(each.old.name, each.new.name) for each in found.renames.tables}
    return tables | {(each.old, each.new) for each in found.renames.columns}


def asked(questions: Collection[Question]) -> set[tuple[str, str]]:
    """Return what a user would be asked, by the best answer of each question."""
    return {(each.old.rpartition(".")[2], each.choices[0].new) for each in questions}


# -- reading the set -----------------------------------------------------------------------------


def cases() -> Iterator[Case]:
    """Yield all cases."""
    for text, is_true in ((rename_cases.RENAMED, True), (rename_cases.REPLACED, False)):
        for line in text.strip().splitlines():
            yield column_case(line, is_true=is_true)
    for text, is_true in (
        (rename_cases.RENAMED_TABLES, True),
        (rename_cases.REPLACED_TABLES, False),
    ):
        for line in text.strip().splitlines():
            yield table_case(line, is_true=is_true)


def column_case(line: str, *, is_true: bool) -> Case:
    """Read `table: old, … => new, …`."""
    name, _, change = line.partition(": ")
    lost, gained = (split(side) for side in change.split(" => "))
    schema = [part.strip() for part in rename_cases.SCHEMAS[name].split(";")]
    place = schema.index("@")
    sides = [
        table_of(name, [*schema[:place], *columns, *schema[place + 1 :]])
        for columns in (lost, gained)
    ]
    pairs = zip(map(first_word, lost), map(first_word, gained), strict=False)
    key = sides[0].key
    return Case(line, {key: sides[0]}, {key: sides[1]}, frozenset(pairs), is_true)


def table_case(line: str, *, is_true: bool) -> Case:
    """Read `old(columns) => new(columns) <- table.column, …`."""
    found = re.fullmatch(r"(\w+)\((.*)\) => (\w+)\((.*?)\)(?: <- (.*))?", line)
    assert found, line
    old, columns, new, others, referring = found.groups()
    sides = (
        table_of(old, split(columns)),
        table_of(new, split(columns if others == "=" else others)),
    )
    database, models = ({side.key: side} for side in sides)
    for each in (referring or "").split(", "):
        if each:
            table, column = each.split(".")
            for side, tables in zip(sides, (database, models), strict=True):
                facts = table_of(table, ["id int", f"{column} int -> {side.key.name}"])
                tables[facts.key] = facts
    return Case(line, database, models, frozenset({(old, new)}), is_true)


def split(text: str) -> list[str]:
    """Split at commas outside of parentheses."""
    return [part.strip() for part in re.split(r",(?![^(]*\))", text)]


def first_word(text: str) -> str:
    """Return the name of a column."""
    return text.split()[0]


def table_of(name: str, columns: list[str]) -> TableFacts:
    """Return a table's facts."""
    facts = TableFacts(TableKey(None, name), ())
    for text in columns:
        facts = with_column(facts, text)
    return facts


def with_column(facts: TableFacts, text: str) -> TableFacts:
    """Return the table with one more column and what hangs on it."""
    name, type_, rest = (*text.split(" ", 2), "")[:3]
    default = re.search(r"default (\S+)", rest)
    comment = re.search(r"comment '(.*)'", rest)
    target = re.search(r"-> (\w+)", rest)
    column = ColumnFacts(
        name,
        type_,
        nullable="notnull" not in rest and name != "id",
        default=default and default[1],
        comment=comment and comment[1],
    )
    uniques, indexes, keys = facts.uniques, facts.indexes, facts.foreign_keys
    if "unique" in rest:
        uniques = (*uniques, UniqueFacts((name,), f"{facts.key.name}_{name}_key"))
    if "index" in rest:
        indexes = (*indexes, IndexFacts(f"ix_{name}", (IndexElement(name),)))
    if target:
        keys = (*keys, ForeignKeyFacts((name,), TableKey(None, target[1]), ("id",)))
    return replace(
        facts,
        columns=(*facts.columns, column),
        uniques=uniques,
        indexes=indexes,
        foreign_keys=keys,
    )


# -- the judgement -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """What became of the pairs of the set."""

    true: int
    false: int
    found: int
    wrong: int
    asked_of_true: int
    asked_of_false: int

    @property
    def text(self) -> str:
        """The figures as the documentation gives them."""
        precision = self.found / (self.found + self.wrong)
        return (
            f"| renamed | {self.true} | {self.found} | {self.asked_of_true} | "
            f"{self.true - self.found - self.asked_of_true} |\n"
            f"| look-alikes | {self.false} | {self.wrong} | {self.asked_of_false} | "
            f"{self.false - self.wrong - self.asked_of_false} |\n"
            f"\nPrecision of what is renamed without a question: {precision:.3f}. Recall: "
            f"{self.found / self.true:.3f} without a question, "
            f"{(self.found + self.asked_of_true) / self.true:.3f} with those asked.\n"
        )


def judge() -> Figures:
    """Return what becomes of all cases."""
    true = false = found = wrong = asked_of_true = asked_of_false = 0
    for case in cases():
        result = find(case)
        silent, open_ = taken(result), asked(result.unanswered)
        if case.is_true:
            true += len(case.pairs)
            found += len(silent & case.pairs)
            wrong += len(silent - case.pairs)
            asked_of_true += len(open_ & case.pairs)
        else:
            false += len(case.pairs)
            wrong += len(silent)
            asked_of_false += len(open_)
    return Figures(true, false, found, wrong, asked_of_true, asked_of_false)


def test_set_is_large_enough() -> None:
    figures = judge()
    assert figures.true >= 60
    assert figures.false >= 60


@pytest.mark.parametrize("case", tuple(cases()), ids=lambda case: case.line[:60])
def test_nothing_is_renamed_wrongly_without_a_question(case: Case) -> None:
    wrong = taken(find(case)) - (case.pairs if case.is_true else frozenset())
    assert wrong == set()


def test_documentation_gives_the_figures() -> None:
    assert judge().text in DOCUMENT.read_text(encoding="utf-8")
