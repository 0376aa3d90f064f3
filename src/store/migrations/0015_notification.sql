-- Whom the operator wants told outside GitHub, and up to which event each of them was looked after.
CREATE TABLE notify_target (
    name TEXT NOT NULL PRIMARY KEY,
    -- The number of the last event that was looked at.
    seen BIGINT NOT NULL,
    -- When the next digest is made, epoch milliseconds; unused where none is.
    digest_at BIGINT NOT NULL,
    -- How many were sent, and when the last.
    sent BIGINT NOT NULL,
    sent_at BIGINT,
    -- Since when every try has failed, and what the last one came to.
    failing_since BIGINT,
    error TEXT
);
-- What is to be sent, each to one target; gone once it was taken.
CREATE TABLE notification (
    -- Derived from what it tells and whom, so that it is the same whenever it is made or sent.
    id TEXT NOT NULL PRIMARY KEY,
    target TEXT NOT NULL,
    -- The number of the event, or of the last one in a digest.
    event BIGINT NOT NULL,
    name TEXT NOT NULL,
    repository TEXT,
    issue BIGINT,
    body TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    -- When it is tried next, epoch milliseconds.
    due_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    -- 1 once it was given up.
    dead BIGINT NOT NULL,
    error TEXT
);
CREATE INDEX notification_due ON notification (target, dead, due_at, event);
