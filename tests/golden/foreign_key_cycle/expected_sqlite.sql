-- Running upgrade aaaa1111 -> bbbb2222

CREATE TABLE person (
    id INTEGER NOT NULL, 
    team_id INTEGER NOT NULL, 
    PRIMARY KEY (id)
);

CREATE TABLE team (
    id INTEGER NOT NULL, 
    lead_id INTEGER, 
    PRIMARY KEY (id), 
    CONSTRAINT fk_team_lead FOREIGN KEY(lead_id) REFERENCES person (id)
);

CREATE TABLE _alembic_tmp_person (
    id INTEGER NOT NULL, 
    team_id INTEGER NOT NULL, 
    PRIMARY KEY (id), 
    CONSTRAINT fk_person_team FOREIGN KEY(team_id) REFERENCES team (id)
);

INSERT INTO _alembic_tmp_person (id, team_id) SELECT person.id, person.team_id 
FROM person;

DROP TABLE person;

ALTER TABLE _alembic_tmp_person RENAME TO person;

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

