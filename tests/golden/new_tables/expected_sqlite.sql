-- Running upgrade aaaa1111 -> bbbb2222

CREATE TABLE writer (
    id INTEGER NOT NULL, 
    name VARCHAR(80) NOT NULL, 
    PRIMARY KEY (id)
);

CREATE TABLE book (
    id INTEGER NOT NULL, 
    author_id INTEGER NOT NULL, 
    title TEXT, 
    price NUMERIC(10, 2) DEFAULT '0', 
    follows_id INTEGER, 
    PRIMARY KEY (id), 
    FOREIGN KEY(author_id) REFERENCES writer (id) ON DELETE CASCADE, 
    CONSTRAINT fk_book_follows FOREIGN KEY(follows_id) REFERENCES book (id), 
    CONSTRAINT uq_book_title UNIQUE (author_id, title)
);

CREATE INDEX ix_book_author_id ON book (author_id);

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

