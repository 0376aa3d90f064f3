-- {sequence} becomes each database's own spelling of "a growing BIGINT key"; everything else is the same text for both.

CREATE TABLE inbox (
    seq {sequence},
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    task TEXT,
    received_at BIGINT NOT NULL,
    handled_at BIGINT,
    result TEXT
);
CREATE INDEX inbox_unhandled ON inbox (seq) WHERE handled_at IS NULL;
CREATE INDEX inbox_task ON inbox (task, seq) WHERE task IS NOT NULL;
CREATE INDEX inbox_kind ON inbox (kind, seq);

-- Apart from its row, so that marking a row handled does not write its body again, and pruning leaves the id.
CREATE TABLE inbox_body (
    seq {sequence},
    body TEXT NOT NULL
);

CREATE TABLE task (
    key TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    priority BIGINT NOT NULL,
    queued_at BIGINT,
    installation BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    body TEXT NOT NULL
);
-- Not partial: next to any other index that begins with the state SQLite would overlook it, and it counts states too.
CREATE INDEX task_queue ON task (state, priority DESC, queued_at, key);
CREATE INDEX task_updated ON task (updated_at);

CREATE TABLE session (
    id TEXT NOT NULL PRIMARY KEY,
    task TEXT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    live BIGINT NOT NULL,
    role TEXT NOT NULL,
    agent TEXT NOT NULL,
    stop TEXT,
    branch TEXT,
    pull BIGINT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX session_live ON session (task) WHERE live = 1;
CREATE UNIQUE INDEX session_number ON session (task, number);
CREATE INDEX session_state ON session (state, created_at);
CREATE INDEX session_created ON session (created_at);

CREATE TABLE effect (
    seq {sequence},
    id TEXT NOT NULL UNIQUE,
    task TEXT,
    session TEXT,
    kind TEXT NOT NULL,
    lane TEXT NOT NULL,
    serial BIGINT NOT NULL,
    rank BIGINT NOT NULL,
    content BIGINT NOT NULL,
    coalesce_key TEXT,
    not_before BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    owner TEXT,
    lease_until BIGINT,
    cancel_requested BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    result TEXT,
    why TEXT,
    body TEXT NOT NULL
);
CREATE INDEX effect_open ON effect (rank, seq) WHERE closed_at IS NULL;
CREATE INDEX effect_due ON effect (not_before) WHERE closed_at IS NULL;
CREATE INDEX effect_lease ON effect (lease_until) WHERE closed_at IS NULL AND lease_until IS NOT NULL;
CREATE INDEX effect_lane ON effect (lane, rank, seq) WHERE closed_at IS NULL AND serial = 1;
CREATE INDEX effect_owner ON effect (owner) WHERE closed_at IS NULL AND owner IS NOT NULL;
CREATE INDEX effect_coalesce ON effect (coalesce_key, seq) WHERE closed_at IS NULL AND coalesce_key IS NOT NULL;
CREATE INDEX effect_task_open ON effect (task, kind) WHERE closed_at IS NULL;
CREATE INDEX effect_task ON effect (task, seq) WHERE task IS NOT NULL;
CREATE INDEX effect_content ON effect (closed_at) WHERE content = 1 AND closed_at IS NOT NULL;
CREATE INDEX effect_failed ON effect (closed_at) WHERE result = 'failed';

CREATE TABLE event (
    seq {sequence},
    at BIGINT NOT NULL,
    name TEXT NOT NULL,
    task TEXT,
    repository TEXT,
    issue BIGINT,
    session TEXT,
    delivery TEXT,
    body TEXT NOT NULL
);
CREATE INDEX event_task ON event (task, seq) WHERE task IS NOT NULL;

CREATE TABLE session_log (
    seq {sequence},
    session TEXT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX session_log_session ON session_log (session, seq);
CREATE INDEX session_log_at ON session_log (at);

CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
