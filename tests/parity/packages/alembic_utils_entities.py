"""alembic-utils: functions, views, triggers, extensions and grants as entities that migrate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic_utils.pg_extension import PGExtension
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_materialized_view import PGMaterializedView
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import ReplaceableEntity, register_entities, registry

from tests.parity.packages.project import Project
from tests.parity.packages.recorder import Recorder

_FIRST: tuple[ReplaceableEntity, ...] = (
    PGFunction("public", "twice(n integer)", "RETURNS integer AS $$ SELECT n * 2 $$ LANGUAGE sql"),
    PGFunction(
        "public",
        "touch()",
        "RETURNS trigger AS $$ BEGIN NEW.name = upper(NEW.name); RETURN NEW; END $$ LANGUAGE plpgsql",
    ),
    PGView("public", "names", "SELECT name FROM account WHERE age > 10"),
    PGMaterializedView("public", "ages", "SELECT age, count(*) AS n FROM account GROUP BY age"),
    PGTrigger(
        "public",
        "touch_account",
        "BEFORE INSERT ON public.account FOR EACH ROW EXECUTE FUNCTION public.touch()",
        on_entity="public.account",
    ),
    PGPolicy("public", "own_rows", "AS PERMISSIVE FOR SELECT TO public USING (age > 3)", "account"),
    PGExtension("public", "hstore"),
)
_SECOND: tuple[ReplaceableEntity, ...] = (
    PGFunction("public", "twice(n integer)", "RETURNS integer AS $$ SELECT n + n $$ LANGUAGE sql"),
    *_FIRST[1:2],
    PGView("public", "names", "SELECT name, age FROM account WHERE age > 20"),
    *_FIRST[4:],
)


def play(recorder: Recorder) -> None:
    """A table, then entities on it, then changed ones and one dropped: several drops have no order."""
    project = Project(recorder, imports="import alembic_utils")
    stages = [_stage(entities) for entities in ((), _FIRST, _SECOND)]
    project.go_through(stages)


def _stage(entities: Sequence[ReplaceableEntity]) -> Callable[[], sa.MetaData]:
    def build() -> sa.MetaData:
        registry.clear()
        register_entities(list(entities), schemas=["public"])
        metadata = sa.MetaData()
        sa.Table(
            "account",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(30)),
            sa.Column("age", sa.Integer, nullable=False),
        )
        return metadata

    return build
