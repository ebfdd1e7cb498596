-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE users ADD COLUMN phone VARCHAR(20);

ALTER TABLE users ADD COLUMN is_active BOOL NOT NULL DEFAULT 1;

ALTER TABLE users ADD COLUMN seen_at DATETIME COMMENT 'last visit, UTC';

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

