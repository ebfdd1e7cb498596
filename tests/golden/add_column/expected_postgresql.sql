BEGIN;

-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE users ADD COLUMN phone VARCHAR(20);

ALTER TABLE users ADD COLUMN is_active BOOLEAN DEFAULT 1 NOT NULL;

ALTER TABLE users ADD COLUMN seen_at TIMESTAMP WITH TIME ZONE;

COMMENT ON COLUMN users.seen_at IS 'last visit, UTC';

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

COMMIT;

