"""Schema migrations for SQLAlchemy.

`limbeck.op` is what revision files call, `limbeck.context` what env.py calls, and
`limbeck.command` what programs call; each is imported only when it is named. `renamed_from` is for
models.
"""

from limbeck.renamed import renamed_from as renamed_from

__version__ = "0.1.0"
