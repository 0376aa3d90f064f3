-- The task first, as whoever writes a decision takes the tables: so neither waits for the other for ever.
-- Whether something of a task's past is kept beside its own row.
ALTER TABLE task ADD COLUMN past BIGINT NOT NULL DEFAULT 1;
-- Tasks of a state are listed by key and read one by one; nothing lists those of all states.
CREATE INDEX task_state ON task (state, past, updated_at, key);
DROP INDEX task_updated;
-- Timers wait by the thousand. Whoever looks for work reads those that are due, and no others.
CREATE INDEX effect_clock ON effect (not_before) WHERE closed_at IS NULL AND lane = 'clock';
DROP INDEX effect_free;
CREATE INDEX effect_free ON effect (rank, seq) WHERE closed_at IS NULL AND serial = 0 AND lane <> 'clock';
