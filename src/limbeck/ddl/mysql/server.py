"""Which server it is, MySQL or MariaDB, and what its version has and assumes."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Dialect

_DEFAULT_COLLATIONS = {
    "latin1": "latin1_swedish_ci",
    "big5": "big5_chinese_ci",
    "binary": "binary",
    "cp850": "cp850_general_ci",
    "gb2312": "gb2312_chinese_ci",
    "gbk": "gbk_chinese_ci",
    "sjis": "sjis_japanese_ci",
    "ujis": "ujis_japanese_ci",
    "euckr": "euckr_korean_ci",
    "tis620": "tis620_thai_ci",
    "gb18030": "gb18030_chinese_ci",
}


class Server(NamedTuple):
    """Which server this is: what its catalogs have depends on it."""

    is_mariadb: bool
    version: tuple[int, ...]

    @property
    def has_checks(self) -> bool:
        """Tell whether the server keeps checks, and says so in its catalogs."""
        return self.version >= ((10, 2, 22) if self.is_mariadb else (8, 0, 16))

    @property
    def has_check_levels(self) -> bool:
        """Tell whether the catalog says if a check belongs to a column (MariaDB 10.5.10)."""
        return self.is_mariadb and self.version >= (10, 5, 10)

    @property
    def has_index_expressions(self) -> bool:
        """Tell whether a key of an index can be an expression."""
        return not self.is_mariadb and self.version >= (8, 0, 13)

    @property
    def ignored_index(self) -> str:
        """Return the SQL that tells of an index in STATISTICS whether queries pass over it."""
        if self.is_mariadb:
            return "ignored = 'YES'" if self.version >= (10, 6) else "FALSE"
        return "is_visible = 'NO'" if self.version >= (8, 0) else "FALSE"

    @property
    def has_default_expressions(self) -> bool:
        """Tell whether the catalog prints defaults as SQL (MariaDB 10.2.7)."""
        return self.is_mariadb and self.version >= (10, 2, 7)

    @property
    def escapes_expressions(self) -> bool:
        """Tell whether the catalogs escape the text of expressions (MySQL 8)."""
        return not self.is_mariadb and self.version >= (8, 0)

    def default_collation(self, charset: str) -> str:
        """Return the collation that a character set has when none is named.

        MySQL 8.0.1 changed it for utf8mb4, MariaDB 11.5 for all of Unicode.
        """
        is_unicode = charset in ("utf8mb3", "utf8mb4", "ucs2", "utf16", "utf32")
        if self.is_mariadb and self.version >= (11, 5) and is_unicode:
            return f"{charset}_uca1400_ai_ci"
        if charset == "utf8mb4" and not self.is_mariadb and self.version >= (8, 0, 1):
            return "utf8mb4_0900_ai_ci"
        return _DEFAULT_COLLATIONS.get(charset, f"{charset}_general_ci")


def server_of(dialect: Dialect) -> Server:
    """Return which server a dialect is connected to; offline, the newest of its kind."""
    is_mariadb = bool(getattr(dialect, "is_mariadb", False))
    version = tuple(part for part in dialect.server_version_info or () if isinstance(part, int))
    return Server(is_mariadb, version or (99,))
