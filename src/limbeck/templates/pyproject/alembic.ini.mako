# What differs between the places this runs: the database, the logging. The rest is in the
# [tool.${section}] table of pyproject.toml.

[${section}]
# The password need not stand here: `env:DATABASE_URL` takes the whole url from the environment,
# %(DB_PASSWORD)s a part of it.
sqlalchemy.url =

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
