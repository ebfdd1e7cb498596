-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE users ADD phone VARCHAR2(20 CHAR)

/

ALTER TABLE users ADD is_active BOOLEAN DEFAULT 1 NOT NULL

/

ALTER TABLE users ADD seen_at DATE

/

COMMENT ON COLUMN users.seen_at IS 'last visit, UTC'

/

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111'

/

