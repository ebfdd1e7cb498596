"""A module whose functions are the methods of the object that is current.

`op` and `context` are such modules. A function is looked up when it is called, not when it is
imported, so `from limbeck.op import add_column` at the top of a file works in every later run.
What is current, a `Current` knows: an own value for each thread and task that sets one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any, Generic, TypeVar

from limbeck.errors import OutsideMigrationError

_Value = TypeVar("_Value")


class Current(Generic[_Value]):
    """What is current where it is asked: in this thread or task, else in the process.

    An env.py that runs its migrations in a thread of its own starts with an empty context; it
    means the environment that started the thread. That is the one last set and not yet reset.
    """

    def __init__(self, name: str) -> None:
        self._own: ContextVar[_Value | None] = ContextVar(name, default=None)
        self._in_process: list[_Value] = []

    def get(self) -> _Value | None:
        """Return what is current; None when nothing is anywhere."""
        own = self._own.get()
        if own is not None:
            return own
        active = tuple(self._in_process)  # another thread may reset its own meanwhile
        return active[-1] if active else None

    def set(self, value: _Value) -> Token[_Value | None]:
        """Make a value current here; `reset` takes the token."""
        self._in_process.append(value)
        return self._own.set(value)

    def reset(self, token: Token[_Value | None]) -> None:
        """Make current what was before."""
        value = self._own.get()
        self._own.reset(token)
        places = [n for n, active in enumerate(self._in_process) if active is value]
        del self._in_process[places[-1]]


class ModuleProxy:
    """Answers for a module with what a class has and the current instance does."""

    def __init__(self, class_: type[Any], current: Current[Any]) -> None:
        self._class = class_
        self._current = current

    def find(self, name: str) -> Any:
        """Return a function that forwards to the current object, or its attribute's value.

        Raises AttributeError for a name that the class does not have, and for an attribute while
        nothing is current; a function raises OutsideMigrationError when it is called then.
        """
        if name == "__all__":
            return self._for_everyone()
        instance = self._current.get()
        if name.startswith("__") or not (instance is not None or hasattr(self._class, name)):
            raise AttributeError(f"module for {self._class.__name__} has no attribute {name!r}")
        value = getattr(self._class if instance is None else instance, name)
        if isinstance(value, property):
            raise AttributeError(
                f"{name!r} has no value: no {self._class.__name__} has been established yet"
            )
        return self._forwarder(name, value) if callable(value) else value

    def names(self) -> list[str]:
        """Return the public names, as `dir()` of the module lists them."""
        instance = self._current.get()
        return [n for n in dir(self._class if instance is None else instance) if n[0] != "_"]

    def _for_everyone(self) -> list[str]:
        """Return what `from limbeck.op import *` brings: all but what has no value yet."""
        return [n for n in self.names() if not isinstance(getattr(self._class, n, None), property)]

    def _forwarder(self, name: str, method: Any) -> Callable[..., Any]:
        if isinstance(getattr(method, "__self__", None), type):
            return method  # type: ignore[no-any-return]  # a classmethod needs no instance

        def forward(*args: Any, **kwargs: Any) -> Any:
            instance = self._current.get()
            if instance is None:
                raise OutsideMigrationError(name, self._class.__name__)
            return getattr(instance, name)(*args, **kwargs)

        forward.__name__ = forward.__qualname__ = name
        forward.__doc__ = method.__doc__
        return forward
