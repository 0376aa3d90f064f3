-- What became of each pull request of ours. It outlives what else is kept of its task.
CREATE TABLE outcome (
    repository BIGINT NOT NULL,
    pull BIGINT NOT NULL,
    name TEXT NOT NULL,
    issue BIGINT NOT NULL,
    session TEXT NOT NULL,
    role TEXT NOT NULL,
    agent TEXT NOT NULL,
    became TEXT NOT NULL,
    rounds BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    tokens_more BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    cost_more BIGINT NOT NULL,
    cost_less BIGINT NOT NULL,
    worked_ms BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    over_at BIGINT,
    PRIMARY KEY (repository, pull)
);
CREATE INDEX outcome_opened ON outcome (opened_at);
