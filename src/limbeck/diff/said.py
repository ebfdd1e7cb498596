"""The renames that users say, resolved against both sides.

What the models and the configuration say stays there once it is done: it counts as long as only
the old name is in the database, and is passed over afterwards. What the command line says is for
this run: it names what is there, or the user hears that it doesn't.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Table

from limbeck.diff.renaming import ColumnRename, TableRename
from limbeck.errors import RenameError
from limbeck.renamed import SaidRename, former_names, info_of
from limbeck.schema.facts import TableFacts, TableKey


@dataclass(frozen=True, slots=True)
class SaidRenames:
    """Renames of tables and columns: `now` for this run, `lasting` of the configuration."""

    now: tuple[SaidRename, ...] = ()
    lasting: tuple[SaidRename, ...] = ()

    def in_schema(self, default: str | None) -> SaidRenames:
        """Return them with None for the default schema."""

        def fold(each: SaidRename) -> SaidRename:
            return replace(each, schema=None) if each.schema == default else each

        return SaidRenames(tuple(map(fold, self.now)), tuple(map(fold, self.lasting)))

    def known(
        self, database: Collection[TableKey], models: Collection[TableKey]
    ) -> tuple[SaidRenames, frozenset[SaidRename]]:
        """Return them without those for this run whose table is on neither side, and these."""
        there = {*database, *models}
        unknown = frozenset(
            each
            for each in self.now
            if not there
            & {TableKey(each.schema, each.table or each.old), TableKey(each.schema, each.new)}
        )
        kept = tuple(each for each in self.now if each not in unknown)
        return SaidRenames(kept, self.lasting), unknown


@dataclass(frozen=True, slots=True)
class _Wish:
    """One rename that somebody wants. `is_firm`: said for this run, it has to be possible."""

    old: str
    new: str
    text: str
    is_firm: bool


def find_said_tables(
    said: SaidRenames,
    database: Collection[TableKey],
    models: Mapping[TableKey, Table],
) -> tuple[TableRename, ...]:
    """Return the tables that are to be renamed; raises RenameError."""
    result: list[TableRename] = []
    schemas = sorted({key.schema for key in (*database, *models)}, key=lambda name: name or "")
    for schema in schemas:
        wishes = [*_said_tables(said, schema), *_tables_of_models(models, schema)]
        there = {key.name for key in database if key.schema == schema}
        wanted = {key.name for key in models if key.schema == schema}
        names = _resolve(wishes, there, wanted, "table", "")
        result += [TableRename(TableKey(schema, o), TableKey(schema, n)) for o, n in names.items()]
    unknown = [e for e in said.now if e.schema is not None and e.schema not in schemas]
    if unknown:
        raise RenameError(f"--rename {unknown[0]}: there is no schema {unknown[0].schema}.")
    return tuple(result)


def said_old_tables(said: SaidRenames, models: Mapping[TableKey, Table]) -> set[TableKey]:
    """Return all names that somebody says a table had before."""
    keys = {TableKey(e.schema, e.old) for e in (*said.now, *said.lasting) if e.table is None}
    for key, table in models.items():
        keys |= {TableKey(key.schema, old) for old in former_names(info_of(table))}
    return keys


def names_of_tables(
    said: SaidRenames, tables: Mapping[TableKey, TableKey], models: Mapping[TableKey, Table]
) -> dict[TableKey, set[TableKey]]:
    """Return by which names users may call each table: its new one, and those it had.

    `tables` are the old keys by the new ones. Where one's old name is another's new one, it is the
    latter's.
    """
    result = {}
    for new, old in tables.items():
        olds = {old, *(TableKey(new.schema, name) for name in former_names(info_of(models[new])))}
        for each in (*said.now, *said.lasting):
            if each.table is None and TableKey(each.schema, each.new) == new:
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


def _said_tables(said: SaidRenames, schema: str | None) -> Iterator[_Wish]:
    for is_firm, group in ((True, said.now), (False, said.lasting)):
        for each in group:
            if each.table is None and each.schema == schema:
                yield _Wish(each.old, each.new, f"--rename-table {each}", is_firm)


def _tables_of_models(models: Mapping[TableKey, Table], schema: str | None) -> Iterator[_Wish]:
    for key, table in models.items():
        if key.schema == schema:
            for old in former_names(info_of(table)):
                yield _Wish(old, key.name, f"renamed_from({old!r}) of {key}", is_firm=False)


def _said_columns(said: SaidRenames, keys: Collection[TableKey]) -> Iterator[_Wish]:
    for is_firm, group in ((True, said.now), (False, said.lasting)):
        for each in group:
            if each.table is not None and TableKey(each.schema, each.table) in keys:
                yield _Wish(each.old, each.new, f"--rename {each}", is_firm)


def _resolve(
    wishes: Sequence[_Wish], there: set[str], wanted: set[str], kind: str, place: str
) -> dict[str, str]:
    """Return the new names by the old ones, of all wishes that can be and have not been fulfilled."""
    possible = []
    olds = {wish.old for wish in wishes}
    for wish in wishes:
        is_done = not wish.is_firm and wish.new in there and wish.new not in olds
        if wish.old in there and wish.new in wanted:
            possible += [] if is_done else [wish]
        elif wish.is_firm and wish.old not in there and wish.new in there:
            continue  # done already
        elif wish.is_firm:
            _refuse_unknown(wish, wish.old in there, kind, place)
    _refuse_contradictions(possible, kind)
    chosen: dict[str, str] = {}
    while more := [
        wish
        for wish in possible
        if wish.old not in chosen and (wish.new not in there or wish.new in chosen)
    ]:
        chosen.update((wish.old, wish.new) for wish in more)
    circle = {wish.old: wish.new for wish in possible if wish.is_firm and wish.old not in chosen}
    for wish in possible:
        if wish.is_firm and wish.old in circle and not {wish.new} <= {*circle, *chosen}:
            raise RenameError(
                f"{wish.text}: the database has a {kind} {wish.new}{place} already. Rename that "
                "one, too, or drop it first."
            )
    return {**chosen, **circle}


def _refuse_unknown(wish: _Wish, is_there: bool, kind: str, place: str) -> None:
    name, side = (wish.new, "the models have") if is_there else (wish.old, "the database has")
    raise RenameError(
        f"{wish.text}: {side} no {kind} {name}{place}. Look at the spelling; `limbeck check` lists "
        "what differs."
    )


def _refuse_contradictions(wishes: Sequence[_Wish], kind: str) -> None:
    for position, one in enumerate(wishes):
        for two in wishes[:position]:
            if (one.old == two.old) != (one.new == two.new):
                raise RenameError(
                    f"{two.text} and {one.text} contradict each other: one {kind} can't be both "
                    f"{two.old}:{two.new} and {one.old}:{one.new}. Say one of them."
                )
