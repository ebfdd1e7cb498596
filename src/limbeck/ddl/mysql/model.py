"""What MySQL and MariaDB make of a model's table: the names they give, and the indexes they add.

unique constraint        → unique index, named after its first column
foreign key              → `<table>_ibfk_<n>`, and an index unless another starts with its columns
check                    → `CONSTRAINT_<n>` (MariaDB), `<table>_chk_<n>` (MySQL)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import (
    Sequence as SQLSequence,
)
from sqlalchemy.dialects.mysql import ENUM, SET
from sqlalchemy.types import TypeEngine

from limbeck import sqla
from limbeck.ddl.mysql.catalog import normal_action
from limbeck.ddl.mysql.options import given_comment, table_collation, wanted_options
from limbeck.ddl.mysql.server import server_of
from limbeck.ddl.mysql.text import (
    TypeText,
    normal_expression,
    normal_type_text,
    unquote_string,
)
from limbeck.schema.facts import (
    UNKNOWN_TYPE,
    CheckFacts,
    ColumnFacts,
    ComputedFacts,
    ForeignKeyFacts,
    IndexElement,
    IndexFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
    sort_key,
)
from limbeck.schema.models import compile_type
from limbeck.schema.options import given_options
from limbeck.schema.qualified import without_own_table

_PREFIX = re.compile(r"[`\"]?(?P<name>[^`\"()]+?)[`\"]?\s*\((?P<length>\d+)\)\Z")
"""A column of which an index has only the start, as it is written in an index element."""


def adjust_model_table(dialect: Dialect, facts: TableFacts, table: Table) -> TableFacts:
    """Return the facts of a model's table as the server's catalogs will have them."""
    facts = without_own_table(facts)
    names = {column.name.lower(): column.name for column in facts.columns}
    foreign_keys = _name_foreign_keys(facts)
    explicit = [_adjust_index(fact, facts, table, dialect, names) for fact in facts.indexes]
    keys = _CreatedKeys.of(table, facts, foreign_keys)
    using = given_options(table.primary_key, dialect).get("using")
    key_options = () if using is None else (("using", str(using).lower()),)
    return replace(
        facts,
        columns=tuple(_adjust_column(fact, table, dialect, names) for fact in facts.columns),
        primary_key=facts.primary_key
        and replace(facts.primary_key, name=None, options=key_options),
        uniques=(),
        foreign_keys=tuple(sorted(foreign_keys, key=sort_key)),
        checks=tuple(sorted(_name_checks(facts, table, dialect, names), key=sort_key)),
        indexes=tuple(sorted([*explicit, *keys.indexes(explicit)], key=sort_key)),
        comment=_stored_comment(facts.comment or given_comment(table, dialect)),
        options=wanted_options(table, dialect),
    )


# ---------------------------------------------------------------- columns


def _adjust_column(
    facts: ColumnFacts, table: Table, dialect: Dialect, names: Mapping[str, str]
) -> ColumnFacts:
    column = next(column for column in table.columns if column.name == facts.name)
    collation = None
    if facts.type != UNKNOWN_TYPE:
        written = read_model_type(dialect, column.type)
        collation = written.collation or _collation_of(written.charset, dialect)
    if collation == table_collation(table, dialect):
        collation = None
    computed = facts.computed
    if computed is not None:
        sql = normal_expression(computed.sql, names)
        computed = ComputedFacts(sql, persisted=bool(computed.persisted))
    is_sequence = dialect.supports_sequences and isinstance(column.default, SQLSequence)
    return replace(
        facts,
        nullable=facts.nullable and not column.primary_key,
        collation=collation,
        computed=computed,
        identity=None,
        autoincrement=facts.autoincrement and facts.default is None and not is_sequence,
        comment=_stored_comment(facts.comment),
    )


def _stored_comment(comment: str | None) -> str | None:
    """Return a comment as the catalogs keep it: in utf8mb3, so that an emoji becomes a `?`."""
    return re.sub(r"[^\x00-\uffff]", "?", comment) if comment else None


def read_model_type(dialect: Dialect, type_: TypeEngine[Any]) -> TypeText:
    """Return a model's type in normal form; raises CompileError where it has none."""
    return normal_type_text(compile_type(dialect, type_))


def with_words(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """Return a reflected type that creates the words of an ENUM or SET that the database has.

    SQLAlchemy reflects backslashes as they are shown, and newer ones write them in DDL anew.
    """
    if not isinstance(type_, ENUM | SET):
        return type_
    words = tuple(type_.enums if isinstance(type_, ENUM) else type_.values)
    if not any("\\" in word for word in words) or not _escapes_words(dialect):
        return type_
    options: dict[str, Any] = {"charset": type_.charset, "collation": type_.collation}
    if isinstance(type_, SET):
        options["retrieve_as_bitwise"] = type_.retrieve_as_bitwise
    return type(type_)(*(unquote_string(_quoted(word)) for word in words), **options)


def _quoted(shown: str) -> str:
    return "'" + shown.replace("'", "''") + "'"


def _escapes_words(dialect: Dialect) -> bool:
    return compile_type(dialect, ENUM("\\")) == r"ENUM('\\')"


def _collation_of(charset: str | None, dialect: Dialect) -> str | None:
    return None if charset is None else server_of(dialect).default_collation(charset)


# ---------------------------------------------------------------- names


def _name_foreign_keys(facts: TableFacts) -> list[ForeignKeyFacts]:
    """Number the foreign keys without a name in the order in which they are created."""
    adjusted = []
    number = 0
    for fact in facts.foreign_keys:
        name, is_generated = fact.name, fact.is_generated_name
        if name is None:
            number += 1
            name, is_generated = f"{facts.key.name}_ibfk_{number}", True
        adjusted.append(
            replace(
                fact,
                name=name,
                is_generated_name=is_generated,
                on_delete=normal_action(fact.on_delete),
                on_update=normal_action(fact.on_update),
                match=None,
                deferrable=False,
                initially_deferred=False,
            )
        )
    return adjusted


def _positions(
    table: Table, kind: type[ForeignKeyConstraint | UniqueConstraint]
) -> dict[tuple[str, ...], int]:
    return {
        tuple(str(column.name) for column in constraint.columns): position
        for position, constraint in enumerate(sqla.sorted_constraints(table))
        if isinstance(constraint, kind)
    }


def _name_checks(
    facts: TableFacts, table: Table, dialect: Dialect, names: Mapping[str, str]
) -> list[CheckFacts]:
    """Number the checks without a name; MariaDB does not name those that belong to a column."""
    is_mariadb = server_of(dialect).is_mariadb
    pattern = "CONSTRAINT_{}" if is_mariadb else f"{facts.key.name}_chk_{{}}"
    # They come in the order of CREATE TABLE: those of columns first.
    of_columns = sum(_count_checks(column, dialect) for column in table.columns)
    taken = {fact.name for fact in facts.checks}
    number = 0
    named = []
    for position, fact in enumerate(facts.checks):
        name = fact.name
        if name is None and not (is_mariadb and position < of_columns):
            number += 1
            while (name := pattern.format(number)) in taken:
                number += 1
        is_generated = fact.name is None or fact.is_generated_name
        if is_mariadb:  # it knows no NOT ENFORCED
            fact = replace(fact, is_valid=True, is_enforced=True)
        sql = normal_expression(fact.sql, names)
        named.append(replace(fact, sql=sql, name=name, is_generated_name=is_generated))
    return named


def _count_checks(column: Column[Any], dialect: Dialect) -> int:
    return sum(
        isinstance(each, CheckConstraint) and sqla.is_created_on(dialect, each)
        for each in column.constraints
    )


# ---------------------------------------------------------------- indexes


def _adjust_index(
    fact: IndexFacts, facts: TableFacts, table: Table, dialect: Dialect, names: Mapping[str, str]
) -> IndexFacts:
    found = [each for each in table.indexes if sqla.final_name(each, dialect) == fact.name]
    given = given_options(found[0], dialect) if found else {}
    prefix = str(given.get("prefix") or "").upper()
    lengths = given.get("length")
    return IndexFacts(
        name=fact.name,
        elements=tuple(_adjust_element(each, facts, lengths, names) for each in fact.elements),
        unique=fact.unique or prefix == "UNIQUE",
        method=fact.method,
        options=(
            *([("ignored", "true")] if given.get("ignored") else []),
            *([("prefix", prefix)] if prefix in ("FULLTEXT", "SPATIAL") else []),
        ),
        is_generated_name=fact.is_generated_name,
    )


def _adjust_element(
    element: IndexElement, facts: TableFacts, lengths: object, names: Mapping[str, str]
) -> IndexElement:
    prefix = _PREFIX.match(element.sql) if element.is_expression else None
    if prefix is not None and facts.column(prefix["name"]) is not None:
        lengths = {prefix["name"]: int(prefix["length"])}
        element = replace(element, sql=prefix["name"], is_expression=False)
    if element.is_expression:
        sql = normal_expression(element.sql, names)
        return IndexElement(sql, is_expression=True, descending=element.descending)
    length = lengths.get(element.sql) if isinstance(lengths, Mapping) else lengths
    column = facts.column(element.sql)
    # A prefix of a column's whole length is no prefix to the server.
    is_whole = column is not None and column.type in (f"varchar({length})", f"char({length})")
    options = () if length is None or is_whole else (("length", str(length)),)
    return IndexElement(element.sql, descending=element.descending, options=options)


@dataclass(slots=True)
class _CreatedKeys:
    """The keys that CREATE TABLE makes besides the primary one, in the server's order."""

    primary: tuple[str, ...]
    keys: list[UniqueFacts | ForeignKeyFacts] = field(default_factory=list)

    @classmethod
    def of(
        cls, table: Table, facts: TableFacts, foreign_keys: Sequence[ForeignKeyFacts]
    ) -> _CreatedKeys:
        """Put the unique constraints and foreign keys of a table into the order of creation."""
        unique_order = _positions(table, UniqueConstraint)
        key_order = _positions(table, ForeignKeyConstraint)
        placed: list[tuple[int, UniqueFacts | ForeignKeyFacts]] = []
        placed += [(unique_order.get(fact.columns, 0), fact) for fact in facts.uniques]
        placed += [(key_order.get(fact.columns, 0), fact) for fact in foreign_keys]
        keys = [fact for _, fact in sorted(placed, key=lambda pair: pair[0])]
        primary = facts.primary_key.columns if facts.primary_key else ()
        return cls(primary, keys)

    def indexes(self, explicit: Iterable[IndexFacts]) -> list[IndexFacts]:
        """Return the indexes of the constraints, given those that the model has by itself."""
        covering = [self.primary, *(_leading_columns(index) for index in explicit)]
        covering += [key.columns for key in self.keys if isinstance(key, UniqueFacts)]
        taken: set[str] = set()
        made = []
        for position, key in enumerate(self.keys):
            is_unique = isinstance(key, UniqueFacts)
            if not is_unique and self._is_covered(key.columns, position, covering):
                continue
            is_named = key.name is not None and not (not is_unique and key.is_generated_name)
            name = key.name if is_named and key.name else _free_name(key.columns[0], taken)
            taken.add(name.lower())
            made.append(
                IndexFacts(
                    name=name,
                    elements=tuple(IndexElement(column) for column in key.columns),
                    unique=is_unique,
                    is_generated_name=not (is_unique and is_named),
                    is_constraint=is_unique,
                    is_implicit=not is_unique,
                )
            )
        return made

    def _is_covered(
        self, columns: tuple[str, ...], position: int, covering: Iterable[tuple[str, ...]]
    ) -> bool:
        """Tell whether another key starts with a foreign key's columns; of two alike the last stays."""
        if any(other[: len(columns)] == columns for other in covering):
            return True
        return any(
            other.columns[: len(columns)] == columns
            and (len(other.columns) > len(columns) or after > position)
            for after, other in enumerate(self.keys)
            if after != position and isinstance(other, ForeignKeyFacts)
        )


def _leading_columns(index: IndexFacts) -> tuple[str, ...]:
    """Return the columns by which an index could serve a foreign key."""
    columns = []
    is_special = "prefix" in dict(index.options)
    for element in index.elements:
        if element.is_expression or element.options or is_special:
            break
        columns.append(element.sql)
    return tuple(columns)


def _free_name(column: str, taken: set[str]) -> str:
    """Return the name that the server gives to a key: its first column's, numbered from 2."""
    if column.lower() not in taken and column.upper() != "PRIMARY":
        return column
    return next(
        name for number in range(2, 100) if (name := f"{column}_{number}").lower() not in taken
    )


def fold_names(facts: TableFacts) -> TableFacts:
    """Return the facts with table names in lower case, for `lower_case_table_names = 1`."""
    return replace(
        facts,
        key=TableKey(facts.key.schema, facts.key.name.lower()),
        foreign_keys=tuple(
            replace(key, referred=TableKey(key.referred.schema, key.referred.name.lower()))
            for key in facts.foreign_keys
        ),
    )
