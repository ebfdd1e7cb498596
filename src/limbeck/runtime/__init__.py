"""Running revisions: the environment, the migration context, transactions, the version table."""
