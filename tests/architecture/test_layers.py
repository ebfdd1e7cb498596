"""Imports point down the layers, and nothing light imports something heavy."""

from __future__ import annotations

from tests.architecture.sources import SourceFile, source_files

# from the bottom to the top; what stands in one row does not import its neighbours
LAYERS = (
    ("errors", "alembic_names", "renamed"),
    ("dispatch", "sqla", "types", "proxy", "logs"),
    ("util",),  # Alembic's public path: what it names and has no other home, and re-exports
    ("config",),
    ("schema", "render", "script"),
    ("ddl",),
    ("operations",),
    ("diff",),
    ("runtime",),
    ("autogenerate",),
    ("fleet", "report", "safety"),
    ("command",),
    ("cli",),
)
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}

# Alembic's public names: each stands on the highest thing that it forwards to, nothing on it
FACADES = {
    "op": RANK["operations"],
    "context": RANK["runtime"],
    "environment": RANK["runtime"],
    "migration": RANK["runtime"],
    "testing": RANK["cli"],
    "__init__": RANK["errors"],
    "__main__": RANK["cli"],
}
FREE_OF_SQLALCHEMY = (
    "errors",
    "config",
    "dispatch",
    "proxy",
    "logs",
    "alembic_names",
    "renamed",
    "script",
    "cli",
    "__init__",
    "__main__",
)


def home(dotted: str) -> str:
    """Return the layer or facade that a dotted name inside the package belongs to."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def area(file: SourceFile) -> str:
    """Return the layer or facade that a file belongs to."""
    return file.name.split("/")[0].removesuffix(".py")


def test_every_file_belongs_to_a_layer() -> None:
    unknown = {area(file) for file in source_files()} - set(RANK) - set(FACADES)
    assert not unknown


def test_imports_point_down() -> None:
    wrong = []
    for file in source_files():
        own = area(file)
        for line, name in file.imports():
            other = home(name)
            if not name.startswith("limbeck.") or other == own or other.startswith("__"):
                continue
            if other not in RANK or not is_below(other, own):
                wrong.append(f"{file.name}:{line}: {own} imports {name}")
    assert wrong == []


def is_below(other: str, own: str) -> bool:
    """Tell whether `own` may import `other`."""
    if own in FACADES:
        return RANK[other] <= FACADES[own]
    return RANK[other] < RANK[own]


def test_what_needs_no_database_does_not_import_sqlalchemy() -> None:
    wrong = [
        f"{file.name}:{line}: {name}"
        for file in source_files()
        if area(file) in FREE_OF_SQLALCHEMY
        for line, name in file.imports()
        if name.split(".")[0] == "sqlalchemy"
    ]
    assert wrong == []


def test_private_names_of_sqlalchemy_are_imported_in_one_file() -> None:
    wrong = [
        f"{file.name}:{line}: {name}"
        for file in source_files()
        if file.name != "sqla.py"
        for line, name in file.imports()
        if name.startswith("sqlalchemy.") and "._" in name
    ]
    assert wrong == []


def test_alembic_is_never_imported() -> None:
    wrong = [
        f"{file.name}:{line}: {name}"
        for file in source_files()
        for line, name in file.imports()
        if name.split(".")[0] == "alembic"
    ]
    assert wrong == []
