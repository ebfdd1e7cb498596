"""What happens beside the tables: what the comparisons of types and sequences share.

Each receives both sides and what happens to the tables, and returns directives that go before the
tables' and after them. Reversed, these work backwards.

    sequences, enum types, domains: create, alter · tables · domains, enum types, sequences: drop
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from limbeck.diff.context import DiffContext
from limbeck.operations.ops import (
    AlterColumnOp,
    CreateTableOp,
    DropColumnOp,
    DropTableOp,
    MigrateOperation,
    ModifyTableOps,
)
from limbeck.schema.facts import (
    DomainFacts,
    EnumFacts,
    SequenceFacts,
    TableFacts,
    TableKey,
    User,
)

Object = TypeVar("Object", EnumFacts, DomainFacts, SequenceFacts)


@dataclass(frozen=True, slots=True)
class ObjectChanges:
    """Directives around those of the tables; `dropped` are the types and sequences that go."""

    before: tuple[MigrateOperation, ...] = ()
    after: tuple[MigrateOperation, ...] = ()
    dropped: frozenset[TableKey] = field(default=frozenset())


class TableChanges:
    """What the directives of the tables do to columns, as far as types and sequences care."""

    def __init__(
        self,
        directives: Sequence[MigrateOperation],
        database: Mapping[TableKey, TableFacts],
        models: Mapping[TableKey, TableFacts],
        default_schema: str | None,
    ) -> None:
        self._dropped: set[TableKey] = set()
        self._retyped: set[User] = set()
        self._redefaulted: set[User] = set()
        self.touched: set[TableKey] = set()
        self._database = database
        self._models = models
        for directive in directives:
            self._note(directive, default_schema)

    def _note(self, directive: MigrateOperation, default_schema: str | None) -> None:
        match directive:
            case DropTableOp():
                self._dropped.add(_key(directive, default_schema))
                self.touched.add(_key(directive, default_schema))
            case CreateTableOp() | ModifyTableOps():
                self.touched.add(_key(directive, default_schema))
        for each in directive.ops if isinstance(directive, ModifyTableOps) else ():
            match each:
                case DropColumnOp():
                    user = (_key(each, default_schema), str(each.column_name))
                    self._retyped.add(user)
                    self._redefaulted.add(user)
                case AlterColumnOp():
                    user = (_key(each, default_schema), str(each.column_name))
                    if each.modify_type is not None:
                        self._retyped.add(user)
                    if each.modify_server_default is not False:
                        self._redefaulted.add(user)

    def frees_type(self, users: Iterable[User]) -> bool:
        """Tell whether none of these columns has its old type afterwards."""
        return all(user[0] in self._dropped or user in self._retyped for user in users)

    def frees_default(self, users: Iterable[User]) -> bool:
        """Tell whether none of these columns has its old default afterwards."""
        return all(user[0] in self._dropped or user in self._redefaulted for user in users)

    def words_of_models(self) -> Iterator[str]:
        """Yield the SQL in the models' tables that something happens to."""
        return _words(self._models[key] for key in self.touched if key in self._models)

    def words_of_database(self) -> Iterator[str]:
        """Yield the SQL in the database's tables that something happens to."""
        return _words(self._database[key] for key in self.touched if key in self._database)


def visible(
    found: Mapping[TableKey, Object],
    wanted: Mapping[TableKey, Object],
    kind: str,
    context: DiffContext,
) -> Mapping[TableKey, Object]:
    """Return the database's objects whose names pass the user's filter.

    One that does not, and is in the models, is taken to be as they say: adding it would fail.
    """
    if not context.has_name_filters:
        return found
    passes = {
        key: context.run_name_filters(key.name, kind, {"schema_name": key.schema}) for key in found
    }
    return {
        key: facts if passes[key] else wanted[key]
        for key, facts in found.items()
        if passes[key] or key in wanted
    }


def _key(
    directive: CreateTableOp | DropTableOp | ModifyTableOps | DropColumnOp | AlterColumnOp,
    default_schema: str | None,
) -> TableKey:
    schema = None if directive.schema == default_schema else directive.schema
    return TableKey(schema, str(directive.table_name))


def _words(tables: Iterable[TableFacts]) -> Iterator[str]:
    for table in tables:
        for column in table.columns:
            if column.default is not None:
                yield column.default
            if column.computed is not None:
                yield column.computed.sql
        yield from (check.sql for check in table.checks)
        for index in table.indexes:
            if index.where is not None:
                yield index.where
            yield from (element.sql for element in index.elements if element.is_expression)
