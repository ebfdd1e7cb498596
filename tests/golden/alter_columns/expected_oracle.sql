-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE account MODIFY owner NULL

/

ALTER TABLE account MODIFY owner VARCHAR2(80 CHAR)

/

ALTER TABLE account MODIFY state NOT NULL

/

ALTER TABLE account MODIFY state DEFAULT 'it''s open'

/

ALTER TABLE account MODIFY balance DEFAULT 0

/

ALTER TABLE account MODIFY balance NUMERIC(12, 2)

/

ALTER TABLE account DROP COLUMN note

/

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111'

/

