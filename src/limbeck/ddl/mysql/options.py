"""Options of tables on MySQL and MariaDB: in the catalogs, in a model, and in ALTER TABLE.

Both sides list what differs from what the server would choose by itself: another engine than
`default_storage_engine`, another collation than the database's, and what stands in CREATE_OPTIONS.
Partitions are one option, `partition_by`, with all that stands after PARTITION BY (`partitions`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, MetaData, Row, Table, text
from sqlalchemy.schema import CreateTable

from limbeck import sqla
from limbeck.ddl.mysql import partitions
from limbeck.ddl.mysql.modes import with_backticks
from limbeck.ddl.mysql.server import server_of
from limbeck.ddl.mysql.text import normal_charset, normal_collation
from limbeck.schema.facts import IndexFacts, Options, PrimaryKeyFacts, TableFacts
from limbeck.schema.options import own_options

ALTERABLE = frozenset(
    {"avg_row_length", "checksum", "collate", "compression", "delay_key_write", "encrypted"}
    | {"encryption", "encryption_key_id", "engine", "key_block_size", "max_rows", "min_rows"}
    | {
        "pack_keys",
        "partition_by",
        "page_checksum",
        "page_compressed",
        "page_compression_level",
        "row_format",
    }
    | {"stats_auto_recalc", "stats_persistent", "stats_sample_pages", "transactional"}
)
"""What ALTER TABLE changes, and the catalogs tell."""

_DEFAULTS = {
    "avg_row_length": "0",
    "checksum": "0",
    "compression": "''",
    "delay_key_write": "0",
    "encryption": "'N'",
    "key_block_size": "0",
    "max_rows": "0",
    "min_rows": "0",
}
"""What says that an option is as by default, where it is not the word DEFAULT."""

_ENGINES = {
    "innodb": "InnoDB",
    "myisam": "MyISAM",
    "aria": "Aria",
    "memory": "MEMORY",
    "heap": "MEMORY",
    "archive": "ARCHIVE",
    "csv": "CSV",
    "rocksdb": "ROCKSDB",
}
HASHING_ENGINE = "MEMORY"
"""Its indexes are hash tables, unless they say `USING BTREE`; other engines keep the word, too."""

_OF_ARIA = ("page_checksum", "transactional")
_COLLATE = ("collate", "default_collate")
_CHARSET = ("charset", "default_charset", "character_set", "default_character_set")
_CREATE_OPTION = re.compile(
    r"""`?(?P<name>\w+)`?=(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<bare>\S+))"""
)


class TableDefaults(NamedTuple):
    """What a table has that says nothing: the engine, and each schema's collation."""

    engine: str
    collations: Mapping[str, str]
    default_schema: str | None

    def collation(self, schema: str | None) -> str | None:
        """Return the collation of a schema's new tables; None for the default schema."""
        return self.collations.get(schema or self.default_schema or "")


UNKNOWN = TableDefaults("InnoDB", {}, None)
"""Without a connection."""


def read_defaults(connection: Connection) -> TableDefaults:
    """Return what tables get by default, in one statement."""
    rows = connection.execute(
        text(
            "SELECT schema_name AS name, default_collation_name AS collation, "
            "@@default_storage_engine AS engine FROM information_schema.schemata"
        )
    ).all()
    collations = {row.name: normal_collation(row.collation) for row in rows}
    engine = normal_engine(rows[0].engine) if rows else UNKNOWN.engine
    return TableDefaults(engine, collations, connection.dialect.default_schema_name)


def normal_engine(name: str) -> str:
    """Return an engine's name as the catalogs spell it."""
    return _ENGINES.get(name.lower(), name)


# ---------------------------------------------------------------- found


def found_options(table: Row[Any], parts: Sequence[Row[Any]], columns: Sequence[str]) -> Options:
    """Return the options of a table of these columns in the catalogs."""
    options = dict(_create_options(table.create_options or ""))
    if table.engine is not None and table.engine.lower() != "aria":
        # they stay when the engine is another one, and mean nothing there
        for name in _OF_ARIA:
            options.pop(name, None)
    if table.engine is not None and table.engine.lower() != table.default_engine.lower():
        options["engine"] = normal_engine(table.engine)
    if table.collation is not None:
        collation = normal_collation(table.collation)
        if collation != normal_collation(table.default_collation):
            options["collate"] = collation
    if parts and parts[0].method != "SYSTEM_TIME":  # that is of the rows' versions
        text = partitions.found_text(parts)
        options["partition_by"] = str(partitions.parse(text, columns))
    return tuple(sorted(options.items()))


def _create_options(value: str) -> Iterable[tuple[str, str]]:
    for match in _CREATE_OPTION.finditer(value):
        name = match["name"].lower()
        setting = next(
            match[kind] for kind in ("single", "double", "bare") if match[kind] is not None
        )
        if not _is_default(name, setting):
            yield name, setting.upper() if name == "row_format" else setting


def _is_default(name: str, value: str) -> bool:
    default = "1" if name in _OF_ARIA else _DEFAULTS.get(name, "DEFAULT").strip("'")
    return value.upper() in (default.upper(), "DEFAULT")


# ---------------------------------------------------------------- wanted


def wanted_options(table: Table, dialect: Dialect) -> Options:
    """Return the options that a model's table names, in the catalogs' spelling."""
    given = {
        name.lower(): str(value)
        for name, value in own_options(table.kwargs, dialect).items()
        if value is not None
    }
    options = {
        name: value.upper() if name == "row_format" else value
        for name, value in given.items()
        if name in ALTERABLE - {"collate"} and not _is_default(name, value)
    }
    if "engine" in options:
        options["engine"] = normal_engine(options["engine"])
    collation = table_collation(table, dialect)
    if collation is not None:
        options["collate"] = collation
    if (sql := given_partitions(table, dialect)) is not None:
        options["partition_by"] = str(partitions.parse(sql, list(table.c.keys())))
    return tuple(sorted(options.items()))


def without_defaults(facts: TableFacts, defaults: TableDefaults) -> TableFacts:
    """Return a model's facts without the options that the table would have unasked."""
    options = dict(facts.options)
    hashes = options.get("engine", defaults.engine) == HASHING_ENGINE
    usual = defaults.collation(facts.key.schema)
    columns = facts.columns
    if "collate" not in options and usual is not None:
        columns = tuple(
            replace(column, collation=None) if column.collation == usual else column
            for column in columns
        )
    kept = {
        name: value
        for name, value in options.items()
        if (name, value) not in (("collate", usual), ("engine", defaults.engine))
    }
    return replace(
        facts,
        columns=columns,
        primary_key=facts.primary_key and _with_own_method(facts.primary_key, hashes=hashes),
        indexes=tuple(_with_method(index, hashes=hashes) for index in facts.indexes),
        options=tuple(sorted(kept.items())),
    )


def _with_own_method(key: PrimaryKeyFacts, *, hashes: bool) -> PrimaryKeyFacts:
    is_other = hashes and ("using", "btree") in key.options
    return key if is_other or not key.options else replace(key, options=())


def _with_method(index: IndexFacts, *, hashes: bool) -> IndexFacts:
    """Return an index as its engine keeps it: in a hash table is no order."""
    if not hashes or index.method == "btree":
        return replace(index, method=index.method if hashes else None)
    elements = tuple(replace(each, descending=False) for each in index.elements)
    return replace(index, method=None, elements=elements)


def table_collation(table: Table, dialect: Dialect) -> str | None:
    """Return the collation that a model's table asks for, by its name or its character set's."""
    given = {name.lower(): value for name, value in own_options(table.kwargs, dialect).items()}
    for name in _COLLATE:
        if given.get(name) is not None:
            return normal_collation(str(given[name]))
    for name in _CHARSET:
        if given.get(name) is not None:
            return server_of(dialect).default_collation(normal_charset(str(given[name])))
    return None


def given_partitions(table: Table, dialect: Dialect) -> str | None:
    """Return what stands after PARTITION BY in a model's table; a driver may want `%` doubled."""
    found = partitions.given_text(own_options(table.kwargs, dialect))
    if found is not None and sqla.doubles_percents(dialect):
        found = found.replace("%%", "%")
    return found and with_backticks(found, dialect)


def option_words(table: Table, dialect: Dialect) -> dict[str, dict[str, Any]]:
    """Return the arguments by which a table says options, where those have other names or words."""
    given = own_options(table.kwargs, dialect)
    families = {"collate": (*_COLLATE, *_CHARSET), "partition_by": partitions.OPTIONS}
    words = {
        option: {
            f"{dialect.name}_{name}": value
            for name, value in given.items()
            if name.lower() in names and value is not None
        }
        for option, names in families.items()
    }
    return {option: arguments for option, arguments in words.items() if arguments}


def given_comment(table: Table, dialect: Dialect) -> str | None:
    """Return the comment that a model's table has among its options."""
    comment = own_options(table.kwargs, dialect).get("comment")
    return None if comment is None else str(comment)


# ---------------------------------------------------------------- ALTER TABLE


def alter_clauses(
    options: Mapping[str, Any], dialect: Dialect, defaults: TableDefaults, schema: str | None
) -> list[str]:
    """Return what ALTER TABLE has to say; an option that is None gets its default."""
    lowered = {
        name.lower(): value
        for name, value in options.items()
        if name.lower() not in partitions.OPTIONS
    }
    given = {name: str(value) for name, value in lowered.items() if value is not None}
    clauses = []
    for name in sorted(lowered):
        if name in given or (name in (*_COLLATE, *_CHARSET) and _has_collation(given)):
            continue
        if name in _OF_ARIA and "engine" in lowered:
            continue  # another engine may not know it
        clauses.append(_default_clause(name, defaults, schema))
    keywords: dict[str, Any] = {f"{dialect.name}_{name}": value for name, value in given.items()}
    if keywords:
        table = Table("t", MetaData(), **keywords)
        compiler: Any = dialect.ddl_compiler(dialect, CreateTable(table))
        clauses.append(str(compiler.post_create_table(table)))
    return list(dict.fromkeys(clauses))


def _has_collation(given: Mapping[str, str]) -> bool:
    return any(name in given for name in (*_COLLATE, *_CHARSET))


def _default_clause(name: str, defaults: TableDefaults, schema: str | None) -> str:
    if name == "engine":
        return f"ENGINE={defaults.engine}"
    if name in (*_COLLATE, *_CHARSET):
        collation = defaults.collation(schema)
        return f"COLLATE {collation}" if collation else "DEFAULT CHARACTER SET=DEFAULT"
    return f"{name.upper()}={_DEFAULTS.get(name, 'DEFAULT')}"


def changes_collation(options: Mapping[str, Any]) -> bool:
    """Tell whether the columns that say no collation get another one."""
    return any(name.lower() in (*_COLLATE, *_CHARSET) for name in options)


def has_collation(type_: str) -> bool:
    """Tell whether a type, in normal form, is of text."""
    return _STRING_TYPE.match(type_) is not None


def following_columns(shown: str) -> list[str]:
    """Return the definitions of the columns that have their table's collation, without it.

    MariaDB prints such a column without a character set and collation; MySQL repeats a collation
    that is not the usual one of its character set.
    """
    usual = re.search(r"^\) .*?\bCOLLATE=(\w+)", shown, re.MULTILINE)
    lines = [line for line in definitions(shown) if _STRING_COLUMN.match(line)]
    if usual is not None:
        own = rf" (?:CHARACTER SET \w+ )?COLLATE {usual[1]}\b"
        repeated = re.compile(rf"({_STRING_COLUMN.pattern}{_ARGUMENTS}){own}")
        lines = [repeated.sub(r"\1", line) for line in lines]
    return [line for line in lines if not _OWN_COLLATION.match(line)]


def definitions(shown: str) -> list[str]:
    """Return the definitions of SHOW CREATE TABLE, each of its lines, and what follows them."""
    return [line.strip().removesuffix(",") for line in shown.splitlines()[1:]]


_TYPE = r"(?:(?:var)?char|(?:tiny|medium|long)?text|enum|set)\b"
_STRING_TYPE = re.compile(_TYPE)
_STRING_COLUMN = re.compile(rf"`(?:[^`]|``)+` {_TYPE}")
_ARGUMENTS = r"(?:\((?:'(?:[^']|'')*'|[^')])*\))?"
_OWN_COLLATION = re.compile(rf"{_STRING_COLUMN.pattern}{_ARGUMENTS} (?:CHARACTER SET|COLLATE)\b")
