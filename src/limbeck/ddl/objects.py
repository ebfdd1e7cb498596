"""What every database is asked to do with schemas, enum types, domains and sequences.

The part of `DefaultImpl` for schema objects beside tables. Sequences are alike wherever they are;
types with a name only some databases have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Sequence as SequenceObject
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateSchema, CreateSequence, DDLElement, DropSchema, DropSequence
from sqlalchemy.types import TypeEngine

from limbeck.errors import UnsupportedOperationError

from .base import format_table_name
from .execution import ExecutionImpl

EnumName = tuple[str | None, str]
"""Schema and name of an enum type."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain as it shall be: SQL text for its type, default and checks (by name)."""

    name: str
    type: str | TypeEngine[Any]
    schema: str | None = None
    nullable: bool = True
    default: str | None = None
    collation: str | None = None
    checks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EnumChange:
    """An enum type's values as they shall be; `existing` None where the database is to be asked.

    `renames` maps old values to new ones, `replacements` values that go to those that rows get
    instead. `is_used_at_once`: what comes next in the transaction needs the new values.
    """

    name: str
    values: tuple[str, ...]
    existing: tuple[str, ...] | None
    schema: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    replacements: Mapping[str, str] = field(default_factory=dict)
    is_used_at_once: bool = False


class AlterSequence(DDLElement):
    """ALTER SEQUENCE with some options."""

    def __init__(self, name: str, schema: str | None, options: Mapping[str, Any]) -> None:
        self.name = name
        self.schema = schema
        self.settings = options


@compiles(AlterSequence)
def visit_alter_sequence(element: AlterSequence, compiler: Any, **kw: Any) -> str:
    return alter_sequence(element, compiler)


def alter_sequence(
    element: AlterSequence, compiler: Any, *, no_cycle: str = "NO CYCLE", restarts: bool = True
) -> str:
    """Return ALTER SEQUENCE; `no_cycle` are the words for a sequence that ends.

    `restarts`: one that may count the other way from now on begins at its start.
    """
    path = format_table_name(compiler, element.name, element.schema)
    return (
        f"ALTER SEQUENCE {path} {' '.join(_words(element.settings, no_cycle, restarts=restarts))}"
    )


def _words(options: Mapping[str, Any], no_cycle: str, *, restarts: bool) -> list[str]:
    """Return the options of a sequence in SQL."""
    words = {
        "type": "AS {}",
        "increment": "INCREMENT BY {}",
        "minvalue": "MINVALUE {}",
        "maxvalue": "MAXVALUE {}",
        "start": "START WITH {}",
        "cache": "CACHE {}",
    }
    said = [sql.format(options[name]) for name, sql in words.items() if name in options]
    if options.get("restart"):
        said.append("RESTART")
    elif restarts and {"increment", "minvalue", "maxvalue", "start"} <= set(options):
        said.append(f"RESTART WITH {options['start']}")
    if "cycle" in options:
        said.append("CYCLE" if options["cycle"] else no_cycle)
    return said


class SchemaObjectsImpl(ExecutionImpl):
    """How types with a name and sequences are created, changed and dropped."""

    enum_packages: Set[str] = frozenset()
    """Which packages of others compare enum types themselves, when they have registered?"""

    creates_schemas = False
    """Is a schema something that a revision creates? No: it is a database, a user, or a file."""

    @property
    def adds_enum_values_in_transactions(self) -> bool:
        """Can a value be added to an enum type within a transaction? Yes."""
        return True

    @property
    def has_sequences(self) -> bool:
        """Are there sequences? As SQLAlchemy says."""
        return self.dialect.supports_sequences

    def enums_brought_by(self, type_: TypeEngine[Any]) -> Set[EnumName]:
        """Which enum types come into being with a column of this type? None."""
        return frozenset()

    def create_schema(self, name: str, *, if_not_exists: bool) -> None:
        """How is a schema created? By CREATE SCHEMA."""
        self._exec(CreateSchema(name, if_not_exists=if_not_exists))

    def drop_schema(self, name: str, *, if_empty: bool) -> None:
        """How is a schema dropped? By DROP SCHEMA, which can't be told to look whether it is empty."""
        if if_empty:
            raise UnsupportedOperationError(
                f"Can't drop the schema {name} if it is empty: {self.dialect.name} has no statement "
                "that looks. Drop it without if_empty once nothing is in it."
            )
        self._exec(DropSchema(name))

    def set_schema(
        self, type_: str, name: str, new_schema: str | None, *, schema: str | None
    ) -> None:
        """How does a type or a sequence go to another schema? Not at all."""
        raise UnsupportedOperationError(
            f"Can't move the {type_} {name} to {new_schema or 'the default schema'}: "
            f"{self.dialect.name} has no statement for it. Create it there, and drop the old one."
        )

    def create_enum(self, name: str, values: Sequence[str], schema: str | None) -> None:
        """How is an enum type created? Not at all."""
        raise self._no_named_types("enum type", name)

    def alter_enum(self, change: EnumChange) -> None:
        """How do an enum type's values change? Not at all."""
        raise self._no_named_types("enum type", change.name)

    def drop_enum(self, name: str, schema: str | None) -> None:
        """How is an enum type dropped? Not at all."""
        raise self._no_named_types("enum type", name)

    def create_domain(self, domain: Domain) -> None:
        """How is a domain created? Not at all."""
        raise self._no_named_types("domain", domain.name)

    def alter_domain(self, existing: Domain, wanted: Domain) -> None:
        """How does a domain change? Not at all."""
        raise self._no_named_types("domain", existing.name)

    def drop_domain(self, name: str, schema: str | None) -> None:
        """How is a domain dropped? Not at all."""
        raise self._no_named_types("domain", name)

    def create_sequence(self, sequence: SequenceObject) -> None:
        """How is a sequence created? As SQLAlchemy does it."""
        self._check_sequences(sequence.name)
        self._exec(CreateSequence(sequence))

    def alter_sequence(self, name: str, schema: str | None, options: Mapping[str, Any]) -> None:
        """How does a sequence change? By ALTER SEQUENCE with the options as they shall be."""
        self._check_sequences(name)
        self._exec(AlterSequence(name, schema, options))

    def drop_sequence(self, name: str, schema: str | None) -> None:
        """How is a sequence dropped? As SQLAlchemy does it."""
        self._check_sequences(name)
        self._exec(DropSequence(SequenceObject(name, schema=schema)))

    def _check_sequences(self, name: str) -> None:
        if not self.has_sequences:
            raise UnsupportedOperationError(
                f"Can't create, alter or drop the sequence {name}: {self.dialect.name} has no "
                "sequences (of this version). Leave it out on this database."
            )

    def _no_named_types(self, kind: str, name: str) -> UnsupportedOperationError:
        return UnsupportedOperationError(
            f"Can't create, alter or drop the {kind} {name}: {self.dialect.name} has no types "
            "with a name. Leave it out on this database."
        )
