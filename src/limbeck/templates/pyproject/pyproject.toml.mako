[tool.${section}]
# How migrations are found. Values may refer to the folder of this file by %(here)s.
script_location = "%(here)s/${script_location}"

# What stands in front of sys.path, so that the models can be imported.
prepend_sys_path = ["."]

# What autogenerate compares the database with; may be set in env.py instead.
# models = ["app.models:Base"]

# The names of new revision files. Tokens: rev, slug, depth, epoch, year, month, day, hour, minute,
# second.
file_template = "${file_template}"
# truncate_slug_length = 40
# timezone = "UTC"

# Folders of revision files.
# version_locations = ["%(here)s/${script_location}/versions"]

# Whatever context.configure() takes and text can say is read from here:
# include_schemas = true
# render_as_batch = true

# What runs on each new revision file.
# [[tool.${section}.post_write_hooks]]
# name = "ruff"
# type = "exec"
# executable = "ruff"
# options = "check --fix REVISION_SCRIPT_FILENAME"
