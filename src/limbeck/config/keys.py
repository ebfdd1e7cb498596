"""The keys of our own sections that the layers of this package and `script` read.

What `context.configure()` takes is listed by the runtime, which hands its keys in.
"""

from __future__ import annotations

KNOWN_KEYS = frozenset(
    {
        "databases",
        "file_template",
        "models",
        "output_encoding",
        "path_separator",
        "post_write_hooks",
        "prepend_sys_path",
        "recursive_version_locations",
        "renames",
        "revision_environment",
        "script_location",
        "sourceless",
        "timezone",
        "truncate_slug_length",
        "version_locations",
        "version_path_separator",
    }
)

SECTIONS = frozenset({"post_write_hooks"})
"""Those that an ini file has as sections of their own, not as keys of ours."""

KNOWN_PREFIXES = ("sqlalchemy.",)
