-- Which issue waits for which, as it was last read: of this the graph is made at the start, and by it those are found that wait
-- for an issue that stands otherwise now.
CREATE TABLE dependency (
    repository BIGINT NOT NULL,
    issue BIGINT NOT NULL,
    on_repository BIGINT NOT NULL,
    on_issue BIGINT NOT NULL,
    -- How the one that is waited for stands: 0 open, 1 done, 2 closed otherwise, 3 the work on it failed.
    standing BIGINT NOT NULL,
    -- Whether a person said that it does not count.
    waived BIGINT NOT NULL,
    PRIMARY KEY (repository, issue, on_repository, on_issue)
);
