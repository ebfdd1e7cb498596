"""The name `alembic` for a whole environment: every `alembic.X` is `limbeck.X`.

Importing this replaces it by the module that `limbeck.alembic_names` makes, and fails where the
real Alembic is installed, too.
"""

from limbeck.alembic_names import replace_package

replace_package(__path__)
