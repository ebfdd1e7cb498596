"""`Script`: one revision file, and the text by which commands show it.

Made from what was read of the file; the file itself is imported when `module` is first asked.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from types import ModuleType

from limbeck.util.messaging import format_as_comma

from .graph import Node
from .reader import ScriptFacts, facts_of_module, import_script
from .revision import Revision


class Script(Revision):
    """One revision file of a versions folder."""

    def __init__(self, module: ModuleType, rev_id: str, path: str | os.PathLike[str]) -> None:
        facts = facts_of_module(module, os.fspath(path))
        self._set_facts(facts)
        self.module = module
        self.revision = rev_id

    @classmethod
    def from_facts(cls, facts: ScriptFacts) -> Script:
        """Make the script of a file that has been read, without importing it."""
        script = cls.__new__(cls)
        script._set_facts(facts)
        return script

    def _set_facts(self, facts: ScriptFacts) -> None:
        super().__init__(facts.revision, facts.down_revision, facts.depends_on, facts.branch_labels)
        self.path = facts.path
        self.longdoc = facts.doc
        self._db_current_indicator: bool | None = None

    @cached_property
    def module(self) -> ModuleType:
        """The file, imported."""
        return import_script(self.path)

    def as_node(self, path: str | None = None) -> Node:
        """Give what the graph has to know."""
        return super().as_node(self.path if path is None else path)

    @property
    def _script_path(self) -> Path:
        return Path(self.path)

    @property
    def doc(self) -> str:
        """The first paragraph of the docstring."""
        return self.longdoc.split("\n\n", 1)[0]

    def __str__(self) -> str:
        head = " (head)" if self.is_head else ""
        marks = f"{head}{self._tree_marks()}"
        return f"{self._format_down_revision()} -> {self.revision}{marks}, {self.doc}"

    @property
    def log_entry(self) -> str:
        """All that is known of the revision, on several lines."""
        current = " (current)" if self._db_current_indicator else ""
        head = " (head)" if self.is_head else ""
        lines = [f"Rev: {self.revision}{head}{self._tree_marks()}{current}"]
        label = "Merges" if self.is_merge_point else "Parent"
        lines.append(f"{label}: {self._format_down_revision()}")
        if self.dependencies:
            lines.append(f"Also depends on: {format_as_comma(self.dependencies)}")
        if self.is_branch_point:
            lines.append(f"Branches into: {format_as_comma(sorted(self.nextrev))}")
        if self.branch_labels:
            lines.append(f"Branch names: {format_as_comma(sorted(self.branch_labels))}")
        doc = "\n".join(f"    {line}" for line in self.longdoc.splitlines())
        return "\n".join([*lines, f"Path: {self.path}", "", doc]) + "\n"

    def cmd_format(
        self,
        verbose: bool,
        include_branches: bool = False,
        include_doc: bool = False,
        include_parents: bool = False,
        tree_indicators: bool = True,
    ) -> str:
        """Give the text by which a command lists the revision."""
        if verbose:
            return self.log_entry
        return self._head_only(include_branches, include_doc, include_parents, tree_indicators)

    def _head_only(
        self,
        include_branches: bool = False,
        include_doc: bool = False,
        include_parents: bool = False,
        tree_indicators: bool = True,
        head_indicators: bool = True,
    ) -> str:
        text = self.revision
        if include_parents:
            depends = f" ({format_as_comma(self.dependencies)})" if self.dependencies else ""
            text = f"{self._format_down_revision()}{depends} -> {text}"
        if include_branches and self.branch_labels:
            text += f" ({format_as_comma(sorted(self.branch_labels))})"
        if self.is_head and (head_indicators or tree_indicators):
            # A head that another revision depends on is no row of the version table.
            text += " (head)" if self._is_real_head else " (effective head)"
        text += " (current)" if self._db_current_indicator else ""
        text += self._tree_marks() if tree_indicators else ""
        return f"{text}, {self.doc}" if include_doc else text

    def _tree_marks(self) -> str:
        text = " (branchpoint)" if self.is_branch_point else ""
        return text + (" (mergepoint)" if self.is_merge_point else "")

    def _format_down_revision(self) -> str:
        return format_as_comma(self._versioned_down_revisions) or "<base>"
