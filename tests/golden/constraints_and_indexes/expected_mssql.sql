BEGIN TRANSACTION;

-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE item DROP CONSTRAINT uq_item_code;

GO

DROP INDEX ix_item_name ON item;

GO

ALTER TABLE item ADD CONSTRAINT uq_item_code UNIQUE (code, kind_id);

GO

CREATE INDEX ix_item_kind_name ON item (kind_id, name DESC);

GO

ALTER TABLE item ADD CONSTRAINT ck_item_code CHECK (code <> '');

GO

ALTER TABLE item ADD CONSTRAINT fk_item_kind FOREIGN KEY(kind_id) REFERENCES kind (id) ON UPDATE CASCADE;

GO

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

GO

COMMIT;

GO

