#!/usr/bin/env bash
# Surprise: two workers that claim "the oldest queued job" by
#   UPDATE … WHERE id = (SELECT id … WHERE status = 'queued' ORDER BY id LIMIT 1)
#   both get the SAME job, one after the other, without an error. The second
#   waits for the first one's row lock and then checks again only its own
#   condition (id = …), which still holds; the inner query is not asked again.
#   With FOR UPDATE in the inner query the second gets the next job.
# Good guess that was wrong: after the wait the whole condition is looked at
#   anew, so the second gets the next job or none.
# Package: PostgreSQL (seen with 15.20, Debian)
# Date: 2026-11-28
# Source: PostgreSQL manual, Transaction Isolation, Read Committed
#   (postgresql.org/docs); what it means for the inner query was found by
#   running
set -eu
bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
if [ -z "$bin" ] || ! command -v psql >/dev/null; then echo "a PostgreSQL server and psql are needed"; exit 2; fi
T=$(mktemp -d)
# the server does not run as root
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
trap 'as "$bin/pg_ctl" -D "$T/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$T"' EXIT
mkdir "$T/data"
if [ "$(id -u)" = 0 ]; then chmod 755 "$T"; chown postgres "$T/data"; fi
cd "$T"
as "$bin/initdb" -D "$T/data" -A trust -U postgres --no-sync >/dev/null
as "$bin/pg_ctl" -D "$T/data" -w -l "$T/data/log" -o "-k $T/data -c listen_addresses='' -c fsync=off" start >/dev/null
sql() { psql -X -q -t -A -v ON_ERROR_STOP=1 -h "$T/data" -U postgres postgres "$@"; }
echo "PostgreSQL $(sql -c 'SHOW server_version')"

# two workers claim a job; the first takes 1.5 s to commit. Prints both ids.
claim() {
    sql -c "DROP TABLE IF EXISTS job; CREATE TABLE job (id int PRIMARY KEY, status text);
        INSERT INTO job SELECT i, 'queued' FROM generate_series(1, 3) i" 2>/dev/null
    local update="UPDATE job SET status = 'running' WHERE id = (SELECT id FROM job WHERE status = 'queued' ORDER BY id LIMIT 1 $1) RETURNING id"
    sql -c "BEGIN" -c "$update" -c "SELECT pg_sleep(1.5)" -c "COMMIT" | grep . >"$T/first" &
    local first=$!
    sleep 0.7
    sql -c "$update" >"$T/second"
    wait $first
    echo "$(cat "$T/first") $(cat "$T/second")"
}
without=$(claim "")
with=$(claim "FOR UPDATE")
echo "jobs claimed by the first and the second worker:"
echo "  inner query as it is:   $without"
echo "  inner query FOR UPDATE: $with"
if [ "$without" = "1 1" ] && [ "$with" = "1 2" ]; then
    echo "as described: without FOR UPDATE both have job 1"
else
    echo "CHANGED: not as described"
    exit 1
fi
