"""A module whose functions are the methods of the object that is current.

`op` and `context` are such modules. A function is looked up when it is called, not when it is
imported, so `from limbeck.op import add_column` at the top of a file works in every later run.
Holds no state: what is current is in the ContextVar.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from limbeck.errors import OutsideMigrationError


class ModuleProxy:
    """Answers for a module with what a class has and the current instance does."""

    def __init__(self, class_: type[Any], current: ContextVar[Any]) -> None:
        self._class = class_
        self._current = current

    def find(self, name: str) -> Any:
        """Return a function that forwards to the current object, or its attribute's value.

        Raises AttributeError for a name that the class does not have, and for an attribute while
        nothing is current; a function raises OutsideMigrationError when it is called then.
        """
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
