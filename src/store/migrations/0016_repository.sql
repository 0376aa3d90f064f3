-- What repositories are called, as far as issues of theirs were told of: whoever looks at one by its name need not ask GitHub.
CREATE TABLE repository (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name in lower case. A name may be another repository's in time; the one that was told of last has it.
    lowered TEXT NOT NULL,
    installation BIGINT NOT NULL,
    -- When it was told of, epoch milliseconds.
    at BIGINT NOT NULL
);
CREATE INDEX repository_lowered ON repository (lowered, at);
-- Sums over what ended are made from the index alone.
DROP INDEX session_over;
CREATE INDEX session_over ON session (ended_at, agent, state, started_at)
    WHERE ended_at IS NOT NULL AND started_at IS NOT NULL;
INSERT INTO repository (id, name, lowered, installation, at)
SELECT {task repository}, {task name}, lower({task name}), installation, updated_at FROM task WHERE {task name} IS NOT NULL
ORDER BY updated_at DESC ON CONFLICT (id) DO NOTHING;
