"""The drop of a check without a known name on MySQL and MariaDB: found by what it says.

MariaDB keeps a check within the definition of its column, where it has no name of its own: the
column is written again without it. Others have a name that the server gave.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy.schema import CheckConstraint

from limbeck import sqla
from limbeck.ddl.mysql import options as of_tables
from limbeck.ddl.mysql.elements import AlterOptions
from limbeck.errors import CommandError

if TYPE_CHECKING:
    from limbeck.ddl.mysql import MySQLImpl

_OF_TABLE = re.compile(
    r"CONSTRAINT (?P<name>`(?:[^`]|``)+`) CHECK \((?P<sql>.*)\)(?: /\*!.*\*/)?\Z"
)
_OF_COLUMN = re.compile(r"(?P<definition>`(?:[^`]|``)+` .*?) CHECK \((?P<sql>.*)\)\Z")


def drop_statement(impl: MySQLImpl, const: CheckConstraint) -> AlterOptions:
    """Return the statement that drops the check of `const.table` with this condition.

    Raises CommandError where the table has none, or in a script, which can't look.
    """
    condition = str(const.info["condition"])
    table = const.table
    if impl.as_sql:
        raise CommandError(
            f"Can't write the drop of the check ({condition}) of {table.fullname} to a SQL script: "
            "it has no name, and a script can't look for it. Name the check."
        )
    wanted = impl.normal_expression(condition)
    for line in of_tables.definitions(impl.show_create(table)):
        found = _OF_TABLE.match(line) or _OF_COLUMN.match(line)
        if found is None or impl.normal_expression(found["sql"]) != wanted:
            continue
        parts = found.groupdict()
        word = "CONSTRAINT" if impl.is_mariadb else "CHECK"  # MySQL has no other word before 8.0.19
        clause = (
            f"DROP {word} {parts['name']}" if "name" in parts else f"MODIFY {parts['definition']}"
        )
        clauses = [sqla.for_driver(impl.dialect, clause)]
        return AlterOptions(table.name, clauses, schema=table.schema)
    raise CommandError(
        f"Can't drop the check ({condition}) of {table.fullname}: the table has none that says "
        "so. Look at SHOW CREATE TABLE and give its name, or its words."
    )
