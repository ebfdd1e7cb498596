"""The renames that users say, resolved against both sides.

What the models and the configuration say stays there once it is done: it counts as long as only
the old name is in the database, and is passed over afterwards. What the command line says is for
this run: it names what is there, or the user hears that it doesn't.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Table

from limbeck.diff.renaming import ColumnRename, TableRename
from limbeck.errors import RenameError
from limbeck.renamed import SaidRename, former_names, info_of, read_place
from limbeck.schema.facts import TableFacts, TableKey


@dataclass(frozen=True, slots=True)
class SaidRenames:
    """Renames of tables and columns: `now` for this run, `lasting` of the configuration."""

    now: tuple[SaidRename, ...] = ()
    lasting: tuple[SaidRename, ...] = ()

    def in_schema(self, default: str | None) -> SaidRenames:
        """Return them with None for the default schema."""
        return SaidRenames(
            tuple(each.in_schema(default) for each in self.now),
            tuple(each.in_schema(default) for each in self.lasting),
        )

    def known(
        self, database: Collection[TableKey], models: Collection[TableKey]
    ) -> tuple[SaidRenames, frozenset[SaidRename]]:
        """Return them without those for this run whose table is on neither side, and these."""
        there = {*database, *models}
        unknown = frozenset(
            each
            for each in self.now
            if not there & {TableKey(each.schema, each.table or each.old), _new_key(each)}
        )
        kept = tuple(each for each in self.now if each not in unknown)
        return SaidRenames(kept, self.lasting), unknown


Name = TypeVar("Name", TableKey, str)


@dataclass(frozen=True, slots=True)
class _Wish(Generic[Name]):
    """One rename that somebody wants. `is_firm`: said for this run, it has to be possible."""

    old: Name
    new: Name
    text: str
    is_firm: bool


def find_said_tables(
    said: SaidRenames,
    database: Collection[TableKey],
    models: Mapping[TableKey, Table],
    default_schema: str | None = None,
) -> tuple[TableRename, ...]:
    """Return the tables that are to be renamed; raises RenameError."""
    schemas = {key.schema for key in (*database, *models)}
    for each in said.now:
        for schema in (each.schema, each.target_schema):
            if schema is not None and schema not in schemas:
                flag = "--rename-table" if each.table is None else "--rename"
                raise RenameError(f"{flag} {each}: there is no schema {schema}.")
    wishes = [*_said_tables(said), *_tables_of_models(database, models, default_schema)]
    names = _resolve(wishes, set(database), set(models), "table", "")
    found = (TableRename(old, new) for old, new in names.items())
    return tuple(sorted(found, key=lambda each: each.old.schema or ""))


def said_old_tables(
    said: SaidRenames, models: Mapping[TableKey, Table], default_schema: str | None = None
) -> set[TableKey]:
    """Return all names that somebody says a table had before."""
    keys = {TableKey(e.schema, e.old) for e in (*said.now, *said.lasting) if e.table is None}
    for key, table in models.items():
        keys |= _former_keys(key, table, default_schema)
    return keys


def _former_keys(key: TableKey, table: Table, default_schema: str | None) -> set[TableKey]:
    """Return what the models say that a table was: `old`, in its own schema, or `schema.old`."""
    keys = set()
    for text in former_names(info_of(table)):
        schema, name = read_place(text)
        keys.add(TableKey(key.schema, text))
        if schema is not None:
            keys.add(TableKey(None if schema == default_schema else schema, name))
    return keys - {key}


def _new_key(said: SaidRename) -> TableKey:
    return TableKey(said.target_schema, said.new)


def names_of_tables(
    said: SaidRenames,
    tables: Mapping[TableKey, TableKey],
    models: Mapping[TableKey, Table],
    default_schema: str | None = None,
) -> dict[TableKey, set[TableKey]]:
    """Return by which names users may call each table: its new one, and those it had.

    `tables` are the old keys by the new ones. Where one's old name is another's new one, it is the
    latter's.
    """
    result = {}
    for new, old in tables.items():
        olds = {old, *_former_keys(new, models[new], default_schema)}
        for each in (*said.now, *said.lasting):
            if each.table is None and _new_key(each) == new:
                olds.add(TableKey(each.schema, each.old))
        result[new] = {new, *(olds - set(tables))}
    return result


def find_said_columns(
    said: SaidRenames,
    names: Collection[TableKey],
    database: TableFacts,
    model_table: Table,
    model: TableFacts,
) -> tuple[ColumnRename, ...]:
    """Return the columns of the table called so that are to be renamed; raises RenameError."""
    wishes = list(_said_columns(said, names))
    wishes += [
        _Wish(old, name, f"renamed_from({old!r}) of {model.key}.{name}", is_firm=False)
        for name, column in ((str(column.name), column) for column in model_table.columns)
        for old in former_names(info_of(column))
    ]
    resolved = _resolve(
        wishes,
        {column.name for column in database.columns},
        {column.name for column in model.columns},
        "column",
        f" of table {model.key}",
    )
    return tuple(ColumnRename(model.key, old, new) for old, new in resolved.items())


def refuse_columns_of_unknown_tables(
    said: SaidRenames, tables: Iterable[Collection[TableKey]]
) -> None:
    """Raise RenameError for a column of a table that the two sides don't have in common."""
    known = {key for names in tables for key in names}
    for each in said.now:
        if each.table is not None and TableKey(each.schema, each.table) not in known:
            raise RenameError(
                f"--rename {each}: no table {TableKey(each.schema, each.table)} is both in the "
                "database and in the models. A renamed table is named by its old or its new name; "
                "say its own rename with --rename-table."
            )


def _said_tables(said: SaidRenames) -> Iterator[_Wish[TableKey]]:
    for is_firm, group in ((True, said.now), (False, said.lasting)):
        for each in group:
            if each.table is None:
                old = TableKey(each.schema, each.old)
                yield _Wish(old, _new_key(each), f"--rename-table {each}", is_firm)


def _tables_of_models(
    database: Collection[TableKey], models: Mapping[TableKey, Table], default_schema: str | None
) -> Iterator[_Wish[TableKey]]:
    """Yield what the models say; a name without a schema may be one of the default schema, too."""
    for key, table in models.items():
        olds = _former_keys(key, table, default_schema)
        if olds.isdisjoint(database):
            plain = {TableKey(None, name) for name in former_names(info_of(table))}
            olds |= (plain & set(database)) - set(models)
        for old in sorted(olds, key=str):
            yield _Wish(old, key, f"renamed_from({str(old)!r}) of {key}", is_firm=False)


def _said_columns(said: SaidRenames, keys: Collection[TableKey]) -> Iterator[_Wish[str]]:
    for is_firm, group in ((True, said.now), (False, said.lasting)):
        for each in group:
            if each.table is not None and TableKey(each.schema, each.table) in keys:
                yield _Wish(each.old, each.new, f"--rename {each}", is_firm)


def _resolve(
    wishes: Sequence[_Wish[Name]], there: set[Name], wanted: set[Name], kind: str, place: str
) -> dict[Name, Name]:
    """Return the new names by the old ones, of all wishes that can be and have not been fulfilled."""
    possible = []
    olds = {wish.old for wish in wishes}
    for wish in wishes:
        is_done = not wish.is_firm and wish.new in there and wish.new not in olds
        if wish.old in there and wish.new in wanted:
            possible += [] if is_done else [wish]
        elif wish.is_firm and wish.old not in there and wish.new in there & wanted:
            continue  # done already
        elif wish.is_firm:
            is_reverse = wish.new in there and wish.old in wanted
            _refuse_unknown(wish, wish.old in there, kind, place, is_reverse=is_reverse)
    _refuse_contradictions(possible, kind)
    chosen: dict[Name, Name] = {}
    while more := [
        wish
        for wish in possible
        if wish.old not in chosen and (wish.new not in there or wish.new in chosen)
    ]:
        chosen.update((wish.old, wish.new) for wish in more)
    circle: dict[Name, Name] = {
        wish.old: wish.new for wish in possible if wish.is_firm and wish.old not in chosen
    }
    for wish in possible:
        if wish.is_firm and wish.old in circle and not {wish.new} <= {*circle, *chosen}:
            raise RenameError(
                f"{wish.text}: the database has a {kind} {wish.new}{place} already. Rename that "
                "one, too, or drop it first."
            )
    return {**chosen, **circle}


def _refuse_unknown(
    wish: _Wish[Name], is_there: bool, kind: str, place: str, *, is_reverse: bool
) -> None:
    name, side = (wish.new, "the models have") if is_there else (wish.old, "the database has")
    hint = "Look at the spelling; `limbeck check` lists what differs."
    if is_reverse:
        hint = f"The database has {wish.new} and the models have {wish.old}: say OLD:NEW."
    raise RenameError(f"{wish.text}: {side} no {kind} {name}{place}. {hint}")


def _refuse_contradictions(wishes: Sequence[_Wish[Name]], kind: str) -> None:
    for position, one in enumerate(wishes):
        for two in wishes[:position]:
            if (one.old == two.old) != (one.new == two.new):
                raise RenameError(
                    f"{two.text} and {one.text} contradict each other: one {kind} can't be both "
                    f"{two.old}:{two.new} and {one.old}:{one.new}. Say one of them."
                )
