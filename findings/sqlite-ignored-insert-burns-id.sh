#!/usr/bin/env bash
# Surprise: with AUTOINCREMENT, SQLite uses up an id for every insert that
#   leaves no row: INSERT OR IGNORE of a duplicate, and an upsert that turns
#   into an update. A table that takes every webhook "if not there yet" has
#   gaps as Postgres has, though SQLite has one writer and no sequence objects.
#   Without AUTOINCREMENT the same statements leave no gap.
# Good guess that was wrong: the id is taken when a row is written.
# Package: sqlite3 (seen with 3.40.1, Debian)
# Date: 2026-11-28
# Source: found by running (sqlite.org/autoinc.html says that gaps are possible)
set -eu
command -v sqlite3 >/dev/null || { echo "sqlite3 is needed"; exit 2; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
echo "sqlite $(sqlite3 --version | cut -d' ' -f1)"

# the id that a new row gets after one row, three ignored ones and three upserts
next_id() {
    sqlite3 "$T/$1.db" <<SQL
CREATE TABLE delivery (id INTEGER PRIMARY KEY $2, guid TEXT UNIQUE);
INSERT INTO delivery (guid) VALUES ('first');
INSERT OR IGNORE INTO delivery (guid) VALUES ('first');
INSERT OR IGNORE INTO delivery (guid) VALUES ('first');
INSERT OR IGNORE INTO delivery (guid) VALUES ('first');
INSERT INTO delivery (guid) VALUES ('first') ON CONFLICT (guid) DO UPDATE SET guid = excluded.guid;
INSERT INTO delivery (guid) VALUES ('first') ON CONFLICT (guid) DO UPDATE SET guid = excluded.guid;
INSERT INTO delivery (guid) VALUES ('first') ON CONFLICT (guid) DO UPDATE SET guid = excluded.guid;
INSERT INTO delivery (guid) VALUES ('second') RETURNING id;
SQL
}
plain=$(next_id plain "")
auto=$(next_id auto AUTOINCREMENT)
echo "one row, then six inserts that add none; the next row's id:"
echo "  INTEGER PRIMARY KEY:               $plain"
echo "  INTEGER PRIMARY KEY AUTOINCREMENT: $auto"
if [ "$plain" = 2 ] && [ "$auto" = 8 ]; then
    echo "as described: each of the six used up an id"
else
    echo "CHANGED: not as described"
    exit 1
fi
