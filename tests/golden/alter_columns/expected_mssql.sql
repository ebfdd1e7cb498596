BEGIN TRANSACTION;

-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE account ALTER COLUMN owner VARCHAR(80) NULL;

GO

ALTER TABLE account ALTER COLUMN state VARCHAR(20) NOT NULL;

GO

ALTER TABLE account ADD DEFAULT 'it''s open' FOR state;

GO

ALTER TABLE account ALTER COLUMN balance NUMERIC(12, 2) NULL;

GO

ALTER TABLE account ADD DEFAULT 0 FOR balance;

GO

ALTER TABLE account DROP COLUMN note;

GO

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

GO

COMMIT;

GO

