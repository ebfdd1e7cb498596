BEGIN TRANSACTION;

-- Running upgrade aaaa1111 -> bbbb2222

ALTER TABLE users ADD phone VARCHAR(20) NULL;

GO

ALTER TABLE users ADD is_active BIT NOT NULL DEFAULT 1;

GO

ALTER TABLE users ADD seen_at DATETIMEOFFSET NULL;

GO

execute sp_addextendedproperty 'MS_Description', N'last visit, UTC', 'schema', dbo, 'table', users, 'column', seen_at;

GO

UPDATE alembic_version SET version_num='bbbb2222' WHERE alembic_version.version_num = 'aaaa1111';

GO

COMMIT;

GO

