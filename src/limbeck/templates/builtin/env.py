"""The environment of a project that has no env.py: everything comes from the configuration."""

from limbeck.runtime import builtin

builtin.run()
