# Migrations: how to find them, and the database they are for.
# Values may refer to others by %(name)s, and to the folder of this file by %(here)s.

[${section}]
script_location = %(here)s/${script_location}

# What stands in front of sys.path, so that the models can be imported.
prepend_sys_path = .
path_separator = os

# The database, such as postgresql+psycopg://user@localhost/app or sqlite:///app.db. The password
# need not stand here: `env:DATABASE_URL` takes the whole url from the environment, and
# %(DB_PASSWORD)s a part of it.
sqlalchemy.url =

# What autogenerate compares the database with; may be set in env.py instead.
# models = app.models:Base

# The names of new revision files. Tokens: rev, slug, depth, epoch, year, month, day, hour, minute,
# second.
file_template = ${file_template}
# truncate_slug_length = 40
# timezone = UTC

# Folders of revision files, separated by path_separator.
# version_locations = %(here)s/${script_location}/versions

# Whatever context.configure() takes and text can say is read from here:
# include_schemas = true
# render_as_batch = true
# compare_type = true
# compare_server_default = true
# version_table = alembic_version

# What runs on each new revision file.
# [post_write_hooks]
# hooks = ruff
# ruff.type = exec
# ruff.executable = ruff
# ruff.options = check --fix REVISION_SCRIPT_FILENAME

[loggers]
keys = root,sqlalchemy,${section}

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console
qualname =

[logger_sqlalchemy]
level = WARNING
handlers =
qualname = sqlalchemy.engine

[logger_${section}]
level = INFO
handlers =
qualname = ${section}

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
datefmt = %H:%M:%S
