"""What env.py calls: `context.configure(…)` is that method of the current `EnvironmentContext`.

Its functions, with their types, are listed in `context.pyi`, which `scripts/make_stubs` writes.
"""

from __future__ import annotations

from typing import Any

from limbeck.proxy import ModuleProxy
from limbeck.runtime.environment import EnvironmentContext, current_environment

_proxy = ModuleProxy(EnvironmentContext, current_environment)


def __getattr__(name: str) -> Any:
    return _proxy.find(name)


def __dir__() -> list[str]:
    return _proxy.names()
