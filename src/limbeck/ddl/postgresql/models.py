"""What PostgreSQL makes of a model: types, defaults, identities, options and the names it gives.

Receives what SQLAlchemy says about a table, returns what the catalogs would hold after
`create_all`. Pure functions; the names follow `makeObjectName` and the `Choose…Name` functions of
PostgreSQL's source (commands/indexcmds.c, commands/tablecmds.c).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Column, Dialect, Table
from sqlalchemy import Sequence as ColumnSequence
from sqlalchemy.exc import CompileError
from sqlalchemy.types import TypeEngine

from limbeck import sqla
from limbeck.ddl.postgresql import constraints, text
from limbeck.ddl.postgresql.text import normal_expression as normal_expression
from limbeck.schema.facts import (
    UNKNOWN_TYPE,
    CheckFacts,
    ColumnFacts,
    ComputedFacts,
    ForeignKeyFacts,
    IdentityFacts,
    IndexElement,
    IndexFacts,
    Options,
    PrimaryKeyFacts,
    TableFacts,
    TableKey,
    UniqueFacts,
)
from limbeck.schema.models import compile_type
from limbeck.schema.qualified import without_own_table

NAME_BYTES = 63
"""The longest name in bytes (NAMEDATALEN - 1); longer ones are cut at the end."""

_SAID_CLASS = re.compile(r"(?P<sql>.+?)\s+(?P<opclass>\w+_ops(?:\s*\([^()]*\))?)\Z", re.DOTALL)
"""An element of an index that is written as text, with its operator class."""

_Named = TypeVar("_Named", PrimaryKeyFacts, UniqueFacts, ForeignKeyFacts, CheckFacts, IndexFacts)

_ACTIONS = frozenset({"ignore_search_path", "on_commit", "with_oids"})
"""Table options that say how to create or find a table, not what it is."""

_USUAL = frozenset({("tablespace", "pg_default"), ("using", "heap")})
"""Options that the catalogs leave out: a table has them unasked, and an index its place."""

LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def normal_type(dialect: Dialect, type_: TypeEngine[Any]) -> str:
    """Return a model's type as `format_type` would print it; UNKNOWN_TYPE if it has no DDL."""
    try:
        compiled = compile_type(dialect, type_)
    except CompileError:
        return UNKNOWN_TYPE
    return text.normal_type(compiled, dialect.default_schema_name)


def normal_default(dialect: Dialect, column: Column[Any]) -> str | None:
    """Return a model column's server default as the catalogs would hold it in the common cases."""
    sql = sqla.column_default_text(dialect, column)
    return None if sql is None else text.normal_default(sql, normal_type(dialect, column.type))


def adjust_model_table(dialect: Dialect, facts: TableFacts, table: Table) -> TableFacts:
    """Return what PostgreSQL makes of a model's table, with the names that it would give."""
    facts = without_own_table(facts)
    columns = {str(column.name): column for column in table.columns}
    key = facts.primary_key
    if key is not None:
        key = constraints.read_primary_key(key, table, dialect)
    key, uniques = _distinct_keys(facts, key)
    parents = list(_parents(table))
    adjusted = replace(
        facts,
        key=TableKey(facts.key.schema, clip(facts.key.name)),
        columns=tuple(
            _column(_inherited(item, parents, dialect), columns[item.name], dialect)
            for item in facts.columns
        ),
        primary_key=key,
        uniques=uniques,
        foreign_keys=tuple(_clip_foreign_key(item) for item in facts.foreign_keys),
        indexes=tuple(
            _index(item, table)
            for item in (*facts.indexes, *constraints.read_exclusions(table, dialect))
        ),
        comment=facts.comment or None,
        options=_table_options(facts.options, table),
    )
    return _name_all(adjusted)


def clip(name: str) -> str:
    """Return a name cut to what PostgreSQL keeps of it, never within a character."""
    if len(name) * 4 <= NAME_BYTES:
        return name  # short enough whatever its characters are
    encoded = name.encode()
    return name if len(encoded) <= NAME_BYTES else encoded[:NAME_BYTES].decode(errors="ignore")


# ------------------------------------------------------------------------------------------ columns


def _column(facts: ColumnFacts, column: Column[Any], dialect: Dialect) -> ColumnFacts:
    computed = facts.computed
    is_nullable = facts.nullable and not column.primary_key
    is_generated = computed is not None or facts.identity is not None or facts.autoincrement
    is_changed = is_generated or facts.comment == "" or is_nullable != facts.nullable
    if not is_changed and clip(facts.name) is facts.name:
        return facts  # most columns: saves a copy
    if computed is not None:
        is_stored = bool(computed.persisted) or not sqla.makes_virtual_columns(dialect)
        computed = ComputedFacts(computed.sql, is_stored)
    identity = facts.identity
    return replace(
        facts,
        name=clip(facts.name),
        nullable=is_nullable and identity is None,
        computed=computed,
        identity=None if identity is None else reduce_identity(identity, facts.type),
        autoincrement=facts.autoincrement and _is_serial(column),
        comment=facts.comment or None,
    )


def _parents(table: Table) -> Iterator[Table]:
    """Yield the tables of the models that a table inherits from, and theirs."""
    given = table.dialect_options["postgresql"]["inherits"] or ()
    for name in (given,) if isinstance(given, str) else given:
        parent = table.metadata.tables.get(str(name))
        if parent is not None:
            yield parent
            yield from _parents(parent)


def _inherited(facts: ColumnFacts, parents: Sequence[Table], dialect: Dialect) -> ColumnFacts:
    """Return a column with what it has of its parents': NOT NULL, and a default if it has none."""
    columns = [each for table in parents for each in table.columns if each.name == facts.name]
    if not columns:
        return facts
    own = facts.default, facts.computed, facts.identity, facts.autoincrement or None
    has_own = any(each is not None for each in own)
    defaults = (_passed_on(dialect, each) for each in columns if not has_own)
    default = next((each for each in defaults if each is not None), facts.default)
    is_full = any(column.primary_key or not column.nullable for column in columns)
    return replace(facts, default=default, nullable=facts.nullable and not is_full)


def _passed_on(dialect: Dialect, column: Column[Any]) -> str | None:
    """Return the default that children get, of a SERIAL the next of the same numbers."""
    if column is not column.table.autoincrement_column or not _is_serial(column) or column.identity:
        return normal_default(dialect, column)
    names = column.table.schema, object_name(column.table.name, column.name, "seq")
    path = ".".join(text.quoted_name(str(name)) for name in names if name is not None)
    escaped = path.replace("'", "''")
    return f"nextval('{escaped}'::regclass)"


def _is_serial(column: Column[Any]) -> bool:
    """Tell whether SQLAlchemy makes its autoincrement column a SERIAL."""
    default = column.default
    return default is None or (isinstance(default, ColumnSequence) and default.optional)


def reduce_identity(identity: IdentityFacts, type_: str) -> IdentityFacts:
    """Return an identity without the options that are what PostgreSQL would choose."""
    given = dict(identity.options)
    largest = LARGEST.get(type_, LARGEST["bigint"])
    is_ascending = int(given.get("increment", 1)) > 0
    usual = {"increment": "1", "cache": "1", "cycle": "false"}
    usual["minvalue"] = "1" if is_ascending else str(-largest - 1)
    usual["maxvalue"] = str(largest) if is_ascending else "-1"
    first = "minvalue" if is_ascending else "maxvalue"
    usual["start"] = given.get(first, usual[first])
    options = ((name, value) for name, value in given.items() if value != usual.get(name))
    return IdentityFacts(identity.always, tuple(sorted(options)))


# ------------------------------------------------------------------- options, indexes, constraints


def _table_options(options: Options, table: Table) -> Options:
    kept = []
    if "UNLOGGED" in [prefix.upper() for prefix in sqla.table_prefixes(table)]:
        kept.append(("prefixes", "UNLOGGED"))
    for name, value in options:
        if name == "partition_by":
            kept.append((name, normal_expression(value)))
        elif name == "with":
            kept.append((name, _storage(value)))
        elif name not in _ACTIONS and (name, value) not in _USUAL:
            kept.append((name, value))
    return tuple(sorted(kept))


def _storage(value: str) -> str:
    """Return storage parameters as the catalogs list them: sorted, names in lower case."""
    parts = (part.strip().partition("=") for part in value.split(","))
    pairs = ((name.strip().lower(), it.strip()) for name, _, it in parts)
    return ", ".join(
        sorted(f"{name}={it.lower() if it in ('True', 'False') else it}" for name, it in pairs)
    )


def _index(index: IndexFacts, table: Table) -> IndexFacts:
    names = {column.key: str(column.name) for column in table.columns}
    return replace(
        index,
        name=None if index.name is None else clip(index.name),
        elements=tuple(_element(element, names.values()) for element in index.elements),
        method=None if index.method == "btree" else index.method,
        include=tuple(clip(names.get(name, name)) for name in index.include),
        options=tuple(
            (name, _storage(value) if name == "with" else value)
            for name, value in index.options
            if (name, value) not in _USUAL
        ),
    )


def _element(element: IndexElement, columns: Iterable[str]) -> IndexElement:
    """Return an element without an order of nulls that goes with its order anyway."""
    said = _SAID_CLASS.match(element.sql) if element.is_expression else None
    if said is not None:
        spelled = (said["sql"], said["sql"].strip('"').replace('""', '"'))
        name = next((each for each in spelled if each in columns), None)
        element = replace(
            element,
            sql=normal_expression(said["sql"]) if name is None else name,
            is_expression=name is None,
            options=(("opclass", said["opclass"]),),
        )
    usual = "first" if element.descending else "last"
    return replace(
        element,
        sql=element.sql if element.is_expression else clip(element.sql),
        nulls=None if element.nulls == usual else element.nulls,
        options=tuple((name, _operator_class(value)) for name, value in element.options),
    )


def _operator_class(text: str) -> str:
    """Return an operator class with its parameters in the catalogs' order and quotes."""
    name, _, parameters = text.strip().removesuffix(")").partition("(")
    parts = sorted(part.strip().partition("=") for part in parameters.split(",") if part.strip())
    values = [(key.strip(), value.strip().strip("'")) for key, _, value in parts]
    given = ", ".join(f"{key}='{value}'" for key, value in values)
    return f"{name.strip()}({given})" if given else name.strip()


def _clip_foreign_key(facts: ForeignKeyFacts) -> ForeignKeyFacts:
    return replace(
        constraints.normal_foreign_key(facts),
        columns=_clip_all(facts.columns),
        referred=TableKey(facts.referred.schema, clip(facts.referred.name)),
        referred_columns=_clip_all(facts.referred_columns),
    )


def _clip_all(names: Iterable[str]) -> tuple[str, ...]:
    return tuple([clip(name) for name in names])


def _distinct_keys(
    facts: TableFacts, key: PrimaryKeyFacts | None
) -> tuple[PrimaryKeyFacts | None, tuple[UniqueFacts, ...]]:
    """Return the primary key and the unique constraints that CREATE TABLE makes.

    It merges those over the same columns, and drops one over the primary key's columns
    (transformIndexConstraints in parser/parse_utilcmd.c); a name that only one of them has stays.
    """
    kept: list[UniqueFacts] = []
    for unique in facts.uniques:
        unique = replace(unique, columns=_clip_all(unique.columns))
        bare = replace(unique, name=None)
        if key is not None and bare == _as_unique(key):
            key = replace(key, name=unique.name) if key.name is None else key
            continue
        known = next((item for item in kept if replace(item, name=None) == bare), None)
        if known is None:
            kept.append(unique)
        elif known.name is None:
            kept[kept.index(known)] = unique
    return key, tuple(kept)


def _as_unique(key: PrimaryKeyFacts) -> UniqueFacts:
    return UniqueFacts(
        _clip_all(key.columns),
        deferrable=key.deferrable,
        initially_deferred=key.initially_deferred,
        options=key.options,
    )


# -------------------------------------------------------------------------------------------- names


def _name_all(facts: TableFacts) -> TableFacts:
    """Fill in the names PostgreSQL gives: checks first, then the key, uniques, foreign keys."""
    chooser = _Chooser(facts)
    columns = {column.name for column in facts.columns}
    checks = tuple(
        chooser.named(check, _mentioned(check.sql, columns), "check") for check in facts.checks
    )
    key = facts.primary_key
    if key is not None:
        key = chooser.named(replace(key, columns=_clip_all(key.columns)), (), "pkey")
    uniques = tuple(chooser.named(item, _index_columns(item), "key") for item in facts.uniques)
    foreign_keys = tuple(chooser.named(item, item.columns, "fkey") for item in facts.foreign_keys)
    indexes = tuple(
        chooser.named(item, list(constraints.name_parts(item)), "excl") if item.operators else item
        for item in facts.indexes
    )
    return replace(
        facts,
        checks=checks,
        primary_key=key,
        uniques=uniques,
        foreign_keys=foreign_keys,
        indexes=indexes,
    )


def _index_columns(unique: UniqueFacts) -> list[str]:
    """Return the columns of a constraint's index, those included too, with a number if twice."""
    included = dict(unique.options).get("include")
    names: list[str] = []
    for column in (*unique.columns, *(included.split(", ") if included else ())):
        numbered = itertools.chain([column], (f"{column}{count}" for count in itertools.count(1)))
        names.append(next(name for name in numbered if name not in names))
    return names


def _mentioned(sql: str, columns: set[str]) -> Sequence[str]:
    """Return the column of a check that mentions only one; nothing if there are more or none."""
    tokens = text.tokenize(sql)
    followers = [*tokens[1:], ""]
    found = {
        name
        for token, follower in zip(tokens, followers, strict=True)
        if follower != "(" and (name := _name_of(token)) in columns
    }
    return tuple(found) if len(found) == 1 else ()


def _name_of(token: str) -> str:
    return token[1:-1].replace('""', '"') if token.startswith('"') else token


class _Chooser:
    """Chooses names for what the models left unnamed, none of them twice."""

    def __init__(self, facts: TableFacts) -> None:
        self._table = facts.key.name
        named = [facts.primary_key, *facts.uniques, *facts.foreign_keys, *facts.checks]
        self._taken = {item.name for item in named if item is not None and item.name is not None}

    def named(self, item: _Named, columns: Sequence[str], label: str) -> _Named:
        """Return the constraint with a name: its own, cut if it is long, or a chosen one."""
        if item.name is not None:
            return replace(item, name=clip(item.name))
        addition = _addition(columns)
        name = object_name(self._table, addition, label)
        count = 0
        while name in self._taken:
            count += 1
            name = object_name(self._table, addition, f"{label}{count}")
        self._taken.add(name)
        return replace(item, name=name, is_generated_name=True)


def _addition(columns: Sequence[str]) -> str | None:
    """Return the middle of a generated name: the columns, as many as can matter."""
    joined = ""
    for column in columns:
        joined += f"_{column}" if joined else column
        if len(joined.encode()) > NAME_BYTES:
            break
    return joined or None


def object_name(table: str, addition: str | None, label: str) -> str:
    """Return `table_addition_label`, the longer of the first two cut until it fits."""
    first = table.encode()
    second = (addition or "").encode()
    room = NAME_BYTES - len(label) - 1 - (1 if addition else 0)
    first_size, second_size = len(first), len(second)
    while first_size + second_size > room:
        if first_size > second_size:
            first_size -= 1
        else:
            second_size -= 1
    parts = [first[:first_size].decode(errors="ignore")]
    if addition:
        parts.append(second[:second_size].decode(errors="ignore"))
    return "_".join([*parts, label])
