-- A claim asks for the head of each serial lane (effect_lane) and for the others in their order: nothing needs all that is open.
CREATE INDEX effect_free ON effect (rank, seq) WHERE closed_at IS NULL AND serial = 0;
DROP INDEX effect_open;
-- Deliveries are listed newest first and a few at a time: the key alone serves, and every delivery is a write less.
DROP INDEX inbox_kind;
