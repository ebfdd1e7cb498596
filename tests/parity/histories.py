"""Random revision graphs as projects on disk, and random walks over them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

INI = "[alembic]\nscript_location = %(here)s/scripts\npath_separator = os\n"
ENV = """\
from alembic import context

connection = context.config.attributes["connection"]
if context.is_offline_mode():
    context.configure(dialect_name="sqlite", literal_binds=True)
else:
    context.configure(connection=connection)
with context.begin_transaction():
    context.run_migrations()
"""
TEMPLATE = '''\
"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}

"""
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''
REVISION = '''\
"""revision {name}

Revision ID: {name}
Revises: {parents}

"""
from alembic import op

revision = {name!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends!r}


def upgrade():
    op.execute("INSERT INTO log VALUES ('up {name}')")


def downgrade():
    op.execute("INSERT INTO log VALUES ('down {name}')")
'''
Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Node:
    """One revision."""

    name: str
    down: tuple[str, ...]
    depends: tuple[str, ...]
    label: str | None


def random_graph(random: Random) -> list[Node]:
    """Return revisions, each after those that it follows."""
    nodes: list[Node] = []
    for number in range(random.randint(3, 10)):
        name = f"{random.getrandbits(24):06x}{number:02x}"
        names = [node.name for node in nodes]
        down: tuple[str, ...] = ()
        if names and random.random() > 0.15:
            wanted = 2 if len(names) > 2 and random.random() < 0.2 else 1
            near = names[-3:] if random.random() < 0.7 else names
            down = tuple(random.sample(near, min(wanted, len(near))))
        others = [other for other in names if other not in down]
        depends = tuple(random.sample(others, 1)) if others and random.random() < 0.2 else ()
        label = f"label{number}" if random.random() < 0.2 else None
        nodes.append(Node(name, down, depends, label))
    return nodes


def write_project(folder: Path, nodes: list[Node]) -> None:
    """Write configuration, environment and revision files."""
    versions = folder / "scripts" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text(INI)
    (folder / "scripts" / "env.py").write_text(ENV)
    (folder / "scripts" / "script.py.mako").write_text(TEMPLATE)
    for node in nodes:
        text = REVISION.format(
            name=node.name,
            parents=", ".join(node.down),
            down=as_scalar(node.down),
            labels=node.label,
            depends=as_scalar(node.depends),
        )
        (versions / f"{node.name}_.py").write_text(text)


def as_scalar(names: tuple[str, ...]) -> str | tuple[str, ...] | None:
    """Return names as revision files have them."""
    return names if len(names) > 1 else next(iter(names), None)


def random_walk(random: Random, nodes: list[Node], length: int) -> list[Step]:
    """Return commands that go up, down and sideways."""
    names = [node.name for node in nodes]
    labels = [node.label for node in nodes if node.label]

    def upwards() -> str:
        name, steps = random.choice(names), random.randint(1, 3)
        choices = ["heads", "heads", "head", name, name, name[:4], f"+{steps}", f"{name}+{steps}"]
        choices += [f"{label}@head" for label in labels] + [f"{label}@+1" for label in labels]
        return random.choice(choices)

    def downwards() -> str:
        name, steps = random.choice(names), random.randint(1, 3)
        choices = ["base", name, name, f"-{steps}", f"-{steps}", f"{name}-1", f"{name}@base"]
        choices += [f"{label}@base" for label in labels] + [f"{label}@-1" for label in labels]
        return random.choice(choices)

    def step() -> Step:
        match random.randint(0, 9):
            case 0:
                stamped = random.choice([*names, "heads", "base", "head"])
                return "stamp", {"revision": stamped, "purge": random.random() < 0.2}
            case 1 | 2 | 3:
                return "downgrade", {"revision": downwards()}
            case _:
                return "upgrade", {"revision": upwards()}

    return [("upgrade", {"revision": upwards()}), *(step() for _ in range(length - 1))]


def questions(random: Random, nodes: list[Node]) -> list[Step]:
    """Return the commands that only print."""
    name, other = random.choice(nodes).name, random.choice(nodes).name
    return [
        ("history", {}),
        ("history", {"verbose": True}),
        ("history", {"indicate_current": True}),
        ("history", {"rev_range": f"{name}:{other}"}),
        ("history", {"rev_range": f":{name}"}),
        ("history", {"rev_range": f"{name}:heads"}),
        ("history", {"rev_range": "current:"}),
        ("history", {"rev_range": "-2:"}),
        ("heads", {}),
        ("heads", {"verbose": True}),
        ("heads", {"resolve_dependencies": True}),
        ("branches", {}),
        ("branches", {"verbose": True}),
        ("current", {}),
        ("current", {"verbose": True}),
        ("current", {"check_heads": True}),
        ("show", {"rev": name}),
        ("show", {"rev": "heads"}),
        ("show", {"rev": "nothing"}),
        ("upgrade", {"revision": "heads", "sql": True}),
        ("upgrade", {"revision": f"{name}:heads", "sql": True}),
        ("downgrade", {"revision": f"{name}:base", "sql": True}),
        ("stamp", {"revision": name, "sql": True}),
    ]
