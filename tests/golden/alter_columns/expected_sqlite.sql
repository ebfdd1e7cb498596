-- Running upgrade aaaa1111 -> bbbb2222

-- The table account is taken to be as the revisions before this script make it

CREATE TABLE _alembic_tmp_account (
    id INTEGER NOT NULL, 
    owner VARCHAR(80), 
    state VARCHAR(20) DEFAULT 'it''s open' NOT NULL, 
    balance NUMERIC(12, 2) DEFAULT 0, 
    PRIMARY KEY (id)
);

INSERT INTO _alembic_tmp_account (id, owner, state, balance) SELECT account.id, account.owner, account.state, CAST(account.balance AS NUMERIC(12, 2)) AS balance 
FROM account;

DROP TABLE account;

ALTER TABLE _alembic_tmp_account RENAME TO account;

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

