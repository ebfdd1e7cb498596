"""Loggers that go by the name a project has set up: `limbeck.…`, or `alembic.…`.

A project's ini says `[logger_alembic] qualname = alembic`, a program says
`getLogger("alembic").setLevel(…)`; both mean us. Which name holds is decided line by line, since
env.py sets logging up after these modules are imported. Loggers are made when they are first
used: `fileConfig` switches off those that existed before it.
"""

from __future__ import annotations

import logging

from limbeck import alembic_names

HOME, COMPATIBLE = "limbeck", "alembic"
COMPARING = (".diff", ".autogenerate.compare")
"""Where comparing is, here and for whoever sets up logging for Alembic's names."""


class ProjectLogger(logging.LoggerAdapter[logging.Logger]):
    """The logger of one module, under the name that is set up."""

    def __init__(self, module: str) -> None:
        self._below = module.removeprefix(HOME)
        ours, theirs = COMPARING
        is_comparing = self._below.startswith(ours)
        self._compatible = COMPATIBLE + (
            theirs + self._below.removeprefix(ours) if is_comparing else self._below
        )
        self.extra = None

    @property
    def logger(self) -> logging.Logger:  # type: ignore[override]  # looked up for each line
        """The logger to write to: what is set up, else what the program calls us."""
        if _is_set_up(COMPATIBLE) or _is_set_up(self._compatible):
            return logging.getLogger(self._compatible)
        if not alembic_names.is_for_environment() or _is_set_up(HOME):
            return logging.getLogger(HOME + self._below)
        return logging.getLogger(self._compatible)


def logger_of(module: str) -> ProjectLogger:
    """Return the logger for a module of limbeck, given its `__name__`."""
    return ProjectLogger(module)


def _is_set_up(name: str) -> bool:
    logger = logging.root.manager.loggerDict.get(name)
    if not isinstance(logger, logging.Logger):
        return False
    return bool(logger.level or logger.handlers or not logger.propagate)
