-- A repository's own policy: the last state of its file without a mistake, and the state with mistakes that stands there now.
CREATE TABLE repository_policy (
    repository BIGINT NOT NULL PRIMARY KEY,
    -- Empty where no state was without a mistake.
    good TEXT NOT NULL,
    wrong TEXT,
    -- The issue on which its mistakes are told.
    wrong_issue BIGINT
);
