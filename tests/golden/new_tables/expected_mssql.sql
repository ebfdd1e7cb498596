BEGIN TRANSACTION;

-- Running upgrade aaaa1111 -> bbbb2222

CREATE TABLE writer (
    id BIGINT NOT NULL IDENTITY, 
    name VARCHAR(80) NOT NULL, 
    PRIMARY KEY (id)
);

GO

execute sp_addextendedproperty 'MS_Description', N'who wrote it', 'schema', dbo, 'table', writer;

GO

execute sp_addextendedproperty 'MS_Description', N'as on the cover', 'schema', dbo, 'table', writer, 'column', name;

GO

CREATE TABLE book (
    id INTEGER NOT NULL IDENTITY, 
    author_id BIGINT NOT NULL, 
    title VARCHAR(200) NULL, 
    price NUMERIC(10, 2) NULL DEFAULT '0', 
    follows_id INTEGER NULL, 
    PRIMARY KEY (id), 
    FOREIGN KEY(author_id) REFERENCES writer (id) ON DELETE CASCADE, 
    CONSTRAINT fk_book_follows FOREIGN KEY(follows_id) REFERENCES book (id), 
    CONSTRAINT uq_book_title UNIQUE (author_id, title)
);

GO

CREATE INDEX ix_book_author_id ON book (author_id);

GO

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

GO

COMMIT;

GO

