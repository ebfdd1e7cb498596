"""The steps for rows that are in the way: asked for, then written beside the directives.

After the comparison and before users' hooks, `add_data_steps` looks at the rows that a change depends
on, and rewrites what would fail:

    add NOT NULL column            →  add it nullable · fill it in · set NOT NULL
    NOT NULL, type, unique, check,
    foreign key over bad rows      →  fill in or delete those rows · the change, with a remark

What a downgrade would fail on is remarked, with the steps that work commented out below.
"""

from __future__ import annotations

import textwrap
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import EllipsisType
from typing import Any

from sqlalchemy import Column, Dialect

from limbeck import sqla
from limbeck.autogenerate.context import AutogenContext
from limbeck.autogenerate.rows import Answer, ask, general_type, on_one_line
from limbeck.ddl.impl import DefaultImpl
from limbeck.ddl.offline import compile_statement
from limbeck.diff import ways
from limbeck.diff.data import Kind, Names, Question, questions
from limbeck.diff.types import without_check
from limbeck.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    AlterEnumOp,
    DowngradeOps,
    DropConstraintOp,
    FillInOp,
    MigrateOperation,
    ModifyTableOps,
    UpgradeOps,
)
from limbeck.schema.options import column_arguments

Answers = Mapping[int, Sequence[Answer]]
"""By the identity of the directive."""

_STEPS = {
    Kind.NULLS: "Give them a value, or delete them.",
    Kind.UNFIT: "Give them another value, or delete them.",
    Kind.ORPHANS: "Let them refer to a row that is there, to NULL, or delete them.",
    Kind.VIOLATIONS: "Give them values that it allows, or delete them.",
    Kind.OUTSIDE: "Give them values that it allows, or delete them.",
    Kind.DUPLICATES: "Say which rows to delete, or change their values instead.",
}
"""What is to be done about rows in the way, where a step is written for it."""


def add_data_steps(
    context: AutogenContext, upgrade_ops: UpgradeOps, downgrade_ops: DowngradeOps
) -> None:
    """Look at the rows that the directives depend on, and write what they need."""
    impl: DefaultImpl = context.migration_context.impl
    connection = context.require_connection()
    names = Names()
    found = ask(connection, impl, questions(upgrade_ops.ops, impl, names))
    for answer in found:
        if answer.count is not None:
            warnings.warn(f"{_said(answer)}. {_consequence(answer)}", stacklevel=2)
    upgrade_ops.ops[:] = rewrite(upgrade_ops.ops, _by_directive(found), impl)
    back = questions(downgrade_ops.ops, impl, names)
    _remark_checks(back, found)
    added = [question for question in back if isinstance(question.directive, AddColumnOp)]
    _remark_downgrade(context, downgrade_ops, ask(connection, impl, added))


def rewrite(
    ops: Iterable[MigrateOperation], answers: Answers, impl: DefaultImpl
) -> list[MigrateOperation]:
    """Return the directives with remarks, and with steps for the rows that are in their way."""
    result: list[MigrateOperation] = []
    for each in ops:
        if isinstance(each, ModifyTableOps) and any(id(op) in answers for op in each.ops):
            result += _Steps(each, answers, impl).write()
        else:
            if id(each) in answers:
                each.remark = _remark(answers[id(each)])
                steps = (_fill_in(answer, impl) for answer in answers[id(each)])
                result += [step for step in steps if step is not None]
                if isinstance(each, AlterEnumOp):
                    _leave_replacements(each, answers[id(each)])
            result.append(each)
    return result


def _leave_replacements(directive: AlterEnumOp, answers: Sequence[Answer]) -> None:
    """Let the user say what rows get in place of values that go."""
    known = [answer for answer in answers if answer.count is not None]
    values = dict.fromkeys(answer.question.value or "" for answer in known)
    if not values:
        return
    directive.replacements = {**directive.replacements, **dict.fromkeys(values, ...)}
    directive.remark = "\n".join(
        [
            *(f"### FILL IN: {_said(each)}. ###\n    {each.sql}" for each in known),
            "Write the value that they get in its place.",
        ]
    )


class _Steps:
    """The directives of one table, cut where the rows have to be changed in between."""

    def __init__(self, container: ModifyTableOps, answers: Answers, impl: DefaultImpl) -> None:
        self._container = container
        self._answers = answers
        self._impl = impl
        self._result: list[MigrateOperation] = []
        self._before: list[MigrateOperation] = []
        self._open: list[MigrateOperation] = []
        self._added: list[tuple[AddColumnOp, Answer]] = []

    def write(self) -> list[MigrateOperation]:
        """Return containers of the directives, with the steps for rows between them."""
        for directive in self._container.ops:
            answers = self._answers.get(id(directive), ())
            if not isinstance(directive, AddColumnOp):
                self._fill_added()
                self._append(directive, answers)
            elif any(each.question.kind is Kind.NO_VALUE and each.count for each in answers):
                self._open.append(_nullable(directive))
                self._added.append((directive, answers[0]))
            else:
                self._append(directive, answers)
        self._fill_added()
        self._close()
        return self._result

    def _append(self, directive: MigrateOperation, answers: Sequence[Answer]) -> None:
        """Put the directive behind the others, and steps for rows as far in front as they can be."""
        steps = [step for step in (_fill_in(answer, self._impl) for answer in answers) if step]
        touched = self._touched() & {name for each in answers for name in _names(each)}
        if steps and (touched or self._frees()):
            self._close()
        if steps and isinstance(directive, AlterColumnOp) and self._impl.lists_enum_values:
            widening = ways.widening(directive)
            self._open += [] if widening is None else [widening]
            self._close()
        self._before += steps
        if answers:
            directive.remark = _remark(answers)
        self._open.append(directive)

    def _touched(self) -> set[str]:
        """Return the columns that the open directives add or alter."""
        found: set[str] = set()
        for each in self._open:
            if isinstance(each, AddColumnOp):
                found.add(each.column.name)
            elif isinstance(each, AlterColumnOp):
                found |= {each.column_name, str(each.modify_name or each.column_name)}
        return found

    def _frees(self) -> bool:
        """Tell whether the open directives drop what may forbid the values that rows get."""
        return any(isinstance(each, DropConstraintOp) for each in self._open)

    def _fill_added(self) -> None:
        """Fill the columns added so far, and let them be NOT NULL."""
        if not self._added:
            return
        self._close()
        directives = [directive for directive, _ in self._added]
        self._result.append(_fill_in_added(self._added))
        self._added = []
        for directive in directives:
            self._open.append(_not_null(directive, self._impl.dialect))

    def _close(self) -> None:
        container = self._container
        self._result += self._before
        if self._open:
            part = ModifyTableOps(container.table_name, self._open, schema=container.schema)
            part.remark = container.remark if not self._result else None
            self._result.append(part)
        self._before, self._open = [], []


def _by_directive(answers: Iterable[Answer]) -> Answers:
    found: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        found[id(answer.question.directive)].append(answer)
    return found


def _names(answer: Answer) -> Iterator[str]:
    yield from (column.name for column in answer.columns)


def _nullable(directive: AddColumnOp) -> AddColumnOp:
    """Return the addition of the same column, which takes NULL until it is filled."""
    column = sqla.copy_column(directive.column)
    column.nullable = True
    added = AddColumnOp(
        directive.table_name,
        column,
        schema=directive.schema,
        if_not_exists=directive.if_not_exists,
        inline_references=directive.inline_references,
        inline_primary_key=directive.inline_primary_key,
        **directive.kw,
    )
    added.remark = directive.remark
    return added


def _not_null(directive: AddColumnOp, dialect: Dialect) -> AlterColumnOp:
    column = directive.column
    altered = AlterColumnOp(
        directive.table_name,
        column.name,
        schema=directive.schema,
        existing_type=without_check(column.type),
        existing_nullable=True,
        existing_comment=column.comment,
        modify_nullable=False,
        **column_arguments(dialect, column.dialect_kwargs),
    )
    altered.remark = f"Fails as long as a row has no {column.name}."
    altered.remark_below = directive.remark_below
    return altered


def _fill_in_added(added: Sequence[tuple[AddColumnOp, Answer]]) -> FillInOp:
    """Return the step that fills the columns that have just been added."""
    first, answer = added[0]
    columns = [directive.column for directive, _ in added]
    names = ", ".join(column.name for column in columns)
    step = FillInOp(
        first.table_name,
        _columns(answer.keys, columns),
        values={column.name: ... for column in columns},
        schema=first.schema,
    )
    step.remark = (
        f"### FILL IN: {answer.question.place} has rows ({answer.counted}), and {names} may not be"
        " NULL. ###\n"
        "Write a value for these rows, or an expression, in place of each `...`."
    )
    return step


def _fill_in(answer: Answer, impl: DefaultImpl) -> FillInOp | None:
    """Return the step for rows that are in the way; None where nothing but a remark can help."""
    question = answer.question
    if answer.count is None or question.kind not in _STEPS:
        return None
    is_deletion = question.kind is Kind.DUPLICATES
    step = FillInOp(
        question.place.name,
        _columns(answer.keys, answer.columns),
        values=None if is_deletion else _values(answer),
        where=... if is_deletion else _where(question, impl),
        schema=question.place.schema,
    )
    step.remark = f"### FILL IN: {_said(answer)}. ###\n    {answer.sql}\n{_STEPS[question.kind]}"
    return step


def _values(answer: Answer) -> dict[str, Any] | EllipsisType:
    names = list(_names(answer))
    if answer.question.kind is Kind.VIOLATIONS and len(names) != 1:
        return ...
    return dict.fromkeys(names, ...)


def _columns(keys: Iterable[Column[Any]], others: Iterable[Column[Any]]) -> list[Column[Any]]:
    """Return the columns of a typed table, in SQLAlchemy's own types."""
    found: dict[str, Column[Any]] = {}
    for column in (*keys, *others):
        found.setdefault(column.name, Column(column.name, general_type(column.type)))
    return list(found.values())


def _where(question: Question, impl: DefaultImpl) -> str | None:
    if question.where is None:
        return None
    dialect = sqla.script_dialect(impl.dialect)
    return on_one_line(compile_statement(question.where, dialect, literal_binds=True))


def _said(answer: Answer) -> str:
    """Say what is in the way, in half a sentence."""
    question, table = answer.question, answer.question.place
    if answer.count is None:
        return f"The rows of {table} could not be looked at"
    if question.kind is Kind.BEYOND:
        return f"The {question.which} has come to {answer.examples}, beyond its new limits"
    if question.kind.is_of_whole_table:
        return f"{table} has rows ({answer.counted}), and {question.which}"
    example = f", such as {answer.examples}" if answer.examples else ""
    if question.kind is Kind.DUPLICATES:
        return f"{table} has rows {question.which}: {answer.counted} such values{example}"
    return f"{table} has rows {question.which}: {answer.counted}{example}"


def _consequence(answer: Answer) -> str:
    if answer.question.kind is Kind.BEYOND:
        return "The revision fails until it is set to a number within them."
    if answer.question.kind in (Kind.NO_VALUE, Kind.GONE, *_STEPS):
        return "The revision has a step for them that you have to fill in."
    return "The revision may fail on them: see the remark in it."


def _remark(answers: Sequence[Answer]) -> str:
    """Return what stands above a directive that rows are in the way of."""
    return "\n".join(map(_sentence, answers))


def _sentence(answer: Answer) -> str:
    question = answer.question
    if question.kind is Kind.BEYOND and answer.count is not None:
        return f"This fails: {_said(answer)}. Set it to a number within them before."
    changes = ", or changes values," if question.kind is Kind.UNFIT else ""
    fails = f"fails{changes} as long as there are rows {question.which}."
    if question.kind.is_of_whole_table:
        return (
            f"{_said(answer)}: {question.which}." if answer.count is None else f"{_said(answer)}."
        )
    return f"{_said(answer)}: this {fails}" if answer.count is None else f"This {fails}"


def _remark_checks(back: Iterable[Question], found: Iterable[Answer]) -> None:
    """Say of checks that come back that they may not allow what the upgrade's steps fill in."""
    filled = {
        (answer.question.table, column.name)
        for answer in found
        if answer.question.kind in _STEPS
        for column in answer.columns
    }
    for question in back:
        names = {(question.table, name) for name in question.columns.values()}
        if question.kind is Kind.VIOLATIONS and names & filled:
            question.directive.remark = f"This fails as long as there are rows {question.which}."


def _remark_downgrade(
    context: AutogenContext, downgrade_ops: DowngradeOps, answers: Sequence[Answer]
) -> None:
    """Say where the way back fails with rows, and what works then.

    It is not written as a step: a downgrade of no rows, as tests run it, needs nothing filled in.
    """
    for answer in answers:
        if answer.question.kind is not Kind.NO_VALUE:
            answer.question.directive.remark = _remark([answer])
    found = _by_directive(each for each in answers if each.question.kind is Kind.NO_VALUE)
    impl: DefaultImpl = context.migration_context.impl
    for each in downgrade_ops.ops:
        if not isinstance(each, ModifyTableOps):
            continue
        added = [op for op in each.ops if id(op) in found]
        if not added:
            continue
        said = [_sentence(answer) for op in added for answer in found[id(op)]]
        alone = ModifyTableOps(each.table_name, added, schema=each.schema)
        steps = _Steps(alone, found, impl).write()
        source = [line for step in steps for line in context.render_op(step)]
        each.remark = "\n".join(
            [
                *said,
                "With rows, adding it below fails. Do this first, in place of that:",
                textwrap.indent("\n".join(source).strip(), "    "),
            ]
        )
