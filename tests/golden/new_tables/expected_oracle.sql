-- Running upgrade aaaa1111 -> bbbb2222

CREATE TABLE writer (
    id NUMBER(19) NOT NULL, 
    name VARCHAR2(80 CHAR) NOT NULL, 
    PRIMARY KEY (id)
)

/

COMMENT ON TABLE writer IS 'who wrote it'

/

COMMENT ON COLUMN writer.name IS 'as on the cover'

/

CREATE TABLE book (
    id INTEGER NOT NULL, 
    author_id NUMBER(19) NOT NULL, 
    title VARCHAR2(200 CHAR), 
    price NUMERIC(10, 2) DEFAULT '0', 
    follows_id INTEGER, 
    PRIMARY KEY (id), 
    FOREIGN KEY(author_id) REFERENCES writer (id) ON DELETE CASCADE, 
    CONSTRAINT fk_book_follows FOREIGN KEY(follows_id) REFERENCES book (id), 
    CONSTRAINT uq_book_title UNIQUE (author_id, title)
)

/

CREATE INDEX ix_book_author_id ON book (author_id)

/

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111'

/

