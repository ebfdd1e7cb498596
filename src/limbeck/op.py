"""What revision files call: `op.add_column(…)` is that method of the current `Operations`.

Its functions, with their types, are listed in `op.pyi`, which `scripts/make_stubs` writes.
"""

from __future__ import annotations

from typing import Any

from limbeck.operations import Operations
from limbeck.operations.base import current_operations
from limbeck.proxy import ModuleProxy

_proxy = ModuleProxy(Operations, current_operations)


def __getattr__(name: str) -> Any:
    return _proxy.find(name)


def __dir__() -> list[str]:
    return _proxy.names()
