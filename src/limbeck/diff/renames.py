"""Which tables and columns have been renamed: what the user says, and what is found.

Receives the facts of both sides and a `RenameRequest`; returns `Renames`, and what was plausible
while nobody was there to decide. Tables come first, for columns are sought in what is one table
on both sides. Nothing here prompts: who can ask a user hands down an `Ask`.

    said (models, command line, configuration) ─┐
    found (similarity) ─→ sure, or asked ───────┴─→ Renames of tables ─→ the same for columns
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, Protocol, TypeVar

from sqlalchemy import Table

from limbeck.diff.renaming import (
    ColumnRename,
    Renames,
    TableRename,
    Wording,
    rename_facts,
)
from limbeck.diff.said import (
    SaidRenames,
    find_said_columns,
    find_said_tables,
    names_of_tables,
    refuse_columns_of_unknown_tables,
)
from limbeck.diff.similar_columns import Place, score_column
from limbeck.diff.similar_tables import Surroundings, score_table
from limbeck.diff.similarity import Scored, assign
from limbeck.errors import RenameError
from limbeck.logs import logger_of
from limbeck.renamed import SaidRename
from limbeck.schema.facts import ColumnFacts, TableFacts, TableKey

log = logger_of(__name__)

T = TypeVar("T", ColumnFacts, TableFacts)


@dataclass(frozen=True, slots=True)
class Choice:
    """One name that something may have now."""

    new: str
    score: float
    reasons: str
    flag: str
    """What says it on the command line."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whether something was renamed: to one of the choices, best first, or to none."""

    kind: Literal["table", "column"]
    old: str
    choices: tuple[Choice, ...]
    is_sure: bool
    """Whether the first choice would be taken if nobody were there."""


Ask = Callable[[Question], Choice | None]
"""Who decides: returns one of the choices, or None if what was there is dropped."""


@dataclass(frozen=True, slots=True)
class RenameRequest:
    """What a user wants of renames."""

    said: SaidRenames = field(default_factory=SaidRenames)
    seeks: bool = True
    """Whether renames that nobody said are looked for."""
    ask: Ask | None = None
    is_strict: bool = False
    """Whether what is plausible and nobody can be asked about is an error, not a warning."""
    is_one_of_many: bool = False
    """Whether other databases are compared, too, one of which may have what is said here."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides: facts, the models' tables, and how classes call what is mapped."""

    database: Mapping[TableKey, TableFacts]
    models: Mapping[TableKey, TableFacts]
    tables: Mapping[TableKey, Table]
    classes: Mapping[TableKey, str] = field(default_factory=dict)
    attributes: Mapping[TableKey, Mapping[str, str]] = field(default_factory=dict)
    default_schema: str | None = None
    """How the default schema is called, for those who have to say it."""
    moves_tables: bool = True
    """Whether the database can move a table to another schema."""
    folds_names: bool = False
    """Whether names that differ in their case alone are one column's."""

    def flag(self, old: TableKey, new: TableKey) -> str:
        """Return what says the rename of a table on the command line."""
        schema, new_schema = old.schema, ""
        if old.schema != new.schema:
            schema = old.schema or self.default_schema
            new_schema = new.schema or self.default_schema or ""
        return f"--rename-table {SaidRename(old.name, new.name, None, schema, new_schema)}"

    def name_beside(self, old: TableKey, new: TableKey) -> str:
        """Return the new name, with its schema where that is another one."""
        if old.schema == new.schema:
            return new.name
        return str(TableKey(new.schema or self.default_schema, new.name))


class Filters(Protocol):
    """What the user's filters let through: the rest is no candidate."""

    def admits_tables(
        self, database: Collection[TableKey], models: Collection[TableKey]
    ) -> tuple[set[TableKey], set[TableKey]]:
        """Return those of both sides that take part."""

    def admits_columns(
        self, database: TableFacts, old: Collection[str], model: TableKey, new: Collection[str]
    ) -> tuple[set[str], set[str]]:
        """Return the columns of both sides of a table (under its old key) that take part."""


@dataclass(frozen=True, slots=True)
class Found:
    """The renames, and the questions that nobody was there to answer."""

    renames: Renames = field(default_factory=Renames)
    unanswered: tuple[Question, ...] = ()

    def flags_of_sure(self, sides: Sides) -> tuple[str, ...]:
        """Return what says on the command line the renames that were found."""
        tables = (sides.flag(e.old, e.new) for e in self.renames.tables if e.why is not None)
        columns = (
            f"--rename {SaidRename(e.old, e.new, e.table.name, e.table.schema)}"
            for e in self.renames.columns
            if e.why is not None
        )
        return (*tables, *columns)


def find_renames(sides: Sides, request: RenameRequest, filters: Filters, wording: Wording) -> Found:
    """Return what has been renamed; raises RenameError for what was said and can't be."""
    default = sides.default_schema
    tables = find_said_tables(request.said, sides.database, sides.tables, default)
    _refuse_moves(tables, sides)
    found, open_tables = _seek_tables(sides, tables, request, filters, wording)
    tables += found
    renames = Renames(tables)
    renamed = rename_facts(sides.database, renames, wording)
    common = [key for key in renamed if key in sides.models]
    old_keys = {key: renames.old_key(key) for key in common}
    names = names_of_tables(request.said, old_keys, sides.tables, default)
    refuse_columns_of_unknown_tables(request.said, names.values())
    said = [
        each
        for key in common
        for each in find_said_columns(
            request.said, names[key], renamed[key], sides.tables[key], sides.models[key]
        )
    ]
    if sides.folds_names:
        for key in common:
            taken = {name for each in said if each.table == key for name in (each.old, each.new)}
            said += _in_other_case(renamed[key], sides.models[key], taken)
    renames = replace(renames, columns=tuple(said))
    renamed = rename_facts(sides.database, renames, wording)
    columns: list[ColumnRename] = []
    unanswered = list(open_tables)
    for key in common:
        if renamed[key] != sides.models[key]:
            original = sides.database[renames.old_key(key)]
            more, questions = _seek_columns(original, renamed[key], sides, request, filters)
            columns += more
            unanswered += questions
    return Found(replace(renames, columns=(*said, *columns)), tuple(unanswered))


def _seek_tables(
    sides: Sides,
    said: tuple[TableRename, ...],
    request: RenameRequest,
    filters: Filters,
    wording: Wording,
) -> tuple[tuple[TableRename, ...], Sequence[Question]]:
    """Return the tables found to be renamed beside those said, and open questions."""
    database = rename_facts(sides.database, Renames(said), wording)
    removed = [key for key in database if key not in sides.models]
    added = [key for key in sides.models if key not in database]
    if not (request.seeks and removed and added):
        return (), ()
    old, new = filters.admits_tables(removed, added)
    around = Surroundings(database, sides.models, sides.classes)
    scored = assign(
        [database[key] for key in removed if key in old],
        [sides.models[key] for key in added if key in new],
        lambda one, two: score_table(one, two, around),
    )
    if not sides.moves_tables:
        scored = _without_moves(scored)

    def ask_of(rivals: Sequence[Scored[TableFacts]]) -> Question:
        choices = []
        for each in rivals:
            keys = each.old.key, each.new.key
            choices.append(_choice(sides.name_beside(*keys), each, sides.flag(*keys)))
        return Question("table", str(rivals[0].old.key), tuple(choices), rivals[0].is_sure)

    chosen, questions = _decide(scored, ask_of, request)
    found = []
    for each, why in chosen:
        log.info("Detected renamed table '%s': '%s'", each.old.key, each.new.key)
        found.append(TableRename(each.old.key, each.new.key, why))
    return tuple(found), questions


def _refuse_moves(said: Iterable[TableRename], sides: Sides) -> None:
    for each in said:
        if each.old.schema != each.new.schema and not sides.moves_tables:
            raise RenameError(
                f"{sides.flag(each.old, each.new)}: this database can't move a table to another "
                "schema. Take the rename out, and copy the rows with op.execute() between the "
                "creation of the new table and the drop of the old one."
            )


def _without_moves(scored: Iterable[Scored[TableFacts]]) -> tuple[Scored[TableFacts], ...]:
    """Leave out, with a warning, what looks moved where the database can't move tables."""
    kept = []
    for each in scored:
        old, new = each.old.key, each.new.key
        if old.schema == new.schema:
            kept.append(each)
        elif each.is_sure:
            warnings.warn(
                f"The table {old} looks moved to {new} ({each.score}), which this database can't "
                "do: it is dropped and created. Copy its rows with op.execute() in between.",
                stacklevel=2,
            )
    return tuple(kept)


def _in_other_case(
    database: TableFacts, model: TableFacts, taken: Collection[str]
) -> Iterator[ColumnRename]:
    """Yield the columns with another case now: no other one can stand beside them."""
    there, wanted = ([column.name for column in side.columns] for side in (database, model))
    left = {name.lower(): name for name in there if name not in {*wanted, *taken}}
    for name in wanted:
        if name not in {*there, *taken} and name.lower() in left:
            yield ColumnRename(model.key, left.pop(name.lower()), name)


def _seek_columns(
    original: TableFacts,
    database: TableFacts,
    sides: Sides,
    request: RenameRequest,
    filters: Filters,
) -> tuple[list[ColumnRename], Sequence[Question]]:
    """Return the columns of one table found to be renamed, and open questions.

    `original` is the table as the database has it, `database` with all renames known so far.
    """
    model = sides.models[database.key]
    there, wanted = ({column.name for column in side.columns} for side in (database, model))
    if not request.seeks or there <= wanted or wanted <= there:
        return [], ()
    old, new = filters.admits_columns(original, there - wanted, model.key, wanted - there)
    place = Place(database, model, sides.attributes.get(model.key, {}))
    scored = assign(
        [column for column in database.columns if column.name in old],
        [column for column in model.columns if column.name in new],
        lambda one, two: score_column(one, two, place),
    )

    def ask_of(rivals: Sequence[Scored[ColumnFacts]]) -> Question:
        choices = []
        for each in rivals:
            said = SaidRename(each.old.name, each.new.name, model.key.name, model.key.schema)
            choices.append(_choice(each.new.name, each, f"--rename {said}"))
        column = f"{model.key}.{rivals[0].old.name}"
        return Question("column", column, tuple(choices), rivals[0].is_sure)

    chosen, questions = _decide(scored, ask_of, request)
    found = []
    for each, why in chosen:
        names = (model.key, each.old.name, each.new.name)
        log.info("Detected renamed column '%s.%s': '%s'", *names)
        found.append(ColumnRename(*names, why))
    return found, questions


def _choice(new: str, scored: Scored[T], flag: str) -> Choice:
    return Choice(new, scored.score.value, str(scored.score), flag)


@dataclass(slots=True)
class _Open(Generic[T]):
    """Candidates not yet decided, best first."""

    left: list[Scored[T]]

    def rivals_of_best(self) -> list[Scored[T]]:
        """Return the candidates for what the best one was called before."""
        return [each for each in self.left if each.old is self.left[0].old]

    def drop(self, *, old: T, new: T | None = None) -> None:
        """Leave out what has found its name or has none."""
        self.left = [each for each in self.left if each.old is not old and each.new is not new]


def _decide(
    scored: Iterable[Scored[T]],
    ask_of: Callable[[Sequence[Scored[T]]], Question],
    request: RenameRequest,
) -> tuple[list[tuple[Scored[T], str | None]], list[Question]]:
    """Take what is sure or chosen, one to one; return it with its reasons, and open questions.

    What the user chose needs no reasons.
    """
    open_ = _Open(list(scored))
    chosen: list[tuple[Scored[T], str | None]] = []
    questions: list[Question] = []
    while open_.left:
        rivals = open_.rivals_of_best()
        question = ask_of(rivals)
        taken: Scored[T] | None = None
        if request.ask is not None:
            answer = request.ask(question)
            if answer is not None:
                taken = rivals[question.choices.index(answer)]
        elif question.is_sure:
            taken = rivals[0]
        else:
            questions.append(question)
        if taken is not None:
            chosen.append((taken, None if request.ask is not None else str(taken.score)))
        open_.drop(old=rivals[0].old, new=taken.new if taken is not None else None)
    return chosen, questions
