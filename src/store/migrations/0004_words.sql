-- Whether an effect waits because the other side is shut to us was told by the first letters of its reason.
ALTER TABLE effect ADD COLUMN parked BIGINT NOT NULL DEFAULT 0;
UPDATE effect SET parked = 1, why = substr(why, 9) WHERE closed_at IS NULL AND substr(why, 1, 8) = 'parked: ';
-- What has happened to an effect since it was added, as JSON: another try of a turn needs it.
ALTER TABLE effect ADD COLUMN so_far TEXT;
-- The field's words. Bodies keep theirs: they are read by both.
UPDATE effect SET kind = 'upsert_comment' WHERE closed_at IS NULL AND kind = 'say';
UPDATE effect SET kind = 'set_go_label' WHERE closed_at IS NULL AND kind = 'switch';
UPDATE effect SET kind = 'set_timer' WHERE closed_at IS NULL AND kind = 'ring';
UPDATE effect SET kind = 'authorize_comment' WHERE closed_at IS NULL AND kind = 'weigh';
UPDATE effect SET kind = 'refresh_pull_request' WHERE closed_at IS NULL AND kind = 'look_at_pull';
UPDATE effect SET kind = 'hide_comment' WHERE closed_at IS NULL AND kind = 'minimise';
UPDATE event SET name = 'message.queued' WHERE name = 'word.taken';
UPDATE event SET name = 'message.delivered' WHERE name = 'word.delivered';
