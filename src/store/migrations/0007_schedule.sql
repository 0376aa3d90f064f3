-- What the schedule is made of at the start, so that it need not read the bodies of all tasks that wait.
ALTER TABLE task ADD COLUMN role TEXT;
ALTER TABLE task ADD COLUMN agents TEXT;
ALTER TABLE task ADD COLUMN person BIGINT;
-- Whether it waits for something of its own besides its turn.
ALTER TABLE task ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
-- Who began it, where it counts as one of theirs.
ALTER TABLE session ADD COLUMN person BIGINT;
CREATE INDEX session_begun ON session (started_at) WHERE person IS NOT NULL;
CREATE INDEX session_over ON session (ended_at) WHERE ended_at IS NOT NULL AND started_at IS NOT NULL;
-- Repositories in which the operator lets nothing start; 0 stands for all of them.
CREATE TABLE pause (
    repository BIGINT NOT NULL PRIMARY KEY,
    name TEXT,
    at BIGINT NOT NULL
);
-- Agents whose provider lets nobody in for a while.
CREATE TABLE closed_agent (
    agent TEXT NOT NULL PRIMARY KEY,
    class TEXT NOT NULL,
    until BIGINT NOT NULL,
    strikes BIGINT NOT NULL
);
