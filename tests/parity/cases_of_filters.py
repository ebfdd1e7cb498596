"""Cases of `include_object`, `include_name`, schemas and plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData

from tests.parity.cases import CASES, Case, Side, case, changed_everywhere, pair, users


def leave_out(kind: str, *names: str) -> Callable[[Side], Case]:
    """Return a case in which `include_object` leaves out a kind of object, or some of it."""

    def build(side: Side) -> Case:
        old, new = changed_everywhere()

        def include(obj: Any, name: Any, type_: str, reflected: bool, compare_to: Any) -> bool:
            return type_ != kind or bool(names and name not in names)

        return Case(old, new, {"include_object": include})

    return build


for _kind in ("table", "column", "index", "unique_constraint", "foreign_key_constraint"):
    CASES[f"include_object without {_kind}"] = leave_out(_kind)
CASES["include_object without some columns"] = leave_out("column", "gone", "altered")


def hide(kind: str, *names: str) -> Callable[[Side], Case]:
    """Return a case in which `include_name` hides names of the database."""

    def build(side: Side) -> Case:
        old, new = changed_everywhere()
        heard: list[Any] = []

        def include(name: Any, type_: str, parents: Mapping[str, Any]) -> bool:
            if name in ("users", "altered", "ix_old", "fk_old"):
                heard.append([name, type_, sorted(parents), parents["schema_qualified_table_name"]])
            return type_ != kind or bool(names and name not in names)

        return Case(old, new, {"include_name": include}, heard=heard)

    return build


for _kind in ("table", "column", "index", "unique_constraint", "foreign_key_constraint"):
    CASES[f"include_name without {_kind}"] = hide(_kind)
CASES["include_name without some tables"] = hide("table", "dropped", "untouched")
CASES["include_name without a schema"] = hide("schema")


@case
def include_object_hears_of_changes(side: Side) -> Case:
    old, new = changed_everywhere()
    heard: list[Any] = []

    def include(obj: Any, name: Any, type_: str, reflected: bool, compare_to: Any) -> bool:
        other = getattr(compare_to, "name", None)
        kinds = [type(each).__name__ for each in (obj, compare_to)]
        if name not in ("parents", "untouched", "same"):  # nothing is asked of what is equal
            heard.append([name, type_, reflected, other, *kinds])
        return True

    return Case(old, new, {"include_object": include}, heard=heard)


@case
def tables_of_the_models_only(side: Side) -> Case:
    old, new = changed_everywhere()

    def include(name: Any, type_: str, parents: Mapping[str, Any]) -> bool:
        return type_ != "table" or parents["schema_qualified_table_name"] in new.tables

    return Case(old, new, {"include_name": include})


@case
def info_of_a_column_leaves_it_out(side: Side) -> Case:
    def include(obj: Any, name: Any, type_: str, reflected: bool, compare_to: Any) -> bool:
        return not obj.info.get("skip_autogenerate", False)

    made = pair(
        [Column("a", Integer)],
        [Column("b", Integer, info={"skip_autogenerate": True}), Column("c", Integer)],
        include_object=include,
    )
    assert isinstance(made.after, MetaData)
    users(made.after, name="view", info={"skip_autogenerate": True})
    return made


def in_schema(side: Side, **opts: Any) -> Case | None:
    """Return changes in a second schema, with keys across both."""
    schema = side.second_schema
    if schema is None:
        return None
    old, new = MetaData(), MetaData()
    for metadata in (old, new):
        users(metadata, name="parents")
    users(old, Column("a", Integer), Index("ix_a", "a"), name="moved", schema=schema)
    users(
        new,
        Column("b", Integer, ForeignKey("parents.id", name="fk_b")),
        sa.UniqueConstraint("b", name="uq_b"),
        name="moved",
        schema=schema,
    )
    users(old, name="dropped", schema=schema)
    users(new, Column("m", Integer, index=True), name="created", schema=schema)
    users(new, Column("p", ForeignKey(f"{schema}.moved.id", name="fk_p")), name="here")
    return Case(old, new, opts)


@case
def include_schemas(side: Side) -> Case | None:
    def include(name: Any, type_: str, parents: Mapping[str, Any]) -> bool:
        return type_ != "schema" or name in (None, side.second_schema)

    return in_schema(side, include_schemas=True, include_name=include)


@case
def schemas_with_default_only(side: Side) -> Case | None:
    def include(name: Any, type_: str, parents: Mapping[str, Any]) -> bool:
        return type_ != "schema" or name is None

    return in_schema(side, include_schemas=True, include_name=include)


@case
def schemas_without_default(side: Side) -> Case | None:
    def include(name: Any, type_: str, parents: Mapping[str, Any]) -> bool:
        return type_ != "schema" or name == side.second_schema

    return in_schema(side, include_schemas=True, include_name=include)


@case
def tables_in_a_schema_of_the_models(side: Side) -> Case | None:
    def include(name: Any, type_: str, parents: Mapping[str, Any]) -> bool:
        if type_ == "schema":
            return name in (None, side.second_schema)
        if type_ == "table":
            return parents["schema_qualified_table_name"] in found.after.tables  # type: ignore[union-attr]  # one
        return True

    found = in_schema(side, include_schemas=True, include_name=include)
    assert found is None or isinstance(found.after, MetaData)
    return found


def with_plugins(*patterns: str) -> Callable[[Side], Case]:
    """Return a case in which plugins are chosen by patterns."""

    def build(side: Side) -> Case:
        old, new = MetaData(), MetaData()
        users(old, Column("a", Integer, server_default="1"), Column("b", Integer, comment="x"))
        users(
            new,
            Column("a", sa.BigInteger(), server_default="2", nullable=False),
            Column("b", Integer, comment="y"),
            Column("c", Integer, index=True),
            sa.UniqueConstraint("b", name="uq_b"),
            comment="z",
        )
        users(new, name="created")
        return Case(old, new, {"autogenerate_plugins": list(patterns)})

    return build


for _patterns in (
    ("alembic.autogenerate.*",),
    ("alembic.autogenerate.*", "~alembic.autogenerate.comments"),
    ("alembic.autogenerate.*", "~alembic.autogenerate.types"),
    ("alembic.autogenerate.*", "~alembic.autogenerate.defaults"),
    ("alembic.autogenerate.*", "~alembic.autogenerate.constraints"),
    ("alembic.autogenerate.*", "~alembic.autogenerate.nullable"),
    ("alembic.autogenerate.tables",),
    ("alembic.autogenerate.tables", "alembic.autogenerate.types"),
    ("alembic.autogenerate.schemas", "alembic.autogenerate.tables"),
    ("alembic.autogenerate.types",),
    ("alembic.autogenerate.schemas",),
    ("alembic.autogenerate.schemas", "alembic.autogenerate.types"),
    ("alembic.autogenerate.schemas", "alembic.autogenerate.tables", "alembic.autogenerate.types"),
    (
        "alembic.autogenerate.schemas",
        "alembic.autogenerate.tables",
        "alembic.autogenerate.defaults",
    ),
    (
        "alembic.autogenerate.schemas",
        "alembic.autogenerate.tables",
        "alembic.autogenerate.constraints",
    ),
    (
        "alembic.autogenerate.schemas",
        "alembic.autogenerate.tables",
        "alembic.autogenerate.comments",
    ),
    ("alembic.autogenerate.schemas", "alembic.autogenerate.constraints"),
    ("alembic.autogenerate.*", "~alembic.autogenerate.schemas"),
    ("alembic.autogenerate.*", "~alembic.autogenerate.tables"),
    ("~alembic.autogenerate.types", "alembic.autogenerate.*"),
):
    CASES[f"plugins {' '.join(_patterns)}"] = with_plugins(*_patterns)


@case
def several_metadata(side: Side) -> Case:
    old, one, two = MetaData(), MetaData(), MetaData()
    users(old, name="a")
    users(old, name="b")
    users(old, name="c")
    users(one, Column("x", Integer), name="a")
    users(two, Column("y", Integer), name="b")
    users(two, Column("a", Integer), name="d")
    return Case(old, [one, two])


@case
def as_batch(side: Side) -> Case:
    old, new = changed_everywhere()
    return Case(old, new, {"render_as_batch": True})


@case
def prefixes(side: Side) -> Case:
    old, new = changed_everywhere()
    return Case(old, new, {"sqlalchemy_module_prefix": "S.", "alembic_module_prefix": "O."})


@case
def no_prefixes(side: Side) -> Case:
    old, new = changed_everywhere()
    return Case(old, new, {"sqlalchemy_module_prefix": "", "alembic_module_prefix": ""})


@case
def version_table_of_another_name(side: Side) -> Case:
    made = pair([], [Column("a", Integer)], version_table="own_versions", version_table_pk=False)
    made.sql = ["CREATE TABLE own_versions (version_num VARCHAR(32) NOT NULL)"]
    made.undo = ["DROP TABLE own_versions"]
    return made
