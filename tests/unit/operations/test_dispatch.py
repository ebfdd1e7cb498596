"""Dispatchers choose by class, by qualifier and by priority."""

from __future__ import annotations

import pytest

from limbeck.dispatch import (
    Dispatcher,
    DispatchPriority,
    PriorityDispatcher,
    PriorityDispatchResult,
)


class _Base: ...


class _Derived(_Base): ...


def test_dispatcher_class_stands_for_its_subclasses() -> None:
    dispatcher = Dispatcher()
    dispatcher.dispatch_for(_Base)(lambda: "base")
    assert dispatcher.dispatch(_Derived())() == "base"
    assert dispatcher.dispatch(_Derived)() == "base"


def test_dispatcher_prefers_the_nearest_class_to_the_qualifier() -> None:
    dispatcher = Dispatcher()
    dispatcher.dispatch_for(_Base, qualifier="q")(lambda: "base q")
    dispatcher.dispatch_for(_Derived)(lambda: "derived")
    assert dispatcher.dispatch(_Derived(), "q")() == "derived"
    assert dispatcher.dispatch(_Base(), "q")() == "base q"


def test_dispatcher_unknown_object_raises() -> None:
    with pytest.raises(ValueError, match="no dispatch function"):
        Dispatcher().dispatch("x")


def test_dispatcher_second_function_needs_replace() -> None:
    dispatcher = Dispatcher()
    dispatcher.dispatch_for("x")(lambda: 1)
    with pytest.raises(ValueError, match="replace=True"):
        dispatcher.dispatch_for("x")(lambda: 2)
    dispatcher.dispatch_for("x", replace=True)(lambda: 2)
    assert dispatcher.dispatch("x")() == 2


def test_dispatcher_branch_does_not_touch_its_origin() -> None:
    dispatcher = Dispatcher()
    dispatcher.branch().dispatch_for("x")(lambda: 1)
    with pytest.raises(ValueError, match="no dispatch function"):
        dispatcher.dispatch("x")


def _record(
    dispatcher: PriorityDispatcher,
    log: list[str],
    name: str,
    result: PriorityDispatchResult | None = None,
    priority: DispatchPriority = DispatchPriority.MEDIUM,
    qualifier: str = "default",
    subgroup: str | None = None,
) -> None:
    @dispatcher.dispatch_for("t", priority=priority, qualifier=qualifier, subgroup=subgroup)
    def record() -> PriorityDispatchResult | None:
        log.append(name)
        return result


def test_priority_dispatcher_orders_by_priority_then_qualifier() -> None:
    dispatcher, log = PriorityDispatcher(), list[str]()
    _record(dispatcher, log, "last", priority=DispatchPriority.LAST)
    _record(dispatcher, log, "medium")
    _record(dispatcher, log, "qualified", qualifier="q")
    _record(dispatcher, log, "first", priority=DispatchPriority.FIRST)
    dispatcher.dispatch("t", qualifier="q")()
    assert log == ["first", "qualified", "medium", "last"]


def test_priority_dispatcher_stop_ends_its_subgroup_only() -> None:
    dispatcher, log = PriorityDispatcher(), list[str]()
    _record(dispatcher, log, "a", PriorityDispatchResult.STOP)
    _record(dispatcher, log, "b", priority=DispatchPriority.LAST)
    _record(dispatcher, log, "c", PriorityDispatchResult.STOP, subgroup="s")
    _record(dispatcher, log, "d", subgroup="s")
    dispatcher.dispatch("t")()
    assert log == ["a", "c"]


def test_priority_dispatcher_populate_with_appends() -> None:
    one, two, log = PriorityDispatcher(), PriorityDispatcher(), list[str]()
    _record(one, log, "one")
    _record(two, log, "two")
    two.populate_with(one)
    one.branch().dispatch("t")()
    two.dispatch("t")()
    assert log == ["one", "two", "one"]
