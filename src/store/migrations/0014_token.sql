-- Tokens for programs: what each may do, and the digest by which it is known. Its word is nowhere.
CREATE TABLE token (
    name TEXT NOT NULL PRIMARY KEY,
    -- SHA-256, hexadecimal.
    digest TEXT NOT NULL UNIQUE,
    scope TEXT NOT NULL,
    -- owner/name; none: everywhere.
    repository TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
