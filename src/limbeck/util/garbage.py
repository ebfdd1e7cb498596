"""When Python looks for reference cycles.

Reading and comparing schemas makes very many small objects that stay until the end, and hardly a
cycle among them: looking through them again and again is a quarter of the time.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 50_000


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no cycles within the block: for work that makes no more than it keeps."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def spare_process() -> None:
    """Look for cycles less often in this process, which is limbeck's own, and not as it ends."""
    gc.set_threshold(_SELDOM)
    atexit.register(gc.freeze)
