-- Comments on a pull request name it by its number alone.
CREATE INDEX session_pull ON session (pull) WHERE pull IS NOT NULL;
