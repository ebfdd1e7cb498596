"""Python source for what a migration contains.

    call         calls, literals and their line breaks
    expressions  SQL expressions and identifiers
    types        column types of every dialect
    constructs   columns, server defaults, computed columns, identities
    constraints  constraints, index parts, dialect keywords

Receives SQLAlchemy constructs and a `RenderContext`, returns source text that builds an equal
construct when it is evaluated, and adds the imports the text needs to `ctx.imports`. Never
writes a file, never connects, and never asks which database it is for: what a database spells
differently is asked of the context's `impl`.
"""
