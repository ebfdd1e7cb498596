-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE account MODIFY owner VARCHAR(80) NULL;

ALTER TABLE account MODIFY state VARCHAR(20) NOT NULL DEFAULT 'it''s open';

ALTER TABLE account MODIFY balance NUMERIC(12, 2) NULL DEFAULT 0;

ALTER TABLE account DROP COLUMN note;

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

