CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- Running upgrade  -> g1

CREATE TABLE b (
    id INTEGER
);

INSERT INTO alembic_version (version_num) VALUES ('g1') RETURNING version_num;

-- Running upgrade g1 -> g2

UPDATE alembic_version SET version_num='g2' WHERE alembic_version.version_num = 'g1';

