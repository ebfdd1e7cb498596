BEGIN;

-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE item DROP CONSTRAINT uq_item_code;

DROP INDEX ix_item_name;

ALTER TABLE item ADD CONSTRAINT uq_item_code UNIQUE (code, kind_id);

CREATE INDEX ix_item_kind_name ON item (kind_id, name DESC);

ALTER TABLE item ADD CONSTRAINT ck_item_code CHECK (code <> '');

ALTER TABLE item ADD CONSTRAINT fk_item_kind FOREIGN KEY(kind_id) REFERENCES kind (id) ON UPDATE CASCADE;

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

COMMIT;

