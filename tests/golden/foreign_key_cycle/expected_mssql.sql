BEGIN TRANSACTION;

-- Running upgrade aaaa1111 -> bbbb2222

CREATE TABLE person (
    id INTEGER NOT NULL IDENTITY, 
    team_id INTEGER NOT NULL, 
    PRIMARY KEY (id)
);

GO

CREATE TABLE team (
    id INTEGER NOT NULL IDENTITY, 
    lead_id INTEGER NULL, 
    PRIMARY KEY (id), 
    CONSTRAINT fk_team_lead FOREIGN KEY(lead_id) REFERENCES person (id)
);

GO

ALTER TABLE person ADD CONSTRAINT fk_person_team FOREIGN KEY(team_id) REFERENCES team (id);

GO

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

GO

COMMIT;

GO

