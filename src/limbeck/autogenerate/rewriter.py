"""`Rewriter`: functions that replace single directives of a revision before it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from limbeck.dispatch import Dispatcher
from limbeck.operations.ops import MigrateOperation, MigrationScript, OpContainer

ProcessRevisionDirectives = Callable[[Any, Any, list[Any]], None]


class Rewriter:
    """A `process_revision_directives` that calls one function for each directive of a type.

        writer = Rewriter()

        @writer.rewrites(ops.AddColumnOp)
        def make_nullable(context, revision, op):
            op.column.nullable = True
            return op

    The function returns the directive, another one, or a list of any number; what it returns is
    not given to it again.
    """

    _traverse: ClassVar[Dispatcher] = Dispatcher()
    # compat: sqlalchemy-declarative-extensions registers functions for its containers here.

    _chained: tuple[ProcessRevisionDirectives | Rewriter, ...] = ()

    def __init__(self) -> None:
        self.dispatch = Dispatcher()

    def chain(self, other: ProcessRevisionDirectives | Rewriter) -> Rewriter:
        """Return a rewriter that runs this one and then `other`."""
        chained = type(self).__new__(type(self))
        chained.__dict__.update(self.__dict__)
        chained._chained = (*self._chained, other)
        return chained

    def rewrites(self, operator: type[MigrateOperation]) -> Callable[..., Any]:
        """Decorate a function of (context, revision, directive) for the directives of a type."""
        return self.dispatch.dispatch_for(operator)

    def __call__(self, context: Any, revision: Any, directives: list[MigrationScript]) -> None:
        """Rewrite the scripts, as `process_revision_directives` does."""
        self.process_revision_directives(context, revision, directives)

    def process_revision_directives(
        self, context: Any, revision: Any, directives: list[MigrationScript]
    ) -> None:
        """Rewrite all directives in the scripts, then let the chained ones do so."""
        self._traverse_list(context, revision, directives)
        for following in self._chained:
            following(context, revision, directives)

    def _rewrite(
        self, context: Any, revision: Any, directive: MigrateOperation
    ) -> Iterator[MigrateOperation]:
        try:
            function = self.dispatch.dispatch(directive)
        except ValueError:
            function = None
        if function is None or self in directive._mutations:
            yield directive
            return
        returned = function(context, revision, directive)
        if returned is None:
            return
        for each in returned if isinstance(returned, list | tuple) else [returned]:
            each._mutations = each._mutations | {self}
            yield each

    def _traverse_list(self, context: Any, revision: Any, directives: Any) -> None:
        directives[:] = [
            each
            for directive in list(directives)
            for each in self._traverse_for(context, revision, directive)
        ]

    def _traverse_for(self, context: Any, revision: Any, directive: MigrateOperation) -> Any:
        rewritten = []
        for each in self._rewrite(context, revision, directive):
            rewritten.append(each)
            self._traverse.dispatch(each)(self, context, revision, each)
        return rewritten

    def _traverse_script(self, context: Any, revision: Any, directive: MigrationScript) -> None:
        for containers in (directive.upgrade_ops_list, directive.downgrade_ops_list):
            for position, container in enumerate(containers):
                rewritten = self._traverse_for(context, revision, container)
                if len(rewritten) != 1:
                    raise ValueError(
                        f"Can only return single object for {type(container).__name__} traverse"
                    )
                containers[position] = rewritten[0]

    def _traverse_op_container(self, context: Any, revision: Any, directive: OpContainer) -> None:
        self._traverse_list(context, revision, directive.ops)

    def _traverse_any_directive(
        self, context: Any, revision: Any, directive: MigrateOperation
    ) -> None:
        """Stop: a single directive has nothing inside."""


Rewriter._traverse.dispatch_for(MigrationScript)(Rewriter._traverse_script)
Rewriter._traverse.dispatch_for(OpContainer)(Rewriter._traverse_op_container)
Rewriter._traverse.dispatch_for(MigrateOperation)(Rewriter._traverse_any_directive)
