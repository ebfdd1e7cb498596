-- Running upgrade aaaa1111 -> bbbb2222

-- The table item is taken to be as the revisions before this script make it

CREATE TABLE _alembic_tmp_item (
    id INTEGER NOT NULL, 
    code VARCHAR(20), 
    name VARCHAR(50), 
    kind_id INTEGER, 
    PRIMARY KEY (id), 
    CONSTRAINT uq_item_code UNIQUE (code, kind_id), 
    CONSTRAINT ck_item_code CHECK (code <> ''), 
    CONSTRAINT fk_item_kind FOREIGN KEY(kind_id) REFERENCES kind (id) ON UPDATE CASCADE
);

INSERT INTO _alembic_tmp_item (id, code, name, kind_id) SELECT item.id, item.code, item.name, item.kind_id 
FROM item;

DROP TABLE item;

ALTER TABLE _alembic_tmp_item RENAME TO item;

CREATE INDEX ix_item_kind_name ON item (kind_id, name DESC);

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

