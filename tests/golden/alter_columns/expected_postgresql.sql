BEGIN;

-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE account ALTER COLUMN owner TYPE VARCHAR(80);

ALTER TABLE account ALTER COLUMN owner DROP NOT NULL;

ALTER TABLE account ALTER COLUMN state SET NOT NULL;

ALTER TABLE account ALTER COLUMN state SET DEFAULT 'it''s open';

ALTER TABLE account ALTER COLUMN balance TYPE NUMERIC(12, 2);

ALTER TABLE account ALTER COLUMN balance SET DEFAULT 0;

ALTER TABLE account DROP COLUMN note;

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

COMMIT;

