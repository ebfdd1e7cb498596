-- Running upgrade aaaa1111 -> bbbb2222

-- The table users is taken to be as the revisions before this script make it

CREATE TABLE _alembic_tmp_users (
    id INTEGER NOT NULL, 
    name VARCHAR(50) NOT NULL, 
    email VARCHAR(100), 
    created_at DATETIME, 
    phone VARCHAR(20), 
    is_active BOOLEAN DEFAULT 1 NOT NULL, 
    seen_at DATETIME, 
    PRIMARY KEY (id), 
    UNIQUE (email)
);

INSERT INTO _alembic_tmp_users (id, name, email, created_at) SELECT users.id, users.name, users.email, users.created_at 
FROM users;

DROP TABLE users;

ALTER TABLE _alembic_tmp_users RENAME TO users;

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

