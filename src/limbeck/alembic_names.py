"""The name `alembic`: `alembic.X` is the very module `limbeck.X`, and `alembic` says so.

`install` puts a finder in front of `sys.meta_path` that answers for the name from then on, unless
the real Alembic has been imported already. The top module alone is a module of its own: it
forwards to `limbeck`, and its `__version__` is the version of Alembic whose language this is.
Imports nothing of limbeck but what is asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

ALEMBIC_VERSION = "1.20.1"
"""The version of Alembic whose public language limbeck speaks."""

METADATA = Path(__file__).with_name("alembic_metadata.txt")
"""What `importlib.metadata` is told about the distribution `alembic`."""

_NAME = "alembic"
_HOME = "limbeck"
_NOT_SERVED = ("alembic.testing", "alembic.__main__")
_AT_IMPORT = frozenset(  # `import alembic` is enough for these
    {"autogenerate", "context", "ddl", "op", "operations", "plugins", "runtime", "script", "util"}
)
_OTHER_HOMES = {"plugins": "runtime.plugins"}  # `alembic.plugins` is no module of its own


def install() -> bool:
    """Serve the name `alembic` in this process; False if the real Alembic was imported first."""
    loaded = sys.modules.get(_NAME)
    if loaded is not None and not isinstance(loaded, AlembicModule):
        return False
    if not any(isinstance(finder, AlembicFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, AlembicFinder())
    return True


def replace_package(path: Sequence[str]) -> None:
    """Serve the name for a whole environment: for the package `alembic` of `limbeck-alembic`.

    To be called while that package is imported; `path` is its folder, where its `__main__` is.
    Raises ImportError where the real Alembic is installed, too.
    """
    refuse_beside_alembic()
    spec = importlib.util.spec_from_loader(_NAME, _PackageLoader(), is_package=True)
    if spec is None:
        raise ImportError("Can't make the module 'alembic'")
    module = AlembicModule(_NAME)
    module.__spec__, module.__loader__ = spec, spec.loader
    module.__path__ = spec.submodule_search_locations = list(path)
    module.for_environment = True
    sys.modules[_NAME] = module
    install()


def is_for_environment() -> bool:
    """Tell whether `limbeck-alembic` serves the name here, so that Alembic's defaults hold."""
    return getattr(sys.modules.get(_NAME), "for_environment", False) is True


def refuse_beside_alembic() -> None:
    """Raise ImportError when the distribution `alembic` installed here is the real one."""
    # Slow to import, and a process under the limbeck command needs it not.
    from importlib.metadata import MetadataPathFinder

    for distribution in MetadataPathFinder.find_distributions(_context_for_alembic()):
        metadata = distribution.metadata
        if "Home-page" not in metadata or metadata["Home-page"] != _own_home_page():
            raise ImportError(
                f"Both limbeck-alembic and Alembic {distribution.version} are installed here, and "
                "each wants the name 'alembic'. Keep one: run `pip uninstall -y alembic "
                "limbeck-alembic`, then `pip install limbeck-alembic` (or `pip install alembic`)."
            )


class AlembicModule(ModuleType):
    """The module `alembic`: forwards to `limbeck`, but for its version."""

    __version__ = ALEMBIC_VERSION
    __path__: list[str]
    for_environment = False
    """Whether it was imported from `limbeck-alembic`, not under the limbeck command."""

    def __getattr__(self, name: str) -> Any:
        if name in _AT_IMPORT or (name == "command" and f"{_NAME}.config" in sys.modules):
            return importlib.import_module(f"{_HOME}.{_OTHER_HOMES.get(name, name)}")
        if name.startswith("__"):
            raise AttributeError(f"module {_NAME!r} has no attribute {name!r}")
        return getattr(importlib.import_module(_HOME), name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_AT_IMPORT})


class AlembicFinder(MetaPathFinder):
    """Finds `alembic` and everything below it, and the metadata of a distribution of that name."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module under the name `alembic`."""
        if fullname == _NAME:
            return importlib.util.spec_from_loader(fullname, _PackageLoader(), is_package=True)
        if not fullname.startswith(f"{_NAME}.") or fullname.startswith(_NOT_SERVED):
            return None
        home = _HOME + fullname.removeprefix(_NAME)
        found = importlib.util.find_spec(home)
        if found is None:
            return None
        return importlib.util.spec_from_loader(
            fullname, _SameModule(home), is_package=found.submodule_search_locations is not None
        )

    @staticmethod
    def find_distributions(context: Any = None) -> Iterable[Any]:
        """Find the distribution `alembic`, for the version checks of plugins."""
        return _distributions() if getattr(context, "name", None) == _NAME else ()


def _distributions() -> Iterator[Any]:
    # Whoever asks has imported it; nobody else pays for it.
    from importlib.metadata import PathDistribution

    yield PathDistribution(METADATA)


def _context_for_alembic() -> Any:
    from importlib.metadata import DistributionFinder  # as above

    return DistributionFinder.Context(name=_NAME)


def _own_home_page() -> str:
    lines = METADATA.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("Home-page: ")).partition(" ")[2]


class _PackageLoader(Loader):
    """Makes the module `alembic`."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return AlembicModule(_NAME)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: there is no code to run."""


class _SameModule(Loader):
    """Loads a module by importing the one that it is."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self._home)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module back its own spec, which the import has just replaced."""
        module.__spec__ = self._spec
