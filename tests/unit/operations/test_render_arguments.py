"""Every argument of every directive is written, and comes back when the file calls `op`.

The directives are those of `limbeck.operations.ops`: one without cases fails here, and so does an
argument of a constructor, or of a method of `op` or `batch_op`, that no case writes.
"""

from __future__ import annotations

import ast
import datetime
import decimal
import inspect
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from limbeck.operations import BatchOperations, MigrateOperation, Operations, ops
from tests.rendering import PlainRenderContext, evaluate, make_dialect, table_sql

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """A directive with the arguments it must have, and those that it may have."""

    directive: type[MigrateOperation]
    method: str
    required: Arguments
    optional: Arguments = field(default_factory=dict)
    plain_only: Arguments = field(default_factory=dict)
    batch_only: Arguments = field(default_factory=dict)

    def directives(self, further: Arguments) -> Iterator[MigrateOperation]:
        """Yield the directive with each optional argument alone, with none and with all."""
        optional = {**self.optional, **further}
        yield self.directive(**self.required)
        for name, value in optional.items():
            yield self.directive(**self.required, **{name: value})
        if len(optional) > 1:
            yield self.directive(**self.required, **optional)


def column() -> sa.Column[Any]:
    return sa.Column(
        "x", sa.Numeric(8, 2), server_default=sa.text("1"), nullable=False, comment="c"
    )


def items() -> list[SchemaItem]:
    return [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("y", sa.Integer, sa.Computed("id + 1", persisted=True)),
        sa.UniqueConstraint("y", name="uq", deferrable=True, initially="DEFERRED"),
        sa.CheckConstraint("y <> ''", name="ck"),
        sa.ForeignKeyConstraint(["id"], ["u.id"], name="fk", ondelete="CASCADE"),
    ]


SEQUENCE = {
    "type_": sa.BigInteger(),
    "start": 5,
    "increment": 2,
    "minvalue": 1,
    "maxvalue": 99,
    "cycle": True,
    "cache": 3,
    "schema": "s",
}
DOMAIN = {
    "nullable": False,
    "default": "'it''s'",
    "collation": "C",
    "checks": {"ck": "VALUE <> '%'"},
    "schema": "s",
}
DEFERRAL = {"deferrable": True, "initially": "DEFERRED"}
VALUES = {
    "plain": "it's",
    "none": None,
    "day": datetime.date(2024, 2, 29),
    "moment": datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC),
    "amount": decimal.Decimal("1.50"),
    "key": uuid.UUID(int=7),
    "raw": b"\x00",
}

CASES = [
    Case(
        ops.CreateTableOp,
        "create_table",
        {"table_name": "t", "columns": items()},
        {
            "schema": "s",
            "if_not_exists": True,
            "comment": "it's",
            "info": {"a": 1},
            "prefixes": ["TEMPORARY"],
            "mysql_engine": "InnoDB",
            "postgresql_on_commit": "DROP",
        },
    ),
    Case(ops.DropTableOp, "drop_table", {"table_name": "t"}, {"schema": "s", "if_exists": True}),
    Case(
        ops.RenameTableOp,
        "rename_table",
        {"old_table_name": "t", "new_table_name": "u"},
        {"schema": "s", "new_schema": "s2"},
    ),
    Case(
        ops.RenameTableOp,
        "rename_table",
        {"old_table_name": "t", "new_table_name": "t", "schema": "s"},
        {"new_schema": None},
    ),
    Case(
        ops.AlterTableOptionsOp,
        "alter_table_options",
        {"table_name": "t", "options": {"mysql_engine": "InnoDB", "prefixes": ["UNLOGGED"]}},
        {"existing_options": {"mysql_engine": "MyISAM", "postgresql_with": None}, "schema": "s"},
    ),
    Case(
        ops.AddColumnOp,
        "add_column",
        {"table_name": "t", "column": column()},
        {"if_not_exists": True, "inline_references": True, "inline_primary_key": False},
        plain_only={"schema": "s"},
        batch_only={"insert_before": "a", "insert_after": "b"},
    ),
    Case(
        ops.DropColumnOp,
        "drop_column",
        {"table_name": "t", "column_name": "x"},
        {"if_exists": True, "mssql_drop_default": True, "schema": "s"},
    ),
    Case(
        ops.AlterColumnOp,
        "alter_column",
        {"table_name": "t", "column_name": "x"},
        {
            "existing_type": sa.Integer(),
            "existing_nullable": False,
            "existing_comment": "old",
            "modify_comment": "it's",
            "modify_name": "y",
            "modify_type": postgresql.ARRAY(sa.String(9)),
            "postgresql_using": "x::text",
            "autoincrement": False,
            "replace": True,
            "sqlite_on_conflict_not_null": "FAIL",
            "existing_options": {"sqlite_on_conflict_not_null": None},
            "schema": "s",
        },
        batch_only={"insert_before": "a", "insert_after": "b"},
    ),
    *(
        Case(ops.AlterColumnOp, "alter_column", {"table_name": "t", "column_name": "x", **given})
        for given in (
            {"modify_nullable": True},
            {"modify_nullable": False},
            {"modify_comment": None},
            {"modify_server_default": None},
            {"modify_server_default": "q"},
            {"modify_server_default": sa.func.now()},
            {"existing_server_default": sa.text("1")},
            {
                "existing_server_default": sa.Identity(start=2),
                "modify_server_default": sa.Identity(always=True, start=3, cache=4),
            },
            {"modify_server_default": sa.Computed("a + 1", persisted=True)},
            {"postgresql_using": sa.text("x::text")},
        )
    ),
    Case(
        ops.CreateIndexOp,
        "create_index",
        {
            "index_name": "ix",
            "table_name": "t",
            "columns": ["a", sa.text("lower(b)"), sa.column("c").desc().nulls_last()],
        },
        {
            "schema": "s",
            "unique": True,
            "if_not_exists": True,
            "postgresql_using": "gin",
            "postgresql_where": sa.text("a > 1"),
            "postgresql_include": ["d"],
            "postgresql_ops": {"a": "text_pattern_ops"},
            "postgresql_with": {"fillfactor": 70},
            "postgresql_nulls_not_distinct": True,
            "mysql_length": {"a": 10},
            "mysql_prefix": "FULLTEXT",
            "mysql_with_parser": "ngram",
            "sqlite_where": sa.column("a") > 1,
            "mssql_clustered": True,
            "oracle_bitmap": True,
        },
    ),
    Case(
        ops.DropIndexOp,
        "drop_index",
        {"index_name": "ix", "table_name": "t"},
        {"schema": "s", "if_exists": True, "postgresql_concurrently": True},
    ),
    Case(
        ops.RenameIndexOp,
        "rename_index",
        {"index_name": "ix", "new_index_name": "iy", "table_name": "t"},
        {"schema": "s"},
    ),
    Case(
        ops.CreatePrimaryKeyOp,
        "create_primary_key",
        {"constraint_name": "pk", "table_name": "t", "columns": ["a", "b c"]},
        {"schema": "s", "postgresql_include": ["d"], **DEFERRAL},
    ),
    Case(
        ops.CreateUniqueConstraintOp,
        "create_unique_constraint",
        {"constraint_name": "uq", "table_name": "t", "columns": ["a", "b c"]},
        {"schema": "s", "postgresql_nulls_not_distinct": True, **DEFERRAL},
    ),
    Case(
        ops.CreateCheckConstraintOp,
        "create_check_constraint",
        {"constraint_name": "ck", "table_name": "t", "condition": r"a > 1 AND b = '%\:x'"},
        {"schema": "s", "postgresql_not_valid": True, **DEFERRAL},
    ),
    Case(
        ops.CreateForeignKeyOp,
        "create_foreign_key",
        {
            "constraint_name": "fk",
            "source_table": "t",
            "referent_table": "u",
            "local_cols": ["a", "b"],
            "remote_cols": ["c", "d"],
        },
        {
            "onupdate": "CASCADE",
            "ondelete": "SET NULL",
            "match": "FULL",
            "source_schema": "s",
            "referent_schema": "r",
            "use_alter": True,
            "postgresql_not_valid": True,
            **DEFERRAL,
        },
    ),
    Case(
        ops.CreateExcludeConstraintOp,
        "create_exclude_constraint",
        {
            "constraint_name": "ex",
            "table_name": "t",
            "elements": [("a", "&&"), (sa.text("lower(b)"), "=")],
            "using": "spgist",
        },
        {"where": "a > 5", "schema": "s", "ops": {"a": "x_ops"}, **DEFERRAL},
    ),
    Case(
        ops.DropConstraintOp,
        "drop_constraint",
        {"constraint_name": "ck", "table_name": "t"},
        {"type_": "check", "schema": "s"},
        plain_only={"if_exists": True},
    ),
    Case(
        ops.RenameConstraintOp,
        "rename_constraint",
        {"table_name": "t", "constraint_name": "ck", "new_constraint_name": "cl"},
        {"schema": "s", "type_": "check"},
    ),
    Case(
        ops.CreateTableCommentOp,
        "create_table_comment",
        {"table_name": "t", "comment": "it's"},
        {"schema": "s", "existing_comment": "old"},
    ),
    Case(
        ops.DropTableCommentOp,
        "drop_table_comment",
        {"table_name": "t"},
        {"schema": "s", "existing_comment": "old"},
    ),
    Case(
        ops.SetConstraintCommentOp,
        "set_constraint_comment",
        {"constraint_name": "ck", "table_name": "t", "comment": "it's"},
        {"schema": "s", "existing_comment": "old"},
    ),
    Case(
        ops.SetConstraintCommentOp,
        "set_constraint_comment",
        {"constraint_name": "ck", "table_name": "t", "comment": None},
    ),
    Case(
        ops.CreateEnumOp,
        "create_enum",
        {"enum_name": "e", "values": ["a", "it's"]},
        {"schema": "s"},
    ),
    Case(
        ops.AlterEnumOp,
        "alter_enum",
        {"enum_name": "e", "values": ["a", "c"]},
        {
            "existing_values": ["a", "b"],
            "renames": {"b": "c"},
            "replacements": {"b": "a"},
            "use_at_once": True,
            "schema": "s",
        },
    ),
    Case(
        ops.AlterEnumOp, "alter_enum", {"enum_name": "e", "values": [], "replacements": {"b": ...}}
    ),
    Case(ops.DropEnumOp, "drop_enum", {"enum_name": "e"}, {"schema": "s"}),
    Case(ops.CreateDomainOp, "create_domain", {"domain_name": "d", "type_": sa.String(9)}, DOMAIN),
    Case(ops.CreateDomainOp, "create_domain", {"domain_name": "d", "type_": "citext"}),
    Case(
        ops.AlterDomainOp,
        "alter_domain",
        {
            "domain_name": "d",
            "type_": postgresql.CITEXT(),
            "existing": {"type_": sa.String(9), "nullable": True, "checks": {"ck": "VALUE > ''"}},
        },
        DOMAIN,
    ),
    Case(ops.DropDomainOp, "drop_domain", {"domain_name": "d"}, {"schema": "s"}),
    Case(ops.CreateSchemaOp, "create_schema", {"schema_name": "s"}, {"if_not_exists": True}),
    Case(
        ops.SetSchemaOp,
        "set_schema",
        {"object_name": "e", "new_schema": "s", "type_": "sequence"},
        {"schema": "s"},
    ),
    Case(
        ops.SetSchemaOp,
        "set_schema",
        {"object_name": "e", "new_schema": None, "type_": "type", "schema": "s"},
    ),
    Case(ops.DropSchemaOp, "drop_schema", {"schema_name": "s"}, {"if_empty": True}),
    Case(ops.CreateSequenceOp, "create_sequence", {"sequence_name": "q"}, SEQUENCE),
    Case(
        ops.AlterSequenceOp,
        "alter_sequence",
        {"sequence_name": "q"},
        {"existing": {"type_": sa.SmallInteger(), "start": 1}, **SEQUENCE},
    ),
    Case(ops.DropSequenceOp, "drop_sequence", {"sequence_name": "q"}, {"schema": "s"}),
    Case(
        ops.RenameSequenceOp,
        "rename_sequence",
        {"sequence_name": "q", "new_sequence_name": "r"},
        {"schema": "s", "if_exists": True},
    ),
    Case(
        ops.ExecuteSQLOp,
        "execute",
        {"sqltext": "UPDATE t SET a = '%s' WHERE b = \"c\""},
        {"execution_options": {"no_parameters": True}},
    ),
    Case(ops.ExecuteSQLOp, "execute", {"sqltext": "UPDATE t\nSET a = 1\n"}),
    Case(ops.ExecuteSQLOp, "execute", {"sqltext": sa.text(r"UPDATE t SET a = '\:x'")}),
    Case(
        ops.BulkInsertOp,
        "bulk_insert",
        {
            "table": sa.table(
                "t", *(sa.column(name, sa.String(9)) for name in VALUES), schema="S s"
            ),
            "rows": [VALUES, {**VALUES, "plain": sa.text("now()")}],
        },
        {"multiinsert": False},
    ),
    Case(
        ops.BackfillOp,
        "backfill",
        {"table": "t", "values": {**VALUES, "b c": sa.text("lower(c)"), "d": sa.func.now()}},
        {
            "where": sa.or_(sa.column("a") > 1, sa.column("b") == "x:y"),
            "batch_size": 7,
            "schema": "s",
        },
    ),
    Case(
        ops.RenameValuesOp,
        "rename_values",
        {"table_name": "t", "column_name": "b c", "names": {"it's": "a", "a": "50%"}},
        {"schema": "S s"},
    ),
]

WRITTEN_AS_ANOTHER = {ops.FillInOp}
"""What is written as `op.execute()` on a table; tests/unit/autogenerate/test_data_steps.py."""

NOT_A_STEP = {
    ops.AddConstraintOp,
    ops.AlterTableOp,
    ops.DowngradeOps,
    ops.MigrateOperation,
    ops.MigrationScript,
    ops.ModifyTableOps,
    ops.OpContainer,
    ops.UpgradeOps,
}
"""Base classes and containers."""

NOT_WRITTEN = {
    (ops.DropTableOp, "table_kw"),
    (ops.DropConstraintOp, "columns"),
    (ops.DropConstraintOp, "references"),
    (ops.DropConstraintOp, "condition"),
}
"""Arguments that only the way back has, or that stand in for a name: the test below."""


class Context(PlainRenderContext):
    """A render context inside or outside of a batch block."""

    def __init__(self, dialect: str = "postgresql", *, in_batch: bool = False) -> None:
        super().__init__(dialect)
        self.has_batch = in_batch


class RecordingOperations(Operations):
    """Keeps the directive instead of running it."""

    invoked: MigrateOperation | None = None

    def invoke(self, operation: MigrateOperation) -> Any:
        self.invoked = operation


class RecordingBatchOperations(BatchOperations):
    """Keeps the directive instead of running it."""

    invoked: MigrateOperation | None = None

    def invoke(self, operation: MigrateOperation) -> Any:
        self.invoked = operation


def written(directive: MigrateOperation, context: Context) -> tuple[str, MigrateOperation]:
    """Return the source of a directive, and the directive that `op` or `batch_op` makes of it."""
    source = "\n".join(context.render_op(directive))
    table = getattr(directive, "source_table", getattr(directive, "table_name", None))
    schema = getattr(directive, "schema", None)
    if isinstance(directive, ops.CreateForeignKeyOp):
        schema = directive.kw.get("source_schema")
    place: Any = SimpleNamespace(table_name=table, schema=schema)
    batch = RecordingBatchOperations(context.migration_context, impl=place)
    plain = RecordingOperations(context.migration_context)
    modules: dict[str, Any] = {}
    for line in sorted(context.imports):
        import_line(line, modules)
    evaluate(source, **modules, **({"batch_op": batch} if context.has_batch else {"op": plain}))
    invoked = (batch if context.has_batch else plain).invoked
    assert invoked is not None
    return source, invoked


def import_line(line: str, modules: dict[str, Any]) -> None:
    """Put what an import line of a revision file names into `modules`."""
    (statement,) = ast.parse(line).body
    assert isinstance(statement, ast.Import | ast.ImportFrom)
    for alias in statement.names:
        path = f"{statement.module}.{alias.name}" if isinstance(statement, ast.ImportFrom) else ""
        modules[alias.name.split(".")[0]] = (
            __import__(path, fromlist=["x"]) if path else __import__(alias.name)
        )


def plain_cases() -> list[MigrateOperation]:
    return [each for case in CASES for each in case.directives(case.plain_only)]


def batch_cases() -> list[MigrateOperation]:
    in_batch = [case for case in CASES if hasattr(BatchOperations, case.method)]
    return [each for case in in_batch for each in case.directives(case.batch_only)]


@pytest.mark.parametrize("in_batch", [False, True])
def test_arguments_come_back_from_the_file(in_batch: bool) -> None:
    for directive in batch_cases() if in_batch else plain_cases():
        source, invoked = written(directive, Context(in_batch=in_batch))
        assert type(invoked) is type(directive), source
        assert arguments_of(invoked) == arguments_of(directive), source


def arguments_of(directive: MigrateOperation) -> dict[str, Any]:
    """Return what a directive was made with, as values that can be compared."""
    own = {name: value for name, value in vars(directive).items() if not name.startswith("_")}
    if isinstance(directive, ops.CreateTableOp):
        own["columns"] = table_sql(directive.to_table(), make_dialect("postgresql"))
    if isinstance(directive, ops.AlterColumnOp):
        # the keyword is written for the alteration, not for the way back
        own.pop("reverse_kw")
    for name in ("comment", "info", "prefixes"):
        own[name] = own.get(name) or None
    found: dict[str, Any] = comparable(own)
    return found


def comparable(value: Any) -> Any:
    """Return plain values: an expression's SQL, a type's and a generated column's text."""
    match value:
        case sa.Column():
            table = sa.Table("t", sa.MetaData(), value._copy())
            return table_sql(table, make_dialect("postgresql"))
        case sa.TableClause():
            return [value.fullname, [(each.name, repr(each.type)) for each in value.columns]]
        case sa.Computed() | sa.Identity():
            return comparable(sa.Column("x", sa.Integer, value._copy()))
        case ClauseElement():
            return sql_of(value)
        case TypeEngine():
            return repr(value)
        case str():
            return str.__str__(value)
        case Mapping():
            pairs = ((str(key), comparable(item)) for key, item in value.items())
            return {key: item for key, item in pairs if item is not None}
        case list() | tuple():
            return [comparable(item) for item in value]
        case _:
            return value


def sql_of(expression: ClauseElement) -> str:
    options = {"literal_binds": True}
    sql = expression.compile(dialect=make_dialect("postgresql"), compile_kwargs=options)
    return str(sql).replace("%%", "%")


def test_every_directive_has_cases() -> None:
    named = {getattr(ops, name) for name in ops.__all__}
    assert named - {case.directive for case in CASES} == NOT_A_STEP | WRITTEN_AS_ANOTHER


def test_every_argument_of_a_constructor_has_a_case() -> None:
    given: dict[type[MigrateOperation], set[str]] = {}
    for case in CASES:
        all_ = (case.required, case.optional, case.plain_only, case.batch_only)
        given.setdefault(case.directive, set()).update(*all_)
    lacking = {
        (directive, name)
        for directive, names in given.items()
        for name, parameter in inspect.signature(directive).parameters.items()
        if not name.startswith("_")
        and parameter.kind is not parameter.VAR_KEYWORD
        and name not in names
    }
    assert lacking == NOT_WRITTEN


@pytest.mark.parametrize("in_batch", [False, True])
def test_every_argument_of_op_is_written(in_batch: bool) -> None:
    operations = BatchOperations if in_batch else Operations
    seen: dict[str, set[str]] = {case.method: set() for case in CASES}
    for directive in batch_cases() if in_batch else plain_cases():
        called = calls_in(written(directive, Context(in_batch=in_batch))[0])
        for name, arguments in called:
            seen[name] |= arguments
    lacking = {
        (name, parameter)
        for name in seen
        if hasattr(operations, name)
        for parameter in named_parameters(operations, name) - seen[name]
    }
    in_other_words = {("drop_constraint", "condition")}
    in_other_words |= (
        {("drop_constraint", n) for n in ("columns", "references")} if in_batch else set()
    )
    assert lacking == in_other_words


def signature_of(operations: type[Any], name: str) -> inspect.Signature:
    signature = inspect.signature(getattr(operations, name))
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def named_parameters(operations: type[Any], name: str) -> set[str]:
    variable = (inspect.Parameter.VAR_KEYWORD,)
    parameters = signature_of(operations, name).parameters.values()
    return {each.name for each in parameters if each.kind not in variable}


def calls_in(source: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the operation that source calls, and the parameters it gives."""
    for statement in ast.parse(source).body:
        match statement:
            case ast.Expr(
                ast.Call(ast.Attribute(ast.Name(owner), name), arguments, keywords=keywords)
            ):
                operations = BatchOperations if owner == "batch_op" else Operations
                given = {each.arg: None for each in keywords if each.arg is not None}
                bound = signature_of(operations, name).bind_partial(*arguments, **given)
                yield name, set(bound.arguments)
            case _:
                raise AssertionError(f"no call of an operation: {source}")


def test_drop_of_a_nameless_constraint_says_what_finds_it() -> None:
    by_condition = ops.DropConstraintOp(None, "t", "check", condition="a > 1")
    by_columns = ops.DropConstraintOp(None, "t", "unique", columns=["a", "b"])
    by_target = ops.DropConstraintOp(None, "t", "foreignkey", columns=["a"], references=["s.b"])
    plain, invoked = written(by_condition, Context("mysql"))
    assert plain == "op.drop_constraint(None, 't', type_='check', condition='a > 1')"
    assert arguments_of(invoked) == arguments_of(by_condition)
    for directive in (by_condition, by_columns, by_target):
        _, invoked = written(directive, Context(in_batch=True))
        assert arguments_of(invoked) == arguments_of(directive)
