-- Who asked for what, what was decided and why: written with the decision, never changed, each row bound to the one before it.
CREATE TABLE audit (
    -- Given by us, without a gap.
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    task TEXT,
    repository TEXT,
    issue BIGINT,
    session TEXT,
    who TEXT,
    cause TEXT,
    facts TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);
