-- Running upgrade aaaa1111 -> bbbb2222

CREATE TABLE person (
    id INTEGER NOT NULL AUTO_INCREMENT, 
    team_id INTEGER NOT NULL, 
    PRIMARY KEY (id)
);

CREATE TABLE team (
    id INTEGER NOT NULL AUTO_INCREMENT, 
    lead_id INTEGER, 
    PRIMARY KEY (id), 
    CONSTRAINT fk_team_lead FOREIGN KEY(lead_id) REFERENCES person (id)
);

ALTER TABLE person ADD CONSTRAINT fk_person_team FOREIGN KEY(team_id) REFERENCES team (id);

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

